/* stream.h - the order in which a network serves its destinations.
 *
 * An address generator: for each round, for each chunk, for each destination
 * (0, 1, ...), one slot of at most `words_per_slot` words:
 *
 *     for round in 0..rounds
 *       for chunk in 0..chunks
 *         for dest in 0..dests
 *           min(words_per_slot, limit_words[dest] - chunk * words_per_slot)
 *
 * A destination whose words of this round are all out is skipped and costs
 * nothing.  In one cycle up to `slots_per_cycle` slots move, to destinations
 * in rising order, as far as their words lie in `banks` consecutive rows of
 * `row_words` words: the tile behind the stream lies in the order in which it
 * is read, interleaved over its banks by rows.  A slot is no wider than the
 * banks (stream_slot_words), and the first of a cycle moves wherever it lies;
 * where the rows end in another, that is split, and the rest of it is the first
 * of the next cycle.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOC_STREAM_H
#define NOC_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "noc/state_kind.h"

#ifdef __cplusplus
extern "C" {
#endif

#define STREAM_STATE(X)                                           \
    X(POSITION, uint32_t, rounds_left, "0: the stream is done")   \
    X(POSITION, uint32_t, round, "from 0")                        \
    X(RELATION, int32_t, chunk, "of the round")                   \
    X(RELATION, int32_t, dest, "whose turn it is")                \
    X(RELATION, int32_t, latency_cycles, "before the first slot") \
    X(POSITION, int32_t, address_words,                           \
      "of the next word, modulo banks * row_words")               \
    X(RELATION, int32_t, moved_words, "of the next slot, if it was split")

#define STREAM_FIELD(kind, type, name, doc) type name;
struct stream_state { /* plain data, part of the arena */
    STREAM_STATE(STREAM_FIELD)
};
#undef STREAM_FIELD

/* Constant while a pass runs; borrowed arrays. */
struct stream_shape {
    int words_per_slot, slots_per_cycle;
    int chunks, dests;
    const int16_t *limit_words; /* per destination and round */
    int banks, row_words;
    bool keeps_slots_whole; /* what comes behind takes no parts of them */
    /* Where a destination has not limit_words in every round, but as many as
     * round_words[round * round_dests + d], d its own number or, with
     * round_dest, that of round_dest; NULL: it has. */
    const int16_t *round_words;
    const int32_t *round_dest;
    int round_dests;
};

/* One slot, or what moves of it in a cycle. */
struct slot {
    uint32_t round;
    int dest, first_word, words; /* first_word: of the round, per dest */
};

/* What is left of a cycle. */
struct stream_cycle {
    int slots;
    int words; /* to the end of its rows */
    bool is_first;
};

/* Words of a slot: the network's, cut to what the tile's banks move in a
 * cycle. */
int stream_slot_words(int words_per_slot, int banks, int row_words);

void stream_start(struct stream_state *s, const struct stream_shape *shape,
                  uint32_t rounds, int latency_cycles, int address_words);
/* So many words has the destination whose turn it is still to come. */
static inline int stream_words_left(const struct stream_state *s,
                                    const struct stream_shape *shape)
{
    const int done = s->chunk * shape->words_per_slot;
    if (shape->round_words == NULL)
        return shape->limit_words[s->dest] - done;
    const int dest =
        shape->round_dest != NULL ? shape->round_dest[s->dest] : s->dest;
    return shape->round_words[(size_t)s->round * (size_t)shape->round_dests +
                              (size_t)dest] -
           done;
}

static inline bool stream_is_done(const struct stream_state *s)
{
    return s->rounds_left == 0;
}

/* The slot whose turn it is; false when the stream is done. */
static inline bool stream_head(const struct stream_state *s,
                               const struct stream_shape *shape,
                               struct slot *head)
{
    if (stream_is_done(s))
        return false;
    int left = stream_words_left(s, shape);
    int words = left < shape->words_per_slot ? left : shape->words_per_slot;
    head->round = s->round;
    head->dest = s->dest;
    head->first_word = s->chunk * shape->words_per_slot + s->moved_words;
    head->words = words - s->moved_words;
    return true;
}

/* A cycle of so many slots and consecutive rows. */
static inline struct stream_cycle
stream_cycle_of(const struct stream_state *s, const struct stream_shape *shape,
                int slots, int rows)
{
    struct stream_cycle c = {
        slots, rows * shape->row_words - s->address_words % shape->row_words,
        rows == shape->banks};
    return c;
}

/* The next slot, or part of it, that the cycle may move; false when it has
 * slots or rows for no more, or the stream is done. */
static inline bool stream_offers(const struct stream_state *s,
                                 const struct stream_shape *shape,
                                 struct stream_cycle *cycle, struct slot *slot)
{
    if (cycle->slots == 0 || !stream_head(s, shape, slot))
        return false;
    cycle->slots--;
    cycle->words -= slot->words;
    if (cycle->words < 0 && !cycle->is_first) {
        slot->words += cycle->words;
        if (slot->words <= 0 || shape->keeps_slots_whole)
            return false;
    }
    cycle->is_first = false;
    return true;
}

/* Goes one destination on. Returns true while the chunk lasts. */
static inline bool stream_step(struct stream_state *s,
                               const struct stream_shape *shape)
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

/* stream_advance by the whole of the next slot, which has so many words. */
static inline bool stream_go_on(struct stream_state *s,
                                const struct stream_shape *shape, int words)
{
    s->address_words += words; /* of a slot, that is no more than the ring */
    if (s->address_words >= shape->banks * shape->row_words)
        s->address_words -= shape->banks * shape->row_words;
    s->moved_words = 0;
    bool same_chunk = stream_step(s, shape);
    while (s->rounds_left > 0 && stream_words_left(s, shape) <= 0)
        same_chunk = stream_step(s, shape) && same_chunk;
    return same_chunk && s->rounds_left > 0;
}

/* A stream on its way through a cycle: what stream_head and stream_go_on work
 * out of its state, while it is known. */
struct stream_walk {
    struct stream_state at;
    const int16_t *words; /* of the round, by destination */
    const int32_t *dest;  /* their numbers there, or NULL */
    int done;             /* of each, in chunks before */
    int left; /* of the one whose turn it is; not 0 until all is done */
};

static inline void stream_walk_round(struct stream_walk *w,
                                     const struct stream_shape *shape)
{
    const size_t before = (size_t)w->at.round * (size_t)shape->round_dests;
    w->words = shape->round_words == NULL ? shape->limit_words
                                          : shape->round_words + before;
}

static inline void stream_walk_look(struct stream_walk *w)
{
    const int dest = w->dest != NULL ? w->dest[w->at.dest] : w->at.dest;
    w->left = w->words[dest] - w->done;
}

/* The stream must not be done. */
static inline struct stream_walk
stream_walk_from(const struct stream_state *s, const struct stream_shape *shape)
{
    struct stream_walk w = {
        *s, NULL, shape->round_words == NULL ? NULL : shape->round_dest,
        s->chunk * shape->words_per_slot, 0};
    stream_walk_round(&w, shape);
    stream_walk_look(&w);
    return w;
}

/* As stream_go_on. */
static inline bool stream_walk_on(struct stream_walk *w,
                                  const struct stream_shape *shape, int words)
{
    bool same_chunk = true;
    w->at.address_words += words;
    if (w->at.address_words >= shape->banks * shape->row_words)
        w->at.address_words -= shape->banks * shape->row_words;
    w->at.moved_words = 0;
    do {
        if (++w->at.dest == shape->dests) {
            w->at.dest = 0;
            w->done += shape->words_per_slot;
            same_chunk = false;
            if (++w->at.chunk == shape->chunks) {
                w->at.chunk = w->done = 0;
                w->at.round++;
                if (--w->at.rounds_left == 0)
                    return false;
                stream_walk_round(w, shape);
            }
        }
        stream_walk_look(w);
    } while (w->left <= 0);
    return same_chunk;
}

/* So many words of the next slot have moved.  Returns true when they were all
 * and the one behind it is in the same cycle's reach: a later destination of
 * the same chunk. */
bool stream_advance(struct stream_state *s, const struct stream_shape *shape,
                    int words);

/* Whether a stream of at most so many slots a cycle goes on as it did from
 * `then` on, if what it serves does, until its last round.  Where the rows of a
 * cycle can cut a slot, that takes the same place in a row; which of the banks
 * the row is in, the stream does not ask. */
bool stream_is_alike(const struct stream_state *now,
                     const struct stream_state *then,
                     const struct stream_shape *shape, int slots);
/* The same of a stream whose addresses nobody asks for. */
bool stream_order_is_alike(const struct stream_state *now,
                           const struct stream_state *then);
/* How often it can do once more what it did since `then`, without coming to its
 * end; UINT64_MAX: it does nothing. */
uint64_t stream_periods_left(const struct stream_state *now,
                             const struct stream_state *then);
void stream_skip(struct stream_state *now, const struct stream_state *then,
                 const struct stream_shape *shape, uint64_t periods);

#ifdef __cplusplus
}
#endif

#endif
