/* dram.c - off-chip memory: three models behind one interface.
 *
 * bandwidth: num / den bytes per core cycle, in lowest terms; the link's free
 * time is a whole number of 1/num cycles and a byte takes den of them, so
 * nothing is rounded but the cycle in which an event is seen.
 * SPDX-License-Identifier: MIT
 */
#include "mem/dram.h"

#include <stdlib.h>
#include <string.h>

#include "mem/dram_controller.h"
#include "mem/dram_memory.h"
#include "sim/base/diag.h"

/* 2^60 cycles times a rate of 2^40 need 100 bits. */
__extension__ typedef unsigned __int128 wide;

/* The largest number of the part's own clock at which a request may start, so
 * that it ends before 2^64. */
#define CLOCK_MAX ((uint64_t)1 << 63)

struct dram {
    struct dram_cfg cfg;
    uint64_t num, den; /* bandwidth: bytes per core cycle;
                          part: its clocks per core cycle */
    wide free_units;   /* bandwidth: 1/num core cycles */
    int channels;
    struct dram_controller *controller; /* owns; part: of each channel */
    uint64_t free_cycle; /* part: from which the next request can be served */
    struct dram_totals counts;
    struct dram_memory *memory; /* owns; of all channels; NULL: none */
    uint64_t recalls[DRAM_RECALLS];
};

/* Returns the value, or DRAM_NEVER when 64 bits do not hold it. */
static uint64_t narrow(wide value)
{
    return value < DRAM_NEVER ? (uint64_t)value : DRAM_NEVER;
}

static uint64_t later_by(uint64_t cycle, uint64_t cycles)
{
    return narrow((wide)cycle + cycles);
}

/* ceil(a * b / c) */
static uint64_t scale_up(uint64_t a, uint64_t b, uint64_t c)
{
    uint64_t product;
    /* Nearly always, and some times as fast. */
    if (!__builtin_mul_overflow(a, b, &product) && product <= UINT64_MAX - c)
        return (product + c - 1) / c;
    return narrow(((wide)a * b + c - 1) / c);
}

static uint64_t gcd(uint64_t a, uint64_t b)
{
    while (b != 0) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

static int channels_of(const struct dram_cfg *cfg)
{
    return cfg->channels > 0 ? cfg->channels : 1;
}

struct dram *dram_new(const struct dram_cfg *cfg)
{
    struct dram *d = xcalloc(1, sizeof(*d));
    uint64_t per_second = 1;
    SIM_CHECK(cfg->core_hz > 0);
    if (cfg->kind == DRAM_BANDWIDTH)
        per_second = cfg->bytes_per_second;
    if (cfg->kind == DRAM_PART) {
        SIM_CHECK(cfg->part != NULL);
        per_second = cfg->part->clock_hz;
        d->channels = channels_of(cfg);
        d->controller = xcalloc((size_t)d->channels, sizeof(*d->controller));
        for (int k = 0; k < d->channels; k++)
            dram_controller_init(&d->controller[k], cfg->part);
    }
    SIM_CHECK(per_second > 0);
    d->cfg = *cfg;
    d->num = per_second / gcd(per_second, cfg->core_hz);
    d->den = cfg->core_hz / gcd(per_second, cfg->core_hz);
    return d;
}

void dram_free(struct dram *d)
{
    if (d == NULL)
        return;
    dram_memory_free(d->memory);
    free(d->controller);
    free(d);
}

void dram_remember(struct dram *d)
{
    if (d->cfg.kind == DRAM_PART && d->memory == NULL)
        d->memory =
            dram_memory_new(d->cfg.part, d->channels, DRAM_MEMORY_BYTES);
}

const uint64_t *dram_recalls(const struct dram *d)
{
    return d->recalls;
}

void dram_set_tap(struct dram *d, const struct dram_tap *tap)
{
    SIM_CHECK(d->counts.requests == 0);
    if (d->controller != NULL)
        d->controller[0].tap = *tap;
}

uint64_t dram_request_bytes(const struct dram_request *request)
{
    wide bytes = request->run_bytes;
    for (int k = 0; k < DRAM_LOOPS; k++)
        if (request->loop[k].count != 1)
            bytes = (wide)narrow(bytes) * request->loop[k].count;
    return narrow(bytes);
}

static uint64_t serve_bandwidth(struct dram *d, uint64_t bytes,
                                uint64_t start_cycle)
{
    wide start = (wide)start_cycle * d->num;
    if (start > d->free_units)
        d->free_units = start;
    d->free_units += (wide)bytes * d->den;
    return later_by(narrow((d->free_units + d->num - 1) / d->num),
                    d->cfg.latency_cycles);
}

/* The clock in which the queues of all channels have run empty. */
static uint64_t free_clock(const struct dram *d)
{
    uint64_t clock = 0;
    for (int k = 0; k < d->channels; k++)
        clock = dram_later(clock, d->controller[k].state.clock);
    return clock;
}

/* Serves one channel's share, from memory if it can. */
static uint64_t serve_channel(struct dram *d, int channel,
                              const struct dram_request *requests, int n,
                              uint64_t start_clock, enum dram_recall *how)
{
    struct dram_controller *c = &d->controller[channel];
    const struct dram_share share = {d->channels, channel};
    enum dram_recall its = DRAM_SIMULATED;
    uint64_t end_clock;
    if (d->memory == NULL || d->controller[0].tap.command != NULL)
        end_clock = dram_controller_serve(c, requests, n, &share, start_clock);
    else
        end_clock = dram_memory_serve(d->memory, c, requests, n, &share,
                                      start_clock, &its);
    if (its > *how)
        *how = its;
    return end_clock;
}

/* Returns the clock in which the last data has been moved. */
static uint64_t serve_channels(struct dram *d,
                               const struct dram_request *requests, int n,
                               uint64_t start_clock)
{
    struct dram_totals *sum = &d->counts;
    uint64_t end_clock = start_clock;
    enum dram_recall how = DRAM_REMEMBERED;
    sum->bursts = sum->activates = sum->row_hits = sum->refreshes = 0;
    sum->write_bursts = 0;
    for (int k = 0; k < d->channels; k++) {
        const struct dram_controller *c = &d->controller[k];
        end_clock = dram_later(
            end_clock, serve_channel(d, k, requests, n, start_clock, &how));
        sum->bursts += c->counts.bursts;
        sum->activates += c->counts.activates;
        sum->row_hits += c->counts.row_hits;
        sum->refreshes += c->counts.refreshes;
        sum->write_bursts += c->counts.write_bursts;
    }
    d->recalls[how]++;
    return end_clock;
}

static uint64_t serve_part(struct dram *d, const struct dram_request *requests,
                           int n, uint64_t start_cycle)
{
    uint64_t start_clock = scale_up(start_cycle, d->num, d->den);
    if (start_clock > CLOCK_MAX)
        return DRAM_NEVER;
    uint64_t end_clock =
        serve_channels(d, requests, n, dram_later(start_clock, free_clock(d)));
    d->free_cycle = scale_up(free_clock(d), d->den, d->num);
    return scale_up(end_clock, d->den, d->num);
}

uint64_t dram_serve_list(struct dram *d, const struct dram_request *requests,
                         int n, uint64_t start_cycle)
{
    uint64_t all_bytes = 0;
    for (int k = 0; k < n; k++) {
        uint64_t bytes = dram_request_bytes(&requests[k]);
        all_bytes = narrow((wide)all_bytes + bytes);
        if (requests[k].is_write)
            d->counts.write_bytes += bytes;
        else
            d->counts.read_bytes += bytes;
        d->counts.requests++;
    }
    if (all_bytes == 0)
        return start_cycle;
    switch (d->cfg.kind) {
    case DRAM_BANDWIDTH:
        return serve_bandwidth(d, all_bytes, start_cycle);
    case DRAM_PART:
        return serve_part(d, requests, n, start_cycle);
    case DRAM_IDEAL:
        break;
    }
    return start_cycle;
}

uint64_t dram_serve(struct dram *d, const struct dram_request *request,
                    uint64_t start_cycle)
{
    return dram_serve_list(d, request, 1, start_cycle);
}

uint64_t dram_free_cycle(const struct dram *d)
{
    switch (d->cfg.kind) {
    case DRAM_BANDWIDTH:
        return narrow((d->free_units + d->num - 1) / d->num);
    case DRAM_PART:
        return d->free_cycle;
    case DRAM_IDEAL:
        break;
    }
    return 0;
}

int dram_burst_bytes(const struct dram_cfg *cfg)
{
    return cfg->kind == DRAM_PART ? cfg->part->BL * cfg->part->bus_bytes : 1;
}

const struct dram_totals *dram_counts(const struct dram *d)
{
    return &d->counts;
}

/* Bursts of the channel that has the most. */
static uint64_t bursts_of_channel(const struct dram_cfg *cfg, uint64_t bytes)
{
    const uint64_t burst_bytes = (uint64_t)dram_burst_bytes(cfg);
    const uint64_t channels = (uint64_t)channels_of(cfg);
    const uint64_t bursts = bytes / burst_bytes + (bytes % burst_bytes != 0);
    return bursts / channels + (bursts % channels != 0);
}

/* Clocks around a refresh in which no data move: rows are closed before it and
 * opened behind it, while what was asked for before still comes. */
static uint64_t clocks_of_refresh(const struct dram_part *p)
{
    const int first = p->CL < p->CWL ? p->CL : p->CWL;
    const int clocks = p->tRTP + p->tRP + p->tRFC + p->tRCD + first - p->CL -
                       p->clocks_per_burst;
    return clocks > p->tRFC ? (uint64_t)p->tRFC
                            : (uint64_t)(clocks > 0 ? clocks : 0);
}

/* The least clocks until data have moved for so many of them: each refresh that
 * is due before the last column access has come before it. */
static uint64_t with_refreshes(const struct dram_part *p, uint64_t moving)
{
    const uint64_t last =
        (uint64_t)((p->CL > p->CWL ? p->CL : p->CWL) + p->clocks_per_burst);
    const uint64_t each = clocks_of_refresh(p);
    uint64_t clocks = moving, before = 0;
    while (clocks != before && clocks > last) {
        before = clocks;
        clocks = moving + (clocks - last) / (uint64_t)p->tREFI * each;
    }
    return clocks;
}

uint64_t dram_min_cycles(const struct dram_cfg *cfg, uint64_t bytes)
{
    switch (cfg->kind) {
    case DRAM_BANDWIDTH:
        return scale_up(bytes, cfg->core_hz, cfg->bytes_per_second);
    case DRAM_PART: {
        const uint64_t each = (uint64_t)cfg->part->clocks_per_burst;
        const wide clocks = with_refreshes(
            cfg->part, narrow((wide)bursts_of_channel(cfg, bytes) * each));
        const uint64_t clock_hz = cfg->part->clock_hz;
        return narrow((clocks * cfg->core_hz + clock_hz - 1) / clock_hz);
    }
    case DRAM_IDEAL:
        break;
    }
    return 0;
}

void dram_relative_state(const struct dram *d, uint64_t now_cycle,
                         uint64_t out[2])
{
    SIM_CHECK(d->cfg.kind != DRAM_PART);
    /* What lies in the past has no effect any more; ideal: nothing has. */
    wide now = (wide)now_cycle * d->num;
    wide left = d->free_units > now ? d->free_units - now : 0;
    out[0] = (uint64_t)left;
    out[1] = (uint64_t)(left >> 64);
}

void dram_shift(struct dram *d, uint64_t cycles)
{
    SIM_CHECK(d->cfg.kind != DRAM_PART);
    d->free_units += (wide)cycles * d->num;
}
