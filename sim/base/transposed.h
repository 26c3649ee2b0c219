/* transposed.h - a transposed convolution as ordinary ones.
 *
 * Output row y meets ifmap row x and filter row r where
 *   y + pad_top = stride_h x + dilation_h r,
 * columns alike.  Rows of one remainder by the stride meet the same taps and
 * neighbouring ifmap rows: they are an ordinary convolution of stride 1 with
 * those taps, last one first.  stride_h x stride_w of them, one for each pair
 * of remainders, make the whole ofmap, and multiply no inserted zero.  Naive
 * hardware runs one convolution of stride 1 over the ifmap with stride - 1
 * zeros between its words instead.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_BASE_TRANSPOSED_H
#define SIM_BASE_TRANSPOSED_H

#include "sim/base/layer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Rows (or columns) of one of the convolutions. */
struct transposed_axis {
    int outputs;             /* 0: the ofmap has none of this remainder */
    int taps;                /* of the filter, */
    int first_tap, tap_step; /* which are first_tap + k tap_step */
    int in_first, in_extent; /* of the ifmap, where it is used */
    int pad_before, pad_after;
    int dilation;
};

/* Sets the convolution of remainder `phase`, 0 .. stride - 1.  false: no input
 * meets these outputs, which layer_finish refuses. */
bool transposed_axis_of(const struct layer *layer, bool rows, int phase,
                        struct transposed_axis *out);

/* So there are 4096 convolutions at most. */
enum { TRANSPOSED_STRIDE_MAX = 64 };

/* For layer_finish: sets P and Q.  Errors: a larger stride, an ofmap of no rows
 * or of too many, output_pad as large as stride and dilation, outputs that no
 * input meets. */
bool transposed_set_outputs(struct layer *layer, struct src_pos at,
                            struct diag *d);
/* Pairs of an ofmap row (or column) and a tap that meet. */
uint64_t transposed_products(const struct layer *layer, bool rows);

/* How many convolutions a transposed one is made of, empty ones included. */
int transposed_parts(const struct layer *layer);
/* Sets part i, a layer of its own with the name of the whole.  false: it has
 * no outputs. */
bool transposed_part(const struct layer *layer, int i, struct layer *out);
/* The one convolution over the ifmap with inserted zeros. */
void transposed_with_zeros(const struct layer *layer, struct layer *out);

#ifdef __cplusplus
}
#endif

#endif
