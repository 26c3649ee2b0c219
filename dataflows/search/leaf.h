/* leaf.h - a complete mapping, at the end of a walk's branch.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_SEARCH_LEAF_H
#define DATAFLOWS_SEARCH_LEAF_H

#include "dataflows/search/branch.h"
#include "dataflows/search/search_tree.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whether a walk looks at passes of what is promising. */
bool search_evaluates_passes(const struct search_walk *walk);
/* m, f, p, t and g of *filters are set; works out its sums. */
void search_evaluate(struct search_walk *walk,
                     const struct search_branch *branch,
                     struct search_filters *filters);

#ifdef __cplusplus
}
#endif

#endif
