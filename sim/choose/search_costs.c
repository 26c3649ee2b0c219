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
