/* charge.h - what the array counted in a pass, as a result counts it.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_RUN_CHARGE_H
#define SIM_RUN_CHARGE_H

#include "dataflows/program.h"
#include "sim/base/result.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Adds a pass of the program: PE-cycles by cause, accesses, words on links. */
void charge_pass(const struct program *p, const struct pass_counts *n,
                 struct layer_result *out);

#ifdef __cplusplus
}
#endif

#endif
