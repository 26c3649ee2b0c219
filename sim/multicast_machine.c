/* multicast_machine.c - the array side of a machine with multicast networks.
 *
 * A cycle is the blocks below, evaluated in any order, then committed in any
 * order: the sequencer, four networks, the port of the psums' banks, the PEs
 * and, where they sum psums, the adder trees.
 * Eval reads `stream`, occupancies and the sequencer's state as they were
 * committed; it writes `next`, staged pushes and pops, and sums in which the
 * order of adding can't be seen.
 * SPDX-License-Identifier: MIT
 */
#include "sim/multicast_machine.h"

#include <stdlib.h>
#include <string.h>

#include "mem/l2_port.h"

struct multicast_machine {
    struct arch arch;
    struct multicast_pass pass;
    struct lanes lanes;
    bool has_trees;
    struct trees trees;
    void *arena, *bounds;
    size_t arena_bytes;
    struct multicast_state *state; /* in the arena */
    struct l1_path *l1;            /* owns; NULL without an L1 */
    int32_t *cluster_of_lane;      /* owns; with an L1 */

    /* Of the pass; rebuilt when the descriptor changes. */
    struct stream_shape shape[NETWORK_N];
    struct destination_sets sets[NETWORK_N];
    int16_t *limit_words[NETWORK_N];
    int32_t *set_begin[NETWORK_N], *set_lane[NETWORK_N];
    uint32_t rounds[NETWORK_N];
    uint64_t active_pes, windows;

    /* Of the cycle; cleared when it is committed. */
    struct lanes_cycle cycle;
    bool moved;        /* a word did, or a timer ran down */
    bool made_headway; /* `moved` of the last cycle committed */
    struct psum_grant {
        bool known, read, write;
    } grant;

    struct pe_place *place; /* of each lane, on the array */
    bool had_conflict;      /* in the last cycle committed */
    uint8_t *lane_state;    /* enum of PE_STATES; or NULL: no one watches */

    struct multicast_counts words[NETWORK_N];
    struct tree_counts sums;
    struct pass_counts counts;
    const struct machine_tap *tap; /* borrowed or NULL */
    struct slot_tap slot_tap[NETWORK_N];
    struct tap_route {
        const struct machine_tap *tap;
        enum network network;
    } route[NETWORK_N];
    bool shaped;
};

static enum network held_network(const struct multicast_machine *m)
{
    return m->pass.holds_ifmap ? NETWORK_IFMAP : NETWORK_FILTER;
}

static enum network window_network(const struct multicast_machine *m)
{
    return m->pass.holds_ifmap ? NETWORK_FILTER : NETWORK_IFMAP;
}

static void route_slot(void *context, const struct slot *slot)
{
    const struct tap_route *route = context;
    route->tap->slot(route->tap->context, route->network, slot);
}

/* Where lanes stand: as the dataflow says, else chains side by side, row 0 at
 * the bottom. */
static void place_lanes(struct multicast_machine *m, const struct program *p)
{
    int chains = m->lanes.cfg.chains;
    m->place = xcalloc((size_t)m->lanes.n, sizeof(*m->place));
    for (int l = 0; l < m->lanes.n; l++) {
        struct pe_place *place = &m->place[l];
        place->row = p->rows - 1 - l / chains;
        place->col = l % chains;
        if (p->ops->pe_place != NULL)
            p->ops->pe_place(p, l / chains, l % chains, &place->row,
                             &place->col);
    }
}

struct multicast_machine *multicast_machine_new(const struct program *program)
{
    const struct arch *a = &program->arch;
    struct multicast_machine *m = xcalloc(1, sizeof(*m));
    m->arch = *a;
    struct lanes_cfg cfg = {
        .rows = program->rows,
        .chains = program->sets * program->set_chains,
        .fifo_words = a->fifo_words,
        .pipeline_cycles = a->pipeline_cycles,
        .psum_own_cycle =
            a->psum_add == PSUM_ADD_OWN_CYCLE && a->psum_reduce == PSUM_CHAIN,
    };
    const struct tree_cfg trees = {
        .trees = cfg.chains,
        .leaves = a->rows,
        .fifo_words = a->fifo_words,
    };
    m->has_trees = a->psum_reduce == PSUM_TREE;
    size_t head = (sizeof(struct multicast_state) + 63) / 64 * 64;
    size_t lanes_end = head + lanes_state_bytes(&cfg);
    m->arena_bytes = lanes_end + (m->has_trees ? trees_state_bytes(&trees) : 0);
    size_t trees_end = m->arena_bytes;
    if (a->has_l1)
        m->arena_bytes += l1_path_state_bytes(a);
    m->arena = xcalloc(1, m->arena_bytes);
    m->bounds = xcalloc(1, lanes_bounds_bytes(&cfg));
    m->state = m->arena;
    lanes_init(&m->lanes, &cfg, (char *)m->arena + head, m->bounds);
    place_lanes(m, program);
    if (m->has_trees)
        trees_init(&m->trees, &trees, (char *)m->arena + lanes_end);
    if (a->has_l1) {
        m->l1 = l1_path_new(a, (char *)m->arena + trees_end);
        m->cluster_of_lane = xcalloc((size_t)m->lanes.n, sizeof(int32_t));
    }
    return m;
}

static void free_tables(struct multicast_machine *m)
{
    for (int k = 0; k < NETWORK_N; k++) {
        free(m->limit_words[k]);
        free(m->set_begin[k]);
        free(m->set_lane[k]);
    }
}

void multicast_machine_free(struct multicast_machine *m)
{
    if (m == NULL)
        return;
    free_tables(m);
    l1_path_free(m->l1);
    free(m->cluster_of_lane);
    free(m->arena);
    free(m->bounds);
    free(m->place);
    free(m->lane_state);
    free(m);
}

/* The lane of block `b`, row `i`, set `t`, chain `y`. */
static int lane_at(const struct multicast_machine *m, int b, int i, int t,
                   int y)
{
    const struct multicast_pass *d = &m->pass;
    return (b * d->block_rows + i) * m->lanes.cfg.chains + t * d->set_chains +
           y;
}

static int set_filters(const struct multicast_pass *d, int t)
{
    return t == d->sets - 1 ? d->filters_tail : d->filters;
}

static int block_channels(const struct multicast_pass *d, int b)
{
    return b == d->blocks - 1 ? d->channels_tail : d->channels;
}

static void set_bounds(struct multicast_machine *m)
{
    const struct multicast_pass *d = &m->pass;
    struct lane_fields *f = &m->lanes.f;
    for (int l = 0; l < m->lanes.n; l++)
        f->active[l] = 0;
    for (int b = 0; b < d->blocks; b++)
        for (int i = 0; i < d->block_rows; i++)
            for (int t = 0; t < d->sets; t++)
                for (int y = 0; y < d->set_chains; y++) {
                    int l = lane_at(m, b, i, t, y);
                    int q = block_channels(d, b), p = set_filters(d, t);
                    bool takes =
                        !m->has_trees && (b > 0 || i > 0 || d->psum_in);
                    f->active[l] = -1;
                    f->filters[l] = (int16_t)p;
                    f->taps[l] = (int16_t)(q * d->filter_cols);
                    f->held_words[l] = (int16_t)(p * q * d->filter_cols);
                    f->slide[l] = (int16_t)(q * d->slide_cols);
                    f->takes_psum[l] = (int16_t)-takes;
                }
    m->active_pes =
        (uint64_t)d->blocks * d->block_rows * d->sets * d->set_chains;
}

static void alloc_tables(struct multicast_machine *m, int k, int dests,
                         int lanes)
{
    m->limit_words[k] = xcalloc((size_t)dests, sizeof(int16_t));
    m->set_begin[k] = xcalloc((size_t)dests + 1, sizeof(int32_t));
    m->set_lane[k] = xcalloc((size_t)lanes + 1, sizeof(int32_t));
    m->shape[k].dests = dests;
    m->shape[k].limit_words = m->limit_words[k];
    m->sets[k].begin = m->set_begin[k];
    m->sets[k].lane = m->set_lane[k];
}

/* Held words: one destination per (set, block, row). */
static void shape_held(struct multicast_machine *m)
{
    const struct multicast_pass *d = &m->pass;
    const enum network k = held_network(m);
    int rows = d->blocks * d->block_rows, n = 0, at = 0;
    alloc_tables(m, (int)k, d->sets * rows, (int)m->active_pes);
    for (int t = 0; t < d->sets; t++)
        for (int b = 0; b < d->blocks; b++)
            for (int i = 0; i < d->block_rows; i++) {
                m->limit_words[k][n++] =
                    m->lanes.f.held_words[lane_at(m, b, i, t, 0)];
                for (int y = 0; y < d->set_chains; y++)
                    m->set_lane[k][at++] = lane_at(m, b, i, t, y);
                m->set_begin[k][n] = at;
            }
}

/* Window words: one destination per (block, ifmap row). */
static void shape_window(struct multicast_machine *m)
{
    const struct multicast_pass *d = &m->pass;
    int heights = (d->set_chains - 1) * d->chain_step +
                  (d->block_rows - 1) * d->row_step + 1;
    const enum network k = window_network(m);
    int n = 0, at = 0;
    alloc_tables(m, (int)k, d->blocks * heights, (int)m->active_pes);
    for (int b = 0; b < d->blocks; b++)
        for (int h = 0; h < heights; h++) {
            int begin = at;
            for (int i = 0; i < d->block_rows; i++) {
                int y = h - i * d->row_step;
                if (y < 0 || y % d->chain_step != 0 ||
                    y / d->chain_step >= d->set_chains)
                    continue;
                for (int t = 0; t < d->sets; t++)
                    m->set_lane[k][at++] =
                        lane_at(m, b, i, t, y / d->chain_step);
            }
            m->limit_words[k][n++] =
                (int16_t)(at > begin ? block_channels(d, b) : 0);
            m->set_begin[k][n] = at;
        }
}

/* Psums: one destination or source per chain. */
static void shape_psum(struct multicast_machine *m, enum network k)
{
    const struct multicast_pass *d = &m->pass;
    int chains = d->sets * d->set_chains;
    alloc_tables(m, (int)k, chains, chains);
    for (int c = 0; c < chains; c++) {
        m->limit_words[k][c] = (int16_t)set_filters(d, c / d->set_chains);
        m->set_lane[k][c] = c;
        m->set_begin[k][c + 1] = c + 1;
    }
}

/* Without register files, an operand's register and that of its next. */
static int rf_words(const struct multicast_machine *m, enum tensor tensor)
{
    return m->pass.no_rf ? 2 : m->arch.rf_words[tensor];
}

static void shape_l1(struct multicast_machine *m)
{
    const struct multicast_pass *d = &m->pass;
    const struct pe_sets used = {d->sets, d->set_chains, d->blocks,
                                 d->block_rows};
    for (int b = 0; b < d->blocks; b++)
        for (int i = 0; i < d->block_rows; i++)
            for (int t = 0; t < d->sets; t++)
                for (int y = 0; y < d->set_chains; y++)
                    m->cluster_of_lane[lane_at(m, b, i, t, y)] = cluster_of(
                        &m->arch, place_pe(&m->arch, &used, b, i, t, y));
    for (int k = 0; k < L1_LINES; k++) /* filters, ifmaps */
        l1_path_shape(m->l1, k, &m->shape[k], &m->sets[k], m->cluster_of_lane);
}

static void shape_pass(struct multicast_machine *m)
{
    const struct multicast_pass *d = &m->pass;
    static const enum tensor tensor_of[NETWORK_N] = {
        [NETWORK_FILTER] = TENSOR_FILTER,
        [NETWORK_IFMAP] = TENSOR_IFMAP,
        [NETWORK_PSUM_IN] = TENSOR_PSUM,
        [NETWORK_PSUM_OUT] = TENSOR_PSUM,
    };
    const enum network held = held_network(m), window = window_network(m);
    struct lanes_cfg *lanes = &m->lanes.cfg;
    lanes->start_at_window =
        m->arch.start == PE_START_WINDOW && !d->sends_products;
    lanes->held_rf_words = rf_words(m, tensor_of[held]);
    lanes->window_rf_words = rf_words(m, tensor_of[window]);
    lanes->held_port_words = m->arch.network[held].words_per_slot;
    lanes->window_port_words = m->arch.network[window].words_per_slot;
    free_tables(m);
    set_bounds(m);
    shape_held(m);
    shape_window(m);
    shape_psum(m, NETWORK_PSUM_IN);
    shape_psum(m, NETWORK_PSUM_OUT);
    int most[NETWORK_N];
    most[held] = d->filters * d->channels * d->filter_cols;
    most[window] = d->channels;
    most[NETWORK_PSUM_IN] = most[NETWORK_PSUM_OUT] = d->filters;
    uint32_t windows =
        d->groups[0] * d->windows[0] + d->groups[1] * d->windows[1];
    uint32_t emissions = d->emit_last ? d->groups[0] + d->groups[1] : windows;
    m->windows = windows;
    m->rounds[held] = d->held_streams ? windows : 1;
    m->rounds[window] = d->groups[0] * multicast_columns(d, 0) +
                        d->groups[1] * multicast_columns(d, 1);
    m->rounds[NETWORK_PSUM_IN] = d->psum_in ? emissions : 0;
    m->rounds[NETWORK_PSUM_OUT] = emissions;
    for (int k = 0; k < NETWORK_N; k++) {
        const struct network_arch *net = &m->arch.network[k];
        m->shape[k].words_per_slot = net->words_per_slot;
        m->shape[k].slots_per_cycle = net->slots_per_cycle;
        m->shape[k].chunks = ceil_div(most[k], net->words_per_slot);
        m->shape[k].banks = d->banks[tensor_of[k]];
        m->shape[k].row_words = m->arch.l2_bank_row_words;
    }
    if (m->l1 != NULL)
        shape_l1(m);
}

static void issue_trees(struct multicast_machine *m)
{
    const struct multicast_pass *d = &m->pass;
    const struct tree_pass pass = {
        .trees = d->sets * d->set_chains,
        .rows = d->blocks * d->block_rows,
        .steps = d->sends_products ? d->channels : 1,
        .last_row_steps = d->sends_products ? d->channels_tail : 1,
        .accumulates = d->sends_products && m->arch.tree_accumulates,
        .takes_psum = d->psum_in,
    };
    trees_issue(&m->trees, &pass);
}

void multicast_machine_issue(struct multicast_machine *m,
                             const struct multicast_pass *pass,
                             const struct machine_tap *tap)
{
    if (!m->shaped || memcmp(&m->pass, pass, sizeof(*pass)) != 0) {
        m->pass = *pass;
        shape_pass(m);
        m->shaped = true;
    }
    struct lanes_pass lanes_pass = {
        .rows_used = pass->blocks * pass->block_rows,
        .held_streams = pass->held_streams,
        .emit_last = pass->emit_last,
        .emit_products = pass->sends_products,
        .groups = {.groups = {pass->groups[0], pass->groups[1]},
                   .windows = {pass->windows[0], pass->windows[1]}},
    };
    lanes_issue(&m->lanes, &lanes_pass);
    if (m->has_trees)
        issue_trees(m);
    m->state->in_flight = m->state->flies = 0;
    m->state->running = m->lanes.state->running > 0;
    m->state->write_first = 0; /* a pass is a function of its descriptor */
    memset(&m->counts, 0, sizeof(m->counts));
    memset(m->words, 0, sizeof(m->words));
    memset(&m->sums, 0, sizeof(m->sums));
    m->tap = tap;
    for (int k = 0; k < NETWORK_N; k++) {
        int latency = k == NETWORK_PSUM_OUT ? 0 : m->arch.l2_latency_cycles;
        stream_start(&m->state->stream[k], &m->shape[k], m->rounds[k], latency,
                     0);
        m->state->next[k] = m->state->stream[k];
        m->route[k].tap = tap;
        m->route[k].network = (enum network)k;
        m->slot_tap[k].context = &m->route[k];
        m->slot_tap[k].moved = route_slot;
    }
    if (m->l1 != NULL)
        l1_path_issue(m->l1, m->rounds, tap != NULL ? &tap->l1 : NULL);
}

static const struct slot_tap *tap_of(const struct multicast_machine *m,
                                     enum network k)
{
    return m->tap != NULL ? &m->slot_tap[k] : NULL;
}

static void send(struct multicast_machine *m, enum network k,
                 struct lane_fifo fifo)
{
    if (m->l1 != NULL && (int)k < L1_LINES) {
        m->moved |= l1_path_send(m->l1, (int)k, &m->state->next[k]);
        return;
    }
    m->moved |= multicast_eval(&m->state->next[k], &m->shape[k], &m->sets[k],
                               &fifo, &m->words[k], tap_of(m, k));
}

/* The fifos to L2, above the top row that the pass uses. */
static int top_lane(const struct multicast_machine *m)
{
    return m->pass.blocks * m->pass.block_rows * m->lanes.cfg.chains;
}

/* Words of psums that wait for L2, per chain, and their staged pops. */
static const int16_t *exit_words(const struct multicast_machine *m)
{
    return m->has_trees ? m->trees.f.out : m->lanes.f.psum_fifo + top_lane(m);
}

static int16_t *exit_pops(const struct multicast_machine *m)
{
    return m->has_trees ? m->trees.f.collected
                        : m->lanes.f.collected + top_lane(m);
}

/* Which of the two psum networks the banks serve in this cycle: both, or by
 * turns where there is one port and both want the same bank.  A function of
 * committed state, so it is the same whoever asks first. */
static const struct psum_grant *psum_grant(struct multicast_machine *m)
{
    struct psum_grant *grant = &m->grant;
    const struct stream_state *in = &m->state->stream[NETWORK_PSUM_IN];
    const struct stream_state *out = &m->state->stream[NETWORK_PSUM_OUT];
    const struct stream_shape *shape = &m->shape[NETWORK_PSUM_OUT];
    struct slot slot;
    if (grant->known)
        return grant;
    grant->known = grant->read = grant->write = true;
    if (m->arch.l2_ports != BANK_1RW || stream_is_done(in) ||
        in->latency_cycles > 0 || !stream_head(out, shape, &slot))
        return grant;
    bool wants = exit_words(m)[slot.dest] >= slot.words;
    if (wants &&
        l2_port_conflict(in->address_words, out->address_words,
                         shape->words_per_slot * shape->slots_per_cycle,
                         shape->row_words, shape->banks)) {
        grant->write = m->state->write_first;
        grant->read = !grant->write;
    }
    return grant;
}

static void eval_network(struct multicast_machine *m, enum network k)
{
    const enum network held = held_network(m);
    switch (k) {
    case NETWORK_FILTER:
    case NETWORK_IFMAP:
        if (k == held)
            send(m, k, lanes_held_fifo(&m->lanes));
        else if (!m->arch.ifmap_waits_for_filters || m->pass.held_streams ||
                 stream_is_done(&m->state->stream[held]))
            send(m, k, lanes_window_fifo(&m->lanes));
        break;
    case NETWORK_PSUM_IN:
        if (psum_grant(m)->read)
            send(m, k,
                 m->has_trees ? trees_psum_fifo(&m->trees)
                              : lanes_psum_fifo(&m->lanes));
        break;
    case NETWORK_PSUM_OUT:
        if (psum_grant(m)->write)
            m->moved |=
                collect_eval(&m->state->next[k], &m->shape[k], exit_words(m),
                             exit_pops(m), &m->words[k], tap_of(m, k));
        break;
    case NETWORK_N:
        break;
    }
}

/* The fifos above the top row, by their reader. */
static void commit_exits(struct multicast_machine *m)
{
    lanes_commit(&m->lanes, top_lane(m), top_lane(m) + m->lanes.cfg.chains);
}

/* Lines of the L1s are the networks of filters and ifmaps. */
static void eval_routers(struct multicast_machine *m, int line)
{
    m->moved |= l1_path_route(m->l1, line);
}

static void eval_l1s(struct multicast_machine *m)
{
    struct lane_fifo fifo[L1_LINES];
    fifo[held_network(m)] = lanes_held_fifo(&m->lanes);
    fifo[window_network(m)] = lanes_window_fifo(&m->lanes);
    m->moved |= l1_path_feed(m->l1, fifo);
}

static void commit_network(struct multicast_machine *m, enum network k)
{
    m->state->stream[k] = m->state->next[k];
    if (k == NETWORK_PSUM_OUT && !m->has_trees)
        commit_exits(m);
}

/* A tree's leaves are the fifos above its chain's PEs. */
static void eval_trees(struct multicast_machine *m)
{
    int chains = m->lanes.cfg.chains;
    const struct tree_tap tap = {
        m->tap != NULL ? m->tap->context : NULL,
        m->tap != NULL ? m->tap->tree_took : NULL,
    };
    m->moved |= trees_eval(&m->trees, m->lanes.f.psum_fifo + chains,
                           m->lanes.f.collected + chains, chains, &m->sums,
                           m->tap != NULL ? &tap : NULL);
}

static void commit_trees(struct multicast_machine *m)
{
    trees_commit(&m->trees);
    commit_exits(m);
}

/* The port loses a turn to a conflict; that is no standstill. */
static void eval_psum_port(struct multicast_machine *m)
{
    const struct psum_grant *grant = psum_grant(m);
    m->moved |= !grant->read || !grant->write;
}

static void commit_psum_port(struct multicast_machine *m)
{
    m->had_conflict = !m->grant.read || !m->grant.write;
    if (m->had_conflict)
        m->state->write_first = !m->state->write_first;
    m->grant.known = false;
}

static void eval_lanes(struct multicast_machine *m, int from, int to)
{
    lanes_eval(&m->lanes, from, to, &m->cycle);
}

static void eval_sequencer(struct multicast_machine *m)
{
    m->state->flies =
        m->state->in_flight || (m->state->running && lanes_any_word(&m->lanes));
}

static void charge(struct multicast_machine *m, const struct lanes_cycle *c)
{
    struct pass_counts *n = &m->counts;
    n->macs += (uint64_t)c->cause[PE_MAC];
    n->psum_reads += (uint64_t)c->psum_adds;
    n->psum_link_words += (uint64_t)c->emits;
    n->first_macs += (uint64_t)c->emits;
    if (!m->state->flies)
        return;
    n->flight_cycles++;
    for (int k = 0; k < PE_CAUSE_N; k++)
        n->pe_cycles[k] += (uint64_t)c->cause[k];
}

/* Reads only what no other commit changes. */
static void commit_sequencer(struct multicast_machine *m)
{
    const struct lanes_cycle *c = &m->cycle;
    bool moved =
        m->moved || c->cause[PE_MAC] > 0 || c->emits > 0 || c->pops != 0;
    for (int k = 0; !moved && k < m->lanes.n; k++)
        moved = m->lanes.f.sent[k] != 0; /* psums on their way */
    if (m->tap != NULL)
        m->tap->evaluated(m->tap->context, &m->lanes);
    charge(m, c);
    m->state->running = m->lanes.state->running > 0;
    m->state->in_flight = m->state->flies && m->state->running;
    m->made_headway = moved;
    m->moved = false;
    memset(&m->cycle, 0, sizeof(m->cycle));

    uint64_t now = m->counts.cycles++;
    if (!stream_is_done(&m->state->next[NETWORK_FILTER]))
        m->counts.filter_free_cycle = now + 2;
    if (!stream_is_done(&m->state->next[NETWORK_IFMAP]))
        m->counts.ifmap_free_cycle = now + 2;
}

bool multicast_machine_step(struct multicast_machine *m)
{
    eval_sequencer(m);
    for (int k = 0; k < NETWORK_N; k++)
        eval_network(m, (enum network)k);
    if (m->l1 != NULL) {
        for (int k = 0; k < L1_LINES; k++)
            eval_routers(m, k);
        eval_l1s(m);
    }
    eval_psum_port(m);
    if (m->has_trees)
        eval_trees(m);
    eval_lanes(m, 0, m->lanes.n);
    commit_sequencer(m);
    for (int k = 0; k < NETWORK_N; k++)
        commit_network(m, (enum network)k);
    if (m->l1 != NULL) {
        for (int k = 0; k < L1_LINES; k++)
            l1_path_commit_routers(m->l1, k);
        l1_path_commit_l1s(m->l1);
    }
    commit_psum_port(m);
    if (m->has_trees)
        commit_trees(m);
    lanes_commit(&m->lanes, 0, top_lane(m));
    return m->made_headway;
}

bool multicast_machine_moved(const struct multicast_machine *m)
{
    return m->made_headway;
}

static void eval_sequencer_block(void *self, int part)
{
    (void)part;
    eval_sequencer(self);
}

static void commit_sequencer_block(void *self, int part)
{
    (void)part;
    commit_sequencer(self);
}

static void eval_network_block(void *self, int part)
{
    eval_network(self, (enum network)part);
}

static void commit_network_block(void *self, int part)
{
    commit_network(self, (enum network)part);
}

static void eval_psum_port_block(void *self, int part)
{
    (void)part;
    eval_psum_port(self);
}

static void commit_psum_port_block(void *self, int part)
{
    (void)part;
    commit_psum_port(self);
}

static void eval_trees_block(void *self, int part)
{
    (void)part;
    eval_trees(self);
}

static void commit_trees_block(void *self, int part)
{
    (void)part;
    commit_trees(self);
}

static void eval_routers_block(void *self, int part)
{
    eval_routers(self, part);
}

static void commit_routers_block(void *self, int part)
{
    struct multicast_machine *m = self;
    l1_path_commit_routers(m->l1, part);
}

static void eval_l1s_block(void *self, int part)
{
    (void)part;
    eval_l1s(self);
}

static void commit_l1s_block(void *self, int part)
{
    struct multicast_machine *m = self;
    (void)part;
    l1_path_commit_l1s(m->l1);
}

static void eval_pes_block(void *self, int part)
{
    struct multicast_machine *m = self;
    (void)part;
    eval_lanes(m, 0, m->lanes.n);
}

static void commit_pes_block(void *self, int part)
{
    struct multicast_machine *m = self;
    (void)part;
    lanes_commit(&m->lanes, 0, top_lane(m));
}

static void add_cycle(struct lanes_cycle *to, const struct lanes_cycle *one)
{
    for (int k = 0; k < PE_CAUSE_N; k++)
        to->cause[k] += one->cause[k];
    to->takes += one->takes;
    to->emits += one->emits;
    to->psum_adds += one->psum_adds;
    to->pops |= one->pops;
}

static void eval_pe_block(void *self, int part)
{
    struct multicast_machine *m = self;
    struct lanes_cycle one = {0};
    if (m->lane_state == NULL) {
        eval_lanes(m, part, part + 1);
        return;
    }
    lanes_eval(&m->lanes, part, part + 1, &one);
    add_cycle(&m->cycle, &one);
    m->lane_state[part] = 0;
    for (int k = 0; k < PE_CAUSE_N; k++)
        if (one.cause[k] > 0)
            m->lane_state[part] = (uint8_t)(1 + k);
}

static void commit_pe_block(void *self, int part)
{
    struct multicast_machine *m = self;
    if (part < top_lane(m))
        lanes_commit(&m->lanes, part, part + 1);
}

int multicast_machine_blocks(struct multicast_machine *m,
                             enum block_grain grain, struct block **blocks)
{
    static const struct block shared[] = {
        {"sequencer", NULL, 0, eval_sequencer_block, commit_sequencer_block},
        {"filter_network", NULL, NETWORK_FILTER, eval_network_block,
         commit_network_block},
        {"ifmap_network", NULL, NETWORK_IFMAP, eval_network_block,
         commit_network_block},
        {"psum_in_network", NULL, NETWORK_PSUM_IN, eval_network_block,
         commit_network_block},
        {"psum_out_network", NULL, NETWORK_PSUM_OUT, eval_network_block,
         commit_network_block},
        {"psum_port", NULL, 0, eval_psum_port_block, commit_psum_port_block},
    };
    static const struct block with_l1[] = {
        {"filter_routers", NULL, NETWORK_FILTER, eval_routers_block,
         commit_routers_block},
        {"ifmap_routers", NULL, NETWORK_IFMAP, eval_routers_block,
         commit_routers_block},
        {"l1", NULL, 0, eval_l1s_block, commit_l1s_block},
    };
    static const struct block pes = {"pes", NULL, 0, eval_pes_block,
                                     commit_pes_block};
    static const struct block pe = {"pe", NULL, 0, eval_pe_block,
                                    commit_pe_block};
    static const struct block trees = {"adder_trees", NULL, 0, eval_trees_block,
                                       commit_trees_block};
    int n = (int)(sizeof(shared) / sizeof(*shared));
    int n_pes = grain == BLOCK_GRAIN_PE ? m->lanes.n : 1;
    int n_l1 = m->l1 != NULL ? (int)(sizeof(with_l1) / sizeof(*with_l1)) : 0;
    struct block *b = xcalloc((size_t)(n + 1 + n_l1 + n_pes), sizeof(*b));
    memcpy(b, shared, sizeof(shared));
    if (m->has_trees)
        b[n++] = trees;
    for (int k = 0; k < n_l1; k++)
        b[n + k] = with_l1[k];
    n += n_l1;
    for (int l = 0; l < n_pes; l++) {
        b[n + l] = grain == BLOCK_GRAIN_PE ? pe : pes;
        b[n + l].part = l;
        if (grain == BLOCK_GRAIN_PE)
            multicast_machine_pe_name(m, l, b[n + l].name);
    }
    for (int k = 0; k < n + n_pes; k++)
        b[k].self = m;
    *blocks = b;
    return n + n_pes;
}

bool multicast_machine_is_done(const struct multicast_machine *m)
{
    return m->lanes.state->running == 0 &&
           stream_is_done(&m->state->stream[NETWORK_PSUM_OUT]);
}

static void count_l1(const struct multicast_machine *m, struct pass_counts *out)
{
    struct l1_path_counts n;
    SIM_CHECK(l1_path_is_empty(m->l1));
    l1_path_counted(m->l1, &n);
    out->filter_sent = n.sent[0];
    out->filter_delivered = out->filter_hops = n.l1.delivered[0];
    out->ifmap_sent = n.sent[1];
    out->ifmap_delivered = out->ifmap_hops = n.l1.delivered[1];
    for (int k = 0; k < L1_LINES; k++) {
        out->l1_delivered[k] = n.delivered[k];
        out->l1_hops[k] = n.hops[k];
        out->l1_sent[k] = n.l1.sent[k];
        out->l1_reads[k] = n.l1.reads[k];
        out->l1_writes[k] = n.l1.writes[k];
    }
}

void multicast_machine_counts(const struct multicast_machine *m,
                              struct pass_counts *out)
{
    const struct multicast_counts *f = &m->words[NETWORK_FILTER];
    const struct multicast_counts *i = &m->words[NETWORK_IFMAP];
    uint64_t out_words = m->words[NETWORK_PSUM_OUT].words_sent;
    *out = m->counts;
    if (m->pass.holds_ifmap) { /* lanes name them for filters that stay */
        out->pe_cycles[PE_WAIT_IFMAP] = m->counts.pe_cycles[PE_WAIT_FILTER];
        out->pe_cycles[PE_WAIT_FILTER] = m->counts.pe_cycles[PE_WAIT_IFMAP];
    }
    out->active_pes = m->active_pes;
    out->filter_sent = f->words_sent;
    out->filter_delivered = out->filter_hops = f->words_delivered;
    out->ifmap_sent = i->words_sent;
    out->ifmap_delivered = out->ifmap_hops = i->words_delivered;
    out->psum_in_words = m->words[NETWORK_PSUM_IN].words_sent;
    out->psum_out_words = out->psum_out_hops = out_words;
    if (m->l1 != NULL)
        count_l1(m, out);
    if (!m->has_trees) {
        out->psum_link_words = m->counts.psum_link_words - out_words;
        return;
    }
    out->tree_hops = m->sums.hops;
    if (m->trees.pass.accumulates) {
        out->root_writes = m->sums.sums;
        out->root_reads = m->sums.sums - m->sums.leaving;
    }
}

void multicast_machine_explain(const struct multicast_machine *m, char *text,
                               size_t size_bytes)
{
    static const char *const name[NETWORK_N] = {"filter", "ifmap", "psum_in",
                                                "psum_out"};
    int at =
        snprintf(text, size_bytes, "%d PEs not done", m->lanes.state->running);
    for (int k = 0; k < NETWORK_N; k++) {
        struct slot slot;
        if (at < 0 || (size_t)at >= size_bytes)
            return;
        if (stream_head(&m->state->stream[k], &m->shape[k], &slot))
            at += snprintf(text + at, size_bytes - (size_t)at,
                           "; network '%s' waits for %s of destination %d "
                           "(round %u)",
                           name[k],
                           k == NETWORK_PSUM_OUT ? "a word" : "room in a fifo",
                           slot.dest, slot.round);
    }
    if (m->l1 != NULL && at >= 0 && (size_t)at < size_bytes)
        l1_path_explain(m->l1, text + at, size_bytes - (size_t)at);
}

void *multicast_machine_state(struct multicast_machine *m, size_t *size_bytes)
{
    *size_bytes = m->arena_bytes;
    return m->arena;
}

struct lanes *multicast_machine_lanes(struct multicast_machine *m)
{
    return &m->lanes;
}

void multicast_machine_pe_place(const struct multicast_machine *m, int lane,
                                int *row, int *col)
{
    *row = m->place[lane].row;
    *col = m->place[lane].col;
}

void multicast_machine_pe_name(const struct multicast_machine *m, int lane,
                               char name[BLOCK_NAME_MAX])
{
    snprintf(name, BLOCK_NAME_MAX, "pe_%d_%d", m->place[lane].row,
             m->place[lane].col);
}

void multicast_machine_watch(struct multicast_machine *m)
{
    if (m->lane_state == NULL)
        m->lane_state = xcalloc((size_t)m->lanes.n, sizeof(*m->lane_state));
}

uint32_t multicast_machine_pe_state(const struct multicast_machine *m, int lane)
{
    int state = m->state->flies ? m->lane_state[lane] : 0;
    if (m->pass.holds_ifmap && state == 1 + PE_WAIT_FILTER)
        return 1 + PE_WAIT_IFMAP;
    if (m->pass.holds_ifmap && state == 1 + PE_WAIT_IFMAP)
        return 1 + PE_WAIT_FILTER;
    return (uint32_t)state;
}

uint64_t multicast_machine_words_sent(const struct multicast_machine *m,
                                      enum network network)
{
    return m->words[network].words_sent;
}

bool multicast_machine_had_conflict(const struct multicast_machine *m)
{
    return m->had_conflict;
}

bool multicast_machine_holds_ifmap(const struct multicast_machine *m)
{
    return m->pass.holds_ifmap;
}
