/* nest_view.h - what comes to the children of one level of a nest, and what
 * goes from them, summed over all steps (the closed form's terms; its sums are
 * explained in nest_model.c).
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_NEST_NEST_VIEW_H
#define DATAFLOWS_NEST_NEST_VIEW_H

#include "dataflows/nest/chain.h"
#include "dataflows/nest/lattice.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { VIEW_MACS = -1 }; /* the place inside the innermost level */

/* A nest as seen from the children at one level. */
struct nest_view {
    const struct layer *layer;
    struct lattice rows, cols;
    struct lattice_cache *cache; /* borrowed, or NULL */
    bool psums_stay;             /* in L2, until they are done */
    bool keeps_operands; /* a step's words may be those of the step before */
    struct chain chain[NEST_DIMS];
    int n_loops; /* time loops outside, outermost first */
    uint8_t dim[LEVEL_N * NEST_LOOPS_MAX];
    /* The first so many are loops over passes, and of each dimension: at their
     * steps the children forget. */
    bool forgets;
    int pass_loops, dim_pass_loops[NEST_DIMS];
};

/* Words of one operand. */
struct nest_flow {
    uint64_t delivered; /* new words of all children */
    uint64_t read;      /* each word once a step and group */
};
/* Words of psum tiles that come to children. */
struct nest_psum_flow {
    uint64_t all;     /* to any child */
    uint64_t chained; /* to any child with work in the pass; where it forgets */
    uint64_t first;   /* to the first in each group that shares a reduction */
    /* The same of children with a share of the reduction in that step. */
    uint64_t busy, busy_first;
};
struct nest_flows {
    struct nest_flow operand[TENSOR_PSUM];
    struct nest_psum_flow psum;
};

/* level: of the children, or VIEW_MACS.  Children that share an instance of
 * `above`, some level further out, are a group. */
void nest_view_from(const struct arch *arch, const struct layer *layer,
                    const struct nest *nest, int level, enum level above,
                    struct lattice_cache *cache, struct nest_view *out);
/* As from the PEs, those of one row under an instance of `above` as a group:
 * that of the level whose network leads to them. */
void nest_view_of_rows(const struct arch *arch, const struct layer *layer,
                       const struct nest *nest, enum level above,
                       struct nest_view *out);
/* Words that are new in a step; of `wanted` tensors, the others 0. */
void nest_view_sum(const struct nest_view *view, const bool wanted[TENSOR_N],
                   struct nest_flows *out);
/* All words of every step, as of children that hold nothing in between. */
void nest_view_sum_each(const struct nest_view *view, struct nest_flows *out);
/* Generated padding counts as words from here on. */
void nest_view_pad(const struct arch *arch, struct nest_view *view);

uint64_t nest_outputs(const struct layer *layer);
/* Psum words that come to the first of each group and begin at 0:
 * each group visits each output for the first time once. */
uint64_t nest_view_first_visits(const struct nest_view *view);

#ifdef __cplusplus
}
#endif

#endif
