/* layer.c - a layer's checks, and layers from the command line.
 * SPDX-License-Identifier: MIT
 */
#include "sim/base/layer.h"

#include <inttypes.h>
#include <math.h>

#include "sim/base/transposed.h"

/* A counter of MACs or of words used in them fits; what PEs and cycles make of
 * it is checked when it is known (sim/base/result.h). */
#define MACS_MAX ((uint64_t)1 << 62)
/* A tensor has so many words: where they lie in DRAM is counted in bytes, with
 * each row (of a word or more) at a burst of its own. */
#define WORDS_MAX ((uint64_t)1 << 50)

#define OP_NAME(name) #name,
const char *const layer_op_name[] = {
    "conv", "fc", "gemm", "matmul", "conv_transpose", VECTOR_OPS(OP_NAME) NULL};
const char *const tensor_name[TENSOR_N] = {"ifmap", "filter", "psum"};

int layer_padded_h(const struct layer *layer)
{
    return layer->H + layer->pad_top + layer->pad_bottom;
}

int layer_padded_w(const struct layer *layer)
{
    return layer->W + layer->pad_left + layer->pad_right;
}

void layer_set_steps(struct layer *layer, int stride, int pad, int dilation)
{
    layer->stride_h = layer->stride_w = stride;
    layer->pad_top = layer->pad_bottom = pad;
    layer->pad_left = layer->pad_right = pad;
    layer->dilation_h = layer->dilation_w = dilation;
}

bool layer_pads_alike(const struct layer *l)
{
    return l->pad_top == l->pad_bottom && l->pad_top == l->pad_left &&
           l->pad_top == l->pad_right;
}

/* Rows (or columns) of the ifmap that a filter of `taps` taps spans. */
static int64_t filter_extent(int taps, int dilation)
{
    return (int64_t)dilation * (taps - 1) + 1;
}

struct checked_dim {
    const char *name;
    int value, min, max;
};

static bool dims_are_in_range(const struct layer *layer, struct src_pos at,
                              struct diag *d)
{
    const struct checked_dim dim[] = {
        {"N", layer->N, 1, LAYER_DIM_MAX},
        {"G", layer->G, 1, LAYER_DIM_MAX},
        {"M", layer->M, 1, LAYER_DIM_MAX},
        {"C", layer->C, 1, LAYER_DIM_MAX},
        {"H", layer->H, 1, LAYER_DIM_MAX},
        {"W", layer->W, 1, LAYER_DIM_MAX},
        {"R", layer->R, 1, LAYER_DIM_MAX},
        {"S", layer->S, 1, LAYER_DIM_MAX},
        {"stride_h", layer->stride_h, 1, LAYER_STEP_MAX},
        {"stride_w", layer->stride_w, 1, LAYER_STEP_MAX},
        {"pad_top", layer->pad_top, 0, LAYER_STEP_MAX},
        {"pad_bottom", layer->pad_bottom, 0, LAYER_STEP_MAX},
        {"pad_left", layer->pad_left, 0, LAYER_STEP_MAX},
        {"pad_right", layer->pad_right, 0, LAYER_STEP_MAX},
        {"output_pad_h", layer->output_pad_h, 0, LAYER_STEP_MAX},
        {"output_pad_w", layer->output_pad_w, 0, LAYER_STEP_MAX},
        {"dilation_h", layer->dilation_h, 1, LAYER_STEP_MAX},
        {"dilation_w", layer->dilation_w, 1, LAYER_STEP_MAX},
    };
    bool ok = true;
    for (int i = 0; i < (int)(sizeof(dim) / sizeof(*dim)); i++)
        if (dim[i].value < dim[i].min || dim[i].value > dim[i].max)
            ok = diag_error(
                d, at, "'%s' of layer '%s' is %d; it may be %d to %d",
                dim[i].name, layer->name, dim[i].value, dim[i].min, dim[i].max);
    return ok;
}

/* The product of n factors, or 0 when it passes `most`. */
static uint64_t product_within(const int *factor, int n, uint64_t most)
{
    uint64_t product = 1;
    for (int i = 0; i < n; i++)
        if (__builtin_mul_overflow(product, (uint64_t)factor[i], &product))
            return 0;
    return product <= most ? product : 0;
}

/* Pairs of an ofmap row (or column) and a filter row (or column) that meet in
 * products; at most 2^62. */
static uint64_t products_of_axis(const struct layer *l, bool rows)
{
    if (l->op == LAYER_CONV_TRANSPOSE)
        return transposed_products(l, rows);
    return rows ? (uint64_t)l->P * (uint64_t)l->R
                : (uint64_t)l->Q * (uint64_t)l->S;
}

static bool counts_fit(const struct layer *l, struct src_pos at, struct diag *d)
{
    const struct {
        const char *name;
        int n, factor[4];
    } tensor[] = {
        {"ifmap", 4, {l->N, l->C, layer_padded_h(l), layer_padded_w(l)}},
        {"filter", 4, {l->M, l->C / l->G, l->R, l->S}},
        {"ofmap", 4, {l->N, l->M, l->P, l->Q}},
    };
    const int outer[] = {l->N, l->M, l->C / l->G};
    for (int i = 0; i < 3; i++)
        if (product_within(tensor[i].factor, tensor[i].n, WORDS_MAX) == 0)
            return diag_error(d, at,
                              "the %s of layer '%s' has more than 2^50 words; "
                              "a smaller layer can be counted",
                              tensor[i].name, l->name);
    uint64_t macs = product_within(outer, 3, MACS_MAX);
    if (__builtin_mul_overflow(macs, products_of_axis(l, true), &macs) ||
        __builtin_mul_overflow(macs, products_of_axis(l, false), &macs) ||
        macs == 0 || macs > MACS_MAX)
        return diag_error(d, at,
                          "layer '%s' has more than 2^62 MACs; a smaller "
                          "layer can be counted",
                          l->name);
    return true;
}

static bool padded_extents_fit(const struct layer *l, struct src_pos at,
                               struct diag *d)
{
    const int64_t rows = (int64_t)l->H + l->pad_top + l->pad_bottom;
    const int64_t cols = (int64_t)l->W + l->pad_left + l->pad_right;
    if (rows <= LAYER_DIM_MAX && cols <= LAYER_DIM_MAX)
        return true;
    return diag_error(d, at,
                      "the padded ifmap of layer '%s' has %" PRId64
                      " x %" PRId64 " words; it may have up to %d x %d",
                      l->name, rows, cols, LAYER_DIM_MAX, LAYER_DIM_MAX);
}

/* Sets P and Q of a convolution. */
static bool set_outputs(struct layer *l, struct src_pos at, struct diag *d)
{
    int64_t free_rows = layer_padded_h(l) - filter_extent(l->R, l->dilation_h);
    int64_t free_cols = layer_padded_w(l) - filter_extent(l->S, l->dilation_w);
    if (free_rows < 0 || free_cols < 0)
        return diag_error(d, at,
                          "the filter of layer '%s' spans %" PRId64
                          " x %" PRId64 " words; its padded ifmap has %d x %d",
                          l->name, filter_extent(l->R, l->dilation_h),
                          filter_extent(l->S, l->dilation_w), layer_padded_h(l),
                          layer_padded_w(l));
    l->P = (int)(free_rows / l->stride_h) + 1;
    l->Q = (int)(free_cols / l->stride_w) + 1;
    return true;
}

/* The filters' share of zeros is that of their blocks; another is no such
 * layer's. */
static bool set_block_share(struct layer *l, struct src_pos at, struct diag *d)
{
    const double share = 1 - (double)l->filter_nonzero / l->filter_block;
    const double said = l->zero_share[TENSOR_FILTER];
    if (said > 0 && fabs(said - share) > 1e-6)
        return diag_error(d, at,
                          "'filter_zero_share' of layer '%s' is %.6g; with "
                          "'filter_nonzero' = %d of 'filter_block' = %d "
                          "weights it is %.6g, and need not be said",
                          l->name, said, l->filter_nonzero, l->filter_block,
                          share);
    l->zero_share[TENSOR_FILTER] = share;
    return true;
}

bool layer_finish(struct layer *layer, struct src_pos at, struct diag *d)
{
    struct layer l = *layer;
    bool ok = true;
    if (!dims_are_in_range(&l, at, d) || !padded_extents_fit(&l, at, d))
        return false;
    if (l.M % l.G != 0 || l.C % l.G != 0)
        ok = diag_error(d, at,
                        "'G' of layer '%s' is %d and divides not both M = %d "
                        "and C = %d; groups have equal parts of both",
                        l.name, l.G, l.M, l.C);
    if (l.op != LAYER_CONV_TRANSPOSE && (l.output_pad_h | l.output_pad_w) != 0)
        ok = diag_error(d, at,
                        "'output_pad' of layer '%s' is for 'conv_transpose'; "
                        "another has the outputs that its padding gives",
                        l.name);
    if (l.filter_nonzero > l.filter_block ||
        (l.filter_block > 0) != (l.filter_nonzero > 0))
        ok = diag_error(d, at,
                        "layer '%s' has 'filter_nonzero' = %d of "
                        "'filter_block' = %d weights; both are given, and the "
                        "former is not larger",
                        l.name, l.filter_nonzero, l.filter_block);
    else if (l.filter_block > 0)
        ok = set_block_share(&l, at, d) && ok;
    if (l.op == LAYER_CONV_TRANSPOSE)
        ok = transposed_set_outputs(&l, at, d) && ok;
    else
        ok = set_outputs(&l, at, d) && ok;
    if (!ok || !counts_fit(&l, at, d))
        return false;
    *layer = l;
    return true;
}

bool layer_set_batch(struct layer *l, int batch, struct src_pos at,
                     struct diag *d)
{
    if (l->op != LAYER_MATMUL) {
        l->N = batch;
        return true;
    }
    const int64_t groups = (int64_t)l->B * batch;
    const int64_t M = groups * (l->M / l->G), C = groups * (l->C / l->G);
    if (batch < 1 || M > LAYER_DIM_MAX || C > LAYER_DIM_MAX)
        return diag_error(d, at,
                          "%d images of layer '%s' have %" PRId64
                          " products side by side, with more than %d rows or "
                          "columns in all; a smaller batch can be counted",
                          batch, l->name, groups, LAYER_DIM_MAX);
    l->G = (int)groups;
    l->M = (int)M;
    l->C = (int)C;
    return true;
}

bool layer_is_gemm(const struct layer *l, struct gemm_letters *out)
{
    if ((l->op != LAYER_GEMM && l->op != LAYER_MATMUL) || l->W != 1 ||
        l->R * l->S != 1 || l->Q != 1 || l->P != l->H ||
        (l->op == LAYER_GEMM && l->G != 1))
        return false;
    *out = (struct gemm_letters){l->H, l->M / l->G, l->C / l->G, l->G};
    return true;
}

bool layer_same(const struct layer *a, const struct layer *b)
{
    bool same =
        a->op == b->op && a->ofmap_bits == b->ofmap_bits && a->N == b->N &&
        a->G == b->G && a->M == b->M && a->C == b->C && a->H == b->H &&
        a->W == b->W && a->R == b->R && a->S == b->S &&
        a->stride_h == b->stride_h && a->stride_w == b->stride_w &&
        a->pad_top == b->pad_top && a->pad_bottom == b->pad_bottom &&
        a->pad_left == b->pad_left && a->pad_right == b->pad_right &&
        a->dilation_h == b->dilation_h && a->dilation_w == b->dilation_w &&
        a->output_pad_h == b->output_pad_h &&
        a->output_pad_w == b->output_pad_w && a->B == b->B && a->P == b->P &&
        a->Q == b->Q && a->filter_nonzero == b->filter_nonzero &&
        a->filter_block == b->filter_block &&
        a->pattern_seed == b->pattern_seed &&
        a->mask[TENSOR_IFMAP] == b->mask[TENSOR_IFMAP] &&
        a->mask[TENSOR_FILTER] == b->mask[TENSOR_FILTER] &&
        a->network_input == b->network_input &&
        a->input_words == b->input_words && a->behind_macs == b->behind_macs;
    for (int t = 0; t < TENSOR_N; t++)
        same = same && a->bits[t] == b->bits[t] &&
               a->zero_share[t] == b->zero_share[t];
    return same;
}

bool layer_is_mac(const struct layer *layer)
{
    return layer->op < LAYER_OPS;
}

uint64_t layer_macs(const struct layer *l)
{
    if (!layer_is_mac(l))
        return 0;
    return (uint64_t)l->N * (uint64_t)l->M * (uint64_t)(l->C / l->G) *
           products_of_axis(l, true) * products_of_axis(l, false);
}
