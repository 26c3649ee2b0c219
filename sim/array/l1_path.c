/* l1_path.c - the way of filter and ifmap words from L2 over L1 to the PEs.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/l1_path.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataflows/arith.h"
#include "dataflows/l1_shape.h"

_Static_assert(CLUSTERS_MAX == (int)L1_CLUSTERS_MAX &&
                   CLUSTERS_MAX == MESH_NODES_MAX,
               "a set of clusters is one mask everywhere");

static const enum tensor tensor_of[L1_LINES] = {TENSOR_FILTER, TENSOR_IFMAP};
static const enum network network_of[L1_LINES] = {NETWORK_FILTER,
                                                  NETWORK_IFMAP};

/* Where a mesh's flits, and a line's slots, arrive. */
struct arrivals {
    struct l1_path *path;
    int line;
};

struct l1_path {
    struct l1 l1;
    struct mesh mesh[L1_LINES];
    struct arrivals arrivals[L1_LINES];
    bool is_mesh;
    int clusters, grid_cols, slots_per_cycle; /* of a multicast from L2 */

    /* What the pass needs of each line; it is made anew when a pass is
     * issued. */
    const struct stream_shape *shape[L1_LINES]; /* borrowed */
    uint64_t *clusters_of[L1_LINES];            /* by destination */
    int32_t *reach[L1_LINES];                   /* and how many these are */
    struct l1_stream *stream[L1_LINES];         /* by cluster */
    int16_t *limit_words[L1_LINES];             /* behind the streams */
    int32_t *index[L1_LINES];

    struct l1_path_counts counts;
    /* As the cycle began: a line's words in an L1, kept ones on their way out
     * of it, and words in a mesh; and those that the L1s had sent to PEs. */
    bool holds[L1_LINES], is_late[L1_LINES], routes[L1_LINES];
    uint64_t sent_before[L1_LINES];
    const struct l1_path_tap *tap; /* borrowed, or NULL */
    struct l1_tap l1_tap;
};

struct l1_cfg l1_path_cfg(const struct arch *a)
{
    struct l1_cfg cfg = {
        .clusters = cluster_grid_rows(a) * cluster_grid_cols(a),
        .row_words = a->l1_bank_row_words,
        .input_slots = a->l1_input_slots,
        .latency_cycles = a->l1_latency_cycles,
        .read_and_write_ports = a->l1_ports == BANK_1R1W,
    };
    for (int k = 0; k < L1_LINES; k++) {
        struct l1_part part = l1_part_of(a, tensor_of[k]);
        struct l1_line_cfg *line = &cfg.line[k];
        line->slots_per_cycle = a->network[network_of[k]].slots_per_cycle;
        line->bypass = part.bypass;
        line->first_bank = part.first_bank;
        line->banks = part.banks;
        line->capacity_rows = part.rows;
    }
    return cfg;
}

static struct mesh_cfg mesh_cfg_of(const struct arch *a)
{
    return (struct mesh_cfg){cluster_grid_rows(a), cluster_grid_cols(a),
                             a->mesh_buffer_flits};
}

size_t l1_path_state_bytes(const struct arch *a)
{
    struct l1_cfg l1 = l1_path_cfg(a);
    struct mesh_cfg mesh = mesh_cfg_of(a);
    size_t routers =
        a->l2_to_l1 == L2_TO_L1_MESH ? L1_LINES * mesh_state_bytes(&mesh) : 0;
    return l1_state_bytes(&l1) + routers;
}

static void l1_slot_sent(void *context, int line, int cluster,
                         const struct slot *slot, const int32_t *lanes,
                         int n_lanes)
{
    const struct l1_path *p = context;
    p->tap->sent(p->tap->context, line, cluster, slot, lanes, n_lanes);
}

struct l1_path *l1_path_new(const struct arch *a, void *state)
{
    struct l1_path *p = xcalloc(1, sizeof(*p));
    struct l1_cfg l1 = l1_path_cfg(a);
    struct mesh_cfg mesh = mesh_cfg_of(a);
    char *at = state;
    p->clusters = l1.clusters;
    p->grid_cols = mesh.cols;
    p->is_mesh = a->l2_to_l1 == L2_TO_L1_MESH;
    p->slots_per_cycle = a->l2_to_l1_slots_per_cycle;
    p->l1_tap.context = p;
    p->l1_tap.sent = l1_slot_sent;
    l1_init(&p->l1, &l1, at);
    at += l1_state_bytes(&l1);
    for (int k = 0; k < L1_LINES; k++) {
        p->arrivals[k].path = p;
        p->arrivals[k].line = k;
        if (!p->is_mesh)
            continue;
        mesh_init(&p->mesh[k], &mesh, at);
        at += mesh_state_bytes(&mesh);
    }
    return p;
}

static void free_line(struct l1_path *p, int line)
{
    free(p->clusters_of[line]);
    free(p->reach[line]);
    free(p->stream[line]);
    free(p->limit_words[line]);
    free(p->index[line]);
}

void l1_path_free(struct l1_path *p)
{
    if (p == NULL)
        return;
    for (int k = 0; k < L1_LINES; k++)
        free_line(p, k);
    free(p);
}

void l1_path_shape(struct l1_path *p, int line,
                   const struct stream_shape *shape,
                   const struct destination_sets *sets,
                   const int32_t *cluster_of_lane)
{
    const size_t dests = (size_t)shape->dests, all = (size_t)p->clusters;
    const size_t lanes = (size_t)sets->begin[dests];
    free_line(p, line);
    p->shape[line] = shape;
    p->clusters_of[line] = xcalloc(dests, sizeof(uint64_t));
    p->reach[line] = xcalloc(dests, sizeof(int32_t));
    p->stream[line] = xcalloc(all, sizeof(struct l1_stream));
    /* A destination is at most in as many clusters as it has lanes. */
    p->limit_words[line] = xcalloc(lanes + all, sizeof(int16_t));
    p->index[line] = xcalloc(3 * (lanes + 1 + all), sizeof(int32_t));

    int16_t *limit = p->limit_words[line];
    int32_t *dest = p->index[line], *begin = dest + lanes + all;
    int32_t *lane = begin + lanes + all + 1;
    for (int c = 0; c < p->clusters; c++) {
        struct l1_stream *s = &p->stream[line][c];
        int n = 0, at = 0;
        s->shape = *shape;
        s->shape.limit_words = limit;
        s->shape.banks = 1; /* L1 keeps addresses of its own */
        s->shape.row_words = INT16_MAX;
        s->sets.begin = begin;
        s->sets.lane = lane;
        s->dest = dest;
        for (int d = 0; d < shape->dests; d++) {
            int before = at;
            for (int k = sets->begin[d]; k < sets->begin[d + 1]; k++)
                if (cluster_of_lane[sets->lane[k]] == c)
                    lane[at++] = sets->lane[k];
            if (at == before)
                continue;
            p->clusters_of[line][d] |= (uint64_t)1 << c;
            p->reach[line][d]++;
            limit[n] = shape->limit_words[d];
            dest[n] = d;
            begin[++n] = at;
        }
        s->shape.dests = n;
        limit += n;
        dest += n;
        begin += n + 1;
        lane += at;
    }
}

void l1_path_issue(struct l1_path *p, const uint32_t rounds[L1_LINES],
                   const bool kept[L1_LINES], const struct l1_path_tap *tap)
{
    const struct l1_stream *const streams[L1_LINES] = {p->stream[0],
                                                       p->stream[1]};
    for (int k = 0; k < L1_LINES; k++)
        for (int c = 0; c < p->clusters; c++) {
            struct l1_stream *s = &p->stream[k][c];
            s->shape.round_words = p->shape[k]->round_words;
            s->shape.round_dests = p->shape[k]->round_dests;
            s->shape.round_dest = s->dest;
        }
    memset(&p->counts, 0, sizeof(p->counts));
    p->tap = tap;
    l1_issue(&p->l1, streams, rounds, kept);
    l1_path_note(p);
}

static bool may_arrive(const void *context, int cluster)
{
    const struct arrivals *a = context;
    return l1_has_room(&a->path->l1, a->line, cluster);
}

static void arrive(void *context, int cluster, const struct slot *slot)
{
    const struct arrivals *a = context;
    struct l1_path *p = a->path;
    l1_push(&p->l1, a->line, cluster, slot);
    p->counts.delivered[a->line] += (uint64_t)slot->words;
    if (p->tap != NULL)
        p->tap->arrived(p->tap->context, a->line, cluster, slot);
}

/* To all L1s at once, when all have room; returns whether they had. */
static bool multicast(struct l1_path *p, int line, const struct slot *slot)
{
    const uint64_t to = p->clusters_of[line][slot->dest];
    const uint64_t words =
        (uint64_t)slot->words * (uint64_t)p->reach[line][slot->dest];
    if (!l1_push_all(&p->l1, line, to, slot->words))
        return false;
    p->counts.delivered[line] += words;
    p->counts.hops[line] += words;
    if (p->tap == NULL)
        return true;
    p->tap->read(p->tap->context, line, to, slot);
    for (uint64_t left = to; left != 0; left &= left - 1)
        p->tap->arrived(p->tap->context, line, __builtin_ctzll(left), slot);
    return true;
}

static void inject(struct l1_path *p, int line, const struct slot *slot)
{
    struct flit flit = {p->clusters_of[line][slot->dest], *slot};
    if (p->tap != NULL)
        p->tap->read(p->tap->context, line, flit.nodes, slot);
    mesh_inject(&p->mesh[line], 0, &flit);
}

/* A cycle of slots to L1s that nobody follows: as l1_path_send, in fewer
 * steps. */
static bool multicast_some(struct l1_path *p, int line, struct stream_state *l2)
{
    const struct stream_shape *shape = p->shape[line];
    const struct stream_cycle cycle =
        stream_cycle_of(l2, shape, p->slots_per_cycle, shape->banks);
    struct stream_walk walk = stream_walk_from(l2, shape);
    int left = cycle.words;
    uint64_t sent = 0, delivered = 0;
    for (int k = 0; k < cycle.slots; k++) {
        const int dest = walk.at.dest;
        const int words = min_int(walk.left, shape->words_per_slot);
        left -= words;
        if ((k > 0 && left < 0) ||
            !l1_push_all(&p->l1, line, p->clusters_of[line][dest], words))
            break;
        sent += (uint64_t)words;
        delivered += (uint64_t)words * (uint64_t)p->reach[line][dest];
        if (!stream_walk_on(&walk, shape, words))
            break;
    }
    if (sent == 0)
        return false;
    *l2 = walk.at;
    p->counts.sent[line] += sent;
    p->counts.delivered[line] += delivered;
    p->counts.hops[line] += delivered;
    return true;
}

bool l1_path_send(struct l1_path *p, int line, struct stream_state *l2)
{
    const struct stream_shape *shape = p->shape[line];
    int most = p->is_mesh ? 1 : p->slots_per_cycle;
    struct stream_cycle cycle = stream_cycle_of(l2, shape, most, shape->banks);
    bool moved = false;
    struct slot slot;
    if (l2->latency_cycles > 0) {
        l2->latency_cycles--;
        return true;
    }
    if (p->tap == NULL && !p->is_mesh && shape->keeps_slots_whole)
        return multicast_some(p, line, l2);
    while (stream_offers(l2, shape, &cycle, &slot)) {
        if (p->is_mesh ? !mesh_can_inject(&p->mesh[line], 0)
                       : !multicast(p, line, &slot))
            break;
        if (p->is_mesh)
            inject(p, line, &slot);
        p->counts.sent[line] += (uint64_t)slot.words;
        moved = true;
        if (!stream_advance(l2, shape, slot.words))
            break;
    }
    return moved;
}

bool l1_path_route(struct l1_path *p, int line)
{
    const struct mesh_sink sink = {&p->arrivals[line], may_arrive, arrive};
    return p->is_mesh &&
           mesh_eval(&p->mesh[line], &sink, &p->counts.hops[line]);
}

bool l1_path_feed(struct l1_path *p, struct lane_fifo fifo[L1_LINES])
{
    return l1_eval(&p->l1, fifo, p->tap != NULL ? &p->l1_tap : NULL);
}

void l1_path_look(struct l1_path *p)
{
    for (int k = 0; k < L1_LINES; k++) {
        p->holds[k] = p->is_late[k] = false;
        for (int c = 0; !p->holds[k] && c < p->clusters; c++) {
            const struct l1_line *s = &p->l1.cluster[c].line[k];
            const bool is_late = s->out.latency_cycles > 0;
            p->is_late[k] |= is_late;
            p->holds[k] =
                s->input_slots + s->held_slots > 0 ||
                (p->l1.kept[k] && !stream_is_done(&s->out) && !is_late);
        }
        p->routes[k] = p->is_mesh && !mesh_is_empty(&p->mesh[k]);
    }
}

enum network_wait l1_path_did(const struct l1_path *p, int line,
                              enum network_wait l2_did)
{
    if (p->l1.counts.sent[line] > p->sent_before[line])
        return NETWORK_WAIT_busy;
    if (p->holds[line])
        return NETWORK_WAIT_blocked;
    if (p->is_late[line])
        return NETWORK_WAIT_latency;
    if (l2_did == NETWORK_WAIT_order || l2_did == NETWORK_WAIT_latency)
        return l2_did;
    return l2_did == NETWORK_WAIT_idle && !p->routes[line]
               ? NETWORK_WAIT_idle
               : NETWORK_WAIT_supply;
}

void l1_path_note(struct l1_path *p)
{
    memcpy(p->sent_before, p->l1.counts.sent, sizeof(p->sent_before));
}

void l1_path_commit_routers(struct l1_path *p, int line)
{
    if (p->is_mesh)
        mesh_commit(&p->mesh[line]);
}

void l1_path_commit_l1s(struct l1_path *p)
{
    l1_commit(&p->l1);
}

bool l1_path_route_one(struct l1_path *p, int line, int node)
{
    const struct mesh_sink sink = {&p->arrivals[line], may_arrive, arrive};
    return mesh_eval_router(&p->mesh[line], node, &sink, &p->counts.hops[line]);
}

bool l1_path_feed_one(struct l1_path *p, int cluster,
                      struct lane_fifo fifo[L1_LINES])
{
    return l1_eval_cluster(&p->l1, cluster, fifo,
                           p->tap != NULL ? &p->l1_tap : NULL);
}

void l1_path_commit_router(struct l1_path *p, int line, int node)
{
    mesh_commit_router(&p->mesh[line], node);
}

void l1_path_commit_l1(struct l1_path *p, int cluster)
{
    l1_commit_cluster(&p->l1, cluster);
}

struct mesh *l1_path_mesh(struct l1_path *p, int line)
{
    return p->is_mesh ? &p->mesh[line] : NULL;
}

struct l1 *l1_path_l1(struct l1_path *p)
{
    return &p->l1;
}

int l1_path_grid_cols(const struct l1_path *p)
{
    return p->grid_cols;
}

void l1_path_counted(const struct l1_path *p, struct l1_path_counts *out)
{
    *out = p->counts;
    out->l1 = p->l1.counts;
}

void l1_path_count(struct l1_path *p, const struct l1_path_counts *counts)
{
    p->counts = *counts;
    p->l1.counts = counts->l1;
    l1_path_note(p);
}

bool l1_path_is_empty(const struct l1_path *p)
{
    bool empty = l1_is_empty(&p->l1);
    for (int k = 0; p->is_mesh && k < L1_LINES; k++)
        empty = empty && mesh_is_empty(&p->mesh[k]);
    return empty;
}

int l1_path_explain(const struct l1_path *p, char *text, size_t size_bytes)
{
    static const char *const name[L1_LINES] = {"filter", "ifmap"};
    int at = 0;
    for (int k = 0; k < L1_LINES; k++)
        for (int c = 0; c < p->clusters; c++) {
            const struct l1_line *s = &p->l1.cluster[c].line[k];
            if (s->held_slots + s->input_slots == 0 || at < 0 ||
                (size_t)at >= size_bytes)
                continue;
            at += snprintf(text + at, size_bytes - (size_t)at,
                           "; L1 %d holds %d and is offered %d slots of '%s'",
                           c, s->held_slots, s->input_slots, name[k]);
        }
    return at;
}
