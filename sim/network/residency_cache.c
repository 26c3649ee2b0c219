/* residency_cache.c - caches of a graph that lie in L2: inputs that steps
 * before have left there, and what this one puts behind them.
 *
 * A cache is joined with what is new by views; whatever such a view reads or
 * makes is in L2 too, so that makers write and readers read it there.  The
 * bytes of all of it are taken from every node: they are there before the first
 * and after the last.
 * SPDX-License-Identifier: MIT
 */
#include <inttypes.h>
#include <stdlib.h>

#include "sim/network/residency_plan.h"
#include "sim/network/vector_op.h"

static bool is_view(const struct planner *p, int node)
{
    return node_place_of(p->arch, &p->in->network->rows->layer[node]) ==
           PLACE_VIEW;
}

bool residency_cache_is_possible(const struct residency_input *in,
                                 struct diag *d)
{
    const struct graph *g = in->network->graph;
    if (config_arch(in->cfg)->cache == CACHE_DRAM)
        return true;
    for (int t = 0; t < g->n_tensors; t++)
        if (g->tensor[t].is_cache)
            return true;
    return diag_error(d, config_pos(in->cfg, "network.cache"),
                      "'network.cache' is \"chip\" and no input of the graph "
                      "is a cache (cache = true); \"dram\" is right");
}

/* Marks what a view reads and makes where any of it is marked; returns whether
 * more is marked than before. */
static bool mark_view(const struct graph_node *n, bool *is_kept)
{
    bool any = false, more = false;
    for (int k = 0; k < n->n_in; k++)
        any = any || is_kept[n->in[k]];
    for (int k = 0; k < n->n_out; k++)
        any = any || is_kept[n->first_out + k];
    for (int k = 0; any && k < n->n_in; k++) {
        more = more || !is_kept[n->in[k]];
        is_kept[n->in[k]] = true;
    }
    for (int k = 0; any && k < n->n_out; k++) {
        more = more || !is_kept[n->first_out + k];
        is_kept[n->first_out + k] = true;
    }
    return more;
}

/* Marks the caches, and what views join with them, however far. */
static bool *find_kept(const struct planner *p)
{
    const struct graph *g = p->graph;
    bool *is_kept = xcalloc((size_t)g->n_tensors, sizeof(*is_kept));
    bool more = true;
    for (int t = 0; t < g->n_tensors; t++)
        is_kept[t] = g->tensor[t].is_cache;
    while (more) {
        more = false;
        for (int i = 0; i < g->n_nodes; i++)
            if (is_view(p, i))
                more = mark_view(&g->node[i], is_kept) || more;
    }
    return is_kept;
}

/* Whether all that make or read a tensor in L2 find it there. */
static bool can_be_kept(const struct planner *p, int tensor, struct diag *d)
{
    const struct graph *g = p->graph;
    const struct graph_tensor *t = &g->tensor[tensor];
    const struct src_pos at = config_pos(p->in->cfg, "network.cache");
    const int writer = planner_writer(p, tensor);
    const char *who = NULL;
    if (writer >= 0 && !is_view(p, writer) &&
        (!planner_works_on(p, writer) ||
         g->node[writer].layer.op == LAYER_CONV_TRANSPOSE))
        who = g->node[writer].layer.name;
    for (int i = 0; i < g->n_nodes; i++)
        if (planner_reads(&g->node[i], tensor) && !is_view(p, i) &&
            (!planner_works_on(p, i) ||
             g->node[i].layer.op == LAYER_CONV_TRANSPOSE))
            who = g->node[i].layer.name;
    return who == NULL ||
           diag_error(d, at,
                      "'network.cache' is \"chip\", and '%s' of it is made or "
                      "read by node '%s' outside the chip or in parts; "
                      "\"dram\" is right, or a machine that does this node",
                      t->name, who);
}

/* Marks one tensor more that a node finds in L2; returns how many words it took
 * from DRAM, when it ran with what `was` says. */
static uint64_t mark_read(const struct planner *p, int node, int tensor,
                          const struct node_state *was, struct node_state *s)
{
    struct node_state one = *was;
    const uint64_t words = planner_read_words(p, node, tensor, &one);
    for (int t = 0; t < TENSOR_N; t++)
        s->stays[t] = s->stays[t] || one.stays[t];
    s->stays_input_words += one.stays_input_words - was->stays_input_words;
    return words;
}

/* Takes what is kept from a node's DRAM words; returns how many. */
static uint64_t mark_node(const struct planner *p, int node,
                          const bool *is_kept, struct node_state *s)
{
    const struct graph *g = p->graph;
    const struct node_state was = *s;
    const struct accesses *made =
        &s->result.counts.access[LEVEL_DRAM][TENSOR_PSUM];
    uint64_t saved = 0;
    for (int t = 0; t < g->n_tensors; t++) {
        if (!is_kept[t])
            continue;
        if (planner_writer(p, t) == node && !s->stays[TENSOR_PSUM]) {
            saved = count_add(saved, count_add(made->reads, made->writes));
            s->stays[TENSOR_PSUM] = true;
        }
        if (planner_reads(&g->node[node], t))
            saved = count_add(saved, mark_read(p, node, t, &was, s));
    }
    return saved;
}

/* Runs a node beside the caches, in place of what it was. */
static bool run_beside(struct planner *p, int node, const bool *is_kept,
                       struct resident_cache *out, struct diag *d)
{
    struct node_state *was = &p->node[node], s = *was;
    s.held_bytes = count_add(s.held_bytes, out->bytes);
    if (!planner_works_on(p, node)) {
        was->held_bytes = s.held_bytes;
        return true;
    }
    out->words_without =
        count_add(out->words_without, planner_dram_words(&was->result));
    out->cycles_without =
        count_add(out->cycles_without, planner_cycles(&was->result));
    out->saved_words =
        count_add(out->saved_words, mark_node(p, node, is_kept, &s));
    s.result.mapping_text = NULL; /* it is that of what it was */
    if (!planner_run(p, node, &s))
        return diag_error(
            d, config_pos(p->in->cfg, "network.cache"),
            "'network.cache' is \"chip\": caches take %" PRIu64
            " bytes of an L2 of %" PRIu64 ", and node '%s' has no mapping "
            "beside them; \"dram\" is right, or a larger L2",
            out->bytes, p->arch->l2_bytes, p->graph->node[node].layer.name);
    layer_result_fini(&was->result);
    *was = s;
    out->words_with =
        count_add(out->words_with, planner_dram_words(&was->result));
    out->cycles_with =
        count_add(out->cycles_with, planner_cycles(&was->result));
    return true;
}

bool residency_keep_caches(struct planner *p, struct resident_cache *out,
                           struct diag *d)
{
    const struct graph *g = p->graph;
    bool *is_kept = find_kept(p), ok = true;
    for (int t = 0; ok && t < g->n_tensors; t++) {
        const int writer = planner_writer(p, t);
        if (!is_kept[t])
            continue;
        ok = can_be_kept(p, t, d);
        if (writer >= 0 && is_view(p, writer))
            continue; /* it is made of others */
        out->tensors++;
        out->bytes = count_add(out->bytes, planner_bytes(p, t));
    }
    for (int i = 0; ok && i < g->n_nodes; i++)
        ok = run_beside(p, i, is_kept, out, d);
    out->fetched_again_words = (int64_t)out->words_with -
                               (int64_t)out->words_without +
                               (int64_t)out->saved_words;
    free(is_kept);
    return ok;
}
