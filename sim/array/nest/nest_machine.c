/* nest_machine.c - steps the array side of a nest. A cycle: eval finds from the
 * state as it was which engines move; all of them move; commit lets the
 * sequencer take notice. As long as no engine comes to an end the next cycles
 * are like this one, and are taken at once.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/nest/nest_machine.h"

#include <stdlib.h>
#include <string.h>

#include "dataflows/arith.h"
#include "sim/array/nest/nest_parts.h"

static uint64_t cycles_of(const struct nest_rate *rate, uint64_t slots,
                          uint64_t words)
{
    uint64_t cycles = ceil_div_u64(slots, rate->slots_per_cycle);
    if (rate->words_per_cycle == 0)
        return cycles;
    return max_u64(cycles, ceil_div_u64(words, rate->words_per_cycle));
}

void nest_machine_config(const struct arch *a, const struct nest_walk *walk,
                         struct nest_machine_cfg *out)
{
    static const enum tensor tensor_of[NEST_INPUTS] = {
        TENSOR_FILTER, TENSOR_IFMAP, TENSOR_PSUM};
    static const enum network net[NEST_INPUTS] = {NETWORK_FILTER, NETWORK_IFMAP,
                                                  NETWORK_PSUM_IN};
    const struct nest *nest = &walk->nest;
    const uint64_t psum_out_slots =
        (uint64_t)a->network[NETWORK_PSUM_OUT].slots_per_cycle;
    int buffers[TENSOR_N], l2_banks[TENSOR_N];
    enum tensor tensor;
    uint64_t lacking;
    SIM_CHECK(nest_l2_places(a, &walk->layer, nest, buffers, l2_banks, &tensor,
                             &lacking));
    memset(out, 0, sizeof(*out));
    out->pes_used = nest_pes_used(a, &walk->layer, nest);
    out->array_cols = a->cols;
    out->latency_cycles = (uint64_t)arch_l2_latency_cycles(a);
    out->shared_psum_port = arch_l2_store(a, TENSOR_PSUM).ports == BANK_1RW;
    for (int i = 0; i < NEST_INPUTS; i++) {
        uint64_t port = (uint64_t)l2_banks[tensor_of[i]] *
                        (uint64_t)arch_l2_store(a, tensor_of[i]).bank_row_words;
        out->via_l1[i] = a->has_l1 && nest->level[LEVEL_L1].keep[tensor_of[i]];
        uint64_t slots = (uint64_t)a->network[net[i]].slots_per_cycle;
        out->from_l2[i] =
            (struct nest_rate){(uint64_t)arch_l2_slots(a, net[i]), port};
        out->from_l1[i] = (struct nest_rate){slots, 0};
        if (i == NEST_IN_PSUM)
            out->psum_to_l2 = (struct nest_rate){psum_out_slots, port};
    }
    out->psum_to_l1 = (struct nest_rate){psum_out_slots, 0};
    if (!nest->level[LEVEL_L2].keep[TENSOR_PSUM])
        out->shared_psum_port = false;
}

/* --- eval ----------------------------------------------------------------- */

static bool l1_has(const struct nest_machine *m, int i)
{
    return !m->cfg->via_l1[i] || m->s.l1_in[i] == 0;
}

/* Whether the words of the next step may come to the PEs. */
static bool may_come_early(const struct nest_machine *m, int i)
{
    const struct nest_state *s = &m->s;
    if (s->next.is_end || !s->next.fits[i])
        return false;
    if (i == NEST_IN_PSUM && s->out > 0)
        return false;
    if (!m->cfg->via_l1[i] || !s->next.new_l1)
        return l1_has(m, i);
    return s->l1_in[i] == 0 && s->l1_in_next[i] == 0;
}

static void find_moves(const struct nest_machine *m, struct nest_moves *v)
{
    const struct nest_state *s = &m->s;
    bool l1_empty = s->l1_out + s->l1_held == 0;
    memset(v, 0, sizeof(*v));
    v->latency = s->latency > 0;
    v->macs = s->working;
    v->out = s->out > 0;
    v->l1_out = s->l1_out > 0;
    for (int i = 0; i < NEST_INPUTS; i++) {
        bool l2_is_there = s->latency == 0;
        bool on = m->cfg->via_l1[i] || l2_is_there;
        bool room =
            i != NEST_IN_PSUM || s->now.fits[NEST_IN_PSUM] || s->out == 0;
        v->in[i] = s->in[i] > 0 && on && room && l1_has(m, i);
        v->in_next[i] =
            s->in[i] == 0 && s->in_next[i] > 0 && on && may_come_early(m, i);
        v->l1_in[i] =
            s->l1_in[i] > 0 && l2_is_there && (s->l1_now.fits || l1_empty);
        v->l1_in_next[i] = s->l1_in[i] == 0 && s->l1_in_next[i] > 0 &&
                           l2_is_there && !s->l1_next.is_end &&
                           s->l1_next.fits && (i != NEST_IN_PSUM || l1_empty);
    }
}

/* One port for psums in and out: they take turns.  Returns whether they met. */
static bool share_port(const struct nest_machine *m, struct nest_moves *v)
{
    bool via_l1 = m->cfg->via_l1[NEST_IN_PSUM];
    bool *in = via_l1 ? &v->l1_in[NEST_IN_PSUM] : &v->in[NEST_IN_PSUM];
    bool *next =
        via_l1 ? &v->l1_in_next[NEST_IN_PSUM] : &v->in_next[NEST_IN_PSUM];
    bool *out = via_l1 ? &v->l1_out : &v->out;
    if (!m->cfg->shared_psum_port || !*out || !(*in || *next))
        return false;
    if (m->s.psums_in_turn)
        *out = false;
    else
        *in = *next = false;
    return true;
}

bool nest_find_moves(const struct nest_machine *m, struct nest_moves *v)
{
    find_moves(m, v);
    return share_port(m, v);
}

static void shortest(uint64_t *n, bool moves, uint64_t left)
{
    if (moves && left < *n)
        *n = left;
}

uint64_t nest_like_cycles(const struct nest_machine *m,
                          const struct nest_moves *v, bool met)
{
    const struct nest_state *s = &m->s;
    uint64_t n = UINT64_MAX;
    shortest(&n, v->latency, s->latency);
    shortest(&n, v->macs, s->macs);
    shortest(&n, v->out, s->out);
    shortest(&n, v->l1_out, s->l1_out);
    for (int i = 0; i < NEST_INPUTS; i++) {
        shortest(&n, v->in[i], s->in[i]);
        shortest(&n, v->in_next[i], s->in_next[i]);
        shortest(&n, v->l1_in[i], s->l1_in[i]);
        shortest(&n, v->l1_in_next[i], s->l1_in_next[i]);
    }
    if (n == UINT64_MAX)
        return 0;
    return met ? 1 : n;
}

/* --- charging ------------------------------------------------------------- */

enum ledger_cause nest_missing(const struct nest_machine *m)
{
    static const enum ledger_cause cause[NEST_INPUTS] = {
        LEDGER_wait_filter, LEDGER_wait_ifmap, LEDGER_wait_psum_in};
    for (int i = 0; i < NEST_INPUTS; i++)
        if (m->s.in[i] > 0 || (m->s.worked && m->s.l1_in[i] > 0))
            return cause[i];
    return LEDGER_wait_psum_out;
}

static void charge(struct nest_machine *m, uint64_t cycles)
{
    const struct nest_state *s = &m->s;
    uint64_t *pe = m->out.pe_cycles, used = m->cfg->pes_used;
    /* The step that the PEs wait for. */
    const struct nest_work *w = s->worked ? &s->next : &s->now;
    m->out.flight_cycles += cycles;
    if (s->working)
        return; /* charged when it began */
    if (s->ended || w->is_end) {
        pe[LEDGER_drain] += cycles * m->out.busy_pes;
        pe[LEDGER_idle_edge] += cycles * (used - m->out.busy_pes);
        return;
    }
    pe[LEDGER_fill] += cycles * w->first;
    pe[nest_missing(m)] += cycles * (w->busy - w->first);
    pe[LEDGER_idle_edge] += cycles * (used - w->busy);
}

static void begin_macs(struct nest_machine *m)
{
    struct nest_state *s = &m->s;
    uint64_t all = count_mul(m->cfg->pes_used, s->now.most_macs);
    s->working = true;
    s->macs = s->now.most_macs;
    m->out.busy_pes += s->now.first;
    m->out.pe_cycles[LEDGER_mac] += s->now.macs;
    m->out.pe_cycles[LEDGER_idle_edge] += all - s->now.macs;
}

/* --- commit --------------------------------------------------------------- */

static void pull_next(struct nest_machine *m)
{
    struct nest_state *s = &m->s;
    nest_source_step(m->source, &s->next);
    for (int i = 0; i < NEST_INPUTS; i++)
        s->in_next[i] = cycles_of(m->cfg->via_l1[i] ? &m->cfg->from_l1[i]
                                                    : &m->cfg->from_l2[i],
                                  s->next.in_slots[i], s->next.in_words[i]);
}

static void pull_l1_next(struct nest_machine *m)
{
    struct nest_state *s = &m->s;
    nest_source_l1(m->source, &s->l1_next);
    for (int i = 0; i < NEST_INPUTS; i++)
        s->l1_in_next[i] =
            cycles_of(&m->cfg->from_l2[i], s->l1_next.in_slots[i],
                      s->l1_next.in_words[i]);
}

static void take_l1_next(struct nest_machine *m)
{
    struct nest_state *s = &m->s;
    s->l1_held = cycles_of(&m->cfg->psum_to_l2, s->l1_next.out_slots,
                           s->l1_next.out_words);
    if (s->l1_next.out_slots > 0)
        s->l1_out_words = s->l1_next.out_words;
    s->l1_now = s->l1_next;
    memcpy(s->l1_in, s->l1_in_next, sizeof(s->l1_in));
    if (s->l1_now.is_end)
        memset(s->l1_in_next, 0, sizeof(s->l1_in_next));
    else
        pull_l1_next(m);
}

/* The next step (or the end) becomes the present one. */
static void take_next(struct nest_machine *m)
{
    struct nest_state *s = &m->s;
    bool via_l1 = m->cfg->via_l1[NEST_IN_PSUM];
    if (s->next.out_slots > 0) {
        s->out = cycles_of(via_l1 ? &m->cfg->psum_to_l1 : &m->cfg->psum_to_l2,
                           s->next.out_slots, s->next.out_words);
        s->out_words = s->next.out_words;
    }
    if (nest_source_has_l1(m->source) && (s->next.new_l1 || s->next.is_end))
        take_l1_next(m);
    s->now = s->next;
    memcpy(s->in, s->in_next, sizeof(s->in));
    s->working = s->worked = false;
    if (s->now.is_end) {
        s->ended = true;
        memset(s->in_next, 0, sizeof(s->in_next));
        return;
    }
    pull_next(m);
}

static bool may_take_next(const struct nest_machine *m)
{
    const struct nest_state *s = &m->s;
    bool l1_steps =
        nest_source_has_l1(m->source) && (s->next.new_l1 || s->next.is_end);
    if (!s->worked || s->ended || (s->next.out_slots > 0 && s->out > 0))
        return false;
    if (!l1_steps)
        return true;
    for (int i = 0; i < NEST_INPUTS; i++)
        if (s->l1_in[i] > 0)
            return false;
    return s->l1_next.out_slots == 0 || s->l1_out + s->l1_held == 0;
}

static bool may_begin(const struct nest_machine *m)
{
    const struct nest_state *s = &m->s;
    for (int i = 0; i < NEST_INPUTS; i++)
        if (s->in[i] > 0)
            return false;
    return !s->ended && !s->working && !s->worked &&
           (s->now.fits[NEST_IN_PSUM] || s->out == 0);
}

static void commit(struct nest_machine *m)
{
    struct nest_state *s = &m->s;
    if (s->working && s->macs == 0) {
        s->working = false;
        s->worked = true;
    }
    if (may_take_next(m))
        take_next(m);
    if (s->l1_held > 0 && s->out == 0) {
        s->l1_out += s->l1_held;
        s->l1_held = 0;
    }
    if (may_begin(m))
        begin_macs(m);
}

static void move(struct nest_machine *m, const struct nest_moves *v, uint64_t n)
{
    struct nest_state *s = &m->s;
    s->latency -= v->latency ? n : 0;
    s->macs -= v->macs ? n : 0;
    s->out -= v->out ? n : 0;
    s->l1_out -= v->l1_out ? n : 0;
    for (int i = 0; i < NEST_INPUTS; i++) {
        s->in[i] -= v->in[i] ? n : 0;
        s->in_next[i] -= v->in_next[i] ? n : 0;
        s->l1_in[i] -= v->l1_in[i] ? n : 0;
        s->l1_in_next[i] -= v->l1_in_next[i] ? n : 0;
    }
}

static bool moves_words_or_macs(const struct nest_moves *m)
{
    bool any = m->out || m->l1_out || m->macs;
    for (int i = 0; i < NEST_INPUTS; i++)
        any =
            any || m->in[i] || m->in_next[i] || m->l1_in[i] || m->l1_in_next[i];
    return any;
}

struct nest_machine *nest_machine_new(const struct nest_machine_cfg *cfg,
                                      struct nest_source *source)
{
    struct nest_machine *m = xcalloc(1, sizeof(*m));
    m->cfg = cfg;
    m->source = source;
    return m;
}

void nest_machine_free(struct nest_machine *m)
{
    if (m == NULL)
        return;
    free(m->seen);
    free(m->pe_state);
    free(m->has_worked);
    free(m);
}

void nest_machine_issue(struct nest_machine *m)
{
    struct nest_state *s = &m->s;
    memset(s, 0, sizeof(*s));
    memset(&m->out, 0, sizeof(m->out));
    memset(&m->moves, 0, sizeof(m->moves));
    if (m->has_worked != NULL)
        memset(m->has_worked, 0, (size_t)nest_source_walk(m->source)->n_pes);
    if (m->seen != NULL)
        m->seen->step = 0;
    s->latency = m->cfg->latency_cycles;
    if (nest_source_has_l1(m->source)) {
        pull_l1_next(m);
        take_l1_next(m);
        s->l1_held = 0; /* what goes went with the pass before */
    }
    pull_next(m);
    s->next.out_slots = 0;
    s->next.new_l1 = false;
    take_next(m);
    if (may_begin(m))
        begin_macs(m);
}

bool nest_machine_is_done(const struct nest_machine *m)
{
    const struct nest_state *s = &m->s;
    return s->ended && s->out + s->l1_out + s->l1_held == 0;
}

static void eval(struct nest_machine *m, uint64_t most_cycles)
{
    m->met = nest_find_moves(m, &m->moves);
    m->cycles = nest_like_cycles(m, &m->moves, m->met);
    if (m->cycles > most_cycles)
        m->cycles = most_cycles;
}

void nest_machine_eval(struct nest_machine *m)
{
    eval(m, 1);
}

void nest_machine_commit(struct nest_machine *m)
{
    struct nest_state *s = &m->s;
    if (m->seen != NULL)
        nest_note_cycle(m);
    if (m->cycles == 0)
        return;
    s->in_flight = s->in_flight || moves_words_or_macs(&m->moves);
    if (s->in_flight)
        charge(m, m->cycles);
    move(m, &m->moves, m->cycles);
    s->psums_in_turn = m->met ? !s->psums_in_turn : s->psums_in_turn;
    m->out.cycles += m->cycles;
    commit(m);
}

bool nest_machine_moved(const struct nest_machine *m)
{
    return m->cycles > 0;
}

uint64_t nest_machine_step(struct nest_machine *m, uint64_t most_cycles)
{
    eval(m, most_cycles);
    nest_machine_commit(m);
    return m->cycles;
}

const struct nest_outcome *nest_machine_outcome(const struct nest_machine *m)
{
    return &m->out;
}
