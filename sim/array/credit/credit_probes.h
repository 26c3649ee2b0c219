/* credit_probes.h - signals of a credit machine.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_CREDIT_CREDIT_PROBES_H
#define SIM_ARRAY_CREDIT_CREDIT_PROBES_H

#include "sim/array/credit/credit_machine.h"
#include "sim/array/probe.h"

#ifdef __cplusplus
extern "C" {
#endif

struct credit_probes;

/* Borrows the machine.  pes: NULL for all. */
struct credit_probes *credit_probes_new(struct credit_machine *machine,
                                        const struct probe_pes *pes);
void credit_probes_free(struct credit_probes *p);
struct probe *credit_probes_list(struct credit_probes *p, int *n);
void credit_probes_sample(struct credit_probes *p);

#ifdef __cplusplus
}
#endif

#endif
