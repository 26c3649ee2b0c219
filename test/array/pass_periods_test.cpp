// pass_periods_test.cpp - a machine that skips periods inside a pass ends it in
// the same state and with the same counts as one that steps every cycle: random
// passes, longer than those of random layers.  So does the simplest pass that
// is alike. SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "dataflows/multicast_alike.h"
#include "sim/array/multicast_machine.h"
#include "sim/array/pass_periods.h"
#include "sim/run/kernel.h"
#include "test/random_layer.h"
#include "test/sample.h"

namespace
{

struct machine_free {
    void operator()(multicast_machine *m) const
    {
        multicast_machine_free(m);
    }
};
using machine_ptr = std::unique_ptr<multicast_machine, machine_free>;

// What must have been skipped at least once, or a rule was not tested.
using fired = std::map<std::string, int>;

struct tally {
    fired rules;
    uint64_t cycles = 0, skipped = 0;
    int changed = 0; // passes that were not the simplest of their kind
};

class PassPeriods : public testing::TestWithParam<const char *>
{
  protected:
    // A pass of a random layer with other loops and other banks.
    static multicast_pass stretched(random_case &random, multicast_pass d)
    {
        const int windows = random.spread(300), groups = random.spread(60);
        for (int k = 0; k < 2; k++) {
            d.windows[k] = uint32_t(random.pick(1, windows));
            d.groups[k] = uint32_t(random.pick(k == 0, groups));
        }
        if (random.pick(0, 2) == 0)
            d.windows[1] = d.windows[0];
        for (uint16_t &banks : d.banks)
            if (random.pick(0, 1) == 0)
                banks = uint16_t(random.pick(1, 12));
        return d;
    }

    static void run(multicast_machine *m, const multicast_pass &pass,
                    pass_counts *counts)
    {
        uint64_t cycles = 0;
        multicast_machine_issue(m, &pass, nullptr);
        while (!multicast_machine_is_done(m)) {
            const uint64_t n = multicast_machine_steps(m);
            ASSERT_GT(n, 0u);
            cycles += n;
        }
        multicast_machine_counts(m, counts);
        EXPECT_EQ(counts->cycles, cycles);
    }

    static std::vector<char> state_of(multicast_machine *m)
    {
        size_t n = 0;
        const void *bytes = multicast_machine_state(m, &n);
        std::vector<char> copy(n);
        std::memcpy(copy.data(), bytes, n);
        return copy;
    }

    void compare(unsigned seed, int machines, bool l1, tally *to);

    // What some of a dataflow's passes have.
    static std::vector<std::string> rules_of(const std::string &flow)
    {
        std::vector<std::string> all = {"windows",
                                        "groups",
                                        "several blocks",
                                        "psums of earlier passes",
                                        "psums share a port",
                                        "psums have two ports",
                                        "two runs of groups"};
        const bool held_streams = flow == "os" || flow == "nlr";
        all.push_back(held_streams ? "held streams" : "held stay");
        if (flow != "rs")
            all.push_back("trees");
        if (flow == "rs" || flow == "os")
            all.push_back("drift");
        if (flow == "os")
            all.push_back("last window emits");
        return all;
    }

    static void note(const arch &a, const multicast_pass &d,
                     multicast_machine *m, fired *to)
    {
        const period_skips s = *multicast_machine_skips(m);
        if (multicast_machine_skipped(m) == 0)
            return;
        (*to)["drift"] += multicast_machine_drifted(m) > 0;
        (*to)["windows"] += s.at_level[PERIOD_WINDOWS] > 0;
        (*to)["groups"] += s.at_level[PERIOD_GROUPS] > 0;
        (*to)["two runs of groups"] += d.groups[1] > 0;
        (*to)["held streams"] += d.held_streams != 0;
        (*to)["held stay"] += d.held_streams == 0;
        (*to)["psums of earlier passes"] += d.psum_in != 0;
        (*to)["psums share a port"] += d.psum_in != 0 && a.l2_ports == BANK_1RW;
        (*to)["psums have two ports"] +=
            d.psum_in != 0 && a.l2_ports == BANK_1R1W;
        (*to)["trees"] += a.psum_reduce == PSUM_TREE;
        (*to)["last window emits"] += d.emit_last != 0;
        (*to)["several blocks"] += d.blocks > 1;
    }
};

void PassPeriods::compare(unsigned seed, int machines, bool l1, tally *to)
{
    random_case random(seed);
    const dataflow *flow = dataflow_find(GetParam());
    diag *d = diag_new();
    auto p = std::make_unique<program>();
    for (int k = 0; k < machines; k++) {
        arch a = random.machine();
        random.choose_for(GetParam(), &a);
        if (l1)
            random.add_l1(&a, k % 2 ? L2_TO_L1_MESH : L2_TO_L1_MULTICAST);
        const layer l = random.shape();
        const given_mapping none = {};
        mapping m = {};
        ASSERT_TRUE(flow->choose(&a, &l, &none, &m, d));
        flow->compile(&a, &l, &m, p.get());
        multicast_alike alike;
        multicast_alike_of(&a, &alike);
        const machine_ptr steps(multicast_machine_new(p.get()));
        const machine_ptr skips(multicast_machine_new(p.get()));
        multicast_machine_may_skip(skips.get());
        cursor at;
        cursor_start(&at);
        pass one;
        for (int n = 0; n < 2 && cursor_next(p.get(), &at, &one); n++) {
            const multicast_pass what = stretched(random, one.work.multicast);
            const std::string text =
                describe(l) + ", machine " + std::to_string(k);
            pass_counts want = {}, got = {};
            run(steps.get(), what, &want);
            run(skips.get(), what, &got);
            ASSERT_EQ(std::memcmp(&got, &want, sizeof(got)), 0)
                << text << ": " << got.cycles << " cycles, stepped "
                << want.cycles;
            if (!l1) { // rings of L1s and routers may begin elsewhere
                ASSERT_EQ(state_of(skips.get()), state_of(steps.get())) << text;
            }
            note(a, what, skips.get(), &to->rules);
            to->cycles += got.cycles;
            to->skipped += multicast_machine_skipped(skips.get());
            multicast_pass simple = what;
            multicast_make_simple(&alike, &simple);
            to->changed += std::memcmp(&simple, &what, sizeof(what)) != 0;
            run(skips.get(), simple, &got);
            ASSERT_EQ(std::memcmp(&got, &want, sizeof(got)), 0)
                << text << ", simplest pass";
        }
    }
    diag_free(d);
}

TEST_P(PassPeriods, AreSkippedExactly)
{
    tally seen;
    compare(71, sample(100, "random machines"), false, &seen);
    EXPECT_GT(seen.skipped, seen.cycles / 2);
    EXPECT_GT(seen.changed, 10);
    for (const std::string &rule : rules_of(GetParam()))
        EXPECT_GT(seen.rules[rule], 0) << rule;
}

TEST_P(PassPeriods, WithL1AreSkippedExactly)
{
    tally seen;
    if (std::string(GetParam()) == "nlr") // it has no mapping there
        return;
    compare(73, sample(40, "random machines with L1s"), true, &seen);
    EXPECT_GT(seen.skipped, seen.cycles / 2);
}

INSTANTIATE_TEST_SUITE_P(Dataflows, PassPeriods,
                         testing::Values("rs", "ws", "os", "is", "nlr"),
                         [](const testing::TestParamInfo<const char *> &of) {
                             return std::string(of.param);
                         });

// The same through the kernel, on systolic arrays; passes of any depth.
class SystolicPeriods : public testing::TestWithParam<const char *>
{
  protected:
    static arch machine(random_case &random)
    {
        arch a = random.machine();
        a.array_network = NETWORK_SYSTOLIC;
        a.tight_folds = random.pick(0, 1) != 0;
        a.drain = random.pick(0, 1) ? DRAIN_OVERLAPPED : DRAIN_SERIAL;
        return a;
    }

    static pass_outcome run(array_side *side, const pass &what)
    {
        pass_outcome out = {};
        array_side_issue(side, &what);
        EXPECT_EQ(kernel_native.run_pass(nullptr, side, UINT64_MAX), RUN_DONE);
        array_side_finish(side, &out);
        return out;
    }
};

TEST_P(SystolicPeriods, AreSkippedExactly)
{
    random_case random(72);
    const dataflow *flow = dataflow_find(GetParam());
    diag *d = diag_new();
    auto p = std::make_unique<program>();
    uint64_t cycles = 0, skipped = 0;
    int narrow = 0; // edges that make the array wait in each step
    for (int k = 0, end = sample(200, "random machines"); k < end; k++) {
        const arch a = machine(random);
        const layer l = random.shape();
        const given_mapping none = {};
        mapping m = {};
        ASSERT_TRUE(flow->choose(&a, &l, &none, &m, d));
        flow->compile(&a, &l, &m, p.get());
        array_side *const steps = array_side_new(p.get(), nullptr);
        array_side *const skips = array_side_new(p.get(), nullptr);
        array_side_may_skip(skips);
        cursor at;
        cursor_start(&at);
        pass one;
        for (int n = 0; n < 3 && cursor_next(p.get(), &at, &one); n++) {
            one.work.systolic.depth = uint32_t(random.spread(1000));
            const pass_outcome want = run(steps, one);
            pass_outcome got = run(skips, one);
            cycles += got.cycles;
            skipped += got.skipped_cycles;
            narrow += got.skipped_cycles > one.work.systolic.depth;
            EXPECT_EQ(want.skipped_cycles, 0u);
            got.skipped_cycles = 0;
            ASSERT_EQ(std::memcmp(&got, &want, sizeof(got)), 0)
                << describe(l) << ", machine " << k;
        }
        array_side_free(steps);
        array_side_free(skips);
    }
    EXPECT_GT(skipped, cycles / 2);
    EXPECT_GT(narrow, 0);
    diag_free(d);
}

INSTANTIATE_TEST_SUITE_P(Dataflows, SystolicPeriods,
                         testing::Values("ws", "os", "is"),
                         [](const testing::TestParamInfo<const char *> &of) {
                             return std::string(of.param);
                         });

// A block that goes round: alike after `round` beats, and no sooner.
struct ring_block {
    uint64_t round, at = 0, turns_left = 0, cycles = 0;
    uint64_t skipped = 0;
};

size_t ring_bytes(const void *, int)
{
    return sizeof(ring_block);
}

void ring_save(const void *self, int, void *copy)
{
    std::memcpy(copy, self, sizeof(ring_block));
}

bool ring_is_alike(const void *self, int, const void *copy)
{
    return static_cast<const ring_block *>(self)->at ==
           static_cast<const ring_block *>(copy)->at;
}

uint64_t ring_left(const void *self, int, const void *copy)
{
    const auto *now = static_cast<const ring_block *>(self);
    const auto *then = static_cast<const ring_block *>(copy);
    return now->turns_left / (then->turns_left - now->turns_left);
}

void ring_skip(void *self, int, const void *copy, uint64_t periods)
{
    auto *now = static_cast<ring_block *>(self);
    const auto *then = static_cast<const ring_block *>(copy);
    now->turns_left -= periods * (then->turns_left - now->turns_left);
    period_skip_counts(&now->cycles, &then->cycles, 1, periods);
}

const block_period ring_period = {ring_bytes, ring_save, ring_is_alike,
                                  ring_left, ring_skip};

block *ring_blocks(ring_block *ring, const block_period *period)
{
    auto *list = static_cast<block *>(std::calloc(1, sizeof(block)));
    list->self = ring;
    list->period = period;
    return list;
}

// Beats that it takes to find a period of so many, of 100000 that there are.
void find_round(uint64_t round, uint64_t *beats, period_skips *skips)
{
    ring_block ring = {round, 0, 100000};
    pass_periods *p = pass_periods_new(ring_blocks(&ring, &ring_period), 1);
    ASSERT_NE(p, nullptr);
    for (*beats = 0; ring.turns_left > 0; ++*beats) {
        ring.at = (ring.at + 1) % ring.round;
        ring.turns_left--;
        ring.cycles += 7;
        ring.skipped += pass_periods_beat(p, PERIOD_WINDOWS, ring.cycles);
    }
    EXPECT_EQ(ring.cycles, 700000u) << round;
    EXPECT_EQ(ring.skipped, 700000u - 7 * *beats) << round;
    *skips = *pass_periods_skips(p);
    pass_periods_free(p);
}

TEST(Periods, OfAnyLengthAreFound)
{
    for (const uint64_t round : {1u, 2u, 4u, 5u, 6u, 31u, 32u, 100u, 511u}) {
        uint64_t beats = 0;
        period_skips skips = {};
        find_round(round, &beats, &skips);
        // At worst twice the round until the mark reaches over it, then the
        // rest of a period at the end.
        EXPECT_LT(beats, 5 * round + 8) << round;
        EXPECT_EQ(skips.from_mark > 0, round > 4) << round;
        EXPECT_GT(skips.at_level[PERIOD_WINDOWS], 0u);
        EXPECT_EQ(skips.at_level[PERIOD_GROUPS], 0u);
    }
}

TEST(Periods, AreNotSkippedWhereABlockDoesNotSayHowItRepeats)
{
    ring_block ring = {1};
    EXPECT_EQ(pass_periods_new(ring_blocks(&ring, nullptr), 1), nullptr);
}

// What is beyond 63 bits stays beyond, and is refused where results are made.
TEST(Periods, CountsDoNotWrap)
{
    uint64_t now[2] = {10, uint64_t(1) << 40};
    const uint64_t then[2] = {4, 0};
    period_skip_counts(now, then, 2, uint64_t(1) << 30);
    EXPECT_EQ(now[0], 10 + 6 * (uint64_t(1) << 30));
    EXPECT_EQ(now[1], COUNT_MAX + 1);
}

} // namespace
