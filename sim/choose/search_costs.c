/* search_costs.c - takes the costs that the search needs out of an energy
 * table's costs.
 * SPDX-License-Identifier: MIT
 */
#include "sim/choose/search_costs.h"

#include "sim/run/tile_table.h"

void search_costs_of(const struct energy_costs *costs, const struct arch *arch,
                     struct search_costs *out)
{
    out->mac = costs->mac.energy;
    out->dram_cfg = tile_table_dram_cfg(arch);
    const bool by_bit = out->dram_cfg.kind == DRAM_PART;
    const double bit = costs->dram_bit.energy;
    out->dram_bit = costs->dram_bit.energy;
    out->instruction = costs->instruction;
    out->static_cycle = costs->leakage_cycle + costs->clock_cycle;
    for (int t = 0; t < TENSOR_N; t++) {
        out->rf[t] = costs->rf[t].energy;
        out->noc_hop[t] = costs->noc_hop[t].energy;
        out->l1[t] = costs->l1[t].energy;
        out->l2[t] = costs->l2[t].energy;
        out->rf_write[t] = costs->rf[t].write;
        out->l1_write[t] = costs->l1[t].write;
        out->l2_write[t] = costs->l2[t].write;
        out->dram[t] =
            by_bit ? bit * arch->precision_bits[t] : costs->dram[t].energy;
    }
    out->l2_finished = costs->l2_finished.energy;
    out->l2_finished_write = costs->l2_finished.write;
    out->dram_finished =
        by_bit ? bit * arch_ofmap_bits(arch) : costs->dram_finished.energy;
}

double search_costs_rest(const struct search_costs *costs,
                         const struct arch *arch, const struct counts *counts,
                         uint64_t cycles)
{
    double rest = costs->static_cycle * (double)cycles +
                  costs->instruction * (double)counts->macs;
    if (costs->dram_cfg.kind != DRAM_PART)
        return rest;
    double useful_bits = 0;
    for (int t = 0; t < TENSOR_N; t++) {
        const struct accesses *dram = &counts->access[LEVEL_DRAM][t];
        const struct compressed_words *coded = &counts->dram_compressed[t];
        const int map_bits = arch_map_bits(arch, (enum tensor)t);
        const double words = (double)dram->reads + (double)dram->writes;
        useful_bits += words * arch->precision_bits[t] +
                       (double)coded->bytes * 8 -
                       (double)coded->words * map_bits;
    }
    const struct finished_words f = counts->finished_dram;
    useful_bits += ((double)f.reads + (double)f.writes) *
                   (arch_ofmap_bits(arch) - arch->precision_bits[TENSOR_PSUM]);
    return rest + ((double)counts->dram_bursts * 8 *
                       dram_burst_bytes(&costs->dram_cfg) -
                   useful_bits) *
                      costs->dram_bit;
}
