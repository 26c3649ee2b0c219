/* search_nest.c - runs the search of nests from its climb to its end, and
 * gathers what it found. The walks themselves are in nest_climb.c, nest_split.c
 * and the files beside them.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/search/nest/search_nest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dataflows/nest/nest_bounds.h"
#include "dataflows/program.h"
#include "dataflows/search/nest/nest_point.h"

enum { CLIMB_EVALUATIONS = 4000, LOOKS_BETWEEN_CLOCKS = 1024 };

#define SEARCH_NEST_NAME(name, doc) #name,
#define SEARCH_NEST_DOC(name, doc) doc,
const char *const search_nest_cut_name[SEARCH_NEST_CUT_N] = {
    SEARCH_NEST_CUTS(SEARCH_NEST_NAME)};
const char *const search_nest_cut_doc[SEARCH_NEST_CUT_N] = {
    SEARCH_NEST_CUTS(SEARCH_NEST_DOC)};

/* What listed levels add to the usual ones. */
static double listed_energy(const struct arch *arch,
                            const struct search_costs *costs,
                            const struct counts *c)
{
    static const enum tensor of_flow[FLOW_N] = {
        [FLOW_IFMAP] = TENSOR_IFMAP,    [FLOW_FILTER] = TENSOR_FILTER,
        [FLOW_PSUM_IN] = TENSOR_PSUM,   [FLOW_PSUM_OUT] = TENSOR_PSUM,
        [FLOW_PSUM_LINK] = TENSOR_PSUM,
    };
    double energy = 0;
    for (int k = LEVEL_RF; k < LEVEL_DRAM; k++) {
        if (!arch_has_level(arch, (enum level)k))
            continue;
        for (int f = 0; f < FLOW_N; f++)
            energy += (double)c->flow[k][f].hops * costs->hops[k][f] *
                      costs->noc_hop[of_flow[f]];
        for (int t = 0; k > LEVEL_RF && k < LEVEL_L2 && t < TENSOR_N; t++)
            energy += (double)c->access[k][t].reads * costs->inner[k][t] +
                      (double)c->access[k][t].writes * costs->inner_write[k][t];
    }
    return energy;
}

double search_nest_energy(const struct arch *arch, const struct layer *layer,
                          const struct search_costs *costs,
                          const struct counts *c)
{
    static const enum tensor of_link[LINK_N] = {
        [LINK_filter] = TENSOR_FILTER,  [LINK_ifmap] = TENSOR_IFMAP,
        [LINK_psum_in] = TENSOR_PSUM,   [LINK_psum_out] = TENSOR_PSUM,
        [LINK_psum_link] = TENSOR_PSUM,
    };
    double gated = 0, energy;
    if (arch->zero_gating)
        gated = (double)(uint64_t)((double)c->macs *
                                       layer->zero_share[TENSOR_IFMAP] +
                                   0.5);
    energy = ((double)c->macs - gated) * costs->mac -
             gated * costs->rf[TENSOR_FILTER];
    for (int t = 0; t < TENSOR_N; t++) {
        const struct accesses *rf = &c->access[LEVEL_RF][t];
        const struct accesses *l2 = &c->access[LEVEL_L2][t];
        const struct accesses *dram = &c->access[LEVEL_DRAM][t];
        const struct compressed_words *coded = &c->dram_compressed[t];
        energy += (double)rf->reads * costs->rf[t] +
                  (double)rf->writes * costs->rf_write[t] +
                  (double)l2->reads * costs->l2[t] +
                  (double)l2->writes * costs->l2_write[t];
        energy += ((double)(dram->reads + dram->writes) +
                   (double)coded->bytes * 8 / arch->precision_bits[t] -
                   (double)coded->words) *
                  costs->dram[t];
    }
    energy += (double)c->finished_l2.reads *
                  (costs->l2_finished - costs->l2[TENSOR_PSUM]) +
              (double)c->finished_l2.writes *
                  (costs->l2_finished_write - costs->l2_write[TENSOR_PSUM]) +
              (double)(c->finished_dram.reads + c->finished_dram.writes) *
                  (costs->dram_finished - costs->dram[TENSOR_PSUM]);
    for (int k = 0; k < LINK_N; k++)
        energy += (double)c->link[k].hops * costs->noc_hop[of_link[k]];
    if (arch_has_levels(arch))
        energy += listed_energy(arch, costs, c);
    return energy;
}

void search_nest_cost(const struct arch *arch, const struct layer *layer,
                      const struct search_costs *costs, const struct nest *nest,
                      struct lattice_cache *cache, struct search_cost *out)
{
    struct counts counts;
    uint64_t bounds[BOUND_N];
    nest_expect_cached(arch, layer, nest, cache, &counts);
    nest_bounds(arch, layer, nest, &costs->dram_cfg, &counts, bounds);
    out->energy = search_nest_energy(arch, layer, costs, &counts);
    out->cycles = 0;
    for (int k = 0; k < BOUND_N; k++)
        if (bounds[k] > out->cycles)
            out->cycles = bounds[k];
}

static double now_seconds(const struct nest_search *s)
{
    return s->options->now_seconds != NULL ? s->options->now_seconds() : 0;
}

bool nest_search_is_late(struct nest_search *s)
{
    const struct search_nest_options *o = s->options;
    if (s->end == SEARCH_NEST_PROVEN && o->time_limit_seconds > 0 &&
        ++s->unclocked >= LOOKS_BETWEEN_CLOCKS) {
        s->unclocked = 0;
        if (now_seconds(s) - s->start_seconds > o->time_limit_seconds)
            s->end = SEARCH_NEST_TIME;
    }
    return s->end == SEARCH_NEST_TIME;
}

bool nest_search_is_over(struct nest_search *s)
{
    const struct search_nest_options *o = s->options;
    if (s->end != SEARCH_NEST_PROVEN)
        return true;
    const uint64_t looks = s->bounded + EVALUATION_LOOKS * s->evaluated;
    if (looks > o->budget)
        s->end = SEARCH_NEST_BUDGET;
    else if (nest_search_is_late(s))
        return true;
    if (s->pause > 0 && looks > s->pause)
        return true;
    return s->end != SEARCH_NEST_PROVEN;
}

bool nest_search_used(const struct nest_search *s, double share)
{
    const struct search_nest_options *o = s->options;
    double looks = (double)(s->bounded + EVALUATION_LOOKS * s->evaluated);
    return looks > share * (double)o->budget;
}

/* What was asked for, on rows and columns that may hold these loops alone. */
static void set_limits(struct nest_search *s)
{
    const struct arch *a = s->arch;
    if (s->options->limits != NULL)
        s->all_limits = *s->options->limits;
    s->limits = &s->all_limits;
    for (int d = 0; d < NEST_DIMS; d++) {
        const char letter[] = {nest_dim_letter[d], '\0'};
        if (!arch_axis_holds(a->rows_hold, letter))
            s->all_limits.most[AT_ROWS][d] = 1;
        if (!arch_axis_holds(a->cols_hold, letter))
            s->all_limits.most[AT_COLS][d] = 1;
    }
}

static int most_children(const struct nest_search *s, int d)
{
    const int rows = s->limits->most[AT_ROWS][d];
    const int cols = s->limits->most[AT_COLS][d];
    return (rows > 0 ? min_int(rows, s->arch->rows) : s->arch->rows) *
           (cols > 0 ? min_int(cols, s->arch->cols) : s->arch->cols);
}

static void start_search(struct nest_search *s, const struct arch *arch,
                         const struct layer *layer,
                         const struct search_costs *costs,
                         const struct search_nest_options *options)
{
    memset(s, 0, sizeof(*s));
    s->arch = arch;
    s->layer = layer;
    s->costs = costs;
    s->options = options;
    set_limits(s);
    s->start_seconds = now_seconds(s);
    nest_least_init(&s->least, arch, layer, costs);
    for (int d = 0; d < NEST_DIMS; d++) {
        s->least.most_children[d] = most_children(s, d);
        s->least.is_whole[d] = s->limits->most[AT_DRAM][d] == 1;
    }
    s->cache = lattice_cache_new();
    s->l2_known = known_values_new();
    search_best_init(&s->best, options->objective, options->top);
}

static void end_search(struct nest_search *s)
{
    search_best_fini(&s->best);
    known_values_free(s->l2_known);
    lattice_cache_free(s->cache);
    nest_least_fini(&s->least);
    free(s->point);
}

static struct search_nest_found *list(const struct nest_search *s,
                                      const struct search_found *found, int n)
{
    struct search_nest_found *out = xcalloc((size_t)n + 1, sizeof(*out));
    for (int k = 0; k < n; k++) {
        nest_point_build(s, &s->point[found[k].mapping.value[0]], &out[k].nest);
        out[k].cost = found[k].cost;
    }
    return out;
}

bool search_nest(const struct arch *arch, const struct layer *layer,
                 const struct search_costs *costs,
                 const struct search_nest_options *options,
                 struct search_nest_result *out)
{
    struct nest_search s;
    memset(out, 0, sizeof(*out));
    if (arch->has_l1)
        return false;
    start_search(&s, arch, layer, costs, options);
    nest_search_climb(&s, CLIMB_EVALUATIONS);
    nest_search_seeds(&s);
    double open = nest_search_bound_and_branch(&s);
    out->end = s.end;
    out->evaluated = s.evaluated;
    out->bounded = s.bounded;
    memcpy(out->cuts, s.cuts, sizeof(out->cuts));
    if (s.best.n > 0) {
        double best =
            search_key_of(options->objective, &s.best.best[0].cost).first;
        out->n_best = s.best.n;
        out->best = list(&s, s.best.best, s.best.n);
        out->n_front = s.best.n_front;
        out->front = list(&s, s.best.front, s.best.n_front);
        out->gap = open < best ? 1 - open / best : 0;
    }
    out->seconds = now_seconds(&s) - s.start_seconds;
    end_search(&s);
    return out->n_best > 0;
}

void search_nest_result_fini(struct search_nest_result *r)
{
    free(r->best);
    free(r->front);
    memset(r, 0, sizeof(*r));
}

static void counts_of(const struct nest_loops *loops, int count[NEST_DIMS])
{
    for (int i = 0; i < loops->n; i++)
        count[loops->loop[i].dim] *= loops->loop[i].count;
}

static void orders_of(const struct nest_loops *loops, int *n, int *order)
{
    for (int i = 0; i < loops->n; i++)
        if (loops->loop[i].count > 1)
            order[(*n)++] = loops->loop[i].dim;
}

void search_nest_bound(const struct arch *arch, const struct layer *layer,
                       const struct search_costs *costs,
                       const struct nest *nest, int stage,
                       struct search_cost *out)
{
    const struct search_nest_options options = {
        .top = 1, .budget = UINT64_MAX, .objective = SEARCH_energy};
    const struct nest_level *at = nest->level;
    struct nest_search s;
    struct nest_point p = {.n_order = {0, 0}};
    start_search(&s, arch, layer, costs, &options);
    for (int k = 0; k < NEST_PLACES; k++)
        for (int d = 0; d < NEST_DIMS; d++)
            p.count[k][d] = 1;
    for (int t = 0; t < TENSOR_N; t++)
        p.keep |= (int)at[LEVEL_L2].keep[t] << t;
    counts_of(&at[LEVEL_RF].time, p.count[AT_RF]);
    counts_of(&at[LEVEL_L2].cols, p.count[AT_COLS]);
    counts_of(&at[LEVEL_L2].rows, p.count[AT_ROWS]);
    counts_of(&at[LEVEL_L2].time, p.count[AT_L2]);
    orders_of(&at[LEVEL_L2].time, &p.n_order[0], p.order[0]);
    orders_of(&at[LEVEL_DRAM].time, &p.n_order[1], p.order[1]);
    nest_point_cover(&s, &p);
    nest_search_bound_of(&s, &p, stage, out);
    end_search(&s);
}
