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

#ifdef __cplusplus
}
#endif

#endif
