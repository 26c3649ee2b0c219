// rlc_test.cpp - run-length coding: sizes of real streams by hand, and the
// expected size against the mean of many random ones.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>

#include "mem/rlc.h"

namespace
{

// '0' is a zero, anything else is not.
uint64_t coded(const std::string &values, int value_bits = 16)
{
    rlc_stream s = {};
    for (char v : values)
        rlc_take(&s, v == '0');
    return rlc_bytes(&s, value_bits);
}

TEST(Rlc, AWordHoldsThreePairsOf16BitValues)
{
    EXPECT_EQ(rlc_pairs_per_word(16), 3);
    EXPECT_EQ(rlc_pairs_per_word(8), 4);
    EXPECT_EQ(rlc_pairs_per_word(58), 1);
    EXPECT_EQ(rlc_pairs_per_word(59), 0);
}

TEST(Rlc, APairIsARunOfZerosAndTheValueBehindIt)
{
    EXPECT_EQ(coded(""), 0u);
    EXPECT_EQ(coded("1"), 8u);
    EXPECT_EQ(coded("101"), 8u);
    EXPECT_EQ(coded("111"), 8u);
    EXPECT_EQ(coded("1111"), 16u);
    EXPECT_EQ(coded("001010001"), 8u);
    EXPECT_EQ(coded("0010100011"), 16u);
}

TEST(Rlc, TheRunThatEndsAStreamTakesAPair)
{
    EXPECT_EQ(coded("0"), 8u);
    EXPECT_EQ(coded("1100"), 8u);
    EXPECT_EQ(coded("11100"), 16u);
}

TEST(Rlc, ARunOfMoreThan31ZerosSpendsAPairOnTheNextOne)
{
    const std::string zeros31(31, '0'), zeros32(32, '0');
    EXPECT_EQ(coded(zeros31 + "1" + zeros31 + "1" + zeros31 + "1"), 8u);
    EXPECT_EQ(coded(zeros32 + zeros32 + zeros32), 8u);
    EXPECT_EQ(coded(zeros32 + zeros32 + zeros32 + "1"), 16u);
}

TEST(Rlc, WithoutZerosThreeValuesTakeAWordOfFour)
{
    EXPECT_EQ(rlc_expected_bytes(300, 16, 0), 800u);
    EXPECT_EQ(rlc_expected_bytes(301, 16, 0), 808u);
    EXPECT_EQ(rlc_expected_bytes(300, 8, 0), 600u);
    EXPECT_EQ(rlc_expected_bytes(0, 16, 0.5), 0u);
}

TEST(Rlc, AllZerosTakeAPairPer32)
{
    // 3200 values: 100 pairs, and the mean half of one that is cut short.
    EXPECT_EQ(rlc_expected_bytes(3200, 16, 1), 34u * 8);
    EXPECT_EQ(coded(std::string(3200, '0')), 34u * 8);
}

TEST(Rlc, TheExpectedSizeIsTheMeanOfRandomStreams)
{
    std::mt19937_64 engine(5);
    for (int percent = 0; percent <= 100; percent += 5)
        for (int n : {1, 7, 33, 225, 2000}) {
            double z = percent / 100.0, sum = 0, squares = 0;
            const int streams = 400;
            for (int k = 0; k < streams; k++) {
                rlc_stream s = {};
                for (int i = 0; i < n; i++)
                    rlc_take(&s, static_cast<double>(engine() >> 11) <
                                     z * 9007199254740992.0);
                double words = static_cast<double>(rlc_bytes(&s, 16)) / 8;
                sum += words;
                squares += words * words;
            }
            double mean = sum / streams;
            double sigma =
                std::sqrt(std::fmax(0, squares / streams - mean * mean));
            double expected = static_cast<double>(rlc_expected_bytes(
                                  static_cast<uint64_t>(n), 16, z)) /
                              8;
            // A whole code word of rounding, and the scatter of the mean.
            EXPECT_LE(std::fabs(expected - mean),
                      1 + 5 * sigma / std::sqrt(double(streams)))
                << n << " values, " << percent << " % zeros";
        }
}

TEST(Rlc, MoreZerosNeverTakeMoreBytes)
{
    for (uint64_t n : {10u, 1000u, 123457u}) {
        uint64_t before = rlc_expected_bytes(n, 16, 0);
        for (int k = 1; k <= 1000; k++) {
            uint64_t now = rlc_expected_bytes(n, 16, k / 1000.0);
            EXPECT_LE(now, before + 8);
            before = now;
        }
    }
}

} // namespace
