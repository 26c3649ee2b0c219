/* levels_usual.c - lists the levels of a machine with an L1.
 *
 * L2     A store for each tensor, with the banks that its tiles have.
 * L1     One store for what it keeps, with all of its banks.
 * RF     One for each tensor: a port in as wide as a slot of the network, and
 *        for psums one for the MAC and one for the network each way (assumed).
 *        No network leads from it to its MAC.
 * A network has the width of the tensor's slots, of which L2 sends
 * `noc.l2_to_l1_slots_per_cycle` a cycle of operands.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/levels/levels_usual.h"

#include <stdio.h>
#include <string.h>

#include "sim/base/diag.h"

static const enum network network_of[FLOW_PSUM_LINK] = {
    [FLOW_IFMAP] = NETWORK_IFMAP,
    [FLOW_FILTER] = NETWORK_FILTER,
    [FLOW_PSUM_IN] = NETWORK_PSUM_IN,
    [FLOW_PSUM_OUT] = NETWORK_PSUM_OUT};

static struct level_arch *add_level(struct arch *a, enum level level, int rows,
                                    int cols)
{
    struct level_arch *at = &a->level[level];
    memset(at, 0, sizeof(*at));
    snprintf(at->name, sizeof(at->name), "%s", level_name[level]);
    at->rows = rows;
    at->cols = cols;
    at->words_per_slot = at->slots_per_cycle = 1;
    return at;
}

static struct l2_store *add_store(struct level_arch *at)
{
    struct l2_store *store = &at->store[at->n_stores++];
    store->banks = store->bank_row_words = store->buffers = 1;
    store->ports = BANK_1R1W;
    return store;
}

static void set_widths(const struct arch *a, enum level level,
                       struct level_arch *at)
{
    for (int f = 0; f < FLOW_PSUM_LINK; f++) {
        const struct network_arch *net = &a->network[network_of[f]];
        const int slots = level == LEVEL_L2 ? arch_l2_slots(a, network_of[f])
                                            : net->slots_per_cycle;
        at->flow_words[f] = net->words_per_slot * slots;
    }
}

static void list_l2(const struct arch *a, const struct layer *layer,
                    const struct nest *nest, struct level_arch *at)
{
    int buffers[TENSOR_N], banks[TENSOR_N];
    enum tensor tensor;
    uint64_t lacking;
    SIM_CHECK(
        nest_l2_places(a, layer, nest, buffers, banks, &tensor, &lacking));
    for (int t = 0; t < TENSOR_N; t++) {
        if (!nest->level[LEVEL_L2].keep[t])
            continue;
        struct l2_store *store = &at->store[at->n_stores++];
        *store = arch_l2_store(a, (enum tensor)t);
        store->banks = banks[t];
        memset(store->holds, 0, sizeof(store->holds));
        store->holds[t] = true;
    }
}

static void list_l1(const struct arch *a, struct level_arch *at)
{
    struct l2_store *store = add_store(at);
    store->bytes = a->l1_bytes;
    store->banks = a->l1_banks;
    store->bank_row_words = a->l1_bank_row_words;
    store->ports = a->l1_ports;
    store->latency_cycles = a->l1_latency_cycles;
    for (int t = 0; t < TENSOR_N; t++)
        store->holds[t] = true;
}

static void list_rf(const struct arch *a, struct level_arch *at)
{
    static const enum network in[TENSOR_N] = {
        [TENSOR_IFMAP] = NETWORK_IFMAP, [TENSOR_FILTER] = NETWORK_FILTER};
    for (int t = 0; t < TENSOR_N; t++) {
        struct l2_store *store = add_store(at);
        const uint64_t bits =
            (uint64_t)a->rf_words[t] * (uint64_t)a->precision_bits[t];
        store->bytes = (bits + 7) / 8;
        store->holds[t] = true;
        if (t == TENSOR_PSUM)
            store->banks = 2;
        else
            store->bank_row_words = a->network[in[t]].words_per_slot;
    }
}

void levels_of_usual(const struct arch *a, const struct layer *layer,
                     const struct nest *nest, struct arch *out)
{
    *out = *a;
    add_level(out, LEVEL_DRAM, 1, 1);
    struct level_arch *l2 =
        add_level(out, LEVEL_L2, nest_cluster_rows(a), nest_cluster_cols(a));
    struct level_arch *l1 =
        add_level(out, LEVEL_L1, nest_cluster_height(a), a->l1_cluster_cols);
    struct level_arch *rf = add_level(out, LEVEL_RF, 1, 1);
    if (a->l2_to_l1 == L2_TO_L1_MESH)
        l2->network = LEVEL_MESH;
    set_widths(a, LEVEL_L2, l2);
    set_widths(a, LEVEL_L1, l1);
    list_l2(a, layer, nest, l2);
    list_l1(a, l1);
    list_rf(a, rf);
}

static void add_link(struct counts *c, enum link link, uint64_t sent,
                     uint64_t delivered, uint64_t hops)
{
    struct link_words *to = &c->link[link];
    to->words_sent = count_add(to->words_sent, sent);
    to->words_delivered = count_add(to->words_delivered, delivered);
    to->hops = count_add(to->hops, hops);
}

/* Operands that L1 does not keep cross both networks on one way, which is one
 * bus where no mesh is before it. */
static void count_operand(const struct nest *nest, bool has_mesh,
                          enum level_flow flow, enum link to_l1,
                          enum link to_pes, struct counts *c)
{
    const enum tensor t = flow == FLOW_IFMAP ? TENSOR_IFMAP : TENSOR_FILTER;
    const struct link_words *l2 = &c->flow[LEVEL_L2][flow];
    const struct link_words *l1 = &c->flow[LEVEL_L1][flow];
    if (has_mesh || nest->level[LEVEL_L1].keep[t]) {
        add_link(c, to_l1, l2->words_sent, l2->words_delivered, l2->hops);
        add_link(c, to_pes, l1->words_sent, l1->words_delivered, l1->hops);
    } else {
        add_link(c, to_pes, l2->words_sent, l1->words_delivered, l1->hops);
    }
}

void levels_count_links(const struct nest *nest, bool has_mesh,
                        struct counts *c)
{
    static const enum link link[FLOW_N] = {[FLOW_PSUM_IN] = LINK_psum_in,
                                           [FLOW_PSUM_OUT] = LINK_psum_out,
                                           [FLOW_PSUM_LINK] = LINK_psum_link};
    count_operand(nest, has_mesh, FLOW_IFMAP, LINK_ifmap_l1, LINK_ifmap, c);
    count_operand(nest, has_mesh, FLOW_FILTER, LINK_filter_l1, LINK_filter, c);
    for (int f = FLOW_PSUM_IN; f < FLOW_N; f++) {
        const uint64_t at_l2 = c->flow[LEVEL_L2][f].words_sent;
        uint64_t at_l1 = c->flow[LEVEL_L1][f].words_sent;
        /* Psums that L1 does not keep are told once, where they leave. */
        if (f != FLOW_PSUM_LINK && !nest->level[LEVEL_L1].keep[TENSOR_PSUM])
            at_l1 = 0;
        add_link(c, link[f], at_l2, at_l2, at_l2);
        add_link(c, link[f], at_l1, at_l1, at_l1);
    }
    memset(c->flow, 0, sizeof(c->flow));
}
