// search_levels_test.cpp - the search of nests on listed levels against every
// nest of small spaces on six levels, asked one by one of the closed form and
// of the energy table.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "dataflows/search/best.h"
#include "dataflows/search/levels/search_levels.h"
#include "test/dataflows/nest_cost.h"
#include "test/messages.h"
#include "test/random_levels.h"
#include "test/sample.h"

namespace
{

class SearchLevels : public testing::Test
{
  protected:
    SearchLevels() : table_(energy_load("45nm", src_pos{}, d_))
    {
    }
    ~SearchLevels() override
    {
        energy_free(table_);
    }

    // Six levels on chip, children side by side below one of them, and stores
    // of a few words, some of one tensor, some of none.
    arch machine()
    {
        arch a = random_.machine(6);
        const int wide = random_.pick(0, 5);
        int left = 4;
        for (int k = 0; k < LEVEL_DRAM; k++) {
            level_arch *at = &a.level[k];
            at->rows = k == wide ? random_.pick(1, 2) : 1;
            at->cols = k == wide ? 2 : 1;
            at->n_stores = 0;
            if (left == 0 || random_.pick(0, 5 - k) >= left)
                continue;
            left--;
            l2_store s = {};
            std::snprintf(s.name, sizeof(s.name), "store");
            s.holds[random_.pick(0, 2)] = true;
            s.bytes = uint64_t(random_.pick(2, 24));
            s.banks = s.bank_row_words = s.buffers = 1;
            s.spills = true;
            at->store[at->n_stores++] = s;
        }
        a.rows = a.level[wide].rows;
        a.cols = a.level[wide].cols;
        energy_costs_of(table_, &a, &energies_);
        search_costs_of(&energies_, &a, &costs_);
        return a;
    }

    layer shape()
    {
        for (;;) {
            layer l = {};
            std::snprintf(l.name, sizeof(l.name), "small");
            l.N = l.G = l.M = l.C = l.R = l.S = l.H = l.W = 1;
            layer_set_steps(&l, 1, 0, 1);
            int *const of[] = {&l.N, &l.M, &l.C, &l.H, &l.W};
            *of[random_.pick(0, 4)] = 2;
            *of[random_.pick(0, 4)] = random_.pick(2, 3);
            l.R = random_.pick(1, std::min(l.H, 2));
            diag *unread = diag_new();
            const bool ok = layer_finish(&l, src_pos{}, unread);
            diag_free(unread);
            if (ok)
                return l;
        }
    }

    struct place {
        int level;
        int axis; // 0: time, 1: rows, 2: columns
        int room;
    };

    // Counts of a dimension at all places but DRAM's, and there what is left:
    // every number up to the extent is tried everywhere.
    static std::vector<std::vector<int>> cuts(const std::vector<place> &places,
                                              int extent)
    {
        std::vector<std::vector<int>> all;
        std::vector<int> count(places.size(), 1);
        for (;;) {
            int tile = 1;
            bool ok = true;
            for (size_t k = 0; k < places.size(); k++) {
                const int need = (extent + tile - 1) / tile;
                ok = ok && count[k] <= need &&
                     (places[k].axis == 0 || count[k] <= places[k].room);
                tile *= count[k];
            }
            if (ok) {
                all.push_back(count);
                all.back().push_back((extent + tile - 1) / tile);
            }
            size_t k = 0;
            while (k < places.size() && ++count[k] > extent)
                count[k++] = 1;
            if (k == places.size())
                return all;
        }
    }

    search_cost cost_of(const arch &a, const layer &l, const nest &n)
    {
        return nest_cost(energies_, costs_, a, l, n);
    }

    // All orders of the loops of all levels: of the list that a bit of `of`
    // names after the other.
    void every_order(const arch &a, const layer &l, nest n, int level)
    {
        if (level == LEVEL_N) {
            const search_cost cost = cost_of(a, l, n);
            for (int k = 0; k < SEARCH_OBJECTIVE_N; k++)
                if (k != SEARCH_front)
                    least_[k] = std::min(
                        least_[k],
                        search_key_of(search_objective(k), &cost).first);
            nests_++;
            return;
        }
        nest_loops *time = &n.level[level].time;
        std::sort(time->loop, time->loop + time->n,
                  [](const nest_loop &x, const nest_loop &y) {
                      return x.dim < y.dim;
                  });
        do
            every_order(a, l, n, level + 1);
        while (
            std::next_permutation(time->loop, time->loop + time->n,
                                  [](const nest_loop &x, const nest_loop &y) {
                                      return x.dim < y.dim;
                                  }));
    }

    void every_nest(const arch &a, const layer &l)
    {
        std::vector<place> places;
        std::vector<std::pair<int, int>> keeps;
        for (int k = 0; k < LEVEL_DRAM; k++) {
            const level_arch &at = a.level[k];
            if (at.name[0] == '\0')
                continue;
            places.push_back({k, 0, 0});
            if (at.rows > 1)
                places.insert(places.end() - 1, {k, 1, at.rows});
            if (at.cols > 1)
                places.insert(places.end() - 1, {k, 2, at.cols});
            for (int t = 0; t < TENSOR_N; t++)
                if (arch_level_holds(&a, level(k), tensor(t)))
                    keeps.push_back({k, t});
        }
        std::vector<std::vector<std::vector<int>>> of(NEST_DIMS);
        for (int d = 0; d < NEST_DIMS; d++)
            of[size_t(d)] = cuts(places, nest_extent(&l, nest_dim(d)));
        std::fill(least_, least_ + SEARCH_OBJECTIVE_N, 1e300);
        nests_ = 0;
        std::array<size_t, NEST_DIMS> at = {};
        for (;;) {
            nest cut;
            nest_start(&a, &cut);
            for (size_t k = 0; k <= places.size(); k++)
                for (int d = 0; d < NEST_DIMS; d++) {
                    const int count = of[size_t(d)][at[size_t(d)]][k];
                    nest_level *to =
                        &cut.level[k < places.size() ? places[k].level
                                                     : LEVEL_DRAM];
                    const int axis = k < places.size() ? places[k].axis : 0;
                    if (count > 1)
                        nest_append(axis == 0   ? &to->time
                                    : axis == 1 ? &to->rows
                                                : &to->cols,
                                    nest_dim(d), count);
                }
            for (unsigned mask = 0; mask < 1u << keeps.size(); mask++) {
                nest n = cut;
                nest_verdict why;
                for (size_t i = 0; i < keeps.size(); i++)
                    n.level[keeps[i].first].keep[keeps[i].second] =
                        mask >> i & 1;
                if (nest_is_legal(&a, &l, &n, &why))
                    every_order(a, l, n, 0);
            }
            size_t d = 0;
            while (d < NEST_DIMS && ++at[d] == of[d].size())
                at[d++] = 0;
            if (d == NEST_DIMS)
                return;
        }
    }

    Messages d_;
    random_levels random_{71};
    energy_table *table_;
    energy_costs energies_ = {};
    search_costs costs_ = {};
    double least_[SEARCH_OBJECTIVE_N] = {};
    uint64_t nests_ = 0;
};

TEST_F(SearchLevels, FindsTheBestNestOfSmallSpaces)
{
    uint64_t nests = 0;
    for (int k = 0, end = sample(5, "six-level spaces"); k < end; k++) {
        const arch a = machine();
        const layer l = shape();
        every_nest(a, l);
        nests += nests_;
        for (int objective = 0; objective < SEARCH_OBJECTIVE_N; objective++) {
            if (objective == SEARCH_front)
                continue;
            search_nest_options o = {};
            search_nest_result r = {};
            o.objective = search_objective(objective);
            o.top = 1;
            o.budget = 10000000;
            ASSERT_TRUE(search_levels(&a, &l, &costs_, &o, &r));
            EXPECT_EQ(r.end, SEARCH_NEST_PROVEN);
            EXPECT_NEAR(search_key_of(o.objective, &r.best[0].cost).first,
                        least_[objective], least_[objective] * 1e-12)
                << search_objective_name[objective] << ", case " << k << ", "
                << describe(l) << describe(r.best[0].nest);
            EXPECT_LE(r.evaluated, nests_ + 2000);
            search_nest_result_fini(&r);
        }
        if (HasFailure())
            return;
    }
    std::cout << nests << " nests\n";
}

// What a search finds is a nest that runs, and never worse with more budget.
TEST_F(SearchLevels, ClimbsInLargeSpaces)
{
    for (int k = 0; k < 3; k++) {
        const arch a = random_.machine(2 + 2 * k);
        const layer l = random_.shape(20000);
        energy_costs_of(table_, &a, &energies_);
        search_costs_of(&energies_, &a, &costs_);
        double before = 1e300;
        for (uint64_t budget : {100u, 1000u, 3000u}) {
            search_nest_options o = {};
            search_nest_result r = {};
            nest_verdict why;
            o.top = 3;
            o.budget = budget;
            ASSERT_TRUE(search_levels(&a, &l, &costs_, &o, &r));
            EXPECT_LE(r.evaluated, budget + 1);
            for (int i = 0; i < r.n_best; i++)
                EXPECT_TRUE(nest_is_legal(&a, &l, &r.best[i].nest, &why));
            const double now =
                search_key_of(o.objective, &r.best[0].cost).first;
            EXPECT_LE(now, before);
            before = now;
            search_nest_result_fini(&r);
        }
    }
}

// A dimension may have one step more than a loop may count.
TEST_F(SearchLevels, CutsTheLongestDimension)
{
    const arch a = random_.machine(3);
    layer l = {};
    std::snprintf(l.name, sizeof(l.name), "long");
    l.N = l.G = l.C = l.H = l.W = l.R = l.S = 1;
    l.M = NEST_COUNT_MAX + 1;
    layer_set_steps(&l, 1, 0, 1);
    ASSERT_TRUE(layer_finish(&l, src_pos{}, d_)) << d_.text();
    energy_costs_of(table_, &a, &energies_);
    search_costs_of(&energies_, &a, &costs_);
    search_nest_options o = {};
    search_nest_result r = {};
    nest_verdict why;
    o.top = 1;
    o.budget = 5;
    ASSERT_TRUE(search_levels(&a, &l, &costs_, &o, &r));
    EXPECT_TRUE(nest_is_legal(&a, &l, &r.best[0].nest, &why));
    search_nest_result_fini(&r);
}

} // namespace
