/* dram_bursts.c - the bursts of a list of requests, one after the other.
 * SPDX-License-Identifier: MIT
 */
#include "mem/dram_bursts.h"

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

static void find_run(struct dram_bursts *b)
{
    const struct dram_request *r = &b->request;
    uint64_t address = r->address;
    for (int k = 0; k < DRAM_LOOPS; k++)
        address += b->index[k] * r->loop[k].stride_bytes;
    b->first = b->burst = address >> b->byte_bits;
    b->last = (address + r->run_bytes - 1) >> b->byte_bits;
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

/* Finds the first burst of the next request that has any. */
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
    find_run(b);
}

void dram_bursts_start(struct dram_bursts *b,
                       const struct dram_request *requests, int n,
                       int byte_bits)
{
    *b = (struct dram_bursts){
        .next_request = requests, .end = requests + n, .byte_bits = byte_bits};
    find_request(b);
}

void dram_bursts_next(struct dram_bursts *b)
{
    const uint64_t moved = b->burst;
    const bool was_write = b->request.is_write;
    if (b->burst++ < b->last)
        return;
    do {
        if (step_loops(b))
            find_run(b);
        else
            find_request(b);
        if (!b->has_burst || b->request.is_write != was_write ||
            b->burst != moved)
            return;
        b->burst = b->first = moved + 1;
    } while (b->burst > b->last);
}
