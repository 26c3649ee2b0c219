/* graph_values.c - walks a graph's nodes in their order and carries the words
 * of their tensors.
 * SPDX-License-Identifier: MIT
 */
#include "sim/values/graph_values.h"

#include <stdlib.h>
#include <string.h>

#include "sim/network/vector_op.h"
#include "sim/values/mac_operands.h"
#include "sim/values/vector_values.h"

/* What a node's MAC loop had, for those who ask for it later. */
struct kept_words {
    bool is_wanted;
    struct mac_operands operands;
    int64_t *psums; /* owns; NULL: it has not run */
};

struct graph_values {
    const struct network_file *network; /* borrowed */
    const struct arch *arch;            /* borrowed */
    const int *parts;                   /* borrowed, or NULL */
    struct value_map *map;              /* owns; of each tensor */
    int *readers;                       /* owns; that have not run yet */
    struct tensor_values *all;          /* owns */
    struct kept_words *kept;            /* owns; of each node */
    int next;                           /* the node that comes next */
    int mac_nodes;                      /* of those before it */
    struct mac_operands operands; /* of the next node, once it has begun */
    int parts_done;
    bool has_begun;
};

bool graph_values_are_possible(const struct network_file *n)
{
    return n->graph != NULL && !n->graph->is_list && !n->is_part;
}

static int batch_of(const struct graph_values *v)
{
    return v->network->rows->batch;
}

/* Bits of a tensor's words: as its maker said, or the machine's. */
static int bits_of(const struct graph_values *v, int tensor)
{
    const struct graph_tensor *t = &v->network->graph->tensor[tensor];
    const int own = mac_word_bits(v->arch, TENSOR_IFMAP);
    if (t->bits > 0)
        return t->bits < 62 ? t->bits : 62;
    return arch_ofmap_bits(v->arch) < own ? arch_ofmap_bits(v->arch) : own;
}

/* A tensor has its words. */
static void made(struct graph_values *v, int tensor)
{
    const struct value_map *m = &v->map[tensor];
    v->all[tensor] =
        (struct tensor_values){.name = v->network->graph->tensor[tensor].name,
                               .bits = m->bits,
                               .exponent = m->exponent,
                               .words = value_map_words(m),
                               .zero_words = value_map_zeros(m),
                               .digest = value_map_digest(m)};
    if (v->readers[tensor] == 0)
        value_map_fini(&v->map[tensor]);
}

/* A node has read its inputs. */
static void let_go(struct graph_values *v, const struct graph_node *n)
{
    for (int i = 0; i < n->n_in; i++)
        if (--v->readers[n->in[i]] == 0)
            value_map_fini(&v->map[n->in[i]]);
}

struct graph_values *graph_values_new(const struct network_file *network,
                                      const struct arch *arch, const int *parts)
{
    const struct graph *g = network->graph;
    struct graph_values *v = xcalloc(1, sizeof(*v));
    v->network = network;
    v->arch = arch;
    v->parts = parts;
    v->map = xcalloc((size_t)g->n_tensors, sizeof(*v->map));
    v->readers = xcalloc((size_t)g->n_tensors, sizeof(*v->readers));
    v->kept = xcalloc((size_t)g->n_nodes, sizeof(*v->kept));
    v->all = xcalloc((size_t)g->n_tensors, sizeof(*v->all));
    for (int i = 0; i < g->n_nodes; i++)
        for (int k = 0; k < g->node[i].n_in; k++)
            v->readers[g->node[i].in[k]]++;
    for (int t = 0; t < g->n_tensors; t++) {
        if (g->tensor[t].producer >= 0)
            continue;
        v->map[t] = value_map_new(batch_of(v), g->tensor[t].shape);
        value_map_fill(&v->map[t], g->tensor[t].name, 0, bits_of(v, t));
        made(v, t);
    }
    return v;
}

void graph_values_free(struct graph_values *v)
{
    if (v == NULL)
        return;
    if (v->has_begun)
        mac_operands_fini(&v->operands);
    for (int t = 0; t < v->network->graph->n_tensors; t++)
        value_map_fini(&v->map[t]);
    for (int i = 0; i < v->network->graph->n_nodes; i++)
        if (v->kept[i].psums != NULL) {
            mac_operands_fini(&v->kept[i].operands);
            free(v->kept[i].psums);
        }
    free(v->kept);
    free(v->map);
    free(v->readers);
    free(v->all);
    free(v);
}

/* Works out a node without a MAC loop. */
static void work_out(struct graph_values *v, int node)
{
    const struct graph *g = v->network->graph;
    const struct graph_node *n = &g->node[node];
    const struct value_map *in[VECTOR_INPUTS_MAX];
    const struct layer *l = &v->network->rows->layer[node];
    struct arch own;
    arch_of_layer(v->arch, l, &own);
    for (int i = 0; i < n->n_in; i++)
        in[i] = &v->map[n->in[i]];
    for (int i = 0; i < n->n_out; i++)
        v->map[n->first_out + i] =
            value_map_new(batch_of(v), g->tensor[n->first_out + i].shape);
    vector_values(&own, l, n, in, bits_of(v, n->first_out),
                  &v->map[n->first_out]);
    for (int i = 0; i < n->n_out; i++)
        made(v, n->first_out + i);
    let_go(v, n);
}

/* Up to the next MAC loop, or the end. */
static void advance(struct graph_values *v)
{
    const struct graph *g = v->network->graph;
    while (v->next < g->n_nodes && !layer_is_mac(&g->node[v->next].layer))
        work_out(v, v->next++);
}

static const struct layer_values *words_of(void *context, int layer)
{
    struct graph_values *v = context;
    (void)layer; /* the next */
    if (!v->has_begun) {
        advance(v);
        const struct graph_node *n = &v->network->graph->node[v->next];
        const struct layer *l = &v->network->rows->layer[v->next];
        struct arch own;
        arch_of_layer(v->arch, l, &own);
        mac_operands_init(&v->operands, &own, l, &v->map[n->in[0]],
                          n->n_in > 1 ? &v->map[n->in[1]] : NULL, n->sums_rows);
        v->has_begun = true;
        v->parts_done = 0;
    }
    return mac_operands_part(&v->operands);
}

void graph_values_keep(struct graph_values *v, int node)
{
    v->kept[node].is_wanted = true;
}

struct layer_values graph_values_of(struct graph_values *v, int node)
{
    const struct kept_words *k = &v->kept[node];
    const struct layer_values none = {NULL, NULL, NULL};
    return k->psums == NULL
               ? none
               : (struct layer_values){k->operands.values.ifmap,
                                       k->operands.values.filter, k->psums};
}

/* Lets go of the operands of the node that ran, or keeps them with a copy of
 * its psums, before these are rounded. */
static void end_operands(struct graph_values *v, const struct value_map *sums)
{
    struct kept_words *k = &v->kept[v->next];
    if (k->is_wanted) {
        const size_t words = (size_t)value_map_words(sums);
        k->operands = v->operands;
        k->psums = xcalloc(words, sizeof(*k->psums));
        memcpy(k->psums, sums->word, words * sizeof(*k->psums));
    } else {
        mac_operands_fini(&v->operands);
    }
    v->has_begun = false;
}

static void is_done(void *context, int layer)
{
    struct graph_values *v = context;
    const struct graph_node *n = &v->network->graph->node[v->next];
    (void)layer;
    mac_operands_take(&v->operands);
    if (++v->parts_done < (v->parts != NULL ? v->parts[v->mac_nodes] : 1))
        return;
    struct value_map *out = &v->map[n->first_out];
    const struct map_shape shape =
        v->network->graph->tensor[n->first_out].shape;
    *out = v->operands.sums;
    v->operands.sums.word = NULL;
    out->N = batch_of(v); /* of a matmul they are products side by side */
    out->shape = shape;
    end_operands(v, out);
    value_map_quantise(out, bits_of(v, n->first_out));
    made(v, n->first_out);
    let_go(v, n);
    v->mac_nodes++;
    v->next++;
}

struct word_carrier graph_values_carrier(struct graph_values *v)
{
    return (struct word_carrier){v, words_of, is_done};
}

const struct tensor_values *graph_values_all(struct graph_values *v, int *n)
{
    advance(v);
    *n = v->network->graph->n_tensors;
    return v->all;
}
