/* dram_stream.h - many column accesses of a controller in one step.
 *
 * A run of bursts changes the bank group with each, and goes through the open
 * rows of all groups before it needs others.  If a queue is full of the run's
 * last bursts in order, all in open rows, and each is ready when the one
 * before it lets the bus go, then the oldest one goes first, each lets the
 * next one of the run in, and so on, column after column at a fixed distance,
 * as long as the run, the open rows and the time to the next refresh last.
 * SPDX-License-Identifier: MIT
 */
#ifndef MEM_DRAM_STREAM_H
#define MEM_DRAM_STREAM_H

#include <stdint.h>

#include "mem/dram_bursts.h"
#include "mem/dram_controller.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Moves bursts of the queue whose turn it is, and as many of the source into
 * it, if they are such a stream and no tap wants to see them: the same state
 * and counts as command by command.  Returns the clock in which the last data
 * has been moved; 0: nothing was done. */
uint64_t dram_stream(struct dram_controller *c, struct dram_bursts *source);

#ifdef __cplusplus
}
#endif

#endif
