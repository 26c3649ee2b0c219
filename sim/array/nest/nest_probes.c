/* nest_probes.c - signals of a machine that runs a nest.
 *
 * It moves tiles: a tile's words are there when its last slot is.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/nest/nest_probes.h"

#include <stdlib.h>
#include <string.h>

#include "sim/array/nest/nest_parts.h"
#include "sim/base/diag.h"

enum { NETWORK_PROBES = 3 };

struct nest_probes {
    struct nest_machine *machine; /* borrowed */
    struct probe_list list;
    int n_pes;
    int *pe; /* owns; whose probes are the last ones */
};

static bool has_network(const struct nest_machine *m, int network)
{
    return network < NEST_TO_L1 || nest_source_has_l1(m->source);
}

static void add_pes(struct nest_probes *p, const struct probe_pes *pes)
{
    const struct nest_walk *walk = nest_source_walk(p->machine->source);
    p->pe = xcalloc((size_t)walk->n_pes, sizeof(*p->pe));
    for (int k = 0; k < walk->n_pes; k++) {
        char name[BLOCK_NAME_MAX];
        int row, col;
        nest_pe_place(p->machine, k, &row, &col);
        if (!probe_pe_is_wanted(pes, row, col))
            continue;
        nest_pe_name(p->machine, k, name);
        probe_add(&p->list, name, "state", 4, pe_state_words);
        p->pe[p->n_pes++] = k;
    }
}

struct nest_probes *nest_probes_new(struct nest_machine *machine,
                                    const struct probe_pes *pes)
{
    struct nest_probes *p = xcalloc(1, sizeof(*p));
    p->machine = machine;
    if (machine->seen == NULL)
        machine->seen = xcalloc(1, sizeof(*machine->seen));
    probe_add(&p->list, "sequencer", "in_flight", 1, NULL);
    probe_add(&p->list, "sequencer", "step", 32, NULL);
    probe_add(&p->list, "psum_port", "conflict", 1, NULL);
    for (int k = 0; k < NEST_NETWORKS; k++) {
        if (!has_network(machine, k))
            continue;
        probe_add(&p->list, nest_network_name[k], "state", 2,
                  network_state_words);
        probe_add(&p->list, nest_network_name[k], "tile_words", 32, NULL);
        probe_add(&p->list, nest_network_name[k], "words", 32, NULL);
    }
    add_pes(p, pes);
    return p;
}

void nest_probes_free(struct nest_probes *p)
{
    if (p == NULL)
        return;
    free(p->list.probe);
    free(p->pe);
    free(p);
}

struct probe *nest_probes_list(struct nest_probes *p, int *n)
{
    *n = p->list.n;
    return p->list.probe;
}

void nest_probes_sample(struct nest_probes *p)
{
    const struct nest_machine *m = p->machine;
    const struct nest_seen *seen = m->seen;
    struct probe *at = p->list.probe;
    (at++)->value = m->s.in_flight;
    (at++)->value = (uint32_t)seen->step;
    (at++)->value = seen->met;
    for (int k = 0; k < NEST_NETWORKS; k++) {
        if (!has_network(m, k))
            continue;
        (at++)->value = seen->network[k].state;
        (at++)->value = (uint32_t)seen->network[k].tile_words;
        (at++)->value = (uint32_t)seen->network[k].words;
    }
    for (int k = 0; k < p->n_pes; k++)
        (at++)->value = m->s.in_flight ? m->pe_state[p->pe[k]] : PE_IS_idle;
}

/* left: cycles of the tile that moves. */
static void note(struct nest_network_seen *seen, bool moves, bool waits_for_l2,
                 uint64_t left, uint64_t words)
{
    seen->tile_words = left > 0 ? words : 0;
    seen->words = moves && left == 1 ? words : 0;
    seen->state = moves          ? NETWORK_IS_moves
                  : left == 0    ? NETWORK_IS_done
                  : waits_for_l2 ? NETWORK_IS_latency
                                 : NETWORK_IS_blocked;
}

void nest_note_cycle(struct nest_machine *m)
{
    const struct nest_state *s = &m->s;
    const struct nest_moves *v = &m->moves;
    struct nest_network_seen *net = m->seen->network;
    bool l2_waits = s->latency > 0;
    for (int i = 0; i < NEST_INPUTS; i++) {
        bool next = s->in[i] == 0, l1_next = s->l1_in[i] == 0;
        note(&net[i], v->in[i] || v->in_next[i], l2_waits && !m->cfg->via_l1[i],
             next ? s->in_next[i] : s->in[i],
             next ? s->next.in_words[i] : s->now.in_words[i]);
        note(&net[NEST_TO_L1 + i], v->l1_in[i] || v->l1_in_next[i], l2_waits,
             l1_next ? s->l1_in_next[i] : s->l1_in[i],
             l1_next ? s->l1_next.in_words[i] : s->l1_now.in_words[i]);
    }
    note(&net[NEST_OUT], v->out, false, s->out, s->out_words);
    note(&net[NEST_FROM_L1], v->l1_out, false, s->l1_out + s->l1_held,
         s->l1_out_words);
    m->seen->met = m->met;
    if (v->macs && s->macs == s->now.most_macs)
        m->seen->step++;
}
