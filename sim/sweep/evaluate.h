/* evaluate.h - runs a point, or counts it by closed forms, and says in columns
 * what it came to.  A point that fails leaves a status and a reason, and the
 * process goes on.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_SWEEP_EVALUATE_H
#define SIM_SWEEP_EVALUATE_H

#include "sim/sweep/machines.h"

#ifdef __cplusplus
extern "C" {
#endif

struct workbench {
    struct inputs *inputs;
    struct machines *machines;
};
void workbench_init(struct workbench *bench, uint64_t memo_bytes);
void workbench_fini(struct workbench *bench);

struct evaluation { /* all but the bench may be NULL */
    struct workbench *bench;
    /* Asked once the machine's own columns are known; false: the layers are
     * not run, for the reason that it has put into the result. */
    bool (*wanted)(void *context, struct point_result *out);
    /* Asked at every pass, and now and then while a mapping is searched; yes
     * ends the point with POINT_over_limit and no
     * reason, which is the caller's to give. */
    bool (*stop)(void *context);
    void *context;
    const struct kernel *kernel; /* that steps passes; NULL: native */
};

/* Same point, same result, whatever ran before or runs at once.  *out: to be
 * freed by point_result_fini. */
void evaluate(const struct evaluation *how, const struct point *point,
              struct point_result *out);

#ifdef __cplusplus
}
#endif

#endif
