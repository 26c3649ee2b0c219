/* point_process.h - a process of its own that runs points for a sweep with a
 * limit of memory, so that a point which wants more ends that process alone.
 *
 * It is made by fork: it has the plan and all that was read, and keeps what its
 * points share from one to the next.  Nothing that a point takes a lock of may
 * be in use elsewhere in the parent, which evaluates no points itself.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_SWEEP_WALK_POINT_PROCESS_H
#define SIM_SWEEP_WALK_POINT_PROCESS_H

#include <stdint.h>

#include "sim/sweep/point.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Runs the point of that number; called in the process alone. */
typedef void run_point_fn(void *context, uint64_t number,
                          struct point_result *out);

struct point_process;

/* mib: how much memory a point may take beyond what a process has that has run
 * none.  No process is made before the first point. */
struct point_process *point_process_new(int mib, run_point_fn *run,
                                        void *context);
void point_process_free(struct point_process *p); /* or NULL; ends it */

/* What the point came to; one that wants too much memory, also in a process
 * that has run nothing before it, is over its limit.  false after a message: a
 * process cannot be made, or ended in another way. */
bool point_process_run(struct point_process *p, uint64_t number,
                       struct point_result *out, struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
