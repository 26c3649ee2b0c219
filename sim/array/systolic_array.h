/* systolic_array.h - what a systolic array is, of an architecture.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_SYSTOLIC_ARRAY_H
#define SIM_ARRAY_SYSTOLIC_ARRAY_H

#include "dataflows/program.h"
#include "pe/systolic.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the architecture says of one, even if its array is of another kind. */
struct systolic_cfg systolic_cfg_of(const struct program *program);

#ifdef __cplusplus
}
#endif

#endif
