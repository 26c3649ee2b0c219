/* levels_machine.c - steps the machine of listed levels.  Eval finds from
 * committed state which engines move; commit moves them, lets words land whose
 * latency is over, and gives engines without a move the next one.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/levels/levels_machine.h"

#include <stdlib.h>
#include <string.h>

#include "dataflows/arith.h"
#include "sim/array/levels/levels_follow.h"
#include "sim/array/levels/levels_parts.h"
#include "sim/array/levels/levels_values.h"

struct levels_machine *levels_machine_new(const struct arch *arch,
                                          const struct nest_walk *walk,
                                          struct levels_classes *classes,
                                          struct levels_values *values,
                                          struct levels_follow *follow)
{
    struct levels_machine *m = xcalloc(1, sizeof(*m));
    m->arch = arch;
    m->walk = walk;
    m->classes = classes;
    m->values = values;
    m->follow = follow;
    for (int i = 0; i < LEVELS_RESOURCES; i++)
        m->width[i] = levels_words_width(levels_classes_words(classes), i);
    levels_engines_init(m);
    for (int i = 0; i < m->n_engines; i++)
        m->engine[i].ended = true; /* until a pass begins */
    return m;
}

void levels_machine_free(struct levels_machine *m)
{
    free(m);
}

/* --- steps ---------------------------------------------------------------- */

static void begin(struct levels_machine *m, struct levels_engine *e)
{
    const int level = levels_level_of(m, e);
    e->step = m->place.at;
    e->index = e->sent = e->landed = 0;
    e->ended = e->moves = false;
    memset(e->outer, 0, sizeof(e->outer));
    memset(e->past, 0, sizeof(e->past));
    levels_place_of(m, level, &e->step, &e->at);
    e->other.exists = false;
    if (e->direction == LEVELS_IN && m->place.has_before)
        levels_place_of(m, level, &m->before, &e->other);
    if (e->direction == LEVELS_OUT)
        levels_place_behind(m, e, &e->other);
    levels_set_move(m, e);
}

static bool leaves_outer(const struct levels_machine *m, int outer, int loop)
{
    return loop < 0 ||
           (outer >= 0 && loop < m->walk->outside[m->stage[outer].level]);
}

/* Operands that the stage's next tile has not go. */
static void drop(struct levels_machine *m, struct levels_stage *s)
{
    struct levels_place at, next = {.exists = false};
    levels_place_of(m, s->level, &s->step, &at);
    if (nest_walk_next(m->walk, &s->step, m->walk->pass_loops,
                       nest_walk_outside(m->walk, s->level)) >= 0)
        levels_place_of(m, s->level, &s->step, &next);
    else if (m->place.has_next)
        levels_place_of(m, s->level, &m->place.next, &next);
    levels_values_go(m->values, s->level, s->tensor, &at, &next);
}

/* A tile of a stage is no more in use. */
static void close(struct levels_machine *m, int stage)
{
    if (stage < 0)
        return;
    struct levels_stage *s = &m->stage[stage];
    s->used++;
    if (s->tensor == TENSOR_PSUM)
        return;
    s->gone++;
    if (m->values != NULL)
        drop(m, s);
}

/* The words of a move are on their way, and land in a cycle. */
static void send(struct levels_engine *e, uint64_t due_cycle, bool closes)
{
    SIM_CHECK(e->sent - e->landed < LEVELS_FLIGHT_MAX);
    if (e->sent > e->landed)
        due_cycle = max_u64(
            due_cycle, e->flight[(e->sent - 1) % LEVELS_FLIGHT_MAX].due_cycle);
    struct levels_flight *f = &e->flight[e->sent++ % LEVELS_FLIGHT_MAX];
    f->due_cycle = due_cycle;
    f->closes = closes;
    f->at = e->at;
    f->other = e->other;
}

/* The MACs have issued a step; loop: the outermost that steps behind it. */
static void finish_macs(struct levels_machine *m, struct levels_engine *e,
                        int loop, uint64_t due_cycle)
{
    if (m->values != NULL)
        levels_values_multiply(m->values, &e->at);
    if (m->follow != NULL)
        levels_follow_multiply(m->follow, &e->at);
    m->last_due_cycle = max_u64(m->last_due_cycle, due_cycle);
    for (int t = 0; t < TENSOR_N; t++) {
        if (!leaves_outer(m, m->inner[t], loop))
            continue;
        e->outer[t]++;
        if (t != TENSOR_PSUM)
            close(m, m->inner[t]);
        else
            send(e, due_cycle, true);
    }
}

/* A move is over in the cycle before the clock's: the engine goes on. */
static void finish_move(struct levels_machine *m, struct levels_engine *e)
{
    const int level = levels_level_of(m, e);
    const uint64_t due_cycle =
        m->clock +
        (e->move->cycles > 0 ? e->latency_cycles + e->move->hop_cycles - 1 : 0);
    struct nest_step next = e->step;
    const int loop = nest_walk_next(m->walk, &next, m->walk->pass_loops,
                                    nest_walk_outside(m->walk, level));
    e->move->times++;
    if (e->direction == LEVELS_MAC) {
        finish_macs(m, e, loop, due_cycle);
    } else {
        struct levels_stage *s = &m->stage[e->stage];
        const bool closes = leaves_outer(m, s->outer, loop);
        if (e->direction == LEVELS_IN && m->values != NULL)
            levels_values_come(m->values, s->level, s->tensor, &e->at,
                               &e->other, e->reads_back);
        if (e->direction == LEVELS_IN && m->follow != NULL)
            levels_follow_come(m->follow, s->level, s->tensor, &e->at,
                               &e->other, e->reads_back);
        send(e, due_cycle, closes);
        e->outer[0] += closes;
        if (e->direction == LEVELS_IN && s->tensor != TENSOR_PSUM && closes)
            close(m, s->outer);
    }
    e->ended = loop < 0;
    e->index++;
    e->move = NULL;
    if (e->ended)
        return;
    e->step = next;
    if (e->direction == LEVELS_IN) {
        memmove(&e->past[1], &e->past[0], sizeof(e->past) - sizeof(e->past[0]));
        e->past[0] = e->other = e->at;
    }
    levels_place_of(m, level, &next, &e->at);
    if (e->direction == LEVELS_OUT)
        levels_place_behind(m, e, &e->other);
    levels_set_move(m, e);
}

static void land(struct levels_machine *m, struct levels_engine *e)
{
    const struct levels_flight *f = &e->flight[e->landed++ % LEVELS_FLIGHT_MAX];
    if (e->direction == LEVELS_MAC) {
        close(m, m->inner[TENSOR_PSUM]);
        return;
    }
    struct levels_stage *s = &m->stage[e->stage];
    if (e->direction == LEVELS_IN) {
        s->come++;
        return;
    }
    s->gone++;
    if (m->values != NULL)
        levels_values_go(m->values, s->level, s->tensor, &f->at, &f->other);
    if (m->follow != NULL)
        levels_follow_go(m->follow, s->level, &f->at, &f->other);
    if (f->closes)
        close(m, s->outer);
}

/* --- eval ----------------------------------------------------------------- */

static bool has_come(const struct levels_machine *m, int stage, uint64_t index)
{
    return stage < 0 || m->stage[stage].come > index;
}

/* Whether tiles are where the engine's step needs them, and room for it. */
static bool may_move(const struct levels_machine *m,
                     const struct levels_engine *e)
{
    if (e->ended)
        return false;
    if (e->direction == LEVELS_MAC) {
        for (int t = 0; t < TENSOR_N; t++)
            if (!has_come(m, m->inner[t], e->outer[t]))
                return false;
        return true;
    }
    const struct levels_stage *s = &m->stage[e->stage];
    if (e->direction == LEVELS_OUT)
        return s->used > e->index;
    return has_come(m, s->outer, e->outer[0]) && s->gone + e->ahead >= e->index;
}

/* Words of a demand that a cycle of a move takes. */
static uint64_t share(const struct levels_engine *e,
                      const struct levels_demand *d)
{
    const uint64_t n = e->move->cycles;
    return (e->beat + 1) * d->words / n - e->beat * d->words / n;
}

static bool take(const struct levels_machine *m, const struct levels_engine *e,
                 uint64_t taken[LEVELS_RESOURCES])
{
    const struct levels_move *v = e->move;
    for (int i = 0; i < v->n_demands; i++) {
        const struct levels_demand *d = &v->demand[i];
        if (taken[d->resource] + share(e, d) > m->width[d->resource])
            return false;
    }
    for (int i = 0; i < v->n_demands; i++)
        taken[v->demand[i].resource] += share(e, &v->demand[i]);
    return true;
}

void levels_find_moves(const struct levels_machine *m,
                       bool moves[LEVELS_ENGINES_MAX])
{
    uint64_t taken[LEVELS_RESOURCES];
    memset(taken, 0, sizeof(taken));
    for (int i = 0; i < m->n_engines; i++) {
        const struct levels_engine *e = &m->engine[i];
        moves[i] = may_move(m, e) && take(m, e, taken);
    }
}

/* --- charging ------------------------------------------------------------- */

/* Whether the next tile of a stage waits for the one before it to leave. */
static bool waits_for_room(const struct levels_machine *m, int stage)
{
    const struct levels_engine *e = &m->engine[LEVELS_ENGINE_MACS + 1];
    while (e->direction != LEVELS_IN || e->stage != stage)
        e++;
    return !e->ended && m->stage[stage].gone + e->ahead < e->index;
}

/* What the MACs wait for. */
static enum ledger_cause missing(const struct levels_machine *m)
{
    static const enum ledger_cause cause[TENSOR_N] = {
        LEDGER_wait_ifmap, LEDGER_wait_filter, LEDGER_wait_psum_in};
    static const enum tensor order[TENSOR_N] = {TENSOR_FILTER, TENSOR_IFMAP,
                                                TENSOR_PSUM};
    const struct levels_engine *e = &m->engine[LEVELS_ENGINE_MACS];
    for (int i = 0; i < TENSOR_N; i++) {
        const enum tensor t = order[i];
        const int stage = m->inner[t];
        if (has_come(m, stage, e->outer[t]))
            continue;
        return t == TENSOR_PSUM && waits_for_room(m, stage)
                   ? LEDGER_wait_psum_out
                   : cause[t];
    }
    return e->move->cause;
}

/* The engine that brings tiles of a stage, or takes psums from it. */
static const struct levels_engine *engine_of(const struct levels_machine *m,
                                             int stage,
                                             enum levels_direction direction)
{
    for (int i = LEVELS_ENGINE_MACS + 1; i < m->n_engines; i++)
        if (m->engine[i].stage == stage && m->engine[i].direction == direction)
            return &m->engine[i];
    return NULL;
}

/* What is done for MACs that wait: for a tile of a stage to come, for room in
 * it, or, when all tiles are there, for words of their own step. */
static enum network_wait network_did(const struct levels_machine *m,
                                     enum ledger_cause wait)
{
    const struct levels_engine *macs = &m->engine[LEVELS_ENGINE_MACS];
    const enum tensor t = wait == LEDGER_wait_filter  ? TENSOR_FILTER
                          : wait == LEDGER_wait_ifmap ? TENSOR_IFMAP
                                                      : TENSOR_PSUM;
    const int stage = m->inner[t];
    if (has_come(m, stage, macs->outer[t]))
        return macs->moves         ? NETWORK_WAIT_busy
               : may_move(m, macs) ? NETWORK_WAIT_port
                                   : NETWORK_WAIT_idle;
    const struct levels_engine *e = engine_of(
        m, stage, wait == LEDGER_wait_psum_out ? LEVELS_OUT : LEVELS_IN);
    SIM_CHECK(e != NULL);
    if (e->moves)
        return NETWORK_WAIT_busy;
    if (may_move(m, e))
        return NETWORK_WAIT_port;
    if (e->sent > e->landed)
        return NETWORK_WAIT_latency;
    if (e->direction == LEVELS_IN && !e->ended &&
        !has_come(m, m->stage[stage].outer, e->outer[0]))
        return NETWORK_WAIT_supply;
    return NETWORK_WAIT_blocked;
}

static void charge(struct levels_machine *m)
{
    const struct levels_engine *e = &m->engine[LEVELS_ENGINE_MACS];
    uint64_t *to = m->out.cycles_of;
    uint64_t busy = e->ended ? m->out.busy_macs : e->move->macs;
    m->out.flight_cycles++;
    m->waits_for = e->ended                                     ? LEDGER_drain
                   : e->moves && e->beat + 1 == e->move->cycles ? LEDGER_mac
                   : e->index == 0                              ? LEDGER_fill
                                                                : missing(m);
    to[m->waits_for] += busy;
    m->working = busy;
    if (m->waits_for >= LEDGER_wait_filter &&
        m->waits_for <= LEDGER_wait_psum_out)
        m->out.wait_by[m->waits_for - LEDGER_wait_filter]
                      [network_did(m, m->waits_for)] += busy;
}

/* --- commit --------------------------------------------------------------- */

/* Moves of no words are over at once; one may let another begin. */
static void settle(struct levels_machine *m)
{
    for (bool any = true; any;) {
        any = false;
        for (int i = 0; i < m->n_engines; i++) {
            struct levels_engine *e = &m->engine[i];
            while (e->landed < e->sent &&
                   e->flight[e->landed % LEVELS_FLIGHT_MAX].due_cycle <=
                       m->clock) {
                land(m, e);
                any = true;
            }
            if (!e->ended && e->move->cycles == 0 && may_move(m, e)) {
                finish_move(m, e);
                any = true;
            }
        }
    }
}

static bool words_are_on_their_way(const struct levels_machine *m)
{
    bool any = m->last_due_cycle > m->clock;
    for (int i = 0; i < m->n_engines; i++)
        any = any || m->engine[i].sent > m->engine[i].landed;
    return any;
}

void levels_machine_issue(struct levels_machine *m,
                          const struct nest_pass_place *place)
{
    memset(&m->out, 0, sizeof(m->out));
    m->place = *place;
    m->clock = m->last_due_cycle = 0;
    m->in_flight = false;
    if (place->has_before) {
        m->before = place->before;
        nest_walk_last(m->walk, &m->before, m->walk->pass_loops);
    }
    for (int i = 0; i < m->n_stages; i++) {
        m->stage[i].come = m->stage[i].used = m->stage[i].gone = 0;
        m->stage[i].step = place->at;
    }
    for (int i = 0; i < m->n_engines; i++)
        begin(m, &m->engine[i]);
    m->out.busy_macs = m->engine[LEVELS_ENGINE_MACS].move->macs;
    settle(m);
}

bool levels_machine_is_done(const struct levels_machine *m)
{
    for (int i = 0; i < m->n_engines; i++)
        if (!m->engine[i].ended)
            return false;
    return !words_are_on_their_way(m);
}

void levels_machine_eval(struct levels_machine *m)
{
    bool moves[LEVELS_ENGINES_MAX];
    levels_find_moves(m, moves);
    for (int i = 0; i < m->n_engines; i++)
        m->engine[i].moves = moves[i];
}

void levels_machine_commit(struct levels_machine *m)
{
    bool any = false;
    for (int i = 0; i < m->n_engines; i++)
        any = any || m->engine[i].moves;
    m->moved = any || words_are_on_their_way(m);
    if (!m->moved)
        return;
    m->in_flight = m->in_flight || any;
    if (m->in_flight)
        charge(m);
    m->clock++;
    m->out.cycles = m->clock;
    for (int i = 0; i < m->n_engines; i++) {
        struct levels_engine *e = &m->engine[i];
        if (e->moves && ++e->beat == e->move->cycles)
            finish_move(m, e);
        e->moves = false;
    }
    settle(m);
}

bool levels_machine_step(struct levels_machine *m)
{
    levels_machine_eval(m);
    levels_machine_commit(m);
    return m->moved;
}

bool levels_machine_moved(const struct levels_machine *m)
{
    return m->moved;
}

const struct levels_outcome *
levels_machine_outcome(const struct levels_machine *m)
{
    return &m->out;
}
