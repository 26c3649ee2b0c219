/* nest_bounds.c - lower bounds of a nest's cycles, one for each resource, from
 * the words that its closed form says it moves.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/nest/nest_bounds.h"

#include "dataflows/nest/nest_fold.h"
#include "dataflows/program.h"

/* Slots a cycle that may carry a tensor to the PEs, to L1 or back: on the
 * network at L2, and on one under each L1. */
static uint64_t slots(const struct arch *a, enum network network)
{
    uint64_t own = (uint64_t)a->network[network].slots_per_cycle;
    uint64_t l1s =
        (uint64_t)nest_cluster_rows(a) * (uint64_t)nest_cluster_cols(a);
    return (uint64_t)arch_l2_slots(a, network) + (a->has_l1 ? l1s * own : 0);
}

/* Cycles that the network from L2 to the L1s needs at least for its words. */
static uint64_t l1_cycles(const struct arch *a, enum network network,
                          const struct link_words *words)
{
    return ceil_div_u64(words->words_sent,
                        (uint64_t)a->network[network].words_per_slot *
                            (uint64_t)arch_l2_slots(a, network));
}

static uint64_t port_cycles(const struct arch *a, enum tensor tensor,
                            const struct accesses *l2, int banks)
{
    if (banks == 0) /* L2 does not keep it */
        return 0;
    return arch_l2_port_cycles(a, tensor, banks, l2->reads - l2->dma_reads,
                               l2->writes - l2->dma_writes);
}

/* A systolic array meets L2 through its edges, whose widths the networks'
 * bounds hold. */
static void fold_bounds(const struct arch *a, const struct layer *l,
                        const struct nest *nest, uint64_t out[BOUND_N])
{
    struct nest_fold fold;
    struct fold_sums s;
    char why[256];
    SIM_CHECK(nest_fold_of(a, l, nest, &fold, why));
    nest_fold_sums(&fold, a, l, &s);
    out[BOUND_folds] = fold_sums_cycles(a, &s);
    if (s.drains_overlap)
        out[BOUND_folds] =
            count_add(out[BOUND_folds], fold_last_drain_cycles(a));
    out[BOUND_l2_ports] = 0;
}

/* The same of listed levels: of each resource the slowest level's, with its
 * words spread evenly over all instances. */
static void levels_bounds(const struct arch *a, const struct counts *c,
                          uint64_t out[BOUND_N])
{
    static const enum bound bound[FLOW_PSUM_LINK] = {
        [FLOW_IFMAP] = BOUND_ifmap_network,
        [FLOW_FILTER] = BOUND_filter_network,
        [FLOW_PSUM_IN] = BOUND_psum_in_network,
        [FLOW_PSUM_OUT] = BOUND_psum_out_network};
    for (int k = 0; k < LEVEL_DRAM; k++) {
        const struct level_arch *at = &a->level[k];
        if (!arch_has_level(a, (enum level)k))
            continue;
        const uint64_t instances = arch_level_instances(a, k);
        const uint64_t width = instances * (uint64_t)at->words_per_slot *
                               (uint64_t)at->slots_per_cycle;
        for (int f = 0; f < FLOW_PSUM_LINK; f++)
            out[bound[f]] = max_u64(
                out[bound[f]], ceil_div_u64(c->flow[k][f].words_sent, width));
        for (int i = 0; i < at->n_stores; i++) {
            const struct l2_store *store = &at->store[i];
            const uint64_t row = instances * (uint64_t)store->banks *
                                 (uint64_t)store->bank_row_words;
            uint64_t reads = 0, writes = 0;
            for (int t = 0; t < TENSOR_N; t++) {
                const struct accesses *x = &c->access[k][t];
                if (!store->holds[t])
                    continue;
                reads = count_add(reads, x->reads - x->dma_reads);
                writes = count_add(writes, x->writes - x->dma_writes);
            }
            const uint64_t cycles =
                store->ports == BANK_1RW
                    ? ceil_div_u64(count_add(reads, writes), row)
                    : max_u64(ceil_div_u64(reads, row),
                              ceil_div_u64(writes, row));
            const enum bound ports =
                k == LEVEL_L2 ? BOUND_l2_ports : BOUND_l1_ports;
            out[ports] = max_u64(out[ports], cycles);
        }
    }
}

static void usual_bounds(const struct arch *a, const struct layer *l,
                         const struct nest *nest, const struct counts *c,
                         uint64_t out[BOUND_N])
{
    int buffers[TENSOR_N], banks[TENSOR_N];
    enum tensor tensor;
    uint64_t lacking;
    SIM_CHECK(nest_l2_places(a, l, nest, buffers, banks, &tensor, &lacking));
    for (int k = 0; k < NETWORK_N; k++)
        out[network_bound[k]] = ceil_div_u64(
            c->link[network_link[k]].words_sent,
            (uint64_t)a->network[k].words_per_slot * slots(a, (enum network)k));
    out[BOUND_filter_l1_network] =
        l1_cycles(a, NETWORK_FILTER, &c->link[LINK_filter_l1]);
    out[BOUND_ifmap_l1_network] =
        l1_cycles(a, NETWORK_IFMAP, &c->link[LINK_ifmap_l1]);
    for (int t = 0; t < TENSOR_N; t++)
        out[BOUND_l2_ports] = max_u64(
            out[BOUND_l2_ports],
            port_cycles(a, (enum tensor)t, &c->access[LEVEL_L2][t], banks[t]));
}

void nest_bounds(const struct arch *a, const struct layer *l,
                 const struct nest *nest, const struct dram_cfg *dram,
                 const struct counts *c, uint64_t out[BOUND_N])
{
    uint64_t bytes = 0;
    for (int k = 0; k < BOUND_N; k++)
        out[k] = 0;
    out[BOUND_macs] = ceil_div_u64(c->macs, (uint64_t)arch_pes(a));
    out[BOUND_busiest_pe] = nest_busiest_pe_cycles(a, l, nest);
    if (arch_has_levels(a))
        levels_bounds(a, c, out);
    else
        usual_bounds(a, l, nest, c, out);
    for (int t = 0; t < TENSOR_N; t++)
        bytes = count_add(bytes, counts_dram_bytes(a, c, (enum tensor)t));
    out[BOUND_dram] = dram_min_cycles(dram, bytes);
    if (a->array_network == NETWORK_SYSTOLIC)
        fold_bounds(a, l, nest, out);
}
