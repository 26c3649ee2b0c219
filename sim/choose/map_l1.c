/* map_l1.c - gives the first mappings of a search their costs with an L1, sorts
 * them anew, and says how much less another one may still take.
 * SPDX-License-Identifier: MIT
 */
#include "sim/choose/map_l1.h"

#include <stdlib.h>
#include <string.h>

#include "dataflows/choose.h"
#include "dataflows/search/best.h"
#include "sim/run/model.h"

/* How many of the best bounds to look at, at least. */
#define CANDIDATES 200

/* All parameters of a mapping, as if they were given by hand. */
static struct given_mapping given_of(const struct dataflow *dataflow,
                                     const struct mapping *mapping)
{
    struct given_mapping given = {.n = 0};
    for (int k = 0; dataflow->params[k].name != NULL; k++) {
        struct given_param *p = &given.param[given.n++];
        snprintf(p->name, sizeof(p->name), "%s", dataflow->params[k].name);
        p->value = mapping->value[k];
    }
    return given;
}

bool map_l1_takes(const struct arch *arch, const struct layer *layer,
                  const struct dataflow *dataflow,
                  const struct mapping *mapping)
{
    if (!arch->has_l1)
        return true;
    const struct given_mapping given = given_of(dataflow, mapping);
    struct mapping chosen;
    struct diag *unread = diag_new();
    const bool takes =
        dataflow_choose(dataflow, arch, layer, &given, &chosen, unread);
    diag_free(unread);
    return takes;
}

struct search_options map_l1_options(const struct arch *arch,
                                     const struct search_options *options)
{
    struct search_options o = *options;
    if (arch->has_l1 && o.objective != SEARCH_front && o.top < CANDIDATES)
        o.top = CANDIDATES;
    return o;
}

/* What the search has counted for the words that passes take, over their reads
 * in L2. */
static double searched_price(const struct map_input *in,
                             const struct layer *layer,
                             const struct layer_mapping *mapping, enum link to,
                             enum tensor t, const struct layer_result *r)
{
    const double sent = (double)r->counts.link[to].words_sent;
    if (!in->arch->l1_keeps_tiles)
        return sent * search_l1_price(in->arch, in->costs, t);
    struct arch *line_buffers = xcalloc(1, sizeof(*line_buffers));
    struct layer_result all;
    *line_buffers = *in->arch;
    line_buffers->l1_keeps_tiles = false;
    model_mapping(line_buffers, layer, mapping, &all);
    free(line_buffers);
    return (double)all.counts.link[to].words_sent *
               search_sent_price(in->arch, in->costs, t) -
           sent * in->costs->l2[t];
}

static void add_to(const struct map_input *in, const struct layer *layer,
                   const struct dataflow *dataflow, struct search_found *found)
{
    const struct arch *a = in->arch;
    const enum tensor tensors[] = {TENSOR_FILTER, TENSOR_IFMAP};
    const enum link links[] = {LINK_filter_l1, LINK_ifmap_l1};
    const struct layer_mapping mapping =
        layer_mapping_chosen(dataflow, &found->mapping);
    struct layer_result r;
    model_mapping(a, layer, &mapping, &r);
    for (int k = 0; k < 2; k++) {
        const enum tensor t = tensors[k];
        const struct accesses *l1 = &r.counts.access[LEVEL_L1][t];
        const struct link_words *to_l1 = &r.counts.link[links[k]];
        found->cost.energy +=
            (double)l1->reads * in->costs->l1[t] +
            (double)l1->writes * in->costs->l1_write[t] +
            (double)to_l1->hops * in->costs->noc_hop[t] -
            searched_price(in, layer, &mapping, links[k], t, &r);
    }
    found->cost.cycles =
        max_u64(found->cost.cycles, r.bounds_cycles[result_binding_bound(&r)]);
}

/* The others keep their order. */
static void put_least_first(struct search_found *list, int n,
                            enum search_objective objective)
{
    int least = 0;
    for (int k = 1; k < n; k++)
        if (search_is_before(objective, &list[k].cost, &list[least].cost))
            least = k;
    const struct search_found first = list[least];
    memmove(&list[1], &list[0], (size_t)least * sizeof(*list));
    list[0] = first;
}

/* The least that a mapping may take that is not among best[], whose costs are
 * bounds still; negative: there is none. */
static double least_of_others(const struct search_result *found,
                              enum search_objective objective, int asked)
{
    const double first = search_key_of(objective, &found->best[0].cost).first;
    if (objective == SEARCH_front) /* best[] has not the next ones */
        return first * (1 - found->gap);
    const double last =
        search_key_of(objective, &found->best[found->n_best - 1].cost).first;
    if (!found->proven)
        return first * (1 - found->gap) < last ? first * (1 - found->gap)
                                               : last;
    return found->n_best < asked ? -1 : last;
}

void map_l1_add(const struct map_input *in, const struct layer *layer,
                const struct dataflow *dataflow,
                const struct search_options *options,
                struct search_result *found)
{
    const struct arch *arch = in->arch;
    const enum search_objective objective = options->objective;
    if (!arch->has_l1 || found->n_best == 0)
        return;
    const int asked = map_l1_options(arch, options).top;
    const double least = least_of_others(found, objective, asked);
    for (int k = 0; k < found->n_best; k++)
        add_to(in, layer, dataflow, &found->best[k]);
    for (int k = 0; k < found->n_front; k++)
        add_to(in, layer, dataflow, &found->front[k]);
    put_least_first(found->best, found->n_best, objective);
    const double best = search_key_of(objective, &found->best[0].cost).first;
    const bool is_least = least < 0 || best <= least;
    found->proven = is_least && objective != SEARCH_front;
    found->gap = is_least ? 0 : 1 - least / best;
}
