/* search_levels.h - the best loop nests of a layer on a machine whose file
 * lists its levels.
 *
 * The space: each dimension has a count at each place (levels_cuts.h), the
 * loops of a level that have more than one step come in every order, and each
 * tensor is kept at a level that has a store for it, or not.
 *
 * A space of few cuts is walked whole and its best proven; parts are left out
 * whose least energy and cycles are no better than the best known.  Of others
 * nests are improved step by step from random ones, as long as the budget
 * lasts, and nothing is proven.  The same result whatever the machine does;
 * only the time limit may cut it shorter.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_SEARCH_LEVELS_SEARCH_LEVELS_H
#define DATAFLOWS_SEARCH_LEVELS_SEARCH_LEVELS_H

#include "dataflows/search/nest/search_nest.h"

#ifdef __cplusplus
extern "C" {
#endif

/* As search_nest (search_nest.h), whose results these are; its limits and seeds
 * are not looked at.  budget: nests evaluated. */
bool search_levels(const struct arch *arch, const struct layer *layer,
                   const struct search_costs *costs,
                   const struct search_nest_options *options,
                   struct search_nest_result *out);
/* Cuts of all dimensions and what is kept, orders aside; UINT64_MAX: more. */
uint64_t search_levels_space(const struct arch *arch,
                             const struct layer *layer);

#ifdef __cplusplus
}
#endif

#endif
