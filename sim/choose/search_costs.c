/* search_costs.c - takes the costs that the search needs out of an energy
 * table's costs.
 * SPDX-License-Identifier: MIT
 */
#include "sim/choose/search_costs.h"

#include <math.h>
#include <string.h>

#include "sim/run/tile_table.h"

/* Sets what a DRAM part's bursts and rows cost, and a bit of them at least. */
static void set_bursts(const struct energy_costs *costs,
                       struct search_costs *out)
{
    const struct energy_dram *part = &costs->part;
    const double bits = 8.0 * dram_burst_bytes(&out->dram_cfg);
    out->dram_bit = costs->dram_bit.energy;
    out->dram_read_burst = out->dram_write_burst = bits * out->dram_bit;
    out->dram_row = 0;
    out->dram_row_bursts = 1;
    if (!part->is_of_currents)
        return;
    out->dram_read_burst = part->read_burst;
    out->dram_write_burst = part->write_burst;
    out->dram_row = part->activate;
    out->dram_row_bursts = part->row_bursts;
    out->dram_bit = (fmin(part->read_burst, part->write_burst) +
                     part->activate / part->row_bursts) /
                    bits;
}

void search_costs_of(const struct energy_costs *costs, const struct arch *arch,
                     struct search_costs *out)
{
    out->mac = costs->mac.energy;
    out->dram_cfg = tile_table_dram_cfg(arch);
    const bool by_bit = out->dram_cfg.kind == DRAM_PART;
    set_bursts(costs, out);
    const double bit = out->dram_bit;
    out->instruction = costs->instruction;
    out->static_cycle = costs->leakage_cycle + costs->clock_cycle;
    if (by_bit)
        out->static_cycle += costs->part.cycle;
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
    for (int k = 0; k < LEVEL_N; k++) {
        memcpy(out->hops[k], costs->hops[k], sizeof(out->hops[k]));
        for (int t = 0; t < TENSOR_N; t++) {
            out->inner[k][t] = costs->inner[k][t].energy;
            out->inner_write[k][t] = costs->inner[k][t].write;
        }
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
    const uint64_t row = (uint64_t)costs->dram_row_bursts;
    const uint64_t writes = counts->dram_write_bursts;
    const uint64_t bursts = counts->dram_bursts;
    return rest + (double)(bursts - writes) * costs->dram_read_burst +
           (double)writes * costs->dram_write_burst +
           (double)(bursts / row + (bursts % row != 0)) * costs->dram_row -
           useful_bits * costs->dram_bit;
}
