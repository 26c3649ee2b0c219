/* systolic.c - the wave through a systolic array, one bit per PE and operand.
 *
 * A cycle has three parts.  systolic_plan says from what the array holds what
 * the cycle will do; here every valid bit moves by one PE, and set bits are
 * summed up; systolic_account counts them.  Bits move in place: each new bit is
 * made of old ones, because planes that move down are moved as a whole before
 * they are used, and those that move right from their last word to the first.
 * SPDX-License-Identifier: MIT
 */
#include "pe/systolic.h"

#include <stdlib.h>
#include <string.h>

#include "pe/systolic_shadow.h"
#include "pe/systolic_state.h"
#include "sim/base/diag.h"

enum { STATE_ALIGN_BYTES = 64, DEPTH_MAX = 1 << 30 };

struct systolic *systolic_new(const struct systolic_cfg *cfg)
{
    SIM_CHECK(cfg->rows >= 1 && cfg->rows <= SYSTOLIC_DIM_MAX);
    SIM_CHECK(cfg->cols >= 1 && cfg->cols <= SYSTOLIC_DIM_MAX);
    SIM_CHECK(cfg->left_words_per_cycle >= 1);
    SIM_CHECK(cfg->top_words_per_cycle >= 1);
    SIM_CHECK(cfg->psum_in_words_per_cycle >= 1);
    SIM_CHECK(cfg->psum_out_words_per_cycle >= 1);

    struct systolic *s = xcalloc(1, sizeof(*s));
    s->cfg = *cfg;
    if (cfg->shadow_words)
        s->shadow = systolic_shadow_new(cfg);
    s->shape.rows = cfg->rows;
    s->shape.words = (cfg->cols + 63) / 64;
    size_t rows = (size_t)cfg->rows, words = (size_t)s->shape.words;
    size_t head = (sizeof(struct systolic_state) + STATE_ALIGN_BYTES - 1) /
                  STATE_ALIGN_BYTES * STATE_ALIGN_BYTES;
    size_t n_words = rows + 2 * words + 4 * rows * words;
    s->state_bytes = head + n_words * sizeof(uint64_t);
    s->state = xcalloc(1, s->state_bytes);
    uint64_t *at = (uint64_t *)(void *)((char *)s->state + head);
    s->left_front = at;
    s->top_front = s->left_front + rows;
    s->used_cols = s->top_front + words;
    s->left = s->used_cols + words;
    s->top = s->left + rows * words;
    s->has_started = s->top + rows * words;
    s->psum = s->has_started + rows * words;
    s->front_bytes = (size_t)(s->left - s->left_front) * sizeof(uint64_t);
    return s;
}

void systolic_free(struct systolic *s)
{
    if (s == NULL)
        return;
    systolic_values_free(s);
    systolic_rows_free(s->rows);
    systolic_shadow_free(s->shadow);
    free(s->state);
    free(s);
}

int systolic_rows(const struct systolic *s)
{
    return s->cfg.rows;
}

int systolic_cols(const struct systolic *s)
{
    return s->cfg.cols;
}

void *systolic_state(struct systolic *s, size_t *size_bytes)
{
    SIM_CHECK(s->shadow == NULL);
    *size_bytes = s->state_bytes;
    return s->state;
}

static void check_pass(const struct systolic *s,
                       const struct systolic_pass *pass)
{
    SIM_CHECK(pass->kind <= SYSTOLIC_IS);
    SIM_CHECK(pass->rows_used >= 1 && pass->rows_used <= s->cfg.rows);
    SIM_CHECK(pass->cols_used >= 1 && pass->cols_used <= s->cfg.cols);
    SIM_CHECK(pass->depth >= 1 && pass->depth < DEPTH_MAX);
}

static int last_row(const struct systolic *s, const struct systolic_pass *pass)
{
    return (s->cfg.tight_folds ? pass->rows_used : s->cfg.rows) - 1;
}

static size_t plane_bytes(const struct systolic *s)
{
    return (size_t)(s->cfg.rows * s->shape.words) * sizeof(uint64_t);
}

void systolic_issue(struct systolic *s, const struct systolic_pass *pass,
                    const struct systolic_values *values)
{
    struct systolic_state *st = s->state;
    check_pass(s, pass);
    if (s->shadow != NULL) {
        systolic_shadow_issue(s->shadow, pass, values);
        return;
    }
    bool os = pass->kind == SYSTOLIC_OS;
    bool may_drain = os && s->cfg.overlapped_drain;
    SIM_CHECK(st->phase == SYSTOLIC_IDLE && st->alone_cycles == 0);
    SIM_CHECK(st->drain.psums_left == 0 || may_drain);

    st->pass = *pass;
    st->phase = os ? SYSTOLIC_FLOW : SYSTOLIC_LOAD;
    st->last_row = last_row(s, pass);
    st->last_col = (s->cfg.tight_folds ? pass->cols_used : s->cfg.cols) - 1;
    st->psums_left = os ? 0 : (uint64_t)pass->cols_used * pass->depth;
    for (int w = 0; w < s->shape.words; w++)
        s->used_cols[w] = plane_low_columns(pass->cols_used, w);

    st->counts.active_pes = (uint64_t)pass->rows_used * pass->cols_used;
    s->has_values = values != NULL;
    if (values != NULL) {
        s->values = *values;
        systolic_values_start(s);
    }
}

bool systolic_is_done(const struct systolic *s)
{
    const struct systolic_state *st = s->state;
    if (s->shadow != NULL)
        return systolic_shadow_is_done(s->shadow);
    if (st->phase != SYSTOLIC_IDLE)
        return false;
    return s->cfg.overlapped_drain ? st->alone_cycles == 0
                                   : st->drain.psums_left == 0;
}

bool systolic_flows(const struct systolic *s)
{
    if (s->shadow != NULL)
        return systolic_shadow_flows(s->shadow);
    return s->state->phase != SYSTOLIC_IDLE;
}

void systolic_counts(const struct systolic *s, struct pass_counts *out)
{
    if (s->shadow != NULL) {
        systolic_shadow_counts(s->shadow, out);
        return;
    }
    bool is_new = systolic_is_done(s) && s->state->counts.cycles == 0;
    *out = is_new ? s->done_counts : s->state->counts;
}

void systolic_let_drain(struct systolic *s, uint64_t cycles)
{
    struct systolic_state *st = s->state;
    if (s->shadow != NULL) {
        systolic_shadow_let_drain(s->shadow, cycles);
        return;
    }
    SIM_CHECK(s->cfg.overlapped_drain && systolic_is_done(s));
    SIM_CHECK(cycles <= st->drain.cycles_left);
    st->alone_cycles = cycles;
}

void systolic_put_draining(struct systolic *s,
                           const struct systolic_boundary *boundary)
{
    struct systolic_state *st = s->state;
    const struct systolic_pass *pass = &boundary->left[0].pass;
    if (s->shadow != NULL) {
        systolic_shadow_put(s->shadow, boundary);
        return;
    }
    SIM_CHECK(boundary->n == 1 && boundary->left[0].cycles == 0);
    SIM_CHECK(s->cfg.overlapped_drain && pass->kind == SYSTOLIC_OS);
    check_pass(s, pass);
    memset(st, 0, s->state_bytes);
    plane_fill(s->shape, s->psum, pass->rows_used, pass->cols_used);
    systolic_drain_begin(s, pass, last_row(s, pass));
}

static void move_load(struct systolic *s, struct systolic_sums *sums)
{
    const int rows = s->state->pass.rows_used;
    plane_move_down(s->shape, s->top, rows, s->top_front);
    sums->down = plane_bits(s->shape, s->top, rows);
}

static void move_flow(struct systolic *s, struct systolic_sums *sums)
{
    const struct systolic_state *st = s->state;
    const bool os = systolic_is_os(s);
    const int rows = st->pass.rows_used;
    struct plane_column_bits bits = {0, 0, 0, 0};
    plane_move_down(s->shape, os ? s->top : s->psum,
                    os ? rows : st->last_row + 1, s->top_front);
    for (int w = s->shape.words - 1; w >= 0; w--) {
        struct plane_column column = systolic_column(s, w);
        plane_meet(&column, &bits);
        uint64_t macs = column.left[0] & column.top[0] & column.psum[0];
        if (!os && !st->pass.psum_in)
            sums->first_row_macs += plane_words_bits(&macs, 1);
    }
    sums->left = bits.left;
    sums->macs = bits.macs;
    sums->started = bits.started;
    sums->down = bits.psum;
    if (os)
        return;
    for (int w = 0; w < s->shape.words; w++)
        sums->down += plane_words_bits(s->psum + w * s->cfg.rows + rows,
                                       st->last_row + 1 - rows);
    sums->first_row_down = plane_row_bits(s->shape, s->psum, 0);
    sums->last_row_down = plane_row_bits(s->shape, s->psum, st->last_row);
}

/* Notes what the drain did, after the flow has moved. */
static void see_drain(const struct systolic *s, const struct systolic_cycle *c,
                      struct systolic_sums *sums)
{
    const struct systolic_drain *drain = &s->state->drain;
    if (c->flows)
        systolic_overlap(s, c->moves, &sums->psums);
    else
        sums->psums.others =
            plane_bits(s->shape, s->psum, drain->pass.rows_used);
    if (c->shifts)
        sums->shift_links = plane_bits(s->shape, s->psum, drain->last_row);
}

static void end_planes(struct systolic *s, enum systolic_end end)
{
    if (end == END_NOTHING)
        return;
    if (end == END_HAND_OVER)
        memcpy(s->psum, s->has_started, plane_bytes(s));
    else
        memset(s->psum, 0, plane_bytes(s));
    memset(s->left, 0, 3 * plane_bytes(s)); /* and top, has_started */
}

/* Notes whether a step of a flow did what the one before it did. */
static void note_repeat(struct systolic *s, const struct systolic_cycle *cycle,
                        const struct systolic_sums *sums)
{
    const struct systolic_state *st = s->state;
    if (cycle->flows && !cycle->moves) {
        s->repeats = false; /* the step's words are crossing the edges */
        return;
    }
    s->repeats = cycle->moves && st->phase == SYSTOLIC_FLOW && !cycle->drains &&
                 st->token_row == 0 &&
                 memcmp(sums, &s->sums, sizeof(*sums)) == 0;
    s->sums = *sums;
}

uint64_t systolic_steps(struct systolic *s, uint64_t most_cycles)
{
    if (s->shadow != NULL)
        return systolic_shadow_step(s->shadow, most_cycles);
    return systolic_step(s);
}

void systolic_may_foresee(struct systolic *s)
{
    SIM_CHECK(s->shadow != NULL);
    systolic_shadow_may_foresee(s->shadow);
}

bool systolic_step(struct systolic *s)
{
    struct systolic_cycle cycle;
    struct systolic_sums sums = {.left = 0};
    if (s->shadow != NULL)
        return systolic_shadow_step(s->shadow, 1) > 0;
    systolic_plan(s, &cycle);
    if (!cycle.flows && !cycle.drains)
        return false;
    if (cycle.moves && cycle.phase == SYSTOLIC_LOAD)
        move_load(s, &sums);
    else if (cycle.moves)
        move_flow(s, &sums);
    if (cycle.drains)
        see_drain(s, &cycle, &sums);
    if (cycle.shifts) {
        if (s->drain_has_values)
            systolic_values_shift(s);
        plane_move_down(s->shape, s->psum, s->state->drain.last_row + 1, NULL);
    }
    systolic_account(s, &cycle, &sums);
    end_planes(s, cycle.end);
    note_repeat(s, &cycle, &sums);
    return true;
}
