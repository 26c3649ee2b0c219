/* nest_follow.h - tells a tap every access of a nest, in the order of its
 * steps, where the array that runs it does not follow words by their names.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_NEST_NEST_FOLLOW_H
#define SIM_ARRAY_NEST_NEST_FOLLOW_H

#include "dataflows/nest/nest.h"
#include "traces/access.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The whole layer under a legal nest on a machine of the usual levels. */
void nest_follow(const struct arch *arch, const struct layer *layer,
                 const struct nest *nest, const struct access_tap *tap);

#ifdef __cplusplus
}
#endif

#endif
