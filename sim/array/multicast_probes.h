/* multicast_probes.h - signals of a machine with multicast networks.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_MULTICAST_PROBES_H
#define SIM_ARRAY_MULTICAST_PROBES_H

#include "sim/array/multicast_machine.h"
#include "sim/array/probe.h"

#ifdef __cplusplus
extern "C" {
#endif

struct multicast_probes;

/* machine: borrowed; pes: those whose insides are wanted, NULL for all. */
struct multicast_probes *multicast_probes_new(struct multicast_machine *machine,
                                              const struct probe_pes *pes);
void multicast_probes_free(struct multicast_probes *probes);
struct probe *multicast_probes_list(struct multicast_probes *probes, int *n);
/* After a cycle's commit. */
void multicast_probes_sample(struct multicast_probes *probes);

#ifdef __cplusplus
}
#endif

#endif
