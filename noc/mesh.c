/* mesh.c - routers on a grid that carry single-flit packets to any set of
 * nodes.
 * SPDX-License-Identifier: MIT
 */
#include "noc/mesh.h"

#include <string.h>

#include "sim/base/diag.h"

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

/* The index of the lowest bit that is set; the word must not be 0. */
static int lowest_bit(uint64_t word)
{
    return __builtin_ctzll(word);
}

size_t mesh_state_bytes(const struct mesh_cfg *cfg)
{
    return aligned(sizeof(struct mesh_work)) +
           aligned(ports(cfg) * sizeof(struct mesh_input)) +
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
    m->work = (struct mesh_work *)at;
    at += aligned(sizeof(struct mesh_work));
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

/* A place of a ring that was moved by less than its size. */
static int wrapped(int place, int size)
{
    return place < size ? place : place - size;
}

/* Stages a flit in a free place; mesh_commit counts it. */
static void push(struct mesh *m, int node, int port, const struct slot *slot,
                 uint64_t nodes)
{
    struct mesh_input *in = input_of(m, node, port);
    SIM_CHECK(in->flits < m->cfg.buffer_flits && in->arrived == 0);
    struct flit *place = flit_of(
        m, node, port, wrapped(in->first + in->flits, m->cfg.buffer_flits));
    memset(place, 0, sizeof(*place));
    place->nodes = nodes;
    place->slot = *slot;
    in->arrived = 1;
    m->work->staged |= (uint64_t)1 << node;
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

/* Lets one output port of a router send a flit, and returns whether one left.
 * to[port] are the nodes that the oldest flit of an input port is for. */
static bool send(struct mesh *m, int node, int way,
                 const uint64_t to[MESH_PORTS], const struct mesh_sink *sink,
                 uint64_t *hops)
{
    int32_t *turn = &m->turn[node * MESH_PORTS + way];
    int port = *turn;
    while ((to[port] & m->beyond[node][way]) == 0)
        port = port + 1 < MESH_PORTS ? port + 1 : 0;
    const struct slot *slot = &head_of(m, node, port)->slot;
    uint64_t branch = to[port] & m->beyond[node][way];
    if (way == MESH_LOCAL) {
        if (!sink->has_room(sink->context, node))
            return false;
        sink->push(sink->context, node, slot);
    } else {
        int next = next_node(m, node, way);
        if (!has_credit(m, next, far_port[way]))
            return false;
        push(m, next, far_port[way], slot, branch);
    }
    input_of(m, node, port)->left |= branch;
    m->work->staged |= (uint64_t)1 << node;
    *turn = (port + 1) % MESH_PORTS;
    *hops += (uint64_t)slot->words;
    if (m->link_words != NULL)
        m->link_words[node * MESH_PORTS + way] = slot->words;
    return true;
}

/* Evaluates the routers whose bit is set in `nodes`. Returns whether a flit
 * moved. */
static bool eval_routers(struct mesh *m, uint64_t nodes,
                         const struct mesh_sink *sink, uint64_t *hops)
{
    bool moved = false;
    for (uint64_t busy = m->work->busy & nodes; busy != 0; busy &= busy - 1) {
        int node = lowest_bit(busy);
        uint64_t to[MESH_PORTS], any = 0;
        for (int port = 0; port < MESH_PORTS; port++) {
            bool waits = input_of(m, node, port)->flits > 0;
            to[port] = waits ? head_of(m, node, port)->nodes : 0;
            any |= to[port];
        }
        for (int way = 0; way < MESH_PORTS; way++)
            if ((any & m->beyond[node][way]) != 0)
                moved |= send(m, node, way, to, sink, hops);
    }
    return moved;
}

bool mesh_eval(struct mesh *m, const struct mesh_sink *sink, uint64_t *hops)
{
    if (m->link_words != NULL)
        memset(m->link_words, 0, ports(&m->cfg) * sizeof(*m->link_words));
    return eval_routers(m, ~(uint64_t)0, sink, hops);
}

bool mesh_eval_router(struct mesh *m, int node, const struct mesh_sink *sink,
                      uint64_t *hops)
{
    if (m->link_words != NULL)
        memset(&m->link_words[node * MESH_PORTS], 0,
               MESH_PORTS * sizeof(*m->link_words));
    return eval_routers(m, (uint64_t)1 << node, sink, hops);
}

/* Publishes what was staged at an input port. Returns whether flits are left in
 * it. */
static bool commit_input(struct mesh *m, int port)
{
    struct mesh_input *in = &m->input[port];
    if (in->left != 0) {
        struct flit *head = &m->flit[port * m->cfg.buffer_flits + in->first];
        head->nodes &= ~in->left;
        in->left = 0;
        if (head->nodes == 0) {
            in->first = wrapped(in->first + 1, m->cfg.buffer_flits);
            in->flits--;
        }
    }
    in->flits += in->arrived;
    in->arrived = 0;
    return in->flits > 0;
}

static void commit_routers(struct mesh *m, uint64_t nodes)
{
    for (uint64_t left = m->work->staged & nodes; left != 0; left &= left - 1) {
        int node = lowest_bit(left);
        bool any = false;
        for (int port = 0; port < MESH_PORTS; port++)
            any |= commit_input(m, node * MESH_PORTS + port);
        if (any)
            m->work->busy |= (uint64_t)1 << node;
        else
            m->work->busy &= ~((uint64_t)1 << node);
    }
    m->work->staged &= ~nodes;
}

void mesh_commit(struct mesh *m)
{
    commit_routers(m, ~(uint64_t)0);
}

void mesh_commit_router(struct mesh *m, int node)
{
    commit_routers(m, (uint64_t)1 << node);
}

void mesh_watch(struct mesh *m, int32_t *link_words)
{
    m->link_words = link_words;
}

int mesh_waiting(const struct mesh *m, int node, enum mesh_port port)
{
    return input_of(m, node, port)->flits;
}

bool mesh_has_link(const struct mesh *m, int node, enum mesh_port way)
{
    int row = node / m->cfg.cols, col = node % m->cfg.cols;
    switch (way) {
    case MESH_NORTH:
        return row > 0;
    case MESH_SOUTH:
        return row + 1 < m->cfg.rows;
    case MESH_WEST:
        return col > 0;
    case MESH_EAST:
        return col + 1 < m->cfg.cols;
    default:
        return true;
    }
}

bool mesh_is_empty(const struct mesh *m)
{
    return (m->work->busy | m->work->staged) == 0;
}

/* A copy is the arena's part. */
size_t mesh_copy_bytes(const struct mesh *m)
{
    return mesh_state_bytes(&m->cfg);
}

void mesh_save(const struct mesh *m, void *copy)
{
    memcpy(copy, m->work, mesh_state_bytes(&m->cfg));
}

static bool input_is_alike(const struct mesh *m, const struct mesh *then,
                           int node, int port)
{
    const struct mesh_input *a = input_of(m, node, port);
    const struct mesh_input *b = input_of(then, node, port);
    bool alike = true;
#define COMPARE(kind, type, name, doc) \
    IF_RELATION(kind)(alike = alike && a->name == b->name;)
    MESH_INPUT_STATE(COMPARE)
#undef COMPARE
    for (int k = 0; alike && k < a->flits; k++) {
        const struct flit *f =
            flit_of(m, node, port, (a->first + k) % m->cfg.buffer_flits);
        const struct flit *g =
            flit_of(then, node, port, (b->first + k) % m->cfg.buffer_flits);
        alike = f->nodes == g->nodes && f->slot.words == g->slot.words;
    }
    return alike;
}

bool mesh_is_alike(const struct mesh *m, const void *copy)
{
    const struct mesh_work *work = copy;
    const char *const from = (const char *)m->work;
    const char *const to = copy;
    bool alike = true;
#define COMPARE(kind, type, name, doc) \
    IF_RELATION(kind)(alike = alike && m->work->name == work->name;)
    MESH_WORK_STATE(COMPARE)
#undef COMPARE
    /* The copy, seen as a mesh; nothing is written through it. */
    struct mesh then;
    then.cfg = m->cfg;
    then.input = (struct mesh_input *)(void *)(to + ((char *)m->input - from));
    then.turn = (int32_t *)(void *)(to + ((char *)m->turn - from));
    then.flit = (struct flit *)(void *)(to + ((char *)m->flit - from));
    alike = alike &&
            memcmp(m->turn, then.turn, ports(&m->cfg) * sizeof(*m->turn)) == 0;
    for (int node = 0; node < m->nodes && alike; node++)
        for (int port = 0; port < MESH_PORTS && alike; port++)
            alike = input_is_alike(m, &then, node, port);
    return alike;
}
