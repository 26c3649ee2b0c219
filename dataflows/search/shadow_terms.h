/* shadow_terms.h - cycles of ws and is, for the search, on a systolic array
 * whose loads overlap (array.preload): those between folds, and the layer's
 * ramps.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_SEARCH_SHADOW_TERMS_H
#define DATAFLOWS_SEARCH_SHADOW_TERMS_H

#include "dataflows/search/cost.h"

#ifdef __cplusplus
extern "C" {
#endif

void search_ws_shadow(const struct search_problem *p,
                      const struct search_reduction *r,
                      const struct search_outputs *o, struct search_terms *t);
/* What depends on the filters is in their sums, paced and last_short. */
void search_is_shadow(const struct search_problem *p,
                      const struct search_reduction *r,
                      const struct search_outputs *o, struct search_terms *t);

#ifdef __cplusplus
}
#endif

#endif
