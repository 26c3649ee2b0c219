/* ahead.h - passes simulated ahead of need, by threads that have no layer.
 *
 * The passes of a layer are known up front, and on an empty array what each
 * does is a pure function of its key.  So threads without a layer of their own,
 * and those that wait for one another's outcome, simulate passes that a running
 * layer will come to and bring them to the pass memory.  It changes no number:
 * what is brought is what the layer would have found itself.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_RUN_AHEAD_H
#define SIM_RUN_AHEAD_H

#include "sim/run/pass_source.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The layers that run, for all threads. */
struct ahead;

struct ahead *ahead_new(void);
/* Ends what ahead_hire began; ahead_end was called. */
void ahead_free(struct ahead *ahead);
/* So many threads of its own will call ahead_help.  They are made as the first
 * layer is opened, for a run of a few microseconds takes less than they do. */
void ahead_hire(struct ahead *ahead, int threads);

/* From here on others may simulate passes of the source's scout, which is owned
 * from now on; memory: borrowed until ahead_close returns, as is all that the
 * scout borrows. */
struct ahead_layer;
struct ahead_layer *ahead_open(struct ahead *ahead, struct pass_source *scout,
                               struct pass_memory *memory);
void ahead_close(struct ahead *ahead, struct ahead_layer *layer);

/* Simulates the next pass that nobody has simulated yet, on *array, which is
 * made, and remade, as needed; NULL to begin with, the caller frees it.  false:
 * there is none. */
bool ahead_one(struct ahead_layer *layer, struct array_side **array);

/* Simulates passes of all layers that are open, and of those that will be,
 * until ahead_end is called. */
void ahead_help(struct ahead *ahead);
void ahead_end(struct ahead *ahead);

#ifdef __cplusplus
}
#endif

#endif
