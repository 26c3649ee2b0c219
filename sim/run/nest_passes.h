/* nest_passes.h - the passes of a loop nest (dataflows/nest/nest.h) as a pass
 * source.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_RUN_NEST_PASSES_H
#define SIM_RUN_NEST_PASSES_H

#include "dataflows/nest/nest.h"
#include "sim/run/pass_source.h"
#include "traces/access.h"

#ifdef __cplusplus
extern "C" {
#endif

struct layer_values; /* sim/run/check.h */

/* nest: legal on the machine.  check: operands of functional mode, or NULL,
 * borrowed; tap: told of every
 * access, or NULL, borrowed; not both. */
struct pass_source *nest_passes_new(const struct arch *arch,
                                    const struct layer *layer,
                                    const struct nest *nest,
                                    const struct layer_values *check,
                                    const struct access_tap *tap);

#ifdef __cplusplus
}
#endif

#endif
