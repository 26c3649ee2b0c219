// search_nest_test.cpp - the search of general loop nests against every nest
// of small spaces, asked one by one of the plain closed form.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <vector>

#include "dataflows/search_nest.h"
#include "random_nest.h"
#include "sim/search_costs.h"
#include "test/messages.h"

namespace
{

enum { SPACES = 50 };

class SearchNest : public testing::Test
{
  protected:
    SearchNest() : energy_(energy_load("eyeriss_normalized", src_pos{}, d))
    {
    }
    ~SearchNest() override
    {
        energy_free(energy_);
    }

    arch machine(random_case &random)
    {
        arch a = random.machine();
        a.rows = random.pick(1, 3);
        a.cols = random.pick(1, 3);
        a.zero_gating = random.pick(0, 1) != 0;
        for (int &words : a.rf_words)
            words = random.pick(1, 6);
        a.l2_banks = random.pick(4, 8);
        a.l2_bank_row_words = 1;
        a.l2_bytes = uint64_t(a.l2_banks) * uint64_t(random.pick(2, 12)) * 2;
        energy_costs_of(energy_, &a, &energies_);
        search_costs_of(&energies_, &a, &costs_);
        return a;
    }

    // Two or three dimensions of a few steps.
    static layer shape(random_case &random)
    {
        for (;;) {
            layer l = {};
            std::snprintf(l.name, sizeof(l.name), "small");
            l.N = l.G = l.M = l.C = l.R = l.S = l.H = l.W = 1;
            l.stride = random.pick(1, 2);
            l.dilation = 1;
            for (int k = 0; k < 3; k++) {
                int *of[] = {&l.N, &l.M, &l.C, &l.H, &l.W};
                *of[random.pick(0, 4)] = random.pick(2, 3);
            }
            l.R = random.pick(1, std::min(l.H, 2));
            l.zero_share[TENSOR_IFMAP] = random.pick(0, 1) * 0.4;
            diag *unread = diag_new();
            bool ok = layer_finish(&l, src_pos{}, unread);
            diag_free(unread);
            if (ok)
                return l;
        }
    }

    // Every nest of the space, by counts of RF, columns, rows, L2.
    struct all {
        const arch &a;
        const layer &l;
        std::vector<nest_dim> dim;
        std::vector<std::array<int, 5>> count;
        uint64_t nests = 0;
        double best = INFINITY;
    };

    double energy_of(const arch &a, const layer &l, const nest &n)
    {
        layer_result r = {};
        layer_energy e = {};
        r.layer = l;
        nest_expect(&a, &l, &n, &r.counts);
        if (a.zero_gating)
            r.gated_macs = r.gated_rf_filter_reads = uint64_t(
                double(r.counts.macs) * l.zero_share[TENSOR_IFMAP] + 0.5);
        energy_of_layer(&energies_, &a, &r, 1, &e);
        return e.total;
    }

    void try_orders(all *s)
    {
        std::vector<int> order[2];
        for (size_t i = 0; i < s->dim.size(); i++) {
            if (s->count[i][3] > 1)
                order[0].push_back(int(i));
            if (s->count[i][4] > 1)
                order[1].push_back(int(i));
        }
        do {
            std::sort(order[1].begin(), order[1].end());
            do
                for (int keep = 0; keep < 8; keep++) {
                    nest n;
                    nest_verdict why;
                    nest_start(&s->a, &n);
                    for (int t = 0; t < TENSOR_N; t++)
                        n.level[LEVEL_L2].keep[t] = keep >> t & 1;
                    for (size_t i = 0; i < s->dim.size(); i++) {
                        nest_append(&n.level[LEVEL_RF].time, s->dim[i],
                                    s->count[i][0]);
                        nest_append(&n.level[LEVEL_L2].cols, s->dim[i],
                                    s->count[i][1]);
                        nest_append(&n.level[LEVEL_L2].rows, s->dim[i],
                                    s->count[i][2]);
                    }
                    for (int i : order[0])
                        nest_append(&n.level[LEVEL_L2].time, s->dim[size_t(i)],
                                    s->count[size_t(i)][3]);
                    for (int i : order[1])
                        nest_append(&n.level[LEVEL_DRAM].time,
                                    s->dim[size_t(i)], s->count[size_t(i)][4]);
                    s->nests++;
                    if (nest_is_legal(&s->a, &s->l, &n, &why))
                        s->best = std::min(s->best, energy_of(s->a, s->l, n));
                }
            while (std::next_permutation(order[1].begin(), order[1].end()));
        } while (std::next_permutation(order[0].begin(), order[0].end()));
    }

    void try_splits(all *s, size_t i)
    {
        if (i == s->dim.size()) {
            int rows = 1, cols = 1;
            for (const auto &c : s->count) {
                cols *= c[1];
                rows *= c[2];
            }
            if (rows <= s->a.rows && cols <= s->a.cols)
                try_orders(s);
            return;
        }
        int extent = nest_extent(&s->l, s->dim[i]);
        auto up = [](int x, int y) { return (x + y - 1) / y; };
        for (int a = 1; a <= extent; a++)
            for (int b = 1; b <= up(extent, a); b++)
                for (int c = 1; c <= up(extent, a * b); c++)
                    for (int e = 1; e <= up(extent, a * b * c); e++) {
                        s->count[i] = {a, b, c, e, up(extent, a * b * c * e)};
                        try_splits(s, i + 1);
                    }
    }

    Messages d;
    energy_table *energy_;
    energy_costs energies_ = {};
    search_costs costs_ = {};
};

TEST_F(SearchNest, FindsTheBestOfAllNestsAndCountsThem)
{
    random_case random(51);
    for (int k = 0; k < SPACES; k++) {
        arch a = machine(random);
        layer l = shape(random);
        all s = {a, l, {}, {}};
        for (int i = 0; i < NEST_DIMS; i++)
            if (nest_extent(&l, nest_dim(i)) > 1) {
                s.dim.push_back(nest_dim(i));
                s.count.push_back({});
            }
        try_splits(&s, 0);
        search_nest_options o = {};
        search_nest_result r;
        o.whole_space_max = UINT64_MAX;
        bool found = search_nest(&a, &l, &costs_, &o, &r);
        EXPECT_EQ(r.space, s.nests) << describe(l);
        ASSERT_EQ(found, std::isfinite(s.best)) << describe(l);
        if (!found)
            continue;
        EXPECT_TRUE(r.proven);
        EXPECT_NEAR(r.energy / s.best, 1, 1e-9) << describe(l);
        EXPECT_NEAR(energy_of(a, l, r.nest) / r.energy, 1, 1e-9);
        EXPECT_LE(r.least_energy, s.best * (1 + 1e-12)) << describe(l);
        EXPECT_LE(r.evaluated, r.space);
        // A climb finds a legal nest that is no better.
        search_nest_result climbed;
        o.whole_space_max = 0;
        o.time_limit_seconds = 0.01;
        if (search_nest(&a, &l, &costs_, &o, &climbed)) {
            EXPECT_GE(climbed.energy, r.energy * (1 - 1e-9));
            EXPECT_FALSE(climbed.proven);
        }
    }
}

TEST_F(SearchNest, NoNestTakesLessThanTheLeast)
{
    random_nest random(52);
    for (int k = 0; k < 300; k++) {
        arch a = random.machine();
        a.has_l1 = false;
        layer l = random.shape(20000);
        nest n = random.mapping(a, l);
        energy_costs_of(energy_, &a, &energies_);
        search_costs_of(&energies_, &a, &costs_);
        search_nest_options o = {};
        search_nest_result r;
        search_nest(&a, &l, &costs_, &o, &r);
        EXPECT_LE(r.least_energy, energy_of(a, l, n) * (1 + 1e-12))
            << describe(l);
    }
}

TEST_F(SearchNest, OrderInsideAPeAndOverPesChangesNoCount)
{
    random_nest random(53);
    for (int k = 0; k < 300; k++) {
        arch a = random.machine();
        a.has_l1 = false;
        layer l = random.shape(20000);
        nest n = random.mapping(a, l), turned = n;
        for (nest_loops *loops :
             {&turned.level[LEVEL_RF].time, &turned.level[LEVEL_L2].rows,
              &turned.level[LEVEL_L2].cols})
            std::reverse(loops->loop, loops->loop + loops->n);
        // Loops of one dimension must keep their order.
        bool twice = false;
        for (const nest_loops *loops :
             {&n.level[LEVEL_RF].time, &n.level[LEVEL_L2].rows,
              &n.level[LEVEL_L2].cols})
            for (int i = 0; i < loops->n; i++)
                for (int j = 0; j < i; j++)
                    twice |= loops->loop[i].dim == loops->loop[j].dim;
        if (twice)
            continue;
        counts want = {}, got = {};
        nest_expect(&a, &l, &n, &want);
        nest_expect(&a, &l, &turned, &got);
        EXPECT_EQ(0, std::memcmp(&want, &got, sizeof(want))) << describe(l);
    }
}

} // namespace
