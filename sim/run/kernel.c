/* kernel.c - the native kernel: a loop.
 * SPDX-License-Identifier: MIT
 */
#include "sim/run/kernel.h"

#include <stddef.h>

static enum run_end run_pass(void *context, struct array_side *side,
                             uint64_t limit_cycles)
{
    uint64_t left_cycles = limit_cycles; /* the cycle after them is too many */
    (void)context;
    while (!array_side_is_done(side)) {
        uint64_t most = left_cycles < UINT64_MAX ? left_cycles + 1 : UINT64_MAX;
        uint64_t cycles = array_side_step(side, most);
        if (cycles == 0)
            return RUN_DEADLOCK;
        if (cycles > left_cycles)
            return RUN_LIMIT;
        left_cycles -= cycles;
    }
    return RUN_DONE;
}

const struct kernel kernel_native = {NULL, NULL, run_pass, NULL};
