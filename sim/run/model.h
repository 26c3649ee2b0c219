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

#include "sim/base/result.h"
#include "sim/run/layer_mapping.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Errors: the mapping has more of something than is counted. */
bool model_layer(const struct arch *arch, const struct layer *layer,
                 const struct layer_mapping *mapping, bool show_mapping,
                 struct layer_result *out, struct diag *d);

/* The same without what its passes do beside moving words (which
 * result_count_events adds), of a mapping whose counts may be too many; says
 * nothing. */
void model_mapping(const struct arch *arch, const struct layer *layer,
                   const struct layer_mapping *mapping,
                   struct layer_result *out);

/* Sets the bursts that the DRAM words of `counts` take at least: no tensor
 * moves in fewer than its bytes fit into. */
void model_least_bursts(const struct arch *arch, int burst_bytes,
                        struct counts *counts);

/* What a simulation and the closed form say of a mapping alike: its names,
 * its parameters, where it comes from. */
void result_describe(const struct arch *arch, const struct layer *layer,
                     const struct layer_mapping *mapping,
                     struct layer_result *out);
/* What its passes do beside moving words; of nests, whose words must have been
 * counted, rows by them. */
void result_count_events(const struct arch *arch, const struct layer *layer,
                         const struct layer_mapping *mapping,
                         struct layer_result *out);
/* What follows from its counts: pushes into fifos; MACs and accesses of
 * register files that meet a zero, by the declared share. */
void result_derive(const struct arch *arch, struct layer_result *out);
/* The mapping as an entry of a mapping file, with the loops that it makes and
 * who holds what as comments; to be freed. */
char *mapping_text(const struct arch *arch, const struct layer *layer,
                   const struct layer_mapping *mapping);

#ifdef __cplusplus
}
#endif

#endif
