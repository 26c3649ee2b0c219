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

/* The nest must be legal. check: with operands, for functional mode. */
struct pass_source *fold_passes_new(const struct arch *arch,
                                    const struct layer *layer,
                                    const struct nest *nest, bool check);

#ifdef __cplusplus
}
#endif

#endif
