// stepwise_kernel.h - a kernel that takes no two cycles at once, however alike.
// SPDX-License-Identifier: MIT
#ifndef TEST_RUN_STEPWISE_KERNEL_H
#define TEST_RUN_STEPWISE_KERNEL_H

#include "sim/run/kernel.h"

inline run_end run_stepwise(void *, array_side *side, uint64_t limit_cycles)
{
    for (uint64_t cycles = 1; !array_side_is_done(side); cycles++) {
        if (array_side_step(side, 1) == 0)
            return RUN_DEADLOCK;
        if (cycles > limit_cycles)
            return RUN_LIMIT;
    }
    return RUN_DONE;
}

const kernel stepwise_kernel = {nullptr, nullptr, run_stepwise, nullptr};

#endif
