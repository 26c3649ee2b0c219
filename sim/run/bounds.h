/* bounds.h - how few cycles a layer can take: one lower bound per resource,
 * from what its mapping makes each of them do.
 *
 * Counts come from a simulation or from a closed form; the bounds are the
 * same, for the counts are.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_RUN_BOUNDS_H
#define SIM_RUN_BOUNDS_H

#include "dataflows/program.h"
#include "sim/base/result.h"

#ifdef __cplusplus
extern "C" {
#endif

void bounds_of(const struct dataflow *dataflow, const struct program *program,
               const struct counts *counts, uint64_t out[BOUND_N]);

#ifdef __cplusplus
}
#endif

#endif
