// multicast_test.cpp - networks between L2 and the PEs, slot by slot.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <vector>

#include "mem/l2_port.h"
#include "noc/collect.h"
#include "noc/multicast.h"

namespace
{

class Multicast : public testing::Test
{
  protected:
    // Two destinations: lanes {0, 1} and {2}; 6 and 2 words a round.
    Multicast()
    {
        shape.limit_words = limit;
        sets.begin = begin;
        sets.lane = lane;
    }

    bool cycle()
    {
        lane_fifo fifo = {words, push, 8};
        bool moved =
            multicast_eval(&state, &shape, &sets, &fifo, &counts, nullptr);
        for (int l = 0; l < 3; l++) {
            words[l] = static_cast<int16_t>(words[l] + push[l]);
            push[l] = 0;
        }
        return moved;
    }

    int16_t limit[2] = {6, 2};
    int32_t begin[3] = {0, 2, 3};
    int32_t lane[3] = {0, 1, 2};
    stream_shape shape = {4, 1, 2, 2, nullptr, 2, 4};
    destination_sets sets = {};
    stream_state state = {};
    multicast_counts counts = {};
    int16_t words[3] = {}, push[3] = {};
};

TEST_F(Multicast, SendsChunksInTurnAndSkipsWhatIsOut)
{
    stream_start(&state, &shape, 1, 0, 0);
    cycle();
    EXPECT_EQ(words[0], 4);
    EXPECT_EQ(words[1], 4);
    cycle();
    EXPECT_EQ(words[2], 2);
    cycle();
    EXPECT_EQ(words[0], 6);
    EXPECT_TRUE(stream_is_done(&state));
    EXPECT_EQ(counts.words_sent, 8u);
    EXPECT_EQ(counts.words_delivered, 14u);
}

TEST_F(Multicast, OneFullDestinationBlocksTheWholeSetAndThoseBehindIt)
{
    stream_start(&state, &shape, 1, 0, 0);
    words[1] = 5; // 3 places left of 8, 4 wanted
    EXPECT_FALSE(cycle());
    EXPECT_EQ(words[0], 0);
    EXPECT_EQ(words[2], 0);
    words[1] = 4;
    EXPECT_TRUE(cycle());
    EXPECT_EQ(words[0], 4);
    EXPECT_EQ(words[1], 8);
}

TEST_F(Multicast, WaitsOutTheLatencyAndNotLonger)
{
    stream_start(&state, &shape, 1, 2, 0);
    EXPECT_TRUE(cycle());
    EXPECT_TRUE(cycle());
    EXPECT_EQ(words[0], 0);
    cycle();
    EXPECT_EQ(words[0], 4);
}

TEST_F(Multicast, ServesSeveralDestinationsACycleButEachOnce)
{
    shape.slots_per_cycle = 4;
    stream_start(&state, &shape, 1, 0, 0);
    cycle();
    EXPECT_EQ(words[0], 4);
    EXPECT_EQ(words[2], 2);
    cycle();
    EXPECT_EQ(words[0], 6);
}

TEST_F(Multicast, StopsAtTheRowsThatTheBanksGive)
{
    shape.slots_per_cycle = 4;
    shape.banks = 1; // one row of 4 words a cycle
    stream_start(&state, &shape, 1, 0, 0);
    cycle();
    EXPECT_EQ(words[0], 4);
    EXPECT_EQ(words[2], 0);
    cycle();
    EXPECT_EQ(words[2], 2);
}

TEST_F(Multicast, TakesACycleForEachTimeThatASlotFillsTheBanks)
{
    shape.row_words = 1; // 2 words a cycle for slots of 4, 2 and 2
    stream_start(&state, &shape, 1, 0, 0);
    EXPECT_TRUE(cycle());
    EXPECT_EQ(words[0], 0); // half of it has crossed
    EXPECT_TRUE(cycle());
    EXPECT_EQ(words[0], 4);
    EXPECT_TRUE(cycle());
    EXPECT_EQ(words[2], 2);
    EXPECT_TRUE(cycle());
    EXPECT_EQ(words[0], 6);
    EXPECT_TRUE(stream_is_done(&state));
}

TEST_F(Multicast, AWideSlotSetsOutWhenItHasRoom)
{
    shape.row_words = 1;
    stream_start(&state, &shape, 1, 0, 0);
    words[1] = 5; // 3 places left of 8, 4 wanted
    EXPECT_FALSE(cycle());
    words[1] = 4;
    EXPECT_TRUE(cycle());
    EXPECT_EQ(words[1], 4);
    EXPECT_TRUE(cycle());
    EXPECT_EQ(words[1], 8);
}

TEST_F(Multicast, ASlotAsWideAsTheBanksTakesACycleWhereverItLies)
{
    shape.banks = 1;
    stream_start(&state, &shape, 1, 0, 2); // half a row in
    cycle();
    EXPECT_EQ(words[0], 4);
}

TEST(Collect, TakesACycleForEachTimeThatASlotFillsTheBanks)
{
    int16_t limit[1] = {5}, words[1] = {5}, pop[1] = {};
    stream_shape shape = {5, 2, 1, 1, limit, 1, 2};
    stream_state state = {};
    multicast_counts counts = {};
    stream_start(&state, &shape, 1, 0, 0);
    for (int popped : {0, 0, 5}) {
        EXPECT_TRUE(collect_eval(&state, &shape, words, pop, &counts, nullptr));
        EXPECT_EQ(pop[0], popped);
    }
    EXPECT_TRUE(stream_is_done(&state));
    EXPECT_EQ(counts.words_sent, 5u);
}

TEST(Collect, WaitsForTheSourceWhoseTurnItIs)
{
    int16_t limit[2] = {2, 2}, words[2] = {1, 2}, pop[2] = {};
    stream_shape shape = {4, 1, 1, 2, limit, 4, 4};
    stream_state state = {};
    multicast_counts counts = {};
    stream_start(&state, &shape, 1, 0, 0);
    EXPECT_FALSE(collect_eval(&state, &shape, words, pop, &counts, nullptr));
    EXPECT_EQ(pop[1], 0); // it is there, but not its turn
    words[0] = 2;
    EXPECT_TRUE(collect_eval(&state, &shape, words, pop, &counts, nullptr));
    EXPECT_EQ(pop[0], 2);
    EXPECT_TRUE(collect_eval(&state, &shape, words, pop, &counts, nullptr));
    EXPECT_EQ(pop[1], 2);
    EXPECT_TRUE(stream_is_done(&state));
}

TEST(L2Port, TwoStreamsMeetOnlyInTheSameBank)
{
    // Rows of 4 words in 3 banks: word 0 in bank 0, 4 in 1, 8 in 2, 12 in 0.
    EXPECT_TRUE(l2_port_conflict(0, 0, 4, 4, 3));
    EXPECT_FALSE(l2_port_conflict(0, 4, 4, 4, 3));
    EXPECT_TRUE(l2_port_conflict(0, 12, 4, 4, 3));
    EXPECT_TRUE(l2_port_conflict(0, 4, 8, 4, 3));
    EXPECT_FALSE(l2_port_conflict(8, 4, 4, 4, 3));
    EXPECT_TRUE(l2_port_conflict(2, 4, 4, 4, 3)); // crosses into bank 1
}

} // namespace
