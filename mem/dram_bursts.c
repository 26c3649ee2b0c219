/* dram_bursts.c - the bursts of a list of requests, one after the other, or a
 * channel's share of them.
 * SPDX-License-Identifier: MIT
 */
#include "mem/dram_bursts.h"

#include <stddef.h>

/* Steps to the next run of this request. Returns false when it has no more. */
static bool step_loops(struct dram_bursts *b)
{
    for (int k = DRAM_LOOPS - 1; k >= 0; k--) {
        if (++b->index[k] < b->request.loop[k].count)
            return true;
        b->index[k] = 0;
    }
    return false;
}

/* Sets the run's bursts from number `least` on, and of these the share. */
static void find_run(struct dram_bursts *b, uint64_t least)
{
    const struct dram_request *r = &b->request;
    const uint64_t channels = (uint64_t)b->share.channels;
    const uint64_t channel = (uint64_t)b->share.channel;
    uint64_t address = r->address, first;
    for (int k = 0; k < DRAM_LOOPS; k++)
        address += b->index[k] * r->loop[k].stride_bytes;
    first = address >> b->byte_bits;
    b->run_last = (address + r->run_bytes - 1) >> b->byte_bits;
    if (first == least - 1)
        first = least;
    if (channels == 1) {
        b->first = first;
        b->last = b->run_last;
    } else {
        /* The first number from `first` on, and the first behind the run. */
        b->first = (first + channels - 1 - channel) / channels;
        b->last = (b->run_last + channels - channel) / channels - 1;
    }
    b->burst = b->first;
}

/* Whether the run has no burst, or none of the share. */
static bool run_is_empty(const struct dram_bursts *b)
{
    return b->burst > b->last || b->last == UINT64_MAX;
}

/* Whether the runs of loop k, all those inside it being one run, follow each
 * other burst by burst wherever the loops outside stand. */
static bool runs_join(const struct dram_request *r, int k, int byte_bits)
{
    uint64_t burst_bytes = (uint64_t)1 << byte_bits;
    uint64_t stride = r->loop[k].stride_bytes;
    if (stride == r->run_bytes)
        return true;
    for (int outer = 0; outer <= k; outer++)
        if (r->loop[outer].count > 1 &&
            r->loop[outer].stride_bytes % burst_bytes != 0)
            return false;
    uint64_t from_last =
        stride -
        ((r->address % burst_bytes + r->run_bytes - 1) & ~(burst_bytes - 1));
    return from_last == 0 || from_last == burst_bytes;
}

static void join_runs(struct dram_request *r, int byte_bits)
{
    for (int k = DRAM_LOOPS - 1; k >= 0; k--) {
        uint64_t more = r->loop[k].count - 1;
        if (more > 0 && !runs_join(r, k, byte_bits))
            return;
        r->run_bytes += more * r->loop[k].stride_bytes;
        r->loop[k].count = 1;
    }
}

/* Goes to the next request that has bursts. */
static void find_request(struct dram_bursts *b)
{
    while (b->next_request != b->end &&
           dram_request_bytes(b->next_request) == 0)
        b->next_request++;
    b->has_burst = b->next_request != b->end;
    if (!b->has_burst)
        return;
    b->request = *b->next_request++;
    join_runs(&b->request, b->byte_bits);
}

/* Goes to the first burst of the share in the runs behind this one.  A run does
 * not move the burst again that the run before it moved last, the same way. */
static void find_burst(struct dram_bursts *b)
{
    do {
        const bool was_write = b->request.is_write;
        const uint64_t moved = b->run_last;
        const bool more = step_loops(b);
        if (!more)
            find_request(b);
        if (!b->has_burst)
            return;
        find_run(b, b->request.is_write == was_write ? moved + 1 : 0);
    } while (run_is_empty(b));
}

void dram_bursts_start(struct dram_bursts *b,
                       const struct dram_request *requests, int n,
                       int byte_bits, const struct dram_share *share)
{
    static const struct dram_share all = {1, 0};
    *b = (struct dram_bursts){.next_request = requests,
                              .end = requests + n,
                              .byte_bits = byte_bits,
                              .share = share != NULL ? *share : all};
    find_request(b);
    if (!b->has_burst)
        return;
    find_run(b, 0);
    if (run_is_empty(b))
        find_burst(b);
}

void dram_bursts_next(struct dram_bursts *b)
{
    if (b->burst++ < b->last)
        return;
    find_burst(b);
}

uint64_t dram_bursts_count(const struct dram_request *requests, int n,
                           int byte_bits)
{
    struct dram_bursts b;
    uint64_t count = 0;
    dram_bursts_start(&b, requests, n, byte_bits, NULL);
    while (b.has_burst) {
        count += b.last - b.burst + 1;
        b.burst = b.last; /* the next one is the first of another run */
        dram_bursts_next(&b);
    }
    return count;
}
