/* stationary_choose.c - a legal mapping of ws and is, the quickest by
 * estimate; on a systolic array that edges do not slow, the estimate is exact.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/gemm/stationary.h"
#include "dataflows/l1_shape.h"
#include "dataflows/zero_shares.h"

/* The work of one group: its folds, the PE columns and rows in them, and the
 * words that stream past. */
struct load {
    double across_folds, columns, product_folds, rows, along, along_tiles;
};

/* Cycles that a pass takes beside its work and one cycle a row of PEs. Assumed;
 * it only decides which mapping is chosen. */
enum { PASS_RAMP_CYCLES = 10 };

/* Rows of PEs of an L1 that have window words of their own, in each of g
 * groups. */
static double l1_rows(const struct arch *a, int g, const struct load *w)
{
    const double rows = w->rows / w->product_folds;
    const int most = l1_rows_of_pes(a);
    return min_int(g, a->l1_cluster_cols) * (rows < most ? rows : most);
}

static double multicast_cycles(const struct stationary *s, const struct arch *a,
                               const struct layer *l, const struct mapping *m,
                               const struct load *w)
{
    const int p = m->value[STATIONARY_P], q = m->value[STATIONARY_Q];
    const int g = stationary_groups(m); /* whose words are their own */
    const bool is = s->stays == TENSOR_IFMAP;
    const enum network held = is ? NETWORK_IFMAP : NETWORK_FILTER;
    const enum network window = is ? NETWORK_FILTER : NETWORK_IFMAP;
    const struct zero_shares left = zero_shares_of(a, l, s->streams);
    const struct network_arch *out = &a->network[NETWORK_PSUM_OUT];
    double folds = w->across_folds * w->product_folds;
    double macs =
        folds * w->along *
        (zero_shares_window_cycles(&left, q, p) +
         (a->psum_add == PSUM_ADD_OWN_CYCLE ? zero_shares_add_cycles(&left, p)
                                            : 0));
    const double slots = zero_shares_slots(&left, s->streams, q);
    double words = g * w->across_folds * w->rows * w->along * slots /
                   arch_l2_slots(a, window);
    if (a->has_l1)
        words = max_real(
            words, folds * w->along *
                       l1_slot_cycles(a, s->streams, slots * l1_rows(a, g, w)));
    double psums = g * w->columns * w->product_folds * w->along *
                   ceil_div(p, out->words_per_slot) / out->slots_per_cycle;
    double fill = g * w->along_tiles * w->rows * w->columns *
                  zero_shares_slots(&left, s->stays, p * q) /
                  arch_l2_slots(a, held);
    return max_real(max_real(macs, words), psums) + fill +
           folds * w->along_tiles * (a->rows + PASS_RAMP_CYCLES);
}

/* With two places for tiles, one can begin when all words of the last but one
 * have crossed the edges: half of what each takes until then, about. */
static double shadow_cycles(const struct stationary *s, const struct arch *a,
                            const struct layer *l, const struct tiling *t,
                            double folds)
{
    const double ramps = a->rows + a->cols - 2;
    const double paced =
        folds * (double)stationary_paced_cycles(s->stays, a, l, t);
    const double tiles = (double)ceil_div(l->N, t->n) * ceil_div(l->P, t->e) *
                         ceil_div(l->M / l->G, t->m) *
                         ceil_div(t->m, min_int(t->f, t->m)) *
                         ceil_div(l->C / l->G, t->c);
    return l->G * max_real(paced, (paced + tiles * ramps) / 2) + a->rows +
           ramps;
}

static double stationary_cycles(const struct stationary *s,
                                const struct arch *a, const struct layer *l,
                                const struct mapping *m, const struct tiling *t)
{
    const int p = m->value[STATIONARY_P], q = m->value[STATIONARY_Q];
    struct load w = {
        .product_folds = (double)gemm_product_folds(a, l, t, a->rows * q),
        .rows = (double)gemm_product_folds(a, l, t, q),
    };
    const int cols = stationary_cols(a, m);
    if (s->stays == TENSOR_IFMAP) {
        w.across_folds = (double)gemm_output_folds(l, t, cols * p);
        w.columns = (double)gemm_output_folds(l, t, p);
        w.along = l->M / l->G;
        w.along_tiles = (double)gemm_filter_folds(l, t, t->f);
    } else {
        w.across_folds = (double)gemm_filter_folds(l, t, cols * p);
        w.columns = (double)gemm_filter_folds(l, t, p);
        w.along = (double)l->N * l->P * l->Q;
        w.along_tiles = (double)ceil_div(l->N, t->n) * ceil_div(l->P, t->e);
    }
    if (a->array_network == NETWORK_MULTICAST)
        return ceil_div(l->G, stationary_groups(m)) *
               multicast_cycles(s, a, l, m, &w);
    if (fold_loads_overlap(a))
        return shadow_cycles(s, a, l, t, w.across_folds * w.product_folds);
    return l->G * w.across_folds * w.product_folds *
           (w.along_tiles * (2.0 * a->rows + a->cols - 2) + w.along);
}

static double ws_cycles(const struct arch *a, const struct layer *l,
                        const struct mapping *m, const struct tiling *t)
{
    const struct stationary ws = {.stays = TENSOR_FILTER,
                                  .streams = TENSOR_IFMAP};
    return stationary_cycles(&ws, a, l, m, t);
}

static double is_cycles(const struct arch *a, const struct layer *l,
                        const struct mapping *m, const struct tiling *t)
{
    const struct stationary is = {.stays = TENSOR_IFMAP,
                                  .streams = TENSOR_FILTER};
    return stationary_cycles(&is, a, l, m, t);
}

/* Chooses p and q by the estimate with tiles of the whole layer. */
static bool choose_pe(const struct stationary *s, const struct arch *a,
                      const struct layer *l, const int *extent,
                      const int *fixed, struct mapping *m)
{
    const struct tiling whole = {extent[GEMM_M], l->N, l->P, extent[GEMM_C],
                                 extent[GEMM_F], 1,    0,    0};
    const int *rf = a->rf_words;
    int p_max = min_int(rf[TENSOR_PSUM], extent[STATIONARY_P]);
    int q_max = min_int(rf[s->streams], extent[STATIONARY_Q]);
    double best = -1;
    struct mapping try = *m;
    if (a->array_network == NETWORK_SYSTOLIC)
        p_max = q_max = 1;
    for (int p = fixed[STATIONARY_P] > 0 ? fixed[STATIONARY_P] : 1; p <= p_max;
         p++) {
        for (int q = fixed[STATIONARY_Q] > 0 ? fixed[STATIONARY_Q] : 1;
             q <= q_max; q++) {
            if (p * q <= rf[s->stays]) {
                try.value[STATIONARY_P] = p;
                try.value[STATIONARY_Q] = q;
                double cycles = stationary_cycles(s, a, l, &try, &whole);
                if (best < 0 || cycles < best) {
                    best = cycles;
                    *m = try;
                }
            }
            if (fixed[STATIONARY_Q] > 0)
                break;
        }
        if (fixed[STATIONARY_P] > 0)
            break;
    }
    return best >= 0;
}

static bool pe_short(const struct stationary *s, const struct arch *arch,
                     const struct layer *layer, const int *fixed,
                     struct src_pos at, struct diag *d)
{
    static const char *const key[TENSOR_N] = {
        "pe.rf.ifmap_words", "pe.rf.filter_words", "pe.rf.psum_words"};
    const int *rf = arch->rf_words;
    int p = fixed[STATIONARY_P] > 0 ? fixed[STATIONARY_P] : 1;
    int q = fixed[STATIONARY_Q] > 0 ? fixed[STATIONARY_Q] : 1;
    if (arch->array_network == NETWORK_SYSTOLIC && p * q > 1)
        return gemm_rf_short(s->dataflow, layer,
                             "array.network (systolic: p = q = 1)", p * q - 1,
                             at, d);
    if (p > rf[TENSOR_PSUM])
        return gemm_rf_short(s->dataflow, layer, key[TENSOR_PSUM],
                             p - rf[TENSOR_PSUM], at, d);
    if (q > rf[s->streams])
        return gemm_rf_short(s->dataflow, layer, key[s->streams],
                             q - rf[s->streams], at, d);
    return gemm_rf_short(s->dataflow, layer, key[s->stays],
                         p * q - rf[s->stays], at, d);
}

/* extent, fixed: by parameter; of fixed, 0 is to be chosen, and g is given. */
static bool choose_given(const struct stationary *s, const struct arch *arch,
                         const struct layer *layer, const int *extent,
                         const int *fixed, struct src_pos at,
                         struct mapping *out, struct diag *d)
{
    const bool is = s->stays == TENSOR_IFMAP;
    struct mapping m = {{0}};
    m.value[STATIONARY_G] = fixed[STATIONARY_G];
    if (m.value[STATIONARY_G] > arch->cols)
        return diag_fail(d, EXIT_NO_MAPPING, at,
                         "layer '%s' has no legal '%s' mapping: %d groups side "
                         "by side have no column each of 'array.cols' = %d",
                         layer->name, s->dataflow->name, m.value[STATIONARY_G],
                         arch->cols);
    if (!choose_pe(s, arch, layer, extent, fixed, &m))
        return pe_short(s, arch, layer, fixed, at, d);
    int fold = stationary_cols(arch, &m) * m.value[STATIONARY_P];
    const struct gemm_cost cost = {
        .fold_filters = is ? 1 : fold,
        .fold_outputs = is ? fold : 1,
        .fold_products = arch->rows * m.value[STATIONARY_Q],
        .row_taps = gemm_row_taps(arch, layer),
        .groups = stationary_groups(&m),
        .kept = tiling_kept_by(fixed[GEMM_KEEP]),
        .c_max = 65535,
        .cycles = is ? is_cycles : ws_cycles,
        .mapping = &m,
        .whole_is_least = true,
    };
    if (!gemm_choose_tiles(s->dataflow, arch, layer, &cost, fixed, at, &m, d))
        return false;
    *out = m;
    return true;
}

/* What stationary_choose hands on to the search for groups. */
struct grouping {
    struct gemm_groups groups; /* the first member */
    const struct stationary *stationary;
    const int *extent;
};

static void weigh(const struct grouping *its, struct gemm_grouped *one)
{
    const struct gemm_groups *s = &its->groups;
    const struct layer *l = s->layer;
    const int *v = one->mapping.value;
    const int fold = stationary_cols(s->arch, &one->mapping) * v[STATIONARY_P];
    struct tiling t;
    stationary_tiling(&one->mapping, &t);
    const int across =
        its->stationary->stays == TENSOR_IFMAP ? t.n * t.e * l->Q : t.f;
    const int products = min_int(t.c * gemm_row_taps(s->arch, l),
                                 s->arch->rows * v[STATIONARY_Q]);
    one->cycles =
        stationary_cycles(its->stationary, s->arch, l, &one->mapping, &t);
    one->pes = stationary_groups(&one->mapping) *
               ceil_div(min_int(across, fold), v[STATIONARY_P]) *
               ceil_div(products, v[STATIONARY_Q]);
}

static bool choose_grouped(const struct gemm_groups *s, const int *fixed,
                           struct gemm_grouped *out)
{
    const struct grouping *its = (const struct grouping *)s;
    struct diag *unheard = diag_new();
    const bool ok =
        choose_given(its->stationary, s->arch, s->layer, its->extent, fixed,
                     (struct src_pos){NULL, 0}, &out->mapping, unheard);
    diag_free(unheard);
    if (ok)
        weigh(its, out);
    return ok;
}

bool stationary_choose(const struct stationary *s, const struct arch *arch,
                       const struct layer *layer,
                       const struct given_mapping *given, struct mapping *out,
                       struct diag *d)
{
    if (!gemm_countable(s->dataflow, layer, d) ||
        !l1_takes_slots(arch, layer, s->dataflow->name, d))
        return false;
    const bool is = s->stays == TENSOR_IFMAP;
    const int Mg = layer->M / layer->G, Cg = layer->C / layer->G;
    const uint64_t pixels =
        (uint64_t)layer->N * (uint64_t)layer->P * (uint64_t)layer->Q;
    const int across = !is ? Mg : pixels > 65535 ? 65535 : (int)pixels;
    const int extent[] = {
        Mg,      layer->N,  layer->P, Cg,
        Mg,      KEEP_BOTH, across,   Cg * gemm_row_taps(arch, layer),
        layer->G};
    int fixed[MAPPING_PARAMS_MAX];
    struct src_pos at;
    struct gemm_grouped best;
    gemm_given(s->dataflow, given, extent, fixed, &at);
    const struct grouping its = {
        {s->dataflow, arch, layer, fixed, STATIONARY_G, choose_grouped},
        s,
        extent};
    if (gemm_groups_lack(&its.groups, at, d))
        return false;
    if (fixed[STATIONARY_G] > 1 &&
        gemm_choose_groups(&its.groups, false, &best)) {
        *out = best.mapping;
        return true;
    }
    const int asked = fixed[STATIONARY_G];
    fixed[STATIONARY_G] = 1;
    if (asked > 1)
        gemm_ask_for_groups(&its.groups, asked, fixed);
    if (!choose_given(s, arch, layer, extent, fixed, at, &best.mapping, d))
        return false;
    fixed[STATIONARY_G] = asked;
    if (gemm_may_group(&its.groups)) {
        weigh(&its, &best);
        gemm_choose_groups(&its.groups, true, &best);
    }
    *out = best.mapping;
    return true;
}
