/* nest_mesh.h - the links that words of ifmaps and filters cross in the meshes
 * inside a listed level, in closed form.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_NEST_NEST_MESH_H
#define DATAFLOWS_NEST_NEST_MESH_H

#include "dataflows/nest/nest_view.h"

#ifdef __cplusplus
extern "C" {
#endif

struct mesh_grid {
    int rows, cols; /* of routers, a child each, 64 at most */
};

/* Links over all steps, those from routers to children included.  view: of the
 * child level to which the words go (or VIEW_MACS), its groups those under an
 * instance of `level`, whose children stand at the routers. */
uint64_t nest_mesh_links(const struct mesh_grid *grid, const struct nest *nest,
                         const struct nest_view *view, int child,
                         enum level level, enum tensor tensor);

#ifdef __cplusplus
}
#endif

#endif
