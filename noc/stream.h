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
 * in rising order, as many as lie in `banks` consecutive rows of
 * `row_words` words: the tile behind the stream lies in the order in which it
 * is read, interleaved over its banks by rows.  A slot of more words than the
 * banks move in a cycle has ceil(words / (banks * row_words)) cycles to
 * itself, the first when it may move, and moves in the last.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOC_STREAM_H
#define NOC_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Plain data, part of the arena. */
struct stream_state {
    uint32_t rounds_left;
    uint32_t round; /* from 0 */
    int32_t chunk, dest;
    int32_t latency_cycles; /* before the first slot */
    int32_t address_words;  /* of the next slot, modulo banks * row_words */
    int32_t crossed_cycles; /* of the next slot, if it takes several */
};

/* Constant while a pass runs; borrowed arrays. */
struct stream_shape {
    int words_per_slot, slots_per_cycle;
    int chunks, dests;
    const int16_t *limit_words; /* per destination and round */
    int banks, row_words;
};

/* One slot, as the stream gives it. */
struct slot {
    uint32_t round;
    int dest, first_word, words; /* first_word: of the round, per dest */
};

void stream_start(struct stream_state *s, const struct stream_shape *shape,
                  uint32_t rounds, int latency_cycles, int address_words);
bool stream_is_done(const struct stream_state *s);
/* The slot whose turn it is; false when the stream is done. */
bool stream_head(const struct stream_state *s, const struct stream_shape *shape,
                 struct slot *head);
/* For a slot that touches more rows than there are banks and may move: gives it
 * this cycle; whether it needs more. */
bool stream_is_crossing(struct stream_state *s,
                        const struct stream_shape *shape, int words);
/* Goes on to the next slot.  Returns true when it is in the same cycle's
 * reach: a later destination of the same chunk. */
bool stream_advance(struct stream_state *s, const struct stream_shape *shape);

#ifdef __cplusplus
}
#endif

#endif
