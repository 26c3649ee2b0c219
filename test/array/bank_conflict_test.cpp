// bank_conflict_test.cpp - two psum streams on one bank of L2, derived by hand:
// one PE, one product a window and filter; each reads a psum and writes one.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstdint>

#include "dataflows/dataflow.h"
#include "sim/array/multicast_machine.h"

namespace
{

// Cycles of a pass of so many windows; a slot has the words of one.
uint64_t cycles(bank_ports ports, psum_add add, int banks, int windows,
                int filters = 1)
{
    arch a = {};
    a.rows = a.cols = 1;
    a.fifo_words = 16;
    a.pipeline_cycles = 1;
    a.psum_add = add;
    for (int t = 0; t < TENSOR_N; t++) {
        a.rf_words[t] = 4;
        a.precision_bits[t] = 16;
    }
    for (network_arch &net : a.network)
        net = {filters, 1};
    a.l2_bytes = 65536;
    a.l2_banks = 64;
    a.l2_bank_row_words = 1;
    a.l2_ports = ports;
    layer l = {};
    l.N = l.G = l.M = l.C = l.H = l.W = l.R = l.S = 1;
    layer_set_steps(&l, 1, 0, 1);
    diag *messages = diag_new();
    mapping chosen = {};
    program p = {};
    given_mapping none = {};
    const dataflow *ws = dataflow_find("ws");
    EXPECT_TRUE(layer_finish(&l, src_pos{}, messages));
    EXPECT_TRUE(ws->choose(&a, &l, &none, &chosen, messages));
    ws->compile(&a, &l, &chosen, &p);
    diag_free(messages);

    // What is tried is not that layer's pass, but one by hand.
    multicast_pass d = {};
    d.sets = d.set_chains = d.blocks = d.block_rows = 1;
    d.filters = d.filters_tail = uint16_t(filters);
    d.channels = d.channels_tail = 1;
    d.filter_cols = d.slide_cols = d.chain_step = d.row_step = 1;
    d.groups[0] = 1;
    d.windows[0] = uint32_t(windows);
    d.psum_in = 1;
    for (uint16_t &n : d.banks)
        n = uint16_t(banks);

    multicast_machine *m = multicast_machine_new(&p);
    multicast_machine_issue(m, &d, nullptr);
    while (!multicast_machine_is_done(m))
        EXPECT_TRUE(multicast_machine_step(m));
    pass_counts n = {};
    multicast_machine_counts(m, &n);
    EXPECT_EQ(n.macs, uint64_t(windows * filters));
    EXPECT_EQ(n.psum_in_words, uint64_t(windows * filters));
    EXPECT_EQ(n.psum_out_words, uint64_t(windows * filters));
    multicast_machine_free(m);
    return n.cycles;
}

// Cycles that a window more costs, far from the pass's ends.
uint64_t cycles_a_window(bank_ports ports, psum_add add, int banks,
                         int filters = 1)
{
    uint64_t more = cycles(ports, add, banks, 300, filters) -
                    cycles(ports, add, banks, 200, filters);
    EXPECT_EQ(more % 100, 0u);
    return more / 100;
}

TEST(BankConflict, OnePortServesTheTwoStreamsByTurns)
{
    // The PE could finish a window a cycle; two accesses on one port take two.
    EXPECT_EQ(cycles_a_window(BANK_1RW, PSUM_ADD_LAST_PRODUCT, 1), 2u);
}

TEST(BankConflict, APortForEachStreamLetsBothMove)
{
    EXPECT_EQ(cycles_a_window(BANK_1R1W, PSUM_ADD_LAST_PRODUCT, 1), 1u);
}

TEST(BankConflict, ASlowerPeLeavesOnePortTimeForBoth)
{
    // A product and an addition: two cycles a window, as the port needs.
    EXPECT_EQ(cycles_a_window(BANK_1RW, PSUM_ADD_OWN_CYCLE, 1), 2u);
    EXPECT_EQ(cycles_a_window(BANK_1R1W, PSUM_ADD_OWN_CYCLE, 1), 2u);
}

TEST(BankConflict, TheFirstWindowTakesItsWayThroughThePe)
{
    // 0: words and psum read; 1: in the fifos; 2: in the register files; the
    // product, with the psum, in 2; written to the fifo to L2 in 3 and into
    // L2 in 3, so four cycles.  One port or two: nothing else wants it.
    EXPECT_EQ(cycles(BANK_1R1W, PSUM_ADD_LAST_PRODUCT, 1, 1), 4u);
    EXPECT_EQ(cycles(BANK_1RW, PSUM_ADD_LAST_PRODUCT, 1, 1), 4u);
}

TEST(BankConflict, SlotsWiderThanTheBanksTakeATurnForEachOfTheirCycles)
{
    // Slots of 4 words: the PE finishes a window in 4 cycles; one bank moves
    // one of them in 4 cycles, two banks in 2.
    EXPECT_EQ(cycles_a_window(BANK_1R1W, PSUM_ADD_LAST_PRODUCT, 1, 4), 4u);
    EXPECT_EQ(cycles_a_window(BANK_1RW, PSUM_ADD_LAST_PRODUCT, 1, 4), 8u);
    EXPECT_EQ(cycles_a_window(BANK_1RW, PSUM_ADD_LAST_PRODUCT, 2, 4), 4u);
}

TEST(BankConflict, StreamsInDifferentBanksDoNotMeet)
{
    // The write follows its read by the few words that are under way: among
    // 64 banks, interleaved word by word, never in the same one.
    EXPECT_EQ(cycles_a_window(BANK_1RW, PSUM_ADD_LAST_PRODUCT, 64), 1u);
}

} // namespace
