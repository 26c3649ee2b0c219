/* model.h - what is known of a layer on a machine without running it: every
 * access in closed form, and how few cycles each resource allows.
 *
 * Counts are those of a simulation, word for word; cycles, the ledger and
 * what follows from them are left at 0 and the result is marked so
 * (`is_model`).  Pure, and safe to call from several threads.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_RUN_MODEL_H
#define SIM_RUN_MODEL_H

#include "dataflows/program.h"
#include "sim/base/result.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Errors: no legal mapping (EXIT_NO_MAPPING). */
bool model_layer(const struct arch *arch, const struct layer *layer,
                 const char *dataflow, const struct given_mapping *given,
                 bool show_mapping, struct layer_result *out, struct diag *d);
/* The same of a legal mapping. */
void model_mapping(const struct arch *arch, const struct layer *layer,
                   const struct dataflow *dataflow,
                   const struct mapping *mapping, struct layer_result *out);

/* What a simulation and the closed form say of a mapping alike: its names,
 * its parameters, where it comes from. */
void result_describe(const struct layer *layer, const struct dataflow *dataflow,
                     const struct mapping *mapping,
                     const struct given_mapping *given,
                     struct layer_result *out);
/* MACs and filter reads that meet a zero, by the declared share. */
void result_gate(const struct arch *arch, struct layer_result *out);
/* Filter reads of register files that gated MACs save; none where filter
 * words skip the register files. */
uint64_t result_gated_filter_reads(const struct layer_result *out);
/* What --show-mapping prints; to be freed. */
char *mapping_text(const struct dataflow *dataflow, const struct arch *arch,
                   const struct layer *layer, const struct mapping *mapping);

#ifdef __cplusplus
}
#endif

#endif
