/* levels_mesh.h - how a word goes over the mesh inside a listed level: found by
 * sending it through the routers of noc/mesh.h once for each set of nodes.
 *
 * All words of a mesh enter at its first router, and no two of its ways meet
 * again, so that words neither stop each other nor wait: the first link is the
 * busiest, and one word's way says all.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_LEVELS_LEVELS_MESH_H
#define SIM_ARRAY_LEVELS_LEVELS_MESH_H

#include "sim/array/levels/levels_pairs.h"

#ifdef __cplusplus
extern "C" {
#endif

struct levels_mesh;

struct levels_mesh *levels_mesh_new(int rows, int cols);
void levels_mesh_free(struct levels_mesh *mesh); /* NULL: nothing */
/* Sends a word of each pair to the pair's nodes; returns the links that they
 * cross, those to the nodes included, and adds to *cycles how long the farthest
 * is under way from when the first router has it. */
uint64_t levels_mesh_cross(struct levels_mesh *mesh,
                           const struct levels_pairs *pairs, uint64_t *cycles);

#ifdef __cplusplus
}
#endif

#endif
