/* choose.h - a mapping, or why there is none and what would be legal.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_CHOOSE_H
#define DATAFLOWS_CHOOSE_H

#include "dataflows/dataflow.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The dataflow's choose; where it finds nothing, the message says what is
 * short, by how much, and the nearest legal values: of each parameter given,
 * the others held, and of the machine's buffers. */
bool dataflow_choose(const struct dataflow *dataflow, const struct arch *arch,
                     const struct layer *layer,
                     const struct given_mapping *given, struct mapping *out,
                     struct diag *d);

/* Parameters of which another value, the nearest, makes the rest legal.
 * Returns how many. */
int dataflow_nearest(const struct dataflow *dataflow, const struct arch *arch,
                     const struct layer *layer,
                     const struct given_mapping *given,
                     struct given_param out[MAPPING_PARAMS_MAX]);

#ifdef __cplusplus
}
#endif

#endif
