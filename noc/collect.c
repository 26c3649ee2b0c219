/* collect.c - the network from the PEs' psum fifos to L2.
 * SPDX-License-Identifier: MIT
 */
#include "noc/collect.h"

#include <stddef.h>

bool collect_eval(struct stream_state *s, const struct stream_shape *shape,
                  const int16_t *words, int16_t *pop,
                  struct multicast_counts *counts, const struct slot_tap *tap)
{
    struct slot slot;
    int offset = s->address_words % shape->row_words;
    bool moved = false;
    for (int n = 0; n < shape->slots_per_cycle; n++) {
        if (!stream_head(s, shape, &slot))
            break;
        offset += slot.words;
        int rows = (offset + shape->row_words - 1) / shape->row_words;
        if (rows > shape->banks && n > 0)
            break;
        if (words[slot.dest] < slot.words)
            break;
        if (rows > shape->banks && stream_is_crossing(s, shape, slot.words))
            return true;
        pop[slot.dest] = (int16_t)slot.words;
        counts->words_sent += (uint64_t)slot.words;
        counts->words_delivered += (uint64_t)slot.words;
        if (tap != NULL)
            tap->moved(tap->context, &slot);
        moved = true;
        if (!stream_advance(s, shape))
            break;
    }
    return moved;
}
