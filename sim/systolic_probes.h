/* systolic_probes.h - signals of a systolic array: words at its edges, and how
 * many PEs do what.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_SYSTOLIC_PROBES_H
#define SIM_SYSTOLIC_PROBES_H

#include "pe/systolic.h"
#include "sim/probe.h"

#ifdef __cplusplus
extern "C" {
#endif

struct systolic_probes;

struct systolic_probes *systolic_probes_new(const struct systolic *array);
void systolic_probes_free(struct systolic_probes *probes);
struct probe *systolic_probes_list(struct systolic_probes *probes, int *n);
/* After a cycle. */
void systolic_probes_sample(struct systolic_probes *probes);

#ifdef __cplusplus
}
#endif

#endif
