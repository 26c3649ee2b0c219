/* folds.c - the closed form of the time that the folds of a systolic array
 * take, with and without overlapping drains.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/folds.h"

#include "dataflows/arith.h"
#include "sim/base/result.h"

uint64_t fold_sums_cycles(const struct arch *arch, const struct fold_sums *s)
{
    uint64_t rows = s->rows, cols = s->cols;
    if (s->loads_overlap)
        return s->paced == COUNT_OVERFLOW
                   ? COUNT_OVERFLOW
                   : s->paced + fold_ramps_cycles(arch, s->last_words);
    if (!arch->tight_folds) {
        rows = count_mul(s->folds, (uint64_t)arch->rows);
        cols = count_mul(s->folds, (uint64_t)arch->cols);
    }
    uint64_t ramps =
        count_add(count_mul(s->drains_overlap ? 1 : 2, rows), cols);
    return count_sub(count_add(ramps, s->depth), count_mul(2, s->folds));
}

/* Cycles until the strip behind one of so many words may enter. */
static uint64_t strip_cycles(const struct arch *arch, uint64_t words)
{
    return max_u64(words, (uint64_t)arch->strip_min_cycles);
}

uint64_t fold_line_words(const struct layer *l, uint64_t depth)
{
    return l->Q > 1 ? (uint64_t)l->Q : depth;
}

uint64_t fold_last_words(const struct arch *arch, const struct layer *l,
                         uint64_t depth)
{
    const uint64_t most = (uint64_t)arch->strip_words;
    return most == 0 ? depth : (fold_line_words(l, depth) - 1) % most + 1;
}

/* The next fold's words come in with the last strip. */
static uint64_t last_strip_cycles(const struct arch *arch, uint64_t words)
{
    return max_u64(strip_cycles(arch, words), (uint64_t)arch->rows);
}

uint64_t fold_paced_cycles(const struct arch *arch, const struct layer *l,
                           uint64_t depth)
{
    return fold_paced_line_cycles(arch, depth, fold_line_words(l, depth));
}

uint64_t fold_paced_line_cycles(const struct arch *arch, uint64_t depth,
                                uint64_t line)
{
    const uint64_t most = (uint64_t)arch->strip_words;
    if (most == 0)
        return last_strip_cycles(arch, depth);
    const uint64_t last = (line - 1) % most + 1;
    const uint64_t of_line = (line - last) / most * strip_cycles(arch, most) +
                             strip_cycles(arch, last);
    return depth / line * of_line - strip_cycles(arch, last) +
           last_strip_cycles(arch, last);
}

uint64_t fold_ramps_cycles(const struct arch *arch, uint64_t last_words)
{
    const uint64_t rows = (uint64_t)arch->rows;
    const uint64_t crosses = last_words + rows + (uint64_t)arch->cols - 2;
    const uint64_t leaves = max_u64(crosses, (uint64_t)arch->command_cycles);
    return rows + max_u64(leaves, strip_cycles(arch, last_words)) -
           last_strip_cycles(arch, last_words);
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
