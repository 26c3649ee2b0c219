/* levels_usual.h - a machine with an L1 as one that lists its levels, under a
 * nest: `l2`, `l1` and `rf`, each with its stores, ports and networks.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_LEVELS_LEVELS_USUAL_H
#define SIM_ARRAY_LEVELS_LEVELS_USUAL_H

#include "dataflows/nest/nest.h"
#include "sim/base/result.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The same machine with its levels as a list, for a legal nest.  It keeps its
 * has_l1, by which the array of listed levels knows it. */
void levels_of_usual(const struct arch *arch, const struct layer *layer,
                     const struct nest *nest, struct arch *out);
/* The words that crossed the networks of the list go to the links of the usual
 * levels. */
void levels_count_links(const struct nest *nest, bool has_mesh,
                        struct counts *counts);

#ifdef __cplusplus
}
#endif

#endif
