/* multicast.c - a network from L2 to sets of PEs.
 * SPDX-License-Identifier: MIT
 */
#include "noc/multicast.h"

#include <stddef.h>

bool multicast_eval(struct stream_state *s, const struct stream_shape *shape,
                    const struct destination_sets *sets, struct lane_fifo *fifo,
                    struct multicast_counts *counts, const struct slot_tap *tap)
{
    struct slot slot;
    if (s->latency_cycles > 0) {
        s->latency_cycles--;
        return true;
    }
    int offset = s->address_words % shape->row_words;
    bool moved = false;
    for (int n = 0; n < shape->slots_per_cycle; n++) {
        if (!stream_head(s, shape, &slot))
            break;
        offset += slot.words;
        int rows = (offset + shape->row_words - 1) / shape->row_words;
        if (rows > shape->banks && n > 0)
            break;
        if (!multicast_has_room(sets, fifo, slot.dest, slot.words))
            break;
        if (rows > shape->banks && stream_is_crossing(s, shape, slot.words))
            return true;
        int lanes = sets->begin[slot.dest + 1] - sets->begin[slot.dest];
        for (int k = 0; k < lanes; k++)
            fifo->push[sets->lane[sets->begin[slot.dest] + k]] =
                (int16_t)slot.words;
        counts->words_sent += (uint64_t)slot.words;
        counts->words_delivered += (uint64_t)slot.words * (uint64_t)lanes;
        if (tap != NULL)
            tap->moved(tap->context, &slot);
        moved = true;
        if (!stream_advance(s, shape))
            break;
    }
    return moved;
}
