// groups_test.cpp - groups of a layer side by side: how many PEs they give work
// to on shipped machines, and what a network then carries.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "dataflows/gemm/gemm.h"
#include "dataflows/program.h"
#include "sim/config/config.h"
#include "sim/config/layer_text.h"
#include "sim/config/workload.h"
#include "test/messages.h"
#include "test/random_layer.h"

namespace
{

// A PE counts the windows of a pass in 15 bits; more of them are in groups.
TEST(Windows, OfAGemmPassAreAllInGroupsThatACounterHolds)
{
    for (int n : {1, 2, 32766, 32767, 32768, 65533, 65534, 65535, 98301, 98302,
                  1000000, 2147483647}) {
        multicast_pass pass = {};
        gemm_windows(&pass, n);
        uint64_t sum = 0;
        for (int k = 0; k < 2; k++) {
            sum += uint64_t{pass.groups[k]} * pass.windows[k];
            EXPECT_LE(pass.windows[k], 32767u) << n;
        }
        EXPECT_EQ(uint64_t(n), sum);
    }
}

int pes_of(const arch &a, const layer &l)
{
    const dataflow *rs = dataflow_find("rs");
    const given_mapping none = {};
    Messages d;
    mapping m = {};
    static program p;
    EXPECT_TRUE(rs->choose(&a, &l, &none, &m, d)) << d.text();
    rs->compile(&a, &l, &m, &p);
    return p.sets * p.set_chains * p.rows;
}

// PEs with a letter in what rs shows of a mapping.
int letters(const arch &a, const layer &l, const mapping &m)
{
    char *text = nullptr;
    size_t bytes = 0;
    FILE *to = open_memstream(&text, &bytes);
    dataflow_find("rs")->show(&a, &l, &m, to);
    std::fclose(to);
    const std::string shown(text, bytes);
    std::free(text);
    int n = 0;
    for (size_t k = shown.find("PE array"); k + 2 < shown.size(); k++)
        n += shown[k] == ' ' && shown[k + 1] >= 'A' && shown[k + 1] <= 'Z' &&
             std::isdigit(shown[k + 2]) != 0;
    return n;
}

TEST(Show, RsGivesALetterToEachPeOfItsParallelLoops)
{
    const dataflow *rs = dataflow_find("rs");
    random_case random(6);
    for (int k = 0; k < 200; k++) {
        arch a = random.machine();
        a.array_network = NETWORK_MULTICAST;
        const layer l = random.shape();
        const given_mapping none = {};
        Messages d;
        mapping m = {};
        ASSERT_TRUE(rs->choose(&a, &l, &none, &m, d)) << d.text();
        int pes = 1;
        for (const char *name : {"g", "t", "r", "fr", "e"})
            pes *= m.value[dataflow_param_index(rs, name)];
        EXPECT_EQ(pes, letters(a, l, m)) << describe(l);
    }
}

// Where groups may lie side by side, who is asked for none takes more than one
// somewhere, and never more than allowed; who is asked for one takes one.
TEST(Groups, StationaryDataflowsPutThemSideBySide)
{
    for (const char *name : {"ws", "is", "os", "rs"}) {
        const dataflow *flow = dataflow_find(name);
        const int g = dataflow_param_index(flow, "g");
        random_case random(8);
        int some = 0;
        for (int k = 0; k < 60; k++) {
            arch a = random.machine();
            a.array_network = NETWORK_MULTICAST;
            a.groups_parallel = random.pick(1, 4);
            layer l = random.shape();
            l.G = 4;
            l.M = 4 * random.pick(1, 2);
            l.C = 4;
            Messages d;
            ASSERT_TRUE(layer_finish(&l, src_pos{}, d)) << d.text();
            given_mapping given = {};
            mapping m = {};
            if (!flow->choose(&a, &l, &given, &m, d))
                continue;
            EXPECT_LE(m.value[g], a.groups_parallel) << name;
            some += m.value[g] > 1;
            std::strcpy(given.param[given.n++].name, "g");
            given.param[0].value = 1;
            if (flow->choose(&a, &l, &given, &m, d)) {
                EXPECT_EQ(1, m.value[g]) << name;
            }
        }
        EXPECT_GT(some, 5) << name;
    }
}

// On each depthwise layer of MobileNetV2 of 14 x 14 outputs and more.
template <class Expect>
void for_each_depthwise(const char *machine, Expect expect)
{
    Messages d;
    config *cfg = config_load(machine, nullptr, 0, d);
    ASSERT_NE(cfg, nullptr) << d.text();
    workload *w = workload_load("mobilenetv2", src_pos{}, d);
    ASSERT_NE(w, nullptr) << d.text();
    ASSERT_TRUE(workload_set_batch(w, 1, src_pos{}, d));
    arch one = *config_arch(cfg);
    one.groups_parallel = 1;
    int seen = 0;
    for (int k = 0; k < w->n_layers; k++) {
        const layer &l = w->layer[k];
        if (l.G == 1 || l.P < 14)
            continue;
        seen++;
        expect(l, pes_of(*config_arch(cfg), l), pes_of(one, l));
    }
    EXPECT_EQ(seen, 13);
    workload_free(w);
    config_free(cfg);
}

TEST(Groups, GiveWorkToHalfOfEyerissV2)
{
    for_each_depthwise("eyeriss_v2_dense",
                       [](const layer &l, int pes, int one) {
                           EXPECT_GE(pes, 96) << l.name;
                           EXPECT_GE(pes, one) << l.name;
                       });
}

// Rows of 112 and 56 outputs fill the array as they are.
TEST(Groups, GiveWorkToTwiceThePesOfEyerissOrToAll)
{
    for_each_depthwise("eyeriss", [](const layer &l, int pes, int one) {
        EXPECT_GE(pes, std::min(2 * one, 168)) << l.name;
    });
}

// Four sets of 3 x 4 PEs, a channel each: a set's ifmap words go to no other.
TEST(Groups, HaveIfmapWordsOfTheirOwn)
{
    arch a = random_case(5).machine();
    a.rows = 12;
    a.cols = 4;
    a.groups_parallel = 4;
    a.rf_words[TENSOR_IFMAP] = 3;
    std::strcpy(a.dram_model, "ideal");
    layer l = {};
    Messages d;
    ASSERT_TRUE(layer_parse_shape("N=1,G=8,M=8,C=8,H=6,W=6,R=3,S=3", &l, d));
    given_mapping given = {};
    std::strcpy(given.param[0].name, "g");
    given.param[0].value = 4;
    given.n = 1;
    simulate_options o = {};
    o.check = true;
    layer_result r = {};
    ASSERT_TRUE(simulate_chosen(&a, &l, "rs", &given, &o, &r, d)) << d.text();
    EXPECT_EQ(r.check_mismatches, 0u);
    EXPECT_EQ(r.passes, 2u);
    EXPECT_EQ(r.active_pes, 48);
    const link_words &ifmap = r.counts.link[LINK_ifmap];
    EXPECT_EQ(ifmap.words_sent, 8u * 6 * 6);       // each word once
    EXPECT_EQ(ifmap.words_delivered, 8u * 12 * 6); // 3 x 4 PEs a row each
    const link_words &filter = r.counts.link[LINK_filter];
    EXPECT_EQ(filter.words_sent, 8u * 9);
    EXPECT_EQ(filter.words_delivered, 8u * 9 * 4);
}

// The dataflows that see a layer as a GEMM give groups side by side columns
// (ws, is) or PEs (os) of their own: as many words move in fewer passes.
TEST(Groups, StandSideBySideUnderTheOtherDataflows)
{
    // Both in mappings that differ in g alone.
    static const struct {
        const char *flow, *param;
        int value;
    } cases[] = {{"ws", "q", 1}, {"is", "p", 8}, {"os", "x", 16}};
    for (const auto &c : cases) {
        arch a = random_case(5).machine();
        a.rows = 9;
        a.cols = 8;
        a.psum_reduce = PSUM_CHAIN;
        a.rows_hold[0] = a.cols_hold[0] = '\0';
        a.l2_bytes = 1 << 16;
        a.fifo_words = 16;
        a.network[NETWORK_IFMAP].slots_per_cycle = 8;
        for (int &words : a.rf_words)
            words = 12;
        std::strcpy(a.dram_model, "ideal");
        layer l = {};
        Messages d;
        ASSERT_TRUE(
            layer_parse_shape("N=1,G=8,M=8,C=8,H=6,W=6,R=3,S=3", &l, d));
        given_mapping given = {};
        std::strcpy(given.param[0].name, "g");
        std::strcpy(given.param[1].name, c.param);
        given.param[1].value = c.value;
        given.n = 2;
        simulate_options o = {};
        o.check = true;
        layer_result r[2] = {};
        for (int k = 0; k < 2; k++) {
            a.groups_parallel = k == 0 ? 1 : 4;
            given.param[0].value = a.groups_parallel;
            ASSERT_TRUE(simulate_chosen(&a, &l, c.flow, &given, &o, &r[k], d))
                << c.flow << d.text();
            EXPECT_EQ(r[k].check_mismatches, 0u) << c.flow;
        }
        EXPECT_LT(r[1].passes, r[0].passes) << c.flow;
        EXPECT_LE(r[1].cycles, r[0].cycles) << c.flow;
        EXPECT_EQ(r[1].counts.macs, r[0].counts.macs);
        EXPECT_EQ(r[1].active_pes, 4 * r[0].active_pes) << c.flow;
        EXPECT_EQ(std::memcmp(&r[1].counts, &r[0].counts, sizeof(r[0].counts)),
                  0)
            << c.flow;
    }
}

// What cannot be is refused, with the reason.
TEST(Groups, AreRefusedWhereTheNetworksHaveNoWordsOfTheirOwn)
{
    layer l = {};
    Messages parse;
    ASSERT_TRUE(
        layer_parse_shape("N=1,G=8,M=16,C=8,H=6,W=6,R=3,S=3", &l, parse));
    static const struct {
        const char *flow, *says;
        network_type network;
        psum_reduce reduce;
        int parallel, m;
    } cases[] = {
        {"ws", "systolic array streams", NETWORK_SYSTOLIC, PSUM_CHAIN, 4, 0},
        {"is", "adder trees", NETWORK_MULTICAST, PSUM_TREE, 4, 0},
        {"os", "adder trees", NETWORK_MULTICAST, PSUM_TREE, 4, 0},
        {"os", "'array.groups_parallel' is less", NETWORK_MULTICAST, PSUM_CHAIN,
         2, 0},
        {"ws", "whole groups", NETWORK_MULTICAST, PSUM_CHAIN, 4, 1},
    };
    for (const auto &c : cases) {
        arch a = random_case(5).machine();
        a.rows = 9;
        a.cols = 8;
        a.rows_hold[0] = a.cols_hold[0] = '\0';
        a.array_network = c.network;
        a.psum_reduce = c.reduce;
        a.groups_parallel = c.parallel;
        given_mapping given = {};
        std::strcpy(given.param[0].name, "g");
        given.param[0].value = 4;
        std::strcpy(given.param[1].name, "m");
        given.param[1].value = c.m;
        given.n = c.m > 0 ? 2 : 1;
        mapping m = {};
        Messages d;
        EXPECT_FALSE(dataflow_find(c.flow)->choose(&a, &l, &given, &m, d));
        EXPECT_NE(d.text().find(c.says), std::string::npos) << d.text();
    }
}

// A group that is not whole in a pass has no place beside others.
TEST(Groups, StandSideBySideAsWholes)
{
    arch a = random_case(5).machine();
    a.rows = 12;
    a.cols = 4;
    a.groups_parallel = 4;
    layer l = {};
    std::snprintf(l.name, sizeof(l.name), "grouped");
    l.N = 1;
    l.G = 2;
    l.M = l.C = 8;
    l.H = l.W = 6;
    l.R = l.S = 3;
    layer_set_steps(&l, 1, 0, 1);
    Messages d;
    ASSERT_TRUE(layer_finish(&l, src_pos{nullptr, 0}, d));
    const dataflow *rs = dataflow_find("rs");
    given_mapping given = {};
    mapping m = {};
    std::strcpy(given.param[0].name, "g");
    given.param[0].value = 2;
    std::strcpy(given.param[1].name, "m");
    given.param[1].value = 3;
    given.n = 2;
    EXPECT_FALSE(rs->choose(&a, &l, &given, &m, d));
    EXPECT_NE(d.text().find("whole groups"), std::string::npos) << d.text();
}

// An axis that may hold other loops only has no place for groups.
TEST(Groups, NeedAxesThatHoldThem)
{
    arch a = random_case(5).machine();
    a.groups_parallel = 4;
    EXPECT_EQ(arch_groups_max(&a), 4);
    std::strcpy(a.rows_hold, "gmcpr");
    std::strcpy(a.cols_hold, "gmcp");
    EXPECT_EQ(arch_groups_max(&a), 4);
    std::strcpy(a.cols_hold, "mcp");
    EXPECT_EQ(arch_groups_max(&a), 1);
}

} // namespace
