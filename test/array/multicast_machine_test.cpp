// multicast_machine_test.cpp - the loop over lanes against the oracle, cycle
// for cycle, on the passes of random layers and machines.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sim/array/multicast_machine.h"
#include "test/array/array_oracle.h"
#include "test/random_layer.h"
#include "test/sample.h"

namespace
{

class MulticastMachine : public testing::TestWithParam<const char *>
{
};

// keeps: L1s keep tiles from pass to pass, as they do then in some.
void compare(const char *name, unsigned seed, int machines, bool l1,
             bool keeps = false)
{
    random_case random(seed);
    const dataflow *flow = dataflow_find(name);
    diag *d = diag_new();
    auto *p = new program();
    int passes = 0, kept = 0;
    for (int k = 0; k < machines; k++) {
        arch a = random.machine();
        random.choose_for(name, &a);
        if (l1)
            random.add_l1(&a, k % 2 ? L2_TO_L1_MESH : L2_TO_L1_MULTICAST);
        else
            random.split_l2(&a);
        if (keeps) {
            a.l1_keeps_tiles = true;
            a.l1_bytes *= 16;
        }
        layer l = random.shape();
        given_mapping none = {};
        mapping m = {};
        ASSERT_TRUE(flow->choose(&a, &l, &none, &m, d));
        flow->compile(&a, &l, &m, p);
        multicast_machine *machine = multicast_machine_new(p);
        cursor at;
        cursor_start(&at);
        pass one;
        for (int n = 0; n < (keeps ? 12 : 3) && cursor_next(p, &at, &one);
             n++, passes++) {
            const multicast_pass &w = one.work.multicast;
            kept += w.kept[TENSOR_FILTER] + w.kept[TENSOR_IFMAP];
            multicast_machine_issue(machine, &one.work.multicast, nullptr);
            while (!multicast_machine_is_done(machine))
                ASSERT_TRUE(multicast_machine_step(machine)) << describe(l);
            pass_counts ours = {};
            multicast_machine_counts(machine, &ours);
            pass_counts want = run_oracle(a, one.work.multicast);
            ASSERT_EQ(ours.cycles, want.cycles) << describe(l);
            ASSERT_EQ(ours.flight_cycles, want.flight_cycles) << describe(l);
            ASSERT_EQ(ours.macs, want.macs);
            if (!l1) {
                ASSERT_EQ(ours.filter_free_cycle, want.filter_free_cycle);
                ASSERT_EQ(ours.ifmap_free_cycle, want.ifmap_free_cycle);
            }
            ASSERT_EQ(ours.psum_out_words, want.psum_out_words);
            for (int c = 0; c < PE_CAUSE_N; c++)
                ASSERT_EQ(ours.pe_cycles[c], want.pe_cycles[c])
                    << "cause " << c << ", " << describe(l);
        }
        multicast_machine_free(machine);
    }
    EXPECT_GT(passes, machines);
    EXPECT_TRUE(keeps || kept == 0);
    EXPECT_TRUE(!keeps || kept > 0 || sample_is_short());
    delete p;
    diag_free(d);
}

// A dataflow without a closed form for an L1 says so and maps nothing.
void expect_refusals(const char *name, unsigned seed, int machines)
{
    random_case random(seed);
    for (int k = 0; k < machines; k++) {
        arch a = random.machine();
        random.choose_for(name, &a);
        random.add_l1(&a, k % 2 ? L2_TO_L1_MESH : L2_TO_L1_MULTICAST);
        const layer l = random.shape();
        const given_mapping none = {};
        mapping m = {};
        diag *d = diag_new();
        EXPECT_FALSE(dataflow_find(name)->choose(&a, &l, &none, &m, d));
        EXPECT_EQ(diag_count(d), 1);
        EXPECT_EQ(diag_status(d), EXIT_NO_MAPPING);
        diag_free(d);
    }
}

std::vector<const char *> all_dataflows()
{
    std::vector<const char *> all;
    for (int k = 0; dataflow_table[k] != nullptr; k++)
        all.push_back(dataflow_table[k]->name);
    return all;
}

TEST_P(MulticastMachine, TakesTheCyclesThatTheOracleTakes)
{
    compare(GetParam(), 12, sample(60, "random machines"), false);
}

TEST_P(MulticastMachine, WithL1TakesTheCyclesThatTheOracleTakesOrIsRefused)
{
    if (std::string(GetParam()) == "nlr")
        expect_refusals(GetParam(), 13, sample(30, "random machines"));
    else
        compare(GetParam(), 13, sample(30, "random machines with L1s"), true);
}

TEST_P(MulticastMachine, WithL1sThatKeepTilesTakesTheCyclesOfTheOracle)
{
    if (std::string(GetParam()) != "nlr")
        compare(GetParam(), 14, sample(15, "random machines with L1s"), true,
                true);
}

INSTANTIATE_TEST_SUITE_P(Dataflows, MulticastMachine,
                         testing::ValuesIn(all_dataflows()),
                         [](const testing::TestParamInfo<const char *> &of) {
                             return std::string(of.param);
                         });

} // namespace
