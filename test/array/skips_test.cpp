// skips_test.cpp - PEs that skip products of zeros: their cycles are the
// oracle's, their outputs those of a convolution, and they make exactly the
// products of the pattern that are not zero.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "sim/array/multicast_machine.h"
#include "sim/array/sparse/pass_pattern.h"
#include "sim/pattern/pattern.h"
#include "sim/run/simulate.h"
#include "test/array/array_oracle.h"
#include "test/array/shuffler.h"
#include "test/messages.h"
#include "test/random_layer.h"
#include "test/sample.h"
#include "test/simulate_chosen.h"

namespace
{

const char *const operands[] = {"ifmap", "filter", "both"};

class Skips : public testing::TestWithParam<const char *>
{
  protected:
    arch machine(bool l1)
    {
        arch a = random_.machine();
        random_.choose_for(GetParam(), &a);
        if (l1)
            random_.add_l1(&a, random_.pick(0, 1) ? L2_TO_L1_MESH
                                                  : L2_TO_L1_MULTICAST);
        a.array_network = NETWORK_MULTICAST;
        a.psum_reduce = PSUM_CHAIN;
        a.psum_add = PSUM_ADD_OWN_CYCLE;
        a.zero_gating = false;
        a.rows_hold[0] = a.cols_hold[0] = '\0';
        std::strcpy(a.skips[0], operands[random_.pick(0, 2)]);
        if (random_.pick(0, 1)) {
            a.multipliers = 2;
            a.pipeline_cycles = std::min(a.pipeline_cycles, 8);
        }
        return a;
    }

    // Zeros of half of the machines neither move nor take a place.
    arch coded(arch a)
    {
        a.coding = random_.pick(0, 1) ? CODING_CSC : CODING_NONE;
        return a;
    }

    layer shape()
    {
        layer l = random_.shape();
        l.zero_share[TENSOR_IFMAP] = random_.pick(0, 4) / 4.0;
        l.zero_share[TENSOR_FILTER] = random_.pick(0, 4) / 4.0;
        return l;
    }

    bool choose(const arch &a, const layer &l, layer_mapping *out)
    {
        return chosen_mapping(a, l, GetParam(), out);
    }

    random_case random_{2121};
};

// Whether PEs skip a product, from the coordinates of its words.
struct product_pattern {
    const program &p;
    const pass &one;
    pattern of_ifmap = pattern_of(&p.arch, &p.layer, TENSOR_IFMAP);
    pattern of_filter = pattern_of(&p.arch, &p.layer, TENSOR_FILTER);

    bool is_zero(bool ifmap, const int coord[4]) const
    {
        return arch_skips(&p.arch, ifmap ? TENSOR_IFMAP : TENSOR_FILTER) &&
               pattern_is_zero(ifmap ? &of_ifmap : &of_filter, coord);
    }

    bool operator()(int set, int chain, int block, int row, long window,
                    long tap, long filter) const
    {
        const multicast_pass &d = one.work.multicast;
        const int sets = multicast_group_sets(&d);
        const int filters = (set + 1) % sets == 0 ? d.filters_tail : d.filters;
        const long q = block == d.blocks - 1 ? d.channels_tail : d.channels;
        long column = 0, left = window;
        for (int k = 0; k < 2; k++)
            for (uint32_t g = 0; g < d.groups[k]; g++) {
                if (left >= 0 && left < long(d.windows[k]))
                    column += left * d.slide_cols;
                else if (left >= 0)
                    column +=
                        (d.windows[k] - 1) * long(d.slide_cols) + d.filter_cols;
                left -= d.windows[k];
            }
        int held[4], moving[4];
        p.ops->held_coord(&p, &one, d.held_streams ? uint32_t(window) : 0, set,
                          block, row, int(tap * filters + filter), held);
        p.ops->window_coord(&p, &one, uint32_t(column + tap / q), set / sets,
                            block, chain * d.chain_step + row * d.row_step,
                            int(tap % q), moving);
        return is_zero(p.holds_ifmap, held) || is_zero(!p.holds_ifmap, moving);
    }
};

void expect_oracle(const program &p, const layer &l)
{
    multicast_machine *machine = multicast_machine_new(&p);
    pass_pattern *zeros = pass_pattern_new(&p);
    cursor at;
    cursor_start(&at);
    pass one;
    for (int n = 0; n < 3 && cursor_next(&p, &at, &one); n++) {
        if (zeros != nullptr)
            multicast_machine_set_pattern(machine,
                                          pass_pattern_of(zeros, &one));
        multicast_machine_issue(machine, &one.work.multicast, nullptr);
        while (!multicast_machine_is_done(machine))
            ASSERT_TRUE(multicast_machine_step(machine)) << describe(l);
        pass_counts ours = {};
        multicast_machine_counts(machine, &ours);
        pass_counts want = run_oracle(p.arch, one.work.multicast,
                                      zeros != nullptr ? product_pattern{p, one}
                                                       : skipped_product());
        ASSERT_EQ(ours.macs, want.macs) << describe(l);
        for (int c = 0; c < PE_CAUSE_N; c++)
            ASSERT_EQ(ours.pe_cycles[c], want.pe_cycles[c])
                << "cause " << c << ", " << describe(l);
        ASSERT_EQ(ours.cycles, want.cycles) << describe(l);
        ASSERT_EQ(ours.flight_cycles, want.flight_cycles) << describe(l);
        ASSERT_EQ(ours.psum_out_words, want.psum_out_words);
    }
    pass_pattern_free(zeros);
    multicast_machine_free(machine);
}

TEST_P(Skips, TakeTheCyclesThatTheOracleTakes)
{
    auto *p = new program();
    for (int k = 0, end = sample(40, "random machines"); k < end; k++) {
        const arch a = machine(k % 3 == 0);
        const layer l = shape();
        layer_mapping m = {};
        if (!choose(a, l, &m))
            continue;
        m.dataflow->compile(&a, &l, &m.mapping, p);
        expect_oracle(*p, l);
    }
    delete p;
}

// Products of which no word is a zero that is skipped: of each channel and
// filter tap, ifmap words of all outputs times filters.
uint64_t products_of(const arch &a, const layer &l)
{
    const pattern in = pattern_of(&a, &l, TENSOR_IFMAP);
    const pattern of = pattern_of(&a, &l, TENSOR_FILTER);
    const bool skips_in = arch_skips(&a, TENSOR_IFMAP);
    const bool skips_filter = arch_skips(&a, TENSOR_FILTER);
    const int Cg = l.C / l.G, Mg = l.M / l.G;
    uint64_t products = 0;
    for (int g = 0; g < l.G; g++)
        for (int c = 0; c < Cg; c++)
            for (int r = 0; r < l.R; r++)
                for (int s = 0; s < l.S; s++) {
                    uint64_t words = 0, filters = 0;
                    for (int n = 0; n < l.N; n++)
                        for (int y = 0; y < l.P; y++)
                            for (int x = 0; x < l.Q; x++) {
                                const int at[4] = {
                                    n, g * Cg + c,
                                    y * l.stride_h + r * l.dilation_h,
                                    x * l.stride_w + s * l.dilation_w};
                                words +=
                                    !(skips_in && pattern_is_zero(&in, at));
                            }
                    for (int f = 0; f < Mg; f++) {
                        const int at[4] = {g * Mg + f, c, r, s};
                        filters += !(skips_filter && pattern_is_zero(&of, at));
                    }
                    products += words * filters;
                }
    return products;
}

void expect_equal(const layer_result &a, const layer_result &b, const layer &l)
{
    EXPECT_EQ(a.cycles, b.cycles) << describe(l);
    EXPECT_EQ(std::memcmp(&a.counts, &b.counts, sizeof(a.counts)), 0)
        << describe(l);
    for (int c = 0; c < LEDGER_N; c++)
        EXPECT_EQ(a.ledger_pe_cycles[c], b.ledger_pe_cycles[c])
            << ledger_name[c] << ", " << describe(l);
}

TEST_P(Skips, MakeEachProductOfThePatternOnce)
{
    uint64_t performed = 0, macs = 0;
    for (int k = 0, end = sample(30, "random layers"); k < end; k++) {
        const arch a = coded(machine(k % 3 == 0));
        const layer l = shape();
        layer_mapping m = {};
        if (!choose(a, l, &m))
            continue;
        simulate_options o = {};
        o.check = true;
        const layer_result r = simulated(a, l, m, o);
        EXPECT_EQ(r.check_mismatches, 0u) << describe(l);
        EXPECT_EQ(r.counts.macs, layer_macs(&l));
        EXPECT_EQ(r.counts.macs_performed, products_of(a, l)) << describe(l);
        expect_equal(simulated(a, l, m, simulate_options()), r, l);
        // A zero that is skipped is in none of them.
        if (pattern_is_skipped(&a, &l, TENSOR_IFMAP)) {
            EXPECT_EQ(r.check_zero_macs, 0u) << describe(l);
        }
        const uint64_t cycles = r.ledger_pe_cycles[LEDGER_mac];
        EXPECT_LE(cycles, r.counts.macs_performed);
        EXPECT_GE(cycles * (a.multipliers == 2 ? 2 : 1),
                  r.counts.macs_performed);
        // Each reads a filter word, and its psum, but the first of a psum,
        // which in turn is read once when it leaves.
        const accesses *rf = r.counts.access[LEVEL_RF];
        // One word of the operand that moves is read for both products.
        const bool is = std::string(GetParam()) == "is";
        EXPECT_EQ(rf[is ? TENSOR_FILTER : TENSOR_IFMAP].reads, cycles);
        EXPECT_EQ(rf[is ? TENSOR_IFMAP : TENSOR_FILTER].reads,
                  r.counts.macs_performed);
        EXPECT_EQ(rf[TENSOR_PSUM].reads, r.counts.macs_performed);
        EXPECT_EQ(rf[TENSOR_PSUM].writes, r.counts.macs_performed);
        performed += r.counts.macs_performed;
        macs += r.counts.macs;
        for (int b = 0; b < BOUND_N; b++)
            EXPECT_LE(r.bounds_cycles[b], r.cycles) << b;
    }
    EXPECT_LT(performed, macs * 3 / 4);
    EXPECT_GT(performed, macs / 20);
}

// PEs that hold more words for a tap than a machine word has halves, or bits.
TEST_P(Skips, TakeTheCyclesThatTheOracleTakesOfManyFilters)
{
    const int most[] = {15, 16, 17, 31, 32, 33, 63, 64};
    const int end = sample(60, "random machines");
    int passes[3] = {};
    auto *p = new program();
    for (int k = 0; k < end; k++) {
        arch a = machine(k % 3 == 0);
        a.rows = std::min(a.rows, 4);
        a.cols = std::min(a.cols, 4);
        a.rf_words[TENSOR_PSUM] = most[k % 8];
        a.rf_words[TENSOR_IFMAP] = a.rf_words[TENSOR_FILTER] = 80;
        a.l2_bytes = 1 << 20;
        layer l = shape();
        l.G = l.R = l.S = l.N = 1;
        l.M = k / 8 % 2 == 0 ? most[k % 8] : random_.pick(12, 132);
        l.H = l.W = random_.pick(1, 4);
        layer_set_steps(&l, 1, 0, 1);
        Messages d;
        ASSERT_TRUE(layer_finish(&l, src_pos{}, d)) << d.text();
        layer_mapping m = {};
        if (!choose(a, l, &m))
            continue;
        m.dataflow->compile(&a, &l, &m.mapping, p);
        cursor at;
        pass first;
        cursor_start(&at);
        ASSERT_TRUE(cursor_next(p, &at, &first));
        const int filters = first.work.multicast.filters;
        passes[filters <= 16 ? 0 : filters <= 32 ? 1 : 2]++;
        expect_oracle(*p, l);
        a.coding = CODING_CSC;
        simulate_options o = {};
        const layer_result plain = simulated(a, l, m, o);
        o.check = true;
        const layer_result checked = simulated(a, l, m, o);
        EXPECT_EQ(checked.check_mismatches, 0u) << describe(l);
        expect_equal(plain, checked, l);
    }
    delete p;
    if (std::string(GetParam()) == "os" && !sample_is_short()) {
        for (int n : passes)
            EXPECT_GT(n, 0);
    }
}

// Without declared zeros, and of a pattern that has none.
TEST_P(Skips, TakeTheDenseCyclesWithoutZeros)
{
    for (int k = 0, end = sample(16, "random layers"); k < end; k++) {
        arch a = coded(machine(k % 3 == 0));
        layer l = shape();
        layer_mapping m = {};
        if (!choose(a, l, &m))
            continue;
        arch dense = a;
        if (a.multipliers < 2)
            dense.skips[0][0] = '\0';
        simulate_options o = {};
        for (int t = 0; t < TENSOR_PSUM; t++)
            l.zero_share[t] = 0;
        const layer_result want = simulated(dense, l, m, o);
        expect_equal(simulated(a, l, m, o), want, l);
        o.memo = true;
        expect_equal(simulated(a, l, m, o), want, l);
        if (l.pad_top + l.pad_bottom + l.pad_left + l.pad_right > 0 ||
            a.compression != COMPRESSION_NONE)
            continue;
        a.coding = CODING_NONE; // whose counts make slots narrower
        for (int t = 0; t < TENSOR_PSUM; t++)
            l.zero_share[t] = 1e-12;
        expect_equal(simulated(a, l, m, o), want, l);
    }
}

// N of M: each whole block of channels has N weights, whatever the mapping, so
// that a layer of whole blocks makes N / M of its products.
TEST_P(Skips, MakeNOfMProductsWhereFiltersArePrunedInBlocks)
{
    for (int k = 0, end = sample(10, "random layers"); k < end; k++) {
        arch a = coded(machine(false));
        std::strcpy(a.skips[0], "filter");
        layer l = shape();
        l.filter_block = random_.pick(2, 5);
        l.filter_nonzero = random_.pick(1, l.filter_block);
        l.zero_share[TENSOR_FILTER] = 0; // follows from the blocks
        l.C = l.C * l.filter_block;
        Messages d;
        ASSERT_TRUE(layer_finish(&l, src_pos{nullptr, 0}, d)) << d.text();
        const int Cg = l.C / l.G;
        const pattern of = pattern_of(&a, &l, TENSOR_FILTER);
        for (int first = 0; first + l.filter_block <= Cg;
             first += l.filter_block) {
            int kept = 0;
            for (int c = first; c < first + l.filter_block; c++) {
                const int at[4] = {l.M - 1, c, l.R - 1, 0};
                kept += !pattern_is_zero(&of, at);
            }
            EXPECT_EQ(kept, l.filter_nonzero);
        }
        layer_mapping m = {};
        if (!choose(a, l, &m))
            continue;
        simulate_options o = {};
        o.check = true;
        const layer_result r = simulated(a, l, m, o);
        EXPECT_EQ(r.check_mismatches, 0u) << describe(l);
        if (Cg % l.filter_block == 0) {
            EXPECT_EQ(r.counts.macs_performed * uint64_t(l.filter_block),
                      r.counts.macs * uint64_t(l.filter_nonzero))
                << describe(l);
        }
    }
}

const tensor of[] = {TENSOR_FILTER, TENSOR_IFMAP};
const enum link over[] = {LINK_filter, LINK_ifmap};

// A run whose networks carry zeros, and one on the machine that codes them.
std::pair<layer_result, layer_result> plain_and_coded(arch *a, const layer &l,
                                                      const layer_mapping &m)
{
    simulate_options o = {};
    const layer_result plain = simulated(*a, l, m, o);
    a->coding = CODING_CSC;
    return {plain, simulated(*a, l, m, o)};
}

// Where networks carry no zeros, each destination gets its words that are not
// zero, and a zero for each 16th of a run in a segment.
TEST_P(Skips, GetNoWordThatIsZeroWhereWordsAreCoded)
{
    uint64_t words = 0, coded_words = 0;
    for (int k = 0, end = sample(16, "random layers"); k < end; k++) {
        arch a = machine(false);
        const layer l = shape();
        layer_mapping m = {};
        if (!choose(a, l, &m))
            continue;
        const auto [plain, coded] = plain_and_coded(&a, l, m);
        for (int i = 0; i < 2; i++) {
            const uint64_t all = plain.counts.link[over[i]].words_sent;
            const uint64_t come = coded.counts.link[over[i]].words_sent;
            EXPECT_EQ(coded.counts.access[LEVEL_L2][of[i]].reads -
                          coded.counts.access[LEVEL_L2][of[i]].dma_reads,
                      come);
            if (!pattern_is_skipped(&a, &l, of[i])) {
                EXPECT_EQ(come, all) << describe(l);
                continue;
            }
            EXPECT_LE(come, all) << describe(l);
            words += all;
            coded_words += come;
        }
        EXPECT_EQ(coded.counts.macs_performed, plain.counts.macs_performed);
    }
    EXPECT_LT(coded_words, words * 3 / 4);
    EXPECT_GT(coded_words, words / 50);
}

// Where all words are zeros, those come alone that runs of 16 of them end in.
TEST_P(Skips, GetAZeroForSixteenInARow)
{
    uint64_t come = 0, all = 0;
    for (int k = 0; k < 12; k++) {
        arch a = machine(false);
        layer l = shape();
        l.G = l.R = l.S = 1;
        l.C = l.M = 40;
        l.N = 1;
        l.H = l.W = 3;
        layer_set_steps(&l, 1, 0, 1);
        l.zero_share[TENSOR_IFMAP] = l.zero_share[TENSOR_FILTER] = 1;
        for (int t = 0; t < TENSOR_N; t++)
            a.rf_words[t] = 64;
        a.l2_bytes = 1 << 20;
        Messages d;
        layer_mapping m = {};
        ASSERT_TRUE(layer_finish(&l, src_pos{}, d)) << d.text();
        if (!choose(a, l, &m))
            continue;
        const auto [plain, coded] = plain_and_coded(&a, l, m);
        for (int i = 0; i < 2; i++) {
            const uint64_t words = coded.counts.link[over[i]].words_sent;
            if (!pattern_is_skipped(&a, &l, of[i]))
                continue;
            EXPECT_LE(16 * words, plain.counts.link[over[i]].words_sent);
            come += words;
            all += plain.counts.link[over[i]].words_sent;
        }
    }
    EXPECT_GT(come, 0u);
    EXPECT_GT(all, 0u);
}

// Words are drawn by rows; each is what it is alone.
TEST_P(Skips, HaveTheSamePatternByRowsAndWordByWord)
{
    uint64_t any = 0;
    for (int k = 0, end = sample(50, "random layers"); k < end; k++) {
        const arch a = machine(false);
        layer l = shape();
        if (k % 3 == 0 && l.C / l.G > 2) {
            l.filter_block = 3;
            l.filter_nonzero = 2;
        }
        for (tensor t : {TENSOR_IFMAP, TENSOR_FILTER}) {
            const pattern p = pattern_of(&a, &l, t);
            const int along = k % 2 == 0 ? 1 : 3;
            int at[4] = {0, random_.pick(0, 2), random_.pick(0, 2), 0};
            at[along] = random_.pick(0, 3);
            const int words = t == TENSOR_FILTER && along == 1
                                  ? std::min(64, std::max(1, l.C / l.G - at[1]))
                                  : random_.pick(1, 64);
            const uint64_t zeros = pattern_zeros(&p, at, along, words);
            any |= zeros;
            for (int w = 0; w < 64; w++, at[along]++)
                EXPECT_EQ(zeros >> w & 1,
                          w < words && pattern_is_zero(&p, at) ? 1u : 0u)
                    << "word " << w << " of " << words;
        }
    }
    EXPECT_NE(any, 0u);
}

TEST_P(Skips, TakeTheSameCyclesWhoeverStepsThem)
{
    for (int k = 0, end = sample(6, "random layers"); k < end; k++) {
        const arch a = coded(machine(k % 3 == 0));
        const layer l = shape();
        layer_mapping m = {};
        if (!choose(a, l, &m))
            continue;
        simulate_options o = {};
        const layer_result want = simulated(a, l, m, o);
        o.memo = true;
        expect_equal(simulated(a, l, m, o), want, l);
        o.memo = false;
        shuffler shuffled = {
            k % 2 ? BLOCK_GRAIN_PE : BLOCK_GRAIN_ARRAY, std::mt19937(1), {}};
        const kernel kernel = {&shuffled, shuffler::assembled,
                               shuffler::run_pass, nullptr};
        o.kernel = &kernel;
        expect_equal(simulated(a, l, m, o), want, l);
    }
}

INSTANTIATE_TEST_SUITE_P(, Skips, testing::Values("rs", "ws", "is", "os"),
                         [](const auto &one) {
                             return std::string(one.param);
                         });

} // namespace
