/* nest_simulate.h - run one layer under a nest, as sim/run/simulate.h does
 * under a dataflow.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_RUN_NEST_SIMULATE_H
#define SIM_RUN_NEST_SIMULATE_H

#include "dataflows/nest/nest.h"
#include "sim/run/simulate.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Errors: the nest is not legal
 * (EXIT_NO_MAPPING), max_cycles (EXIT_MACHINE). */
bool simulate_nest(const struct arch *arch, const struct layer *layer,
                   const struct nest *nest, const struct nest_where *where,
                   const struct simulate_options *options,
                   struct layer_result *out, struct diag *d);
/* The same without running it: counts in closed form, and bounds. */
bool model_nest(const struct arch *arch, const struct layer *layer,
                const struct nest *nest, const struct nest_where *where,
                bool show_mapping, struct layer_result *out, struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
