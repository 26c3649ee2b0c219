/* levels_tile.h - the words of a tensor that a unit of a listed level has in a
 * step of a nest.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_LEVELS_LEVELS_TILE_H
#define SIM_ARRAY_LEVELS_LEVELS_TILE_H

#include "sim/array/levels/levels_units.h"
#include "sim/array/nest/word_tile.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A step, by where the first unit of the child level begins. */
struct levels_place {
    bool exists;
    int base[NEST_DIMS];
};

/* No words: there is no such step, or the unit has no share of it.  Psums that
 * a level keeps are those of all of the reduction; those of MACs (LEVELS_MACS),
 * of their product.  maker: of the tensor. */
void levels_tile_fill(const struct nest_walk *walk, int level,
                      const struct levels_unit *unit, enum tensor tensor,
                      const struct word_maker *maker,
                      const struct levels_place *place, struct word_tile *out);

#ifdef __cplusplus
}
#endif

#endif
