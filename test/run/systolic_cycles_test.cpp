// systolic_cycles_test.cpp - whole layers on systolic.cfg take the field's
// closed form: Samajdar et al., "A Systematic Methodology for Characterizing
// Scalability of DNN Accelerators using SCALE-Sim", ISPASS 2020.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>

#include "dataflows/program.h"
#include "sim/config/config.h"
#include "sim/config/layer_text.h"
#include "sim/run/simulate.h"
#include "test/messages.h"
#include "test/random_layer.h"
#include "test/run/folds_layer.h"
#include "test/sample.h"

namespace
{

enum { SHAPES = 140 };

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
    if (dataflow == "is")
        return g.groups * ceil_of(g.K, rows) * ceil_of(g.M, cols) *
               (2 * rows + cols + g.N - 2);
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
            !simulate_chosen(config_arch(cfg.get()), &l, GetParam(), &none,
                             &options, &r, d))
            ADD_FAILURE() << d.text();
        return r;
    }

    void expect_closed_form(int rows, int cols, const layer &l)
    {
        const uint64_t want =
            closed_form(GetParam(), gemm_of(l), uint64_t(rows), uint64_t(cols));
        expect_folds(run(rows, cols, l), want, rows, cols, l);
    }

    Messages d;
};

TEST_P(SystolicCycles, OfRandomGemmsAreTheClosedForm)
{
    random_case random(31);
    for (int k = 0, end = sample(SHAPES, "random layers");
         k < end && !HasFailure(); k++) {
        const int rows = random.spread(256), cols = random.spread(256);
        expect_closed_form(rows, cols,
                           gemm_layer(random.spread(5000), random.spread(2000),
                                      random.spread(5000)));
    }
}

TEST_P(SystolicCycles, OfRandomConvolutionsAreTheClosedForm)
{
    random_case random(32);
    for (int k = 0, end = sample(SHAPES, "random layers");
         k < end && !HasFailure(); k++) {
        const int rows = random.spread(64), cols = random.spread(64);
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

// Whether some tiles that L2 takes waste no fold: each tile a whole number of
// folds but for what the layer's edge leaves, and nothing that streams cut.
bool some_tiles_waste_nothing(const arch &a, const layer &l,
                              const std::string &dataflow)
{
    const gemm g = gemm_of(l);
    const uint64_t rows = uint64_t(a.rows), cols = uint64_t(a.cols);
    const int Mg = int(g.N), Cg = l.C / l.G, taps = l.R * l.S;
    const auto folds = [](int extent, int tile, int unit, uint64_t fold) {
        uint64_t n = 0;
        for (int at = 0; at < extent; at += tile)
            n += ceil_of(uint64_t(std::min(tile, extent - at) * unit), fold);
        return n;
    };
    for (int n = 1; n <= l.N; n++)
        for (int e = 1; e <= l.P; e++)
            for (int c = 1; c <= Cg; c++)
                for (int m = 1; m <= Mg; m++) {
                    const tiling t = {m, n, e, c, m, 0, 0, 0};
                    int buffers[TENSOR_N], banks[TENSOR_N];
                    tensor lacks;
                    uint64_t words;
                    const uint64_t strip_fold = dataflow == "os" ? rows : cols;
                    uint64_t strips = 0;
                    for (int n0 = 0; n0 < l.N; n0 += n)
                        strips += folds(l.P, e, std::min(n, l.N - n0) * l.Q,
                                        strip_fold);
                    const bool outputs = strips == ceil_of(g.M, strip_fold);
                    const bool products =
                        folds(Cg, c, taps, rows) == ceil_of(g.K, rows);
                    const bool filters =
                        folds(Mg, m, 1, cols) == ceil_of(g.N, cols);
                    if (!(dataflow == "os" ? outputs && filters && c == Cg
                          : dataflow == "is"
                              ? outputs && products && m == Mg
                              : products && filters && n == l.N && e == l.P))
                        continue;
                    if (tiling_fits(&a, &l, &t, buffers, banks, &lacks, &words))
                        return true;
                }
    return false;
}

TEST_P(SystolicCycles, AreTheClosedFormWhereAnyTilesThatFitWasteNoFold)
{
    random_case random(33);
    int none = 0, some = 0;
    const int end = sample(SHAPES, "random layers");
    for (int k = 0; k < end && !HasFailure(); k++) {
        const layer l = random.shape();
        arch a = random.machine();
        a.array_network = NETWORK_SYSTOLIC;
        a.rows = random.spread(40);
        a.cols = random.spread(40);
        a.l2_bytes = uint64_t(random.pick(1, 12)) << random.pick(9, 12);
        a.l2_bank_row_words = 1;
        a.tight_folds = false;
        std::strcpy(a.dram_model, "ideal");
        for (network_arch &net : a.network)
            net.slots_per_cycle = 40;
        if (!some_tiles_waste_nothing(a, l, GetParam())) {
            none++;
            continue;
        }
        some++;
        const given_mapping nothing = {};
        const simulate_options options = {};
        layer_result r = {};
        ASSERT_TRUE(
            simulate_chosen(&a, &l, GetParam(), &nothing, &options, &r, d))
            << d.text();
        EXPECT_EQ(r.cycles, closed_form(GetParam(), gemm_of(l),
                                        uint64_t(a.rows), uint64_t(a.cols)))
            << describe(l) << " on " << a.rows << " x " << a.cols << ", "
            << a.l2_bytes << " bytes";
    }
    if (!sample_is_short()) {
        EXPECT_GT(none, end / 40);
    }
    EXPECT_GT(some, end / 4);
}

TEST_P(SystolicCycles, OfTheWorkedExamplesAreThoseOfTheManual)
{
    const std::string flow = GetParam();
    layer deep = {}, wide = {};
    ASSERT_TRUE(layer_parse_shape("M=256,C=96,H=27,W=27,R=5,S=5", &deep, d));
    ASSERT_TRUE(layer_finish(&deep, src_pos{nullptr, 0}, d));
    ASSERT_TRUE(
        layer_parse_shape("M=96,C=3,H=227,W=227,R=11,S=11,stride=4", &wide, d));
    ASSERT_TRUE(layer_finish(&wide, src_pos{nullptr, 0}, d));
    EXPECT_EQ(run(128, 128, deep).cycles, flow == "os"   ? 27820u
                                          : flow == "ws" ? 34618u
                                                         : 60610u);
    EXPECT_EQ(run(128, 128, wide).cycles, flow == "os"   ? 17880u
                                          : flow == "ws" ? 10221u
                                                         : 34416u);
    EXPECT_EQ(run(4, 4, gemm_layer(4, 4, 4)).cycles, 14u);
}

INSTANTIATE_TEST_SUITE_P(Dataflows, SystolicCycles,
                         testing::Values("os", "ws", "is"),
                         [](const testing::TestParamInfo<const char *> &array) {
                             return std::string(array.param);
                         });

} // namespace
