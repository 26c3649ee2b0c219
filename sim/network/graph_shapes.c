/* graph_shapes.c - gives the nodes of a sorted graph their shapes, one after
 * the other, from the shapes of what they read.
 * SPDX-License-Identifier: MIT
 */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "sim/config/layer_keys.h"
#include "sim/config/layer_read.h"
#include "sim/network/graph.h"

static const struct map_shape *shape_of_input(const struct graph *g,
                                              const struct graph_node *n, int i)
{
    return &g->tensor[n->in[i]].shape;
}

static bool read_whole(const struct graph_node *n, const char *key,
                       int left_out, int *out, struct diag *d)
{
    const struct setting *s = setting_member(n->said, key);
    long long value = left_out;
    if (s != NULL && (!setting_whole_number(s, &value) || value < 1 ||
                      value > LAYER_DIM_MAX))
        return diag_error(d, setting_pos(s),
                          "'%s' of node '%s' is no size (a whole number of 1 "
                          "to %d would be)",
                          key, n->layer.name, LAYER_DIM_MAX);
    *out = (int)value;
    return true;
}

bool node_read_over(struct graph_node *n, struct diag *d)
{
    const struct setting *s = setting_member(n->said, "over");
    const char *text = s != NULL ? setting_string(s) : "channels";
    if (text == NULL ||
        (strcmp(text, "channels") != 0 && strcmp(text, "rows") != 0))
        return diag_error(d, setting_pos(s),
                          "'over' of node '%s' may be \"channels\" or "
                          "\"rows\"",
                          n->layer.name);
    n->sums_rows = strcmp(text, "rows") == 0;
    return true;
}

/* Sets M, N and K of B products side by side from both operands: the first has
 * M rows of B x K channels; the second N rows of as many, or K rows of B x N.
 */
static bool matmul_letters(const struct graph *g, struct graph_node *n,
                           struct layer *l, int *columns, struct diag *d)
{
    const struct map_shape *a = shape_of_input(g, n, 0);
    const struct map_shape *b = shape_of_input(g, n, 1);
    int B;
    if (!read_whole(n, "B", 1, &B, d) || !node_read_over(n, d))
        return false;
    if (a->W != 1 || b->W != 1)
        return diag_error(d, node_pos(n, "in"),
                          "'W' of the inputs of node '%s' is %d and %d; a "
                          "matmul takes rows of one column",
                          n->layer.name, a->W, b->W);
    if (a->C % B != 0 || b->C % B != 0)
        return diag_error(d, node_pos(n, "B"),
                          "'C' of the inputs of node '%s' is %d and %d, which "
                          "its %d products side by side do not divide",
                          n->layer.name, a->C, b->C, B);
    l->H = a->H;
    l->C = a->C / B;
    *columns = n->sums_rows ? b->C / B : b->H;
    const int K = n->sums_rows ? b->H : b->C / B;
    if (K != l->C)
        return diag_error(d, node_pos(n, "in"),
                          "node '%s' adds up %d products of its first input "
                          "and %d of its second ('%s' of the second); they "
                          "must be equal",
                          n->layer.name, l->C, K, n->sums_rows ? "H" : "C");
    return true;
}

/* A matmul's letters all come from its operands. */
static bool matmul_infer(const struct graph *g, struct graph_node *n,
                         struct diag *d)
{
    struct layer l = n->layer;
    int columns = 1, said = 1;
    layer_keys_leave_out(&l);
    if (!matmul_letters(g, n, &l, &columns, d) ||
        !read_whole(n, "B", 1, &l.B, d) ||
        !read_whole(n, "N", columns, &said, d))
        return false;
    if (said != columns)
        return diag_error(d, node_pos(n, "N"),
                          "'N' of node '%s' is %d; its second input has %d",
                          n->layer.name, said, columns);
    static const char *const known[] = {"name", "op", "type", "in",
                                        "B",    "N",  "over", NULL};
    for (int i = 0; i < setting_length(n->said); i++) {
        const struct setting *s = setting_item(n->said, i);
        bool is_known = false;
        for (int k = 0; known[k] != NULL; k++)
            is_known = is_known || strcmp(setting_name(s), known[k]) == 0;
        if (!is_known)
            return setting_unknown_key(s, known, " of a matmul", d);
    }
    l.M = columns;
    if (!layer_of_gemm(&l, setting_pos(n->said), d) ||
        !layer_finish(&l, setting_pos(n->said), d))
        return false;
    n->layer = l;
    return true;
}

static bool mac_infer(const struct graph *g, struct graph_node *n,
                      struct diag *d)
{
    static const char *const other_keys[] = {"in", "op", "type", NULL};
    const struct layer_read_how how = {
        .other_keys = other_keys,
        .ifmap_is_known = !g->is_list,
        .filter_is_ifmap = !g->is_list && n->layer.op == LAYER_FC};
    struct layer l = n->layer;
    if (n->layer.op == LAYER_MATMUL && !g->is_list)
        return matmul_infer(g, n, d);
    if (!g->is_list) {
        const struct map_shape *in = shape_of_input(g, n, 0);
        l.C = in->C;
        l.H = in->H;
        l.W = in->W;
        if (n->layer.op == LAYER_GEMM && in->W != 1)
            return diag_error(d, node_pos(n, "in"),
                              "'W' of the input of node '%s' is %d; a gemm "
                              "takes rows of one column",
                              n->layer.name, in->W);
    }
    if (!layer_read(n->said, &how, &l, d))
        return false;
    if (!g->is_list && g->tensor[n->in[0]].producer < 0)
        l.network_input = true;
    n->layer = l;
    return true;
}

/* A node's words are as wide as who made them said. */
static bool match_widths(const struct graph *g, struct graph_node *n,
                         struct diag *d)
{
    const struct graph_tensor *in = &g->tensor[n->in[0]];
    if (in->bits == 0)
        return true;
    if (n->layer.bits[TENSOR_IFMAP] == 0)
        n->layer.bits[TENSOR_IFMAP] = in->bits;
    return n->layer.bits[TENSOR_IFMAP] == in->bits ||
           diag_error(d, node_pos(n, "ifmap_bits"),
                      "'ifmap_bits' of node '%s' is %d; its input '%s' has "
                      "words of %d",
                      n->layer.name, n->layer.bits[TENSOR_IFMAP], in->name,
                      in->bits);
}

/* The output of a MAC loop, and the inputs of one in a list. */
static void set_mac_tensors(struct graph *g, const struct graph_node *n)
{
    const struct layer *l = &n->layer;
    struct graph_tensor *out = &g->tensor[n->first_out];
    out->shape = (struct map_shape){l->M, l->P, l->Q};
    out->bits = l->ofmap_bits;
    if (!g->is_list)
        return;
    g->tensor[n->in[0]].shape = (struct map_shape){l->C, l->H, l->W};
    if (n->n_in > 1)
        g->tensor[n->in[1]].shape = (struct map_shape){l->C, l->M / l->G, 1};
}

/* Finds the nodes that may be done on a MAC loop's outputs, word by word, as
 * they leave: those between it and the first tensor that several nodes read. */
static void find_epilogues(struct graph *g)
{
    static const enum layer_op word_by_word[] = {
        LAYER_relu,    LAYER_relu6, LAYER_gelu,     LAYER_silu,
        LAYER_sigmoid, LAYER_tanh,  LAYER_batchnorm};
    const int n_ops = (int)(sizeof(word_by_word) / sizeof(*word_by_word));
    int *readers = xcalloc((size_t)g->n_tensors, sizeof(*readers));
    for (int i = 0; i < g->n_nodes; i++)
        for (int k = 0; k < g->node[i].n_in; k++)
            readers[g->node[i].in[k]]++;
    for (int i = 0; i < g->n_nodes; i++) {
        struct layer *l = &g->node[i].layer;
        const int in = g->node[i].in[0], producer = g->tensor[in].producer;
        if (producer < 0 || readers[in] != 1)
            continue;
        const struct layer *before = &g->node[producer].layer;
        for (int k = 0; k < n_ops; k++)
            if (l->op == word_by_word[k] &&
                (layer_is_mac(before) || before->behind_macs != 0))
                l->behind_macs =
                    before->behind_macs | (uint32_t)1 << (l->op - LAYER_OPS);
    }
    free(readers);
}

bool graph_infer_shapes(struct graph *g, struct diag *d)
{
    for (int i = 0; i < g->n_nodes; i++) {
        struct graph_node *n = &g->node[i];
        if (!layer_is_mac(&n->layer)) {
            if (!vector_node_infer(g, n, d) || !match_widths(g, n, d))
                return false;
            continue;
        }
        if (!mac_infer(g, n, d) || !match_widths(g, n, d))
            return false;
        set_mac_tensors(g, n);
    }
    find_epilogues(g);
    return true;
}
