/* kernel.c - the native kernel: a loop.
 * SPDX-License-Identifier: MIT
 */
#include "sim/run/kernel.h"

#include <stddef.h>

static enum run_end run_pass(void *context, struct array_side *side,
                             uint64_t limit_cycles)
{
    uint64_t cycles = 0;
    (void)context;
    while (!array_side_is_done(side)) {
        if (!array_side_step(side))
            return RUN_DEADLOCK;
        if (++cycles > limit_cycles)
            return RUN_LIMIT;
    }
    return RUN_DONE;
}

const struct kernel kernel_native = {NULL, NULL, run_pass, NULL};
