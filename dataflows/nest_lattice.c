/* nest_lattice.c - see nest_lattice.h.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/nest_lattice.h"

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
    bool one_group; /* all children read from one parent */
    struct pair_terms *out;
    /* The last context and what it gave: its neighbours are mostly alike. */
    bool has_last;
    struct pair_context last;
    struct pair_terms last_terms;
};

struct range {
    int first, n;
};

static struct range child_range(const struct chain *c, const struct place *pl,
                                int g, int k)
{
    int from = pl->at.off + g * c->cluster_tile + k * c->kid_tile;
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

/* Points of all children of a context. */
static struct window window_of(const struct pair *p,
                               const struct pair_context *c)
{
    const struct lattice *l = p->lattice;
    int last = 0;
    int first = lattice_at(l, c->new[0].base + c->new[0].at.off,
                           c->new[1].base + c->new[1].at.off);
    for (int d = 0; d < 2; d++) {
        int step = d == 0 ? l->stride : l->dilation;
        last += (c->new[d].base + c->new[d].at.rest - 1) * step;
    }
    first = chain_clamp(first, 0, l->extent);
    last = chain_clamp(last - l->pad, first,
                       l->extent - 1 < first ? first : l->extent - 1);
    return (struct window){first, last - first + 1};
}

static void evaluate(struct pair *p, const struct pair_context *c,
                     struct pair_terms *t)
{
    const struct chain *a = p->chain[0], *b = p->chain[1];
    struct window win = window_of(p, c);
    struct point_set need, fetch;
    memset(t, 0, sizeof(*t));
    clear_points(&need, win);
    clear_points(&fetch, win);
    for (int g = 0; g < a->clusters * b->clusters; g++) {
        int ga = g / b->clusters, gb = g % b->clusters;
        for (int i = 0; i < a->kids; i++)
            for (int j = 0; j < b->kids; j++) {
                struct range new[2] = {child_range(a, &c->new[0], ga, i),
                                       child_range(b, &c->new[1], gb, j)};
                struct range old[2] = {child_range(a, &c->old[0], ga, i),
                                       child_range(b, &c->old[1], gb, j)};
                add_child(p, new, old, win, &need, &fetch, t);
            }
        if (p->one_group && g < a->clusters * b->clusters - 1)
            continue;
        uint64_t all = count_points(&need, win);
        t->read += all;
        t->read_kept += all - count_points(&fetch, win);
        clear_points(&need, win);
        clear_points(&fetch, win);
    }
}

/* Whether all points of a context lie inside the ifmap. */
static bool is_inside(const struct lattice *l, const struct pair_context *c)
{
    const struct place *both[2] = {c->new, c->old};
    for (int k = 0; k < 2; k++) {
        const struct place *pl = both[k];
        int first =
            lattice_at(l, pl[0].base + pl[0].at.off, pl[1].base + pl[1].at.off);
        int last = lattice_at(l, pl[0].base + pl[0].at.rest - 1,
                              pl[1].base + pl[1].at.rest - 1);
        if (first < 0 || last >= l->extent)
            return false;
    }
    return true;
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

static void add_pair_context(struct pair *p, const struct pair_context *c)
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
    into->words += p->last_terms.words;
    into->words_kept += p->last_terms.words_kept;
    into->read += p->last_terms.read;
    into->read_kept += p->last_terms.read_kept;
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
static void leave_dim(struct pair_walk *w, int d)
{
    if (d == 1)
        walk_pair(w, 0);
    else
        add_pair_context(w->pair, &w->context);
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
        leave_dim(w, d);
        return;
    }
    int tile = c->elem[i].tile;
    for (int v = 0; v * tile < rest; v++) {
        struct place here = pl, before;
        int rest_here = chain_clamp(rest - v * tile, 0, tile);
        if (in_cluster) {
            here.at.off += v * tile;
        } else {
            here.base += v * tile;
            here.at.rest = rest_here;
        }
        if (left > 1 || w->steps != d) {
            walk_place(w, d, i + 1, left - 1, here, rest_here, in_cluster);
            continue;
        }
        if (v == 0)
            continue;
        before = here;
        if (in_cluster) {
            before.at.off -= tile;
        } else {
            before.base -= tile;
            before.at.rest = tile;
        }
        before.at.off += chain_last_offset(c, i + 1, tile);
        *new = here;
        *old = before;
        leave_dim(w, d);
    }
}

static void walk_pair(struct pair_walk *w, int d)
{
    const struct chain *c = w->pair->chain[d];
    walk_place(w, d, 0, w->loops[d], (struct place){0, {c->extent, 0}},
               c->extent, false);
}

void lattice_terms(const struct lattice *l, const struct chain *a,
                   const struct chain *b, const int loops[2], int steps,
                   bool one_group, struct pair_terms *out)
{
    struct pair p = {
        .lattice = l, .chain = {a, b}, .one_group = one_group, .out = out};
    struct pair_walk w = {
        .pair = &p, .loops = {loops[0], loops[1]}, .steps = steps};
    memset(out, 0, sizeof(*out));
    walk_pair(&w, 1);
}
