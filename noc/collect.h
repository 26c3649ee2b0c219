/* collect.h - the network from the PEs' psum fifos to L2 (the chip's GON).
 *
 * Serves its sources in the fixed order of a stream: a source whose words are
 * not there yet holds up those behind it. Of a slot, those words go that are
 * there, and the rest in a later cycle.
 * Reads   occupancy as the cycle began.  Writes: stages pops.
 * Timing  a slot taken in cycle t is in L2 at its end.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOC_COLLECT_H
#define NOC_COLLECT_H

#include "noc/multicast.h"

#ifdef __cplusplus
extern "C" {
#endif

/* words[d], pop[d]: fifo of source d.  So many rows of the tile may move.
 * Returns whether a slot, or a part of one, moved. */
bool collect_eval(struct stream_state *s, const struct stream_shape *shape,
                  int rows, const int16_t *words, int16_t *pop,
                  struct multicast_counts *counts, const struct slot_tap *tap);
/* Words that the coming cycle moves. */
int collect_ready_words(const struct stream_state *s,
                        const struct stream_shape *shape, const int16_t *words);

#ifdef __cplusplus
}
#endif

#endif
