// nest_cycles_test.cpp - cycles of small nests worked out by hand, and a named
// dataflow as a nest.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "dataflows/dataflow.h"
#include "sim/config/layer_text.h"
#include "test/random_nest.h"
#include "test/run/stepwise_kernel.h"

namespace
{

class NestCycles : public testing::Test
{
  protected:
    NestCycles() : d_(diag_new())
    {
        std::strcpy(a.name, "small");
        a.clock_hz = 1000000000;
        a.rows = a.cols = 1;
        for (int t = 0; t < TENSOR_N; t++) {
            a.precision_bits[t] = 16;
            a.rf_words[t] = 1;
        }
        for (network_arch &net : a.network)
            net.words_per_slot = net.slots_per_cycle = 1;
        a.pipeline_cycles = 1;
        a.fifo_words = 8;
        a.l2_bytes = 4096;
        a.l2_banks = 8;
        a.l2_bank_row_words = 1;
        a.l2_ports = BANK_1R1W;
        std::strcpy(a.dram_model, "ideal");
        // 7 inputs, 4 weights, 4 outputs.
        EXPECT_TRUE(layer_parse_shape("M=1,C=1,H=1,W=7,R=1,S=4", &l, d_));
        nest_start(&a, &n);
    }
    ~NestCycles() override
    {
        diag_free(d_);
    }
    void time_loop(level at, nest_dim dim, int count)
    {
        ASSERT_TRUE(nest_append(&n.level[at].time, dim, count));
    }
    layer_result run(bool every_cycle = false)
    {
        simulate_options o = {};
        o.kernel = every_cycle ? &stepwise_kernel : nullptr;
        layer_result r = {};
        EXPECT_TRUE(simulate_nest(&a, &l, &n, &o, &r, d_)) << diag_text(d_, 0);
        return r;
    }

    arch a = {};
    layer l = {};
    nest n;
    diag *d_;
};

// A pass is the loop over s: a psum stays.  A word leaves L2 in cycle 0, is in
// the fifo in 1 and in the register file in 2, when the first MAC is; four
// MACs, the psum's addition, and a cycle until it is in L2.
TEST_F(NestCycles, APassFillsWorksAndEmpties)
{
    a.refill = PE_REFILL_LAST_USE;
    time_loop(LEVEL_L2, NEST_Q, 4);
    time_loop(LEVEL_L2, NEST_S, 4);
    layer_result r = run();
    EXPECT_EQ(r.passes, 4u);
    EXPECT_EQ(r.cycles, 4u * (2 + 4 + 1 + 1));
    EXPECT_EQ(r.array_cycles, 4u * (1 + 4 + 1));
    EXPECT_EQ(r.ledger_pe_cycles[LEDGER_fill], 4u);
    EXPECT_EQ(r.ledger_pe_cycles[LEDGER_mac], 16u);
    EXPECT_EQ(r.ledger_pe_cycles[LEDGER_psum], 4u);
    EXPECT_EQ(r.ledger_pe_cycles[LEDGER_wait_dram], 4u * 2);
}

TEST_F(NestCycles, APlaceIsFreeWithOrAfterTheLastUseOfItsWord)
{
    // One place: a MAC every other cycle, or, where the next word may come with
    // the last use, every one; two places are enough for that in any case.
    a.refill = PE_REFILL_NEXT_CYCLE;
    time_loop(LEVEL_L2, NEST_Q, 4);
    time_loop(LEVEL_L2, NEST_S, 4);
    EXPECT_EQ(run().cycles, 4u * (2 + 7 + 1 + 1));
    for (int &words : a.rf_words)
        words = 2;
    EXPECT_EQ(run().cycles, 4u * (2 + 4 + 1 + 1));
}

TEST_F(NestCycles, PassesEndWhereTheNestSays)
{
    // Both loops in one pass: it fills and empties once, and between outputs
    // only the psum's addition lies.
    a.refill = PE_REFILL_LAST_USE;
    time_loop(LEVEL_L2, NEST_Q, 4);
    time_loop(LEVEL_L2, NEST_S, 4);
    n.pass = 2;
    layer_result r = run();
    EXPECT_EQ(r.passes, 1u);
    EXPECT_EQ(r.cycles, 2u + 4 * (4 + 1) + 1);
    // Or the machine, for nests that say nothing.
    n.pass = 0;
    a.pass_overlap = true;
    EXPECT_EQ(run().cycles, r.cycles);
}

TEST_F(NestCycles, PsumsLeaveWithTheLastProductOrInACycleOfTheirOwn)
{
    a.refill = PE_REFILL_LAST_USE;
    a.psum_add = PSUM_ADD_LAST_PRODUCT;
    time_loop(LEVEL_L2, NEST_Q, 4);
    time_loop(LEVEL_L2, NEST_S, 4);
    EXPECT_EQ(run().cycles, 4u * (2 + 4 + 1));
    a.pipeline_cycles = 3;
    EXPECT_EQ(run().cycles, 4u * (2 + 4 + 3));
}

TEST_F(NestCycles, TheFirstSlotOfAPassWaitsForL2)
{
    a.refill = PE_REFILL_LAST_USE;
    a.l2_latency_cycles = 5;
    time_loop(LEVEL_L2, NEST_Q, 4);
    time_loop(LEVEL_L2, NEST_S, 4);
    layer_result r = run();
    EXPECT_EQ(r.cycles, 4u * (5 + 8));
    EXPECT_EQ(r.array_cycles, 4u * 6);
    EXPECT_EQ(r.ledger_pe_cycles[LEDGER_wait_dram], 4u * (5 + 2));
}

TEST_F(NestCycles, PsumsThatComeBackJoinOnTheirWayOut)
{
    // for s: for q.  A pass has one weight and four outputs, a MAC and an
    // addition each; what comes back is there before.
    a.refill = PE_REFILL_LAST_USE;
    time_loop(LEVEL_L2, NEST_S, 4);
    time_loop(LEVEL_L2, NEST_Q, 4);
    layer_result r = run();
    EXPECT_EQ(r.cycles, 4u * (2 + 4 * 2 + 1));
    EXPECT_EQ(r.counts.access[LEVEL_L2][TENSOR_PSUM].reads, 12u + 4);
    EXPECT_EQ(r.counts.access[LEVEL_L2][TENSOR_PSUM].writes, 16u);
    EXPECT_EQ(r.counts.access[LEVEL_RF][TENSOR_PSUM].reads, 16u);
    EXPECT_EQ(r.counts.access[LEVEL_RF][TENSOR_PSUM].writes, 16u);
}

TEST_F(NestCycles, PsumsInAndOutShareAPortOfABank)
{
    // All psums lie in one bank, and fifos hold a word, so that a MAC is issued
    // every other cycle: in 2, 4, 6 and 8; its psum is written in the next
    // cycle, in which the next one is read.  At one port the read goes first,
    // as the fifo is empty; the write is a cycle late, and so is the room for
    // the next psum: MACs in 2, 5, 8 and 11 in each of the three passes that
    // read.
    a.refill = PE_REFILL_LAST_USE;
    a.psum_add = PSUM_ADD_LAST_PRODUCT;
    a.fifo_words = 1;
    time_loop(LEVEL_L2, NEST_S, 4);
    time_loop(LEVEL_L2, NEST_Q, 4);
    const uint64_t two_ports = run().cycles;
    a.l2_ports = BANK_1RW;
    const uint64_t one_port = run().cycles;
    EXPECT_EQ(one_port, run(true).cycles);
    EXPECT_EQ(two_ports, 4u * (8 + 2));
    EXPECT_EQ(one_port, (8u + 2) + 3 * (11 + 2));
}

TEST_F(NestCycles, AWideSlotTakesTheCyclesThatItsBanksNeed)
{
    // Four filters of one weight, which are held, and an input each step; MACs
    // wait for all of a step's words.  The filters lie in one bank: a word a
    // cycle; with rows of two words they come in two cycles.
    ASSERT_TRUE(layer_parse_shape("M=4,C=1,H=1,W=4,R=1,S=1", &l, d_));
    a.refill = PE_REFILL_LAST_USE;
    a.start = PE_START_WINDOW;
    a.rf_words[TENSOR_FILTER] = a.rf_words[TENSOR_PSUM] = 4;
    a.network[NETWORK_FILTER].words_per_slot = 4;
    time_loop(LEVEL_L2, NEST_Q, 4);
    time_loop(LEVEL_RF, NEST_M, 4);
    EXPECT_EQ(run().cycles, 5u + 4 * (4 + 4) + 1);
    a.l2_bank_row_words = 2;
    EXPECT_EQ(run().cycles, 3u + 4 * (4 + 4) + 1);
}

TEST_F(NestCycles, APeWithoutWorkInAStepDrains)
{
    // 3 PEs, 4 outputs, one pass: in its second step one of them has work, and
    // goes on from cycle 7 to 11; the others, whose first words came a cycle
    // later each, are done after 7 and 8.
    a.cols = 4;
    a.refill = PE_REFILL_LAST_USE;
    a.rf_words[TENSOR_FILTER] = a.rf_words[TENSOR_IFMAP] = 8;
    time_loop(LEVEL_L2, NEST_Q, 2);
    time_loop(LEVEL_RF, NEST_S, 4);
    nest_append(&n.level[LEVEL_L2].cols, NEST_Q, 3);
    layer_result r = run();
    EXPECT_EQ(r.active_pes, 3);
    EXPECT_EQ(r.ledger_pe_cycles[LEDGER_idle_mapping], r.array_cycles);
    EXPECT_EQ(r.ledger_pe_cycles[LEDGER_idle_edge], 0u);
    EXPECT_EQ(r.ledger_pe_cycles[LEDGER_mac], 16u);
    EXPECT_EQ(r.ledger_pe_cycles[LEDGER_psum], 4u);
    EXPECT_EQ(r.cycles, 13u);
    EXPECT_EQ(r.ledger_pe_cycles[LEDGER_drain], 4u + 3);
    EXPECT_EQ(r.bounds_cycles[BOUND_macs], 16u / 4);
    EXPECT_EQ(r.bounds_cycles[BOUND_busiest_pe], 2u * 4);
}

// Where a named dataflow's loops are a nest's, so are its counts.
class NamedDataflow : public NestCycles
{
  protected:
    void SetUp() override
    {
        a.psum_add = PSUM_ADD_OWN_CYCLE;
        a.l2_bytes = 1 << 16;
        for (int &words : a.rf_words)
            words = 4;
    }
    using params = std::vector<std::pair<const char *, int>>;
    counts closed_form(const char *dataflow_name, const params &list)
    {
        const dataflow *flow = dataflow_find(dataflow_name);
        given_mapping given = {};
        mapping m = {};
        counts c = {};
        for (const auto &param : list) {
            given_param &to = given.param[given.n++];
            std::snprintf(to.name, sizeof(to.name), "%s", param.first);
            to.value = param.second;
        }
        EXPECT_TRUE(flow->choose(&a, &l, &given, &m, d_)) << diag_text(d_, 0);
        flow->expect(&a, &l, &m, &c);
        return c;
    }
    void expect_nest_counts(counts want)
    {
        counts got = {};
        nest_expect(&a, &l, &n, &got);
        const uint64_t *x = reinterpret_cast<const uint64_t *>(&got);
        const uint64_t *y = reinterpret_cast<const uint64_t *>(&want);
        for (size_t i = 0; i < sizeof(want) / sizeof(uint64_t); i++)
            EXPECT_EQ(x[i], y[i]) << "counter " << i;
        layer_result r = run();
        EXPECT_EQ(0, std::memcmp(&r.counts, &got, sizeof(got)));
    }
};

TEST_F(NamedDataflow, OutputStationaryIsANest)
{
    // Blocks of 4 outputs of a row, then folds of filters; 27 products, one a
    // step; two groups of PEs on 3 filters each.
    a.rows = 2;
    a.cols = 4;
    ASSERT_TRUE(layer_parse_shape("N=2,M=12,C=3,H=7,W=10,R=3,S=3", &l, d_));
    time_loop(LEVEL_L2, NEST_N, 2);
    time_loop(LEVEL_L2, NEST_P, 5);
    time_loop(LEVEL_L2, NEST_Q, 2);
    time_loop(LEVEL_L2, NEST_M, 2);
    time_loop(LEVEL_L2, NEST_C, 3);
    time_loop(LEVEL_L2, NEST_R, 3);
    time_loop(LEVEL_L2, NEST_S, 3);
    nest_append(&n.level[LEVEL_L2].rows, NEST_M, 2);
    nest_append(&n.level[LEVEL_L2].cols, NEST_Q, 4);
    time_loop(LEVEL_RF, NEST_M, 3);
    expect_nest_counts(closed_form("os", {{"x", 4},
                                          {"t", 2},
                                          {"p", 3},
                                          {"m", 12},
                                          {"n", 2},
                                          {"e", 5},
                                          {"c", 3},
                                          {"f", 12}}));
}

TEST_F(NamedDataflow, WeightStationaryIsANest)
{
    // A channel's 9 products down the rows, 2 filters in each of 4 columns;
    // outputs stream.
    a.rows = 9;
    a.cols = 4;
    ASSERT_TRUE(layer_parse_shape("M=8,C=2,H=6,W=6,R=3,S=3", &l, d_));
    time_loop(LEVEL_L2, NEST_C, 2);
    time_loop(LEVEL_L2, NEST_P, 4);
    time_loop(LEVEL_L2, NEST_Q, 4);
    nest_append(&n.level[LEVEL_L2].rows, NEST_R, 3);
    nest_append(&n.level[LEVEL_L2].rows, NEST_S, 3);
    nest_append(&n.level[LEVEL_L2].cols, NEST_M, 4);
    time_loop(LEVEL_RF, NEST_M, 2);
    expect_nest_counts(closed_form("ws", {{"m", 8},
                                          {"n", 1},
                                          {"e", 4},
                                          {"c", 2},
                                          {"f", 8},
                                          {"p", 2},
                                          {"q", 1}}));
}

} // namespace
