// search_nest_test.cpp - the search of general loop nests against every nest
// of small spaces, asked one by one of the plain closed form.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <vector>

#include "dataflows/search/best.h"
#include "dataflows/search/nest/search_nest.h"
#include "test/dataflows/nest_cost.h"
#include "test/messages.h"
#include "test/random_nest.h"
#include "test/sample.h"

namespace
{

enum { SPACES = 24, NESTS = 600 };

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
            layer_set_steps(&l, random.pick(1, 2), 0, 1);
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

    static layer product(int N, int M, int C, int P)
    {
        layer l = {};
        std::snprintf(l.name, sizeof(l.name), "product");
        l.N = N;
        l.G = l.W = l.R = l.S = 1;
        layer_set_steps(&l, 1, 0, 1);
        l.M = M;
        l.C = C;
        l.H = P;
        diag *unread = diag_new();
        EXPECT_TRUE(layer_finish(&l, src_pos{}, unread));
        diag_free(unread);
        return l;
    }
    // No part's bounds, at any stage of its choices, are above what it takes.
    void expect_bounds(const arch &a, const layer &l, const nest &n, int k)
    {
        energy_costs_of(energy_, &a, &energies_);
        search_costs_of(&energies_, &a, &costs_);
        search_cost is = cost_of(a, l, n);
        for (int stage = 0; stage < 3; stage++) {
            search_cost least;
            search_nest_bound(&a, &l, &costs_, &n, stage, &least);
            ASSERT_LE(least.energy, is.energy * (1 + 1e-9))
                << describe(l) << " stage " << stage << " case " << k;
            ASSERT_LE(least.cycles, is.cycles)
                << describe(l) << " stage " << stage << " case " << k;
        }
    }
    search_cost cost_of(const arch &a, const layer &l, const nest &n)
    {
        return nest_cost(energies_, costs_, a, l, n);
    }

    static double value(search_objective objective, const search_cost &c)
    {
        return search_key_of(objective, &c).first;
    }

    // Every nest of the space, by counts of RF, columns, rows, L2.
    struct all {
        const arch &a;
        const layer &l;
        std::vector<nest_dim> dim;
        std::vector<std::array<int, 5>> count;
        uint64_t nests = 0;
        std::vector<search_cost> legal;
        std::vector<nest> nests_of; // the legal ones
    };

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
                    if (!nest_is_legal(&s->a, &s->l, &n, &why))
                        continue;
                    s->legal.push_back(cost_of(s->a, s->l, n));
                    s->nests_of.push_back(n);
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
        for (int a = 1; a <= extent; a++)
            for (int b = 1; b <= up(extent, a); b++)
                for (int c = 1; c <= up(extent, a * b); c++)
                    for (int e = 1; e <= up(extent, a * b * c); e++) {
                        s->count[i] = {a, b, c, e, up(extent, a * b * c * e)};
                        try_splits(s, i + 1);
                    }
    }

    static int up(int x, int y)
    {
        return (x + y - 1) / y;
    }

    // What none beats in both, in rising energy.
    static std::vector<search_cost> front_of(std::vector<search_cost> all)
    {
        std::vector<search_cost> front;
        std::sort(all.begin(), all.end(),
                  [](const search_cost &x, const search_cost &y) {
                      return x.energy != y.energy ? x.energy < y.energy
                                                  : x.cycles < y.cycles;
                  });
        for (const search_cost &c : all)
            if (front.empty() || c.cycles < front.back().cycles)
                front.push_back(c);
        return front;
    }

    Messages d;
    energy_table *energy_;
    energy_costs energies_ = {};
    search_costs costs_ = {};
};

TEST_F(SearchNest, FindsTheBestOfAllNestsForEachObjective)
{
    random_case random(51);
    for (int k = 0, end = sample(SPACES, "random spaces of nests"); k < end;
         k++) {
        arch a = machine(random);
        layer l = shape(random);
        all s = {a, l, {}, {}, 0, {}, {}};
        for (int i = 0; i < NEST_DIMS; i++)
            if (nest_extent(&l, nest_dim(i)) > 1) {
                s.dim.push_back(nest_dim(i));
                s.count.push_back({});
            }
        try_splits(&s, 0);
        EXPECT_EQ(search_nest_space(&a, &l), s.nests) << describe(l);
        for (int o = 0; o < SEARCH_OBJECTIVE_N; o++) {
            search_nest_options options = {};
            search_nest_result r;
            options.objective = search_objective(o);
            options.top = 2;
            options.budget = UINT64_MAX;
            bool found = search_nest(&a, &l, &costs_, &options, &r);
            ASSERT_EQ(found, !s.legal.empty()) << describe(l);
            if (!found)
                continue;
            EXPECT_EQ(r.end, SEARCH_NEST_PROVEN);
            EXPECT_EQ(r.gap, 0);
            EXPECT_GT(r.bounded, 0u);
            EXPECT_LT(r.bounded, uint64_t{1} << 32);
            double best = INFINITY;
            for (const search_cost &c : s.legal)
                best = std::min(best, value(options.objective, c));
            search_cost got = cost_of(a, l, r.best[0].nest);
            EXPECT_NEAR(value(options.objective, got) / best, 1, 1e-9)
                << describe(l) << " " << search_objective_name[o];
            EXPECT_NEAR(got.energy / r.best[0].cost.energy, 1, 1e-9);
            EXPECT_EQ(got.cycles, r.best[0].cost.cycles);
            if (o == SEARCH_front) {
                std::vector<search_cost> front = front_of(s.legal);
                EXPECT_EQ(size_t(r.n_front), front.size()) << describe(l);
                for (int i = 0; i < r.n_front && i < int(front.size()); i++) {
                    const search_cost &want = front[size_t(i)];
                    EXPECT_EQ(r.front[i].cost.cycles, want.cycles);
                    EXPECT_NEAR(r.front[i].cost.energy / want.energy, 1, 1e-9);
                }
            }
            search_nest_result_fini(&r);
        }
    }
}

// Whether a nest keeps to the limits, asked of the nest itself.
bool keeps_to(const arch &a, const layer &l, const nest_limits &limits,
              const nest &n)
{
    const nest_level &l2 = n.level[LEVEL_L2], &rf = n.level[LEVEL_RF];
    const nest_loops *at[NEST_PLACES] = {&rf.time, &l2.cols, &l2.rows, &l2.time,
                                         &n.level[LEVEL_DRAM].time};
    uint64_t words = 0;
    bool inside = false;
    for (int t = 0; t < TENSOR_N; t++) {
        if (l2.keep[t] ? limits.may_not_keep[t] : limits.must_keep[t])
            return false;
        words += nest_tile_words(&a, &l, &n, LEVEL_RF, tensor(t));
    }
    for (int k = 0; k < NEST_PLACES; k++)
        for (int i = 0; i < at[k]->n; i++) {
            int most = limits.most[k][at[k]->loop[i].dim];
            if (most > 0 && at[k]->loop[i].count > most)
                return false;
        }
    // Loops that psums lack inside those that they have.
    for (int k : {AT_DRAM, AT_L2})
        for (int i = 0; limits.has_stationary && i < at[k]->n; i++) {
            int dim = at[k]->loop[i].dim;
            bool lacks = dim == NEST_C || dim == NEST_R || dim == NEST_S;
            if (at[k]->loop[i].count > 1 && inside && !lacks)
                return false;
            inside = lacks || (inside && at[k]->loop[i].count == 1);
        }
    for (int k = 0; k < 2; k++) {
        const nest_limits_order &order = limits.order[k];
        const nest_loops &loops = *at[k == 0 ? AT_L2 : AT_DRAM];
        int from = 0;
        for (int i = 0; order.n > 0 && i < loops.n; i++) {
            const int *here = std::find(order.dim + from, order.dim + order.n,
                                        loops.loop[i].dim);
            if (loops.loop[i].count == 1)
                continue;
            if (here == order.dim + order.n)
                return false;
            from = int(here - order.dim);
        }
    }
    return limits.rf_words == 0 || words <= uint64_t(limits.rf_words);
}

TEST_F(SearchNest, FindsTheBestOfThoseThatKeepToLimits)
{
    random_case random(55);
    int some = 0;
    for (int k = 0, end = sample(SPACES / 2, "random spaces of nests"); k < end;
         k++) {
        arch a = machine(random);
        layer l = shape(random);
        nest_limits limits = {};
        all s = {a, l, {}, {}, 0, {}, {}};
        for (int i = 0; i < NEST_DIMS; i++)
            if (nest_extent(&l, nest_dim(i)) > 1) {
                s.dim.push_back(nest_dim(i));
                s.count.push_back({});
            }
        try_splits(&s, 0);
        for (auto &place : limits.most)
            for (int &most : place)
                most = random.pick(0, 3) == 0 ? random.pick(1, 2) : 0;
        limits.must_keep[random.pick(0, 2)] = random.pick(0, 2) == 0;
        limits.may_not_keep[random.pick(0, 2)] = random.pick(0, 2) == 0;
        limits.rf_words = random.pick(0, 1) * random.pick(3, 12);
        limits.has_stationary = random.pick(0, 2) == 0;
        limits.stationary = TENSOR_PSUM;
        for (nest_limits_order &order : limits.order)
            for (int dim = 0; random.pick(0, 1) == 0 && dim < NEST_DIMS; dim++)
                order.dim[order.n++] = NEST_DIMS - 1 - dim;
        for (int i = 0; i < 2; i++)
            for (int dim = 0;
                 limits.order[i].n > 0 && dim < NEST_DIMS - limits.order[i].n;
                 dim++)
                limits.most[i == 0 ? AT_L2 : AT_DRAM][dim] = 1;
        search_nest_options options = {};
        search_nest_result r;
        options.objective = SEARCH_edp;
        options.top = 1;
        options.budget = UINT64_MAX;
        options.limits = &limits;
        double best = INFINITY;
        for (size_t i = 0; i < s.legal.size(); i++)
            if (keeps_to(a, l, limits, s.nests_of[i]))
                best = std::min(best, value(options.objective, s.legal[i]));
        bool found = search_nest(&a, &l, &costs_, &options, &r);
        ASSERT_EQ(found, std::isfinite(best)) << describe(l) << " case " << k;
        if (!found)
            continue;
        some++;
        EXPECT_EQ(r.end, SEARCH_NEST_PROVEN);
        EXPECT_TRUE(keeps_to(a, l, limits, r.best[0].nest));
        EXPECT_NEAR(value(options.objective, cost_of(a, l, r.best[0].nest)) /
                        best,
                    1, 1e-9)
            << describe(l) << " case " << k;
        search_nest_result_fini(&r);
    }
    if (!sample_is_short()) {
        EXPECT_GT(some, SPACES / 8);
    }
}

TEST_F(SearchNest, NoNestTakesLessThanTheBoundsOfItsParts)
{
    random_nest random(52);
    for (int k = 0, end = sample(NESTS, "random nests"); k < end; k++) {
        arch a = random.machine();
        a.has_l1 = false;
        for (int &words : a.rf_words)
            words = random.pick(4, 60);
        layer l = random.shape(20000);
        nest n = random_point(random, a, l);
        ASSERT_NO_FATAL_FAILURE(expect_bounds(a, l, n, k));
    }
}

// Long dimensions, and windows that share no points: their bounds are others.
TEST_F(SearchNest, NoNestOfAProductTakesLessThanTheBoundsOfItsParts)
{
    random_nest random(53);
    for (int k = 0, end = sample(NESTS / 15, "random products"); k < end; k++) {
        arch a = random.machine();
        a.has_l1 = false;
        for (int &words : a.rf_words)
            words = random.pick(4, 60);
        a.l2_bytes = 1 << random.pick(11, 17);
        const layer l = product(random.pick(1, 2), random.pick(1, 700),
                                random.pick(1, 700), random.pick(1, 900));
        nest n = random_point(random, a, l);
        ASSERT_NO_FATAL_FAILURE(expect_bounds(a, l, n, k));
    }
}

// A product of powers of two that is far too large to be gone through.
TEST_F(SearchNest, ProvesALargeProduct)
{
    random_case random(54);
    const arch a = machine(random);
    const layer l = product(1, 4096, 4096, 2048);
    search_nest_options o = {};
    search_nest_result r;
    o.objective = SEARCH_energy;
    o.top = 1;
    o.budget = 20000000;
    ASSERT_TRUE(search_nest(&a, &l, &costs_, &o, &r));
    EXPECT_EQ(r.end, SEARCH_NEST_PROVEN);
    EXPECT_EQ(r.gap, 0);
    search_nest_result_fini(&r);
}

TEST_F(SearchNest, TheBudgetAloneDecidesWhereItStops)
{
    random_case random(54);
    arch a = machine(random);
    layer l = {};
    std::snprintf(l.name, sizeof(l.name), "conv");
    l.N = l.G = 1;
    layer_set_steps(&l, 1, 0, 1);
    l.M = l.C = 12;
    l.H = l.W = 9;
    l.R = l.S = 3;
    diag *unread = diag_new();
    ASSERT_TRUE(layer_finish(&l, src_pos{}, unread));
    diag_free(unread);
    search_nest_result r[2];
    for (search_nest_result &one : r) {
        search_nest_options o = {};
        o.objective = SEARCH_edp;
        o.top = 3;
        o.budget = 20000;
        ASSERT_TRUE(search_nest(&a, &l, &costs_, &o, &one));
        EXPECT_EQ(one.end, SEARCH_NEST_BUDGET);
        EXPECT_GT(one.gap, 0);
    }
    ASSERT_EQ(r[0].n_best, r[1].n_best);
    EXPECT_EQ(r[0].evaluated, r[1].evaluated);
    EXPECT_EQ(r[0].bounded, r[1].bounded);
    for (int i = 0; i < r[0].n_best; i++)
        EXPECT_EQ(0, std::memcmp(&r[0].best[i].nest, &r[1].best[i].nest,
                                 sizeof(nest)));
    for (search_nest_result &one : r)
        search_nest_result_fini(&one);
}

// Layers too large to be gone through: what is known of named mappings leads to
// nests that take no more.
TEST_F(SearchNest, NestsTakeNoMoreThanTheNamedMappingsThatTheyStartFrom)
{
    arch a = random_case(91).machine();
    a.rows = 12;
    a.cols = 14;
    a.rf_words[TENSOR_IFMAP] = 12;
    a.rf_words[TENSOR_FILTER] = 224;
    a.rf_words[TENSOR_PSUM] = 24;
    a.psum_reduce = PSUM_CHAIN;
    a.rows_hold[0] = a.cols_hold[0] = '\0';
    a.l2_banks = 27;
    a.l2_bytes = 27 * 4096;
    energy_costs_of(energy_, &a, &energies_);
    search_costs_of(&energies_, &a, &costs_);
    const int shapes[][3] = {{512, 256, 1024}, {37, 1000, 777}, {1, 500, 900}};
    for (const auto &x : shapes) {
        layer l = {};
        std::snprintf(l.name, sizeof(l.name), "gemm");
        l.N = l.G = l.R = l.S = l.W = 1;
        l.H = x[0];
        l.M = x[1];
        l.C = x[2];
        layer_set_steps(&l, 1, 0, 1);
        ASSERT_TRUE(layer_finish(&l, src_pos{}, d));
        for (search_objective of : {SEARCH_energy, SEARCH_delay}) {
            std::vector<search_nest_seed> seeds;
            double least = INFINITY;
            for (const char *name : {"ws", "is", "os", "rs"}) {
                const given_mapping none = {};
                search_problem p;
                search_result found;
                search_problem_init(&p,
                                    search_space_of(dataflow_find(name), &a),
                                    &a, &l, &costs_, &none);
                for (search_objective by : {of, SEARCH_energy, SEARCH_delay}) {
                    search_options o = {};
                    o.objective = by;
                    o.top = 2;
                    o.jobs = 1;
                    o.quick = 30000;
                    ASSERT_TRUE(search_run(&p, &o, &found)) << name;
                    for (int k = 0; k < found.n_best; k++) {
                        const search_found &one = found.best[k];
                        least =
                            std::min(least, search_key_of(of, &one.cost).first);
                        seeds.push_back({dataflow_find(name), one.mapping});
                    }
                    search_result_fini(&found);
                }
                search_problem_fini(&p);
            }
            search_nest_options o = {};
            o.objective = of;
            o.top = 1;
            o.budget = 400000;
            o.seed = seeds.data();
            o.n_seeds = int(seeds.size());
            search_nest_result r;
            ASSERT_TRUE(search_nest(&a, &l, &costs_, &o, &r));
            EXPECT_LE(search_key_of(of, &r.best[0].cost).first, least)
                << search_objective_name[of] << ", M " << l.M;
            search_nest_result_fini(&r);
        }
    }
}

TEST_F(SearchNest, OrderInsideAPeAndOverPesChangesNoCount)
{
    random_nest random(53);
    for (int k = 0, end = sample(300, "random nests"); k < end; k++) {
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
