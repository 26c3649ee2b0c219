/* chain.h - one dimension of a nest as seen from a child level, and its
 * factor of the closed form (dataflows/nest/nest_model.c).
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_NEST_CHAIN_H
#define DATAFLOWS_NEST_CHAIN_H

#include "dataflows/nest/nest.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { CHAIN_ELEMS_MAX = 3 * NEST_LOOPS_MAX + 2 };

enum elem_kind { ELEM_TIME, ELEM_CLUSTERS, ELEM_PES };

/* One cut of a dimension: a loop over time, or a split over clusters or PEs. */
struct elem {
    enum elem_kind kind;
    int count; /* children, of ELEM_CLUSTERS and ELEM_PES */
    int tile;  /* what it leaves inside */
};

/* A dimension as seen from one child level: the cuts outside it. */
struct chain {
    int extent;
    int n;
    struct elem elem[CHAIN_ELEMS_MAX];
    int clusters, cluster_tile; /* groups of children with a parent each */
    int kids, kid_tile;         /* children of a group */
};

/* What one dimension contributes to the counts, summed over all steps of a
 * loop. */
struct terms {
    uint64_t words, words_kept; /* over all children */
    uint64_t kids, kids_kept;   /* children with work; before too */
    /* Groups with work; those whose children all had work before. */
    uint64_t groups, groups_kept;
    uint64_t any, any_kept; /* the same with all children in one group */
    uint64_t contexts;
};

/* A tile of a context: `rest` words from the base on, of which the children
 * begin at `off`. */
struct spot {
    int rest, off;
};

static inline int chain_clamp(int x, int low, int high)
{
    return x < low ? low : x > high ? high : x;
}

static inline int chain_div_up(int a, int b)
{
    return (a + b - 1) / b;
}

/* Offset of the last tile that cuts i and further in make of `rest`. */
int chain_last_offset(const struct chain *c, int i, int rest);
/* Sums with the first `loops` time loops fixed, at all their values, and the
 * loops inside wrapping from last to first; steps: the last of the first
 * loops steps, instead of being fixed. */
void chain_terms(const struct chain *c, int loops, bool steps,
                 struct terms *out);
/* A chain has no clusters: its children with work while the first `outer`
 * loops have a value, added up once for each value of the first `loops` loops,
 * of which the last may step instead of being fixed. */
uint64_t chain_kids_of(const struct chain *c, int outer, int loops, bool steps);

#ifdef __cplusplus
}
#endif

#endif
