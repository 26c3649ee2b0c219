// systolic_shadow_test.cpp - words that stay come in behind those in use:
// the array against an oracle, row by row against itself, put in the middle of
// passes, and with values.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <random>
#include <tuple>

#include "pe/systolic_rows.h"
#include "test/pe/systolic_fixture.h"
#include "test/pe/systolic_oracle.h"

namespace
{

systolic_cfg shadow(int rows, int cols)
{
    systolic_cfg cfg = wide_systolic(rows, cols);
    cfg.shadow_words = true;
    return cfg;
}

class SystolicShadow : public testing::Test
{
  protected:
    int pick(int low, int high)
    {
        return low + int(engine() % unsigned(high - low + 1));
    }

    systolic_cfg any_cfg()
    {
        systolic_cfg cfg =
            shadow(pick(1, 9), pick(0, 7) > 0 ? pick(1, 12) : pick(62, 130));
        if (pick(0, 1)) {
            cfg.strip_words = pick(0, 6);
            cfg.strip_min_cycles = pick(0, 3);
            cfg.commands_in_flight = pick(0, 4);
            cfg.command_cycles = pick(0, 1) * pick(1, 40);
        }
        return cfg;
    }

    // Half of them in lines, with which strips end.
    systolic_pass any_pass(const systolic_cfg &cfg, systolic_kind kind)
    {
        const int line = pick(1, 9), lines = pick(1, 4), one = pick(0, 1);
        systolic_pass pass = systolic_pass_of(
            kind, pick(1, cfg.rows), pick(1, cfg.cols),
            unsigned(one ? pick(1, 20) : line * lines), pick(0, 1) != 0);
        pass.line_words = unsigned(one ? 0 : line);
        return pass;
    }

    std::vector<late_pass> any_passes(const systolic_cfg &cfg)
    {
        const systolic_kind kind = pick(0, 1) ? SYSTOLIC_WS : SYSTOLIC_IS;
        std::vector<late_pass> passes;
        const int n = pick(1, 7);
        for (int k = 0; k < n; k++)
            passes.push_back({any_pass(cfg, kind),
                              uint64_t(pick(0, 2) > 0 ? 0 : pick(1, 60))});
        return passes;
    }

    std::mt19937 engine{91};
};

// Runs passes, and says what each window did.
template <typename Step>
std::vector<pass_counts> run(const systolic_array &array,
                             const std::vector<late_pass> &passes, Step step)
{
    std::vector<pass_counts> windows;
    uint64_t drain = 0;
    const auto until_done = [&] {
        while (!systolic_is_done(array.s))
            step();
    };
    const auto alone = [&](uint64_t cycles) {
        if (cycles > 0)
            systolic_let_drain(array.s, cycles);
        until_done();
    };
    for (const late_pass &p : passes) {
        alone(std::min(p.late_cycles, drain));
        systolic_issue(array.s, &p.pass, nullptr);
        until_done();
        windows.push_back(array.counts());
        drain = windows.back().drain_cycles;
    }
    alone(drain);
    windows.push_back(array.counts());
    EXPECT_FALSE(systolic_step(array.s));
    return windows;
}

TEST_F(SystolicShadow, OfAnyPassesDoesWhatTheOracleTells)
{
    for (int k = 0; k < 600 && !HasFailure(); k++) {
        const systolic_cfg cfg = any_cfg();
        const auto passes = any_passes(cfg);
        const systolic_array array(cfg);
        const auto want = run_shadow_oracle(cfg, passes);
        const auto got = run(array, passes, [&] { systolic_step(array.s); });
        ASSERT_EQ(got.size(), want.size());
        for (size_t i = 0; i < want.size(); i++)
            EXPECT_EQ(differences(got[i], want[i]), "")
                << "window " << i << " of " << want.size() << ", " << cfg.rows
                << " x " << cfg.cols;
    }
}

// Cycles that do what the one before did are counted without being stepped.
TEST_F(SystolicShadow, InStepsOfManyCyclesDoesTheSame)
{
    uint64_t steps = 0, cycles = 0;
    for (int k = 0; k < 300 && !HasFailure(); k++) {
        const systolic_cfg cfg = any_cfg();
        auto passes = any_passes(cfg);
        for (late_pass &p : passes)
            if (pick(0, 1))
                p.pass.depth *= 30;
        const systolic_array array(cfg), other(cfg);
        const auto want = run(other, passes, [&] { systolic_step(other.s); });
        const auto got = run(array, passes, [&] {
            cycles += systolic_steps(array.s, uint64_t(pick(1, 90)));
            steps++;
        });
        for (size_t i = 0; i < want.size(); i++)
            EXPECT_EQ(differences(got[i], want[i]), "") << "window " << i;
    }
    EXPECT_GT(cycles, steps + 10000);
}

// Passes foreseen: no plane moves.
TEST_F(SystolicShadow, ForeseenDoesWhatTheOracleTells)
{
    uint64_t steps = 0, cycles = 0;
    for (int k = 0; k < 500 && !HasFailure(); k++) {
        const systolic_cfg cfg = any_cfg();
        auto passes = any_passes(cfg);
        for (late_pass &p : passes)
            if (pick(0, 30) == 0)
                p.pass.depth *= 30;
        const systolic_array array(cfg);
        systolic_may_foresee(array.s);
        const uint64_t most = pick(0, 1) ? UINT64_MAX : uint64_t(pick(1, 90));
        const auto want = run_shadow_oracle(cfg, passes);
        const auto got = run(array, passes, [&] {
            cycles += systolic_steps(array.s, most);
            steps++;
        });
        for (size_t i = 0; i < want.size(); i++)
            EXPECT_EQ(differences(got[i], want[i]), "")
                << "window " << i << " of " << want.size() << ", " << cfg.rows
                << " x " << cfg.cols;
    }
    EXPECT_GT(cycles, 5 * steps);
}

// Two rows, one column, streams of three words: by hand.
TEST_F(SystolicShadow, OfTwoPassesTakesWhatIsSaid)
{
    const systolic_pass p = systolic_pass_of(SYSTOLIC_WS, 2, 1, 3);
    const systolic_array array(shadow(2, 1));
    const auto got =
        run(array, {{p, 0}, {p, 0}}, [&] { systolic_step(array.s); });
    ASSERT_EQ(got.size(), 3u);
    EXPECT_EQ(got[0].cycles, 2u); // the first load
    EXPECT_EQ(got[1].cycles, 3u); // words of the first, behind them a load
    EXPECT_EQ(got[2].cycles, 4u); // words of the second, and down a row
    EXPECT_EQ(got[0].pe_cycles[PE_FILL], 4u);
    EXPECT_EQ(got[1].pe_cycles[PE_FILL], 1u); // the lower PE, a cycle later
    EXPECT_EQ(got[1].pe_cycles[PE_MAC], 5u);
    EXPECT_EQ(got[2].pe_cycles[PE_MAC], 7u);
    EXPECT_EQ(got[2].pe_cycles[PE_DRAIN], 1u);
}

TEST_F(SystolicShadow, RowByRowInAnyOrderIsTheWholeArray)
{
    for (int k = 0; k < 150 && !HasFailure(); k++) {
        const systolic_cfg cfg = any_cfg();
        const auto passes = any_passes(cfg);
        const systolic_array rows(cfg), whole(cfg);
        systolic_rows_use(rows.s);
        std::vector<int> parts(size_t(cfg.rows) + 1);
        std::iota(parts.begin(), parts.end(), -1);
        systolic_rows_watch(rows.s);
        pass_counts before = {};
        const auto cycle = [&] {
            std::shuffle(parts.begin(), parts.end(), engine);
            for (int part : parts)
                part < 0 ? systolic_sequencer_eval(rows.s)
                         : systolic_row_eval(rows.s, part);
            std::shuffle(parts.begin(), parts.end(), engine);
            for (int part : parts)
                part < 0 ? systolic_sequencer_commit(rows.s)
                         : systolic_row_commit(rows.s, part);
            // What single PEs did sums to what the array counts.
            const pass_counts now = rows.counts();
            if (now.cycles == 1)
                before = {};
            uint64_t did[PE_CAUSE_N] = {};
            for (int i = 0; i < cfg.rows; i++)
                for (int j = 0; j < cfg.cols; j++)
                    if (systolic_pe_cause(rows.s, i, j) >= 0)
                        did[systolic_pe_cause(rows.s, i, j)]++;
            for (int c = 0; c < PE_CAUSE_N; c++)
                ASSERT_EQ(did[c], now.pe_cycles[c] - before.pe_cycles[c]) << c;
            before = now;
        };
        const auto got = run(rows, passes, cycle);
        const auto want = run(whole, passes, [&] { systolic_step(whole.s); });
        for (size_t i = 0; i < want.size(); i++)
            EXPECT_EQ(differences(got[i], want[i]), "") << "window " << i;
    }
}

// At any boundary, an array that is told which passes are on it goes on as the
// one that ran them.
TEST_F(SystolicShadow, PutInTheMiddleGoesOn)
{
    for (int k = 0; k < 300 && !HasFailure(); k++) {
        const systolic_cfg cfg = any_cfg();
        const auto passes = any_passes(cfg);
        const systolic_array array(cfg), other(cfg);
        const auto want = run(array, passes, [&] { systolic_step(array.s); });
        const size_t cut = size_t(pick(0, int(passes.size()) - 1));
        const auto left = shadow_oracle_left(cfg, passes, cut);
        const systolic_pass junk =
            systolic_pass_of(SYSTOLIC_WS, cfg.rows, cfg.cols, 3);
        systolic_issue(other.s, &junk, nullptr);
        for (int i = pick(0, 3); i > 0; i--)
            systolic_step(other.s);
        const systolic_boundary boundary = {left.data(), int(left.size())};
        systolic_put_draining(other.s, &boundary);
        std::vector<late_pass> rest(passes.begin() + long(cut) + 1,
                                    passes.end());
        if (!rest.empty() && rest[0].late_cycles > 0)
            systolic_let_drain(
                other.s, std::min(rest[0].late_cycles, want[cut].drain_cycles));
        if (rest.empty()) {
            systolic_let_drain(other.s, want[cut].drain_cycles);
        }
        while (!systolic_is_done(other.s))
            systolic_step(other.s);
        if (rest.empty()) {
            EXPECT_EQ(differences(other.counts(), want.back()), "");
            continue;
        }
        rest[0].late_cycles = 0;
        const auto got = run(other, rest, [&] { systolic_step(other.s); });
        for (size_t i = 0; i < got.size(); i++)
            EXPECT_EQ(differences(got[i], want[cut + 1 + i]), "")
                << "window " << cut + 1 + i << " cut at " << cut << ", "
                << cfg.rows << " x " << cfg.cols;
    }
}

} // namespace
