/* dram.c - off-chip memory: "ideal" and "bandwidth".
 *
 * bandwidth: the link's free time is kept in units of 1/bytes_per_second
 * cycles, so nothing is rounded but the cycle in which an event is seen.
 * SPDX-License-Identifier: MIT
 */
#include "mem/dram.h"

#include <stdlib.h>

#include "sim/diag.h"

__extension__ typedef unsigned __int128 wide;

struct dram {
    struct dram_cfg cfg;
    wide free_units; /* cycles * bytes_per_second */
    struct dram_counts counts;
};

struct dram *dram_new(const struct dram_cfg *cfg)
{
    struct dram *d = xcalloc(1, sizeof(*d));
    d->cfg = *cfg;
    return d;
}

void dram_free(struct dram *d)
{
    free(d);
}

static uint64_t request_bytes(const struct dram_request *r)
{
    uint64_t bytes = r->run_bytes;
    for (int k = 0; k < DRAM_LOOPS; k++)
        bytes *= r->loop[k].count;
    return bytes;
}

static uint64_t cycle_of(const struct dram *d, wide units)
{
    uint64_t rate = d->cfg.bytes_per_second;
    return (uint64_t)((units + rate - 1) / rate);
}

uint64_t dram_free_cycle(const struct dram *d)
{
    if (d->cfg.kind == DRAM_IDEAL)
        return 0;
    return cycle_of(d, d->free_units);
}

uint64_t dram_serve(struct dram *d, const struct dram_request *request,
                    uint64_t start_cycle)
{
    uint64_t bytes = request_bytes(request);
    d->counts.requests++;
    if (request->is_write)
        d->counts.write_bytes += bytes;
    else
        d->counts.read_bytes += bytes;
    if (d->cfg.kind == DRAM_IDEAL)
        return start_cycle;
    wide start = (wide)start_cycle * d->cfg.bytes_per_second;
    if (start > d->free_units)
        d->free_units = start;
    d->free_units += (wide)bytes * d->cfg.core_hz;
    return cycle_of(d, d->free_units) + d->cfg.latency_cycles;
}

int dram_burst_bytes(const struct dram_cfg *cfg)
{
    (void)cfg;
    return 1;
}

const struct dram_counts *dram_counts(const struct dram *d)
{
    return &d->counts;
}

uint64_t dram_min_cycles(const struct dram_cfg *cfg, uint64_t bytes)
{
    if (cfg->kind == DRAM_IDEAL)
        return 0;
    wide units = (wide)bytes * cfg->core_hz;
    return (uint64_t)((units + cfg->bytes_per_second - 1) /
                      cfg->bytes_per_second);
}
