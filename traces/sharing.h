/* sharing.h - how far apart in time several consumers use the same word.
 *
 * A consumer's time is the number of its own accesses.  The k-th use of a word
 * by each of the consumers that use it k times or more belongs together; the
 * spatial reuse distance is the longest time between any two of them (Sze,
 * Chen, Yang, Emer 2020, s. 5.3): 0 when all use it at once, so that one
 * multicast serves them all.
 *
 * Exact while at most `max_entries` uses are followed; beyond, a share of the
 * words chosen by a hash, as in reuse.h.
 * SPDX-License-Identifier: MIT
 */
#ifndef TRACES_SHARING_H
#define TRACES_SHARING_H

#include "traces/reuse.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Scaled by 1 / sampled_share where that is below 1. */
struct sharing_counts {
    uint64_t accesses; /* never scaled */
    /* Reads of the source when one read serves all consumers that want the
     * word at the same time of theirs. */
    uint64_t multicast_reads;
    uint64_t alone;            /* uses of a word by one consumer only */
    uint64_t at_once;          /* shared uses at distance 0 */
    struct distances distance; /* shared uses at distance 1 or more */
    double sampled_share;
};

struct sharing;

struct sharing *sharing_new(size_t max_entries);
void sharing_free(struct sharing *s);
/* consumer: 0 or more, below 2^20. */
void sharing_access(struct sharing *s, int consumer, uint64_t word);
void sharing_read(const struct sharing *s, struct sharing_counts *out);

#ifdef __cplusplus
}
#endif

#endif
