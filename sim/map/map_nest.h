/* map_nest.h - the best general loop nest of each layer, for 'map'.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_MAP_MAP_NEST_H
#define SIM_MAP_MAP_NEST_H

#include "sim/cli/invocation.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Searches, reports and saves what the invocation, which has been read, asks
 * for. */
void map_nest(struct invocation *s);

#ifdef __cplusplus
}
#endif

#endif
