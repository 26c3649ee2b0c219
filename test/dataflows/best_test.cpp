// best_test.cpp - the best mappings and the front that a search keeps, against
// lists of all that it was given.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "dataflows/search/best.h"
#include "test/random_layer.h"

namespace
{

search_found found_of(int name, int energy, int cycles)
{
    search_found f;
    std::memset(&f, 0, sizeof(f));
    f.mapping.value[0] = name;
    f.cost.energy = energy;
    f.cost.cycles = static_cast<uint64_t>(cycles);
    f.is_new = true;
    return f;
}

std::pair<double, double> key_of(search_objective objective,
                                 const search_cost &cost)
{
    const double e = cost.energy, t = static_cast<double>(cost.cycles);
    switch (objective) {
    case SEARCH_delay:
        return {t, e};
    case SEARCH_edp:
        return {e * t, e};
    case SEARCH_edp2:
        return {e * t * t, e};
    default:
        return {e, t};
    }
}

// What was given, each mapping once, and what is to be kept of it.
struct all_given {
    std::vector<search_found> list;

    void add(const search_found &f)
    {
        for (const search_found &one : list)
            if (one.mapping.value[0] == f.mapping.value[0])
                return;
        list.push_back(f);
    }

    // The first that came of equals.
    std::vector<search_found> best(search_objective objective, int room) const
    {
        std::vector<search_found> out = list;
        std::stable_sort(out.begin(), out.end(),
                         [=](const search_found &a, const search_found &b) {
                             return key_of(objective, a.cost) <
                                    key_of(objective, b.cost);
                         });
        out.resize(std::min(out.size(), static_cast<size_t>(room)));
        return out;
    }

    // By rising energy.
    std::vector<std::pair<double, uint64_t>> front() const
    {
        std::vector<std::pair<double, uint64_t>> out;
        for (const search_found &f : list) {
            bool is_beaten = false;
            for (const search_found &by : list)
                is_beaten = is_beaten || (by.cost.energy <= f.cost.energy &&
                                          by.cost.cycles <= f.cost.cycles &&
                                          (by.cost.energy < f.cost.energy ||
                                           by.cost.cycles < f.cost.cycles));
            if (!is_beaten)
                out.emplace_back(f.cost.energy, f.cost.cycles);
        }
        std::sort(out.begin(), out.end());
        out.erase(std::unique(out.begin(), out.end()), out.end());
        return out;
    }
};

std::vector<std::pair<double, uint64_t>> front_of(const search_best &b)
{
    std::vector<std::pair<double, uint64_t>> out;
    for (int k = 0; k < b.n_front; k++)
        out.emplace_back(b.front[k].cost.energy, b.front[k].cost.cycles);
    return out;
}

void expect_best(const search_best &b, const all_given &given)
{
    const auto best = given.best(b.objective, b.room);
    ASSERT_EQ(best.size(), static_cast<size_t>(b.n));
    for (size_t k = 0; k < best.size(); k++)
        EXPECT_EQ(best[k].mapping.value[0], b.best[k].mapping.value[0]);
    EXPECT_EQ(given.front(), front_of(b));
}

// Costs of few values, so that many are equal in one number or in both.
search_found draw(random_case &random, int names, int most)
{
    const int name = random.pick(1, names);
    random_case of_name(static_cast<unsigned>(name));
    return found_of(name, of_name.pick(1, most), of_name.pick(1, most));
}

TEST(SearchBest, IsWhatSortingAllThatWasGivenBeginsWith)
{
    for (int trial = 0; trial < 100; trial++) {
        random_case random(static_cast<unsigned>(trial));
        search_best b;
        search_best_init(&b,
                         static_cast<search_objective>(trial % SEARCH_front),
                         random.pick(1, 9));
        all_given given;
        for (int k = 0; k < 40; k++) {
            const search_found f = draw(random, 60, 12);
            const all_given before = given;
            given.add(f);
            const auto is_it = [&](const search_found &one) {
                return one.mapping.value[0] == f.mapping.value[0];
            };
            const auto best = given.best(b.objective, b.room);
            // What is to be kept is not refused before.
            if (given.list.size() > before.list.size() &&
                std::any_of(best.begin(), best.end(), is_it)) {
                EXPECT_TRUE(search_best_may_take(&b, &f.cost));
                EXPECT_TRUE(search_best_wants(&b, &f.cost));
            }
            if (given.front() != before.front()) {
                EXPECT_TRUE(search_best_wants(&b, &f.cost));
            }
            search_best_take(&b, &f);
            expect_best(b, given);
        }
        search_best_fini(&b);
    }
}

// A front of 40 points, more than a list has at first, is copied and merged
// whole; what the copy is given comes back once.
TEST(SearchBest, CopiesAndMergesLongFronts)
{
    search_best all, part;
    all_given given;
    search_best_init(&all, SEARCH_energy, 3);
    for (int k = 0; k < 40; k++) {
        const search_found f = found_of(k + 1, 100 + 2 * k, 1000 - 2 * k);
        search_best_take(&all, &f);
        given.add(f);
    }
    expect_best(all, given);
    search_best_copy(&part, &all);
    expect_best(part, given);
    for (int k = 0; k < 40; k += 3) {
        const search_found f = found_of(100 + k, 101 + 2 * k, 999 - 2 * k);
        search_best_take(&part, &f);
        given.add(f);
    }
    expect_best(part, given);
    search_best_merge(&all, &part);
    expect_best(all, given);
    search_best_fini(&part);
    search_best_fini(&all);
}

// Twelve digits decide; what differs behind them is a sum in another order.
TEST(SearchBest, EnergiesThatDifferByRoundingAreEqual)
{
    search_best b;
    search_best_init(&b, SEARCH_energy, 2);
    search_found f = found_of(1, 1000, 50);
    search_best_take(&b, &f);
    f.mapping.value[0] = 2;
    f.cost.energy = 1000 * (1 - 1e-14);
    f.cost.cycles = 51;
    EXPECT_TRUE(search_best_may_take(&b, &f.cost)); // there is room
    search_best_take(&b, &f);
    EXPECT_EQ(1, b.best[0].mapping.value[0]);
    EXPECT_EQ(1, b.n_front);
    f.mapping.value[0] = 3;
    EXPECT_FALSE(search_best_may_take(&b, &f.cost));
    EXPECT_FALSE(search_best_wants(&b, &f.cost));
    f.cost.energy = 1000 * (1 - 1e-9);
    EXPECT_TRUE(search_best_may_take(&b, &f.cost));
    search_best_take(&b, &f);
    EXPECT_EQ(3, b.best[0].mapping.value[0]);
    EXPECT_EQ(2, b.n_front);
    search_best_fini(&b);
}

} // namespace
