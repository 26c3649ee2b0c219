/* levels_machine.h - the array side of a machine whose file lists its levels,
 * cycle by cycle, as it runs a nest.
 *
 * A tensor has a chain of stores, from the outermost level on chip that keeps
 * it (or DRAM, whose words lie in front of the array) to the MACs.  An engine
 * brings each store's tiles from the next one outward, in the order of its
 * steps; of psums another one takes them back.  The MACs are an engine too:
 * they do one step after the other, each as soon as the innermost stores have
 * its tiles.  Engines know nothing of each other but how many tiles came, are
 * used and are gone.
 *
 * Timing  A move takes as many cycles as its busiest resource needs for its
 *         words (levels_words.h), in equal shares; in a cycle in which a
 *         resource is left too little by the engines before it, it waits.  What
 *         is read in cycle t is there from t + latency on.  A tile may come
 *         while the one before is in use where the store holds both.
 * A pass begins on an array in which nothing moves, and is a pure function of
 * its steps and of the steps around it.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_LEVELS_LEVELS_MACHINE_H
#define SIM_ARRAY_LEVELS_LEVELS_MACHINE_H

#include "sim/array/levels/levels_class.h"
#include "sim/array/nest/nest_source.h"
#include "sim/base/block.h"

#ifdef __cplusplus
extern "C" {
#endif

struct levels_values; /* levels_values.h */
struct levels_follow; /* levels_follow.h */

/* What a pass did. */
struct levels_outcome {
    uint64_t cycles;              /* from issue to boundary */
    uint64_t flight_cycles;       /* from the first word or MAC to the last */
    uint64_t busy_macs;           /* MACs with work in the pass */
    uint64_t cycles_of[LEDGER_N]; /* of MACs, by cause */
    uint64_t wait_by[NETWORK_N][NETWORK_WAIT_N]; /* of these */
};

struct levels_machine;

/* All borrowed; values and follow may be NULL. */
struct levels_machine *levels_machine_new(const struct arch *arch,
                                          const struct nest_walk *walk,
                                          struct levels_classes *classes,
                                          struct levels_values *values,
                                          struct levels_follow *follow);
void levels_machine_free(struct levels_machine *m);
void levels_machine_issue(struct levels_machine *m,
                          const struct nest_pass_place *place);
bool levels_machine_is_done(const struct levels_machine *m);
/* A cycle; false: nothing moved. */
bool levels_machine_step(struct levels_machine *m);
/* The same in two phases, the machine as one block (sim/base/block.h). */
void levels_machine_eval(struct levels_machine *m);
void levels_machine_commit(struct levels_machine *m);
/* The same as a block for each engine and one that counts. */
int levels_machine_blocks(struct levels_machine *m, struct block **blocks);
bool levels_machine_moved(const struct levels_machine *m);
const struct levels_outcome *
levels_machine_outcome(const struct levels_machine *m);

#ifdef __cplusplus
}
#endif

#endif
