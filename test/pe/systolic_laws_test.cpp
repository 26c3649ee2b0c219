// systolic_laws_test.cpp - what holds for every systolic array and pass: the
// event table and the counts of pe/systolic.h, real values, and an oracle.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <tuple>
#include <vector>

#include "test/pe/systolic_fixture.h"
#include "test/pe/systolic_oracle.h"
#include "test/sample.h"

namespace
{

enum { CASES = 900 };

// Random arrays with random passes; the same ones with every library.
class random_passes
{
  public:
    explicit random_passes(unsigned seed) : engine_(seed)
    {
    }
    // Both ends included.
    int pick(int low, int high)
    {
        return low + static_cast<int>(engine_() %
                                      static_cast<unsigned>(high - low + 1));
    }
    uint64_t word()
    {
        return uint64_t(engine_()) << 32 | engine_();
    }

    // Up to 9 x 9, now and then more than one or two words of columns wide.
    systolic_cfg wide_edges()
    {
        int cols = pick(0, 7) > 0 ? pick(1, 9)
                   : pick(0, 1)   ? pick(62, 67)
                                  : pick(126, 131);
        systolic_cfg cfg = wide_systolic(pick(1, 9), cols);
        cfg.tight_folds = pick(0, 1) != 0;
        return cfg;
    }
    // From one word a cycle to as many as can be wanted.
    systolic_cfg any_edges()
    {
        systolic_cfg cfg = wide_edges();
        for (int *width :
             {&cfg.top_words_per_cycle, &cfg.psum_in_words_per_cycle,
              &cfg.psum_out_words_per_cycle})
            *width = pick(0, 2) > 0 ? pick(1, cfg.cols) : cfg.cols;
        cfg.left_words_per_cycle = pick(1, cfg.rows);
        return cfg;
    }
    systolic_pass pass(const systolic_cfg &cfg)
    {
        const systolic_kind kinds[] = {SYSTOLIC_OS, SYSTOLIC_WS, SYSTOLIC_IS};
        return systolic_pass_of(kinds[pick(0, 2)], pick(1, cfg.rows),
                                pick(1, cfg.cols), unsigned(pick(1, 24)),
                                pick(0, 1) != 0);
    }

  private:
    std::mt19937 engine_;
};

std::string describe(const systolic_cfg &cfg, const systolic_pass &pass)
{
    std::string text = pass.kind == SYSTOLIC_OS   ? "os"
                       : pass.kind == SYSTOLIC_WS ? "ws"
                                                  : "is";
    for (int n : {cfg.rows, cfg.cols, int(pass.rows_used), int(pass.cols_used),
                  int(pass.depth), int(pass.psum_in), int(cfg.tight_folds),
                  cfg.left_words_per_cycle, cfg.top_words_per_cycle,
                  cfg.psum_in_words_per_cycle, cfg.psum_out_words_per_cycle})
        text += " " + std::to_string(n);
    return text;
}

// The letters of pe/systolic.h for one pass.
struct letters {
    letters(const systolic_cfg &cfg, const systolic_pass &pass)
        : r(pass.rows_used), c(pass.cols_used),
          rows(cfg.tight_folds ? r : cfg.rows),
          cols(cfg.tight_folds ? c : cfg.cols), depth(int(pass.depth)),
          os(pass.kind == SYSTOLIC_OS)
    {
    }
    // The word that is in cycle t where word 0 is in cycle `first`.
    bool flows(int t, int first) const
    {
        return t >= first && t < first + depth;
    }
    int r, c, rows, cols, depth;
    bool os;
};

// What happens in cycle t: words in at the left and top edge, psums in and
// out, MACs.
std::vector<int> events(const letters &x, bool psum_in, int t)
{
    int left = 0, top = 0, in = 0, out = 0, macs = 0;
    const int start = x.os ? 0 : x.rows;
    for (int i = 0; i < x.r; i++) {
        left += x.flows(t, start + i);
        for (int j = 0; j < x.c; j++)
            macs += x.flows(t, start + i + j);
        if (!x.os)
            top += t == x.rows - 1 - i ? x.c : 0;
        else if (t == 2 * x.rows + x.cols + x.depth - 3 - i)
            out += x.c;
    }
    for (int j = 0; j < x.c; j++) {
        if (x.os)
            top += x.flows(t, j);
        else
            in += x.flows(t, x.rows + j);
        if (!x.os)
            out += x.flows(t, 2 * x.rows - 1 + j);
    }
    if (x.os)
        in = out;
    return {left, top, psum_in ? in : 0, out, macs};
}

std::vector<int> events_between(const pass_counts &a, const pass_counts &b,
                                bool is)
{
    const int filter = int(b.filter_sent - a.filter_sent);
    const int ifmap = int(b.ifmap_sent - a.ifmap_sent);
    return {is ? filter : ifmap, is ? ifmap : filter,
            int(b.psum_in_words - a.psum_in_words),
            int(b.psum_out_words - a.psum_out_words), int(b.macs - a.macs)};
}

TEST(SystolicLaws, EveryEventComesInTheCycleOfTheTable)
{
    random_passes random(21);
    for (int k = 0, end = sample(CASES, "random passes"); k < end; k++) {
        const systolic_cfg cfg = random.wide_edges();
        const systolic_pass pass = random.pass(cfg);
        const letters x(cfg, pass);
        systolic_array array(cfg);
        systolic_issue(array.s, &pass, nullptr);
        pass_counts before = array.counts();
        for (int t = 0; !systolic_is_done(array.s); t++) {
            systolic_step(array.s);
            const pass_counts now = array.counts();
            ASSERT_EQ(events_between(before, now, pass.kind == SYSTOLIC_IS),
                      events(x, pass.psum_in != 0, t))
                << describe(cfg, pass) << ", cycle " << t;
            before = now;
        }
    }
}

// All counts of a pass that no edge makes wait, in closed form.
pass_counts expected(const systolic_cfg &cfg, const systolic_pass &pass)
{
    const letters x(cfg, pass);
    const uint64_t r = uint64_t(x.r), c = uint64_t(x.c);
    const uint64_t rows = uint64_t(x.rows), cols = uint64_t(x.cols);
    const uint64_t depth = uint64_t(x.depth),
                   outputs = x.os ? r * c : depth * c;
    const uint64_t shift = rows + cols + depth - 2; // OS: the first shift
    const bool is = pass.kind == SYSTOLIC_IS;
    pass_counts n = {};
    n.cycles = n.flight_cycles = 2 * rows + cols + depth - 2;
    n.stream_cycles = depth;
    n.load_cycles = x.os ? 0 : rows;
    n.active_pes = r * c;
    n.macs = n.pe_cycles[PE_MAC] = r * c * depth;
    for (uint64_t i = 0; i < r; i++) {
        for (uint64_t j = 0; j < c; j++) {
            const uint64_t first = (x.os ? 0 : rows) + i + j;
            n.pe_cycles[PE_FILL] += first;
            if (x.os) {
                n.pe_cycles[PE_WAIT_PSUM_OUT] += shift - first - depth;
                n.pe_cycles[PE_PSUM] += i + 1;
                n.pe_cycles[PE_DRAIN] += rows - 1 - i;
                n.psum_link_words += rows - 1 - i;
            } else {
                n.pe_cycles[PE_DRAIN] += n.cycles - first - depth;
            }
        }
    }
    // Operands: of the left and of the top edge.
    uint64_t *sent[2] = {&n.ifmap_sent, &n.filter_sent};
    uint64_t *delivered[2] = {&n.ifmap_delivered, &n.filter_delivered};
    uint64_t *hops[2] = {&n.ifmap_hops, &n.filter_hops};
    uint64_t *freed[2] = {&n.ifmap_free_cycle, &n.filter_free_cycle};
    for (uint64_t **pair : {sent, delivered, hops, freed})
        if (is)
            std::swap(pair[0], pair[1]);
    *sent[0] = r * depth;
    *delivered[0] = *hops[0] = r * depth * c;
    *freed[0] = (x.os ? 0 : rows) + r - 1 + depth;
    *sent[1] = x.os ? c * depth : r * c;
    *delivered[1] = x.os ? r * c * depth : r * c;
    *hops[1] = x.os ? r * c * depth : c * r * (r + 1) / 2;
    *freed[1] = x.os ? c - 1 + depth : rows;
    if (x.os) {
        n.first_macs = n.psum_reads = r * c;
    } else {
        n.first_macs = pass.psum_in ? 0 : c * depth;
        n.psum_link_words = outputs * (rows - 1);
    }
    n.psum_in_words = pass.psum_in ? outputs : 0;
    n.psum_out_words = n.psum_out_hops = outputs;
    return n;
}

TEST(SystolicLaws, WithWideEdgesEveryCountIsItsClosedForm)
{
    random_passes random(22);
    for (int k = 0, end = sample(CASES, "random passes"); k < end; k++) {
        const systolic_cfg cfg = random.wide_edges();
        systolic_array array(cfg);
        for (int again = 0; again < 2; again++) {
            const systolic_pass pass = random.pass(cfg);
            ASSERT_EQ(differences(array.run(pass), expected(cfg, pass)), "")
                << describe(cfg, pass);
        }
    }
}

TEST(SystolicLaws, TheLargestArrayHasTheSameClosedForm)
{
    const systolic_cfg cfg = wide_systolic(SYSTOLIC_DIM_MAX, SYSTOLIC_DIM_MAX);
    systolic_array array(cfg);
    for (systolic_kind kind : {SYSTOLIC_OS, SYSTOLIC_WS, SYSTOLIC_IS}) {
        const systolic_pass pass =
            systolic_pass_of(kind, SYSTOLIC_DIM_MAX, SYSTOLIC_DIM_MAX, 2100);
        EXPECT_EQ(differences(array.run(pass), expected(cfg, pass)), "");
    }
}

// The worked examples of the field: one fold of a 4 x 4 array, of 128 x 128.
TEST(SystolicLaws, AFoldTakesTheCyclesOfThePaper)
{
    systolic_array small(wide_systolic(4, 4)), large(wide_systolic(128, 128));
    EXPECT_EQ(small.run(systolic_pass_of(SYSTOLIC_OS, 4, 4, 4)).cycles, 14u);
    EXPECT_EQ(small.run(systolic_pass_of(SYSTOLIC_WS, 4, 4, 4)).cycles, 14u);
    EXPECT_EQ(small.run(systolic_pass_of(SYSTOLIC_IS, 4, 4, 4)).cycles, 14u);
    EXPECT_EQ(large.run(systolic_pass_of(SYSTOLIC_OS, 17, 128, 2400)).cycles,
              2782u);
    EXPECT_EQ(large.run(systolic_pass_of(SYSTOLIC_WS, 96, 128, 529)).cycles,
              911u);
    EXPECT_EQ(large.run(systolic_pass_of(SYSTOLIC_IS, 107, 96, 96)).cycles,
              478u);
}

TEST(SystolicLaws, AnArrayOfObjectsCountsTheSame)
{
    random_passes random(23);
    uint64_t waits[PE_CAUSE_N] = {};
    for (int k = 0, end = sample(CASES, "random passes"); k < end; k++) {
        const systolic_cfg cfg = random.any_edges();
        systolic_array array(cfg);
        for (int again = 0; again < 2; again++) {
            const systolic_pass pass = random.pass(cfg);
            const pass_counts got = array.run(pass);
            ASSERT_EQ(differences(got, run_systolic_oracle(cfg, pass)), "")
                << describe(cfg, pass);
            for (int cause = 0; cause < PE_CAUSE_N; cause++)
                waits[cause] += got.pe_cycles[cause];
        }
    }
    for (int c = 0; c < PE_CAUSE_N; c++)
        EXPECT_EQ(waits[c] > 0, c != PE_SKIP) // no product is skipped
            << "the cases must know every cause, and not " << c;
}

// A pass on random words, and what each of its psums must come to.
class matrix_product
{
  public:
    matrix_product(random_passes &random, const systolic_pass &pass)
        : pass_(pass), depth_(pass.depth)
    {
        const size_t r = pass.rows_used, c = pass.cols_used;
        const bool os = pass.kind == SYSTOLIC_OS;
        outputs_ = os ? r : depth_;
        for (auto *words : {&left_, &top_, &in_}) {
            words->resize(words == &left_  ? r * depth_
                          : words == &top_ ? (os ? depth_ : r) * c
                                           : outputs_ * c);
            for (uint64_t &word : *words)
                word = random.word(); // products wrap
        }
        out_.assign(outputs_ * c, 0);
        times_.assign(outputs_ * c, 0);
        values.context = this;
        values.left = [](void *self, int row, uint32_t step) {
            return me(self)->left_at(size_t(row), step);
        };
        values.top = [](void *self, int col, uint32_t step) {
            return int64_t(me(self)->top_.at(step * me(self)->pass_.cols_used +
                                             size_t(col)));
        };
        values.psum_out = [](void *self, int col, uint32_t step, int64_t word) {
            const size_t at = step * me(self)->pass_.cols_used + size_t(col);
            me(self)->out_.at(at) = uint64_t(word);
            me(self)->times_.at(at)++;
        };
        if (pass.psum_in)
            values.psum_in = [](void *self, int col, uint32_t step) {
                return int64_t(me(self)->in_.at(
                    step * me(self)->pass_.cols_used + size_t(col)));
            };
    }

    // Outputs that did not come once, or are not the product.
    int wrong() const
    {
        const size_t c = pass_.cols_used;
        const bool os = pass_.kind == SYSTOLIC_OS;
        int n = 0;
        for (size_t o = 0; o < outputs_; o++) {
            for (size_t j = 0; j < c; j++) {
                uint64_t sum = pass_.psum_in ? in_[o * c + j] : 0;
                for (size_t k = 0; k < (os ? depth_ : pass_.rows_used); k++)
                    sum += left_[(os ? o : k) * depth_ + (os ? k : o)] *
                           top_[k * c + j];
                n += out_[o * c + j] != sum || times_[o * c + j] != 1;
            }
        }
        return n;
    }

    systolic_values values = {};

  private:
    static matrix_product *me(void *self)
    {
        return static_cast<matrix_product *>(self);
    }
    int64_t left_at(size_t row, uint32_t step) const
    {
        return int64_t(left_.at(row * depth_ + step));
    }

    const systolic_pass pass_;
    const size_t depth_;
    size_t outputs_;
    std::vector<uint64_t> left_, top_, in_, out_;
    std::vector<int> times_;
};

TEST(SystolicLaws, PsumsAreTheMatrixProductAndTheEarlierPsumsModulo2To64)
{
    random_passes random(24);
    for (int k = 0, end = sample(CASES, "random passes"); k < end; k++) {
        const systolic_cfg cfg = random.any_edges();
        systolic_array array(cfg);
        for (int again = 0; again < 2; again++) {
            const systolic_pass pass = random.pass(cfg);
            matrix_product product(random, pass);
            const pass_counts with = array.run(pass, &product.values);
            ASSERT_EQ(product.wrong(), 0) << describe(cfg, pass);
            EXPECT_EQ(differences(with, array.run(pass)), "")
                << "values steer nothing";
        }
    }
}

} // namespace
