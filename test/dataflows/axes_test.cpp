// axes_test.cpp - rows of PEs that hold channels alone, columns that hold
// filters alone: no layer is quicker than such an array could be.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstring>

#include "dataflows/nest/nest.h"
#include "sim/config/layer_text.h"
#include "test/messages.h"
#include "test/random_layer.h"
#include "test/sample.h"

namespace
{

layer_result run(const arch &a, const layer &l, const char *dataflow)
{
    Messages d;
    given_mapping none = {};
    simulate_options o = {};
    layer_result r = {};
    o.memo = true;
    o.check = true;
    EXPECT_TRUE(simulate_chosen(&a, &l, dataflow, &none, &o, &r, d))
        << d.text() << describe(l);
    EXPECT_EQ(r.check_mismatches, 0u) << describe(l);
    return r;
}

// An array of a rows x b columns makes in a cycle the products of a channels of
// one tap with b filters, of one output of one group: what there is too few of
// leaves PEs idle.
uint64_t least_cycles(const arch &a, const layer &l)
{
    const int channels = l.C / l.G, filters = l.M / l.G;
    const int steps = l.G * l.N * l.P * l.Q * l.R * l.S;
    return uint64_t(steps) * uint64_t((channels + a.rows - 1) / a.rows) *
           uint64_t((filters + a.cols - 1) / a.cols);
}

TEST(Axes, NoLayerIsQuickerThanChannelsByFiltersCouldBe)
{
    struct {
        const char *dataflow;
        network_type network;
        psum_reduce reduce;
    } const machines[] = {{"ws", NETWORK_MULTICAST, PSUM_CHAIN},
                          {"ws", NETWORK_MULTICAST, PSUM_TREE},
                          {"ws", NETWORK_SYSTOLIC, PSUM_CHAIN},
                          {"nlr", NETWORK_MULTICAST, PSUM_CHAIN},
                          {"nlr", NETWORK_MULTICAST, PSUM_TREE},
                          {"os", NETWORK_MULTICAST, PSUM_TREE}};
    const int layers = sample(12, "random layers of each machine");
    int bound = 0;
    for (const auto &m : machines) {
        random_case random(61);
        for (int k = 0; k < layers; k++) {
            arch a = random.machine();
            a.array_network = m.network;
            random.choose_for(m.dataflow, &a);
            a.psum_reduce = m.reduce;
            a.psum_add = PSUM_ADD_LAST_PRODUCT;
            std::strcpy(a.rows_hold, "c");
            std::strcpy(a.cols_hold, "m");
            std::strcpy(a.dram_model, "ideal");
            const layer l = random.shape();
            const layer_result r = run(a, l, m.dataflow);
            EXPECT_GE(r.cycles, least_cycles(a, l)) << describe(l);
            std::strcpy(a.rows_hold, "");
            bound += l.R * l.S > 1 &&
                     run(a, l, m.dataflow).cycles < least_cycles(a, l);
        }
    }
    EXPECT_TRUE(sample_is_short() || bound > 0)
        << "with taps in the rows they are quicker";
}

// 8 channels of a tap by 8 filters; a depthwise layer offers one of each.
TEST(Axes, ADepthwiseLayerUsesOnePeOfChannelsByFilters)
{
    arch a = random_case(3).machine();
    a.rows = a.cols = 8;
    a.array_network = NETWORK_MULTICAST;
    a.psum_add = PSUM_ADD_LAST_PRODUCT;
    a.l2_bytes = 163840;
    std::strcpy(a.rows_hold, "c");
    std::strcpy(a.cols_hold, "m");
    std::strcpy(a.dram_model, "ideal");
    layer l = {};
    Messages d;
    ASSERT_TRUE(
        layer_parse_shape("N=1,G=32,M=32,C=32,H=16,W=16,R=3,S=3,pad=1", &l, d));
    const layer_result r = run(a, l, "ws");
    EXPECT_EQ(r.active_pes, 1);
    EXPECT_GE(r.cycles, 32u * 16 * 16 * 3 * 3);
}

TEST(Axes, ANestPutsNoOtherLoopThere)
{
    arch a = random_case(4).machine();
    a.rows = a.cols = 4;
    layer l = {};
    l.N = l.G = l.H = l.W = 1;
    l.M = l.C = 4;
    l.R = l.S = 1;
    layer_set_steps(&l, 1, 0, 1);
    Messages d;
    ASSERT_TRUE(layer_finish(&l, src_pos{nullptr, 0}, d));
    const struct {
        const char *rows, *cols;
        nest_fault fault;
    } tried[] = {{"", "", NEST_LEGAL},
                 {"c", "m", NEST_LEGAL},
                 {"cr", "gm", NEST_LEGAL},
                 {"r", "m", NEST_ROWS_HOLD},
                 {"c", "npq", NEST_COLS_HOLD}};
    nest n = {};
    nest_start(&a, &n);
    nest_append(&n.level[LEVEL_L2].rows, NEST_C, 4);
    nest_append(&n.level[LEVEL_L2].rows, NEST_S, 1); // takes no row
    nest_append(&n.level[LEVEL_L2].cols, NEST_M, 4);
    for (const auto &t : tried) {
        nest_verdict why = {};
        std::strcpy(a.rows_hold, t.rows);
        std::strcpy(a.cols_hold, t.cols);
        nest_is_legal(&a, &l, &n, &why);
        EXPECT_EQ(why.fault, t.fault) << t.rows << " " << t.cols;
    }
}

} // namespace
