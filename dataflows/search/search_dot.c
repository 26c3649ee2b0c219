/* search_dot.c - the mapping spaces of nlr, and of os where trees sum psums,
 * for the search: the sums of dot_model.c, apart by reduction, outputs and
 * filters.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>

#include "dataflows/gemm/dot.h"
#include "dataflows/search/cost.h"

static bool is_tree(const struct search_problem *p)
{
    return p->arch->psum_reduce == PSUM_TREE;
}

static bool sums_at_root(const struct search_problem *p)
{
    return is_tree(p) && p->arch->tree_accumulates;
}

static bool is_os(const struct search_problem *p)
{
    return p->space == &os_tree_search_space;
}

/* Adds what `times` tiles of `products` products take, or of one tap's, which
 * the taps take in turn. */
static void add_tiles(const struct search_problem *p, int products, int k,
                      uint64_t times, struct search_reduction *r)
{
    const int rows = p->arch->rows;
    const uint64_t tiles = times;
    if (products == 0 || times == 0)
        return;
    times *= (uint64_t)gemm_tap_turns(p->arch, p->layer);
    if (sums_at_root(p)) {
        int run = ceil_div(products, k), used = ceil_div(products, run);
        int last = products - (used - 1) * run;
        r->steps += tiles;
        r->sums += times * (uint64_t)run;
        r->hops +=
            times * ((uint64_t)last * gemm_tree_links(rows, used) +
                     (uint64_t)(run - last) * gemm_tree_links(rows, used - 1));
        return;
    }
    uint64_t whole = (uint64_t)(products / k);
    int rest = products % k;
    r->steps += times * (whole + (rest > 0));
    r->sums += times * (whole + (rest > 0));
    r->hops += times * (whole * gemm_tree_links(rows, k) +
                        (rest > 0 ? gemm_tree_links(rows, rest) : 0));
}

static void set_reduction(const struct search_problem *p, int k,
                          struct search_reduction *r)
{
    const int taps = gemm_row_taps(p->arch, p->layer);
    const bool adds = !is_tree(p) && p->arch->psum_add == PSUM_ADD_OWN_CYCLE;
    r->c_tiles = (uint64_t)ceil_div(p->group_c, r->c);
    r->steps = r->sums = r->hops = 0;
    add_tiles(p, r->c * taps, k, (uint64_t)(p->group_c / r->c), r);
    add_tiles(p, p->group_c % r->c * taps, k, 1, r);
    r->busy_products = r->sums;
    r->busy_adds = adds ? r->sums : 0;
}

static int dot_reductions(const struct search_problem *p,
                          struct search_reduction *list, int room)
{
    const struct search_range c = search_range_of(p, SEARCH_C, p->group_c);
    int n = 0;
    if (!gemm_is_countable(p->layer))
        return 0;
    const int taps = gemm_row_taps(p->arch, p->layer), rows = p->arch->rows;
    int *most_channels = xcalloc((size_t)rows + 1, sizeof(*most_channels));
    int most = 0;
    for (int j = 1; j <= rows; j++) {
        most_channels[j] = dot_channels_max(p->arch, p->layer, j);
        if (most < most_channels[j])
            most = most_channels[j];
    }
    most = min_int(most, c.to);
    for (int i = c.from; i <= most && n <= SEARCH_REDUCTIONS_MAX; i++) {
        struct search_range k =
            search_range_of(p, SEARCH_Q, min_int(rows, i * taps));
        if (is_os(p))
            k.from = k.to = rows;
        for (int j = k.from; j <= k.to && n <= SEARCH_REDUCTIONS_MAX; j++) {
            if (i > most_channels[j])
                continue;
            struct search_reduction one = {.c = i, .q = is_os(p) ? 1 : j};
            if (n++ >= room)
                continue;
            set_reduction(p, j, &one);
            list[n - 1] = one;
        }
    }
    free(most_channels);
    return n;
}

static int countable_n(const struct search_problem *p,
                       const struct search_reduction *r, int e)
{
    (void)r;
    return gemm_images_max(p->layer, e);
}

static int whole_e(const struct search_problem *p,
                   const struct search_reduction *r)
{
    (void)r;
    return p->layer->P;
}

static int dot_x_max(const struct search_problem *p,
                     const struct search_reduction *r)
{
    (void)r;
    return dot_outputs_max(p->arch);
}

static int dot_p_max(const struct search_problem *p,
                     const struct search_reduction *r)
{
    (void)p;
    (void)r;
    return 1;
}

static int dot_t_max(const struct search_problem *p,
                     const struct search_reduction *r, int e, int x)
{
    (void)r;
    (void)e;
    return dot_filters_max(p->arch, x);
}

static int dot_fold(const struct search_problem *p,
                    const struct search_filters *f)
{
    (void)p;
    return f->t;
}

static void dot_outputs(const struct search_problem *p,
                        const struct search_reduction *r,
                        struct search_outputs *o)
{
    const struct tiling t = {1, o->n, o->e, 1, 1, 1, 0, 0};
    (void)r;
    o->x_folds = o->busy = gemm_output_folds(p->layer, &t, o->x);
}

static void dot_outputs_least(const struct search_problem *p,
                              const struct search_reduction *r,
                              struct search_outputs *o)
{
    const struct layer *l = p->layer;
    const uint64_t pixels = (uint64_t)l->N * (uint64_t)l->P * (uint64_t)l->Q;
    const uint64_t x = (uint64_t)dot_x_max(p, r);
    if (o->n > 0) {
        const struct tiling t = {1, o->n, o->e, 1, 1, 1, 0, 0};
        o->x_folds = gemm_output_folds(l, &t, (int)x);
    } else {
        o->x_folds = (pixels + x - 1) / x;
    }
    o->busy = o->x_folds;
}

static void dot_terms(const struct search_problem *p,
                      const struct search_reduction *r,
                      const struct search_outputs *o, struct search_terms *t)
{
    const struct layer *l = p->layer;
    const uint64_t pixels = (uint64_t)l->N * (uint64_t)l->P * (uint64_t)l->Q;
    const uint64_t products =
        (uint64_t)l->G * (uint64_t)p->group_c * (uint64_t)p->taps;
    t->filter_sent = p->filter_words * o->x_folds;
    t->filter_in = t->filter_hops = p->macs;
    t->ifmap_sent = t->ifmap_in = t->ifmap_hops = products * pixels;
    t->psum_out = p->outputs * r->steps;
    t->links = is_tree(p) ? p->macs : p->macs - t->psum_out;
    t->link_hops = is_tree(p) ? p->outputs * r->hops : t->links;
    t->psum_writes = sums_at_root(p) ? p->outputs * r->sums : 0;
    t->psum_reads = sums_at_root(p) ? p->outputs * (r->sums - r->steps) : 0;
    t->array_passes = (uint64_t)l->G * r->steps * o->strips;
    t->busy_cycles =
        (uint64_t)l->G * o->busy * (r->busy_products + r->busy_adds);
}

/* Each PE has products of its own, one after the other, or one. */
static void dot_runs(const struct search_problem *p,
                     const struct search_reduction *r,
                     const struct search_outputs *o,
                     struct search_words_run *out)
{
    const int products = r->c * gemm_row_taps(p->arch, p->layer);
    const int most = is_os(p) ? p->arch->rows : r->q;
    const int each = sums_at_root(p) ? ceil_div(products, most) : 1;
    const int rows = min_int(most, ceil_div(products, each));
    out[NETWORK_FILTER] = (struct search_words_run){
        .words = each, .dests = rows, .per_set = true};
    out[NETWORK_IFMAP] =
        (struct search_words_run){.words = each, .dests = rows * o->x};
    out[NETWORK_PSUM_IN] = out[NETWORK_PSUM_OUT] =
        (struct search_words_run){.words = 1, .dests = o->x, .per_set = true};
}

/* k stands where the others have q; a PE works on one filter. */
const struct search_space nlr_search_space = {
    .dataflow = &nlr_dataflow,
    .alone = NETWORK_N,
    .runs = dot_runs,
    .name = {[SEARCH_M] = "m",
             [SEARCH_KEEP] = "keep",
             [SEARCH_N] = "n",
             [SEARCH_E] = "e",
             [SEARCH_C] = "c",
             [SEARCH_F] = "f",
             [SEARCH_Q] = "k",
             [SEARCH_T] = "t",
             [SEARCH_X] = "x"},
    .no_operand_rf = true,
    .fold = dot_fold,
    .reductions = dot_reductions,
    .outputs = dot_outputs,
    .outputs_least = dot_outputs_least,
    .terms = dot_terms,
    .n_max = countable_n,
    .e_max = whole_e,
    .x_max = dot_x_max,
    .p_max = dot_p_max,
    .t_max = dot_t_max,
};

/* All rows of the array work on an output; p is 1. */
const struct search_space os_tree_search_space = {
    .dataflow = &os_dataflow,
    .alone = NETWORK_N,
    .runs = dot_runs,
    .name = {[SEARCH_M] = "m",
             [SEARCH_KEEP] = "keep",
             [SEARCH_N] = "n",
             [SEARCH_E] = "e",
             [SEARCH_C] = "c",
             [SEARCH_F] = "f",
             [SEARCH_P] = "p",
             [SEARCH_T] = "t",
             [SEARCH_X] = "x"},
    .fold = dot_fold,
    .reductions = dot_reductions,
    .outputs = dot_outputs,
    .outputs_least = dot_outputs_least,
    .terms = dot_terms,
    .n_max = countable_n,
    .e_max = whole_e,
    .x_max = dot_x_max,
    .p_max = dot_p_max,
    .t_max = dot_t_max,
};
