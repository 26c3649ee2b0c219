/* graph_values.h - functional mode of a whole network: the words of its tensors
 * from node to node.
 *
 * Nodes with a MAC loop are run by the machine, on the words that nodes before
 * them made, and its psums, rounded, are what nodes behind them read; the
 * others are worked out in whole numbers (docs/values.md).
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_VALUES_GRAPH_VALUES_H
#define SIM_VALUES_GRAPH_VALUES_H

#include "sim/base/arch.h"
#include "sim/network/network_file.h"
#include "sim/run/run.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A tensor's words. */
struct tensor_values {
    const char *name; /* borrowed of the graph */
    int bits, exponent;
    uint64_t words, zero_words;
    uint64_t digest; /* value_map_digest */
};

struct graph_values;

/* Whether the words of a network can be carried: a graph as a whole. */
bool graph_values_are_possible(const struct network_file *network);
/* All borrowed; parts: into how many layers each MAC node was cut, or NULL.  To
 * be freed. */
struct graph_values *graph_values_new(const struct network_file *network,
                                      const struct arch *arch,
                                      const int *parts);
void graph_values_free(struct graph_values *values); /* or NULL */
/* Keeps the operands and psums of a node with a MAC loop, before it runs. */
void graph_values_keep(struct graph_values *values, int node);
/* Once all layers have run: those; NULLs of a node that was not kept. */
struct layer_values graph_values_of(struct graph_values *values, int node);
struct word_carrier graph_values_carrier(struct graph_values *values);
/* Once all layers have run: of every tensor, in the graph's order. */
const struct tensor_values *graph_values_all(struct graph_values *values,
                                             int *n);

#ifdef __cplusplus
}
#endif

#endif
