// systolic_overlap_test.cpp - whole layers, output stationary with an
// overlapped drain: folds x (Ra + Ca + K - 2) + Ra cycles (Samajdar et al.,
// "A Systematic Methodology for Characterizing Scalability of DNN Accelerators
// using SCALE-Sim", ISPASS 2020).
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
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

uint64_t ceil_of(int64_t a, int b)
{
    return uint64_t((a + b - 1) / b);
}

class SystolicOverlap : public testing::Test
{
  protected:
    SystolicOverlap()
    {
        const char *const set[] = {"array.drain=overlapped"};
        std::unique_ptr<config, decltype(&config_free)> cfg(
            config_load("systolic", set, 1, d), config_free);
        if (cfg == nullptr)
            ADD_FAILURE() << d.text();
        else
            machine = *config_arch(cfg.get());
    }

    layer_result run(const arch &a, const layer &l, bool memo = true)
    {
        const given_mapping none = {};
        simulate_options options = {};
        options.memo = memo;
        layer_result r = {};
        EXPECT_TRUE(simulate_chosen(&a, &l, "os", &none, &options, &r, d))
            << d.text();
        return r;
    }

    void expect_closed_form(int rows, int cols, const layer &l)
    {
        arch a = machine;
        a.rows = rows;
        a.cols = cols;
        const uint64_t folds = uint64_t(l.G) *
                               ceil_of(int64_t(l.N) * l.P * l.Q, rows) *
                               ceil_of(l.M / l.G, cols);
        const uint64_t K = uint64_t(l.C / l.G) * uint64_t(l.R * l.S);
        const uint64_t want =
            folds * (uint64_t(rows + cols) + K - 2) + uint64_t(rows);
        expect_folds(run(a, l), want, rows, cols, l);
    }

    Messages d;
    arch machine = {};
};

TEST_F(SystolicOverlap, OfRandomGemmsTakesTheClosedForm)
{
    random_case random(71);
    for (int k = 0, end = sample(300, "random layers");
         k < end && !HasFailure(); k++) {
        const int rows = random.spread(128), cols = random.spread(128);
        expect_closed_form(rows, cols,
                           gemm_layer(random.spread(3000), random.spread(1000),
                                      random.spread(2000)));
    }
}

TEST_F(SystolicOverlap, OfRandomConvolutionsTakesTheClosedForm)
{
    random_case random(72);
    for (int k = 0, end = sample(300, "random layers");
         k < end && !HasFailure(); k++) {
        const int rows = random.spread(64), cols = random.spread(64);
        expect_closed_form(rows, cols, random.shape());
    }
}

TEST_F(SystolicOverlap, OfTheWorkedExamplesSavesAllDrainsButOne)
{
    expect_closed_form(128, 128, gemm_layer(529, 256, 2400));
    expect_closed_form(128, 128, gemm_layer(3025, 96, 363));
    expect_closed_form(4, 4, gemm_layer(4, 4, 4));
    expect_closed_form(256, 256, gemm_layer(1, 4096, 9216));
    // Where a fold takes no longer than its drain.
    expect_closed_form(16, 1, gemm_layer(100, 30, 1));
}

// Fold by fold: a tight one may be shorter than the drain before it, and one
// with an only psum tile begins when that has left.
uint64_t fold_by_fold(const arch &a, const layer &l, Messages &d)
{
    const dataflow *os = dataflow_find("os");
    const given_mapping none = {};
    mapping m = {};
    auto p = std::make_unique<program>();
    EXPECT_TRUE(os->choose(&a, &l, &none, &m, d));
    os->compile(&a, &l, &m, p.get());
    cursor at;
    pass one;
    uint64_t cycles = 0, drain = 0;
    cursor_start(&at);
    while (cursor_next(p.get(), &at, &one)) {
        const systolic_pass &s = one.work.systolic;
        const int rows = a.tight_folds ? s.rows_used : a.rows;
        const int cols = a.tight_folds ? s.cols_used : a.cols;
        if (one.new_tile[TENSOR_PSUM] && p->buffers[TENSOR_PSUM] == 1) {
            cycles += drain; // its place is the one that is drained to
            drain = 0;
        }
        cycles += std::max(uint64_t(rows + cols) + s.depth - 2, drain);
        drain = uint64_t(rows);
    }
    return cycles + drain;
}

TEST_F(SystolicOverlap, OfTightAndOfCutFoldsTakesEachItsTime)
{
    random_case random(73);
    int held = 0, cut = 0;
    for (int k = 0, end = sample(400, "random layers");
         k < end && !HasFailure(); k++) {
        arch a = machine;
        layer l = random.shape();
        if (random.pick(0, 2) == 0) // short folds, that wait for their turn
            l = gemm_layer(random.pick(1, 90), random.pick(1, 9),
                           random.pick(1, 3));
        a.rows = random.spread(40);
        a.cols = random.spread(40);
        a.tight_folds = random.pick(0, 3) > 0;
        if (random.pick(0, 1)) // psums come back, tiles cut folds
            a.l2_bytes = uint64_t(random.pick(1, 12)) << random.pick(9, 12);
        a.l2_bank_row_words = 1;
        const given_mapping none = {};
        mapping m = {};
        if (!dataflow_find("os")->choose(&a, &l, &none, &m, d))
            continue; // no tile fits
        const uint64_t want = fold_by_fold(a, l, d);
        for (bool memo : {false, true}) {
            const layer_result r = run(a, l, memo);
            EXPECT_EQ(r.array_cycles, want) << describe(l);
            EXPECT_LE(r.bounds_cycles[BOUND_folds], r.cycles) << describe(l);
            held += r.bounds_cycles[BOUND_folds] < r.array_cycles;
            cut += r.counts.access[LEVEL_L2][TENSOR_PSUM].reads >
                   r.counts.access[LEVEL_L2][TENSOR_PSUM].dma_reads;
        }
    }
    if (!sample_is_short()) {
        EXPECT_GT(held, 20);
        EXPECT_GT(cut, 4);
    }
}

} // namespace
