/* nest_levels.h - the closed form of a nest on a machine whose file lists its
 * levels.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_NEST_NEST_LEVELS_H
#define DATAFLOWS_NEST_NEST_LEVELS_H

#include "dataflows/nest/lattice.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Adds accesses and what crosses the networks. The MACs of *out are set. */
void nest_levels_expect(const struct arch *arch, const struct layer *layer,
                        const struct nest *nest, struct lattice_cache *cache,
                        struct counts *out);

#ifdef __cplusplus
}
#endif

#endif
