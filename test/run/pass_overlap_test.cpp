// pass_overlap_test.cpp - passes of the named dataflows that overlap
// (`pass.overlap`) move the same words in no more time, whoever steps them.
// monotone_test.cpp has them where DRAM takes time, named_nest_test.cpp their
// cycles beside those of nests.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "dataflows/dataflow.h"
#include "sim/array/array_side.h"
#include "sim/array/overlap/overlap_run.h"
#include "sim/run/kernel.h"
#include "test/array/shuffler.h"
#include "test/messages.h"
#include "test/random_layer.h"
#include "test/sample.h"
#include "test/simulate_chosen.h"

namespace
{

class Overlap : public testing::TestWithParam<const char *>
{
  protected:
    Overlap() : random_(5150)
    {
    }

    arch machine()
    {
        arch a = random_.machine();
        a.array_network = NETWORK_MULTICAST;
        random_.choose_for(GetParam(), &a);
        a.psum_reduce = PSUM_CHAIN;
        a.rows_hold[0] = a.cols_hold[0] = '\0';
        return a;
    }

    bool choose(const arch &a, const layer &l, layer_mapping *out)
    {
        return chosen_mapping(a, l, GetParam(), out);
    }

    random_case random_;
};

void expect_equal(const layer_result &a, const layer_result &b, const layer &l)
{
    EXPECT_EQ(a.cycles, b.cycles) << describe(l);
    EXPECT_EQ(a.array_cycles, b.array_cycles) << describe(l);
    EXPECT_EQ(a.passes, b.passes) << describe(l);
    EXPECT_EQ(std::memcmp(&a.counts, &b.counts, sizeof(a.counts)), 0)
        << describe(l);
    for (int c = 0; c < LEDGER_N; c++)
        EXPECT_EQ(a.ledger_pe_cycles[c], b.ledger_pe_cycles[c])
            << ledger_name[c] << ", " << describe(l);
}

TEST_P(Overlap, MovesTheSameWordsAndIsNeverSlower)
{
    int sooner = 0, ran = 0;
    uint64_t apart_cycles = 0, cycles = 0;
    for (int k = 0, end = sample(24, "random layers"); k < end; k++) {
        arch a = machine();
        const layer l = random_.shape();
        layer_mapping m = {};
        if (!choose(a, l, &m))
            continue;
        simulate_options o = {};
        o.memo = k % 2 == 0;
        o.check = k % 3 == 0;
        const layer_result apart = simulated(a, l, m, o);
        a.pass_overlap = true;
        const layer_result together = simulated(a, l, m, o);
        ran++;
        EXPECT_EQ(together.passes, apart.passes);
        EXPECT_EQ(
            std::memcmp(&together.counts, &apart.counts, sizeof(apart.counts)),
            0)
            << describe(l);
        EXPECT_EQ(together.active_pes, apart.active_pes);
        if (std::strcmp(a.dram_model, "ideal") == 0) {
            EXPECT_LE(together.cycles, apart.cycles) << describe(l);
        }
        EXPECT_EQ(together.check_mismatches, 0u) << describe(l);
        EXPECT_EQ(together.checked, o.check);
        sooner += together.cycles < apart.cycles;
        apart_cycles += apart.cycles;
        cycles += together.cycles;
        for (int b = 0; b < BOUND_N; b++)
            EXPECT_LE(together.bounds_cycles[b], together.cycles) << b;
    }
    std::printf("%s: %d of %d end sooner; %.1f %% of the cycles\n", GetParam(),
                sooner, ran, 100.0 * double(cycles) / double(apart_cycles));
    EXPECT_GT(sooner, ran / 10);
}

TEST_P(Overlap, TakesTheSameCyclesWhoeverStepsIt)
{
    for (int k = 0, end = sample(6, "random layers"); k < end; k++) {
        arch a = machine();
        a.pass_overlap = true;
        const layer l = random_.shape();
        layer_mapping m = {};
        if (!choose(a, l, &m))
            continue;
        simulate_options o = {};
        const layer_result want = simulated(a, l, m, o);
        o.memo = true;
        expect_equal(simulated(a, l, m, o), want, l);
        o.memo = false;
        shuffler shuffled = {
            k % 2 ? BLOCK_GRAIN_PE : BLOCK_GRAIN_ARRAY, std::mt19937(1), {}};
        const kernel kernel = {&shuffled, shuffler::assembled,
                               shuffler::run_pass, nullptr};
        o.kernel = &kernel;
        expect_equal(simulated(a, l, m, o), want, l);
    }
}

// Steps an array until its pass is done.
pass_outcome outcome_of(array_side *side, const void *pass)
{
    pass_outcome out = {};
    array_side_issue(side, pass);
    while (!array_side_is_done(side))
        if (array_side_step(side, UINT64_MAX) == 0) {
            ADD_FAILURE() << "stands still";
            break;
        }
    array_side_finish(side, &out);
    return out;
}

// A pass alone, on the machine of passes that overlap, takes what it takes on
// the one that knows its dataflow: two machines written apart.
TEST_P(Overlap, OfOnePassTakesItsCycles)
{
    int passes = 0;
    for (int k = 0, end = sample(16, "random layers"); k < end; k++) {
        arch a = machine();
        const layer l = random_.shape();
        layer_mapping m = {};
        program p = {};
        if (!choose(a, l, &m))
            continue;
        m.dataflow->compile(&a, &l, &m.mapping, &p);
        array_side *apart = array_side_new(&p, nullptr);
        p.arch.pass_overlap = true;
        array_side *together = array_side_new(&p, nullptr);
        int n;
        const probe_pes none = {};
        array_side_probes(together, &none, &n); // also passes of their own
        cursor at;
        cursor_start(&at);
        pass one = {};
        for (int i = 0; i < 12 && cursor_next(&p, &at, &one); i++, passes++) {
            overlap_pass alone = {};
            std::memcpy(&alone.work, &one.work.multicast, sizeof(alone.work));
            const overlap_run run = {1, 1, &one, &alone};
            pass_outcome want = outcome_of(apart, &one);
            pass_outcome got = outcome_of(together, &run);
            EXPECT_EQ(got.cycles, want.cycles) << describe(l);
            EXPECT_EQ(std::memcmp(&got, &want, sizeof(want)), 0)
                << describe(l) << " pass " << i;
        }
        array_side_free(apart);
        array_side_free(together);
    }
    EXPECT_GT(passes, 10);
}

INSTANTIATE_TEST_SUITE_P(, Overlap,
                         testing::Values("rs", "ws", "is", "os", "nlr"),
                         [](const auto &one) {
                             return std::string(one.param);
                         });

} // namespace
