/* apart.h - a layer in a process of its own.
 *
 * For kernels that a process can use once.  Several threads may call it at a
 * time.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_RUN_APART_H
#define SIM_RUN_APART_H

#include "sim/run/simulate.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How to simulate one layer; as simulate_layer. */
struct layer_runner {
    const void *context; /* borrowed */
    bool (*run)(const void *context, const struct arch *arch,
                const struct layer *layer, const struct layer_mapping *mapping,
                const struct simulate_options *options,
                struct layer_result *out, struct diag *d);
};

/* Calls `runner` in a child process, which ends with this one; result, messages
 * and progress come back through a pipe.  options->progress is called in this
 * process.  A child that ends before it has answered is an error
 * (EXIT_MACHINE). */
bool run_apart(const struct layer_runner *runner, const struct arch *arch,
               const struct layer *layer, const struct layer_mapping *mapping,
               const struct simulate_options *options, struct layer_result *out,
               struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
