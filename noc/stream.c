/* stream.c - the order in which a network serves its destinations.
 * SPDX-License-Identifier: MIT
 */
#include "noc/stream.h"

#include "sim/base/diag.h"

/* Goes one destination on. Returns true while the chunk lasts. */
static bool step(struct stream_state *s, const struct stream_shape *shape)
{
    if (++s->dest < shape->dests)
        return true;
    s->dest = 0;
    if (++s->chunk == shape->chunks) {
        s->chunk = 0;
        s->round++;
        s->rounds_left--;
    }
    return false;
}

int stream_slot_words(int words_per_slot, int banks, int row_words)
{
    const int width_words = banks * row_words;
    return words_per_slot < width_words ? words_per_slot : width_words;
}

void stream_start(struct stream_state *s, const struct stream_shape *shape,
                  uint32_t rounds, int latency_cycles, int address_words)
{
    bool any = false;
    for (int d = 0; d < shape->dests; d++)
        any = any || shape->limit_words[d] > 0;
    s->rounds_left = any ? rounds : 0;
    s->round = 0;
    s->chunk = 0;
    s->dest = 0;
    s->latency_cycles = any && rounds > 0 ? latency_cycles : 0;
    s->address_words = address_words;
    s->moved_words = 0;
    while (s->rounds_left > 0 && stream_words_left(s, shape) <= 0)
        step(s, shape);
}

bool stream_advance(struct stream_state *s, const struct stream_shape *shape,
                    int words)
{
    struct slot head;
    SIM_CHECK(stream_head(s, shape, &head) && words <= head.words);
    s->address_words =
        (s->address_words + words) % (shape->banks * shape->row_words);
    s->moved_words = words < head.words ? s->moved_words + words : 0;
    if (words < head.words)
        return false;
    bool same_chunk = step(s, shape);
    while (s->rounds_left > 0 && stream_words_left(s, shape) <= 0)
        same_chunk = step(s, shape) && same_chunk;
    return same_chunk && s->rounds_left > 0;
}
