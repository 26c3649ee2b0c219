/* tiling_model.c - closed form of the loops over tiles: what DRAM gives and
 * gets, and the DMA's part of L2.
 *
 * A tile is fetched when a loop that it depends on steps, or when a loop
 * outside such a one steps; a tile remembers only its predecessor.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/program.h"

/* Ifmap rows (or columns) that lie in DRAM and are touched by ofmap rows
 * [first, first + n). */
static uint64_t touched_inside(int first, int n, int stride, int taps,
                               int dilation, int pad, int extent)
{
    uint64_t found = 0;
    for (int x = 0; x < extent; x++) {
        bool hit = false;
        for (int r = 0; r < taps && !hit; r++) {
            int y = x + pad - r * dilation;
            hit = y >= first * stride && y % stride == 0 &&
                  y / stride < first + n;
        }
        found += hit;
    }
    return found;
}

void tiling_expect(const struct arch *arch, const struct layer *l,
                   const struct tiling *t, struct counts *out)
{
    const int Mg = l->M / l->G, Cg = l->C / l->G;
    const uint64_t m_tiles = (uint64_t)ceil_div(Mg, t->m);
    const uint64_t n_tiles = (uint64_t)ceil_div(l->N, t->n);
    const uint64_t e_tiles = (uint64_t)ceil_div(l->P, t->e);
    const uint64_t c_tiles = (uint64_t)ceil_div(Cg, t->c);
    const uint64_t G = (uint64_t)l->G;
    const bool stored = arch->padding == PADDING_STORED;
    const int pad = stored ? 0 : l->pad;
    const int h = stored ? layer_padded_h(l) : l->H;
    const int w = stored ? layer_padded_w(l) : l->W;

    uint64_t rows = 0;
    for (int p0 = 0; p0 < l->P; p0 += t->e)
        rows += touched_inside(p0, min_int(t->e, l->P - p0), l->stride, l->R,
                               l->dilation, pad, h);
    uint64_t cols =
        touched_inside(0, l->Q, l->stride, l->S, l->dilation, pad, w);

    /* With one tile in all inside the m loop, it stays over m. */
    uint64_t ifmap_again = n_tiles * e_tiles * c_tiles == 1 ? 1 : m_tiles;
    uint64_t ifmap =
        G * ifmap_again * (uint64_t)l->N * (uint64_t)Cg * rows * cols;

    /* Per m tile: with one (c, f) tile it stays over n and e. */
    uint64_t filter_words = (uint64_t)Cg * (uint64_t)l->R * (uint64_t)l->S;
    uint64_t filter = 0;
    for (int m0 = 0; m0 < Mg; m0 += t->m) {
        int m = min_int(t->m, Mg - m0);
        uint64_t f_tiles = (uint64_t)ceil_div(m, t->f);
        uint64_t again = c_tiles * f_tiles == 1 ? 1 : n_tiles * e_tiles;
        filter += again * (uint64_t)m * filter_words;
    }
    filter *= G;
    uint64_t ofmap =
        (uint64_t)l->N * (uint64_t)l->M * (uint64_t)l->P * (uint64_t)l->Q;

    struct accesses *dram = out->access[LEVEL_DRAM];
    struct accesses *l2 = out->access[LEVEL_L2];
    dram[TENSOR_IFMAP].reads = ifmap;
    dram[TENSOR_FILTER].reads = filter;
    dram[TENSOR_PSUM].writes = ofmap;
    l2[TENSOR_IFMAP].writes = l2[TENSOR_IFMAP].dma_writes = ifmap;
    l2[TENSOR_FILTER].writes = l2[TENSOR_FILTER].dma_writes = filter;
    l2[TENSOR_PSUM].reads = l2[TENSOR_PSUM].dma_reads = ofmap;
}
