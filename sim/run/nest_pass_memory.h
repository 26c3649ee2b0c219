/* nest_pass_memory.h - what equal passes of a nest did before.
 *
 * A pass is told by the sizes that its tiles are clipped to, by how the
 * passes around it lie to it (their tiles are what the children hold, and what
 * psums make room for), by where the ifmap ends, and by whether psums are read
 * back: nothing else decides which words move when.  Keys are compared in full.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_RUN_NEST_PASS_MEMORY_H
#define SIM_RUN_NEST_PASS_MEMORY_H

#include "sim/array/nest/nest_source.h"
#include "sim/array/pass_outcome.h"

#ifdef __cplusplus
extern "C" {
#endif

struct nest_pass_memory;

struct nest_pass_memory *nest_pass_memory_new(const struct nest_walk *walk,
                                              const struct arch *arch);
void nest_pass_memory_free(struct nest_pass_memory *memory);
/* NULL: not seen, or no longer. */
const struct pass_outcome *
nest_pass_memory_find(struct nest_pass_memory *memory,
                      const struct nest_pass_place *place);
/* Of the place last looked for. */
void nest_pass_memory_add(struct nest_pass_memory *memory,
                          const struct pass_outcome *record);

#ifdef __cplusplus
}
#endif

#endif
