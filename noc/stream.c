/* stream.c - the order in which a network serves its destinations.
 * SPDX-License-Identifier: MIT
 */
#include "noc/stream.h"

#include "sim/base/diag.h"

static int words_left(const struct stream_state *s,
                      const struct stream_shape *shape)
{
    return shape->limit_words[s->dest] - s->chunk * shape->words_per_slot;
}

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
    s->crossed_cycles = 0;
    while (s->rounds_left > 0 && words_left(s, shape) <= 0)
        step(s, shape);
}

bool stream_is_done(const struct stream_state *s)
{
    return s->rounds_left == 0;
}

bool stream_head(const struct stream_state *s, const struct stream_shape *shape,
                 struct slot *head)
{
    if (s->rounds_left == 0)
        return false;
    int left = words_left(s, shape);
    head->round = s->round;
    head->dest = s->dest;
    head->first_word = s->chunk * shape->words_per_slot;
    head->words = left < shape->words_per_slot ? left : shape->words_per_slot;
    return true;
}

bool stream_is_crossing(struct stream_state *s,
                        const struct stream_shape *shape, int words)
{
    const int width_words = shape->banks * shape->row_words;
    s->crossed_cycles++;
    if (s->crossed_cycles * width_words < words)
        return true;
    s->crossed_cycles = 0;
    return false;
}

bool stream_advance(struct stream_state *s, const struct stream_shape *shape)
{
    SIM_CHECK(s->rounds_left > 0);
    int left = words_left(s, shape);
    int words = left < shape->words_per_slot ? left : shape->words_per_slot;
    s->address_words =
        (s->address_words + words) % (shape->banks * shape->row_words);
    bool same_chunk = step(s, shape);
    while (s->rounds_left > 0 && words_left(s, shape) <= 0)
        same_chunk = step(s, shape) && same_chunk;
    return same_chunk && s->rounds_left > 0;
}
