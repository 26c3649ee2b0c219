/* search_os.c - the mapping space of the output-stationary dataflow, for the
 * search: the sums of os_model.c, apart by reduction, outputs and filters.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/gemm/os.h"
#include "dataflows/l1_shape.h"
#include "dataflows/search/gemm_terms.h"

static int os_reductions(const struct search_problem *p,
                         struct search_reduction *list, int room)
{
    const bool adds =
        !terms_on_systolic(p) && p->arch->psum_add == PSUM_ADD_OWN_CYCLE;
    if (!gemm_is_countable(p->layer))
        return 0;
    const struct search_range c = search_range_of(
        p, SEARCH_C,
        terms_on_systolic(p)
            ? p->group_c
            : min_int(p->group_c, OS_PRODUCTS_MAX / (int)p->taps));
    int n = 0;
    for (int i = c.from; i <= c.to && n <= SEARCH_REDUCTIONS_MAX; i++) {
        const struct search_range g = terms_groups(p, i, arch_pes(p->arch));
        for (int k = g.from; k <= g.to && n <= SEARCH_REDUCTIONS_MAX;
             k++, n++) {
            if (n >= room)
                continue;
            struct search_reduction *r = &list[n];
            *r = (struct search_reduction){.c = i, .g = k};
            r->c_tiles = r->steps = (uint64_t)ceil_div(p->group_c, i);
            r->busy_products = (uint64_t)p->group_c * (uint64_t)p->taps;
            r->busy_adds = adds ? r->steps : 0;
        }
    }
    return n;
}

static int os_x_max(const struct search_problem *p,
                    const struct search_reduction *r)
{
    return terms_on_systolic(p) ? p->arch->rows
                                : arch_pes(p->arch) / search_groups(r);
}

static int os_p_max(const struct search_problem *p,
                    const struct search_reduction *r)
{
    (void)r;
    return terms_on_systolic(p) ? 1
                                : min_int(p->group_m, os_filters_max(p->arch));
}

static int os_t_max(const struct search_problem *p,
                    const struct search_reduction *r, int e, int x)
{
    (void)e;
    return terms_on_systolic(p) ? p->arch->cols
                                : arch_pes(p->arch) / search_groups(r) / x;
}

static int os_fold(const struct search_problem *p,
                   const struct search_filters *f)
{
    (void)p;
    return f->p * f->t;
}

static void os_outputs(const struct search_problem *p,
                       const struct search_reduction *r,
                       struct search_outputs *o)
{
    const struct tiling t = terms_output_tiles(o);
    (void)r;
    o->x_folds = o->busy = gemm_output_folds(p->layer, &t, o->x);
    o->exit_links =
        terms_on_systolic(p) ? os_exit_links(p->arch, p->layer, &t, o->x) : 0;
}

static void os_outputs_least(const struct search_problem *p,
                             const struct search_reduction *r,
                             struct search_outputs *o)
{
    const int x = os_x_max(p, r);
    const struct tiling t = terms_output_tiles(o);
    o->x_folds = o->n > 0 ? gemm_output_folds(p->layer, &t, x)
                          : ceil_div_u64(terms_pixels(p), (uint64_t)x);
    o->busy = o->x_folds;
    o->exit_links = 0;
}

static void os_terms(const struct search_problem *p,
                     const struct search_reduction *r,
                     const struct search_outputs *o, struct search_terms *t)
{
    t->filter_sent = p->filter_words * o->x_folds;
    t->filter_in = t->filter_hops = p->macs;
    t->ifmap_sent = t->ifmap_in = t->ifmap_hops =
        terms_products(p) * terms_pixels(p);
    t->psum_out = p->outputs * r->steps;
    t->links = terms_on_systolic(p)
                   ? o->exit_links * (uint64_t)p->layer->M * r->steps
                   : 0;
    t->psum_reads =
        terms_on_systolic(p) || p->arch->psum_add == PSUM_ADD_OWN_CYCLE
            ? p->macs
            : p->macs - t->psum_out;
    t->busy_cycles =
        terms_turns(p, r) * o->busy * (r->busy_products + r->busy_adds);
    t->busy_adds = terms_turns(p, r) * o->busy * r->busy_adds;
    t->busy_windows = terms_turns(p, r) * o->busy * r->busy_products;
    t->window_words = 1;
    t->chain_rows = 1;
    t->array_passes = terms_turns(p, r) * r->steps * o->x_folds;
    if (terms_on_systolic(p)) {
        const uint64_t k = (uint64_t)p->layer->G * r->steps;
        const bool overlap = fold_drains_overlap(p->arch);
        terms_fold(
            p,
            &(struct fold_line){
                .x_passes = {.folds = k * o->x_folds,
                             .rows = k * terms_pixels(p),
                             .depth = terms_products(p) * o->x_folds,
                             .drains_overlap = overlap},
                .of_all = {.cols = k * o->x_folds * (uint64_t)p->group_m},
            },
            t);
        t->folds_cycles += fold_last_drain_cycles(p->arch);
    }
}

static void os_runs(const struct search_problem *p,
                    const struct search_reduction *r,
                    const struct search_outputs *o,
                    struct search_words_run *out)
{
    const struct arch *a = p->arch;
    const int pes = l1_rows_of_pes(a) * a->l1_cluster_cols;
    out[NETWORK_FILTER] = (struct search_words_run){
        .words = 1,
        .per_filter = true,
        .dests = 1,
        .per_set = true,
        .l1_dests = o->x > 0 ? ceil_div(pes, o->x) : 0};
    out[NETWORK_IFMAP] = (struct search_words_run){
        .words = 1, .dests = o->x * search_groups(r), .l1_dests = pes};
    out[NETWORK_PSUM_IN] = out[NETWORK_PSUM_OUT] = (struct search_words_run){
        .words = 1, .per_filter = true, .dests = o->x, .per_set = true};
}

/* Folds have as many steps whichever tile is the short one, and their operands
 * come by streams, for which L2 has no ports. Code's bytes differ. */
static bool os_least_channels_do(const struct search_problem *p)
{
    return terms_on_systolic(p) && !p->coded[TENSOR_IFMAP];
}

const struct search_space os_search_space = {
    .dataflow = &os_dataflow,
    .alone = NETWORK_PSUM_OUT,
    .runs = os_runs,
    .name = {[SEARCH_M] = "m",
             [SEARCH_KEEP] = "keep",
             [SEARCH_N] = "n",
             [SEARCH_E] = "e",
             [SEARCH_C] = "c",
             [SEARCH_F] = "f",
             [SEARCH_P] = "p",
             [SEARCH_T] = "t",
             [SEARCH_X] = "x",
             [SEARCH_G] = "g"},
    .fold = os_fold,
    .reductions = os_reductions,
    .outputs = os_outputs,
    .outputs_least = os_outputs_least,
    .terms = os_terms,
    .n_max = terms_n_max,
    .e_max = terms_e_max,
    .x_max = os_x_max,
    .p_max = os_p_max,
    .t_max = os_t_max,
    .least_channels_do = os_least_channels_do,
};
