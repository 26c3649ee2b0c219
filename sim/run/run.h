/* run.h - several layers, on several threads.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_RUN_RUN_H
#define SIM_RUN_RUN_H

#include "sim/base/result.h"
#include "sim/run/apart.h"
#include "sim/run/pass_memory.h"
#include "sim/run/simulate.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Who carries the words of functional mode from layer to layer: those of each
 * are asked for when all before it are done, and are there until it is. */
struct word_carrier {
    void *context;
    const struct layer_values *(*words_of)(void *context, int layer);
    void (*is_done)(void *context, int layer);
};

struct run_input { /* all borrowed */
    const struct arch *arch;
    const struct layer *layer;
    int n_layers;
    const struct layer_mapper *mapper;
    /* NULL: threads of this process simulate layers; else processes do, one
     * each, by `apart`. */
    const struct layer_runner *apart;
    struct simulate_options simulate;   /* progress is set by run_layers */
    const struct word_carrier *carrier; /* or NULL; layers run in their order */
    struct layer_timeline *timeline;    /* of each layer; NULL: none is kept */
    int jobs;            /* threads; 0 = as many as there are processors */
    uint64_t memo_bytes; /* budget of the pass memory; 0 = the default */
};

/* Those online; 1 when unknown. */
int run_processors(void);

/* Fills out[0 .. n_layers), in the layers' order whatever `jobs`
 * is.  *memory: what the pass memory did.  false: the first layer that failed
 * has said why in `d`, and nothing in `out` needs layer_result_fini. */
bool run_layers(const struct run_input *in, struct layer_result *out,
                struct pass_memory_stats *memory, struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
