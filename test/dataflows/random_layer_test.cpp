// random_layer_test.cpp - the shapes that the laws are tried on span what they
// claim to hold for.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <functional>

#include "test/random_layer.h"

namespace
{

bool is_prime(int n)
{
    for (int k = 2; k * k <= n; k++)
        if (n % k == 0)
            return false;
    return n > 1;
}

struct kind {
    const char *what;
    std::function<bool(const arch &, const layer &)> holds;
};

const kind kinds[] = {
    {"groups", [](const arch &, const layer &l) { return l.G > 1; }},
    {"depthwise",
     [](const arch &, const layer &l) {
         return l.G > 1 && l.G == l.M && l.G == l.C;
     }},
    {"stride 2", [](const arch &, const layer &l) { return l.stride_w == 2; }},
    {"stride 3", [](const arch &, const layer &l) { return l.stride_w == 3; }},
    {"stride 4", [](const arch &, const layer &l) { return l.stride_h == 4; }},
    {"stride beyond the window",
     [](const arch &, const layer &l) { return l.stride_w > l.S && l.Q > 1; }},
    {"padding", [](const arch &, const layer &l) { return l.pad_top > 0; }},
    {"padding below and on the right alone",
     [](const arch &, const layer &l) {
         return l.pad_top + l.pad_left == 0 && l.pad_bottom * l.pad_right > 0;
     }},
    {"two feature maps that stay on chip",
     [](const arch &a, const layer &l) {
         return l.op == LAYER_MATMUL && a.carries == CARRIES_FILTERS;
     }},
    {"strides that differ",
     [](const arch &, const layer &l) {
         return l.stride_h != l.stride_w && l.P > 1 && l.Q > 1;
     }},
    {"dilations that differ",
     [](const arch &, const layer &l) {
         return l.dilation_h != l.dilation_w && l.R > 1 && l.S > 1;
     }},
    {"dilation 2",
     [](const arch &, const layer &l) {
         return l.dilation_h == 2 && l.dilation_w == 2 && l.R > 1 && l.S > 1;
     }},
    {"three images", [](const arch &, const layer &l) { return l.N == 3; }},
    {"1 x 1",
     [](const arch &, const layer &l) { return l.R == 1 && l.S == 1; }},
    {"a full connection",
     [](const arch &, const layer &l) { return l.P == 1 && l.Q == 1; }},
    {"filters larger than the PE rows",
     [](const arch &a, const layer &l) { return l.R > a.rows; }},
    {"filter rows larger than a register file",
     [](const arch &a, const layer &l) {
         return l.S > a.rf_words[TENSOR_IFMAP];
     }},
    {"a layer smaller than the array",
     [](const arch &a, const layer &l) {
         return l.R * (l.C / l.G) < a.rows && l.P < a.cols && l.M < a.cols;
     }},
    {"primes",
     [](const arch &, const layer &l) {
         return is_prime(l.P) && is_prime(l.Q) && is_prime(l.M / l.G) &&
                is_prime(l.C / l.G);
     }},
    {"one row of PEs",
     [](const arch &a, const layer &) { return a.rows == 1; }},
    {"one PE",
     [](const arch &a, const layer &) { return a.rows == 1 && a.cols == 1; }},
};

TEST(RandomLayer, ThreeHundredShapesSpanWhatTheLawsClaim)
{
    for (unsigned seed : {7u, 8u, 9u}) {
        random_case random(seed);
        int seen[sizeof(kinds) / sizeof(*kinds)] = {};
        for (int k = 0; k < 300; k++) {
            arch a = random.machine();
            a.tight_folds = random.pick(0, 1) != 0;
            a.drain = random.pick(0, 1) ? DRAIN_OVERLAPPED : DRAIN_SERIAL;
            layer l = random.shape();
            for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
                seen[i] += kinds[i].holds(a, l);
        }
        for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
            EXPECT_GE(seen[i], 1) << kinds[i].what << ", seed " << seed;
    }
}

} // namespace
