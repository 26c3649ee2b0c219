/* stats.h - how the kernel got to its numbers (--stats), for stderr.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_REPORT_STATS_H
#define SIM_REPORT_STATS_H

#include <stdio.h>

#include "sim/base/result.h"
#include "sim/choose/trial.h"
#include "sim/run/pass_memory.h"

#ifdef __cplusplus
extern "C" {
#endif

/* memory: what the run's pass memory did, all 0 without one; chosen: what
 * choosing mappings took. */
void report_stats(const struct layer_result *layers, int n_layers,
                  const struct pass_memory_stats *memory,
                  const struct choose_stats *chosen, FILE *to);

#ifdef __cplusplus
}
#endif

#endif
