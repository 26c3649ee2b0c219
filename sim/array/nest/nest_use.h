/* nest_use.h - which words the MACs of a PE's step use, one after the other.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_NEST_NEST_USE_H
#define SIM_ARRAY_NEST_NEST_USE_H

#include "dataflows/nest/nest_walk.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Indices into the tiles of a PE, whose words lie in rising order of their
 * names (word_tile.h); an ifmap word of generated padding is none, -1. */
struct nest_use {
    int32_t filter, ifmap, psum;
};

/* MACs of a PE that works on these spans. */
int32_t nest_use_macs(const struct nest_span x[NEST_DIMS]);
/* Fills use[0 .. nest_use_macs() - 1] in the order of the loops of RF. */
void nest_use_list(const struct nest_walk *walk, bool no_padding_words,
                   const struct nest_span x[NEST_DIMS], struct nest_use *use);

#ifdef __cplusplus
}
#endif

#endif
