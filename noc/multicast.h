/* multicast.h - a network from L2 to sets of PEs.
 *
 * Row and column tags make one word reach any set of PEs in one slot.
 * Reads   the destination fifos' occupancy as the cycle began.
 * Writes  stages pushes.
 * Timing  a slot moves only when every destination of it has room (JSSC 2017,
 *         s. V-B); then it is in their fifos from the next cycle on.  Slots
 *         keep their order, so a full destination blocks those behind it.
 * Source  Chen, Krishna, Emer, Sze, JSSC 52(1), 2017 (GIN: Y-bus, X-buses).
 * SPDX-License-Identifier: MIT
 */
#ifndef NOC_MULTICAST_H
#define NOC_MULTICAST_H

#include "noc/lane_fifo.h"
#include "noc/stream.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Which lanes a destination stands for: lane[begin[d]] .. lane[begin[d+1]-1].
 * Constant while a pass runs; borrowed. */
struct destination_sets {
    const int32_t *begin;
    const int32_t *lane;
};

/* Whether every lane of a destination has room for `words` words. */
static inline bool multicast_has_room(const struct destination_sets *sets,
                                      const struct lane_fifo *fifo, int dest,
                                      int words)
{
    int most = fifo->capacity_words - words;
    bool full = false;
    for (int k = sets->begin[dest]; k < sets->begin[dest + 1]; k++)
        full |= fifo->words[sets->lane[k]] > most;
    return !full;
}

struct multicast_counts {
    uint64_t words_sent, words_delivered;
};

/* Told of each slot that moves (functional mode). */
struct slot_tap {
    void *context;
    void (*moved)(void *context, const struct slot *slot);
};

/* Words that the coming cycle moves; none while the latency runs down. */
int multicast_ready_words(const struct stream_state *s,
                          const struct stream_shape *shape,
                          const struct destination_sets *sets,
                          const struct lane_fifo *fifo);
/* One cycle.  So many rows of the tile may move.  Returns whether a slot, or a
 * part of one, moved or the latency ran down. */
bool multicast_eval(struct stream_state *s, const struct stream_shape *shape,
                    int rows, const struct destination_sets *sets,
                    struct lane_fifo *fifo, struct multicast_counts *counts,
                    const struct slot_tap *tap);

#ifdef __cplusplus
}
#endif

#endif
