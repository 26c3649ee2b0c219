/* nest_point.c - builds the nest that a point of the search stands for,
 * evaluates it, and goes through the orders of its loops: all of them, or the
 * few that are likely to be best.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/search/nest/nest_point.h"

#include <math.h>
#include <string.h>

#include "dataflows/program.h"

int nest_point_most(const struct nest_search *s, const struct nest_point *p,
                    enum nest_place place, int dim)
{
    const int limit = s->limits->most[place][dim];
    int tile = 1, most;
    for (int k = 0; k < (int)place; k++)
        tile *= p->count[k][dim];
    most = ceil_div(s->least.extent[dim], tile);
    if (place == AT_COLS)
        most = min_int(most, s->arch->cols);
    if (place == AT_ROWS)
        most = min_int(most, s->arch->rows);
    return limit > 0 ? min_int(most, limit) : most;
}

bool nest_point_place(const struct nest_search *s, struct nest_point *p,
                      int dim, int rows, int cols)
{
    if (dim == NEST_DIMS)
        return true;
    const int pes = p->count[AT_COLS][dim];
    const int most_rows = s->limits->most[AT_ROWS][dim];
    const int most_cols = s->limits->most[AT_COLS][dim];
    for (int r = 1; r <= pes && r <= rows; r++) {
        if (pes % r != 0 || pes / r > cols ||
            (most_rows > 0 && r > most_rows) ||
            (most_cols > 0 && pes / r > most_cols))
            continue;
        p->count[AT_ROWS][dim] = r;
        p->count[AT_COLS][dim] = pes / r;
        if (nest_point_place(s, p, dim + 1, rows / r, cols / (pes / r)))
            return true;
    }
    p->count[AT_ROWS][dim] = 1;
    p->count[AT_COLS][dim] = pes;
    return false;
}

void nest_point_cover(const struct nest_search *s, struct nest_point *p)
{
    for (int d = 0; d < NEST_DIMS; d++) {
        int tile = 1;
        for (int k = 0; k < AT_DRAM; k++)
            tile *= p->count[k][d];
        p->count[AT_DRAM][d] = ceil_div(s->least.extent[d], tile);
    }
}

void nest_point_first_orders(const struct nest_search *s, struct nest_point *p)
{
    for (int k = 0; k < 2; k++) {
        const struct nest_limits_order *given = &s->limits->order[k];
        const int *count = p->count[k == 0 ? AT_L2 : AT_DRAM];
        p->n_order[k] = 0;
        for (int i = 0; i < (given->n > 0 ? given->n : NEST_DIMS); i++) {
            int d = given->n > 0 ? given->dim[i] : i;
            if (count[d] > 1)
                p->order[k][p->n_order[k]++] = d;
        }
    }
}

/* Whether the tensor is stationary under these loops: going inwards, no loop
 * over one of its own dimensions comes after one that it lacks. */
static bool is_stationary(const struct nest_search *s,
                          const struct nest_point *p)
{
    bool inside = false;
    if (!s->limits->has_stationary)
        return true;
    for (int k = 1; k >= 0; k--)
        for (int i = 0; i < p->n_order[k]; i++) {
            bool lacks = nest_lacking(p->order[k][i]) == s->limits->stationary;
            if (inside && !lacks)
                return false;
            inside = lacks;
        }
    return true;
}

bool nest_point_is_allowed(const struct nest_search *s,
                           const struct nest_point *p)
{
    const struct nest_limits *l = s->limits;
    uint64_t words = 0;
    for (int t = 0; t < TENSOR_N; t++) {
        bool keeps = p->keep >> t & 1;
        if ((keeps && l->may_not_keep[t]) || (!keeps && l->must_keep[t]))
            return false;
        words += nest_words(s->arch, s->layer, p->count[AT_RF], (enum tensor)t);
    }
    for (int k = 0; k < NEST_PLACES; k++)
        for (int d = 0; d < NEST_DIMS; d++)
            if (l->most[k][d] > 0 && p->count[k][d] > l->most[k][d])
                return false;
    for (int k = 0; k < 2; k++)
        for (int d = 0; l->order[k].n > 0 && d < NEST_DIMS; d++) {
            bool has = p->count[k == 0 ? AT_L2 : AT_DRAM][d] == 1;
            for (int i = 0; i < l->order[k].n; i++)
                has = has || l->order[k].dim[i] == d;
            if (!has)
                return false;
        }
    return (l->rf_words == 0 || words <= (uint64_t)l->rf_words) &&
           is_stationary(s, p);
}

void nest_point_build(const struct nest_search *s, const struct nest_point *p,
                      struct nest *out)
{
    struct nest_level *level = out->level;
    nest_start(s->arch, out);
    struct nest_loops *const loops[AT_L2] = {
        &level[LEVEL_RF].time, &level[LEVEL_L2].cols, &level[LEVEL_L2].rows};
    for (int t = 0; t < TENSOR_N; t++)
        level[LEVEL_L2].keep[t] = p->keep >> t & 1;
    for (int k = 0; k < AT_L2; k++)
        for (int d = 0; d < NEST_DIMS; d++)
            if (p->count[k][d] > 1)
                SIM_CHECK(
                    nest_append(loops[k], (enum nest_dim)d, p->count[k][d]));
    for (int k = 0; k < 2; k++)
        for (int i = 0; i < p->n_order[k]; i++) {
            int d = p->order[k][i];
            SIM_CHECK(nest_append(&level[k == 0 ? LEVEL_L2 : LEVEL_DRAM].time,
                                  (enum nest_dim)d,
                                  p->count[k == 0 ? AT_L2 : AT_DRAM][d]));
        }
}

static bool is_same(const struct nest_point *a, const struct nest_point *b)
{
    for (int k = 0; k < 2; k++)
        if (a->n_order[k] != b->n_order[k] ||
            memcmp(a->order[k], b->order[k],
                   (size_t)a->n_order[k] * sizeof(a->order[k][0])) != 0)
            return false;
    return a->keep == b->keep &&
           memcmp(a->count, b->count, sizeof(a->count)) == 0;
}

/* The walks may come to a nest that the climb has been at. */
static bool is_among_best(const struct nest_search *s,
                          const struct nest_point *p)
{
    for (int k = 0; k < s->best.n; k++)
        if (is_same(p, &s->point[s->best.best[k].mapping.value[0]]))
            return true;
    return false;
}

static void take(struct nest_search *s, const struct nest_point *p,
                 const struct search_cost *cost)
{
    struct search_found found = {.cost = *cost, .is_new = true};
    if (is_among_best(s, p))
        return;
    if (s->n_points == s->room) {
        s->room = s->room > 0 ? 2 * s->room : 16;
        s->point = xrealloc(s->point, (size_t)s->room, sizeof(*s->point));
    }
    found.mapping.value[0] = s->n_points;
    s->point[s->n_points++] = *p;
    search_best_take(&s->best, &found);
}

struct search_cost nest_search_evaluate(struct nest_search *s,
                                        const struct nest_point *p)
{
    struct nest nest;
    struct search_cost cost = {.energy = INFINITY, .cycles = UINT64_MAX};
    if (!is_stationary(s, p))
        return cost;
    nest_point_build(s, p, &nest);
    search_nest_cost(s->arch, s->layer, s->costs, &nest, s->cache, &cost);
    s->evaluated++;
    s->unclocked += EVALUATION_LOOKS;
    if (search_best_wants(&s->best, &cost))
        take(s, p, &cost);
    return cost;
}

/* --- orders --------------------------------------------------------------- */

/* Moves the dimensions that `wanted` says to the inside, in front of the
 * innermost, which stays. */
static void move_inside(struct nest_point *p, int k,
                        bool (*wanted)(int dim, int what), int what)
{
    int outer[NEST_DIMS], inner[NEST_DIMS], n_outer = 0, n_inner = 0;
    const int last = p->n_order[k] - 1;
    for (int i = 0; i < last; i++) {
        int d = p->order[k][i];
        if (wanted(d, what))
            inner[n_inner++] = d;
        else
            outer[n_outer++] = d;
    }
    for (int i = 0; i < last; i++)
        p->order[k][i] = i < n_outer ? outer[i] : inner[i - n_outer];
}

static bool is_lacking(int dim, int tensor)
{
    return (int)nest_lacking(dim) == tensor;
}

static bool is_dim(int dim, int what)
{
    return dim == what;
}

/* Puts the loops into the order that is likely to be best: the given one
 * innermost, and around it those over the dimensions that its tensor lacks. */
static void likely_order(struct nest_point *p, int k, int innermost, int next)
{
    if (p->n_order[k] == 0)
        return;
    for (int i = 0; i < p->n_order[k] - 1; i++)
        if (p->order[k][i] == innermost) {
            p->order[k][i] = p->order[k][p->n_order[k] - 1];
            p->order[k][p->n_order[k] - 1] = innermost;
        }
    move_inside(p, k, is_dim, next);
    if (nest_lacking(innermost) != TENSOR_N)
        move_inside(p, k, is_lacking, (int)nest_lacking(innermost));
}

static void sort(int *a, int n)
{
    for (int i = 1; i < n; i++)
        for (int k = i; k > 0 && a[k] < a[k - 1]; k--) {
            int swap = a[k];
            a[k] = a[k - 1];
            a[k - 1] = swap;
        }
}

static bool next_order(int *a, int n)
{
    int i = n - 2, j = n - 1;
    while (i >= 0 && a[i] > a[i + 1])
        i--;
    if (i < 0)
        return false;
    while (a[j] < a[i])
        j--;
    int swap = a[i];
    a[i] = a[j];
    a[j] = swap;
    sort(a + i + 1, n - i - 1);
    return true;
}

static void first_order(const struct nest_search *s, struct nest_point *p,
                        int k)
{
    if (s->limits->order[k].n == 0)
        sort(p->order[k], p->n_order[k] - 1);
}

static bool another_order(const struct nest_search *s, struct nest_point *p,
                          int k)
{
    return s->limits->order[k].n == 0 &&
           next_order(p->order[k], p->n_order[k] - 1);
}

void nest_search_every_order(struct nest_search *s, struct nest_point *p,
                             const struct search_cost *least)
{
    first_order(s, p, 0);
    do {
        first_order(s, p, 1);
        do {
            nest_search_evaluate(s, p);
            if (nest_search_is_over(s) ||
                !search_best_may_take(&s->best, least))
                return;
        } while (another_order(s, p, 1));
    } while (another_order(s, p, 0));
}

/* Whether an order that is given has another loop innermost. */
static bool is_another(const struct nest_search *s, const struct nest_point *p,
                       int k, int innermost)
{
    return s->limits->order[k].n > 0 && p->n_order[k] > 0 &&
           p->order[k][p->n_order[k] - 1] != innermost;
}

bool nest_search_likely_orders(struct nest_search *s, struct nest_point *p,
                               const int innermost[2],
                               const struct search_cost *least)
{
    nest_point_first_orders(s, p);
    if (is_another(s, p, 0, innermost[0]) || is_another(s, p, 1, innermost[1]))
        return true;
    for (int l2 = NEST_DIMS - 1; l2 >= 0; l2--)
        for (int dram = NEST_DIMS - 1; dram >= 0; dram--) {
            /* What slides comes next where the innermost is over m. */
            bool one = innermost[0] != NEST_M && l2 != NEST_DIMS - 1;
            bool other = innermost[1] != NEST_M && dram != NEST_DIMS - 1;
            if (one || other ||
                (l2 < NEST_DIMS - 1 && p->count[AT_L2][l2] == 1) ||
                (dram < NEST_DIMS - 1 && p->count[AT_DRAM][dram] == 1))
                continue;
            if (s->limits->order[0].n == 0)
                likely_order(p, 0, innermost[0], l2);
            if (s->limits->order[1].n == 0)
                likely_order(p, 1, innermost[1], dram);
            nest_search_evaluate(s, p);
            if (!search_best_may_take(&s->best, least))
                return true;
        }
    return p->n_order[0] < 3 && p->n_order[1] < 3; /* there are no others */
}
