// systolic_rows_test.cpp - a systolic array stepped row by row, in any order,
// is the array stepped as a whole, and what its PEs did sums to the counts.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "pe/systolic_rows.h"
#include "test/pe/systolic_fixture.h"

namespace
{

// An array in rows; row -1 is the sequencer.
class rows_array : public systolic_array
{
  public:
    rows_array(const systolic_cfg &cfg, std::mt19937 &engine)
        : systolic_array(cfg), engine_(engine), parts_(size_t(cfg.rows) + 1)
    {
        systolic_rows_use(s);
        std::iota(parts_.begin(), parts_.end(), -1);
    }

    void cycle()
    {
        std::shuffle(parts_.begin(), parts_.end(), engine_);
        for (int part : parts_)
            part < 0 ? systolic_sequencer_eval(s) : systolic_row_eval(s, part);
        std::shuffle(parts_.begin(), parts_.end(), engine_);
        for (int part : parts_)
            part < 0 ? systolic_sequencer_commit(s)
                     : systolic_row_commit(s, part);
    }

  private:
    std::mt19937 &engine_;
    std::vector<int> parts_;
};

class SystolicRows : public testing::Test
{
  protected:
    int pick(int low, int high)
    {
        return low + int(engine() % unsigned(high - low + 1));
    }

    systolic_cfg any_cfg()
    {
        systolic_cfg cfg = wide_systolic(
            pick(1, 7), pick(0, 4) > 0 ? pick(1, 9) : pick(62, 130));
        cfg.tight_folds = pick(0, 1) != 0;
        cfg.overlapped_drain = pick(0, 1) != 0;
        for (int *width :
             {&cfg.left_words_per_cycle, &cfg.top_words_per_cycle,
              &cfg.psum_in_words_per_cycle, &cfg.psum_out_words_per_cycle})
            if (pick(0, 2) > 0)
                *width = pick(1, 9);
        return cfg;
    }

    systolic_pass any_pass(const systolic_cfg &cfg)
    {
        const systolic_kind kinds[] = {SYSTOLIC_OS, SYSTOLIC_WS, SYSTOLIC_IS};
        return systolic_pass_of(cfg.overlapped_drain ? SYSTOLIC_OS
                                                     : kinds[pick(0, 2)],
                                pick(1, cfg.rows), pick(1, cfg.cols),
                                unsigned(pick(1, 12)), pick(0, 1) != 0);
    }

    // A number of passes, with or without a drain between them; `cycle` for
    // each of their cycles.
    template <typename F>
    void for_each_cycle(const systolic_cfg &cfg, systolic *a, systolic *b,
                        F cycle)
    {
        for (int k = 0; k < 4; k++) {
            const systolic_pass pass = any_pass(cfg);
            const uint64_t late = uint64_t(pick(0, 1));
            pass_counts n;
            systolic_counts(a, &n);
            if (n.drain_cycles > late)
                for (systolic *s : {a, b})
                    systolic_let_drain(s, late);
            while (!systolic_is_done(a) && !HasFailure())
                cycle();
            for (systolic *s : {a, b})
                systolic_issue(s, &pass, nullptr);
            while (!systolic_is_done(a) && !HasFailure())
                cycle();
        }
    }

    std::mt19937 engine{81};
};

TEST_F(SystolicRows, InAnyOrderAreTheWholeArrayCycleByCycle)
{
    for (int k = 0; k < 250 && !HasFailure(); k++) {
        const systolic_cfg cfg = any_cfg();
        rows_array rows(cfg, engine);
        systolic_array whole(cfg);
        for_each_cycle(cfg, rows.s, whole.s, [&] {
            rows.cycle();
            ASSERT_TRUE(systolic_step(whole.s));
            ASSERT_TRUE(systolic_rows_moved(rows.s));
            ASSERT_EQ(rows.state(), whole.state());
            ASSERT_EQ(differences(rows.counts(), whole.counts()), "");
        });
    }
}

TEST_F(SystolicRows, TakeTurnsWithTheWholeArray)
{
    for (int k = 0; k < 100 && !HasFailure(); k++) {
        const systolic_cfg cfg = any_cfg();
        rows_array rows(cfg, engine);
        systolic_array whole(cfg);
        for_each_cycle(cfg, rows.s, whole.s, [&] {
            if (pick(0, 1) != 0)
                rows.cycle();
            else
                systolic_step(rows.s);
            systolic_step(whole.s);
            ASSERT_EQ(rows.state(), whole.state());
        });
    }
}

TEST_F(SystolicRows, DoNotMoveWithoutAPass)
{
    rows_array rows(wide_systolic(3, 3), engine);
    rows.cycle();
    EXPECT_FALSE(systolic_rows_moved(rows.s));
}

TEST_F(SystolicRows, SayOfEachPeWhatItIsChargedWith)
{
    uint64_t seen[PE_CAUSE_N] = {};
    for (int k = 0; k < 250 && !HasFailure(); k++) {
        const systolic_cfg cfg = any_cfg();
        rows_array rows(cfg, engine);
        systolic_array whole(cfg);
        systolic_rows_watch(rows.s);
        pass_counts before = {};
        for_each_cycle(cfg, rows.s, whole.s, [&] {
            rows.cycle();
            systolic_step(whole.s);
            const pass_counts now = whole.counts();
            if (now.cycles == 1)
                before = {};
            uint64_t sum[PE_CAUSE_N] = {};
            for (int i = 0; i < cfg.rows; i++)
                for (int j = 0; j < cfg.cols; j++) {
                    int cause = systolic_pe_cause(rows.s, i, j);
                    if (cause >= 0)
                        sum[cause]++;
                }
            for (int c = 0; c < PE_CAUSE_N; c++) {
                ASSERT_EQ(sum[c], now.pe_cycles[c] - before.pe_cycles[c])
                    << "cause " << c;
                seen[c] += sum[c];
            }
            before = now;
        });
    }
    for (int c = 0; c < PE_CAUSE_N; c++)
        EXPECT_EQ(seen[c] > 0, c != PE_SKIP) // no product is skipped
            << "the cases must know every cause, and not " << c;
}

// By hand: the wave's diagonal on 2 x 2 PEs.
TEST_F(SystolicRows, ShowTheWaveOfFirstMacs)
{
    const systolic_cfg cfg = wide_systolic(2, 2);
    rows_array rows(cfg, engine);
    systolic_rows_watch(rows.s);
    const systolic_pass pass = systolic_pass_of(SYSTOLIC_OS, 2, 2, 1);
    systolic_issue(rows.s, &pass, nullptr);
    std::vector<std::string> pictures;
    while (!systolic_is_done(rows.s)) {
        rows.cycle();
        std::string text;
        for (int i = 0; i < 2; i++)
            for (int j = 0; j < 2; j++)
                text += "MPFDfipo"[systolic_pe_cause(rows.s, i, j)];
        pictures.push_back(text);
    }
    EXPECT_EQ(pictures, (std::vector<std::string>{"MFFF", "oMMF", "oooM",
                                                  "PPPP", "DDPP"}));
    EXPECT_EQ(systolic_pe_cause(rows.s, 0, 0), PE_DRAIN);
}

} // namespace
