/* ws.c - weight stationary: filter words stay in the PEs, pixels stream past.
 *
 * Products (channel, filter row, filter column) of an output run down the
 * rows of the array, `q` a PE; filters run across the columns, `p` a PE.  The
 * psums of an output add up along a column.  On a systolic array p = q = 1.
 *
 * Source: Sze, Chen, Yang, Emer, Proc. IEEE 105(12), 2017, s. V-B; systolic:
 * Jouppi et al., ISCA 2017.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "dataflows/gemm.h"

enum { WS_P = GEMM_TILES, WS_Q };

static const struct mapping_param ws_params[] = {
    GEMM_TILE_PARAMS,
    {"p", 1, 4096, "filters", "filters that a PE holds"},
    {"q", 1, 4096, "products", "products of each filter that a PE holds"},
    {NULL, 0, 0, NULL, NULL},
};

static int fold_filters(const struct program *p)
{
    return p->arch.cols * p->mapping.value[WS_P];
}

static int fold_products(const struct program *p)
{
    return p->arch.rows * p->mapping.value[WS_Q];
}

static int tile_products(const struct program *p,
                         const struct pass_place *place)
{
    return place->c * p->layer.R * p->layer.S;
}

static void ws_inner_counts(const struct program *program,
                            const struct pass_place *place, int counts[2])
{
    counts[0] = ceil_div(place->f, fold_filters(program));
    counts[1] = ceil_div(tile_products(program, place), fold_products(program));
}

static void ws_describe(const struct program *program, struct pass *pass)
{
    struct pass_place *pl = &pass->place;
    const int p = program->mapping.value[WS_P];
    const int q = program->mapping.value[WS_Q];
    int filters = tile_size(pl->f, fold_filters(program), pl->inner[0]);
    int products = tile_size(tile_products(program, pl), fold_products(program),
                             pl->inner[1]);
    pl->first_reduction = pl->first_reduction && pl->inner[1] == 0;
    if (program->kind == NETWORK_SYSTOLIC) {
        struct systolic_pass *s = &pass->work.systolic;
        s->kind = SYSTOLIC_WS;
        s->rows_used = (uint16_t)products;
        s->cols_used = (uint16_t)filters;
        s->psum_in = !pl->first_reduction;
        s->depth = (uint32_t)(pl->n * pl->e) * (uint32_t)program->layer.Q;
        return;
    }
    struct multicast_pass *d = &pass->work.multicast;
    d->sets = (uint16_t)ceil_div(filters, p);
    d->set_chains = 1;
    d->blocks = (uint16_t)ceil_div(products, q);
    d->block_rows = 1;
    d->filters = (uint16_t)min_int(p, filters);
    d->filters_tail = (uint16_t)tile_size(filters, p, d->sets - 1);
    d->channels = (uint16_t)min_int(q, products);
    d->channels_tail = (uint16_t)tile_size(products, q, d->blocks - 1);
    d->filter_cols = 1;
    d->slide_cols = 1;
    d->groups[0] = (uint32_t)(pl->n * pl->e);
    d->windows[0] = (uint32_t)program->layer.Q;
    d->chain_step = 1;
    d->row_step = 1;
    d->psum_in = !pl->first_reduction;
    for (int t = 0; t < TENSOR_N; t++)
        d->banks[t] = (uint16_t)program->banks[t];
}

static int first_filter(const struct program *program, const struct pass *pass)
{
    return pass->place.inner[0] * fold_filters(program);
}

static int first_product(const struct program *program, const struct pass *pass)
{
    return pass->place.inner[1] * fold_products(program);
}

static void ws_held_coord(const struct program *program,
                          const struct pass *pass, uint32_t round, int set,
                          int block, int row, int word, int coord[4])
{
    const struct multicast_pass *d = &pass->work.multicast;
    const int *v = program->mapping.value;
    int filters = set == d->sets - 1 ? d->filters_tail : d->filters;
    (void)round;
    (void)row;
    gemm_filter_word(
        program, &pass->place,
        first_filter(program, pass) + set * v[WS_P] + word % filters,
        first_product(program, pass) + block * v[WS_Q] + word / filters, coord);
}

static void ws_window_coord(const struct program *program,
                            const struct pass *pass, uint32_t round, int block,
                            int h, int word, int coord[4])
{
    (void)h;
    gemm_ifmap_word(program, &pass->place, (int)round,
                    first_product(program, pass) +
                        block * program->mapping.value[WS_Q] + word,
                    coord);
}

static void ws_psum_coord(const struct program *program,
                          const struct pass *pass, uint32_t round, int set,
                          int chain, int word, int coord[4])
{
    (void)chain;
    gemm_psum_word(program, &pass->place, (int)round,
                   first_filter(program, pass) +
                       set * program->mapping.value[WS_P] + word,
                   coord);
}

static void ws_gemm_ifmap_coord(const struct program *program,
                                const struct pass *pass, uint32_t k, uint32_t x,
                                int coord[4])
{
    gemm_ifmap_word(program, &pass->place, (int)x,
                    first_product(program, pass) + (int)k, coord);
}

static void ws_gemm_filter_coord(const struct program *program,
                                 const struct pass *pass, uint32_t k,
                                 uint32_t f, int coord[4])
{
    gemm_filter_word(program, &pass->place,
                     first_filter(program, pass) + (int)f,
                     first_product(program, pass) + (int)k, coord);
}

static void ws_gemm_psum_coord(const struct program *program,
                               const struct pass *pass, uint32_t x, uint32_t f,
                               int coord[4])
{
    gemm_psum_word(program, &pass->place, (int)x,
                   first_filter(program, pass) + (int)f, coord);
}

static const struct program_ops ws_ops = {
    .inner_counts = ws_inner_counts,
    .describe = ws_describe,
    .held_coord = ws_held_coord,
    .window_coord = ws_window_coord,
    .psum_coord = ws_psum_coord,
    .gemm_ifmap_coord = ws_gemm_ifmap_coord,
    .gemm_filter_coord = ws_gemm_filter_coord,
    .gemm_psum_coord = ws_gemm_psum_coord,
};

static void ws_compile(const struct arch *arch, const struct layer *layer,
                       const struct mapping *mapping, struct program *out)
{
    memset(out, 0, sizeof(*out));
    out->kind = arch->array_network;
    out->arch = *arch;
    out->layer = *layer;
    out->mapping = *mapping;
    gemm_tiling(mapping, &out->tiling);
    out->ops = &ws_ops;
    const struct tiling *t = &out->tiling;
    int filters = min_int(min_int(t->f, t->m), layer->M / layer->G);
    int products = min_int(t->c, layer->C / layer->G) * layer->R * layer->S;
    out->sets =
        ceil_div(min_int(filters, fold_filters(out)), mapping->value[WS_P]);
    out->set_chains = 1;
    out->rows =
        ceil_div(min_int(products, fold_products(out)), mapping->value[WS_Q]);
    program_finish(out);
}

static double ws_cycles(const struct arch *a, const struct layer *l,
                        const struct mapping *m, const struct tiling *t)
{
    const int p = m->value[WS_P], q = m->value[WS_Q];
    const struct network_arch *net = a->network;
    double pixels = (double)t->n * t->e * l->Q;
    double strips = (double)ceil_div(l->N, t->n) * ceil_div(l->P, t->e);
    double f_folds = (double)ceil_div(l->M / l->G, t->m) *
                     ceil_div(t->m, t->f) * ceil_div(t->f, a->cols * p);
    double k = (double)t->c * l->R * l->S;
    double k_folds = (double)ceil_div(l->C / l->G, t->c) *
                     ceil_div(t->c * l->R * l->S, a->rows * q);
    double cycles;
    if (a->array_network == NETWORK_SYSTOLIC) {
        cycles = 2.0 * a->rows + a->cols + pixels - 2;
    } else {
        double slots = net[NETWORK_IFMAP].slots_per_cycle;
        double rows = min_int((int)k, a->rows * q);
        double cols = min_int(ceil_div(t->f, p), a->cols);
        double window =
            (double)p * q + (a->psum_add == PSUM_ADD_OWN_CYCLE ? p : 0);
        double ifmap =
            rows / q * ceil_div(q, net[NETWORK_IFMAP].words_per_slot) / slots;
        double psum = cols * ceil_div(p, net[NETWORK_PSUM_OUT].words_per_slot) /
                      net[NETWORK_PSUM_OUT].slots_per_cycle;
        double most = window > ifmap ? window : ifmap;
        most = most > psum ? most : psum;
        double load = rows * cols *
                      ceil_div(p * q, net[NETWORK_FILTER].words_per_slot) / q /
                      net[NETWORK_FILTER].slots_per_cycle;
        cycles = pixels * most + load + a->rows + 10;
    }
    return l->G * strips * f_folds * k_folds * cycles;
}

/* Chooses p and q by the estimate with tiles of the whole layer. */
static bool choose_pe(const struct arch *a, const struct layer *l,
                      const int *fixed, struct mapping *m)
{
    const struct tiling whole = {l->M / l->G, l->N, l->P, l->C / l->G,
                                 l->M / l->G};
    const int *rf = a->rf_words;
    int p_max = min_int(rf[TENSOR_PSUM], whole.f);
    int q_max = min_int(rf[TENSOR_IFMAP], whole.c * l->R * l->S);
    double best = -1;
    struct mapping try = *m;
    if (a->array_network == NETWORK_SYSTOLIC)
        p_max = q_max = 1;
    for (int p = fixed[WS_P] > 0 ? fixed[WS_P] : 1; p <= p_max; p++) {
        for (int q = fixed[WS_Q] > 0 ? fixed[WS_Q] : 1; q <= q_max; q++) {
            if (p * q <= rf[TENSOR_FILTER]) {
                try.value[WS_P] = p;
                try.value[WS_Q] = q;
                double cycles = ws_cycles(a, l, &try, &whole);
                if (best < 0 || cycles < best) {
                    best = cycles;
                    *m = try;
                }
            }
            if (fixed[WS_Q] > 0)
                break;
        }
        if (fixed[WS_P] > 0)
            break;
    }
    return best >= 0;
}

static bool ws_choose(const struct arch *arch, const struct layer *layer,
                      const struct given_mapping *given, struct mapping *out,
                      struct diag *d)
{
    const int Mg = layer->M / layer->G, Cg = layer->C / layer->G;
    const int extent[] = {
        Mg, layer->N, layer->P, Cg, Mg, Mg, Cg * layer->R * layer->S};
    int fixed[MAPPING_VALUES_MAX];
    struct src_pos at;
    struct mapping m = {{0}};
    gemm_given(&ws_dataflow, given, extent, fixed, &at);
    if (!choose_pe(arch, layer, fixed, &m)) {
        int p = fixed[WS_P] > 0 ? fixed[WS_P] : 1;
        int q = fixed[WS_Q] > 0 ? fixed[WS_Q] : 1;
        const int *rf = arch->rf_words;
        if (arch->array_network == NETWORK_SYSTOLIC && p * q > 1)
            return gemm_rf_short(&ws_dataflow, layer,
                                 "array.network (systolic: p = q = 1)",
                                 p * q - 1, at, d);
        if (p > rf[TENSOR_PSUM])
            return gemm_rf_short(&ws_dataflow, layer, "pe.rf.psum_words",
                                 p - rf[TENSOR_PSUM], at, d);
        if (q > rf[TENSOR_IFMAP])
            return gemm_rf_short(&ws_dataflow, layer, "pe.rf.ifmap_words",
                                 q - rf[TENSOR_IFMAP], at, d);
        return gemm_rf_short(&ws_dataflow, layer, "pe.rf.filter_words",
                             p * q - rf[TENSOR_FILTER], at, d);
    }
    const struct gemm_cost cost = {arch->cols * m.value[WS_P], 65535, ws_cycles,
                                   &m};
    if (!gemm_choose_tiles(&ws_dataflow, arch, layer, &cost, fixed, at, &m, d))
        return false;
    *out = m;
    return true;
}

static void ws_expect(const struct arch *arch, const struct layer *l,
                      const struct mapping *mapping, struct counts *out)
{
    const int *v = mapping->value;
    const bool systolic = arch->array_network == NETWORK_SYSTOLIC;
    const int Mg = l->M / l->G, Cg = l->C / l->G, taps = l->R * l->S;
    const int F = arch->cols * v[WS_P], K = arch->rows * v[WS_Q];
    const uint64_t G = (uint64_t)l->G, macs = layer_macs(l);
    const uint64_t pixels = (uint64_t)l->N * (uint64_t)l->P * (uint64_t)l->Q;
    const uint64_t strips = (uint64_t)ceil_div(l->N, v[GEMM_N]) *
                            (uint64_t)ceil_div(l->P, v[GEMM_E]);
    struct tiling t;
    gemm_tiling(mapping, &t);

    /* Folds over filters and over products; columns and rows of PEs in them,
     * all summed over the layer's tiles. */
    uint64_t f_folds = 0, columns = 0;
    for (int m0 = 0; m0 < Mg; m0 += t.m) {
        int m = min_int(t.m, Mg - m0);
        f_folds += gemm_sum_ceil(m, t.f, F);
        for (int f0 = 0; f0 < m; f0 += t.f)
            columns += gemm_sum_ceil(min_int(t.f, m - f0), F, v[WS_P]);
    }
    uint64_t k_folds = 0, rows = 0;
    for (int c0 = 0; c0 < Cg; c0 += t.c) {
        int k = min_int(t.c, Cg - c0) * taps;
        k_folds += (uint64_t)ceil_div(k, K);
        rows += gemm_sum_ceil(k, K, v[WS_Q]);
    }
    const uint64_t outputs = gemm_outputs(l);
    const uint64_t filter = (uint64_t)l->M * (uint64_t)(Cg * taps) * strips;
    const uint64_t ifmap = G * f_folds * pixels * (uint64_t)(Cg * taps);
    const uint64_t ifmap_in = G * columns * pixels * (uint64_t)(Cg * taps);
    const uint64_t psum_out = outputs * k_folds, psum_in = psum_out - outputs;

    *out = (struct counts){0};
    tiling_expect(arch, l, &t, out);
    out->macs = macs;
    struct accesses *rf = out->access[LEVEL_RF];
    rf[TENSOR_IFMAP].reads = macs;
    rf[TENSOR_IFMAP].writes = ifmap_in;
    rf[TENSOR_FILTER].reads = macs;
    rf[TENSOR_FILTER].writes = filter;
    rf[TENSOR_PSUM].writes = macs;
    struct accesses *l2 = out->access[LEVEL_L2];
    l2[TENSOR_IFMAP].reads += ifmap;
    l2[TENSOR_FILTER].reads += filter;
    l2[TENSOR_PSUM].reads += psum_in;
    l2[TENSOR_PSUM].writes += psum_out;
    struct link_words *link = out->link;
    link[LINK_filter] = (struct link_words){filter, filter, filter};
    link[LINK_ifmap] = (struct link_words){ifmap, ifmap_in, ifmap_in};
    link[LINK_psum_in] = (struct link_words){psum_in, psum_in, psum_in};
    link[LINK_psum_out] = (struct link_words){psum_out, psum_out, psum_out};
    uint64_t links;
    if (systolic) {
        /* Psums of an output cross all rows (of tight folds: those in use); the
         * first row of its first fold reads none.  A filter word for row i
         * crosses i + 1 links. */
        uint64_t hops = 0;
        for (int c0 = 0; c0 < Cg; c0 += t.c) {
            int k = min_int(t.c, Cg - c0) * taps;
            for (int k0 = 0; k0 < k; k0 += K) {
                uint64_t n = (uint64_t)min_int(K, k - k0);
                hops += n * (n + 1) / 2;
            }
        }
        link[LINK_filter].hops = (uint64_t)l->M * strips * hops;
        rf[TENSOR_PSUM].reads = macs - outputs;
        links = arch->tight_folds ? outputs * rows - psum_out
                                  : psum_out * (uint64_t)(arch->rows - 1);
    } else {
        /* One psum leaves each PE of a column per output. */
        uint64_t emissions = outputs * rows;
        rf[TENSOR_PSUM].reads =
            macs - emissions +
            (arch->psum_add == PSUM_ADD_OWN_CYCLE ? emissions : 0);
        links = emissions - psum_out;
    }
    link[LINK_psum_link] = (struct link_words){links, links, links};
}

static void ws_show(const struct arch *arch, const struct layer *layer,
                    const struct mapping *mapping, FILE *to)
{
    const int p = mapping->value[WS_P], q = mapping->value[WS_Q];
    int products = mapping->value[GEMM_C] * layer->R * layer->S;
    int filters = mapping->value[GEMM_F];
    int rows = min_int(arch->rows, ceil_div(products, q));
    int cols = min_int(arch->cols, ceil_div(filters, p));
    gemm_show_tiles(&ws_dataflow, layer, mapping, to);
    fprintf(to,
            "      for f1 in 0..%d, k1 in 0..%d              a pass each\n"
            "       parallel-for k in 0..%d (rows), f in 0..%d (columns)\n"
            "        for x in 0..%d                          output\n"
            "         for q0 in 0..%d, p0 in 0..%d           MAC\n"
            "\nPE array: row i holds products %d*i.. , column j filters "
            "%d*j.. ; %d x %d of %d x %d PEs have work\n",
            ceil_div(filters, arch->cols * p),
            ceil_div(products, arch->rows * q), rows, cols,
            mapping->value[GEMM_N] * mapping->value[GEMM_E] * layer->Q, q, p, q,
            p, rows, cols, arch->rows, arch->cols);
}

const struct dataflow ws_dataflow = {
    .name = "ws",
    .doc = "weight stationary: filters stay, outputs stream, psums add up "
           "along a column",
    .source = "Sze et al., Proc. IEEE 105(12), 2017; Jouppi et al., ISCA 2017",
    .params = ws_params,
    .choose = ws_choose,
    .compile = ws_compile,
    .expect = ws_expect,
    .show = ws_show,
};
