/* gtkwave.c - a GTKWave save file beside a waveform.
 * SPDX-License-Identifier: MIT
 */
#include "sim/systemc/gtkwave.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/find_file.h"
#include "sim/base/input_file.h"
#include "sim/base/output.h"
#include "sim/base/text_stream.h"

enum {
    WAVE_PIXELS = 1000, /* of a window of usual size */
    FRAME_PIXELS = 200, /* GTKWave's zoom is per frame of them */
    NAME_BYTES = 240    /* of the waveform's name: ".gtkw" has room behind it */
};

/* GTKWave's flags of a trace. */
enum {
    TRACE_HEX = 0x02,
    TRACE_DECIMAL = 0x04,
    TRACE_RIGHT = 0x20,
    TRACE_FILE_FILTER = 0x2000
};

/* Under its name in the array, with a blank for a dot: GTKWave shows what
 * stands behind the last dot. */
static void put_name(FILE *to, const char *scope, const char *name, int bits)
{
    fprintf(to, "+{");
    if (strcmp(scope, "dram.") == 0)
        fprintf(to, "dram ");
    for (const char *c = name; *c != '\0'; c++)
        fputc(*c == '.' ? ' ' : *c, to);
    fprintf(to, "} SystemC.top.%s%s", scope, name);
    if (bits > 1)
        fprintf(to, "[%d:0]", bits - 1);
    fprintf(to, "\n");
}

static void put_number(FILE *to, const char *scope, const char *name, int bits)
{
    fprintf(to, "@%x\n", TRACE_DECIMAL | TRACE_RIGHT);
    put_name(to, scope, name, bits);
}

/* A number that GTKWave shows as a word. */
static bool put_words(FILE *to, const char *scope, const char *name, int bits,
                      const char *words_file, struct diag *d)
{
    const struct src_pos at = {NULL, 0};
    char *path = find_own_file(words_file, "gtkwave", at, d);
    if (path == NULL)
        return false;
    char *absolute = input_real_path(path);
    fprintf(to, "@%x\n^1 %s\n", TRACE_HEX | TRACE_RIGHT | TRACE_FILE_FILTER,
            absolute != NULL ? absolute : path);
    put_name(to, scope, name, bits);
    free(absolute);
    free(path);
    return true;
}

static bool is_pe(const struct probe *probe)
{
    return probe->words == pe_state_words ||
           strncmp(probe->name, "pe_", 3) == 0;
}

static bool is_l1(const struct probe *probe)
{
    return strncmp(probe->name, "l1_", 3) == 0 ||
           strstr(probe->name, "_router_") != NULL;
}

static const char *words_file_of(const struct probe *probe)
{
    return probe->words == pe_state_words     ? "pe_state.txt"
           : probe->words == bank_state_words ? "bank_state.txt"
                                              : "network_state.txt";
}

static bool put_probes(FILE *to, const struct probe *probe, int n,
                       struct diag *d)
{
    /* The array's own, then all states of PEs, routers and L1s, then the rest
     * of PEs. */
    for (int group = 0; group < 4; group++)
        for (int k = 0; k < n; k++) {
            bool state = probe[k].words != NULL;
            int belongs = is_l1(&probe[k])    ? 2
                          : !is_pe(&probe[k]) ? 0
                          : state             ? 1
                                              : 3;
            if (belongs != group)
                continue;
            if (!state)
                put_number(to, "array.", probe[k].name, probe[k].bits);
            else if (!put_words(to, "array.", probe[k].name, probe[k].bits,
                                words_file_of(&probe[k]), d))
                return false;
        }
    return true;
}

char *gtkwave_file_name(const char *vcd)
{
    const char *slash = strrchr(vcd, '/');
    size_t n = strlen(vcd),
           folder_bytes = slash ? (size_t)(slash + 1 - vcd) : 0;
    char *name = xcalloc(n + 6, 1);
    if (n > 4 && strcmp(vcd + n - 4, ".vcd") == 0)
        n -= 4;
    /* A letter of UTF-8 is not cut in two. */
    if (n - folder_bytes > NAME_BYTES)
        for (n = folder_bytes + NAME_BYTES; (vcd[n] & 0xc0) == 0x80;)
            n--;
    memcpy(name, vcd, n);
    memcpy(name + n, ".gtkw", 6);
    return name;
}

bool gtkwave_write(const char *vcd, const struct gtkwave_view *view,
                   const struct probe *probe, int n_probes, bool has_dram,
                   struct diag *d)
{
    char *text = NULL, *name = gtkwave_file_name(vcd);
    char *absolute = input_real_path(vcd);
    size_t text_bytes;
    FILE *to = text_stream(&text, &text_bytes);
    double per_frame =
        (double)(view->to_tick - view->from_tick) * FRAME_PIXELS / WAVE_PIXELS;
    fprintf(to,
            "[dumpfile] \"%s\"\n[timestart] %" PRIu64 "\n"
            "[size] %d 900\n[pos] -1 -1\n*%f -1\n"
            "[signals_width] 190\n[sst_expanded] 0\n",
            absolute != NULL ? absolute : vcd, view->from_tick,
            WAVE_PIXELS + 250, -log2(fmax(per_frame, 1)));
    fprintf(to, "@%x\n", TRACE_RIGHT | 0x8);
    put_name(to, "", "clk", 1);
    put_number(to, "", "pass", 32);
    bool ok = true;
    if (has_dram) {
        ok = put_words(to, "dram.", "transfer", 2, "dram_transfer.txt", d) &&
             put_words(to, "dram.", "command", 3, "dram_command.txt", d);
        put_number(to, "dram.", "bank", 8);
        put_number(to, "dram.", "row", 24);
    }
    ok = ok && put_probes(to, probe, n_probes, d);
    SIM_CHECK(fclose(to) == 0);
    ok = ok && output_write(name, text, text_bytes, d);
    free(text);
    free(name);
    free(absolute);
    return ok;
}
