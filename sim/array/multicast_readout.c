/* multicast_readout.c - what can be read off the multicast machine: counts,
 * who waits for what, states of PEs for waveforms.
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <string.h>

#include "sim/array/multicast_parts.h"

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

/* Products of all windows, with those that were skipped.  A psum's first
 * product reads nothing, and the psum is read once as it leaves; where it had
 * none, neither. */
static void count_skips(const struct multicast_machine *m,
                        struct pass_counts *out)
{
    const struct lane_fields *f = &m->lanes.f;
    uint64_t products = 0;
    for (int l = 0; l < m->lanes.n; l++)
        if (f->active[l] != 0)
            products += (uint64_t)f->taps[l] * (uint64_t)f->filters[l];
    out->second_macs = out->macs - out->pe_cycles[PE_MAC];
    out->skipped_macs = products * m->windows - out->macs;
    out->first_macs = out->psum_reads = 0;
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
        memcpy(out->wait_by[NETWORK_IFMAP], m->counts.wait_by[NETWORK_FILTER],
               sizeof(out->wait_by[0]));
        memcpy(out->wait_by[NETWORK_FILTER], m->counts.wait_by[NETWORK_IFMAP],
               sizeof(out->wait_by[0]));
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
    if (m->lanes.skips != NULL)
        count_skips(m, out);
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

uint64_t multicast_machine_cycles(const struct multicast_machine *m)
{
    return m->counts.cycles;
}

uint64_t multicast_machine_words_sent(const struct multicast_machine *m,
                                      enum network network)
{
    if (m->l1 != NULL && (int)network < L1_LINES) {
        struct l1_path_counts n;
        l1_path_counted(m->l1, &n);
        return n.sent[network];
    }
    return m->words[network].words_sent;
}

struct l1_path *multicast_machine_l1_path(struct multicast_machine *m)
{
    return m->l1;
}

bool multicast_machine_had_conflict(const struct multicast_machine *m)
{
    return m->had_conflict;
}

bool multicast_machine_holds_ifmap(const struct multicast_machine *m)
{
    return m->pass.holds_ifmap;
}
