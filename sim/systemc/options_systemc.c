/* options_systemc.c - values of the options of the SystemC kernel.
 * SPDX-License-Identifier: MIT
 */
#include "sim/systemc/options_systemc.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/whole_number.h"

static const struct src_pos command_line = {NULL, 0};

/* The whole number in text[0 .. n); false: it is none, or not in
 * [0, max]. */
static bool read_part(const char *text, size_t n, int64_t max, int64_t *out)
{
    char part[32];
    if (n >= sizeof(part))
        return false;
    memcpy(part, text, n);
    part[n] = '\0';
    return whole_number_read(part, out) == NUMBER_OK && *out >= 0 &&
           *out <= max;
}

/* Two numbers with a separator in between, the second one up to the end of
 * the text or to the next comma; *end is set behind them. */
static bool read_pair(const char *text, char separator, int64_t max,
                      int64_t out[2], const char **end)
{
    const char *middle = strchr(text, separator);
    if (middle == NULL)
        return false;
    const char *second = middle + 1;
    size_t n = strcspn(second, ",");
    *end = second + n;
    return read_part(text, (size_t)(middle - text), max, &out[0]) &&
           read_part(second, n, max, &out[1]);
}

bool options_systemc_granularity(const char *text, void *options,
                                 struct diag *d)
{
    struct systemc_options *out = options;
    if (strcmp(text, "array") == 0)
        out->grain = BLOCK_GRAIN_ARRAY;
    else if (strcmp(text, "block") == 0)
        out->grain = BLOCK_GRAIN_PE;
    else
        return diag_error(d, command_line,
                          "'--sc-granularity' is '%s'; it may be 'array' or "
                          "'block'",
                          text);
    return true;
}

bool options_systemc_memory(const char *text, void *options, struct diag *d)
{
    struct systemc_options *out = options;
    int64_t value[2];
    const char *end;
    if (!read_pair(text, ',', INT64_C(1000000000000), value, &end) ||
        *end != '\0' || value[1] == 0)
        return diag_error(d, command_line,
                          "'--sc-memory' is '%s'; a latency in ns and a "
                          "bandwidth in bytes per second are needed, as in "
                          "'100,480000000'",
                          text);
    out->memory.is_foreign = true;
    out->memory.latency_ns = (uint64_t)value[0];
    out->memory.bytes_per_second = (uint64_t)value[1];
    return true;
}

bool options_systemc_window(const char *text, void *options, struct diag *d)
{
    struct systemc_options *out = options;
    int64_t value[2];
    const char *end;
    if (!read_pair(text, ':', INT64_MAX, value, &end) || *end != '\0' ||
        value[0] >= value[1])
        return diag_error(d, command_line,
                          "'--trace-window' is '%s'; the first cycle and the "
                          "one behind the last are needed, as in '0:2000'",
                          text);
    out->window_from = (uint64_t)value[0];
    out->window_to = (uint64_t)value[1];
    return true;
}

bool options_systemc_pes(const char *text, void *options, struct diag *d)
{
    struct systemc_options *out = options;
    const char *at = text;
    out->n_pes = 0;
    for (;;) {
        int64_t value[2];
        const char *end;
        if (!read_pair(at, ':', 65535, value, &end))
            return diag_error(d, command_line,
                              "'--trace-pes' is '%s'; a list of row:column is "
                              "needed, as in '0:3,0:13'",
                              text);
        if (out->n_pes == SYSTEMC_PES_MAX)
            return diag_error(d, command_line,
                              "'--trace-pes' lists more than %d PEs; without "
                              "it all are traced",
                              SYSTEMC_PES_MAX);
        out->pe[out->n_pes].row = (int)value[0];
        out->pe[out->n_pes++].col = (int)value[1];
        if (*end == '\0')
            return true;
        at = end + 1;
    }
}

bool options_systemc_shuffle(const char *text, void *options, struct diag *d)
{
    struct systemc_options *out = options;
    int64_t value = 0;
    if (!read_part(text, strlen(text), INT_MAX, &value) || value == 0)
        return diag_error(d, command_line,
                          "'--sc-shuffle' is '%s'; a whole number from 1 on is "
                          "needed",
                          text);
    out->shuffle = (int)value;
    return true;
}
