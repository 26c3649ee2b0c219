/* stationary_model.c - the closed form of ws and is.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/gemm/stationary.h"
#include "dataflows/l1_kept_model.h"

/* Sums over the tiles of what runs across the array: its folds, and the columns
 * of PEs in them. `along` is the number of tiles of what streams. */
struct cuts {
    uint64_t across_folds, columns, along_tiles;
};

static struct cuts filters_across(const struct layer *l, const struct tiling *t,
                                  int fold, int p)
{
    const int Mg = l->M / l->G;
    const struct cuts c = {
        sum_ceil2(Mg, t->m, t->f, fold), sum_ceil3(Mg, t->m, t->f, fold, p),
        (uint64_t)ceil_div(l->N, t->n) * (uint64_t)ceil_div(l->P, t->e)};
    return c;
}

static struct cuts outputs_across(const struct layer *l, const struct tiling *t,
                                  int fold, int p)
{
    const int Mg = l->M / l->G;
    const struct gemm_output_tiles tiles = gemm_output_tiles_of(l, t);
    struct cuts c = {gemm_output_folds(l, t, fold), 0,
                     sum_ceil(Mg, t->m, min_int(t->f, t->m))};
    for (int k = 0; k < 4; k++)
        c.columns += tiles.times[k] * sum_ceil(tiles.outputs[k], fold, p);
    return c;
}

/* Shapes a pass that takes so many words across the array and products. */
static void shape_pass(const int *v, int across, int products,
                       struct l1_passes *p)
{
    const int q = v[STATIONARY_Q], sets = ceil_div(across, v[STATIONARY_P]);
    p->used.sets = p->groups * sets;
    p->used.set_chains = p->used.block_rows = 1;
    p->filters = min_int(across, v[STATIONARY_P]);
    p->filters_tail = across - (sets - 1) * v[STATIONARY_P];
    p->chain_step = p->row_step = 1;
    p->used.blocks = ceil_div(products, q);
    p->channels = min_int(products, q);
    p->channels_tail = products - (p->used.blocks - 1) * q;
}

static int fold_columns(const struct arch *arch, const int *v)
{
    const int groups = v[STATIONARY_G] > 1 ? v[STATIONARY_G] : 1;
    return arch->cols / groups * v[STATIONARY_P];
}

/* What L1s keep: a step across the array brings other words of what stays, and
 * the same ones of what streams. */
static void kept_inner(const struct l1_dataflow *d, const int *size,
                       struct tile_sizes inner[2])
{
    const int *v = d->mapping->value;
    const int outputs = size[L1_LOOP_N] * size[L1_LOOP_E] * d->layer->Q;
    const uint64_t turns = (uint64_t)gemm_tap_turns(d->arch, d->layer);
    inner[0] = tile_sizes_of(d->holds_ifmap ? outputs : size[L1_LOOP_F],
                             fold_columns(d->arch, v));
    inner[1] = tile_sizes_of(size[L1_LOOP_C] * gemm_row_taps(d->arch, d->layer),
                             d->arch->rows * v[STATIONARY_Q]);
    for (int k = 0; k < 2; k++)
        inner[1].times[k] *= turns;
}

static void kept_pass(const struct l1_dataflow *d, const int *size,
                      struct l1_passes *p)
{
    const int outputs = size[L1_LOOP_N] * size[L1_LOOP_E] * d->layer->Q;
    p->groups = size[L1_LOOP_G];
    shape_pass(d->mapping->value, size[L1_LOOP_INNER0], size[L1_LOOP_INNER1],
               p);
    p->held_words = 1;
    p->window_words = (uint64_t)(d->holds_ifmap ? size[L1_LOOP_F] : outputs);
}

/* Adds the L1 traffic of one fold across the array, over all tiles of the
 * operand that streams. */
static void add_fold_l1(const struct arch *arch, const struct layer *l,
                        const int *v, struct l1_passes p, int across,
                        struct counts *out)
{
    const int q = v[STATIONARY_Q], taps = gemm_row_taps(arch, l);
    const uint64_t times = p.times * (uint64_t)gemm_tap_turns(arch, l);
    const struct tile_sizes C = tile_sizes_of(l->C / l->G, v[GEMM_C]);
    for (int k = 0; k < 4; k++) {
        if (C.times[k >> 1] == 0)
            continue;
        const struct tile_sizes K =
            tile_sizes_of(C.size[k >> 1] * taps, arch->rows * q);
        int products = K.size[k & 1];
        p.times = times * C.times[k >> 1] * K.times[k & 1];
        if (p.times == 0)
            continue;
        shape_pass(v, across, products, &p);
        l1_expect_add(arch, &p, out);
    }
}

static void add_folds_l1(const struct arch *arch, const struct layer *l,
                         const int *v, const struct l1_passes *p, int across,
                         uint64_t times, struct counts *out)
{
    const struct tile_sizes folds =
        tile_sizes_of(across, fold_columns(arch, v));
    for (int k = 0; k < 2; k++) {
        struct l1_passes one = *p;
        one.times = times * folds.times[k];
        if (one.times > 0)
            add_fold_l1(arch, l, v, one, folds.size[k], out);
    }
}

/* p: of passes that take p->groups groups at a time, so many times. */
static void expect_groups_l1(const struct arch *arch, const struct layer *l,
                             const int *v, const struct l1_passes *p,
                             uint64_t turns, struct counts *out)
{
    const bool is = p->holds_ifmap;
    const struct tile_sizes M = tile_sizes_of(l->M / l->G, v[GEMM_M]);
    const struct tile_sizes N = tile_sizes_of(l->N, v[GEMM_N]);
    const struct tile_sizes E = tile_sizes_of(l->P, v[GEMM_E]);
    for (int k = 0; k < 4; k++) {
        int i = k >> 1, j = k & 1;
        if (is && N.times[i] * E.times[j] > 0)
            add_folds_l1(arch, l, v, p, N.size[i] * E.size[j] * l->Q,
                         turns * N.times[i] * E.times[j], out);
        if (is || M.times[i] == 0)
            continue;
        const struct tile_sizes F = tile_sizes_of(M.size[i], v[GEMM_F]);
        if (F.times[j] > 0)
            add_folds_l1(arch, l, v, p, F.size[j],
                         turns * M.times[i] * F.times[j], out);
    }
}

/* along: words that stream past in all; tiles: of them. */
static void expect_l1(const struct arch *arch, const struct layer *l,
                      const struct mapping *mapping, bool is, uint64_t along,
                      uint64_t tiles, struct counts *out)
{
    const struct tile_sizes G = tile_sizes_of(l->G, stationary_groups(mapping));
    for (int k = 0; k < 2; k++) {
        const struct l1_passes p = {.groups = G.size[k],
                                    .holds_ifmap = is,
                                    .held_words = tiles,
                                    .window_words = along};
        if (G.times[k] > 0)
            expect_groups_l1(arch, l, mapping->value, &p, G.times[k], out);
    }
}

void stationary_expect(const struct stationary *s, const struct arch *arch,
                       const struct layer *l, const struct mapping *mapping,
                       struct counts *out)
{
    const int *v = mapping->value;
    const bool is = s->stays == TENSOR_IFMAP;
    const int Mg = l->M / l->G, Cg = l->C / l->G, taps = l->R * l->S;
    const int F = stationary_cols(arch, mapping) * v[STATIONARY_P];
    const int K = arch->rows * v[STATIONARY_Q];
    const uint64_t G = (uint64_t)l->G, macs = layer_macs(l);
    const uint64_t pixels = (uint64_t)l->N * (uint64_t)l->P * (uint64_t)l->Q;
    const uint64_t across = is ? pixels : (uint64_t)Mg;
    const uint64_t along = is ? (uint64_t)Mg : pixels;
    struct tiling t;
    stationary_tiling(mapping, &t);
    const struct cuts cut =
        (is ? outputs_across : filters_across)(l, &t, F, v[STATIONARY_P]);

    /* Folds over products, rows of PEs in them, links that the staying words
     * of one column cross (systolic; n rows deep, 1 + 2 + .. + n), and those
     * inside an output's tree. */
    uint64_t k_folds = 0, rows = 0, down = 0, in_trees = 0;
    const uint64_t turns = (uint64_t)gemm_tap_turns(arch, l);
    for (int c0 = 0; c0 < Cg; c0 += t.c) {
        int k = min_int(t.c, Cg - c0) * gemm_row_taps(arch, l);
        k_folds += turns * (uint64_t)ceil_div(k, K);
        rows += turns * sum_ceil(k, K, v[STATIONARY_Q]);
        for (int k0 = 0; k0 < k; k0 += K) {
            uint64_t n = (uint64_t)min_int(K, k - k0);
            down += turns * (n * (n + 1) / 2);
            in_trees +=
                turns * gemm_tree_links(arch->rows, ceil_div(min_int(K, k - k0),
                                                             v[STATIONARY_Q]));
        }
    }
    const uint64_t products = (uint64_t)(Cg * taps);
    const uint64_t outputs = gemm_outputs(l);
    const uint64_t held = G * across * products * cut.along_tiles;
    const uint64_t sent = G * cut.across_folds * along * products;
    const uint64_t received = G * cut.columns * along * products;
    const uint64_t psum_out = outputs * k_folds, psum_in = psum_out - outputs;

    *out = (struct counts){0};
    tiling_expect(arch, l, &t, out);
    counts_set_macs(arch, macs, out);
    struct accesses *rf = out->access[LEVEL_RF];
    rf[s->stays].reads = macs;
    rf[s->stays].writes = held;
    rf[s->streams].reads = macs;
    rf[s->streams].writes = received;
    rf[TENSOR_PSUM].writes = macs;
    struct accesses *l2 = out->access[LEVEL_L2];
    l2[s->stays].reads += held;
    l2[s->streams].reads += sent;
    l2[TENSOR_PSUM].reads += psum_in;
    l2[TENSOR_PSUM].writes += psum_out;
    struct link_words *link = out->link;
    struct link_words *stays = &link[is ? LINK_ifmap : LINK_filter];
    struct link_words *streams = &link[is ? LINK_filter : LINK_ifmap];
    *stays = (struct link_words){held, held, held};
    *streams = (struct link_words){sent, received, received};
    link[LINK_psum_in] = (struct link_words){psum_in, psum_in, psum_in};
    link[LINK_psum_out] = (struct link_words){psum_out, psum_out, psum_out};
    uint64_t links;
    if (arch->array_network == NETWORK_SYSTOLIC) {
        /* Psums of an output cross all rows (of tight folds: those in use);
         * the first row of its first fold reads none. */
        stays->hops = count_mul(G * across * cut.along_tiles, down);
        const uint64_t last_row = (uint64_t)(arch->rows - 1);
        rf[TENSOR_PSUM].reads = macs - outputs;
        links = arch->tight_folds ? outputs * rows - psum_out
                                  : count_mul(psum_out, last_row);
    } else {
        /* One psum leaves each PE of a column per output. */
        uint64_t emissions = outputs * rows;
        bool own = arch->psum_add == PSUM_ADD_OWN_CYCLE &&
                   arch->psum_reduce == PSUM_CHAIN;
        rf[TENSOR_PSUM].reads = macs - emissions + (own ? emissions : 0);
        links = emissions - psum_out;
        if (arch->psum_reduce == PSUM_TREE)
            links = emissions;
    }
    link[LINK_psum_link] = (struct link_words){links, links, links};
    if (arch->array_network == NETWORK_MULTICAST &&
        arch->psum_reduce == PSUM_TREE)
        link[LINK_psum_link].hops = count_mul(outputs, in_trees);
    if (!arch->has_l1)
        return;
    l1_expect_start(arch, out);
    expect_l1(arch, l, mapping, is, along, cut.along_tiles, out);
    struct l1_dataflow keeps = {.arch = arch,
                                .layer = l,
                                .mapping = mapping,
                                .holds_ifmap = is,
                                .inner = kept_inner,
                                .pass = kept_pass};
    keeps.inner_leaves[s->streams] = 1u << 0;
    l1_expect_kept(&keeps, &t, out);
}

/* The PE in the corner holds the most, and the most products, in every pass;
 * on a systolic array, one of each. */
uint64_t stationary_busiest_pe_cycles(const struct stationary *s,
                                      const struct arch *arch,
                                      const struct layer *l,
                                      const struct mapping *mapping)
{
    const int *v = mapping->value;
    const int Mg = l->M / l->G, Cg = l->C / l->G;
    const int taps = gemm_row_taps(arch, l);
    const uint64_t turns = (uint64_t)gemm_tap_turns(arch, l);
    const int fold = stationary_cols(arch, mapping) * v[STATIONARY_P];
    const int K = arch->rows * v[STATIONARY_Q];
    const bool is = s->stays == TENSOR_IFMAP;
    const bool adds = arch->array_network == NETWORK_MULTICAST &&
                      arch->psum_reduce == PSUM_CHAIN &&
                      arch->psum_add == PSUM_ADD_OWN_CYCLE;
    struct tiling t;
    stationary_tiling(mapping, &t);
    uint64_t held =
        is ? gemm_busiest_outputs(l, &t, fold, v[STATIONARY_P])
           : sum_min3(Mg, t.m, min_int(t.f, t.m), fold, v[STATIONARY_P]);
    uint64_t along =
        is ? (uint64_t)Mg : (uint64_t)l->N * (uint64_t)l->P * (uint64_t)l->Q;
    uint64_t products =
        turns * sum_min2(Cg * taps, t.c * taps, K, v[STATIONARY_Q]);
    uint64_t folds = turns * sum_ceil(Cg * taps, t.c * taps, K);
    const uint64_t turns_of_groups =
        (uint64_t)ceil_div(l->G, stationary_groups(mapping));
    return count_mul(count_mul(turns_of_groups * held, along),
                     products + (adds ? folds : 0));
}

/* Tiles along which words stream: cycles between them, at least `least`, in
 * all; and what the last tile has. */
static uint64_t paced_filters(const struct layer *l, const struct tiling *t,
                              int least)
{
    const int Mg = l->M / l->G, f = min_int(t->f, t->m);
    return (uint64_t)Mg + gemm_filter_folds(l, t, f) * (uint64_t)least -
           sum_min2(Mg, t->m, f, least);
}

static uint64_t last_filters(const struct layer *l, const struct tiling *t)
{
    const int m = (l->M / l->G - 1) % t->m + 1;
    return (uint64_t)((m - 1) % min_int(t->f, t->m) + 1);
}

static uint64_t paced_outputs(const struct arch *arch, const struct layer *l,
                              const struct tiling *t)
{
    uint64_t sum = 0;
    for (int k = 0; k < 4; k++) {
        const int n = k & 1 ? l->N % t->n : t->n,
                  e = k & 2 ? l->P % t->e : t->e;
        const uint64_t tiles = (uint64_t)(k & 1 ? 1 : l->N / t->n) *
                               (uint64_t)(k & 2 ? 1 : l->P / t->e);
        if (n > 0 && e > 0)
            sum += tiles *
                   fold_paced_cycles(
                       arch, l, (uint64_t)n * (uint64_t)e * (uint64_t)l->Q);
    }
    return sum;
}

uint64_t stationary_paced_cycles(enum tensor stays, const struct arch *arch,
                                 const struct layer *l, const struct tiling *t)
{
    return stays == TENSOR_IFMAP ? paced_filters(l, t, arch->rows)
                                 : paced_outputs(arch, l, t);
}

static uint64_t last_outputs(const struct layer *l, const struct tiling *t)
{
    return (uint64_t)((l->N - 1) % t->n + 1) *
           (uint64_t)((l->P - 1) % t->e + 1) * (uint64_t)l->Q;
}

void stationary_sum_folds(const struct stationary *s, const struct arch *arch,
                          const struct layer *l, const struct mapping *mapping,
                          struct fold_sums *out)
{
    const bool is = s->stays == TENSOR_IFMAP;
    const uint64_t G = (uint64_t)l->G, Mg = (uint64_t)(l->M / l->G);
    const uint64_t products = (uint64_t)(l->C / l->G) * (uint64_t)(l->R * l->S);
    const uint64_t pixels = (uint64_t)l->N * (uint64_t)l->P * (uint64_t)l->Q;
    struct tiling t;
    stationary_tiling(mapping, &t);
    /* Words that stay in the columns of the array, and words that stream past
     * them. */
    const uint64_t k = gemm_product_folds(arch, l, &t, arch->rows);
    const uint64_t across = is ? gemm_output_folds(l, &t, arch->cols)
                               : gemm_filter_folds(l, &t, arch->cols);
    const uint64_t along =
        is ? gemm_filter_folds(l, &t, t.f)
           : (uint64_t)ceil_div(l->N, t.n) * (uint64_t)ceil_div(l->P, t.e);
    const uint64_t last = is ? last_filters(l, &t) : last_outputs(l, &t);
    const uint64_t paced = stationary_paced_cycles(s->stays, arch, l, &t);
    out->drains_overlap = false;
    out->loads_overlap = fold_loads_overlap(arch);
    out->paced = count_mul(G * k * across, paced);
    out->last_words = is ? last : fold_last_words(arch, l, last);
    out->folds = count_mul(G * k, across * along);
    out->rows = count_mul(G * products, across * along);
    out->cols = count_mul(G * k * along, is ? pixels : Mg);
    out->depth = count_mul(G * k * across, is ? Mg : pixels);
}
