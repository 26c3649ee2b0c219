/* search_rs.c - row stationary's mapping space for the search: the sums of
 * rs_model.c, apart by reduction, outputs and filters.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/l1_model.h"
#include "dataflows/rs/rs.h"
#include "dataflows/search/cost.h"

/* The tallest PE set with fr filter rows: the widest folds into as many
 * segments as stand on each other. */
static int set_rows_max(const struct search_problem *p, int fr)
{
    return min_int(p->layer->P, p->arch->cols * (p->arch->rows / fr));
}

/* How many ifmap rows L2 sends, by filter rows of a pass and ofmap rows. */
static void rs_prepare(struct search_problem *p)
{
    const struct layer *l = p->layer;
    p->sent_fr = min_int(l->R, p->arch->rows);
    p->sent_rows = xcalloc((size_t)p->sent_fr + 1, sizeof(*p->sent_rows));
    for (int fr = 1; fr <= p->sent_fr; fr++) {
        const int most = set_rows_max(p, fr);
        uint64_t *rows = xcalloc((size_t)most + 1, sizeof(*rows));
        p->sent_rows[fr] = rows;
        for (int e = 1; e <= most; e++)
            rows[e] =
                (uint64_t)(l->P / e) * tiling_all_touched(l->R, fr,
                                                          l->dilation_h, e,
                                                          l->stride_h) +
                (l->P % e > 0 ? tiling_all_touched(l->R, fr, l->dilation_h,
                                                   l->P % e, l->stride_h)
                              : 0);
    }
}

static void set_reduction(const struct search_problem *p,
                          struct search_reduction *r)
{
    const struct layer *l = p->layer;
    const uint64_t row_chunks = (uint64_t)ceil_div(l->R, r->fr);
    const uint64_t chunks = row_chunks * (uint64_t)ceil_div(l->S, r->fc);
    r->c = r->q * r->r;
    r->c_tiles = (uint64_t)ceil_div(p->group_c, r->c);
    r->steps = r->c_tiles * chunks;
    r->rows = sum_ceil(p->group_c, r->c, r->q) * (uint64_t)l->R *
              (uint64_t)ceil_div(l->S, r->fc);
    r->busy_products =
        sum_min(p->group_c, r->c, r->q) * row_chunks * (uint64_t)l->S;
    r->busy_adds = p->arch->psum_add == PSUM_ADD_OWN_CYCLE ? r->steps : 0;
    const struct tile_sizes tiles =
        tile_sizes_of(l->Q, search_width_of(p, r)->w);
    r->columns = 0;
    for (int k = 0; k < 2; k++)
        if (tiles.times[k] > 0)
            r->columns +=
                tiles.times[k] * tiling_all_touched(l->S, r->fc, l->dilation_w,
                                                    tiles.size[k], l->stride_w);
}

static bool cuts_rows(const struct search_problem *p)
{
    return !rs_is_roomy(p->arch, p->layer, p->layer->Q);
}

/* Adds a reduction for each width of tiles; n: in the list. */
static int add_widths(const struct search_problem *p,
                      const struct search_reduction *one,
                      struct search_reduction *list, int n, int room)
{
    for (int k = p->has_whole ? 0 : 1;
         k < p->n_widths && n <= SEARCH_REDUCTIONS_MAX; k++) {
        if (!rs_windows_are_counted(p->layer, p->width[k].w))
            continue;
        if (n++ >= room)
            continue;
        list[n - 1] = *one;
        list[n - 1].width = k;
        set_reduction(p, &list[n - 1]);
    }
    return n;
}

/* Adds reductions for each number of groups side by side; n: in the list. */
static int add_groups(const struct search_problem *p,
                      const struct search_reduction *one,
                      struct search_reduction *list, int n, int room)
{
    const bool whole = one->q * one->r >= p->group_c;
    const int most = min_int(arch_groups_max(p->arch), p->layer->G);
    const struct search_range g = search_range_of(
        p, SEARCH_G,
        whole ? min_int(most > 1 ? most : 1,
                        rs_set_capacity(p->arch, one->fr, 1) / one->r)
              : 1);
    for (int k = g.from; k <= g.to && n <= SEARCH_REDUCTIONS_MAX; k++) {
        struct search_reduction grouped = *one;
        grouped.g = k;
        n = add_widths(p, &grouped, list, n, room);
    }
    return n;
}

/* A PE set stacked beyond the channels would have no work: r is the least that
 * covers them. */
static int rs_reductions(const struct search_problem *p,
                         struct search_reduction *list, int room)
{
    const struct layer *l = p->layer;
    const int *rf = p->arch->rf_words;
    const struct search_range fr =
        search_range_of(p, SEARCH_FR, min_int(l->R, p->arch->rows));
    const struct search_range fc =
        search_range_of(p, SEARCH_FC, min_int(l->S, rf[TENSOR_IFMAP]));
    int n = 0;
    if (p->arch->psum_reduce == PSUM_TREE)
        return 0; /* a set's psums rise from row to row; see rs_choose */
    for (int i = fr.from; i <= fr.to; i++)
        for (int j = fc.from; j <= fc.to; j++) {
            const struct search_range q = search_range_of(
                p, SEARCH_Q,
                min_int(p->group_c,
                        min_int(rf[TENSOR_IFMAP], rf[TENSOR_FILTER]) / j));
            for (int k = q.from; k <= q.to; k++) {
                const struct search_range r =
                    search_range_of(p, SEARCH_R,
                                    min_int(rs_set_capacity(p->arch, i, 1),
                                            ceil_div(p->group_c, k)));
                for (int h = r.from; h <= r.to && n <= SEARCH_REDUCTIONS_MAX;
                     h++) {
                    const struct search_reduction one = {
                        .q = k, .r = h, .fr = i, .fc = j};
                    n = add_groups(p, &one, list, n, room);
                }
            }
        }
    return n;
}

static int rs_n_max(const struct search_problem *p,
                    const struct search_reduction *r, int e)
{
    (void)e;
    return rs_images_max(p->layer, search_width_of(p, r)->w, r->fc);
}

static int rs_e_max(const struct search_problem *p,
                    const struct search_reduction *r)
{
    int most = set_rows_max(p, r->fr);
    while (most > 0 &&
           rs_set_capacity(p->arch, r->fr, most) < r->r * search_groups(r))
        most--;
    return most;
}

static int rs_p_max(const struct search_problem *p,
                    const struct search_reduction *r)
{
    const int *rf = p->arch->rf_words;
    return min_int(p->group_m, min_int(rf[TENSOR_PSUM],
                                       rf[TENSOR_FILTER] / (r->q * r->fc)));
}

static int rs_t_max(const struct search_problem *p,
                    const struct search_reduction *r, int e, int x)
{
    (void)x;
    return rs_set_capacity(p->arch, r->fr, e) / (r->r * search_groups(r));
}

static int rs_fold(const struct search_problem *p,
                   const struct search_filters *f)
{
    (void)p;
    return f->p * f->t;
}

static void rs_outputs(const struct search_problem *p,
                       const struct search_reduction *r,
                       struct search_outputs *out)
{
    out->rows = p->sent_rows[r->fr][out->e];
}

/* Fewer tiles than P / e_max there are not; rows are looked up, for a taller
 * tile does not always send fewer. */
static void rs_outputs_least(const struct search_problem *p,
                             const struct search_reduction *r,
                             struct search_outputs *out)
{
    int most = rs_e_max(p, r);
    out->rows = UINT64_MAX;
    for (int e = 1; e <= most; e++)
        if (p->sent_rows[r->fr][e] < out->rows)
            out->rows = p->sent_rows[r->fr][e];
}

static void rs_terms(const struct search_problem *p,
                     const struct search_reduction *r,
                     const struct search_outputs *o, struct search_terms *t)
{
    const struct layer *l = p->layer;
    const uint64_t channels =
        (uint64_t)l->N * (uint64_t)l->G * (uint64_t)p->group_c;
    const uint64_t emissions = p->outputs * r->rows;
    const uint64_t w_tiles = search_width_of(p, r)->tiles;
    t->filter_sent = p->filter_words * o->strips;
    t->filter_in = t->filter_hops =
        p->filter_words * o->n_tiles * (uint64_t)l->P * w_tiles;
    t->ifmap_sent = channels * o->rows * r->columns;
    t->ifmap_in = t->ifmap_hops =
        channels * (uint64_t)l->P * (uint64_t)l->R * r->columns;
    t->psum_out = p->outputs * r->steps;
    t->links = emissions - t->psum_out;
    t->psum_reads =
        p->arch->psum_add == PSUM_ADD_OWN_CYCLE ? p->macs : p->macs - emissions;
    t->array_passes =
        (uint64_t)ceil_div(l->G, search_groups(r)) * r->steps * o->strips;
    const uint64_t windows = (uint64_t)ceil_div(l->G, search_groups(r)) *
                             (uint64_t)l->N * (uint64_t)l->Q *
                             (o->strips / o->n_tiles / w_tiles);
    t->busy_cycles = windows * (r->busy_products + r->busy_adds);
    t->busy_adds = t->busy_windows = windows * r->busy_adds;
    t->window_words = r->q * r->fc;
    t->chain_rows = r->r * r->fr;
}

static void rs_runs(const struct search_problem *p,
                    const struct search_reduction *r,
                    const struct search_outputs *o,
                    struct search_words_run *out)
{
    const struct layer *l = p->layer;
    /* Ifmap rows of a set of PEs: each of its own, or shared by diagonals. */
    const int rows =
        o->e == 0 ? 0
                  : min_int(o->e * r->fr, (o->e - 1) * l->stride_h +
                                              (r->fr - 1) * l->dilation_h + 1);
    out[NETWORK_FILTER] = (struct search_words_run){.words = r->q * r->fc,
                                                    .per_filter = true,
                                                    .dests = r->r * r->fr,
                                                    .per_set = true};
    out[NETWORK_IFMAP] = (struct search_words_run){
        .words = r->q,
        .dests = rows * r->r * search_groups(r),
        .rounds = (uint64_t)o->n * search_width_of(p, r)->tile_columns};
    out[NETWORK_PSUM_IN] = out[NETWORK_PSUM_OUT] = (struct search_words_run){
        .words = 1, .per_filter = true, .dests = o->e, .per_set = true};
}

const struct search_space rs_search_space = {
    .dataflow = &rs_dataflow,
    .alone = NETWORK_FILTER,
    .runs = rs_runs,
    .name = {[SEARCH_M] = "m",
             [SEARCH_KEEP] = "keep",
             [SEARCH_N] = "n",
             [SEARCH_E] = "e",
             [SEARCH_P] = "p",
             [SEARCH_Q] = "q",
             [SEARCH_R] = "r",
             [SEARCH_T] = "t",
             [SEARCH_FR] = "fr",
             [SEARCH_FC] = "fc",
             [SEARCH_G] = "g",
             [SEARCH_W] = "w"},
    .prepare = rs_prepare,
    .cuts_rows = cuts_rows,
    .fold = rs_fold,
    .reductions = rs_reductions,
    .outputs = rs_outputs,
    .outputs_least = rs_outputs_least,
    .terms = rs_terms,
    .n_max = rs_n_max,
    .e_max = rs_e_max,
    .p_max = rs_p_max,
    .t_max = rs_t_max,
};
