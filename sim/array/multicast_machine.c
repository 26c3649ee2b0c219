/* multicast_machine.c - the array side of a machine with multicast networks.
 *
 * A cycle is the blocks below, evaluated in any order, then committed in any
 * order: the sequencer, four networks, the port of the psums' banks, the PEs
 * and, where they sum psums, the adder trees.
 * Eval reads `stream`, occupancies and the sequencer's state as they were
 * committed; it writes `next`, staged pushes and pops, and sums in which the
 * order of adding can't be seen.
 * Its tables: multicast_shape.c; its blocks as a kernel lists them:
 * multicast_blocks.c; what can be read off it: multicast_readout.c.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/multicast_machine.h"

#include <stdlib.h>
#include <string.h>

#include "mem/l2_port.h"
#include "sim/array/multicast_parts.h"
#include "sim/array/pass_periods.h"

static void route_slot(void *context, const struct slot *slot)
{
    const struct tap_route *route = context;
    route->tap->slot(route->tap->context, route->network, slot);
}

/* Where lanes stand in a pass that uses all of them, as the first one does. */
static void place_lanes(struct multicast_machine *m, const struct program *p)
{
    struct cursor cursor;
    struct pass first;
    cursor_start(&cursor);
    SIM_CHECK(cursor_next(p, &cursor, &first));
    const int block_rows = first.work.multicast.block_rows;
    const int chains = m->lanes.cfg.chains;
    const int blocks = ceil_div(p->rows, block_rows);
    const struct pe_sets all = {p->sets, p->set_chains, blocks, block_rows};
    m->most_dests =
        (uint64_t)blocks * (uint64_t)multicast_groups(&first.work.multicast) *
        multicast_heights(&first.work.multicast, p->set_chains, block_rows);
    if (m->most_dests < (uint64_t)m->lanes.n)
        m->most_dests = (uint64_t)m->lanes.n;
    m->place = xcalloc((size_t)m->lanes.n, sizeof(*m->place));
    for (int l = 0; l < m->lanes.n; l++) {
        int row = l / chains, chain = l % chains;
        m->place[l] =
            place_pe(&p->arch, &all, row / block_rows, row % block_rows,
                     chain / p->set_chains, chain % p->set_chains);
    }
}

struct multicast_machine *multicast_machine_new(const struct program *program)
{
    const struct arch *a = &program->arch;
    struct multicast_machine *m = xcalloc(1, sizeof(*m));
    m->arch = *a;
    multicast_set_slots(m, program);
    struct lanes_cfg cfg = {
        .rows = program->rows,
        .chains = program->sets * program->set_chains,
        .pairs = a->multipliers > 1,
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

void multicast_machine_free(struct multicast_machine *m)
{
    if (m == NULL)
        return;
    multicast_free_tables(m);
    pass_periods_free(m->periods);
    multicast_drift_free(m->drift);
    lane_skips_free(m->lanes.skips);
    l1_path_free(m->l1);
    free(m->cluster_of_lane);
    free(m->arena);
    free(m->bounds);
    free(m->place);
    free(m->lane_state);
    free(m);
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

void multicast_machine_shape(struct multicast_machine *m,
                             const struct multicast_pass *pass)
{
    if (m->shaped && memcmp(&m->pass, pass, sizeof(*pass)) == 0)
        return;
    m->pass = *pass;
    multicast_shape_pass(m);
    m->shaped = true;
}

void multicast_machine_issue(struct multicast_machine *m,
                             const struct multicast_pass *pass,
                             const struct machine_tap *tap)
{
    multicast_machine_shape(m, pass);
    multicast_shape_rounds(m);
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
    static const enum tensor tensor_of[NETWORK_N] = {
        TENSOR_FILTER, TENSOR_IFMAP, TENSOR_PSUM, TENSOR_PSUM};
    m->state->in_flight = m->state->flies = 0;
    const bool kept[NETWORK_N] = {pass->kept[TENSOR_FILTER] != 0,
                                  pass->kept[TENSOR_IFMAP] != 0};
    m->state->running = m->lanes.state->running > 0;
    memset(&m->counts, 0, sizeof(m->counts));
    memset(m->words, 0, sizeof(m->words));
    memset(&m->sums, 0, sizeof(m->sums));
    m->tap = tap;
    multicast_start_beats(m);
    for (int k = 0; k < NETWORK_N; k++) {
        int latency = arch_l2_store(&m->arch, tensor_of[k]).latency_cycles;
        if (k == NETWORK_PSUM_OUT)
            latency = 0;
        stream_start(&m->state->stream[k], &m->shape[k],
                     kept[k] ? 0 : m->rounds[k], latency, 0);
        m->state->next[k] = m->state->stream[k];
        m->route[k] =
            (struct tap_route){.tap = tap, .network = (enum network)k};
        m->slot_tap[k] = (struct slot_tap){&m->route[k], route_slot};
    }
    multicast_note_left(m, 1);
    if (m->l1 != NULL)
        l1_path_issue(m->l1, m->rounds, kept, tap != NULL ? &tap->l1 : NULL);
}

static const struct slot_tap *tap_of(const struct multicast_machine *m,
                                     enum network k)
{
    return m->tap != NULL ? &m->slot_tap[k] : NULL;
}

static bool send(struct multicast_machine *m, enum network k, int rows,
                 struct lane_fifo fifo)
{
    if (m->l1 != NULL && (int)k < L1_LINES)
        return l1_path_send(m->l1, (int)k, &m->state->next[k]);
    return multicast_eval(&m->state->next[k], &m->shape[k], rows, &m->sets[k],
                          &fifo, &m->words[k], tap_of(m, k));
}

/* Words of psums that wait for L2, per chain, and their staged pops. */
static const int16_t *exit_words(const struct multicast_machine *m)
{
    return m->has_trees ? m->trees.f.out
                        : m->lanes.f.psum_fifo + multicast_top_lane(m);
}

static int16_t *exit_pops(const struct multicast_machine *m)
{
    return m->has_trees ? m->trees.f.collected
                        : m->lanes.f.collected + multicast_top_lane(m);
}

/* Where psums from L2 go. */
static struct lane_fifo psum_fifo(struct multicast_machine *m)
{
    return m->has_trees ? trees_psum_fifo(&m->trees)
                        : lanes_psum_fifo(&m->lanes);
}

/* Which psum network goes first where both want one bank: the one that needs
 * the more cycles for a window's words; of equal ones the reading one, where
 * the fifo that it fills next has at most the word that its PE may take now. */
static bool reads_first(const struct multicast_machine *m,
                        const struct lane_fifo *below)
{
    const enum network k = NETWORK_PSUM_IN;
    const struct destination_sets *sets = &m->sets[k];
    struct slot head;
    if (m->psum_reads_longer != 0)
        return m->psum_reads_longer > 0;
    SIM_CHECK(stream_head(&m->state->stream[k], &m->shape[k], &head));
    return below->words[sets->lane[sets->begin[head.dest]]] <= 1;
}

/* How far the banks serve each of the two psum networks in this cycle. Where
 * there is one port and both want a bank, one goes first, and the other moves
 * what lies before the first bank that it would share.  A function of committed
 * state, so it is the same whoever asks first. */
static const struct psum_grant *psum_grant(struct multicast_machine *m)
{
    struct psum_grant *grant = &m->grant;
    const struct stream_state *in = &m->state->stream[NETWORK_PSUM_IN];
    const struct stream_state *out = &m->state->stream[NETWORK_PSUM_OUT];
    const struct stream_shape *shape = &m->shape[NETWORK_PSUM_IN];
    if (grant->known)
        return grant;
    grant->known = true;
    grant->clash = false;
    grant->read_rows = grant->write_rows = shape->banks;
    if (!m->one_psum_port || stream_is_done(in) || stream_is_done(out))
        return grant;
    const struct lane_fifo below = psum_fifo(m);
    const struct l2_access read = {
        in->address_words,
        multicast_ready_words(in, shape, &m->sets[NETWORK_PSUM_IN], &below)};
    const struct l2_access write = {
        out->address_words,
        collect_ready_words(out, &m->shape[NETWORK_PSUM_OUT], exit_words(m))};
    if (reads_first(m, &below))
        grant->write_rows =
            l2_port_rows(read, write, shape->row_words, shape->banks);
    else
        grant->read_rows =
            l2_port_rows(write, read, shape->row_words, shape->banks);
    grant->clash =
        grant->read_rows < shape->banks || grant->write_rows < shape->banks;
    return grant;
}

void multicast_eval_network(struct multicast_machine *m, enum network k)
{
    const enum network held = held_network(m);
    const bool is_late = m->state->stream[k].latency_cycles > 0;
    bool moved = false, is_in_order = true;
    int rows = m->shape[k].banks;
    m->network_did[k] = NETWORK_WAIT_idle;
    if (stream_is_done(&m->state->next[k]))
        return; /* nothing moves any more */
    switch (k) {
    case NETWORK_FILTER:
    case NETWORK_IFMAP:
        is_in_order = k == held || !m->arch.ifmap_waits_for_filters ||
                      m->pass.held_streams ||
                      stream_is_done(&m->state->stream[held]);
        if (is_in_order)
            moved = send(m, k, rows,
                         k == held ? lanes_held_fifo(&m->lanes)
                                   : lanes_window_fifo(&m->lanes));
        break;
    case NETWORK_PSUM_IN:
        rows = psum_grant(m)->read_rows;
        moved = send(m, k, rows, psum_fifo(m));
        break;
    case NETWORK_PSUM_OUT:
        rows = psum_grant(m)->write_rows;
        moved =
            collect_eval(&m->state->next[k], &m->shape[k], rows, exit_words(m),
                         exit_pops(m), &m->words[k], tap_of(m, k));
        break;
    case NETWORK_N:
        break;
    }
    m->moved |= moved;
    m->network_did[k] = !is_in_order               ? NETWORK_WAIT_order
                        : is_late                  ? NETWORK_WAIT_latency
                        : moved                    ? NETWORK_WAIT_busy
                        : rows < m->shape[k].banks ? NETWORK_WAIT_port
                                                   : NETWORK_WAIT_blocked;
}

/* The fifos above the top row, by their reader. */
static void commit_exits(struct multicast_machine *m)
{
    lanes_commit(&m->lanes, multicast_top_lane(m),
                 multicast_top_lane(m) + m->lanes.cfg.chains);
}

/* Lines of the L1s are the networks of filters and ifmaps. */
void multicast_eval_routers(struct multicast_machine *m, int line)
{
    m->moved |= l1_path_route(m->l1, line);
}

void multicast_eval_router(struct multicast_machine *m, int line, int node)
{
    m->moved |= l1_path_route_one(m->l1, line, node);
}

static void fed_by_l1(struct multicast_machine *m,
                      struct lane_fifo fifo[L1_LINES])
{
    fifo[held_network(m)] = lanes_held_fifo(&m->lanes);
    fifo[window_network(m)] = lanes_window_fifo(&m->lanes);
}

void multicast_eval_l1s(struct multicast_machine *m)
{
    struct lane_fifo fifo[L1_LINES];
    fed_by_l1(m, fifo);
    m->moved |= l1_path_feed(m->l1, fifo);
}

void multicast_eval_l1(struct multicast_machine *m, int cluster)
{
    struct lane_fifo fifo[L1_LINES];
    fed_by_l1(m, fifo);
    m->moved |= l1_path_feed_one(m->l1, cluster, fifo);
}

void multicast_commit_network(struct multicast_machine *m, enum network k)
{
    m->state->stream[k] = m->state->next[k];
    if (k == NETWORK_PSUM_OUT && !m->has_trees)
        commit_exits(m);
}

/* A tree's leaves are the fifos above its chain's PEs. */
void multicast_eval_trees(struct multicast_machine *m)
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

void multicast_commit_trees(struct multicast_machine *m)
{
    trees_commit(&m->trees);
    commit_exits(m);
}

/* The port loses a turn to a conflict; that is no standstill. */
void multicast_eval_psum_port(struct multicast_machine *m)
{
    m->moved |= psum_grant(m)->clash;
}

void multicast_commit_psum_port(struct multicast_machine *m)
{
    m->had_conflict = m->grant.clash;
    m->grant.known = false;
}

void multicast_eval_lanes(struct multicast_machine *m, int from, int to)
{
    lanes_eval(&m->lanes, from, to, &m->cycle);
}

void multicast_eval_sequencer(struct multicast_machine *m)
{
    m->state->flies =
        m->state->in_flight || (m->state->running && lanes_any_word(&m->lanes));
    if (m->l1 != NULL)
        l1_path_look(m->l1);
}

/* What the network did that PEs waited for, by their names for it: lanes call
 * what stays `filter`. */
static enum network_wait network_of_wait(const struct multicast_machine *m,
                                         enum network wait)
{
    enum network k = wait;
    if (wait == NETWORK_FILTER)
        k = held_network(m);
    else if (wait == NETWORK_IFMAP)
        k = window_network(m);
    if (m->l1 != NULL && (int)k < L1_LINES)
        return l1_path_did(m->l1, (int)k, m->network_did[k]);
    return m->network_did[k];
}

static void charge(struct multicast_machine *m, const struct lanes_cycle *c)
{
    struct pass_counts *n = &m->counts;
    n->macs += (uint64_t)c->cause[PE_MAC] + (uint64_t)c->pairs;
    n->psum_reads += (uint64_t)c->psum_adds;
    n->psum_link_words += (uint64_t)c->emits;
    n->first_macs += (uint64_t)c->emits;
    if (!m->state->flies)
        return;
    n->flight_cycles++;
    for (int k = 0; k < PE_CAUSE_N; k++)
        n->pe_cycles[k] += (uint64_t)c->cause[k];
    for (int k = 0; k < PE_WAITS; k++) {
        const uint64_t waits = (uint64_t)c->cause[PE_WAIT_FILTER + k];
        if (waits > 0)
            n->wait_by[k][network_of_wait(m, (enum network)k)] += waits;
    }
}

/* Reads only what no other commit changes. */
void multicast_commit_sequencer(struct multicast_machine *m)
{
    const struct lanes_cycle *c = &m->cycle;
    bool moved = m->moved || c->cause[PE_MAC] > 0 || c->cause[PE_SKIP] > 0 ||
                 c->emits > 0 || c->pops != 0;
    for (int k = 0; !moved && k < m->lanes.n; k++)
        moved = m->lanes.f.sent[k] != 0; /* psums on their way */
    if (m->tap != NULL)
        m->tap->evaluated(m->tap->context, &m->lanes);
    charge(m, c);
    if (m->l1 != NULL)
        l1_path_note(m->l1);
    m->state->running = m->lanes.state->running > 0;
    m->state->in_flight = m->state->flies && m->state->running;
    m->made_headway = moved;
    m->moved = false;
    memset(&m->cycle, 0, sizeof(m->cycle));

    m->counts.cycles++;
    multicast_note_left(m, m->counts.cycles + 1);
}

/* Psums that the networks, or the trees, have moved. */
static uint64_t psums_moved(const struct multicast_machine *m)
{
    return m->words[NETWORK_PSUM_IN].words_sent +
           m->words[NETWORK_PSUM_OUT].words_sent + m->sums.sums;
}

bool multicast_machine_step(struct multicast_machine *m)
{
    const uint64_t moved = psums_moved(m);
    multicast_eval_sequencer(m);
    for (int k = 0; k < NETWORK_N; k++)
        multicast_eval_network(m, (enum network)k);
    if (m->l1 != NULL) {
        for (int k = 0; k < L1_LINES; k++)
            multicast_eval_routers(m, k);
        multicast_eval_l1s(m);
    }
    multicast_eval_psum_port(m);
    if (m->has_trees)
        multicast_eval_trees(m);
    if (m->tap != NULL)
        multicast_eval_lanes(m, 0, m->lanes.n);
    else
        lanes_step(&m->lanes, psums_moved(m) != moved,
                   stream_is_done(&m->state->stream[held_network(m)]),
                   &m->cycle);
    multicast_commit_sequencer(m);
    for (int k = 0; k < NETWORK_N; k++)
        m->state->stream[k] = m->state->next[k];
    if (m->l1 != NULL) {
        for (int k = 0; k < L1_LINES; k++)
            l1_path_commit_routers(m->l1, k);
        l1_path_commit_l1s(m->l1);
    }
    multicast_commit_psum_port(m);
    if (m->has_trees)
        trees_commit(&m->trees);
    if (m->tap != NULL)
        lanes_commit(&m->lanes, 0, multicast_top_lane(m) + m->lanes.cfg.chains);
    return m->made_headway;
}

bool multicast_machine_moved(const struct multicast_machine *m)
{
    return m->made_headway;
}
