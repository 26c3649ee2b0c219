/* pattern.c - which words of a layer's tensors are zero.
 * SPDX-License-Identifier: MIT
 */
#include "sim/pattern/pattern.h"

#include "sim/pattern/mask_file.h"

/* SplitMix64's finalizer, of what came before and one coordinate more. */
static inline uint64_t mix(uint64_t x, int coord)
{
    x ^= (uint64_t)coord + 0x9e3779b97f4a7c15u + (x << 6) + (x >> 2);
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* Over coordinates [from, to). */
static inline uint64_t mix_some(uint64_t x, const int coord[4], int from,
                                int to)
{
    for (int k = from; k < to; k++)
        x = mix(x, coord[k]);
    return x;
}

uint64_t pattern_hash(uint64_t seed, const int coord[4])
{
    return mix_some(seed + 0x9e3779b97f4a7c15u, coord, 0, 4);
}

/* The share of zeros inside the padding; with stored padding, so much that
 * both together have the declared one. */
static double inner_share(const struct arch *arch, const struct layer *l,
                          enum tensor tensor)
{
    double share = l->zero_share[tensor];
    if (tensor != TENSOR_IFMAP || arch->padding != PADDING_STORED)
        return share;
    double grown =
        (double)layer_padded_h(l) / l->H * ((double)layer_padded_w(l) / l->W);
    double inner = 1 - (1 - share) * grown;
    return inner > 0 ? inner : 0;
}

/* A word for each tensor and pattern_seed. */
static uint64_t seed_of(const struct layer *layer, enum tensor tensor)
{
    return (uint64_t)tensor + ((uint64_t)layer->pattern_seed << 8);
}

struct pattern pattern_of(const struct arch *arch, const struct layer *layer,
                          enum tensor tensor)
{
    const double share = inner_share(arch, layer, tensor);
    struct pattern p = {.layer = layer,
                        .tensor = tensor,
                        .has_zeros = layer->zero_share[tensor] > 0,
                        .mask =
                            tensor == TENSOR_PSUM ? NULL : layer->mask[tensor],
                        .seed = seed_of(layer, tensor),
                        .limit = share * (double)(1 << 24)};
    return p;
}

bool pattern_is_padding(const struct pattern *p, const int coord[4])
{
    const struct layer *l = p->layer;
    const int h = coord[2] - l->pad_top, w = coord[3] - l->pad_left;
    return p->tensor == TENSOR_IFMAP &&
           (h < 0 || h >= l->H || w < 0 || w >= l->W);
}

/* Whether a weight is none of those that its block keeps: those whose hashes
 * are the least. */
static bool is_left_out(const struct layer *l, const int coord[4])
{
    const int Cg = l->C / l->G, c = coord[1];
    const int first = c / l->filter_block * l->filter_block;
    const uint64_t seed = seed_of(l, TENSOR_FILTER);
    const uint64_t own = pattern_hash(seed, coord);
    int before = 0;
    for (int k = first; k < first + l->filter_block && k < Cg; k++) {
        const int other[4] = {coord[0], k, coord[2], coord[3]};
        const uint64_t its = pattern_hash(seed, other);
        before += its < own || (its == own && k < c);
    }
    return before >= l->filter_nonzero;
}

static bool is_drawn(const struct pattern *p, uint64_t hash)
{
    return (double)(hash >> 40) < p->limit;
}

bool pattern_is_zero(const struct pattern *p, const int coord[4])
{
    if (!p->has_zeros)
        return false;
    if (p->tensor == TENSOR_FILTER && p->layer->filter_block > 0)
        return is_left_out(p->layer, coord);
    if (p->mask != NULL) {
        const struct layer *l = p->layer;
        const bool ifmap = p->tensor == TENSOR_IFMAP;
        const int inside[4] = {coord[0], coord[1],
                               coord[2] - (ifmap ? l->pad_top : 0),
                               coord[3] - (ifmap ? l->pad_left : 0)};
        return pattern_is_padding(p, coord) ||
               zero_mask_is_zero(p->mask, inside);
    }
    return pattern_is_padding(p, coord) ||
           is_drawn(p, pattern_hash(p->seed, coord));
}

/* Whether hashes alone say which words inside the padding are zero. */
static bool are_drawn(const struct pattern *p)
{
    return p->has_zeros && p->mask == NULL &&
           (p->tensor != TENSOR_FILTER || p->layer->filter_block == 0);
}

/* Bits of words of a row whose other coordinates are mixed, 1: it is drawn; as
 * is_drawn, of hashes below a whole number. */
static inline uint64_t drawn_below(uint64_t begin, int coord, int words,
                                   uint64_t limit)
{
    uint64_t zeros = 0;
    for (int k = 0; k < words; k++)
        zeros |= (uint64_t)(mix(begin, coord + k) >> 40 < limit) << k;
    return zeros;
}

static uint64_t whole_limit(const struct pattern *p)
{
    const uint64_t below = (uint64_t)p->limit;
    return below + ((double)below < p->limit);
}

uint64_t pattern_zeros(const struct pattern *p, const int coord[4], int along,
                       int words)
{
    const bool drawn = are_drawn(p), plain = drawn && p->tensor != TENSOR_IFMAP;
    const uint64_t begin =
        mix_some(p->seed + 0x9e3779b97f4a7c15u, coord, 0, along);
    int at[4] = {coord[0], coord[1], coord[2], coord[3]};
    uint64_t zeros = 0;
    if (plain && along == 3)
        return drawn_below(begin, coord[3], words, whole_limit(p));
    for (int k = 0; k < words; k++, at[along]++) {
        const bool is_zero = !drawn
                                 ? pattern_is_zero(p, at)
                                 : is_drawn(p, mix_some(begin, at, along, 4)) ||
                                       pattern_is_padding(p, at);
        zeros |= (uint64_t)is_zero << k;
    }
    return zeros;
}

uint64_t pattern_zeros_behind(const struct pattern *p, const int first[4],
                              const int extent[4], int along, int words)
{
    const bool plain = are_drawn(p) && p->tensor != TENSOR_IFMAP && along == 3;
    const uint64_t limit = whole_limit(p);
    int coord[4] = {first[0], first[1], first[2], first[3]};
    uint64_t plane = mix_some(p->seed + 0x9e3779b97f4a7c15u, coord, 0, 2);
    uint64_t zeros = 0;
    for (int k = 0, row; k < words; k += row) {
        row = extent[along] - coord[along];
        row = row < words - k ? row : words - k;
        zeros |=
            (plain ? drawn_below(mix(plane, coord[2]), coord[3], row, limit)
                   : pattern_zeros(p, coord, along, row))
            << k;
        coord[along] += row;
        for (int c = along; c > 0 && coord[c] == extent[c]; c--) {
            coord[c] = 0;
            coord[c - 1]++;
            if (c <= 2)
                plane = mix_some(p->seed + 0x9e3779b97f4a7c15u, coord, 0, 2);
        }
    }
    return zeros;
}

bool pattern_is_skipped(const struct arch *arch, const struct layer *layer,
                        enum tensor tensor)
{
    return layer->zero_share[tensor] > 0 && arch_skips(arch, tensor);
}

bool pattern_steers(const struct arch *arch, const struct layer *layer)
{
    return pattern_is_skipped(arch, layer, TENSOR_IFMAP) ||
           pattern_is_skipped(arch, layer, TENSOR_FILTER);
}

bool pattern_steps(const struct arch *arch, const struct layer *layer)
{
    return arch->multipliers > 1 || pattern_steers(arch, layer);
}
