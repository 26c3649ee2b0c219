/* dram_bursts.h - the bursts of a list of requests, one after the other.
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

struct dram_bursts {
    const struct dram_request *next_request, *end; /* borrowed */
    struct dram_request request; /* the present one, in as few runs as can be */
    uint32_t index[DRAM_LOOPS];
    uint64_t first, burst, last; /* of the run; burst: the present one */
    int byte_bits;               /* of a burst, log2 */
    bool has_burst;
};

/* Stands at the first burst, if there is any. */
void dram_bursts_start(struct dram_bursts *b,
                       const struct dram_request *requests, int n,
                       int byte_bits);
/* Steps to the next burst; has_burst must hold. */
void dram_bursts_next(struct dram_bursts *b);

#ifdef __cplusplus
}
#endif

#endif
