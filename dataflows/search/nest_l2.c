/* nest_l2.c - L2's loops and orders, and what they cost at least.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dataflows/program.h"
#include "dataflows/search/search_nest_parts.h"

/* Dimensions in the order that tells most first. */
static const int l2_order[NEST_DIMS] = {NEST_M, NEST_C, NEST_P, NEST_Q,
                                        NEST_N, NEST_R, NEST_S, NEST_G};

/* --- L2's part ------------------------------------------------------------ */

static bool is_known(int d, int known)
{
    for (int i = 0; i < known; i++)
        if (l2_order[i] == d)
            return true;
    return false;
}

/* The least number of ifmap rows or columns that come anew where the loop over
 * dimension d slides. */
static double slid(const struct nest_least *n, int d, const int tile[NEST_DIMS],
                   int known)
{
    struct nest_touch *t = d == NEST_P || d == NEST_R ? n->rows : n->cols;
    const bool over_taps = d == NEST_R || d == NEST_S;
    const int other = d == NEST_P   ? NEST_R
                      : d == NEST_R ? NEST_P
                      : d == NEST_Q ? NEST_S
                                    : NEST_Q;
    if (!is_known(d, known) || !is_known(other, known))
        return nest_touch_slide_any(t, over_taps, 1, 1, 0);
    const struct nest_slide s = {.over_taps = over_taps,
                                 .tile = min_int(tile[d], n->extent[d]),
                                 .children = 1,
                                 .steps = ceil_div(n->extent[d], tile[d]),
                                 .other =
                                     min_int(tile[other], n->extent[other])};
    return nest_touch_slide(t, &s);
}

/* What L2's tiles cost at least, whichever loop of DRAM is innermost; of the
 * first `known` dimensions, and of all of the others. */
static double l2_energy(const struct nest_search *s, const int tile[NEST_DIMS],
                        int known, int keep)
{
    const struct nest_least *n = &s->least;
    const int *e = n->extent;
    double turns[NEST_DIMS], box = (double)e[NEST_G] * e[NEST_N] * e[NEST_C];
    for (int d = 0; d < NEST_DIMS; d++)
        turns[d] = ceil_div(e[d], tile[d]);
    double h = nest_touch_sum(n->rows, tile[NEST_P], tile[NEST_R]);
    double w = nest_touch_sum(n->cols, tile[NEST_Q], tile[NEST_S]);
    double all_h = nest_touch_sum(n->rows, e[NEST_P], e[NEST_R]);
    double all_w = nest_touch_sum(n->cols, e[NEST_Q], e[NEST_S]);
    double filters = turns[NEST_N] * turns[NEST_P] * turns[NEST_Q];
    double psums = turns[NEST_C] * turns[NEST_R] * turns[NEST_S];
    double least = INFINITY;
    bool is_one = filters * psums * turns[NEST_M] * turns[NEST_G] == 1;
    for (int i = 0; i < NEST_INNERMOST; i++) {
        const int d = i < NEST_DIMS ? l2_order[i] : NEST_NO_LOOP;
        const enum tensor stays = nest_lacking(d);
        struct nest_flows f;
        if (i < NEST_DIMS ? i < known && turns[d] == 1 : !is_one)
            continue;
        double rows = d == NEST_P || d == NEST_R ? slid(n, d, tile, known) : h;
        double cols = d == NEST_Q || d == NEST_S ? slid(n, d, tile, known) : w;
        f.read[TENSOR_IFMAP] =
            box * (d == NEST_M
                       ? all_h * all_w
                       : fmax(turns[NEST_M] * rows * cols, all_h * all_w));
        f.read[TENSOR_FILTER] =
            n->filters * (stays == TENSOR_FILTER ? 1 : filters);
        f.read[TENSOR_PSUM] = n->outputs * (stays == TENSOR_PSUM ? 1 : psums);
        if (d == NEST_NO_LOOP) {
            f.read[TENSOR_FILTER] = n->filters;
            f.read[TENSOR_PSUM] = n->outputs;
        }
        least = fmin(least, nest_least_l2_energy(n, &f, keep));
    }
    return least;
}

static bool l2_holds(const struct nest_search *s, const int tile[NEST_DIMS],
                     int keep)
{
    uint64_t words[TENSOR_N], lacking;
    int buffers[TENSOR_N], banks[TENSOR_N], x[NEST_DIMS];
    enum tensor tensor;
    for (int d = 0; d < NEST_DIMS; d++)
        x[d] = min_int(tile[d], s->least.extent[d]);
    for (int t = 0; t < TENSOR_N; t++)
        words[t] = keep >> t & 1
                       ? nest_words(s->arch, s->layer, x, (enum tensor)t)
                       : 0;
    return l2_fits(s->arch, words, buffers, banks, &tensor, &lacking);
}

/* Fewest steps that make a tile of which DRAM has `steps_most` at most. */
static int fewest_steps(const struct nest_search *s, int d, int block)
{
    int most = s->limits->most[AT_DRAM][d];
    return most > 0 ? ceil_div(s->least.extent[d], most * block) : 1;
}

static int most_steps(const struct nest_search *s, int d, int block)
{
    int limit = s->limits->most[AT_L2][d];
    int most = ceil_div(s->least.extent[d], block);
    return limit > 0 ? min_int(most, limit) : most;
}

/* The most steps of dimension d, at most `most`, with which L2 holds the tiles;
 * fewer than `fewest`: none.  Leaves tile[d] as it was. */
static int most_held(const struct nest_search *s, int tile[NEST_DIMS], int keep,
                     int d, int block, int fewest, int most)
{
    const int before = tile[d];
    int low = fewest - 1;
    while (low < most) {
        const int middle = low + (most - low + 1) / 2;
        tile[d] = block * middle;
        if (l2_holds(s, tile, keep))
            low = middle;
        else
            most = middle - 1;
    }
    tile[d] = before;
    return low;
}

/* A walk over L2's tiles, all multiples of `block`. */
struct l2_walk {
    struct nest_search *s;
    const int *block;
    bool any_tile; /* blocks of one word: the limits of L2's steps aside */
    int keep;
    int tile[NEST_DIMS]; /* blocks where not chosen yet: what must fit */
    int wide[NEST_DIMS]; /* all where not chosen yet: what it costs at least */
    double least;
};

/* Tiles of as many turns take as many accesses, but for rows and columns that
 * windows share. */
static bool is_alike(const struct nest_search *s, int d, int extent, int block,
                     int steps)
{
    const int taps = d == NEST_P ? NEST_R : NEST_S;
    return steps > 1 &&
           (d < NEST_P || (d <= NEST_Q && s->least.extent[taps] == 1)) &&
           ceil_div(extent, block * steps) ==
               ceil_div(extent, block * (steps - 1));
}

static void least_l2(struct l2_walk *w, int i)
{
    struct nest_search *s = w->s;
    double energy = l2_energy(s, w->wide, i, w->keep);
    s->bounded++;
    if (energy >= w->least || nest_search_is_over(s))
        return;
    if (i == NEST_DIMS) {
        w->least = energy;
        return;
    }
    const int d = l2_order[i], extent = s->least.extent[d];
    const int fewest = fewest_steps(s, d, w->block[d]);
    const int most = w->any_tile ? extent : most_steps(s, d, w->block[d]);
    for (int steps =
             most_held(s, w->tile, w->keep, d, w->block[d], fewest, most);
         steps >= fewest; steps--) {
        if (steps > fewest && is_alike(s, d, extent, w->block[d], steps))
            continue;
        w->tile[d] = w->wide[d] = w->block[d] * steps;
        least_l2(w, i + 1);
    }
    w->tile[d] = w->block[d];
    w->wide[d] = extent;
}

/* The least of all L2 tiles made of these blocks; infinite: none fits. */
double nest_l2_least(struct nest_search *s, const int block[NEST_DIMS],
                     int keep)
{
    struct known_key key = {{0}};
    struct l2_walk w = {
        .s = s, .block = block, .keep = keep, .least = INFINITY};
    w.any_tile = true;
    for (int d = 0; d < NEST_DIMS; d++) {
        key.of[d] = block[d];
        w.any_tile = w.any_tile && block[d] == 1;
    }
    key.of[NEST_DIMS] = keep;
    const double *known = known_values_find(s->l2_known, &key);
    if (known != NULL)
        return *known;
    memcpy(w.tile, block, sizeof(w.tile));
    memcpy(w.wide, s->least.extent, sizeof(w.wide));
    if (l2_holds(s, block, keep))
        least_l2(&w, 0);
    if (nest_search_is_over(s)) /* not gone through */
        return s->l2_least[keep];
    known_values_add(s->l2_known, &key, w.least);
    return w.least;
}

/* --- L2's loops ----------------------------------------------------------- */

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
    for (int d = 0; d < NEST_DIMS; d++)
        cut.steps[d] = is_known(d, known) ? c->l2.tile[d] / c->l2.block[d] : 0;
    nest_least_flows(n, &cut, &f);
    return n->fixed_energy + nest_least_rf_energy(n, &f, c->item->keep);
}

static void every_l2_tile(struct chosen *c, int i)
{
    struct nest_search *s = c->s;
    struct l2_walk *w = &c->l2;
    struct search_cost least = c->split->cost;
    least.energy =
        c->split->rf_energy + l2_energy(s, w->wide, i, c->item->keep);
    if (nest_search_is_over(s) ||
        !nest_part_may_take(s, &least, SEARCH_NEST_CUT_l2))
        return;
    if (i > 1 && i < NEST_DIMS) {
        least.energy += rf_energy_so_far(c, i) - c->split->rf_energy;
        if (!nest_part_may_take(s, &least, SEARCH_NEST_CUT_l2))
            return;
    }
    if (i == NEST_DIMS) {
        l2_tile_done(c);
        return;
    }
    const int d = l2_order[i], extent = s->least.extent[d];
    const int fewest = fewest_steps(s, d, w->block[d]);
    for (int steps = most_held(s, w->tile, w->keep, d, w->block[d], fewest,
                               most_steps(s, d, w->block[d]));
         steps >= fewest; steps--) {
        w->tile[d] = w->wide[d] = w->block[d] * steps;
        every_l2_tile(c, i + 1);
    }
    w->tile[d] = w->block[d];
    w->wide[d] = extent;
}

void nest_l2_search(struct nest_search *s, const struct item *item,
                    const struct split *split, struct later *later)
{
    struct chosen c = {.s = s, .later = later, .item = item, .split = split};
    int block[NEST_DIMS];
    nest_item_cut(item, &c.cut);
    for (int d = 0; d < NEST_DIMS; d++) {
        c.cut.children[d] = split->children[d];
        block[d] = c.cut.tile[d] * c.cut.children[d];
    }
    c.l2 = (struct l2_walk){.s = s, .block = block, .keep = item->keep};
    memcpy(c.l2.tile, block, sizeof(c.l2.tile));
    memcpy(c.l2.wide, s->least.extent, sizeof(c.l2.wide));
    every_l2_tile(&c, 0);
}

void nest_l2_start(struct nest_search *s)
{
    int one[NEST_DIMS];
    for (int d = 0; d < NEST_DIMS; d++)
        one[d] = 1;
    for (int keep = 0; keep < KEEPS; keep++)
        s->l2_least[keep] = 0;
    for (int keep = 0; keep < KEEPS; keep++)
        s->l2_least[keep] = nest_l2_least(s, one, keep);
}

void nest_l2_bound(struct nest_search *s, const struct item *item,
                   const struct split *split, const int steps[NEST_DIMS],
                   int dram_innermost, struct search_cost *out)
{
    struct chosen c = {.s = s, .item = item, .split = split};
    struct done done;
    int block[NEST_DIMS];
    nest_item_cut(item, &c.cut);
    c.l2 = (struct l2_walk){.s = s, .block = block, .keep = item->keep};
    for (int d = 0; d < NEST_DIMS; d++) {
        c.cut.children[d] = split->children[d];
        block[d] = c.cut.tile[d] * c.cut.children[d];
        c.l2.tile[d] = block[d] * steps[d];
    }
    SIM_CHECK(finish_cuts(&c, &done) &&
              bound_orders(&c, &done, dram_innermost, out));
}
