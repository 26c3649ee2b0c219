/* layer_keys.c - the table of a layer's keys.  A key for both axes (stride)
 * sets the fields of the keys for one (stride_h, stride_w); two keys that set
 * one field exclude each other.
 * SPDX-License-Identifier: MIT
 */
#include "sim/config/layer_keys.h"

#include <string.h>

#define AT(field) offsetof(struct layer, field)

/* clang-format off: a row a key */
#define SIZE(field, left_out, doc)                           \
    {                                                        \
#field, LAYER_KEY_DIM,                               \
            {AT(field) }, 1, left_out, 1, LAYER_DIM_MAX, doc \
    }
#define STEP(name, n, left_out, least, doc, ...)                \
    {                                                           \
        name, LAYER_KEY_DIM, {__VA_ARGS__}, n, left_out, least, \
            LAYER_STEP_MAX, doc                                 \
    }
#define BITS(name, field, most, doc)                          \
    {                                                         \
        name, LAYER_KEY_BITS, {AT(field)}, 1, 0, 1, most, doc \
    }
#define COUNT(name, field, doc)                                        \
    {                                                                  \
        name, LAYER_KEY_DIM, {AT(field)}, 1, 0, 1, LAYER_STEP_MAX, doc \
    }
#define OTHER(name, type, field, doc)            \
    {                                            \
        name, type, {AT(field)}, 1, 0, 0, 0, doc \
    }

const struct layer_key layer_keys[] = {
    SIZE(M, LAYER_KEY_REQUIRED, "filters, of all groups"),
    SIZE(C, LAYER_KEY_REQUIRED, "channels of the ifmap, of all groups"),
    SIZE(H, LAYER_KEY_REQUIRED, "rows of the ifmap, without padding"),
    SIZE(W, LAYER_KEY_REQUIRED, "columns of the ifmap, without padding"),
    SIZE(R, 1, "rows of a filter"),
    SIZE(S, 1, "columns of a filter"),
    STEP("stride", 2, 1, 1, "step of the filter, in rows and in columns",
         AT(stride_h), AT(stride_w)),
    STEP("stride_h", 1, LAYER_KEY_OF_BOTH, 1, "step of the filter in rows",
         AT(stride_h)),
    STEP("stride_w", 1, LAYER_KEY_OF_BOTH, 1, "step of the filter in columns",
         AT(stride_w)),
    STEP("pad", 4, 0, 0, "zeros on each side of the ifmap", AT(pad_top),
         AT(pad_bottom), AT(pad_left), AT(pad_right)),
    STEP("pad_h", 2, LAYER_KEY_OF_BOTH, 0,
         "rows of zeros above the ifmap, and as many below it", AT(pad_top),
         AT(pad_bottom)),
    STEP("pad_w", 2, LAYER_KEY_OF_BOTH, 0,
         "columns of zeros on the ifmap's left, and as many on its right",
         AT(pad_left), AT(pad_right)),
    STEP("pad_top", 1, LAYER_KEY_OF_BOTH, 0, "rows of zeros above the ifmap",
         AT(pad_top)),
    STEP("pad_bottom", 1, LAYER_KEY_OF_BOTH, 0, "rows of zeros below it",
         AT(pad_bottom)),
    STEP("pad_left", 1, LAYER_KEY_OF_BOTH, 0, "columns of zeros on its left",
         AT(pad_left)),
    STEP("pad_right", 1, LAYER_KEY_OF_BOTH, 0, "columns of zeros on its right",
         AT(pad_right)),
    SIZE(G, 1, "groups; they divide M and C"),
    STEP("dilation", 2, 1, 1, "distance of a filter's taps on the ifmap",
         AT(dilation_h), AT(dilation_w)),
    STEP("dilation_h", 1, LAYER_KEY_OF_BOTH, 1, "distance of taps in rows",
         AT(dilation_h)),
    STEP("dilation_w", 1, LAYER_KEY_OF_BOTH, 1, "distance of taps in columns",
         AT(dilation_w)),
    STEP("output_pad", 2, 0, 0,
         "conv_transpose: rows and columns that the ofmap has more, below and "
         "on its right",
         AT(output_pad_h), AT(output_pad_w)),
    STEP("output_pad_h", 1, LAYER_KEY_OF_BOTH, 0, "rows of them",
         AT(output_pad_h)),
    STEP("output_pad_w", 1, LAYER_KEY_OF_BOTH, 0, "columns of them",
         AT(output_pad_w)),
    BITS("ifmap_bits", bits[TENSOR_IFMAP], 32,
         "an ifmap value, on a machine with precision.per_layer"),
    BITS("filter_bits", bits[TENSOR_FILTER], 32, "a filter value there"),
    BITS("psum_bits", bits[TENSOR_PSUM], 64, "a partial sum there"),
    BITS("ofmap_bits", ofmap_bits, 64, "a finished output there"),
    OTHER("ifmap_zero_share", LAYER_KEY_SHARE, zero_share[TENSOR_IFMAP],
          "zeros among the words of the ifmap, its padding included"),
    OTHER("filter_zero_share", LAYER_KEY_SHARE, zero_share[TENSOR_FILTER],
          "zeros among the words of the filters"),
    COUNT("filter_nonzero", filter_nonzero,
          "weights that are not zero in each filter_block channels of a "
          "filter's tap, in place of filter_zero_share"),
    COUNT("filter_block", filter_block, "consecutive channels, N of M pruned"),
    STEP("pattern_seed", 1, 0, 0,
         "which words are zero, of as many; another number, another choice",
         AT(pattern_seed)),
    OTHER("ifmap_mask", LAYER_KEY_MASK, mask[TENSOR_IFMAP],
          "which words of the ifmap are zero, beside the network's file "
          "(docs/sparsity.md); its share is then theirs"),
    OTHER("filter_mask", LAYER_KEY_MASK, mask[TENSOR_FILTER],
          "which words of the filters are, likewise"),
    OTHER("ofmap_zero_share", LAYER_KEY_SHARE, zero_share[TENSOR_PSUM],
          "zeros among the words of the ofmap"),
    OTHER("network_input", LAYER_KEY_FLAG, network_input,
          "the ifmap is the network's input, which dram.compression leaves "
          "alone"),
    {NULL, LAYER_KEY_DIM, {0}, 0, 0, 0, 0, NULL},
};

/* Rows and columns of outputs and products of each (Samajdar et al., ISPASS
 * 2020): an ifmap of M rows, N filters, K channels. */
const struct layer_key layer_gemm_keys[] = {
    {"M",
     LAYER_KEY_DIM,
     {AT(H)},
     1,
     LAYER_KEY_REQUIRED,
     1,
     LAYER_DIM_MAX,
     "rows of outputs"},
    {"N",
     LAYER_KEY_DIM,
     {AT(M)},
     1,
     LAYER_KEY_REQUIRED,
     1,
     LAYER_DIM_MAX,
     "columns of outputs"},
    {"K",
     LAYER_KEY_DIM,
     {AT(C)},
     1,
     LAYER_KEY_REQUIRED,
     1,
     LAYER_DIM_MAX,
     "products of an output"},
    {"B",
     LAYER_KEY_DIM,
     {AT(B)},
     1,
     1,
     1,
     LAYER_DIM_MAX,
     "matmul: products side by side"},
    {NULL, LAYER_KEY_DIM, {0}, 0, 0, 0, 0, NULL},
};
/* clang-format on */

const struct layer_key *layer_key_find(const struct layer_key *table,
                                       const char *name)
{
    for (const struct layer_key *key = table; key->name != NULL; key++)
        if (strcmp(key->name, name) == 0)
            return key;
    return NULL;
}

bool layer_set_op(struct layer *layer, const char *name)
{
    for (int i = 0; i < LAYER_OPS; i++)
        if (strcmp(layer_op_name[i], name) == 0) {
            layer->op = (enum layer_op)i;
            return true;
        }
    return false;
}

const char *layer_op_list(void)
{
    return "'conv', 'fc', 'gemm', 'matmul' or 'conv_transpose'";
}

const char *layer_key_not_modelled(const char *name)
{
    return strcmp(name, "D") == 0 || strcmp(name, "T") == 0
               ? "depth (D, T): three-dimensional convolutions are not "
                 "modelled; a layer has rows and columns"
               : NULL;
}

bool layer_of_gemm(struct layer *l, struct src_pos at, struct diag *d)
{
    const int64_t N = (int64_t)l->M * l->B, K = (int64_t)l->C * l->B;
    if (N > LAYER_DIM_MAX || K > LAYER_DIM_MAX)
        return diag_error(d, at,
                          "layer '%s' has %d products side by side, with more "
                          "than %d columns, or products of an output, in all; "
                          "fewer can be counted",
                          l->name, l->B, LAYER_DIM_MAX);
    l->M = (int)N;
    l->C = (int)K;
    l->G = l->B;
    l->W = l->R = l->S = 1;
    return true;
}

static int *field_at(struct layer *layer, size_t offset)
{
    return (int *)((char *)layer + offset);
}

void layer_keys_leave_out(struct layer *layer)
{
    layer->N = layer->B = 1;
    for (const struct layer_key *key = layer_keys; key->name != NULL; key++)
        for (int i = 0;
             key->type != LAYER_KEY_SHARE && key->type != LAYER_KEY_FLAG &&
             key->type != LAYER_KEY_MASK && i < key->n_fields;
             i++)
            if (key->left_out >= 0)
                *field_at(layer, key->offset[i]) = key->left_out;
}

/* Which key has set a field. */
static const char **setter(struct layer_given *given, size_t offset)
{
    size_t field = (offset - offsetof(struct layer, N)) / sizeof(int);
    SIM_CHECK(offset >= offsetof(struct layer, N) && field < LAYER_FIELDS);
    return &given->by[field];
}

bool layer_key_set(const struct layer_key *key, int64_t value,
                   struct layer_given *given, struct layer *layer,
                   struct src_pos at, struct diag *d)
{
    SIM_CHECK(key->type == LAYER_KEY_DIM || key->type == LAYER_KEY_BITS);
    for (int i = 0; i < key->n_fields; i++) {
        const char **by = setter(given, key->offset[i]);
        if (*by != NULL && strcmp(*by, key->name) == 0)
            return diag_error(d, at, "'%s' is given twice; once is enough",
                              key->name);
        if (*by != NULL)
            return diag_error(d, at,
                              "'%s' sets what '%s' has set; one of them is "
                              "needed",
                              key->name, *by);
    }
    for (int i = 0; i < key->n_fields; i++)
        *setter(given, key->offset[i]) = key->name;
    if (value < key->least || value > key->most)
        return diag_error(d, at, "'%s' is %lld; it may be %d to %d", key->name,
                          (long long)value, key->least, key->most);
    for (int i = 0; i < key->n_fields; i++)
        *field_at(layer, key->offset[i]) = (int)value;
    return true;
}
