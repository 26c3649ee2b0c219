/* lane_skips.c - lanes that skip products of zeros.
 * SPDX-License-Identifier: MIT
 */
#include "pe/lane_skips.h"

#include <stdlib.h>
#include <string.h>

#include "pe/hot.h"
#include "pe/lane_skips_state.h"
#include "pe/stream_bits.h"
#include "sim/base/diag.h"

#define COUNT(name, doc) +1
enum { SKIP_FIELDS = 0 LANE_SKIPS(COUNT) };
#undef COUNT

struct lane_skips *lane_skips_new(struct lanes *lanes)
{
    struct lane_skips *s = xcalloc(1, sizeof(*s));
    const size_t n = (size_t)lanes->n;
    s->fields = xcalloc(n * SKIP_FIELDS, sizeof(*s->fields));
    s->window_at = xcalloc(n, sizeof(*s->window_at));
    s->held_at = xcalloc(n, sizeof(*s->held_at));
    s->window_rank = xcalloc(n, sizeof(*s->window_rank));
    s->held_rank = xcalloc(n, sizeof(*s->held_rank));
    s->word_left = xcalloc(n, sizeof(*s->word_left));
    s->word_comes = xcalloc(n, sizeof(*s->word_comes));
    s->few_left[0] = xcalloc(6 * n, sizeof(*s->few_left[0]));
    s->few_left[1] = s->few_left[0] + n;
    for (size_t k = 0; k < 2; k++) {
        s->few_come[k] = s->few_left[0] + (2 + k) * n;
        s->few_stop[k] = s->few_left[0] + (4 + k) * n;
    }
    s->tap_left = s->few_left[0];
    s->tap_come = s->few_come[0];
    s->tap_slide = s->few_stop[0];
    s->products[0] = xcalloc(n * PLANES, sizeof(*s->products[0]));
    for (size_t k = 0; k < PLANES; k++)
        s->products[k] = s->products[0] + k * n;
    int16_t *at = s->fields;
#define PLACE(name, doc) \
    lanes->f.name = at;  \
    at += n;
    LANE_SKIPS(PLACE)
#undef PLACE
    lanes->skips = s;
    return s;
}

void lane_skips_free(struct lane_skips *s)
{
    if (s == NULL)
        return;
    free(s->fields);
    free(s->window_at);
    free(s->held_at);
    free(s->window_rank);
    free(s->held_rank);
    free(s->products[0]);
    free(s->word_left);
    free(s->word_comes);
    free(s->few_left[0]);
    free(s->live);
    free(s->todo);
    free(s);
}

void lane_skips_set(struct lane_skips *s, const struct lane_pattern *pattern)
{
    s->pattern = *pattern;
}

bool lane_skips_may_count(const struct lane_skips *s)
{
    return s->may_count;
}

bool lane_skips_window(const struct lanes *lanes)
{
    return lanes->skips != NULL && lanes->skips->pattern.window != NULL;
}

bool lane_skips_held(const struct lanes *lanes)
{
    return lanes->skips != NULL && lanes->skips->pattern.held != NULL;
}

bool lane_skips_coded(const struct lanes *lanes)
{
    return lanes->skips != NULL &&
           (lanes->skips->pattern.window_comes != NULL ||
            lanes->skips->pattern.held_comes != NULL);
}

/* Words of the lane's window that come before its word `tap`. */
static inline int16_t window_rank(const struct lane_skips *s, int lane, int tap)
{
    return (int16_t)(rank_of(s->pattern.window_comes, s->pattern.window_ranks,
                             s->window_at[lane] + (uint64_t)tap) -
                     s->window_rank[lane]);
}

/* Words held for the lane's window that come before the word `held`. */
static inline int16_t held_rank(const struct lane_skips *s, int lane,
                                uint64_t held)
{
    return (
        int16_t)(rank_of(s->pattern.held_comes, s->pattern.held_ranks, held) -
                 s->held_rank[lane]);
}

/* The lane's first tap with products, from `tap` on; or the number of its taps,
 * where there is none. */
static inline int tap_from(const struct lanes *lanes, int lane, int tap)
{
    const struct lane_skips *s = lanes->skips;
    const uint64_t *todo = s->todo + (size_t)lane * (size_t)s->tap_words;
    return (int)next_bit(todo, (uint64_t)tap, (uint64_t)lanes->f.taps[lane]);
}

/* Where the words that are held for a tap begin. */
static inline uint64_t tap_begin(const struct lanes *lanes, int lane, int tap)
{
    return lanes->skips->held_at[lane] +
           (uint64_t)tap * (uint64_t)lanes->f.filters[lane];
}

/* Where they end; none are held behind the last tap. */
static inline uint64_t tap_end(const struct lanes *lanes, int lane, int tap)
{
    return tap_begin(lanes, lane, tap) +
           (tap < lanes->f.taps[lane] ? (uint64_t)lanes->f.filters[lane] : 0);
}

/* The first word of [held, end) that makes a product; or end. */
static inline uint64_t held_from(const struct lane_skips *s, uint64_t held,
                                 uint64_t end)
{
    return next_bit(s->pattern.held, held < end ? held : end, end);
}

/* Finds the product after the lane's next operation, of which it is known what
 * comes before it.  It has no branch, for zeros come by chance. */
static inline void find_next(const struct lanes *lanes, int lane)
{
    const struct lane_fields *f = &lanes->f;
    const struct lane_skips *s = lanes->skips;
    const int tap = f->tap[lane], is_one = tap < f->taps[lane];
    const uint64_t begin = tap_begin(lanes, lane, tap);
    const uint64_t end = tap_end(lanes, lane, tap);
    const uint64_t first = begin + (uint64_t)f->filter[lane];
    const uint64_t second = held_from(s, first + 1, end);
    const int16_t second_held = held_rank(s, lane, second);
    /* A file of words that stream may have no room for both. */
    const bool pair =
        lanes->cfg.pairs & (second < end) &
        (second_held + 1 - f->dead_held[lane] <= lanes->cfg.held_rf_words);
    const uint64_t behind = pair ? held_from(s, second + 1, end) : second;
    const int other = tap_from(lanes, lane, tap + is_one);
    const uint64_t its_first = held_from(s, tap_begin(lanes, lane, other),
                                         tap_end(lanes, lane, other));
    const int next = behind < end ? tap : other;
    const uint64_t held = behind < end ? behind : its_first;
    f->pair[lane] = pair;
    f->second_filter[lane] = (int16_t)(second - begin);
    f->second_held[lane] = second_held;
    /* The words of a product that is made do come. */
    f->need_window[lane] = (int16_t)(f->dead_window[lane] + is_one);
    f->need_held[lane] =
        (int16_t)((pair ? second_held : f->dead_held[lane]) + is_one);
    f->next_tap[lane] = (int16_t)next;
    f->next_filter[lane] = (int16_t)(held - tap_begin(lanes, lane, next));
    f->next_dead_window[lane] = window_rank(s, lane, next);
    f->next_dead_held[lane] = held_rank(s, lane, held);
}

/* The taps of which some word that is held is not zero. */
static void find_live(const struct lanes *lanes, int lane)
{
    const struct lane_skips *s = lanes->skips;
    const int taps = lanes->f.taps[lane];
    const uint64_t filters = (uint64_t)lanes->f.filters[lane];
    uint64_t *live = s->live + (size_t)lane * (size_t)s->tap_words;
    uint64_t at = s->held_at[lane];
    for (int k = 0; k < s->tap_words; k++)
        live[k] = low_bits((uint64_t)(taps > k * BITS ? taps - k * BITS : 0));
    if (filters == 1) { /* they are a tap each */
        for (int k = 0; k * BITS < taps; k++)
            live[k] &= bits_of_word(s->pattern.held, at + (uint64_t)(k * BITS));
        return;
    }
    for (int t = 0; s->pattern.held != NULL && t < taps; t++, at += filters)
        if (next_bit(s->pattern.held, at, at + filters) == at + filters)
            live[t / BITS] &= ~((uint64_t)1 << (t % BITS));
}

/* Products of each tap, of words that are held and not zero. */
static void find_tap_products(const struct lanes *lanes, int lane)
{
    const struct lane_skips *s = lanes->skips;
    const uint64_t all = low_bits((uint64_t)lanes->f.filters[lane]);
    int of_all = -1;
    for (int k = 0; k < s->planes; k++)
        s->products[k][lane] = 0;
    for (int t = 0; t < lanes->f.taps[lane]; t++) {
        const uint64_t held =
            all & bits_of_word(s->pattern.held, tap_begin(lanes, lane, t));
        const int n = __builtin_popcountll(held);
        for (int k = 0; k < s->planes; k++)
            s->products[k][lane] |= (int16_t)((n >> k & 1) << t);
        if (n > 0)
            of_all = of_all < 0 || of_all == n ? n : 0;
    }
    lanes->f.left_of_all[lane] = (int16_t)(of_all > 0 ? of_all : 0);
}

/* The taps of the lane's window with products. */
static inline void find_todo(const struct lanes *lanes, int lane)
{
    const struct lane_skips *s = lanes->skips;
    const size_t at = (size_t)lane * (size_t)s->tap_words;
    const uint64_t *live = s->live + at;
    uint64_t *todo = s->todo + at;
    const int words = (lanes->f.taps[lane] + BITS - 1) / BITS;
    for (int k = 0; k < words; k++)
        todo[k] = s->pattern.window == NULL
                      ? live[k]
                      : live[k] & bits_from(s->pattern.window,
                                            s->window_at[lane] +
                                                (uint64_t)(k * BITS));
}

static inline void begin_word(const struct lanes *lanes, int lane)
{
    const struct lane_fields *f = &lanes->f;
    const struct lane_skips *s = lanes->skips;
    const struct lane_pattern *p = &s->pattern;
    const uint64_t all = low_bits((uint64_t)f->filters[lane]);
    const uint64_t window = s->window_at[lane], held = s->held_at[lane];
    const uint64_t come = all & bits_of_word(p->held_comes, held);
    const uint64_t todo =
        bit_is_set(p->window, window) ? all & bits_of_word(p->held, held) : 0;
    const int16_t comes = bit_is_set(p->window_comes, window);
    s->word_comes[lane] = come;
    s->word_left[lane] = todo;
    f->held_come[lane] = (int16_t)__builtin_popcountll(come);
    f->window_words[lane] = comes;
    f->slide_words[lane] = f->slide[lane] > 0 ? comes : 0;
    find_in_word(lanes, lane);
}

static inline void begin_window(struct lanes *lanes, int lane, bool is_first)
{
    struct lane_fields *f = &lanes->f;
    struct lane_skips *s = lanes->skips;
    if (is_first)
        place_first(lanes, lane);
    else
        place_next(lanes, lane);
    if (s->of_taps) {
        if (is_first)
            hold_taps(lanes, lane);
        begin_taps(lanes, lane);
        return;
    }
    if (s->of_one_word) {
        if (s->of_few)
            begin_few(lanes->skips, f, lane);
        else
            begin_word(lanes, lane);
        return;
    }
    if (lanes->pass.held_streams || is_first) {
        s->held_rank[lane] = rank_of(s->pattern.held_comes,
                                     s->pattern.held_ranks, s->held_at[lane]);
        find_live(lanes, lane);
        if (s->may_count)
            find_tap_products(lanes, lane);
        f->held_come[lane] = held_rank(
            s, lane, s->held_at[lane] + (uint64_t)f->held_words[lane]);
    }
    find_todo(lanes, lane);
    f->counts[lane] = 0;
    s->window_rank[lane] = rank_of(s->pattern.window_comes,
                                   s->pattern.window_ranks, s->window_at[lane]);
    f->window_words[lane] = window_rank(s, lane, f->taps[lane]);
    f->slide_words[lane] = window_rank(s, lane, f->slide[lane]);
    const int tap = tap_from(lanes, lane, 0);
    const uint64_t first =
        held_from(s, tap_begin(lanes, lane, tap), tap_end(lanes, lane, tap));
    f->tap[lane] = (int16_t)tap;
    f->filter[lane] = (int16_t)(first - tap_begin(lanes, lane, tap));
    f->dead_window[lane] = window_rank(s, lane, tap);
    f->dead_held[lane] = held_rank(s, lane, first);
    find_next(lanes, lane);
}

/* Makes room for so many words of 64 bits a lane, and one behind the last. */
static uint64_t *renew(uint64_t *words, const struct lanes *lanes, int a_lane)
{
    free(words);
    return xcalloc((size_t)lanes->n * (size_t)a_lane + 1, sizeof(*words));
}

HOT(, void, lane_skips_issue, (struct lanes * lanes), (lanes))
{
    const struct lane_fields *f = &lanes->f;
    struct lane_skips *s = lanes->skips;
    int filters = 0, taps = 0;
    for (int l = 0; l < lanes->n; l++) {
        if (f->active[l] != 0 && f->filters[l] > filters)
            filters = f->filters[l];
        if (f->active[l] != 0 && f->taps[l] > taps)
            taps = f->taps[l];
    }
    s->tap_words = (taps + BITS - 1) / BITS;
    s->live = renew(s->live, lanes, s->tap_words);
    s->todo = renew(s->todo, lanes, s->tap_words);
    const bool steers = s->pattern.window != NULL || s->pattern.held != NULL;
    s->of_one_word =
        steers && lanes->pass.held_streams && taps == 1 && filters < BITS;
    s->of_few = s->of_one_word && filters <= FEW_BITS;
    s->has_high = filters > HALF_BITS;
    s->of_taps =
        steers && !lanes->pass.held_streams && filters == 1 && taps <= BITS;
    s->may_count = steers && !lanes->pass.held_streams &&
                   taps <= COUNTED_TAPS && filters < BITS &&
                   windows_of(&lanes->pass.groups) > 1;
    for (s->planes = 1; filters >> s->planes != 0;)
        s->planes++;
    for (int l = 0; l < lanes->n; l++) {
        f->moved_on[l] = f->active[l];
        f->ended[l] = f->asks_window[l] = 0;
        if (f->active[l] == 0)
            continue;
        if (s->of_few) {
            const uint64_t stop = (uint64_t)1 << f->filters[l];
            s->few_stop[0][l] = (int16_t)stop;
            s->few_stop[1][l] = (int16_t)(stop >> HALF_BITS);
        } else if (s->may_count) {
            s->tap_slide[l] = (int16_t)low_bits((uint64_t)f->slide[l]);
        }
        begin_window(lanes, l, true);
    }
    if (s->of_few)
        find_in_halves(lanes, 0, lanes->n, true, true);
}

static inline void go_to_next(const struct lanes *lanes, int lane)
{
    const struct lane_fields *f = &lanes->f;
    if (lanes->skips->of_one_word) {
        find_in_word(lanes, lane);
        return;
    }
    if (lanes->skips->of_taps) {
        go_to_next_tap(lanes, lane);
        return;
    }
    f->dead_window[lane] = f->next_dead_window[lane];
    f->dead_held[lane] = f->next_dead_held[lane];
    find_next(lanes, lane);
}

HOT(static, void, go_on_few,
    (struct lanes * lanes, int from, int to, bool names_filters),
    (lanes, from, to, names_filters))
{
    begin_few_windows(lanes, from, to);
    if (names_filters)
        find_in_halves(lanes, from, to, true, true);
    else if (lanes->skips->has_high)
        find_in_halves(lanes, from, to, true, false);
    else
        find_in_halves(lanes, from, to, false, false);
}

/* Up to BITS lanes [from, to) of a pass in which they may count. */
static inline void go_on_counting(struct lanes *lanes, int from, int to)
{
    const struct lane_fields *f = &lanes->f;
    const bool all_count = lanes->held_is_in;
    const uint64_t moved =
        lanes_moved(f->moved_on + from, f->running + from, -1, to - from);
    if (moved == 0)
        return;
    uint64_t begun = lanes_moved(f->moved_on + from, f->running + from,
                                 INT16_MIN, to - from);
    uint64_t others = all_count ? 0 : moved & ~begun;
    for (; others != 0; others &= others - 1) {
        const int l = from + __builtin_ctzll(others);
        if (f->counts[l] == 0)
            go_to_next(lanes, l);
    }
    for (; begun != 0; begun &= begun - 1) {
        const int l = from + __builtin_ctzll(begun);
        if (!all_count && f->held[l] != f->held_come[l]) {
            begin_window(lanes, l, false);
            continue;
        }
        place_next(lanes, l);
        note_taps(lanes, l);
    }
    count_lanes(lanes, from, to);
}

HOT(static, void, go_on_counting_lanes,
    (struct lanes * lanes, int from, int to), (lanes, from, to))
{
    for (int at = from; at < to; at += BITS)
        go_on_counting(lanes, at, at + BITS < to ? at + BITS : to);
}

HOT(, void, lane_skips_go_on,
    (struct lanes * lanes, int from, int to, bool may_count),
    (lanes, from, to, may_count))
{
    const struct lane_fields *f = &lanes->f;
    if (lanes->skips->of_few) {
        go_on_few(lanes, from, to, !may_count);
        return;
    }
    if (lanes->skips->may_count && may_count) {
        go_on_counting_lanes(lanes, from, to);
        return;
    }
    for (int at = from; at < to; at += BITS) {
        uint64_t moved = lanes_moved(f->moved_on + at, f->running + at, -1,
                                     at + BITS < to ? BITS : to - at);
        for (; moved != 0; moved &= moved - 1) {
            const int l = at + __builtin_ctzll(moved);
            if (f->moved_on[l] < 0)
                begin_window(lanes, l, false);
            else
                go_to_next(lanes, l);
        }
    }
}
