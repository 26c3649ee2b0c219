/* layer_keys.c - the tables of a layer's types and keys, which the reader of
 * networks and the help walk.
 * SPDX-License-Identifier: MIT
 */
#include "sim/config/layer_keys.h"

#include "sim/base/layer.h"

const char *const layer_types[] = {"conv", "fc", "gemm", NULL};

#define DIM(field, left_out, doc)                                           \
    {                                                                       \
#field, LAYER_KEY_DIM, offsetof(struct layer, field), left_out, doc \
    }

const struct layer_key layer_keys[] = {
    DIM(M, -1, "filters, of all groups"),
    DIM(C, -1, "channels of the ifmap, of all groups"),
    DIM(H, -1, "rows of the ifmap, without padding"),
    DIM(W, -1, "columns of the ifmap, without padding"),
    DIM(R, 1, "rows of a filter"),
    DIM(S, 1, "columns of a filter"),
    DIM(stride, 1, "step of the filter, in rows and in columns"),
    DIM(pad, 0, "zeros on each side of the ifmap"),
    DIM(G, 1, "groups; they divide M and C"),
    DIM(dilation, 1, "distance of a filter's taps on the ifmap"),
    {"ifmap_zero_share", LAYER_KEY_SHARE,
     offsetof(struct layer, zero_share[TENSOR_IFMAP]), 0,
     "zeros among the words of the ifmap, its padding included"},
    {"ofmap_zero_share", LAYER_KEY_SHARE,
     offsetof(struct layer, zero_share[TENSOR_PSUM]), 0,
     "zeros among the words of the ofmap"},
    {"network_input", LAYER_KEY_FLAG, offsetof(struct layer, network_input), 0,
     "the ifmap is the network's input, which dram.compression leaves alone"},
    {NULL, LAYER_KEY_DIM, 0, 0, NULL},
};
