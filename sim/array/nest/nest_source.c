/* nest_source.c - runs the stages of a nest's levels for each step of a pass
 * and counts what they move.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/nest/nest_source.h"

#include <stdlib.h>
#include <string.h>

#include "sim/array/nest/nest_stage.h"

static const enum tensor tensor_of[NEST_INPUTS] = {
    [NEST_IN_FILTER] = TENSOR_FILTER,
    [NEST_IN_IFMAP] = TENSOR_IFMAP,
    [NEST_IN_PSUM] = TENSOR_PSUM};

/* Progress of one PE through its tile. */
struct pe_walk {
    struct nest_span span[NEST_DIMS];
    int value[NEST_LOOPS_MAX];
    bool done;
};

struct nest_source {
    const struct nest_walk *walk; /* borrowed */
    const struct arch *arch;
    struct nest_values *values;
    struct access_tap tap;
    struct counts *counts;
    struct nest_stage *rf[NEST_INPUTS], *l1[NEST_INPUTS]; /* own */
    struct nest_pass_place place;
    struct nest_step step; /* the next one */
    bool done;             /* the pass has no more of them */
    bool new_l1;
    struct pe_walk *pe; /* owns */
};

static int64_t *l1_psum(struct nest_source *s, int cluster, uint64_t word)
{
    struct word_tile *t = nest_stage_tile(s->l1[NEST_IN_PSUM], cluster);
    int at = word_tile_find(t, word);
    SIM_CHECK(at >= 0);
    return &t->value[at];
}

static int64_t *psum_of_rf(void *context, int group, uint64_t word)
{
    struct nest_source *s = context;
    if (s->l1[NEST_IN_PSUM] != NULL)
        return l1_psum(s, group, word);
    return s->values->ofmap(s->values->context, word);
}

static int64_t *psum_of_l1(void *context, int group, uint64_t word)
{
    struct nest_source *s = context;
    (void)group;
    return s->values->ofmap(s->values->context, word);
}

/* What L1 gives it must hold. */
static void read_from(void *context, enum tensor tensor, enum level parent,
                      int group, uint64_t word)
{
    struct nest_source *s = context;
    if (parent != LEVEL_L1)
        return;
    for (int i = 0; i < NEST_INPUTS; i++)
        if (tensor_of[i] == tensor)
            SIM_CHECK(word_tile_find(nest_stage_tile(s->l1[i], group), word) >=
                      0);
}

static struct nest_stage *stage_of(struct nest_source *s, enum level level,
                                   int input)
{
    const struct arch *a = s->arch;
    struct stage_cfg cfg = {
        .walk = s->walk,
        .level = level,
        .tensor = tensor_of[input],
        .no_padding_words = a->padding == PADDING_GENERATED,
        .tap = s->tap,
        .values = s->values != NULL,
        .parent_psum = level == LEVEL_RF ? psum_of_rf : psum_of_l1,
        .context = s,
    };
    if (!s->walk->nest.level[level].keep[tensor_of[input]])
        return NULL;
    if (cfg.values)
        cfg.parent_read = read_from;
    return nest_stage_new(&cfg);
}

struct nest_source *nest_source_new(const struct nest_walk *walk,
                                    const struct arch *arch,
                                    struct nest_values *values,
                                    const struct access_tap *tap,
                                    struct counts *counts)
{
    struct nest_source *s = xcalloc(1, sizeof(*s));
    s->walk = walk;
    s->arch = arch;
    s->values = values;
    s->counts = counts;
    if (tap != NULL)
        s->tap = *tap;
    for (int i = 0; i < NEST_INPUTS; i++) {
        s->rf[i] = stage_of(s, LEVEL_RF, i);
        if (arch->has_l1)
            s->l1[i] = stage_of(s, LEVEL_L1, i);
    }
    s->pe = xcalloc((size_t)walk->n_pes, sizeof(*s->pe));
    return s;
}

void nest_source_free(struct nest_source *s)
{
    if (s == NULL)
        return;
    for (int i = 0; i < NEST_INPUTS; i++) {
        nest_stage_free(s->rf[i]);
        nest_stage_free(s->l1[i]);
    }
    free(s->pe);
    free(s);
}

/* --- counting ------------------------------------------------------------- */

static void add(uint64_t *to, uint64_t words)
{
    *to = count_add(*to, words);
}

static void add_link(struct nest_source *s, enum link link, uint64_t sent,
                     uint64_t delivered)
{
    struct link_words *l = &s->counts->link[link];
    add(&l->words_sent, sent);
    add(&l->words_delivered, delivered);
    add(&l->hops, delivered);
}

static void count_in(struct nest_source *s, enum level level, int input,
                     const struct stage_move *m)
{
    static const enum link link[NEST_INPUTS] = {LINK_filter, LINK_ifmap,
                                                LINK_psum_in};
    static const enum link l1_link[NEST_INPUTS] = {LINK_filter_l1,
                                                   LINK_ifmap_l1, LINK_psum_in};
    enum tensor t = tensor_of[input];
    add(&s->counts->access[nest_parent(&s->walk->nest, level, t)][t].reads,
        m->read);
    add(&s->counts->access[level][t].writes, m->delivered);
    add_link(s, level == LEVEL_L1 ? l1_link[input] : link[input], m->read,
             m->delivered);
}

static void count_out(struct nest_source *s, enum level level,
                      const struct stage_move *m)
{
    enum level parent = nest_parent(&s->walk->nest, level, TENSOR_PSUM);
    add(&s->counts->access[parent][TENSOR_PSUM].writes, m->read);
    add(&s->counts->access[level][TENSOR_PSUM].reads, m->delivered);
    add_link(s, LINK_psum_out, m->read, m->read);
    add_link(s, LINK_psum_link, m->delivered - m->read, m->delivered - m->read);
}

/* --- MACs ----------------------------------------------------------------- */

static uint64_t macs_of(const struct nest_span x[NEST_DIMS])
{
    uint64_t n = 1;
    for (int d = 0; d < NEST_DIMS; d++)
        n *= (uint64_t)x[d].n;
    return n;
}

/* Offsets of a PE's loops at their present values; false: beyond the tile's
 * clipped end. */
static bool offsets_of(const struct nest_source *s, const struct pe_walk *pe,
                       int offset[NEST_DIMS])
{
    const struct nest_loops *loops = &s->walk->nest.level[LEVEL_RF].time;
    int size[NEST_DIMS];
    for (int d = 0; d < NEST_DIMS; d++) {
        offset[d] = 0;
        size[d] = 1;
    }
    for (int i = loops->n - 1; i >= 0; i--) {
        int d = loops->loop[i].dim;
        offset[d] += pe->value[i] * size[d];
        size[d] *= loops->loop[i].count;
    }
    for (int d = 0; d < NEST_DIMS; d++)
        if (offset[d] >= pe->span[d].n)
            return false;
    return true;
}

static void go_on(const struct nest_source *s, struct pe_walk *pe)
{
    const struct nest_loops *loops = &s->walk->nest.level[LEVEL_RF].time;
    for (int i = loops->n - 1; i >= 0; i--) {
        if (++pe->value[i] < loops->loop[i].count)
            return;
        pe->value[i] = 0;
    }
    pe->done = true;
}

static void tell_mac(const struct nest_source *s, int unit, enum tensor tensor,
                     uint64_t word)
{
    const struct access a = {.level = LEVEL_RF,
                             .tensor = tensor,
                             .unit = unit,
                             .is_write = tensor == TENSOR_PSUM,
                             .word = word};
    s->tap.access(s->tap.context, &a);
}

static void multiply(struct nest_source *s, int pe, const int x[NEST_DIMS])
{
    const struct layer *l = &s->walk->layer;
    const int m = x[NEST_G] * (l->M / l->G) + x[NEST_M];
    const int in[4] = {x[NEST_N], x[NEST_G] * (l->C / l->G) + x[NEST_C],
                       x[NEST_P] * l->stride_h + x[NEST_R] * l->dilation_h,
                       x[NEST_Q] * l->stride_w + x[NEST_S] * l->dilation_w};
    const int w[4] = {m, x[NEST_C], x[NEST_R], x[NEST_S]};
    const int out[4] = {x[NEST_N], m, x[NEST_P], x[NEST_Q]};
    bool is_padding = in[2] < l->pad_top || in[2] >= l->pad_top + l->H ||
                      in[3] < l->pad_left || in[3] >= l->pad_left + l->W;
    is_padding = is_padding && s->arch->padding == PADDING_GENERATED;
    if (s->tap.access != NULL) {
        if (!is_padding)
            tell_mac(s, s->walk->pe[pe].unit, TENSOR_IFMAP, access_word(in));
        tell_mac(s, s->walk->pe[pe].unit, TENSOR_FILTER, access_word(w));
        tell_mac(s, s->walk->pe[pe].unit, TENSOR_PSUM, access_word(out));
    }
    if (s->values == NULL)
        return;
    struct word_tile *psums = nest_stage_tile(s->rf[NEST_IN_PSUM], pe);
    int psum = word_tile_find(psums, access_word(out));
    SIM_CHECK(psum >= 0);
    SIM_CHECK(word_tile_find(nest_stage_tile(s->rf[NEST_IN_FILTER], pe),
                             access_word(w)) >= 0);
    SIM_CHECK(is_padding ||
              word_tile_find(nest_stage_tile(s->rf[NEST_IN_IFMAP], pe),
                             access_word(in)) >= 0);
    int64_t a =
        is_padding ? 0 : s->values->ifmap(s->values->context, access_word(in));
    int64_t b = s->values->filter(s->values->context, access_word(w));
    s->values->zero_macs += a == 0;
    psums->value[psum] =
        (int64_t)((uint64_t)psums->value[psum] + (uint64_t)a * (uint64_t)b);
}

/* Each MAC of the step, a cycle's over all PEs, then the next cycle's. */
static void do_macs(struct nest_source *s)
{
    bool more = true;
    for (int k = 0; k < s->walk->n_pes; k++) {
        memset(s->pe[k].value, 0, sizeof(s->pe[k].value));
        s->pe[k].done = macs_of(s->pe[k].span) == 0;
    }
    while (more) {
        more = false;
        for (int k = 0; k < s->walk->n_pes; k++) {
            struct pe_walk *pe = &s->pe[k];
            int x[NEST_DIMS];
            while (!pe->done && !offsets_of(s, pe, x))
                go_on(s, pe);
            if (pe->done)
                continue;
            for (int d = 0; d < NEST_DIMS; d++)
                x[d] += pe->span[d].first;
            multiply(s, k, x);
            go_on(s, pe);
            more = true;
        }
    }
}

static void compute(struct nest_source *s)
{
    uint64_t all = 0, first_products = 0;
    for (int k = 0; k < s->walk->n_pes; k++) {
        struct word_tile *psums = nest_stage_tile(s->rf[NEST_IN_PSUM], k);
        nest_walk_spans(s->walk, &s->step, LEVEL_RF, &s->walk->pe[k],
                        s->pe[k].span);
        const uint64_t macs = macs_of(s->pe[k].span);
        if (macs == 0)
            continue;
        first_products += psums->fresh;
        psums->fresh = 0;
        all += macs;
    }
    struct accesses *rf = s->counts->access[LEVEL_RF];
    add(&s->counts->macs, all);
    add(&rf[TENSOR_IFMAP].reads, all);
    add(&rf[TENSOR_FILTER].reads, all);
    add(&rf[TENSOR_PSUM].reads, all - first_products);
    add(&rf[TENSOR_PSUM].writes, all);
    if (s->values != NULL || s->tap.access != NULL)
        do_macs(s);
}

/* --- steps ---------------------------------------------------------------- */

static void each_set(struct nest_stage *const stage[NEST_INPUTS],
                     const struct nest_step *step, const struct nest_step *next)
{
    for (int i = 0; i < NEST_INPUTS; i++) {
        struct stage_move unread;
        if (stage[i] == NULL)
            continue;
        nest_stage_set(stage[i], step);
        nest_stage_leave(stage[i], next, &unread);
    }
}

void nest_source_begin(struct nest_source *s,
                       const struct nest_pass_place *place, bool jump)
{
    s->place = *place;
    s->step = place->at;
    s->done = false;
    s->new_l1 = true;
    if (!jump)
        return;
    struct nest_step last = place->before;
    nest_walk_last(s->walk, &last, s->walk->pass_loops);
    each_set(s->rf, place->has_before ? &last : NULL, &place->at);
    each_set(s->l1, place->has_before ? &last : NULL, &place->at);
}

/* Psums go that the step will not have; NULL: all. */
static void leave(struct nest_source *s, const struct nest_step *next,
                  bool l1_too)
{
    struct stage_move m;
    nest_stage_leave(s->rf[NEST_IN_PSUM], next, &m);
    count_out(s, LEVEL_RF, &m);
    if (!l1_too || s->l1[NEST_IN_PSUM] == NULL)
        return;
    nest_stage_leave(s->l1[NEST_IN_PSUM], next, &m);
    count_out(s, LEVEL_L1, &m);
}

static void enter(struct nest_source *s, enum level level,
                  struct nest_stage *const stage[NEST_INPUTS])
{
    for (int i = 0; i < NEST_INPUTS; i++) {
        struct stage_move m;
        if (stage[i] == NULL)
            continue;
        nest_stage_enter(stage[i], &s->step, &m);
        count_in(s, level, i, &m);
    }
}

bool nest_source_step(struct nest_source *s)
{
    const struct nest_walk *w = s->walk;
    const struct nest_pass_place *pl = &s->place;
    if (s->done) {
        leave(s, pl->has_next ? &pl->next : NULL, true);
        return false;
    }
    leave(s, &s->step, s->new_l1);
    if (s->new_l1)
        enter(s, LEVEL_L1, s->l1);
    enter(s, LEVEL_RF, s->rf);
    compute(s);
    int loop = nest_walk_next(w, &s->step, w->pass_loops, w->n_loops);
    s->done = loop < 0;
    s->new_l1 = loop >= 0 && loop < w->outside[LEVEL_L1];
    return true;
}
