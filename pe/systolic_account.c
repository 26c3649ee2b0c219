/* systolic_account.c - what a cycle of a systolic array adds to its counts, and
 * where it leaves the sequencer.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "pe/systolic_state.h"
#include "sim/base/diag.h"

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

static void load(struct systolic *s, int words)
{
    struct systolic_state *st = s->state;
    bool in_place = (int)st->step == st->last_row;
    count_operand(s, systolic_top_edge(s), words, in_place ? words : 0);
    if (s->has_values)
        systolic_values_load(s);
    if (in_place) {
        SIM_CHECK(words == st->pass.rows_used * st->pass.cols_used);
        memset(s->top_front, 0, (size_t)s->shape.words * sizeof(*s->top_front));
    }
}

static void flow(struct systolic *s, const struct systolic_sums *sums)
{
    struct systolic_state *st = s->state;
    struct pass_counts *n = &st->counts;
    n->macs += (uint64_t)sums->macs;
    count_operand(s, systolic_left_edge(s), sums->left, sums->macs);
    if (systolic_is_os(s)) {
        n->first_macs += (uint64_t)(sums->started - st->started);
        count_operand(s, systolic_top_edge(s), sums->down, sums->macs);
    } else {
        if (!st->pass.psum_in)
            n->first_macs += (uint64_t)sums->first_row_macs;
        n->psum_link_words += (uint64_t)(sums->down - sums->first_row_down);
        count_leaving(s, sums->last_row_down);
    }
    st->started = sums->started;
    if (s->has_values)
        systolic_values_flow(s);
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
    memset(s->left_front, 0, s->front_bytes);
    s->has_values = false;
}

/* WS, IS: the last psum has left with the last MAC. */
static void finish(struct systolic *s)
{
    SIM_CHECK(s->state->psums_left == 0);
    end_flow(s);
    take_counts(s);
}

/* OS: all products are in.  The psums go over into the shift registers; where
 * drains overlap, the next pass may come. */
static void hand_over(struct systolic *s)
{
    struct systolic_state *st = s->state;
    const struct systolic_pass pass = st->pass;
    SIM_CHECK(st->started == (int)st->counts.active_pes);
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

static void begin_phase(struct systolic_state *st, enum systolic_phase phase)
{
    st->phase = (int32_t)phase;
    st->step = 0;
    st->token_row = 0;
    st->token_col = 0;
}

static void close_step(struct systolic_state *st)
{
    int row = 0, col = 0;
    bool loads = st->phase == SYSTOLIC_LOAD;
    bool arrived = !loads && systolic_next_token(st, &row, &col);
    bool loaded = loads && (int)st->step == st->last_row;
    st->token_row = row;
    st->token_col = col;
    st->step++;
    st->is_open = 0;
    if (loaded)
        begin_phase(st, SYSTOLIC_FLOW);
    else if (arrived)
        begin_phase(st, SYSTOLIC_HOLD);
}

static void move(struct systolic *s, const struct systolic_cycle *c,
                 const struct systolic_sums *sums)
{
    count_entering(s);
    if (c->phase == SYSTOLIC_LOAD)
        load(s, sums->down);
    else
        flow(s, sums);
    close_step(s->state);
}

/* PEs that have started, have no MAC and are not done. */
static int waiting_pes(const struct systolic *s, const struct systolic_cycle *c,
                       const struct systolic_sums *sums)
{
    const struct systolic_state *st = s->state;
    if (c->flows && systolic_is_os(s))
        return st->started - sums->macs;
    return c->flows && !c->moves ? st->waiting : 0;
}

void systolic_account(struct systolic *s, const struct systolic_cycle *c,
                      const struct systolic_sums *sums)
{
    struct systolic_state *st = s->state;
    st->counts.cycles++;
    st->counts.load_cycles += c->phase == SYSTOLIC_LOAD;
    st->counts.stream_cycles +=
        c->phase == SYSTOLIC_FLOW && st->step < st->pass.depth;
    if (c->moves)
        move(s, c, sums);
    systolic_charge(s, c, sums, waiting_pes(s, c, sums));
    if (c->shifts)
        systolic_drain_count(s, sums->shift_links);
    if (st->alone_cycles > 0)
        st->alone_cycles--;
    if (c->end == END_FINISH)
        finish(s);
    else if (c->end == END_HAND_OVER)
        hand_over(s);
    else if (!c->flows && st->drain.psums_left == 0 && !s->cfg.overlapped_drain)
        take_counts(s); /* what drained alone is out */
}
