/* systolic.c - the wave through a systolic array, one bit per PE and operand.
 *
 * A step has two parts.  open_step advances the skew registers at the edges
 * and sees which words must cross; when an edge is too narrow, the array
 * waits.  Then move_* moves every valid bit by one PE.  Bits move in place:
 * each new bit is made of old ones, because planes that move down are moved
 * as a whole before they are used, and those that move right from their last
 * word to the first.
 * SPDX-License-Identifier: MIT
 */
#include "pe/systolic.h"

#include <stdlib.h>
#include <string.h>

#include "pe/systolic_state.h"
#include "sim/diag.h"

enum { STATE_ALIGN_BYTES = 64, DEPTH_MAX = 1 << 30 };

static bool is_os(const struct systolic *s)
{
    return s->state->pass.kind == SYSTOLIC_OS;
}

static enum systolic_edge left_edge(const struct systolic *s)
{
    return s->state->pass.kind == SYSTOLIC_IS ? EDGE_FILTER : EDGE_IFMAP;
}

static enum systolic_edge top_edge(const struct systolic *s)
{
    return s->state->pass.kind == SYSTOLIC_IS ? EDGE_IFMAP : EDGE_FILTER;
}

static struct plane_column column_of(const struct systolic *s, int w)
{
    int rows = s->cfg.rows, at = w * rows;
    struct plane_column column;
    column.left = s->left + at;
    column.enters = w == 0 ? s->left_front : s->left + at - rows;
    column.enters_bit = w == 0 ? 0 : 63;
    column.used_cols = s->used_cols[w];
    column.top = s->top + at;
    column.psum = is_os(s) ? s->top + at : s->psum + at;
    column.has_started = s->has_started + at;
    column.n_rows = s->state->pass.rows_used;
    return column;
}

/* WS, IS: PEs that have started and go on in the coming step. */
static int going_on(const struct systolic *s)
{
    int n = 0;
    for (int w = 0; w < s->shape.words; w++) {
        struct plane_column column = column_of(s, w);
        n += plane_go_on(&column, s->top_front[w]);
    }
    return n;
}

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
    s->flow_bytes = (size_t)(s->psum - s->left_front) * sizeof(uint64_t);
    return s;
}

void systolic_free(struct systolic *s)
{
    if (s == NULL)
        return;
    systolic_values_free(s);
    free(s->state);
    free(s);
}

void *systolic_state(struct systolic *s, size_t *size_bytes)
{
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
    if (st->phase != SYSTOLIC_IDLE)
        return false;
    return s->cfg.overlapped_drain ? st->alone_cycles == 0
                                   : st->drain.psums_left == 0;
}

bool systolic_flows(const struct systolic *s)
{
    return s->state->phase != SYSTOLIC_IDLE;
}

void systolic_counts(const struct systolic *s, struct pass_counts *out)
{
    bool is_new = systolic_is_done(s) && s->state->counts.cycles == 0;
    *out = is_new ? s->done_counts : s->state->counts;
}

void systolic_let_drain(struct systolic *s, uint64_t cycles)
{
    struct systolic_state *st = s->state;
    SIM_CHECK(s->cfg.overlapped_drain && systolic_is_done(s));
    SIM_CHECK(cycles <= st->drain.cycles_left);
    st->alone_cycles = cycles;
}

void systolic_put_draining(struct systolic *s, const struct systolic_pass *pass)
{
    struct systolic_state *st = s->state;
    SIM_CHECK(s->cfg.overlapped_drain && pass->kind == SYSTOLIC_OS);
    check_pass(s, pass);
    memset(st, 0, s->state_bytes);
    for (int w = 0; w < s->shape.words; w++)
        for (int i = 0; i < pass->rows_used; i++)
            s->has_started[w * s->cfg.rows + i] =
                plane_low_columns(pass->cols_used, w);
    systolic_drain_begin(s, pass, last_row(s, pass));
    memset(s->has_started, 0, plane_bytes(s));
}

static void see_load(struct systolic *s)
{
    struct systolic_state *st = s->state;
    int row = st->last_row - (int)st->step;
    bool enters = row < st->pass.rows_used;
    for (int w = 0; w < s->shape.words; w++)
        s->top_front[w] = enters ? s->used_cols[w] : 0;
    st->edge_words[top_edge(s)] =
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
    st->edge_words[left_edge(s)] = n_left;
    if (is_os(s)) {
        st->edge_words[top_edge(s)] = n_top;
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
    return is_os(s) || st->started == 0 ? st->started : going_on(s);
}

static void open_step(struct systolic *s)
{
    struct systolic_state *st = s->state;
    int words_per_cycle[EDGE_N];
    words_per_cycle[left_edge(s)] = s->cfg.left_words_per_cycle;
    words_per_cycle[top_edge(s)] = s->cfg.top_words_per_cycle;
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

/* Returns false when no edge makes the array wait. */
static bool wait_cycle(struct systolic *s, struct flow_cycle *flow)
{
    struct systolic_state *st = s->state;
    int cause = -1;
    for (int e = EDGE_N - 1; e >= 0; e--) {
        if (st->edge_wait_cycles[e] > 0) {
            st->edge_wait_cycles[e]--;
            cause = PE_WAIT_FILTER + e;
        }
    }
    if (cause < 0)
        return false;
    flow->cause = cause;
    flow->waiting = st->waiting;
    return true;
}

/* Operands in front of the edges enter. */
static void count_entering(struct systolic *s)
{
    struct pass_counts *n = &s->state->counts;
    const int32_t *words = s->state->edge_words;
    n->filter_sent += (uint64_t)words[EDGE_FILTER];
    n->ifmap_sent += (uint64_t)words[EDGE_IFMAP];
    if (words[EDGE_FILTER] > 0)
        n->filter_free_cycle = n->cycles;
    if (words[EDGE_IFMAP] > 0)
        n->ifmap_free_cycle = n->cycles;
    n->psum_in_words += (uint64_t)words[EDGE_PSUM_IN];
}

static void count_leaving(struct systolic *s, int words)
{
    SIM_CHECK(words == s->state->edge_words[EDGE_PSUM_OUT]);
    SIM_CHECK((uint64_t)words <= s->state->psums_left);
    s->state->counts.psum_out_words += (uint64_t)words;
    s->state->counts.psum_out_hops += (uint64_t)words;
    s->state->psums_left -= (uint64_t)words;
}

static void count_operand(struct systolic *s, enum systolic_edge operand,
                          int hops, int delivered)
{
    struct pass_counts *n = &s->state->counts;
    bool filter = operand == EDGE_FILTER;
    *(filter ? &n->filter_hops : &n->ifmap_hops) += (uint64_t)hops;
    *(filter ? &n->filter_delivered : &n->ifmap_delivered) +=
        (uint64_t)delivered;
}

static void move_load(struct systolic *s)
{
    struct systolic_state *st = s->state;
    int rows = st->pass.rows_used;
    plane_move_down(s->shape, s->top, rows, s->top_front);
    int words = plane_bits(s->shape, s->top, rows);
    bool in_place = (int)st->step == st->last_row;
    count_operand(s, top_edge(s), words, in_place ? words : 0);
    if (s->has_values)
        systolic_values_load(s);
    if (in_place) {
        SIM_CHECK(words == rows * st->pass.cols_used);
        memset(s->top_front, 0, (size_t)s->shape.words * sizeof(*s->top_front));
    }
}

static void move_flow(struct systolic *s, struct flow_cycle *flow)
{
    struct systolic_state *st = s->state;
    struct pass_counts *n = &s->state->counts;
    bool os = is_os(s);
    int rows = st->pass.rows_used;
    struct plane_column_bits bits = {0, 0, 0, 0};
    plane_move_down(s->shape, os ? s->top : s->psum,
                    os ? rows : st->last_row + 1, s->top_front);
    for (int w = s->shape.words - 1; w >= 0; w--) {
        struct plane_column column = column_of(s, w);
        plane_meet(&column, &bits);
        uint64_t macs = column.left[0] & column.top[0] & column.psum[0];
        if (!os && !st->pass.psum_in)
            n->first_macs += (uint64_t)plane_words_bits(&macs, 1);
    }
    n->macs += (uint64_t)bits.macs;
    count_operand(s, left_edge(s), bits.left, bits.macs);
    if (os) {
        n->first_macs += (uint64_t)(bits.started - st->started);
        count_operand(s, top_edge(s), bits.psum, bits.macs);
    } else {
        for (int w = 0; w < s->shape.words; w++)
            bits.psum += plane_words_bits(s->psum + w * s->cfg.rows + rows,
                                          st->last_row + 1 - rows);
        n->psum_link_words +=
            (uint64_t)(bits.psum - plane_row_bits(s->shape, s->psum, 0));
        count_leaving(s, plane_row_bits(s->shape, s->psum, st->last_row));
    }
    st->started = bits.started;
    if (s->has_values)
        systolic_values_flow(s);
    flow->macs = bits.macs;
    flow->waiting = os ? bits.started - bits.macs : 0;
}

/* The token goes with the last word: down the left column, then right along
 * the last row.  Returns whether it has come to the last PE. */
static bool move_token(struct systolic_state *st)
{
    if (st->token_row == 0) {
        if (st->step + 1 < st->pass.depth)
            return false;
        st->token_row = 1;
        st->token_col = 1;
    } else if (st->token_row <= st->last_row) {
        st->token_row++;
    } else {
        st->token_col++;
    }
    return st->token_row > st->last_row && st->token_col > st->last_col;
}

/* The pass, or what the array did since the last one, is complete. */
static void take_counts(struct systolic *s)
{
    struct systolic_state *st = s->state;
    const struct pass_counts *n = &st->counts;
    uint64_t charged = 0;
    for (int k = 0; k < PE_CAUSE_N; k++)
        charged += n->pe_cycles[k];
    SIM_CHECK(charged == st->active_pe_cycles);
    SIM_CHECK(n->flight_cycles == n->cycles);
    s->done_counts = *n;
    memset(&st->counts, 0, sizeof(st->counts));
    st->active_pe_cycles = 0;
}

/* Nothing flows any more; what drains does not know it. */
static void end_flow(struct systolic *s)
{
    struct systolic_state *st = s->state;
    const struct systolic_drain drain = st->drain;
    const struct pass_counts counts = st->counts;
    const uint64_t active_pe_cycles = st->active_pe_cycles;
    SIM_CHECK(counts.macs == counts.active_pes * st->pass.depth);
    memset(st, 0, sizeof(*st));
    st->drain = drain;
    st->counts = counts;
    st->active_pe_cycles = active_pe_cycles;
    memset(s->left_front, 0, s->flow_bytes);
    s->has_values = false;
}

/* WS, IS: the last psum has left with the last MAC. */
static void finish(struct systolic *s)
{
    SIM_CHECK(s->state->psums_left == 0);
    end_flow(s);
    memset(s->psum, 0, plane_bytes(s));
    take_counts(s);
}

/* OS: all products are in.  The psums go over into the shift registers; where
 * drains overlap, the next pass may come. */
static void hand_over(struct systolic *s)
{
    struct systolic_state *st = s->state;
    const struct systolic_pass pass = st->pass;
    st->counts.psum_reads += (uint64_t)st->started;
    systolic_drain_begin(s, &pass, st->last_row);
    if (s->has_values)
        systolic_values_drain(s);
    end_flow(s);
    if (s->cfg.overlapped_drain) {
        st->counts.drain_cycles = st->drain.cycles_left;
        take_counts(s);
    }
}

static void begin_phase(struct systolic *s, enum systolic_phase phase)
{
    s->state->phase = (int32_t)phase;
    s->state->step = 0;
    s->state->token_row = 0;
    s->state->token_col = 0;
}

static void close_step(struct systolic *s, enum systolic_phase phase)
{
    struct systolic_state *st = s->state;
    bool arrived = phase == SYSTOLIC_FLOW && move_token(st);
    bool loaded = phase == SYSTOLIC_LOAD && (int)st->step == st->last_row;
    st->step++;
    st->is_open = 0;
    if (loaded)
        begin_phase(s, SYSTOLIC_FLOW);
    else if (arrived)
        begin_phase(s, SYSTOLIC_HOLD);
}

static void flow_cycle(struct systolic *s, struct flow_cycle *flow)
{
    struct systolic_state *st = s->state;
    enum systolic_phase phase = (enum systolic_phase)st->phase;
    *flow = (struct flow_cycle){0, 0, PE_WAIT_PSUM_OUT, false};
    if (phase == SYSTOLIC_HOLD) {
        flow->waiting = st->started;
        return;
    }
    if (!st->is_open)
        open_step(s);
    if (wait_cycle(s, flow))
        return;
    flow->moved = true;
    count_entering(s);
    if (phase == SYSTOLIC_LOAD)
        move_load(s);
    else
        move_flow(s, flow);
    close_step(s, phase);
}

bool systolic_step(struct systolic *s)
{
    struct systolic_state *st = s->state;
    struct flow_cycle flow = {0, 0, 0, false};
    const bool flows = st->phase != SYSTOLIC_IDLE;
    const bool drains = st->drain.psums_left > 0;
    bool shifts = false;
    int cause = -1;
    if (!flows && !drains)
        return false;
    st->counts.cycles++;
    if (flows)
        flow_cycle(s, &flow);
    if (drains)
        shifts = systolic_drain_moves(s, &cause);
    if (!drains)
        systolic_charge_flow(s, &flow);
    else if (!flows)
        systolic_charge_drain(s, shifts, cause);
    else
        systolic_charge_both(s, &flow, shifts, cause);
    if (shifts)
        systolic_drain_move(s);
    if (st->alone_cycles > 0)
        st->alone_cycles--;

    const bool is_empty = st->drain.psums_left == 0;
    if (st->phase == SYSTOLIC_HOLD && !is_os(s))
        finish(s);
    else if (st->phase == SYSTOLIC_HOLD && is_empty)
        hand_over(s);
    else if (!flows && is_empty && !s->cfg.overlapped_drain)
        take_counts(s);
    return true;
}
