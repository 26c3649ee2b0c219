/* vector_op.c - the table of the operations that are no MAC loops.
 *
 * A softmax finds the maximum and the sum in one go (Milakov, Gimelshein,
 * "Online normalizer calculation for softmax", 2018), a norm its mean and mean
 * square; each then goes over the words again.  A batchnorm of a network that
 * has been trained is a factor and an addend for each channel.
 *
 * Operations of a function of one word are those of a table with slopes: a
 * look-up, which counts as one, a multiply and an add where a product with the
 * word follows (assumed).  A softmax compares, subtracts, looks up, adds and
 * divides, the last counted as two; a norm squares and adds, subtracts, and
 * multiplies by the deviation and by what is stored, which it adds.
 * SPDX-License-Identifier: MIT
 */
#include "sim/network/vector_op.h"

#include <stddef.h>
#include <string.h>

#include "sim/base/result.h"

static const char *const no_keys[] = {NULL};
static const char *const group_keys[] = {"G", NULL};
static const char *const window_keys[] = {
    "R",     "S",       "stride",     "stride_h", "stride_w",  "pad", "pad_h",
    "pad_w", "pad_top", "pad_bottom", "pad_left", "pad_right", NULL};
static const char *const lrn_keys[] = {"size", NULL};
static const char *const part_keys[] = {"parts", "over", NULL};
static const char *const over_keys[] = {"over", NULL};
static const char *const to_keys[] = {"to", NULL};
static const char *const order_keys[] = {"order", NULL};
static const char *const table_keys[] = {"rows", "M", NULL};

#define MANY VECTOR_INPUTS_MAX

static const struct vector_op ops[LAYER_OP_N] = {
    [LAYER_relu] = {1, 1, SHAPE_SAME, 1, 1, 0, false, no_keys, "max(x, 0)"},
    [LAYER_relu6] = {1, 1, SHAPE_SAME, 1, 2, 0, false, no_keys,
                     "min(max(x, 0), 6)"},
    [LAYER_gelu] = {1, 1, SHAPE_SAME, 1, 3, 0, false, no_keys,
                    "x times the normal distribution up to x"},
    [LAYER_silu] = {1, 1, SHAPE_SAME, 1, 3, 0, false, no_keys, "x sigmoid(x)"},
    [LAYER_sigmoid] = {1, 1, SHAPE_SAME, 1, 2, 0, false, no_keys,
                       "1 / (1 + e^-x)"},
    [LAYER_tanh] = {1, 1, SHAPE_SAME, 1, 2, 0, false, no_keys,
                    "hyperbolic tangent"},
    [LAYER_softmax] = {1, 1, SHAPE_SAME, 2, 6, 0, false, group_keys,
                       "over the channels of a pixel, in G groups"},
    [LAYER_layernorm] = {1, 1, SHAPE_SAME, 2, 6, 2, false, no_keys,
                         "over the channels of a pixel"},
    [LAYER_rmsnorm] = {1, 1, SHAPE_SAME, 2, 3, 1, false, no_keys,
                       "the same without the mean"},
    [LAYER_batchnorm] = {1, 1, SHAPE_SAME, 1, 2, 2, false, no_keys,
                         "a factor and an addend for each channel"},
    [LAYER_lrn] = {1, 1, SHAPE_SAME, 1, 4, 0, false, lrn_keys,
                   "by the squares of `size` neighbouring channels"},
    [LAYER_maxpool] = {1, 1, SHAPE_WINDOWS, 1, 0, 0, false, window_keys,
                       "the largest of each window"},
    [LAYER_avgpool] = {1, 1, SHAPE_WINDOWS, 1, 0, 0, false, window_keys,
                       "the mean of each window"},
    [LAYER_add] = {2, MANY, SHAPE_SAME, 1, 0, 0, false, no_keys,
                   "word by word"},
    [LAYER_mul] = {2, MANY, SHAPE_SAME, 1, 0, 0, false, no_keys,
                   "word by word"},
    [LAYER_concat] = {2, MANY, SHAPE_JOINED, 0, 0, 0, true, over_keys,
                      "channels, or rows, one behind the other"},
    [LAYER_split] =
        {1, 1, SHAPE_PARTS, 0, 0, 0, true, part_keys,
         "`parts` outputs of equally many channels, or rows, NAME.0, ..."},
    [LAYER_resize] = {1, 1, SHAPE_TO, 1, 0, 0, false, to_keys,
                      "nearest neighbour"},
    [LAYER_reshape] = {1, 1, SHAPE_TO, 0, 0, 0, true, to_keys,
                       "the same words in another shape"},
    [LAYER_transpose] = {1, 1, SHAPE_EXCHANGED, 1, 0, 0, false, order_keys,
                         "the axes in another order"},
    [LAYER_gather] = {1, 1, SHAPE_ROWS, 1, 0, 0, false, table_keys,
                      "a row of M words for each word of the input"},
};

uint64_t vector_operations(const struct layer *l)
{
    const struct vector_op *op = vector_op_of(l->op);
    const uint64_t outputs =
        count_mul(count_mul((uint64_t)l->N, (uint64_t)l->M),
                  count_mul((uint64_t)l->P, (uint64_t)l->Q));
    if (op->is_view)
        return 0;
    if (op->shape == SHAPE_WINDOWS)
        return count_mul(outputs, count_mul((uint64_t)l->R, (uint64_t)l->S));
    if (op->least_inputs > 1) {
        const uint64_t first = (uint64_t)l->C * (uint64_t)l->H * (uint64_t)l->W;
        const uint64_t inputs =
            l->input_words / first + (l->input_words % first != 0);
        return count_mul(outputs, inputs - 1);
    }
    return count_mul(outputs, (uint64_t)op->operations);
}

const struct vector_op *vector_op_of(enum layer_op op)
{
    return op >= LAYER_OPS && op < LAYER_OP_N ? &ops[op] : NULL;
}

enum layer_op vector_op_find(const char *name)
{
    int op = LAYER_OPS;
    while (op < LAYER_OP_N && strcmp(layer_op_name[op], name) != 0)
        op++;
    return (enum layer_op)op;
}
