/* dot_choose.c - a legal mapping of nlr, or of os with trees, the quickest by
 * estimate.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/gemm/dot.h"

/* Cycles that a pass takes beside its work and one cycle a row of PEs. Assumed;
 * it only decides which mapping is chosen. */
enum { PASS_RAMP_CYCLES = 20 };

static double dot_cycles(const struct arch *a, const struct layer *l,
                         const struct mapping *m, const struct tiling *t, int k)
{
    const int x = m->value[DOT_X];
    const struct network_arch *net = a->network;
    double pixels = (double)l->N * l->P * l->Q;
    double products = (double)(l->C / l->G) * l->R * l->S;
    double folds = (double)gemm_filter_folds(l, t, m->value[DOT_T]);
    double windows = (double)gemm_output_folds(l, t, x);
    double steps = (double)gemm_product_folds(a, l, t, k);
    struct dot_split split = dot_split(a, l, k, t->c * gemm_row_taps(a, l));
    double passes = a->tree_accumulates && a->psum_reduce == PSUM_TREE
                        ? ceil_div(l->C / l->G, t->c)
                        : steps;
    bool own =
        a->psum_reduce == PSUM_CHAIN && a->psum_add == PSUM_ADD_OWN_CYCLE;
    double macs = folds * windows * steps * (own ? 2 : 1);
    double ifmap =
        folds * pixels * products /
        (min_int(net[NETWORK_IFMAP].words_per_slot, split.each) *
         (double)min_int(net[NETWORK_IFMAP].slots_per_cycle, x * split.rows));
    double filter = (l->M / l->G) * windows * products /
                    (min_int(net[NETWORK_FILTER].words_per_slot, split.each) *
                     (double)min_int(net[NETWORK_FILTER].slots_per_cycle,
                                     m->value[DOT_T] * split.rows));
    double psums =
        (l->M / l->G) * pixels * passes /
        min_int(net[NETWORK_PSUM_OUT].slots_per_cycle, x * m->value[DOT_T]);
    double strips = (double)ceil_div(l->N, t->n) * ceil_div(l->P, t->e);
    return l->G * (max_real(max_real(macs, psums), max_real(ifmap, filter)) +
                   strips * folds * passes * (a->rows + PASS_RAMP_CYCLES));
}

static double nlr_cycles(const struct arch *a, const struct layer *l,
                         const struct mapping *m, const struct tiling *t)
{
    return dot_cycles(a, l, m, t, m->value[DOT_K]);
}

static double os_cycles(const struct arch *a, const struct layer *l,
                        const struct mapping *m, const struct tiling *t)
{
    return dot_cycles(a, l, m, t, a->rows);
}

/* Chooses x and t by the estimate with tiles of the whole layer; nlr keeps
 * x = 1: one word for all columns. */
static bool choose_columns(const struct dot *dot, const struct arch *a,
                           const struct layer *l, const int *extent,
                           const int *fixed, struct mapping *m)
{
    const struct tiling whole = {extent[GEMM_M], l->N, l->P, extent[GEMM_C],
                                 extent[GEMM_F], 1,    0,    0};
    const int x_held = dot_outputs_max(a);
    int x_max = dot->has_rf ? min_int(x_held, extent[DOT_X]) : 1;
    double best = -1;
    struct mapping try = *m;
    for (int x = fixed[DOT_X] > 0 ? fixed[DOT_X] : 1;
         x <= (fixed[DOT_X] > 0 ? x_held : x_max); x++) {
        int t = fixed[DOT_T] > 0
                    ? fixed[DOT_T]
                    : min_int(dot_filters_max(a, x), extent[DOT_T]);
        try.value[DOT_X] = x;
        try.value[DOT_T] = t;
        if (t <= dot_filters_max(a, x)) {
            double cycles = dot->has_rf ? os_cycles(a, l, &try, &whole)
                                        : nlr_cycles(a, l, &try, &whole);
            if (best < 0 || cycles < best) {
                best = cycles;
                *m = try;
            }
        }
        if (fixed[DOT_X] > 0)
            break;
    }
    return best >= 0;
}

bool dot_choose(const struct dot *dot, const struct arch *arch,
                const struct layer *layer, const struct given_mapping *given,
                struct mapping *out, struct diag *d)
{
    const int Mg = layer->M / layer->G, Cg = layer->C / layer->G;
    const uint64_t pixels =
        (uint64_t)layer->N * (uint64_t)layer->P * (uint64_t)layer->Q;
    const int x_most = pixels > 65535 ? 65535 : (int)pixels;
    const char *name = dot->dataflow->name;
    int fixed[MAPPING_PARAMS_MAX] = {0};
    struct src_pos at;
    struct mapping m = {{0}};
    if (!gemm_countable(dot->dataflow, layer, d))
        return false;
    const int taps = gemm_row_taps(arch, layer);
    /* The last is nlr's k; of os it is p, filters of a PE. */
    const int extent[] = {Mg,      layer->N, layer->P,
                          Cg,      Mg,       KEEP_BOTH,
                          x_most,  Mg,       dot->has_rf ? Mg : Cg * taps,
                          layer->G /* of os */};
    gemm_given(dot->dataflow, given, extent, fixed, &at);
    if (arch->array_network != NETWORK_MULTICAST)
        return diag_fail(d, EXIT_NO_MAPPING, at,
                         "layer '%s' has no legal '%s' mapping: the array is "
                         "systolic; it needs 'array.network' = 'multicast'",
                         layer->name, name);
    if (arch->has_l1)
        return diag_fail(d, EXIT_NO_MAPPING, at,
                         "layer '%s' has no legal '%s' mapping: its words go "
                         "straight between L2 and the PEs; leave 'l1.bytes' "
                         "out",
                         layer->name, name);
    int k = dot->has_rf ? arch->rows : min_int(arch->rows, extent[DOT_K]);
    if (!dot->has_rf && fixed[DOT_K] > 0)
        k = fixed[DOT_K];
    m.value[DOT_K] = dot->has_rf ? 1 : k;
    if (k > arch->rows || (dot->has_rf && fixed[DOT_K] > 1) ||
        !choose_columns(dot, arch, layer, extent, fixed, &m))
        return diag_fail(
            d, EXIT_NO_MAPPING, at,
            "layer '%s' has no legal '%s' mapping: %s; choose smaller ones",
            layer->name, name,
            arch->cols_hold[0] != '\0'
                ? "x and t may be up to what 'array.cols_hold' leaves them of "
                  "'array.cols', k up to 'array.rows', p is 1"
            : dot->has_rf ? "x times t may be up to 'array.cols', p is 1"
                          : "x times t may be up to 'array.cols', k up to "
                            "'array.rows'");
    const struct gemm_cost cost = {
        .fold_filters = m.value[DOT_T],
        .fold_outputs = m.value[DOT_X],
        .fold_products = k,
        .row_taps = taps,
        .c_max = dot_channels_max(arch, layer, k),
        .cycles = dot->has_rf ? os_cycles : nlr_cycles,
        .kept = tiling_kept_by(fixed[GEMM_KEEP]),
        .mapping = &m,
    };
    if (cost.c_max < 1 || fixed[GEMM_C] > cost.c_max)
        return diag_fail(d, EXIT_NO_MAPPING, at,
                         "layer '%s' has no legal '%s' mapping: a PE would "
                         "take more than %d products of an output; choose a "
                         "smaller 'mapping.c'",
                         layer->name, name, DOT_PRODUCTS_MAX);
    if (!gemm_choose_tiles(dot->dataflow, arch, layer, &cost, fixed, at, &m, d))
        return false;
    *out = m;
    return true;
}
