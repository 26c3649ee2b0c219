/* levels_pairs.h - a list of words, each with the unit that wants it or gives
 * it.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_LEVELS_LEVELS_PAIRS_H
#define SIM_ARRAY_LEVELS_LEVELS_PAIRS_H

#include "sim/array/levels/levels_units.h"

#ifdef __cplusplus
extern "C" {
#endif

struct levels_pair {
    int32_t unit;
    int32_t first; /* the first unit of the list's own level */
    uint64_t word;
    uint64_t nodes; /* of the children that were its units before they rose,
                     * where there are at most 64: bit k, node k */
};

struct levels_pairs {
    struct levels_pair *pair; /* owns */
    size_t n, room;
};

void levels_pairs_push(struct levels_pairs *p, int unit, uint64_t word);
/* Units become their instances of a level further out, and pairs that are alike
 * then become one; sorts by unit and word.  Returns how many the unit with the
 * most has, and in *most how many it had before they became one. */
uint64_t levels_pairs_rise(struct levels_pairs *p,
                           const struct levels_unit *unit, int level,
                           uint64_t *most);

#ifdef __cplusplus
}
#endif

#endif
