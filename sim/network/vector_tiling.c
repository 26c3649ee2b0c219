/* vector_tiling.c - cuts a node into the passes of a vector unit.
 * SPDX-License-Identifier: MIT
 */
#include "sim/network/vector_tiling.h"

#include <string.h>

#include "dataflows/arith.h"
#include "sim/network/vector_op.h"
#include "sim/network/vector_result.h"

/* Units before a tile's end, of `all` words for `units` units: shares add up to
 * all of them. */
static uint64_t words_before(uint64_t all, uint64_t unit, uint64_t units)
{
    return (uint64_t)((wide)all * unit / units);
}

static uint64_t bits_of(const struct arch *arch, enum tensor t, uint64_t words)
{
    return count_mul(words, (uint64_t)arch_map_bits(arch, t));
}

/* Whether L2 holds these words at a time. */
static bool fits(const struct arch *arch, const uint64_t words[TENSOR_N])
{
    for (int k = 0; k < arch_l2_memories(arch); k++) {
        const struct l2_store store = arch_l2_memory(arch, k);
        uint64_t bits = 0;
        for (int t = 0; t < TENSOR_N; t++)
            if (store.holds[t])
                bits = count_add(bits, bits_of(arch, (enum tensor)t, words[t]));
        if (bits / 8 + (bits % 8 != 0) > store.bytes)
            return false;
    }
    return true;
}

/* Words that a tile of n units holds at most.  A table's rows go through their
 * tile; what a norm stores is there as a whole. */
static void tile_words(const struct vector_tiling *t, const struct layer *l,
                       uint64_t n, uint64_t words[TENSOR_N])
{
    const bool has_rows = vector_op_of(l->op)->shape == SHAPE_ROWS;
    words[TENSOR_IFMAP] = ceil_div_u64(t->input, t->units) * n;
    words[TENSOR_PSUM] = ceil_div_u64(t->output, t->units) * n;
    words[TENSOR_FILTER] = has_rows ? words[TENSOR_PSUM] : t->stored;
    if (t->cut == CUT_ROWS) {
        const uint64_t rows = (n - 1) * (uint64_t)l->stride_h + (uint64_t)l->R;
        words[TENSOR_IFMAP] =
            (rows < (uint64_t)l->H ? rows : (uint64_t)l->H) * (uint64_t)l->W;
    }
}

static bool tile_fits(const struct arch *arch, const struct vector_tiling *t,
                      const struct layer *l, uint64_t n, uint64_t buffers)
{
    uint64_t words[TENSOR_N];
    tile_words(t, l, n, words);
    words[TENSOR_IFMAP] = count_mul(words[TENSOR_IFMAP], buffers);
    words[TENSOR_PSUM] = count_mul(words[TENSOR_PSUM], buffers);
    if (vector_op_of(l->op)->shape == SHAPE_ROWS)
        words[TENSOR_FILTER] = count_mul(words[TENSOR_FILTER], buffers);
    return fits(arch, words);
}

/* The most units, up to `most`, that fit twice, or else once. */
static bool choose_units(const struct arch *arch, const struct layer *l,
                         uint64_t most, struct vector_tiling *t)
{
    for (t->buffers = 2; t->buffers >= 1; t->buffers--) {
        uint64_t low = 0, high = most; /* low fits, or is 0 */
        while (low < high) {
            const uint64_t middle = low + (high - low + 1) / 2;
            if (tile_fits(arch, t, l, middle, t->buffers))
                low = middle;
            else
                high = middle - 1;
        }
        t->per_tile = low;
        if (low > 0)
            return true;
    }
    return false;
}

static void set_units(const struct layer *l, struct vector_tiling *t)
{
    const struct vector_op *op = vector_op_of(l->op);
    const uint64_t N = (uint64_t)l->N;
    t->parts = 1;
    t->cut = CUT_WORDS;
    t->units = t->output;
    if (op->shape == SHAPE_WINDOWS) {
        t->cut = CUT_CHANNELS;
        t->units = N * (uint64_t)l->C;
    } else if (op->passes > 1 || l->op == LAYER_lrn) {
        t->cut = CUT_PIXELS;
        t->units = N * (uint64_t)l->H * (uint64_t)l->W;
    } else if (op->shape == SHAPE_EXCHANGED || l->op == LAYER_resize) {
        t->cut = CUT_CHANNELS; /* of the output */
        t->units = N * (uint64_t)l->M;
    }
}

/* Smaller pieces of a unit that does not fit. */
static bool cut_units(const struct arch *arch, const struct layer *l,
                      struct vector_tiling *t)
{
    if (vector_op_of(l->op)->shape == SHAPE_WINDOWS) {
        t->cut = CUT_ROWS;
        t->units *= (uint64_t)l->P;
        t->rows_per_plane = (uint64_t)l->P;
        return choose_units(arch, l, (uint64_t)l->P, t);
    }
    if (t->cut != CUT_PIXELS || l->op == LAYER_lrn)
        return false;
    /* What is stored comes with its part, and is not there as a whole. */
    struct vector_tiling part = *t;
    part.cut = CUT_WORDS;
    part.units = t->input;
    part.stored = 0;
    const uint64_t share = 1 + ceil_div_u64(t->stored, (uint64_t)l->C);
    part.output = count_mul(t->output, share);
    if (!choose_units(arch, l, (uint64_t)l->C, &part))
        return false;
    t->cut = CUT_PARTS;
    t->per_tile = part.per_tile;
    t->buffers = part.buffers;
    t->parts = ceil_div_u64((uint64_t)l->C, t->per_tile);
    return true;
}

bool vector_tiling_of(const struct arch *arch, const struct layer *l,
                      struct vector_tiling *t)
{
    const struct vector_words w = vector_words_of(l);
    memset(t, 0, sizeof(*t));
    t->input = w.input;
    t->stored = w.stored;
    t->output = w.output;
    set_units(l, t);
    if (!choose_units(arch, l, t->units, t) && !cut_units(arch, l, t))
        return false;
    if (t->cut == CUT_PARTS)
        t->passes = count_mul(t->units, t->parts * 2);
    else if (t->cut == CUT_ROWS)
        t->passes = count_mul(t->units / t->rows_per_plane,
                              ceil_div_u64(t->rows_per_plane, t->per_tile));
    else
        t->passes = ceil_div_u64(t->units, t->per_tile);
    return true;
}

static struct vector_tile share(uint64_t all, uint64_t first, uint64_t end,
                                uint64_t units)
{
    const uint64_t before = words_before(all, first, units);
    return (struct vector_tile){before, words_before(all, end, units) - before};
}

/* Rows first .. end of a pool's output, of one channel. */
static void rows_pass(const struct vector_tiling *t, const struct layer *l,
                      uint64_t i, struct vector_tile tile[TENSOR_N])
{
    const uint64_t tiles = ceil_div_u64(t->rows_per_plane, t->per_tile);
    const uint64_t plane = i / tiles, first = i % tiles * t->per_tile;
    uint64_t end = first + t->per_tile;
    if (end > t->rows_per_plane)
        end = t->rows_per_plane;
    struct layer part = *l;
    part.N = part.C = 1;
    part.P = (int)(end - first);
    int64_t top = (int64_t)first * l->stride_h - l->pad_top;
    if (top >= l->H) /* windows of padding alone */
        top = l->H;
    part.pad_top = top < 0 ? (int)-top : 0;
    part.H = l->H - (top > 0 ? (int)top : 0);
    const uint64_t per_plane = t->input / (t->units / t->rows_per_plane);
    tile[TENSOR_IFMAP] = (struct vector_tile){
        plane * per_plane + (uint64_t)(top > 0 ? top : 0) * (uint64_t)l->W,
        vector_words_of(&part).input};
    tile[TENSOR_PSUM] = (struct vector_tile){
        (plane * t->rows_per_plane + first) * (uint64_t)l->Q,
        (end - first) * (uint64_t)l->Q};
}

/* A part of a pixel's channels: first all of them are looked at, then each is
 * loaded again and written. */
static bool parts_pass(const struct vector_tiling *t, const struct layer *l,
                       uint64_t i, struct vector_tile tile[TENSOR_N])
{
    const uint64_t C = (uint64_t)l->C, pixel = i / (2 * t->parts);
    const uint64_t k = i % (2 * t->parts), first = k % t->parts * t->per_tile;
    const uint64_t words = first + t->per_tile < C ? t->per_tile : C - first;
    const bool writes = k >= t->parts;
    tile[TENSOR_IFMAP] = (struct vector_tile){pixel * C + first, words};
    if (writes) {
        tile[TENSOR_PSUM] = tile[TENSOR_IFMAP];
        tile[TENSOR_FILTER] =
            (struct vector_tile){first, t->stored / C * words};
    }
    return writes;
}

void vector_tiling_pass(const struct vector_tiling *t, const struct layer *l,
                        uint64_t i, struct vector_pass *pass,
                        struct vector_tile tile[TENSOR_N])
{
    const struct vector_op *op = vector_op_of(l->op);
    memset(tile, 0, sizeof(*tile) * TENSOR_N);
    memset(pass, 0, sizeof(*pass));
    pass->scans = (uint64_t)op->passes;
    if (t->cut == CUT_PARTS) {
        parts_pass(t, l, i, tile);
        pass->scans = 1;
    } else if (t->cut == CUT_ROWS) {
        rows_pass(t, l, i, tile);
    } else {
        const uint64_t first = i * t->per_tile;
        const uint64_t end =
            first + t->per_tile < t->units ? first + t->per_tile : t->units;
        tile[TENSOR_IFMAP] = share(t->input, first, end, t->units);
        tile[TENSOR_PSUM] = share(t->output, first, end, t->units);
        if (op->shape == SHAPE_ROWS)
            tile[TENSOR_FILTER] = tile[TENSOR_PSUM];
        else if (t->stored > 0 && i == 0)
            tile[TENSOR_FILTER] = (struct vector_tile){0, t->stored};
    }
    pass->in = tile[TENSOR_IFMAP].words;
    pass->out = tile[TENSOR_PSUM].words;
    pass->elements =
        op->shape == SHAPE_WINDOWS || pass->out == 0 ? pass->in : pass->out;
    pass->stored = pass->out * (uint64_t)op->weights_per_channel;
    if (op->shape == SHAPE_ROWS)
        pass->stored = pass->out;
}
