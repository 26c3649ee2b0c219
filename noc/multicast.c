/* multicast.c - a network from L2 to sets of PEs.
 * SPDX-License-Identifier: MIT
 */
#include "noc/multicast.h"

#include <stddef.h>

bool multicast_eval(struct stream_state *s, const struct stream_shape *shape,
                    int rows, const struct destination_sets *sets,
                    struct lane_fifo *fifo, struct multicast_counts *counts,
                    const struct slot_tap *tap)
{
    struct slot slot;
    if (s->latency_cycles > 0) {
        s->latency_cycles--;
        return true;
    }
    struct stream_cycle cycle =
        stream_cycle_of(s, shape, shape->slots_per_cycle, rows);
    bool moved = false;
    while (stream_offers(s, shape, &cycle, &slot)) {
        if (!multicast_has_room(sets, fifo, slot.dest, slot.words))
            break;
        int lanes = sets->begin[slot.dest + 1] - sets->begin[slot.dest];
        for (int k = 0; k < lanes; k++)
            fifo->push[sets->lane[sets->begin[slot.dest] + k]] =
                (int16_t)slot.words;
        counts->words_sent += (uint64_t)slot.words;
        counts->words_delivered += (uint64_t)slot.words * (uint64_t)lanes;
        if (tap != NULL)
            tap->moved(tap->context, &slot);
        moved = true;
        if (!stream_advance(s, shape, slot.words))
            break;
    }
    return moved;
}

int multicast_ready_words(const struct stream_state *s,
                          const struct stream_shape *shape,
                          const struct destination_sets *sets,
                          const struct lane_fifo *fifo)
{
    struct stream_state ahead = *s;
    struct stream_cycle cycle =
        stream_cycle_of(s, shape, shape->slots_per_cycle, shape->banks);
    struct slot slot;
    int words = 0;
    while (s->latency_cycles == 0 &&
           stream_offers(&ahead, shape, &cycle, &slot) &&
           multicast_has_room(sets, fifo, slot.dest, slot.words)) {
        words += slot.words;
        if (!stream_advance(&ahead, shape, slot.words))
            break;
    }
    return words;
}
