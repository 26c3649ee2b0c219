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
    for (int t = 0; t < TENSOR_N; t++) {
        out->rf[t] = costs->rf[t].energy;
        out->noc_hop[t] = costs->noc_hop[t].energy;
        out->l1[t] = costs->l1[t].energy;
        out->l2[t] = costs->l2[t].energy;
        out->dram[t] = out->dram_cfg.kind == DRAM_PART
                           ? costs->dram_bit.energy * arch->precision_bits[t]
                           : costs->dram[t].energy;
    }
}
