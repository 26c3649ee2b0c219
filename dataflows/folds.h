/* folds.h - folds of a systolic array, and how long they take in closed form.
 *
 * Source  Samajdar et al., ISPASS 2020: a fold takes 2 rows + cols + depth - 2
 *         cycles (pe/systolic.h), and the next begins when it is over; where
 *         drains overlap (os, array.drain), the last `rows` of them are the
 *         next one's first.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_FOLDS_H
#define DATAFLOWS_FOLDS_H

#include <stdbool.h>

#include "sim/base/arch.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Over some folds: how many, and sums of the rows and columns that they use
 * and of the words that pass each PE. */
struct fold_sums {
    uint64_t folds, rows, cols, depth;
    bool drains_overlap;
};

/* Cycles that they take when no edge makes the array wait; with edges too
 * narrow, a lower bound.  Without those of fold_last_drain_cycles. */
uint64_t fold_sums_cycles(const struct arch *arch, const struct fold_sums *s);
/* Whether a dataflow that shifts its psums out does so while it computes. */
bool fold_drains_overlap(const struct arch *arch);
/* Cycles after the last fold of a layer, for such a dataflow; at least. */
uint64_t fold_last_drain_cycles(const struct arch *arch);

#ifdef __cplusplus
}
#endif

#endif
