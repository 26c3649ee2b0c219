/* schema_energy.h - what a result says of energy beside its sums, as nodes of a
 * JSON Schema.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_REPORT_SCHEMA_ENERGY_H
#define SIM_REPORT_SCHEMA_ENERGY_H

#include <jansson.h>

/* How far a total may lie from the table's; totals under several tables; what
 * one event costs.  New nodes. */
json_t *schema_energy_range(void);
json_t *schema_energy_by_table(void);
json_t *schema_energy_costs(void);

#endif
