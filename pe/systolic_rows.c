/* systolic_rows.c - one cycle of a systolic array as its rows do it, each on
 * its own. The first block that is evaluated in a cycle plans it; every row
 * then stages its words in a second copy of the planes, which its commit
 * publishes.
 * SPDX-License-Identifier: MIT
 */
#include "pe/systolic_rows.h"

#include <stdlib.h>
#include <string.h>

#include "pe/systolic_shadow.h"
#include "pe/systolic_state.h"
#include "sim/base/diag.h"

/* What PEs did, in planes; PEs of the flow (drain) lie in its pass's
 * rectangle. */
struct systolic_seen {
    struct systolic_cycle cycle;
    struct systolic_pass flows, drains; /* all zero: none */
    uint64_t *macs, *psums, *has_started;
    uint64_t *waits; /* of those that have started, for the flow's cause */
};

struct systolic_rows {
    bool is_planned, has_moved, is_watched;
    struct systolic_cycle cycle;
    struct systolic_state state; /* the sequencer's next */
    struct systolic_sums sums;   /* rows add to it in eval */
    uint64_t *front;             /* next left_front, top_front and used_cols */
    uint64_t *left, *top, *has_started, *psum; /* next planes */
    struct systolic_seen seen;
    uint64_t *words; /* owns all of these */
};

void systolic_rows_use(struct systolic *s)
{
    SIM_CHECK(s->rows == NULL);
    struct systolic_rows *r = s->rows = xcalloc(1, sizeof(*r));
    size_t plane = (size_t)(s->cfg.rows * s->shape.words);
    size_t front = s->front_bytes / sizeof(uint64_t);
    r->words = xcalloc(front + 8 * plane, sizeof(*r->words));
    uint64_t **const planes[8] = {
        &r->left,      &r->top,        &r->has_started,      &r->psum,
        &r->seen.macs, &r->seen.psums, &r->seen.has_started, &r->seen.waits};
    r->front = r->words;
    for (size_t k = 0; k < 8; k++)
        *planes[k] = r->words + front + k * plane;
}

void systolic_rows_free(struct systolic_rows *r)
{
    if (r == NULL)
        return;
    free(r->words);
    free(r);
}

/* The array as the plan leaves it: its planes have not moved. */
static struct systolic planned_view(const struct systolic *s)
{
    struct systolic view = *s;
    view.state = &s->rows->state;
    view.left_front = s->rows->front;
    view.top_front = view.left_front + (s->top_front - s->left_front);
    view.used_cols = view.left_front + (s->used_cols - s->left_front);
    return view;
}

/* The first to be evaluated in a cycle plans it. */
static void plan(struct systolic *s)
{
    struct systolic_rows *r = s->rows;
    if (r->is_planned)
        return;
    struct systolic view = planned_view(s);
    r->is_planned = true;
    r->state = *s->state;
    memcpy(r->front, s->left_front, s->front_bytes);
    memset(&r->sums, 0, sizeof(r->sums));
    systolic_plan(&view, &r->cycle);
    if (!r->is_watched)
        return;
    const struct systolic_pass none = {0};
    r->seen.cycle = r->cycle;
    r->seen.flows = r->cycle.flows ? r->state.pass : none;
    r->seen.drains = r->cycle.drains ? r->state.drain.pass : none;
}

void systolic_sequencer_eval(struct systolic *s)
{
    if (s->shadow != NULL)
        return; /* it counts what the rows did */
    plan(s);
    if (s->rows->cycle.shifts && s->drain_has_values)
        systolic_values_shift(s);
}

void systolic_sequencer_commit(struct systolic *s)
{
    struct systolic_rows *r = s->rows;
    if (s->shadow != NULL) {
        systolic_shadow_sequencer_commit(s->shadow);
        return;
    }
    uint64_t *const left = s->left, *const top = s->top;
    uint64_t *const has_started = s->has_started, *const psum = s->psum;
    r->is_planned = false;
    r->has_moved = r->cycle.flows || r->cycle.drains;
    if (!r->has_moved)
        return;
    *s->state = r->state;
    memcpy(s->left_front, r->front, s->front_bytes);
    /* Values follow bits that have moved, whether rows have committed or not.
     */
    s->left = r->left;
    s->top = r->top;
    s->has_started = r->has_started;
    s->psum = r->psum;
    systolic_account(s, &r->cycle, &r->sums);
    s->left = left;
    s->top = top;
    s->has_started = has_started;
    s->psum = psum;
}

bool systolic_rows_moved(const struct systolic *s)
{
    if (s->shadow != NULL)
        return systolic_shadow_moved(s->shadow);
    return s->rows->has_moved;
}

static int bits(uint64_t word)
{
    return plane_words_bits(&word, 1);
}

/* The word that comes down into a row. */
static uint64_t from_above(const struct systolic *s,
                           const struct systolic *planned,
                           const uint64_t *plane, int row, int w)
{
    return row > 0 ? plane[w * s->cfg.rows + row - 1] : planned->top_front[w];
}

/* Word w of the row, alone. */
static struct plane_column one_row(const struct systolic *s,
                                   const struct systolic *planned, int row,
                                   int w)
{
    const struct systolic_rows *r = s->rows;
    const int at = w * s->cfg.rows + row;
    return (struct plane_column){
        .left = r->left + at,
        .enters =
            w == 0 ? planned->left_front + row : s->left + at - s->cfg.rows,
        .enters_bit = w == 0 ? 0 : 63,
        .used_cols = planned->used_cols[w],
        .top = r->top + at,
        .psum = systolic_is_os(planned) ? r->top + at : r->psum + at,
        .has_started = r->has_started + at,
        .n_rows = 1,
    };
}

static void flow(struct systolic *s, const struct systolic *planned, int row)
{
    struct systolic_rows *r = s->rows;
    const struct systolic_state *st = planned->state;
    const bool os = systolic_is_os(planned), used = row < st->pass.rows_used;
    struct plane_column_bits sum = {0, 0, 0, 0};
    if (!used && (os || row > st->last_row))
        return;
    for (int w = 0; w < s->shape.words; w++) {
        const int at = w * s->cfg.rows + row;
        if (os)
            r->top[at] = from_above(s, planned, s->top, row, w);
        else
            r->psum[at] = from_above(s, planned, s->psum, row, w);
        struct plane_column column = one_row(s, planned, row, w);
        if (used)
            plane_meet(&column, &sum);
        else
            sum.psum += bits(r->psum[at]);
    }
    r->sums.left += sum.left;
    r->sums.macs += sum.macs;
    r->sums.started += sum.started;
    r->sums.down += sum.psum;
    if (row == 0) {
        r->sums.first_row_macs = sum.macs;
        r->sums.first_row_down = sum.psum;
    }
    if (row == st->last_row)
        r->sums.last_row_down = sum.psum;
}

static void load(struct systolic *s, const struct systolic *planned, int row)
{
    struct systolic_rows *r = s->rows;
    if (row >= planned->state->pass.rows_used)
        return;
    for (int w = 0; w < s->shape.words; w++) {
        const int at = w * s->cfg.rows + row;
        r->top[at] = from_above(s, planned, s->top, row, w);
        r->sums.down += bits(r->top[at]);
    }
}

static uint64_t used_columns(const struct systolic_pass *pass, int row, int w)
{
    return row < pass->rows_used ? plane_low_columns(pass->cols_used, w) : 0;
}

/* After the flow. */
static void drain(struct systolic *s, int row)
{
    struct systolic_rows *r = s->rows;
    const struct systolic_drain *d = &r->state.drain;
    const bool shifts = r->cycle.shifts && row <= d->last_row;
    for (int w = 0; w < s->shape.words; w++) {
        const int from = w * s->cfg.rows, at = from + row;
        const struct plane_overlap band = {
            .left = r->left + from,
            .top = r->top + from,
            .has_started = r->has_started + from,
            .psum = s->psum + from,
            .macs = r->cycle.moves ? ~UINT64_C(0) : 0,
            .flows = r->cycle.flows ? used_columns(&r->state.pass, row, w) : 0,
            .drains = used_columns(&d->pass, row, w),
        };
        plane_overlap(&band, row, row + 1, &r->sums.psums);
        if (!shifts)
            continue;
        if (row < d->last_row)
            r->sums.shift_links += bits(s->psum[at]);
        r->psum[at] = row > 0 ? s->psum[at - 1] : 0;
    }
}

/* PEs that have started and wait, or have a MAC before them: as
 * plane_go_on. */
static uint64_t waits(const struct systolic *s, const struct systolic *planned,
                      int row, int w)
{
    const int at = w * s->cfg.rows + row;
    const struct plane_column column = one_row(s, planned, row, w);
    if (systolic_is_os(planned))
        return s->rows->has_started[at];
    if (s->rows->cycle.moves)
        return 0;
    uint64_t left = s->left[at] << 1 | column.enters[0] >> column.enters_bit;
    return left & s->top[at] & s->has_started[at] &
           from_above(s, planned, s->psum, row, w);
}

static void note(struct systolic *s, const struct systolic *planned, int row)
{
    struct systolic_rows *r = s->rows;
    struct systolic_seen *seen = &r->seen;
    const bool os = systolic_is_os(planned);
    const bool flows = r->cycle.moves && r->cycle.phase == SYSTOLIC_FLOW;
    for (int w = 0; w < s->shape.words; w++) {
        const int at = w * s->cfg.rows + row;
        uint64_t macs = r->left[at] & r->top[at];
        macs &= os ? ~UINT64_C(0) : r->psum[at];
        macs &= used_columns(&seen->flows, row, w);
        seen->macs[at] = flows ? macs : 0;
        seen->psums[at] = r->cycle.drains ? s->psum[at] : 0;
        seen->has_started[at] = r->has_started[at];
        seen->waits[at] = waits(s, planned, row, w);
    }
}

void systolic_row_eval(struct systolic *s, int row)
{
    struct systolic_rows *r = s->rows;
    if (s->shadow != NULL) {
        systolic_shadow_row_eval(s->shadow, row);
        return;
    }
    plan(s);
    const struct systolic planned = planned_view(s);
    for (int w = 0; w < s->shape.words; w++) {
        const int at = w * s->cfg.rows + row;
        r->left[at] = s->left[at];
        r->top[at] = s->top[at];
        r->has_started[at] = s->has_started[at];
        r->psum[at] = s->psum[at];
    }
    if (r->cycle.moves && r->cycle.phase == SYSTOLIC_LOAD)
        load(s, &planned, row);
    else if (r->cycle.moves)
        flow(s, &planned, row);
    if (r->cycle.drains)
        drain(s, row);
    if (r->is_watched)
        note(s, &planned, row);
}

void systolic_row_commit(struct systolic *s, int row)
{
    const struct systolic_rows *r = s->rows;
    if (s->shadow != NULL) {
        systolic_shadow_row_commit(s->shadow, row);
        return;
    }
    const enum systolic_end end = r->cycle.end;
    const bool over = end == END_HAND_OVER;
    for (int w = 0; w < s->shape.words; w++) {
        const int at = w * s->cfg.rows + row;
        const bool goes_on = end == END_NOTHING;
        s->left[at] = goes_on ? r->left[at] : 0;
        s->top[at] = goes_on ? r->top[at] : 0;
        s->has_started[at] = goes_on ? r->has_started[at] : 0;
        s->psum[at] = goes_on ? r->psum[at] : over ? r->has_started[at] : 0;
    }
}

void systolic_rows_watch(struct systolic *s)
{
    s->rows->is_watched = true;
}

static bool is_used(const struct systolic_pass *pass, int row, int col)
{
    return row < pass->rows_used && col < pass->cols_used;
}

int systolic_pe_cause(const struct systolic *s, int row, int col)
{
    const struct systolic_seen *seen = &s->rows->seen;
    if (s->shadow != NULL)
        return systolic_shadow_pe_cause(s->shadow, row, col);
    const int at = col / 64 * s->cfg.rows + row;
    const uint64_t bit = UINT64_C(1) << col % 64;
    const bool flows = is_used(&seen->flows, row, col);
    const bool drains = is_used(&seen->drains, row, col);
    if (!flows && !drains)
        return -1;
    if (seen->macs[at] & bit)
        return PE_MAC;
    if ((seen->psums[at] & bit) != 0 && seen->cycle.shifts)
        return PE_PSUM;
    if (flows && (seen->has_started[at] & bit) == 0)
        return PE_FILL;
    if (flows && (seen->waits[at] & bit) != 0)
        return seen->cycle.flow_cause;
    if (!flows && (seen->psums[at] & bit) != 0)
        return seen->cycle.drain_cause;
    return PE_DRAIN;
}
