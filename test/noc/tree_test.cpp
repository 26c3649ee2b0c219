// tree_test.cpp - what adder trees do in which cycle, by hand.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "noc/tree.h"

namespace
{

// Trees whose leaves' fifos the test fills and empties.
class Trees : public testing::Test
{
  protected:
    void build(int leaves, int rows, int steps = 1, int last_row_steps = 1)
    {
        cfg = {1, leaves, 4};
        state.assign(trees_state_bytes(&cfg), 0);
        trees_init(&t, &cfg, state.data());
        pass = {1, rows, steps, last_row_steps, steps > 1, takes_psum};
        trees_issue(&t, &pass);
        leaf.assign(size_t(rows), 0);
        pop.assign(size_t(rows), 0);
    }

    // One cycle; returns whether leaves were taken.
    bool cycle()
    {
        const uint64_t before = n.sums;
        moved = trees_eval(&t, leaf.data(), pop.data(), 1, &n, nullptr);
        trees_commit(&t);
        for (size_t k = 0; k < leaf.size(); k++) {
            leaf[k] = int16_t(leaf[k] - pop[k]);
            pop[k] = 0;
        }
        return n.sums > before;
    }

    tree_cfg cfg = {};
    tree_pass pass = {};
    trees t = {};
    std::vector<char> state;
    std::vector<int16_t> leaf, pop;
    tree_counts n = {};
    bool takes_psum = false, moved = false;
};

TEST_F(Trees, ASumIsThereAfterItsStagesAndNotBefore)
{
    build(4, 4); // two stages of adders, one at the root
    leaf = {1, 1, 1, 1};
    EXPECT_TRUE(cycle()); // cycle 0
    EXPECT_EQ(t.f.out[0], 0);
    EXPECT_FALSE(cycle()); // 1
    EXPECT_TRUE(moved);
    EXPECT_EQ(t.f.out[0], 0);
    cycle(); // 2
    EXPECT_EQ(t.f.out[0], 1) << "in cycle 3";
    cycle();
    EXPECT_FALSE(moved);
    EXPECT_EQ(n.hops, 4u + 2u);
}

TEST_F(Trees, OneLeafHasTheRootsStageOnly)
{
    build(1, 1);
    leaf = {1};
    cycle();
    EXPECT_EQ(t.f.out[0], 1);
    EXPECT_EQ(n.hops, 0u);
}

TEST_F(Trees, UnusedLeavesCostStagesButNoHops)
{
    build(16, 3);
    leaf = {1, 1, 1};
    for (int k = 0; k < 4; k++) {
        cycle();
        EXPECT_EQ(t.f.out[0], 0) << k;
    }
    cycle();
    EXPECT_EQ(t.f.out[0], 1);
    EXPECT_EQ(n.hops, 3u + 2u + 1u + 1u);
}

TEST_F(Trees, WaitForTheLastLeaf)
{
    build(2, 2);
    leaf = {1, 0};
    EXPECT_FALSE(cycle());
    EXPECT_FALSE(moved);
    EXPECT_EQ(leaf[0], 1);
    leaf[1] = 1;
    EXPECT_TRUE(cycle());
    EXPECT_EQ(leaf[0], 0);
}

TEST_F(Trees, TakeASetEveryCycleUntilTheFifoIsFull)
{
    build(2, 2);
    leaf = {9, 9};
    int taken = 0;
    for (int k = 0; k < 20; k++)
        taken += cycle();
    EXPECT_EQ(taken, 4);
    EXPECT_EQ(t.f.out[0], 4);
    t.f.collected[0] = 1; // one goes to L2: a place is free a cycle later
    EXPECT_FALSE(cycle());
    EXPECT_TRUE(cycle());
}

TEST_F(Trees, AccumulateAWindowsSumsAndLetTheLastLeave)
{
    build(2, 2, 3, 3);
    leaf = {6, 6};
    for (int k = 0; k < 8; k++)
        cycle();
    EXPECT_EQ(n.sums, 6u);
    EXPECT_EQ(n.leaving, 2u);
    EXPECT_EQ(t.f.out[0], 2);
}

TEST_F(Trees, DoNotAskTheLastRowWhenItsProductsAreOut)
{
    build(2, 2, 3, 1);
    leaf = {3, 2};
    for (int k = 0; k < 3; k++)
        EXPECT_TRUE(cycle());
    EXPECT_EQ(leaf[0], 0);
    EXPECT_EQ(leaf[1], 1); // the next window's
    EXPECT_EQ(n.hops, 2u + 1u + 1u);
}

TEST_F(Trees, TakeAPsumOfAnEarlierPassWithASumThatLeaves)
{
    takes_psum = true;
    build(2, 2, 2, 2);
    leaf = {2, 2};
    EXPECT_TRUE(cycle());
    EXPECT_FALSE(cycle()) << "the psum is not there";
    t.f.push_psum[0] = 1;
    EXPECT_FALSE(cycle()) << "nor seen in the cycle in which it comes";
    EXPECT_TRUE(cycle());
    EXPECT_EQ(t.f.psum[0], 0);
}

} // namespace
