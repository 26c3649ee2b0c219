/* mesh.c - routers on a grid that carry single-flit packets to any set of
 * nodes.
 * SPDX-License-Identifier: MIT
 */
#include "noc/mesh.h"

#include <string.h>

#include "sim/diag.h"

/* The input port of the next router that an output port leads to. */
static const enum mesh_port far_port[MESH_LOCAL] = {
    [MESH_NORTH] = MESH_SOUTH,
    [MESH_SOUTH] = MESH_NORTH,
    [MESH_WEST] = MESH_EAST,
    [MESH_EAST] = MESH_WEST,
};

static int next_node(const struct mesh *m, int node, int port)
{
    switch (port) {
    case MESH_NORTH:
        return node - m->cfg.cols;
    case MESH_SOUTH:
        return node + m->cfg.cols;
    case MESH_WEST:
        return node - 1;
    default:
        return node + 1;
    }
}

static size_t ports(const struct mesh_cfg *cfg)
{
    return (size_t)(cfg->rows * cfg->cols * MESH_PORTS);
}

static size_t aligned(size_t bytes)
{
    return (bytes + 63) / 64 * 64;
}

size_t mesh_state_bytes(const struct mesh_cfg *cfg)
{
    return aligned(ports(cfg) * sizeof(struct mesh_input)) +
           aligned(ports(cfg) * sizeof(int32_t)) +
           aligned(ports(cfg) * (size_t)cfg->buffer_flits *
                   sizeof(struct flit));
}

void mesh_init(struct mesh *m, const struct mesh_cfg *cfg, void *state)
{
    char *at = state;
    SIM_CHECK(cfg->rows * cfg->cols <= MESH_NODES_MAX && cfg->buffer_flits > 0);
    memset(m, 0, sizeof(*m));
    m->cfg = *cfg;
    m->nodes = cfg->rows * cfg->cols;
    m->input = (struct mesh_input *)at;
    at += aligned(ports(cfg) * sizeof(struct mesh_input));
    m->turn = (int32_t *)at;
    at += aligned(ports(cfg) * sizeof(int32_t));
    m->flit = (struct flit *)at;
    for (int node = 0; node < m->nodes; node++)
        for (int k = 0; k < m->nodes; k++) {
            int row = node / cfg->cols, col = node % cfg->cols;
            int k_row = k / cfg->cols, k_col = k % cfg->cols;
            enum mesh_port way = k_col > col   ? MESH_EAST
                                 : k_col < col ? MESH_WEST
                                 : k_row > row ? MESH_SOUTH
                                 : k_row < row ? MESH_NORTH
                                               : MESH_LOCAL;
            m->beyond[node][way] |= (uint64_t)1 << k;
        }
}

static struct mesh_input *input_of(const struct mesh *m, int node, int port)
{
    return &m->input[node * MESH_PORTS + port];
}

static struct flit *flit_of(const struct mesh *m, int node, int port, int place)
{
    return &m->flit[(node * MESH_PORTS + port) * m->cfg.buffer_flits + place];
}

static struct flit *head_of(const struct mesh *m, int node, int port)
{
    return flit_of(m, node, port, input_of(m, node, port)->first);
}

static bool has_credit(const struct mesh *m, int node, int port)
{
    return input_of(m, node, port)->flits < m->cfg.buffer_flits;
}

/* Stages a flit in a free place; mesh_commit counts it. */
static void push(struct mesh *m, int node, int port, const struct slot *slot,
                 uint64_t nodes)
{
    struct mesh_input *in = input_of(m, node, port);
    SIM_CHECK(in->flits < m->cfg.buffer_flits && in->arrived == 0);
    struct flit *place =
        flit_of(m, node, port, (in->first + in->flits) % m->cfg.buffer_flits);
    memset(place, 0, sizeof(*place));
    place->nodes = nodes;
    place->slot = *slot;
    in->arrived = 1;
}

bool mesh_can_inject(const struct mesh *m, int node)
{
    return has_credit(m, node, MESH_LOCAL) &&
           input_of(m, node, MESH_LOCAL)->arrived == 0;
}

void mesh_inject(struct mesh *m, int node, const struct flit *flit)
{
    push(m, node, MESH_LOCAL, &flit->slot, flit->nodes);
}

/* One output port of a router; whether a flit left by it. */
static bool send(struct mesh *m, int node, int way,
                 const struct mesh_sink *sink, uint64_t *hops)
{
    int32_t *turn = &m->turn[node * MESH_PORTS + way];
    for (int k = 0; k < MESH_PORTS; k++) {
        int port = (*turn + k) % MESH_PORTS;
        struct mesh_input *in = input_of(m, node, port);
        if (in->flits == 0)
            continue;
        const struct flit *head = head_of(m, node, port);
        uint64_t branch = head->nodes & m->beyond[node][way];
        if (branch == 0)
            continue;
        if (way == MESH_LOCAL) {
            if (!sink->has_room(sink->context, node))
                return false;
            sink->push(sink->context, node, &head->slot);
        } else {
            int next = next_node(m, node, way);
            if (!has_credit(m, next, far_port[way]))
                return false;
            push(m, next, far_port[way], &head->slot, branch);
        }
        in->left |= branch;
        *turn = (port + 1) % MESH_PORTS;
        *hops += (uint64_t)head->slot.words;
        return true;
    }
    return false;
}

bool mesh_eval(struct mesh *m, const struct mesh_sink *sink, uint64_t *hops)
{
    bool moved = false;
    for (int node = 0; node < m->nodes; node++) {
        bool any = false;
        for (int port = 0; port < MESH_PORTS; port++)
            any |= input_of(m, node, port)->flits > 0;
        for (int way = 0; any && way < MESH_PORTS; way++)
            moved |= send(m, node, way, sink, hops);
    }
    return moved;
}

void mesh_commit(struct mesh *m)
{
    for (int k = 0; k < m->nodes * MESH_PORTS; k++) {
        struct mesh_input *in = &m->input[k];
        if (in->left != 0) {
            struct flit *head = &m->flit[k * m->cfg.buffer_flits + in->first];
            head->nodes &= ~in->left;
            in->left = 0;
            if (head->nodes == 0) {
                in->first = (in->first + 1) % m->cfg.buffer_flits;
                in->flits--;
            }
        }
        in->flits += in->arrived;
        in->arrived = 0;
    }
}

bool mesh_is_empty(const struct mesh *m)
{
    for (int k = 0; k < m->nodes * MESH_PORTS; k++)
        if (m->input[k].flits + m->input[k].arrived > 0)
            return false;
    return true;
}
