/* levels_cuts.c - counts and lists the cuts of a dimension, place by place.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/search/levels/levels_cuts.h"

#include <stdlib.h>
#include <string.h>

#include "dataflows/arith.h"
#include "sim/base/diag.h"

static void add_place(struct levels_places *p, int level, enum levels_axis axis,
                      int room)
{
    SIM_CHECK(p->n < LEVELS_PLACES);
    p->at[p->n].level = level;
    p->at[p->n].axis = axis;
    p->at[p->n].room = room;
    p->n++;
}

void levels_places_of(const struct arch *arch, struct levels_places *out)
{
    out->n = 0;
    for (int k = 0; k < LEVEL_DRAM; k++) {
        const struct level_arch *at = &arch->level[k];
        if (!arch_has_level(arch, (enum level)k))
            continue;
        if (at->cols > 1)
            add_place(out, k, LEVELS_COLS, at->cols);
        if (at->rows > 1)
            add_place(out, k, LEVELS_ROWS, at->rows);
        add_place(out, k, LEVELS_TIME, 0);
    }
    add_place(out, LEVEL_DRAM, LEVELS_TIME, 0);
}

int levels_cut_left(int extent, const struct levels_cut *cut, int places)
{
    int tile = 1;
    for (int k = 0; k < places; k++)
        tile = cut->count[k] > extent / tile ? extent : tile * cut->count[k];
    return ceil_div(extent, tile);
}

static int most_at(const struct levels_places *p, int place, int left)
{
    const int room = p->at[place].room;
    return room > 0 ? min_int(room, left) : left;
}

/* By place and tile: cuts of what tiles of this size leave, from that place on.
 */
uint64_t levels_cuts_count(const struct levels_places *p, int extent)
{
    enum { MOST = 512 }; /* a longer dimension has more than anyone looks at */
    if (extent > MOST)
        return UINT64_MAX;
    uint64_t *n = xcalloc(2 * (size_t)(extent + 1), sizeof(*n));
    uint64_t *inner = n, *outer = n + extent + 1;
    for (int tile = 1; tile <= extent; tile++)
        inner[tile] = 1;
    for (int place = p->n - 2; place >= 0; place--) {
        for (int tile = 1; tile <= extent; tile++) {
            const int most = most_at(p, place, ceil_div(extent, tile));
            outer[tile] = 0;
            for (int c = 1; c <= most; c++)
                outer[tile] =
                    count_add(outer[tile], inner[min_int(tile * c, extent)]);
        }
        uint64_t *swap = inner;
        inner = outer;
        outer = swap;
    }
    const uint64_t all = inner[1];
    free(n);
    return all;
}

struct list {
    const struct levels_places *places;
    int extent;
    struct levels_cut now, *cut;
    size_t n, room;
};

static void list_from(struct list *l, int place)
{
    const struct levels_places *p = l->places;
    const int left = levels_cut_left(l->extent, &l->now, place);
    if (place == p->n - 1) {
        l->now.count[place] = (uint16_t)left;
        if (l->n == l->room) {
            l->room = 2 * l->room + 64;
            l->cut = xrealloc(l->cut, l->room, sizeof(*l->cut));
        }
        l->cut[l->n++] = l->now;
        return;
    }
    for (int c = 1; c <= most_at(p, place, left); c++) {
        l->now.count[place] = (uint16_t)c;
        list_from(l, place + 1);
    }
}

struct levels_cut *levels_cuts_list(const struct levels_places *places,
                                    int extent, size_t *n)
{
    struct list l = {.places = places, .extent = extent};
    list_from(&l, 0);
    *n = l.n;
    return l.cut;
}
