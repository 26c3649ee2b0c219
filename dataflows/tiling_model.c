/* tiling_model.c - closed form of the loops over tiles: what DRAM gives and
 * gets, and the DMA's part of L2.
 *
 * A tile is fetched when a loop that it depends on steps, or when a loop
 * outside such a one steps; a tile remembers only its predecessor.  Where L2
 * does not keep tiles (l2.keeps_tiles), each step of any loop fetches.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/program.h"
#include "mem/rlc.h"

static int64_t smaller(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Intervals of rows, each as long as the others and as far from the next. */
struct comb {
    int64_t first, length, step;
    int64_t n;
};

/* Rows before `row` that lie in at least one of them. */
static int64_t comb_rows_before(const struct comb *c, int64_t row)
{
    const int64_t behind = row - c->first;
    if (behind <= 0)
        return 0;
    if (c->length >= c->step) /* one meets the next */
        return smaller(behind, (c->n - 1) * c->step + c->length);
    const int64_t whole = behind / c->step;
    return whole >= c->n
               ? c->n * c->length
               : whole * c->length + smaller(behind % c->step, c->length);
}

/* Ifmap rows (or columns) that lie in DRAM and are touched by ofmap rows
 * [first, first + n): x = stride * y + dilation * r - pad, 0 <= x < extent.
 *
 * Taps whose offset has one remainder by the stride touch rows of that
 * remainder only, x + pad = stride * k + remainder: each tap an interval of k.
 * They are every `cycle`-th tap, from one of the first `cycle` on. */
static uint64_t touched_inside(int first, int n, int stride, int taps,
                               int dilation, int pad, int extent)
{
    int64_t found = 0;
    const int common = gcd_int(stride, dilation);
    const int cycle = stride / common;
    for (int r = 0; r < cycle && r < taps && n > 0; r++) {
        const int64_t offset = (int64_t)r * dilation, rest = offset % stride;
        const struct comb intervals = {first + offset / stride, n,
                                       dilation / common,
                                       ceil_div(taps - r, cycle)};
        /* k of the first row in DRAM, and of the first after them. */
        const int64_t from = ((int64_t)pad - rest + stride - 1) / stride;
        const int64_t to = ((int64_t)pad + extent - rest + stride - 1) / stride;
        if (from < to)
            found += comb_rows_before(&intervals, to) -
                     comb_rows_before(&intervals, from);
    }
    return (uint64_t)found;
}

/* Tiles of `extent` cut by `tile`: sizes[0] full ones, then the rest. */
struct cut {
    int size[2];
    uint64_t times[2];
};

static struct cut cut_of(int extent, int tile)
{
    struct cut c = {{tile, extent % tile},
                    {(uint64_t)(extent / tile), extent % tile > 0}};
    return c;
}

/* A compressed tensor, tile by tile: n x c x row_words words each; 0: the
 * tensor is not compressed. */
static uint64_t coded_bytes(const struct arch *arch, const struct layer *l,
                            enum tensor tensor, struct cut n, struct cut c,
                            uint64_t row_words)
{
    uint64_t bytes = 0;
    if (!tensor_is_compressed(arch, l, tensor))
        return 0;
    for (int i = 0; i < 2; i++)
        for (int j = 0; j < 2; j++)
            if (n.times[i] > 0 && c.times[j] > 0)
                bytes = count_add(
                    bytes, count_mul(n.times[i] * c.times[j],
                                     rlc_expected_bytes(
                                         (uint64_t)n.size[i] *
                                             (uint64_t)c.size[j] * row_words,
                                         arch_map_bits(arch, tensor),
                                         l->zero_share[tensor])));
    return bytes;
}

uint64_t tiling_dram_rows(const struct arch *arch, const struct layer *l,
                          int p0, int e)
{
    const bool stored = arch->padding == PADDING_STORED;
    return touched_inside(p0, e, l->stride_h, l->R, l->dilation_h,
                          stored ? 0 : l->pad_top,
                          stored ? layer_padded_h(l) : l->H);
}

uint64_t tiling_dram_columns(const struct arch *arch, const struct layer *l,
                             int q0, int w)
{
    const bool stored = arch->padding == PADDING_STORED;
    return touched_inside(q0, w, l->stride_w, l->S, l->dilation_w,
                          stored ? 0 : l->pad_left,
                          stored ? layer_padded_w(l) : l->W);
}

/* Filter tiles of a group and a channel tile, over all its psum tiles. */
static uint64_t all_filter_tiles(int Mg, const struct tiling *t)
{
    uint64_t tiles = 0;
    for (int m0 = 0; m0 < Mg; m0 = next_tile(Mg, m0, t->m))
        tiles += (uint64_t)ceil_div(min_int(t->m, Mg - m0), t->f);
    return tiles;
}

void tiling_expect(const struct arch *arch, const struct layer *l,
                   const struct tiling *t, struct counts *out)
{
    const int Mg = l->M / l->G, Cg = l->C / l->G;
    const uint64_t m_tiles = (uint64_t)ceil_div(Mg, t->m);
    const uint64_t n_tiles = (uint64_t)ceil_div(l->N, t->n);
    const int width = tiling_width(l, t);
    const uint64_t strips = n_tiles * (uint64_t)ceil_div(l->P, t->e) *
                            (uint64_t)ceil_div(l->Q, width);
    const uint64_t c_tiles = (uint64_t)ceil_div(Cg, t->c);
    const uint64_t G = (uint64_t)l->G;

    /* Groups side by side are whole, so their channels follow each other. */
    const int g = tiling_groups(t);
    const uint64_t coded_groups = g > 1 ? 1 : G;
    const struct cut n_cut = cut_of(l->N, t->n);
    const struct cut c_cut = g > 1 ? cut_of(l->C, g * Cg) : cut_of(Cg, t->c);
    const struct cut m_cut = g > 1 ? cut_of(l->M, g * Mg) : cut_of(Mg, t->m);
    const bool is_coded = tensor_is_compressed(arch, l, TENSOR_IFMAP) ||
                          tensor_is_compressed(arch, l, TENSOR_PSUM);
    uint64_t rows = 0, cols = 0, coded_ifmap = 0, coded_ofmap = 0;
    for (int q0 = 0; q0 < l->Q; q0 = next_tile(l->Q, q0, width))
        cols += tiling_dram_columns(arch, l, q0, min_int(width, l->Q - q0));
    for (int p0 = 0; p0 < l->P; p0 = next_tile(l->P, p0, t->e)) {
        int e = min_int(t->e, l->P - p0);
        uint64_t touched = tiling_dram_rows(arch, l, p0, e);
        rows += touched;
        for (int q0 = 0; is_coded && q0 < l->Q;
             q0 = next_tile(l->Q, q0, width)) {
            const int w = min_int(width, l->Q - q0);
            coded_ifmap = count_add(
                coded_ifmap,
                coded_bytes(arch, l, TENSOR_IFMAP, n_cut, c_cut,
                            touched * tiling_dram_columns(arch, l, q0, w)));
            coded_ofmap = count_add(
                coded_ofmap, coded_bytes(arch, l, TENSOR_PSUM, n_cut, m_cut,
                                         (uint64_t)e * (uint64_t)w));
        }
    }

    /* With one tile in all inside the m loop, it stays over m. */
    const bool keeps = arch->l2_keeps_tiles;
    const bool ifmap_stays =
        strips * c_tiles == 1 || tiling_keeps(t, TENSOR_IFMAP);
    uint64_t ifmap_again = ifmap_stays ? 1 : m_tiles;
    if (!keeps)
        ifmap_again = all_filter_tiles(Mg, t);
    uint64_t ifmap =
        G * ifmap_again * (uint64_t)l->N * (uint64_t)Cg * rows * cols;

    /* Per m tile: with one (c, f) tile it stays over n and e. */
    uint64_t filter_words = (uint64_t)Cg * (uint64_t)l->R * (uint64_t)l->S;
    uint64_t filter = 0;
    for (int m0 = 0; m0 < Mg; m0 = next_tile(Mg, m0, t->m)) {
        int m = min_int(t->m, Mg - m0);
        uint64_t f_tiles = (uint64_t)ceil_div(m, t->f);
        bool stays =
            keeps && (c_tiles * f_tiles == 1 || tiling_keeps(t, TENSOR_FILTER));
        uint64_t again = stays ? 1 : strips;
        filter += again * (uint64_t)m * filter_words;
    }
    filter *= G;
    uint64_t ofmap =
        (uint64_t)l->N * (uint64_t)l->M * (uint64_t)l->P * (uint64_t)l->Q;

    counts_add_finished(out, ofmap, true,
                        tensor_is_moved(arch, l, TENSOR_PSUM));
    if (!tensor_is_moved(arch, l, TENSOR_IFMAP))
        ifmap = 0;
    if (!tensor_is_moved(arch, l, TENSOR_FILTER))
        filter = 0;
    if (!tensor_is_moved(arch, l, TENSOR_PSUM))
        ofmap = 0;
    struct accesses *dram = out->access[LEVEL_DRAM];
    struct accesses *l2 = out->access[LEVEL_L2];
    dram[TENSOR_IFMAP].reads = ifmap;
    dram[TENSOR_FILTER].reads = filter;
    dram[TENSOR_PSUM].writes = ofmap;
    l2[TENSOR_IFMAP].writes = l2[TENSOR_IFMAP].dma_writes = ifmap;
    l2[TENSOR_FILTER].writes = l2[TENSOR_FILTER].dma_writes = filter;
    l2[TENSOR_PSUM].reads = l2[TENSOR_PSUM].dma_reads = ofmap;
    struct compressed_words *coded = out->dram_compressed;
    if (tensor_is_compressed(arch, l, TENSOR_IFMAP))
        coded[TENSOR_IFMAP] = (struct compressed_words){
            ifmap, count_mul(coded_groups * ifmap_again, coded_ifmap)};
    if (tensor_is_compressed(arch, l, TENSOR_PSUM))
        coded[TENSOR_PSUM] = (struct compressed_words){
            ofmap, count_mul(coded_groups, coded_ofmap)};
}
