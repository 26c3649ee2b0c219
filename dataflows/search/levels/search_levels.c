/* search_levels.c - climbs from random nests on listed levels, and walks small
 * spaces whole.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/search/levels/search_levels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dataflows/arith.h"
#include "dataflows/nest/lattice.h"
#include "dataflows/program.h"
#include "dataflows/search/best.h"
#include "dataflows/search/levels/levels_cuts.h"

enum {
    WALKED_MOST = 300000,     /* cuts of a space that is walked whole */
    CLIMBED_FIRST = 2000,     /* nests, before a walk */
    MOVES_WITHOUT_GAIN = 400, /* of a climb */
    TRIES = 50,               /* for a move to a legal nest */
    KEEPS_MAX = (LEVEL_N - 1) * TENSOR_N
};

/* A nest by its counts. */
struct point {
    uint32_t keep;                    /* a bit for each of the search's keeps */
    struct levels_cut cut[NEST_DIMS]; /* of all dimensions */
    uint8_t order[LEVEL_N][NEST_DIMS]; /* of a level's loops, outermost first */
};

struct search {
    const struct arch *arch;          /* borrowed */
    const struct layer *layer;        /* borrowed */
    const struct search_costs *costs; /* borrowed */
    const struct search_nest_options *options;
    struct levels_places places;
    int n_keeps;
    struct {
        int level, tensor;
    } keep[KEEPS_MAX];
    int n_dims, dim[NEST_DIMS]; /* of more than one step */
    struct lattice_cache *cache;
    struct search_best best; /* a mapping's first value: which nest */
    struct nest *nest;       /* owns: all that were ever among them */
    int n_nests, room;
    double start_seconds;
    double fixed_energy;   /* of every nest, at least */
    uint64_t least_cycles; /* likewise */
    enum search_nest_end end;
    uint64_t evaluated;
    uint64_t cut_orders;
    uint32_t chance;
    struct point at;
};

/* --- nests ---------------------------------------------------------------- */

static void build(const struct search *s, const struct point *p,
                  struct nest *out)
{
    nest_start(s->arch, out);
    for (int i = 0; i < s->n_keeps; i++)
        out->level[s->keep[i].level].keep[s->keep[i].tensor] = p->keep >> i & 1;
    for (int k = 0; k < s->places.n; k++) {
        const int level = s->places.at[k].level;
        const enum levels_axis axis = s->places.at[k].axis;
        struct nest_loops *to = axis == LEVELS_COLS   ? &out->level[level].cols
                                : axis == LEVELS_ROWS ? &out->level[level].rows
                                                      : &out->level[level].time;
        for (int i = 0; i < NEST_DIMS; i++) {
            const int d = axis == LEVELS_TIME ? p->order[level][i] : i;
            if (p->cut[d].count[k] > 1)
                SIM_CHECK(
                    nest_append(to, (enum nest_dim)d, p->cut[d].count[k]));
        }
    }
}

/* Whether the loops over rows and columns have room side by side. */
static bool is_on_the_array(const struct search *s, const struct point *p)
{
    for (int k = 0; k < s->places.n; k++) {
        int children = 1;
        for (int d = 0; s->places.at[k].room > 0 && d < NEST_DIMS; d++) {
            children *= p->cut[d].count[k];
            if (children > s->places.at[k].room)
                return false;
        }
    }
    return true;
}

static bool is_legal(const struct search *s, const struct point *p,
                     struct nest *nest)
{
    struct nest_verdict why;
    if (!is_on_the_array(s, p))
        return false;
    build(s, p, nest);
    return nest_is_legal(s->arch, s->layer, nest, &why);
}

static bool is_known(const struct search *s, const struct nest *nest)
{
    for (int k = 0; k < s->best.n; k++)
        if (memcmp(nest, &s->nest[s->best.best[k].mapping.value[0]],
                   sizeof(*nest)) == 0)
            return true;
    return false;
}

static double now_seconds(const struct search *s)
{
    return s->options->now_seconds != NULL ? s->options->now_seconds() : 0;
}

static bool is_over(struct search *s)
{
    const struct search_nest_options *o = s->options;
    if (s->end != SEARCH_NEST_PROVEN)
        return true;
    if (s->evaluated >= o->budget)
        s->end = SEARCH_NEST_BUDGET;
    else if (o->time_limit_seconds > 0 && s->evaluated % 64 == 0 &&
             now_seconds(s) - s->start_seconds > o->time_limit_seconds)
        s->end = SEARCH_NEST_TIME;
    return s->end != SEARCH_NEST_PROVEN;
}

/* The nest must be legal. */
static double evaluate(struct search *s, const struct nest *nest)
{
    struct search_found found = {.is_new = true};
    search_nest_cost(s->arch, s->layer, s->costs, nest, s->cache, &found.cost);
    s->evaluated++;
    if (search_best_wants(&s->best, &found.cost) && !is_known(s, nest)) {
        if (s->n_nests == s->room) {
            s->room = s->room > 0 ? 2 * s->room : 16;
            s->nest = xrealloc(s->nest, (size_t)s->room, sizeof(*s->nest));
        }
        found.mapping.value[0] = s->n_nests;
        s->nest[s->n_nests++] = *nest;
        search_best_take(&s->best, &found);
    }
    return search_key_of(s->options->objective, &found.cost).first;
}

/* --- climb ---------------------------------------------------------------- */

/* Numerical Recipes' quick and even enough generator. */
static int pick(struct search *s, int n)
{
    s->chance = s->chance * 1664525u + 1013904223u;
    return (int)((s->chance >> 8) % (uint32_t)n);
}

static int picked_dim(struct search *s)
{
    return s->dim[pick(s, s->n_dims)];
}

/* The most that a loop may count of so many steps.  A cut that lacks some of
 * them does not cover its dimension, and its nest is not legal. */
static uint16_t a_count(int steps)
{
    return (uint16_t)min_int(steps, NEST_COUNT_MAX);
}

/* The last place covers what the others leave. */
static void cover(const struct search *s, struct point *p, int d)
{
    const int last = s->places.n - 1;
    p->cut[d].count[last] = a_count(levels_cut_left(
        nest_extent(s->layer, (enum nest_dim)d), &p->cut[d], last));
}

/* Counts of a dimension, none larger than what is left. */
static void draw_cut(struct search *s, int d)
{
    struct levels_cut *cut = &s->at.cut[d];
    const int extent = nest_extent(s->layer, (enum nest_dim)d);
    for (int k = 0; k < s->places.n - 1; k++) {
        const int left = levels_cut_left(extent, cut, k);
        const int room = s->places.at[k].room;
        const int most = room > 0 ? min_int(room, left) : left;
        const int how = pick(s, 4);
        cut->count[k] = a_count(how == 0   ? most
                                : how == 1 ? 1 + pick(s, most)
                                           : 1);
    }
    cover(s, &s->at, d);
}

/* A part of a dimension's count goes from one place to another. */
static void move_factor(struct search *s, int d)
{
    struct levels_cut *cut = &s->at.cut[d];
    const int from = pick(s, s->places.n), to = pick(s, s->places.n);
    int part = 2;
    while (part < cut->count[from] && cut->count[from] % part != 0)
        part++;
    if (cut->count[from] == 1 || to == from)
        return;
    cut->count[from] = (uint16_t)ceil_div(cut->count[from], part);
    cut->count[to] = a_count(min_int(cut->count[to] * part,
                                     nest_extent(s->layer, (enum nest_dim)d)));
    cover(s, &s->at, d);
}

static void swap_orders(struct search *s)
{
    const int k = s->places.at[pick(s, s->places.n)].level;
    uint8_t *const order = s->at.order[k];
    const int i = pick(s, NEST_DIMS), j = pick(s, NEST_DIMS);
    const uint8_t swap = order[i];
    order[i] = order[j];
    order[j] = swap;
}

static void move(struct search *s)
{
    const int what = pick(s, 8);
    if (what == 0 && s->n_keeps > 0)
        s->at.keep ^= 1u << pick(s, s->n_keeps);
    else if (what < 3)
        swap_orders(s);
    else if (what < 7)
        move_factor(s, picked_dim(s));
    else
        draw_cut(s, picked_dim(s));
}

static void start(struct search *s)
{
    memset(&s->at, 0, sizeof(s->at));
    s->at.keep = (uint32_t)((1u << s->n_keeps) - 1);
    for (int d = 0; d < NEST_DIMS; d++) {
        for (int k = 0; k < s->places.n; k++)
            s->at.cut[d].count[k] = 1;
        cover(s, &s->at, d);
    }
    for (int k = 0; k < LEVEL_N; k++)
        for (int d = 0; d < NEST_DIMS; d++)
            s->at.order[k][d] = (uint8_t)d;
}

/* Moves to a legal nest; false: none was found near. */
static bool go_on(struct search *s, struct nest *nest)
{
    const struct point before = s->at;
    for (int k = 0; k < TRIES; k++) {
        for (int moves = 1 + pick(s, 3); moves > 0; moves--)
            move(s);
        if (is_legal(s, &s->at, nest))
            return true;
        s->at = before;
    }
    return false;
}

/* Improves random nests in turn until so many were evaluated. */
static void climb(struct search *s, uint64_t until)
{
    struct nest nest;
    while (s->n_dims > 0 && s->evaluated < until && !is_over(s)) {
        start(s);
        for (int i = 0; i < s->n_dims; i++) {
            const struct levels_cut before = s->at.cut[s->dim[i]];
            draw_cut(s, s->dim[i]);
            if (!is_legal(s, &s->at, &nest))
                s->at.cut[s->dim[i]] = before;
        }
        if (!is_legal(s, &s->at, &nest) && !go_on(s, &nest))
            return;
        double now = evaluate(s, &nest);
        for (int still = 0;
             still < MOVES_WITHOUT_GAIN && s->evaluated < until && !is_over(s);
             still++) {
            const struct point before = s->at;
            if (!go_on(s, &nest))
                break;
            const double next = evaluate(s, &nest);
            if (next > now)
                s->at = before;
            else if (next < now)
                still = 0;
            now = next < now ? next : now;
        }
    }
}

/* --- walk ----------------------------------------------------------------- */

/* Every order of the loops of the levels from this place on. */
static void walk_orders(struct search *s, int place);

/* Every order of the loops that a level has behind its first so many. */
static void permute(struct search *s, int place, int first, int n)
{
    uint8_t *const order = s->at.order[s->places.at[place].level];
    if (first >= n - 1) {
        walk_orders(s, place + 1);
        return;
    }
    for (int i = first; i < n && !is_over(s); i++) {
        const uint8_t at_first = order[first], at_i = order[i];
        order[first] = at_i;
        order[i] = at_first;
        permute(s, place, first + 1, n);
        order[first] = at_first;
        order[i] = at_i;
    }
}

static void walk_orders(struct search *s, int place)
{
    struct nest nest;
    if (place == s->places.n) {
        build(s, &s->at, &nest);
        evaluate(s, &nest);
        return;
    }
    int n = 0;
    if (s->places.at[place].axis == LEVELS_TIME) {
        uint8_t *const order = s->at.order[s->places.at[place].level];
        int rest = NEST_DIMS;
        for (int d = NEST_DIMS - 1; d >= 0; d--)
            if (s->at.cut[d].count[place] == 1)
                order[--rest] = (uint8_t)d;
        for (int d = 0; d < NEST_DIMS; d++)
            if (s->at.cut[d].count[place] > 1)
                order[n++] = (uint8_t)d;
    }
    permute(s, place, 0, n);
}

/* All cuts of the dimensions from the i-th on. */
static void walk_cuts(struct search *s, struct levels_cut *const *cut,
                      const size_t *n, int i)
{
    struct nest nest;
    if (i < s->n_dims) {
        for (size_t k = 0; k < n[i] && !is_over(s); k++) {
            s->at.cut[s->dim[i]] = cut[i][k];
            if (is_on_the_array(s, &s->at))
                walk_cuts(s, cut, n, i + 1);
        }
        for (int k = 0; k < s->places.n; k++)
            s->at.cut[s->dim[i]].count[k] = 1;
        return;
    }
    if (!is_legal(s, &s->at, &nest))
        return;
    const struct search_cost least = {
        .energy = s->fixed_energy,
        .cycles = max_u64(s->least_cycles,
                          nest_busiest_pe_cycles(s->arch, s->layer, &nest))};
    if (search_best_may_take(&s->best, &least))
        walk_orders(s, 0);
    else
        s->cut_orders++;
}

static void walk(struct search *s)
{
    struct levels_cut *cut[NEST_DIMS];
    size_t n[NEST_DIMS];
    for (int i = 0; i < s->n_dims; i++)
        cut[i] = levels_cuts_list(
            &s->places, nest_extent(s->layer, (enum nest_dim)s->dim[i]), &n[i]);
    start(s);
    for (uint32_t keep = 0; keep < 1u << s->n_keeps && !is_over(s); keep++) {
        s->at.keep = keep;
        for (int i = 0; i < s->n_dims; i++)
            for (int k = 0; k < s->places.n; k++)
                s->at.cut[s->dim[i]].count[k] = 1;
        walk_cuts(s, cut, n, 0);
    }
    for (int i = 0; i < s->n_dims; i++)
        free(cut[i]);
}

/* --- all of it ------------------------------------------------------------ */

static void prepare(struct search *s, const struct arch *arch,
                    const struct layer *layer)
{
    memset(s, 0, sizeof(*s));
    s->arch = arch;
    s->layer = layer;
    s->chance = 1;
    levels_places_of(arch, &s->places);
    for (int k = 0; k < LEVEL_DRAM; k++)
        for (int t = 0; t < TENSOR_N; t++)
            if (arch_has_level(arch, (enum level)k) &&
                arch_level_holds(arch, (enum level)k, (enum tensor)t)) {
                s->keep[s->n_keeps].level = k;
                s->keep[s->n_keeps++].tensor = t;
            }
    for (int d = 0; d < NEST_DIMS; d++)
        if (nest_extent(layer, (enum nest_dim)d) > 1)
            s->dim[s->n_dims++] = d;
}

static uint64_t space_of(const struct search *s)
{
    uint64_t n = (uint64_t)1 << s->n_keeps;
    for (int i = 0; i < s->n_dims; i++)
        n = count_mul(n, levels_cuts_count(
                             &s->places,
                             nest_extent(s->layer, (enum nest_dim)s->dim[i])));
    return n;
}

uint64_t search_levels_space(const struct arch *arch, const struct layer *layer)
{
    struct search s;
    prepare(&s, arch, layer);
    return space_of(&s);
}

/* What no nest takes less than: its MACs, and each filter word once from
 * DRAM. */
static void set_least(struct search *s)
{
    const struct layer *l = s->layer;
    struct counts c;
    memset(&c, 0, sizeof(c));
    c.macs = layer_macs(l);
    c.access[LEVEL_DRAM][TENSOR_FILTER].reads = (uint64_t)l->M *
                                                (uint64_t)(l->C / l->G) *
                                                (uint64_t)l->R * (uint64_t)l->S;
    s->least_cycles = ceil_div_u64(c.macs, arch_level_instances(s->arch, -1));
    s->fixed_energy = search_nest_energy(s->arch, l, s->costs, &c);
}

static struct search_nest_found *list(const struct search *s,
                                      const struct search_found *found, int n)
{
    struct search_nest_found *out = xcalloc((size_t)n + 1, sizeof(*out));
    for (int k = 0; k < n; k++) {
        out[k].nest = s->nest[found[k].mapping.value[0]];
        out[k].cost = found[k].cost;
    }
    return out;
}

bool search_levels(const struct arch *arch, const struct layer *layer,
                   const struct search_costs *costs,
                   const struct search_nest_options *options,
                   struct search_nest_result *out)
{
    struct search s;
    memset(out, 0, sizeof(*out));
    prepare(&s, arch, layer);
    s.costs = costs;
    s.options = options;
    s.start_seconds = now_seconds(&s);
    s.cache = lattice_cache_new();
    search_best_init(&s.best, options->objective, options->top);
    set_least(&s);
    const bool is_small = space_of(&s) <= WALKED_MOST;
    climb(&s,
          is_small ? min_u64(CLIMBED_FIRST, options->budget) : options->budget);
    if (is_small)
        walk(&s);
    else if (s.end == SEARCH_NEST_PROVEN)
        s.end = SEARCH_NEST_BUDGET;
    out->end = s.end;
    out->evaluated = s.evaluated;
    out->cuts[SEARCH_NEST_CUT_orders] = s.cut_orders;
    out->seconds = now_seconds(&s) - s.start_seconds;
    if (s.best.n > 0) {
        const struct search_cost least = {.energy = s.fixed_energy,
                                          .cycles = s.least_cycles};
        const double best =
            search_key_of(options->objective, &s.best.best[0].cost).first;
        const double open = search_key_of(options->objective, &least).first;
        out->n_best = s.best.n;
        out->best = list(&s, s.best.best, s.best.n);
        out->n_front = s.best.n_front;
        out->front = list(&s, s.best.front, s.best.n_front);
        out->gap =
            s.end != SEARCH_NEST_PROVEN && open < best ? 1 - open / best : 0;
    }
    search_best_fini(&s.best);
    lattice_cache_free(s.cache);
    free(s.nest);
    return out->n_best > 0;
}
