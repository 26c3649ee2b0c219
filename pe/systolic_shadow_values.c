/* systolic_shadow_values.c - real operands, and how an array looks in the
 * middle of passes.
 *
 * Values move in place, from the last row and column to the first, so that
 * each reads its neighbour's old value.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "pe/systolic_shadow_state.h"
#include "sim/base/diag.h"

static bool bit_at(const struct systolic_shadow *s, const uint64_t *plane,
                   int row, int col)
{
    return (plane[row * s->words + col / 64] >> (col % 64) & 1) != 0;
}

/* The pass whose word passes a PE at this distance from the corner: the latest
 * that has come there. */
static const struct shadow_wave *wave_at(const struct systolic_shadow *s,
                                         int distance, uint32_t *word)
{
    int k = s->n_waves - 1;
    while (k >= 0 &&
           !(s->wave[k].flows && s->wave[k].flow_step >= (uint32_t)distance))
        k--;
    SIM_CHECK(k >= 0 && shadow_word(s, distance) > 0);
    *word = shadow_word(s, distance) - 1;
    return &s->wave[k];
}

/* Second registers: they are taken into use, then what is above comes in. */
static void move_next(struct systolic_shadow *s, int i, int j)
{
    const int at = i * s->cols + j;
    for (int k = 0; k < s->n_waves; k++)
        if (s->wave[k].flows && s->wave[k].flow_step == (uint32_t)(i + j))
            s->top_value[at] = s->next_value[at];
    for (int k = 0; k < s->n_waves; k++) {
        const struct shadow_wave *wave = &s->wave[k];
        const int m = wave->load_step - j;
        if (!wave->loads || m < i || m >= s->rows ||
            wave->load_step >= s->rows + s->cols - 1)
            continue;
        if (i > 0)
            s->next_value[at] = s->next_value[at - s->cols];
        else if (bit_at(s, s->then.next, i, j))
            s->next_value[at] = (uint64_t)wave->values.top(
                wave->values.context, j, (uint32_t)(s->rows - 1 - m));
    }
}

static void move_flow(struct systolic_shadow *s, int i, int j)
{
    const int at = i * s->cols + j;
    uint32_t word;
    if (!bit_at(s, s->then.psum, i, j))
        return;
    const struct shadow_wave *wave = wave_at(s, i + j, &word);
    const struct systolic_values *v = &wave->values;
    uint64_t psum = i > 0 ? s->psum_value[at - s->cols] : 0;
    if (i == 0 && wave->pass.psum_in)
        psum = (uint64_t)v->psum_in(v->context, j, word);
    if (bit_at(s, s->then.left, i, j)) {
        s->left_value[at] = j > 0 ? s->left_value[at - 1]
                                  : (uint64_t)v->left(v->context, i, word);
        if (v->mac != NULL)
            v->mac(v->context, i, j, (int64_t)s->left_value[at],
                   (int64_t)s->top_value[at]);
        psum += s->left_value[at] * s->top_value[at];
    }
    s->psum_value[at] = psum;
    if (i == s->rows - 1)
        v->psum_out(v->context, j, word, (int64_t)psum);
}

void systolic_shadow_move_values(struct systolic_shadow *s)
{
    for (int i = s->rows - 1; i >= 0; i--) {
        for (int j = s->cols - 1; j >= 0; j--) {
            move_next(s, i, j);
            move_flow(s, i, j);
        }
    }
}

static bool uses(const struct systolic_pass *pass, int i, int j)
{
    return i < pass->rows_used && j < pass->cols_used;
}

static void set(uint64_t *plane, const struct systolic_shadow *s, int i, int j,
                bool is_set)
{
    if (is_set)
        plane[i * s->words + j / 64] |= UINT64_C(1) << j % 64;
}

/* Whether a valid word of a pass before lies in the PE's second register. */
static bool has_next(const struct systolic_shadow *s, int i, int j)
{
    for (int k = s->n_waves - 1; k >= 0; k--) {
        const struct shadow_wave *wave = &s->wave[k];
        int n = wave->load_step - j; /* moves into this column */
        n = n < s->rows ? n : s->rows;
        if (n <= i)
            continue;
        if (wave->flow_step > (uint32_t)(i + j))
            return false;
        return s->rows - n + i < wave->pass.rows_used &&
               j < wave->pass.cols_used;
    }
    return false;
}

static void put_pe(struct systolic_shadow *s, int i, int j)
{
    const struct shadow_planes *p = &s->now;
    const struct shadow_wave *own = NULL; /* whose word it took last */
    for (int k = 0; k < s->n_waves; k++) {
        const struct shadow_wave *wave = &s->wave[k];
        if (wave->flow_step > (uint32_t)(i + j))
            own = wave;
    }
    if (own != NULL && shadow_word(s, i + j + 1) > 0) {
        set(p->left, s, i, j, uses(&own->pass, i, j));
        set(p->psum, s, i, j, j < own->pass.cols_used);
    }
    set(p->top, s, i, j, own != NULL && uses(&own->pass, i, j));
    set(p->has_work, s, i, j,
        uses(own != NULL ? &own->pass : &s->wave[0].pass, i, j));
    set(p->next, s, i, j, has_next(s, i, j));
    if (i == 0)
        set(s->psum_is_read, s, 0, j, own != NULL && own->pass.psum_in);
}

/* The words of the last cycles, from those of each pass. */
static void put_entered(struct systolic_shadow *s)
{
    memset(s->entered, 0, (size_t)s->ages * sizeof(*s->entered));
    for (int k = 0; k < s->n_waves; k++) {
        const struct shadow_wave *wave = &s->wave[k];
        const int64_t now = wave->flow_step, oldest = now - s->ages;
        strip_walk_start(&s->walk, &s->cfg, &wave->pass, &wave->flight);
        do {
            int64_t at = (int64_t)s->walk.begins;
            const int64_t end = at + s->walk.words;
            for (at = at > oldest ? at : oldest + 1; at < end && at <= now;
                 at++)
                s->entered[(s->age_0 + now - at) % s->ages] =
                    s->walk.first + (uint32_t)(at - (int64_t)s->walk.begins) +
                    1;
        } while (now >= (int64_t)(s->walk.begins + s->walk.words) &&
                 strip_walk_next(&s->walk));
    }
}

void systolic_shadow_put(struct systolic_shadow *s,
                         const struct systolic_boundary *boundary)
{
    const size_t plane = (size_t)s->rows * (size_t)s->words;
    if (!s->foresees)
        memset(s->plane_words, 0,
               (2 * SHADOW_PLANES * plane + 2 * (size_t)s->words) *
                   sizeof(uint64_t));
    memset(&s->counts, 0, sizeof(s->counts));
    SIM_CHECK(boundary->n <= s->waves_max);
    s->alone_cycles = 0;
    s->has_values = false;
    s->n_waves = boundary->n;
    for (int k = 0; k < boundary->n; k++)
        s->wave[k] = (struct shadow_wave){
            .pass = boundary->left[k].pass,
            .flows = true,
            .loads = true,
            .flight = boundary->left[k].flight,
            .span = strip_span_of(&s->cfg, &boundary->left[k].pass,
                                  &boundary->left[k].flight),
            .load_step =
                s->rows + s->cols - 1 - (int)boundary->left[k].load_cycles_left,
            .flow_step = (uint32_t)boundary->left[k].cycles,
        };
    if (s->foresees)
        return;
    put_entered(s);
    for (int i = 0; s->n_waves > 0 && i < s->rows; i++)
        for (int j = 0; j < s->cols; j++)
            put_pe(s, i, j);
}
