/* residency.c - tries tensor by tensor what staying in L2 brings.
 *
 * Tensors of short lives come first, larger ones before smaller.  A tensor is
 * tried on what stays already: the nodes of its life run again with less L2.
 * Under "fit" it stays if these nodes take no more cycles and fewer DRAM words
 * than before, so that the whole is never slower; under "all" if they have a
 * mapping at all.
 * SPDX-License-Identifier: MIT
 */
#include "sim/network/residency.h"

#include <stdlib.h>
#include <string.h>

#include "sim/network/residency_plan.h"

bool residency_is_possible(const struct residency_input *in, struct diag *d)
{
    const struct arch *arch = config_arch(in->cfg);
    const bool plans = arch->residency != RESIDENCY_NONE;
    const char *key = plans ? "network.residency" : "network.cache";
    const char *none = plans ? "none" : "dram";
    const struct src_pos at = config_pos(in->cfg, key);
    if (arch->residency == RESIDENCY_NONE && arch->cache == CACHE_DRAM)
        return true;
    if (in->network->graph == NULL || in->network->graph->is_list ||
        in->network->is_part)
        return diag_error(d, at,
                          "'%s' is about tensors between the "
                          "nodes of a whole graph (docs/networks.md); with "
                          "other layers it may be \"%s\"",
                          key, none);
    if (arch->carries != CARRIES_ALL)
        return diag_error(d, at,
                          "'%s' chooses what stays and "
                          "'dram.carries' is 'filters', with which all maps "
                          "do; 'all' is right",
                          key);
    if (arch->n_l2_stores > 0)
        return diag_error(d, at,
                          "'%s' is not modelled with "
                          "'l2.stores'; \"%s\" is right",
                          key, none);
    if (in->dataflow == NULL)
        return diag_error(d, at,
                          "'%s' maps layers anew and a mapping "
                          "file gives them; \"%s\" is right, or a dataflow "
                          "without the file",
                          key, none);
    return residency_cache_is_possible(in, d);
}

/* Forgets the trials of the nodes of a tensor's life, up to one of them. */
static void drop_trials(struct planner *p, int first, int last)
{
    for (int i = first; i <= last; i++)
        if (planner_works_on(p, i))
            layer_result_fini(&p->trial[i].result);
}

/* Fills the trial of each node of the tensor's life, and what it saves; where
 * it says no, none is left. */
static bool try_tensor(struct planner *p, int tensor,
                       struct resident_tensor *out)
{
    uint64_t without = 0, with = 0, before = 0, after = 0, saved = 0;
    for (int i = out->first; i <= out->last; i++) {
        struct node_state *s = &p->trial[i];
        if (!planner_works_on(p, i))
            continue;
        *s = p->node[i];
        without = count_add(without, planner_dram_words(&s->result));
        before = count_add(before, planner_cycles(&s->result));
        if (i == out->first) {
            const struct accesses *a =
                &s->result.counts.access[LEVEL_DRAM][TENSOR_PSUM];
            saved = count_add(saved, count_add(a->reads, a->writes));
            s->stays[TENSOR_PSUM] = true;
        } else if (planner_reads(&p->graph->node[i], tensor)) {
            saved = count_add(saved, planner_read_words(p, i, tensor, s));
        }
        s->held_bytes = count_add(s->held_bytes, out->bytes);
        s->result.mapping_text = NULL; /* it is the node's */
        if (!planner_run(p, i, s)) {
            out->why = "no room beside it for a node's tiles";
            drop_trials(p, out->first, i - 1);
            return false;
        }
        with = count_add(with, planner_dram_words(&s->result));
        after = count_add(after, planner_cycles(&s->result));
    }
    if (p->arch->residency == RESIDENCY_FIT &&
        (after > before || with >= without)) {
        out->why = after > before ? "slower with what is left for tiles"
                                  : "as many words are fetched again";
        drop_trials(p, out->first, out->last);
        return false;
    }
    out->words_without = without;
    out->words_with = with;
    out->saved_words = saved;
    out->fetched_again_words =
        (int64_t)with - (int64_t)without + (int64_t)saved;
    return true;
}

/* Sets the tensor's life, and why it cannot stay whatever the room. */
static void describe(const struct planner *p, int tensor,
                     struct resident_tensor *out)
{
    const struct graph *g = p->graph;
    const struct graph_tensor *t = &g->tensor[tensor];
    out->name = t->name;
    out->bytes = planner_bytes(p, tensor);
    out->first = planner_writer(p, tensor);
    out->last = -1;
    if (out->first < 0 || !planner_works_on(p, out->first))
        out->why = "made outside the chip, or a view";
    else if (g->node[out->first].layer.op == LAYER_CONV_TRANSPOSE)
        out->why = "made in parts, of a transposed convolution";
    for (int i = 0; i < g->n_nodes; i++) {
        if (!planner_reads(&g->node[i], tensor))
            continue;
        out->last = i;
        if (!planner_works_on(p, i))
            out->why = "read outside the chip, or by a view";
        else if (g->node[i].layer.op == LAYER_CONV_TRANSPOSE)
            out->why = "read in parts, by a transposed convolution";
    }
    if (out->last < 0)
        out->why = "the network's output";
}

/* Whether the tensor is one that lies somewhere: an epilogue takes what is
 * before it as it leaves. */
static bool is_stored(const struct planner *p, int tensor)
{
    const struct graph *g = p->graph;
    if (g->tensor[tensor].producer < 0)
        return false;
    for (int i = 0; i < g->n_nodes; i++)
        if (planner_reads(&g->node[i], tensor) &&
            node_place_of(p->arch, &g->node[i].layer) == PLACE_EPILOGUE)
            return false;
    return true;
}

struct waiting_tensor {
    int tensor;
    struct resident_tensor *of;
};

static int shorter_first(const void *a, const void *b)
{
    const struct resident_tensor *x = ((const struct waiting_tensor *)a)->of;
    const struct resident_tensor *y = ((const struct waiting_tensor *)b)->of;
    const int life = (x->last - x->first) - (y->last - y->first);
    if (life != 0)
        return life;
    if (x->bytes != y->bytes)
        return x->bytes > y->bytes ? -1 : 1;
    return x->first - y->first;
}

static void find_room(const struct planner *p, struct resident_tensor *t)
{
    t->free_bytes = p->arch->l2_bytes;
    for (int i = t->first; i <= t->last; i++) {
        const uint64_t held = p->node[i].held_bytes;
        const uint64_t left =
            held < p->arch->l2_bytes ? p->arch->l2_bytes - held : 0;
        if (left < t->free_bytes)
            t->free_bytes = left;
    }
}

static void place(struct planner *p, const struct waiting_tensor *c)
{
    struct resident_tensor *t = c->of;
    if (t->why != NULL)
        return;
    find_room(p, t);
    if (t->bytes >= t->free_bytes) {
        t->why = "larger than what is free";
        return;
    }
    if (!try_tensor(p, c->tensor, t))
        return;
    t->stays = true;
    for (int i = t->first; i <= t->last; i++)
        if (planner_works_on(p, i)) {
            layer_result_fini(&p->node[i].result);
            p->node[i] = p->trial[i];
        } else {
            p->node[i].held_bytes = count_add(p->node[i].held_bytes, t->bytes);
        }
}

static void place_all(struct planner *p, struct residency *out)
{
    const struct graph *g = p->graph;
    struct waiting_tensor *c = xcalloc((size_t)g->n_tensors + 1, sizeof(*c));
    out->tensor = xcalloc((size_t)g->n_tensors + 1, sizeof(*out->tensor));
    for (int t = 0; t < g->n_tensors; t++) {
        if (!is_stored(p, t))
            continue;
        c[out->n] = (struct waiting_tensor){t, &out->tensor[out->n]};
        describe(p, t, &out->tensor[out->n]);
        out->n++;
    }
    qsort(c, (size_t)out->n, sizeof(*c), shorter_first);
    for (int i = 0; i < out->n; i++)
        place(p, &c[i]);
    free(c);
}

bool residency_plan(const struct residency_input *in,
                    struct layer_result *results, struct residency *out,
                    struct diag *d)
{
    const int n = in->network->rows->n_layers;
    struct planner p = {
        .in = in, .graph = in->network->graph, .arch = config_arch(in->cfg)};
    memset(out, 0, sizeof(*out));
    if (!config_mapping_by_hand(in->cfg, in->dataflow, &p.given, d))
        return false;
    p.node = xcalloc((size_t)n, sizeof(*p.node));
    p.trial = xcalloc((size_t)n, sizeof(*p.trial));
    for (int i = 0; i < n; i++)
        p.node[i].result = results[i];
    const bool ok = p.arch->cache == CACHE_DRAM ||
                    residency_keep_caches(&p, &out->cache, d);
    if (ok && p.arch->residency != RESIDENCY_NONE)
        place_all(&p, out);
    for (int i = 0; i < n; i++)
        results[i] = p.node[i].result;
    free(p.node);
    free(p.trial);
    return ok;
}

void residency_fini(struct residency *r)
{
    free(r->tensor);
    memset(r, 0, sizeof(*r));
}
