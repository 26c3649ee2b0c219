/* layer.h - one layer as the loop nest of its MACs.
 *
 * Letters as in Sze, Chen, Yang, Emer, "Efficient Processing of Deep Neural
 * Networks" (2020); Timeloop's in brackets: N [N] batch, G groups, M [K]
 * filters of all groups, C [C] input channels of all groups, H W unpadded
 * ifmap, R S [R S] filter, P Q [P Q] ofmap rows and columns.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_BASE_LAYER_H
#define SIM_BASE_LAYER_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/diag.h"

#ifdef __cplusplus
extern "C" {
#endif

struct zero_mask;

enum tensor { TENSOR_IFMAP, TENSOR_FILTER, TENSOR_PSUM, TENSOR_N };
/* "ifmap", "filter", "psum" */
extern const char *const tensor_name[TENSOR_N];

/* The largest value of a dimension, and of a stride, a dilation or the padding
 * of a side. */
enum { LAYER_DIM_MAX = 2147483647, LAYER_STEP_MAX = 65535 };

/* Operations between the MAC loops of a network: element by element, over
 * windows or rows, or of places alone (sim/network/vector_op.h). */
/* clang-format off */
#define VECTOR_OPS(X)                                                      \
    X(relu)                                                                \
    X(relu6) X(gelu) X(silu) X(sigmoid) X(tanh) X(softmax) X(layernorm)    \
        X(rmsnorm) X(batchnorm) X(lrn) X(maxpool) X(avgpool) X(add) X(mul) \
            X(concat) X(split) X(resize) X(reshape) X(transpose) X(gather)
/* clang-format on */

/* fc and gemm are convolutions whose letters come from elsewhere; matmul is a
 * gemm whose second operand is a feature map too, one of its own for each of
 * B products side by side: groups that share nothing.  From LAYER_OPS on they
 * have no MAC loop. */
#define LAYER_ENUM(name) LAYER_##name,
enum layer_op {
    LAYER_CONV,
    LAYER_FC,
    LAYER_GEMM,
    LAYER_MATMUL,
    LAYER_CONV_TRANSPOSE,
    LAYER_OPS,
    LAYER_BEFORE_VECTOR = LAYER_OPS - 1,
    VECTOR_OPS(LAYER_ENUM) LAYER_OP_N
};
#undef LAYER_ENUM
/* By enum layer_op; NULL at the end. */
extern const char *const layer_op_name[];

struct layer {
    char name[64]; /* lower case, '-' as '_' */
    enum layer_op op;
    int N, G, M, C, H, W, R, S;
    int stride_h, stride_w, dilation_h, dilation_w;
    int pad_top, pad_bottom, pad_left, pad_right;
    /* conv_transpose: padding is what its ofmap lacks of the whole one, on each
     * side, and output_pad rows and columns it has more, below and right. */
    int output_pad_h, output_pad_w;
    int B;                          /* of a matmul: products of an image */
    int P, Q;                       /* set by layer_finish */
    int bits[TENSOR_N], ofmap_bits; /* of its words; 0: the machine's */
    /* Declared share of zero words, 0..1; psum: of the layer's ofmap. */
    double zero_share[TENSOR_N];
    /* In each filter_block consecutive channels of a filter's tap at most
     * filter_nonzero have a weight that is not zero; 0: no such blocks. */
    int filter_nonzero, filter_block;
    /* Which words are zero: another choice of as many for each seed, or by mask
     * (sim/pattern/mask_file.h; borrowed, equal ones are one), NULL: none. */
    int pattern_seed;
    const struct zero_mask *mask[TENSOR_PSUM];
    bool network_input; /* its ifmap is: no compression */
    /* Without a MAC loop: words of all its inputs, of one image. */
    uint64_t input_words;
    /* Operations from a MAC loop to this one, itself among them, a bit of
     * 1 << (op - LAYER_OPS) each, where each is word by word and nobody else
     * reads what comes before it; else 0. */
    uint32_t behind_macs;
};

/* Sets P and Q.  Errors: a number out of its range, G that divides not both
 * M and C, a filter larger than the padded ifmap, a padded ifmap of more rows
 * or columns than LAYER_DIM_MAX, a tensor of more than 2^50 words, a MAC count
 * above 2^62. */
bool layer_finish(struct layer *layer, struct src_pos at, struct diag *d);

/* Whether it is a loop nest of MACs.  Another's shapes are C H W of its first
 * input, M P Q of its output and R S of its window. */
bool layer_is_mac(const struct layer *layer);
/* MACs; those of a transposed convolution leave inserted zeros out. */
uint64_t layer_macs(const struct layer *layer);
/* Whether two are equal in all but the name. */
bool layer_same(const struct layer *a, const struct layer *b);

/* Gives a layer so many images; a matmul's are further products side by side.
 * layer_finish comes after it.  Error: more products than a dimension may
 * have. */
bool layer_set_batch(struct layer *layer, int batch, struct src_pos at,
                     struct diag *d);
/* Whether it is a product of matrices of M x K and K x N words (B times). */
struct gemm_letters {
    int M, N, K, B;
};
bool layer_is_gemm(const struct layer *layer, struct gemm_letters *out);

/* Padded extents, in words. */
int layer_padded_h(const struct layer *layer);
int layer_padded_w(const struct layer *layer);
/* The same stride, padding on all sides, and dilation for rows and columns. */
void layer_set_steps(struct layer *layer, int stride, int pad, int dilation);
/* Whether all four sides have equally many zeros. */
bool layer_pads_alike(const struct layer *layer);

#ifdef __cplusplus
}
#endif

#endif
