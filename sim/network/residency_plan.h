/* residency_plan.h - the nodes of a graph while it is planned what stays in L2:
 * what each finds there, and how it runs beside that.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_NETWORK_RESIDENCY_PLAN_H
#define SIM_NETWORK_RESIDENCY_PLAN_H

#include "sim/choose/chooser.h"
#include "sim/network/residency.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What stays around a node, and what came of it. */
struct node_state {
    uint64_t held_bytes;        /* of tensors that live through it */
    bool stays[TENSOR_N];       /* of its own, by the operand */
    uint64_t stays_input_words; /* of a node without a MAC loop */
    struct layer_result result; /* owns its text */
};

struct planner {
    const struct residency_input *in;
    const struct graph *graph;
    const struct arch *arch;
    struct given_mapping given; /* by hand */
    struct node_state *node;    /* owns */
    struct node_state *trial;   /* owns; of the nodes of a tensor's life */
};

/* Whether the array or the vector unit works on a node. */
bool planner_works_on(const struct planner *p, int node);
/* Runs a node beside what stays.  false: it does not fit. */
bool planner_run(const struct planner *p, int node, struct node_state *s);
/* Cycles, or, of a closed form, the bound of them. */
uint64_t planner_cycles(const struct layer_result *r);
uint64_t planner_dram_words(const struct layer_result *r);
/* Bytes of a tensor, of all images. */
uint64_t planner_bytes(const struct planner *p, int tensor);
/* The node that writes a tensor: the MAC loop before an epilogue; -1: it comes
 * from outside. */
int planner_writer(const struct planner *p, int tensor);
bool planner_reads(const struct graph_node *n, int tensor);
/* What a reader takes from DRAM of the tensor, before it stays there; marks
 * what does. */
uint64_t planner_read_words(const struct planner *p, int node, int tensor,
                            struct node_state *s);

/* Keeps inputs that are caches in L2, and what is put behind them, all through
 * the run.  Errors: no room, or a node that cannot find them there. */
bool residency_keep_caches(struct planner *p, struct resident_cache *out,
                           struct diag *d);
/* Whether network.cache has something to keep. */
bool residency_cache_is_possible(const struct residency_input *in,
                                 struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
