/* map_l1.h - what an L1 adds to the mappings that a search found.
 *
 * How many L1s a word is copied to depends on where its PEs stand, which no
 * sum of the search tells.  So a search takes one copy of each word and leaves
 * the bounds of L1s out: on a machine with an L1 it finds lower bounds.  Here
 * the first of them get their costs by the closed form; the best is proven
 * when the bounds of all others are above it.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CHOOSE_MAP_L1_H
#define SIM_CHOOSE_MAP_L1_H

#include "sim/choose/map_layer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whether the L1s, if there are any, take the mapping that a search found,
 * which knows L2, register files and the array: they may refuse all of them, as
 * where a slot is wider than their banks. */
bool map_l1_takes(const struct arch *arch, const struct layer *layer,
                  const struct dataflow *dataflow,
                  const struct mapping *mapping);

/* The options to search with for what `options` asks for: on a machine with an
 * L1, for more of the best. */
struct search_options map_l1_options(const struct arch *arch,
                                     const struct search_options *options);

/* Does nothing on a machine without an L1; else sets costs of best[] and
 * front[], proven and gap, and puts the best first.  A front is never proven.
 */
void map_l1_add(const struct map_input *in, const struct layer *layer,
                const struct dataflow *dataflow,
                const struct search_options *options,
                struct search_result *found);

#ifdef __cplusplus
}
#endif

#endif
