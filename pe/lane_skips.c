/* lane_skips.c - lanes that skip products of zeros.
 * SPDX-License-Identifier: MIT
 */
#include "pe/lane_skips.h"

#include <stdlib.h>
#include <string.h>

#include "pe/hot.h"
#include "sim/base/diag.h"

struct lane_skips {
    struct lane_pattern pattern;
    int16_t *fields;               /* owns; those of LANE_SKIPS */
    uint64_t *window_at, *held_at; /* own; first bits of the lane's window */
    /* Owns: of each lane, a bit for each of its psums to which a product has
     * been added; and how many words of 64 they are. */
    uint64_t *added;
    int added_words;
    uint64_t psums;
};

enum { BITS = 64 };

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
    free(s->added);
    free(s);
}

void lane_skips_set(struct lane_skips *s, const struct lane_pattern *pattern)
{
    s->pattern = *pattern;
    s->psums = 0;
}

uint64_t lane_skips_psums(const struct lane_skips *s)
{
    return s->psums;
}

bool lane_skips_window(const struct lanes *lanes)
{
    return lanes->skips != NULL && lanes->skips->pattern.window != NULL;
}

bool lane_skips_held(const struct lanes *lanes)
{
    return lanes->skips != NULL && lanes->skips->pattern.held != NULL;
}

/* The first bit that is set of [from, end), or end. */
static uint64_t next_bit(const uint64_t *bits, uint64_t from, uint64_t end)
{
    while (from < end) {
        const uint64_t word = bits[from / BITS] >> (from % BITS);
        if (word != 0) {
            from += (uint64_t)__builtin_ctzll(word);
            return from < end ? from : end;
        }
        from += BITS - from % BITS;
    }
    return end;
}

bool lane_skips_coded(const struct lanes *lanes)
{
    return lanes->skips != NULL &&
           (lanes->skips->pattern.window_comes != NULL ||
            lanes->skips->pattern.held_comes != NULL);
}

uint64_t lane_skips_nth(const uint64_t *bits, uint64_t from, int n)
{
    for (;; from += BITS - from % BITS) {
        uint64_t word = bits[from / BITS] >> (from % BITS);
        const int set = __builtin_popcountll(word);
        if (n >= set) {
            n -= set;
            continue;
        }
        for (; n > 0; n--)
            word &= word - 1;
        return from + (uint64_t)__builtin_ctzll(word);
    }
}

/* How many of n words from a place on come. */
static int16_t coming(const uint64_t *comes, uint64_t from, int n)
{
    const uint64_t end = from + (uint64_t)n;
    int words = 0;
    if (comes == NULL)
        return (int16_t)n;
    while (from < end) {
        uint64_t word = comes[from / BITS] >> (from % BITS);
        const uint64_t here = BITS - from % BITS;
        if (end - from < here)
            word &= ((uint64_t)1 << (end - from)) - 1;
        words += __builtin_popcountll(word);
        from += here;
    }
    return (int16_t)words;
}

/* The tap of the window's first word, from `tap` on, that is not skipped. */
static int next_tap(const struct lane_skips *s, int lane, int tap, int taps)
{
    const uint64_t at = s->window_at[lane];
    if (s->pattern.window == NULL || tap >= taps)
        return tap;
    return (int)(next_bit(s->pattern.window, at + (uint64_t)tap,
                          at + (uint64_t)taps) -
                 at);
}

/* The window's first product that is not skipped, from one on; tap == taps:
 * none is left. */
static void seek(const struct lane_skips *s, const struct lane_fields *f,
                 int lane, int *tap, int *filter)
{
    const int taps = f->taps[lane], filters = f->filters[lane];
    if (*filter == filters) {
        *filter = 0;
        ++*tap;
    }
    for (;; *filter = 0, ++*tap) {
        const int t = next_tap(s, lane, *tap, taps);
        if (t != *tap)
            *filter = 0;
        *tap = t;
        if (t >= taps || s->pattern.held == NULL)
            return;
        const uint64_t at = s->held_at[lane] + (uint64_t)t * (uint64_t)filters;
        const uint64_t end = at + (uint64_t)filters;
        const uint64_t found =
            next_bit(s->pattern.held, at + (uint64_t)*filter, end);
        *filter = (int)(found - at);
        if (found < end)
            return;
    }
}

/* Words before a product that come: of those of a window's taps, and of
 * held words. */
static void words_before(const struct lanes *lanes, int lane, int tap,
                         int filter, int16_t *window, int16_t *held)
{
    const struct lane_skips *s = lanes->skips;
    *window = coming(s->pattern.window_comes, s->window_at[lane], tap);
    *held = coming(s->pattern.held_comes, s->held_at[lane],
                   tap * lanes->f.filters[lane] + filter);
}

/* The filter behind a product whose window word makes another one with it, at
 * once with the first; or `filters`: it is alone. */
static int second_of(const struct lanes *lanes, int lane, int tap, int filter)
{
    const struct lane_skips *s = lanes->skips;
    const int filters = lanes->f.filters[lane];
    if (!lanes->cfg.pairs)
        return filters;
    if (s->pattern.held == NULL)
        return filter + 1;
    const uint64_t at = s->held_at[lane] + (uint64_t)tap * (uint64_t)filters;
    return (int)(next_bit(s->pattern.held, at + (uint64_t)filter + 1,
                          at + (uint64_t)filters) -
                 at);
}

/* Finds the product after the lane's next operation, of which it is known what
 * comes before it. */
static void find_next(struct lanes *lanes, int lane)
{
    struct lane_fields *f = &lanes->f;
    const struct lane_skips *s = lanes->skips;
    const int taps = f->taps[lane], filters = f->filters[lane];
    const int from = f->tap[lane], is_one = from < taps;
    int first = f->filter[lane];
    /* The words of a product that is made do come. */
    f->need_window[lane] = (int16_t)(f->dead_window[lane] + is_one);
    f->need_held[lane] = (int16_t)(f->dead_held[lane] + is_one);
    f->pair[lane] = 0;
    const int second = is_one ? second_of(lanes, lane, from, first) : filters;
    const uint64_t behind =
        s->held_at[lane] + (uint64_t)(from * filters + first + 1);
    const int held = second == filters ? 0
                                       : f->need_held[lane] +
                                             coming(s->pattern.held_comes,
                                                    behind, second - first - 1);
    /* A file of words that stream may have no room for both. */
    if (second < filters &&
        held + 1 - f->dead_held[lane] <= lanes->cfg.held_rf_words) {
        f->pair[lane] = 1;
        f->second_filter[lane] = (int16_t)second;
        f->second_held[lane] = (int16_t)held;
        f->need_held[lane] = (int16_t)(held + 1);
        first = second;
    }
    int tap = from, filter = first + 1;
    if (is_one)
        seek(s, f, lane, &tap, &filter);
    if (tap == taps)
        filter = 0;
    f->next_tap[lane] = (int16_t)tap;
    f->next_filter[lane] = (int16_t)filter;
    f->next_dead_window[lane] = f->dead_window[lane];
    f->next_dead_held[lane] = f->dead_held[lane];
    if (is_one)
        f->next_dead_held[lane] =
            (int16_t)(f->need_held[lane] +
                      coming(s->pattern.held_comes,
                             s->held_at[lane] +
                                 (uint64_t)(from * filters + first + 1),
                             tap * filters + filter -
                                 (from * filters + first + 1)));
    if (tap > from)
        f->next_dead_window[lane] =
            (int16_t)(f->need_window[lane] +
                      coming(s->pattern.window_comes,
                             s->window_at[lane] + (uint64_t)(from + 1),
                             tap - from - 1));
}

/* Marks the psums to which the lane's window adds products. */
static void mark_added(struct lane_skips *s, const struct lane_fields *f,
                       int lane)
{
    const int taps = f->taps[lane], filters = f->filters[lane];
    uint64_t *added = s->added + (size_t)lane * (size_t)s->added_words;
    for (int t = next_tap(s, lane, 0, taps); t < taps;
         t = next_tap(s, lane, t + 1, taps)) {
        const uint64_t at = s->held_at[lane] + (uint64_t)t * (uint64_t)filters;
        if (s->pattern.held == NULL) {
            for (int p = 0; p < filters; p++)
                added[p / BITS] |= (uint64_t)1 << (p % BITS);
            return;
        }
        for (uint64_t b = next_bit(s->pattern.held, at, at + (uint64_t)filters);
             b < at + (uint64_t)filters;
             b = next_bit(s->pattern.held, b + 1, at + (uint64_t)filters))
            added[(b - at) / BITS] |= (uint64_t)1 << ((b - at) % BITS);
    }
}

static void count_added(struct lane_skips *s, int lane)
{
    uint64_t *added = s->added + (size_t)lane * (size_t)s->added_words;
    for (int k = 0; k < s->added_words; k++) {
        s->psums += (uint64_t)__builtin_popcountll(added[k]);
        added[k] = 0;
    }
}

/* Where the lane's window begins in the streams of its words. */
static void place_window(struct lanes *lanes, int lane)
{
    const struct lane_groups *g = &lanes->pass.groups;
    const struct lane_fields *f = &lanes->f;
    struct lane_skips *s = lanes->skips;
    const uint64_t slide = (uint64_t)f->slide[lane];
    const uint64_t taps = (uint64_t)f->taps[lane];
    uint64_t groups = (uint16_t)f->groups_done[lane], words = 0, windows = 0;
    int run = 0;
    for (; run == 0 && groups >= g->groups[0]; run++) {
        groups -= g->groups[0];
        if (g->groups[0] > 0)
            words = g->groups[0] * ((g->windows[0] - 1) * slide + taps);
        windows = (uint64_t)g->groups[0] * g->windows[0];
    }
    const uint64_t window = g->windows[run] - (uint16_t)f->windows_left[lane];
    windows += groups * g->windows[run] + window;
    words += groups * ((g->windows[run] - 1) * slide + taps) + window * slide;
    s->window_at[lane] =
        words + (s->pattern.window == NULL ? 0 : s->pattern.window_begin[lane]);
    s->held_at[lane] =
        (lanes->pass.held_streams ? windows * (uint64_t)f->held_words[lane]
                                  : 0) +
        (s->pattern.held == NULL ? 0 : s->pattern.held_begin[lane]);
}

static void begin_window(struct lanes *lanes, int lane)
{
    struct lane_fields *f = &lanes->f;
    struct lane_skips *s = lanes->skips;
    int tap = 0, filter = 0;
    place_window(lanes, lane);
    mark_added(s, f, lane);
    if (!lanes->pass.emit_last || f->windows_left[lane] == 1)
        count_added(s, lane);
    seek(s, f, lane, &tap, &filter);
    words_before(lanes, lane, f->taps[lane], 0, &f->window_words[lane],
                 &f->held_come[lane]);
    f->slide_words[lane] =
        coming(s->pattern.window_comes, s->window_at[lane], f->slide[lane]);
    f->tap[lane] = (int16_t)tap;
    f->filter[lane] = (int16_t)(tap < f->taps[lane] ? filter : 0);
    words_before(lanes, lane, tap, f->filter[lane], &f->dead_window[lane],
                 &f->dead_held[lane]);
    find_next(lanes, lane);
}

void lane_skips_issue(struct lanes *lanes)
{
    struct lane_skips *s = lanes->skips;
    int most = 0;
    for (int l = 0; l < lanes->n; l++)
        if (lanes->f.active[l] != 0 && lanes->f.filters[l] > most)
            most = lanes->f.filters[l];
    s->added_words = (most + BITS - 1) / BITS;
    free(s->added);
    s->added =
        xcalloc((size_t)lanes->n * (size_t)s->added_words, sizeof(*s->added));
    for (int l = 0; l < lanes->n; l++)
        if (lanes->f.active[l] != 0)
            begin_window(lanes, l);
}

static void go_to_next(struct lanes *lanes, int lane)
{
    struct lane_fields *f = &lanes->f;
    f->dead_window[lane] = f->next_dead_window[lane];
    f->dead_held[lane] = f->next_dead_held[lane];
    find_next(lanes, lane);
}

HOT __attribute__((flatten)) void lane_skips_go_on(struct lanes *lanes,
                                                   int from, int to)
{
    const struct lane_fields *f = &lanes->f;
    for (int l = from; l < to; l++) {
        if (f->moved_on[l] == 0 || f->running[l] == 0)
            continue;
        /* No product but a window's first is its first word's first. */
        if (f->tap[l] == 0 && f->filter[l] == 0 && f->in_psum[l] == 0)
            begin_window(lanes, l);
        else
            go_to_next(lanes, l);
    }
}
