/* ahead.h - passes simulated ahead of need, by threads that have no layer.
 *
 * The passes of a layer are known up front, and on an empty array each is a
 * pure function of its descriptor.  So threads without a layer of their own,
 * and those that wait for one another's outcome, simulate descriptors that a
 * running layer will come to and bring them to the pass memory.  Of a loop's
 * iterations that are alike, one is looked at.  It changes no number: what is
 * brought is what the layer would have found itself.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_RUN_AHEAD_H
#define SIM_RUN_AHEAD_H

#include "dataflows/program.h"
#include "sim/array/array_side.h"
#include "sim/run/pass_memory.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The layers that run, for all threads. */
struct ahead;

struct ahead *ahead_new(void);
void ahead_free(struct ahead *ahead);

/* From here on others may simulate passes of the program; both borrowed, until
 * ahead_close returns.  Its array must be empty at each boundary. */
struct ahead_layer;
struct ahead_layer *ahead_open(struct ahead *ahead,
                               const struct program *program,
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

/* The next descriptor of a program that may differ from those before it, as
 * cursor_next; iterations of a loop that are alike but for the first of them
 * are left out. */
bool ahead_next(const struct program *program, struct cursor *cursor,
                struct pass *pass);

#ifdef __cplusplus
}
#endif

#endif
