// groups_test.cpp - groups of a layer side by side: how many PEs they give work
// to on shipped machines, and what a network then carries.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstring>

#include "dataflows/program.h"
#include "sim/config/config.h"
#include "sim/config/layer_text.h"
#include "sim/config/workload.h"
#include "test/messages.h"
#include "test/random_layer.h"

namespace
{

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
