/* multicast_blocks.c - the multicast machine cut into blocks for a kernel.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "sim/multicast_parts.h"

static void eval_sequencer_block(void *self, int part)
{
    (void)part;
    multicast_eval_sequencer(self);
}

static void commit_sequencer_block(void *self, int part)
{
    (void)part;
    multicast_commit_sequencer(self);
}

static void eval_network_block(void *self, int part)
{
    multicast_eval_network(self, (enum network)part);
}

static void commit_network_block(void *self, int part)
{
    multicast_commit_network(self, (enum network)part);
}

static void eval_psum_port_block(void *self, int part)
{
    (void)part;
    multicast_eval_psum_port(self);
}

static void commit_psum_port_block(void *self, int part)
{
    (void)part;
    multicast_commit_psum_port(self);
}

static void eval_trees_block(void *self, int part)
{
    (void)part;
    multicast_eval_trees(self);
}

static void commit_trees_block(void *self, int part)
{
    (void)part;
    multicast_commit_trees(self);
}

static void eval_routers_block(void *self, int part)
{
    multicast_eval_routers(self, part);
}

static void commit_routers_block(void *self, int part)
{
    struct multicast_machine *m = self;
    l1_path_commit_routers(m->l1, part);
}

static void eval_l1s_block(void *self, int part)
{
    (void)part;
    multicast_eval_l1s(self);
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
    multicast_eval_lanes(m, 0, m->lanes.n);
}

static void commit_pes_block(void *self, int part)
{
    struct multicast_machine *m = self;
    (void)part;
    lanes_commit(&m->lanes, 0, multicast_top_lane(m));
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
        multicast_eval_lanes(m, part, part + 1);
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
    if (part < multicast_top_lane(m))
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
