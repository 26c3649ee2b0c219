/* levels_room.h - for how many words of each tensor a listed level has room.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_LEVELS_LEVELS_ROOM_H
#define SIM_ARRAY_LEVELS_LEVELS_ROOM_H

#include "dataflows/nest/nest.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { LEVELS_PSUM_TILES = 4 }; /* of psums, that a store has at most */

/* Words of a tensor for which a listed level has room: its tile, and of what
 * the store has left for second tiles its own or a part of it, the smallest
 * tile served first; what then is left is for psums. */
uint64_t levels_room_words(const struct arch *arch, const struct layer *layer,
                           const struct nest *nest, enum level level,
                           enum tensor tensor);
/* Tiles of psums for which a level that keeps them has room, 1 to
 * LEVELS_PSUM_TILES. */
int levels_psum_tiles(const struct arch *arch, const struct layer *layer,
                      const struct nest *nest, enum level level);
/* Tiles of a tensor for which the outermost level on chip has room, 1 or 2. */
int levels_buffers(const struct arch *arch, const struct layer *layer,
                   const struct nest *nest, enum tensor tensor);

#ifdef __cplusplus
}
#endif

#endif
