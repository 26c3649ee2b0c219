/* graph.h - a network as a graph: nodes, the tensors between them, and which
 * node makes each and which read it.
 *
 * A tensor has C channels of H rows of W columns for each image; a sequence is
 * a column of H tokens of C features.  A node's output has the node's name.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_NETWORK_GRAPH_H
#define SIM_NETWORK_GRAPH_H

#include "sim/base/config_text.h"
#include "sim/base/layer.h"

#ifdef __cplusplus
extern "C" {
#endif

struct map_shape {
    int C, H, W;
};

enum { TENSOR_NAME_BYTES = 80 };

struct graph_tensor {
    char name[TENSOR_NAME_BYTES];
    struct map_shape shape; /* of one image */
    int bits;               /* of a word; 0: the machine's */
    int producer;           /* a node, or -1: it comes from outside */
    bool is_cache;          /* an input: of steps before, and for those after */
};

struct graph_node {
    struct layer layer; /* of one image, finished; its name is the node's */
    const struct setting *said; /* its group in the file; borrowed */
    int n_in, *in;              /* tensors; owns */
    int first_out, n_out;       /* its outputs are tensors next to each other */
    /* over = "rows": a matmul adds up over the rows of its second operand, a
     * concat and a split join and part rows. */
    bool sums_rows;
};

struct graph {
    bool is_list; /* 'layers': nothing connects them */
    int n_nodes, n_tensors;
    struct graph_node *node; /* owns; each behind those that it reads from */
    struct graph_tensor *tensor; /* owns */
    struct config_text *text;    /* owns; what the positions point into */
};

/* The words of one image. */
uint64_t map_shape_words(struct map_shape shape);

/* Reads 'inputs' and 'nodes', or 'layers' as nodes that nothing connects, each
 * with inputs of its own.  Takes the text.  NULL after a message. */
struct graph *graph_read(struct config_text *text, const char *path,
                         struct diag *d);
void graph_free(struct graph *graph); /* or NULL */

/* What a message says of a node: where its key stands, or where it does. */
struct src_pos node_pos(const struct graph_node *node, const char *key);

/* Reads over = "channels" or "rows" (default: channels). */
bool node_read_over(struct graph_node *node, struct diag *d);

/* Puts nodes behind those that they read from, and otherwise leaves them in the
 * file's order.  Error: a node that waits for itself. */
bool graph_sort(struct graph *graph, struct diag *d);
/* Gives every output of a sorted graph its shape and width, and finishes the
 * nodes' layers.  Errors name the node and the dimension. */
bool graph_infer_shapes(struct graph *graph, struct diag *d);
/* The same of one node without a MAC loop, from the shapes of its inputs, of
 * which one in a list of layers has none yet. */
bool vector_node_infer(struct graph *graph, struct graph_node *node,
                       struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
