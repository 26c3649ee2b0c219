/* charge.c - PE-cycles and words of a pass of lanes or of a systolic array.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/charge.h"

#include <string.h>

void charge_link(struct counts *c, enum link link, uint64_t sent,
                 uint64_t delivered, uint64_t hops)
{
    struct link_words *l = &c->link[link];
    l->words_sent = count_add(l->words_sent, sent);
    l->words_delivered = count_add(l->words_delivered, delivered);
    l->hops = count_add(l->hops, hops);
}

void charge_access(struct counts *c, enum level level, enum tensor tensor,
                   uint64_t reads, uint64_t writes)
{
    struct accesses *a = &c->access[level][tensor];
    a->reads = count_add(a->reads, reads);
    a->writes = count_add(a->writes, writes);
}

_Static_assert((int)PE_WAITS == (int)NETWORK_N, "a network for each wait");

void charge_causes(const uint64_t pe_cycles[PE_CAUSE_N],
                   const uint64_t *wait_by, struct pass_outcome *out)
{
    static const enum ledger_cause cause_of[PE_CAUSE_N] = {
        [PE_MAC] = LEDGER_mac,
        [PE_PSUM] = LEDGER_psum,
        [PE_FILL] = LEDGER_fill,
        [PE_DRAIN] = LEDGER_drain,
        [PE_WAIT_FILTER] = LEDGER_wait_filter,
        [PE_WAIT_IFMAP] = LEDGER_wait_ifmap,
        [PE_WAIT_PSUM_IN] = LEDGER_wait_psum_in,
        [PE_WAIT_PSUM_OUT] = LEDGER_wait_psum_out,
        [PE_SKIP] = LEDGER_skip,
    };

    for (int k = 0; k < PE_CAUSE_N; k++)
        out->ledger_pe_cycles[cause_of[k]] += pe_cycles[k];
    for (int k = 0; k < PE_WAITS; k++)
        for (int cause = 0; cause < NETWORK_WAIT_N; cause++)
            out->wait_by[k][cause] += wait_by[k * (int)NETWORK_WAIT_N + cause];
}

/* With an L1, what the PEs get comes from there. */
static void charge_l1(const struct arch *a, struct counts *c,
                      const struct pass_counts *n)
{
    static const enum tensor tensor[2] = {TENSOR_FILTER, TENSOR_IFMAP};
    charge_link(c, LINK_filter_l1, n->filter_sent, n->l1_delivered[0],
                n->l1_hops[0]);
    charge_link(c, LINK_ifmap_l1, n->ifmap_sent, n->l1_delivered[1],
                n->l1_hops[1]);
    for (int k = 0; k < 2; k++) {
        charge_access(c, LEVEL_L1, tensor[k], n->l1_reads[k], n->l1_writes[k]);
        /* What enters the L1s leaves them, or they keep all of it. */
        const bool is_kept = a->l1_keeps_tiles && n->l1_delivered[k] == 0;
        SIM_CHECK(is_kept ? n->l1_writes[k] == 0
                          : n->l1_delivered[k] == n->l1_sent[k] &&
                                n->l1_reads[k] == n->l1_writes[k]);
    }
}

void charge_pass(const struct program *p, const struct pass_counts *n,
                 struct pass_outcome *out)
{
    struct counts *c = &out->counts;
    const bool has_trees =
        p->kind == NETWORK_MULTICAST && p->arch.psum_reduce == PSUM_TREE;

    memset(out, 0, sizeof(*out));
    charge_causes(n->pe_cycles, &n->wait_by[0][0], out);
    out->cycles = n->cycles;
    out->flight_cycles = n->flight_cycles;
    out->active_pes = n->active_pes;
    out->filter_free_cycle = n->filter_free_cycle;
    out->ifmap_free_cycle = n->ifmap_free_cycle;
    out->drain_cycles = n->drain_cycles;

    c->macs += n->macs + n->skipped_macs;
    c->macs_performed += n->macs;
    c->stream_cycles += n->stream_cycles;
    c->load_cycles += n->load_cycles;
    const uint64_t windows = n->macs - n->second_macs;
    if (!p->skips_rf[TENSOR_IFMAP])
        charge_access(c, LEVEL_RF, TENSOR_IFMAP,
                      p->holds_ifmap ? n->macs : windows, n->ifmap_delivered);
    if (!p->skips_rf[TENSOR_FILTER])
        charge_access(c, LEVEL_RF, TENSOR_FILTER,
                      p->holds_ifmap ? windows : n->macs, n->filter_delivered);
    if (!p->skips_rf[TENSOR_PSUM])
        charge_access(c, LEVEL_RF, TENSOR_PSUM,
                      n->macs - n->first_macs + n->psum_reads,
                      n->macs + n->psum_writes);
    charge_access(c, LEVEL_RF, TENSOR_PSUM, n->root_reads, n->root_writes);
    charge_access(c, LEVEL_L2, TENSOR_IFMAP, n->ifmap_sent, 0);
    charge_access(c, LEVEL_L2, TENSOR_FILTER, n->filter_sent, 0);
    charge_access(c, LEVEL_L2, TENSOR_PSUM, n->psum_in_words,
                  n->psum_out_words);
    bool l1 = p->arch.has_l1;
    charge_link(c, LINK_filter, l1 ? n->l1_sent[0] : n->filter_sent,
                n->filter_delivered, n->filter_hops);
    charge_link(c, LINK_ifmap, l1 ? n->l1_sent[1] : n->ifmap_sent,
                n->ifmap_delivered, n->ifmap_hops);
    if (l1)
        charge_l1(&p->arch, c, n);
    charge_link(c, LINK_psum_in, n->psum_in_words, n->psum_in_words,
                n->psum_in_words);
    charge_link(c, LINK_psum_out, n->psum_out_words, n->psum_out_words,
                n->psum_out_hops);
    charge_link(c, LINK_psum_link, n->psum_link_words, n->psum_link_words,
                has_trees ? n->tree_hops : n->psum_link_words);
}
