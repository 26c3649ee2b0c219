/* systolic_planes.h - planes of one bit per PE: moved by one PE, and counted.
 *
 * A plane is stored word column by word column: plane[w * rows + i] holds
 * columns 64 w .. 64 w + 63 of row i.  So a step is one long loop over rows
 * for each w.  For pe/systolic*.c alone.
 * SPDX-License-Identifier: MIT
 */
#ifndef PE_SYSTOLIC_PLANES_H
#define PE_SYSTOLIC_PLANES_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How planes of one array are stored. */
struct plane_shape {
    int rows;
    int words; /* of a row */
};

/* Word w of a row whose first `cols` columns are set. */
static inline uint64_t plane_low_columns(int cols, int w)
{
    int n = cols - 64 * w;
    return n >= 64 ? ~UINT64_C(0) : n > 0 ? (UINT64_C(1) << n) - 1 : 0;
}

/* Set bits of n words, n up to 1024. */
int plane_words_bits(const uint64_t *words, int n);
/* Set bits of one row, and of rows 0 .. n_rows-1. */
int plane_row_bits(struct plane_shape shape, const uint64_t *plane, int row);
int plane_bits(struct plane_shape shape, const uint64_t *plane, int n_rows);
/* Rows 0 .. n_rows-1 move down by one; `row` (NULL: nothing) enters. */
void plane_move_down(struct plane_shape shape, uint64_t *plane, int n_rows,
                     const uint64_t *row);

/* Sets the bits of rows 0 .. rows-1 and columns 0 .. cols-1, no others. */
void plane_fill(struct plane_shape shape, uint64_t *plane, int rows, int cols);

/* One word column of an array's planes, n_rows of it. */
struct plane_column {
    uint64_t *left;
    const uint64_t *enters; /* bit enters_bit moves into left's bit 0 */
    int enters_bit;
    uint64_t used_cols;
    const uint64_t *top;
    const uint64_t *psum; /* OS: top again */
    uint64_t *has_started;
    int n_rows;
};

struct plane_column_bits {
    int left, psum, macs, started;
};

/* Left words move right; where they meet top and psum, which have moved down
 * already, there is a MAC, and a PE has started.  Adds the set bits. */
void plane_meet(const struct plane_column *column,
                struct plane_column_bits *bits);
/* PEs that have started and will meet all three in the coming step, in which
 * psums move down too and `psum_enters` comes in at the top. */
int plane_go_on(const struct plane_column *column, uint64_t psum_enters);

/* A word column in which one pass flows and psums of another are shifted out;
 * flows, drains: the columns that each uses. */
struct plane_overlap {
    const uint64_t *left, *top, *has_started, *psum;
    uint64_t macs; /* all ones: where left meets top there is a MAC; or 0 */
    uint64_t flows, drains;
};

/* PEs that one of the passes uses, that hold a psum and have no MAC: those
 * that the flow uses and that have started, those that have not, and those
 * that it does not use. */
struct plane_overlap_bits {
    int started, filling, others;
};

/* Adds the set bits of rows from .. to-1. */
void plane_overlap(const struct plane_overlap *band, int from, int to,
                   struct plane_overlap_bits *bits);

#ifdef __cplusplus
}
#endif

#endif
