// reuse_test.cpp - reuse and stack distances against their definitions.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <vector>

#include "test/sample.h"
#include "traces/reuse.h"

namespace
{

using Stream = std::vector<uint64_t>;

reuse_counts measure(const Stream &stream, size_t max_words = 1u << 20)
{
    std::unique_ptr<reuse, decltype(&reuse_free)> r(reuse_new(max_words),
                                                    reuse_free);
    for (uint64_t word : stream)
        reuse_access(r.get(), word);
    reuse_counts c = {};
    reuse_read(r.get(), &c);
    return c;
}

// An LRU memory, the most recent word first.
uint64_t lru_misses(const Stream &stream, size_t capacity)
{
    std::vector<uint64_t> held;
    uint64_t misses = 0;
    for (uint64_t word : stream) {
        auto at = std::find(held.begin(), held.end(), word);
        misses += at == held.end();
        if (at != held.end())
            held.erase(at);
        held.insert(held.begin(), word);
        if (held.size() > capacity)
            held.pop_back();
    }
    return misses;
}

Stream random_stream(unsigned seed, size_t n, int words, bool skewed)
{
    std::mt19937 engine(seed);
    Stream s;
    for (size_t k = 0; k < n; k++) {
        uint64_t w = engine() % uint64_t(words);
        s.push_back(skewed ? w * (engine() % 8) / 7 : w);
    }
    return s;
}

TEST(Reuse, BackToBackAccessesAreOneApart)
{
    reuse_counts c = measure({7, 7, 7});
    EXPECT_EQ(c.accesses, 3u);
    EXPECT_EQ(c.compulsory, 1u);
    EXPECT_EQ(c.reuse.n, 2u);
    EXPECT_EQ(c.reuse.min, 1u);
    EXPECT_EQ(c.reuse.max, 1u);
    EXPECT_EQ(c.stack.max, 1u);
}

// Sze, Chen, Yang, Emer 2020, ch. 5: 7 inputs, 4 weights, 4 outputs.
struct textbook_row {
    const char *what;
    Stream stream;
    uint64_t min, max;               // reuse distance
    uint64_t reads1, reads2, reads4; // source reads with an L1 of 1, 2, 4 words
};

TEST(Reuse, TheTextbooksSequencesHaveTheTextbooksDistances)
{
    const textbook_row rows[] = {
        {"for q: for s, weight",
         {0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3},
         4,
         4,
         16,
         16,
         4},
        {"for q: for s, input",
         {0, 1, 2, 3, 1, 2, 3, 4, 2, 3, 4, 5, 3, 4, 5, 6},
         3,
         3,
         16,
         16,
         7},
        {"for q: for s, psum",
         {0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3},
         1,
         1,
         4,
         4,
         4},
        {"for s: for q, weight",
         {0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3},
         1,
         1,
         4,
         4,
         4},
        {"for s: for q, input",
         {0, 1, 2, 3, 1, 2, 3, 4, 2, 3, 4, 5, 3, 4, 5, 6},
         3,
         3,
         16,
         16,
         7},
        {"for s: for q, psum",
         {0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3},
         4,
         4,
         16,
         16,
         4},
        {"tile of 2 psums, weight",
         {0, 0, 1, 1, 2, 2, 3, 3, 0, 0, 1, 1, 2, 2, 3, 3},
         1,
         7,
         8,
         8,
         4},
        {"tile of 2 psums, input",
         {0, 1, 1, 2, 2, 3, 3, 4, 2, 3, 3, 4, 4, 5, 5, 6},
         1,
         4,
         10,
         10,
         7},
        {"tile of 2 psums, psum",
         {0, 1, 0, 1, 0, 1, 0, 1, 2, 3, 2, 3, 2, 3, 2, 3},
         2,
         2,
         16,
         4,
         4},
    };
    for (const textbook_row &row : rows) {
        reuse_counts c = measure(row.stream);
        EXPECT_EQ(c.reuse.min, row.min) << row.what;
        EXPECT_EQ(c.reuse.max, row.max) << row.what;
        EXPECT_EQ(reuse_misses(&c, 1), row.reads1) << row.what;
        EXPECT_EQ(reuse_misses(&c, 2), row.reads2) << row.what;
        EXPECT_EQ(reuse_misses(&c, 4), row.reads4) << row.what;
    }
}

TEST(Reuse, TheMissCurveIsThatOfAnLruMemory)
{
    for (unsigned seed = 0, end = sample(12, "random streams"); seed < end;
         seed++) {
        int words = 1 << (seed % 9);
        Stream s = random_stream(seed, 3000, words, seed % 2 == 1);
        reuse_counts c = measure(s);
        EXPECT_EQ(c.sampled_share, 1);
        for (size_t capacity : {1, 2, 3, 5, 17, 64, 200, 256})
            EXPECT_EQ(reuse_misses(&c, capacity), lru_misses(s, capacity))
                << "seed " << seed << ", capacity " << capacity;
    }
}

TEST(Reuse, ReuseDistancesAreIndexDifferences)
{
    Stream s = random_stream(5, 4000, 300, true);
    distances want = {};
    std::map<uint64_t, uint64_t> last;
    for (size_t k = 0; k < s.size(); k++) {
        if (last.count(s[k]))
            distances_add(&want, k - last[s[k]], 1);
        last[s[k]] = k;
    }
    reuse_counts c = measure(s);
    EXPECT_EQ(c.compulsory, last.size());
    EXPECT_EQ(c.reuse.sum, want.sum);
    EXPECT_EQ(c.reuse.max, want.max);
    for (int k = 0; k < DISTANCE_BINS; k++)
        ASSERT_EQ(c.reuse.count[k], want.count[k]) << k;
}

TEST(Reuse, EachDistanceLiesInItsBin)
{
    for (uint64_t d : {1ull, 2ull, 1023ull, 1024ull, 1025ull, 1088ull, 1089ull,
                       4096ull, 4097ull, 123456789ull, 1ull << 40}) {
        int bin = distances_bin(d);
        EXPECT_LE(distances_first(bin), d);
        EXPECT_GE(distances_last(bin), d);
    }
    for (int bin = 1; bin < DISTANCE_BINS; bin++)
        ASSERT_EQ(distances_first(bin), distances_last(bin - 1) + 1);
}

// 40 000 words in rounds: each access but the first round's is 40 000 apart.
TEST(Reuse, ASampleOfALongStreamIsCloseToAllOfIt)
{
    Stream s;
    for (int round = 0; round < 5; round++)
        for (uint64_t w = 0; w < 40000; w++)
            s.push_back(w * 977);
    reuse_counts c = measure(s, 4096);
    EXPECT_LT(c.sampled_share, 0.11);
    EXPECT_EQ(c.accesses, s.size());
    EXPECT_EQ(c.reuse.min, 40000u);
    EXPECT_EQ(c.reuse.max, 40000u);
    EXPECT_NEAR(double(c.compulsory), 40000, 4000);
    EXPECT_NEAR(double(c.reuse.n), 160000, 16000);
    EXPECT_NEAR(double(c.stack.sum) / double(c.stack.n), 40000, 4000);
    EXPECT_NEAR(double(reuse_misses(&c, 20000)), 200000, 20000);
    EXPECT_LT(reuse_misses(&c, 60000), 60000u);
}

TEST(Reuse, ScaledCountsAddUpToAllAccesses)
{
    const reuse_counts part = measure(random_stream(3, 1000, 90, true));
    for (uint64_t all : {1000u, 1001u, 1700u, 13000u}) {
        reuse_counts c = part;
        reuse_counts_scale(&c, all);
        EXPECT_EQ(c.accesses, all);
        for (const distances *d : {&c.reuse, &c.stack}) {
            uint64_t n = c.compulsory;
            for (uint64_t count : d->count)
                n += count;
            EXPECT_EQ(n, all);
            EXPECT_EQ(n, c.compulsory + d->n);
        }
        EXPECT_NEAR(double(c.compulsory) / double(all),
                    double(part.compulsory) / 1000, 1e-3);
        EXPECT_NEAR(double(c.stack.sum) / double(c.stack.n),
                    double(part.stack.sum) / double(part.stack.n), 1e-3);
        EXPECT_NEAR(double(reuse_misses(&c, 20)) / double(all),
                    double(reuse_misses(&part, 20)) / 1000, 1e-3);
    }
}

TEST(Reuse, ClearedItIsAsNew)
{
    std::unique_ptr<reuse, decltype(&reuse_free)> r(reuse_new(16), reuse_free);
    for (uint64_t w = 0; w < 1000; w++)
        reuse_access(r.get(), w % 100);
    reuse_clear(r.get());
    reuse_access(r.get(), 1);
    reuse_access(r.get(), 1);
    reuse_counts c = {};
    reuse_read(r.get(), &c);
    EXPECT_EQ(c.accesses, 2u);
    EXPECT_EQ(c.compulsory, 1u);
    EXPECT_EQ(c.stack.n, 1u);
    EXPECT_EQ(c.sampled_share, 1);
}

} // namespace
