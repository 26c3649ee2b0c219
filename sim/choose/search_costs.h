/* search_costs.h - an energy table's costs as the search takes them.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CHOOSE_SEARCH_COSTS_H
#define SIM_CHOOSE_SEARCH_COSTS_H

#include "dataflows/search/cost.h"
#include "sim/energy/energy.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A DRAM part's energy is paid per useful word, which is a lower bound. */
void search_costs_of(const struct energy_costs *costs, const struct arch *arch,
                     struct search_costs *out);
/* What a mapping takes besides: the rest of a DRAM part's bursts, and what
 * flows in so many cycles. */
double search_costs_rest(const struct search_costs *costs,
                         const struct arch *arch, const struct counts *counts,
                         uint64_t cycles);

#ifdef __cplusplus
}
#endif

#endif
