/* stream.c - the order in which a network serves its destinations.
 * SPDX-License-Identifier: MIT
 */
#include "noc/stream.h"

#include "sim/base/diag.h"

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
        stream_step(s, shape);
    if (s->rounds_left == 0)
        s->latency_cycles = 0;
}

bool stream_advance(struct stream_state *s, const struct stream_shape *shape,
                    int words)
{
    struct slot head;
    SIM_CHECK(stream_head(s, shape, &head) && words <= head.words);
    if (words == head.words)
        return stream_go_on(s, shape, words);
    s->address_words += words;
    if (s->address_words >= shape->banks * shape->row_words)
        s->address_words -= shape->banks * shape->row_words;
    s->moved_words += words;
    return false;
}

/* Whether the rows of a cycle hold all that its slots can be, wherever in a row
 * they begin. */
static bool is_wide(const struct stream_shape *shape, int slots)
{
    return (int64_t)slots * shape->words_per_slot + shape->row_words - 1 <=
           (int64_t)shape->banks * shape->row_words;
}

bool stream_order_is_alike(const struct stream_state *now,
                           const struct stream_state *then)
{
    bool alike = stream_is_done(now) == stream_is_done(then);
#define COMPARE(kind, type, name, doc) \
    IF_RELATION(kind)(alike = alike && now->name == then->name;)
    STREAM_STATE(COMPARE)
#undef COMPARE
    return alike;
}

bool stream_is_alike(const struct stream_state *now,
                     const struct stream_state *then,
                     const struct stream_shape *shape, int slots)
{
    return stream_order_is_alike(now, then) &&
           (is_wide(shape, slots) ||
            now->address_words % shape->row_words ==
                then->address_words % shape->row_words);
}

uint64_t stream_periods_left(const struct stream_state *now,
                             const struct stream_state *then)
{
    const uint32_t rounds = then->rounds_left - now->rounds_left;
    return rounds > 0 ? (now->rounds_left - 1) / rounds : UINT64_MAX;
}

void stream_skip(struct stream_state *now, const struct stream_state *then,
                 const struct stream_shape *shape, uint64_t periods)
{
    const uint64_t ring = (uint64_t)shape->banks * (uint64_t)shape->row_words;
    const uint64_t words =
        (uint64_t)now->address_words + ring - (uint64_t)then->address_words;
    const uint32_t rounds = then->rounds_left - now->rounds_left;
    now->rounds_left -= (uint32_t)periods * rounds;
    now->round += (uint32_t)periods * rounds;
    now->address_words = (int32_t)(((uint64_t)now->address_words +
                                    periods % ring * (words % ring)) %
                                   ring);
}
