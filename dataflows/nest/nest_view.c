/* nest_view.c - multiplies the factors of each step, one a dimension, and adds
 * the products up.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/nest/nest_view.h"

#include <string.h>

#include "dataflows/nest/nest_pass.h"

static int padded(const struct arch *arch, int pad)
{
    return arch->padding == PADDING_STORED ? 0 : pad;
}

static void push_elem(struct chain *c, enum elem_kind kind, int count)
{
    struct elem *e = &c->elem[c->n++];
    e->kind = kind;
    e->count = count; /* tiles are set from the inside */
    e->tile = 0;
}

/* over_passes: the first so many of the loops are. */
static void push_time(struct nest_view *v, const struct nest_loops *loops,
                      int over_passes)
{
    for (int i = 0; i < loops->n; i++) {
        int dim = loops->loop[i].dim;
        if (loops->loop[i].count == 1)
            continue;
        push_elem(&v->chain[dim], ELEM_TIME, loops->loop[i].count);
        v->dim[v->n_loops++] = (uint8_t)dim;
        if (i >= over_passes)
            continue;
        v->pass_loops++;
        v->dim_pass_loops[dim]++;
    }
}

/* Splits over the children of some loops over rows and columns; either may be
 * NULL.  Returns in `outer` how many of a dimension's splits are outside
 * groups. */
static void push_space(struct nest_view *v, const struct nest_loops *rows,
                       const struct nest_loops *cols, bool is_outer,
                       int outer[NEST_DIMS])
{
    const struct nest_loops *const both[] = {rows, cols};
    int count[NEST_DIMS];
    for (int d = 0; d < NEST_DIMS; d++)
        count[d] = 1;
    for (int k = 0; k < 2; k++)
        for (int i = 0; both[k] != NULL && i < both[k]->n; i++)
            count[both[k]->loop[i].dim] *= both[k]->loop[i].count;
    for (int d = 0; d < NEST_DIMS; d++)
        if (count[d] > 1) {
            push_elem(&v->chain[d], ELEM_SPACE, count[d]);
            outer[d] += is_outer;
        }
}

/* by_rows: children of `above` that stand in one row are a group; else all
 * that share an instance of it are. */
static void view_from(const struct arch *arch, const struct layer *l,
                      const struct nest *nest, int level, enum level above,
                      bool by_rows, struct lattice_cache *cache,
                      struct nest_view *v)
{
    const bool stored = arch->padding == PADDING_STORED;
    const bool forgets = level == LEVEL_RF && nest_forgets(arch, nest);
    int tile[NEST_DIMS], outer[NEST_DIMS] = {0};
    int over_passes[LEVEL_N] = {0};
    if (forgets) { /* all of DRAM's, and those of L2 outside a pass */
        over_passes[LEVEL_DRAM] = NEST_LOOPS_MAX;
        over_passes[LEVEL_L2] =
            nest->level[LEVEL_L2].time.n - nest_pass_loops(arch, l, nest);
    }
    v->layer = l;
    v->cache = cache;
    v->n_loops = v->pass_loops = 0;
    v->forgets = forgets;
    memset(v->dim_pass_loops, 0, sizeof(v->dim_pass_loops));
    v->rows =
        (struct lattice){l->stride_h, l->dilation_h, padded(arch, l->pad_top),
                         stored ? layer_padded_h(l) : l->H};
    v->cols =
        (struct lattice){l->stride_w, l->dilation_w, padded(arch, l->pad_left),
                         stored ? layer_padded_w(l) : l->W};
    v->psums_stay = nest_psums_stay(arch);
    v->keeps_operands = level != LEVEL_L2 || arch->l2_keeps_tiles;
    for (int d = 0; d < NEST_DIMS; d++) {
        v->chain[d].extent = nest_extent(l, (enum nest_dim)d);
        v->chain[d].n = 0;
    }
    for (int k = LEVEL_DRAM; k > level; k--) {
        push_time(v, &nest->level[k].time, over_passes[k]);
        const struct nest_loops *rows = &nest->level[k].rows,
                                *cols = &nest->level[k].cols;
        if (by_rows && k == (int)above) {
            push_space(v, rows, NULL, true, outer);
            push_space(v, NULL, cols, false, outer);
        } else {
            push_space(v, rows, cols, k > (int)above, outer);
        }
    }
    nest_tile_extents(nest, level, tile);
    for (int d = 0; d < NEST_DIMS; d++)
        chain_set_tiles(&v->chain[d], tile[d], outer[d]);
}

void nest_view_from(const struct arch *arch, const struct layer *l,
                    const struct nest *nest, int level, enum level above,
                    struct lattice_cache *cache, struct nest_view *v)
{
    view_from(arch, l, nest, level, above, false, cache, v);
}

void nest_view_of_rows(const struct arch *arch, const struct layer *l,
                       const struct nest *nest, enum level above,
                       struct nest_view *v)
{
    view_from(arch, l, nest, LEVEL_RF, above, true, NULL, v);
}

void nest_view_pad(const struct arch *arch, struct nest_view *v)
{
    if (arch->padding == PADDING_STORED)
        return;
    v->rows.pad = v->cols.pad = 0;
    v->rows.extent = layer_padded_h(v->layer);
    v->cols.extent = layer_padded_w(v->layer);
}

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

static void add_ifmap(const struct factors *f, struct nest_flow *to)
{
    const struct terms *g = &f->dim[NEST_G], *n = &f->dim[NEST_N],
                       *m = &f->dim[NEST_M], *c = &f->dim[NEST_C];
    struct product box = {times3(g->words, n->words, c->words),
                          times3(g->words_kept, n->words_kept, c->words_kept)};
    struct product out = {
        times(box.all, times3(m->kids, f->rows.words, f->cols.words)),
        times(box.kept,
              times3(m->kids_kept, f->rows.words_kept, f->cols.words_kept))};
    struct product groups = {
        times(box.all, times3(m->groups, f->rows.read, f->cols.read)),
        times(box.kept,
              times3(m->groups_kept, f->rows.read_kept, f->cols.read_kept))};
    add_words(&to->delivered, words_but_kept(out));
    add_words(&to->read, words_but_kept(groups));
}

static void times_by(uint64_t *product, uint64_t factor)
{
    *product = count_mul(*product, factor);
}

static void add_filter(const struct factors *f, struct nest_flow *to)
{
    static const uint8_t has[] = {NEST_G, NEST_M, NEST_C, NEST_R, NEST_S};
    static const uint8_t lacks[] = {NEST_N, NEST_P, NEST_Q};
    struct product out = {1, 1}, groups;
    for (size_t i = 0; i < sizeof(has); i++) {
        times_by(&out.all, f->dim[has[i]].words);
        times_by(&out.kept, f->dim[has[i]].words_kept);
    }
    groups = out;
    for (size_t i = 0; i < sizeof(lacks); i++) {
        const struct terms *t = &f->dim[lacks[i]];
        times_by(&out.all, t->kids);
        times_by(&out.kept, t->kids_kept);
        times_by(&groups.all, t->groups);
        times_by(&groups.kept, t->groups_kept);
    }
    add_words(&to->delivered, words_but_kept(out));
    add_words(&to->read, words_but_kept(groups));
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
                     struct nest_psum_flow *to)
{
    static const uint8_t has[] = {NEST_G, NEST_N, NEST_M, NEST_P, NEST_Q};
    static const uint8_t reduced[] = {NEST_C, NEST_R, NEST_S};
    struct product words = {1, 1};
    uint64_t all = 1, first = 1, busy = 1, busy_first = 1;
    uint64_t chained = 1;
    for (size_t i = 0; i < sizeof(has); i++) {
        times_by(&words.all, f->dim[has[i]].words);
        times_by(&words.kept, f->dim[has[i]].words_kept);
    }
    for (size_t i = 0; i < sizeof(reduced); i++) {
        const struct terms *t = &f->dim[reduced[i]];
        const struct chain *c = &v->chain[reduced[i]];
        times_by(&all, times(t->contexts, chain_children(c)));
        if (v->forgets)
            times_by(&chained, pass_kids(v, reduced[i], loops[reduced[i]],
                                         stepped == (int)reduced[i], t));
        times_by(&first, times(t->contexts, chain_groups(c)));
        times_by(&busy, t->kids);
        times_by(&busy_first, t->groups);
    }
    const uint64_t n = words_but_kept(words);
    add_words(&to->all, times(n, all));
    add_words(&to->chained, times(n, chained));
    add_words(&to->first, times(n, first));
    add_words(&to->busy, times(n, busy));
    add_words(&to->busy_first, times(n, busy_first));
}

/* steps: the dimension whose loop steps, or -1. */
static void set_rows(const struct nest_view *v, const int loops[NEST_DIMS],
                     int steps, struct factors *f)
{
    const int fixed[2] = {loops[NEST_P], loops[NEST_R]};
    lattice_terms(&v->rows, &v->chain[NEST_P], &v->chain[NEST_R], fixed,
                  steps == NEST_P   ? 0
                  : steps == NEST_R ? 1
                                    : -1,
                  v->cache, &f->rows);
}

static void set_cols(const struct nest_view *v, const int loops[NEST_DIMS],
                     int steps, struct factors *f)
{
    const int fixed[2] = {loops[NEST_Q], loops[NEST_S]};
    lattice_terms(&v->cols, &v->chain[NEST_Q], &v->chain[NEST_S], fixed,
                  steps == NEST_Q   ? 0
                  : steps == NEST_S ? 1
                                    : -1,
                  v->cache, &f->cols);
}

static void nothing_kept(struct factors *f)
{
    for (int d = 0; d < NEST_DIMS; d++) {
        struct terms *t = &f->dim[d];
        t->words_kept = t->kids_kept = t->groups_kept = 0;
    }
    f->rows.words_kept = f->rows.read_kept = 0;
    f->cols.words_kept = f->cols.read_kept = 0;
}

/* The loop that steps is the k-th, counted from 0; -1: none does. */
static void add_step(const struct nest_view *v, const struct factors *f,
                     const bool wanted[TENSOR_N], const int loops[NEST_DIMS],
                     int k, struct nest_flows *to)
{
    struct factors psums = *f, operands;
    if (k < v->pass_loops)
        nothing_kept(&psums);
    operands = psums;
    if (!v->keeps_operands)
        nothing_kept(&operands);
    if (wanted[TENSOR_IFMAP])
        add_ifmap(&operands, &to->operand[TENSOR_IFMAP]);
    if (wanted[TENSOR_FILTER])
        add_filter(&operands, &to->operand[TENSOR_FILTER]);
    if (wanted[TENSOR_PSUM])
        add_psum(v, &psums, loops, k < 0 ? -1 : v->dim[k], &to->psum);
}

void nest_view_sum(const struct nest_view *v, const bool wanted[TENSOR_N],
                   struct nest_flows *out)
{
    const bool has_ifmap = wanted[TENSOR_IFMAP];
    int loops[NEST_DIMS] = {0}; /* passed so far */
    bool rows_stepped = false, cols_stepped = false;
    struct factors f, first;
    memset(out, 0, sizeof(*out));
    memset(&f, 0, sizeof(f));
    for (int d = 0; d < NEST_DIMS; d++)
        chain_terms(&v->chain[d], 0, false, &f.dim[d]);
    if (has_ifmap) {
        set_rows(v, loops, -1, &f);
        set_cols(v, loops, -1, &f);
    }
    first = f;
    nothing_kept(&first);
    add_step(v, &first, wanted, loops, -1, out);
    for (int k = 0; k < v->n_loops; k++) {
        const int d = v->dim[k];
        const bool is_row = d == NEST_P || d == NEST_R;
        const bool is_col = d == NEST_Q || d == NEST_S;
        loops[d]++;
        chain_terms(&v->chain[d], loops[d], true, &f.dim[d]);
        if (has_ifmap && (is_row || rows_stepped))
            set_rows(v, loops, d, &f);
        if (has_ifmap && (is_col || cols_stepped))
            set_cols(v, loops, d, &f);
        rows_stepped = is_row;
        cols_stepped = is_col;
        add_step(v, &f, wanted, loops, k, out);
        chain_terms(&v->chain[d], loops[d], false, &f.dim[d]);
    }
}

void nest_view_sum_each(const struct nest_view *v, struct nest_flows *out)
{
    static const bool all[TENSOR_N] = {true, true, true};
    int loops[NEST_DIMS] = {0};
    struct factors f;
    memset(out, 0, sizeof(*out));
    for (int k = 0; k < v->n_loops; k++)
        loops[v->dim[k]]++;
    for (int d = 0; d < NEST_DIMS; d++)
        chain_terms(&v->chain[d], loops[d], false, &f.dim[d]);
    set_rows(v, loops, -1, &f);
    set_cols(v, loops, -1, &f);
    nothing_kept(&f);
    add_step(v, &f, all, loops, -1, out);
}

uint64_t nest_outputs(const struct layer *l)
{
    return (uint64_t)l->N * (uint64_t)l->M * (uint64_t)l->P * (uint64_t)l->Q;
}

uint64_t nest_view_first_visits(const struct nest_view *v)
{
    return times(nest_outputs(v->layer),
                 times3(chain_groups(&v->chain[NEST_C]),
                        chain_groups(&v->chain[NEST_R]),
                        chain_groups(&v->chain[NEST_S])));
}
