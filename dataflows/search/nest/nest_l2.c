/* nest_l2.c - L2's loops and orders under a split, and what they cost at least.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dataflows/program.h"
#include "dataflows/search/nest/nest_l2_tile.h"
#include "dataflows/search/nest/search_nest_parts.h"

enum { LATER_MAX = 100000 };

static void put_off(struct later *l, const struct nest_point *p,
                    const struct search_cost *least, struct search_key key)
{
    if (l->n == LATER_MAX) {
        l->open = fmin(l->open, key.first);
        return;
    }
    if (l->n == l->room) {
        l->room = l->room > 0 ? 2 * l->room : 64;
        l->nest = xrealloc(l->nest, (size_t)l->room, sizeof(*l->nest));
    }
    l->nest[l->n++] = (struct put_off){key, *least, *p};
}

static int put_off_before(const void *a, const void *b)
{
    const struct put_off *x = a, *y = b;
    if (x->least.first != y->least.first)
        return x->least.first < y->least.first ? -1 : 1;
    if (x->least.second != y->least.second)
        return x->least.second < y->least.second ? -1 : 1;
    return memcmp(&x->point, &y->point, sizeof(x->point));
}

/* Returns the least of what was not looked at, or infinity. */
double nest_later_search(struct nest_search *s, struct later *l)
{
    double open = l->open;
    if (l->n > 0)
        qsort(l->nest, (size_t)l->n, sizeof(*l->nest), put_off_before);
    for (int i = 0; i < l->n; i++) {
        if (!search_best_may_take(&s->best, &l->nest[i].cost))
            continue;
        if (!nest_search_is_over(s))
            nest_search_every_order(s, &l->nest[i].point, &l->nest[i].cost);
        if (nest_search_is_over(s)) {
            open = fmin(open, l->nest[i].least.first);
            break;
        }
    }
    free(l->nest);
    return open;
}

struct chosen {
    struct nest_search *s;
    struct later *later;
    const struct item *item;
    const struct split *split;
    struct nest_cut cut; /* RF's */
    struct l2_walk l2;
    double least; /* energy of the split with this tile, whatever the orders */
};

static void some_orders(struct chosen *c, const int innermost[2],
                        const struct search_cost *least)
{
    struct nest_search *s = c->s;
    struct nest_point p = {.keep = c->item->keep};
    for (int d = 0; d < NEST_DIMS; d++) {
        p.count[AT_RF][d] = c->cut.tile[d];
        p.count[AT_COLS][d] = c->cut.children[d];
        p.count[AT_ROWS][d] = 1;
        p.count[AT_L2][d] = c->cut.steps[d];
    }
    /* Rows and columns: the same product, and both fit. */
    int rows = s->arch->rows, cols = s->arch->cols;
    SIM_CHECK(nest_point_place(s, &p, 0, rows, cols));
    nest_point_cover(s, &p);
    if (!nest_search_likely_orders(s, &p, innermost, least))
        put_off(c->later, &p, least,
                search_key_of(s->options->objective, least));
}

/* A nest of which all but the orders of its loops is known. */
struct done {
    struct nest_cut l2;
    bool has_l2, has_dram; /* loops of more than one step */
    struct nest_flows rf;
    double energy, cycles;
};

/* Whether some order has the loops that the stationary tensor lacks inside its
 * own. */
static bool can_be_stationary(const struct nest_search *s,
                              const struct nest_cut *rf,
                              const struct nest_cut *l2)
{
    bool own_in_l2 = false, lacking_in_dram = false, lacking = false;
    if (!s->limits->has_stationary)
        return true;
    for (int d = 0; d < NEST_DIMS; d++)
        if (nest_lacking(d) == s->limits->stationary) {
            lacking_in_dram = lacking_in_dram || l2->steps[d] > 1;
            lacking = lacking || l2->steps[d] > 1 || rf->steps[d] > 1;
        } else {
            own_in_l2 = own_in_l2 || rf->steps[d] > 1;
        }
    return !(own_in_l2 && lacking_in_dram) &&
           (!lacking || nest_lacking(rf->innermost) == s->limits->stationary);
}

/* Finishes the cuts for these innermost loops. Returns false when such a loop
 * cannot be innermost. */
static bool finish_cuts(struct chosen *c, struct done *out)
{
    struct nest_search *s = c->s;
    const int inside = c->cut.innermost;
    out->l2 = (struct nest_cut){.innermost = NEST_NO_LOOP};
    out->has_l2 = out->has_dram = false;
    for (int d = 0; d < NEST_DIMS; d++) {
        c->cut.steps[d] = c->l2.tile[d] / c->l2.block[d];
        out->l2.tile[d] = c->l2.tile[d];
        out->l2.children[d] = 1;
        out->l2.steps[d] = ceil_div(s->least.extent[d], c->l2.tile[d]);
        out->has_l2 = out->has_l2 || c->cut.steps[d] > 1;
        out->has_dram = out->has_dram || out->l2.steps[d] > 1;
    }
    if (!can_be_stationary(s, &c->cut, &out->l2))
        return false;
    const struct nest_cut *first = out->has_l2 ? &c->cut : &out->l2;
    if (out->has_l2 || out->has_dram
            ? inside == NEST_NO_LOOP || first->steps[inside] == 1
            : inside != NEST_NO_LOOP)
        return false;
    nest_least_flows(&s->least, &c->cut, &out->rf);
    out->energy = s->least.fixed_energy +
                  nest_least_rf_energy(&s->least, &out->rf, c->item->keep);
    out->cycles = fmax(nest_least_pe_cycles(&s->least, &c->cut),
                       nest_least_network_cycles(&s->least, &out->rf));
    return true;
}

/* With DRAM's innermost loop over d (NEST_NO_LOOP: there is none).  false:
 * there is no such loop. */
static bool bound_orders(struct chosen *c, struct done *done, int d,
                         struct search_cost *least)
{
    struct nest_search *s = c->s;
    struct nest_flows far;
    if ((d < NEST_DIMS ? done->l2.steps[d] == 1 : done->has_dram) ||
        (!done->has_l2 && d != c->cut.innermost))
        return false;
    done->l2.innermost = d;
    nest_least_flows(&s->least, &done->l2, &far);
    *least = nest_part_cost(
        done->energy + nest_least_l2_energy(&s->least, &far, c->item->keep),
        fmax(done->cycles, nest_least_dram_cycles(&s->least, &done->rf, &far,
                                                  c->item->keep)));
    least->energy = fmax(least->energy, c->least);
    return true;
}

static void l2_tile_done(struct chosen *c)
{
    struct done done;
    struct search_cost least;
    if (!finish_cuts(c, &done))
        return;
    for (int d = 0; d < NEST_INNERMOST; d++) {
        const int innermost[2] = {done.has_l2 ? c->cut.innermost : NEST_NO_LOOP,
                                  d};
        if (bound_orders(c, &done, d, &least) &&
            nest_part_may_take(c->s, &least, SEARCH_NEST_CUT_orders))
            some_orders(c, innermost, &least);
    }
}

/* The least energy of the register files' part when L2's loops over the first
 * `known` dimensions are chosen. */
static double rf_energy_so_far(const struct chosen *c, int known)
{
    const struct nest_least *n = &c->s->least;
    struct nest_cut cut = c->cut;
    struct nest_flows f;
    const unsigned chosen = nest_l2_first(known);
    for (int d = 0; d < NEST_DIMS; d++)
        cut.steps[d] = chosen >> d & 1 ? c->l2.tile[d] / c->l2.block[d] : 0;
    nest_least_flows(n, &cut, &f);
    return n->fixed_energy + nest_least_rf_energy(n, &f, c->item->keep);
}

static void every_l2_tile(struct chosen *c, int i)
{
    struct nest_search *s = c->s;
    struct l2_walk *w = &c->l2;
    struct search_cost least = c->split->cost;
    c->least = c->split->rf_energy + nest_l2_chosen_least(w, i);
    least.energy = c->least;
    if (nest_search_is_over(s) ||
        !nest_part_may_take(s, &least, SEARCH_NEST_CUT_l2))
        return;
    if (i > 1 && i < NEST_DIMS) {
        int wide[NEST_DIMS];
        const unsigned chosen = nest_l2_first(i);
        nest_l2_wide(w, chosen, wide);
        least.energy =
            rf_energy_so_far(c, i) + nest_l2_energy(w, chosen, wide, NULL);
        if (!nest_part_may_take(s, &least, SEARCH_NEST_CUT_l2))
            return;
    }
    if (i == NEST_DIMS) {
        l2_tile_done(c);
        return;
    }
    const int d = nest_l2_order[i], fewest = nest_l2_fewest_steps(w, d);
    for (int steps = nest_l2_most_steps(w, d); steps >= fewest; steps--) {
        w->tile[d] = w->block[d] * steps;
        every_l2_tile(c, i + 1);
    }
    w->tile[d] = w->block[d];
}

/* Cuts a PE's tiles by the split, and begins with L2's tiles of its blocks,
 * which are the caller's. */
static void start_walk(struct chosen *c, int block[NEST_DIMS])
{
    nest_item_cut(c->item, &c->cut);
    for (int d = 0; d < NEST_DIMS; d++) {
        c->cut.children[d] = c->split->children[d];
        block[d] = c->cut.tile[d] * c->cut.children[d];
    }
    nest_l2_walk_init(&c->l2, c->s, block, c->item->keep, c->item->innermost);
    c->l2.any_tile = false;
}

void nest_l2_search(struct nest_search *s, const struct item *item,
                    const struct split *split, struct later *later)
{
    struct chosen c = {.s = s, .later = later, .item = item, .split = split};
    int block[NEST_DIMS];
    start_walk(&c, block);
    every_l2_tile(&c, 0);
}

void nest_l2_bound(struct nest_search *s, const struct item *item,
                   const struct split *split, const int steps[NEST_DIMS],
                   int dram_innermost, struct search_cost *out)
{
    struct chosen c = {.s = s, .item = item, .split = split};
    struct done done;
    int block[NEST_DIMS];
    start_walk(&c, block);
    for (int d = 0; d < NEST_DIMS; d++)
        c.l2.tile[d] = block[d] * steps[d];
    c.least = split->rf_energy + nest_l2_chosen_least(&c.l2, NEST_DIMS);
    SIM_CHECK(finish_cuts(&c, &done) &&
              bound_orders(&c, &done, dram_innermost, out));
}
