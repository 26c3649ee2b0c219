/* lane_skips_state.h - what lanes that skip know beside their fields; for
 * pe/lane_skips.c alone.
 * SPDX-License-Identifier: MIT
 */
#ifndef PE_LANE_SKIPS_STATE_H
#define PE_LANE_SKIPS_STATE_H

#include <string.h>

#include "pe/lane_skips.h"

enum { COUNTED_TAPS = 16 };

struct lane_skips {
    struct lane_pattern pattern;
    int16_t *fields;               /* owns; those of LANE_SKIPS */
    uint64_t *window_at, *held_at; /* own; first bits of the lane's window */
    uint64_t *window_rank, *held_rank; /* own; words that come before these */
    /* Own; bits of each lane, in so many words of 64: taps with words that it
     * holds and that are not zero; of these, taps where its window's word is
     * not; psums to which a product has been added. */
    uint64_t *live, *todo, *added;
    int tap_words, psum_words;
    /* Owns; products of each tap of each lane, where none has more taps than
     * that. */
    int16_t *tap_products;
    bool may_count; /* lanes, in the pass */
    /* All windows of the pass, for which other words are held each: then own,
     * bits of the words held: those of products behind the next operation's,
     * and those that come. */
    bool of_one_word;
    uint64_t *word_left, *word_comes;
    uint64_t psums;
};

static inline uint64_t windows_of(const struct lane_groups *g)
{
    return (uint64_t)g->groups[0] * g->windows[0] +
           (uint64_t)g->groups[1] * g->windows[1];
}

/* Whether none of four lanes has moved on. */
static inline bool stand(const int16_t moved_on[4])
{
    uint64_t four;
    memcpy(&four, moved_on, sizeof(four));
    return four == 0;
}

#endif
