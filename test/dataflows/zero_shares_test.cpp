// zero_shares_test.cpp - shares of work that zeros leave, against chances that
// are added up word by word.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <functional>
#include <vector>

#include "dataflows/zero_shares.h"
#include "test/random_layer.h"

namespace
{

// A machine whose PEs skip zeros of both operands.
arch skipping(int multipliers, bool is_coded)
{
    arch a = random_case(1).machine();
    std::strcpy(a.skips[0], "both");
    a.multipliers = multipliers;
    a.coding = is_coded ? CODING_CSC : CODING_NONE;
    return a;
}

layer with_zeros(double ifmap, double filter)
{
    layer l = random_case(2).shape();
    l.zero_share[TENSOR_IFMAP] = ifmap;
    l.zero_share[TENSOR_FILTER] = filter;
    return l;
}

// The mean of what a number of words that are not zero comes to, over all
// patterns of `words` words.
double mean(int words, double share, const std::function<double(int)> &of)
{
    std::vector<double> chance{1}; // of so many that are not zero
    for (int w = 0; w < words; w++) {
        std::vector<double> next(chance.size() + 1, 0.0);
        for (size_t k = 0; k < chance.size(); k++) {
            next[k] += chance[k] * (1 - share);
            next[k + 1] += chance[k] * share;
        }
        chance = next;
    }
    double sum = 0;
    for (size_t k = 0; k < chance.size(); k++)
        sum += chance[k] * of(int(k));
    return sum;
}

TEST(ZeroShares, AreOneWherePesSkipNothing)
{
    const arch a = random_case(1).machine();
    const layer l = with_zeros(0.5, 0.25);
    const zero_shares s = zero_shares_of(&a, &l, TENSOR_IFMAP);
    for (int held = 1; held < 9; held++) {
        EXPECT_EQ(zero_shares_product_cycles(&s, held), 1);
        EXPECT_EQ(zero_shares_window_cycles(&s, 3, held), 3 * held);
        EXPECT_EQ(zero_shares_add_cycles(&s, held), held);
    }
    for (int t = 0; t < TENSOR_N; t++)
        EXPECT_EQ(zero_shares_sent(&s, tensor(t), 12345), 12345u);
    const int each = a.network[NETWORK_IFMAP].words_per_slot;
    EXPECT_EQ(zero_shares_slots(&s, TENSOR_IFMAP, 7), (7 + each - 1) / each);
}

TEST(ZeroShares, ProductsComeOneOrTwoAtATime)
{
    for (int multipliers = 1; multipliers <= 2; multipliers++)
        for (double filter : {0.0, 0.3, 0.9}) {
            const arch a = skipping(multipliers, false);
            const layer l = with_zeros(0.4, filter);
            const zero_shares s = zero_shares_of(&a, &l, TENSOR_IFMAP);
            for (int held = 1; held <= 12; held++) {
                const double cycles =
                    0.6 * mean(held, 1 - filter, [=](int k) {
                        return (k + multipliers - 1) / multipliers;
                    });
                EXPECT_NEAR(zero_shares_product_cycles(&s, held) * held, cycles,
                            1e-9);
                EXPECT_LE(zero_shares_product_cycles(&s, 0),
                          zero_shares_product_cycles(&s, held) + 1e-12);
                // Nothing is left of a window of three words.
                const double none = mean(3, 0.6, [=](int k) {
                    return std::pow(filter, double(k * held));
                });
                EXPECT_NEAR(
                    zero_shares_window_cycles(&s, 3, held),
                    3 * cycles +
                        (filter > 0
                             ? none
                             : mean(3, 0.6, [](int k) { return k == 0; })),
                    1e-9);
            }
            EXPECT_EQ(zero_shares_add_cycles(&s, 5), multipliers == 2 ? 3 : 5);
        }
}

TEST(ZeroShares, CodedWordsFillSlotsWithTheirCounts)
{
    arch a = skipping(1, true);
    a.precision_bits[TENSOR_IFMAP] = a.precision_bits[TENSOR_FILTER] = 8;
    a.network[NETWORK_IFMAP].words_per_slot = 3;
    a.network[NETWORK_FILTER].words_per_slot = 3;
    const layer l = with_zeros(0.75, 0.5);
    const zero_shares s = zero_shares_of(&a, &l, TENSOR_FILTER);
    EXPECT_EQ(s.window, 0.5);
    EXPECT_EQ(s.held, 0.25);
    EXPECT_EQ(s.slot_words[TENSOR_IFMAP], 2); // 12 bits each in 24
    for (int words : {1, 2, 5, 30, 64})
        EXPECT_NEAR(zero_shares_slots(&s, TENSOR_IFMAP, words),
                    mean(words, 0.25, [](int k) { return (k + 1) / 2; }), 1e-9);
    EXPECT_NEAR(zero_shares_slots(&s, TENSOR_FILTER, 100),
                mean(100, 0.5, [](int k) { return (k + 1) / 2; }), 0.01);
    // A quarter of the words come, two to a slot in place of three.
    EXPECT_EQ(zero_shares_sent(&s, TENSOR_IFMAP, 1000), 375u);
    EXPECT_EQ(zero_shares_sent(&s, TENSOR_PSUM, 1000), 1000u);
}

} // namespace
