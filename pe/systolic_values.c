/* systolic_values.c - real operands that follow the validity bits.
 *
 * Values lie at index row * cols + col and move in place, from the last row
 * and column to the first, so that each reads its neighbour's old value.
 * Sums are taken in uint64_t, which wraps.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "pe/systolic_state.h"
#include "sim/base/diag.h"

static bool bit_at(const struct systolic *s, const uint64_t *plane, int row,
                   int col)
{
    return (plane[(col / 64) * s->cfg.rows + row] >> (col % 64) & 1) != 0;
}

static size_t plane_values(const struct systolic *s)
{
    return (size_t)s->cfg.rows * (size_t)s->cfg.cols;
}

void systolic_values_start(struct systolic *s)
{
    size_t n = plane_values(s);
    if (s->left_value == NULL) {
        s->left_value = xcalloc(n, sizeof(*s->left_value));
        s->top_value = xcalloc(n, sizeof(*s->top_value));
        s->psum_value = xcalloc(n, sizeof(*s->psum_value));
        s->drain_value = xcalloc(n, sizeof(*s->drain_value));
    }
    memset(s->psum_value, 0, n * sizeof(*s->psum_value));
}

void systolic_values_free(struct systolic *s)
{
    free(s->left_value);
    free(s->top_value);
    free(s->psum_value);
    free(s->drain_value);
}

void systolic_values_load(struct systolic *s)
{
    const struct systolic_state *st = s->state;
    const struct systolic_values *v = &s->values;
    int cols = s->cfg.cols, word_row = st->last_row - (int)st->step;
    for (int i = st->pass.rows_used - 1; i >= 0; i--) {
        for (int j = st->pass.cols_used - 1; j >= 0; j--) {
            if (!bit_at(s, s->top, i, j))
                continue;
            int at = i * cols + j;
            s->top_value[at] =
                i > 0 ? s->top_value[at - cols]
                      : (uint64_t)v->top(v->context, j, (uint32_t)word_row);
        }
    }
}

/* Word k is at an edge's place i (row or column) in step k + i. */
static uint32_t word_at(const struct systolic *s, int place)
{
    return s->state->step - (uint32_t)place;
}

static void move_right(struct systolic *s, int i)
{
    const struct systolic_values *v = &s->values;
    uint64_t *row = s->left_value + i * s->cfg.cols;
    for (int j = s->state->pass.cols_used - 1; j >= 0; j--) {
        if (bit_at(s, s->left, i, j))
            row[j] = j > 0 ? row[j - 1]
                           : (uint64_t)v->left(v->context, i, word_at(s, i));
    }
}

static uint64_t multiply(const struct systolic *s, int row, int col)
{
    const struct systolic_values *v = &s->values;
    int at = row * s->cfg.cols + col;
    if (v->mac != NULL)
        v->mac(v->context, row, col, (int64_t)s->left_value[at],
               (int64_t)s->top_value[at]);
    return s->left_value[at] * s->top_value[at];
}

static void flow_os(struct systolic *s)
{
    const struct systolic_pass *pass = &s->state->pass;
    const struct systolic_values *v = &s->values;
    int cols = s->cfg.cols;
    for (int i = pass->rows_used - 1; i >= 0; i--) {
        move_right(s, i);
        for (int j = 0; j < pass->cols_used; j++) {
            int at = i * cols + j;
            if (bit_at(s, s->top, i, j))
                s->top_value[at] =
                    i > 0 ? s->top_value[at - cols]
                          : (uint64_t)v->top(v->context, j, word_at(s, j));
            if (bit_at(s, s->left, i, j) && bit_at(s, s->top, i, j))
                s->psum_value[at] += multiply(s, i, j);
        }
    }
}

static uint64_t psum_from_above(const struct systolic *s, int i, int j)
{
    const struct systolic_values *v = &s->values;
    if (i > 0)
        return s->psum_value[(i - 1) * s->cfg.cols + j];
    if (!s->state->pass.psum_in)
        return 0;
    return (uint64_t)v->psum_in(v->context, j, word_at(s, j));
}

static void flow_stationary(struct systolic *s)
{
    const struct systolic_state *st = s->state;
    const struct systolic_values *v = &s->values;
    int cols = s->cfg.cols;
    for (int i = st->last_row; i >= 0; i--) {
        bool used = i < st->pass.rows_used;
        if (used)
            move_right(s, i);
        for (int j = 0; j < st->pass.cols_used; j++) {
            int at = i * cols + j;
            if (!bit_at(s, s->psum, i, j))
                continue;
            uint64_t psum = psum_from_above(s, i, j);
            if (used && bit_at(s, s->left, i, j) && bit_at(s, s->top, i, j))
                psum += multiply(s, i, j);
            s->psum_value[at] = psum;
            if (i == st->last_row)
                v->psum_out(v->context, j, word_at(s, i + j), (int64_t)psum);
        }
    }
}

void systolic_values_flow(struct systolic *s)
{
    if (s->state->pass.kind == SYSTOLIC_OS)
        flow_os(s);
    else
        flow_stationary(s);
}

void systolic_values_drain(struct systolic *s)
{
    uint64_t *taken = s->psum_value;
    s->psum_value = s->drain_value;
    s->drain_value = taken;
    s->drain_values = s->values;
    s->drain_has_values = true;
}

void systolic_values_shift(struct systolic *s)
{
    const struct systolic_drain *drain = &s->state->drain;
    const struct systolic_values *v = &s->drain_values;
    int cols = s->cfg.cols, leaving_row = drain->last_row - (int)drain->step;
    for (int i = drain->last_row; i >= 0; i--) {
        for (int j = 0; j < drain->pass.cols_used; j++) {
            if (!bit_at(s, s->psum, i, j))
                continue;
            uint64_t psum = s->drain_value[i * cols + j];
            if (i < drain->last_row) {
                s->drain_value[(i + 1) * cols + j] = psum;
                continue;
            }
            uint32_t row = (uint32_t)leaving_row;
            if (drain->pass.psum_in)
                psum += (uint64_t)v->psum_in(v->context, j, row);
            v->psum_out(v->context, j, row, (int64_t)psum);
        }
    }
}
