/* nest_model.c - the closed form of a nest: what every level gives and gets.
 *
 * For each child level (L2, L1, RF), and each time loop k outside it: k steps
 * with the loops outside it fixed, the loops inside it wrap from last to
 * first.  Summed over all fixed values and all children, that is
 *
 *     sum of |new \ old|  =  product of sum |new_d|  -  product of sum
 *                            |new_d & old_d|
 *
 * with one factor per dimension d, for the indices of different dimensions
 * are independent of each other.  A dimension that the tensor does not have
 * is a factor that says whether the child has work at all.  What a parent
 * reads is the union over children: a word need not be read when every child
 * that needs it has it, so again
 *
 *     |union of (new \ old)|  =  product of |union of new_d|
 *                                - product of |{w: kept by all that need it}|.
 *
 * Rows of the ifmap depend on p and r together, columns on q and s: those
 * two factors are sets of lattice points (stride, dilation), counted as such.
 *
 * A product or sum may be as large as the MACs of the layer times the PEs; one
 * that passes 64 bits is COUNT_OVERFLOW (sim/base/result.h).
 * Calls nothing of the machine.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "dataflows/nest/nest_pass.h"
#include "dataflows/nest/nest_view.h"

/* Accesses of one tensor, summed over steps. */
struct flow {
    uint64_t delivered;   /* new words of all children */
    uint64_t read;        /* each word once a step, from one parent */
    uint64_t read_groups; /* the same with a parent for each group */
};
/* Psum tiles that come to children, as words. */
struct psum_flow {
    uint64_t all;         /* to any child */
    uint64_t chained;     /* to any PE with work in the pass */
    uint64_t first;       /* to the first of those that share a reduction */
    uint64_t group_first; /* to the first in each group */
    /* The same of children with a share of the reduction in that step. */
    uint64_t busy, busy_first, busy_group_first;
};

/* Factors of one step of one loop. */
struct factors {
    struct terms dim[NEST_DIMS];
    struct pair_terms rows, cols;
};

/* Accesses of a step, `kept` of which the children have already. */
struct product {
    uint64_t all, kept;
};

static uint64_t times(uint64_t a, uint64_t b)
{
    return count_mul(a, b);
}

static uint64_t times3(uint64_t a, uint64_t b, uint64_t c)
{
    return count_mul(count_mul(a, b), c);
}

static void add_words(uint64_t *into, uint64_t words)
{
    *into = count_add(*into, words);
}

static uint64_t words_but_kept(struct product p)
{
    return count_sub(p.all, p.kept);
}

static void add_ifmap(const struct factors *f, struct flow *to)
{
    const struct terms *g = &f->dim[NEST_G], *n = &f->dim[NEST_N],
                       *m = &f->dim[NEST_M], *c = &f->dim[NEST_C];
    struct product box = {times3(g->words, n->words, c->words),
                          times3(g->words_kept, n->words_kept, c->words_kept)};
    struct product out = {
        times(box.all, times3(m->kids, f->rows.words, f->cols.words)),
        times(box.kept,
              times3(m->kids_kept, f->rows.words_kept, f->cols.words_kept))};
    uint64_t read = times(f->rows.read, f->cols.read);
    uint64_t kept = times(f->rows.read_kept, f->cols.read_kept);
    struct product one = {times3(box.all, m->any, read),
                          times3(box.kept, m->any_kept, kept)};
    struct product groups = {times3(box.all, m->groups, read),
                             times3(box.kept, m->groups_kept, kept)};
    add_words(&to->delivered, words_but_kept(out));
    add_words(&to->read, words_but_kept(one));
    add_words(&to->read_groups, words_but_kept(groups));
}

static void times_by(uint64_t *product, uint64_t factor)
{
    *product = count_mul(*product, factor);
}

static void add_filter(const struct factors *f, struct flow *to)
{
    static const uint8_t has[] = {NEST_G, NEST_M, NEST_C, NEST_R, NEST_S};
    static const uint8_t lacks[] = {NEST_N, NEST_P, NEST_Q};
    struct product out = {1, 1}, one, groups;
    for (size_t i = 0; i < sizeof(has); i++) {
        times_by(&out.all, f->dim[has[i]].words);
        times_by(&out.kept, f->dim[has[i]].words_kept);
    }
    one = groups = out;
    for (size_t i = 0; i < sizeof(lacks); i++) {
        const struct terms *t = &f->dim[lacks[i]];
        times_by(&out.all, t->kids);
        times_by(&out.kept, t->kids_kept);
        times_by(&one.all, t->any);
        times_by(&one.kept, t->any_kept);
        times_by(&groups.all, t->groups);
        times_by(&groups.kept, t->groups_kept);
    }
    add_words(&to->delivered, words_but_kept(out));
    add_words(&to->read, words_but_kept(one));
    add_words(&to->read_groups, words_but_kept(groups));
}

/* Positions among the children of a chain that ever have work. */
static uint64_t positions(const struct chain *c)
{
    uint64_t n = 0;
    for (int g = 0; g < c->clusters; g++)
        n += (uint64_t)chain_div_up(chain_clamp(c->extent - g * c->cluster_tile,
                                                0, c->kids * c->kid_tile),
                                    c->kid_tile);
    return n;
}

/* Children of a dimension with work in the pass, summed over what its first
 * `loops` loops step through, as chain_terms does. */
static uint64_t pass_kids(const struct nest_view *v, int d, int loops,
                          bool steps, const struct terms *t)
{
    if (v->dim_pass_loops[d] >= loops)
        return t->kids;
    return chain_kids_of(&v->chain[d], v->dim_pass_loops[d], loops, steps);
}

/* stepped: the dimension whose loop steps, or -1; loops: of each, so far. */
static void add_psum(const struct nest_view *v, const struct factors *f,
                     const int loops[NEST_DIMS], int stepped,
                     struct psum_flow *to)
{
    static const uint8_t has[] = {NEST_G, NEST_N, NEST_M, NEST_P, NEST_Q};
    static const uint8_t reduced[] = {NEST_C, NEST_R, NEST_S};
    struct product words = {1, 1};
    uint64_t all = 1, first = 1, group = 1, busy = 1, busy_group = 1;
    uint64_t chained = 1;
    for (size_t i = 0; i < sizeof(has); i++) {
        times_by(&words.all, f->dim[has[i]].words);
        times_by(&words.kept, f->dim[has[i]].words_kept);
    }
    for (size_t i = 0; i < sizeof(reduced); i++) {
        const struct terms *t = &f->dim[reduced[i]];
        const struct chain *c = &v->chain[reduced[i]];
        times_by(&all, times(t->contexts, positions(c)));
        times_by(&chained, pass_kids(v, reduced[i], loops[reduced[i]],
                                     stepped == (int)reduced[i], t));
        times_by(&group, times(t->contexts, (uint64_t)c->clusters));
        times_by(&first, t->contexts);
        times_by(&busy, t->kids);
        times_by(&busy_group, t->groups);
    }
    const uint64_t n = words_but_kept(words);
    add_words(&to->all, times(n, all));
    add_words(&to->chained, times(n, chained));
    add_words(&to->first, times(n, first));
    add_words(&to->group_first, times(n, group));
    add_words(&to->busy, times(n, busy));
    add_words(&to->busy_first, times(n, first)); /* the first: always */
    add_words(&to->busy_group_first, times(n, busy_group));
}

struct flows {
    struct flow ifmap, filter;
    struct psum_flow psum;
};

/* steps: the dimension whose loop steps, or -1. */
static void set_rows(const struct nest_view *v, const int loops[NEST_DIMS],
                     int steps, struct factors *f)
{
    const int fixed[2] = {loops[NEST_P], loops[NEST_R]};
    lattice_terms(&v->rows, &v->chain[NEST_P], &v->chain[NEST_R], fixed,
                  steps == NEST_P   ? 0
                  : steps == NEST_R ? 1
                                    : -1,
                  v->ifmap_one_group, v->cache, &f->rows);
}

static void set_cols(const struct nest_view *v, const int loops[NEST_DIMS],
                     int steps, struct factors *f)
{
    const int fixed[2] = {loops[NEST_Q], loops[NEST_S]};
    lattice_terms(&v->cols, &v->chain[NEST_Q], &v->chain[NEST_S], fixed,
                  steps == NEST_Q   ? 0
                  : steps == NEST_S ? 1
                                    : -1,
                  v->ifmap_one_group, v->cache, &f->cols);
}

static void nothing_kept(struct factors *f)
{
    for (int d = 0; d < NEST_DIMS; d++) {
        struct terms *t = &f->dim[d];
        t->words_kept = t->kids_kept = t->groups_kept = t->any_kept = 0;
    }
    f->rows.words_kept = f->rows.read_kept = 0;
    f->cols.words_kept = f->cols.read_kept = 0;
}

/* The loop that steps is the k-th, counted from 0; -1: none does. */
static void add_step(const struct nest_view *v, const struct factors *f,
                     const int loops[NEST_DIMS], int k, struct flows *to)
{
    struct factors psums = *f, operands;
    if (k < v->pass_loops)
        nothing_kept(&psums);
    operands = psums;
    if (!v->keeps_operands)
        nothing_kept(&operands);
    add_ifmap(&operands, &to->ifmap);
    add_filter(&operands, &to->filter);
    add_psum(v, &psums, loops, k < 0 ? -1 : v->dim[k], &to->psum);
}

static void sum_flows(const struct nest_view *v, struct flows *out)
{
    int loops[NEST_DIMS] = {0}; /* passed so far */
    bool rows_stepped = false, cols_stepped = false;
    struct factors f, first;
    memset(out, 0, sizeof(*out));
    for (int d = 0; d < NEST_DIMS; d++)
        chain_terms(&v->chain[d], 0, false, &f.dim[d]);
    set_rows(v, loops, -1, &f);
    set_cols(v, loops, -1, &f);
    first = f;
    nothing_kept(&first);
    add_step(v, &first, loops, -1, out);
    for (int k = 0; k < v->n_loops; k++) {
        const int d = v->dim[k];
        const bool is_row = d == NEST_P || d == NEST_R;
        const bool is_col = d == NEST_Q || d == NEST_S;
        loops[d]++;
        chain_terms(&v->chain[d], loops[d], true, &f.dim[d]);
        if (is_row || rows_stepped)
            set_rows(v, loops, d, &f);
        if (is_col || cols_stepped)
            set_cols(v, loops, d, &f);
        rows_stepped = is_row;
        cols_stepped = is_col;
        add_step(v, &f, loops, k, out);
        chain_terms(&v->chain[d], loops[d], false, &f.dim[d]);
    }
}

static void add_link(struct counts *c, enum link link, uint64_t sent,
                     uint64_t delivered)
{
    add_words(&c->link[link].words_sent, sent);
    add_words(&c->link[link].words_delivered, delivered);
    add_words(&c->link[link].hops, delivered);
}

static void count_operand(const struct nest *nest, enum level child,
                          enum tensor tensor, const struct flow *flow,
                          struct counts *c)
{
    enum level parent = nest_parent(nest, child, tensor);
    bool groups = child == LEVEL_RF && parent == LEVEL_L1;
    uint64_t read = groups ? flow->read_groups : flow->read;
    struct accesses *to = &c->access[child][tensor];
    add_words(&c->access[parent][tensor].reads, read);
    add_words(&to->writes, flow->delivered);
    if (child == LEVEL_L2)
        add_words(&to->dma_writes, flow->delivered);
    else
        add_link(c, nest_link(child, tensor), read, flow->delivered);
}

static uint64_t outputs_of(const struct layer *l)
{
    return (uint64_t)l->N * (uint64_t)l->M * (uint64_t)l->P * (uint64_t)l->Q;
}

/* Each output is visited for the first time once by each group of children
 * with a parent of their own. */
static uint64_t first_visits(const struct nest_view *v, bool groups)
{
    uint64_t n = outputs_of(v->layer);
    if (groups)
        times_by(&n, (uint64_t)v->chain[NEST_C].clusters *
                         (uint64_t)v->chain[NEST_R].clusters *
                         (uint64_t)v->chain[NEST_S].clusters);
    return n;
}

/* PEs are in chains, from which psums go out as they join. */
static void count_chained(const struct arch *arch, const struct nest *nest,
                          const struct nest_view *v,
                          const struct psum_flow *flow, struct counts *c)
{
    const uint64_t out = flow->first;
    const uint64_t in = count_sub(out, outputs_of(v->layer));
    struct accesses *rf = &c->access[LEVEL_RF][TENSOR_PSUM];
    struct accesses *outer =
        &c->access[nest_parent(nest, LEVEL_RF, TENSOR_PSUM)][TENSOR_PSUM];
    add_words(&outer->reads, in);
    add_words(&outer->writes, out);
    add_link(c, LINK_psum_in, in, in);
    add_link(c, LINK_psum_out, out, out);
    const uint64_t along = count_sub(flow->chained, out);
    add_link(c, LINK_psum_link, along, along);
    add_words(&rf->writes, c->macs);
    add_words(&rf->reads, arch->psum_add == PSUM_ADD_OWN_CYCLE
                              ? c->macs
                              : count_sub(c->macs, flow->busy));
}

static void count_psums(const struct nest *nest, enum level child,
                        const struct nest_view *v, const struct psum_flow *flow,
                        struct counts *c)
{
    enum level parent = nest_parent(nest, child, TENSOR_PSUM);
    bool groups = child == LEVEL_RF && parent == LEVEL_L1;
    uint64_t zero = first_visits(v, groups);
    uint64_t out = groups ? flow->group_first : flow->first;
    uint64_t in = count_sub(out, zero);
    struct accesses *outer = &c->access[parent][TENSOR_PSUM];
    struct accesses *inner = &c->access[child][TENSOR_PSUM];
    add_words(&outer->reads, in);
    add_words(&outer->writes, out);
    add_words(&inner->reads, flow->all);
    add_words(&inner->writes, in);
    if (child == LEVEL_L2) {
        add_words(&inner->dma_reads, out);
        add_words(&inner->dma_writes, in);
    } else {
        add_link(c, LINK_psum_in, in, in);
        add_link(c, LINK_psum_out, out, out);
        uint64_t along = count_sub(flow->all, out);
        add_link(c, LINK_psum_link, along, along);
    }
    if (child == LEVEL_RF) {
        uint64_t busy = groups ? flow->busy_group_first : flow->busy_first;
        uint64_t from_zero = count_sub(count_add(zero, flow->busy), busy);
        add_words(&inner->reads, from_zero <= c->macs
                                     ? c->macs - from_zero
                                     : COUNT_OVERFLOW /* uncountable */);
        add_words(&inner->writes, c->macs);
    }
}

static bool keeps_any(const struct nest_level *at)
{
    return at->keep[0] || at->keep[1] || at->keep[2];
}

void nest_expect(const struct arch *arch, const struct layer *layer,
                 const struct nest *nest, struct counts *out)
{
    nest_expect_cached(arch, layer, nest, NULL, out);
}

void nest_expect_cached(const struct arch *arch, const struct layer *layer,
                        const struct nest *nest, struct lattice_cache *cache,
                        struct counts *out)
{
    memset(out, 0, sizeof(*out));
    out->macs = layer_macs(layer);
    for (int k = LEVEL_RF; k < LEVEL_DRAM; k++) {
        enum level child = (enum level)k;
        const struct nest_level *at = &nest->level[k];
        struct nest_view view;
        struct flows flows;
        if (child != LEVEL_RF && !keeps_any(at))
            continue;
        nest_view_from(arch, layer, nest, child, &view);
        view.cache = cache;
        sum_flows(&view, &flows);
        if (at->keep[TENSOR_IFMAP])
            count_operand(nest, child, TENSOR_IFMAP, &flows.ifmap, out);
        if (at->keep[TENSOR_FILTER])
            count_operand(nest, child, TENSOR_FILTER, &flows.filter, out);
        if (child == LEVEL_RF && nest_forgets(arch))
            count_chained(arch, nest, &view, &flows.psum, out);
        else if (at->keep[TENSOR_PSUM])
            count_psums(nest, child, &view, &flows.psum, out);
    }
    counts_add_finished(out, outputs_of(layer),
                        nest->level[LEVEL_L2].keep[TENSOR_PSUM], true);
    struct accesses *rf = out->access[LEVEL_RF];
    add_words(&rf[TENSOR_IFMAP].reads, out->macs);
    add_words(&rf[TENSOR_FILTER].reads, out->macs);
}

uint64_t nest_busiest_pe_cycles(const struct arch *arch,
                                const struct layer *layer,
                                const struct nest *nest)
{
    struct nest_view view;
    uint64_t macs = 1;
    nest_view_from(arch, layer, nest, LEVEL_RF, &view);
    for (int d = 0; d < NEST_DIMS; d++) {
        struct chain *c = &view.chain[d];
        struct terms t;
        int loops = 0;
        for (int k = 0; k < view.n_loops; k++)
            loops += view.dim[k] == d;
        c->clusters = c->kids = 1; /* the first of all */
        chain_terms(c, loops, false, &t);
        times_by(&macs, t.words);
    }
    return macs;
}
