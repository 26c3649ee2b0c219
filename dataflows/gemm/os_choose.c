/* os_choose.c - output stationary: which outputs and filters PEs work on at a
 * time, and the estimate of cycles that decides.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/gemm/os.h"
#include "dataflows/l1_shape.h"
#include "dataflows/zero_shares.h"

/* Cycles that a pass on a multicast array takes beside its slots. Assumed; it
 * only decides which mapping is chosen. */
enum { PASS_RAMP_CYCLES = 20 };

/* Cycles in which an L1 passes on what its PEs take for a product of each of
 * their outputs: ifmap words of x outputs in each group, filter words of as
 * many sets as they belong to.  ifmap, filter: slots of an output, and of a
 * set. */
static double l1_product_cycles(const struct arch *a, const struct mapping *m,
                                double ifmap, double filter)
{
    const int pes = l1_rows_of_pes(a) * a->l1_cluster_cols, g = os_groups(m);
    const int x = m->value[OS_X], sets = g * m->value[OS_T];
    return max_real(
        l1_slot_cycles(a, TENSOR_IFMAP, ifmap * min_int(pes, g * x)),
        l1_slot_cycles(a, TENSOR_FILTER,
                       filter * min_int(sets, ceil_div(pes, x))));
}

static double os_cycles(const struct arch *a, const struct layer *l,
                        const struct mapping *m, const struct tiling *t)
{
    const int x = m->value[OS_X], p = m->value[OS_P], sets = m->value[OS_T];
    const struct network_arch *net = a->network;
    double k = (double)(l->C / l->G) * l->R * l->S; /* over all c tiles */
    const int g = os_groups(m);
    double folds = ceil_div(l->G, g) * (double)gemm_output_folds(l, t, x) *
                   (double)gemm_filter_folds(l, t, sets * p);
    double c_tiles = ceil_div(l->C / l->G, t->c);
    double fixed, per_product;
    if (a->array_network == NETWORK_SYSTOLIC) {
        fixed = (fold_drains_overlap(a) ? 1.0 : 2.0) * a->rows + a->cols - 2;
        per_product = 1;
    } else {
        const struct zero_shares left = zero_shares_of(a, l, TENSOR_IFMAP);
        const double word = zero_shares_slots(&left, TENSOR_IFMAP, 1);
        const double chunks = zero_shares_slots(&left, TENSOR_FILTER, p);
        double most = max_real(zero_shares_window_cycles(&left, 1, p),
                               g * x * word / arch_l2_slots(a, NETWORK_IFMAP));
        most = max_real(most,
                        g * sets * chunks / arch_l2_slots(a, NETWORK_FILTER));
        if (a->has_l1)
            most = max_real(most, l1_product_cycles(a, m, word, chunks));
        fixed = PASS_RAMP_CYCLES +
                (double)g * sets * x *
                    ceil_div(p, net[NETWORK_PSUM_OUT].words_per_slot) /
                    net[NETWORK_PSUM_OUT].slots_per_cycle;
        per_product = most;
    }
    return folds * (c_tiles * fixed + k * per_product);
}

int os_filters_max(const struct arch *arch)
{
    const int psums = arch->rf_words[TENSOR_PSUM];
    return arch->start == PE_START_WINDOW
               ? min_int(psums, arch->rf_words[TENSOR_FILTER])
               : psums;
}

/* Chooses x, t and p by the estimate with tiles of the whole layer. */
static bool choose_pe(const struct arch *a, const struct layer *l,
                      const int *fixed, struct mapping *m)
{
    const struct tiling whole = {l->M / l->G, l->N, l->P, l->C / l->G,
                                 l->M / l->G, 1,    0,    0};
    const int pes = arch_pes(a) / os_groups(m);
    int64_t outputs64 = (int64_t)l->N * l->P * l->Q;
    int outputs = outputs64 > 65535 ? 65535 : (int)outputs64;
    int p_max = min_int(os_filters_max(a), whole.f);
    double best = -1;
    struct mapping try = *m;
    if (a->array_network == NETWORK_SYSTOLIC) {
        m->value[OS_X] = fixed[OS_X] > 0 ? fixed[OS_X] : a->rows;
        m->value[OS_T] = fixed[OS_T] > 0 ? fixed[OS_T] : a->cols;
        m->value[OS_P] = fixed[OS_P] > 0 ? fixed[OS_P] : 1;
        return m->value[OS_X] <= a->rows && m->value[OS_T] <= a->cols &&
               m->value[OS_P] == 1;
    }
    for (int x = fixed[OS_X] > 0 ? fixed[OS_X] : 1; x <= min_int(pes, outputs);
         x++) {
        for (int p = fixed[OS_P] > 0 ? fixed[OS_P] : 1; p <= p_max; p++) {
            int t = fixed[OS_T] > 0 ? fixed[OS_T]
                                    : min_int(pes / x, ceil_div(whole.f, p));
            if (x * t <= pes) {
                try.value[OS_X] = x;
                try.value[OS_T] = t;
                try.value[OS_P] = p;
                double cycles = os_cycles(a, l, &try, &whole);
                if (best < 0 || cycles < best) {
                    best = cycles;
                    *m = try;
                }
            }
            if (fixed[OS_P] > 0)
                break;
        }
        if (fixed[OS_X] > 0)
            break;
    }
    return best >= 0;
}

/* fixed: by parameter, 0: to be chosen; g is given. */
static bool choose_given(const struct arch *arch, const struct layer *layer,
                         const int *fixed, struct src_pos at,
                         struct mapping *out, struct diag *d)
{
    struct mapping m = {{0}};
    m.value[OS_G] = fixed[OS_G];
    if (!choose_pe(arch, layer, fixed, &m)) {
        int x = fixed[OS_X] > 0 ? fixed[OS_X] : 1;
        int t = fixed[OS_T] > 0 ? fixed[OS_T] : 1;
        int p = fixed[OS_P] > 0 ? fixed[OS_P] : 1;
        if (p > arch->rf_words[TENSOR_PSUM])
            return gemm_rf_short(&os_dataflow, layer, "pe.rf.psum_words",
                                 p - arch->rf_words[TENSOR_PSUM], at, d);
        if (p > os_filters_max(arch))
            return gemm_rf_short(&os_dataflow, layer, "pe.rf.filter_words",
                                 p - arch->rf_words[TENSOR_FILTER], at, d);
        return diag_fail(d, EXIT_NO_MAPPING, at,
                         "layer '%s' has no legal 'os' mapping: x=%d outputs "
                         "by t=%d groups (p=%d, g=%d) do not fit on %d x %d "
                         "PEs; choose smaller ones%s",
                         layer->name, x, t, p, fixed[OS_G], arch->rows,
                         arch->cols,
                         arch->array_network == NETWORK_SYSTOLIC
                             ? " (systolic: x up to rows, t up to columns, "
                               "p = 1)"
                             : "");
    }
    const struct gemm_cost cost = {
        .fold_filters = m.value[OS_T] * m.value[OS_P],
        .fold_outputs = m.value[OS_X],
        .fold_products = 1,
        .row_taps = 1,
        .groups = os_groups(&m),
        .kept = tiling_kept_by(fixed[GEMM_KEEP]),
        .c_max = arch->array_network == NETWORK_SYSTOLIC
                     ? 65535
                     : OS_PRODUCTS_MAX / (layer->R * layer->S),
        .cycles = os_cycles,
        .mapping = &m,
        .whole_is_least = true,
    };
    if (cost.c_max < 1 || (fixed[GEMM_C] > cost.c_max))
        return diag_fail(d, EXIT_NO_MAPPING, at,
                         "layer '%s' has no legal 'os' mapping: a pass would "
                         "take more than %d products of an output; choose a "
                         "smaller 'mapping.c'",
                         layer->name, OS_PRODUCTS_MAX);
    if (!gemm_choose_tiles(&os_dataflow, arch, layer, &cost, fixed, at, &m, d))
        return false;
    *out = m;
    return true;
}

static void weigh(const struct arch *a, const struct layer *l,
                  struct gemm_grouped *one)
{
    const int *v = one->mapping.value;
    struct tiling t;
    os_tiling(&one->mapping, &t);
    one->cycles = os_cycles(a, l, &one->mapping, &t);
    one->pes = v[OS_G] * v[OS_X] * v[OS_T];
}

static bool choose_grouped(const struct gemm_groups *s, const int *fixed,
                           struct gemm_grouped *out)
{
    struct diag *unheard = diag_new();
    const bool ok =
        choose_given(s->arch, s->layer, fixed, (struct src_pos){NULL, 0},
                     &out->mapping, unheard);
    diag_free(unheard);
    if (ok)
        weigh(s->arch, s->layer, out);
    return ok;
}

bool os_choose(const struct arch *arch, const struct layer *layer,
               const struct given_mapping *given, struct mapping *out,
               struct diag *d)
{
    const int Mg = layer->M / layer->G, Cg = layer->C / layer->G;
    const int any = 65535;
    const int extent[] = {Mg,        layer->N, layer->P, Cg, Mg,
                          KEEP_BOTH, any,      any,      Mg, layer->G};
    int fixed[MAPPING_PARAMS_MAX];
    struct src_pos at;
    struct gemm_grouped best;
    gemm_given(&os_dataflow, given, extent, fixed, &at);
    const struct gemm_groups groups = {&os_dataflow, arch, layer,
                                       fixed,        OS_G, choose_grouped};
    if (gemm_groups_lack(&groups, at, d))
        return false;
    if (dot_sums_by_tree(arch)) {
        if (!dot_choose(&os_dot, arch, layer, given, out, d))
            return false;
        out->value[OS_G] = 1;
        return true;
    }
    if (!gemm_countable(&os_dataflow, layer, d) ||
        !l1_takes_slots(arch, layer, os_dataflow.name, d))
        return false;
    if (fixed[OS_G] > 1 && gemm_choose_groups(&groups, false, &best)) {
        *out = best.mapping;
        return true;
    }
    const int asked = fixed[OS_G];
    fixed[OS_G] = 1;
    if (asked > 1)
        gemm_ask_for_groups(&groups, asked, fixed);
    if (!choose_given(arch, layer, fixed, at, &best.mapping, d))
        return false;
    fixed[OS_G] = asked;
    if (gemm_may_group(&groups)) {
        weigh(arch, layer, &best);
        gemm_choose_groups(&groups, true, &best);
    }
    *out = best.mapping;
    return true;
}
