/* search_count.c - how many mappings a reduction has, exactly: the levels of
 * search_tree.c, with arithmetic in place of the innermost.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>

#include "dataflows/search.h"

static bool has(const struct search_problem *p, enum search_param param)
{
    return search_has(p->space, param);
}

static uint64_t length(int from, int to)
{
    return to < from ? 0 : (uint64_t)(to - from) + 1;
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

/* What fits with a reduction, n and e. */
struct room {
    int c, n, e, ifmap_banks, f_max;
};

static int most_m(const struct search_problem *p, const struct room *room,
                  int f)
{
    int banks = search_filter_banks(p, room->c, f);
    return banks == 0
               ? 0
               : min_int(p->group_m, search_m_max(p, room->n, room->e,
                                                  room->ifmap_banks, banks));
}

/* f = p * t: m from the least that leaves no set without work. */
static uint64_t count_folds(const struct search_problem *p,
                            const struct search_reduction *r,
                            const struct room *room)
{
    const struct search_range held =
        search_range_of(p, SEARCH_P, p->space->p_max(p, r));
    const int groups = p->space->t_max(p, r, room->e, 1);
    uint64_t n = 0;
    for (int k = held.from; k <= held.to; k++) {
        const struct search_range t = search_range_of(
            p, SEARCH_T,
            min_int(min_int(groups, ceil_div(p->group_m, k)), room->f_max / k));
        for (int i = t.from; i <= t.to; i++) {
            struct search_range m =
                search_range_of(p, SEARCH_M, most_m(p, room, k * i));
            n += length(larger(m.from, i == 1 ? k : k * (i - 1) + 1), m.to);
        }
    }
    return n;
}

/* more[f]: pairs (f', m) with f' >= f, f' <= m; f from 1. */
static void count_tiles(const struct search_problem *p, const struct room *room,
                        uint64_t *more)
{
    const struct search_range f =
        search_range_of(p, SEARCH_F, min_int(p->group_m, room->f_max));
    int banks = -1, m_max = 0;
    for (int k = 1; k <= p->group_m + 1; k++)
        more[k] = 0;
    for (int k = f.to; k >= f.from; k--) {
        int now = search_filter_banks(p, room->c, k);
        if (now != banks)
            m_max = most_m(p, room, k);
        banks = now;
        struct search_range m = search_range_of(p, SEARCH_M, m_max);
        more[k] = length(larger(m.from, k), m.to);
    }
    for (int k = p->group_m; k >= 1; k--)
        more[k] += more[k + 1];
}

/* Choices of p, t and x, each with the pairs (f, m) that it leaves. */
static uint64_t count_pes(const struct search_problem *p,
                          const struct search_reduction *r,
                          const struct room *room, const uint64_t *more)
{
    const struct search_space *space = p->space;
    struct search_range x = {1, 1}, held = {1, 1};
    uint64_t n = 0;
    if (has(p, SEARCH_X)) {
        int64_t outputs = (int64_t)room->n * room->e * p->layer->Q;
        int most = space->x_max(p, r);
        x = search_range_of(p, SEARCH_X, outputs < most ? (int)outputs : most);
    }
    if (has(p, SEARCH_P))
        held = search_range_of(p, SEARCH_P, space->p_max(p, r));
    for (int k = held.from; k <= held.to; k++) {
        if (!has(p, SEARCH_T)) {
            n += length(x.from, x.to) * more[k];
            continue;
        }
        /* The x that leave room for t groups: as t grows, fewer. */
        int x_to = x.to;
        const struct search_range t =
            search_range_of(p, SEARCH_T,
                            min_int(ceil_div(p->group_m, k),
                                    space->t_max(p, r, room->e, x.from)));
        for (int i = t.from; i <= t.to; i++) {
            while (x_to >= x.from && space->t_max(p, r, room->e, x_to) < i)
                x_to--;
            n += length(x.from, x_to) * more[larger(k, k * (i - 1) + 1)];
        }
    }
    return n;
}

uint64_t search_count(const struct search_problem *p,
                      const struct search_reduction *r)
{
    const struct search_range n = search_range_of(p, SEARCH_N, p->layer->N);
    const struct search_range e =
        search_range_of(p, SEARCH_E, p->space->e_max(p, r));
    uint64_t *more = xcalloc((size_t)p->group_m + 2, sizeof(*more));
    uint64_t found = 0;
    struct room room = {.c = r->c};
    for (room.n = n.from; room.n <= n.to; room.n++)
        for (room.e = e.from; room.e <= e.to; room.e++) {
            room.ifmap_banks = search_ifmap_banks(p, r->c, room.n, room.e);
            if (room.ifmap_banks == 0)
                continue;
            room.f_max = search_f_max(p, r->c, room.ifmap_banks);
            if (!has(p, SEARCH_F)) {
                found = count_add(found, count_folds(p, r, &room));
                continue;
            }
            count_tiles(p, &room, more);
            found = count_add(found, count_pes(p, r, &room, more));
        }
    free(more);
    return found;
}
