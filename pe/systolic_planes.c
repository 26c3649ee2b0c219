/* systolic_planes.c - the hot loops of a systolic array.
 *
 * Bits move in place: each new bit is made of old ones, because planes that
 * move down are moved as a whole before they are used, and those that move
 * right from their last word to the first.
 * SPDX-License-Identifier: MIT
 */
#include "pe/systolic_planes.h"

#include <string.h>

#include "pe/hot.h"

/* Set bits of x, as four sums of at most 16 in 16-bit lanes.  1024 rows of
 * them do not carry into the next lane. */
static inline uint64_t bits_in_lanes(uint64_t x)
{
    x = x - ((x >> 1) & 0x5555555555555555u);
    x = (x & 0x3333333333333333u) + ((x >> 2) & 0x3333333333333333u);
    x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    return (x + (x >> 8)) & 0x00ff00ff00ff00ffu;
}

static inline int sum_of_lanes(uint64_t x)
{
    x = (x & 0x0000ffff0000ffffu) + ((x >> 16) & 0x0000ffff0000ffffu);
    return (int)((x & 0xffffffffu) + (x >> 32));
}

HOT_VALUE(, int, plane_words_bits, (const uint64_t *words, int n), (words, n))
{
    uint64_t sum = 0;
    for (int i = 0; i < n; i++)
        sum += bits_in_lanes(words[i]);
    return sum_of_lanes(sum);
}

int plane_row_bits(struct plane_shape shape, const uint64_t *plane, int row)
{
    uint64_t sum = 0;
    for (int w = 0; w < shape.words; w++)
        sum += bits_in_lanes(plane[w * shape.rows + row]);
    return sum_of_lanes(sum);
}

int plane_bits(struct plane_shape shape, const uint64_t *plane, int n_rows)
{
    int n = 0;
    for (int w = 0; w < shape.words; w++)
        n += plane_words_bits(plane + w * shape.rows, n_rows);
    return n;
}

void plane_move_down(struct plane_shape shape, uint64_t *plane, int n_rows,
                     const uint64_t *row)
{
    for (int w = 0; w < shape.words; w++) {
        uint64_t *at = plane + w * shape.rows;
        memmove(at + 1, at, (size_t)(n_rows - 1) * sizeof(*at));
        at[0] = row != NULL ? row[w] : 0;
    }
}

void plane_fill(struct plane_shape shape, uint64_t *plane, int rows, int cols)
{
    for (int w = 0; w < shape.words; w++)
        for (int i = 0; i < shape.rows; i++)
            plane[w * shape.rows + i] =
                i < rows ? plane_low_columns(cols, w) : 0;
}

HOT(, void, plane_meet,
    (const struct plane_column *column, struct plane_column_bits *bits),
    (column, bits))
{
    uint64_t *left = column->left, *has_started = column->has_started;
    const uint64_t *enters = column->enters;
    const uint64_t *top = column->top, *psum = column->psum;
    uint64_t used = column->used_cols;
    int enters_bit = column->enters_bit, n_rows = column->n_rows;
    uint64_t n_left = 0, n_psum = 0, n_macs = 0, n_started = 0;
#pragma GCC ivdep
    for (int i = 0; i < n_rows; i++) {
        uint64_t l = (left[i] << 1 | enters[i] >> enters_bit) & used;
        uint64_t mac = l & top[i] & psum[i];
        uint64_t start = has_started[i] | mac;
        left[i] = l;
        has_started[i] = start;
        n_left += bits_in_lanes(l);
        n_psum += bits_in_lanes(psum[i]);
        n_macs += bits_in_lanes(mac);
        n_started += bits_in_lanes(start);
    }
    bits->left += sum_of_lanes(n_left);
    bits->psum += sum_of_lanes(n_psum);
    bits->macs += sum_of_lanes(n_macs);
    bits->started += sum_of_lanes(n_started);
}

int plane_go_on(const struct plane_column *column, uint64_t psum_enters)
{
    uint64_t sum = 0, from_above = psum_enters;
    for (int i = 0; i < column->n_rows; i++) {
        uint64_t l =
            column->left[i] << 1 | column->enters[i] >> column->enters_bit;
        sum += bits_in_lanes(l & column->top[i] & from_above &
                             column->has_started[i]);
        from_above = column->psum[i];
    }
    return sum_of_lanes(sum);
}

HOT(, void, plane_overlap,
    (const struct plane_overlap *band, int from, int to,
     struct plane_overlap_bits *bits),
    (band, from, to, bits))
{
    const uint64_t *left = band->left, *top = band->top;
    const uint64_t *has_started = band->has_started, *psum = band->psum;
    const uint64_t macs = band->macs, flows = band->flows;
    const uint64_t only_drains = band->drains & ~flows;
    uint64_t n_started = 0, n_filling = 0, n_others = 0;
    for (int i = from; i < to; i++) {
        uint64_t p = psum[i] & ~(left[i] & top[i] & macs);
        n_started += bits_in_lanes(p & has_started[i]);
        n_filling += bits_in_lanes(p & flows & ~has_started[i]);
        n_others += bits_in_lanes(p & only_drains);
    }
    bits->started += sum_of_lanes(n_started);
    bits->filling += sum_of_lanes(n_filling);
    bits->others += sum_of_lanes(n_others);
}
