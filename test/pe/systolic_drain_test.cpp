// systolic_drain_test.cpp - psums that are shifted out while the next pass
// flows: by hand, in closed form, against an oracle, with real values.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "test/pe/systolic_fixture.h"
#include "test/pe/systolic_oracle.h"
#include "test/sample.h"

namespace
{

using story = std::vector<std::string>;

systolic_pass os_pass(int rows, int cols, unsigned depth, bool psum_in = false)
{
    return systolic_pass_of(SYSTOLIC_OS, rows, cols, depth, psum_in);
}

systolic_cfg overlapped(int rows, int cols)
{
    systolic_cfg cfg = wide_systolic(rows, cols);
    cfg.overlapped_drain = true;
    return cfg;
}

class overlapped_array : public systolic_array
{
  public:
    using systolic_array::systolic_array;

    // Runs passes, each so much later than the one before; counts as
    // run_overlapped_oracle.
    std::vector<pass_counts> run_all(const std::vector<late_pass> &passes)
    {
        std::vector<pass_counts> all;
        uint64_t drain = 0;
        for (const late_pass &p : passes) {
            let_drain(std::min(p.late_cycles, drain));
            systolic_issue(s, &p.pass, nullptr);
            go_on();
            all.push_back(counts());
            drain = all.back().drain_cycles;
        }
        let_drain(drain);
        all.push_back(counts());
        return all;
    }

    void let_drain(uint64_t cycles)
    {
        systolic_let_drain(s, cycles);
        go_on();
    }

    void go_on()
    {
        while (!systolic_is_done(s))
            ASSERT_TRUE(systolic_step(s));
    }
};

// A line a cycle: PEs per cause (M mac, P psum, F fill, D drain, f i p o
// wait), then psums that came in (p) and left (o); "-" at each boundary.
class teller
{
  public:
    explicit teller(const systolic_cfg &cfg) : array(cfg)
    {
    }

    void run(const systolic_pass &pass)
    {
        systolic_issue(array.s, &pass, nullptr);
        tell();
    }
    void drain(uint64_t cycles)
    {
        systolic_let_drain(array.s, cycles);
        tell();
    }

    story lines;
    systolic_array array;

  private:
    void tell()
    {
        while (!systolic_is_done(array.s)) {
            systolic_step(array.s);
            pass_counts now = array.counts();
            std::string text;
            for (int k = 0; k < PE_CAUSE_N; k++)
                add(&text, "MPFDfipo"[k],
                    now.pe_cycles[k] - before.pe_cycles[k]);
            text += "|";
            add(&text, 'p', now.psum_in_words - before.psum_in_words);
            add(&text, 'o', now.psum_out_words - before.psum_out_words);
            lines.push_back(text);
            before = now;
        }
        if (!systolic_flows(array.s) && before.drain_cycles > 0) {
            before = {};
            lines.push_back("-");
        }
    }

    static void add(std::string *text, char what, uint64_t n)
    {
        if (n > 0)
            *text += (text->empty() ? "" : " ") + std::to_string(n) + what;
    }

    pass_counts before = {};
};

TEST(SystolicDrain, APeMultipliesAgainWhileItsPsumLeaves)
{
    teller t(overlapped(1, 1));
    t.run(os_pass(1, 1, 1));
    t.run(os_pass(1, 1, 2));
    t.drain(1);
    EXPECT_EQ(t.lines, (story{"1M|", "-", "1M| 1o", "1M|", "-", "1P| 1o"}));
}

TEST(SystolicDrain, PsumsMoveUnderTheWaveOfTheNextPass)
{
    teller t(overlapped(2, 2));
    t.run(os_pass(2, 2, 1));
    t.run(os_pass(2, 2, 1));
    t.drain(2);
    EXPECT_EQ(t.lines,
              (story{"1M 3F|", "2M 1F 1o|", "1M 3o|", "-", "1M 3P| 2o",
                     "2M 1P 1o| 2o", "1M 3o|", "-", "4P| 2o", "2P 2D| 2o"}));
}

TEST(SystolicDrain, ANarrowPsumOutputHoldsUpTheNextEndNotTheNextWave)
{
    systolic_cfg cfg = overlapped(1, 2);
    cfg.psum_out_words_per_cycle = 1;
    teller t(cfg);
    t.run(os_pass(1, 2, 1));
    t.run(os_pass(1, 2, 1));
    t.drain(2);
    EXPECT_EQ(t.lines, (story{"1M 1F|", "1M 1o|", "-", "1M 1F|", "1M 1P| 2o",
                              "-", "2o|", "2P| 2o"}));
    cfg.cols = 3; // three cycles a row
    teller wide(cfg);
    wide.run(os_pass(1, 3, 1));
    wide.run(os_pass(1, 1, 1));
    EXPECT_EQ(wide.lines, (story{"1M 2F|", "1M 1F 1o|", "1M 2o|", "-", "1M 2o|",
                                 "3o|", "3P| 3o", "-"}))
        << "waits in PEs for the place that the first row leaves";
}

TEST(SystolicDrain, PsumsOfAnEarlierPassComeInAsTheNewOnesLeave)
{
    systolic_cfg cfg = overlapped(1, 2);
    cfg.psum_in_words_per_cycle = 1;
    teller t(cfg);
    t.run(os_pass(1, 2, 1, true));
    t.run(os_pass(1, 1, 1));
    t.drain(1);
    EXPECT_EQ(t.lines, (story{"1M 1F|", "1M 1o|", "-", "1M 1p|", "2P| 2p 2o",
                              "-", "1P| 1o"}));
}

TEST(SystolicDrain, GoesOnAloneWhenTheNextPassIsLate)
{
    teller t(overlapped(3, 1));
    t.run(os_pass(3, 1, 1));
    t.drain(2);
    t.run(os_pass(1, 1, 1));
    t.drain(3);
    EXPECT_EQ(t.lines, (story{"1M 2F|", "1M 1F 1o|", "1M 2o|", "-", "3P| 1o",
                              "2P 1D| 1o", "1M 1P 1D| 1o", "1o|", "1o|", "-",
                              "1P|", "1D|", "1D| 1o"}));
}

// rows + cols + depth - 2 a pass and one drain at the end; holds where a tight
// fold is shorter than the drain before it.
uint64_t closed_form(const systolic_cfg &cfg,
                     const std::vector<late_pass> &passes)
{
    uint64_t cycles = 0, drain = 0;
    for (const late_pass &p : passes) {
        const int rows = cfg.tight_folds ? p.pass.rows_used : cfg.rows;
        const int cols = cfg.tight_folds ? p.pass.cols_used : cfg.cols;
        const uint64_t late = std::min(p.late_cycles, drain);
        cycles +=
            std::max(uint64_t(rows + cols) + p.pass.depth - 2 + late, drain);
        drain = uint64_t(rows);
    }
    return cycles + drain;
}

class random_sequences
{
  public:
    explicit random_sequences(unsigned seed) : engine_(seed)
    {
    }
    int pick(int low, int high)
    {
        return low + static_cast<int>(engine_() %
                                      static_cast<unsigned>(high - low + 1));
    }
    uint64_t word()
    {
        return uint64_t(engine_()) << 32 | engine_();
    }

    systolic_cfg cfg(bool wide)
    {
        systolic_cfg cfg =
            overlapped(pick(1, 9), pick(0, 7) > 0 ? pick(1, 9) : pick(62, 67));
        cfg.tight_folds = pick(0, 1) != 0;
        for (int *width :
             {&cfg.left_words_per_cycle, &cfg.top_words_per_cycle,
              &cfg.psum_in_words_per_cycle, &cfg.psum_out_words_per_cycle})
            if (!wide && pick(0, 2) > 0)
                *width = pick(1, 9);
        return cfg;
    }

    std::vector<late_pass> passes(const systolic_cfg &cfg)
    {
        std::vector<late_pass> all(size_t(pick(1, 5)));
        for (late_pass &p : all)
            p = {os_pass(pick(1, cfg.rows), pick(1, cfg.cols),
                         unsigned(pick(1, pick(0, 1) ? 3 : 24)),
                         pick(0, 1) != 0),
                 pick(0, 2) > 0 ? 0 : uint64_t(pick(1, 12))};
        return all;
    }

  private:
    std::mt19937 engine_;
};

std::string describe(const systolic_cfg &cfg,
                     const std::vector<late_pass> &passes)
{
    std::string text;
    for (int n : {cfg.rows, cfg.cols, int(cfg.tight_folds),
                  cfg.left_words_per_cycle, cfg.top_words_per_cycle,
                  cfg.psum_in_words_per_cycle, cfg.psum_out_words_per_cycle})
        text += std::to_string(n) + " ";
    for (const late_pass &p : passes)
        for (uint64_t n :
             {uint64_t(p.pass.rows_used), uint64_t(p.pass.cols_used),
              uint64_t(p.pass.depth), uint64_t(p.pass.psum_in), p.late_cycles})
            text += (n == p.pass.rows_used ? " / " : " ") + std::to_string(n);
    return text;
}

TEST(SystolicDrain, OfWideEdgesTakesTheClosedForm)
{
    random_sequences random(61);
    for (int k = 0, end = sample(900, "random passes"); k < end; k++) {
        const systolic_cfg cfg = random.cfg(true);
        const std::vector<late_pass> passes = random.passes(cfg);
        overlapped_array array(cfg);
        uint64_t cycles = 0;
        for (const pass_counts &n : array.run_all(passes))
            cycles += n.cycles;
        ASSERT_EQ(cycles, closed_form(cfg, passes)) << describe(cfg, passes);
    }
}

TEST(SystolicDrain, AnArrayOfObjectsCountsTheSame)
{
    random_sequences random(62);
    uint64_t causes[PE_CAUSE_N] = {};
    for (int k = 0, end = sample(900, "random passes"); k < end; k++) {
        const systolic_cfg cfg = random.cfg(false);
        const std::vector<late_pass> passes = random.passes(cfg);
        overlapped_array array(cfg);
        const auto got = array.run_all(passes);
        const auto want = run_overlapped_oracle(cfg, passes);
        ASSERT_EQ(got.size(), want.size());
        for (size_t i = 0; i < got.size(); i++) {
            ASSERT_EQ(differences(got[i], want[i]), "")
                << describe(cfg, passes) << ", pass " << i;
            for (int c = 0; c < PE_CAUSE_N; c++)
                causes[c] += got[i].pe_cycles[c];
        }
    }
    for (int c = 0; c < PE_CAUSE_N; c++)
        EXPECT_EQ(causes[c] > 0, c != PE_SKIP) // no product is skipped
            << "the cases must know every cause, and not " << c;
}

// What a pass's psums do is the same whether the next one flows or not.
TEST(SystolicDrain, ChangesNoWordOfWhatASerialArrayMoves)
{
    random_sequences random(63);
    for (int k = 0, end = sample(300, "random passes"); k < end; k++) {
        systolic_cfg cfg = random.cfg(false);
        const std::vector<late_pass> passes = random.passes(cfg);
        overlapped_array array(cfg);
        pass_counts sum = {}, serial = {};
        const auto add = [](pass_counts *to, const pass_counts &n) {
            to->macs += n.macs;
            to->first_macs += n.first_macs;
            to->psum_reads += n.psum_reads;
            to->psum_in_words += n.psum_in_words;
            to->psum_out_words += n.psum_out_words;
            to->psum_out_hops += n.psum_out_hops;
            to->psum_link_words += n.psum_link_words;
            to->filter_hops += n.filter_hops;
            to->ifmap_hops += n.ifmap_hops;
            to->pe_cycles[PE_MAC] += n.pe_cycles[PE_MAC];
        };
        for (const pass_counts &n : array.run_all(passes))
            add(&sum, n);
        cfg.overlapped_drain = false;
        systolic_array other(cfg);
        for (const late_pass &p : passes)
            add(&serial, other.run(p.pass));
        ASSERT_EQ(differences(sum, serial), "") << describe(cfg, passes);
    }
}

TEST(SystolicDrain, WhatAnArrayHoldsAtABoundaryIsKnownByTheDescriptor)
{
    random_sequences random(64);
    for (int k = 0, end = sample(300, "random passes"); k < end; k++) {
        const systolic_cfg cfg = random.cfg(false);
        const std::vector<late_pass> passes = random.passes(cfg);
        overlapped_array array(cfg), other(cfg);
        array.run_all(passes);
        array.run_all(passes);
        const systolic_pass &last = passes.back().pass;
        systolic_issue(array.s, &last, nullptr);
        array.go_on();
        const systolic_left left = {last, 0, 0, {}};
        const systolic_boundary boundary = {&left, 1};
        systolic_put_draining(other.s, &boundary);
        ASSERT_EQ(array.state(), other.state()) << describe(cfg, passes);
    }
}

TEST(SystolicDrain, TakesNoPassThatDoesNotDrainBesideIt)
{
    const systolic_cfg cfg = overlapped(2, 2);
    systolic_array array(cfg);
    const systolic_pass ws = systolic_pass_of(SYSTOLIC_WS, 2, 2, 1);
    array.run(ws);
    array.run(os_pass(2, 2, 1));
    EXPECT_DEATH(systolic_issue(array.s, &ws, nullptr), "may_drain");
    EXPECT_DEATH(systolic_let_drain(array.s, 3), "cycles_left");
}

} // namespace
