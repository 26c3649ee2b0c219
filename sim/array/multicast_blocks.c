/* multicast_blocks.c - the multicast machine cut into blocks for a kernel.
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <stdlib.h>

#include "sim/array/multicast_parts.h"

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

/* part: the routers of filters, then those of ifmaps. */
static void eval_router_block(void *self, int part)
{
    struct multicast_machine *m = self;
    int nodes = l1_path_mesh(m->l1, 0)->nodes;
    multicast_eval_router(m, part / nodes, part % nodes);
}

static void commit_router_block(void *self, int part)
{
    struct multicast_machine *m = self;
    int nodes = l1_path_mesh(m->l1, 0)->nodes;
    l1_path_commit_router(m->l1, part / nodes, part % nodes);
}

static void eval_l1_block(void *self, int part)
{
    multicast_eval_l1(self, part);
}

static void commit_l1_block(void *self, int part)
{
    struct multicast_machine *m = self;
    l1_path_commit_l1(m->l1, part);
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
    to->emits += one->emits;
    to->psum_adds += one->psum_adds;
    to->pairs += one->pairs;
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

/* Blocks in the making. */
struct listing {
    struct multicast_machine *machine;
    struct block *block;
    int n;
};

static struct block *add(struct listing *to, const struct block *block,
                         int part)
{
    struct block *b = &to->block[to->n++];
    *b = *block;
    b->self = to->machine;
    b->part = part;
    return b;
}

static void add_shared(struct listing *to)
{
    static const struct block sequencer = {"sequencer",
                                           NULL,
                                           0,
                                           eval_sequencer_block,
                                           commit_sequencer_block,
                                           &multicast_sequencer_period};
    static const struct block port = {"psum_port",
                                      NULL,
                                      0,
                                      eval_psum_port_block,
                                      commit_psum_port_block,
                                      &multicast_psum_port_period};
    static const struct block trees = {
        "adder_trees",          NULL, 0, eval_trees_block, commit_trees_block,
        &multicast_trees_period};
    static const char *const network[NETWORK_N] = {
        [NETWORK_FILTER] = "filter_network",
        [NETWORK_IFMAP] = "ifmap_network",
        [NETWORK_PSUM_IN] = "psum_in_network",
        [NETWORK_PSUM_OUT] = "psum_out_network"};
    add(to, &sequencer, 0);
    for (int k = 0; k < NETWORK_N; k++) {
        struct block b = {"",
                          NULL,
                          0,
                          eval_network_block,
                          commit_network_block,
                          &multicast_network_period};
        snprintf(b.name, sizeof(b.name), "%s", network[k]);
        add(to, &b, k);
    }
    add(to, &port, 0);
    if (to->machine->has_trees)
        add(to, &trees, 0);
}

static void add_l1s(struct listing *to)
{
    static const struct block whole[] = {
        {"filter_routers", NULL, 0, eval_routers_block, commit_routers_block,
         &multicast_routers_period},
        {"ifmap_routers", NULL, 0, eval_routers_block, commit_routers_block,
         &multicast_routers_period},
        {"l1", NULL, 0, eval_l1s_block, commit_l1s_block,
         &multicast_l1s_period},
    };
    if (l1_path_mesh(to->machine->l1, 0) != NULL) {
        add(to, &whole[0], NETWORK_FILTER);
        add(to, &whole[1], NETWORK_IFMAP);
    }
    add(to, &whole[2], 0);
}

/* By its place on the grid of clusters. */
static void name_at(struct block *block, const char *what, int cluster,
                    int cols)
{
    int n = snprintf(block->name, sizeof(block->name), "%s_%d_%d", what,
                     cluster / cols, cluster % cols);
    SIM_CHECK(n < (int)sizeof(block->name));
}

/* One by one. */
static void add_each_l1(struct listing *to)
{
    static const struct block router = {
        "", NULL, 0, eval_router_block, commit_router_block, NULL};
    static const struct block l1 = {
        "", NULL, 0, eval_l1_block, commit_l1_block, NULL};
    struct l1_path *path = to->machine->l1;
    const int clusters = l1_path_l1(path)->cfg.clusters;
    const int cols = l1_path_grid_cols(path);
    const int routers = l1_path_mesh(path, 0) != NULL ? L1_LINES * clusters : 0;
    for (int k = 0; k < routers; k++)
        name_at(add(to, &router, k),
                k < clusters ? "filter_router" : "ifmap_router", k % clusters,
                cols);
    for (int c = 0; c < clusters; c++)
        name_at(add(to, &l1, c), "l1", c, cols);
}

int multicast_machine_blocks(struct multicast_machine *m,
                             enum block_grain grain, struct block **blocks)
{
    enum { SHARED_MAX = 16 };
    static const struct block pes = {"pes",
                                     NULL,
                                     0,
                                     eval_pes_block,
                                     commit_pes_block,
                                     &multicast_pes_period};
    static const struct block pe = {
        "", NULL, 0, eval_pe_block, commit_pe_block, NULL};
    const int most = SHARED_MAX + (1 + L1_LINES) * CLUSTERS_MAX + m->lanes.n;
    struct listing to = {m, xcalloc((size_t)most, sizeof(struct block)), 0};
    add_shared(&to);
    if (m->l1 != NULL && grain == BLOCK_GRAIN_ARRAY)
        add_l1s(&to);
    else if (m->l1 != NULL)
        add_each_l1(&to);
    if (grain == BLOCK_GRAIN_ARRAY)
        add(&to, &pes, 0);
    for (int l = 0; grain == BLOCK_GRAIN_PE && l < m->lanes.n; l++)
        multicast_machine_pe_name(m, l, add(&to, &pe, l)->name);
    SIM_CHECK(to.n <= most);
    *blocks = to.block;
    return to.n;
}
