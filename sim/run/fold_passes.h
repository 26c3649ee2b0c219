/* fold_passes.h - the passes of a loop nest on a systolic array, whose
 * innermost part is a fold (dataflows/nest/nest_fold.h), as a pass source.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_RUN_FOLD_PASSES_H
#define SIM_RUN_FOLD_PASSES_H

#include "dataflows/nest/nest.h"
#include "sim/run/pass_source.h"

#ifdef __cplusplus
extern "C" {
#endif

struct layer_values; /* sim/run/check.h */

/* The nest must be legal. check: operands of functional mode, or NULL;
 * borrowed. */
struct pass_source *fold_passes_new(const struct arch *arch,
                                    const struct layer *layer,
                                    const struct nest *nest,
                                    const struct layer_values *check);

#ifdef __cplusplus
}
#endif

#endif
