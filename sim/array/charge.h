/* charge.h - what lanes or a systolic array counted in a pass, as a result
 * counts it.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_CHARGE_H
#define SIM_ARRAY_CHARGE_H

#include "dataflows/program.h"
#include "sim/array/pass_outcome.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Fills *out with a pass of the program: PE-cycles by cause, accesses, words
 * on links. */
void charge_pass(const struct program *p, const struct pass_counts *n,
                 struct pass_outcome *out);

/* The pieces of it, for arrays that count in another form.  Each adds.
 * wait_by: by wait, then cause, as struct pass_counts has it. */
void charge_causes(const uint64_t pe_cycles[PE_CAUSE_N],
                   const uint64_t *wait_by, struct pass_outcome *out);
void charge_link(struct counts *c, enum link link, uint64_t sent,
                 uint64_t delivered, uint64_t hops);
void charge_access(struct counts *c, enum level level, enum tensor tensor,
                   uint64_t reads, uint64_t writes);

#ifdef __cplusplus
}
#endif

#endif
