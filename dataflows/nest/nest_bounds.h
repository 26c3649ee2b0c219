/* nest_bounds.h - how few cycles a nest can take, from what it moves.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_NEST_NEST_BOUNDS_H
#define DATAFLOWS_NEST_NEST_BOUNDS_H

#include "dataflows/nest/nest.h"
#include "mem/dram.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Lower bounds of the cycles, one per resource, from a legal nest's counts. */
void nest_bounds(const struct arch *arch, const struct layer *layer,
                 const struct nest *nest, const struct dram_cfg *dram,
                 const struct counts *counts, uint64_t bounds_cycles[BOUND_N]);

#ifdef __cplusplus
}
#endif

#endif
