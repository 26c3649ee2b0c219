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

/* Taps whose offset has one remainder by the stride touch rows of that
 * remainder only, x + pad = stride * k + remainder: each tap an interval of k.
 * They are every `cycle`-th tap, from one of the first `cycle` on. */
uint64_t tiling_touched(int first, int n, int stride, int taps, int dilation,
                        int pad, int extent)
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

/* A compressed tensor, tile by tile: n x c x row_words words each; 0: the
 * tensor is not compressed. */
static uint64_t coded_bytes(const struct arch *arch, const struct layer *l,
                            enum tensor tensor, struct tile_sizes n,
                            struct tile_sizes c, uint64_t row_words)
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

/* Those from the tile on that begins at `*at`, which moves behind them.  Tiles
 * that reach into neither end's padding are alike; each other one is alone. */
static struct tiling_alike alike_tiles(int *at, int outputs, int tile,
                                       int stride, int taps, int dilation,
                                       int pad, int extent)
{
    const int first = *at, size = min_int(tile, outputs - first);
    const int64_t reach = (int64_t)dilation * (taps - 1) - pad;
    struct tiling_alike a = {
        size, 1,
        tiling_touched(first, size, stride, taps, dilation, pad, extent)};
    /* Ofmap rows before this one touch no padding behind the ifmap. */
    const int64_t inside =
        reach < extent ? (extent - 1 - reach) / stride + 1 : 0;
    const int64_t end = smaller(inside, outputs);
    if ((int64_t)first * stride >= pad && first + size < end && size == tile)
        a.times = (uint64_t)((end - first) / tile);
    *at = a.times == 1 ? next_tile(outputs, first, tile)
                       : first + (int)a.times * tile;
    return a;
}

struct tiling_alike tiling_alike_rows(const struct arch *arch,
                                      const struct layer *l, int *p0, int e)
{
    const bool stored = arch->padding == PADDING_STORED;
    return alike_tiles(p0, l->P, e, l->stride_h, l->R, l->dilation_h,
                       stored ? 0 : l->pad_top,
                       stored ? layer_padded_h(l) : l->H);
}

struct tiling_alike tiling_alike_columns(const struct arch *arch,
                                         const struct layer *l, int *q0, int w)
{
    const bool stored = arch->padding == PADDING_STORED;
    return alike_tiles(q0, l->Q, w, l->stride_w, l->S, l->dilation_w,
                       stored ? 0 : l->pad_left,
                       stored ? layer_padded_w(l) : l->W);
}

uint64_t tiling_moves(const struct arch *arch, const struct layer *l,
                      const struct tiling *t, enum tensor tensor, int filters)
{
    const bool keeps = arch->l2_keeps_tiles;
    const int Mg = l->M / l->G;
    const uint64_t strips = (uint64_t)ceil_div(l->N, t->n) *
                            (uint64_t)ceil_div(l->P, t->e) *
                            (uint64_t)ceil_div(l->Q, tiling_width(l, t));
    const uint64_t c_tiles = (uint64_t)ceil_div(l->C / l->G, t->c);
    if (tensor == TENSOR_PSUM || tiling_keeps(t, tensor))
        return 1;
    /* With one (c, f) tile it stays over n, e and w. */
    if (tensor == TENSOR_FILTER)
        return keeps && c_tiles * (uint64_t)ceil_div(filters, t->f) == 1
                   ? 1
                   : strips;
    if (!keeps)
        return sum_ceil(Mg, t->m, t->f);
    /* With one tile in all inside the m loop, it stays over m. */
    return strips * c_tiles == 1 ? 1 : (uint64_t)ceil_div(Mg, t->m);
}

void tiling_expect(const struct arch *arch, const struct layer *l,
                   const struct tiling *t, struct counts *out)
{
    const int Mg = l->M / l->G, Cg = l->C / l->G;
    const int width = tiling_width(l, t);
    const uint64_t G = (uint64_t)l->G;

    /* Groups side by side are whole, so their channels follow each other. */
    const int g = tiling_groups(t);
    const uint64_t coded_groups = g > 1 ? 1 : G;
    const struct tile_sizes n_cut = tile_sizes_of(l->N, t->n);
    const struct tile_sizes c_cut =
        g > 1 ? tile_sizes_of(l->C, g * Cg) : tile_sizes_of(Cg, t->c);
    const struct tile_sizes m_cut =
        g > 1 ? tile_sizes_of(l->M, g * Mg) : tile_sizes_of(Mg, t->m);
    const bool is_coded = tensor_is_compressed(arch, l, TENSOR_IFMAP) ||
                          tensor_is_compressed(arch, l, TENSOR_PSUM);
    uint64_t rows = 0, cols = 0, coded_ifmap = 0, coded_ofmap = 0;
    for (int q0 = 0; q0 < l->Q;) {
        const struct tiling_alike w = tiling_alike_columns(arch, l, &q0, width);
        cols += w.times * w.touched;
    }
    for (int p0 = 0; p0 < l->P;) {
        const struct tiling_alike e = tiling_alike_rows(arch, l, &p0, t->e);
        rows += e.times * e.touched;
        for (int q0 = 0; is_coded && q0 < l->Q;) {
            const struct tiling_alike w =
                tiling_alike_columns(arch, l, &q0, width);
            const uint64_t times = e.times * w.times;
            coded_ifmap = count_add(
                coded_ifmap,
                count_mul(times, coded_bytes(arch, l, TENSOR_IFMAP, n_cut,
                                             c_cut, e.touched * w.touched)));
            coded_ofmap = count_add(
                coded_ofmap,
                count_mul(times,
                          coded_bytes(arch, l, TENSOR_PSUM, n_cut, m_cut,
                                      (uint64_t)e.size * (uint64_t)w.size)));
        }
    }

    const uint64_t ifmap_again = tiling_moves(arch, l, t, TENSOR_IFMAP, Mg);
    uint64_t ifmap =
        G * ifmap_again * (uint64_t)l->N * (uint64_t)Cg * rows * cols;

    uint64_t filter_words = (uint64_t)Cg * (uint64_t)l->R * (uint64_t)l->S;
    uint64_t filter = 0;
    const struct tile_sizes M = tile_sizes_of(Mg, t->m);
    for (int k = 0; k < 2; k++) {
        const uint64_t again =
            tiling_moves(arch, l, t, TENSOR_FILTER, M.size[k]);
        filter += M.times[k] * again * (uint64_t)M.size[k] * filter_words;
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
