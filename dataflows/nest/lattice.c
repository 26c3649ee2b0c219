/* lattice.c - counts the rows (or columns) of the ifmap that the children of a
 * nest need, and those that they do not have yet. Of the three ways to count,
 * it takes the cheapest that is exact: two spans where nothing has gaps, the
 * bits of a word for small windows, and sets of points for all others.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/nest/lattice.h"

#include <string.h>

/* A tile of one dimension in a context of absolute position. */
struct place {
    int base;
    struct spot at;
};

struct pair_context {
    struct place new[2], old[2]; /* of p and r, or q and s */
};

enum { SET_WORDS = 3 * 65536 / 64 + 1 }; /* a padded ifmap row at most */

/* Lattice points of a window of the ifmap. */
struct point_set {
    uint64_t word[SET_WORDS];
};

struct pair {
    const struct lattice *lattice;
    const struct chain *chain[2];
    struct pair_terms *out;
    /* The last context and what it gave: its neighbours are mostly alike. */
    bool has_last;
    struct pair_context last;
    struct pair_terms last_terms;
};

struct range {
    int first, n;
};

/* Children of a group. */
static int group_children(const struct chain *c)
{
    return c->blocks.places * c->kids;
}

static struct range child_range(const struct chain *c, const struct place *pl,
                                int g, int k)
{
    int from = pl->at.off + splits_offset(&c->groups, g) +
               splits_offset(&c->blocks, k / c->kids) +
               k % c->kids * c->kid_tile;
    struct range r = {pl->base + from,
                      chain_clamp(pl->at.rest - from, 0, c->kid_tile)};
    return r;
}

static int lattice_at(const struct lattice *l, int p, int r)
{
    return p * l->stride + r * l->dilation - l->pad;
}

static bool test_point(const struct point_set *s, int x)
{
    return s->word[x / 64] >> (x % 64) & 1;
}

/* Whether p of `a` and r of `b` touch x. */
static bool touches(const struct lattice *l, struct range a, struct range b,
                    int x)
{
    for (int r = b.first; r < b.first + b.n; r++) {
        int y = x + l->pad - r * l->dilation;
        if (y < a.first * l->stride || y % l->stride != 0)
            continue;
        if (y / l->stride < a.first + a.n)
            return true;
    }
    return false;
}

struct window {
    int first, n; /* points of the ifmap that the sets may hold */
};

/* One child: its points, and in the group's sets those it needs and those it
 * has not. */
static void add_child(struct pair *p, struct range new[2], struct range old[2],
                      struct window win, struct point_set *need,
                      struct point_set *fetch, struct pair_terms *t)
{
    const struct lattice *l = p->lattice;
    struct point_set mine;
    bool had = old[0].n > 0 && old[1].n > 0;
    if (new[0].n <= 0 || new[1].n <= 0)
        return;
    memset(mine.word, 0, (size_t)(win.n / 64 + 1) * sizeof(uint64_t));
    for (int a = new[0].first; a < new[0].first + new[0].n; a++)
        for (int b = new[1].first; b < new[1].first + new[1].n; b++) {
            int x = lattice_at(l, a, b);
            if (x < 0 || x >= l->extent)
                continue;
            int at = x - win.first;
            if (test_point(&mine, at))
                continue;
            mine.word[at / 64] |= (uint64_t)1 << (at % 64);
            need->word[at / 64] |= (uint64_t)1 << (at % 64);
            t->words++;
            if (had && touches(l, old[0], old[1], x))
                t->words_kept++;
            else
                fetch->word[at / 64] |= (uint64_t)1 << (at % 64);
        }
}

static uint64_t count_points(const struct point_set *s, struct window win)
{
    uint64_t n = 0;
    for (int i = 0; i <= win.n / 64; i++)
        n += (uint64_t)__builtin_popcountll(s->word[i]);
    return n;
}

static void clear_points(struct point_set *s, struct window win)
{
    memset(s->word, 0, (size_t)(win.n / 64 + 1) * sizeof(uint64_t));
}

static int first_point(const struct lattice *l, const struct place at[2])
{
    return lattice_at(l, at[0].base + at[0].at.off, at[1].base + at[1].at.off);
}

/* The last point that any child touches, clipped to the ifmap or not. */
static int last_point(const struct lattice *l, const struct place at[2])
{
    return lattice_at(l, at[0].base + at[0].at.rest - 1,
                      at[1].base + at[1].at.rest - 1);
}

/* Points of all children of a context. */
static struct window window_of(const struct pair *p,
                               const struct pair_context *c)
{
    const struct lattice *l = p->lattice;
    int first = first_point(l, c->new), last = last_point(l, c->new);
    first = first > 0 ? first : 0;
    last = last < l->extent ? last : l->extent - 1;
    return (struct window){first, last < first ? 0 : last - first + 1};
}

/* Counts the children's points in a window of any size, with sets. */
static void evaluate_sets(struct pair *p, const struct pair_context *c,
                          struct window win, struct pair_terms *t)
{
    const struct chain *a = p->chain[0], *b = p->chain[1];
    struct point_set need, fetch;
    clear_points(&need, win);
    clear_points(&fetch, win);
    for (int g = 0; g < a->groups.places * b->groups.places; g++) {
        int ga = g / b->groups.places, gb = g % b->groups.places;
        for (int i = 0; i < group_children(a); i++)
            for (int j = 0; j < group_children(b); j++) {
                struct range new[2] = {child_range(a, &c->new[0], ga, i),
                                       child_range(b, &c->new[1], gb, j)};
                struct range old[2] = {child_range(a, &c->old[0], ga, i),
                                       child_range(b, &c->old[1], gb, j)};
                add_child(p, new, old, win, &need, &fetch, t);
            }
        uint64_t all = count_points(&need, win);
        t->read += all;
        t->read_kept += all - count_points(&fetch, win);
        clear_points(&need, win);
        clear_points(&fetch, win);
    }
}

/* The points of a small window, a bit each. */
__extension__ typedef unsigned __int128 point_mask;
enum { MASK_BITS = 128 };

/* Counts the ones in a word without a call, also where the processor's own
 * instruction may not be used. */
static uint64_t count_ones(uint64_t x)
{
    x -= x >> 1 & 0x5555555555555555u;
    x = (x & 0x3333333333333333u) + (x >> 2 & 0x3333333333333333u);
    x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    return x * 0x0101010101010101u >> 56;
}

static uint64_t count_mask(point_mask m)
{
    return count_ones((uint64_t)m) + count_ones((uint64_t)(m >> 64));
}

/* Whether p of `a` and r of `b` touch every point between the outermost. */
static bool is_gapless(const struct lattice *l, struct range a, struct range b)
{
    if (l->dilation == 1 && (b.n >= l->stride || a.n == 1))
        return true;
    return l->stride == 1 && (a.n >= l->dilation || b.n == 1);
}

/* The part of the span of p and r that lies in the window; n: 0 or more. */
static struct range span_of(const struct lattice *l, struct range a,
                            struct range b, struct window win)
{
    int first = lattice_at(l, a.first, b.first);
    int last = lattice_at(l, a.first + a.n - 1, b.first + b.n - 1);
    int low = first > win.first ? first : win.first;
    int high = last < win.first + win.n - 1 ? last : win.first + win.n - 1;
    return (struct range){low, high < low ? 0 : high - low + 1};
}

static point_mask mask_of(const struct lattice *l, struct range a,
                          struct range b, struct window win)
{
    point_mask mask = 0;
    if (a.n <= 0 || b.n <= 0)
        return 0;
    if (is_gapless(l, a, b)) {
        struct range span = span_of(l, a, b, win);
        if (span.n == 0)
            return 0;
        mask = ~(point_mask)0 >> (MASK_BITS - span.n);
        return mask << (span.first - win.first);
    }
    for (int i = a.first; i < a.first + a.n; i++)
        for (int j = b.first; j < b.first + b.n; j++) {
            int at = lattice_at(l, i, j) - win.first;
            if (at >= 0 && at < win.n)
                mask |= (point_mask)1 << at;
        }
    return mask;
}

static void evaluate_masks(struct pair *p, const struct pair_context *c,
                           struct window win, struct pair_terms *t)
{
    const struct chain *a = p->chain[0], *b = p->chain[1];
    const struct lattice *l = p->lattice;
    int groups = a->groups.places * b->groups.places;
    point_mask need = 0, fetch = 0;
    for (int g = 0; g < groups; g++) {
        int ga = g / b->groups.places, gb = g % b->groups.places;
        for (int i = 0; i < group_children(a); i++) {
            struct range new_a = child_range(a, &c->new[0], ga, i);
            struct range old_a = child_range(a, &c->old[0], ga, i);
            for (int j = 0; new_a.n > 0 && j < group_children(b); j++) {
                point_mask new =
                    mask_of(l, new_a, child_range(b, &c->new[1], gb, j), win);
                point_mask old =
                    mask_of(l, old_a, child_range(b, &c->old[1], gb, j), win);
                need |= new;
                fetch |= new & ~old;
                t->words += count_mask(new);
                t->words_kept += count_mask(new &old);
            }
        }
        t->read += count_mask(need);
        t->read_kept += count_mask(need & ~fetch);
        need = fetch = 0;
    }
}

/* Counts the points of one child that has no gaps, neither before the step nor
 * after it: two spans are enough. */
static void evaluate_spans(const struct pair *p, const struct range new[2],
                           const struct range old[2], struct window win,
                           struct pair_terms *t)
{
    struct range now = span_of(p->lattice, new[0], new[1], win);
    struct range before = span_of(p->lattice, old[0], old[1], win);
    int low = now.first > before.first ? now.first : before.first;
    int high = now.first + now.n < before.first + before.n
                   ? now.first + now.n
                   : before.first + before.n;
    t->words = t->read = (uint64_t)now.n;
    t->words_kept = t->read_kept =
        (uint64_t)(high > low && before.n > 0 ? high - low : 0);
}

static void evaluate(struct pair *p, const struct pair_context *c,
                     struct pair_terms *t)
{
    const struct chain *a = p->chain[0], *b = p->chain[1];
    struct window win = window_of(p, c);
    memset(t, 0, sizeof(*t));
    if (win.n == 0)
        return;
    if (a->groups.places * group_children(a) * b->groups.places *
            group_children(b) ==
        1) {
        struct range new[2] = {child_range(a, &c->new[0], 0, 0),
                               child_range(b, &c->new[1], 0, 0)};
        struct range old[2] = {child_range(a, &c->old[0], 0, 0),
                               child_range(b, &c->old[1], 0, 0)};
        if (is_gapless(p->lattice, new[0], new[1]) &&
            is_gapless(p->lattice, old[0], old[1])) {
            evaluate_spans(p, new, old, win, t);
            return;
        }
    }
    if (win.n <= MASK_BITS)
        evaluate_masks(p, c, win, t);
    else
        evaluate_sets(p, c, win, t);
}

/* Whether all points of a context lie inside the ifmap. */
static bool is_inside(const struct lattice *l, const struct pair_context *c)
{
    return first_point(l, c->new) >= 0 && first_point(l, c->old) >= 0 &&
           last_point(l, c->new) < l->extent &&
           last_point(l, c->old) < l->extent;
}

static bool same_shape(const struct pair_context *a,
                       const struct pair_context *b)
{
    for (int d = 0; d < 2; d++)
        if (a->new[d].at.rest != b->new[d].at.rest ||
            a->new[d].at.off != b->new[d].at.off ||
            a->old[d].at.rest != b->old[d].at.rest ||
            a->old[d].at.off != b->old[d].at.off ||
            a->new[d].base - a->old[d].base != b->new[d].base - b->old[d].base)
            return false;
    return true;
}

static void add_pair_context(struct pair *p, const struct pair_context *c,
                             uint64_t times)
{
    struct pair_terms *into = p->out;
    bool inside = is_inside(p->lattice, c);
    if (!inside || !p->has_last || !same_shape(&p->last, c)) {
        struct pair_terms t;
        evaluate(p, c, &t);
        p->has_last = inside;
        p->last = *c;
        p->last_terms = t;
    }
    into->words += times * p->last_terms.words;
    into->words_kept += times * p->last_terms.words_kept;
    into->read += times * p->last_terms.read;
    into->read_kept += times * p->last_terms.read_kept;
    if (!inside)
        p->has_last = false;
}

/* Walks the values of the outer loops of both dimensions. */
struct pair_walk {
    struct pair *pair;
    int loops[2];
    int steps; /* the dimension whose last loop steps; -1: none */
    struct pair_context context;
};

static void walk_pair(struct pair_walk *w, int d);

/* p (or q) is walked inside: its neighbours are mostly alike. */
static void leave_dim(struct pair_walk *w, int d, uint64_t times)
{
    if (d == 1)
        walk_pair(w, 0);
    else
        add_pair_context(w->pair, &w->context, times);
}

/* How many times the context can move on by `tile` of p (or q), and all its
 * points stay inside the ifmap. */
static int moves_inside(const struct pair_walk *w, int tile)
{
    const struct lattice *l = w->pair->lattice;
    int last = last_point(l, w->context.new), old = 0;
    if (!is_inside(l, &w->context))
        return 0;
    old = last_point(l, w->context.old);
    return (l->extent - 1 - (last > old ? last : old)) / (l->stride * tile);
}

/* i: cut; left: loops still to be fixed; `rest` of the tile in lock-step. */
static void walk_place(struct pair_walk *w, int d, int i, int left,
                       struct place pl, int rest, bool in_cluster)
{
    const struct chain *c = w->pair->chain[d];
    struct place *new = &w->context.new[d], *old = &w->context.old[d];
    for (; left > 0 && c->elem[i].kind != ELEM_TIME; i++) {
        rest = chain_clamp(rest, 0, c->elem[i].tile);
        in_cluster = true;
    }
    if (left == 0) {
        *new = *old = pl;
        old->at.off += chain_last_offset(c, i, rest);
        leave_dim(w, d, 1);
        return;
    }
    bool steps = left == 1 && w->steps == d;
    int tile = c->elem[i].tile;
    for (int v = steps ? 1 : 0; v * tile < rest; v++) {
        int rest_here = chain_clamp(rest - v * tile, 0, tile), more = 0;
        int gone = steps ? tile : 0; /* back to the tile before */
        struct place here = pl;
        if (in_cluster) {
            here.at.off += v * tile;
        } else {
            here.base += v * tile;
            here.at.rest = rest_here;
        }
        if (left > 1) {
            walk_place(w, d, i + 1, left - 1, here, rest_here, in_cluster);
            continue;
        }
        *new = *old = here;
        if (in_cluster) {
            old->at.off -= gone;
        } else {
            old->base -= gone;
            old->at.rest = steps ? tile : rest_here;
        }
        old->at.off += chain_last_offset(c, i + 1, steps ? tile : rest_here);
        if (d == 0 && !in_cluster && rest_here == tile) {
            int full = rest / tile - 1 - v;
            more = moves_inside(w, tile);
            more = more < full ? more : full;
        }
        leave_dim(w, d, (uint64_t)more + 1);
        v += more;
    }
}

static void walk_pair(struct pair_walk *w, int d)
{
    const struct chain *c = w->pair->chain[d];
    walk_place(w, d, 0, w->loops[d], (struct place){0, {c->extent, 0}},
               c->extent, false);
}

void lattice_sum(const struct lattice *l, const struct chain *a,
                 const struct chain *b, const int loops[2], int steps,
                 struct pair_terms *out)
{
    struct pair p = {.lattice = l, .chain = {a, b}, .out = out};
    struct pair_walk w = {
        .pair = &p, .loops = {loops[0], loops[1]}, .steps = steps};
    memset(out, 0, sizeof(*out));
    walk_pair(&w, 1);
}
