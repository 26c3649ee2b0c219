/* nest_key.h - by which key the pass memory knows a pass of a nest.
 *
 * A pass is told by the part of the nest that runs inside it, the machine that
 * this makes, the sizes that its tiles are clipped to, by how the passes around
 * it lie to it (their tiles are what the children hold, and what psums make
 * room for), by where the ifmap ends, and by whether psums are read back:
 * nothing else decides which words move when.  So layers that differ outside
 * of that share their passes.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_RUN_NEST_KEY_H
#define SIM_RUN_NEST_KEY_H

#include "sim/array/nest/nest_source.h"
#include "sim/run/pass_memory.h"

#ifdef __cplusplus
extern "C" {
#endif

struct nest_key;

/* walk: borrowed. */
struct nest_key *nest_key_new(const struct nest_walk *walk,
                              const struct arch *arch);
void nest_key_free(struct nest_key *key);
/* Its bytes are there until the next call.  Sets *is_as_before where it is
 * known to be the key that was made last. */
struct pass_key nest_key_make(struct nest_key *key,
                              const struct nest_pass_place *place,
                              bool *is_as_before);

#ifdef __cplusplus
}
#endif

#endif
