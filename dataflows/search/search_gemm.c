/* search_gemm.c - the mapping spaces of the dataflows that see a layer as a
 * GEMM and keep an operand in the PEs (ws, is), for the search: the sums of
 * stationary_model.c, apart by reduction, outputs and filters.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/gemm/stationary.h"
#include "dataflows/l1_shape.h"
#include "dataflows/search/gemm_terms.h"
#include "dataflows/search/shadow_terms.h"

/* Links that the staying words of one column cross: n rows deep, n (n + 1) /
 * 2. */
static uint64_t links_down(int products, int fold)
{
    uint64_t n = (uint64_t)fold, rest = (uint64_t)(products % fold);
    return (uint64_t)(products / fold) * (n * (n + 1) / 2) +
           rest * (rest + 1) / 2;
}

static bool is_tree(const struct search_problem *p)
{
    return !terms_on_systolic(p) && p->arch->psum_reduce == PSUM_TREE;
}

/* Links inside the trees of `times` tiles of so many products. */
static uint64_t links_in_trees(const struct search_problem *p, int products,
                               int q, uint64_t times)
{
    const int rows = p->arch->rows, fold = rows * q, rest = products % fold;
    uint64_t links = (uint64_t)(products / fold) * gemm_tree_links(rows, rows);
    if (rest > 0)
        links += gemm_tree_links(rows, ceil_div(rest, q));
    return times * links;
}

static bool adds_psums(const struct search_problem *p)
{
    return !terms_on_systolic(p) && !is_tree(p) &&
           p->arch->psum_add == PSUM_ADD_OWN_CYCLE;
}

static void stationary_reduction(const struct search_problem *p,
                                 struct search_reduction *r)
{
    const int taps = gemm_row_taps(p->arch, p->layer);
    const uint64_t turns = (uint64_t)gemm_tap_turns(p->arch, p->layer);
    const int all = p->group_c * taps, tile = r->c * taps;
    const int fold = p->arch->rows * r->q;
    r->c_tiles = (uint64_t)ceil_div(p->group_c, r->c);
    r->steps = turns * sum_ceil(all, tile, fold);
    r->rows = turns * sum_ceil2(all, tile, fold, r->q);
    r->busy_products = turns * sum_min2(all, tile, fold, r->q);
    r->busy_adds = adds_psums(p) ? r->steps : 0;
    r->hops = turns * ((uint64_t)(all / tile) * links_down(tile, fold) +
                       links_down(all % tile, fold));
    if (is_tree(p))
        r->hops =
            turns * (links_in_trees(p, tile, r->q, (uint64_t)(all / tile)) +
                     links_in_trees(p, all % tile, r->q, 1));
}

/* q_max: the machine's. */
static int stationary_list(const struct search_problem *p, int q_max,
                           struct search_reduction *list, int room)
{
    const struct search_range c = search_range_of(p, SEARCH_C, p->group_c);
    int n = 0;
    if (!gemm_is_countable(p->layer))
        return 0;
    const int taps = gemm_row_taps(p->arch, p->layer);
    for (int i = c.from; i <= c.to && n <= SEARCH_REDUCTIONS_MAX; i++) {
        const struct search_range q = search_range_of(
            p, SEARCH_Q, terms_on_systolic(p) ? 1 : min_int(q_max, i * taps));
        for (int k = q.from; k <= q.to && n <= SEARCH_REDUCTIONS_MAX; k++) {
            const struct search_range g = terms_groups(p, i, p->arch->cols);
            for (int h = g.from; h <= g.to; h++) {
                struct search_reduction one = {.c = i, .q = k, .g = h};
                if (n < room) {
                    stationary_reduction(p, &one);
                    list[n] = one;
                }
                n++;
            }
        }
    }
    return n;
}

/* PE rows that the products of a pass take. */
static int rows_of(const struct search_problem *p,
                   const struct search_reduction *r)
{
    const int products = r->c * gemm_row_taps(p->arch, p->layer);
    return min_int(p->arch->rows, ceil_div(products, r->q));
}

/* What ws and is have in common: psums, and the PE that works most. */
static void stationary_terms(const struct search_problem *p,
                             const struct search_reduction *r,
                             struct search_terms *t)
{
    const struct arch *a = p->arch;
    const uint64_t emissions = p->outputs * r->rows;
    t->psum_out = p->outputs * r->steps;
    if (terms_on_systolic(p)) {
        t->psum_reads = p->macs - p->outputs;
        t->links = a->tight_folds ? emissions - t->psum_out
                                  : t->psum_out * (uint64_t)(a->rows - 1);
    } else {
        t->psum_reads = adds_psums(p) ? p->macs : p->macs - emissions;
        t->links = is_tree(p) ? emissions : emissions - t->psum_out;
        t->link_hops = is_tree(p) ? p->outputs * r->hops : t->links;
    }
    t->busy_cycles = terms_turns(p, r) * (r->busy_products + r->busy_adds);
    t->busy_adds = t->busy_windows = terms_turns(p, r) * r->busy_adds;
    t->window_words = r->q;
    t->chain_rows = rows_of(p, r);
}

static void no_outputs(const struct search_problem *p,
                       const struct search_reduction *r,
                       struct search_outputs *out)
{
    (void)p;
    (void)r;
    (void)out;
}

static int ws_reductions(const struct search_problem *p,
                         struct search_reduction *list, int room)
{
    const int *rf = p->arch->rf_words;
    return stationary_list(p, min_int(rf[TENSOR_IFMAP], rf[TENSOR_FILTER]),
                           list, room);
}

static void ws_terms(const struct search_problem *p,
                     const struct search_reduction *r,
                     const struct search_outputs *o, struct search_terms *t)
{
    stationary_terms(p, r, t);
    t->filter_sent = t->filter_in = p->filter_words * o->strips;
    t->filter_hops = terms_on_systolic(p)
                         ? (uint64_t)p->layer->M * o->strips * r->hops
                         : t->filter_in;
    t->ifmap_sent = t->ifmap_in = t->ifmap_hops =
        terms_products(p) * terms_pixels(p);
    t->busy_cycles *= terms_pixels(p);
    t->busy_adds *= terms_pixels(p);
    t->busy_windows *= terms_pixels(p);
    t->array_passes = terms_turns(p, r) * r->steps * o->strips;
    if (fold_loads_overlap(p->arch)) {
        search_ws_shadow(p, r, o, t);
    } else if (terms_on_systolic(p)) {
        const uint64_t G = (uint64_t)p->layer->G, k = G * r->steps;
        terms_fold(p,
                   &(struct fold_line){
                       .x_passes = {.folds = k * o->strips,
                                    .rows = terms_products(p) * o->strips,
                                    .depth = k * terms_pixels(p)},
                       .of_all = {.cols = k * o->strips * (uint64_t)p->group_m},
                   },
                   t);
    }
}

static int ws_p_max(const struct search_problem *p,
                    const struct search_reduction *r)
{
    const int *rf = p->arch->rf_words;
    return terms_on_systolic(p)
               ? 1
               : min_int(p->group_m,
                         min_int(rf[TENSOR_PSUM], rf[TENSOR_FILTER] / r->q));
}

static int ws_fold(const struct search_problem *p,
                   const struct search_filters *f)
{
    return p->arch->cols / (f->g > 1 ? f->g : 1) * f->p;
}

/* Windows that go to PEs of one L1 at a time. */
static int l1_windows(const struct search_problem *p,
                      const struct search_reduction *r)
{
    const struct arch *a = p->arch;
    return min_int(rows_of(p, r), l1_rows_of_pes(a)) *
           min_int(search_groups(r), a->l1_cluster_cols);
}

static void ws_runs(const struct search_problem *p,
                    const struct search_reduction *r,
                    const struct search_outputs *o,
                    struct search_words_run *out)
{
    const int rows = rows_of(p, r);
    out[NETWORK_IFMAP] = (struct search_words_run){
        .words = r->q,
        .dests = rows * search_groups(r),
        .l1_dests = l1_windows(p, r),
        .rounds = (uint64_t)o->n * (uint64_t)o->e * (uint64_t)p->layer->Q};
    out[NETWORK_FILTER] = (struct search_words_run){
        .words = r->q, .per_filter = true, .dests = rows, .per_set = true};
    out[NETWORK_PSUM_IN] = out[NETWORK_PSUM_OUT] = (struct search_words_run){
        .words = 1, .per_filter = true, .dests = 1, .per_set = true};
}

const struct search_space ws_search_space = {
    .dataflow = &ws_dataflow,
    .alone = NETWORK_FILTER,
    .runs = ws_runs,
    .name = {[SEARCH_M] = "m",
             [SEARCH_KEEP] = "keep",
             [SEARCH_N] = "n",
             [SEARCH_E] = "e",
             [SEARCH_C] = "c",
             [SEARCH_F] = "f",
             [SEARCH_P] = "p",
             [SEARCH_Q] = "q",
             [SEARCH_G] = "g"},
    .fold = ws_fold,
    .reductions = ws_reductions,
    .outputs = no_outputs,
    .outputs_least = no_outputs,
    .terms = ws_terms,
    .n_max = terms_n_max,
    .e_max = terms_e_max,
    .p_max = ws_p_max,
};

static int is_reductions(const struct search_problem *p,
                         struct search_reduction *list, int room)
{
    const int *rf = p->arch->rf_words;
    return stationary_list(p, min_int(rf[TENSOR_IFMAP], rf[TENSOR_FILTER]),
                           list, room);
}

static int is_x_max(const struct search_problem *p,
                    const struct search_reduction *r)
{
    const int *rf = p->arch->rf_words;
    return terms_on_systolic(p)
               ? 1
               : min_int(rf[TENSOR_PSUM], rf[TENSOR_IFMAP] / r->q);
}

static void is_outputs(const struct search_problem *p,
                       const struct search_reduction *r,
                       struct search_outputs *o)
{
    const struct layer *l = p->layer;
    const struct tiling t = terms_output_tiles(o);
    const int fold = p->arch->cols / search_groups(r) * o->x;
    o->x_folds = gemm_output_folds(l, &t, fold);
    o->columns = gemm_output_folds(l, &t, o->x);
    o->busy = gemm_busiest_outputs(l, &t, fold, o->x);
}

/* A block of as many outputs as the array takes has 1 / columns of them on
 * its busiest PE, or more. */
static void is_outputs_least(const struct search_problem *p,
                             const struct search_reduction *r,
                             struct search_outputs *o)
{
    const int x = is_x_max(p, r), cols = p->arch->cols / search_groups(r);
    if (o->n > 0) {
        const struct tiling t = terms_output_tiles(o);
        o->x_folds = gemm_output_folds(p->layer, &t, cols * x);
        o->columns = gemm_output_folds(p->layer, &t, x);
        o->busy = gemm_output_folds(p->layer, &t, cols);
        return;
    }
    o->x_folds = ceil_div_u64(terms_pixels(p), (uint64_t)(cols * x));
    o->columns = ceil_div_u64(terms_pixels(p), (uint64_t)x);
    o->busy = ceil_div_u64(terms_pixels(p), (uint64_t)cols);
}

static void is_terms(const struct search_problem *p,
                     const struct search_reduction *r,
                     const struct search_outputs *o, struct search_terms *t)
{
    const uint64_t along = (uint64_t)p->group_m;
    stationary_terms(p, r, t);
    t->filter_sent = terms_products(p) * along * o->x_folds;
    t->filter_in = t->filter_hops = terms_products(p) * along * o->columns;
    t->ifmap_sent = t->ifmap_in = terms_products(p) * terms_pixels(p);
    t->ifmap_hops = terms_on_systolic(p)
                        ? (uint64_t)p->layer->G * terms_pixels(p) * r->hops
                        : t->ifmap_in;
    t->busy_cycles *= o->busy;
    t->busy_adds *= o->busy;
    t->busy_windows *= o->busy;
    t->held = o->x;
    t->array_passes = terms_turns(p, r) * r->steps * o->x_folds;
    if (fold_loads_overlap(p->arch)) {
        search_is_shadow(p, r, o, t);
    } else if (terms_on_systolic(p)) {
        const uint64_t k = (uint64_t)p->layer->G * r->steps;
        terms_fold(p,
                   &(struct fold_line){
                       .x_passes = {.folds = k * o->x_folds,
                                    .rows = terms_products(p) * o->x_folds,
                                    .cols = k * terms_pixels(p)},
                       .of_all = {.depth = k * o->x_folds * along},
                   },
                   t);
    }
}

/* The filters of a pass. They stream, so a whole tile of them is one pass. */
static int is_fold(const struct search_problem *p,
                   const struct search_filters *f)
{
    (void)p;
    return f->f;
}

static void is_runs(const struct search_problem *p,
                    const struct search_reduction *r,
                    const struct search_outputs *o,
                    struct search_words_run *out)
{
    const int rows = rows_of(p, r) * search_groups(r);
    const int64_t outputs = (int64_t)o->n * o->e * p->layer->Q;
    int64_t columns = p->arch->cols / search_groups(r);
    if (o->x == 0)
        columns = 0;
    else if (columns > (outputs + o->x - 1) / o->x)
        columns = (outputs + o->x - 1) / o->x;
    out[NETWORK_FILTER] =
        (struct search_words_run){.words = r->q,
                                  .dests = rows,
                                  .l1_dests = l1_windows(p, r),
                                  .rounds_are_filters = true};
    out[NETWORK_IFMAP] = (struct search_words_run){
        .words = r->q * o->x, .dests = rows * (int)columns};
    out[NETWORK_PSUM_IN] = out[NETWORK_PSUM_OUT] = (struct search_words_run){
        .words = o->x, .dests = search_groups(r) * (int)columns};
}

const struct search_space is_search_space = {
    .dataflow = &is_dataflow,
    .alone = NETWORK_IFMAP,
    .runs = is_runs,
    .name = {[SEARCH_M] = "m",
             [SEARCH_KEEP] = "keep",
             [SEARCH_N] = "n",
             [SEARCH_E] = "e",
             [SEARCH_C] = "c",
             [SEARCH_F] = "f",
             [SEARCH_X] = "p",
             [SEARCH_Q] = "q",
             [SEARCH_G] = "g"},
    .fold = is_fold,
    .reductions = is_reductions,
    .outputs = is_outputs,
    .outputs_least = is_outputs_least,
    .terms = is_terms,
    .n_max = terms_n_max,
    .e_max = terms_e_max,
    .x_max = is_x_max,
};
