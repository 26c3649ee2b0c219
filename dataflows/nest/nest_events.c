/* nest_events.c - rows and changes of words of a nest.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/nest/nest_events.h"

#include <string.h>

#include "dataflows/arith.h"
#include "dataflows/nest/nest_view.h"

/* Rows of L2 that the words of a tensor fill. */
static void count_l2_rows(const struct arch *arch, const struct counts *counts,
                          enum tensor tensor, struct bank_rows *out)
{
    const struct accesses *a = &counts->access[LEVEL_L2][tensor];
    const struct l2_store *listed = arch_level_store(arch, LEVEL_L2, tensor);
    const int words = arch_has_levels(arch)
                          ? (listed != NULL ? listed->bank_row_words : 1)
                          : arch_l2_store(arch, tensor).bank_row_words;
    const uint64_t row = (uint64_t)(words > 1 ? words : 1);
    out->reads = count_add(ceil_div_u64(count_sub(a->reads, a->dma_reads), row),
                           ceil_div_u64(a->dma_reads, row));
    out->writes =
        count_add(ceil_div_u64(count_sub(a->writes, a->dma_writes), row),
                  ceil_div_u64(a->dma_writes, row));
}

/* Rows of PEs that the operands' words reach, over all words sent.  A psum is
 * of one PE, and of its row. */
static void count_reached(const struct arch *arch, const struct layer *layer,
                          const struct nest *nest, const struct counts *counts,
                          struct layer_events *out)
{
    for (int t = 0; t < TENSOR_PSUM; t++) {
        const bool wanted[TENSOR_N] = {t == TENSOR_IFMAP, t == TENSOR_FILTER,
                                       false};
        const enum level from = arch->has_l1 ? LEVEL_L1 : LEVEL_L2;
        struct nest_view view;
        struct nest_flows flows;
        if (!nest->level[LEVEL_RF].keep[t])
            continue;
        nest_view_of_rows(arch, layer, nest, from, &view);
        nest_view_sum(&view, wanted, &flows);
        out->reached[t == TENSOR_IFMAP ? NETWORK_IFMAP : NETWORK_FILTER] =
            flows.operand[t].read;
    }
    out->reached[NETWORK_PSUM_IN] = counts->link[LINK_psum_in].words_sent;
    out->reached[NETWORK_PSUM_OUT] = counts->link[LINK_psum_out].words_sent;
}

static bool has_dim(enum tensor tensor, int dim)
{
    const bool of_output = dim == NEST_N || dim == NEST_P || dim == NEST_Q;
    return tensor == TENSOR_FILTER ? !of_output : dim != NEST_M;
}

/* How often PEs begin to work with the loops up to the innermost one that the
 * tensor has at some values: with each, another word is on the port. */
static uint64_t changed_reads(const struct arch *arch,
                              const struct layer *layer,
                              const struct nest *nest, enum tensor tensor)
{
    struct nest_view view, at_pes;
    struct terms t;
    int loops[NEST_DIMS] = {0};
    uint64_t changes = 1;
    nest_view_from(arch, layer, nest, VIEW_MACS, LEVEL_DRAM, NULL, &view);
    nest_view_from(arch, layer, nest, LEVEL_RF, LEVEL_DRAM, NULL, &at_pes);
    int last = view.n_loops;
    while (last > at_pes.pass_loops && !has_dim(tensor, view.dim[last - 1]))
        last--;
    for (int k = 0; k < last; k++)
        loops[view.dim[k]]++;
    for (int d = 0; d < NEST_DIMS; d++) {
        chain_terms(&view.chain[d], loops[d], false, &t);
        changes = count_mul(changes, t.kids);
    }
    return changes;
}

void nest_events(const struct arch *arch, const struct layer *layer,
                 const struct nest *nest, const struct counts *counts,
                 struct layer_events *out)
{
    memset(out, 0, sizeof(*out));
    for (int t = 0; t < TENSOR_N; t++)
        count_l2_rows(arch, counts, (enum tensor)t, &out->l2_rows[t]);
    if (arch->array_network == NETWORK_MULTICAST && !arch_has_levels(arch))
        count_reached(arch, layer, nest, counts, out);
    for (int t = 0; t < TENSOR_PSUM; t++)
        if (nest->level[LEVEL_RF].keep[t])
            out->changed_reads[t] =
                changed_reads(arch, layer, nest, (enum tensor)t);
}
