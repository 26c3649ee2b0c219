// sharing_test.cpp - spatial reuse distances.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "traces/sharing.h"

namespace
{

// sequence[consumer][time]; accesses are made time by time.
sharing_counts measure(const std::vector<std::vector<uint64_t>> &sequence,
                       size_t max_entries = 1u << 20)
{
    std::unique_ptr<sharing, decltype(&sharing_free)> s(
        sharing_new(max_entries), sharing_free);
    for (size_t t = 0; t < sequence[0].size(); t++)
        for (size_t c = 0; c < sequence.size(); c++)
            sharing_access(s.get(), int(c), sequence[c][t]);
    sharing_counts out = {};
    sharing_read(s.get(), &out);
    return out;
}

// Sze, Chen, Yang, Emer 2020, ch. 5: four PEs, four weights.
TEST(Sharing, TheTextbooksOrderingsHaveTheTextbooksDistances)
{
    sharing_counts all =
        measure({{0, 1, 2, 3}, {0, 1, 2, 3}, {0, 1, 2, 3}, {0, 1, 2, 3}});
    EXPECT_EQ(all.at_once, 4u);
    EXPECT_EQ(all.distance.max, 0u);
    EXPECT_EQ(all.multicast_reads, 4u);
    sharing_counts pairs =
        measure({{0, 1, 2, 3}, {0, 1, 2, 3}, {1, 0, 3, 2}, {1, 0, 3, 2}});
    EXPECT_EQ(pairs.distance.max, 1u);
    EXPECT_EQ(pairs.multicast_reads, 8u);
    sharing_counts none =
        measure({{0, 1, 2, 3}, {1, 0, 3, 2}, {2, 3, 0, 1}, {3, 2, 1, 0}});
    EXPECT_EQ(none.distance.max, 3u);
    EXPECT_EQ(none.multicast_reads, 16u);
}

TEST(Sharing, TheKthUsesOfAWordBelongTogether)
{
    sharing_counts s = measure({{5, 6, 5, 7}, {6, 5, 6, 5}});
    // 5: uses (0, 1), (2, 3); 6: (1, 0) and consumer 1 alone at 2; 7 alone.
    EXPECT_EQ(s.accesses, 8u);
    EXPECT_EQ(s.distance.n, 3u);
    EXPECT_EQ(s.distance.max, 1u);
    EXPECT_EQ(s.alone, 2u);
    EXPECT_EQ(s.at_once, 0u);
    EXPECT_EQ(s.multicast_reads, 8u);
}

TEST(Sharing, ASampleOfManyWordsIsCloseToAllOfThem)
{
    std::vector<std::vector<uint64_t>> sequence(4);
    for (uint64_t t = 0; t < 20000; t++)
        for (uint64_t c = 0; c < 4; c++)
            sequence[c].push_back(t / 2 * 2 + (t + c) % 2);
    sharing_counts s = measure(sequence, 8192);
    EXPECT_LT(s.sampled_share, 0.2);
    EXPECT_EQ(s.accesses, 80000u);
    EXPECT_NEAR(double(s.distance.n), 20000, 2000);
    EXPECT_EQ(s.distance.max, 1u);
    EXPECT_NEAR(double(s.multicast_reads), 40000, 4000);
}

} // namespace
