/* nest_split.c - the split over PEs, and what it costs at least.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dataflows/program.h"
#include "dataflows/search/nest/search_nest_parts.h"

/* Dimensions in the order that tells most first. */
static const int split_order[NEST_DIMS] = {NEST_P, NEST_R, NEST_Q, NEST_S,
                                           NEST_M, NEST_N, NEST_C, NEST_G};

static int split_before(const void *a, const void *b)
{
    const struct split *x = a, *y = b;
    if (x->least.first != y->least.first)
        return x->least.first < y->least.first ? -1 : 1;
    if (x->least.second != y->least.second)
        return x->least.second < y->least.second ? -1 : 1;
    return memcmp(x->children, y->children, sizeof(x->children));
}

/* Rows and columns that a part of the split may take: no pair needs more of
 * both than another. */
enum { PLACES_MAX = 32 };
struct places {
    int n, rows[PLACES_MAX], cols[PLACES_MAX];
};

struct split_walk {
    struct nest_search *s;
    const struct item *item;
    struct nest_cut cut;
    double moving, slid; /* of any split: shares that come with each step */
    double base_energy;  /* without reads */
    double *least;       /* not NULL: only the least key is wanted */
    struct splits *out;
};

/* The reads of a tensor: what they would cost without any split, and by how
 * much splits may still divide them. */
struct fan {
    double price, all, once, most;
};

/* The least of price * max(all / f, once) summed, each f up to its most and
 * their product up to `pes`. */
static double least_reads(const struct fan fan[TENSOR_N], double pes)
{
    double each = 0, product = pes > 0 ? 1 / pes : 1, once = 0;
    int n = 0;
    for (int t = 0; t < TENSOR_N; t++) {
        double all = fan[t].price * fan[t].all,
               low = fan[t].price * fmax(fan[t].once, fan[t].all / fan[t].most);
        each += fmax(all / pes, low);
        if (all <= low) {
            once += low;
            continue;
        }
        product *= all;
        n++;
    }
    double together = n > 0 ? n * pow(product, 1.0 / n) : 0;
    return fmax(each, once + together);
}

static double read_price(const struct nest_search *s, int t, int keep)
{
    const struct search_costs *c = s->costs;
    double source = keep >> t & 1 ? c->l2[t] : c->dram[t];
    double sink = keep >> t & 1 ? c->l2_write[t] : c->dram[t];
    return t == TENSOR_PSUM ? source + sink + c->rf[t] + c->rf_write[t]
                            : source;
}

/* How many PEs may share a word of a tensor through dimensions that are not
 * split yet, which it lacks. */
static double most_shared(const struct split_walk *w, enum tensor tensor,
                          int known)
{
    const struct nest_least *n = &w->s->least;
    double most = 1;
    for (int i = known; i < NEST_DIMS; i++) {
        const int d = split_order[i];
        if (nest_lacking(d) == tensor)
            most *= min_int(ceil_div(n->extent[d], w->cut.tile[d]),
                            n->most_children[d]);
    }
    return most;
}

/* Reads by PEs at least, with the first `known` dimensions split. */
static double split_reads(const struct split_walk *w, int known)
{
    const struct nest_least *n = &w->s->least;
    const enum tensor stays = nest_lacking(w->cut.innermost);
    bool none = w->cut.innermost == NEST_NO_LOOP;
    struct fan fan[TENSOR_N];
    double turns[NEST_DIMS], pes = arch_pes(w->s->arch);
    for (int d = 0; d < NEST_DIMS; d++)
        turns[d] = ceil_div(
            n->extent[d],
            w->cut.tile[d] * (w->cut.children[d] > 0 ? w->cut.children[d] : 1));
    for (int i = 0; i < known; i++)
        pes /= w->cut.children[split_order[i]];
    double filters = turns[NEST_N] * turns[NEST_P] * turns[NEST_Q];
    double psums = turns[NEST_C] * turns[NEST_R] * turns[NEST_S];
    for (int t = 0; t < TENSOR_N; t++) {
        double all = t == TENSOR_FILTER ? filters
                     : t == TENSOR_PSUM ? psums
                                        : turns[NEST_M];
        const double words = nest_least_words(n, (enum tensor)t);
        double share = none || (int)stays == t ? 0 : w->moving;
        if (t == TENSOR_IFMAP && w->cut.innermost >= NEST_P && !none)
            share = w->slid;
        fan[t].price = read_price(w->s, t, w->item->keep);
        fan[t].once = words;
        fan[t].most = most_shared(w, (enum tensor)t, known);
        fan[t].all = share * words * all;
    }
    return least_reads(fan, pes) -
           n->outputs * (w->item->keep >> TENSOR_PSUM & 1
                             ? n->costs->l2[TENSOR_PSUM]
                             : n->costs->dram[TENSOR_PSUM]);
}

/* false: its innermost loop is none. */
static bool bound_split(struct split_walk *w, struct split *out)
{
    struct nest_search *s = w->s;
    struct nest_flows f;
    const int inside = w->cut.innermost;
    bool moves = false, has_inside = inside == NEST_NO_LOOP;
    for (int d = 0; d < NEST_DIMS; d++) {
        bool more = w->cut.tile[d] * w->cut.children[d] < s->least.extent[d];
        moves = moves || more;
        has_inside = has_inside || (d == inside && more);
        out->children[d] = (uint16_t)w->cut.children[d];
    }
    if (!has_inside || (inside == NEST_NO_LOOP && moves))
        return false;
    nest_least_flows(&s->least, &w->cut, &f);
    out->rf_energy = s->least.fixed_energy +
                     nest_least_rf_energy(&s->least, &f, w->item->keep);
    out->cost = nest_part_cost(
        out->rf_energy +
            s->l2_least[w->item->keep][nest_lacking(w->item->innermost)],
        fmax(fmax(nest_least_pe_cycles(&s->least, &w->cut),
                  nest_least_network_cycles(&s->least, &f)),
             nest_least_dram_cycles(&s->least, &f, NULL, w->item->keep)));
    return true;
}

static void add_split(struct split_walk *w)
{
    struct nest_search *s = w->s;
    struct split one;
    int block[NEST_DIMS];
    if (!bound_split(w, &one) ||
        !nest_part_may_take(s, &one.cost, SEARCH_NEST_CUT_split))
        return;
    for (int d = 0; d < NEST_DIMS; d++)
        block[d] = w->cut.tile[d] * w->cut.children[d];
    one.cost.energy = one.rf_energy + nest_l2_least(s, block, w->item);
    if (isinf(one.cost.energy) ||
        !nest_part_may_take(s, &one.cost, SEARCH_NEST_CUT_split))
        return;
    one.least = search_key_of(s->options->objective, &one.cost);
    if (w->least != NULL) {
        *w->least = fmin(*w->least, one.least.first);
        return;
    }
    if (w->out->n == w->out->room) {
        w->out->room = w->out->room > 0 ? 2 * w->out->room : 256;
        w->out->split = xrealloc(w->out->split, (size_t)w->out->room,
                                 sizeof(*w->out->split));
    }
    w->out->split[w->out->n++] = one;
}

static void add_place(struct places *p, int rows, int cols)
{
    int n = 0;
    for (int i = 0; i < p->n; i++)
        if (p->rows[i] <= rows && p->cols[i] <= cols)
            return;
    for (int i = 0; i < p->n; i++)
        if (p->rows[i] < rows || p->cols[i] < cols) {
            p->rows[n] = p->rows[i];
            p->cols[n++] = p->cols[i];
        }
    SIM_CHECK(n < PLACES_MAX);
    p->rows[n] = rows;
    p->cols[n] = cols;
    p->n = n + 1;
}

/* Takes each place of `from` and puts dimension d over n PEs as well, in every
 * way that fits. */
static bool put_in_places(const struct nest_search *s,
                          const struct places *from, int d, int n,
                          struct places *out)
{
    const int limit_rows = s->limits->most[AT_ROWS][d];
    const int limit_cols = s->limits->most[AT_COLS][d];
    const int most_rows = limit_rows > 0 ? limit_rows : n;
    const int most_cols = limit_cols > 0 ? limit_cols : n;
    out->n = 0;
    for (int r = 1; r <= n && r <= s->arch->rows && r <= most_rows; r++) {
        if (n % r != 0 || n / r > most_cols)
            continue;
        for (int i = 0; i < from->n; i++)
            if (from->rows[i] * r <= s->arch->rows &&
                from->cols[i] * (n / r) <= s->arch->cols)
                add_place(out, from->rows[i] * r, from->cols[i] * (n / r));
    }
    return out->n > 0;
}

static void every_split(struct split_walk *w, int i,
                        const struct places *places)
{
    struct nest_search *s = w->s;
    struct search_cost least = w->item->cost;
    least.energy = w->base_energy + split_reads(w, i);
    if (nest_search_is_over(s) ||
        !nest_part_may_take(s, &least, SEARCH_NEST_CUT_split))
        return;
    if (w->least != NULL &&
        search_key_of(s->options->objective, &least).first >= *w->least)
        return;
    if (i == NEST_DIMS) {
        add_split(w);
        return;
    }
    const int d = split_order[i];
    int most = min_int(ceil_div(s->least.extent[d], w->cut.tile[d]),
                       s->least.most_children[d]);
    for (int n = 1; n <= most && !nest_search_is_late(s); n++) {
        struct places more;
        if (!put_in_places(s, places, d, n, &more))
            continue;
        w->cut.children[d] = n;
        every_split(w, i + 1, &more);
        w->cut.children[d] = 0;
    }
}

/* Returns the least share of all ifmap rows (or columns) that comes anew with
 * each sweep of the innermost loop. */
static double slid_share(const struct nest_search *s,
                         const struct nest_cut *cut)
{
    const struct nest_least *n = &s->least;
    const int *e = n->extent, *t = cut->tile, d = cut->innermost;
    const int steps = d < NEST_DIMS && n->is_whole[d] ? NEST_SLIDE_ALL : 0;
    if (d == NEST_P || d == NEST_R)
        return nest_touch_slide_any(n->rows, d == NEST_R, t[d],
                                    t[d == NEST_P ? NEST_R : NEST_P], steps) /
               nest_touch_sum(n->rows, e[NEST_P], e[NEST_R]);
    if (d == NEST_Q || d == NEST_S)
        return nest_touch_slide_any(n->cols, d == NEST_S, t[d],
                                    t[d == NEST_Q ? NEST_S : NEST_Q], steps) /
               nest_touch_sum(n->cols, e[NEST_Q], e[NEST_S]);
    return 0;
}

static void start_split_walk(struct nest_search *s, const struct item *item,
                             struct split_walk *w)
{
    memset(w, 0, sizeof(*w));
    w->s = s;
    w->item = item;
    nest_item_cut(item, &w->cut);
    w->moving = nest_least_moving(&s->least, &w->cut);
    w->slid = slid_share(s, &w->cut);
    /* Reads are bounded apart from the rest, because a split makes them
     * fewer. */
    struct nest_flows f;
    nest_least_flows(&s->least, &w->cut, &f);
    for (int t = 0; t < TENSOR_N; t++)
        f.read[t] = 0;
    w->base_energy = s->least.fixed_energy +
                     s->l2_least[item->keep][nest_lacking(item->innermost)] +
                     nest_least_rf_energy(&s->least, &f, item->keep) +
                     s->least.outputs * (item->keep >> TENSOR_PSUM & 1
                                             ? s->costs->l2[TENSOR_PSUM]
                                             : s->costs->dram[TENSOR_PSUM]);
}

struct search_cost nest_item_cost(struct nest_search *s,
                                  const struct item *item)
{
    struct split_walk w;
    start_split_walk(s, item, &w);
    return nest_part_cost(
        w.base_energy + split_reads(&w, 0),
        fmax(s->least.macs / arch_pes(s->arch),
             nest_least_dram_cycles(&s->least, NULL, NULL, KEEPS - 1)));
}

static const struct places empty_array = {1, {1}, {1}};

void nest_split_search(struct nest_search *s, const struct item *item,
                       struct splits *out)
{
    struct split_walk w;
    start_split_walk(s, item, &w);
    w.out = out;
    out->n = 0;
    every_split(&w, 0, &empty_array);
    if (out->n > 0)
        qsort(out->split, (size_t)out->n, sizeof(*out->split), split_before);
}

double nest_split_least_key(struct nest_search *s, const struct item *item)
{
    struct split_walk w;
    double least = INFINITY;
    start_split_walk(s, item, &w);
    w.least = &least;
    every_split(&w, 0, &empty_array);
    return least;
}

void nest_split_bound(struct nest_search *s, const struct item *item,
                      struct split *split, struct search_cost *out)
{
    struct split_walk w;
    int block[NEST_DIMS];
    start_split_walk(s, item, &w);
    *out = item->cost;
    for (int i = 0; i < NEST_DIMS; i++) {
        const int d = split_order[i];
        w.cut.children[d] = split->children[d];
        block[d] = item->tile[d] * split->children[d];
        out->energy = fmax(out->energy, w.base_energy + split_reads(&w, i + 1));
    }
    SIM_CHECK(bound_split(&w, split));
    out->energy =
        fmax(out->energy, split->rf_energy + nest_l2_least(s, block, item));
    out->cycles = split->cost.cycles;
}
