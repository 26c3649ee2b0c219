/* mesh.h - routers on a grid that carry single-flit packets to any set of
 * nodes.
 *
 * Node = row * cols + col.  A router has five ports: north, south, west,
 * east, and local (its own node).  XY routing: a flit goes along its row to
 * the columns of its destinations, then along these columns; it forks in the
 * router, and each branch carries the destinations that lie its way.
 *
 * Each input port has a buffer of `buffer_flits`.  The router (or node) in
 * front of it holds as many credits as it has free places: a place freed in
 * cycle t can be filled in t + 1.  Each output port passes one flit a cycle,
 * from the input ports in turn.
 * Reads   buffers and sinks as the cycle began.
 * Writes  stages what moves; mesh_commit publishes.
 * Timing  a flit in an input buffer in cycle t is in the next router's, or in
 *         the sink, in t + 1 at the earliest.  The branches of a flit leave
 *         as their outputs and credits allow, all at once if all may; it
 *         keeps its place until the last has left, and holds up those behind.
 * Source  XY multicast: Lin, McKinley, Ni, IEEE TPDS 5(8), 1994; one cycle a
 *         hop is assumed (Eyeriss v2's routers are muxes).
 * SPDX-License-Identifier: MIT
 */
#ifndef NOC_MESH_H
#define NOC_MESH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "noc/stream.h"

#ifdef __cplusplus
extern "C" {
#endif

#define MESH_NODES_MAX 64 /* a set of nodes is a 64-bit mask */

enum mesh_port {
    MESH_NORTH,
    MESH_SOUTH,
    MESH_WEST,
    MESH_EAST,
    MESH_LOCAL,
    MESH_PORTS
};

struct flit {
    uint64_t nodes;   /* bit k: for node k */
    struct slot slot; /* what it carries */
};

struct mesh_cfg {
    int rows, cols;   /* rows * cols <= MESH_NODES_MAX */
    int buffer_flits; /* of an input port, >= 1 */
};

/* One input port, part of the arena; its flits lie behind the ports. */
#define MESH_INPUT_STATE(X)                          \
    X(RELATION, int32_t, flits, "in the buffer")     \
    X(PLACE, int32_t, first, "of the oldest")        \
    X(STAGED, int32_t, arrived, "1: one was pushed") \
    X(STAGED, uint64_t, left, "nodes of the branches that have gone")

/* Part of the arena: which routers have anything to do. */
#define MESH_WORK_STATE(X)                                         \
    X(RELATION, uint64_t, busy, "bit k: a flit waits in router k") \
    X(STAGED, uint64_t, staged, "bit k: something changed in it")

#define MESH_FIELD(kind, type, name, doc) type name;
struct mesh_input {
    MESH_INPUT_STATE(MESH_FIELD)
};
struct mesh_work {
    MESH_WORK_STATE(MESH_FIELD)
};
#undef MESH_FIELD

struct mesh {
    struct mesh_cfg cfg;
    /* Nodes that a flit at a router may still have to its north, south, ...
     * and itself; no state. */
    uint64_t beyond[MESH_NODES_MAX][MESH_PORTS];
    struct mesh_work *work;   /* in the arena */
    struct mesh_input *input; /* in the arena: node * MESH_PORTS + port */
    int32_t *turn;            /* in the arena: of each output port */
    struct flit *flit;        /* in the arena: by input port, then place */
    int nodes;
    int32_t *link_words; /* by node * MESH_PORTS + output port; or NULL */
};

/* Where flits leave: called for a node whose router has one for it. */
struct mesh_sink {
    void *context;
    bool (*has_room)(const void *context, int node);
    void (*push)(void *context, int node, const struct slot *slot);
};

size_t mesh_state_bytes(const struct mesh_cfg *cfg);
/* state: zeroed, borrowed. */
void mesh_init(struct mesh *mesh, const struct mesh_cfg *cfg, void *state);

/* Whether the node's own input port has room. It takes one flit a cycle. */
bool mesh_can_inject(const struct mesh *mesh, int node);
void mesh_inject(struct mesh *mesh, int node, const struct flit *flit);

/* One cycle.  Adds to *hops the words that crossed a link, those to the nodes
 * included.  Returns whether a flit moved. */
bool mesh_eval(struct mesh *mesh, const struct mesh_sink *sink, uint64_t *hops);
void mesh_commit(struct mesh *mesh);
/* Does the same for one router. The routers of a cycle may be evaluated in any
 * order. */
bool mesh_eval_router(struct mesh *mesh, int node, const struct mesh_sink *sink,
                      uint64_t *hops);
void mesh_commit_router(struct mesh *mesh, int node);
/* From now on each cycle leaves in link_words (borrowed, of nodes *
 * MESH_PORTS) the words that crossed each link. */
void mesh_watch(struct mesh *mesh, int32_t *link_words);
/* Flits that wait at an input port, and whether a router has that link. */
int mesh_waiting(const struct mesh *mesh, int node, enum mesh_port port);
bool mesh_has_link(const struct mesh *mesh, int node, enum mesh_port way);
/* Copies of the routers' state in a pass, and whether they go on as they did
 * from a copy on.  They ask of a flit where it goes and how many words it has,
 * and have no position. */
size_t mesh_copy_bytes(const struct mesh *mesh);
void mesh_save(const struct mesh *mesh, void *copy);
bool mesh_is_alike(const struct mesh *mesh, const void *copy);
/* Whether no flit is under way. */
bool mesh_is_empty(const struct mesh *mesh);

#ifdef __cplusplus
}
#endif

#endif
