/* multicast_periods.c - how the blocks of the multicast machine repeat: what
 * each keeps from cycle to cycle, with what it has counted.
 *
 * The lanes, the streams and the trees say it themselves; here the machine's
 * own scalars and counts are added.  All copies are taken between two cycles.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "pe/lane_periods.h"
#include "sim/array/multicast_parts.h"
#include "sim/array/pass_periods.h"

#define COUNTS_OF(counts) (sizeof(counts) / sizeof(uint64_t))

/* The sequencer: its scalars, and all that PEs and cycles are counted by. The
 * cycles in which tiles become free move while their streams run. */
struct sequencer_copy {
    int32_t in_flight, running;
    struct pass_counts counts;
};

static size_t sequencer_bytes(const void *self, int part)
{
    (void)self;
    (void)part;
    return sizeof(struct sequencer_copy);
}

static void save_sequencer(const void *self, int part, void *copy)
{
    const struct multicast_machine *m = self;
    struct sequencer_copy *to = copy;
    (void)part;
    to->in_flight = m->state->in_flight;
    to->running = m->state->running;
    to->counts = m->counts;
}

static bool sequencer_is_alike(const void *self, int part, const void *copy)
{
    const struct multicast_machine *m = self;
    const struct sequencer_copy *then = copy;
    (void)part;
    return m->state->in_flight == then->in_flight &&
           m->state->running == then->running;
}

static uint64_t any_number(const void *self, int part, const void *copy)
{
    (void)self;
    (void)part;
    (void)copy;
    return UINT64_MAX;
}

static void skip_sequencer(void *self, int part, const void *copy,
                           uint64_t periods)
{
    struct multicast_machine *m = self;
    const struct sequencer_copy *then = copy;
    (void)part;
    period_skip_counts((uint64_t *)&m->counts, (const uint64_t *)&then->counts,
                       COUNTS_OF(m->counts), periods);
}

const struct block_period multicast_sequencer_period = {
    sequencer_bytes, save_sequencer, sequencer_is_alike, any_number,
    skip_sequencer};

/* A network: its stream and its words. */
struct network_copy {
    struct stream_state stream;
    struct multicast_counts words;
};

static size_t network_bytes(const void *self, int part)
{
    (void)self;
    (void)part;
    return sizeof(struct network_copy);
}

static void save_network(const void *self, int part, void *copy)
{
    const struct multicast_machine *m = self;
    struct network_copy *to = copy;
    to->stream = m->state->stream[part];
    to->words = m->words[part];
}

static bool network_is_alike(const void *self, int part, const void *copy)
{
    const struct multicast_machine *m = self;
    const struct network_copy *then = copy;
    int slots = m->shape[part].slots_per_cycle;
    if (m->l1 != NULL && part < (int)L1_LINES)
        slots = slots > m->arch.l2_to_l1_slots_per_cycle
                    ? slots
                    : m->arch.l2_to_l1_slots_per_cycle;
    return stream_is_alike(&m->state->stream[part], &then->stream,
                           &m->shape[part], slots);
}

static uint64_t network_periods_left(const void *self, int part,
                                     const void *copy)
{
    const struct multicast_machine *m = self;
    const struct network_copy *then = copy;
    return stream_periods_left(&m->state->stream[part], &then->stream);
}

static void skip_network(void *self, int part, const void *copy,
                         uint64_t periods)
{
    struct multicast_machine *m = self;
    const struct network_copy *then = copy;
    stream_skip(&m->state->stream[part], &then->stream, &m->shape[part],
                periods);
    m->state->next[part] = m->state->stream[part];
    period_skip_counts((uint64_t *)&m->words[part],
                       (const uint64_t *)&then->words,
                       COUNTS_OF(m->words[part]), periods);
}

const struct block_period multicast_network_period = {
    network_bytes, save_network, network_is_alike, network_periods_left,
    skip_network};

/* The same of all networks but the one that brings window words. */
static bool other_network_is_alike(const void *self, int part, const void *copy)
{
    const struct multicast_machine *m = self;
    return part == (int)window_network(m) || network_is_alike(self, part, copy);
}

static uint64_t other_network_periods_left(const void *self, int part,
                                           const void *copy)
{
    const struct multicast_machine *m = self;
    return part == (int)window_network(m)
               ? UINT64_MAX
               : network_periods_left(self, part, copy);
}

static void skip_other_network(void *self, int part, const void *copy,
                               uint64_t periods)
{
    const struct multicast_machine *m = self;
    if (part != (int)window_network(m))
        skip_network(self, part, copy, periods);
}

const struct block_period multicast_other_network_period = {
    network_bytes, save_network, other_network_is_alike,
    other_network_periods_left, skip_other_network};

/* The psums' port keeps nothing, but reads where the two streams stand in the
 * banks: how far apart, and where in a row. */
struct port_copy {
    int32_t address_words[2]; /* of what psum networks read and write next */
};

static size_t port_bytes(const void *self, int part)
{
    (void)self;
    (void)part;
    return sizeof(struct port_copy);
}

static void save_port(const void *self, int part, void *copy)
{
    const struct multicast_machine *m = self;
    struct port_copy *to = copy;
    (void)part;
    to->address_words[0] = m->state->stream[NETWORK_PSUM_IN].address_words;
    to->address_words[1] = m->state->stream[NETWORK_PSUM_OUT].address_words;
}

static bool port_is_alike(const void *self, int part, const void *copy)
{
    const struct multicast_machine *m = self;
    const struct stream_shape *shape = &m->shape[NETWORK_PSUM_IN];
    const struct port_copy *then = copy;
    struct port_copy now;
    if (!m->one_psum_port ||
        stream_is_done(&m->state->stream[NETWORK_PSUM_IN]) ||
        stream_is_done(&m->state->stream[NETWORK_PSUM_OUT]))
        return true;
    save_port(self, part, &now);
    int rows_apart = 0;
    for (int k = 0; k < 2; k++) {
        if (now.address_words[k] % shape->row_words !=
            then->address_words[k] % shape->row_words)
            return false;
        const int moved = now.address_words[k] / shape->row_words -
                          then->address_words[k] / shape->row_words;
        rows_apart += k == 0 ? moved : -moved;
    }
    return rows_apart % shape->banks == 0;
}

static void skip_nothing(void *self, int part, const void *copy,
                         uint64_t periods)
{
    (void)self;
    (void)part;
    (void)copy;
    (void)periods;
}

const struct block_period multicast_psum_port_period = {
    port_bytes, save_port, port_is_alike, any_number, skip_nothing};

/* The trees, and what they have summed; the copy of the trees follows. */
static size_t trees_bytes(const void *self, int part)
{
    const struct multicast_machine *m = self;
    (void)part;
    return sizeof(struct tree_counts) + trees_copy_bytes(&m->trees);
}

static void save_trees(const void *self, int part, void *copy)
{
    const struct multicast_machine *m = self;
    struct tree_counts *to = copy;
    (void)part;
    *to = m->sums;
    trees_save(&m->trees, to + 1);
}

static bool these_trees_are_alike(const void *self, int part, const void *copy)
{
    const struct multicast_machine *m = self;
    const struct tree_counts *then = copy;
    (void)part;
    return trees_are_alike(&m->trees, then + 1);
}

static void skip_trees(void *self, int part, const void *copy, uint64_t periods)
{
    struct multicast_machine *m = self;
    (void)part;
    period_skip_counts((uint64_t *)&m->sums, copy, COUNTS_OF(m->sums), periods);
}

const struct block_period multicast_trees_period = {
    trees_bytes, save_trees, these_trees_are_alike, any_number, skip_trees};

/* The PEs. */
static size_t pes_bytes(const void *self, int part)
{
    const struct multicast_machine *m = self;
    (void)part;
    return lanes_copy_bytes(&m->lanes);
}

static void save_pes(const void *self, int part, void *copy)
{
    const struct multicast_machine *m = self;
    (void)part;
    lanes_save(&m->lanes, copy);
}

static bool pes_are_alike(const void *self, int part, const void *copy)
{
    const struct multicast_machine *m = self;
    (void)part;
    return lanes_are_alike(&m->lanes, copy, true);
}

static uint64_t pes_periods_left(const void *self, int part, const void *copy)
{
    const struct multicast_machine *m = self;
    (void)part;
    return lanes_periods_left(&m->lanes, copy);
}

static void skip_pes(void *self, int part, const void *copy, uint64_t periods)
{
    struct multicast_machine *m = self;
    (void)part;
    lanes_skip(&m->lanes, copy, periods);
}

const struct block_period multicast_pes_period = {
    pes_bytes, save_pes, pes_are_alike, pes_periods_left, skip_pes};

/* The same, but for the words in their window fifos. */
static bool pes_are_alike_inside(const void *self, int part, const void *copy)
{
    const struct multicast_machine *m = self;
    (void)part;
    return lanes_are_alike(&m->lanes, copy, false);
}

const struct block_period multicast_pes_inside_period = {
    pes_bytes, save_pes, pes_are_alike_inside, pes_periods_left, skip_pes};

/* The routers of a line, part: 0 filters, 1 ifmaps. */
static size_t routers_bytes(const void *self, int part)
{
    const struct multicast_machine *m = self;
    return mesh_copy_bytes(l1_path_mesh(m->l1, part));
}

static void save_routers(const void *self, int part, void *copy)
{
    const struct multicast_machine *m = self;
    mesh_save(l1_path_mesh(m->l1, part), copy);
}

static bool routers_are_alike(const void *self, int part, const void *copy)
{
    const struct multicast_machine *m = self;
    return mesh_is_alike(l1_path_mesh(m->l1, part), copy);
}

const struct block_period multicast_routers_period = {
    routers_bytes, save_routers, routers_are_alike, any_number, skip_nothing};

/* The L1s, and all that is counted between L2 and the PEs; the copy of the L1s
 * follows. */
static size_t l1s_bytes(const void *self, int part)
{
    const struct multicast_machine *m = self;
    (void)part;
    return sizeof(struct l1_path_counts) + l1_copy_bytes(l1_path_l1(m->l1));
}

static void save_l1s(const void *self, int part, void *copy)
{
    const struct multicast_machine *m = self;
    struct l1_path_counts *to = copy;
    (void)part;
    l1_path_counted(m->l1, to);
    l1_save(l1_path_l1(m->l1), to + 1);
}

static bool l1s_are_alike(const void *self, int part, const void *copy)
{
    const struct multicast_machine *m = self;
    (void)part;
    return l1_is_alike(l1_path_l1(m->l1),
                       (const struct l1_path_counts *)copy + 1);
}

static uint64_t l1s_periods_left(const void *self, int part, const void *copy)
{
    const struct multicast_machine *m = self;
    (void)part;
    return l1_periods_left(l1_path_l1(m->l1),
                           (const struct l1_path_counts *)copy + 1);
}

static void skip_l1s(void *self, int part, const void *copy, uint64_t periods)
{
    struct multicast_machine *m = self;
    const struct l1_path_counts *then = copy;
    struct l1_path_counts counts;
    (void)part;
    l1_path_counted(m->l1, &counts);
    period_skip_counts((uint64_t *)&counts, (const uint64_t *)then,
                       COUNTS_OF(counts), periods);
    l1_path_count(m->l1, &counts);
    l1_skip(l1_path_l1(m->l1), then + 1, periods);
}

const struct block_period multicast_l1s_period = {
    l1s_bytes, save_l1s, l1s_are_alike, l1s_periods_left, skip_l1s};
