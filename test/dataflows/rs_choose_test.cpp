// rs_choose_test.cpp - the mapping that rs chooses is the first of the quickest
// of all that there are, asked for one by one.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "dataflows/choose.h"
#include "dataflows/rs/rs_estimate.h"
#include "test/messages.h"
#include "test/random_layer.h"
#include "test/sample.h"

namespace
{

struct candidate {
    bool legal;
    double cycles;
    mapping m;
};

class RsChoose : public testing::Test
{
  protected:
    // Asks for a mapping with some values given, in the order n, e, r, q, p.
    static candidate ask(const arch &a, const layer &l,
                         const std::vector<int> &values)
    {
        static const char *const names[] = {"n", "e", "r", "q", "p"};
        given_mapping given = {};
        candidate c = {};
        diag *d = diag_new();
        for (int value : values) {
            std::snprintf(given.param[given.n].name,
                          sizeof(given.param[given.n].name), "%s",
                          names[given.n]);
            given.param[given.n++].value = value;
        }
        c.legal = rs_choose(&a, &l, &given, &c.m, d);
        if (c.legal)
            c.cycles = rs_estimate(&a, &l, &c.m);
        diag_free(d);
        return c;
    }

    // Even cuts of an extent, rising.
    static std::vector<int> cuts(int extent)
    {
        std::vector<int> sizes;
        for (int k = 1; k > 0; k = tiling_next_even(extent, k))
            sizes.push_back(k);
        return sizes;
    }

    static std::vector<int> all_to(int most)
    {
        std::vector<int> sizes;
        for (int k = 1; k <= most; k++)
            sizes.push_back(k);
        return sizes;
    }

    static std::vector<int> filters(const arch &a, const layer &l, int q,
                                    int fc)
    {
        int most = std::min(a.rf_words[TENSOR_PSUM],
                            a.rf_words[TENSOR_FILTER] / (q * fc));
        most = std::min(most, l.M / l.G);
        std::vector<int> sizes;
        for (int k : cuts(l.M / l.G))
            if (k <= most)
                sizes.push_back(k);
        if (most > 0 && sizes.back() != most)
            sizes.push_back(most);
        return sizes;
    }

    // All PE sets, and all that a PE of them may hold if `in_full`.
    static candidate first_of_the_quickest(const arch &a, const layer &l,
                                           const mapping &some, bool in_full)
    {
        const int fr = some.value[RS_FR], fc = some.value[RS_FC];
        candidate best = {};
        auto look = [&](const std::vector<int> &values) {
            candidate c = ask(a, l, values);
            if (c.legal && (!best.legal || c.cycles < best.cycles))
                best = c;
        };
        for (int n : cuts(l.N))
            for (int e : cuts(l.P))
                for (int r :
                     all_to(std::min(rs_set_capacity(&a, fr, e), l.C / l.G))) {
                    if (!in_full) {
                        look({n, e, r});
                        continue;
                    }
                    for (int q : all_to(std::min(
                             l.C / l.G, a.rf_words[TENSOR_IFMAP] / fc)))
                        for (int p : filters(a, l, q, fc))
                            look({n, e, r, q, p});
                }
        return best;
    }

    static bool expect_first(const arch &a, const layer &l, bool in_full,
                             const std::string &what)
    {
        candidate chosen = ask(a, l, {});
        if (!chosen.legal)
            return false;
        candidate best = first_of_the_quickest(a, l, chosen.m, in_full);
        EXPECT_TRUE(best.legal) << what;
        EXPECT_EQ(chosen.cycles, best.cycles) << what;
        for (int k = 0; k < RS_PARAMS; k++)
            EXPECT_EQ(chosen.m.value[k], best.m.value[k])
                << what << ", " << rs_params[k].name;
        return true;
    }
};

TEST_F(RsChoose, TheFirstOfTheQuickestMappingsIsChosen)
{
    random_case random(20261125);
    int legal = 0;
    const int layers = sample(300, "random layers");
    for (int i = 0; i < layers; i++) {
        arch a = random.machine();
        layer l = random.shape();
        a.l2_bytes = random.pick(0, 1) ? 4096 : 16384;
        l.N = random.pick(1, 9);
        legal += expect_first(a, l, true, "case " + std::to_string(i));
    }
    EXPECT_GT(legal, layers / 3);
}

// The bounds hold where PEs skip zeros, or make two products at a time.
TEST_F(RsChoose, TheFirstOfTheQuickestIsChosenWhereZerosAreSkipped)
{
    random_case random(20261201);
    int legal = 0;
    const int layers = sample(100, "random layers with zeros");
    for (int i = 0; i < layers; i++) {
        arch a = random.machine();
        layer l = random.shape();
        a.l2_bytes = random.pick(0, 1) ? 4096 : 16384;
        std::strcpy(a.skips[0], "both");
        a.multipliers = random.pick(1, 2);
        a.coding = random.pick(0, 1) ? CODING_CSC : CODING_NONE;
        l.zero_share[TENSOR_IFMAP] = random.pick(0, 9) / 10.0;
        l.zero_share[TENSOR_FILTER] = random.pick(0, 9) / 10.0;
        legal += expect_first(a, l, true, "case " + std::to_string(i));
    }
    EXPECT_GT(legal, layers / 3);
}

// 2,400 MT/s of 8 bytes; the key of a bandwidth is not in use.
TEST_F(RsChoose, APartTakesAsLongAsABandwidthOfItsPeak)
{
    random_case random(19);
    int slowed = 0, legal = 0;
    for (int i = 0; i < 40; i++) {
        arch part = random.machine();
        layer l = random.shape();
        part.clock_hz = 20000000000;
        std::strcpy(part.dram_model, "ddr4_2400");
        part.dram_bytes_per_second = 1;
        arch peak = part, ideal = part;
        std::strcpy(peak.dram_model, "bandwidth");
        peak.dram_bytes_per_second = 19200000000;
        std::strcpy(ideal.dram_model, "ideal");
        const candidate c = ask(part, l, {});
        if (!c.legal)
            continue;
        legal++;
        EXPECT_DOUBLE_EQ(c.cycles, rs_estimate(&peak, &l, &c.m)) << i;
        EXPECT_EQ(c.cycles, ask(peak, l, {}).cycles) << i;
        slowed += c.cycles > 1.01 * rs_estimate(&ideal, &l, &c.m);
    }
    EXPECT_GT(legal, 10);
    EXPECT_GT(slowed, legal / 2);
}

// Windows of a column stride below the dilation come in as many groups an
// image, and 65535 groups are counted.
TEST_F(RsChoose, NoMoreImagesThanAPassCanCount)
{
    Messages d;
    arch a = random_case(3).machine();
    layer l = {};
    std::snprintf(l.name, sizeof(l.name), "many");
    a.l2_bytes = 1 << 26;
    l.G = l.M = l.C = l.H = l.R = 1;
    l.N = 65535;
    l.W = 6;
    l.S = 2;
    layer_set_steps(&l, 1, 0, 3);
    ASSERT_TRUE(layer_finish(&l, src_pos{nullptr, 0}, d));
    EXPECT_EQ(rs_images_max(&l, l.Q, 2), 65535 / 3);
    candidate chosen = ask(a, l, {});
    ASSERT_TRUE(chosen.legal);
    EXPECT_EQ(chosen.m.value[RS_N], 65535 / 3);
    EXPECT_TRUE(ask(a, l, {21845}).legal);
    EXPECT_FALSE(ask(a, l, {21846}).legal);
    given_mapping given = {};
    std::strcpy(given.param[0].name, "n");
    given.param[given.n++].value = 40000;
    mapping m = {};
    EXPECT_FALSE(dataflow_choose(&rs_dataflow, &a, &l, &given, &m, d));
    EXPECT_NE(d.text().find("short by 18155 images; the nearest legal is "
                            "'mapping.n=21845'"),
              std::string::npos)
        << d.text();

    // The networks count 2^32 - 1 columns: 65535 x 2 an image with stride 2.
    layer_set_steps(&l, 2, 32768, 1);
    l.S = 2;
    l.W = 65535;
    ASSERT_TRUE(layer_finish(&l, src_pos{nullptr, 0}, d));
    EXPECT_EQ(rs_images_max(&l, l.Q, 2),
              int(UINT32_MAX / (2u * unsigned(l.Q))));
    EXPECT_EQ(rs_images_max(&l, l.Q, 1),
              std::min(65535, int(UINT32_MAX / unsigned(l.Q))));
}

// Wide sets do not fit on the array, by two; narrow ones do, and lack L2.
TEST_F(RsChoose, WhatIsShortIsWhatTheNearestCandidateLacks)
{
    Messages d;
    arch a = random_case(3).machine();
    layer l = {};
    std::snprintf(l.name, sizeof(l.name), "deep");
    l.N = l.G = l.M = l.R = l.S = 1;
    layer_set_steps(&l, 1, 0, 1);
    l.C = 4;
    l.H = l.W = 8;
    ASSERT_TRUE(layer_finish(&l, src_pos{nullptr, 0}, d));
    a.rows = 2;
    a.cols = 8;
    a.l2_bytes = 64;
    a.l2_bank_row_words = 1;
    given_mapping given = {};
    std::strcpy(given.param[0].name, "r");
    given.param[given.n++].value = 4;
    std::strcpy(given.param[1].name, "w"); // whole rows
    given.param[given.n++].value = l.Q;
    mapping m = {};
    EXPECT_FALSE(rs_choose(&a, &l, &given, &m, d));
    EXPECT_NE(d.text().find(": L2 (ifmap tile) is short by"), std::string::npos)
        << d.text();
}

// L2 holds 100 ofmap columns for the channels and filters of a PE, and no more.
TEST_F(RsChoose, RowsAreCutWhereL2DoesNotHoldWholeOnesForAPe)
{
    arch a = random_case(3).machine();
    layer l = {};
    std::snprintf(l.name, sizeof(l.name), "wide");
    l.N = l.G = l.R = l.H = 1;
    layer_set_steps(&l, 1, 0, 1);
    l.C = 8;
    l.M = 6;
    l.S = 3;
    l.W = 302;
    Messages d;
    ASSERT_TRUE(layer_finish(&l, src_pos{nullptr, 0}, d));
    a.n_l2_stores = 0;
    a.l2_bank_row_words = 1;
    a.l2_banks = 8;
    for (int t = 0; t < TENSOR_N; t++) {
        a.precision_bits[t] = 16;
        a.l2_tensor_banks[t] = 0;
        a.l2_buffers[t] = 0;
    }
    a.rf_words[TENSOR_IFMAP] = 6;   // 2 channels
    a.rf_words[TENSOR_FILTER] = 24; // of 4 filters
    a.rf_words[TENSOR_PSUM] = 4;
    // A bank of filters; ifmaps in 204 words and psums in 400, of 7 banks.
    a.l2_bytes = 8 * 102 * 2;
    ASSERT_EQ(arch_l2_bank_words(&a, TENSOR_IFMAP), 102u);
    candidate narrow = ask(a, l, {});
    ASSERT_TRUE(narrow.legal);
    EXPECT_EQ(narrow.m.value[RS_W], 100);
    a.l2_bytes = 64 * 1024;
    candidate whole = ask(a, l, {});
    ASSERT_TRUE(whole.legal);
    EXPECT_EQ(whole.m.value[RS_W], 300);
}

// More PE sets than are noted at a time.
TEST_F(RsChoose, OfVeryManyPeSetsTheFirstOfTheQuickestIsChosen)
{
    random_case random(7);
    arch a = random.machine();
    layer l = random.shape();
    a.rows = a.cols = 32;
    a.l2_bytes = 65536;
    l.N = 24;
    l.G = 1;
    l.M = 40;
    l.C = 1024;
    l.H = l.W = 8;
    l.R = l.S = 1;
    layer_set_steps(&l, 1, 0, 1);
    diag *d = diag_new();
    ASSERT_TRUE(layer_finish(&l, src_pos{nullptr, 0}, d));
    diag_free(d);
    EXPECT_TRUE(expect_first(a, l, false, "32 x 32"));
}

} // namespace
