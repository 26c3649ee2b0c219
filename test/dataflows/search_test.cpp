// search_test.cpp - the search against every mapping of small spaces, asked
// one by one of the dataflow's plain choose and expect.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "dataflows/rs/rs.h"
#include "dataflows/search/best.h"
#include "dataflows/search/search.h"
#include "sim/choose/search_costs.h"
#include "sim/run/model.h"
#include "test/messages.h"
#include "test/random_layer.h"
#include "test/sample.h"

namespace
{

enum { SPACES = 6 }; // of each dataflow and network: 48 in all

struct on_network {
    const dataflow *flow;
    network_type network;
};

struct point {
    mapping m;
    search_cost cost;
};

class Search : public testing::TestWithParam<on_network>
{
  protected:
    Search()
        : energy_(energy_load("eyeriss_normalized", src_pos{nullptr, 0}, d))
    {
    }
    ~Search() override
    {
        energy_free(energy_);
    }

    arch machine(random_case &random)
    {
        arch a = random.machine();
        a.array_network = GetParam().network;
        a.rows = random.pick(1, 4);
        a.cols = random.pick(1, 4);
        a.tight_folds = random.pick(0, 1) != 0;
        a.drain = random.pick(0, 1) ? DRAIN_OVERLAPPED : DRAIN_SERIAL;
        random.add_shadow_words(&a);
        a.zero_gating = random.pick(0, 1) != 0;
        a.rf_words[TENSOR_IFMAP] = random.pick(1, 5);
        a.rf_words[TENSOR_FILTER] = random.pick(1, 12);
        a.rf_words[TENSOR_PSUM] = random.pick(1, 4);
        a.l2_banks = random.pick(8, 14);
        a.l2_bank_row_words = random.pick(1, 2);
        a.l2_bytes = uint64_t(a.l2_banks) * uint64_t(random.pick(4, 24)) * 2;
        if (random.pick(0, 2) == 0)
            a.l2_tensor_banks[random.pick(0, 2)] = random.pick(2, 4);
        random.split_l2(&a);
        random.choose_for(GetParam().flow->name, &a);
        energy_costs_of(energy_, &a, &costs_);
        return a;
    }

    static layer shape(random_case &random)
    {
        for (;;) {
            layer l = {};
            std::snprintf(l.name, sizeof(l.name), "small");
            l.N = random.pick(1, 2);
            l.G = random.pick(1, 2);
            l.M = l.G * random.pick(1, 5);
            l.C = l.G * random.pick(1, 4);
            l.H = random.pick(1, 6);
            l.W = random.pick(1, 5);
            l.R = random.pick(1, 3);
            l.S = random.pick(1, 2);
            random.steps(&l, 2, 1, 2);
            l.zero_share[TENSOR_IFMAP] = random.pick(0, 1) * 0.4;
            l.zero_share[TENSOR_PSUM] = random.pick(0, 1) * 0.6;
            diag *d = diag_new();
            bool ok = layer_finish(&l, src_pos{nullptr, 0}, d);
            diag_free(d);
            if (ok)
                return l;
        }
    }

    search_cost cost_of(const arch &a, const layer &l, const mapping &m)
    {
        layer_result r = {};
        layer_energy e = {};
        const layer_mapping mapping = layer_mapping_chosen(GetParam().flow, &m);
        model_mapping(&a, &l, &mapping, &r);
        energy_of_layer(&costs_, &a, &r, 1, &e);
        search_cost c = {};
        c.energy = e.total;
        c.cycles = r.bounds_cycles[result_binding_bound(&r)];
        return c;
    }

    // The largest value that a parameter may have.
    static int extent(const arch &a, const layer &l, const std::string &name)
    {
        static const std::map<std::string, std::function<int(const layer &)>>
            of = {{"m", [](const layer &x) { return x.M / x.G; }},
                  {"f", [](const layer &x) { return x.M / x.G; }},
                  {"c", [](const layer &x) { return x.C / x.G; }},
                  {"n", [](const layer &x) { return x.N; }},
                  {"e", [](const layer &x) { return x.P; }},
                  {"fr", [](const layer &x) { return x.R; }},
                  {"fc", [](const layer &x) { return x.S; }},
                  {"g", [](const layer &x) { return x.G; }}};
        auto at = of.find(name);
        if (at != of.end())
            return at->second(l);
        if (name == "keep") // any, or that which is asked for
            return a.search_keeps == SEARCH_KEEPS_ALL ? KEEP_BOTH : 1;
        if (name == "w") // whole rows alone, where they are roomy
            return rs_is_roomy(&a, &l, l.Q) ? 1 : l.Q;
        return std::max(
            {a.rf_words[0], a.rf_words[1], a.rf_words[2], arch_pes(&a)});
    }

    // Whether no parameter is larger than it need be: exactly one of the
    // mappings that run alike is such a one.
    static bool stands_for_itself(const arch &a, const layer &l,
                                  const std::string &flow,
                                  std::map<std::string, int> v)
    {
        const int Cg = l.C / l.G, outputs = v["n"] * v["e"] * l.Q;
        // Rows of PEs that hold channels alone hold one tap at a time.
        const int products = v["c"] * (a.rows_hold[0] == '\0' ? l.R * l.S : 1);
        auto covers = [](int each, int times, int all) {
            return each <= all && (times == 1 || each * (times - 1) < all);
        };
        if (flow == "rs") // of widths, the least that makes as many tiles
            return covers(v["p"], v["t"], v["m"]) &&
                   covers(v["q"], v["r"], Cg) &&
                   v["w"] == (l.Q - 1) / ((l.Q - 1) / v["w"] + 1) + 1;
        if (v["f"] > v["m"])
            return false;
        if (flow == "os")
            return covers(v["p"], v["t"], v["f"]) && v["x"] <= outputs;
        if (flow == "nlr")
            return v["t"] <= v["f"] && v["x"] <= outputs && v["k"] <= products;
        return v["q"] <= products &&
               v["p"] <= (flow == "ws" ? v["f"] : outputs);
    }

    // Every legal mapping that stands for itself; -1 of it: too many.
    bool enumerate(const arch &a, const layer &l, std::vector<point> *out)
    {
        const dataflow *flow = GetParam().flow;
        std::vector<int> value, most;
        double all = 1;
        for (int k = 0; flow->params[k].name != nullptr; k++) {
            most.push_back(extent(a, l, flow->params[k].name));
            value.push_back(1);
            all *= most.back();
        }
        if (all > 120000)
            return false;
        for (;;) {
            given_mapping given = {};
            std::map<std::string, int> named;
            for (size_t k = 0; k < value.size(); k++) {
                given_param &p = given.param[given.n++];
                std::snprintf(p.name, sizeof(p.name), "%s",
                              flow->params[k].name);
                p.value = value[k];
                if (std::strcmp(p.name, "w") == 0 && most[k] == 1)
                    p.value = l.Q;
                if (std::strcmp(p.name, "keep") == 0 && keep_ > 0)
                    p.value = keep_;
                named[p.name] = p.value;
            }
            point found = {};
            if (stands_for_itself(a, l, flow->name, named) &&
                flow->choose(&a, &l, &given, &found.m, d)) {
                found.cost = cost_of(a, l, found.m);
                out->push_back(found);
            }
            diag_clear(d);
            size_t k = 0;
            while (k < value.size() && ++value[k] > most[k])
                value[k++] = 1;
            if (k == value.size())
                return true;
        }
    }

    // A space that is small, and not empty.
    void small_space(random_case &random, arch *a, layer *l,
                     std::vector<point> *all)
    {
        do {
            all->clear();
            *a = machine(random);
            *l = shape(random);
            a->search_keeps = a->l2_keeps_tiles && (l->M + l->W) % 3 == 0
                                  ? SEARCH_KEEPS_ALL
                                  : SEARCH_KEEPS_RUNS;
            keep_ = a->search_keeps == SEARCH_KEEPS_ALL ? 0
                    : a->l2_keeps_tiles ? 1 + (l->M + l->C + l->H) % 4
                                        : KEEP_NONE;
        } while (!enumerate(*a, *l, all) || all->size() < 10);
    }

    struct outcome {
        search_result r = {};
        ~outcome()
        {
            search_result_fini(&r);
        }
    };

    bool search(const arch &a, const layer &l, search_objective objective,
                int top, int jobs, outcome *out,
                const given_mapping &given = given_mapping{}, bool count = true)
    {
        search_problem p;
        search_costs costs;
        search_costs_of(&costs_, &a, &costs);
        search_options o = {};
        o.objective = objective;
        o.top = top;
        o.jobs = jobs;
        o.count = count;
        given_mapping asked = given;
        given_param &keep = asked.param[asked.n];
        std::snprintf(keep.name, sizeof(keep.name), "keep");
        keep.value = keep_;
        asked.n += keep_ > 0;
        search_problem_init(&p, search_space_of(GetParam().flow, &a), &a, &l,
                            &costs, &asked);
        bool ok = search_run(&p, &o, &out->r);
        // Asked about alone, what was found costs the same.
        search_cost alone = {};
        if (ok && out->r.n_best > 0) {
            EXPECT_TRUE(
                search_cost_of_mapping(&p, &out->r.best[0].mapping, &alone));
            EXPECT_EQ(out->r.best[0].cost.cycles, alone.cycles);
            EXPECT_NEAR(out->r.best[0].cost.energy / alone.energy, 1, 1e-9);
        }
        search_problem_fini(&p);
        return ok;
    }

    Messages d;
    energy_table *energy_;
    energy_costs costs_ = {};
    int keep_ = KEEP_NONE; // what stays in L2; 0: what the search finds
};

TEST_P(Search, FindsTheBestOfAllMappingsAndCountsThem)
{
    random_case random(31);
    for (int k = 0, end = sample(SPACES, "random spaces of mappings"); k < end;
         k++) {
        arch a;
        layer l;
        std::vector<point> all;
        small_space(random, &a, &l, &all);
        for (int i = 0; i < SEARCH_front; i++) {
            auto objective = static_cast<search_objective>(i);
            double best = INFINITY;
            for (const point &p : all)
                best = std::min(best, search_key_of(objective, &p.cost).first);
            outcome f;
            ASSERT_TRUE(search(a, l, objective, 1, 1, &f)) << describe(l);
            EXPECT_TRUE(f.r.proven);
            EXPECT_EQ(f.r.space, all.size()) << describe(l);
            EXPECT_EQ(f.r.covered, f.r.space);
            EXPECT_TRUE(f.r.counted);
            EXPECT_LE(f.r.evaluated, f.r.space);
            ASSERT_NEAR(search_key_of(objective, &f.r.best[0].cost).first /
                            best,
                        1, 1e-9)
                << search_objective_name[i] << ", " << describe(l);
            // What it found is that mapping's, by the plain closed form.
            search_cost plain = cost_of(a, l, f.r.best[0].mapping);
            EXPECT_NEAR(plain.energy / f.r.best[0].cost.energy, 1, 1e-9);
            EXPECT_EQ(plain.cycles, f.r.best[0].cost.cycles) << describe(l);
            // Where no count is asked for, less is looked at.
            outcome bare;
            ASSERT_TRUE(search(a, l, objective, 1, 1, &bare, {}, false));
            EXPECT_TRUE(bare.r.proven);
            EXPECT_EQ(f.r.best[0].cost.energy, bare.r.best[0].cost.energy);
            EXPECT_EQ(f.r.best[0].cost.cycles, bare.r.best[0].cost.cycles);
        }
    }
}

TEST_P(Search, FindsTheWholeFrontAndTheBestFew)
{
    random_case random(32);
    for (int k = 0, end = sample(SPACES / 3, "random spaces of mappings");
         k < end; k++) {
        arch a;
        layer l;
        std::vector<point> all;
        small_space(random, &a, &l, &all);
        std::sort(all.begin(), all.end(), [](const point &x, const point &y) {
            return x.cost.energy < y.cost.energy;
        });
        std::vector<search_cost> front;
        for (const point &p : all)
            if (front.empty() || p.cost.cycles < front.back().cycles) {
                if (!front.empty() &&
                    p.cost.energy <= front.back().energy * (1 + 1e-9))
                    front.pop_back();
                front.push_back(p.cost);
            }
        outcome f;
        ASSERT_TRUE(search(a, l, SEARCH_front, 1, 1, &f));
        ASSERT_EQ(f.r.n_front, int(front.size())) << describe(l);
        for (size_t i = 0; i < front.size(); i++) {
            EXPECT_EQ(f.r.front[i].cost.cycles, front[i].cycles);
            EXPECT_NEAR(f.r.front[i].cost.energy / front[i].energy, 1, 1e-9);
        }
        const int top = 5;
        outcome few;
        ASSERT_TRUE(search(a, l, SEARCH_energy, top, 1, &few));
        ASSERT_EQ(few.r.n_best, top);
        for (int i = 0; i < top; i++)
            EXPECT_NEAR(few.r.best[i].cost.energy / all[size_t(i)].cost.energy,
                        1, 1e-9)
                << i << ", " << describe(l);
        for (int i = 0; i < top; i++)
            for (int j = 0; j < i; j++)
                EXPECT_NE(0,
                          std::memcmp(&few.r.best[i].mapping,
                                      &few.r.best[j].mapping, sizeof(mapping)))
                    << i << " and " << j << ", " << describe(l);
    }
}

TEST_P(Search, FindsTheSameWithAnyNumberOfThreads)
{
    random_case random(33);
    for (int k = 0, end = sample(SPACES, "random spaces of mappings"); k < end;
         k++) {
        arch a = machine(random);
        layer l = shape(random);
        outcome one, three;
        bool ok = search(a, l, SEARCH_edp, 3, 1, &one);
        ASSERT_EQ(search(a, l, SEARCH_edp, 3, 3, &three), ok);
        EXPECT_EQ(one.r.evaluated, three.r.evaluated);
        EXPECT_EQ(one.r.tried, three.r.tried);
        EXPECT_EQ(one.r.space, three.r.space);
        ASSERT_EQ(one.r.n_best, three.r.n_best);
        for (int i = 0; i < one.r.n_best; i++)
            EXPECT_EQ(0,
                      std::memcmp(&one.r.best[i].mapping,
                                  &three.r.best[i].mapping, sizeof(mapping)));
        ASSERT_EQ(one.r.n_front, three.r.n_front);
        for (int i = 0; i < SEARCH_CUT_N; i++)
            EXPECT_EQ(one.r.cuts[i], three.r.cuts[i]);
    }
}

// What is asked for beyond the layer is the layer's whole, also of 1.
TEST_P(Search, AParameterBeyondTheLayerIsTheWholeLayer)
{
    random_case random(35);
    int asked = 0;
    for (int k = 0, end = sample(SPACES, "random spaces of mappings"); k < end;
         k++) {
        arch a = machine(random);
        layer l = shape(random);
        const std::pair<const char *, int> whole[] = {
            {"m", l.M / l.G}, {"n", l.N}, {"e", l.P}, {"c", l.C / l.G}};
        for (const auto &one : whole) {
            given_mapping given = {};
            if (dataflow_param_index(GetParam().flow, one.first) < 0)
                continue;
            std::strcpy(given.param[given.n++].name, one.first);
            outcome at, beyond;
            given.param[0].value = one.second;
            const bool ok = search(a, l, SEARCH_edp, 1, 1, &at, given);
            given.param[0].value = one.second + 3;
            ASSERT_EQ(ok, search(a, l, SEARCH_edp, 1, 1, &beyond, given));
            if (!ok)
                continue;
            EXPECT_EQ(at.r.best[0].cost.energy, beyond.r.best[0].cost.energy)
                << one.first << ": " << describe(l);
            EXPECT_EQ(at.r.best[0].cost.cycles, beyond.r.best[0].cost.cycles);
            EXPECT_EQ(at.r.space, beyond.r.space);
            asked++;
        }
    }
    EXPECT_GT(asked, 0);
}

// L2 would take them all; a pass counts 65535 groups of windows (rs), or 2^30
// outputs.
TEST_P(Search, NoMoreImagesThanAPassCanCount)
{
    const bool is_rs = std::strcmp(GetParam().flow->name, "rs") == 0;
    random_case random(34);
    arch a = machine(random);
    layer l = {};
    std::snprintf(l.name, sizeof(l.name), "many");
    a.rows = a.cols = 1;
    a.rf_words[TENSOR_IFMAP] = a.rf_words[TENSOR_FILTER] = 2;
    a.psum_reduce = PSUM_CHAIN;
    a.n_l2_stores = 0;
    a.l2_bytes = ARCH_BYTES_MAX;
    l.G = l.M = l.C = l.H = l.R = l.S = 1;
    layer_set_steps(&l, 1, 0, 1);
    l.N = 20000;
    l.W = 65535;
    int most = (1 << 30) / l.W;
    if (is_rs) {
        l.dilation_w = 5;
        l.S = 2;
        most = 65535 / 5;
    }
    ASSERT_TRUE(layer_finish(&l, src_pos{nullptr, 0}, d));
    outcome f;
    ASSERT_TRUE(search(a, l, SEARCH_energy, 3, 1, &f));
    given_mapping given = {};
    std::strcpy(given.param[given.n++].name, "n");
    mapping m = {};
    given.param[0].value = most;
    EXPECT_TRUE(GetParam().flow->choose(&a, &l, &given, &m, d));
    given.param[0].value = most + 1;
    EXPECT_FALSE(GetParam().flow->choose(&a, &l, &given, &m, d));
    const int n = dataflow_param_index(GetParam().flow, "n");
    for (int i = 0; i < f.r.n_best; i++)
        EXPECT_LE(f.r.best[i].mapping.value[n], most);
    EXPECT_TRUE(f.r.proven);
    EXPECT_EQ(f.r.covered, f.r.space);
}

// With more reductions than a list of them may have, none is searched.
TEST_P(Search, ASpaceThatIsTooLargeDoesNotFit)
{
    random_case random(36);
    arch a = machine(random);
    a.rows = a.cols = 1024;
    a.rf_words[TENSOR_IFMAP] = a.rf_words[TENSOR_FILTER] = 8192;
    a.rf_words[TENSOR_PSUM] = 8192;
    a.rows_hold[0] = a.cols_hold[0] = '\0';
    a.n_l2_stores = 0;
    a.l2_bytes = ARCH_BYTES_MAX;
    layer l = {};
    std::snprintf(l.name, sizeof(l.name), "long");
    l.N = l.G = l.M = 1;
    l.R = l.S = 3;
    l.H = l.W = 20;
    layer_set_steps(&l, 1, 0, 1);
    energy_costs_of(energy_, &a, &costs_);
    search_costs costs;
    search_costs_of(&costs_, &a, &costs);
    const std::string flow = GetParam().flow->name;
    const bool has_many = GetParam().network == NETWORK_MULTICAST &&
                          (flow == "ws" || flow == "is" || flow == "nlr");
    for (int C : {8, 8192}) {
        const given_mapping none = {};
        search_problem p;
        l.C = C;
        ASSERT_TRUE(layer_finish(&l, src_pos{nullptr, 0}, d));
        search_problem_init(&p, search_space_of(GetParam().flow, &a), &a, &l,
                            &costs, &none);
        const int n = p.space->reductions(&p, nullptr, 0);
        EXPECT_EQ(search_fits(&p), n <= SEARCH_REDUCTIONS_MAX);
        EXPECT_EQ(search_fits(&p), C == 8 || !has_many) << n;
        search_problem_fini(&p);
    }
}

std::vector<on_network> everywhere()
{
    std::vector<on_network> all;
    for (int k = 0; dataflow_table[k] != nullptr; k++)
        if (std::strcmp(dataflow_table[k]->name, "nest") != 0)
            all.push_back({dataflow_table[k], NETWORK_MULTICAST});
    for (const char *name : {"ws", "is", "os"})
        all.push_back({dataflow_find(name), NETWORK_SYSTOLIC});
    return all;
}

std::string name_of(const testing::TestParamInfo<on_network> &info)
{
    return std::string(info.param.flow->name) +
           (info.param.network == NETWORK_SYSTOLIC ? "Systolic" : "Multicast");
}

INSTANTIATE_TEST_SUITE_P(Everywhere, Search, testing::ValuesIn(everywhere()),
                         name_of);

} // namespace
