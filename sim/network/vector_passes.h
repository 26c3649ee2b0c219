/* vector_passes.h - the passes of a node on a vector unit, as a pass source.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_NETWORK_VECTOR_PASSES_H
#define SIM_NETWORK_VECTOR_PASSES_H

#include "sim/network/vector_tiling.h"
#include "sim/run/pass_source.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Both borrowed.  NULL: L2 holds not even the least that the node works on. */
struct pass_source *vector_passes_new(const struct arch *arch,
                                      const struct layer *layer);

/* The closed form of what these passes count, and their lower bounds. */
bool vector_model(const struct arch *arch, const struct layer *layer,
                  struct layer_result *out);

#ifdef __cplusplus
}
#endif

#endif
