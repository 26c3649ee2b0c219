/* replay.h - about how long a mapping takes: the memory side of a run, tile by
 * tile, beside an array whose passes take what their descriptors say, or all
 * equally long.
 *
 * A sum over a layer cannot say when DRAM waits for a tile's place, or the
 * array for a tile: the last tile's work, outputs that are stored between
 * loads, loads that come in bunches.  Going through the tiles does, and steps
 * no PE.  A DRAM part is taken by its peak.  Pure.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CHOOSE_REPLAY_H
#define SIM_CHOOSE_REPLAY_H

#include "sim/run/layer_mapping.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the array takes alone, in all. */
struct replay_array {
    uint64_t cycles;
    uint64_t filter_cycles; /* of these, until passes' filters have left L2 */
    /* Passes are taken one by one instead, by their descriptors
     * (dataflows/search/pass_time.h). */
    bool knows_passes;
};

/* Whether passes come one after the other: all but those of a multicast array
 * that overlap. */
bool replay_fits(const struct arch *arch);
/* Sets *cycles; false: there are too many passes to go through. */
bool replay_cycles(const struct arch *arch, const struct layer *layer,
                   const struct layer_mapping *mapping,
                   const struct replay_array *array, uint64_t *cycles);

#ifdef __cplusplus
}
#endif

#endif
