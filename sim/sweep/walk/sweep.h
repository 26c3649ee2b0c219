/* sweep.h - runs the points of a plan that its store lacks.
 *
 * Threads take points; whoever called writes what they come to, and commits it
 * at once.  Same plan, same rows, whatever the threads, the shards and how
 * often it was ended in the middle.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_SWEEP_WALK_SWEEP_H
#define SIM_SWEEP_WALK_SWEEP_H

#include "sim/sweep/evaluate.h"
#include "sim/sweep/points.h"
#include "sim/sweep/store.h"

#ifdef __cplusplus
extern "C" {
#endif

struct sweep_input { /* all borrowed */
    const struct plan *plan;
    struct workbench *bench;
    struct store *store;
    int jobs; /* threads; 0: as many as there are processors */
    int shard, shards;
    double (*now_seconds)(void); /* for limits */
};

/* What the store of a shard is to say of itself; counts the plan's points. */
void sweep_about(const struct plan *plan, int shard, int shards,
                 struct store_about *out);
/* false after a message: the store could not be written. */
bool sweep_run(const struct sweep_input *in, struct diag *d);

/* One walk over all points of a shard: the threads, and who writes.  By
 * sweep_run. */
struct sweep_walk {
    const struct sweep_input *in;
    bool simulates;
    /* Points to be left out: a bit for each; or, if `only` is set, all others.
     * Borrowed. */
    const unsigned char *skip, *only;
};
bool sweep_walk(const struct sweep_walk *walk, struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
