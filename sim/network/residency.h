/* residency.h - which tensors of a graph stay in L2 from the node that makes
 * them to the last one that reads them, and what that saves.
 *
 * A tensor that stays takes its bytes of L2 from every node of its life; tiles
 * get what is left, so that others may be fetched again more often.  A node is
 * then simulated with less L2 and without the transfers of what stays.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_NETWORK_RESIDENCY_H
#define SIM_NETWORK_RESIDENCY_H

#include "dataflows/dataflow.h"
#include "sim/config/config.h"
#include "sim/network/network_file.h"
#include "sim/network/vector_result.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A tensor between nodes, and what became of it. */
struct resident_tensor {
    const char *name; /* borrowed of the graph */
    uint64_t bytes;   /* of all images */
    int first, last;  /* nodes of its life */
    bool stays;
    const char *why;     /* it does not, a constant; NULL where it stays */
    uint64_t free_bytes; /* of L2 in the fullest node of its life, without it */
    /* DRAM words before and after it stayed, of the nodes of its life: those
     * without it are those with it, and its own that are saved, less those of
     * other tensors that are fetched again. */
    uint64_t words_without, words_with, saved_words;
    int64_t fetched_again_words;
};

/* Inputs that are caches, and what is put behind them, in L2 (network.cache);
 * DRAM words and cycles of all nodes, before and after: those without it are
 * those with it, and saved, less those that are fetched again. */
struct resident_cache {
    int tensors; /* 0: none */
    uint64_t bytes;
    uint64_t words_without, words_with, saved_words;
    int64_t fetched_again_words;
    uint64_t cycles_without, cycles_with;
};

struct residency {
    int n;
    struct resident_tensor *tensor; /* owns; in the order of their makers */
    struct resident_cache cache;
};

/* Whether it is planned what stays in L2. */
static inline bool residency_is_planned(const struct arch *arch)
{
    return arch->residency != RESIDENCY_NONE || arch->cache != CACHE_DRAM;
}

struct residency_input { /* all borrowed */
    const struct config *cfg;
    const struct network_file *network; /* a graph, whole */
    const struct dataflow *dataflow;
    const struct simulate_options *simulate; /* NULL: closed forms */
    bool show_mapping;                       /* of these: with their texts */
};

/* Whether the machine and what was asked model it.  Errors by name. */
bool residency_is_possible(const struct residency_input *in, struct diag *d);
/* results: of the graph's nodes as they come without it, which own their texts;
 * those of nodes that have something in L2 are replaced.  To be freed by
 * residency_fini. */
bool residency_plan(const struct residency_input *in,
                    struct layer_result *results, struct residency *out,
                    struct diag *d);
void residency_fini(struct residency *r);

#ifdef __cplusplus
}
#endif

#endif
