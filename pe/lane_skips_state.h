/* lane_skips_state.h - what lanes that skip know beside their fields; for
 * pe/lane_skips.c alone.
 * SPDX-License-Identifier: MIT
 */
#ifndef PE_LANE_SKIPS_STATE_H
#define PE_LANE_SKIPS_STATE_H

#include "pe/lane_skips.h"
#include "pe/stream_bits.h"

/* COUNTED_TAPS: of a window whose products are counted down, up to 63 of a tap,
 * which are PLANES bits. */
enum {
    COUNTED_TAPS = 16,
    PLANES = 6,
    HALF_BITS = 16,
    FEW_BITS = 2 * HALF_BITS
};

struct lane_skips {
    struct lane_pattern pattern;
    int16_t *fields;               /* owns; those of LANE_SKIPS */
    uint64_t *window_at, *held_at; /* own; first bits of the lane's window */
    uint64_t *window_rank, *held_rank; /* own; words that come before these */
    /* Own; bits of each lane, in so many words of 64: taps with words that it
     * holds and that are not zero; of these, taps where its window's word is
     * not. */
    uint64_t *live, *todo;
    int tap_words;
    /* Where none has more taps than COUNTED_TAPS, by lane, in bits of taps: bit
     * k of how many products the tap's word makes. */
    int16_t *products[PLANES]; /* own; one, for all */
    int planes;                /* of these, in use */
    bool may_count;            /* lanes, in the pass */
    /* All windows of the pass, for which other words are held each: then own,
     * bits of the words held: those of products behind the next operation's,
     * and those that come. */
    bool of_one_word;
    uint64_t *word_left, *word_comes;
    /* Each lane holds a word for each of up to 64 taps (find_next_tap): then
     * these are bits of the words held and of the window's that come. */
    bool of_taps;
    /* Where none holds more than FEW_BITS, these bits in halves of 16 that many
     * lanes go on by at once, the high one where some lane holds as many, and
     * the bit behind the last. */
    bool of_few, has_high;
    int16_t *few_left[2], *few_come[2], *few_stop[2]; /* own; one, for all */
    /* For lanes that count their windows of taps down: the taps with words that
     * are not zero, and those that come, of the window that they have come to;
     * the taps that are dropped behind it.  They lie where the above do. */
    int16_t *tap_left, *tap_come, *tap_slide;
};

static inline uint64_t windows_of(const struct lane_groups *g)
{
    return (uint64_t)g->groups[0] * g->windows[0] +
           (uint64_t)g->groups[1] * g->windows[1];
}

/* A bit for each of `n` lanes, up to 64: it runs, and moved_on has a bit of
 * `which`. */
static inline uint64_t lanes_moved(const int16_t *__restrict moved_on,
                                   const int16_t *__restrict running,
                                   int16_t which, int n)
{
    uint8_t has[BITS] = {0};
    for (int l = 0; l < n; l++)
        has[l] = (moved_on[l] & running[l] & which) != 0;
    return bits_of_bytes(has, n);
}

/* find_next in a window of one word, by the bits of the words that are held for
 * it. */
static inline void find_in_word(const struct lanes *lanes, int lane)
{
    const struct lane_fields *f = &lanes->f;
    const struct lane_skips *s = lanes->skips;
    const uint64_t todo = s->word_left[lane], come = s->word_comes[lane];
    const uint64_t stop = (uint64_t)1 << f->filters[lane];
    const int none = todo == 0;
    const uint64_t behind_first = todo & (todo - 1);
    const int first = __builtin_ctzll(todo | stop);
    const int second = __builtin_ctzll(behind_first | stop);
    const int dead = __builtin_popcountll(come & low_bits((uint64_t)first));
    const int before = __builtin_popcountll(come & low_bits((uint64_t)second));
    const bool pair = lanes->cfg.pairs & (behind_first != 0) &
                      (before + 1 - dead <= lanes->cfg.held_rf_words);
    const uint64_t rest =
        pair ? behind_first & (behind_first - 1) : behind_first;
    const int next = __builtin_ctzll(rest | stop);
    const int16_t comes = f->window_words[lane];
    s->word_left[lane] = rest;
    f->tap[lane] = (int16_t)none;
    f->filter[lane] = (int16_t)(none ? 0 : first);
    f->dead_window[lane] = (int16_t)(none ? comes : 0);
    f->dead_held[lane] = (int16_t)dead;
    f->pair[lane] = pair;
    f->second_filter[lane] = (int16_t)(none ? 0 : second);
    f->second_held[lane] = (int16_t)before;
    f->need_window[lane] = (int16_t)(f->dead_window[lane] + !none);
    f->need_held[lane] = (int16_t)((pair ? before : dead) + !none);
    f->next_tap[lane] = rest == 0;
    f->next_filter[lane] = (int16_t)(rest == 0 ? 0 : next);
    f->next_dead_window[lane] = rest == 0 ? comes : 0;
    f->next_dead_held[lane] =
        (int16_t)__builtin_popcountll(come & low_bits((uint64_t)next));
}

/* Up to 32 bits of a lane, in words that vectors of lanes have. */
struct halves {
    int16_t low, high;
};

/* Without the lowest bit that is set. */
static inline struct halves without_lowest(struct halves a)
{
    const int16_t borrows = (int16_t) - (a.low == 0);
    return (struct halves){(int16_t)(a.low & (a.low - 1)),
                           (int16_t)(a.high & (a.high + borrows))};
}

/* Those of `of` below the lowest that is set of `a` or `b`; all: none is. */
static inline struct halves below_lowest(struct halves of, struct halves a,
                                         struct halves b)
{
    const int16_t low = (int16_t)(a.low | b.low);
    const int16_t high = (int16_t)(a.high | b.high);
    const int16_t none = (int16_t) - (low == 0);
    return (struct halves){(int16_t)(of.low & ((low & -low) - 1)),
                           (int16_t)(of.high & none & ((high & -high) - 1))};
}

/* The same of all lanes [from, to) that have moved on, by halves. has_high:
 * some have a bit in the high one; else those are 0. names_filters: somebody
 * follows who asks for filters of products; else each is 0. */
static inline __attribute__((always_inline)) void
find_in_halves(const struct lanes *lanes, int from, int to, bool has_high,
               bool names_filters)
{
    const struct lane_fields *f = &lanes->f;
    const struct lane_skips *s = lanes->skips;
    const int16_t pairs = (int16_t)-lanes->cfg.pairs;
    const int16_t room = (int16_t)lanes->cfg.held_rf_words;
#define FIELD(name) int16_t *__restrict name = f->name + from
    FIELD(moved_on);
    FIELD(running);
    FIELD(window_words);
    FIELD(tap);
    FIELD(filter);
    FIELD(dead_window);
    FIELD(dead_held);
    FIELD(pair);
    FIELD(second_filter);
    FIELD(second_held);
    FIELD(need_window);
    FIELD(need_held);
    FIELD(next_tap);
    FIELD(next_filter);
    FIELD(next_dead_window);
    FIELD(next_dead_held);
#undef FIELD
    int16_t *__restrict left_low = s->few_left[0] + from;
    int16_t *__restrict left_high = s->few_left[1] + from;
    const int16_t *__restrict come_low = s->few_come[0] + from;
    const int16_t *__restrict come_high = s->few_come[1] + from;
    const int16_t *__restrict stop_low = s->few_stop[0] + from;
    const int16_t *__restrict stop_high = s->few_stop[1] + from;
    const int n = to - from;
#define HALVES(of)                                          \
    {                                                       \
        of##_low[l], (int16_t)(has_high ? of##_high[l] : 0) \
    }
#define COUNT(of) \
    (has_high ? lane_bits_of_two((of).low, (of).high) : lane_bits((of).low))
#define SET(field, value) \
    field[l] = (int16_t)(((value)&moved) | (field[l] & ~moved))
#pragma GCC ivdep
    for (int l = 0; l < n; l++) {
        const int16_t moved = (int16_t)(-(moved_on[l] != 0) & running[l]);
        const struct halves all = {-1, -1};
        const struct halves todo = HALVES(left), come = HALVES(come);
        const struct halves stop = HALVES(stop);
        const struct halves behind_first = without_lowest(todo);
        const int16_t some = (int16_t) - ((todo.low | todo.high) != 0);
        const int16_t has_second =
            (int16_t) - ((behind_first.low | behind_first.high) != 0);
        const struct halves to_first = below_lowest(come, todo, stop);
        const struct halves to_second = below_lowest(come, behind_first, stop);
        const int16_t dead = COUNT(to_first);
        const int16_t before = COUNT(to_second);
        const int16_t two =
            (int16_t)(pairs & has_second & -(before + 1 - dead <= room));
        const struct halves behind_second = without_lowest(behind_first);
        const struct halves rest = {
            (int16_t)((behind_second.low & two) | (behind_first.low & ~two)),
            (int16_t)((behind_second.high & two) | (behind_first.high & ~two))};
        const struct halves to_next = below_lowest(come, rest, stop);
        const int16_t last = (int16_t) - ((rest.low | rest.high) == 0);
        const int16_t word = window_words[l];
        SET(left_low, rest.low);
        if (has_high)
            SET(left_high, rest.high);
        SET(tap, 1 + some);
        SET(dead_window, word & ~some);
        SET(dead_held, dead);
        SET(pair, two & 1);
        SET(need_window, (word & ~some) - some);
        SET(need_held, ((before & two) | (dead & ~two)) - some);
        SET(next_tap, last & 1);
        SET(next_dead_window, word & last);
        SET(next_dead_held, COUNT(to_next));
        if (names_filters) {
            const struct halves first = below_lowest(all, todo, stop);
            const struct halves second = below_lowest(all, behind_first, stop);
            const struct halves next = below_lowest(all, rest, stop);
            SET(filter, COUNT(first) & some);
            SET(second_filter, COUNT(second) & some);
            SET(second_held, before);
            SET(next_filter, COUNT(next) & ~last);
        } else {
            SET(filter, 0);
            SET(next_filter, 0);
        }
    }
#undef SET
#undef COUNT
#undef HALVES
}

/* Where the lane's first window begins in the streams of its words. */
static inline void place_first(const struct lanes *lanes, int lane)
{
    struct lane_skips *s = lanes->skips;
    s->window_at[lane] =
        s->pattern.window == NULL ? 0 : s->pattern.window_begin[lane];
    s->held_at[lane] =
        s->pattern.held == NULL ? 0 : s->pattern.held_begin[lane];
}

/* Where the one behind the latest begins: with the word behind its last where a
 * group has ended, and else as far on as it slides. */
static inline void place_next(const struct lanes *lanes, int lane)
{
    const struct lane_groups *g = &lanes->pass.groups;
    const struct lane_fields *f = &lanes->f;
    struct lane_skips *s = lanes->skips;
    const int run = (uint16_t)f->groups_done[lane] >= g->groups[0];
    const bool begins_group =
        (uint16_t)f->windows_left[lane] == g->windows[run];
    s->window_at[lane] +=
        (uint64_t)(begins_group ? f->taps[lane] : f->slide[lane]);
    if (lanes->pass.held_streams)
        s->held_at[lane] += (uint64_t)f->held_words[lane];
}

/* A window of one word for which few are held, as find_in_halves goes on by it.
 */
static inline void begin_few(const struct lane_skips *s,
                             const struct lane_fields *f, int lane)
{
    const struct lane_pattern *p = &s->pattern;
    const uint64_t window = s->window_at[lane], held = s->held_at[lane];
    const uint32_t all = (uint32_t)low_bits((uint64_t)f->filters[lane]);
    const uint32_t come = all & few_bits(p->held_comes, held);
    const uint32_t todo = all & few_bits(p->held, held) &
                          -(uint32_t)bit_is_set(p->window, window);
    const int16_t comes = bit_is_set(p->window_comes, window);
    s->few_come[0][lane] = (int16_t)come;
    s->few_come[1][lane] = (int16_t)(come >> HALF_BITS);
    s->few_left[0][lane] = (int16_t)todo;
    s->few_left[1][lane] = (int16_t)(todo >> HALF_BITS);
    f->held_come[lane] = (int16_t)__builtin_popcount(come);
    f->window_words[lane] = comes;
    f->slide_words[lane] = f->slide[lane] > 0 ? comes : 0;
}

/* Lanes [from, to) that have come to another of these windows. */
static inline void begin_few_windows(const struct lanes *lanes, int from,
                                     int to)
{
    const struct lane_fields f = lanes->f;
    struct lane_skips *const s = lanes->skips;
    for (int at = from; at < to; at += BITS) {
        uint64_t moved = lanes_moved(f.moved_on + at, f.running + at, INT16_MIN,
                                     at + BITS < to ? BITS : to - at);
        for (; moved != 0; moved &= moved - 1) {
            const int l = at + __builtin_ctzll(moved);
            if (f.slide[l] == 1) {
                s->window_at[l]++;
                s->held_at[l] += (uint64_t)f.held_words[l];
            } else {
                place_next(lanes, l);
            }
            begin_few(s, &f, l);
        }
    }
}

/* Passes in which each lane holds a word for each of up to 64 taps: what is
 * held, and what a window has, are bits of one word each.  Each tap makes one
 * product or none, so that nothing is paired. */

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

static inline void go_to_next_tap(const struct lanes *lanes, int lane)
{
    const struct lane_fields *f = &lanes->f;
    f->dead_window[lane] = f->next_dead_window[lane];
    f->dead_held[lane] = f->next_dead_held[lane];
    find_next_tap(lanes, lane);
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
    s->products[0][lane] = (int16_t)s->live[lane];
}

/* Where the lane's window begins is known; it is not counted down. */
static inline void begin_taps(const struct lanes *lanes, int lane)
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
    f->window_words[lane] = (int16_t)__builtin_popcountll(come);
    f->slide_words[lane] = (int16_t)__builtin_popcountll(
        come & low_bits((uint64_t)f->slide[lane]));
    f->dead_window[lane] = (int16_t)dead;
    s->todo[lane] = todo;
    s->word_comes[lane] = come;
    f->counts[lane] = 0;
    f->tap[lane] = (int16_t)tap;
    f->filter[lane] = 0;
    f->dead_held[lane] = (int16_t)__builtin_popcountll(s->word_left[lane] &
                                                       low_bits((uint64_t)tap));
    find_next_tap(lanes, lane);
}

/* A window that the lane counts down, as count_lanes goes on by it. */
static inline void note_taps(const struct lanes *lanes, int lane)
{
    const struct lane_skips *s = lanes->skips;
    const uint64_t at = s->window_at[lane];
    s->tap_left[lane] =
        (int16_t)(s->live[lane] & few_bits(s->pattern.window, at));
    s->tap_come[lane] = (int16_t)(few_bits(s->pattern.window_comes, at) &
                                  low_bits((uint64_t)lanes->f.taps[lane]));
}

/* Lanes [from, to), of which some have come to such windows, or to another word
 * of one. */
static inline void count_lanes(const struct lanes *lanes, int from, int to)
{
    const struct lane_fields *f = &lanes->f;
    const struct lane_skips *s = lanes->skips;
#define FIELD(name) int16_t *__restrict name = f->name + from
    FIELD(moved_on);
    FIELD(running);
    FIELD(held);
    FIELD(held_come);
    FIELD(taps);
    FIELD(window_words);
    FIELD(slide_words);
    FIELD(dead_window);
    FIELD(counts);
    FIELD(words_left);
    FIELD(words_come);
    FIELD(left);
    FIELD(tap);
    FIELD(filter);
    FIELD(next_filter);
    FIELD(need_window);
    FIELD(need_held);
#undef FIELD
    const int16_t *__restrict todo = s->tap_left + from;
    const int16_t *__restrict come = s->tap_come + from;
    const int16_t *__restrict slide = s->tap_slide + from;
    const int n = to - from;
    int16_t lowest[BITS], goes_on[BITS];
#define SET(field, value) \
    field[l] = (int16_t)(((value)&begun) | (field[l] & ~begun))
#pragma GCC ivdep
    for (int l = 0; l < n; l++) {
        const int16_t begun = (int16_t)(-(moved_on[l] < 0) & running[l] &
                                        -(held[l] == held_come[l]));
        const int16_t none = (int16_t) - (todo[l] == 0);
        const int16_t first = (int16_t)(todo[l] & -todo[l]);
        const int16_t dead = lane_bits((int16_t)(come[l] & (first - 1)));
        SET(window_words, lane_bits(come[l]));
        SET(slide_words, lane_bits((int16_t)(come[l] & slide[l])));
        SET(dead_window, dead);
        SET(counts, -1);
        SET(words_left, todo[l]);
        SET(words_come, come[l]);
        SET(tap, none & taps[l]);
        SET(filter, 0);
        SET(next_filter, 0);
        SET(need_window, dead + 1 + none);
        SET(need_held, 0);
        goes_on[l] =
            (int16_t)(-(moved_on[l] != 0) & running[l] & (begun | counts[l]));
        lowest[l] = (int16_t)(words_left[l] & -words_left[l]);
        left[l] = (int16_t)(left[l] & ~goes_on[l]);
    }
#undef SET
    for (int k = 0; k < s->planes; k++) {
        const int16_t *__restrict plane = s->products[k] + from;
        const int16_t one = (int16_t)(1 << k);
#pragma GCC ivdep
        for (int l = 0; l < n; l++)
            left[l] = (int16_t)(left[l] | (-((plane[l] & lowest[l]) != 0) &
                                           goes_on[l] & one));
    }
}

#endif
