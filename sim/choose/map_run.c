/* map_run.c - what a run would choose, among the mappings that a search found.
 *
 * A search under the closed form takes delay for its bound, and the plain run's
 * mapping may be quicker than the first of its best; so it is one of them.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dataflows/search/best.h"
#include "sim/choose/map_layer.h"
#include "sim/choose/trial.h"

/* The candidates of a run by one dataflow, the published row among them; none
 * where nothing is legal. */
static int list_one(const struct map_input *in, const struct layer *layer,
                    const struct dataflow *dataflow, struct candidate *out)
{
    struct asked_mapping asked;
    struct diag *unread = diag_new();
    int n = 0;
    if (config_ask_mapping(in->cfg, in->network, layer, dataflow, &asked,
                           unread)) {
        const struct candidates_input of_run = {
            .arch = in->arch,
            .table = in->energy,
            .dataflow = dataflow,
            .by_hand = &asked.by_hand,
            .published = asked.row.n > 0 ? &asked.row : NULL,
            .objective = in->search.objective,
            .n_searched = CANDIDATES_SEARCHED,
            .replays = true,
        };
        n = candidates_find(&of_run, layer, out, unread);
    }
    diag_free(unread);
    return n;
}

/* Whether a choice is that mapping, and has been simulated. */
static bool is_there(const struct map_layer *m,
                     const struct layer_mapping *mapping)
{
    for (int k = 0; k < m->n_choices; k++)
        if (m->choice[k].mapping.dataflow == mapping->dataflow &&
            memcmp(&m->choice[k].mapping.mapping, &mapping->mapping,
                   sizeof(mapping->mapping)) == 0)
            return true;
    return false;
}

/* r: what its simulation came to, which prices it as a run is priced. */
static void add(const struct map_input *in, const struct candidate *best,
                const struct layer_result *r, struct map_layer *m)
{
    const struct dram_cfg *dram = &in->costs->dram_cfg;
    struct map_choice c = {
        .mapping = best->mapping, .ran = true, .cycles = r->cycles};
    struct layer_energy energy;
    struct energy_costs costs;
    c.bound_by = result_binding_bound(r);
    c.bound_cycles = result_least_cycles(r);
    c.cost.cycles = r->bounds_cycles[c.bound_by];
    energy_costs_of(in->energy, in->arch, &costs);
    energy_of_layer(&costs, in->arch, r,
                    dram->kind == DRAM_PART ? dram_burst_bytes(dram) : 0,
                    &energy);
    c.cost.energy = energy.total;
    map_price(in, r, &c);
    m->choice[m->n_choices++] = c;
}

/* The least that a choice took that ran; infinite: none did. */
static double least_of(const struct map_layer *m,
                       enum search_objective objective)
{
    double least = INFINITY;
    for (int k = 0; k < m->n_choices; k++) {
        const struct map_choice *c = &m->choice[k];
        const struct search_cost cost = {.energy = c->cost.energy,
                                         .cycles = c->cycles};
        if (c->ran)
            least = fmin(least, search_key_of(objective, &cost).first);
    }
    return least;
}

/* Tries a list, most promising first, and adds the best of it, which *best then
 * holds; false: none ran. */
static bool try_list(const struct map_input *in, const struct layer *layer,
                     struct candidate *list, int n, struct map_layer *m,
                     struct candidate *best)
{
    const struct candidates_input of_run = {.arch = in->arch,
                                            .table = in->energy,
                                            .objective = in->search.objective};
    const struct simulate_options with = {.memory = in->memory};
    struct layer_result r = {0};
    struct choose_stats unread = {0};
    struct diag *why = diag_new();
    candidates_sort(list, n, in->search.objective);
    const int at =
        n > 0 ? trial_best(&of_run, layer, list, n, &with, &r, &unread, why)
              : -1;
    diag_free(why);
    if (at < 0)
        return false;
    *best = list[at];
    if (!is_there(m, &best->mapping))
        add(in, best, &r, m);
    layer_result_fini(&r);
    return true;
}

/* The number of the dataflow that a run takes by itself. */
static int of_run(const struct map_input *in)
{
    for (int k = 0; in->dataflows[k] != NULL; k++)
        if (in->dataflows[k] == in->of_run)
            return k;
    return 0;
}

/* The machine's own dataflow is tried alone, as a run without more words does,
 * so that its mapping is one even where another is about as quick and costs
 * less; then the others, against it. */
void map_add_run(const struct map_input *in, const struct layer *layer,
                 struct map_layer *m)
{
    const double least = least_of(m, in->search.objective);
    struct candidate *list = NULL;
    struct candidate best;
    const int own = of_run(in);
    int n = 0, n_tried = 0, n_flows = 0;
    while (in->dataflows[n_flows] != NULL)
        n_flows++;
    /* With a limit each pass is simulated, and a mapping may fail. */
    for (int i = 0; in->max_cycles == 0 && i < n_flows; i++) {
        const int k = i == 0 ? own : i <= own ? i - 1 : i; /* its own first */
        if (m->floor[k] > least)
            continue;
        list = xrealloc(list, (size_t)n + CANDIDATES_MAX, sizeof(*list));
        n += list_one(in, layer, in->dataflows[k], list + n);
        if (i > 0)
            continue;
        n = n_tried = try_list(in, layer, list, n, m, &best) ? 1 : 0;
        if (n > 0)
            list[0] = best;
    }
    if (n > n_tried)
        try_list(in, layer, list, n, m, &best);
    free(list);
}
