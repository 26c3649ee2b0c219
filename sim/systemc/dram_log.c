/* dram_log.c - what happened at the DRAM, and when.
 * SPDX-License-Identifier: MIT
 */
#include "sim/systemc/dram_log.h"

#include <stdlib.h>

#include "sim/base/diag.h"
#include "sim/run/tile_table.h"

__extension__ typedef unsigned __int128 wide;

struct dram_log {
    uint64_t from_cycle, to_cycle, period_ticks;
    uint64_t core_hz, clock_hz; /* of the part; 0: no part */
    struct dram_port port;
    struct dram_tap tap;
    bool tapped;
    struct dram_event *event; /* owns */
    int n, room;
};

static void add(struct dram_log *log, const struct dram_event *event)
{
    if (event->to_tick / log->period_ticks < log->from_cycle ||
        event->from_tick / log->period_ticks >= log->to_cycle)
        return;
    if (log->n == log->room) {
        log->room = log->room == 0 ? 256 : 2 * log->room;
        log->event =
            xrealloc(log->event, (size_t)log->room, sizeof(*log->event));
    }
    log->event[log->n++] = *event;
}

/* A part's clock k, in the time that the core's cycles are drawn in. */
static uint64_t tick_of(const struct dram_log *log, uint64_t clock)
{
    wide ticks = (wide)clock * log->core_hz * log->period_ticks;
    return (uint64_t)(ticks / log->clock_hz);
}

static void command(void *context, uint64_t clock, enum dram_command kind,
                    int bank, int row, int burst)
{
    struct dram_log *log = context;
    const struct dram_event event = {
        .from_tick = tick_of(log, clock),
        .to_tick = tick_of(log, clock + 1),
        .is_command = true,
        .kind = (int)kind,
        .bank = bank,
        .row = row,
        .burst = burst,
    };
    add(log, &event);
}

static uint64_t serve(void *context, struct dram *own,
                      const struct dram_request *requests, int n,
                      uint64_t start_cycle)
{
    struct dram_log *log = context;
    uint64_t free_before = dram_free_cycle(own), bytes = 0;
    if (!log->tapped)
        dram_set_tap(own, &log->tap);
    log->tapped = true;
    uint64_t done = dram_serve_list(own, requests, n, start_cycle);
    for (int k = 0; k < n; k++)
        bytes += dram_request_bytes(&requests[k]);
    if (free_before > start_cycle)
        start_cycle = free_before;
    const struct dram_event event = {
        .from_tick = start_cycle * log->period_ticks,
        .to_tick = done * log->period_ticks,
        .is_write = n > 0 && requests[0].is_write,
        .bytes = bytes,
    };
    if (bytes > 0)
        add(log, &event);
    return done;
}

static uint64_t free_cycle(void *context, const struct dram *own)
{
    (void)context;
    return dram_free_cycle(own);
}

struct dram_log *dram_log_new(const struct arch *arch, uint64_t from_cycle,
                              uint64_t to_cycle, uint64_t period_ticks)
{
    const struct dram_cfg cfg = tile_table_dram_cfg(arch);
    struct dram_log *log = xcalloc(1, sizeof(*log));
    log->from_cycle = from_cycle;
    log->to_cycle = to_cycle;
    log->period_ticks = period_ticks;
    log->core_hz = cfg.core_hz;
    log->clock_hz = cfg.part != NULL ? cfg.part->clock_hz : 0;
    log->port.context = log;
    log->port.serve = serve;
    log->port.free_cycle = free_cycle;
    log->tap.context = log;
    if (cfg.kind == DRAM_PART)
        log->tap.command = command;
    return log;
}

void dram_log_free(struct dram_log *log)
{
    free(log->event);
    free(log);
}

const struct dram_port *dram_log_port(struct dram_log *log)
{
    return &log->port;
}

static int by_time(const void *a, const void *b)
{
    const struct dram_event *x = a, *y = b;
    if (x->from_tick != y->from_tick)
        return x->from_tick < y->from_tick ? -1 : 1;
    return x->is_command - y->is_command;
}

const struct dram_event *dram_log_events(struct dram_log *log, int *n)
{
    if (log->n > 0)
        qsort(log->event, (size_t)log->n, sizeof(*log->event), by_time);
    *n = log->n;
    return log->event;
}
