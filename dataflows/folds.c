/* folds.c - the closed form of the time that the folds of a systolic array
 * take, with and without overlapping drains.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/folds.h"

#include "sim/base/result.h"

uint64_t fold_sums_cycles(const struct arch *arch, const struct fold_sums *s)
{
    uint64_t rows = s->rows, cols = s->cols;
    if (s->loads_overlap) { /* the last fold has none to wait for */
        rows = (uint64_t)arch->rows;
        const uint64_t last = s->last_depth > rows ? s->last_depth : rows;
        const uint64_t ramps = 2 * rows + (uint64_t)arch->cols - 2;
        return count_add(count_sub(s->paced, last - s->last_depth), ramps);
    }
    if (!arch->tight_folds) {
        rows = count_mul(s->folds, (uint64_t)arch->rows);
        cols = count_mul(s->folds, (uint64_t)arch->cols);
    }
    uint64_t ramps =
        count_add(count_mul(s->drains_overlap ? 1 : 2, rows), cols);
    return count_sub(count_add(ramps, s->depth), count_mul(2, s->folds));
}

bool fold_drains_overlap(const struct arch *arch)
{
    return arch->array_network == NETWORK_SYSTOLIC &&
           arch->drain == DRAIN_OVERLAPPED;
}

bool fold_loads_overlap(const struct arch *arch)
{
    return arch->array_network == NETWORK_SYSTOLIC &&
           arch->preload == PRELOAD_SHADOW;
}

/* With tight folds the psums of the last fold leave after its last used row,
 * and it uses at least one row. */
uint64_t fold_last_drain_cycles(const struct arch *arch)
{
    if (!fold_drains_overlap(arch))
        return 0;
    return arch->tight_folds ? 1 : (uint64_t)arch->rows;
}
