// lanes_test.cpp - what a PE does in which cycle, derived by hand.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

#include "pe/lanes.h"
#include "test/sample.h"

namespace
{

class Lanes : public testing::Test
{
  protected:
    // A column of `rows` PEs, chains beside each other.
    void build(int rows, int chains)
    {
        cfg.rows = rows;
        cfg.chains = chains;
        state.assign(lanes_state_bytes(&cfg), 0);
        bounds.assign(lanes_bounds_bytes(&cfg), 0);
        lanes_init(&lanes, &cfg, state.data(), bounds.data());
        for (int l = 0; l < rows * chains; l++) {
            lanes.f.active[l] = -1;
            lanes.f.filters[l] = 1;
            lanes.f.taps[l] = 2;
            lanes.f.held_words[l] = 2;
            lanes.f.slide[l] = 2;
            lanes.f.takes_psum[l] = static_cast<int16_t>(l >= chains ? -1 : 0);
        }
        pass.rows_used = rows;
    }

    void issue()
    {
        lanes_issue(&lanes, &pass);
    }

    void give(int lane, int held, int window)
    {
        lanes.f.push_held[lane] = static_cast<int16_t>(held);
        lanes.f.push_window[lane] = static_cast<int16_t>(window);
    }

    // One cycle; returns PEs per cause.
    lanes_cycle cycle()
    {
        lanes_cycle c = {};
        lanes_eval(&lanes, 0, lanes.n, &c);
        lanes_commit(&lanes, 0, lanes.stride);
        return c;
    }

    int out_words(int chain = 0)
    {
        return lanes.f.psum_fifo[pass.rows_used * cfg.chains + chain];
    }

    lanes_cfg cfg = {1, 1, 16, 1, true, false, 8, 8, 4, 4, true, false};
    lanes_pass pass = {1, false, false, {{1, 0}, {1, 0}}, false};
    std::vector<char> state, bounds;
    struct lanes lanes = {};
};

TEST_F(Lanes, OnePeWithTwoMacsSendsItsPsumInItsFifthCycle)
{
    build(1, 1);
    issue();
    give(0, 2, 2);
    EXPECT_EQ(cycle().cause[PE_FILL], 1); // 0: words reach the fifos
    EXPECT_EQ(cycle().cause[PE_FILL], 1); // 1: and the register files
    EXPECT_EQ(cycle().cause[PE_MAC], 1);  // 2
    EXPECT_EQ(cycle().cause[PE_MAC], 1);  // 3
    EXPECT_EQ(out_words(), 0);
    lanes_cycle add = cycle(); // 4: the psum's own cycle
    EXPECT_EQ(add.cause[PE_PSUM], 1);
    EXPECT_EQ(add.emits, 1);
    EXPECT_EQ(out_words(), 1);
    EXPECT_EQ(lanes.state->running, 0);
    EXPECT_EQ(cycle().cause[PE_DRAIN], 1);
}

TEST_F(Lanes, APsumThatRidesLeavesWithTheLastMac)
{
    cfg.psum_own_cycle = false;
    build(1, 1);
    issue();
    give(0, 2, 2);
    cycle();
    cycle();
    cycle();
    EXPECT_EQ(out_words(), 0);
    EXPECT_EQ(cycle().cause[PE_MAC], 1);
    EXPECT_EQ(out_words(), 1);
    EXPECT_EQ(lanes.state->running, 0);
}

TEST_F(Lanes, AChainOfTwoAddsOneCycleAfterThePeBelow)
{
    build(2, 1);
    issue();
    give(0, 2, 2);
    give(1, 2, 2);
    for (int t = 0; t < 4; t++)
        cycle();
    lanes_cycle below = cycle(); // 4
    EXPECT_EQ(below.cause[PE_PSUM], 1);
    EXPECT_EQ(below.cause[PE_WAIT_PSUM_IN], 1);
    lanes_cycle above = cycle(); // 5
    EXPECT_EQ(above.cause[PE_PSUM], 1);
    EXPECT_EQ(above.cause[PE_DRAIN], 1);
    EXPECT_EQ(out_words(), 1);
}

TEST_F(Lanes, APsumIsSeenAfterThePipelineAndNotBefore)
{
    cfg.pipeline_cycles = 3;
    build(1, 1);
    issue();
    give(0, 2, 2);
    for (int t = 0; t < 5; t++)
        cycle(); // sent in cycle 4
    EXPECT_EQ(out_words(), 0);
    cycle(); // 5
    EXPECT_EQ(out_words(), 0);
    cycle(); // 6: seen in cycle 7 = 4 + 3
    EXPECT_EQ(out_words(), 1);
}

TEST_F(Lanes, AMacWaitsForItsOwnWordOnly)
{
    build(1, 1);
    issue();
    give(0, 2, 1);
    cycle();
    cycle();
    EXPECT_EQ(cycle().cause[PE_MAC], 1); // the first word suffices
    EXPECT_EQ(cycle().cause[PE_WAIT_IFMAP], 1);
    give(0, 0, 1);
    EXPECT_EQ(cycle().cause[PE_WAIT_IFMAP], 1);
    EXPECT_EQ(cycle().cause[PE_WAIT_IFMAP], 1);
    EXPECT_EQ(cycle().cause[PE_MAC], 1);
}

TEST_F(Lanes, WithStartAtWindowAMacWaitsForTheWholeWindow)
{
    cfg.start_at_window = true;
    build(1, 1);
    issue();
    give(0, 2, 1);
    for (int t = 0; t < 4; t++)
        EXPECT_EQ(cycle().cause[PE_FILL], 1);
    give(0, 0, 1);
    cycle();
    cycle();
    EXPECT_EQ(cycle().cause[PE_MAC], 1);
}

TEST_F(Lanes, AFullFifoAboveHoldsThePsumBack)
{
    cfg.fifo_words = 1;
    build(1, 1);
    pass.groups = {{1, 0}, {2, 0}};
    issue();
    give(0, 2, 4);
    for (int t = 0; t < 7; t++)
        cycle(); // MAC MAC PSUM MAC MAC in cycles 2..6
    EXPECT_EQ(out_words(), 1);
    EXPECT_EQ(cycle().cause[PE_WAIT_PSUM_OUT], 1);
    lanes.f.collected[1] = 1; // L2 takes the first one
    EXPECT_EQ(cycle().cause[PE_WAIT_PSUM_OUT], 1);
    EXPECT_EQ(cycle().cause[PE_PSUM], 1);
    EXPECT_EQ(out_words(), 1);
}

TEST_F(Lanes, ASlidingWindowTakesOneNewColumn)
{
    build(1, 1);
    lanes.f.slide[0] = 1;
    pass.groups = {{1, 0}, {3, 0}};
    issue();
    give(0, 2, 4); // 3 windows of 2 taps over 4 columns
    int macs = 0;
    for (int t = 0; t < 20; t++)
        macs += cycle().cause[PE_MAC];
    EXPECT_EQ(macs, 6);
    EXPECT_EQ(lanes.state->running, 0);
    EXPECT_EQ(lanes.f.window[0], 0);
}

TEST_F(Lanes, ARegisterFileTakesNoMoreThanItHolds)
{
    cfg.window_rf_words = 2;
    build(1, 1);
    pass.groups = {{1, 0}, {2, 0}};
    issue();
    give(0, 0, 4); // no filter: nothing is consumed
    for (int t = 0; t < 5; t++)
        cycle();
    EXPECT_EQ(lanes.f.window[0], 2);
    EXPECT_EQ(lanes.f.window_fifo[0], 2);
}

// One word of ifmap and of filter a MAC, each in a register of one word.
TEST_F(Lanes, AOneWordRegisterFeedsAMacEveryCycleOrEveryOther)
{
    for (int every = 1; every <= 2; every++) {
        cfg.held_rf_words = cfg.window_rf_words = 1;
        cfg.held_port_words = cfg.window_port_words = 1;
        cfg.refill_at_last_use = every == 1;
        build(1, 1);
        pass.held_streams = true;
        pass.groups = {{1, 0}, {6, 0}};
        pass.emit_last = true;
        issue();
        lanes.f.taps[0] = lanes.f.held_words[0] = 1;
        lanes.f.slide[0] = 1;
        give(0, 6, 6);
        cycle(); // words reach the fifos
        cycle(); // and the register files
        for (int mac = 0; mac < 6; mac++) {
            EXPECT_EQ(cycle().cause[PE_MAC], 1) << every << " " << mac;
            for (int wait = 1; wait < every && mac < 5; wait++) {
                EXPECT_EQ(cycle().cause[PE_MAC], 0) << mac;
            }
        }
        EXPECT_EQ(cycle().cause[PE_PSUM], 1);
        EXPECT_EQ(lanes.state->running, 0);
    }
}

// Once around a counter of 16 bits but for one.
TEST_F(Lanes, APassMayHave65535GroupsOrAGroupAsManyWindows)
{
    for (int many_groups = 0; many_groups < 2; many_groups++) {
        cfg.psum_own_cycle = false;
        build(1, 1);
        lanes.f.taps[0] = lanes.f.held_words[0] = lanes.f.slide[0] = 1;
        pass.groups = {{1, 0}, {65535, 0}};
        if (many_groups)
            pass.groups = {{32767, 32768}, {1, 1}};
        issue();
        give(0, 1, 0);
        int macs = 0, t = 0;
        for (; lanes.state->running > 0 && t < 70000; t++) {
            lanes.f.push_window[0] = lanes.f.window_fifo[0] < 4 ? 1 : 0;
            lanes.f.collected[1] = out_words() > 0 ? 1 : 0;
            macs += cycle().cause[PE_MAC];
        }
        EXPECT_EQ(macs, 65535);
        EXPECT_EQ(lanes.state->running, 0);
        EXPECT_LT(t, 65540);
    }
}

// The next window's words come in while the last one's are still needed.
TEST_F(Lanes, WordsOfALongWindowAndTheNextMayBeMoreThan32767)
{
    for (int held_first = 0; held_first < 2; held_first++) {
        cfg.psum_own_cycle = false;
        cfg.held_rf_words = cfg.window_rf_words = 16384;
        build(1, 1);
        lanes.f.taps[0] = lanes.f.held_words[0] = lanes.f.slide[0] = 32767;
        pass = {1, true, false, {{1, 0}, {2, 0}}, true};
        issue();
        int macs = 0, given = 0, fed[2] = {0, 0};
        for (int t = 0; t < 200000 && lanes.state->running > 0; t++) {
            // One of them keeps only half a cycle's pace.
            const int slow = held_first ? 1 : 0;
            for (int k = 0; k < 2; k++) {
                const int16_t *fifo =
                    k == 0 ? lanes.f.held_fifo : lanes.f.window_fifo;
                int16_t *push =
                    k == 0 ? lanes.f.push_held : lanes.f.push_window;
                bool may = fifo[0] < 8 && fed[k] < 2 * 32767 &&
                           (k != slow || t % 2 == 0);
                push[0] = may ? 1 : 0;
                fed[k] += may;
                given += may;
            }
            lanes.f.collected[1] = out_words() > 0 ? 1 : 0;
            macs += cycle().cause[PE_MAC];
        }
        EXPECT_EQ(macs, 2 * 32767);
        EXPECT_EQ(lanes.state->running, 0);
        EXPECT_EQ(given, 4 * 32767);
    }
}

TEST_F(Lanes, APassThatCannotBeCountedIsABug)
{
    build(1, 1);
    pass.groups = {{65535, 1}, {1, 1}};
    EXPECT_DEATH(issue(), "BUG");
    pass.groups = {{1, 1}, {1, 65536}};
    EXPECT_DEATH(issue(), "BUG");
}

TEST_F(Lanes, OneLaneAtATimeInAnyOrderGivesTheSameState)
{
    std::mt19937 random(3);
    build(4, 3);
    pass.groups = {{2, 0}, {3, 0}};
    issue();
    std::vector<char> other_state(state.size(), 0);
    struct lanes other = {};
    lanes_init(&other, &cfg, other_state.data(), bounds.data());
    lanes_issue(&other, &pass);
    std::vector<int> order(static_cast<size_t>(lanes.n));
    for (int l = 0; l < lanes.n; l++)
        order[static_cast<size_t>(l)] = l;
    for (int t = 0, end = sample(200, "cycles of random words"); t < end; t++) {
        for (int l = 0; l < lanes.n; l++) {
            bool held = lanes.f.held_fifo[l] < 8 && random() % 2;
            bool window = lanes.f.window_fifo[l] < 8 && random() % 2;
            lanes.f.push_held[l] = other.f.push_held[l] = held;
            lanes.f.push_window[l] = other.f.push_window[l] = window;
        }
        std::shuffle(order.begin(), order.end(), random);
        lanes_cycle c = {};
        for (int l : order)
            lanes_eval(&other, l, l + 1, &c);
        for (int l = 0; l < other.stride; l++)
            lanes_commit(&other, l, l + 1);
        cycle();
        ASSERT_EQ(state, other_state) << "cycle " << t;
    }
    EXPECT_GT(out_words(), 0);
}

} // namespace
