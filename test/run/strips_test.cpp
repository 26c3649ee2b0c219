// strips_test.cpp - whole layers on an array that takes commands, strips of an
// output row each: the time of the array alone, in closed form.
//
// Source  Gemmini's RTL (configs/gemmini.cfg): a block of weights, 16 channels
// by 16 filters of one tap, streams strips of at most 16 outputs of one output
// row; the one with which the next weights go in takes 16 cycles, the others as
// many as they have outputs, at least 4; six commands of 46 cycles are in the
// array at a time.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "sim/base/counters.h"
#include "sim/config/config.h"
#include "sim/config/layer_text.h"
#include "sim/run/simulate.h"
#include "test/messages.h"
#include "test/random_layer.h"

namespace
{

int64_t ceil_of(int64_t a, int64_t b)
{
    return (a + b - 1) / b;
}

class Strips : public testing::Test
{
  protected:
    Strips()
    {
        const char *const set[] = {"dram.model=ideal", "layer.start_cycles=0"};
        std::unique_ptr<config, decltype(&config_free)> cfg(
            config_load("gemmini", set, 2, d), config_free);
        if (cfg == nullptr)
            ADD_FAILURE() << d.text();
        else
            machine = *config_arch(cfg.get());
    }

    layer shape(const std::string &text)
    {
        layer l = {};
        EXPECT_TRUE(layer_parse_shape(text.c_str(), &l, d)) << d.text();
        return l;
    }

    // Tiles of e output rows, all channels and filters in each.
    layer_result run(const arch &a, const layer &l, int e, bool memo = true)
    {
        given_mapping given = {};
        for (const auto &p :
             {std::make_pair("n", 1), std::make_pair("e", e),
              std::make_pair("c", l.C), std::make_pair("m", l.M),
              std::make_pair("f", l.M)}) {
            given_param &param = given.param[given.n++];
            std::strcpy(param.name, p.first);
            param.value = p.second;
        }
        simulate_options options = {};
        options.memo = memo;
        layer_result r = {};
        EXPECT_TRUE(simulate_chosen(&a, &l, "ws", &given, &options, &r, d))
            << d.text();
        return r;
    }

    // Weight blocks of a layer, each of which streams a tile's outputs.
    static int64_t blocks(const arch &a, const layer &l)
    {
        return int64_t(l.G) * ceil_of(l.M / l.G, a.cols) * l.R * l.S *
               ceil_of(l.C / l.G, a.rows);
    }

    // Cycles of the strips of a tile's rows; `rides`: the next weights go in
    // with this one of each block, the first (0) or the last (-1).
    static int64_t block_cycles(const arch &a, const layer &l, int rows,
                                int rides)
    {
        std::vector<int64_t> strips;
        for (int row = 0; row < rows; row++)
            for (int q = 0; q < l.Q; q += a.strip_words)
                strips.push_back(std::max(std::min(a.strip_words, l.Q - q),
                                          a.strip_min_cycles));
        auto &rider = rides == 0 ? strips.front() : strips.back();
        rider = std::max<int64_t>(rider, a.rows);
        int64_t sum = 0;
        for (int64_t s : strips)
            sum += s;
        return sum;
    }

    static int64_t stream_cycles(const arch &a, const layer &l, int e,
                                 int rides)
    {
        int64_t sum = 0;
        for (int p = 0; p < l.P; p += e)
            sum +=
                blocks(a, l) * block_cycles(a, l, std::min(e, l.P - p), rides);
        return sum;
    }

    Messages d;
    arch machine = {};
};

// The 3 x 3 and 7 x 7 layers of ResNet-50 with 14 output columns and more, of
// which strips keep the array busy, in tiles that fit.
TEST_F(Strips, OfResnetsWideLayersTakeTheCyclesOfTheRtlsCommands)
{
    static const struct {
        const char *shape;
        int e;
    } layers[] = {
        {"M=64,C=3,H=224,W=224,R=7,S=7,stride=2,pad=3", 8},
        {"M=64,C=64,H=56,W=56,R=3,S=3,pad=1", 4},
        {"M=128,C=128,H=56,W=56,R=3,S=3,stride=2,pad=1", 14},
        {"M=128,C=128,H=28,W=28,R=3,S=3,pad=1", 28},
        {"M=256,C=256,H=28,W=28,R=3,S=3,stride=2,pad=1", 14},
        {"M=256,C=256,H=14,W=14,R=3,S=3,pad=1", 14},
    };
    for (const auto &one : layers) {
        const layer l = shape(one.shape);
        ASSERT_GE(l.Q, 14);
        const double cycles = double(run(machine, l, one.e).cycles);
        // Whichever strip the weights ride with, the two are close.
        for (int rides : {0, -1}) {
            const double want = double(stream_cycles(machine, l, one.e, rides));
            EXPECT_NEAR(cycles / want, 1, 0.05) << one.shape << rides;
        }
    }
}

// 16 cycles to load the first weights; the last strip needs none after it, and
// is out after 46, or after its words and 30.
TEST_F(Strips, OfRandomLayersTakeTheClosedForm)
{
    random_case random(181);
    arch a = machine;
    a.commands_in_flight = 0; // no limit
    a.l2_bytes = uint64_t(1) << 30;
    int runs = 0, short_strips = 0;
    for (int k = 0; k < 400 && !HasFailure(); k++) {
        layer l = random.shape();
        if (l.G > 1 || l.N > 1 || l.Q == 1)
            continue;
        a.strip_words = random.pick(1, 20);
        a.strip_min_cycles = random.pick(1, 6);
        a.command_cycles = 0;
        a.rows = random.pick(2, 12);
        a.cols = random.pick(2, 12);
        const int64_t last = (l.Q - 1) % a.strip_words + 1;
        const int64_t min = std::max<int64_t>(last, a.strip_min_cycles);
        const int64_t out = std::max<int64_t>(last + a.rows + a.cols - 2, min);
        const uint64_t want = uint64_t(a.rows + stream_cycles(a, l, l.P, -1) -
                                       std::max<int64_t>(min, a.rows) + out);
        for (bool memo : {true, false}) {
            const layer_result r = run(a, l, l.P, memo);
            EXPECT_EQ(r.cycles, want) << describe(l);
            EXPECT_EQ(r.bounds_cycles[BOUND_folds], want) << describe(l);
        }
        short_strips += last < a.strip_min_cycles;
        runs++;
    }
    EXPECT_GT(runs, 50);
    EXPECT_GT(short_strips, 5);
}

// Strips of 2 and of 4 outputs cost the same: six in 46 cycles.
TEST_F(Strips, OfNarrowRowsWaitForOneOfSixCommandsToLeave)
{
    for (int columns : {2, 4}) {
        const layer l =
            shape("M=64,C=64,H=98,W=" + std::to_string(columns) + ",R=1,S=1");
        const layer_result r = run(machine, l, l.P);
        const double commands = 4.0 * 4 * 98;
        EXPECT_NEAR((double(r.cycles) - 16 - 46) / (commands * 46 / 6), 1, 0.01)
            << columns;
        arch a = machine;
        a.commands_in_flight = 0;
        a.command_cycles = 0;
        EXPECT_NEAR(double(run(a, l, l.P).cycles), commands * 4 + 16 * 12, 80);
    }
}

// Rows of one output are those of a product of matrices: strips of 16 of them.
TEST_F(Strips, OfAProductDoNotEndWithItsRows)
{
    const layer l = shape("M=16,C=16,H=64,W=1,R=1,S=1");
    EXPECT_EQ(run(machine, l, 64).cycles, 16u + 3 * 16 + 46);
}

// Tiles that come late, in all ways: what a pass finds on the array, commands
// in flight among it, is known by what was remembered of it.
TEST_F(Strips, OfLateTilesAreRememberedAsTheyAre)
{
    random_case random(182);
    int runs = 0;
    uint64_t remembered = 0;
    for (int k = 0; k < 150 && !HasFailure(); k++) {
        arch a = machine;
        random.add_strips(&a);
        a.rows = random.pick(1, 8);
        a.cols = random.pick(1, 8);
        a.l2_bytes = uint64_t(random.pick(1, 8)) << 10;
        a.l2_bank_row_words = 1;
        std::strcpy(a.dram_model, "bandwidth");
        a.dram_bytes_per_second = uint64_t(random.pick(1, 60)) * 100000000;
        a.dram_latency_cycles = random.pick(0, 30);
        const layer l = random.shape();
        if (layer_macs(&l) > 200000)
            continue;
        const given_mapping none = {};
        layer_result r[2] = {};
        bool ok[2];
        for (bool memo : {false, true}) {
            simulate_options options = {};
            options.memo = memo;
            options.check = !memo;
            ok[memo] =
                simulate_chosen(&a, &l, "ws", &none, &options, &r[memo], d);
        }
        ASSERT_EQ(ok[0], ok[1]);
        if (!ok[0])
            continue; // no tile fits
        EXPECT_EQ(r[0].check_mismatches, 0u) << describe(l);
        EXPECT_EQ(r[0].cycles, r[1].cycles) << describe(l);
        EXPECT_EQ(counters_differ(&r[0].counts, &r[1].counts), nullptr);
        EXPECT_EQ(r[0].counts.load_cycles, r[1].counts.load_cycles);
        EXPECT_EQ(r[0].counts.stream_cycles, r[1].counts.stream_cycles);
        for (int c = 0; c < LEDGER_N; c++)
            EXPECT_EQ(r[0].ledger_pe_cycles[c], r[1].ledger_pe_cycles[c])
                << ledger_name[c] << ", " << describe(l);
        EXPECT_EQ(0, std::memcmp(r[0].wait_dram_by, r[1].wait_dram_by,
                                 sizeof(r[0].wait_dram_by)))
            << describe(l);
        EXPECT_LE(r[0].bounds_cycles[BOUND_folds], r[0].cycles) << describe(l);
        remembered += r[1].memo.remembered_passes + r[1].memo.skipped_passes;
        runs++;
    }
    EXPECT_GT(runs, 50);
    EXPECT_GT(remembered, 500u);
}

TEST_F(Strips, WaitForTheStartOfTheirLayer)
{
    const layer l = shape("M=16,C=16,H=20,W=16,R=3,S=3,pad=1");
    arch a = machine;
    const uint64_t at_once = run(a, l, 20).cycles;
    a.layer_start_cycles = 1234;
    for (bool memo : {true, false}) {
        const layer_result r = run(a, l, 20, memo);
        EXPECT_EQ(r.cycles, at_once + 1234);
        EXPECT_EQ(r.ledger_pe_cycles[LEDGER_wait_dram], 256u * 1234);
        uint64_t start = 0;
        for (const auto &tensor : r.wait_dram_by)
            start += tensor[DRAM_WAIT_start];
        EXPECT_EQ(start, 256u * 1234);
    }
}

} // namespace
