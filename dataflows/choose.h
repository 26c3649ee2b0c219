/* choose.h - a mapping, or why there is none and what would be legal.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_CHOOSE_H
#define DATAFLOWS_CHOOSE_H

#include "dataflows/dataflow.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Calls the dataflow's choose. Where it finds no mapping, the message says what
 * is short and by how much, and names the nearest legal value of each given
 * parameter (while the others stay) and of the machine's buffers. */
bool dataflow_choose(const struct dataflow *dataflow, const struct arch *arch,
                     const struct layer *layer,
                     const struct given_mapping *given, struct mapping *out,
                     struct diag *d);

/* Finds the given parameters of which another value makes the mapping legal
 * while the others stay, and the nearest such value of each. Returns how many
 * there are. */
int dataflow_nearest(const struct dataflow *dataflow, const struct arch *arch,
                     const struct layer *layer,
                     const struct given_mapping *given,
                     struct given_param out[MAPPING_PARAMS_MAX]);

#ifdef __cplusplus
}
#endif

#endif
