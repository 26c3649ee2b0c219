/* nest_climb.c - a start for the search of nests: a few random ones,
 * improved by random moves.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "dataflows/program.h"
#include "dataflows/search/nest/nest_point.h"

enum { STARTS = 1000, MOVES_WITHOUT_GAIN = 300, TRIES = 100 };

struct climb {
    struct nest_search *search;
    uint64_t until; /* evaluations */
    uint32_t chance;
    struct nest_point at;
};

/* Numerical Recipes' quick and even enough generator. */
static int pick(struct climb *c, int n)
{
    c->chance = c->chance * 1664525u + 1013904223u;
    return (int)((c->chance >> 8) % (uint32_t)n);
}

static void random_counts(struct climb *c, int d)
{
    struct nest_point *p = &c->at;
    for (int k = 0; k < AT_DRAM; k++) {
        int n = nest_point_most(c->search, p, (enum nest_place)k, d);
        p->count[k][d] = pick(c, 2) == 0 ? 1 : 1 + pick(c, n);
        if (pick(c, 4) == 0)
            p->count[k][d] = n;
    }
    nest_point_cover(c->search, p);
}

static void shuffle(struct climb *c, int k)
{
    struct nest_point *p = &c->at;
    if (c->search->limits->order[k].n > 0)
        return;
    for (int i = p->n_order[k] - 1; i > 0; i--) {
        int j = pick(c, i + 1), swap = p->order[k][i];
        p->order[k][i] = p->order[k][j];
        p->order[k][j] = swap;
    }
}

static bool is_legal(const struct climb *c)
{
    struct nest nest;
    struct nest_verdict why;
    if (!nest_point_is_allowed(c->search, &c->at))
        return false;
    nest_point_build(c->search, &c->at, &nest);
    return nest_is_legal(c->search->arch, c->search->layer, &nest, &why);
}

/* Makes a random move. Returns false when the nest would not be legal any
 * more. */
static bool move(struct climb *c)
{
    int what = pick(c, 4);
    if (what == 0) {
        c->at.keep ^= 1 << pick(c, TENSOR_N);
    } else {
        for (int k = 1; k < what; k++)
            random_counts(c, pick(c, NEST_DIMS));
        nest_point_first_orders(c->search, &c->at);
        shuffle(c, 0);
        shuffle(c, 1);
    }
    return is_legal(c);
}

/* false: no move was found, and nobody asks where the nest is. */
static bool try_moves(struct climb *c)
{
    const struct nest_point before = c->at;
    for (int k = 0; k < TRIES; k++) {
        c->at = before;
        if (move(c))
            return true;
        if (nest_search_is_late(c->search))
            break;
    }
    return false;
}

static double value(const struct climb *c, const struct search_cost *cost)
{
    return search_key_of(c->search->options->objective, cost).first;
}

static bool start(struct climb *c)
{
    memset(&c->at, 0, sizeof(c->at));
    for (int k = 0; k < NEST_PLACES; k++)
        for (int d = 0; d < NEST_DIMS; d++)
            c->at.count[k][d] = 1;
    nest_point_cover(c->search, &c->at);
    c->at.keep = pick(c, KEEPS);
    nest_point_first_orders(c->search, &c->at);
    return is_legal(c) || try_moves(c);
}

/* Improves the nest by random moves until none has helped for a while. */
static void improve(struct climb *c, int moves_without_gain)
{
    struct nest_search *s = c->search;
    struct search_cost cost = nest_search_evaluate(s, &c->at);
    double now = value(c, &cost);
    for (int still = 0; still < moves_without_gain && s->evaluated < c->until &&
                        !nest_search_is_late(s);
         still++) {
        const struct nest_point before = c->at;
        if (!try_moves(c))
            break;
        cost = nest_search_evaluate(s, &c->at);
        double next = value(c, &cost);
        if (next > now) {
            c->at = before;
            continue;
        }
        still = next < now ? 0 : still;
        now = next;
    }
}

void nest_search_climb(struct nest_search *s, uint64_t evaluations)
{
    struct climb c = {.search = s, .chance = 1};
    c.until = s->evaluated + evaluations;
    for (int starts = 0;
         starts < STARTS && s->evaluated < c.until && !nest_search_is_late(s);
         starts++)
        if (start(&c))
            improve(&c, MOVES_WITHOUT_GAIN);
}

void nest_search_polish(struct nest_search *s, uint64_t evaluations)
{
    struct climb c = {.search = s, .chance = 1};
    if (s->best.n == 0)
        return;
    c.until = s->evaluated + evaluations;
    c.at = s->point[s->best.best[0].mapping.value[0]];
    improve(&c, (int)evaluations);
}
