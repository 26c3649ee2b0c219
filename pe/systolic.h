/* systolic.h - a rows x cols array in which words move one neighbour a cycle.
 *
 * One operand enters at the left edge and moves right, the other at the top
 * edge and moves down, each skewed by one cycle per row or column.
 *
 *   SYSTOLIC_OS  psum stays; ifmap words move right, filter words down; when
 *                all `depth` products are in, psums shift down and out at
 *                the bottom edge in `rows` cycles.
 *   SYSTOLIC_WS  a filter word stays: `rows` cycles to shift the words down
 *                into place; then ifmap words move right, psums down, out at
 *                the bottom edge.
 *   SYSTOLIC_IS  as WS with ifmap and filter exchanged.
 *
 * Timing  one pass (fold) takes, with edges that never starve,
 *         OS 2 rows + cols + depth - 2, WS and IS 2 rows + cols + depth - 2
 *         cycles, whatever part of the array it uses (docs/timing.md).  The
 *         wave is stepped; the number comes out.
 * State   one validity bit per PE and operand; a row is a few words and a
 *         cycle is a shift.
 * Edges   an edge brings `words_per_cycle` words; when a cycle's wave front
 *         needs more, the whole array waits and each PE with work is charged
 *         wait_filter, wait_ifmap, wait_psum_in or wait_psum_out.
 * Source  Kung, "Why systolic architectures?", IEEE Computer 1982; the cycle
 *         convention is that of Samajdar et al., ISPASS 2020.
 * SPDX-License-Identifier: MIT
 */
#ifndef PE_SYSTOLIC_H
#define PE_SYSTOLIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pe/pass_counts.h"

#ifdef __cplusplus
extern "C" {
#endif

enum systolic_kind { SYSTOLIC_OS, SYSTOLIC_WS, SYSTOLIC_IS };

struct systolic_cfg {
    int rows, cols;
    int left_words_per_cycle;     /* operand that enters at the left edge */
    int top_words_per_cycle;      /* operand that enters at the top edge */
    int psum_in_words_per_cycle;  /* WS, IS: psums from L2 enter at the top */
    int psum_out_words_per_cycle; /* psums that leave at the bottom */
    int l2_latency_cycles;        /* hidden: operands are read ahead */
    bool tight_folds; /* a partial fold ends when its last used PE is done */
};

/* Plain data; compared byte by byte, so unused bytes are zero. */
struct systolic_pass {
    uint16_t kind;       /* enum systolic_kind */
    uint16_t rows_used;  /* OS: output rows; WS, IS: products */
    uint16_t cols_used;
    uint16_t psum_in;    /* psums of an earlier pass are read from L2 */
    uint32_t depth;      /* OS: products; WS: output rows (ifmap words per
                            row of PEs); IS: filter words per row of PEs */
};

/* Where real operands come from and go to, in functional mode.  All indices
 * from 0: row and col of the array, step along depth. */
struct systolic_values {
    void *context;
    /* OS: ifmap word of output row `row`, product `step`; WS: ifmap word of
     * product `row`, output row `step`; IS: filter word of product `row`,
     * filter `step`. */
    int64_t (*left)(void *context, int row, uint32_t step);
    /* OS: filter word of column `col`, product `step`; WS, IS: the word that
     * stays at (`row`, `col`), `step` = row. */
    int64_t (*top)(void *context, int col, uint32_t step);
    /* Psum that an earlier pass left in L2.  OS: of (row, col), step = row;
     * WS, IS: of output `step` and column `col`. */
    int64_t (*psum_in)(void *context, int col, uint32_t step);
    void (*psum_out)(void *context, int col, uint32_t step, int64_t value);
};

struct systolic;

struct systolic *systolic_new(const struct systolic_cfg *cfg);
void systolic_free(struct systolic *s);

/* Puts the pass on a quiescent array.  values may be NULL. */
void systolic_issue(struct systolic *s, const struct systolic_pass *pass,
                    const struct systolic_values *values);
/* One cycle: eval and commit.  Returns false in a cycle without progress. */
bool systolic_step(struct systolic *s);
bool systolic_is_done(const struct systolic *s);
/* Valid when done. */
void systolic_counts(const struct systolic *s, struct pass_counts *out);

/* The arena: all timing state, plain data without pointers. */
void *systolic_state(struct systolic *s, size_t *size_bytes);

#ifdef __cplusplus
}
#endif

#endif
