/* program_passes.h - the passes of a dataflow's program (dataflows/program.h)
 * as a pass source.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_RUN_PROGRAM_PASSES_H
#define SIM_RUN_PROGRAM_PASSES_H

#include "dataflows/program.h"
#include "sim/run/layer_mapping.h"
#include "sim/run/pass_source.h"
#include "traces/access.h"

#ifdef __cplusplus
extern "C" {
#endif

struct layer_values; /* sim/run/check.h */

/* check: operands of functional mode, or NULL,
 * borrowed; tap: told of every access, or NULL, borrowed; not
 * both. */
struct pass_source *program_passes_new(const struct arch *arch,
                                       const struct layer *layer,
                                       const struct layer_mapping *mapping,
                                       const struct layer_values *check,
                                       const struct access_tap *tap);

/* The next descriptor of a program that may differ from those before it, as
 * cursor_next; iterations of a loop that are alike but for the first of them
 * are left out. */
bool program_next_unlike(const struct program *program, struct cursor *cursor,
                         struct pass *pass);

#ifdef __cplusplus
}
#endif

#endif
