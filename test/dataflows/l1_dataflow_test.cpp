// l1_dataflow_test.cpp - rs, ws, is and os, the dataflows that run with L1, on
// machines with it and on random layers: outputs bit-exact, counters equal to
// the closed form at every level and link, PE-cycles all accounted for, what
// enters L1 leaves it.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "dataflows/dataflow.h"
#include "dataflows/program.h"
#include "sim/base/counters.h"
#include "test/random_layer.h"
#include "test/sample.h"

namespace
{

enum { SHAPES = 40 };

struct on_l1 {
    const char *flow;
    l2_to_l1 network;
    bool keeps; // tiles from pass to pass
};

class L1Dataflow : public testing::TestWithParam<on_l1>
{
  protected:
    L1Dataflow() : d_(diag_new()), flow_(dataflow_find(GetParam().flow))
    {
    }
    ~L1Dataflow() override
    {
        diag_free(d_);
    }

    arch machine(random_case &random)
    {
        arch a = random.machine();
        random.add_l1(&a, GetParam().network);
        if (GetParam().keeps) {
            a.l1_keeps_tiles = true;
            a.l1_bytes *= 16;
        }
        return a;
    }

    bool run(const arch &a, const layer &l, bool memo, bool check,
             layer_result *r)
    {
        const given_mapping given = narrow_rows(flow_->name, l);
        simulate_options o = {};
        o.memo = memo;
        o.check = check;
        bool ok = simulate_chosen(&a, &l, flow_->name, &given, &o, r, d_);
        if (!ok)
            ADD_FAILURE() << describe(l) << ": " << diag_text(d_, 0);
        return ok;
    }

    diag *d_;
    const dataflow *flow_;
};

TEST_P(L1Dataflow, ComputesRandomLayersBitExactly)
{
    random_case random(21);
    for (int k = 0, end = sample(SHAPES, "random layers"); k < end; k++) {
        arch a = machine(random);
        layer l = random.shape();
        layer_result r = {};
        ASSERT_TRUE(run(a, l, false, true, &r));
        EXPECT_EQ(r.check_outputs, uint64_t(l.N) * uint64_t(l.M) *
                                       uint64_t(l.P) * uint64_t(l.Q));
        ASSERT_EQ(r.check_mismatches, 0u) << describe(l);
    }
}

TEST_P(L1Dataflow, CountsWhatItsClosedFormSays)
{
    random_case random(22);
    for (int k = 0, end = sample(SHAPES, "random layers"); k < end; k++) {
        arch a = machine(random);
        layer l = random.shape();
        layer_result r = {};
        ASSERT_TRUE(run(a, l, true, false, &r));
        const given_mapping given = narrow_rows(flow_->name, l);
        mapping m = {};
        counts want = {};
        ASSERT_TRUE(flow_->choose(&a, &l, &given, &m, d_));
        flow_->expect(&a, &l, &m, &want);
        const struct counter *off = counters_differ(&r.counts, &want);
        ASSERT_EQ(off, nullptr) << off->path << ", " << describe(l);
    }
}

TEST_P(L1Dataflow, KeepsWordsAndChargesEveryPeCycle)
{
    random_case random(23);
    uint64_t kept = 0;
    for (int k = 0, end = sample(SHAPES, "random layers"); k < end; k++) {
        arch a = machine(random);
        layer l = random.shape();
        layer_result r = {};
        ASSERT_TRUE(run(a, l, true, false, &r));
        EXPECT_EQ(ledger_total(r.ledger_pe_cycles),
                  uint64_t(arch_pes(&a)) * r.cycles);
        for (uint64_t bound : r.bounds_cycles)
            EXPECT_LE(bound, r.cycles) << describe(l);
        const enum link into[] = {LINK_filter_l1, LINK_ifmap_l1};
        const enum link out[] = {LINK_filter, LINK_ifmap};
        const tensor what[] = {TENSOR_FILTER, TENSOR_IFMAP};
        for (int t = 0; t < 2; t++) {
            const accesses &l1 = r.counts.access[LEVEL_L1][what[t]];
            const accesses &l2 = r.counts.access[LEVEL_L2][what[t]];
            const link_words &in = r.counts.link[into[t]];
            const uint64_t sent = r.counts.link[out[t]].words_sent;
            const bool bypasses = a.l1_bypass[what[t]];
            EXPECT_EQ(l2.reads, in.words_sent);
            EXPECT_EQ(l1.writes, bypasses ? 0u : in.words_delivered);
            EXPECT_EQ(l1.reads, bypasses ? 0u : sent);
            EXPECT_GE(in.hops, in.words_delivered);
            if (!GetParam().keeps || bypasses) {
                EXPECT_EQ(in.words_delivered, sent);
            }
            EXPECT_LE(in.words_delivered, sent);
            kept += sent - in.words_delivered;
        }
    }
    EXPECT_TRUE(GetParam().keeps || kept == 0);
    EXPECT_TRUE(!GetParam().keeps || kept > 0 || sample_is_short());
}

TEST_P(L1Dataflow, RemembersPassesExactly)
{
    random_case random(24);
    for (int k = 0, end = sample(SHAPES / 2, "random layers"); k < end; k++) {
        arch a = machine(random);
        layer l = random.shape();
        layer_result fast = {}, full = {};
        ASSERT_TRUE(run(a, l, true, false, &fast));
        ASSERT_TRUE(run(a, l, false, false, &full));
        EXPECT_EQ(fast.cycles, full.cycles);
        EXPECT_EQ(fast.array_cycles, full.array_cycles);
        EXPECT_EQ(0,
                  std::memcmp(&fast.counts, &full.counts, sizeof(fast.counts)));
        EXPECT_EQ(0, std::memcmp(fast.ledger_pe_cycles, full.ledger_pe_cycles,
                                 sizeof(full.ledger_pe_cycles)));
        EXPECT_EQ(0, std::memcmp(fast.wait_dram_by, full.wait_dram_by,
                                 sizeof(full.wait_dram_by)));
    }
}

TEST_P(L1Dataflow, PutsEachPeOfAPassInAPlaceOfItsOwn)
{
    random_case random(25);
    auto *p = new program();
    for (int k = 0, end = sample(200, "random layers"); k < end; k++) {
        arch a = machine(random);
        layer l = random.shape();
        const given_mapping given = narrow_rows(flow_->name, l);
        mapping m = {};
        ASSERT_TRUE(flow_->choose(&a, &l, &given, &m, d_));
        flow_->compile(&a, &l, &m, p);
        cursor at;
        cursor_start(&at);
        pass one;
        for (int n = 0; n < 5 && cursor_next(p, &at, &one); n++) {
            const multicast_pass &w = one.work.multicast;
            const pe_sets used = {w.sets, w.set_chains, w.blocks, w.block_rows};
            std::set<std::pair<int, int>> taken;
            for (int b = 0; b < w.blocks; b++)
                for (int i = 0; i < w.block_rows; i++)
                    for (int t = 0; t < w.sets; t++)
                        for (int y = 0; y < w.set_chains; y++) {
                            pe_place pe = place_pe(&a, &used, b, i, t, y);
                            EXPECT_TRUE(pe.row >= 0 && pe.row < a.rows &&
                                        pe.col >= 0 && pe.col < a.cols)
                                << describe(l);
                            taken.insert({pe.row, pe.col});
                        }
            EXPECT_EQ(int(taken.size()),
                      w.blocks * w.block_rows * w.sets * w.set_chains)
                << describe(l);
        }
    }
    delete p;
}

std::string name_of(const testing::TestParamInfo<on_l1> &info)
{
    return std::string(info.param.flow) +
           (info.param.network == L2_TO_L1_MESH ? "_mesh" : "_multicast") +
           (info.param.keeps ? "_keeps" : "");
}

INSTANTIATE_TEST_SUITE_P(Machines, L1Dataflow,
                         testing::Values(on_l1{"rs", L2_TO_L1_MULTICAST, false},
                                         on_l1{"rs", L2_TO_L1_MESH, false},
                                         on_l1{"rs", L2_TO_L1_MULTICAST, true},
                                         on_l1{"ws", L2_TO_L1_MULTICAST, false},
                                         on_l1{"ws", L2_TO_L1_MESH, false},
                                         on_l1{"ws", L2_TO_L1_MESH, true},
                                         on_l1{"os", L2_TO_L1_MULTICAST, false},
                                         on_l1{"os", L2_TO_L1_MESH, false},
                                         on_l1{"os", L2_TO_L1_MULTICAST, true},
                                         on_l1{"is", L2_TO_L1_MULTICAST, false},
                                         on_l1{"is", L2_TO_L1_MESH, false},
                                         on_l1{"is", L2_TO_L1_MESH, true}),
                         name_of);

// Four PEs, an L1 of one bank for each pair; four outputs share one weight.
layer_result one_weight_for_four(l2_to_l1 network)
{
    arch a = random_case(1).machine();
    a.rows = 1;
    a.cols = 4;
    a.has_l1 = true;
    a.l1_bytes = 64;
    a.l1_cluster_cols = 2;
    a.l1_banks = 1;
    a.l1_bank_row_words = 4;
    a.l1_input_slots = 2;
    a.l2_to_l1 = network;
    a.l2_to_l1_slots_per_cycle = 1;
    a.mesh_buffer_flits = 2;
    layer l = {};
    std::snprintf(l.name, sizeof(l.name), "one_weight");
    l.N = l.G = l.M = l.C = l.H = l.R = l.S = 1;
    layer_set_steps(&l, 1, 0, 1);
    l.W = 4;
    diag *d = diag_new();
    const given_mapping given = {};
    simulate_options o = {};
    layer_result r = {};
    EXPECT_TRUE(layer_finish(&l, src_pos{nullptr, 0}, d));
    EXPECT_TRUE(simulate_chosen(&a, &l, "os", &given, &o, &r, d))
        << diag_text(d, 0);
    EXPECT_EQ(r.active_pes, 4);
    diag_free(d);
    return r;
}

// Sze, Chen, Yang, Emer 2020, chapter 5: to multicast from L2, one has first
// to multicast to L1; the same word is written in both banks.
TEST(L1Textbook, AWeightForFourPesIsOneL2ReadTwoL1WritesAndTwoL1Reads)
{
    for (l2_to_l1 network : {L2_TO_L1_MULTICAST, L2_TO_L1_MESH}) {
        layer_result r = one_weight_for_four(network);
        const accesses &l2 = r.counts.access[LEVEL_L2][TENSOR_FILTER];
        const accesses &l1 = r.counts.access[LEVEL_L1][TENSOR_FILTER];
        EXPECT_EQ(l2.reads, 1u);
        EXPECT_EQ(l1.writes, 2u);
        EXPECT_EQ(l1.reads, 2u);
        const link_words &to_l1 = r.counts.link[LINK_filter_l1];
        EXPECT_EQ(to_l1.words_sent, 1u);
        EXPECT_EQ(to_l1.words_delivered, 2u);
        // Bus: two deliveries.  Mesh: a link between the routers as well.
        EXPECT_EQ(to_l1.hops, network == L2_TO_L1_MESH ? 3u : 2u);
        const link_words &to_pe = r.counts.link[LINK_filter];
        EXPECT_EQ(to_pe.words_sent, 2u);
        EXPECT_EQ(to_pe.words_delivered, 4u); // each read goes to 2 PEs
        // Each PE has an input of its own: read, written and read once.
        EXPECT_EQ(r.counts.access[LEVEL_L1][TENSOR_IFMAP].writes, 4u);
        EXPECT_EQ(r.counts.access[LEVEL_L1][TENSOR_IFMAP].reads, 4u);
        EXPECT_EQ(r.counts.access[LEVEL_L1][TENSOR_PSUM].writes, 0u);
    }
}

std::string refused(const arch &a, const char *flow)
{
    layer l = {};
    std::snprintf(l.name, sizeof(l.name), "small");
    l.N = l.G = l.M = l.C = l.H = l.W = l.R = l.S = 1;
    layer_set_steps(&l, 1, 0, 1);
    diag *d = diag_new();
    given_mapping none = {};
    simulate_options o = {};
    layer_result r = {};
    EXPECT_TRUE(layer_finish(&l, src_pos{nullptr, 0}, d));
    EXPECT_FALSE(simulate_chosen(&a, &l, flow, &none, &o, &r, d));
    EXPECT_EQ(diag_status(d), EXIT_NO_MAPPING);
    std::string text = diag_text(d, 0);
    diag_free(d);
    return text;
}

TEST(L1Refusals, SayWhichKeyIsShortAndByHowMuch)
{
    arch a = random_case(1).machine();
    a.has_l1 = true;
    a.l1_cluster_cols = a.cols;
    a.l1_banks = 2;
    a.l1_bank_row_words = 4;
    a.l1_input_slots = a.l2_to_l1_slots_per_cycle = a.mesh_buffer_flits = 2;
    a.network[NETWORK_FILTER].words_per_slot = 4;
    a.network[NETWORK_IFMAP].words_per_slot = 4;
    a.l1_bytes = 16; // a row of 4 words of 16 bits in each bank: none for two
    for (const char *flow : {"rs", "ws", "os", "is"})
        EXPECT_NE(refused(a, flow).find("has no legal '" + std::string(flow) +
                                        "' mapping: L1 is short by 4 words for "
                                        "a slot of the ifmap network; the "
                                        "nearest legal is 'l1.bytes=32'"),
                  std::string::npos)
            << refused(a, flow);
    a.l1_bytes = 1024;
    a.l1_bank_row_words = 1;
    EXPECT_NE(refused(a, "rs").find("ifmap slots of 4 words are 2 words wider "
                                    "than L1's banks for them; the "
                                    "nearest legal is 'l1.bank_row_words=2'"),
              std::string::npos)
        << refused(a, "rs");
}

} // namespace
