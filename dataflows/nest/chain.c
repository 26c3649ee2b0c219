/* chain.c - walks one dimension of a nest and adds up, for each kind of step,
 * how many words of it the children of a level have and how many of these are
 * new.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/nest/chain.h"

#include <string.h>

enum { TILE_MAX = 1 << 20 }; /* beyond every extent */

static void add_split(struct chain_splits *to, const struct elem *e, int extent)
{
    const int most = chain_div_up(extent, e->tile);
    const int count = chain_clamp(e->count, 1, most);
    if (count > 1) {
        to->split[to->n++] = (struct chain_split){count, e->tile};
        to->places *= count;
    }
}

void chain_set_tiles(struct chain *c, int child_tile, int outer)
{
    int tile = chain_clamp(child_tile, 1, TILE_MAX), innermost = -1, split = 0;
    for (int i = c->n - 1; i >= 0; i--) {
        struct elem *e = &c->elem[i];
        e->tile = tile;
        tile =
            chain_clamp(e->count > TILE_MAX / tile ? TILE_MAX : tile * e->count,
                        1, TILE_MAX);
        if (e->kind == ELEM_SPACE && innermost < 0)
            innermost = i;
    }
    c->groups.n = c->blocks.n = 0;
    c->groups.places = c->blocks.places = c->kids = 1;
    c->kid_tile = chain_clamp(child_tile, 1, TILE_MAX);
    for (int i = 0; i < c->n; i++) {
        const struct elem *e = &c->elem[i];
        if (e->kind != ELEM_SPACE)
            continue;
        if (split++ < outer)
            add_split(&c->groups, e, c->extent);
        else if (i == innermost && e->tile == c->kid_tile)
            c->kids =
                chain_clamp(e->count, 1, chain_div_up(c->extent, c->kid_tile));
        else
            add_split(&c->blocks, e, c->extent);
    }
}

uint64_t chain_groups(const struct chain *c)
{
    uint64_t n = 0;
    for (int g = 0; g < c->groups.places; g++)
        n += splits_offset(&c->groups, g) < c->extent;
    return n;
}

uint64_t chain_children(const struct chain *c)
{
    uint64_t n = 0;
    for (int g = 0; g < c->groups.places; g++)
        for (int b = 0; b < c->blocks.places; b++) {
            const int from =
                splits_offset(&c->groups, g) + splits_offset(&c->blocks, b);
            n += (uint64_t)chain_div_up(
                chain_clamp(c->extent - from, 0, c->kids * c->kid_tile),
                c->kid_tile);
        }
    return n;
}

/* Words of the children of a block. */
static int block_words(const struct chain *c, struct spot at, int offset)
{
    return chain_clamp(at.rest - at.off - offset, 0, c->kids * c->kid_tile);
}

/* One group's share of a context. */
struct share {
    uint64_t words, kids, kept;
    bool all_kept;
};

static struct share share_of(const struct chain *c, struct spot new,
                             struct spot old, int group)
{
    struct share s = {0, 0, 0, true};
    for (int b = 0; b < c->blocks.places; b++) {
        const int at = group + splits_offset(&c->blocks, b);
        const int now = block_words(c, new, at);
        if (now == 0)
            break;
        const int kids = chain_div_up(now, c->kid_tile);
        const int before = chain_div_up(block_words(c, old, at), c->kid_tile);
        s.words += (uint64_t)now;
        s.kids += (uint64_t)kids;
        s.kept += (uint64_t)chain_clamp(before, 0, kids);
        s.all_kept = s.all_kept && kids <= before;
    }
    return s;
}

static void add_context(const struct chain *c, uint64_t times, struct spot new,
                        struct spot old, bool same, struct terms *t)
{
    for (int g = 0; g < c->groups.places; g++) {
        const struct share s =
            share_of(c, new, old, splits_offset(&c->groups, g));
        if (s.words == 0)
            break;
        t->words += times * s.words;
        t->words_kept += same ? times * s.words : 0;
        t->kids += times * s.kids;
        t->kids_kept += times * s.kept;
        t->groups += times;
        t->groups_kept += s.all_kept ? times : 0;
    }
    t->contexts += times;
}

int chain_last_offset(const struct chain *c, int i, int rest)
{
    int off = 0;
    for (; i < c->n; i++) {
        const struct elem *e = &c->elem[i];
        if (e->kind == ELEM_TIME && rest > e->tile) {
            int steps = (rest - 1) / e->tile;
            off += steps * e->tile;
            rest -= steps * e->tile;
        } else if (rest > e->tile) {
            rest = e->tile;
        }
    }
    return off;
}

/* A walk over the values of the outer time loops of a chain. */
struct walk {
    const struct chain *chain;
    bool steps; /* the last of the loops steps; else all are fixed */
    struct terms *out;
};

static void finish_walk(const struct walk *w, int i, uint64_t times,
                        struct spot at, int rest)
{
    struct spot old = at;
    int last = chain_last_offset(w->chain, i, rest);
    old.off += last;
    add_context(w->chain, times, at, old, last == 0, w->out);
}

/* One step of cut i, from a full tile to one of `rest` words. */
static void step_walk(const struct walk *w, int i, uint64_t times, int rest)
{
    int tile = w->chain->elem[i].tile;
    struct spot new = {rest, 0};
    struct spot old = {tile, chain_last_offset(w->chain, i + 1, tile)};
    add_context(w->chain, times, new, old, false, w->out);
}

/* Inside a split all children step together, so bases stay and offsets move. */
static void walk_inside(const struct walk *w, int i, int left, uint64_t times,
                        struct spot at, int rest)
{
    const struct chain *c = w->chain;
    for (; left > 0 && c->elem[i].kind != ELEM_TIME; i++)
        rest = chain_clamp(rest, 0, c->elem[i].tile);
    if (left == 0) {
        finish_walk(w, i, times, at, rest);
        return;
    }
    int tile = c->elem[i].tile, steps = chain_div_up(rest, tile);
    for (int v = 0; v < steps; v++) {
        struct spot here = {at.rest, at.off + v * tile};
        struct spot before = {at.rest, here.off - tile +
                                           chain_last_offset(c, i + 1, tile)};
        if (left > 1 || !w->steps)
            walk_inside(w, i + 1, left - 1, times, here,
                        chain_clamp(rest - v * tile, 0, tile));
        else if (v > 0)
            add_context(c, times, here, before, false, w->out);
    }
}

/* Outside the splits all full tiles are alike. */
static void walk_outside(const struct walk *w, int i, int left, uint64_t times,
                         int rest)
{
    const struct chain *c = w->chain;
    if (left == 0) {
        finish_walk(w, i, times, (struct spot){rest, 0}, rest);
        return;
    }
    if (c->elem[i].kind != ELEM_TIME) {
        walk_inside(w, i, left, times, (struct spot){rest, 0}, rest);
        return;
    }
    int tile = c->elem[i].tile;
    uint64_t steps = (uint64_t)chain_div_up(rest, tile);
    int tail = rest - ((int)steps - 1) * tile;
    uint64_t full = tail == tile ? steps : steps - 1;
    if (left > 1 || !w->steps) {
        if (full > 0)
            walk_outside(w, i + 1, left - 1, times * full, tile);
        if (full < steps)
            walk_outside(w, i + 1, left - 1, times, tail);
        return;
    }
    if (full > 1)
        step_walk(w, i, times * (full - 1), tile);
    if (full < steps && full > 0)
        step_walk(w, i, times, tail);
}

void chain_terms(const struct chain *c, int loops, bool steps,
                 struct terms *out)
{
    const struct walk w = {c, steps, out};
    memset(out, 0, sizeof(*out));
    walk_outside(&w, 0, loops, 1, c->extent);
}

/* Values of the next so many loops, of which the last may step. */
static uint64_t contexts_of(const struct chain *c, int i, int left, bool steps,
                            int rest)
{
    if (left == 0)
        return 1;
    const int tile = c->elem[i].tile, n = chain_div_up(rest, tile);
    const int tail = rest - (n - 1) * tile;
    if (left == 1)
        return (uint64_t)(steps ? n - 1 : n);
    return (uint64_t)(n - 1) * contexts_of(c, i + 1, left - 1, steps, tile) +
           contexts_of(c, i + 1, left - 1, steps, tail);
}

static uint64_t kids_at(const struct chain *c, int i, int outer, int left,
                        bool steps, int rest)
{
    if (outer == 0)
        return (uint64_t)chain_div_up(
                   chain_clamp(rest, 0, c->kids * c->kid_tile), c->kid_tile) *
               contexts_of(c, i, left, steps, rest);
    const int tile = c->elem[i].tile, n = chain_div_up(rest, tile);
    const int tail = rest - (n - 1) * tile;
    return (uint64_t)(n - 1) *
               kids_at(c, i + 1, outer - 1, left - 1, steps, tile) +
           kids_at(c, i + 1, outer - 1, left - 1, steps, tail);
}

uint64_t chain_kids_of(const struct chain *c, int outer, int loops, bool steps)
{
    return kids_at(c, 0, outer, loops, steps, c->extent);
}
