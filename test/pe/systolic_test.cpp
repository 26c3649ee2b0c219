// systolic_test.cpp - what a systolic array does in which cycle, derived by
// hand from the words' way through it.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "test/pe/systolic_fixture.h"

namespace
{

using story = std::vector<std::string>;

// A line a cycle: PEs per cause (M mac, P psum, F fill, D drain, f i p o wait
// for filter, ifmap, psum in, psum out), then words that crossed the edges as
// the array moved (f, i into it, p psums in, o psums out).
class Systolic : public testing::Test
{
  protected:
    story tell(systolic_kind kind, int rows, int cols, unsigned depth,
               bool psum_in = false)
    {
        cfg.rows = rows;
        cfg.cols = cols;
        systolic_array array(cfg);
        const systolic_pass pass =
            systolic_pass_of(kind, rows, cols, depth, psum_in);
        systolic_issue(array.s, &pass, nullptr);
        story lines;
        pass_counts before = array.counts();
        while (systolic_step(array.s)) {
            pass_counts now = array.counts();
            lines.push_back(line(now, before));
            before = now;
        }
        counts = before;
        return lines;
    }

    static std::string line(const pass_counts &now, const pass_counts &before)
    {
        std::string text;
        for (int k = 0; k < PE_CAUSE_N; k++)
            add(&text, "MPFDfipo"[k], now.pe_cycles[k] - before.pe_cycles[k]);
        text += "|";
        add(&text, 'f', now.filter_sent - before.filter_sent);
        add(&text, 'i', now.ifmap_sent - before.ifmap_sent);
        add(&text, 'p', now.psum_in_words - before.psum_in_words);
        add(&text, 'o', now.psum_out_words - before.psum_out_words);
        return text;
    }

    static void add(std::string *text, char what, uint64_t n)
    {
        if (n > 0)
            *text += " " + std::to_string(n) + what;
        if (text->size() > 1 && (*text)[0] == ' ')
            text->erase(0, 1);
    }

    systolic_cfg cfg = wide_systolic(1, 1);
    pass_counts counts = {};
};

TEST_F(Systolic, OnePeUsesAWordAsItEntersAndSendsItsPsumInTheNextCycle)
{
    EXPECT_EQ(tell(SYSTOLIC_OS, 1, 1, 1), (story{"1M| 1f 1i", "1P| 1o"}));
}

TEST_F(Systolic, OnePeHoldsItsWordBeforeTheOtherMeetsIt)
{
    EXPECT_EQ(tell(SYSTOLIC_WS, 1, 1, 1), (story{"1F| 1f", "1M| 1i 1o"}));
    EXPECT_EQ(tell(SYSTOLIC_IS, 1, 1, 1), (story{"1F| 1i", "1M| 1f 1o"}));
}

TEST_F(Systolic, OnePeTakesAWordACycle)
{
    EXPECT_EQ(tell(SYSTOLIC_OS, 1, 1, 3),
              (story{"1M| 1f 1i", "1M| 1f 1i", "1M| 1f 1i", "1P| 1o"}));
    EXPECT_EQ(tell(SYSTOLIC_WS, 1, 1, 3),
              (story{"1F| 1f", "1M| 1i 1o", "1M| 1i 1o", "1M| 1i 1o"}));
    EXPECT_EQ(tell(SYSTOLIC_IS, 1, 1, 3),
              (story{"1F| 1i", "1M| 1f 1o", "1M| 1f 1o", "1M| 1f 1o"}));
}

TEST_F(Systolic, AWordMovesOneColumnACycle)
{
    EXPECT_EQ(tell(SYSTOLIC_OS, 1, 2, 1),
              (story{"1M 1F| 1f 1i", "1M 1o| 1f", "2P| 2o"}));
    EXPECT_EQ(counts.ifmap_sent, 1u);
    EXPECT_EQ(counts.ifmap_hops, 2u);
    EXPECT_EQ(tell(SYSTOLIC_WS, 1, 2, 1),
              (story{"2F| 2f", "1M 1F| 1i 1o", "1M 1D| 1o"}));
    EXPECT_EQ(tell(SYSTOLIC_IS, 1, 2, 1),
              (story{"2F| 2i", "1M 1F| 1f 1o", "1M 1D| 1o"}));
}

TEST_F(Systolic, AWordMovesOneRowACycle)
{
    EXPECT_EQ(tell(SYSTOLIC_OS, 2, 1, 1),
              (story{"1M 1F| 1f 1i", "1M 1o| 1i", "2P| 1o", "1P 1D| 1o"}));
    EXPECT_EQ(counts.filter_sent, 1u);
    EXPECT_EQ(counts.filter_hops, 2u);
    EXPECT_EQ(tell(SYSTOLIC_WS, 2, 1, 1),
              (story{"2F| 1f", "2F| 1f", "1M 1F| 1i", "1M 1D| 1i 1o"}));
    EXPECT_EQ(counts.filter_hops, 1u + 2u);
    EXPECT_EQ(counts.psum_link_words, 1u);
    EXPECT_EQ(tell(SYSTOLIC_IS, 2, 1, 1),
              (story{"2F| 1i", "2F| 1i", "1M 1F| 1f", "1M 1D| 1f 1o"}));
}

TEST_F(Systolic, TheWaveCrossesTwoByTwoPes)
{
    EXPECT_EQ(tell(SYSTOLIC_OS, 2, 2, 3),
              (story{"1M 3F| 1f 1i", "3M 1F| 2f 2i", "4M| 2f 2i",
                     "3M 1o| 1f 1i", "1M 3o|", "4P| 2o", "2P 2D| 2o"}));
    EXPECT_EQ(tell(SYSTOLIC_WS, 2, 2, 3),
              (story{"4F| 2f", "4F| 2f", "1M 3F| 1i", "3M 1F| 2i 1o",
                     "4M| 2i 2o", "3M 1D| 1i 2o", "1M 3D| 1o"}));
    EXPECT_EQ(tell(SYSTOLIC_IS, 2, 2, 3),
              (story{"4F| 2i", "4F| 2i", "1M 3F| 1f", "3M 1F| 2f 1o",
                     "4M| 2f 2o", "3M 1D| 1f 2o", "1M 3D| 1o"}));
}

TEST_F(Systolic, ANarrowTopEdgeMakesStartedPesWaitForFilters)
{
    cfg.top_words_per_cycle = 1;
    EXPECT_EQ(
        tell(SYSTOLIC_OS, 1, 2, 2),
        (story{"1M 1F| 1f 1i", "1F 1f|", "2M| 2f 1i", "1M 1o| 1f", "2P| 2o"}));
    EXPECT_EQ(counts.filter_free_cycle, 4u);
    EXPECT_EQ(counts.ifmap_free_cycle, 3u);
}

TEST_F(Systolic, ANarrowTopEdgeDelaysTheWordsThatStay)
{
    cfg.top_words_per_cycle = 1;
    EXPECT_EQ(tell(SYSTOLIC_WS, 1, 2, 1),
              (story{"2F|", "2F| 2f", "1M 1F| 1i 1o", "1M 1D| 1o"}));
}

TEST_F(Systolic, ANarrowLeftEdgeMakesStartedPesWaitForItsOperand)
{
    cfg.left_words_per_cycle = 1;
    EXPECT_EQ(tell(SYSTOLIC_OS, 2, 1, 2),
              (story{"1M 1F| 1f 1i", "1F 1i|", "2M| 1f 2i", "1M 1o| 1i",
                     "2P| 1o", "1P 1D| 1o"}));
    EXPECT_EQ(tell(SYSTOLIC_WS, 2, 1, 2),
              (story{"2F| 1f", "2F| 1f", "1M 1F| 1i", "1F 1i|", "2M| 2i 1o",
                     "1M 1D| 1i 1o"}));
    EXPECT_EQ(tell(SYSTOLIC_IS, 2, 1, 2),
              (story{"2F| 1i", "2F| 1i", "1M 1F| 1f", "1F 1f|", "2M| 2f 1o",
                     "1M 1D| 1f 1o"}));
}

TEST_F(Systolic, APeThatIsDoneDrainsWhileOthersWait)
{
    cfg.left_words_per_cycle = 1;
    EXPECT_EQ(
        tell(SYSTOLIC_WS, 3, 1, 2),
        (story{"3F| 1f", "3F| 1f", "3F| 1f", "1M 2F| 1i", "2F 1i|", "2M 1F| 2i",
               "1F 1D 1i|", "2M 1D| 2i 1o", "1M 2D| 1i 1o"}));
}

TEST_F(Systolic, PsumsOfAnEarlierPassEnterAtTheTopOrMeetTheNewOnesAtTheBottom)
{
    EXPECT_EQ(tell(SYSTOLIC_WS, 1, 2, 1, true),
              (story{"2F| 2f", "1M 1F| 1i 1p 1o", "1M 1D| 1p 1o"}));
    EXPECT_EQ(counts.first_macs, 0u);
    EXPECT_EQ(tell(SYSTOLIC_OS, 1, 2, 1, true),
              (story{"1M 1F| 1f 1i", "1M 1o| 1f", "2P| 2p 2o"}));
    EXPECT_EQ(counts.first_macs, 2u);
}

TEST_F(Systolic, ANarrowPsumInputMakesTheArrayWait)
{
    cfg.psum_in_words_per_cycle = 1;
    EXPECT_EQ(tell(SYSTOLIC_OS, 1, 2, 1, true),
              (story{"1M 1F| 1f 1i", "1M 1o| 1f", "2p|", "2P| 2p 2o"}));
    EXPECT_EQ(tell(SYSTOLIC_WS, 1, 2, 2, true),
              (story{"2F| 2f", "1M 1F| 1i 1p 1o", "1F 1p|", "2M| 1i 2p 2o",
                     "1M 1D| 1p 1o"}));
    EXPECT_EQ(tell(SYSTOLIC_WS, 1, 2, 2).size(), 4u) << "nothing to read";
}

TEST_F(Systolic, ANarrowPsumOutputMakesTheArrayWait)
{
    cfg.psum_out_words_per_cycle = 1;
    EXPECT_EQ(tell(SYSTOLIC_OS, 1, 2, 1),
              (story{"1M 1F| 1f 1i", "1M 1o| 1f", "2o|", "2P| 2o"}));
    EXPECT_EQ(
        tell(SYSTOLIC_WS, 1, 2, 2),
        (story{"2F| 2f", "1M 1F| 1i 1o", "1F 1o|", "2M| 1i 2o", "1M 1D| 1o"}));
}

TEST_F(Systolic, TheFirstEdgeThatHasWordsToBringYetIsTheCause)
{
    cfg.left_words_per_cycle = 1;
    cfg.top_words_per_cycle = 1;
    story lines = tell(SYSTOLIC_OS, 3, 2, 3);
    lines.resize(6);
    EXPECT_EQ(lines, (story{"1M 5F| 1f 1i", "5F 1f|", "3M 3F| 2f 2i", "3F 3f|",
                            "3F 3i|", "5M 1F| 2f 3i"}));
    cfg.psum_in_words_per_cycle = 1;
    cfg.psum_out_words_per_cycle = 1;
    lines = tell(SYSTOLIC_OS, 1, 2, 1, true);
    EXPECT_EQ(lines[2], "2p|");
}

// A 3 x 3 array of which 1 x 2 PEs are used.
TEST_F(Systolic, APartialFoldTakesTheWholeArraysTimeUnlessFoldsAreTight)
{
    for (int tight = 0; tight < 2; tight++) {
        cfg.rows = cfg.cols = 3;
        cfg.tight_folds = tight != 0;
        systolic_array array(cfg);
        const systolic_pass ws = systolic_pass_of(SYSTOLIC_WS, 1, 2, 2);
        const systolic_pass os = systolic_pass_of(SYSTOLIC_OS, 1, 2, 2);
        pass_counts n = array.run(ws);
        EXPECT_EQ(n.cycles, tight ? 4u : 9u);
        EXPECT_EQ(n.flight_cycles, n.cycles);
        EXPECT_EQ(n.psum_link_words, tight ? 0u : 2u * 4u);
        EXPECT_EQ(n.pe_cycles[PE_FILL], tight ? 1u + 2u : 3u + 4u);
        EXPECT_EQ(n.pe_cycles[PE_DRAIN], tight ? 1u : 4u + 3u);
        EXPECT_EQ(n.filter_free_cycle, tight ? 1u : 3u);
        n = array.run(os);
        EXPECT_EQ(n.cycles, tight ? 4u : 9u);
        EXPECT_EQ(n.psum_link_words, tight ? 0u : 2u * 2u);
        EXPECT_EQ(n.pe_cycles[PE_WAIT_PSUM_OUT], tight ? 1u : 4u + 3u);
        EXPECT_EQ(n.pe_cycles[PE_DRAIN], tight ? 0u : 2u * 2u);
    }
}

TEST_F(Systolic, BetweenPassesTheArenaIsZeroAndNothingMoves)
{
    cfg = wide_systolic(5, 70);
    systolic_array array(cfg);
    for (systolic_kind kind : {SYSTOLIC_OS, SYSTOLIC_WS, SYSTOLIC_IS}) {
        array.run(systolic_pass_of(kind, 4, 67, 9));
        EXPECT_EQ(array.state(), std::vector<char>(array.state().size(), 0));
        EXPECT_TRUE(systolic_is_done(array.s));
        EXPECT_FALSE(systolic_step(array.s));
    }
}

TEST_F(Systolic, ACopyOfTheArenaGoesOnInAnotherArrayAsTheOriginalDoes)
{
    cfg = wide_systolic(4, 66);
    cfg.left_words_per_cycle = 3;
    cfg.psum_out_words_per_cycle = 7;
    systolic_array array(cfg), other(cfg);
    for (systolic_kind kind : {SYSTOLIC_OS, SYSTOLIC_WS, SYSTOLIC_IS}) {
        const systolic_pass pass = systolic_pass_of(kind, 3, 65, 6, true);
        const pass_counts want = array.run(pass);
        for (uint64_t at = 0; at < want.cycles; at++) {
            systolic_issue(array.s, &pass, nullptr);
            for (uint64_t t = 0; t < at; t++)
                systolic_step(array.s);
            size_t size = 0;
            void *to = systolic_state(other.s, &size);
            std::memcpy(to, systolic_state(array.s, &size), size);
            while (systolic_step(other.s)) {
                systolic_step(array.s);
                ASSERT_EQ(array.state(), other.state());
            }
            EXPECT_TRUE(systolic_is_done(array.s));
            EXPECT_EQ(differences(other.counts(), want), "") << at;
            EXPECT_EQ(differences(array.counts(), want), "") << at;
        }
    }
}

TEST_F(Systolic, RefusesAPassThatDoesNotFitOrComesTooEarly)
{
    cfg = wide_systolic(2, 2);
    systolic_array array(cfg);
    const systolic_pass good = systolic_pass_of(SYSTOLIC_WS, 2, 2, 1);
    const systolic_pass high = systolic_pass_of(SYSTOLIC_WS, 3, 2, 1);
    const systolic_pass wide = systolic_pass_of(SYSTOLIC_WS, 2, 3, 1);
    const systolic_pass none = systolic_pass_of(SYSTOLIC_WS, 2, 2, 0);
    EXPECT_DEATH(systolic_issue(array.s, &high, nullptr), "rows_used");
    EXPECT_DEATH(systolic_issue(array.s, &wide, nullptr), "cols_used");
    EXPECT_DEATH(systolic_issue(array.s, &none, nullptr), "depth");
    systolic_issue(array.s, &good, nullptr);
    EXPECT_DEATH(systolic_issue(array.s, &good, nullptr), "IDLE");
}

} // namespace
