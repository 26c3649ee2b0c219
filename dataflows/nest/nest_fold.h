/* nest_fold.h - the innermost part of a nest as a fold of a systolic array.
 *
 * A systolic array knows three folds (pe/systolic.h).  Of a nest, the rows and
 * columns of L2 and its innermost time loops are one of them if they share out
 *
 *        rows      columns   innermost time loops: what streams
 *   ws   c r s     m         n p q
 *   is   c r s     n p q     m
 *   os   n p q     m         c r s
 *
 * PEs hold a word of each tensor, so there are no loops in RF.  The loops
 * outside are free: each of their steps is a pass.  A fold takes neighbouring
 * rows, columns and words, so an axis or stream has a dimension once, and all
 * of an axis but its outermost loop are whole in every fold.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_NEST_NEST_FOLD_H
#define DATAFLOWS_NEST_NEST_FOLD_H

#include "dataflows/folds.h"
#include "dataflows/nest/nest_walk.h"
#include "pe/systolic.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Dimensions that a fold shares out one way, outermost first. */
struct nest_fold_axis {
    int n;
    enum nest_dim dim[NEST_DIMS];
};

struct nest_fold {
    enum systolic_kind kind;
    int loops; /* time loops outside of it, of the walk's */
    struct nest_fold_axis rows, cols, stream;
    int tile[NEST_DIMS]; /* what the largest one works on */
};

/* Whether the nest is one that the systolic array can run; it is legal but for
 * that.  false: *why says what it lacks and what would be right. */
bool nest_fold_of(const struct arch *arch, const struct layer *layer,
                  const struct nest *nest, struct nest_fold *out,
                  char why[256]);

/* What the fold of a step works on, and its pass. */
void nest_fold_spans(const struct nest_fold *fold, const struct nest_walk *walk,
                     const struct nest_step *step,
                     struct nest_span out[NEST_DIMS]);
void nest_fold_pass(const struct nest_fold *fold, const struct arch *arch,
                    const struct nest_walk *walk, const struct nest_step *step,
                    struct systolic_pass *out);
/* Sets of an axis where its index-th place lies, counted from spans' first. */
void nest_fold_place(const struct nest_fold_axis *axis,
                     const struct nest_span spans[NEST_DIMS], uint32_t index,
                     int at[NEST_DIMS]);

/* Closed form: what goes between L2 and the array, and in it, added to *out,
 * of which macs is set; and the folds in sum.  The nest must be one that the
 * array can run. */
void nest_fold_expect(const struct arch *arch, const struct layer *layer,
                      const struct nest *nest, struct counts *out);
void nest_fold_sums(const struct nest_fold *fold, const struct arch *arch,
                    const struct layer *layer, struct fold_sums *out);

#ifdef __cplusplus
}
#endif

#endif
