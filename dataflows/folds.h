/* folds.h - folds of a systolic array, and how long they take in closed form.
 *
 * Source  Samajdar et al., ISPASS 2020: a fold takes 2 rows + cols + depth - 2
 *         cycles (pe/systolic.h), and the next begins when it is over.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_FOLDS_H
#define DATAFLOWS_FOLDS_H

#include "sim/arch.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Over some folds: how many, and sums of the rows and columns that they use
 * and of the words that pass each PE. */
struct fold_sums {
    uint64_t folds, rows, cols, depth;
};

/* Cycles that they take when no edge makes the array wait; with edges too
 * narrow, a lower bound. */
uint64_t fold_sums_cycles(const struct arch *arch, const struct fold_sums *s);

#ifdef __cplusplus
}
#endif

#endif
