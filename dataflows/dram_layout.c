/* dram_layout.c - where the words of a layer's tensors lie in DRAM.
 *
 * A filter word is found by going through the loops over tiles from the
 * outside: each says which piece of the present box the word is in, and how
 * many tiles and words lie in the pieces before it, which are all whole.
 * Order "mcrs" is the case in which each filter is a tile.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/dram_layout.h"

#include <string.h>

#include "dataflows/arith.h"
#include "sim/base/diag.h"

static uint64_t round_up(uint64_t value, uint64_t unit)
{
    return (value + unit - 1) / unit * unit;
}

static uint64_t words_of(const int size[FILTER_DIMS])
{
    uint64_t words = 1;
    for (int d = 0; d < FILTER_DIMS; d++)
        words *= (uint64_t)size[d];
    return words;
}

/* The size of the innermost pieces that the cuts make. */
static void tile_size_of(const struct dram_layout *o, int size[FILTER_DIMS])
{
    memcpy(size, o->filter_size, sizeof(o->filter_size));
    for (int k = 0; k < o->n_cuts; k++)
        size[o->cut[k].dim] = min_int(size[o->cut[k].dim], o->cut[k].size);
}

static uint64_t tiles_of(const struct dram_layout *o,
                         const int size[FILTER_DIMS])
{
    int tile[FILTER_DIMS];
    uint64_t tiles = 1;
    tile_size_of(o, tile);
    for (int d = 0; d < FILTER_DIMS; d++)
        tiles *= ceil_div_u64((uint64_t)size[d], (uint64_t)tile[d]);
    return tiles;
}

struct filter_place {
    uint64_t tiles_before;
    uint64_t words_before; /* in these */
    uint64_t word;         /* in its own tile */
};

static struct filter_place filter_place_of(const struct dram_layout *o,
                                           const int coord[4])
{
    struct filter_place place = {0, 0, 0};
    int size[FILTER_DIMS];
    int at[FILTER_DIMS] = {coord[0] / o->filter_size[FILTER_M],
                           coord[0] % o->filter_size[FILTER_M], coord[1],
                           coord[2], coord[3]};
    memcpy(size, o->filter_size, sizeof(size));
    for (int k = 0; k < o->n_cuts; k++) {
        const int d = (int)o->cut[k].dim;
        const int whole = min_int(o->cut[k].size, size[d]);
        const int piece = at[d] / whole, left = size[d] - piece * whole;
        if (piece == 0) {
            size[d] = whole;
            continue;
        }
        size[d] = whole;
        place.words_before += (uint64_t)piece * words_of(size);
        if (!o->is_packed)
            place.tiles_before += (uint64_t)piece * tiles_of(o, size);
        at[d] -= piece * whole;
        size[d] = min_int(whole, left);
    }
    for (int d = 0; d < FILTER_DIMS; d++)
        place.word = place.word * (uint64_t)size[d] + (uint64_t)at[d];
    return place;
}

static void set_cuts(struct dram_layout *out, bool by_tiles,
                     const struct filter_cut *cut, int n_cuts)
{
    static const struct filter_cut each_filter[] = {{FILTER_G, 1},
                                                    {FILTER_M, 1}};
    if (!by_tiles) {
        cut = each_filter;
        n_cuts = 2;
    }
    SIM_CHECK(n_cuts <= FILTER_CUTS_MAX);
    out->has_filter_tiles = by_tiles;
    out->n_cuts = n_cuts;
    if (n_cuts > 0)
        memcpy(out->cut, cut, (size_t)n_cuts * sizeof(*cut));
}

/* The same where each filter is a tile: by division-free steps, for a nest's
 * transfers ask for word after word. */
static struct filter_place place_by_filter(const struct dram_layout *o,
                                           const int coord[4])
{
    const int *size = o->filter_size;
    const uint64_t filter = (uint64_t)coord[0];
    const uint64_t words = (uint64_t)size[FILTER_C] * (uint64_t)size[FILTER_R] *
                           (uint64_t)size[FILTER_S];
    const uint64_t row =
        (uint64_t)coord[1] * (uint64_t)size[FILTER_R] + (uint64_t)coord[2];
    /* Packed filters have no pitch: the words before say all. */
    return (struct filter_place){o->is_packed ? 0 : filter, filter * words,
                                 row * (uint64_t)size[FILTER_S] +
                                     (uint64_t)coord[3]};
}

/* Room that all filters take. */
static uint64_t filter_bits(const struct dram_layout *o)
{
    const int last[4] = {o->M - 1, o->filter_size[FILTER_C] - 1,
                         o->filter_size[FILTER_R] - 1,
                         o->filter_size[FILTER_S] - 1};
    struct filter_place place = filter_place_of(o, last);
    if (!o->is_packed)
        return (place.tiles_before + 1) * o->pitch_bits[TENSOR_FILTER];
    return (place.words_before + place.word + 1) *
           (uint64_t)o->bits[TENSOR_FILTER];
}

void dram_layout_init(struct dram_layout *out, const struct arch *arch,
                      const struct layer *layer, int burst_bytes,
                      const struct filter_cut *cut, int n_cuts)
{
    const bool stored = arch->padding == PADDING_STORED;
    const uint64_t burst_bits = 8 * (uint64_t)burst_bytes;
    int tile[FILTER_DIMS];
    memset(out, 0, sizeof(*out));
    out->has_bursts = burst_bytes > 1;
    out->is_packed = out->has_bursts && arch->dram_layout == LAYOUT_PACKED;
    for (int t = 0; t < TENSOR_N; t++)
        out->bits[t] = arch_map_bits(arch, (enum tensor)t);
    out->bits[STORED_SPILLS] = arch->precision_bits[TENSOR_PSUM];
    out->ifmap_h = stored ? layer_padded_h(layer) : layer->H;
    out->ifmap_w = stored ? layer_padded_w(layer) : layer->W;
    out->ifmap_pad_top = stored ? 0 : layer->pad_top;
    out->ifmap_pad_left = stored ? 0 : layer->pad_left;
    out->C = layer->C;
    out->M = layer->M;
    out->P = layer->P;
    const int size[FILTER_DIMS] = {layer->G, layer->M / layer->G,
                                   layer->C / layer->G, layer->R, layer->S};
    memcpy(out->filter_size, size, sizeof(size));
    set_cuts(out,
             out->has_bursts && arch->dram_filter_order == FILTER_TILES &&
                 layer->op != LAYER_MATMUL,
             cut, n_cuts);
    tile_size_of(out, tile);
    const uint64_t row_words[STORED_N] = {[TENSOR_IFMAP] =
                                              (uint64_t)out->ifmap_w,
                                          [TENSOR_FILTER] = words_of(tile),
                                          [TENSOR_PSUM] = (uint64_t)layer->Q,
                                          [STORED_SPILLS] = (uint64_t)layer->Q};
    for (int t = 0; t < STORED_N; t++) {
        out->pitch_bits[t] = row_words[t] * (uint64_t)out->bits[t];
        if (!out->is_packed)
            out->pitch_bits[t] = round_up(out->pitch_bits[t], burst_bits);
    }
    out->base_bits[TENSOR_FILTER] =
        round_up((uint64_t)layer->N * (uint64_t)layer->C *
                     (uint64_t)out->ifmap_h * out->pitch_bits[TENSOR_IFMAP],
                 burst_bits);
    out->base_bits[TENSOR_PSUM] =
        round_up(out->base_bits[TENSOR_FILTER] + filter_bits(out), burst_bits);
    out->base_bits[STORED_SPILLS] = out->base_bits[TENSOR_PSUM];
    if (out->bits[STORED_SPILLS] != out->bits[TENSOR_PSUM])
        out->base_bits[STORED_SPILLS] =
            round_up(out->base_bits[TENSOR_PSUM] +
                         (uint64_t)layer->N * (uint64_t)layer->M *
                             (uint64_t)layer->P * out->pitch_bits[TENSOR_PSUM],
                     burst_bits);
}

uint64_t dram_layout_bit(const struct dram_layout *o, int stored,
                         const int coord[4])
{
    uint64_t line, word; /* a row or a tile, and the word in it */
    if (stored == TENSOR_FILTER) {
        struct filter_place place = o->has_filter_tiles
                                        ? filter_place_of(o, coord)
                                        : place_by_filter(o, coord);
        line = place.tiles_before;
        word = place.word;
        if (o->is_packed)
            word += place.words_before;
    } else {
        const bool is_ifmap = stored == TENSOR_IFMAP;
        const int pad_top = is_ifmap ? o->ifmap_pad_top : 0;
        const int pad_left = is_ifmap ? o->ifmap_pad_left : 0;
        line = ((uint64_t)coord[0] * (uint64_t)(is_ifmap ? o->C : o->M) +
                (uint64_t)coord[1]) *
                   (uint64_t)(is_ifmap ? o->ifmap_h : o->P) +
               (uint64_t)(coord[2] - pad_top);
        word = (uint64_t)(coord[3] - pad_left);
    }
    return o->base_bits[stored] + line * o->pitch_bits[stored] +
           dram_layout_run_bits(o, stored, word);
}

uint64_t dram_layout_run_bits(const struct dram_layout *o, int stored,
                              uint64_t words)
{
    uint64_t bits = words * (uint64_t)o->bits[stored];
    return o->has_bursts ? bits : round_up(bits, 8);
}
