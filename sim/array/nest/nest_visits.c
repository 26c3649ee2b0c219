/* nest_visits.c - chains of PEs, and the psums of a pass visit by visit.
 *
 * Most visits end with a step in which all PEs of the pass work, or all of
 * their chains' do; what leaves with such a step follows from its class and is
 * kept for the pass.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/nest/nest_visits.h"

#include <stdlib.h>
#include <string.h>

#include "dataflows/arith.h"
#include "sim/base/diag.h"

/* What visits of one kind have in common. */
struct kind {
    const struct nest_class *last; /* of the visit's last step; NULL: none */
    bool reads_back;
    struct credit_leave *leave;   /* owns */
    struct credit_slots slots[2]; /* psums in, out; own */
    struct kind *next;
};

struct nest_visits {
    const struct nest_walk *walk;
    struct nest_compiler_cfg cfg;
    int32_t *chain_of; /* by PE: static number; owns */
    int32_t *by_unit;  /* PEs by row, then column; owns */
    int chains_max;
    /* The pass. */
    bool *active;     /* by PE */
    int32_t *above;   /* by PE */
    int32_t *exit_of; /* by static chain: its number in the pass, or -1 */
    int32_t *bottom;  /* by number in the pass */
    int32_t chains;
    int32_t *begin, *in_lane, *out_lane;    /* sets */
    struct kind *kind;                      /* owns, a list */
    const struct credit_slots **segment[2]; /* own */
    size_t segments, segment_room;
    int32_t reads_longer;
    bool has_read;
};

/* --- chains --------------------------------------------------------------- */

/* A PE, with what it is sorted by. */
struct place {
    int outputs[5]; /* where its outputs begin */
    int unit;
    int32_t pe;
};

static int by_unit(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    return (x->unit > y->unit) - (x->unit < y->unit);
}

static int by_outputs(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    for (int k = 0; k < 5; k++)
        if (x->outputs[k] != y->outputs[k])
            return x->outputs[k] < y->outputs[k] ? -1 : 1;
    return by_unit(a, b);
}

static void find_chains(struct nest_visits *v)
{
    static const int has[5] = {NEST_G, NEST_N, NEST_M, NEST_P, NEST_Q};
    const struct nest_walk *w = v->walk;
    const size_t n = (size_t)w->n_pes;
    struct place *place = xcalloc(n, sizeof(*place));
    for (size_t k = 0; k < n; k++) {
        for (int d = 0; d < 5; d++)
            place[k].outputs[d] = w->pe[k].offset[has[d]];
        place[k].unit = w->pe[k].unit;
        place[k].pe = (int32_t)k;
    }
    qsort(place, n, sizeof(*place), by_unit);
    for (size_t k = 0; k < n; k++)
        v->by_unit[k] = place[k].pe;
    qsort(place, n, sizeof(*place), by_outputs);
    for (size_t k = 0; k < n; k++) {
        if (k == 0 || memcmp(place[k].outputs, place[k - 1].outputs,
                             sizeof(place[k].outputs)) != 0)
            v->chains_max++;
        v->chain_of[place[k].pe] = v->chains_max - 1;
    }
    free(place);
}

struct nest_visits *nest_visits_new(const struct nest_walk *walk,
                                    const struct nest_compiler_cfg *cfg)
{
    struct nest_visits *v = xcalloc(1, sizeof(*v));
    const size_t pes = (size_t)walk->n_pes;
    v->walk = walk;
    v->cfg = *cfg;
    v->chain_of = xcalloc(pes, sizeof(int32_t));
    v->by_unit = xcalloc(pes, sizeof(int32_t));
    v->active = xcalloc(pes, sizeof(bool));
    v->above = xcalloc(pes, sizeof(int32_t));
    v->exit_of = xcalloc(pes, sizeof(int32_t));
    v->bottom = xcalloc(pes, sizeof(int32_t));
    v->begin = xcalloc(pes + 1, sizeof(int32_t));
    v->in_lane = xcalloc(pes, sizeof(int32_t));
    v->out_lane = xcalloc(pes, sizeof(int32_t));
    find_chains(v);
    return v;
}

static void forget_kinds(struct nest_visits *v)
{
    while (v->kind != NULL) {
        struct kind *next = v->kind->next;
        free(v->kind->leave);
        for (int k = 0; k < 2; k++)
            free((void *)(uintptr_t)v->kind->slots[k].slot);
        free(v->kind);
        v->kind = next;
    }
}

void nest_visits_free(struct nest_visits *v)
{
    if (v == NULL)
        return;
    forget_kinds(v);
    free(v->chain_of);
    free(v->by_unit);
    free(v->active);
    free(v->above);
    free(v->exit_of);
    free(v->bottom);
    free(v->begin);
    free(v->in_lane);
    free(v->out_lane);
    free(v->segment[0]);
    free(v->segment[1]);
    free(v);
}

void nest_visits_begin(struct nest_visits *v, const struct nest_class *first,
                       struct credit_pass *pass)
{
    const int pes = v->walk->n_pes;
    int32_t *top = xcalloc((size_t)pes, sizeof(*top));
    forget_kinds(v);
    v->segments = 0;
    v->has_read = false;
    v->reads_longer = 0;
    v->chains = 0;
    for (int k = 0; k < v->chains_max; k++)
        v->exit_of[k] = -1;
    for (int k = 0; k < pes; k++) {
        const int32_t pe = v->by_unit[k], chain = v->chain_of[pe];
        v->active[pe] = first->work[pe]->macs > 0;
        if (!v->active[pe])
            continue;
        int32_t exit = v->exit_of[chain];
        if (exit < 0) {
            exit = v->exit_of[chain] = v->chains++;
            v->bottom[exit] = pe;
        } else {
            v->above[top[exit]] = pe;
        }
        top[exit] = pe;
    }
    for (int32_t c = 0; c < v->chains; c++) {
        v->above[top[c]] = pes + c;
        v->begin[c + 1] = c + 1;
        v->in_lane[c] = v->bottom[c];
        v->out_lane[c] = pes + c;
    }
    free(top);
    pass->lanes = pes;
    pass->chains = v->chains;
    pass->active = v->active;
    pass->above = v->above;
    pass->stream[CREDIT_PSUM_IN].sets =
        (struct credit_sets){v->chains, v->begin, v->in_lane};
    pass->stream[CREDIT_PSUM_OUT].sets =
        (struct credit_sets){v->chains, v->begin, v->out_lane};
}

/* --- visits --------------------------------------------------------------- */

/* Psums of each chain of the pass, in a visit with a step of this class. */
static struct credit_slots make_slots(const struct nest_visits *v,
                                      const struct nest_class *step,
                                      int slot_words)
{
    struct credit_slots out = {0, NULL};
    int32_t most = 0, n = 0;
    for (int32_t c = 0; c < v->chains; c++) {
        const int32_t words = step->psums[v->bottom[c]];
        most = words > most ? words : most;
        n += ceil_div(words, slot_words);
    }
    if (n == 0)
        return out;
    struct credit_slot *slot = xcalloc((size_t)n, sizeof(*slot));
    for (int32_t from = 0; from < most; from += slot_words) {
        bool begins = true;
        for (int32_t c = 0; c < v->chains; c++) {
            const int32_t left = step->psums[v->bottom[c]] - from;
            if (left <= 0)
                continue;
            slot[out.n].set = c;
            slot[out.n].words = min_int(left, slot_words);
            slot[out.n++].begins = begins;
            begins = false;
        }
    }
    SIM_CHECK(out.n == n);
    out.slot = slot;
    return out;
}

/* Cycles in which a psum network serves a visit when nothing holds it up. */
static uint64_t cycles_of(const struct nest_visits *v, int out,
                          const struct credit_slots *slots)
{
    uint64_t words = 0, cycles = 0;
    int in_chunk = 0;
    for (int32_t k = 0; k < slots->n; k++) {
        if (slots->slot[k].begins)
            in_chunk = 0;
        cycles += in_chunk++ % v->cfg.psum_slots[out] == 0;
        words += (uint64_t)slots->slot[k].words;
    }
    if (v->cfg.psum_words[out] == 0)
        return cycles;
    return max_u64(cycles,
                   ceil_div_u64(words, (uint64_t)v->cfg.psum_words[out]));
}

static void compare_ports(struct nest_visits *v, const struct kind *kind)
{
    if (v->has_read || kind->slots[0].n == 0)
        return;
    const uint64_t reads = cycles_of(v, 0, &kind->slots[0]);
    const uint64_t writes = cycles_of(v, 1, &kind->slots[1]);
    v->has_read = true;
    v->reads_longer = (reads > writes) - (reads < writes);
}

static int32_t chain_words(const struct nest_visits *v,
                           const struct nest_class *step, int32_t pe)
{
    const int32_t exit = v->exit_of[v->chain_of[pe]];
    return exit < 0 ? 0 : step->psums[v->bottom[exit]];
}

static struct credit_leave leave_of(const struct nest_visits *v,
                                    const struct nest_class *last, int32_t pe,
                                    bool own, bool reads_back)
{
    const int32_t exit = v->exit_of[v->chain_of[pe]];
    const struct credit_leave leave = {
        .words = chain_words(v, last, pe),
        .takes = v->bottom[exit] != pe || reads_back,
        .own = own,
    };
    return leave;
}

/* The step in which a PE's psums leave, or, without any work in the visit, in
 * which it passes psums on. */
static uint32_t leaves_with(const struct nest_class *const *step,
                            uint32_t steps, int32_t pe, bool *own)
{
    for (uint32_t k = steps; k-- > 0;)
        if (step[k]->work[pe]->macs > 0) {
            *own = true;
            return k;
        }
    *own = false;
    return steps - 1;
}

static bool all_work(const struct nest_visits *v, const struct nest_class *last)
{
    for (int32_t pe = 0; pe < v->walk->n_pes; pe++)
        if (v->active[pe] && chain_words(v, last, pe) > 0 &&
            last->work[pe]->macs == 0)
            return false;
    return true;
}

static struct kind *add_kind(struct nest_visits *v,
                             const struct nest_class *last, bool reads_back,
                             bool with_slots)
{
    struct kind *kind = xcalloc(1, sizeof(*kind));
    kind->leave = xcalloc((size_t)v->walk->n_pes, sizeof(*kind->leave));
    kind->next = v->kind;
    kind->reads_back = reads_back;
    v->kind = kind;
    if (!with_slots)
        return kind;
    if (reads_back)
        kind->slots[0] = make_slots(v, last, v->cfg.slot_words[CREDIT_PSUM_IN]);
    kind->slots[1] = make_slots(v, last, v->cfg.slot_words[CREDIT_PSUM_OUT]);
    compare_ports(v, kind);
    return kind;
}

static void append(struct nest_visits *v, const struct kind *kind)
{
    if (v->segments == v->segment_room) {
        v->segment_room = v->segment_room * 2 + 64;
        for (int k = 0; k < 2; k++)
            v->segment[k] = xrealloc(v->segment[k], v->segment_room,
                                     sizeof(struct credit_slots *));
    }
    for (int k = 0; k < 2; k++)
        v->segment[k][v->segments] = &kind->slots[k];
    v->segments++;
}

static const struct kind *known_kind(const struct nest_visits *v,
                                     const struct nest_class *last,
                                     bool reads_back)
{
    const struct kind *kind = v->kind;
    while (kind != NULL &&
           (kind->last != last || kind->reads_back != reads_back))
        kind = kind->next;
    return kind;
}

/* PEs leave at steps of their own. */
static void add_one_by_one(struct nest_visits *v,
                           const struct nest_class *const *step, uint32_t steps,
                           bool reads_back, const struct credit_leave **leave)
{
    const struct nest_class *last = step[steps - 1];
    struct credit_leave **own_leave =
        xcalloc(steps, sizeof(struct credit_leave *));
    struct kind *kind = add_kind(v, last, reads_back, true);
    own_leave[steps - 1] = kind->leave;
    append(v, kind);
    for (int32_t pe = 0; pe < v->walk->n_pes; pe++) {
        bool own;
        if (!v->active[pe] || chain_words(v, last, pe) == 0)
            continue;
        const uint32_t k = leaves_with(step, steps, pe, &own);
        if (own_leave[k] == NULL)
            own_leave[k] = add_kind(v, last, reads_back, false)->leave;
        own_leave[k][pe] = leave_of(v, last, pe, own, reads_back);
    }
    for (uint32_t k = 0; k < steps; k++)
        leave[k] = own_leave[k];
    free(own_leave);
}

void nest_visits_add(struct nest_visits *v,
                     const struct nest_class *const *step, uint32_t steps,
                     bool reads_back, const struct credit_leave **leave)
{
    const struct nest_class *last = step[steps - 1];
    const struct kind *known = known_kind(v, last, reads_back);
    if (known == NULL && !all_work(v, last)) {
        add_one_by_one(v, step, steps, reads_back, leave);
        return;
    }
    if (known == NULL) {
        struct kind *kind = add_kind(v, last, reads_back, true);
        for (int32_t pe = 0; pe < v->walk->n_pes; pe++)
            if (v->active[pe] && chain_words(v, last, pe) > 0)
                kind->leave[pe] = leave_of(v, last, pe, true, reads_back);
        kind->last = last;
        known = kind;
    }
    for (uint32_t k = 0; k < steps; k++)
        leave[k] = NULL;
    leave[steps - 1] = known->leave;
    append(v, known);
}

void nest_visits_end(struct nest_visits *v, struct credit_pass *pass)
{
    SIM_CHECK(v->segments <= UINT32_MAX);
    for (int k = 0; k < 2; k++) {
        struct credit_stream *stream =
            &pass->stream[k == 0 ? CREDIT_PSUM_IN : CREDIT_PSUM_OUT];
        stream->segments = (uint32_t)v->segments;
        stream->segment = v->segment[k];
    }
    pass->psum_reads_longer = v->reads_longer;
}
