/* nest_blocks.c - the machine that runs a nest, cut into blocks for a kernel.
 *
 * Eval of a network or PE is a function of committed state; it stages whether
 * it moves.  The sequencer's commit makes the moves and deals out the next
 * step; a PE's keeps that it has worked.
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/array/nest/nest_parts.h"
#include "sim/array/probe.h"
#include "sim/base/diag.h"

const char *const nest_network_name[NEST_NETWORKS] = {
    [NEST_IN_FILTER] = "filter_network",
    [NEST_IN_IFMAP] = "ifmap_network",
    [NEST_IN_PSUM] = "psum_in_network",
    [NEST_OUT] = "psum_out_network",
    [NEST_TO_L1 + NEST_IN_FILTER] = "filter_l1_network",
    [NEST_TO_L1 + NEST_IN_IFMAP] = "ifmap_l1_network",
    [NEST_TO_L1 + NEST_IN_PSUM] = "psum_in_l1_network",
    [NEST_FROM_L1] = "psum_out_l1_network",
};

void nest_pe_place(const struct nest_machine *m, int pe, int *row, int *col)
{
    int unit = nest_source_walk(m->source)->pe[pe].unit;
    *row = unit / m->cfg->array_cols;
    *col = unit % m->cfg->array_cols;
}

void nest_pe_name(const struct nest_machine *m, int pe,
                  char name[BLOCK_NAME_MAX])
{
    int row, col;
    nest_pe_place(m, pe, &row, &col);
    snprintf(name, BLOCK_NAME_MAX, "pe_%d_%d", row, col);
}

static void commit_nothing(void *self, int part)
{
    (void)self;
    (void)part;
}

static void eval_network(void *self, int part)
{
    struct nest_machine *m = self;
    struct nest_moves v;
    nest_find_moves(m, &v);
    if (part == NEST_OUT) {
        m->moves.out = v.out;
    } else if (part == NEST_FROM_L1) {
        m->moves.l1_out = v.l1_out;
    } else if (part < NEST_INPUTS) {
        m->moves.in[part] = v.in[part];
        m->moves.in_next[part] = v.in_next[part];
    } else {
        int i = part - NEST_TO_L1;
        m->moves.l1_in[i] = v.l1_in[i];
        m->moves.l1_in_next[i] = v.l1_in_next[i];
    }
}

static void eval_psum_port(void *self, int part)
{
    struct nest_machine *m = self;
    struct nest_moves v;
    (void)part;
    m->met = nest_find_moves(m, &v);
}

static void eval_sequencer(void *self, int part)
{
    struct nest_machine *m = self;
    (void)part;
    m->moves.latency = m->s.latency > 0;
}

static void commit_sequencer(void *self, int part)
{
    struct nest_machine *m = self;
    (void)part;
    m->cycles = nest_like_cycles(m, &m->moves, m->met) > 0;
    nest_machine_commit(m);
    memset(&m->moves, 0, sizeof(m->moves));
}

static enum pe_state wait_state(const struct nest_machine *m)
{
    switch (nest_missing(m)) {
    case LEDGER_wait_filter:
        return PE_IS_wait_filter;
    case LEDGER_wait_ifmap:
        return PE_IS_wait_ifmap;
    case LEDGER_wait_psum_in:
        return PE_IS_wait_psum_in;
    default:
        return PE_IS_wait_psum_out;
    }
}

/* As the ledger is charged. */
static enum pe_state state_of(const struct nest_machine *m, int pe)
{
    const struct nest_state *s = &m->s;
    const struct nest_work *w = s->worked ? &s->next : &s->now;
    if (s->working)
        return s->now.most_macs - s->macs < s->now.pe[pe].macs ? PE_IS_mac
                                                               : PE_IS_idle;
    if (s->ended || w->is_end)
        return m->has_worked[pe] ? PE_IS_drain : PE_IS_idle;
    if (w->pe[pe].macs == 0)
        return PE_IS_idle;
    return w->pe[pe].first ? PE_IS_fill : wait_state(m);
}

static void eval_pe(void *self, int part)
{
    struct nest_machine *m = self;
    enum pe_state state = state_of(m, part);
    if (state == PE_IS_mac)
        m->moves.macs = true;
    m->pe_state[part] = (uint8_t)state;
}

static void commit_pe(void *self, int part)
{
    struct nest_machine *m = self;
    m->has_worked[part] |= m->pe_state[part] == PE_IS_mac;
}

/* Blocks in the making. */
struct listing {
    struct nest_machine *machine;
    struct block *block;
    int n;
};

static struct block *add(struct listing *to, const char *name, int part,
                         void (*eval)(void *self, int part),
                         void (*commit)(void *self, int part))
{
    struct block *b = &to->block[to->n++];
    snprintf(b->name, sizeof(b->name), "%s", name);
    b->self = to->machine;
    b->part = part;
    b->eval = eval;
    b->commit = commit;
    return b;
}

int nest_machine_blocks(struct nest_machine *m, struct block **blocks)
{
    const struct nest_walk *walk = nest_source_walk(m->source);
    const int pes = walk->n_pes;
    struct listing to = {
        m, xcalloc((size_t)(2 + NEST_NETWORKS + pes), sizeof(struct block)), 0};
    nest_source_tell_pes(m->source);
    if (m->has_worked == NULL) {
        m->has_worked = xcalloc((size_t)pes, sizeof(*m->has_worked));
        m->pe_state = xcalloc((size_t)pes, sizeof(*m->pe_state));
    }
    add(&to, "sequencer", 0, eval_sequencer, commit_sequencer);
    add(&to, "psum_port", 0, eval_psum_port, commit_nothing);
    for (int k = 0; k < NEST_NETWORKS; k++)
        if (k < NEST_TO_L1 || nest_source_has_l1(m->source))
            add(&to, nest_network_name[k], k, eval_network, commit_nothing);
    for (int k = 0; k < pes; k++) {
        char name[BLOCK_NAME_MAX];
        nest_pe_name(m, k, name);
        add(&to, name, k, eval_pe, commit_pe);
    }
    *blocks = to.block;
    return to.n;
}
