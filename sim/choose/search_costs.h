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

/* A DRAM part's bursts are not counted in closed form: its energy is paid
 * per useful word, which is a lower bound. */
void search_costs_of(const struct energy_costs *costs, const struct arch *arch,
                     struct search_costs *out);

#ifdef __cplusplus
}
#endif

#endif
