/* credit_probes.c - signals of a credit machine: those of the multicast
 * machine, and the step that each PE is at.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/credit/credit_probes.h"

#include <stdlib.h>

#include "sim/array/credit/credit_parts.h"
#include "sim/base/diag.h"

enum { PE_PROBES = 7, NETWORK_PROBES = 2 };

struct credit_probes {
    struct credit_machine *machine; /* borrowed */
    struct probe_list list;
    int n_lanes;
    int *lane; /* owns; whose probes are the last ones */
    uint64_t words_sent[CREDIT_NETWORKS];    /* before the cycle */
    int32_t latency_cycles[CREDIT_NETWORKS]; /* likewise */
};

static void add_pe(struct credit_probes *p, int lane)
{
    const struct credit_lanes_cfg *cfg = &p->machine->cfg->lanes;
    const int fifo = probe_bits(8, (uint64_t)cfg->fifo_words);
    char pe[BLOCK_NAME_MAX];
    credit_pe_name(p->machine, lane, pe);
    p->lane[p->n_lanes++] = lane;
    probe_add(&p->list, pe, "state", 4, pe_state_words);
    probe_add(&p->list, pe, "filter_fifo", fifo, NULL);
    probe_add(&p->list, pe, "ifmap_fifo", fifo, NULL);
    probe_add(&p->list, pe, "psum_fifo", fifo, NULL);
    probe_add(&p->list, pe, "filter_rf", 16, NULL);
    probe_add(&p->list, pe, "ifmap_rf", 16, NULL);
    probe_add(&p->list, pe, "step", 32, NULL);
}

struct credit_probes *credit_probes_new(struct credit_machine *machine,
                                        const struct probe_pes *pes)
{
    struct credit_probes *p = xcalloc(1, sizeof(*p));
    const size_t lanes = (size_t)machine->cfg->lanes.lanes;
    p->machine = machine;
    p->lane = xcalloc(lanes, sizeof(*p->lane));
    probe_add(&p->list, "sequencer", "in_flight", 1, NULL);
    probe_add(&p->list, "sequencer", "running_pes", probe_bits(16, lanes),
              NULL);
    probe_add(&p->list, "psum_port", "conflict", 1, NULL);
    for (int k = 0; k < CREDIT_NETWORKS; k++) {
        probe_add(&p->list, credit_network_name[k], "state", 2,
                  network_state_words);
        probe_add(&p->list, credit_network_name[k], "words", 16, NULL);
    }
    for (int l = 0; l < (int)lanes; l++) {
        const int unit = machine->cfg->unit[l], cols = machine->cfg->array_cols;
        if (probe_pe_is_wanted(pes, unit / cols, unit % cols))
            add_pe(p, l);
    }
    if (machine->lane_state == NULL)
        machine->lane_state = xcalloc(lanes, sizeof(*machine->lane_state));
    return p;
}

void credit_probes_free(struct credit_probes *p)
{
    if (p == NULL)
        return;
    free(p->lane);
    free(p->list.probe);
    free(p);
}

struct probe *credit_probes_list(struct credit_probes *p, int *n)
{
    *n = p->list.n;
    return p->list.probe;
}

static void sample_network(struct credit_probes *p, int k, struct probe *probe)
{
    const struct credit_machine *m = p->machine;
    const struct credit_stream_state *s = &m->stream[k];
    const uint64_t sent = m->out.words[k].words_sent;
    const uint64_t before = m->out.cycles == 1 ? 0 : p->words_sent[k];
    const bool waits = p->latency_cycles[k] > 0 || s->latency_cycles > 0;
    p->words_sent[k] = sent;
    p->latency_cycles[k] = s->latency_cycles;
    probe[0].value = sent > before ? NETWORK_IS_moves
                     : credit_stream_is_done(s, &m->pass->stream[k])
                         ? NETWORK_IS_done
                     : waits ? NETWORK_IS_latency
                             : NETWORK_IS_blocked;
    probe[1].value = (uint32_t)(sent - before);
}

static void sample_pe(const struct credit_probes *p, int lane,
                      struct probe *probe)
{
    const struct credit_machine *m = p->machine;
    const struct credit_lane_fields *f = &m->lanes.f;
    probe[0].value = m->flies ? m->lane_state[lane] : PE_IS_idle;
    probe[1].value = (uint32_t)f->fifo_filter[lane];
    probe[2].value = (uint32_t)f->fifo_ifmap[lane];
    probe[3].value = (uint32_t)f->psum_fifo[lane];
    probe[4].value = (uint32_t)f->rf_filter[lane];
    probe[5].value = (uint32_t)f->rf_ifmap[lane];
    probe[6].value = (uint32_t)f->step[lane];
}

void credit_probes_sample(struct credit_probes *p)
{
    const struct credit_machine *m = p->machine;
    struct probe *at = p->list.probe;
    (at++)->value = m->in_flight;
    (at++)->value = (uint32_t)m->lanes.running;
    (at++)->value = m->had_conflict;
    for (int k = 0; k < CREDIT_NETWORKS; k++, at += NETWORK_PROBES)
        sample_network(p, k, at);
    for (int k = 0; k < p->n_lanes; k++, at += PE_PROBES)
        sample_pe(p, p->lane[k], at);
}
