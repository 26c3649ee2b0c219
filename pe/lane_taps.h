/* lane_taps.h - lanes that skip products of zeros in passes in which each holds
 * a word for each of up to 64 taps: what is held, and what a window has, are
 * bits of one word each; for pe/lane_skips.c alone.
 *
 * Each tap makes one product or none, so that nothing is paired.
 * SPDX-License-Identifier: MIT
 */
#ifndef PE_LANE_TAPS_H
#define PE_LANE_TAPS_H

#include "pe/lane_skips_state.h"

/* The product behind the next operation's, as find_next does. */
static inline void find_next_tap(const struct lanes *lanes, int lane)
{
    const struct lane_fields *f = &lanes->f;
    const struct lane_skips *s = lanes->skips;
    const uint64_t window_comes = s->word_comes[lane];
    const uint64_t held_comes = s->word_left[lane];
    const int tap = f->tap[lane], taps = f->taps[lane], is_one = tap < taps;
    const uint64_t read = low_bits((uint64_t)(tap + is_one));
    const uint64_t left = s->todo[lane] & ~read;
    const int next = left != 0 ? __builtin_ctzll(left) : taps;
    const uint64_t before = low_bits((uint64_t)next);
    f->pair[lane] = 0;
    f->second_filter[lane] = (int16_t)is_one;
    f->second_held[lane] = (int16_t)__builtin_popcountll(held_comes & read);
    f->need_window[lane] = (int16_t)(f->dead_window[lane] + is_one);
    f->need_held[lane] = (int16_t)(f->dead_held[lane] + is_one);
    f->next_tap[lane] = (int16_t)next;
    f->next_filter[lane] = 0;
    f->next_dead_window[lane] =
        (int16_t)__builtin_popcountll(window_comes & before);
    f->next_dead_held[lane] =
        (int16_t)__builtin_popcountll(held_comes & before);
}

/* What the lane holds; a pass has it from its first window on. */
static inline void hold_taps(const struct lanes *lanes, int lane)
{
    const struct lane_fields *f = &lanes->f;
    const struct lane_skips *s = lanes->skips;
    const uint64_t all = low_bits((uint64_t)f->taps[lane]);
    const uint64_t at = s->held_at[lane];
    const uint64_t come = all & bits_of_word(s->pattern.held_comes, at);
    s->live[lane] = all & bits_of_word(s->pattern.held, at);
    s->word_left[lane] = come;
    f->held_come[lane] = (int16_t)__builtin_popcountll(come);
    f->left_of_all[lane] = s->live[lane] != 0;
    f->counts[lane] = 0;
}

/* Where the lane's window begins is known.  may_count: as of begin_window. */
static inline void begin_taps(const struct lanes *lanes, int lane,
                              bool may_count)
{
    const struct lane_fields *f = &lanes->f;
    struct lane_skips *s = lanes->skips;
    const uint64_t at = s->window_at[lane];
    const uint64_t todo = s->live[lane] & bits_of_word(s->pattern.window, at);
    const uint64_t come = low_bits((uint64_t)f->taps[lane]) &
                          bits_of_word(s->pattern.window_comes, at);
    const int dead =
        __builtin_popcountll(come & ((todo & -todo) - 1)); /* all: none is */
    const int tap = todo != 0 ? __builtin_ctzll(todo) : f->taps[lane];
    const bool any = todo != 0;
    s->added[lane] |= any;
    if (!lanes->pass.emit_last || f->windows_left[lane] == 1) {
        s->psums += s->added[lane];
        s->added[lane] = 0;
    }
    f->window_words[lane] = (int16_t)__builtin_popcountll(come);
    f->slide_words[lane] = (int16_t)__builtin_popcountll(
        come & low_bits((uint64_t)f->slide[lane]));
    f->dead_window[lane] = (int16_t)dead;
    if (may_count && f->held[lane] == f->held_come[lane]) {
        f->counts[lane] = -1;
        f->words_left[lane] = (int16_t)todo;
        f->words_come[lane] = (int16_t)come;
        f->left[lane] = any;
        f->tap[lane] = any ? 0 : f->taps[lane];
        f->filter[lane] = f->next_filter[lane] = 0;
        f->need_window[lane] = (int16_t)(dead + any);
        f->need_held[lane] = 0;
        return;
    }
    s->todo[lane] = todo;
    s->word_comes[lane] = come;
    f->counts[lane] = 0;
    f->tap[lane] = (int16_t)tap;
    f->filter[lane] = 0;
    f->dead_held[lane] = (int16_t)__builtin_popcountll(s->word_left[lane] &
                                                       low_bits((uint64_t)tap));
    find_next_tap(lanes, lane);
}

#endif
