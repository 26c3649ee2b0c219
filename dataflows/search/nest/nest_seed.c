/* nest_seed.c - starts the search of nests from the mappings of named
 * dataflows: each becomes nests that do about the same, and the best of them
 * are improved step by step until no step helps.
 *
 * A step moves a factor of a dimension's count from one place to another, keeps
 * a tensor in L2 or no longer, or moves a loop to another place of its list.
 * Where none helps, steps of two dimensions at once are tried: a larger tile of
 * one often needs a smaller one of another.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "dataflows/program.h"
#include "dataflows/search/nest/nest_point.h"

enum {
    DESCENTS = 4,              /* from so many of the seeds' nests */
    DESCENT_EVALUATIONS = 4000 /* in each */
};

/* A value of a named mapping; `without`: of a dataflow that has no such. */
static int value_of(const struct search_nest_seed *seed, const char *name,
                    int without)
{
    const int k = dataflow_param_index(seed->dataflow, name);
    return k >= 0 ? seed->mapping.value[k] : without;
}

static int inside_of(const struct nest_point *p, int place, int d)
{
    int tile = 1;
    for (int k = 0; k < place; k++)
        tile *= p->count[k][d];
    return tile;
}

/* Cuts a dimension at a place into `want`, as far as the layer and the array
 * allow. Returns what is left of it. */
static int put(const struct nest_search *s, struct nest_point *p,
               enum nest_place place, int d, int want)
{
    int most = nest_point_most(s, p, place, d), used = 1;
    if (place == AT_ROWS || place == AT_COLS) {
        for (int k = 0; k < NEST_DIMS; k++)
            used *= p->count[place][k];
        const int all = place == AT_ROWS ? s->arch->rows : s->arch->cols;
        most = min_int(most, all / used);
    }
    const int n = min_int(want, most);
    if (n > 1)
        p->count[place][d] = n;
    return n > 1 ? ceil_div(want, n) : want;
}

/* Products of an output: taps first, then channels. */
static int put_products(const struct nest_search *s, struct nest_point *p,
                        enum nest_place place, int want)
{
    const int *extent = s->least.extent;
    for (int d = NEST_S; d >= NEST_R; d--)
        if (want >= extent[d]) {
            put(s, p, place, d, extent[d]);
            want /= extent[d];
        }
    return put(s, p, place, NEST_C, want);
}

static int put_outputs(const struct nest_search *s, struct nest_point *p,
                       enum nest_place place, int want)
{
    static const int dims[] = {NEST_Q, NEST_P, NEST_N};
    for (int k = 0; k < 3 && want > 1; k++)
        want = put(s, p, place, dims[k], want);
    return want;
}

/* Cuts over PEs: over columns, what is left over rows. */
static void put_pes(const struct nest_search *s, struct nest_point *p, int d,
                    int want)
{
    const int left = put(s, p, AT_COLS, d, want);
    if (left > 1)
        put(s, p, AT_ROWS, d, left);
}

/* What a PE holds, and what PEs do side by side. */
static void put_array(const struct nest_search *s,
                      const struct search_nest_seed *seed, struct nest_point *p)
{
    const char *name = seed->dataflow->name;
    const int held = value_of(seed, "p", 1), products = value_of(seed, "q", 1);
    if (strcmp(name, "rs") == 0) {
        put(s, p, AT_RF, NEST_S, value_of(seed, "fc", 1));
        put(s, p, AT_RF, NEST_C, products);
        put(s, p, AT_RF, NEST_M, held);
        put(s, p, AT_ROWS, NEST_R, value_of(seed, "fr", 1));
        put(s, p, AT_ROWS, NEST_C, value_of(seed, "r", 1));
        put_pes(s, p, NEST_P, value_of(seed, "e", 1));
        put_pes(s, p, NEST_M, value_of(seed, "t", 1));
    } else if (strcmp(name, "ws") == 0) {
        put_products(s, p, AT_RF, products);
        put(s, p, AT_RF, NEST_M, held);
        put_products(s, p, AT_ROWS, s->arch->rows);
        put(s, p, AT_COLS, NEST_M, s->arch->cols);
    } else if (strcmp(name, "is") == 0) {
        put_products(s, p, AT_RF, products);
        put_outputs(s, p, AT_RF, held);
        put_products(s, p, AT_ROWS, s->arch->rows);
        put_outputs(s, p, AT_COLS, s->arch->cols);
    } else {
        const int k = value_of(seed, "k", 1), t = value_of(seed, "t", 1);
        if (k == 1)
            put(s, p, AT_RF, NEST_M, held);
        put_products(s, p, AT_ROWS, k);
        const int left = put_outputs(s, p, AT_COLS, value_of(seed, "x", 1));
        put_outputs(s, p, AT_ROWS, left);
        put_pes(s, p, NEST_M, t);
    }
}

/* L2's tiles; m: of filters. */
static void put_l2(const struct nest_search *s,
                   const struct search_nest_seed *seed, int m,
                   struct nest_point *p)
{
    const int *extent = s->least.extent;
    const int c = strcmp(seed->dataflow->name, "rs") == 0
                      ? value_of(seed, "q", 1) * value_of(seed, "r", 1)
                      : value_of(seed, "c", 1);
    const int tile[NEST_DIMS] = {
        [NEST_G] = 1,
        [NEST_N] = value_of(seed, "n", 1),
        [NEST_M] = m,
        [NEST_C] = c,
        [NEST_P] = value_of(seed, "e", 1),
        [NEST_Q] = value_of(seed, "w", extent[NEST_Q]),
        [NEST_R] = extent[NEST_R],
        [NEST_S] = extent[NEST_S],
    };
    for (int d = 0; d < NEST_DIMS; d++)
        put(s, p, AT_L2, d, ceil_div(tile[d], inside_of(p, AT_L2, d)));
}

static bool is_legal(const struct nest_search *s, const struct nest_point *p)
{
    struct nest nest;
    struct nest_verdict why;
    if (!nest_point_is_allowed(s, p))
        return false;
    nest_point_build(s, p, &nest);
    return nest_is_legal(s->arch, s->layer, &nest, &why);
}

static bool is_better(const struct nest_search *s, const struct search_cost *a,
                      const struct search_cost *b)
{
    return search_is_before(s->options->objective == SEARCH_front
                                ? SEARCH_edp
                                : s->options->objective,
                            a, b);
}

/* A nest that a descent may start from. */
struct start {
    struct nest_point at;
    struct search_cost cost;
};

/* Keeps the best few, best first. */
static void note(const struct nest_search *s, struct start *list, int *n,
                 const struct nest_point *p, const struct search_cost *cost)
{
    int at = *n;
    if (at == DESCENTS && !is_better(s, cost, &list[at - 1].cost))
        return;
    if (at < DESCENTS)
        (*n)++;
    else
        at--;
    for (; at > 0 && is_better(s, cost, &list[at - 1].cost); at--)
        list[at] = list[at - 1];
    list[at] = (struct start){*p, *cost};
}

/* Evaluates a point under the likely orders for each pair of innermost loops.
 */
static void try_orders(struct nest_search *s, const struct nest_point *from,
                       struct start *list, int *n)
{
    static const struct search_cost nothing = {.energy = 0};
    for (int i = 0; i < NEST_DIMS; i++)
        for (int j = 0; j < NEST_DIMS && !nest_search_is_over(s); j++) {
            struct nest_point p = *from;
            const int innermost[2] = {i, j};
            nest_point_first_orders(s, &p);
            const bool has_l2 = p.n_order[0] > 0, has_dram = p.n_order[1] > 0;
            if ((has_l2 ? p.count[AT_L2][i] == 1 : i > 0) ||
                (has_dram ? p.count[AT_DRAM][j] == 1 : j > 0) ||
                !is_legal(s, &p))
                continue;
            nest_search_likely_orders(s, &p, innermost, &nothing);
            if (!is_legal(s, &p))
                continue;
            const struct search_cost cost = nest_search_evaluate(s, &p);
            note(s, list, n, &p, &cost);
        }
}

static void try_seed(struct nest_search *s, const struct search_nest_seed *seed,
                     struct start *list, int *n)
{
    const int m = value_of(seed, "m", 1), f = value_of(seed, "f", m);
    for (int narrow = 0; narrow < (f < m ? 2 : 1); narrow++)
        for (int keep = 0; keep < KEEPS; keep++) {
            struct nest_point p;
            memset(&p, 0, sizeof(p));
            for (int k = 0; k < NEST_PLACES; k++)
                for (int d = 0; d < NEST_DIMS; d++)
                    p.count[k][d] = 1;
            put_array(s, seed, &p);
            put_l2(s, seed, narrow ? f : m, &p);
            nest_point_cover(s, &p);
            p.keep = keep;
            try_orders(s, &p, list, n);
        }
}

/* --- descent -------------------------------------------------------------- */

struct descent {
    struct nest_search *s;
    struct nest_point at;
    struct search_cost cost;
    uint64_t until; /* evaluations */
};

static bool is_over(const struct descent *d)
{
    return d->s->evaluated >= d->until || nest_search_is_over(d->s);
}

/* Leaves out loops that have one step, and puts new ones outermost. */
static void mend_orders(const struct nest_search *s, struct nest_point *p)
{
    for (int k = 0; k < 2; k++) {
        const int *count = p->count[k == 0 ? AT_L2 : AT_DRAM];
        int order[NEST_DIMS], n = 0;
        if (s->limits->order[k].n > 0)
            continue;
        for (int d = 0; d < NEST_DIMS; d++) {
            bool is_there = false;
            for (int i = 0; i < p->n_order[k]; i++)
                is_there = is_there || p->order[k][i] == d;
            if (count[d] > 1 && !is_there)
                order[n++] = d;
        }
        for (int i = 0; i < p->n_order[k]; i++)
            if (count[p->order[k][i]] > 1)
                order[n++] = p->order[k][i];
        memcpy(p->order[k], order, (size_t)n * sizeof(order[0]));
        p->n_order[k] = n;
    }
    struct nest_point given = *p;
    nest_point_first_orders(s, &given);
    for (int k = 0; k < 2; k++)
        if (s->limits->order[k].n > 0) {
            memcpy(p->order[k], given.order[k], sizeof(p->order[k]));
            p->n_order[k] = given.n_order[k];
        }
}

/* Takes the point if it is better. */
static bool try_point(struct descent *d, const struct nest_point *p)
{
    if (!is_legal(d->s, p))
        return false;
    const struct search_cost cost = nest_search_evaluate(d->s, p);
    if (!is_better(d->s, &cost, &d->cost))
        return false;
    d->cost = cost;
    d->at = *p;
    return true;
}

/* Moves a factor of a dimension from one place to another (DRAM takes or gives
 * what the rest leaves). Returns false where the count does not allow it. */
static bool move_factor(const struct nest_search *s, struct nest_point *p,
                        int dim, int from, int to, int factor)
{
    if (p->count[from][dim] < factor)
        return false;
    p->count[from][dim] = ceil_div(p->count[from][dim], factor);
    if (to != AT_DRAM) {
        p->count[to][dim] *= factor;
        for (int k = 0; k < AT_DRAM; k++)
            if (p->count[k][dim] >
                nest_point_most(s, p, (enum nest_place)k, dim))
                return false;
    }
    nest_point_cover(s, p);
    return true;
}

/* Makes a count one more, or one less. */
static bool change_count(const struct nest_search *s, struct nest_point *p,
                         int dim, int place, int by)
{
    p->count[place][dim] += by;
    for (int k = 0; k < AT_DRAM; k++)
        if (p->count[k][dim] < 1 ||
            p->count[k][dim] > nest_point_most(s, p, (enum nest_place)k, dim))
            return false;
    nest_point_cover(s, p);
    return true;
}

/* Steps of one dimension are numbered: dimension, places, factor; from a place
 * to itself are changes by one. */
enum { FACTORS = 3, DIM_STEPS = NEST_PLACES * NEST_PLACES * FACTORS };

static bool step_of(const struct nest_search *s, struct nest_point *p, int step)
{
    static const int factor[FACTORS] = {2, 3, 7};
    const int dim = step / DIM_STEPS, rest = step % DIM_STEPS;
    const int from = rest / FACTORS / NEST_PLACES;
    const int to = rest / FACTORS % NEST_PLACES;
    const int which = rest % FACTORS;
    if (from == to)
        return to != AT_DRAM && which < 2 &&
               change_count(s, p, dim, to, which == 0 ? 1 : -1);
    return move_factor(s, p, dim, from, to, factor[which]);
}

static bool try_steps(struct descent *d)
{
    for (int step = 0; step < NEST_DIMS * DIM_STEPS && !is_over(d); step++) {
        struct nest_point p = d->at;
        if (!step_of(d->s, &p, step))
            continue;
        mend_orders(d->s, &p);
        if (try_point(d, &p))
            return true;
    }
    return false;
}

static bool try_keeps(struct descent *d)
{
    for (int keep = 0; keep < KEEPS && !is_over(d); keep++) {
        struct nest_point p = d->at;
        p.keep = keep;
        if (keep != d->at.keep && try_point(d, &p))
            return true;
    }
    return false;
}

/* Moves a loop to another place of its list. */
static bool try_loops(struct descent *d)
{
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < d->at.n_order[k]; i++)
            for (int j = 0; j < d->at.n_order[k] && !is_over(d); j++) {
                struct nest_point p = d->at;
                const int dim = p.order[k][i];
                if (i == j || d->s->limits->order[k].n > 0)
                    continue;
                for (int at = i; at != j; at += i < j ? 1 : -1)
                    p.order[k][at] = p.order[k][at + (i < j ? 1 : -1)];
                p.order[k][j] = dim;
                if (try_point(d, &p))
                    return true;
            }
    return false;
}

/* Two dimensions at once. */
static bool try_pairs(struct descent *d)
{
    const struct nest_point start = d->at;
    for (int a = 0; a < NEST_DIMS * DIM_STEPS && !is_over(d); a++) {
        struct nest_point one = start;
        if (!step_of(d->s, &one, a))
            continue;
        for (int b = a / DIM_STEPS * DIM_STEPS + DIM_STEPS;
             b < NEST_DIMS * DIM_STEPS && !is_over(d); b++) {
            struct nest_point p = one;
            if (!step_of(d->s, &p, b))
                continue;
            mend_orders(d->s, &p);
            if (try_point(d, &p))
                return true;
        }
    }
    return false;
}

void nest_search_seeds(struct nest_search *s)
{
    const struct search_nest_options *o = s->options;
    struct start start[DESCENTS];
    int n = 0;
    for (int k = 0; k < o->n_seeds && !nest_search_is_over(s); k++)
        try_seed(s, &o->seed[k], start, &n);
    for (int k = 0; k < n; k++) {
        struct descent d = {s, start[k].at, start[k].cost,
                            s->evaluated + DESCENT_EVALUATIONS};
        while (!is_over(&d) && (try_loops(&d) || try_steps(&d) ||
                                try_keeps(&d) || try_pairs(&d)))
            continue;
    }
}
