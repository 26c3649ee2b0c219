/* fusion.c - DRAM words, kept words and repeated work of nodes that are worked
 * on together.
 *
 * Rows and columns are alike, and tiles are a product of both: what all tiles
 * take of a map is the sum of their rows by the sum of their columns.
 * SPDX-License-Identifier: MIT
 */
#include "sim/network/fuse/fusion.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/result.h"
#include "sim/network/vector_op.h"

struct fusion_axis fusion_axis_of(const struct layer *l, bool rows)
{
    struct fusion_axis a = {l->H, l->P, l->dilation_h * (l->R - 1) + 1,
                            l->stride_h, l->pad_top};
    if (!rows)
        a = (struct fusion_axis){l->W, l->Q, l->dilation_w * (l->S - 1) + 1,
                                 l->stride_w, l->pad_left};
    return a;
}

bool fusion_has_windows(const struct layer *l)
{
    return l->op == LAYER_CONV || l->op == LAYER_maxpool ||
           l->op == LAYER_avgpool;
}

static bool is_in_place(const struct layer *l)
{
    const struct vector_op *op = vector_op_of(l->op);
    return op != NULL && op->shape == SHAPE_SAME && op->most_inputs == 1 &&
           op->passes == 1 && l->op != LAYER_lrn;
}

static bool is_chain(const struct layer *chain, int n, struct src_pos at,
                     struct diag *d)
{
    for (int i = 0; i < n; i++) {
        const struct layer *l = &chain[i];
        if (!fusion_has_windows(l) && !is_in_place(l))
            return diag_error(d, at,
                              "node '%s' is a %s; convolutions, pools and "
                              "operations word by word can be fused",
                              l->name, layer_op_name[l->op]);
        if (i > 0 && (chain[i - 1].M != l->C || chain[i - 1].P != l->H ||
                      chain[i - 1].Q != l->W))
            return diag_error(d, at,
                              "node '%s' does not read what '%s' makes; fused "
                              "nodes are a chain",
                              l->name, chain[i - 1].name);
    }
    return true;
}

static uint64_t map_words(const struct layer *l, bool output)
{
    const uint64_t image =
        output ? (uint64_t)l->M * (uint64_t)l->P * (uint64_t)l->Q
               : (uint64_t)l->C * (uint64_t)l->H * (uint64_t)l->W;
    return count_mul((uint64_t)l->N, image);
}

void fusion_inputs(const struct fusion_axis *a, int64_t *first, int64_t *n)
{
    int64_t start = *first * a->stride - a->before;
    int64_t end = start + (*n - 1) * a->stride + a->taps;
    if (start < 0)
        start = 0;
    if (end > a->in)
        end = a->in;
    *first = start;
    *n = end > start ? end - start : 0;
}

/* Adds up, over all tiles of the last output along an axis, what each node
 * makes (sum[i]) and what the first one reads (*read). */
static void sum_tiles(const struct layer *chain, int n, int tile, bool rows,
                      uint64_t *sum, uint64_t *read)
{
    const struct fusion_axis last = fusion_axis_of(&chain[n - 1], rows);
    for (int64_t at = 0; at < last.out; at += tile) {
        int64_t first = at, count = at + tile < last.out ? tile : last.out - at;
        for (int i = n - 1; i >= 0; i--) {
            sum[i] += (uint64_t)count;
            if (fusion_has_windows(&chain[i])) {
                const struct fusion_axis a = fusion_axis_of(&chain[i], rows);
                fusion_inputs(&a, &first, &count);
            }
        }
        *read += (uint64_t)count;
    }
}

static void work_again(const struct layer *chain, int n, int tile,
                       struct fusion *out)
{
    uint64_t *rows = xcalloc((size_t)n, sizeof(*rows));
    uint64_t *cols = xcalloc((size_t)n, sizeof(*cols));
    uint64_t rows_read = 0, cols_read = 0, macs = 0, least = 0;
    sum_tiles(chain, n, tile, true, rows, &rows_read);
    sum_tiles(chain, n, tile, false, cols, &cols_read);
    for (int i = 0; i < n; i++) {
        const struct layer *l = &chain[i];
        if (!layer_is_mac(l))
            continue;
        const uint64_t each =
            count_mul(count_mul((uint64_t)l->N, (uint64_t)l->M),
                      count_mul((uint64_t)(l->C / l->G),
                                (uint64_t)l->R * (uint64_t)l->S));
        macs = count_add(macs, count_mul(each, count_mul(rows[i], cols[i])));
        least = count_add(least, layer_macs(l));
    }
    /* Where strides leave words out, fewer are read than there are. */
    const uint64_t read =
        count_mul(count_mul((uint64_t)chain->N, (uint64_t)chain->C),
                  count_mul(rows_read, cols_read));
    const uint64_t once = map_words(chain, false);
    out->read_again_words = read > once ? read - once : 0;
    out->again_macs = macs > least ? macs - least : 0;
    free(rows);
    free(cols);
}

/* Rows above a tile are kept for the whole, padded width of the map, columns on
 * its left for the rows that the tile's windows span; where one tile is as high
 * or as wide as the last output, nothing lies above or beside it. */
static void keep(const struct layer *chain, int n, int tile, struct fusion *out)
{
    const struct layer *last = &chain[n - 1];
    int64_t made = tile; /* rows of its output that a tile adds */
    for (int i = n - 1; i >= 0; i--) {
        const struct layer *l = &chain[i];
        if (!fusion_has_windows(l))
            continue;
        const struct fusion_axis r = fusion_axis_of(l, true),
                                 c = fusion_axis_of(l, false);
        made = made < r.out ? made : r.out;
        const int64_t span = (made - 1) * r.stride + r.taps;
        if (tile < last->P && r.taps > r.stride)
            out->kept_row_words += (uint64_t)l->C *
                                   (uint64_t)(r.taps - r.stride) *
                                   (uint64_t)layer_padded_w(l);
        if (tile < last->Q && c.taps > c.stride)
            out->kept_column_words +=
                (uint64_t)l->C * (uint64_t)(c.taps - c.stride) * (uint64_t)span;
        made *= r.stride;
    }
}

bool fusion_of(const struct layer *chain, int n, int tile, struct src_pos at,
               struct fusion *out, struct diag *d)
{
    memset(out, 0, sizeof(*out));
    if (!is_chain(chain, n, at, d))
        return false;
    bool writes = false; /* whether a node before writes its output */
    for (int i = 0; i < n; i++) {
        const struct layer *l = &chain[i];
        if (!fusion_has_windows(l))
            continue;
        const uint64_t in = map_words(l, false), made = map_words(l, true);
        out->apart_words = count_add(out->apart_words, count_add(in, made));
        /* A pool takes the place of the output before it; the first one has
         * none before it, and reads its input. */
        if (layer_is_mac(l) || !writes)
            out->merged_words =
                count_add(out->merged_words, count_add(in, made));
        else
            out->merged_words = count_add(out->merged_words - in, made);
        writes = true;
    }
    out->fused_words =
        count_add(map_words(chain, false), map_words(&chain[n - 1], true));
    keep(chain, n, tile, out);
    work_again(chain, n, tile, out);
    return true;
}
