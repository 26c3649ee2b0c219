/* levels_array.h - the kind of array that runs a nest on levels that an
 * architecture's file lists (levels_machine.h).
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_LEVELS_LEVELS_ARRAY_H
#define SIM_ARRAY_LEVELS_LEVELS_ARRAY_H

#include "sim/array/array_side.h"
#include "sim/array/nest/nest_source.h"

#ifdef __cplusplus
extern "C" {
#endif

/* All borrowed.  Its passes are given to array_side_issue as a struct
 * nest_pass_place each.  values: functional mode, or NULL; tap: follows words,
 * or NULL. */
struct array_side *levels_array_new(const struct nest_walk *walk,
                                    const struct arch *arch,
                                    struct nest_values *values,
                                    const struct access_tap *tap);

#ifdef __cplusplus
}
#endif

#endif
