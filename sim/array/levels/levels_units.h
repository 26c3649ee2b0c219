/* levels_units.h - the instances of each listed level, and the MACs, that ever
 * have work under a nest: where each begins, and under which instances of the
 * levels further out it lies.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_LEVELS_LEVELS_UNITS_H
#define SIM_ARRAY_LEVELS_LEVELS_UNITS_H

#include "dataflows/nest/nest_walk.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { LEVELS_MACS = -1 }; /* in the place of a level */

struct levels_unit {
    int32_t node; /* its row and column under its parent: row * columns of the
                   * parent's children + column */
    int offset[NEST_DIMS];  /* from the first unit of its level */
    int32_t above[LEVEL_N]; /* number of its instance of each level */
    bool leads[LEVEL_N];    /* the first of those that share its outputs under
                             * one instance of that level */
};

struct levels_units {
    int n[LEVEL_N + 1];                    /* by level + 1: MACs first */
    struct levels_unit *unit[LEVEL_N + 1]; /* own */
};

/* Lists the units of a legal nest on an architecture that lists its levels. */
void levels_units_init(struct levels_units *units, const struct arch *arch,
                       const struct nest_walk *walk);
void levels_units_fini(struct levels_units *units);
/* What a unit of a level works on in a step whose first unit begins at base. */
void levels_unit_spans(const struct nest_walk *walk, int level,
                       const struct levels_unit *unit,
                       const int base[NEST_DIMS],
                       struct nest_span out[NEST_DIMS]);
/* Where the first unit begins under the first so many loops of a step. */
void levels_base(const struct nest_walk *walk, const struct nest_step *step,
                 int loops, int base[NEST_DIMS]);

#ifdef __cplusplus
}
#endif

#endif
