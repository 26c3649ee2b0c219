/* nest_view.h - a nest as seen from one of its child levels, for the closed
 * form (dataflows/nest/nest_model.c). SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_NEST_NEST_VIEW_H
#define DATAFLOWS_NEST_NEST_VIEW_H

#include "dataflows/nest/chain.h"
#include "dataflows/nest/lattice.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A nest as seen from one child level. */
struct nest_view {
    const struct layer *layer;
    struct lattice rows, cols;
    struct lattice_cache *cache; /* borrowed, or NULL */
    bool ifmap_one_group; /* the children's ifmap words come from one parent */
    bool keeps_operands;  /* a step's words may be those of the step before */
    struct chain chain[NEST_DIMS];
    int n_loops; /* time loops outside, outermost first */
    uint8_t dim[3 * NEST_LOOPS_MAX];
    /* The first so many are loops over passes, and of each dimension: at their
     * steps the children forget. */
    int pass_loops, dim_pass_loops[NEST_DIMS];
};

/* level: the child, L2, L1 or RF.  The view has no cache. */
void nest_view_from(const struct arch *arch, const struct layer *layer,
                    const struct nest *nest, enum level level,
                    struct nest_view *out);

#ifdef __cplusplus
}
#endif

#endif
