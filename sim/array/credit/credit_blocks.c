/* credit_blocks.c - the credit machine cut into blocks for a kernel.
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <stdlib.h>

#include "sim/array/credit/credit_parts.h"
#include "sim/base/diag.h"

void credit_pe_name(const struct credit_machine *m, int lane,
                    char name[BLOCK_NAME_MAX])
{
    snprintf(name, BLOCK_NAME_MAX, "pe_%d_%d",
             m->cfg->unit[lane] / m->cfg->array_cols,
             m->cfg->unit[lane] % m->cfg->array_cols);
}

static void eval_sequencer(void *self, int part)
{
    (void)part;
    credit_eval_sequencer(self);
}

static void commit_sequencer(void *self, int part)
{
    (void)part;
    credit_commit_sequencer(self);
}

static void eval_network(void *self, int part)
{
    credit_eval_network(self, part);
}

static void commit_network(void *self, int part)
{
    credit_commit_network(self, part);
}

static void eval_psum_port(void *self, int part)
{
    (void)part;
    credit_eval_psum_port(self);
}

static void commit_psum_port(void *self, int part)
{
    (void)part;
    credit_commit_psum_port(self);
}

static void eval_l1s(void *self, int part)
{
    (void)part;
    credit_eval_l1s(self);
}

static void commit_l1s(void *self, int part)
{
    (void)part;
    credit_commit_l1s(self);
}

static void eval_pes(void *self, int part)
{
    struct credit_machine *m = self;
    (void)part;
    credit_lanes_eval(&m->lanes, 0, m->cfg->lanes.lanes, &m->cycle);
}

static void commit_pes(void *self, int part)
{
    struct credit_machine *m = self;
    (void)part;
    credit_lanes_commit(&m->lanes, 0, m->cfg->lanes.lanes);
}

static void add_cycle(struct credit_cycle *to, const struct credit_cycle *one)
{
    for (int k = 0; k < PE_CAUSE_N; k++)
        to->cause[k] += one->cause[k];
    to->emits += one->emits;
    to->own_emits += one->own_emits;
    to->adds += one->adds;
    to->pops |= one->pops;
}

static void eval_pe(void *self, int part)
{
    struct credit_machine *m = self;
    struct credit_cycle one = {{0}, 0, 0, 0, 0};
    credit_lanes_eval(&m->lanes, part, part + 1, &one);
    add_cycle(&m->cycle, &one);
    if (m->lane_state == NULL)
        return;
    m->lane_state[part] = 0;
    for (int k = 0; k < PE_CAUSE_N; k++)
        if (one.cause[k] > 0)
            m->lane_state[part] = (uint8_t)(1 + k);
}

static void commit_pe(void *self, int part)
{
    struct credit_machine *m = self;
    credit_lanes_commit(&m->lanes, part, part + 1);
}

/* Blocks in the making. */
struct listing {
    struct credit_machine *machine;
    struct block *block;
    int n;
};

static void add(struct listing *to, const char *name, int part,
                void (*eval)(void *self, int part),
                void (*commit)(void *self, int part))
{
    struct block *b = &to->block[to->n++];
    snprintf(b->name, sizeof(b->name), "%s", name);
    b->self = to->machine;
    b->part = part;
    b->eval = eval;
    b->commit = commit;
}

int credit_machine_blocks(struct credit_machine *m, enum block_grain grain,
                          struct block **blocks)
{
    const int lanes = m->cfg->lanes.lanes;
    struct listing to = {
        m, xcalloc((size_t)(4 + CREDIT_NETWORKS + lanes), sizeof(struct block)),
        0};
    add(&to, "sequencer", 0, eval_sequencer, commit_sequencer);
    for (int k = 0; k < CREDIT_NETWORKS; k++)
        add(&to, credit_network_name[k], k, eval_network, commit_network);
    if (m->l1 != NULL)
        add(&to, "l1", 0, eval_l1s, commit_l1s);
    add(&to, "psum_port", 0, eval_psum_port, commit_psum_port);
    if (grain == BLOCK_GRAIN_ARRAY)
        add(&to, "pes", 0, eval_pes, commit_pes);
    for (int l = 0; grain == BLOCK_GRAIN_PE && l < lanes; l++) {
        char name[BLOCK_NAME_MAX];
        credit_pe_name(m, l, name);
        add(&to, name, l, eval_pe, commit_pe);
    }
    *blocks = to.block;
    return to.n;
}
