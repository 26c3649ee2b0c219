/* levels_mesh.c - keeps the ways of the sets of nodes that were asked for.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/levels/levels_mesh.h"

#include <stdlib.h>

#include "dataflows/arith.h"
#include "noc/mesh.h"
#include "sim/base/diag.h"

_Static_assert((int)LEVEL_MESH_NODES_MAX == MESH_NODES_MAX,
               "a mesh of a level is one of noc/mesh.h");

/* How a word goes. */
struct levels_way {
    uint64_t nodes; /* bit k: row k / columns, column k % columns */
    uint64_t hops, cycles;
};

struct levels_mesh {
    struct mesh routers;
    void *state;            /* owns */
    struct levels_way *way; /* owns; by hash, nodes 0: free */
    size_t n, size;
};

struct levels_mesh *levels_mesh_new(int rows, int cols)
{
    const struct mesh_cfg cfg = {rows, cols, 1};
    struct levels_mesh *m = xcalloc(1, sizeof(*m));
    m->state = xcalloc(1, mesh_state_bytes(&cfg));
    mesh_init(&m->routers, &cfg, m->state);
    m->size = 64;
    m->way = xcalloc(m->size, sizeof(*m->way));
    return m;
}

void levels_mesh_free(struct levels_mesh *m)
{
    if (m == NULL)
        return;
    free(m->state);
    free(m->way);
    free(m);
}

static bool has_room(const void *context, int node)
{
    (void)context;
    (void)node;
    return true;
}

static void arrive(void *context, int node, const struct slot *slot)
{
    (void)context;
    (void)node;
    (void)slot;
}

static void send(struct levels_mesh *m, struct levels_way *way)
{
    const struct mesh_sink sink = {NULL, has_room, arrive};
    const struct flit flit = {.nodes = way->nodes, .slot = {.words = 1}};
    mesh_inject(&m->routers, 0, &flit);
    mesh_commit(&m->routers);
    while (!mesh_is_empty(&m->routers)) {
        SIM_CHECK(mesh_eval(&m->routers, &sink, &way->hops));
        mesh_commit(&m->routers);
        way->cycles++;
    }
}

static struct levels_way *place_of(struct levels_way *table, size_t size,
                                   uint64_t nodes)
{
    size_t i = nodes * UINT64_C(0x9e3779b97f4a7c15) >> 20 & (size - 1);
    while (table[i].nodes != 0 && table[i].nodes != nodes)
        i = (i + 1) & (size - 1);
    return &table[i];
}

static void grow(struct levels_mesh *m)
{
    struct levels_way *to = xcalloc(2 * m->size, sizeof(*to));
    for (size_t i = 0; i < m->size; i++)
        if (m->way[i].nodes != 0)
            *place_of(to, 2 * m->size, m->way[i].nodes) = m->way[i];
    free(m->way);
    m->way = to;
    m->size *= 2;
}

static const struct levels_way *way_to(struct levels_mesh *m, uint64_t nodes)
{
    struct levels_way *way = place_of(m->way, m->size, nodes);
    if (way->nodes != 0)
        return way;
    if (2 * ++m->n > m->size) {
        grow(m);
        way = place_of(m->way, m->size, nodes);
    }
    way->nodes = nodes;
    send(m, way);
    return way;
}

uint64_t levels_mesh_cross(struct levels_mesh *m,
                           const struct levels_pairs *pairs, uint64_t *cycles)
{
    uint64_t hops = 0, most = 0;
    for (size_t i = 0; i < pairs->n; i++) {
        const struct levels_way *way = way_to(m, pairs->pair[i].nodes);
        hops += way->hops;
        most = max_u64(most, way->cycles);
    }
    *cycles += most;
    return hops;
}
