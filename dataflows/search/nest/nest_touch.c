/* nest_touch.c - counts the ifmap rows (or columns) that the tiles of a nest
 * touch. It walks the tiles and marks each point with the last tile that
 * touched it, and remembers every sum that it has worked out.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/search/nest/nest_touch.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dataflows/program.h"
#include "dataflows/search/known_values.h"

/* One of the two dimensions that together reach the ifmap's points: outputs,
 * whose step is the stride, or taps, whose step is the dilation. */
struct axis {
    int extent, step;
};

struct nest_touch {
    struct axis output, tap;
    int pad, points;
    int *mark; /* owns; the last tile that touched a point */
    int marks;
    struct known_values *known;
};

enum { EXTENT_MAX = 300 }; /* of which unknowns are gone through */

struct nest_touch *nest_touch_new(const struct arch *arch,
                                  const struct layer *l, bool of_rows)
{
    bool stored = arch->padding == PADDING_STORED;
    struct nest_touch *t = xcalloc(1, sizeof(*t));
    t->output = (struct axis){of_rows ? l->P : l->Q,
                              of_rows ? l->stride_h : l->stride_w};
    t->tap = (struct axis){of_rows ? l->R : l->S,
                           of_rows ? l->dilation_h : l->dilation_w};
    if (!stored)
        t->pad = of_rows ? l->pad_top : l->pad_left;
    if (of_rows)
        t->points = stored ? layer_padded_h(l) : l->H;
    else
        t->points = stored ? layer_padded_w(l) : l->W;
    t->mark = xcalloc((size_t)t->points, sizeof(*t->mark));
    t->known = known_values_new();
    return t;
}

void nest_touch_free(struct nest_touch *t)
{
    if (t == NULL)
        return;
    known_values_free(t->known);
    free(t->mark);
    free(t);
}

/* A tile: its first index and its size along each axis. */
struct tile {
    int first[2], n[2];
};

/* Points of `new` that `old` does not touch; old NULL: nothing. */
static int points_new(struct nest_touch *t, const struct axis axis[2],
                      const struct tile *new, const struct tile *old)
{
    const struct tile *tile[2] = {old, new};
    int n = 0;
    t->marks++;
    for (int k = 0; k < 2; k++) {
        const struct tile *at = tile[k];
        if (at == NULL)
            continue;
        for (int i = at->first[0]; i < at->first[0] + at->n[0]; i++)
            for (int j = at->first[1]; j < at->first[1] + at->n[1]; j++) {
                int x = i * axis[0].step + j * axis[1].step - t->pad;
                if (x < 0 || x >= t->points || t->mark[x] == t->marks)
                    continue;
                t->mark[x] = t->marks;
                n += k;
            }
    }
    return n;
}

/* --- one tap: each output has a point of its own, or padding --- */

bool nest_touch_is_own(const struct nest_touch *t)
{
    return t->tap.extent == 1;
}

/* Points of outputs from .. end - 1. */
static double own_points(const struct nest_touch *t, int from, int end)
{
    const int first = ceil_div(t->pad, t->output.step);
    const int64_t last = ((int64_t)t->points - 1 + t->pad) / t->output.step;
    if (from < first)
        from = first;
    if (end > last + 1)
        end = (int)last + 1;
    return end > from ? end - from : 0;
}

/* A slide in blocks of more than one step: all points are new but those of a
 * last block that has a single step. */
static double slide_own(const struct nest_touch *t, int apart, int steps)
{
    const int extent = t->output.extent;
    const int64_t block = (int64_t)apart * steps;
    const int rest = block >= extent ? 0 : (int)(extent % block);
    return own_points(t, 0, rest > apart ? extent : extent - rest);
}

/* The least of all numbers of steps, and of children where it is not known. */
static double slide_own_any(const struct nest_touch *t,
                            const struct nest_slide *s)
{
    const int extent = t->output.extent;
    const int from = s->children > 0 ? s->children : 1;
    const int to = s->children > 0 ? s->children : s->children_most;
    double least = INFINITY;
    for (int c = from; c <= to && (int64_t)s->tile * c < extent; c++) {
        const int apart = s->tile * c, most = ceil_div(extent, apart);
        const bool is_whole = s->steps == NEST_SLIDE_ALL;
        for (int n = is_whole ? most : 2; n <= most; n++)
            least = fmin(least, slide_own(t, apart, n));
    }
    return least;
}

double nest_touch_sum(struct nest_touch *t, int outputs, int taps)
{
    if (nest_touch_is_own(t))
        return own_points(t, 0, t->output.extent);
    const struct axis axis[2] = {t->output, t->tap};
    const struct known_key key = {{0, outputs, taps}};
    const double *known = known_values_find(t->known, &key);
    double sum = 0;
    if (known != NULL)
        return *known;
    for (int p = 0; p < t->output.extent; p += outputs)
        for (int r = 0; r < t->tap.extent; r += taps) {
            const struct tile tile = {{p, r},
                                      {min_int(outputs, t->output.extent - p),
                                       min_int(taps, t->tap.extent - r)}};
            sum += points_new(t, axis, &tile, NULL);
        }
    known_values_add(t->known, &key, sum);
    return sum;
}

/* The most points that two whole tiles, some steps of `apart` from each other,
 * share if no point falls outside. */
static int most_shared(const struct axis axis[2], int tile, int other,
                       int apart)
{
    int reach = (tile - 1) * axis[0].step + (other - 1) * axis[1].step;
    int most = 0;
    for (int from = apart; from * axis[0].step <= reach; from += apart) {
        int shared = 0;
        /* Count each point of the second once: the first pair that makes it. */
        for (int x = 0; x <= reach; x++) {
            bool a = false, b = false;
            for (int j = 0; j < other; j++) {
                int y = x - j * axis[1].step;
                int z = y + from * axis[0].step;
                b = b || (y >= 0 && y % axis[0].step == 0 &&
                          y / axis[0].step < tile);
                a = a || (z >= 0 && z % axis[0].step == 0 &&
                          z / axis[0].step < tile);
            }
            shared += a && b;
        }
        most = shared > most ? shared : most;
    }
    return most;
}

/* A block's first step comes after the end of a sweep, `apart` or more points
 * away: of its own block, of the one before, or of the last.  With other taps,
 * too, they share no more than their spans do. */
static double first_step(struct nest_touch *t, const struct axis axis[2],
                         const struct nest_slide *s, const struct tile *new,
                         int64_t apart, int shared)
{
    int64_t reach = (int64_t)(s->tile - 1) * axis[0].step +
                    (int64_t)(axis[1].extent - 1) * axis[1].step;
    int64_t span = reach - apart + 1, n = points_new(t, axis, new, NULL);
    if (span > shared)
        span = shared;
    return (double)(span > n ? 0 : span > 0 ? n - span : n);
}

/* Points of the last tile of a sweep, at most: of child k, in a block of all
 * steps. */
static int last_points(const struct axis axis[2], const struct nest_slide *s,
                       int steps, int k)
{
    const int apart = s->tile * s->children;
    int rest = axis[0].extent - (steps - 1) * apart - k * s->tile;
    if (steps > s->steps || rest > s->tile)
        rest = s->tile;
    return rest <= 0 ? 0
                     : touched(rest, axis[0].step,
                               min_int(s->other, axis[1].extent), axis[1].step);
}

static double slide_in_steps(struct nest_touch *t, const struct nest_slide *s)
{
    const struct axis axis[2] = {s->over_taps ? t->tap : t->output,
                                 s->over_taps ? t->output : t->tap};
    const int apart = s->tile * s->children, extent = axis[0].extent;
    const int steps = ceil_div(extent, apart);
    int shared = steps > s->steps && s->other >= axis[1].extent
                     ? most_shared(axis, s->tile, axis[1].extent, apart)
                     : INT_MAX;
    double sum = 0;
    for (int j = 0; j < axis[1].extent; j += s->other)
        for (int v = 0; v < steps; v++)
            for (int k = 0; k < s->children; k++) {
                int at = v * apart + k * s->tile, block = v / s->steps;
                if (at >= extent)
                    break;
                struct tile new = {{at, j},
                                   {min_int(s->tile, extent - at),
                                    min_int(s->other, axis[1].extent - j)}};
                struct tile old = new;
                old.first[0] -= apart;
                old.n[0] = s->tile;
                if (v % s->steps > 0)
                    sum += points_new(t, axis, &new, &old);
                else if (block == 0)
                    sum += first_step(t, axis, s, &new,
                                      (int64_t)(s->steps - 1) * apart *
                                          axis[0].step,
                                      last_points(axis, s, steps, k));
                else if (steps - block * s->steps > 1)
                    sum += first_step(t, axis, s, &new,
                                      (int64_t)apart * axis[0].step, shared);
            }
    return sum;
}

double nest_touch_slide(struct nest_touch *t, const struct nest_slide *s)
{
    const struct known_key key = {
        {1, s->over_taps, s->tile, s->children, s->steps, s->other}};
    const double *known = known_values_find(t->known, &key);
    const int extent = s->over_taps ? t->tap.extent : t->output.extent;
    struct nest_slide one = *s;
    double sum = INFINITY;
    if (known != NULL)
        return *known;
    const bool is_known = s->children > 0 && s->steps > 0;
    const bool is_own = !s->over_taps && nest_touch_is_own(t);
    if (!is_known && !is_own && extent > EXTENT_MAX)
        return 0;
    if (is_own && is_known && s->steps > 1) {
        return slide_own(t, s->tile * s->children, s->steps);
    } else if (is_own && s->steps <= 0) {
        sum = slide_own_any(t, s);
    } else if (s->children == 0) {
        int most = min_int(s->children_most, ceil_div(extent, s->tile));
        for (one.children = 1; one.children <= most; one.children++)
            sum = fmin(sum, nest_touch_slide(t, &one));
    } else if (s->steps == NEST_SLIDE_ALL) {
        one.steps = ceil_div(extent, s->tile * s->children);
        if (one.steps > 1)
            sum = nest_touch_slide(t, &one);
    } else if (s->steps > 0) {
        sum = slide_in_steps(t, s);
    } else {
        int most = ceil_div(extent, s->tile * s->children);
        for (one.steps = 2; one.steps <= most; one.steps++)
            sum = fmin(sum, nest_touch_slide(t, &one));
    }
    known_values_add(t->known, &key, sum);
    return sum;
}

double nest_touch_slide_any(struct nest_touch *t, bool over_taps, int tile,
                            int other, int steps)
{
    const struct known_key key = {{2, over_taps, tile, other, steps}};
    const double *known = known_values_find(t->known, &key);
    const int extent = over_taps ? t->tap.extent : t->output.extent;
    const int others = over_taps ? t->output.extent : t->tap.extent;
    double least = INFINITY;
    if (known != NULL)
        return *known;
    if ((extent > EXTENT_MAX || others > EXTENT_MAX) &&
        (over_taps || !nest_touch_is_own(t)))
        return 0;
    for (int n = tile; n < extent; n += tile)
        for (int o = other;; o += other) {
            const struct nest_slide s = {.over_taps = over_taps,
                                         .tile = n,
                                         .children = 1,
                                         .steps = steps,
                                         .other = min_int(o, others)};
            least = fmin(least, nest_touch_slide(t, &s));
            if (o >= others)
                break;
        }
    known_values_add(t->known, &key, least);
    return least;
}
