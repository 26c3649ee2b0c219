/* dram_bursts.h - the bursts of a list of requests, one after the other, or a
 * channel's share of them.
 *
 * Requests in their order; in each, the runs as the loops give them; in each
 * run, all bursts that hold one of its bytes.  A run that begins in the burst
 * in which the run before it ended, of this request or of the one before it,
 * does not move that burst again if it goes the same way.
 * SPDX-License-Identifier: MIT
 */
#ifndef MEM_DRAM_BURSTS_H
#define MEM_DRAM_BURSTS_H

#include <stdbool.h>
#include <stdint.h>

#include "mem/dram.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Burst k of the list is burst k / channels of channel k % channels. */
struct dram_share {
    int channels, channel;
};

struct dram_bursts {
    const struct dram_request *next_request, *end; /* borrowed */
    struct dram_request request; /* the present one, in as few runs as can be */
    uint32_t index[DRAM_LOOPS];
    /* Bursts of the run, in the channel's numbers; burst is the present one. */
    uint64_t first, burst, last;
    uint64_t run_last; /* of the run in the numbers of all channels */
    int byte_bits;     /* of a burst, log2 */
    struct dram_share share;
    bool has_burst;
};

/* Stands at the first burst, if there is any.  share: NULL is all of them. */
void dram_bursts_start(struct dram_bursts *b,
                       const struct dram_request *requests, int n,
                       int byte_bits, const struct dram_share *share);
/* Steps to the next burst; has_burst must hold. */
void dram_bursts_next(struct dram_bursts *b);
/* How many bursts the requests have in all. */
uint64_t dram_bursts_count(const struct dram_request *requests, int n,
                           int byte_bits);

#ifdef __cplusplus
}
#endif

#endif
