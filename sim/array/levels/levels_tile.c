/* levels_tile.c - from what a unit works on to the words of it.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/levels/levels_tile.h"

/* A psum tile stays with a unit that has no share of the reduction. */
void levels_tile_fill(const struct nest_walk *walk, int level,
                      const struct levels_unit *unit, enum tensor tensor,
                      const struct word_maker *maker,
                      const struct levels_place *place, struct word_tile *out)
{
    struct nest_span x[NEST_DIMS];
    bool is_empty = !place->exists;
    out->n = 0;
    if (is_empty)
        return;
    levels_unit_spans(walk, level, unit, place->base, x);
    for (int d = 0; d < NEST_DIMS; d++) {
        if (tensor == TENSOR_PSUM && level != LEVELS_MACS &&
            nest_dim_reduces(d))
            x[d].n = 1;
        is_empty = is_empty || x[d].n == 0;
    }
    if (!is_empty)
        word_tile_fill(out, maker, x);
}
