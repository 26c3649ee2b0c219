/* collect.c - the network from the PEs' psum fifos to L2.
 * SPDX-License-Identifier: MIT
 */
#include "noc/collect.h"

#include <stddef.h>

/* Cuts a slot to those of its words that are there; whether any are. */
static bool has_words(const int16_t *words, struct slot *slot)
{
    if (slot->words > words[slot->dest])
        slot->words = words[slot->dest];
    return slot->words > 0;
}

bool collect_eval(struct stream_state *s, const struct stream_shape *shape,
                  int rows, const int16_t *words, int16_t *pop,
                  struct multicast_counts *counts, const struct slot_tap *tap)
{
    struct slot slot;
    struct stream_cycle cycle =
        stream_cycle_of(s, shape, shape->slots_per_cycle, rows);
    bool moved = false;
    while (stream_offers(s, shape, &cycle, &slot)) {
        if (!has_words(words, &slot))
            break;
        pop[slot.dest] = (int16_t)slot.words;
        counts->words_sent += (uint64_t)slot.words;
        counts->words_delivered += (uint64_t)slot.words;
        if (tap != NULL)
            tap->moved(tap->context, &slot);
        moved = true;
        if (!stream_advance(s, shape, slot.words))
            break;
    }
    return moved;
}

int collect_ready_words(const struct stream_state *s,
                        const struct stream_shape *shape, const int16_t *words)
{
    struct stream_state ahead = *s;
    struct stream_cycle cycle =
        stream_cycle_of(s, shape, shape->slots_per_cycle, shape->banks);
    struct slot slot;
    int ready = 0;
    while (stream_offers(&ahead, shape, &cycle, &slot) &&
           has_words(words, &slot)) {
        ready += slot.words;
        if (!stream_advance(&ahead, shape, slot.words))
            break;
    }
    return ready;
}
