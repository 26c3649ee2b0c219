// multicast_test.cpp - networks between L2 and the PEs, slot by slot.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
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
        bool moved = multicast_eval(&state, &shape, shape.banks, &sets, &fifo,
                                    &counts, nullptr);
        for (int l = 0; l < 3; l++) {
            words[l] = static_cast<int16_t>(words[l] + push[l]);
            push[l] = 0;
        }
        return moved;
    }

    int16_t limit[2] = {6, 2};
    int32_t begin[3] = {0, 2, 3};
    int32_t lane[3] = {0, 1, 2};
    stream_shape shape = {4, 1,     2,       2,       nullptr, 2,
                          4, false, nullptr, nullptr, 0};
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

TEST_F(Multicast, AStreamToNobodyIsDoneAsItStarts)
{
    limit[0] = limit[1] = 0;
    stream_start(&state, &shape, 3, 2, 0);
    EXPECT_TRUE(stream_is_done(&state));
    EXPECT_FALSE(cycle());
    EXPECT_EQ(counts.words_sent, 0u);
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

TEST_F(Multicast, ASlotAsWideAsTheBanksTakesACycleWhereverItLies)
{
    shape.banks = 1;
    stream_start(&state, &shape, 1, 0, 2); // half a row in
    cycle();
    EXPECT_EQ(words[0], 4);
}

// What lies elsewhere in its banks goes on alike when no cycle can tell: each
// cycle of the two then sends the same words, whatever the rows.
TEST_F(Multicast, StreamsThatAreAlikeSendTheSameWordsInEachCycle)
{
    int n_alike = 0, n_others = 0;
    for (int of_shape = 0; of_shape < 5 * 3 * 3 * 2; of_shape++) {
        shape.row_words = of_shape % 5 + 1;
        shape.banks = of_shape / 5 % 3 + 1;
        shape.slots_per_cycle = of_shape / 15 % 3 + 1;
        shape.words_per_slot =
            stream_slot_words(of_shape / 45 + 1, shape.banks, shape.row_words);
        shape.chunks = 6 / shape.words_per_slot;
        for (int at = 0; at < shape.banks * shape.row_words; at++) {
            std::vector<uint64_t> sent[2];
            stream_state first[2] = {};
            for (int k = 0; k < 2; k++) {
                stream_start(&state, &shape, 3, 0, k * at);
                first[k] = state;
                while (!stream_is_done(&state)) {
                    std::fill(words, words + 3, int16_t{0});
                    cycle();
                    sent[k].push_back(counts.words_sent);
                }
                counts = {};
            }
            if (stream_is_alike(&first[0], &first[1], &shape,
                                shape.slots_per_cycle)) {
                EXPECT_EQ(sent[0], sent[1])
                    << shape.banks << " banks, rows of " << shape.row_words
                    << ", " << shape.slots_per_cycle << " slots of "
                    << shape.words_per_slot << ", at " << at;
                n_alike++;
            } else
                n_others += sent[0] != sent[1];
        }
    }
    EXPECT_GT(n_alike, 50);
    EXPECT_GT(n_others, 10);
}

TEST_F(Multicast, SplitsASlotWhereTheRowsEnd)
{
    limit[1] = 4; // slots of 4 words to each
    shape.slots_per_cycle = 4;
    shape.row_words = 3; // 6 words a cycle
    stream_start(&state, &shape, 1, 0, 0);
    for (const auto &[first, second] : {std::pair(4, 2), std::pair(4, 4)}) {
        EXPECT_TRUE(cycle());
        EXPECT_EQ(words[0], first);
        EXPECT_EQ(words[2], second);
    }
    EXPECT_TRUE(cycle());
    EXPECT_EQ(words[0], 6);
    EXPECT_TRUE(stream_is_done(&state));
}

TEST_F(Multicast, MovesWhatItsRowsAllow)
{
    stream_start(&state, &shape, 1, 0, 2); // half a row in
    auto rows = [this](int n) {
        lane_fifo fifo = {words, push, 8};
        push[0] = 0;
        EXPECT_EQ(n > 0, multicast_eval(&state, &shape, n, &sets, &fifo,
                                        &counts, nullptr));
        return push[0];
    };
    EXPECT_EQ(rows(0), 0);
    EXPECT_EQ(rows(1), 2);
    EXPECT_EQ(rows(2), 2); // the rest of the slot
}

TEST(Stream, ASlotIsNoWiderThanItsBanks)
{
    EXPECT_EQ(stream_slot_words(4, 1, 8), 4);
    EXPECT_EQ(stream_slot_words(8, 2, 4), 8);
    EXPECT_EQ(stream_slot_words(8, 1, 4), 4); // one of 8 moves as two of 4
    EXPECT_EQ(stream_slot_words(5, 2, 1), 2);
}

TEST_F(Multicast, TellsTheWordsThatACycleWillMove)
{
    const lane_fifo fifo = {words, push, 8};
    shape.slots_per_cycle = 4;
    stream_start(&state, &shape, 1, 1, 0);
    EXPECT_EQ(multicast_ready_words(&state, &shape, &sets, &fifo), 0);
    cycle(); // the latency
    EXPECT_EQ(multicast_ready_words(&state, &shape, &sets, &fifo), 6);
    words[2] = 7; // no room for its two
    EXPECT_EQ(multicast_ready_words(&state, &shape, &sets, &fifo), 4);
    EXPECT_EQ(state.dest, 0); // asking moves nothing
}

TEST(Collect, TellsTheWordsThatACycleWillMove)
{
    int16_t limit[2] = {2, 2}, words[2] = {2, 1};
    stream_shape shape = {2, 2, 1, 2, limit, 4, 4, false, nullptr, nullptr, 0};
    stream_state state = {};
    stream_start(&state, &shape, 1, 0, 0);
    EXPECT_EQ(collect_ready_words(&state, &shape, words), 3);
    words[1] = 2;
    EXPECT_EQ(collect_ready_words(&state, &shape, words), 4);
    shape.slots_per_cycle = 1;
    EXPECT_EQ(collect_ready_words(&state, &shape, words), 2);
}

TEST(Collect, WaitsForTheSourceWhoseTurnItIsAndTakesWhatIsThere)
{
    int16_t limit[2] = {2, 2}, words[2] = {0, 2}, pop[2] = {};
    stream_shape shape = {4, 1, 1, 2, limit, 4, 4, false, nullptr, nullptr, 0};
    stream_state state = {};
    multicast_counts counts = {};
    stream_start(&state, &shape, 1, 0, 0);
    auto cycle = [&] {
        pop[0] = pop[1] = 0;
        return collect_eval(&state, &shape, 4, words, pop, &counts, nullptr);
    };
    EXPECT_FALSE(cycle());
    EXPECT_EQ(pop[1], 0); // it is there, but not its turn
    words[0] = 1;
    for (int word = 0; word < 2; word++) { // one of the two, then the other
        EXPECT_TRUE(cycle());
        EXPECT_EQ(pop[0], 1);
        EXPECT_EQ(pop[1], 0);
    }
    EXPECT_TRUE(cycle());
    EXPECT_EQ(pop[1], 2);
    EXPECT_TRUE(stream_is_done(&state));
}

TEST(L2Port, TwoStreamsMeetOnlyInTheSameBank)
{
    // Rows of 4 words in 3 banks: word 0 in bank 0, 4 in 1, 8 in 2, 12 in 0.
    // So many rows of the second come before a bank of the first.
    auto rows = [](l2_access first, l2_access then) {
        return l2_port_rows(first, then, 4, 3);
    };
    EXPECT_EQ(rows({0, 4}, {0, 4}), 0);
    EXPECT_EQ(rows({0, 4}, {4, 4}), 3);
    EXPECT_EQ(rows({0, 4}, {12, 4}), 0);
    EXPECT_EQ(rows({4, 8}, {8, 4}), 0);
    EXPECT_EQ(rows({8, 4}, {4, 4}), 3);
    EXPECT_EQ(rows({8, 4}, {4, 8}), 1); // the row in bank 1
    EXPECT_EQ(rows({2, 4}, {4, 4}), 0); // crosses into bank 1
    EXPECT_EQ(rows({2, 2}, {4, 4}), 3); // ends before it
    EXPECT_EQ(rows({0, 4}, {0, 0}), 3); // no words, no bank
}

} // namespace
