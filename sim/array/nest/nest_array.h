/* nest_array.h - the kind of array that runs a loop nest: a source of steps
 * (nest_source.h) and the machine that takes them (nest_machine.h).
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_NEST_NEST_ARRAY_H
#define SIM_ARRAY_NEST_NEST_ARRAY_H

#include "sim/array/array_side.h"
#include "sim/array/nest/nest_machine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The array for a nest that fits into L2 (nest_l2_places).  All borrowed.  Its
 * passes are given to array_side_issue as a struct nest_pass_place each.
 * values: functional mode, or NULL; tap: told of accesses, or NULL. */
struct array_side *nest_array_new(const struct nest_walk *walk,
                                  const struct arch *arch,
                                  struct nest_values *values,
                                  const struct access_tap *tap);

#ifdef __cplusplus
}
#endif

#endif
