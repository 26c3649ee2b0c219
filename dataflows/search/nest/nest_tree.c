/* nest_tree.c - branch and bound over general loop nests, from the
 * inside (dataflows/search/nest/search_nest.h).
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "dataflows/program.h"
#include "dataflows/search/nest/search_nest_parts.h"

struct search_cost nest_part_cost(double energy, double cycles)
{
    return (struct search_cost){.energy = energy,
                                .cycles = (uint64_t)ceil(cycles * (1 - 1e-12))};
}

bool nest_part_may_take(struct nest_search *s, const struct search_cost *least,
                        enum search_nest_cut cut)
{
    s->bounded++;
    if (search_best_may_take(&s->best, least))
        return true;
    s->cuts[cut]++;
    return false;
}

static int item_before(const void *a, const void *b)
{
    const struct item *x = a, *y = b;
    if (x->least.first != y->least.first)
        return x->least.first < y->least.first ? -1 : 1;
    if (x->least.second != y->least.second)
        return x->least.second < y->least.second ? -1 : 1;
    return memcmp(&x->keep, &y->keep, sizeof(*x) - offsetof(struct item, keep));
}

void nest_item_cut(const struct item *item, struct nest_cut *cut)
{
    memset(cut, 0, sizeof(*cut));
    for (int d = 0; d < NEST_DIMS; d++)
        cut->tile[d] = item->tile[d];
    cut->innermost = item->innermost;
}

static void add_item(struct nest_search *s, struct items *items,
                     struct item *item)
{
    item->cost = nest_item_cost(s, item);
    if (!nest_part_may_take(s, &item->cost, SEARCH_NEST_CUT_tiles))
        return;
    item->least = search_key_of(s->options->objective, &item->cost);
    if (items->n == items->room) {
        items->room = items->room > 0 ? 2 * items->room : 1024;
        items->item =
            xrealloc(items->item, (size_t)items->room, sizeof(*items->item));
    }
    items->item[items->n++] = *item;
}

static bool rf_holds(const struct nest_search *s, const int tile[NEST_DIMS])
{
    uint64_t all = 0;
    for (int t = 0; t < TENSOR_N; t++) {
        uint64_t words = nest_words(s->arch, s->layer, tile, (enum tensor)t);
        if (words > (uint64_t)s->arch->rf_words[t])
            return false;
        all += words;
    }
    return s->limits->rf_words == 0 || all <= (uint64_t)s->limits->rf_words;
}

static bool keep_is_allowed(const struct nest_search *s, int keep)
{
    for (int t = 0; t < TENSOR_N; t++)
        if (keep >> t & 1 ? s->limits->may_not_keep[t]
                          : s->limits->must_keep[t])
            return false;
    return true;
}

/* Whether the PEs can take all tiles at once: no loop needs to be outside. */
static bool is_all_at_once(const struct nest_search *s,
                           const int tile[NEST_DIMS])
{
    double pieces = 1;
    for (int d = 0; d < NEST_DIMS; d++)
        pieces *= ceil_div(s->least.extent[d], tile[d]);
    return pieces <= arch_pes(s->arch);
}

/* Whether PEs can take all that the stationary tensor lacks at once: no loop
 * of it needs to be outside. */
static bool can_be_done_inside(const struct nest_search *s,
                               const int tile[NEST_DIMS])
{
    double pieces = 1;
    for (int d = 0; d < NEST_DIMS; d++)
        if (nest_lacking(d) == s->limits->stationary)
            pieces *= ceil_div(s->least.extent[d], tile[d]);
    return pieces <= arch_pes(s->arch);
}

/* Whether L2's loops have an order that surely puts another one inside that
 * over d: of a dimension that neither PEs nor DRAM can take. */
static bool is_surely_outer(const struct nest_search *s,
                            const int tile[NEST_DIMS], int d)
{
    const struct nest_limits_order *order = &s->limits->order[0];
    for (int i = order->n - 1; i >= 0 && order->dim[i] != d; i--) {
        const int inner = order->dim[i];
        if (s->least.is_whole[inner] &&
            (int64_t)tile[inner] * s->least.most_children[inner] <
                s->least.extent[inner])
            return true;
    }
    return false;
}

static void every_innermost(struct nest_search *s, struct items *items,
                            const int tile[NEST_DIMS])
{
    for (int keep = 0; keep < KEEPS; keep++)
        for (int d = 0; d < NEST_INNERMOST; d++) {
            struct item item;
            if (!keep_is_allowed(s, keep) ||
                isinf(s->l2_least[keep][TENSOR_N]) ||
                (d < NEST_DIMS ? tile[d] >= s->least.extent[d]
                               : !is_all_at_once(s, tile)) ||
                is_surely_outer(s, tile, d) ||
                (s->limits->has_stationary &&
                 nest_lacking(d) != s->limits->stationary &&
                 !can_be_done_inside(s, tile)))
                continue;
            memset(&item, 0, sizeof(item));
            item.keep = (int16_t)keep;
            item.innermost = (int16_t)d;
            for (int k = 0; k < NEST_DIMS; k++)
                item.tile[k] = (uint16_t)tile[k];
            add_item(s, items, &item);
        }
}

static void every_tile(struct nest_search *s, struct items *items,
                       int tile[NEST_DIMS], int d)
{
    if (nest_search_is_over(s))
        return;
    if (d == NEST_DIMS) {
        every_innermost(s, items, tile);
        return;
    }
    const int limit = s->limits->most[AT_RF][d];
    int most =
        limit > 0 ? min_int(limit, s->least.extent[d]) : s->least.extent[d];
    for (tile[d] = 1; tile[d] <= most && rf_holds(s, tile); tile[d]++)
        every_tile(s, items, tile, d + 1);
    tile[d] = 1;
}

/* Looks of a quick walk through a tile's splits, and of one through L2's
 * loops under one of the first of them. */
enum {
    QUICK_ITEMS = 1000,
    POLISH_EVALUATIONS = 20000,
    QUICK_SPLITS = 4000,
    QUICK_L2 = 2000,
    QUICK_FIRST = 4
};

static void pause_after(struct nest_search *s, uint64_t looks)
{
    s->pause = s->bounded + EVALUATION_LOOKS * s->evaluated + looks;
}

static void search_item(struct nest_search *s, const struct item *item,
                        bool quick, struct splits *splits, struct later *later)
{
    if (quick)
        pause_after(s, QUICK_SPLITS);
    nest_split_search(s, item, splits);
    s->pause = 0;
    for (int i = 0; i < splits->n && !nest_search_is_over(s); i++) {
        if (quick && i == QUICK_FIRST)
            break;
        if (quick)
            pause_after(s, QUICK_L2);
        nest_l2_search(s, item, &splits->split[i], later);
        s->pause = 0;
    }
}

/* Walks quickly through the most promising items of each kind, so that there is
 * something to compare the rest with. */
static void quick_walks(struct nest_search *s, const struct items *items,
                        struct splits *splits)
{
    struct later none = {.open = INFINITY};
    bool seen[KEEPS][NEST_INNERMOST] = {{false}};
    for (int i = 0; i < items->n && !nest_search_is_over(s); i++) {
        const struct item *item = &items->item[i];
        if (i >= QUICK_ITEMS && seen[item->keep][item->innermost])
            continue;
        seen[item->keep][item->innermost] = true;
        if (search_best_may_take(&s->best, &item->cost))
            search_item(s, item, true, splits, &none);
    }
    free(none.nest); /* they come again */
}

/* Share of the budget for better keys. */
#define RAISING_SHARE 0.6

/* An item's key is at least that of the best of its splits.  false: none may
 * be wanted. */
static bool raise_key(struct nest_search *s, struct item *item)
{
    double least = nest_split_least_key(s, item);
    item->is_raised = !nest_search_is_over(s);
    if (item->is_raised)
        item->least.first = fmax(item->least.first, least);
    return !isinf(least);
}

static void sink(struct items *heap, int at)
{
    for (;;) {
        int low = at;
        for (int child = 2 * at + 1; child <= 2 * at + 2; child++)
            if (child < heap->n &&
                item_before(&heap->item[child], &heap->item[low]) < 0)
                low = child;
        if (low == at)
            return;
        struct item swap = heap->item[at];
        heap->item[at] = heap->item[low];
        heap->item[low] = swap;
        at = low;
    }
}

/* Goes through the items, always the one with the least key next: its key is
 * raised first, and the next time its splits are searched. Returns the least
 * key that is left. */
static double search_items(struct nest_search *s, struct items *heap,
                           struct splits *splits, struct later *later)
{
    while (heap->n > 0 && !nest_search_is_over(s)) {
        struct item *item = &heap->item[0];
        bool gone = !search_best_may_take(&s->best, &item->cost);
        if (!gone && !item->is_raised &&
            s->options->objective != SEARCH_front &&
            !nest_search_used(s, RAISING_SHARE)) {
            gone = !raise_key(s, item);
        } else if (!gone) {
            search_item(s, item, false, splits, later);
            gone = true;
        }
        if (nest_search_is_over(s)) /* halfway */
            break;
        if (gone)
            *item = heap->item[--heap->n];
        sink(heap, 0);
    }
    return heap->n > 0 ? heap->item[0].least.first : INFINITY;
}

void nest_search_bound_of(struct nest_search *s, const struct nest_point *p,
                          int stage, struct search_cost *out)
{
    struct item item;
    struct split split;
    const int dram =
        p->n_order[1] > 0 ? p->order[1][p->n_order[1] - 1] : NEST_NO_LOOP;
    memset(&item, 0, sizeof(item));
    item.keep = (int16_t)p->keep;
    item.innermost =
        (int16_t)(p->n_order[0] > 0 ? p->order[0][p->n_order[0] - 1] : dram);
    for (int d = 0; d < NEST_DIMS; d++) {
        item.tile[d] = (uint16_t)p->count[AT_RF][d];
        split.children[d] =
            (uint16_t)(p->count[AT_ROWS][d] * p->count[AT_COLS][d]);
    }
    nest_l2_start(s);
    item.cost = *out = nest_item_cost(s, &item);
    if (stage > 0)
        nest_split_bound(s, &item, &split, out);
    if (stage > 1)
        nest_l2_bound(s, &item, &split, p->count[AT_L2], dram, out);
}

double nest_search_bound_and_branch(struct nest_search *s)
{
    struct items items = {0};
    struct splits splits = {0};
    struct later later = {.open = INFINITY};
    double open = INFINITY;
    int tile[NEST_DIMS];
    for (int d = 0; d < NEST_DIMS; d++)
        tile[d] = 1;
    nest_l2_start(s);
    if (rf_holds(s, tile))
        every_tile(s, &items, tile, 0);
    if (nest_search_is_over(s))
        open = 0; /* not even listed */
    if (items.n > 0)
        qsort(items.item, (size_t)items.n, sizeof(*items.item), item_before);
    quick_walks(s, &items, &splits);
    nest_search_polish(s, POLISH_EVALUATIONS);
    open = fmin(open, search_items(s, &items, &splits, &later));
    open = fmin(open, nest_later_search(s, &later));
    free(items.item);
    free(splits.split);
    return open;
}
