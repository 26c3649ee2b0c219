/* residency_node.c - runs a node of a graph beside what stays in L2, and says
 * what it takes of a tensor.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "sim/network/residency_plan.h"
#include "sim/network/vector_tiling.h"
#include "sim/run/model.h"
#include "sim/run/simulate.h"

bool planner_works_on(const struct planner *p, int node)
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
bool planner_run(const struct planner *p, int node, struct node_state *s)
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
uint64_t planner_cycles(const struct layer_result *r)
{
    return r->is_model ? r->bounds_cycles[result_binding_bound(r)] : r->cycles;
}

uint64_t planner_dram_words(const struct layer_result *r)
{
    uint64_t words = 0;
    for (int t = 0; t < TENSOR_N; t++) {
        const struct accesses *a = &r->counts.access[LEVEL_DRAM][t];
        words = count_add(words, count_add(a->reads, a->writes));
    }
    return words;
}

/* The node that writes a tensor: the MAC loop before an epilogue. */
int planner_writer(const struct planner *p, int tensor)
{
    int node = p->graph->tensor[tensor].producer;
    while (node >= 0 && node_place_of(p->arch, &p->graph->node[node].layer) ==
                            PLACE_EPILOGUE)
        node = p->graph->tensor[p->graph->node[node].in[0]].producer;
    return node;
}

bool planner_reads(const struct graph_node *n, int tensor)
{
    for (int i = 0; i < n->n_in; i++)
        if (n->in[i] == tensor)
            return true;
    return false;
}

/* What a reader takes from DRAM of the tensor, before it stays there, and what
 * is marked when it does. */
uint64_t planner_read_words(const struct planner *p, int node, int tensor,
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

uint64_t planner_bytes(const struct planner *p, int tensor)
{
    const struct graph_tensor *t = &p->graph->tensor[tensor];
    int word_bits =
        t->bits > 0 ? t->bits : p->arch->precision_bits[TENSOR_IFMAP];
    struct arch own;
    if (t->producer >= 0) {
        arch_of_layer(p->arch, &p->in->network->rows->layer[t->producer], &own);
        word_bits = arch_ofmap_bits(&own);
    }
    const uint64_t bits =
        count_mul(count_mul((uint64_t)p->in->network->rows->batch,
                            map_shape_words(t->shape)),
                  (uint64_t)word_bits);
    return bits / 8 + (bits % 8 != 0);
}
