/* transposed.c - cuts a transposed convolution by the remainders of its ofmap
 * rows and columns.
 * SPDX-License-Identifier: MIT
 */
#include "sim/base/transposed.h"

#include <inttypes.h>

/* One axis of the layer. */
struct axis {
    int in, taps, stride, dilation, pad, out;
};

static struct axis axis_of(const struct layer *l, bool rows)
{
    return rows ? (struct axis){l->H,          l->R,       l->stride_h,
                                l->dilation_h, l->pad_top, l->P}
                : (struct axis){l->W,          l->S,        l->stride_w,
                                l->dilation_w, l->pad_left, l->Q};
}

/* The ifmap's part between its words first and last, and the padding where
 * they lie outside of it.  false: it has no word there. */
static bool set_window(int64_t first, int64_t last, int64_t extent,
                       struct transposed_axis *out)
{
    const int64_t low = first > 0 ? first : 0;
    const int64_t high = last < extent ? last : extent - 1;
    out->in_first = (int)low;
    out->in_extent = (int)(high - low + 1);
    out->pad_before = (int)(low - first);
    out->pad_after = (int)(last - high);
    return high >= low;
}

static int greatest_divisor(int a, int b)
{
    return b == 0 ? a : greatest_divisor(b, a % b);
}

bool transposed_axis_of(const struct layer *layer, bool rows, int phase,
                        struct transposed_axis *out)
{
    const struct axis a = axis_of(layer, rows);
    const int common = greatest_divisor(a.stride, a.dilation);
    *out = (struct transposed_axis){.tap_step = a.stride / common,
                                    .dilation = a.dilation / common};
    if (phase >= a.out)
        return true;
    out->outputs = (a.out - phase - 1) / a.stride + 1;
    /* The first tap that an output of this remainder meets. */
    while (out->first_tap < out->tap_step &&
           ((int64_t)phase + a.pad - (int64_t)a.dilation * out->first_tap) %
                   a.stride !=
               0)
        out->first_tap++;
    if (out->first_tap == out->tap_step || out->first_tap >= a.taps)
        return false;
    out->taps = (a.taps - 1 - out->first_tap) / out->tap_step + 1;
    const int64_t offset =
        ((int64_t)phase + a.pad - (int64_t)a.dilation * out->first_tap) /
        a.stride;
    const int64_t reach = (int64_t)(out->taps - 1) * out->dilation;
    return set_window(offset - reach, offset + out->outputs - 1, a.in, out);
}

/* Error: outputs that no input meets. */
static bool all_are_met(const struct layer *l, bool rows, struct src_pos at,
                        struct diag *d)
{
    struct transposed_axis unread;
    const int phases = rows ? l->stride_h : l->stride_w;
    for (int k = 0; k < phases; k++)
        if (!transposed_axis_of(l, rows, k, &unread))
            return diag_error(d, at,
                              "some ofmap %s of layer '%s' meet no word of the "
                              "ifmap; a filter as large as the stride, and "
                              "less padding, would meet all",
                              rows ? "rows" : "columns", l->name);
    return true;
}

/* Rows (or columns) of the ofmap. */
static int64_t outputs_of(const struct axis *a, int pad_after, int output_pad)
{
    return (int64_t)(a->in - 1) * a->stride +
           (int64_t)(a->taps - 1) * a->dilation + 1 - a->pad - pad_after +
           output_pad;
}

bool transposed_set_outputs(struct layer *l, struct src_pos at, struct diag *d)
{
    const struct axis h = axis_of(l, true), w = axis_of(l, false);
    const int64_t P = outputs_of(&h, l->pad_bottom, l->output_pad_h);
    const int64_t Q = outputs_of(&w, l->pad_right, l->output_pad_w);
    if (h.stride > TRANSPOSED_STRIDE_MAX || w.stride > TRANSPOSED_STRIDE_MAX)
        return diag_error(
            d, at,
            "the stride of layer '%s' is %d x %d; of a transposed "
            "convolution it may be up to %d",
            l->name, h.stride, w.stride, TRANSPOSED_STRIDE_MAX);
    if (P < 1 || P + h.pad > LAYER_DIM_MAX || Q < 1 ||
        Q + w.pad > LAYER_DIM_MAX)
        return diag_error(d, at,
                          "the ofmap of layer '%s' has %" PRId64 " x %" PRId64
                          " words; it may have 1 x 1 to %d x %d",
                          l->name, P, Q, LAYER_DIM_MAX, LAYER_DIM_MAX);
    if ((l->output_pad_h >= h.stride && l->output_pad_h >= h.dilation) ||
        (l->output_pad_w >= w.stride && l->output_pad_w >= w.dilation))
        return diag_error(d, at,
                          "'output_pad' of layer '%s' is %d x %d; it is less "
                          "than the stride or the dilation",
                          l->name, l->output_pad_h, l->output_pad_w);
    l->P = (int)P;
    l->Q = (int)Q;
    return all_are_met(l, true, at, d) && all_are_met(l, false, at, d);
}

uint64_t transposed_products(const struct layer *l, bool rows)
{
    const int phases = rows ? l->stride_h : l->stride_w;
    uint64_t products = 0;
    for (int k = 0; k < phases; k++) {
        struct transposed_axis a;
        if (transposed_axis_of(l, rows, k, &a))
            products += (uint64_t)a.outputs * (uint64_t)a.taps;
    }
    return products;
}

int transposed_parts(const struct layer *l)
{
    return l->stride_h * l->stride_w;
}

/* Makes `out` the convolution of stride 1 with these rows and columns. */
static void set_axes(const struct transposed_axis *rows,
                     const struct transposed_axis *cols, struct layer *out)
{
    out->op = LAYER_CONV;
    out->H = rows->in_extent;
    out->W = cols->in_extent;
    out->R = rows->taps;
    out->S = cols->taps;
    out->stride_h = out->stride_w = 1;
    out->pad_top = rows->pad_before;
    out->pad_bottom = rows->pad_after;
    out->pad_left = cols->pad_before;
    out->pad_right = cols->pad_after;
    out->dilation_h = rows->dilation;
    out->dilation_w = cols->dilation;
    out->output_pad_h = out->output_pad_w = 0;
    out->P = rows->outputs;
    out->Q = cols->outputs;
}

bool transposed_part(const struct layer *l, int i, struct layer *out)
{
    struct transposed_axis rows, cols;
    SIM_CHECK(transposed_axis_of(l, true, i / l->stride_w, &rows) &&
              transposed_axis_of(l, false, i % l->stride_w, &cols));
    *out = *l;
    if (rows.outputs == 0 || cols.outputs == 0)
        return false;
    set_axes(&rows, &cols, out);
    return true;
}

/* All taps on the ifmap with inserted zeros. */
static struct transposed_axis zeros_axis(const struct layer *l, bool rows)
{
    const struct axis a = axis_of(l, rows);
    struct transposed_axis out = {.outputs = a.out,
                                  .taps = a.taps,
                                  .tap_step = 1,
                                  .dilation = a.dilation};
    const int64_t reach = (int64_t)(a.taps - 1) * a.dilation;
    SIM_CHECK(set_window(a.pad - reach, (int64_t)a.pad + a.out - 1,
                         (int64_t)(a.in - 1) * a.stride + 1, &out));
    return out;
}

void transposed_with_zeros(const struct layer *l, struct layer *out)
{
    const struct transposed_axis rows = zeros_axis(l, true);
    const struct transposed_axis cols = zeros_axis(l, false);
    const double words = (double)l->H * l->W;
    *out = *l;
    set_axes(&rows, &cols, out);
    out->zero_share[TENSOR_IFMAP] =
        1 - (1 - l->zero_share[TENSOR_IFMAP]) * words /
                ((double)rows.in_extent * cols.in_extent);
    if (out->zero_share[TENSOR_IFMAP] < 0)
        out->zero_share[TENSOR_IFMAP] = 0;
}
