// fixed_point_test.cpp - functions in whole numbers against the real ones, and
// rounding against its definition.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>

#include "sim/values/fixed_point.h"

namespace
{

constexpr double argument = 1 << FIXED_ARGUMENT, share = 1 << FIXED_SHARE;

// The largest difference over arguments from -far to far, and beyond.
template <typename Fixed, typename Real>
double worst(Fixed fixed, Real real, double unit, double far)
{
    double most = 0;
    for (double x = -far; x <= far; x += 0.000917) {
        const auto word = static_cast<int64_t>(std::floor(x * argument));
        const double at = static_cast<double>(word) / argument;
        const double error =
            std::abs(static_cast<double>(fixed(word)) / unit - real(at)) /
            std::max(1.0, std::abs(at));
        most = std::max(most, error);
    }
    return most;
}

double power(int n)
{
    return std::ldexp(1.0, n);
}

TEST(fixed_point, functions_are_as_near_as_they_say)
{
    const auto exp_minus = [](int64_t t) {
        return fixed_exp_minus(t < 0 ? -t : t);
    };
    EXPECT_LT(worst(
                  exp_minus, [](double x) { return std::exp(-std::abs(x)); },
                  share, 70),
              power(-24));
    EXPECT_LT(worst(
                  fixed_sigmoid,
                  [](double x) { return 1 / (1 + std::exp(-x)); }, share, 70),
              power(-20));
    EXPECT_LT(worst(
                  fixed_tanh, [](double x) { return std::tanh(x); }, share, 40),
              power(-20));
    EXPECT_LT(worst(
                  fixed_silu, [](double x) { return x / (1 + std::exp(-x)); },
                  argument, 40),
              power(-19));
    const double gelu = worst(
        fixed_gelu,
        [](double x) { return x * std::erfc(-x / std::sqrt(2.0)) / 2; },
        argument, 40);
    EXPECT_LT(gelu, power(-11));
    EXPECT_GT(gelu, power(-14)); // the cubic's own error is seen
}

TEST(fixed_point, far_arguments_are_no_fault)
{
    const int64_t far = (int64_t)1 << 62;
    EXPECT_EQ(fixed_exp_minus(far), 0);
    EXPECT_EQ(fixed_sigmoid(far), (int64_t)1 << FIXED_SHARE);
    EXPECT_EQ(fixed_sigmoid(-far), 0);
    EXPECT_EQ(fixed_tanh(-far), -((int64_t)1 << FIXED_SHARE));
    EXPECT_EQ(fixed_gelu(-far), 0);
    EXPECT_EQ(fixed_gelu(far), far);
    EXPECT_EQ(fixed_silu(far), far);
}

TEST(fixed_point, rounds_to_the_nearest_and_up_between)
{
    EXPECT_EQ(fixed_shifted(5, -1), 3);
    EXPECT_EQ(fixed_shifted(-5, -1), -2);
    EXPECT_EQ(fixed_shifted(7, -2), 2);
    EXPECT_EQ(fixed_shifted(7, 3), 56);
    EXPECT_EQ(fixed_shifted(-1, -62), 0);
    EXPECT_EQ(fixed_shifted(INT64_MAX, -63), 1);
    EXPECT_EQ(fixed_shifted(INT64_MIN, -64), 0);
    EXPECT_EQ(fixed_shifted(1, 100), (int64_t)1 << 62);
    EXPECT_EQ(fixed_shifted(-3, 62), -((int64_t)1 << 62));
    for (int64_t a = -40; a <= 40; a++)
        for (int64_t b = 1; b <= 9; b++)
            EXPECT_EQ(
                fixed_divided(a, b),
                static_cast<int64_t>(std::floor(
                    static_cast<double>(a) / static_cast<double>(b) + 0.5)))
                << a << " / " << b;
}

TEST(fixed_point, roots_are_whole)
{
    for (int64_t v = 0; v < 100000; v += 7) {
        const int64_t root = fixed_root(v);
        EXPECT_LE(root * root, v);
        EXPECT_GT((root + 1) * (root + 1), v);
    }
    EXPECT_EQ(fixed_root(((int64_t)1 << 62) - 1), ((int64_t)1 << 31) - 1);
}

} // namespace
