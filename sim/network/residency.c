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

#include "sim/choose/chooser.h"
#include "sim/network/vector_tiling.h"
#include "sim/run/model.h"
#include "sim/run/simulate.h"

/* What stays around a node, and what came of it. */
struct node_state {
    uint64_t held_bytes;        /* of tensors that live through it */
    bool stays[TENSOR_N];       /* of its own, by the operand */
    uint64_t stays_input_words; /* of a node without a MAC loop */
    struct layer_result result;
};

struct planner {
    const struct residency_input *in;
    const struct graph *graph;
    const struct arch *arch;
    struct given_mapping given; /* by hand */
    struct node_state *node;    /* owns */
    struct node_state *trial;   /* owns; of the nodes of a tensor's life */
};

bool residency_is_possible(const struct residency_input *in, struct diag *d)
{
    const struct arch *arch = config_arch(in->cfg);
    const struct src_pos at = config_pos(in->cfg, "network.residency");
    if (arch->residency == RESIDENCY_NONE)
        return true;
    if (in->network->graph == NULL || in->network->graph->is_list ||
        in->network->is_part)
        return diag_error(d, at,
                          "'network.residency' is about tensors between the "
                          "nodes of a whole graph (docs/networks.md); with "
                          "other layers it may be \"none\"");
    if (arch->carries != CARRIES_ALL)
        return diag_error(d, at,
                          "'network.residency' chooses what stays and "
                          "'dram.carries' is 'filters', with which all maps "
                          "do; 'all' is right");
    if (arch->n_l2_stores > 0)
        return diag_error(d, at,
                          "'network.residency' is not modelled with "
                          "'l2.stores'; \"none\" is right");
    if (in->dataflow == NULL)
        return diag_error(d, at,
                          "'network.residency' maps layers anew and a mapping "
                          "file gives them; \"none\" is right, or a dataflow "
                          "without the file");
    return true;
}

static bool is_worked_on(const struct planner *p, int node)
{
    const enum node_place place =
        node_place_of(p->arch, &p->in->network->rows->layer[node]);
    return place == PLACE_ARRAY || place == PLACE_VECTOR;
}

/* The machine as a node finds it beside what stays. */
static bool arch_beside(const struct planner *p, const struct node_state *s,
                        struct arch *out)
{
    *out = *p->arch;
    const uint64_t least = (uint64_t)out->l2_banks *
                           (uint64_t)out->l2_bank_row_words *
                           (uint64_t)out->precision_bits[TENSOR_PSUM] / 8;
    if (s->held_bytes >= out->l2_bytes || out->l2_bytes - s->held_bytes < least)
        return false;
    out->l2_bytes -= s->held_bytes;
    memcpy(out->stays, s->stays, sizeof(out->stays));
    out->stays_input_words = s->stays_input_words;
    return true;
}

/* Runs a node beside what stays.  false: it does not fit. */
static bool run_node(const struct planner *p, int node, struct node_state *s)
{
    const struct layer *l = &p->in->network->rows->layer[node];
    const struct simulate_options *how = p->in->simulate;
    struct layer_mapping mapping;
    struct diag *quiet = diag_new();
    struct arch arch, own;
    bool ok = arch_beside(p, s, &arch);
    if (ok && !layer_is_mac(l)) {
        ok = node_place_of(&arch, l) == PLACE_VECTOR &&
             vector_result(&arch, l, how, &s->result, quiet);
    } else if (ok) {
        arch_of_layer(&arch, l, &own);
        ok = choose_mapping(&own, l, p->in->dataflow, &p->given, &mapping,
                            quiet) &&
             (how != NULL
                  ? simulate_layer(&arch, l, &mapping, how, &s->result, quiet)
                  : model_layer(&arch, l, &mapping, p->in->show_mapping,
                                &s->result, quiet));
    }
    diag_free(quiet);
    return ok;
}

/* Cycles, or, of a closed form, the bound of them. */
static uint64_t cycles_of(const struct layer_result *r)
{
    return r->is_model ? r->bounds_cycles[result_binding_bound(r)] : r->cycles;
}

static uint64_t dram_words(const struct layer_result *r)
{
    uint64_t words = 0;
    for (int t = 0; t < TENSOR_N; t++) {
        const struct accesses *a = &r->counts.access[LEVEL_DRAM][t];
        words = count_add(words, count_add(a->reads, a->writes));
    }
    return words;
}

/* The node that writes a tensor: the MAC loop before an epilogue. */
static int writer_of(const struct planner *p, int tensor)
{
    int node = p->graph->tensor[tensor].producer;
    while (node >= 0 && node_place_of(p->arch, &p->graph->node[node].layer) ==
                            PLACE_EPILOGUE)
        node = p->graph->tensor[p->graph->node[node].in[0]].producer;
    return node;
}

static bool reads(const struct graph_node *n, int tensor)
{
    for (int i = 0; i < n->n_in; i++)
        if (n->in[i] == tensor)
            return true;
    return false;
}

/* What a reader takes from DRAM of the tensor, before it stays there, and what
 * is marked when it does. */
static uint64_t read_words(const struct planner *p, int node, int tensor,
                           struct node_state *s)
{
    const struct graph_node *n = &p->graph->node[node];
    const struct accesses *dram = s->result.counts.access[LEVEL_DRAM];
    const struct layer *l = &p->in->network->rows->layer[node];
    uint64_t words = 0;
    if (!layer_is_mac(l)) {
        const uint64_t one = count_mul(
            (uint64_t)l->N, map_shape_words(p->graph->tensor[tensor].shape));
        const uint64_t moved =
            count_mul((uint64_t)l->N, l->input_words) - s->stays_input_words;
        for (int i = 0; i < n->n_in; i++)
            if (n->in[i] == tensor) {
                /* Its share, where tiles load words twice. */
                words +=
                    (uint64_t)((wide)dram[TENSOR_IFMAP].reads * one / moved);
                s->stays_input_words += one;
            }
        return words;
    }
    for (int i = 0; i < n->n_in; i++) {
        const enum tensor t = i == 0 ? TENSOR_IFMAP : TENSOR_FILTER;
        if (n->in[i] != tensor || s->stays[t])
            continue;
        words += dram[t].reads;
        s->stays[t] = true;
    }
    return words;
}

/* Forgets the trials of the nodes of a tensor's life, up to one of them. */
static void drop_trials(struct planner *p, int first, int last)
{
    for (int i = first; i <= last; i++)
        if (is_worked_on(p, i))
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
        if (!is_worked_on(p, i))
            continue;
        *s = p->node[i];
        without = count_add(without, dram_words(&s->result));
        before = count_add(before, cycles_of(&s->result));
        if (i == out->first) {
            const struct accesses *a =
                &s->result.counts.access[LEVEL_DRAM][TENSOR_PSUM];
            saved = count_add(saved, count_add(a->reads, a->writes));
            s->stays[TENSOR_PSUM] = true;
        } else if (reads(&p->graph->node[i], tensor)) {
            saved = count_add(saved, read_words(p, i, tensor, s));
        }
        s->held_bytes = count_add(s->held_bytes, out->bytes);
        s->result.mapping_text = NULL; /* it is the node's */
        if (!run_node(p, i, s)) {
            out->why = "no room beside it for a node's tiles";
            drop_trials(p, out->first, i - 1);
            return false;
        }
        with = count_add(with, dram_words(&s->result));
        after = count_add(after, cycles_of(&s->result));
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
    const struct layer *made = &p->in->network->rows->layer[t->producer];
    struct arch own;
    arch_of_layer(p->arch, made, &own);
    const uint64_t bits =
        count_mul(count_mul((uint64_t)p->in->network->rows->batch,
                            map_shape_words(t->shape)),
                  (uint64_t)arch_ofmap_bits(&own));
    out->name = t->name;
    out->bytes = bits / 8 + (bits % 8 != 0);
    out->first = writer_of(p, tensor);
    out->last = -1;
    if (out->first < 0 || !is_worked_on(p, out->first))
        out->why = "made outside the chip, or a view";
    else if (g->node[out->first].layer.op == LAYER_CONV_TRANSPOSE)
        out->why = "made in parts, of a transposed convolution";
    for (int i = 0; i < g->n_nodes; i++) {
        if (!reads(&g->node[i], tensor))
            continue;
        out->last = i;
        if (!is_worked_on(p, i))
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
        if (reads(&g->node[i], tensor) &&
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
        if (is_worked_on(p, i)) {
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
    place_all(&p, out);
    for (int i = 0; i < n; i++)
        results[i] = p.node[i].result;
    free(p.node);
    free(p.trial);
    return true;
}

void residency_fini(struct residency *r)
{
    free(r->tensor);
    memset(r, 0, sizeof(*r));
}
