/* candidates.c - lists the mappings of a layer that are worth simulating.
 * SPDX-License-Identifier: MIT
 */
#include "sim/choose/candidates.h"

#include <string.h>

#include "dataflows/choose.h"
#include "dataflows/search/best.h"
#include "sim/choose/map_l1.h"
#include "sim/choose/search_costs.h"
#include "sim/run/model.h"
#include "sim/run/tile_table.h"

/* The most mappings that a search evaluates: some milliseconds. */
#define EVALUATED_MAX 30000

/* So many times the mappings that are wanted are kept, for some are alike. */
enum { ALIKE_MAX = 4 };

/* By this share one of less energy may be slower by estimate. */
static const double FRUGAL_IS_SLOWER = 0.03;

struct list {
    const struct candidates_input *in;
    const struct layer *layer;
    struct energy_costs costs;
    /* What is searched, with stalls; NULL: the space cannot be. */
    struct search_problem *problem;
    struct candidate *out;
    int n;
};

/* Sets what the closed form says of it, and about how long it takes. */
static void work_out(const struct list *list, struct candidate *c)
{
    const struct arch *arch = list->in->arch;
    const struct dram_cfg dram = tile_table_dram_cfg(arch);
    struct layer_result r;
    struct layer_energy energy;
    struct search_cost about;
    model_mapping(arch, list->layer, &c->mapping, &r);
    if (list->costs.of_components)
        result_count_events(arch, list->layer, &c->mapping, &r);
    energy_of_layer(&list->costs, arch, &r,
                    dram.kind == DRAM_PART ? dram_burst_bytes(&dram) : 0,
                    &energy);
    c->cost.energy = energy.total;
    c->cost.cycles = 0;
    for (int k = 0; k < BOUND_N; k++)
        c->cost.cycles = max_u64(c->cost.cycles, r.bounds_cycles[k]);
    c->estimate_cycles = c->cost.cycles;
    if (list->problem != NULL &&
        search_cost_of_mapping(list->problem, &c->mapping.mapping, &about))
        c->estimate_cycles = max_u64(about.cycles, c->cost.cycles);
}

static bool is_before(enum search_objective objective,
                      const struct candidate *a, const struct candidate *b)
{
    const struct search_cost x = {a->cost.energy, a->estimate_cycles};
    const struct search_cost y = {b->cost.energy, b->estimate_cycles};
    return search_is_before(objective, &x, &y);
}

/* In its place, unless it is there; those that are equally good stay in the
 * order in which they came. */
static void add(struct list *list, const struct mapping *mapping,
                const char *source, const char *table_source)
{
    for (int i = 0; i < list->n; i++)
        if (memcmp(&list->out[i].mapping.mapping, mapping, sizeof(*mapping)) ==
            0)
            return;
    SIM_CHECK(list->n < CANDIDATES_MAX);
    struct candidate c = {
        .mapping = layer_mapping_chosen(list->in->dataflow, mapping)};
    c.mapping.source = list->in->by_hand->n > 0 ? "given" : source;
    c.mapping.table_source = table_source;
    c.is_searched = strcmp(source, "search") == 0;
    work_out(list, &c);
    int at = list->n++;
    for (; at > 0 && is_before(list->in->objective, &c, &list->out[at - 1]);
         at--)
        list->out[at] = list->out[at - 1];
    list->out[at] = c;
}

/* What the dataflow makes of the parameters given. */
static void add_chosen(struct list *list, const struct given_mapping *given,
                       const char *source, struct diag *d)
{
    struct mapping mapping;
    if (dataflow_choose(list->in->dataflow, list->in->arch, list->layer, given,
                        &mapping, d))
        add(list, &mapping, source, given->table_source);
}

/* What a search found, which an L1 may refuse. */
static void add_found(struct list *list, const struct mapping *mapping)
{
    const struct candidates_input *in = list->in;
    if (map_l1_takes(in->arch, list->layer, in->dataflow, mapping))
        add(list, mapping, "search", NULL);
}

static const struct search_found *most_frugal(const struct search_result *r)
{
    const double most = (double)r->best[0].cost.cycles * (1 + FRUGAL_IS_SLOWER);
    for (int k = 0; k < r->n_front; k++) /* in rising energy */
        if ((double)r->front[k].cost.cycles <= most)
            return &r->front[k];
    return &r->best[0];
}

/* Adds the mapping of least energy, which a whole search proves; cycles, by
 * which equals are told apart, are then their bound. */
static void add_proven(struct list *list)
{
    const struct search_options options = {
        .objective = SEARCH_energy, .top = 1, .jobs = 1};
    struct search_result found;
    list->problem->stalls = false;
    if (search_run(list->problem, &options, &found))
        add_found(list, &found.best[0].mapping);
    search_result_fini(&found);
    list->problem->stalls = true;
}

/* Adds the best few that a search finds, and of those that take about as long
 * as the best the one of least energy.  Of those that cost the same in all that
 * is looked at, the first stands for the others, which most often run alike. */
static void add_searched(struct list *list)
{
    const int most = list->in->n_searched;
    const struct search_options options = {.objective = list->in->objective,
                                           .top = ALIKE_MAX * most,
                                           .jobs = 1,
                                           .quick = EVALUATED_MAX};
    struct search_result found;
    search_run(list->problem, &options, &found);
    if (found.n_best > 0 && list->in->objective != SEARCH_energy)
        add_found(list, &most_frugal(&found)->mapping);
    for (int k = 0, n = 0; k < found.n_best && n < most - 1; k++) {
        const struct search_cost *cost = &found.best[k].cost;
        bool is_alike = false;
        for (int i = 0; i < k; i++)
            is_alike = is_alike ||
                       memcmp(cost, &found.best[i].cost, sizeof(*cost)) == 0;
        if (is_alike)
            continue;
        add_found(list, &found.best[k].mapping);
        n++;
    }
    search_result_fini(&found);
}

/* The space of the layer, if it can be searched. */
static bool open_space(struct list *list, struct search_problem *out)
{
    const struct candidates_input *in = list->in;
    const struct search_space *space = search_space_of(in->dataflow, in->arch);
    struct search_costs costs;
    if (space == NULL || list->layer->P > SEARCH_ROWS_MAX)
        return false;
    search_costs_of(&list->costs, in->arch, &costs);
    search_problem_init(out, space, in->arch, list->layer, &costs, in->by_hand);
    out->stalls = true;
    list->problem = out;
    return true;
}

int candidates_find(const struct candidates_input *in,
                    const struct layer *layer,
                    struct candidate out[CANDIDATES_MAX], struct diag *d)
{
    struct list list = {.in = in, .layer = layer, .out = out};
    struct search_problem problem;
    struct diag *why = diag_new(), *unread = diag_new();
    SIM_CHECK(in->n_searched <= CANDIDATES_MAX - 2);
    if (in->table != NULL)
        energy_costs_of(in->table, in->arch, &list.costs);
    const bool is_open = open_space(&list, &problem);
    add_chosen(&list, in->by_hand, "chosen", why);
    if (in->published != NULL)
        add_chosen(&list, in->published, "table", unread);
    if (is_open && in->n_searched > 0 && search_fits(&problem)) {
        if (in->proves && in->objective == SEARCH_energy)
            add_proven(&list);
        add_searched(&list);
    }
    if (is_open)
        search_problem_fini(&problem);
    if (list.n == 0)
        diag_move(d, why);
    diag_free(why);
    diag_free(unread);
    return list.n;
}

void candidates_sort(struct candidate *list, int n,
                     enum search_objective objective)
{
    for (int i = 1; i < n; i++) {
        const struct candidate c = list[i];
        int at = i;
        for (; at > 0 && is_before(objective, &c, &list[at - 1]); at--)
            list[at] = list[at - 1];
        list[at] = c;
    }
}

void candidates_tell(const struct candidate *list, int n,
                     struct tried_mappings *out)
{
    out->n = n;
    for (int i = 0; i < n; i++) {
        const struct candidate *c = &list[i];
        struct tried_mapping *to = &out->one[i];
        to->source = c->mapping.source;
        memcpy(to->value, c->mapping.mapping.value, sizeof(to->value));
        to->estimate_cycles = c->estimate_cycles;
        to->cycles = c->ran ? c->cycles : 0;
    }
}
