// systolic_shadow_test.cpp - whole layers, weight and input stationary, with
// words that come in behind those in use: Ra cycles for the first load, then
// max(Ra, stream) a fold, but the last one's stream alone, Ra + Ca - 2 to
// leave.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
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

namespace
{

uint64_t ceil_of(int64_t a, int b)
{
    return uint64_t((a + b - 1) / b);
}

class SystolicShadowLayers : public testing::TestWithParam<const char *>
{
  protected:
    SystolicShadowLayers()
    {
        const char *const set[] = {"array.preload=shadow"};
        std::unique_ptr<config, decltype(&config_free)> cfg(
            config_load("systolic", set, 1, d), config_free);
        if (cfg == nullptr)
            ADD_FAILURE() << d.text();
        else
            machine = *config_arch(cfg.get());
    }

    // whole: each tensor of a group is one tile, so that none waits for a
    // place.
    layer_result run(const arch &a, const layer &l, bool memo = true,
                     bool whole = false)
    {
        given_mapping given = {};
        for (const char *name : {"m", "n", "e", "c", "f"}) {
            given_param &param = given.param[given.n];
            std::strcpy(param.name, name);
            param.value = 65535;
            given.n += whole;
        }
        simulate_options options = {};
        options.memo = memo;
        layer_result r = {};
        EXPECT_TRUE(
            simulate_chosen(&a, &l, GetParam(), &given, &options, &r, d))
            << d.text();
        return r;
    }

    bool is_ws() const
    {
        return std::strcmp(GetParam(), "ws") == 0;
    }

    void expect_closed_form(int rows, int cols, const layer &l)
    {
        arch a = machine;
        a.rows = rows;
        a.cols = cols;
        const int64_t outputs = int64_t(l.N) * l.P * l.Q, filters = l.M / l.G;
        const int64_t K = int64_t(l.C / l.G) * l.R * l.S;
        const int64_t stream = is_ws() ? outputs : filters;
        const uint64_t folds = uint64_t(l.G) * ceil_of(K, rows) *
                               ceil_of(is_ws() ? filters : outputs, cols);
        const uint64_t want =
            uint64_t(rows) +
            (folds - 1) * uint64_t(std::max(int64_t(rows), stream)) +
            uint64_t(stream) + uint64_t(rows + cols) - 2;
        expect_folds(run(a, l, true, true), want, rows, cols, l);
    }

    Messages d;
    arch machine = {};
};

TEST_P(SystolicShadowLayers, OfRandomGemmsTakeTheClosedForm)
{
    random_case random(171);
    for (int k = 0; k < 150 && !HasFailure(); k++) {
        const int rows = random.spread(128), cols = random.spread(128);
        expect_closed_form(rows, cols,
                           gemm_layer(random.spread(1000), random.spread(1000),
                                      random.spread(1000)));
    }
}

TEST_P(SystolicShadowLayers, OfRandomConvolutionsTakeTheClosedForm)
{
    random_case random(172);
    for (int k = 0; k < 150 && !HasFailure(); k++) {
        const int rows = random.spread(64), cols = random.spread(64);
        layer l = random.shape();
        while (l.G > 2) // each group has its own tiles, L2 places for two
            l = random.shape();
        expect_closed_form(rows, cols, l);
    }
}

// 16 to load the first, 16 x max(M, 16) streamed, 30 to leave.
TEST_P(SystolicShadowLayers, OfTheWorkedExamplesHideAllLoadsButOne)
{
    arch a = machine;
    a.rows = a.cols = 16;
    EXPECT_EQ(run(a, gemm_layer(64, 64, 64)).cycles, 1070u);
    if (is_ws())
        EXPECT_EQ(run(a, gemm_layer(16, 64, 64)).cycles, 302u);
    else
        EXPECT_EQ(run(a, gemm_layer(64, 16, 64)).cycles, 302u);
}

// Fold by fold where each tensor has one tile in L2: a fold waits until the
// tiles that it replaces are out.
uint64_t fold_by_fold(const program &p, bool holds_ifmap, uint64_t *cut)
{
    const arch &a = p.arch;
    const uint64_t R = uint64_t(a.rows), C = uint64_t(a.cols);
    const tensor held = holds_ifmap ? TENSOR_IFMAP : TENSOR_FILTER;
    const tensor streams = holds_ifmap ? TENSOR_FILTER : TENSOR_IFMAP;
    // By tensor, of its tiles: when the last ones leave.
    uint64_t gone[TENSOR_N][2] = {}, tiles[TENSOR_N] = {};
    uint64_t loads = 0, flows = 0, end = 0;
    cursor at;
    pass one;
    cursor_start(&at);
    for (bool first = true; cursor_next(&p, &at, &one); first = false) {
        const systolic_pass &s = one.work.systolic;
        uint64_t there[TENSOR_N] = {};
        for (int t = 0; t < TENSOR_N; t++)
            if (one.new_tile[t]) {
                const uint64_t n = uint64_t(p.buffers[t]);
                there[t] = tiles[t] >= n ? gone[t][tiles[t] % n] : 0;
                tiles[t]++;
            }
        *cut += s.psum_in;
        // Streams are seen R cycles ahead: a load begins no earlier.
        const uint64_t late = std::max(there[streams], there[TENSOR_PSUM]);
        loads = std::max({flows, there[held], late > R ? late - R : 0});
        const uint64_t fed = first ? 0 : end; // the pass before has no more
        flows = std::max(loads + R, fed);
        end = flows + s.depth;
        const auto leave = [&](tensor t, uint64_t cycle) {
            if (one.last_use[t])
                gone[t][(tiles[t] - 1) % uint64_t(p.buffers[t])] = cycle;
        };
        leave(held, std::max(flows, loads + R + s.cols_used - 1));
        leave(streams, end + s.rows_used - 1);
        leave(TENSOR_PSUM, end + R + C - 2);
    }
    return end + R + C - 2;
}

TEST_P(SystolicShadowLayers, OfCutTilesTakeEachItsTime)
{
    random_case random(173);
    const dataflow *flow = dataflow_find(GetParam());
    uint64_t cut = 0;
    int held = 0, runs = 0;
    for (int k = 0; k < 400 && !HasFailure(); k++) {
        arch a = machine;
        layer l = random.shape();
        if (random.pick(0, 2) == 0)
            l = gemm_layer(random.pick(1, 90), random.pick(1, 90),
                           random.pick(1, 60));
        a.rows = random.spread(20);
        a.cols = random.spread(40);
        if (random.pick(0, 1)) // psums come back, tiles cut folds
            a.l2_bytes = uint64_t(random.pick(1, 12)) << random.pick(9, 12);
        a.l2_bank_row_words = 1;
        const given_mapping none = {};
        mapping m = {};
        if (!flow->choose(&a, &l, &none, &m, d))
            continue; // no tile fits
        auto p = std::make_unique<program>();
        flow->compile(&a, &l, &m, p.get());
        program_lay_out(p.get(), 1);
        const uint64_t want = fold_by_fold(*p, !is_ws(), &cut);
        for (bool memo : {false, true}) {
            const layer_result r = run(a, l, memo);
            EXPECT_EQ(r.cycles, want) << describe(l);
            EXPECT_LE(r.bounds_cycles[BOUND_folds], r.cycles) << describe(l);
            held += r.bounds_cycles[BOUND_folds] < r.cycles;
        }
        runs++;
    }
    EXPECT_GT(runs, 100);
    EXPECT_GT(held, 4);
    EXPECT_GT(cut, 4u);
}

std::string name_of(const testing::TestParamInfo<const char *> &info)
{
    return info.param;
}

INSTANTIATE_TEST_SUITE_P(Stationary, SystolicShadowLayers,
                         testing::Values("ws", "is"), name_of);

} // namespace
