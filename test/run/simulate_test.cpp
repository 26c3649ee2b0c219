// simulate_test.cpp - how a layer ends that does not, and passes as long as
// they may be.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <string>

#include "sim/run/kernel.h"
#include "test/messages.h"
#include "test/random_layer.h"

namespace
{

class Simulate : public testing::Test
{
  protected:
    static layer named(const char *name)
    {
        layer l = {};
        std::snprintf(l.name, sizeof(l.name), "%s", name);
        l.N = l.G = l.M = l.C = l.H = l.W = l.R = l.S = 1;
        layer_set_steps(&l, 1, 0, 1);
        return l;
    }

    arch machine(network_type network)
    {
        arch a = random_case(11).machine();
        a.array_network = network;
        a.rows = a.cols = 4;
        return a;
    }

    // Runs a layer on a machine whose every pass ends in the given way, and
    // returns what is said of it.
    std::string said(const arch &a, const char *flow, run_end end)
    {
        static run_end ends;
        ends = end;
        const kernel kernel = {
            nullptr, nullptr,
            [](void *, array_side *, uint64_t) { return ends; }, nullptr};
        simulate_options o = {};
        given_mapping none = {};
        layer_result r = {};
        layer l = named("one");
        diag_clear(d);
        EXPECT_TRUE(layer_finish(&l, src_pos{nullptr, 0}, d));
        o.kernel = &kernel;
        EXPECT_FALSE(simulate_chosen(&a, &l, flow, &none, &o, &r, d));
        EXPECT_EQ(diag_status(d), EXIT_MACHINE);
        return d.text();
    }

    Messages d;
};

TEST_F(Simulate, ADeadlockIsBlamedOnWhatTheMachineHas)
{
    arch a = machine(NETWORK_SYSTOLIC);
    std::string text = said(a, "ws", RUN_DEADLOCK);
    EXPECT_NE(text.find("deadlocked"), std::string::npos) << text;
    EXPECT_NE(text.find("report it"), std::string::npos) << text;
    EXPECT_EQ(text.find("fifo"), std::string::npos) << text;

    a.array_network = NETWORK_MULTICAST;
    text = said(a, "rs", RUN_DEADLOCK);
    EXPECT_NE(text.find("; deepen 'pe.fifo_words'\n"), std::string::npos)
        << text;

    random_case(12).add_l1(&a, L2_TO_L1_MULTICAST);
    text = said(a, "rs", RUN_DEADLOCK);
    EXPECT_NE(text.find("; deepen 'pe.fifo_words' or 'l1.input_slots'\n"),
              std::string::npos)
        << text;
    a.l2_to_l1 = L2_TO_L1_MESH;
    text = said(a, "rs", RUN_DEADLOCK);
    EXPECT_NE(text.find("or 'noc.mesh_buffer_flits'\n"), std::string::npos)
        << text;
}

TEST_F(Simulate, AMachineThatIsOnlyLateIsNotSaidToStandStill)
{
    for (network_type network : {NETWORK_SYSTOLIC, NETWORK_MULTICAST}) {
        std::string text = said(machine(network), "ws", RUN_LIMIT);
        EXPECT_NE(text.find("passed --max-cycles with 0 of 1 passes done; "
                            "raise the limit"),
                  std::string::npos)
            << text;
    }
}

TEST_F(Simulate, ALimitHoldsUntilTheOfmapIsInDram)
{
    given_mapping none = {};
    layer l = named("small");
    l.C = 2;
    l.H = l.W = 4;
    ASSERT_TRUE(layer_finish(&l, src_pos{nullptr, 0}, d));
    for (network_type network : {NETWORK_SYSTOLIC, NETWORK_MULTICAST}) {
        arch a = machine(network);
        std::strcpy(a.dram_model, "bandwidth");
        a.dram_bytes_per_second = 20000000;
        a.carries = CARRIES_ALL;
        simulate_options o = {};
        layer_result r = {};
        ASSERT_TRUE(simulate_chosen(&a, &l, "os", &none, &o, &r, d));
        o.max_cycles = r.cycles;
        EXPECT_TRUE(simulate_chosen(&a, &l, "os", &none, &o, &r, d));
        o.max_cycles--;
        diag_clear(d);
        EXPECT_FALSE(simulate_chosen(&a, &l, "os", &none, &o, &r, d));
        EXPECT_NE(
            d.text().find("raise the limit to " + std::to_string(r.cycles)),
            std::string::npos)
            << d.text();
    }
}

// Groups of windows, and words beside each other, past 32767.
TEST_F(Simulate, LongPassesAreRight)
{
    arch a = machine(NETWORK_MULTICAST);
    a.l2_bytes = 1 << 26;
    given_mapping none = {};
    simulate_options o = {};
    layer_result r = {};
    o.check = true;
    layer l = named("images");
    l.N = 65535;
    ASSERT_TRUE(layer_finish(&l, src_pos{nullptr, 0}, d));
    ASSERT_TRUE(simulate_chosen(&a, &l, "rs", &none, &o, &r, d)) << d.text();
    EXPECT_EQ(r.passes, 1u);
    EXPECT_EQ(r.check_outputs, 65535u);
    EXPECT_EQ(r.check_mismatches, 0u);

    l = named("products");
    l.C = 32767;
    l.W = 6;
    ASSERT_TRUE(layer_finish(&l, src_pos{nullptr, 0}, d));
    a.psum_reduce = PSUM_TREE;
    a.tree_accumulates = true;
    a.rows = 1;
    a.rf_words[TENSOR_IFMAP] = a.rf_words[TENSOR_FILTER] = ARCH_RF_WORDS_MAX;
    a.network[NETWORK_IFMAP] = {1, 1}; // three columns wait for ifmaps
    a.network[NETWORK_FILTER] = {4, 4};
    given_mapping x = {};
    std::strcpy(x.param[x.n].name, "x");
    x.param[x.n++].value = 3;
    ASSERT_TRUE(simulate_chosen(&a, &l, "os", &x, &o, &r, d)) << d.text();
    EXPECT_EQ(r.passes, 1u);
    EXPECT_EQ(r.check_mismatches, 0u);
}

} // namespace
