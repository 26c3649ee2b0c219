// nest_clock.h - how many cycles a nest takes, by recurrence: the time of each
// word, MAC and psum follows from those of the events that it waits for.  No
// cycle is stepped, and no code is shared with the machine or its compiler.
// SPDX-License-Identifier: MIT
#ifndef TEST_ARRAY_NEST_CLOCK_H
#define TEST_ARRAY_NEST_CLOCK_H

#include <cstdint>

#include "dataflows/nest/nest.h"

// Cycles of the array over all passes, so of a layer where memory is ideal.
// UINT64_MAX: the array stands still.  No L1, chains of psums, ports that read
// and write in a cycle.
uint64_t nest_clock(const arch &a, const layer &l, const nest &n);

#endif
