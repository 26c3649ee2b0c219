/* bounds.c - works out the lower bounds of a layer's cycles from its counts,
 * one for each resource, and one from its passes.
 * SPDX-License-Identifier: MIT
 */
#include "sim/run/bounds.h"

#include "dataflows/arith.h"
#include "dataflows/pass/pass_least.h"
#include "dataflows/placement.h"
#include "sim/pattern/pattern.h"
#include "sim/run/tile_table.h"

/* That a network moves in a cycle. */
static uint64_t network_words(const struct arch *a, int network)
{
    return (uint64_t)a->network[network].words_per_slot *
           (uint64_t)a->network[network].slots_per_cycle;
}

static void network_bounds(const struct arch *a, const struct counts *c,
                           uint64_t out[BOUND_N])
{
    for (int k = 0; k < NETWORK_N; k++)
        out[network_bound[k]] = ceil_div_u64(
            c->link[network_link[k]].words_sent, network_words(a, k));
}

/* A tile's banks serve nothing else while it lives. */
static uint64_t l2_port_cycles(const struct program *p, const struct counts *c,
                               enum tensor t)
{
    const struct arch *a = &p->arch;
    const struct accesses *l2 = &c->access[LEVEL_L2][t];
    /* A systolic array meets L2 through its edges, whose widths the networks'
     * bounds hold. */
    if (p->kind == NETWORK_SYSTOLIC)
        return 0;
    return arch_l2_port_cycles(a, t, p->banks[t], l2->reads - l2->dma_reads,
                               l2->writes - l2->dma_writes);
}

/* L1s work side by side: each bound is as if all had the same share. */
static void l1_bounds(const struct arch *a, const struct counts *c,
                      uint64_t out[BOUND_N])
{
    const uint64_t l1s =
        (uint64_t)(cluster_grid_rows(a) * cluster_grid_cols(a));
    const uint64_t width =
        l1s * (uint64_t)a->l1_bank_row_words * (uint64_t)a->l1_banks;
    const enum network network[] = {NETWORK_FILTER, NETWORK_IFMAP};
    const enum link link[] = {LINK_filter_l1, LINK_ifmap_l1};
    const enum bound from_l1[] = {BOUND_filter_network, BOUND_ifmap_network};
    const enum bound to_l1[] = {BOUND_filter_l1_network,
                                BOUND_ifmap_l1_network};
    uint64_t reads = 0, writes = 0;
    for (int k = 0; k < 2; k++) {
        uint64_t slots = (uint64_t)arch_l2_slots(a, network[k]);
        uint64_t slot_words = (uint64_t)a->network[network[k]].words_per_slot;
        out[from_l1[k]] = ceil_div_u64(out[from_l1[k]], l1s);
        out[to_l1[k]] =
            ceil_div_u64(c->link[link[k]].words_sent, slots * slot_words);
    }
    for (int t = 0; t < TENSOR_N; t++) {
        reads = count_add(reads, c->access[LEVEL_L1][t].reads);
        writes = count_add(writes, c->access[LEVEL_L1][t].writes);
    }
    if (a->l1_ports == BANK_1RW)
        out[BOUND_l1_ports] = ceil_div_u64(count_add(reads, writes), width);
    else
        out[BOUND_l1_ports] = ceil_div_u64(max_u64(reads, writes), width);
}

static uint64_t l2_words(const struct arch *a)
{
    uint64_t words = 0;
    for (int t = 0; t < (a->n_l2_stores > 0 ? TENSOR_N : 1); t++) {
        const struct l2_store store = arch_l2_store(a, (enum tensor)t);
        words += (uint64_t)store.banks * (uint64_t)store.bank_row_words *
                 (store.ports == BANK_1RW ? 1 : 2);
    }
    return words;
}

void bounds_peak_words(const struct arch *a, uint64_t out[BOUND_N])
{
    for (int k = 0; k < BOUND_N; k++)
        out[k] = 0;
    if (arch_has_levels(a))
        return;
    for (int k = 0; k < NETWORK_N; k++)
        out[network_bound[k]] = network_words(a, k);
    if (a->array_network != NETWORK_SYSTOLIC)
        out[BOUND_l2_ports] = l2_words(a);
    if (!a->has_l1)
        return;
    const uint64_t l1s = (uint64_t)arch_l1s(a);
    out[BOUND_filter_l1_network] =
        (uint64_t)arch_l2_slots(a, NETWORK_FILTER) *
        (uint64_t)a->network[NETWORK_FILTER].words_per_slot;
    out[BOUND_ifmap_l1_network] =
        (uint64_t)arch_l2_slots(a, NETWORK_IFMAP) *
        (uint64_t)a->network[NETWORK_IFMAP].words_per_slot;
    out[BOUND_filter_network] *= l1s;
    out[BOUND_ifmap_network] *= l1s;
}

/* Bytes of the tiles that the first pass waits for. */
static uint64_t first_bytes(const struct program *p)
{
    struct tile_move move = {0};
    struct cursor cursor;
    struct pass pass;
    uint64_t bytes = 0;
    cursor_start(&cursor);
    SIM_CHECK(cursor_next(p, &cursor, &pass));
    for (int t = 0; t < TENSOR_PSUM; t++) {
        if (!tensor_is_moved(&p->arch, &p->layer, (enum tensor)t))
            continue;
        program_tile_move(p, &pass, (enum tensor)t, &move);
        bytes = count_add(
            bytes, move.compressed_bytes > 0
                       ? move.compressed_bytes
                       : bytes_of_words(move.words, p->arch.precision_bits[t]));
    }
    tile_move_fini(&move);
    return bytes;
}

/* So many of `extent` are in the last tile of `size`. */
static uint64_t last_of(int extent, int size)
{
    return (uint64_t)tile_size(extent, size, ceil_div(extent, size) - 1);
}

/* Bytes of finished words that DRAM takes when no pass is in flight: the last
 * tile's, or, where L2 has one buffer of psums, all. */
static uint64_t alone_bytes(const struct program *p, const struct counts *c)
{
    const struct layer *l = &p->layer;
    const struct tiling *t = &p->tiling;
    const int bits = arch_ofmap_bits(&p->arch);
    const uint64_t all = counts_dram_bytes(&p->arch, c, TENSOR_PSUM);
    const uint64_t last = last_of(l->G, tiling_groups(t)) *
                          last_of(l->M / l->G, t->m) * last_of(l->N, t->n) *
                          last_of(l->P, t->e) *
                          last_of(l->Q, tiling_width(l, t));
    if (p->buffers[TENSOR_PSUM] == 1)
        return all;
    if (tensor_is_compressed(&p->arch, l, TENSOR_PSUM))
        return 0;
    return min_u64(all, bytes_of_words(last, bits));
}

/* A pass begins on an empty array when its tiles are there, and the last psums
 * leave behind the last pass. */
static uint64_t passes_cycles(const struct program *p, const struct counts *c,
                              const struct dram_cfg *dram)
{
    uint64_t cycles = (uint64_t)p->arch.layer_start_cycles;
    if (!pass_least_is_known(p))
        return 0;
    cycles = count_add(cycles, dram_min_cycles(dram, first_bytes(p)));
    cycles = count_add(cycles, program_least_cycles(p));
    return count_add(cycles, dram_min_cycles(dram, alone_bytes(p, c)));
}

void bounds_of(const struct dataflow *dataflow, const struct program *program,
               const struct counts *counts, uint64_t out[BOUND_N])
{
    const struct arch *a = &program->arch;
    struct dram_cfg dram = tile_table_dram_cfg(a);
    uint64_t bytes = 0;
    for (int k = 0; k < BOUND_N; k++)
        out[k] = 0;
    /* Which PE has most to do where zeros are skipped is not worked out. */
    const bool skips = pattern_steps(a, &program->layer);
    out[BOUND_macs] = ceil_div_u64(
        skips ? counts->macs_performed : counts->macs, arch_macs_per_cycle(a));
    if (dataflow->busiest_pe_cycles != NULL && !skips)
        out[BOUND_busiest_pe] =
            dataflow->busiest_pe_cycles(a, &program->layer, &program->mapping);
    if (program->kind == NETWORK_SYSTOLIC && dataflow->sum_folds != NULL) {
        struct fold_sums s;
        dataflow->sum_folds(a, &program->layer, &program->mapping, &s);
        out[BOUND_folds] = fold_sums_cycles(a, &s);
        if (s.drains_overlap)
            out[BOUND_folds] =
                count_add(out[BOUND_folds], fold_last_drain_cycles(a));
    }
    network_bounds(a, counts, out);
    if (a->has_l1)
        l1_bounds(a, counts, out);
    for (int t = 0; t < TENSOR_N; t++) {
        out[BOUND_l2_ports] =
            max_u64(out[BOUND_l2_ports],
                    l2_port_cycles(program, counts, (enum tensor)t));
        bytes = count_add(bytes, counts_dram_bytes(a, counts, (enum tensor)t));
    }
    out[BOUND_dram] = dram_min_cycles(&dram, bytes);
    out[BOUND_passes] = passes_cycles(program, counts, &dram);
}
