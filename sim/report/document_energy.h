/* document_energy.h - energies and areas as members of a result's document.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_REPORT_DOCUMENT_ENERGY_H
#define SIM_REPORT_DOCUMENT_ENERGY_H

#include <jansson.h>

#include "sim/energy/energy_area.h"
#include "sim/report/report.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Members of a range, and what they are; NULL behind the last name. */
extern const char *const range_member[], *const range_member_doc[];

/* New nodes: the parts and their sum, what one event costs, areas. */
json_t *document_energies(const struct layer_energy *energy);
json_t *document_costs(const struct report_input *in,
                       const struct energy_costs *costs);
json_t *document_area(const struct machine_area *area);
/* Puts how far the total of a layer, or of all, may lie from the table's, if
 * the table says. */
void document_put_range(json_t *o, const struct report_input *in,
                        const struct layer_result *r);
/* Puts its total under each table of the report, where there are several. */
void document_put_by_table(json_t *o, const struct report_input *in,
                           const struct layer_result *r);

#ifdef __cplusplus
}
#endif

#endif
