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

TEST_F(NestCycles, AMacFollowsItsWordsWhereOnlyOneTileFits)
{
    // 16 steps: a cycle for the weight and the input side by side, one for
    // the MAC; after each of 4 outputs a cycle until its psum is gone, for the
    // next has no room before.  It goes while the next words come, but for the
    // last one.
    time_loop(LEVEL_L2, NEST_Q, 4);
    time_loop(LEVEL_L2, NEST_S, 4);
    layer_result r = run();
    EXPECT_EQ(r.cycles, 16u * 2 + 1);
    EXPECT_EQ(r.ledger_pe_cycles[LEDGER_fill], 1u);
    EXPECT_EQ(r.ledger_pe_cycles[LEDGER_mac], 16u);
    EXPECT_EQ(r.ledger_pe_cycles[LEDGER_wait_filter], 15u);
    EXPECT_EQ(r.ledger_pe_cycles[LEDGER_drain], 1u);
}

TEST_F(NestCycles, TheNextWordsComeDuringAMacWhereBothTilesFit)
{
    for (int &words : a.rf_words)
        words = 2;
    time_loop(LEVEL_L2, NEST_Q, 4);
    time_loop(LEVEL_L2, NEST_S, 4);
    layer_result r = run();
    EXPECT_EQ(r.cycles, 1u + 16 + 1);
    EXPECT_EQ(r.ledger_pe_cycles[LEDGER_wait_filter], 0u);
}

TEST_F(NestCycles, TheFirstSlotWaitsForL2)
{
    a.l2_latency_cycles = 5;
    time_loop(LEVEL_L2, NEST_Q, 4);
    time_loop(LEVEL_L2, NEST_S, 4);
    layer_result r = run();
    EXPECT_EQ(r.cycles, 5u + 16 * 2 + 1);
    EXPECT_EQ(r.array_cycles, 16u * 2 + 1);
    EXPECT_EQ(r.ledger_pe_cycles[LEDGER_wait_dram], 5u);
}

TEST_F(NestCycles, PsumsComeBackBeforeTheyGrow)
{
    // for s: for q.  Each step brings an input; each of 4 weights once; from
    // the second weight on each psum comes back, after the one before has
    // gone: three cycles a step, two for the first four (psum out beside the
    // input in).
    time_loop(LEVEL_L2, NEST_S, 4);
    time_loop(LEVEL_L2, NEST_Q, 4);
    layer_result r = run();
    EXPECT_EQ(r.cycles, 4u * 2 + 12 * 3 + 1);
    EXPECT_EQ(r.counts.access[LEVEL_L2][TENSOR_PSUM].reads, 12u + 4);
    EXPECT_EQ(r.counts.access[LEVEL_L2][TENSOR_PSUM].writes, 16u);
}

TEST_F(NestCycles, PsumsInAndOutTakeTurnsAtOnePort)
{
    // Room for two of each.  A word, and 4 MACs of psums that begin at 0; then
    // psums come back.  One comes during a MAC only when none is on its way
    // out, so of two steps the second's comes early and the first's waits for a
    // cycle, in which the psum before goes too: 6 times 3 cycles.  At one port
    // that cycle becomes two.  The last psum goes.
    for (int &words : a.rf_words)
        words = 2;
    time_loop(LEVEL_L2, NEST_S, 4);
    time_loop(LEVEL_L2, NEST_Q, 4);
    uint64_t two_ports = run().cycles;
    a.l2_ports = BANK_1RW;
    uint64_t one_port = run().cycles;
    EXPECT_EQ(one_port, run(true).cycles);
    EXPECT_EQ(two_ports, 1u + 4 + 6 * 3 + 1);
    EXPECT_EQ(one_port, two_ports + 6);
}

TEST_F(NestCycles, AWideSlotTakesTheCyclesThatItsBanksNeed)
{
    // A tile of 4 weights fills one bank, which gives a word a cycle: a slot
    // of 4 words takes 4 cycles; from two banks it takes 2.
    a.rf_words[TENSOR_FILTER] = 4;
    a.rf_words[TENSOR_PSUM] = 2;
    a.network[NETWORK_FILTER].words_per_slot = 4;
    time_loop(LEVEL_L2, NEST_Q, 4);
    time_loop(LEVEL_RF, NEST_S, 4);
    a.rf_words[TENSOR_IFMAP] = 8;
    // Four cycles for the weights and the first window; then a window's new
    // word comes while the PE works.
    EXPECT_EQ(run().cycles, 4u + 16 + 1);
    a.l2_bank_row_words = 2;
    a.rf_words[TENSOR_IFMAP] = 8;
    a.network[NETWORK_IFMAP].words_per_slot = 4;
    EXPECT_EQ(run().cycles, 2u + 16 + 1);
}

TEST_F(NestCycles, APeWithASmallerTileIdlesAtTheEdge)
{
    // 3 PEs, 4 outputs: the second step has one of them work for 4 cycles.
    a.cols = 4;
    a.rf_words[TENSOR_FILTER] = a.rf_words[TENSOR_IFMAP] = 8;
    time_loop(LEVEL_L2, NEST_Q, 2);
    time_loop(LEVEL_RF, NEST_S, 4);
    nest_append(&n.level[LEVEL_L2].cols, NEST_Q, 3);
    layer_result r = run();
    EXPECT_EQ(r.active_pes, 3);
    EXPECT_EQ(r.ledger_pe_cycles[LEDGER_idle_mapping], r.array_cycles);
    EXPECT_GE(r.ledger_pe_cycles[LEDGER_idle_edge], 2u * 4);
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

TEST_F(NamedDataflow, WeightStationaryIsANestButForPsumsThatComeBack)
{
    // A channel's 9 products down the rows, 2 filters in each of 4 columns;
    // outputs stream.  A nest's psums that come back are written to RF and
    // read there; the columns of ws add them as they pass.
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
    counts want = closed_form(
        "ws",
        {{"m", 8}, {"n", 1}, {"e", 4}, {"c", 2}, {"f", 8}, {"p", 2}, {"q", 1}});
    uint64_t back = want.link[LINK_psum_in].words_sent;
    EXPECT_EQ(back, 8u * 4 * 4);
    want.access[LEVEL_RF][TENSOR_PSUM].reads += back;
    want.access[LEVEL_RF][TENSOR_PSUM].writes += back;
    expect_nest_counts(want);
}

} // namespace
