/* lattice.h - rows or columns of the ifmap as a factor of a nest's closed
 * form: points p * stride + r * dilation - pad inside the ifmap.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_NEST_LATTICE_H
#define DATAFLOWS_NEST_LATTICE_H

#include "dataflows/nest/chain.h"

#ifdef __cplusplus
extern "C" {
#endif

struct lattice {
    int stride, dilation, pad, extent;
};

struct pair_terms {
    uint64_t words, words_kept; /* over all children */
    uint64_t read, read_kept;   /* unions, one of each group */
};

/* As chain_terms, for p and r (or q and s) together: loops[] of each are
 * fixed; steps: 0 or 1, the last of that dimension's steps instead, or -1. */
void lattice_sum(const struct lattice *l, const struct chain *a,
                 const struct chain *b, const int loops[2], int steps,
                 struct pair_terms *out);

/* Sums found before, by all that decides them, compared in full; a full place
 * is taken over.  For one thread. */
struct lattice_cache;
struct lattice_cache *lattice_cache_new(void);
void lattice_cache_free(struct lattice_cache *cache);

/* The same sum, found before if it was; cache: may be NULL. */
void lattice_terms(const struct lattice *l, const struct chain *a,
                   const struct chain *b, const int loops[2], int steps,
                   struct lattice_cache *cache, struct pair_terms *out);

#ifdef __cplusplus
}
#endif

#endif
