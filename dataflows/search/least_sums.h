/* least_sums.h - the five sums over filters (dataflows/search/space.h) at the
 * least that choices which are still open can give.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_SEARCH_LEAST_SUMS_H
#define DATAFLOWS_SEARCH_LEAST_SUMS_H

#include "dataflows/search/cost.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Parts of at most b that a is cut into. */
static inline uint64_t ceil_u(int a, int b)
{
    return (uint64_t)ceil_div(a, b > 0 ? b : 1);
}

/* The most filters that a PE may have. */
int search_most_filters(const struct search_problem *problem,
                        const struct search_reduction *reduction);
/* PEs that can share the filters of a pass. */
int search_most_groups(const struct search_problem *problem,
                       const struct search_reduction *reduction, int e, int x);
/* What follows from passes, at least. */
void search_set_paced(const struct search_problem *problem,
                      struct search_filters *sums);
/* The least that any filter parameters give, up to so many filters of a PE,
 * groups of PEs, filters of a tile and of a psum tile. */
void search_set_least(const struct search_problem *problem, int p_max,
                      int groups, int f_max, int m_max,
                      struct search_filters *out);

/* Raises the busiest PE's filters to the least with `held` of each PE: a PE has
 * all of its filters before another has one. */
void search_set_busy(const struct search_problem *problem, int held, int groups,
                     int f_max, struct search_filters *out);

#ifdef __cplusplus
}
#endif

#endif
