/* dram_memory.h - transfers of a DRAM part that need not be simulated again.
 *
 * Between two calls a channel's queues are empty, so what a call does follows
 * from its pattern (mem/dram_pattern.h) and from the channel's state: of each
 * bank that the pattern touches, whether its row is one of the pattern's, and
 * for how long each timer still runs; one that has run out acts as none.  If no
 * refresh comes due before the call's last command, the time to it does not
 * matter (key A).  Otherwise that time matters, too, and of the banks that are
 * not touched, whether one has an open row and when all may be closed and
 * refreshed (key B).  What follows is kept, all clocks relative to the first.
 * Keys are compared in full, so it is exact.  What follows of the timers is put
 * into the channel's state only when the next call comes before they have run
 * out; until then the state's are those of an earlier time.
 *
 * All in the part's own clock; the core's is not known here.
 * SPDX-License-Identifier: MIT
 */
#ifndef MEM_DRAM_MEMORY_H
#define MEM_DRAM_MEMORY_H

#include <stddef.h>

#include "mem/dram_controller.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What one memory takes at most.  When it is full, nothing more is kept. */
#define DRAM_MEMORY_BYTES ((size_t)16 << 20)

struct dram_memory;

/* For that many channels of that part. */
struct dram_memory *dram_memory_new(const struct dram_part *part, int channels,
                                    size_t budget_bytes);
void dram_memory_free(struct dram_memory *m);

size_t dram_memory_bytes(const struct dram_memory *m);

/* As dram_controller_serve, with the same end, state (as far as it matters for
 * later calls of this function) and counts; the channel is share's, always the
 * same controller.  *how: what it took; DRAM_REMEMBERED if there
 * was nothing to serve. */
uint64_t dram_memory_serve(struct dram_memory *m, struct dram_controller *c,
                           const struct dram_request *requests, int n,
                           const struct dram_share *share, uint64_t start_clock,
                           enum dram_recall *how);

#ifdef __cplusplus
}
#endif

#endif
