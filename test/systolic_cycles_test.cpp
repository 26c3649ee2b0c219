// systolic_cycles_test.cpp - whole layers on systolic.cfg take the field's
// closed form: Samajdar et al., "A Systematic Methodology for Characterizing
// Scalability of DNN Accelerators using SCALE-Sim", ISPASS 2020.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>

#include "random_layer.h"
#include "sim/config.h"
#include "sim/simulate.h"
#include "test/messages.h"

namespace
{

enum { SHAPES = 600 };

uint64_t ceil_of(uint64_t a, uint64_t b)
{
    return (a + b - 1) / b;
}

// M x K times K x N: outputs of a filter, filters, products of an output.
struct gemm {
    uint64_t M, N, K, groups;
};

gemm gemm_of(const layer &l)
{
    return {uint64_t(l.N) * uint64_t(l.P) * uint64_t(l.Q), uint64_t(l.M / l.G),
            uint64_t(l.C / l.G) * uint64_t(l.R) * uint64_t(l.S), uint64_t(l.G)};
}

// Folds, and cycles of each: load or shift out, then the wave.
uint64_t closed_form(const std::string &dataflow, const gemm &g, uint64_t rows,
                     uint64_t cols)
{
    if (dataflow == "os")
        return g.groups * ceil_of(g.M, rows) * ceil_of(g.N, cols) *
               (2 * rows + cols + g.K - 2);
    return g.groups * ceil_of(g.K, rows) * ceil_of(g.N, cols) *
           (2 * rows + cols + g.M - 2);
}

class SystolicCycles : public testing::TestWithParam<const char *>
{
  protected:
    // What the layer takes on systolic.cfg with this array.
    layer_result run(int rows, int cols, const layer &l)
    {
        const std::string set[] = {"array.rows=" + std::to_string(rows),
                                   "array.cols=" + std::to_string(cols)};
        const char *const texts[] = {set[0].c_str(), set[1].c_str()};
        std::unique_ptr<config, decltype(&config_free)> cfg(
            config_load("systolic", texts, 2, d), config_free);
        const given_mapping none = {};
        simulate_options options = {};
        options.memo = true;
        layer_result r = {};
        if (cfg == nullptr ||
            !simulate_layer(config_arch(cfg.get()), &l, GetParam(), &none,
                            &options, &r, d))
            ADD_FAILURE() << d.text();
        return r;
    }

    void expect_closed_form(int rows, int cols, const layer &l)
    {
        const uint64_t want =
            closed_form(GetParam(), gemm_of(l), uint64_t(rows), uint64_t(cols));
        const layer_result r = run(rows, cols, l);
        const std::string what = describe(l) + " on " + std::to_string(rows) +
                                 " x " + std::to_string(cols);
        EXPECT_EQ(r.cycles, want) << what;
        EXPECT_EQ(r.array_cycles, want) << what;
        EXPECT_EQ(r.ledger_pe_cycles[LEDGER_wait_dram], 0u) << what;
    }

    layer gemm_layer(int M, int N, int K)
    {
        layer l = {};
        const std::string text = "M=" + std::to_string(M) +
                                 ",N=" + std::to_string(N) +
                                 ",K=" + std::to_string(K);
        EXPECT_TRUE(layer_parse_gemm(text.c_str(), &l, d)) << d.text();
        return l;
    }

    // 1 to `most`, each doubling as likely as the next.
    static int spread(random_case &random, int most)
    {
        const double share = random.pick(0, 1000) / 1000.0;
        return static_cast<int>(std::pow(most, share));
    }

    Messages d;
};

TEST_P(SystolicCycles, OfRandomGemmsAreTheClosedForm)
{
    random_case random(31);
    for (int k = 0; k < SHAPES && !HasFailure(); k++) {
        const int rows = spread(random, 256), cols = spread(random, 256);
        expect_closed_form(rows, cols,
                           gemm_layer(spread(random, 5000),
                                      spread(random, 2000),
                                      spread(random, 5000)));
    }
}

TEST_P(SystolicCycles, OfRandomConvolutionsAreTheClosedForm)
{
    random_case random(32);
    for (int k = 0; k < SHAPES && !HasFailure(); k++) {
        const int rows = spread(random, 64), cols = spread(random, 64);
        expect_closed_form(rows, cols, random.shape());
    }
}

TEST_P(SystolicCycles, OfGemmsLargerThanL2AreTheClosedForm)
{
    for (int array : {32, 128, 256}) {
        expect_closed_form(array, array, gemm_layer(3025, 1024, 9216));
        expect_closed_form(array, array, gemm_layer(10007, 9973, 10009));
        expect_closed_form(array, array, gemm_layer(1, 4096, 25088));
        expect_closed_form(array, array, gemm_layer(50176, 64, 576));
    }
}

TEST_P(SystolicCycles, OfTheWorkedExamplesAreThoseOfTheManual)
{
    const bool os = std::string(GetParam()) == "os";
    layer deep = {}, wide = {};
    ASSERT_TRUE(layer_parse_shape("M=256,C=96,H=27,W=27,R=5,S=5", &deep, d));
    ASSERT_TRUE(layer_finish(&deep, src_pos{nullptr, 0}, d));
    ASSERT_TRUE(
        layer_parse_shape("M=96,C=3,H=227,W=227,R=11,S=11,stride=4", &wide, d));
    ASSERT_TRUE(layer_finish(&wide, src_pos{nullptr, 0}, d));
    EXPECT_EQ(run(128, 128, deep).cycles, os ? 27820u : 34618u);
    EXPECT_EQ(run(128, 128, wide).cycles, os ? 17880u : 10221u);
    EXPECT_EQ(run(4, 4, gemm_layer(4, 4, 4)).cycles, 14u);
}

INSTANTIATE_TEST_SUITE_P(Dataflows, SystolicCycles, testing::Values("os", "ws"),
                         [](const testing::TestParamInfo<const char *> &info) {
                             return std::string(info.param);
                         });

} // namespace
