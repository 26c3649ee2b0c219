/* nest_levels.c - accesses of every listed level, and the words that cross the
 * network inside each.
 *
 * A word on its way to a child crosses the network of every level between its
 * parent and the child, those that pass it on too.  It enters a level's network
 * once a step for each instance of the level under which some child wants it,
 * and leaves it once for each instance of the next level that does.  A MAC
 * holds nothing between its steps.  Psums go the same way outward: at each
 * network those of children that share a reduction become one word.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/nest/nest_levels.h"

#include "dataflows/nest/nest_mesh.h"
#include "dataflows/nest/nest_view.h"

/* A nest whose words are counted, and where to. */
struct count {
    const struct arch *arch;
    const struct layer *layer;
    const struct nest *nest;
    struct lattice_cache *cache;
    struct counts *out;
};

static void add_words(uint64_t *into, uint64_t words)
{
    *into = count_add(*into, words);
}

/* Words that cross the network inside a level; DRAM has none. */
static void add_flow(const struct count *c, enum level level,
                     enum level_flow flow, uint64_t sent, uint64_t delivered,
                     uint64_t hops)
{
    struct link_words *to = &c->out->flow[level][flow];
    if (!arch_level_has_network(c->arch, level))
        return;
    add_words(&to->words_sent, sent);
    add_words(&to->words_delivered, delivered);
    add_words(&to->hops, hops);
}

/* The terms of a child level with those under one `above` as a group. */
static void look(const struct count *c, int child, enum level above,
                 enum tensor tensor, struct nest_view *view,
                 struct nest_flows *flows)
{
    const bool wanted[TENSOR_N] = {
        tensor == TENSOR_IFMAP, tensor == TENSOR_FILTER, tensor == TENSOR_PSUM};
    nest_view_from(c->arch, c->layer, c->nest, child, above, c->cache, view);
    if (child != VIEW_MACS) {
        nest_view_sum(view, wanted, flows);
        return;
    }
    /* In the innermost level a zero of padding stands like any word. */
    const enum level parent = nest_parent(c->nest, child, tensor);
    if (arch_level_inside(c->arch, parent) == VIEW_MACS)
        nest_view_pad(c->arch, view);
    nest_view_sum_each(view, flows);
}

static void count_operand(const struct count *c, int child, enum tensor tensor)
{
    const enum level parent = nest_parent(c->nest, child, tensor);
    const enum level_flow name =
        tensor == TENSOR_IFMAP ? FLOW_IFMAP : FLOW_FILTER;
    struct nest_view view;
    struct nest_flows flows;
    uint64_t below = 0; /* left the networks further in */
    for (int k = child + 1; k <= (int)parent; k++) {
        const enum level level = (enum level)k;
        if (!arch_has_level(c->arch, level))
            continue;
        look(c, child, level, tensor, &view, &flows);
        const struct nest_flow *flow = &flows.operand[tensor];
        if (arch_level_inside(c->arch, k) == child)
            below = flow->delivered;
        const bool is_alone = level != LEVEL_DRAM &&
                              c->arch->level[k].network == LEVEL_POINT_TO_POINT;
        const uint64_t sent = is_alone ? below : flow->read;
        uint64_t hops = below;
        if (arch_level_has_mesh(c->arch, level)) {
            const struct mesh_grid grid = {c->arch->level[k].rows,
                                           c->arch->level[k].cols};
            hops = nest_mesh_links(&grid, c->nest, &view, child, level, tensor);
        }
        add_flow(c, level, name, sent, below, hops);
        if (level == parent)
            add_words(&c->out->access[k][tensor].reads, sent);
        below = flow->read;
    }
    if (child == VIEW_MACS)
        return;
    add_words(&c->out->access[child][tensor].writes,
              flows.operand[tensor].delivered);
    if (child == LEVEL_L2)
        add_words(&c->out->access[child][tensor].dma_writes,
                  flows.operand[tensor].delivered);
}

/* Products that begin a sum at the level that keeps the MACs' psums. */
static uint64_t first_products(const struct count *c, enum level keeper)
{
    struct nest_view view;
    struct nest_flows flows;
    if (keeper == LEVEL_DRAM)
        return nest_outputs(c->layer);
    look(c, keeper, nest_parent(c->nest, keeper, TENSOR_PSUM), TENSOR_PSUM,
         &view, &flows);
    return count_sub(count_add(nest_view_first_visits(&view), flows.psum.busy),
                     flows.psum.busy_first);
}

static void count_psums(const struct count *c, int child)
{
    const enum level parent = nest_parent(c->nest, child, TENSOR_PSUM);
    const bool is_mac = child == VIEW_MACS;
    struct nest_view view;
    struct nest_flows flows;
    uint64_t sum[LEVEL_N], below, in, all;
    for (int k = child + 1; k <= (int)parent; k++)
        if (arch_has_level(c->arch, (enum level)k)) {
            look(c, child, (enum level)k, TENSOR_PSUM, &view, &flows);
            sum[k] = is_mac ? flows.psum.busy_first : flows.psum.first;
        }
    all = below = is_mac ? flows.psum.busy : flows.psum.all;
    in = count_sub(sum[parent], is_mac ? first_products(c, parent)
                                       : nest_view_first_visits(&view));
    for (int k = child + 1; k <= (int)parent; k++) {
        const enum level level = (enum level)k;
        if (!arch_has_level(c->arch, level))
            continue;
        const uint64_t along = count_sub(below, sum[k]);
        add_flow(c, level, FLOW_PSUM_IN, in, in, in);
        add_flow(c, level, FLOW_PSUM_OUT, sum[k], sum[k], sum[k]);
        add_flow(c, level, FLOW_PSUM_LINK, along, along, along);
        below = sum[k];
    }
    add_words(&c->out->access[parent][TENSOR_PSUM].reads, in);
    add_words(&c->out->access[parent][TENSOR_PSUM].writes, sum[parent]);
    if (is_mac)
        return;
    struct accesses *own = &c->out->access[child][TENSOR_PSUM];
    add_words(&own->reads, all);
    add_words(&own->writes, in);
    if (child == LEVEL_L2) {
        add_words(&own->dma_reads, sum[parent]);
        add_words(&own->dma_writes, in);
    }
}

void nest_levels_expect(const struct arch *arch, const struct layer *layer,
                        const struct nest *nest, struct lattice_cache *cache,
                        struct counts *out)
{
    const struct count c = {arch, layer, nest, cache, out};
    for (int child = VIEW_MACS; child < LEVEL_DRAM; child++) {
        if (child != VIEW_MACS && !arch_has_level(arch, (enum level)child))
            continue;
        for (int t = 0; t < TENSOR_N; t++) {
            if (child != VIEW_MACS && !nest->level[child].keep[t])
                continue;
            if (t == TENSOR_PSUM)
                count_psums(&c, child);
            else
                count_operand(&c, child, (enum tensor)t);
        }
    }
}
