/* nest_probes.h - signals of a machine that runs a nest.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_NEST_NEST_PROBES_H
#define SIM_ARRAY_NEST_NEST_PROBES_H

#include "sim/array/nest/nest_machine.h"
#include "sim/array/probe.h"

#ifdef __cplusplus
extern "C" {
#endif

struct nest_probes;

/* machine: borrowed, and stepped by nest_machine_blocks; pes: those whose
 * states are wanted, NULL for all. */
struct nest_probes *nest_probes_new(struct nest_machine *machine,
                                    const struct probe_pes *pes);
void nest_probes_free(struct nest_probes *probes);
struct probe *nest_probes_list(struct nest_probes *probes, int *n);
/* After a cycle's commit. */
void nest_probes_sample(struct nest_probes *probes);

#ifdef __cplusplus
}
#endif

#endif
