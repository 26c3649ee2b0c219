/* multicast_probes.c - signals of a machine with multicast networks.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/multicast_probes.h"

#include <stdlib.h>

#include "sim/array/l1_probes.h"
#include "sim/array/multicast_parts.h"
#include "sim/base/diag.h"

enum { PE_PROBES = 6, NETWORK_PROBES = 3 };

struct multicast_probes {
    struct multicast_machine *machine;
    struct probe_list list;
    struct l1_probes *l1; /* owns; or NULL: their probes are the last */
    int l1_from;          /* the first of them */
    int n_lanes;
    int *lane; /* owns; whose probes follow the shared ones */
    uint64_t words_sent[NETWORK_N];    /* before the cycle */
    int32_t latency_cycles[NETWORK_N]; /* likewise */
};

static void add(struct multicast_probes *p, const char *block,
                const char *signal, int bits, const char *const *words)
{
    probe_add(&p->list, block, signal, bits, words);
}

static void add_pe(struct multicast_probes *p, int lane)
{
    const int fifo = probe_bits(8, (uint64_t)p->machine->arch.fifo_words);
    char pe[BLOCK_NAME_MAX];
    multicast_machine_pe_name(p->machine, lane, pe);
    p->lane[p->n_lanes++] = lane;
    add(p, pe, "state", 4, pe_state_words);
    add(p, pe, "filter_fifo", fifo, NULL);
    add(p, pe, "ifmap_fifo", fifo, NULL);
    add(p, pe, "psum_fifo", fifo, NULL);
    add(p, pe, "filter_rf", 16, NULL);
    add(p, pe, "ifmap_rf", 16, NULL);
}

/* Column by column from the top, as psums rise. */
static void add_pes(struct multicast_probes *p, const struct probe_pes *pes)
{
    int lanes = multicast_machine_lanes(p->machine)->n, row, col;
    int rows = 0, cols = 0;
    for (int l = 0; l < lanes; l++) {
        multicast_machine_pe_place(p->machine, l, &row, &col);
        rows = row >= rows ? row + 1 : rows;
        cols = col >= cols ? col + 1 : cols;
    }
    int *lane_at = xcalloc((size_t)rows * (size_t)cols, sizeof(*lane_at));
    for (int l = 0; l < lanes; l++) {
        multicast_machine_pe_place(p->machine, l, &row, &col);
        lane_at[col * rows + row] = l + 1;
    }
    for (int k = 0; k < rows * cols; k++)
        if (lane_at[k] > 0 && probe_pe_is_wanted(pes, k % rows, k / rows))
            add_pe(p, lane_at[k] - 1);
    free(lane_at);
}

/* Words that leave L2 in a cycle, or enter it. */
static uint64_t most_words(const struct multicast_machine *m, int network)
{
    return (uint64_t)arch_l2_slots(&m->arch, (enum network)network) *
           (uint64_t)m->arch.network[network].words_per_slot;
}

struct multicast_probes *multicast_probes_new(struct multicast_machine *machine,
                                              const struct probe_pes *pes)
{
    static const char *const network[NETWORK_N] = {
        [NETWORK_FILTER] = "filter_network",
        [NETWORK_IFMAP] = "ifmap_network",
        [NETWORK_PSUM_IN] = "psum_in_network",
        [NETWORK_PSUM_OUT] = "psum_out_network"};
    struct multicast_probes *p = xcalloc(1, sizeof(*p));
    size_t lanes = (size_t)multicast_machine_lanes(machine)->n;
    p->machine = machine;
    p->lane = xcalloc(lanes, sizeof(*p->lane));
    add(p, "sequencer", "in_flight", 1, NULL);
    add(p, "sequencer", "running_pes", probe_bits(16, lanes), NULL);
    add(p, "psum_port", "conflict", 1, NULL);
    for (int k = 0; k < NETWORK_N; k++) {
        add(p, network[k], "state", 2, network_state_words);
        add(p, network[k], "words", probe_bits(16, most_words(machine, k)),
            NULL);
        add(p, network[k], "destination",
            probe_bits(16, machine->most_dests - 1), NULL);
    }
    add_pes(p, pes);
    p->l1_from = p->list.n;
    if (multicast_machine_l1_path(machine) != NULL)
        p->l1 = l1_probes_new(multicast_machine_l1_path(machine),
                              &machine->arch, &p->list);
    multicast_machine_watch(machine);
    return p;
}

void multicast_probes_free(struct multicast_probes *p)
{
    if (p == NULL)
        return;
    l1_probes_free(p->l1);
    free(p->lane);
    free(p->list.probe);
    free(p);
}

struct probe *multicast_probes_list(struct multicast_probes *p, int *n)
{
    *n = p->list.n;
    return p->list.probe;
}

static void sample_network(struct multicast_probes *p, int k,
                           const struct stream_state *stream,
                           struct probe *probe)
{
    uint64_t sent = multicast_machine_words_sent(p->machine, (enum network)k);
    bool is_first = multicast_machine_cycles(p->machine) == 1;
    uint64_t before = is_first ? 0 : p->words_sent[k];
    p->words_sent[k] = sent;
    probe[0].value = sent > before            ? NETWORK_IS_moves
                     : stream_is_done(stream) ? NETWORK_IS_done
                     : p->latency_cycles[k] > 0 || stream->latency_cycles > 0
                         ? NETWORK_IS_latency
                         : NETWORK_IS_blocked;
    p->latency_cycles[k] = stream->latency_cycles;
    probe[1].value = (uint32_t)(sent - before);
    probe[2].value = (uint32_t)stream->dest;
}

static void sample_pe(struct multicast_probes *p, int lane, struct probe *probe)
{
    const struct lane_fields *f = &multicast_machine_lanes(p->machine)->f;
    bool swap = multicast_machine_holds_ifmap(p->machine);
    int filter = swap ? 2 : 1, ifmap = swap ? 1 : 2;
    probe[0].value = multicast_machine_pe_state(p->machine, lane);
    probe[filter].value = (uint32_t)f->held_fifo[lane];
    probe[ifmap].value = (uint32_t)f->window_fifo[lane];
    probe[3].value = (uint32_t)f->psum_fifo[lane];
    probe[3 + filter].value = (uint16_t)f->held[lane];
    probe[3 + ifmap].value = (uint16_t)f->window[lane];
}

void multicast_probes_sample(struct multicast_probes *p)
{
    size_t bytes;
    const struct multicast_state *state =
        multicast_machine_state(p->machine, &bytes);
    struct probe *at = p->list.probe;
    (at++)->value = state->in_flight != 0;
    (at++)->value =
        (uint32_t)multicast_machine_lanes(p->machine)->state->running;
    (at++)->value = multicast_machine_had_conflict(p->machine);
    for (int k = 0; k < NETWORK_N; k++, at += NETWORK_PROBES)
        sample_network(p, k, &state->stream[k], at);
    for (int k = 0; k < p->n_lanes; k++, at += PE_PROBES)
        sample_pe(p, p->lane[k], at);
    if (p->l1 != NULL)
        l1_probes_sample(p->l1, &p->list.probe[p->l1_from]);
}
