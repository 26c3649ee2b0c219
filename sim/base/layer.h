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

enum tensor { TENSOR_IFMAP, TENSOR_FILTER, TENSOR_PSUM, TENSOR_N };
/* "ifmap", "filter", "psum" */
extern const char *const tensor_name[TENSOR_N];

enum layer_type { LAYER_CONV, LAYER_FC, LAYER_GEMM };

struct layer {
    char name[64]; /* lower case, '-' as '_' */
    enum layer_type type;
    int N, G, M, C, H, W, R, S;
    int stride, pad, dilation; /* the same along H and W */
    int P, Q;                  /* set by layer_finish */
    /* Declared share of zero words, 0..1; psum: of the layer's ofmap. */
    double zero_share[TENSOR_N];
    bool network_input; /* its ifmap is: no compression */
};

/* Sets P and Q.  Errors: a dimension below 1 or above 65535, G that divides
 * not both M and C, a filter larger than the padded ifmap, an ofmap dimension
 * above 65535, a MAC count above 2^62. */
bool layer_finish(struct layer *layer, struct src_pos at, struct diag *d);

/* Parses "N=1,M=64,C=3,H=32,W=32,R=3,S=3,stride=1,pad=1" (see --shape). */
bool layer_parse_shape(const char *text, struct layer *out, struct diag *d);
/* Parses "M=..,N=..,K=.." in the letters of docs/timing.md, "systolic". */
bool layer_parse_gemm(const char *text, struct layer *out, struct diag *d);

uint64_t layer_macs(const struct layer *layer);
/* Whether two are equal in all but the name. */
bool layer_same(const struct layer *a, const struct layer *b);

/* Padded extents, in words. */
int layer_padded_h(const struct layer *layer);
int layer_padded_w(const struct layer *layer);

#ifdef __cplusplus
}
#endif

#endif
