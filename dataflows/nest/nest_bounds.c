/* nest_bounds.c - lower bounds of a nest's cycles, one for each resource, from
 * the words that its closed form says it moves.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/nest/nest_bounds.h"

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

void nest_bounds(const struct arch *a, const struct layer *l,
                 const struct nest *nest, const struct dram_cfg *dram,
                 const struct counts *c, uint64_t out[BOUND_N])
{
    int buffers[TENSOR_N], banks[TENSOR_N];
    enum tensor tensor;
    uint64_t lacking, bytes = 0;
    SIM_CHECK(nest_l2_places(a, l, nest, buffers, banks, &tensor, &lacking));
    for (int k = 0; k < BOUND_N; k++)
        out[k] = 0;
    out[BOUND_macs] = ceil_div_u64(c->macs, (uint64_t)arch_pes(a));
    out[BOUND_busiest_pe] = nest_busiest_pe_cycles(a, l, nest);
    for (int k = 0; k < NETWORK_N; k++)
        out[network_bound[k]] = ceil_div_u64(
            c->link[network_link[k]].words_sent,
            (uint64_t)a->network[k].words_per_slot * slots(a, (enum network)k));
    out[BOUND_filter_l1_network] =
        l1_cycles(a, NETWORK_FILTER, &c->link[LINK_filter_l1]);
    out[BOUND_ifmap_l1_network] =
        l1_cycles(a, NETWORK_IFMAP, &c->link[LINK_ifmap_l1]);
    for (int t = 0; t < TENSOR_N; t++) {
        out[BOUND_l2_ports] = max_u64(
            out[BOUND_l2_ports],
            port_cycles(a, (enum tensor)t, &c->access[LEVEL_L2][t], banks[t]));
        bytes = count_add(bytes, counts_dram_bytes(a, c, (enum tensor)t));
    }
    out[BOUND_dram] = dram_min_cycles(dram, bytes);
}
