/* fused_results.c - puts the sums of chains' tiles in the place of their nodes'
 * results, and holds their DRAM words beside those of the nodes by themselves.
 * SPDX-License-Identifier: MIT
 */
#include "sim/network/fuse/fused_results.h"

#include <stdlib.h>
#include <string.h>

static uint64_t words_of(const struct layer_result *r, int tensor)
{
    const struct accesses *a = &r->counts.access[LEVEL_DRAM][tensor];
    return count_add(a->reads, a->writes);
}

static uint64_t all_words_of(const struct layer_result *r)
{
    uint64_t words = 0;
    for (int t = 0; t < TENSOR_N; t++)
        words = count_add(words, words_of(r, t));
    return words;
}

/* apart: of the graph's nodes. */
static void compare(const struct fuse_group *g, const bool *works,
                    const struct layer_result *sum,
                    const struct layer_result *apart, struct fused_outcome *out)
{
    int first = 0, last = g->nodes - 1;
    while (first < last && !works[first])
        first++;
    while (last > first && !works[last])
        last--;
    for (int k = first; k <= last; k++) {
        const struct layer_result *r = &apart[g->node[k]], *is = &sum[k];
        if (!works[k])
            continue;
        out->words_apart = count_add(out->words_apart, all_words_of(r));
        out->words_fused = count_add(out->words_fused, all_words_of(is));
        out->cycles_apart = count_add(out->cycles_apart, r->cycles);
        out->cycles_fused = count_add(out->cycles_fused, is->cycles);
        out->filter_again_words += (int64_t)words_of(is, TENSOR_FILTER) -
                                   (int64_t)words_of(r, TENSOR_FILTER);
        if (k > first)
            out->saved_words =
                count_add(out->saved_words, words_of(r, TENSOR_IFMAP));
        else
            out->first_again_words = (int64_t)words_of(is, TENSOR_IFMAP) -
                                     (int64_t)words_of(r, TENSOR_IFMAP);
        if (k < last)
            out->saved_words =
                count_add(out->saved_words, words_of(r, TENSOR_PSUM));
        else
            out->last_again_words = (int64_t)words_of(is, TENSOR_PSUM) -
                                    (int64_t)words_of(r, TENSOR_PSUM);
    }
}

static bool run_group(const struct fused_input *in, struct fuse_group *g,
                      struct layer_result *results, struct diag *d)
{
    struct layer_result *sum = xcalloc((size_t)g->nodes, sizeof(*sum));
    bool *works = xcalloc((size_t)g->nodes, sizeof(*works)), lacks_room;
    const bool ok = fused_chain_run(in, g, sum, &lacks_room, d);
    for (int k = 0; k < g->nodes; k++)
        works[k] = sum[k].mapping_source != NULL;
    if (ok)
        compare(g, works, sum, results, &g->outcome);
    for (int k = 0; ok && k < g->nodes; k++)
        if (works[k]) {
            layer_result_fini(&results[g->node[k]]);
            results[g->node[k]] = sum[k];
        }
    free(works);
    free(sum);
    return ok;
}

static bool has_node(const struct fuse_group *g, int node)
{
    for (int k = 0; k < g->nodes; k++)
        if (g->node[k] == node)
            return true;
    return false;
}

/* A node runs once: as a part of one chain. */
static bool are_apart(const struct fused_input *in,
                      const struct fuse_groups *groups, struct diag *d)
{
    for (int i = 0; i < groups->n; i++)
        for (int j = 0; j < i; j++) {
            const struct fuse_group *a = &groups->group[j];
            const struct fuse_group *b = &groups->group[i];
            for (int k = 0; k < b->nodes; k++)
                if (has_node(a, b->node[k]))
                    return diag_error(
                        d, in->at,
                        "'network.fuse': node '%s' is in '%s:%s' and in "
                        "'%s:%s', and runs in one chain; chains without a "
                        "node in common are needed",
                        in->run->network->rows->layer[b->node[k]].name,
                        a->first, a->last, b->first, b->last);
        }
    return true;
}

static bool run_groups(const struct fused_input *in, struct fuse_groups *groups,
                       struct layer_result *results, struct diag *d)
{
    bool ok = fused_is_possible(in, d) && are_apart(in, groups, d);
    for (int i = 0; ok && i < groups->n; i++)
        ok = run_group(in, &groups->group[i], results, d);
    return ok;
}

bool fused_results(const struct fused_graph *graph,
                   struct layer_result *results, struct fuse_groups *groups,
                   struct diag *d)
{
    const struct fused_input *how = &graph->how;
    const struct residency_input *run = how->run;
    const struct arch *arch = config_arch(run->cfg);
    const struct fuse_search_input search = {.run = run,
                                             .at = how->at,
                                             .energy = graph->energy,
                                             .objective = graph->objective,
                                             .apart = results};
    memset(groups, 0, sizeof(*groups));
    if (arch->fuse[0] == '\0')
        return true;
    if (!(fuse_is_searched(arch)
              ? fuse_search(&search, groups, d)
              : fuse_groups_find(arch, run->network, how->at, groups, d)))
        return false;
    return run->simulate == NULL || groups->n == 0 ||
           run_groups(how, groups, results, d);
}
