/* vector_node.c - reads the keys of a node without a MAC loop and works out the
 * shape of what it makes.
 *
 * Its layer holds C H W of the first input, M P Q of the output, R S, strides
 * and padding of a pool's windows, G groups of a softmax, R the size of an lrn
 * and the rows of a gather's table.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "sim/base/nearest.h"
#include "sim/config/layer_keys.h"
#include "sim/network/graph.h"
#include "sim/network/vector_op.h"

static const char *const keys_of_all[] = {
    "name", "op", "type",       "in",         "C",
    "H",    "W",  "ifmap_bits", "ofmap_bits", NULL};

struct node_reader {
    struct graph *graph;
    struct graph_node *node;
    const struct vector_op *op;
    struct layer_given given;
    struct diag *d;
};

static bool is_in(const char *const *keys, const char *name)
{
    for (; *keys != NULL; keys++)
        if (strcmp(*keys, name) == 0)
            return true;
    return false;
}

static bool unknown_key(const struct node_reader *r, const struct setting *s)
{
    struct nearest near;
    nearest_start(&near, setting_name(s));
    for (const char *const *k = r->op->keys; *k != NULL; k++)
        nearest_offer(&near, *k);
    for (const char *const *k = keys_of_all; *k != NULL; k++)
        nearest_offer(&near, *k);
    return diag_error(r->d, setting_pos(s),
                      "unknown key '%s' of a node whose operation is '%s'; the "
                      "nearest is '%s'",
                      setting_name(s), layer_op_name[r->node->layer.op],
                      near.best);
}

static bool whole_number(const struct node_reader *r, const struct setting *s,
                         int *out)
{
    long long value;
    if (!setting_whole_number(s, &value) || value < 1 || value > LAYER_DIM_MAX)
        return diag_error(r->d, setting_pos(s),
                          "'%s' of node '%s' has no such number; it may be 1 "
                          "to %d",
                          setting_name(s) != NULL ? setting_name(s) : "to",
                          r->node->layer.name, LAYER_DIM_MAX);
    *out = (int)value;
    return true;
}

/* A key that a MAC loop has too. */
static bool layer_number(struct node_reader *r, const struct setting *s,
                         const struct layer_key *key)
{
    long long value;
    if (!setting_whole_number(s, &value))
        return diag_error(r->d, setting_pos(s),
                          "'%s' is %s; a whole number is needed", key->name,
                          setting_kind(s));
    return layer_key_set(key, value, &r->given, &r->node->layer, setting_pos(s),
                         r->d);
}

/* to = [C, H, W] */
static bool read_to(const struct node_reader *r, const struct setting *s)
{
    struct layer *l = &r->node->layer;
    if (!setting_is_list(s) || setting_length(s) != 3)
        return diag_error(r->d, setting_pos(s),
                          "'to' of node '%s' is no shape; [C, H, W] is needed",
                          l->name);
    return whole_number(r, setting_item(s, 0), &l->M) &&
           whole_number(r, setting_item(s, 1), &l->P) &&
           whole_number(r, setting_item(s, 2), &l->Q);
}

/* order = "hcw": which axis of the input each of the output's is. */
static bool read_order(const struct node_reader *r, const struct setting *s)
{
    static const char *const orders[] = {"chw", "cwh", "hcw", "hwc",
                                         "wch", "whc", NULL};
    const char *text = setting_string(s);
    struct layer *l = &r->node->layer;
    const int size[] = {l->C, l->H, l->W};
    if (text == NULL || !is_in(orders, text))
        return diag_error(r->d, setting_pos(s),
                          "'order' of node '%s' may have the letters c, h and "
                          "w, each once, as in \"hcw\"",
                          l->name);
    l->M = size[strchr("chw", text[0]) - "chw"];
    l->P = size[strchr("chw", text[1]) - "chw"];
    l->Q = size[strchr("chw", text[2]) - "chw"];
    return true;
}

static bool read_key(struct node_reader *r, const struct setting *s)
{
    const char *name = setting_name(s);
    struct layer *l = &r->node->layer;
    const struct layer_key *key = layer_key_find(layer_keys, name);
    const bool is_of_list =
        r->graph->is_list && (strcmp(name, "M") == 0 ||
                              strcmp(name, "R") == 0 || strcmp(name, "S") == 0);
    if (is_in(keys_of_all, name) && strstr(name, "bits") == NULL)
        return true;
    if (!is_in(keys_of_all, name) && !is_in(r->op->keys, name) && !is_of_list)
        return unknown_key(r, s);
    if (key != NULL)
        return layer_number(r, s, key);
    if (strcmp(name, "to") == 0)
        return read_to(r, s);
    if (strcmp(name, "order") == 0)
        return read_order(r, s);
    if (strcmp(name, "parts") == 0 || strcmp(name, "over") == 0)
        return true;                  /* they were read before */
    return whole_number(r, s, &l->R); /* size of an lrn, rows of a table */
}

/* Keys C, H and W: in a list they are the input, in a graph they may repeat
 * it. */
static bool take_input(struct node_reader *r)
{
    struct graph_node *n = r->node;
    struct map_shape *in = &r->graph->tensor[n->in[0]].shape;
    struct layer *l = &n->layer;
    struct {
        const char *key;
        int *known, *out;
    } axis[] = {
        {"C", &in->C, &l->C}, {"H", &in->H, &l->H}, {"W", &in->W, &l->W}};
    for (int i = 0; i < 3; i++) {
        const struct setting *s = setting_member(n->said, axis[i].key);
        if (s == NULL && r->graph->is_list)
            return diag_error(r->d, setting_pos(n->said),
                              "node '%s' lacks '%s'; without 'in' it has C, H "
                              "and W of what it reads",
                              l->name, axis[i].key);
        *axis[i].out = *axis[i].known;
        if (s != NULL && !whole_number(r, s, axis[i].out))
            return false;
        if (!r->graph->is_list && *axis[i].out != *axis[i].known)
            return diag_error(r->d, setting_pos(s),
                              "'%s' of node '%s' is %d; its input has %d",
                              axis[i].key, l->name, *axis[i].out,
                              *axis[i].known);
    }
    if (r->graph->is_list)
        for (int i = 0; i < n->n_in; i++)
            r->graph->tensor[n->in[i]].shape =
                (struct map_shape){l->C, l->H, l->W};
    return true;
}

/* Whether a further input may have so many where the first has `first`: joined
 * ones along the axis along which they are; others where they are repeated,
 * channels for each of several equal parts, rows and columns for all. */
static bool may_differ(const struct node_reader *r, const char *axis, int is,
                       int first)
{
    if (is == first)
        return true;
    if (r->op->shape == SHAPE_JOINED)
        return *axis == (r->node->sums_rows ? 'H' : 'C');
    return *axis == 'C' ? first % is == 0 : is == 1;
}

/* Adds up channels or rows, or has all inputs of one shape. */
static bool take_further_inputs(struct node_reader *r)
{
    const struct graph_node *n = r->node;
    struct layer *l = &r->node->layer;
    for (int i = 1; i < n->n_in; i++) {
        const struct graph_tensor *t = &r->graph->tensor[n->in[i]];
        const struct {
            const char *name;
            int is, needed;
        } axis[] = {{"C", t->shape.C, l->C},
                    {"H", t->shape.H, l->H},
                    {"W", t->shape.W, l->W}};
        for (int k = 0; k < 3; k++)
            if (!may_differ(r, axis[k].name, axis[k].is, axis[k].needed))
                return diag_error(r->d, node_pos(n, "in"),
                                  "'%s' of node '%s' is %d in its input '%s' "
                                  "and %d in '%s'; %s",
                                  axis[k].name, l->name, axis[k].needed,
                                  r->graph->tensor[n->in[0]].name, axis[k].is,
                                  t->name,
                                  r->op->shape == SHAPE_JOINED
                                      ? "they must be equal"
                                      : "they must be equal, or it must be "
                                        "repeated: 1, or channels that divide "
                                        "the others");
        if (r->op->shape != SHAPE_JOINED)
            continue;
        int *const sum = n->sums_rows ? &l->P : &l->M;
        const int more = n->sums_rows ? t->shape.H : t->shape.C;
        if (more > LAYER_DIM_MAX - *sum)
            return diag_error(r->d, node_pos(r->node, "in"),
                              "'%s' of node '%s' is more than %d",
                              n->sums_rows ? "H" : "C", l->name, LAYER_DIM_MAX);
        *sum += more;
    }
    return true;
}

/* P and Q of windows, as those of a convolution with these filters; other
 * outputs are as large as they were said to be, or as the input. */
static bool set_outputs(struct node_reader *r)
{
    struct layer *l = &r->node->layer;
    struct layer windows = *l;
    const bool has_windows = r->op->shape == SHAPE_WINDOWS;
    windows.op = LAYER_CONV;
    windows.M = windows.G = l->C;
    if (!has_windows)
        windows.R = windows.S = 1;
    if (!layer_finish(&windows, setting_pos(r->node->said), r->d))
        return false;
    if (has_windows || l->P == 0) {
        l->P = windows.P;
        l->Q = windows.Q;
    }
    return true;
}

static bool lacks(const struct node_reader *r, const char *key)
{
    if (setting_member(r->node->said, key) != NULL)
        return false;
    diag_error(r->d, setting_pos(r->node->said),
               "node '%s' lacks '%s', which a %s needs", r->node->layer.name,
               key, layer_op_name[r->node->layer.op]);
    return true;
}

static bool divides(const struct node_reader *r, const char *key, int parts)
{
    const struct layer *l = &r->node->layer;
    const bool rows = r->node->sums_rows;
    return (rows ? l->H : l->C) % parts == 0 ||
           diag_error(r->d, node_pos(r->node, key),
                      "'%s' of node '%s' is %d and does not divide the '%s' = "
                      "%d of its input",
                      key, l->name, parts, rows ? "H" : "C",
                      rows ? l->H : l->C);
}

static bool words_are_equal(const struct node_reader *r)
{
    const struct layer *l = &r->node->layer;
    const struct map_shape in = {l->C, l->H, l->W}, out = {l->M, l->P, l->Q};
    if (map_shape_words(in) == map_shape_words(out))
        return true;
    return diag_error(r->d, node_pos(r->node, "to"),
                      "'to' of node '%s' has %llu words; its input has %llu",
                      l->name, (unsigned long long)map_shape_words(out),
                      (unsigned long long)map_shape_words(in));
}

/* What the operation asks of the keys, beyond the numbers' ranges. */
static bool check_op(const struct node_reader *r)
{
    const struct layer *l = &r->node->layer;
    switch (l->op) {
    case LAYER_softmax:
        return divides(r, "G", l->G);
    case LAYER_split:
        return divides(r, "parts", r->node->n_out);
    case LAYER_lrn:
        return !lacks(r, "size");
    case LAYER_transpose:
        return !lacks(r, "order");
    case LAYER_gather:
        return !lacks(r, "rows") && !lacks(r, "M") &&
               (l->C == 1 || diag_error(r->d, node_pos(r->node, "in"),
                                        "'C' of the input of node '%s' is %d; "
                                        "a gather reads one number a row",
                                        l->name, l->C));
    case LAYER_reshape:
        return !lacks(r, "to") && words_are_equal(r);
    case LAYER_resize:
        return !lacks(r, "to") &&
               (l->M == l->C || diag_error(r->d, node_pos(r->node, "to"),
                                           "'C' of node '%s' is %d; its input "
                                           "has %d, which a resize keeps",
                                           l->name, l->M, l->C));
    default:
        return true;
    }
}

/* In a list M may be said where it is the channels again, as R and S of one
 * where there are no windows. */
static bool list_agrees(const struct node_reader *r)
{
    const struct layer *l = &r->node->layer;
    if (!r->graph->is_list || r->op->shape == SHAPE_ROWS)
        return true;
    if (setting_member(r->node->said, "M") != NULL && l->M != l->C)
        return diag_error(r->d, node_pos(r->node, "M"),
                          "'M' of layer '%s' is %d; a %s of C = %d channels "
                          "makes as many",
                          l->name, l->M, layer_op_name[l->op], l->C);
    return true;
}

static void set_tensors(const struct node_reader *r)
{
    const struct graph_node *n = r->node;
    for (int i = 0; i < n->n_out; i++) {
        struct graph_tensor *t = &r->graph->tensor[n->first_out + i];
        t->shape = (struct map_shape){n->layer.M, n->layer.P, n->layer.Q};
        if (n->sums_rows)
            t->shape.H /= n->n_out;
        else
            t->shape.C /= n->n_out;
        t->bits = n->layer.ofmap_bits;
        if (r->op->is_view && t->bits == 0)
            t->bits = r->graph->tensor[n->in[0]].bits;
    }
}

bool vector_node_infer(struct graph *g, struct graph_node *n, struct diag *d)
{
    struct node_reader r = {
        .graph = g, .node = n, .op = vector_op_of(n->layer.op), .d = d};
    struct layer *l = &n->layer;
    layer_keys_leave_out(l);
    if (!take_input(&r))
        return false;
    /* 0: as the input has them; what keys say stands behind this. */
    l->M = l->C;
    l->P = l->Q = 0;
    if ((r.op->shape == SHAPE_JOINED || r.op->shape == SHAPE_PARTS) &&
        !node_read_over(n, d))
        return false;
    if (n->sums_rows) {
        l->P = l->H;
        l->Q = l->W;
    }
    if (r.op->shape == SHAPE_WINDOWS && !g->is_list &&
        setting_member(n->said, "R") == NULL &&
        setting_member(n->said, "S") == NULL) {
        l->R = l->H; /* a global pool */
        l->S = l->W;
    }
    for (int i = 0; i < setting_length(n->said); i++)
        if (!read_key(&r, setting_item(n->said, i)))
            return false;
    if (!list_agrees(&r) || !take_further_inputs(&r) || !set_outputs(&r) ||
        !check_op(&r))
        return false;
    for (int i = 0; i < n->n_in; i++)
        l->input_words += map_shape_words(g->tensor[n->in[i]].shape);
    set_tensors(&r);
    return true;
}
