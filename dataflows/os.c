/* os.c - output stationary: psums stay in the PEs, ifmaps and filters stream.
 *
 * Multicast: `x` outputs (pixels) are worked on in parallel by `t` groups of
 * PEs, each on `p` filters a PE; a product's ifmap word goes to the PEs of
 * its output, its filter words to the PEs of their group.
 * With psums summed by trees (dot.h), rows of PEs share an output's products
 * and psums stay at the roots: x times t columns, p = 1.
 * Systolic: outputs run down the rows, filters across the columns; p = 1,
 * x = rows, t = columns.
 *
 * Source: Sze, Chen, Yang, Emer, Proc. IEEE 105(12), 2017, s. V-B; Du et al.
 * (ShiDianNao), ISCA 2015.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "dataflows/dot.h"
#include "dataflows/l1_model.h"
#include "dataflows/l1_shape.h"

enum { OS_X = GEMM_TILES, OS_T, OS_P };

static const struct mapping_param os_params[] = {
    GEMM_TILE_PARAMS,
    {"x", 1, 65535, "outputs", "outputs (pixels) in parallel"},
    {"t", 1, 65535, "groups", "groups of PEs on different filters"},
    {"p", 1, 4096, "filters", "filters whose psums a PE holds"},
    {NULL, 0, 0, NULL, NULL},
};

static const struct dot os_dot = {&os_dataflow, true};

static int fold_filters(const struct program *p)
{
    return p->mapping.value[OS_T] * p->mapping.value[OS_P];
}

static int tile_outputs(const struct program *p, const struct pass_place *place)
{
    return place->n * place->e * p->layer.Q;
}

static void os_inner_counts(const struct program *program,
                            const struct pass_place *place, int counts[2])
{
    counts[0] =
        ceil_div(tile_outputs(program, place), program->mapping.value[OS_X]);
    counts[1] = ceil_div(place->f, fold_filters(program));
}

static void os_describe(const struct program *program, struct pass *pass)
{
    struct pass_place *pl = &pass->place;
    const int p = program->mapping.value[OS_P];
    int outputs = tile_size(tile_outputs(program, pl),
                            program->mapping.value[OS_X], pl->inner[0]);
    int filters = tile_size(pl->f, fold_filters(program), pl->inner[1]);
    int products = pl->c * program->layer.R * program->layer.S;
    if (program->kind == NETWORK_SYSTOLIC) {
        struct systolic_pass *s = &pass->work.systolic;
        s->kind = SYSTOLIC_OS;
        s->rows_used = (uint16_t)outputs;
        s->cols_used = (uint16_t)filters;
        s->psum_in = !pl->first_reduction;
        s->depth = (uint32_t)products;
        return;
    }
    struct multicast_pass *d = &pass->work.multicast;
    d->sets = (uint16_t)ceil_div(filters, p);
    d->set_chains = (uint16_t)outputs;
    d->blocks = 1;
    d->block_rows = 1;
    d->filters = (uint16_t)min_int(p, filters);
    d->filters_tail = (uint16_t)tile_size(filters, p, d->sets - 1);
    d->channels = 1;
    d->channels_tail = 1;
    d->filter_cols = 1;
    d->slide_cols = 1;
    d->groups[0] = 1;
    d->windows[0] = (uint32_t)products;
    d->chain_step = 1;
    d->row_step = 1;
    d->held_streams = 1;
    d->emit_last = 1;
    d->psum_in = !pl->first_reduction;
    for (int t = 0; t < TENSOR_N; t++)
        d->banks[t] = (uint16_t)program->banks[t];
}

static int first_filter(const struct program *program, const struct pass *pass)
{
    return pass->place.inner[1] * fold_filters(program);
}

static int first_output(const struct program *program, const struct pass *pass)
{
    return pass->place.inner[0] * program->mapping.value[OS_X];
}

static void os_held_coord(const struct program *program,
                          const struct pass *pass, uint32_t round, int set,
                          int block, int row, int word, int coord[4])
{
    (void)block;
    (void)row;
    gemm_filter_word(program, &pass->place,
                     first_filter(program, pass) +
                         set * program->mapping.value[OS_P] + word,
                     (int)round, coord);
}

static void os_window_coord(const struct program *program,
                            const struct pass *pass, uint32_t round, int block,
                            int h, int word, int coord[4])
{
    (void)block;
    (void)word;
    gemm_ifmap_word(program, &pass->place, first_output(program, pass) + h,
                    (int)round, coord);
}

static void os_psum_coord(const struct program *program,
                          const struct pass *pass, uint32_t round, int set,
                          int chain, int word, int coord[4])
{
    (void)round;
    gemm_psum_word(program, &pass->place, first_output(program, pass) + chain,
                   first_filter(program, pass) +
                       set * program->mapping.value[OS_P] + word,
                   coord);
}

static void os_gemm_ifmap_coord(const struct program *program,
                                const struct pass *pass, uint32_t k, uint32_t x,
                                int coord[4])
{
    gemm_ifmap_word(program, &pass->place, first_output(program, pass) + (int)x,
                    (int)k, coord);
}

static void os_gemm_filter_coord(const struct program *program,
                                 const struct pass *pass, uint32_t k,
                                 uint32_t f, int coord[4])
{
    gemm_filter_word(program, &pass->place,
                     first_filter(program, pass) + (int)f, (int)k, coord);
}

static void os_gemm_psum_coord(const struct program *program,
                               const struct pass *pass, uint32_t x, uint32_t f,
                               int coord[4])
{
    gemm_psum_word(program, &pass->place, first_output(program, pass) + (int)x,
                   first_filter(program, pass) + (int)f, coord);
}

static const struct program_ops os_ops = {
    .inner_counts = os_inner_counts,
    .describe = os_describe,
    .held_coord = os_held_coord,
    .window_coord = os_window_coord,
    .psum_coord = os_psum_coord,
    .gemm_ifmap_coord = os_gemm_ifmap_coord,
    .gemm_filter_coord = os_gemm_filter_coord,
    .gemm_psum_coord = os_gemm_psum_coord,
};

static void os_compile(const struct arch *arch, const struct layer *layer,
                       const struct mapping *mapping, struct program *out)
{
    const int *v = mapping->value;
    if (dot_sums_by_tree(arch)) {
        dot_compile(&os_dot, arch, layer, mapping, out);
        return;
    }
    memset(out, 0, sizeof(*out));
    out->kind = arch->array_network;
    out->arch = *arch;
    out->layer = *layer;
    out->mapping = *mapping;
    gemm_tiling(mapping, &out->tiling);
    out->ops = &os_ops;
    const struct tiling *t = &out->tiling;
    int filters = min_int(min_int(t->f, t->m), layer->M / layer->G);
    int outputs = min_int(t->n, layer->N) * min_int(t->e, layer->P) * layer->Q;
    out->sets = ceil_div(min_int(filters, fold_filters(out)), v[OS_P]);
    out->set_chains = min_int(v[OS_X], outputs);
    out->rows = 1;
    program_finish(out);
}

static double os_cycles(const struct arch *a, const struct layer *l,
                        const struct mapping *m, const struct tiling *t)
{
    const int x = m->value[OS_X], p = m->value[OS_P], sets = m->value[OS_T];
    const struct network_arch *net = a->network;
    double k = (double)(l->C / l->G) * l->R * l->S; /* over all c tiles */
    double folds = l->G * (double)gemm_output_folds(l, t, x) *
                   (double)gemm_filter_folds(l, t, sets * p);
    double c_tiles = ceil_div(l->C / l->G, t->c);
    double fixed, per_product;
    if (a->array_network == NETWORK_SYSTOLIC) {
        fixed = (fold_drains_overlap(a) ? 1.0 : 2.0) * a->rows + a->cols - 2;
        per_product = 1;
    } else {
        double ifmap = (double)x / arch_l2_slots(a, NETWORK_IFMAP);
        double filter = (double)sets *
                        ceil_div(p, net[NETWORK_FILTER].words_per_slot) /
                        arch_l2_slots(a, NETWORK_FILTER);
        double most = p > ifmap ? p : ifmap;
        most = most > filter ? most : filter;
        fixed = 20 + (double)sets * x *
                         ceil_div(p, net[NETWORK_PSUM_OUT].words_per_slot) /
                         net[NETWORK_PSUM_OUT].slots_per_cycle;
        per_product = most;
    }
    return folds * (c_tiles * fixed + k * per_product);
}

/* Chooses x, t and p by the estimate with tiles of the whole layer. */
static bool choose_pe(const struct arch *a, const struct layer *l,
                      const int *fixed, struct mapping *m)
{
    const struct tiling whole = {l->M / l->G, l->N, l->P, l->C / l->G,
                                 l->M / l->G};
    const int pes = arch_pes(a);
    int64_t outputs64 = (int64_t)l->N * l->P * l->Q;
    int outputs = outputs64 > 65535 ? 65535 : (int)outputs64;
    int p_max = min_int(a->rf_words[TENSOR_PSUM], whole.f);
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

static bool os_choose(const struct arch *arch, const struct layer *layer,
                      const struct given_mapping *given, struct mapping *out,
                      struct diag *d)
{
    if (dot_sums_by_tree(arch))
        return dot_choose(&os_dot, arch, layer, given, out, d);
    const int Mg = layer->M / layer->G, Cg = layer->C / layer->G;
    const int any = 65535;
    const int extent[] = {Mg, layer->N, layer->P, Cg, Mg, any, any, Mg};
    int fixed[MAPPING_VALUES_MAX];
    struct src_pos at;
    struct mapping m = {{0}};
    if (!gemm_countable(&os_dataflow, layer, d) ||
        !l1_takes_slots(arch, layer, os_dataflow.name, d))
        return false;
    gemm_given(&os_dataflow, given, extent, fixed, &at);
    if (!choose_pe(arch, layer, fixed, &m)) {
        int x = fixed[OS_X] > 0 ? fixed[OS_X] : 1;
        int t = fixed[OS_T] > 0 ? fixed[OS_T] : 1;
        int p = fixed[OS_P] > 0 ? fixed[OS_P] : 1;
        if (p > arch->rf_words[TENSOR_PSUM])
            return gemm_rf_short(&os_dataflow, layer, "pe.rf.psum_words",
                                 p - arch->rf_words[TENSOR_PSUM], at, d);
        return diag_fail(d, EXIT_NO_MAPPING, at,
                         "layer '%s' has no legal 'os' mapping: x=%d outputs "
                         "by t=%d groups (p=%d) do not fit on %d x %d PEs; "
                         "choose smaller ones%s",
                         layer->name, x, t, p, arch->rows, arch->cols,
                         arch->array_network == NETWORK_SYSTOLIC
                             ? " (systolic: x up to rows, t up to columns, "
                               "p = 1)"
                             : "");
    }
    const struct gemm_cost cost = {
        .fold_filters = m.value[OS_T] * m.value[OS_P],
        .fold_outputs = m.value[OS_X],
        .fold_products = 1,
        .c_max = arch->array_network == NETWORK_SYSTOLIC
                     ? 65535
                     : OS_PRODUCTS_MAX / (layer->R * layer->S),
        .cycles = os_cycles,
        .mapping = &m,
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

static void os_expect_l1(const struct arch *arch, const struct layer *l,
                         const int *v, struct counts *out)
{
    const uint64_t products =
        (uint64_t)(l->C / l->G) * (uint64_t)l->R * (uint64_t)l->S;
    const struct tile_sizes M = tile_sizes_of(l->M / l->G, v[GEMM_M]);
    const struct tile_sizes N = tile_sizes_of(l->N, v[GEMM_N]);
    const struct tile_sizes P = tile_sizes_of(l->P, v[GEMM_E]);
    for (int k = 0; k < 64; k++) {
        int i = k >> 5, a = k >> 4 & 1, b = k >> 3 & 1, c = k >> 2 & 1;
        if (M.times[i] == 0 || N.times[b] == 0 || P.times[c] == 0)
            continue;
        const struct tile_sizes F = tile_sizes_of(M.size[i], v[GEMM_F]);
        if (F.times[a] == 0)
            continue;
        const struct tile_sizes folds =
            tile_sizes_of(F.size[a], v[OS_T] * v[OS_P]);
        const struct tile_sizes X =
            tile_sizes_of(N.size[b] * P.size[c] * l->Q, v[OS_X]);
        uint64_t times = (uint64_t)l->G * M.times[i] * F.times[a] * N.times[b] *
                         P.times[c] * folds.times[k >> 1 & 1] * X.times[k & 1];
        if (times == 0)
            continue;
        int f = folds.size[k >> 1 & 1];
        struct l1_passes p = {
            .times = times,
            .used = {ceil_div(f, v[OS_P]), X.size[k & 1], 1, 1},
            .filters = min_int(f, v[OS_P]),
            .channels = 1,
            .channels_tail = 1,
            .chain_step = 1,
            .row_step = 1,
            .held_words = products, /* over all channel tiles */
            .window_words = products,
        };
        p.filters_tail = f - (p.used.sets - 1) * v[OS_P];
        l1_expect_add(arch, &p, out);
    }
}

static void os_expect(const struct arch *arch, const struct layer *l,
                      const struct mapping *mapping, struct counts *out)
{
    if (dot_sums_by_tree(arch)) {
        dot_expect(&os_dot, arch, l, mapping, out);
        return;
    }
    const int *v = mapping->value;
    const bool systolic = arch->array_network == NETWORK_SYSTOLIC;
    const int Mg = l->M / l->G, Cg = l->C / l->G;
    const uint64_t taps = (uint64_t)(l->R * l->S);
    const int F = v[OS_T] * v[OS_P];
    const uint64_t G = (uint64_t)l->G, macs = layer_macs(l);
    const uint64_t pixels = (uint64_t)l->N * (uint64_t)l->P * (uint64_t)l->Q;
    const uint64_t outputs = gemm_outputs(l);
    struct tiling t;
    gemm_tiling(mapping, &t);

    uint64_t f_folds = 0, groups = 0;
    for (int m0 = 0; m0 < Mg; m0 += t.m) {
        int m = min_int(t.m, Mg - m0);
        f_folds += gemm_sum_ceil(m, t.f, F);
        for (int f0 = 0; f0 < m; f0 += t.f)
            groups += gemm_sum_ceil(min_int(t.f, m - f0), F, v[OS_P]);
    }
    /* Blocks of outputs, and (systolic) links down which psums leave. */
    uint64_t x_folds = 0, exit_links = 0;
    for (int n0 = 0; n0 < l->N; n0 += t.n)
        for (int p0 = 0; p0 < l->P; p0 += t.e) {
            int x = min_int(t.n, l->N - n0) * min_int(t.e, l->P - p0) * l->Q;
            x_folds += (uint64_t)ceil_div(x, v[OS_X]);
            for (int x0 = 0; x0 < x; x0 += v[OS_X]) {
                uint64_t n = (uint64_t)min_int(v[OS_X], x - x0);
                uint64_t last =
                    arch->tight_folds ? n - 1 : (uint64_t)arch->rows - 1;
                exit_links += n * last - n * (n - 1) / 2;
            }
        }
    const uint64_t c_tiles = (uint64_t)ceil_div(Cg, t.c);
    const uint64_t filter = x_folds * (uint64_t)l->M * (uint64_t)Cg * taps;
    const uint64_t ifmap = G * f_folds * pixels * (uint64_t)Cg * taps;
    const uint64_t ifmap_in = G * groups * pixels * (uint64_t)Cg * taps;
    const uint64_t psum_out = outputs * c_tiles;
    const uint64_t psum_in = psum_out - outputs;

    *out = (struct counts){0};
    tiling_expect(arch, l, &t, out);
    out->macs = macs;
    struct accesses *rf = out->access[LEVEL_RF];
    rf[TENSOR_IFMAP].reads = macs;
    rf[TENSOR_IFMAP].writes = ifmap_in;
    rf[TENSOR_FILTER].reads = macs;
    rf[TENSOR_FILTER].writes = macs;
    rf[TENSOR_PSUM].reads =
        macs - psum_out +
        (systolic || arch->psum_add == PSUM_ADD_OWN_CYCLE ? psum_out : 0);
    rf[TENSOR_PSUM].writes = macs;
    struct accesses *l2 = out->access[LEVEL_L2];
    l2[TENSOR_IFMAP].reads += ifmap;
    l2[TENSOR_FILTER].reads += filter;
    l2[TENSOR_PSUM].reads += psum_in;
    l2[TENSOR_PSUM].writes += psum_out;
    struct link_words *link = out->link;
    uint64_t links = systolic ? exit_links * (uint64_t)l->M * c_tiles : 0;
    link[LINK_filter] = (struct link_words){filter, macs, macs};
    link[LINK_ifmap] = (struct link_words){ifmap, ifmap_in, ifmap_in};
    link[LINK_psum_in] = (struct link_words){psum_in, psum_in, psum_in};
    link[LINK_psum_out] = (struct link_words){psum_out, psum_out, psum_out};
    link[LINK_psum_link] = (struct link_words){links, links, links};
    if (!arch->has_l1)
        return;
    l1_expect_start(arch, out);
    os_expect_l1(arch, l, v, out);
}

/* The PE of the first output and group works in every pass, with the most
 * filters. */
static uint64_t os_busiest_pe_cycles(const struct arch *arch,
                                     const struct layer *l,
                                     const struct mapping *mapping)
{
    if (dot_sums_by_tree(arch))
        return dot_busiest_pe_cycles(&os_dot, arch, l, mapping);
    const int *v = mapping->value;
    const int Mg = l->M / l->G, Cg = l->C / l->G;
    const bool adds = arch->array_network == NETWORK_MULTICAST &&
                      arch->psum_add == PSUM_ADD_OWN_CYCLE;
    uint64_t filters =
        gemm_sum_min3(Mg, v[GEMM_M], v[GEMM_F], v[OS_T] * v[OS_P], v[OS_P]) *
        (uint64_t)l->G;
    uint64_t blocks = 0;
    for (int n0 = 0; n0 < l->N; n0 += v[GEMM_N])
        for (int p0 = 0; p0 < l->P; p0 += v[GEMM_E])
            blocks +=
                (uint64_t)ceil_div(min_int(v[GEMM_N], l->N - n0) *
                                       min_int(v[GEMM_E], l->P - p0) * l->Q,
                                   v[OS_X]);
    uint64_t products = (uint64_t)Cg * (uint64_t)(l->R * l->S);
    uint64_t sums = adds ? (uint64_t)ceil_div(Cg, v[GEMM_C]) : 0;
    return count_mul(count_mul(filters, blocks), products + sums);
}

static void os_sum_folds(const struct arch *arch, const struct layer *l,
                         const struct mapping *mapping, struct fold_sums *out)
{
    const int *v = mapping->value;
    const uint64_t G = (uint64_t)l->G, Mg = (uint64_t)(l->M / l->G);
    const uint64_t products = (uint64_t)(l->C / l->G) * (uint64_t)(l->R * l->S);
    const uint64_t pixels = (uint64_t)l->N * (uint64_t)l->P * (uint64_t)l->Q;
    struct tiling t;
    gemm_tiling(mapping, &t);
    const uint64_t x = gemm_output_folds(l, &t, v[OS_X]);
    const uint64_t f = gemm_filter_folds(l, &t, v[OS_T] * v[OS_P]);
    const uint64_t c_tiles = (uint64_t)ceil_div(l->C / l->G, t.c);
    out->drains_overlap = fold_drains_overlap(arch);
    out->folds = count_mul(G * c_tiles, x * f);
    out->rows = count_mul(G * c_tiles * f, pixels);
    out->cols = count_mul(G * c_tiles * x, Mg);
    out->depth = count_mul(G * products, x * f);
}

static void os_show(const struct arch *arch, const struct layer *layer,
                    const struct mapping *mapping, FILE *to)
{
    if (dot_sums_by_tree(arch)) {
        dot_show(&os_dot, arch, layer, mapping, to);
        return;
    }
    const int *v = mapping->value;
    int outputs = v[GEMM_N] * v[GEMM_E] * layer->Q;
    gemm_show_tiles(&os_dataflow, layer, mapping, to);
    fprintf(to,
            "      for x1 in 0..%d, f1 in 0..%d              a pass each\n"
            "       parallel-for x in 0..%d, t in 0..%d      PE: output x, "
            "filters of group t\n"
            "        for c in 0..%d, r in 0..%d, s in 0..%d  product\n"
            "         for p0 in 0..%d                        MAC\n"
            "\nPE array: %d of %d x %d PEs have work\n",
            ceil_div(outputs, v[OS_X]), ceil_div(v[GEMM_F], v[OS_T] * v[OS_P]),
            min_int(v[OS_X], outputs), v[OS_T], v[GEMM_C], layer->R, layer->S,
            v[OS_P],
            min_int(v[OS_X], outputs) *
                min_int(v[OS_T], ceil_div(v[GEMM_F], v[OS_P])),
            arch->rows, arch->cols);
}

const struct dataflow os_dataflow = {
    .name = "os",
    .doc = "output stationary: psums stay, ifmaps and filters stream",
    .source = "Sze et al., Proc. IEEE 105(12), 2017; Du et al., ISCA 2015",
    .params = os_params,
    .on_systolic = true,
    .choose = os_choose,
    .compile = os_compile,
    .expect = os_expect,
    .show = os_show,
    .busiest_pe_cycles = os_busiest_pe_cycles,
    .sum_folds = os_sum_folds,
};
