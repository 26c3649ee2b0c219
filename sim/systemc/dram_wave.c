/* dram_wave.c - puts what the DRAM did into a waveform that is already written.
 * SPDX-License-Identifier: MIT
 */
#include "sim/systemc/dram_wave.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/input_file.h"

enum { WORD_BYTES = 64 };

#define SIGNAL_NAME(name, bits, doc) #name,
const char *const dram_signal_name[DRAM_SIGNAL_N] = {DRAM_SIGNALS(SIGNAL_NAME)};
#undef SIGNAL_NAME
#define SIGNAL_BITS(name, bits, doc) bits,
const int dram_signal_bits[DRAM_SIGNAL_N] = {DRAM_SIGNALS(SIGNAL_BITS)};
#undef SIGNAL_BITS

/* Goes through the events and knows the value of every signal. */
struct player {
    const struct dram_event *event; /* the next one */
    int left;
    uint64_t now_tick;
    uint64_t transfer_end, command_end;
    uint32_t value[DRAM_SIGNAL_N], written[DRAM_SIGNAL_N];
    char id[DRAM_SIGNAL_N][WORD_BYTES]; /* in the VCD */
    FILE *to;
    uint64_t stamp; /* the last #tick in the file */
    bool has_stamp;
};

static void begin(struct player *p, const struct dram_event *e)
{
    uint32_t *value = p->value;
    if (e->is_command) {
        value[DRAM_SIGNAL_command] = 1 + (uint32_t)e->kind;
        value[DRAM_SIGNAL_bank] = e->bank >= 0 ? (uint32_t)e->bank : 0;
        if (e->row >= 0)
            value[DRAM_SIGNAL_row] = (uint32_t)e->row;
        p->command_end = e->to_tick;
    } else {
        value[DRAM_SIGNAL_transfer] = e->is_write ? 2 : 1;
        value[DRAM_SIGNAL_transfers]++;
        value[DRAM_SIGNAL_transfer_bytes] = (uint32_t)e->bytes;
        p->transfer_end = e->to_tick;
    }
}

/* The next tick in which a value may change; UINT64_MAX: none. */
static uint64_t next_tick(const struct player *p)
{
    uint64_t next = UINT64_MAX;
    if (p->left > 0)
        next = p->event->from_tick;
    if (p->value[DRAM_SIGNAL_command] != 0 && p->command_end < next)
        next = p->command_end;
    if (p->value[DRAM_SIGNAL_transfer] != 0 && p->transfer_end < next)
        next = p->transfer_end;
    /* What began before the waveform is seen from its beginning on. */
    return next < p->now_tick ? p->now_tick : next;
}

static void go_to(struct player *p, uint64_t tick)
{
    p->now_tick = tick;
    if (p->command_end <= tick)
        p->value[DRAM_SIGNAL_command] = 0;
    if (p->transfer_end <= tick)
        p->value[DRAM_SIGNAL_transfer] = p->value[DRAM_SIGNAL_transfer_bytes] =
            0;
    for (; p->left > 0 && p->event->from_tick <= tick; p->event++, p->left--)
        if (p->event->to_tick > tick)
            begin(p, p->event);
}

static void write_value(struct player *p, int signal)
{
    const uint32_t value = p->value[signal];
    int bit = dram_signal_bits[signal] - 1;
    while (bit > 0 && (value >> bit & 1) == 0)
        bit--;
    fputc('b', p->to);
    for (; bit >= 0; bit--)
        fputc((value >> bit & 1) != 0 ? '1' : '0', p->to);
    fprintf(p->to, " %s\n", p->id[signal]);
    p->written[signal] = value;
}

static void write_changes(struct player *p)
{
    for (int k = 0; k < DRAM_SIGNAL_N; k++) {
        if (p->value[k] == p->written[k])
            continue;
        if (!p->has_stamp || p->stamp != p->now_tick)
            fprintf(p->to, "#%" PRIu64 "\n", p->now_tick);
        p->stamp = p->now_tick;
        p->has_stamp = true;
        write_value(p, k);
    }
}

/* Writes all changes before `tick`. */
static void play(struct player *p, uint64_t tick)
{
    for (uint64_t next; (next = next_tick(p)) < tick;) {
        go_to(p, next);
        write_changes(p);
    }
}

/* A line of the declarations; *scope: names, a dot after each. */
static void read_header(struct player *p, const char *line, char scope[],
                        size_t size_bytes)
{
    char id[WORD_BYTES], name[WORD_BYTES];
    size_t n = strlen(scope);
    if (sscanf(line, "$scope module %63s", name) == 1) {
        snprintf(scope + n, size_bytes - n, "%s.", name);
    } else if (strncmp(line, "$upscope", 8) == 0 && n > 0) {
        scope[n - 1] = '\0';
        char *dot = strrchr(scope, '.');
        *(dot != NULL ? dot + 1 : scope) = '\0';
    } else if (strcmp(scope, "SystemC.top.dram.") == 0 &&
               sscanf(line, "$var wire %*d %63s %63s", id, name) == 2) {
        for (int k = 0; k < DRAM_SIGNAL_N; k++)
            if (strcmp(name, dram_signal_name[k]) == 0)
                memcpy(p->id[k], id, sizeof(id));
    }
}

static void copy(struct player *p, FILE *from, uint64_t to_tick)
{
    char *line = NULL, scope[8 * WORD_BYTES] = "";
    size_t room = 0;
    while (input_line(from, &line, &room) >= 0) {
        if (line[0] != '#') {
            read_header(p, line, scope, sizeof(scope));
            fputs(line, p->to);
            continue;
        }
        uint64_t tick = strtoull(line + 1, NULL, 10);
        play(p, tick <= to_tick ? tick : to_tick + 1);
        fputs(line, p->to);
        p->stamp = tick;
        p->has_stamp = true;
    }
    play(p, to_tick + 1);
    free(line);
}

bool dram_wave_insert(const char *from, const char *to,
                      const struct dram_event *events, int n,
                      uint64_t from_tick, uint64_t to_tick)
{
    struct player p = {.event = events, .left = n, .now_tick = from_tick};
    FILE *in = fopen(from, "r");
    if (in == NULL)
        return false;
    p.to = fopen(to, "w");
    if (p.to == NULL) {
        fclose(in);
        return false;
    }
    copy(&p, in, to_tick);
    const bool failed = (ferror(in) | ferror(p.to)) != 0;
    const int error = errno;
    fclose(in);
    const bool ok = fclose(p.to) == 0 && !failed;
    if (failed)
        errno = error;
    return ok;
}
