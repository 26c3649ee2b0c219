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
/* The words that a resource can move in a cycle: of each network, and of all
 * banks of L2, reads and writes together (not on a systolic array, which meets
 * L2 through its edges).  0: it is none of these, or the machine has none, as
 * where its file lists the levels. */
void bounds_peak_words(const struct arch *arch, uint64_t out[BOUND_N]);

#ifdef __cplusplus
}
#endif

#endif
