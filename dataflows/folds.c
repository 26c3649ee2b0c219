/* folds.c - see folds.h.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/folds.h"

#include "sim/result.h"

uint64_t fold_sums_cycles(const struct arch *arch, const struct fold_sums *s)
{
    uint64_t rows = s->rows, cols = s->cols;
    if (!arch->tight_folds) {
        rows = count_mul(s->folds, (uint64_t)arch->rows);
        cols = count_mul(s->folds, (uint64_t)arch->cols);
    }
    uint64_t ramps = count_add(count_mul(2, rows), cols);
    return count_add(ramps, s->depth) - 2 * s->folds;
}
