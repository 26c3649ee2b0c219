/* search_nest.h - the best general loop nests of a layer
 * (dataflows/nest/nest.h), proven.
 *
 * The space, on machines without an L1: each dimension has a count at DRAM,
 * L2, the rows, the columns and the RF, none larger than what the counts
 * inside it leave to cover; the loops of DRAM and of L2 that have more than
 * one step come in every order; each tensor is kept in L2 or not.  The loops
 * inside a PE, and those over rows (or columns), have one order, and how a
 * split is shared out to rows and columns stands for all: neither changes a
 * count.  Limits make it smaller.
 *
 * Branch and bound, from the inside: what is kept, the innermost loop and the
 * tiles of a PE; the split over PEs; L2's loops; orders.  A part is left out
 * when what it takes at least (dataflows/search/nest/nest_least.h) is no better
 * than the worst of the best known, as dataflows/search/best.h compares.  It
 * begins with a climb from a few nests, and with what named dataflows' mappings
 * are as nests (the seeds).
 *
 * Work is budgeted in nests looked at, partial or whole: the same result
 * whatever the machine does; only the time limit may cut it shorter.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_SEARCH_NEST_SEARCH_NEST_H
#define DATAFLOWS_SEARCH_NEST_SEARCH_NEST_H

#include "dataflows/nest/nest_limits.h"
#include "dataflows/search/search.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where a part of the space was left out. name, doc */
#define SEARCH_NEST_CUTS(X)                                           \
    X(tiles, "by what is kept, the innermost loop and the PE's tile") \
    X(split, "by the split over PEs")                                 \
    X(l2, "by L2's loops")                                            \
    X(orders, "by the innermost loops")

#define SEARCH_NEST_ENUM(name, doc) SEARCH_NEST_CUT_##name,
enum search_nest_cut { SEARCH_NEST_CUTS(SEARCH_NEST_ENUM) SEARCH_NEST_CUT_N };
#undef SEARCH_NEST_ENUM
extern const char *const search_nest_cut_doc[SEARCH_NEST_CUT_N];
extern const char *const search_nest_cut_name[SEARCH_NEST_CUT_N];

/* A named mapping to start from. */
struct search_nest_seed {
    const struct dataflow *dataflow;
    struct mapping mapping;
};

struct search_nest_options {
    enum search_objective objective;
    int top;                             /* how many of the best, from 1 */
    uint64_t budget;                     /* nests looked at, partial or whole */
    double (*now_seconds)(void);         /* as in dataflows/search/search.h */
    double time_limit_seconds;           /* 0: none */
    const struct nest_limits *limits;    /* borrowed; NULL: none */
    const struct search_nest_seed *seed; /* borrowed */
    int n_seeds;
};

struct search_nest_found {
    struct nest nest;
    struct search_cost cost;
};

/* How a search ended: proven, or why it is not. */
enum search_nest_end {
    SEARCH_NEST_PROVEN,
    SEARCH_NEST_BUDGET,
    SEARCH_NEST_TIME
};

struct search_nest_result {
    struct search_nest_found *best; /* owns; best first */
    int n_best;
    /* The Pareto front: the nests evaluated that no other one beats in both
     * energy and cycles, in rising energy. Owned. */
    struct search_nest_found *front;
    int n_front;
    enum search_nest_end end;
    double gap;                  /* of the objective, at most */
    uint64_t evaluated, bounded; /* nests, and bounds of parts */
    uint64_t cuts[SEARCH_NEST_CUT_N];
    double seconds;
};

/* false: no nest is legal (result is empty). */
bool search_nest(const struct arch *arch, const struct layer *layer,
                 const struct search_costs *costs,
                 const struct search_nest_options *options,
                 struct search_nest_result *out);
void search_nest_result_fini(struct search_nest_result *r);

/* Energy of what was counted, at these prices. */
double search_nest_energy(const struct arch *arch, const struct layer *layer,
                          const struct search_costs *costs,
                          const struct counts *counts);
/* Energy and bound of cycles of a legal nest. */
void search_nest_cost(const struct arch *arch, const struct layer *layer,
                      const struct search_costs *costs, const struct nest *nest,
                      struct lattice_cache *cache, struct search_cost *out);
/* What the search takes for the least of a part of the space that this nest
 * is in: `stage` 0 to 2, from its tiles, its split too, L2's loops too.  The
 * nest has one loop of a dimension at most in each list. */
void search_nest_bound(const struct arch *arch, const struct layer *layer,
                       const struct search_costs *costs,
                       const struct nest *nest, int stage,
                       struct search_cost *out);
/* The size of the space without limits, array, RF and L2 aside; UINT64_MAX:
 * more. */
uint64_t search_nest_space(const struct arch *arch, const struct layer *layer);

#ifdef __cplusplus
}
#endif

#endif
