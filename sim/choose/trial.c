/* trial.c - simulates candidates one after the other and takes the best.
 * SPDX-License-Identifier: MIT
 */
#include "sim/choose/trial.h"

#include <math.h>

#include "dataflows/search/best.h"
#include "sim/pattern/pattern.h"
#include "sim/run/tile_table.h"

struct trial {
    const struct candidates_input *in;
    const struct layer *layer;
    struct simulate_options options;
    struct energy_costs costs;
    int best; /* -1: none yet */
    /* The least of what the array took to its estimate, and 1, but where zeros
     * come by chance: then estimates are below what runs come to. */
    double ratio;
    /* What runs took of their estimates, at least and at most; so many ran to
     * their end. */
    double least_share, most_share;
    int ran;
    struct search_cost least;
    uint64_t shortest;           /* of all that ran */
    struct layer_result *result; /* of the best */
    struct choose_stats *stats;
};

static double energy_of(const struct trial *t, const struct layer_result *r)
{
    const struct dram_cfg dram = tile_table_dram_cfg(t->in->arch);
    struct layer_energy energy;
    energy_of_layer(&t->costs, t->in->arch, r,
                    dram.kind == DRAM_PART ? dram_burst_bytes(&dram) : 0,
                    &energy);
    return energy.total;
}

/* By this share two runs take about equally long: edges of tiles make as much
 * of a difference.  Then a share of energy is worth a tenth of it in cycles. */
static const double EQUALLY_LONG = 0.003, ENERGY_FOR_CYCLES = 10;

/* What the array may take less than by its estimate and by what others of the
 * layer took of theirs; assumed, for most of what was looked at.  One that
 * costs as much as the best so far has to be as much quicker. */
static const double ESTIMATES_DIFFER = 0.15, ESTIMATES_OF_DEAR_ONES = 0.1;

/* The same where passes say by their descriptors how long they take. */
static const double PASSES_DIFFER = 0.01, PASSES_OF_DEAR_ONES = 0.004;

/* With so many of a layer simulated, the others take as large a share of their
 * estimates, and differ in that by no more than so many times what these did;
 * assumed. */
enum { KNOWN_BY = 2, TIMES_APART = 3 };

/* By this share less energy is worth a simulation. */
static const double IS_FRUGAL = 0.005;

/* The array's part of an estimate, which may be wrong; the rest is what DRAM
 * adds. */
static double array_part(const struct candidate *c)
{
    const double all = (double)c->estimate_cycles;
    return c->cost.array_cycles > 0 ? fmin(all, (double)c->cost.array_cycles)
                                    : all;
}

/* What the array took, of its estimate, with all that a run took less than
 * estimated. */
static double ratio_of(const struct candidate *c)
{
    const double less = (double)c->estimate_cycles - (double)c->cycles;
    return fmax(0, 1 - less / array_part(c));
}

/* What it may take at least: the array's part less, by as much as that of
 * another of the layer and a share more. */
static double at_least(const struct trial *t, const struct candidate *c)
{
    const bool is_dear = t->in->objective == SEARCH_delay && t->best >= 0 &&
                         c->cost.energy > t->least.energy * (1 - IS_FRUGAL);
    const double differs = c->knows_passes
                               ? is_dear ? PASSES_OF_DEAR_ONES : PASSES_DIFFER
                           : is_dear ? ESTIMATES_OF_DEAR_ONES
                                     : ESTIMATES_DIFFER;
    if (t->ran >= KNOWN_BY && c->knows_passes) {
        const double apart = TIMES_APART * (t->most_share - t->least_share);
        return (double)c->estimate_cycles * t->least_share *
               (1 - fmin(differs, apart));
    }
    return (double)c->estimate_cycles -
           array_part(c) * (1 - t->ratio * (1 - differs));
}

/* Whether its estimate, or its bound where that is more, leaves it a chance.  A
 * DRAM part's bursts, of which the closed form knows the least alone, are in no
 * candidate's energy. */
static bool may_win(const struct trial *t, const struct candidate *c)
{
    const enum search_objective objective = t->in->objective;
    const struct search_cost least = {
        .energy = c->cost.energy,
        .cycles = max_u64(c->cost.cycles, (uint64_t)at_least(t, c))};
    return t->best < 0 || search_key_of(objective, &least).first <=
                              search_key_of(objective, &t->least).first;
}

/* The most cycles that count as the fewest so far. */
static uint64_t equally_long(const struct trial *t)
{
    return t->shortest + (uint64_t)((double)t->shortest * EQUALLY_LONG);
}

/* Than the best so far, which is one of the shortest. */
static bool is_better(const struct trial *t, const struct search_cost *cost)
{
    if (t->in->objective != SEARCH_delay)
        return search_is_before(t->in->objective, cost, &t->least);
    const uint64_t shortest = min_u64(t->shortest, cost->cycles);
    const double limit = (double)shortest * (1 + EQUALLY_LONG);
    if ((double)cost->cycles > limit || (double)t->least.cycles > limit)
        return cost->cycles < t->least.cycles;
    return cost->energy / t->least.energy <
           pow((double)t->least.cycles / (double)cost->cycles,
               ENERGY_FOR_CYCLES);
}

/* Simulates it; keeps what it came to where it is the best so far. */
static void try_one(struct trial *t, struct candidate *list, int i,
                    struct diag *d)
{
    struct candidate *c = &list[i];
    struct layer_result r;
    bool gave_up = false;
    t->options.worth_cycles =
        t->best >= 0 && t->in->objective == SEARCH_delay ? equally_long(t) : 0;
    t->options.gave_up = &gave_up;
    c->ran =
        simulate_layer(t->in->arch, t->layer, &c->mapping, &t->options, &r, d);
    t->stats->simulated++;
    t->stats->given_up += gave_up;
    if (!c->ran)
        return;
    c->cycles = r.cycles;
    t->ratio = fmin(t->ratio, ratio_of(c));
    const double share = (double)c->cycles / (double)c->estimate_cycles;
    t->least_share = fmin(t->least_share, share);
    t->most_share = fmax(t->most_share, share);
    t->ran++;
    t->stats->passes += r.memo.simulated_passes;
    const struct search_cost cost = {.energy = energy_of(t, &r),
                                     .cycles = r.cycles};
    if (t->best < 0 || is_better(t, &cost)) {
        t->best = i;
        t->least = cost;
        *t->result = r;
    } else {
        layer_result_fini(&r);
    }
    t->shortest = min_u64(t->shortest, cost.cycles);
}

int trial_best(const struct candidates_input *in, const struct layer *layer,
               struct candidate *candidate, int n,
               const struct simulate_options *with, struct layer_result *result,
               struct choose_stats *stats, struct diag *d)
{
    struct trial t = {.in = in,
                      .layer = layer,
                      .options = {.memo = true},
                      .best = -1,
                      .ratio = pattern_steps(in->arch, layer) ? INFINITY : 1,
                      .least_share = INFINITY,
                      .shortest = UINT64_MAX,
                      .result = result,
                      .stats = stats};
    struct diag *why = diag_new();
    if (with != NULL) {
        t.options.memory = with->memory;
        t.options.ahead = with->ahead;
        t.options.stop = with->stop;
        t.options.stop_context = with->stop_context;
    }
    if (in->table != NULL)
        energy_costs_of(in->table, in->arch, &t.costs);
    stats->candidates += (uint64_t)n;
    for (int i = 0; i < n; i++)
        if (may_win(&t, &candidate[i]))
            try_one(&t, candidate, i, why);
    if (t.best < 0)
        diag_move(d, why);
    diag_free(why);
    return t.best;
}
