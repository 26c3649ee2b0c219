// nest_cost.h - what a nest costs by the energy table and by its bounds: what
// searches must find the least of.
// SPDX-License-Identifier: MIT
#ifndef TEST_DATAFLOWS_NEST_COST_H
#define TEST_DATAFLOWS_NEST_COST_H

#include <algorithm>

#include "dataflows/nest/nest_bounds.h"
#include "sim/choose/search_costs.h"

// costs: of the same energies and machine.
inline search_cost nest_cost(const energy_costs &energies,
                             const search_costs &costs, const arch &a,
                             const layer &l, const nest &n)
{
    layer_result r = {};
    layer_energy e = {};
    uint64_t bounds[BOUND_N];
    r.layer = l;
    nest_expect(&a, &l, &n, &r.counts);
    nest_bounds(&a, &l, &n, &costs.dram_cfg, &r.counts, bounds);
    if (a.zero_gating)
        r.gated_macs = r.gated_rf_filter_reads =
            uint64_t(double(r.counts.macs) * l.zero_share[TENSOR_IFMAP] + 0.5);
    energy_of_layer(&energies, &a, &r, 1, &e);
    return {e.total, *std::max_element(bounds, bounds + BOUND_N), 0};
}

#endif
