/* branch.h - a reduction together with a choice of outputs
 * (dataflows/search/space.h).
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_SEARCH_BRANCH_H
#define DATAFLOWS_SEARCH_BRANCH_H

#include "dataflows/search/cost.h"

#ifdef __cplusplus
extern "C" {
#endif

struct search_branch {
    const struct search_reduction *r; /* borrowed */
    struct search_outputs o;
    struct search_terms terms;
    struct search_line line;
    int ifmap_banks, f_max;
};

void branch_set_terms(const struct search_problem *problem,
                      struct search_branch *branch);
void branch_set_runs(const struct search_problem *problem,
                     struct search_branch *branch);
/* Words of the ifmap that DRAM sends with so many rows. */
uint64_t branch_dram_ifmap(const struct search_problem *problem,
                           const struct search_reduction *reduction,
                           uint64_t rows);
/* The line with the least bytes that any tiles give. */
void branch_set_least_line(const struct search_problem *problem,
                           struct search_branch *branch);
/* Makes the line exact but for the ofmap's bytes, which are still the least of
 * any m. */
void branch_refine(const struct search_problem *problem,
                   struct search_branch *branch);
/* Line and sums of the branch's images and rows with the least of any x. */
void branch_set_any_parallel(const struct search_problem *problem,
                             struct search_branch *branch, int m_max,
                             struct search_filters *least);
/* Works out what still fits into L2 with the branch's images and rows; returns
 * false when nothing does. */
bool branch_set_room(const struct search_problem *problem,
                     struct search_branch *branch, int *m_max);

#ifdef __cplusplus
}
#endif

#endif
