/* nest_model.c - the closed form of a nest: what every level gives and gets.
 *
 * For each child level (nest_view.c), and each time loop k outside it: k steps
 * with the loops outside it fixed, the loops inside it wrap from last to
 * first.  Summed over all fixed values and all children, that is
 *
 *     sum of |new \ old|  =  product of sum |new_d|  -  product of sum
 *                            |new_d & old_d|
 *
 * with one factor per dimension d, for the indices of different dimensions
 * are independent of each other.  A dimension that the tensor does not have
 * is a factor that says whether the child has work at all.  What a parent
 * reads is the union over children: a word need not be read when every child
 * that needs it has it, so again
 *
 *     |union of (new \ old)|  =  product of |union of new_d|
 *                                - product of |{w: kept by all that need it}|.
 *
 * Rows of the ifmap depend on p and r together, columns on q and s: those
 * two factors are sets of lattice points (stride, dilation), counted as such.
 *
 * A product or sum may be as large as the MACs of the layer times the PEs; one
 * that passes 64 bits is COUNT_OVERFLOW.  Calls nothing of the machine.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/nest/nest_view.h"

#include <string.h>

#include "dataflows/nest/nest_fold.h"
#include "dataflows/nest/nest_levels.h"
#include "dataflows/nest/nest_mesh.h"
#include "dataflows/nest/nest_pass.h"

static void add_words(uint64_t *into, uint64_t words)
{
    *into = count_add(*into, words);
}

static void add_link(struct counts *c, enum link link, uint64_t sent,
                     uint64_t delivered)
{
    add_words(&c->link[link].words_sent, sent);
    add_words(&c->link[link].words_delivered, delivered);
    add_words(&c->link[link].hops, delivered);
}

static void count_operand(const struct nest *nest, enum level child,
                          enum tensor tensor, const struct nest_flow *flow,
                          struct counts *c)
{
    enum level parent = nest_parent(nest, child, tensor);
    struct accesses *to = &c->access[child][tensor];
    add_words(&c->access[parent][tensor].reads, flow->read);
    add_words(&to->writes, flow->delivered);
    if (child == LEVEL_L2)
        add_words(&to->dma_writes, flow->delivered);
    else
        add_link(c, nest_link(child, tensor), flow->read, flow->delivered);
}

/* PEs are in chains, from which psums go out as they join. */
static void count_chained(const struct arch *arch, const struct nest *nest,
                          const struct nest_view *v,
                          const struct nest_psum_flow *flow, struct counts *c)
{
    const uint64_t out = flow->first;
    const uint64_t in = count_sub(out, nest_outputs(v->layer));
    struct accesses *rf = &c->access[LEVEL_RF][TENSOR_PSUM];
    struct accesses *outer =
        &c->access[nest_parent(nest, LEVEL_RF, TENSOR_PSUM)][TENSOR_PSUM];
    add_words(&outer->reads, in);
    add_words(&outer->writes, out);
    add_link(c, LINK_psum_in, in, in);
    add_link(c, LINK_psum_out, out, out);
    const uint64_t along = count_sub(flow->chained, out);
    add_link(c, LINK_psum_link, along, along);
    add_words(&rf->writes, c->macs);
    add_words(&rf->reads, arch->psum_add == PSUM_ADD_OWN_CYCLE
                              ? c->macs
                              : count_sub(c->macs, flow->busy));
}

static void count_psums(const struct nest *nest, enum level child,
                        const struct nest_view *v,
                        const struct nest_psum_flow *flow, struct counts *c)
{
    enum level parent = nest_parent(nest, child, TENSOR_PSUM);
    uint64_t zero = nest_view_first_visits(v);
    uint64_t out = flow->first;
    uint64_t all = flow->all;
    if (child == LEVEL_L2 && v->psums_stay)
        out = all = zero;
    uint64_t in = count_sub(out, zero);
    struct accesses *outer = &c->access[parent][TENSOR_PSUM];
    struct accesses *inner = &c->access[child][TENSOR_PSUM];
    add_words(&outer->reads, in);
    add_words(&outer->writes, out);
    add_words(&inner->reads, all);
    add_words(&inner->writes, in);
    if (child == LEVEL_L2) {
        add_words(&inner->dma_reads, out);
        add_words(&inner->dma_writes, in);
    } else {
        add_link(c, LINK_psum_in, in, in);
        add_link(c, LINK_psum_out, out, out);
        uint64_t along = count_sub(all, out);
        add_link(c, LINK_psum_link, along, along);
    }
    if (child == LEVEL_RF) {
        uint64_t from_zero =
            count_sub(count_add(zero, flow->busy), flow->busy_first);
        add_words(&inner->reads, from_zero <= c->macs
                                     ? c->macs - from_zero
                                     : COUNT_OVERFLOW /* uncountable */);
        add_words(&inner->writes, c->macs);
    }
}

void nest_expect(const struct arch *arch, const struct layer *layer,
                 const struct nest *nest, struct counts *out)
{
    nest_expect_cached(arch, layer, nest, NULL, out);
}

static bool has_mesh(const struct arch *arch, const struct nest *nest)
{
    return arch->has_l1 && !nest->l1_is_line && arch->l2_to_l1 == L2_TO_L1_MESH;
}

/* Words that have come over the mesh to L1s, or through them to PEs whose
 * tensor L1 does not keep: its links. */
static void count_mesh(const struct arch *arch, const struct layer *layer,
                       const struct nest *nest, enum level child,
                       const struct nest_view *view, enum tensor tensor,
                       struct counts *out)
{
    const struct mesh_grid grid = {nest_cluster_rows(arch),
                                   nest_cluster_cols(arch)};
    const bool wanted[TENSOR_N] = {[TENSOR_IFMAP] = tensor == TENSOR_IFMAP,
                                   [TENSOR_FILTER] = tensor == TENSOR_FILTER};
    struct link_words *to_l1 = &out->link[nest_link(LEVEL_L1, tensor)];
    struct nest_view by_l1;
    struct nest_flows flows;
    if (child == LEVEL_RF) {
        struct link_words *to_pes = &out->link[nest_link(LEVEL_RF, tensor)];
        nest_view_from(arch, layer, nest, LEVEL_RF, LEVEL_L1, NULL, &by_l1);
        nest_view_sum(&by_l1, wanted, &flows);
        to_l1->words_sent = to_pes->words_sent;
        to_l1->words_delivered = flows.operand[tensor].read;
        to_pes->words_sent = to_l1->words_delivered;
    }
    to_l1->hops =
        nest_mesh_links(&grid, nest, view, (int)child, LEVEL_L2, tensor);
}

/* Counts what comes to a level and goes from it, of the tensors whose children
 * are grouped alike: by L1s where L1 is the parent. */
static void count_level(const struct arch *arch, const struct layer *layer,
                        const struct nest *nest, enum level child,
                        enum level above, struct lattice_cache *cache,
                        struct counts *out)
{
    bool wanted[TENSOR_N], any = false;
    struct nest_view view;
    struct nest_flows flows;
    for (int t = 0; t < TENSOR_N; t++) {
        wanted[t] = nest->level[child].keep[t] &&
                    (nest_parent(nest, child, (enum tensor)t) == LEVEL_L1) ==
                        (above == LEVEL_L1);
        any = any || wanted[t];
    }
    if (!any)
        return;
    nest_view_from(arch, layer, nest, child, above, cache, &view);
    nest_view_sum(&view, wanted, &flows);
    for (int t = 0; t < TENSOR_PSUM; t++)
        if (wanted[t]) {
            count_operand(nest, child, (enum tensor)t, &flows.operand[t], out);
            if (above != LEVEL_L1 && child < LEVEL_L2 && has_mesh(arch, nest))
                count_mesh(arch, layer, nest, child, &view, (enum tensor)t,
                           out);
        }
    if (wanted[TENSOR_PSUM] && child == LEVEL_RF && nest_forgets(arch, nest))
        count_chained(arch, nest, &view, &flows.psum, out);
    else if (wanted[TENSOR_PSUM])
        count_psums(nest, child, &view, &flows.psum, out);
}

/* L1s as lines: a word of L2 goes into each whose PEs want it, and is read
 * there once for them. */
static void count_lines(const struct arch *arch, const struct layer *layer,
                        const struct nest *nest, struct lattice_cache *cache,
                        struct counts *out)
{
    static const bool operands[TENSOR_N] = {
        [TENSOR_IFMAP] = true, [TENSOR_FILTER] = true};
    struct nest_view view;
    struct nest_flows flows;
    nest_view_from(arch, layer, nest, LEVEL_RF, LEVEL_L1, cache, &view);
    nest_view_sum(&view, operands, &flows);
    for (int t = 0; t < TENSOR_PSUM; t++) {
        const uint64_t passed = flows.operand[t].read;
        struct link_words *to_pes =
            &out->link[nest_link(LEVEL_RF, (enum tensor)t)];
        add_link(out, nest_link(LEVEL_L1, (enum tensor)t), to_pes->words_sent,
                 passed);
        to_pes->words_sent = passed;
        if (arch->l1_bypass[t])
            continue;
        add_words(&out->access[LEVEL_L1][t].reads, passed);
        add_words(&out->access[LEVEL_L1][t].writes, passed);
    }
}

void nest_expect_cached(const struct arch *arch, const struct layer *layer,
                        const struct nest *nest, struct lattice_cache *cache,
                        struct counts *out)
{
    memset(out, 0, sizeof(*out));
    counts_set_macs(arch, layer_macs(layer), out);
    counts_add_finished(out, nest_outputs(layer),
                        nest->level[LEVEL_L2].keep[TENSOR_PSUM], true);
    if (arch_has_levels(arch)) {
        nest_levels_expect(arch, layer, nest, cache, out);
        return;
    }
    for (int k = LEVEL_RF; k < LEVEL_DRAM; k++) {
        if (k == LEVEL_RF && arch->array_network == NETWORK_SYSTOLIC) {
            nest_fold_expect(arch, layer, nest, out);
            continue;
        }
        count_level(arch, layer, nest, (enum level)k, LEVEL_L1, cache, out);
        count_level(arch, layer, nest, (enum level)k, LEVEL_DRAM, cache, out);
    }
    if (nest->l1_is_line)
        count_lines(arch, layer, nest, cache, out);
    struct accesses *rf = out->access[LEVEL_RF];
    add_words(&rf[TENSOR_IFMAP].reads, out->macs);
    add_words(&rf[TENSOR_FILTER].reads, out->macs);
}

/* The innermost place at which PEs differ: a PE's own, or one of its MACs. */
static int unit_of(const struct arch *arch)
{
    return arch_has_levels(arch) ? VIEW_MACS : LEVEL_RF;
}

uint64_t nest_busiest_pe_cycles(const struct arch *arch,
                                const struct layer *layer,
                                const struct nest *nest)
{
    struct nest_view view;
    uint64_t macs = 1;
    nest_view_from(arch, layer, nest, unit_of(arch), LEVEL_DRAM, NULL, &view);
    for (int d = 0; d < NEST_DIMS; d++) {
        struct chain *c = &view.chain[d];
        struct terms t;
        int loops = 0;
        for (int k = 0; k < view.n_loops; k++)
            loops += view.dim[k] == d;
        c->blocks.n = 0; /* the first of all */
        c->blocks.places = c->kids = 1;
        chain_terms(c, loops, false, &t);
        macs = count_mul(macs, t.words);
    }
    return macs;
}

uint64_t nest_pes_used(const struct arch *arch, const struct layer *layer,
                       const struct nest *nest)
{
    struct nest_view view;
    uint64_t used = 1;
    nest_view_from(arch, layer, nest, unit_of(arch), LEVEL_DRAM, NULL, &view);
    for (int d = 0; d < NEST_DIMS; d++)
        used = count_mul(used, chain_children(&view.chain[d]));
    return used;
}
