// levels_clock.h - the cycles of a nest on listed levels, by an oracle that
// steps none.
//
// Every product of the layer has a place: a value of each loop over time and of
// each split over children, by division.  Products of the same values outside a
// level are its tile there, whose words are what they touch; this says what
// each step moves.  Times follow by recurrence: a tile comes when its words
// have crossed, these leave when the tile further out is there and there is
// room, and so on.  Shares no code with the machine or its closed form.
//
// For machines on which no two engines meet at a resource: stores of one tensor
// with a read and a write port, wide ones of psums but for the outermost.
// SPDX-License-Identifier: MIT
#ifndef TEST_RUN_LEVELS_CLOCK_H
#define TEST_RUN_LEVELS_CLOCK_H

#include <cstdint>

#include "dataflows/nest/nest.h"

// The sum of all passes' cycles.
uint64_t levels_clock(const arch &a, const layer &l, const nest &n);

#endif
