/* systolic_plan.c - what the coming cycle of a systolic array does.
 *
 * All of it follows from what the array holds as the cycle begins: the skew
 * registers at the edges advance, and the words in front of them say whether
 * an edge is too narrow and the array waits; the token says whether the last
 * word comes to the last PE.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "pe/systolic_state.h"

/* WS, IS: PEs that have started and go on in the coming step. */
static int going_on(const struct systolic *s)
{
    int n = 0;
    for (int w = 0; w < s->shape.words; w++) {
        struct plane_column column = systolic_column(s, w);
        n += plane_go_on(&column, s->top_front[w]);
    }
    return n;
}

static void see_load(struct systolic *s)
{
    struct systolic_state *st = s->state;
    int row = st->last_row - (int)st->step;
    bool enters = row < st->pass.rows_used;
    for (int w = 0; w < s->shape.words; w++)
        s->top_front[w] = enters ? s->used_cols[w] : 0;
    st->edge_words[systolic_top_edge(s)] =
        plane_words_bits(s->top_front, s->shape.words);
}

/* The skew registers: row i feeds one cycle after row i-1, so do columns. */
static void see_flow(struct systolic *s)
{
    struct systolic_state *st = s->state;
    uint64_t feeds = st->step < st->pass.depth;
    int rows = st->pass.rows_used, n_left = 0;
    memmove(s->left_front + 1, s->left_front,
            (size_t)(rows - 1) * sizeof(*s->left_front));
    s->left_front[0] = feeds;
    for (int i = 0; i < rows; i++)
        n_left += (int)s->left_front[i];
    for (int w = 0; w < s->shape.words; w++) {
        uint64_t next = s->top_front[w] >> 63;
        s->top_front[w] = (s->top_front[w] << 1 | feeds) & s->used_cols[w];
        feeds = next;
    }
    int n_top = plane_words_bits(s->top_front, s->shape.words);
    st->edge_words[systolic_left_edge(s)] = n_left;
    if (systolic_is_os(s)) {
        st->edge_words[systolic_top_edge(s)] = n_top;
        return;
    }
    if (st->pass.psum_in)
        st->edge_words[EDGE_PSUM_IN] = n_top;
    st->edge_words[EDGE_PSUM_OUT] =
        st->last_row == 0 ? n_top
                          : plane_row_bits(s->shape, s->psum, st->last_row - 1);
}

/* PEs between their first MAC and their last operation. */
static int waiting_pes(const struct systolic *s)
{
    const struct systolic_state *st = s->state;
    return systolic_is_os(s) || st->started == 0 ? st->started : going_on(s);
}

static void open_step(struct systolic *s)
{
    struct systolic_state *st = s->state;
    int words_per_cycle[EDGE_N];
    words_per_cycle[systolic_left_edge(s)] = s->cfg.left_words_per_cycle;
    words_per_cycle[systolic_top_edge(s)] = s->cfg.top_words_per_cycle;
    words_per_cycle[EDGE_PSUM_IN] = s->cfg.psum_in_words_per_cycle;
    words_per_cycle[EDGE_PSUM_OUT] = s->cfg.psum_out_words_per_cycle;

    st->is_open = 1;
    memset(st->edge_words, 0, sizeof(st->edge_words));
    if (st->phase == SYSTOLIC_LOAD)
        see_load(s);
    else
        see_flow(s);

    bool waits = false;
    for (int e = 0; e < EDGE_N; e++) {
        int words = st->edge_words[e];
        st->edge_wait_cycles[e] =
            words > 0 ? (words - 1) / words_per_cycle[e] : 0;
        waits = waits || st->edge_wait_cycles[e] > 0;
    }
    st->waiting = waits ? waiting_pes(s) : 0;
}

/* Counts a waiting cycle down; its cause, or -1. */
static int wait_cycle(struct systolic_state *st)
{
    int cause = -1;
    for (int e = EDGE_N - 1; e >= 0; e--) {
        if (st->edge_wait_cycles[e] > 0) {
            st->edge_wait_cycles[e]--;
            cause = PE_WAIT_FILTER + e;
        }
    }
    return cause;
}

bool systolic_next_token(const struct systolic_state *st, int *row, int *col)
{
    *row = st->token_row;
    *col = st->token_col;
    if (*row == 0 && st->step + 1 < st->pass.depth)
        return false;
    if (*row == 0)
        *row = *col = 1;
    else if (*row <= st->last_row)
        ++*row;
    else
        ++*col;
    return *row > st->last_row && *col > st->last_col;
}

static void plan_flow(struct systolic *s, struct systolic_cycle *c)
{
    struct systolic_state *st = s->state;
    c->flow_cause = PE_WAIT_PSUM_OUT;
    if (c->phase == SYSTOLIC_HOLD)
        return;
    if (!st->is_open)
        open_step(s);
    int cause = wait_cycle(st);
    c->moves = cause < 0;
    c->waits_for_edge = !c->moves;
    if (!c->moves)
        c->flow_cause = cause;
}

/* Whether all that the flow does is done with this cycle. */
static bool arrives(const struct systolic_state *st,
                    const struct systolic_cycle *c)
{
    int row, col;
    return c->phase == SYSTOLIC_HOLD ||
           (c->phase == SYSTOLIC_FLOW && c->moves &&
            systolic_next_token(st, &row, &col));
}

void systolic_plan(struct systolic *s, struct systolic_cycle *c)
{
    struct systolic_state *st = s->state;
    memset(c, 0, sizeof(*c));
    c->phase = st->phase;
    c->flows = st->phase != SYSTOLIC_IDLE;
    c->drains = st->drain.psums_left > 0;
    if (c->flows)
        plan_flow(s, c);
    if (c->drains)
        c->shifts = systolic_drain_moves(s, &c->drain_cause);
    uint64_t left = st->drain.psums_left;
    if (c->shifts)
        left -= (uint64_t)st->drain.edge_words;
    if (!c->flows || !arrives(st, c))
        return;
    if (!systolic_is_os(s))
        c->end = END_FINISH;
    else if (left == 0)
        c->end = END_HAND_OVER;
}
