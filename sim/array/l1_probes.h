/* l1_probes.h - signals of L1s and of the routers in front of them.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_L1_PROBES_H
#define SIM_ARRAY_L1_PROBES_H

#include "sim/array/l1_path.h"
#include "sim/array/probe.h"

#ifdef __cplusplus
extern "C" {
#endif

struct l1_probes;

/* path: borrowed, and watched from now on.  Adds its probes to the list. */
struct l1_probes *l1_probes_new(struct l1_path *path, const struct arch *arch,
                                struct probe_list *list);
void l1_probes_free(struct l1_probes *probes);
/* After a cycle's commit.  at: the first of those added. */
void l1_probes_sample(const struct l1_probes *probes, struct probe *at);

#ifdef __cplusplus
}
#endif

#endif
