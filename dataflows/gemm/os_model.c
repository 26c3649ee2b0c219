/* os_model.c - output stationary: its closed form.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/gemm/os.h"
#include "dataflows/l1_kept_model.h"

/* Shapes a pass that takes so many filters, outputs and products. */
static void shape_pass(const int *v, int groups, int filters, int outputs,
                       uint64_t products, struct l1_passes *p)
{
    const int sets = ceil_div(filters, v[OS_P]);
    p->used = (struct pe_sets){groups * sets, outputs, 1, 1};
    p->groups = groups;
    p->filters = min_int(filters, v[OS_P]);
    p->filters_tail = filters - (sets - 1) * v[OS_P];
    p->channels = p->channels_tail = 1;
    p->chain_step = p->row_step = 1;
    p->held_words = p->window_words = products;
}

/* What L1s keep: a step of outputs brings the same filters, one of filters the
 * same ifmap words. */
static void kept_inner(const struct l1_dataflow *d, const int *size,
                       struct tile_sizes inner[2])
{
    const int *v = d->mapping->value;
    inner[0] =
        tile_sizes_of(size[L1_LOOP_N] * size[L1_LOOP_E] * d->layer->Q, v[OS_X]);
    inner[1] = tile_sizes_of(size[L1_LOOP_F], v[OS_T] * v[OS_P]);
}

static void kept_pass(const struct l1_dataflow *d, const int *size,
                      struct l1_passes *p)
{
    const struct layer *l = d->layer;
    shape_pass(d->mapping->value, size[L1_LOOP_G], size[L1_LOOP_INNER1],
               size[L1_LOOP_INNER0],
               (uint64_t)size[L1_LOOP_C] * (uint64_t)l->R * (uint64_t)l->S, p);
}

/* Adds passes that take so many groups at a time. */
static void expect_groups_l1(const struct arch *arch, const struct layer *l,
                             const int *v, int beside, uint64_t turns,
                             struct counts *out)
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
        uint64_t times = turns * M.times[i] * F.times[a] * N.times[b] *
                         P.times[c] * folds.times[k >> 1 & 1] * X.times[k & 1];
        if (times == 0)
            continue;
        struct l1_passes p = {.times = times};
        shape_pass(v, beside, folds.size[k >> 1 & 1], X.size[k & 1],
                   products /* over all channel tiles */, &p);
        l1_expect_add(arch, &p, out);
    }
}

static void os_expect_l1(const struct arch *arch, const struct layer *l,
                         const struct mapping *mapping, struct counts *out)
{
    const struct tile_sizes G = tile_sizes_of(l->G, os_groups(mapping));
    for (int k = 0; k < 2; k++)
        if (G.times[k] > 0)
            expect_groups_l1(arch, l, mapping->value, G.size[k], G.times[k],
                             out);
}

/* Links down which the psums of a block of n outputs leave a systolic array. */
static uint64_t block_exit_links(const struct arch *arch, uint64_t n)
{
    if (n == 0)
        return 0;
    const uint64_t last = arch->tight_folds ? n - 1 : (uint64_t)arch->rows - 1;
    return n * last - n * (n - 1) / 2;
}

uint64_t os_exit_links(const struct arch *arch, const struct layer *l,
                       const struct tiling *t, int x)
{
    const struct gemm_output_tiles tiles = gemm_output_tiles_of(l, t);
    uint64_t links = 0;
    for (int k = 0; k < 4; k++)
        links += tiles.times[k] *
                 ((uint64_t)(tiles.outputs[k] / x) *
                      block_exit_links(arch, (uint64_t)x) +
                  block_exit_links(arch, (uint64_t)(tiles.outputs[k] % x)));
    return links;
}

void os_expect(const struct arch *arch, const struct layer *l,
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
    os_tiling(mapping, &t);

    const uint64_t f_folds = sum_ceil2(Mg, t.m, t.f, F);
    const uint64_t groups = sum_ceil3(Mg, t.m, t.f, F, v[OS_P]);
    const uint64_t x_folds = gemm_output_folds(l, &t, v[OS_X]);
    const uint64_t c_tiles = (uint64_t)ceil_div(Cg, t.c);
    const uint64_t filter = x_folds * (uint64_t)l->M * (uint64_t)Cg * taps;
    const uint64_t ifmap = G * f_folds * pixels * (uint64_t)Cg * taps;
    const uint64_t ifmap_in = G * groups * pixels * (uint64_t)Cg * taps;
    const uint64_t psum_out = outputs * c_tiles;
    const uint64_t psum_in = psum_out - outputs;

    *out = (struct counts){0};
    tiling_expect(arch, l, &t, out);
    counts_set_macs(arch, macs, out);
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
    uint64_t links = systolic ? count_mul(os_exit_links(arch, l, &t, v[OS_X]),
                                          (uint64_t)l->M * c_tiles)
                              : 0;
    link[LINK_filter] = (struct link_words){filter, macs, macs};
    link[LINK_ifmap] = (struct link_words){ifmap, ifmap_in, ifmap_in};
    link[LINK_psum_in] = (struct link_words){psum_in, psum_in, psum_in};
    link[LINK_psum_out] = (struct link_words){psum_out, psum_out, psum_out};
    link[LINK_psum_link] = (struct link_words){links, links, links};
    if (!arch->has_l1)
        return;
    l1_expect_start(arch, out);
    os_expect_l1(arch, l, mapping, out);
    const struct l1_dataflow keeps = {
        .arch = arch,
        .layer = l,
        .mapping = mapping,
        .inner = kept_inner,
        .pass = kept_pass,
        .held_streams = true,
        .inner_leaves = {[TENSOR_FILTER] = 1u << 0, [TENSOR_IFMAP] = 1u << 1}};
    l1_expect_kept(&keeps, &t, out);
}

/* The PE of the first output and group works in every pass, with the most
 * filters. */
uint64_t os_busiest_pe_cycles(const struct arch *arch, const struct layer *l,
                              const struct mapping *mapping)
{
    if (dot_sums_by_tree(arch))
        return dot_busiest_pe_cycles(&os_dot, arch, l, mapping);
    const int *v = mapping->value;
    const int Mg = l->M / l->G, Cg = l->C / l->G;
    const bool adds = arch->array_network == NETWORK_MULTICAST &&
                      arch->psum_add == PSUM_ADD_OWN_CYCLE;
    uint64_t filters =
        sum_min3(Mg, v[GEMM_M], v[GEMM_F], v[OS_T] * v[OS_P], v[OS_P]) *
        (uint64_t)ceil_div(l->G, os_groups(mapping));
    struct tiling t;
    gemm_tiling(mapping, &t);
    const uint64_t blocks = gemm_output_folds(l, &t, v[OS_X]);
    uint64_t products = (uint64_t)Cg * (uint64_t)(l->R * l->S);
    uint64_t sums = adds ? (uint64_t)ceil_div(Cg, v[GEMM_C]) : 0;
    return count_mul(count_mul(filters, blocks), products + sums);
}

void os_sum_folds(const struct arch *arch, const struct layer *l,
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
    out->loads_overlap = false;
    out->paced = out->last_words = 0;
    out->drains_overlap = fold_drains_overlap(arch);
    out->folds = count_mul(G * c_tiles, x * f);
    out->rows = count_mul(G * c_tiles * f, pixels);
    out->cols = count_mul(G * c_tiles * x, Mg);
    out->depth = count_mul(G * products, x * f);
}
