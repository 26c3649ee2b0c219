// rs_choose_test.cpp - the mapping that rs chooses is the first of the quickest
// of all that there are, asked for one by one.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "dataflows/rs_estimate.h"
#include "random_layer.h"

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
    // With some values given, in the order n, e, r, q, p.
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
    for (int i = 0; i < 300; i++) {
        arch a = random.machine();
        layer l = random.shape();
        a.l2_bytes = random.pick(0, 1) ? 4096 : 16384;
        l.N = random.pick(1, 9);
        legal += expect_first(a, l, true, "case " + std::to_string(i));
    }
    EXPECT_GT(legal, 100);
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
    l.stride = l.dilation = 1;
    l.pad = 0;
    diag *d = diag_new();
    ASSERT_TRUE(layer_finish(&l, src_pos{nullptr, 0}, d));
    diag_free(d);
    EXPECT_TRUE(expect_first(a, l, false, "32 x 32"));
}

} // namespace
