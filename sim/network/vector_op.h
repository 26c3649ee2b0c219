/* vector_op.h - the operations of a network that are no MAC loops: what each
 * takes, what its node's keys are, and what work it is for a vector unit.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_NETWORK_VECTOR_OP_H
#define SIM_NETWORK_VECTOR_OP_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/layer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How the output's shape comes about. */
enum vector_shape {
    SHAPE_SAME,      /* the first input's; others are as large or repeated */
    SHAPE_WINDOWS,   /* windows of R x S go over each channel */
    SHAPE_JOINED,    /* the inputs one behind the other */
    SHAPE_PARTS,     /* the channels in equal parts */
    SHAPE_TO,        /* said by the node's key 'to' */
    SHAPE_EXCHANGED, /* the input's, in the order of the key 'order' */
    SHAPE_ROWS       /* rows of a table, as the words of the input choose */
};

struct vector_op {
    int least_inputs, most_inputs;
    enum vector_shape shape;
    /* How often the operation goes through its input: once to find a maximum,
     * a mean or a sum where the second one needs it. */
    int passes;
    /* Compares, adds, multiplies and look-ups for each word of the output; of
     * windows one for each of their words, of several inputs one for each but
     * the first. */
    int operations;
    int weights_per_channel; /* words that the network stores for a channel */
    /* The output's words are the input's, where they are: producers write them
     * where consumers read, and nothing is moved. */
    bool is_view;
    const char *const *keys; /* of its node, beside those of all; NULL ends */
    const char *doc;
};

enum { VECTOR_INPUTS_MAX = 64 };

/* Those of all images of a node. */
uint64_t vector_operations(const struct layer *layer);
/* NULL: the operation is a MAC loop. */
const struct vector_op *vector_op_of(enum layer_op op);
/* LAYER_OP_N: there is none of that name. */
enum layer_op vector_op_find(const char *name);

#ifdef __cplusplus
}
#endif

#endif
