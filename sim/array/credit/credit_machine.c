/* credit_machine.c - steps the credit machine.
 *
 * A cycle is the blocks below, evaluated in any order, then committed in any
 * order.  Eval reads what was committed and stages pushes, pops and the next
 * state of the streams.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/credit/credit_machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mem/l2_port.h"
#include "sim/array/credit/credit_parts.h"
#include "sim/base/diag.h"

const char *const credit_network_name[CREDIT_NETWORKS] = {
    [CREDIT_FILTER] = "filter_network",
    [CREDIT_IFMAP] = "ifmap_network",
    [CREDIT_PSUM_IN] = "psum_in_network",
    [CREDIT_PSUM_OUT] = "psum_out_network",
};

struct credit_machine *credit_machine_new(const struct credit_machine_cfg *cfg)
{
    struct credit_machine *m = xcalloc(1, sizeof(*m));
    m->cfg = cfg;
    credit_lanes_init(&m->lanes, &cfg->lanes);
    if (cfg->l1 != NULL)
        m->l1 = credit_l1_new(cfg->l1, cfg->cluster, cfg->lanes.lanes,
                              cfg->lanes.fifo_words);
    return m;
}

void credit_machine_free(struct credit_machine *m)
{
    if (m == NULL)
        return;
    credit_lanes_fini(&m->lanes);
    credit_l1_free(m->l1);
    free(m->lane_state);
    free(m);
}

void credit_machine_issue(struct credit_machine *m,
                          const struct credit_pass *pass)
{
    m->pass = pass;
    credit_lanes_issue(&m->lanes, pass);
    if (m->l1 != NULL)
        credit_l1_issue(m->l1, pass);
    for (int k = 0; k < CREDIT_NETWORKS; k++) {
        credit_stream_start(&m->stream[k], &m->cfg->stream[k],
                            &pass->stream[k]);
        m->next[k] = m->stream[k];
    }
    memset(&m->out, 0, sizeof(m->out));
    m->out.active_pes = (uint64_t)m->lanes.running;
    /* Words that all leave in the first cycle are gone from the next one on. */
    for (int k = 0; k < CREDIT_INPUTS; k++)
        m->out.free_cycle[k] =
            !credit_stream_is_done(&m->next[k], &m->pass->stream[k]);
    m->in_flight = m->flies = false;
    m->running = m->lanes.running > 0;
}

static bool network_is_done(const struct credit_machine *m, int network)
{
    return credit_stream_is_done(&m->stream[network],
                                 &m->pass->stream[network]);
}

bool credit_machine_is_done(const struct credit_machine *m)
{
    return m->lanes.running == 0 && network_is_done(m, CREDIT_PSUM_OUT);
}

/* Whether a stream's next segment waits for another stream's. */
static bool waits(const struct credit_machine *m, int network)
{
    const struct credit_stream *stream = &m->pass->stream[network];
    return stream->after != NULL && !network_is_done(m, network) &&
           m->stream[stream->waits_for].segment <
               stream->after[m->stream[network].segment];
}

/* --- networks ------------------------------------------------------------- */

static struct credit_fifos fifos_of(const struct credit_machine *m, int network)
{
    const struct credit_lane_fields *f = &m->lanes.f;
    const int32_t capacity = m->cfg->lanes.fifo_words;
    switch (network) {
    case CREDIT_FILTER:
        return (struct credit_fifos){f->fifo_filter, f->push_filter, capacity};
    case CREDIT_IFMAP:
        return (struct credit_fifos){f->fifo_ifmap, f->push_ifmap, capacity};
    case CREDIT_PSUM_IN:
        return (struct credit_fifos){f->psum_reserved, f->push_psum, capacity};
    default:
        return (struct credit_fifos){f->psum_fifo, f->collected, capacity};
    }
}

/* Which psum network goes first where both want one bank, as the multicast
 * machine has it. */
static bool reads_first(const struct credit_machine *m,
                        const struct credit_fifos *below)
{
    const struct credit_stream *stream = &m->pass->stream[CREDIT_PSUM_IN];
    if (m->pass->psum_reads_longer != 0)
        return m->pass->psum_reads_longer > 0;
    const int set = credit_stream_head(&m->stream[CREDIT_PSUM_IN], stream)->set;
    return below->words[stream->sets.lane[stream->sets.begin[set]]] <= 1;
}

/* How far the banks serve each of the two psum networks in this cycle; a
 * function of committed state, so the same whoever asks first. */
static const struct psum_grant *psum_grant(struct credit_machine *m)
{
    struct psum_grant *grant = &m->grant;
    const struct credit_stream_cfg *cfg = &m->cfg->stream[CREDIT_PSUM_IN];
    if (grant->known)
        return grant;
    grant->known = true;
    grant->clash = false;
    grant->read_rows = grant->write_rows = cfg->banks;
    if (!m->cfg->shared_psum_port || network_is_done(m, CREDIT_PSUM_IN) ||
        network_is_done(m, CREDIT_PSUM_OUT) || waits(m, CREDIT_PSUM_IN))
        return grant;
    const struct credit_fifos in = fifos_of(m, CREDIT_PSUM_IN);
    const struct credit_fifos out = fifos_of(m, CREDIT_PSUM_OUT);
    const struct l2_access read = {
        m->stream[CREDIT_PSUM_IN].address_words,
        credit_stream_ready(&m->stream[CREDIT_PSUM_IN], cfg,
                            &m->pass->stream[CREDIT_PSUM_IN], false, &in)};
    const struct l2_access write = {
        m->stream[CREDIT_PSUM_OUT].address_words,
        credit_stream_ready(&m->stream[CREDIT_PSUM_OUT],
                            &m->cfg->stream[CREDIT_PSUM_OUT],
                            &m->pass->stream[CREDIT_PSUM_OUT], true, &out)};
    if (reads_first(m, &in))
        grant->write_rows =
            l2_port_rows(read, write, cfg->row_words, cfg->banks);
    else
        grant->read_rows =
            l2_port_rows(write, read, cfg->row_words, cfg->banks);
    grant->clash =
        grant->read_rows < cfg->banks || grant->write_rows < cfg->banks;
    return grant;
}

/* Whether an input waits until the held words are all out. */
static bool waits_for_held(const struct credit_machine *m, int network)
{
    const struct credit_pass *p = m->pass;
    return m->cfg->ifmap_waits_for_filters && network < CREDIT_INPUTS &&
           network != p->held && !p->held_streams &&
           !network_is_done(m, p->held);
}

void credit_eval_network(struct credit_machine *m, int network)
{
    const struct credit_stream *stream = &m->pass->stream[network];
    const struct credit_stream_cfg *cfg = &m->cfg->stream[network];
    struct credit_stream_state *next = &m->next[network];
    const struct credit_fifos fifos = fifos_of(m, network);
    const bool is_late = next->latency_cycles > 0;
    enum network_wait *const did = &m->network_did[network];
    int rows = cfg->banks;
    *did = NETWORK_WAIT_idle;
    if (credit_stream_is_done(next, stream))
        return;
    *did = NETWORK_WAIT_order;
    if (waits_for_held(m, network))
        return;
    if (waits(m, network)) { /* and is read anew */
        next->latency_cycles = cfg->latency_cycles;
        return;
    }
    if (network == CREDIT_PSUM_IN)
        rows = psum_grant(m)->read_rows;
    else if (network == CREDIT_PSUM_OUT)
        rows = psum_grant(m)->write_rows;
    const bool moved =
        m->l1 != NULL && network < CREDIT_INPUTS
            ? credit_l1_send(m->l1, network, next, cfg, stream,
                             &m->out.words[network])
        : network == CREDIT_PSUM_OUT
            ? credit_stream_collect(next, cfg, stream, rows, &fifos,
                                    &m->out.words[network])
            : credit_stream_send(next, cfg, stream, rows, &fifos,
                                 &m->out.words[network]);
    m->moved |= moved;
    *did = is_late             ? NETWORK_WAIT_latency
           : moved             ? NETWORK_WAIT_busy
           : rows < cfg->banks ? NETWORK_WAIT_port
                               : NETWORK_WAIT_blocked;
}

void credit_commit_exits(struct credit_machine *m)
{
    credit_lanes_commit(&m->lanes, m->cfg->lanes.lanes,
                        credit_lanes_fifos(&m->lanes));
}

void credit_commit_network(struct credit_machine *m, int network)
{
    m->stream[network] = m->next[network];
    if (network == CREDIT_PSUM_OUT)
        credit_commit_exits(m);
}

void credit_eval_l1s(struct credit_machine *m)
{
    m->moved |= credit_l1_feed(m->l1, &m->lanes.f);
}

void credit_commit_l1s(struct credit_machine *m)
{
    credit_l1_commit(m->l1);
}

/* The port loses a turn to a conflict; that is no standstill. */
void credit_eval_psum_port(struct credit_machine *m)
{
    m->moved |= psum_grant(m)->clash;
}

void credit_commit_psum_port(struct credit_machine *m)
{
    m->had_conflict = m->grant.clash;
    m->grant.known = false;
}

static const int network_of_wait[PE_WAITS] = {CREDIT_FILTER, CREDIT_IFMAP,
                                              CREDIT_PSUM_IN, CREDIT_PSUM_OUT};

/* --- sequencer ------------------------------------------------------------ */

void credit_eval_sequencer(struct credit_machine *m)
{
    m->flies = m->in_flight || (m->running && credit_lanes_any_word(&m->lanes));
}

static void charge_causes(struct credit_machine *m,
                          const struct credit_cycle *c, uint64_t cycles)
{
    struct credit_outcome *n = &m->out;
    for (int k = 0; k < PE_CAUSE_N; k++)
        n->pe_cycles[k] += cycles * (uint64_t)c->cause[k];
    for (int k = 0; k < PE_WAITS; k++)
        n->wait_by[k][m->network_did[network_of_wait[k]]] +=
            cycles * (uint64_t)c->cause[PE_WAIT_FILTER + k];
}

static void charge(struct credit_machine *m, const struct credit_cycle *c)
{
    struct credit_outcome *n = &m->out;
    n->macs += (uint64_t)c->cause[PE_MAC];
    n->emits += (uint64_t)c->emits;
    n->own_emits += (uint64_t)c->own_emits;
    n->own_adds += (uint64_t)c->adds;
    if (!m->flies)
        return;
    n->flight_cycles++;
    charge_causes(m, c, 1);
}

/* Reads only what no other commit changes. */
void credit_commit_sequencer(struct credit_machine *m)
{
    const struct credit_cycle *c = &m->cycle;
    const uint64_t now = m->out.cycles++;
    bool moved =
        m->moved || c->cause[PE_MAC] > 0 || c->emits > 0 || c->pops != 0;
    moved = moved || credit_lanes_any_sent(&m->lanes);
    charge(m, c);
    m->running = m->lanes.running > 0;
    m->in_flight = m->flies && m->running;
    m->made_headway = moved;
    m->moved = false;
    memset(&m->cycle, 0, sizeof(m->cycle));
    for (int k = 0; k < CREDIT_INPUTS; k++)
        if (!credit_stream_is_done(&m->next[k], &m->pass->stream[k]))
            m->out.free_cycle[k] = now + 2;
}

/* Counts cycles from the present one on as the last one was. */
static void count_alike(struct credit_machine *m, const struct credit_cycle *c,
                        uint64_t cycles)
{
    struct credit_outcome *n = &m->out;
    n->macs += cycles * (uint64_t)c->cause[PE_MAC];
    n->cycles += cycles;
    n->flight_cycles += cycles;
    charge_causes(m, c, cycles);
    for (int k = 0; k < CREDIT_INPUTS; k++)
        if (!network_is_done(m, k))
            n->free_cycle[k] += cycles;
}

uint64_t credit_machine_step(struct credit_machine *m, uint64_t most_cycles)
{
    const int lanes = m->cfg->lanes.lanes;
    m->lanes.went_on = false;
    credit_eval_sequencer(m);
    for (int k = 0; k < CREDIT_NETWORKS; k++)
        credit_eval_network(m, k);
    if (m->l1 != NULL)
        credit_eval_l1s(m);
    credit_eval_psum_port(m);
    credit_lanes_eval(&m->lanes, 0, lanes, &m->cycle);
    const struct credit_cycle last = m->cycle;
    const bool only_macs = !m->moved && last.cause[PE_MAC] > 0 &&
                           last.emits == 0 && last.pops == 0 && m->flies &&
                           !m->lanes.went_on;
    credit_commit_sequencer(m);
    for (int k = 0; k < CREDIT_NETWORKS; k++)
        credit_commit_network(m, k);
    if (m->l1 != NULL)
        credit_commit_l1s(m);
    credit_commit_psum_port(m);
    credit_lanes_commit(&m->lanes, 0, lanes);
    if (!only_macs || most_cycles < 2 || credit_lanes_any_arriving(&m->lanes))
        return m->made_headway;
    uint64_t alike = (uint64_t)credit_lanes_alike(&m->lanes);
    if (alike > most_cycles - 1)
        alike = most_cycles - 1;
    if (alike == 0)
        return 1;
    credit_lanes_skip(&m->lanes, (int32_t)alike);
    count_alike(m, &last, alike);
    return 1 + alike;
}

bool credit_machine_moved(const struct credit_machine *m)
{
    return m->made_headway;
}

void credit_machine_outcome(const struct credit_machine *m,
                            struct credit_outcome *out)
{
    *out = m->out;
    if (m->l1 == NULL)
        return;
    out->l1 = *credit_l1_counts(m->l1);
    for (int k = 0; k < CREDIT_INPUTS; k++) {
        out->to_l1s[k] = credit_l1_arrived(m->l1, k);
        out->words[k].words_delivered = out->l1.delivered[k];
    }
}

void credit_machine_explain(const struct credit_machine *m, char *text,
                            size_t size_bytes)
{
    int at = snprintf(text, size_bytes, "%d PEs not done", m->lanes.running);
    for (int k = 0; k < CREDIT_NETWORKS; k++) {
        if (at < 0 || (size_t)at >= size_bytes)
            return;
        if (!network_is_done(m, k))
            at += snprintf(text + at, size_bytes - (size_t)at,
                           "; %s waits for %s", credit_network_name[k],
                           waits(m, k)            ? "another network"
                           : k == CREDIT_PSUM_OUT ? "a word"
                                                  : "room in a fifo");
    }
}
