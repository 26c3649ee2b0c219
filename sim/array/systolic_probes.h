/* systolic_probes.h - signals of a systolic array: words at its edges, how
 * many PEs do what, and what single PEs do.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_SYSTOLIC_PROBES_H
#define SIM_ARRAY_SYSTOLIC_PROBES_H

#include "pe/systolic.h"
#include "sim/array/probe.h"

#ifdef __cplusplus
extern "C" {
#endif

struct systolic_probes;

/* The array is stepped row by row (pe/systolic_rows.h) while it is looked at.
 * pes: those whose state is wanted, NULL for all. */
struct systolic_probes *systolic_probes_new(struct systolic *array,
                                            const struct probe_pes *pes);
void systolic_probes_free(struct systolic_probes *probes);
struct probe *systolic_probes_list(struct systolic_probes *probes, int *n);
/* After a cycle. */
void systolic_probes_sample(struct systolic_probes *probes);

#ifdef __cplusplus
}
#endif

#endif
