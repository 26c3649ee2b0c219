// nest_pins_test.cpp - what the searches of loop nests do, to the step: bounds
// of parts of their spaces, what they look at and leave out under limits and
// budgets, and what is found; on usual machines and on listed levels.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <vector>

#include "dataflows/search/levels/search_levels.h"
#include "dataflows/search/nest/nest_least.h"
#include "dataflows/search/nest/search_nest.h"
#include "test/dataflows/nest_cost.h"
#include "test/pins/counted.h"
#include "test/random_levels.h"

namespace
{

enum {
    CASES = 36,
    SEARCHES = 24,
    PARTS = 8,
    POINTS = 10,
    LEVELS_CASES = 32,
    TOUCH_CASES = 40,
    MANY = 16,
    MANY_OF_A_LINE = 4
};

double looks;
double look()
{
    return looks++;
}

class NestPins : public testing::Test
{
  protected:
    NestPins() : energy_(energy_load("eyeriss_normalized", src_pos{}, d_))
    {
    }
    ~NestPins() override
    {
        energy_free(energy_);
    }

    void price(const arch &a)
    {
        energy_costs_of(energy_, &a, &energies_);
        search_costs_of(&energies_, &a, &costs_);
    }

    static arch machine(random_nest &random, int k)
    {
        arch a = random.machine();
        a.has_l1 = false;
        a.zero_gating = random.pick(0, 1) != 0;
        for (int &words : a.rf_words)
            words = random.pick(1, k % 3 == 0 ? 60 : 8);
        a.l2_banks = random.pick(4, 12);
        a.l2_bytes = uint64_t(a.l2_banks) * uint64_t(random.pick(4, 300)) * 2;
        if (k % 4 == 0)
            a.rows = a.cols = random.pick(1, 3);
        return a;
    }

    // Three dimensions, or more, have a few steps.
    static layer narrow(random_nest &random, int dims = 3)
    {
        for (;;) {
            layer l = {};
            Messages unread;
            std::snprintf(l.name, sizeof(l.name), "narrow");
            l.N = l.G = l.M = l.C = l.R = l.S = l.H = l.W = 1;
            layer_set_steps(&l, random.pick(1, 2), 0, 1);
            for (int k = 0; k < dims; k++) {
                int *of[] = {&l.N, &l.M, &l.C, &l.H, &l.W};
                *of[random.pick(0, 4)] = random.pick(2, 7);
            }
            l.R = random.pick(1, std::min(l.H, 3));
            l.S = random.pick(1, std::min(l.W, 2));
            l.zero_share[TENSOR_IFMAP] = random.pick(0, 1) * 0.4;
            if (layer_finish(&l, src_pos{}, unread))
                return l;
        }
    }

    static nest_limits limits(random_nest &random)
    {
        nest_limits out = {};
        for (auto &place : out.most)
            for (int &most : place)
                most = random.pick(0, 4) == 0 ? random.pick(1, 3) : 0;
        out.must_keep[random.pick(0, 2)] = random.pick(0, 2) == 0;
        out.may_not_keep[random.pick(0, 2)] = random.pick(0, 2) == 0;
        out.rf_words = random.pick(0, 1) * random.pick(3, 60);
        out.has_stationary = random.pick(0, 2) == 0;
        out.stationary = tensor(random.pick(0, 2));
        const int turn = random.pick(0, 3);
        for (int dim = 0; turn < 2 && dim < NEST_DIMS; dim++)
            out.order[turn].dim[out.order[turn].n++] = (dim * 3 + turn) % 8;
        return out;
    }

    // One of these kinds of limit, or two, or three.
    static nest_limits some_limits(random_nest &random)
    {
        const nest_limits all = limits(random);
        nest_limits out = {};
        int *most;
        for (int n = random.pick(1, 3); n > 0; n--)
            switch (random.pick(0, 5)) {
            case 0:
                std::copy(all.must_keep, all.must_keep + TENSOR_N,
                          out.must_keep);
                break;
            case 1:
                std::copy(all.may_not_keep, all.may_not_keep + TENSOR_N,
                          out.may_not_keep);
                break;
            case 2:
                out.rf_words = random.pick(3, 60);
                break;
            case 3:
                out.has_stationary = true;
                out.stationary = tensor(random.pick(0, 2));
                break;
            case 4: {
                nest_limits_order *order = &out.order[random.pick(0, 1)];
                const int from = random.pick(0, 7);
                const int step = 1 + 2 * random.pick(0, 3);
                for (order->n = 0; order->n < NEST_DIMS; order->n++)
                    order->dim[order->n] = (from + order->n * step) % 8;
                break;
            }
            default:
                most = &out.most[random.pick(0, 4)][0];
                most[random.pick(1, 5)] = random.pick(1, 4);
            }
        return out;
    }

    static void put(const search_nest_result &r, figures *f)
    {
        digest cuts, front, nests;
        f->add("end", r.end);
        f->add("gap", r.gap);
        f->add("evaluated", double(r.evaluated));
        f->add("bounded", double(r.bounded));
        f->add("looks", looks);
        f->add("seconds", r.seconds);
        for (uint64_t n : r.cuts)
            cuts.add(double(n));
        f->add("cuts", cuts);
        for (int i = 0; i < r.n_best; i++) {
            front.add(r.best[i].cost.energy, r.best[i].cost.cycles);
            for (char c : describe(r.best[i].nest))
                nests.add(c);
        }
        for (int i = 0; i < r.n_front; i++)
            front.add(r.front[i].cost.energy, r.front[i].cost.cycles);
        f->add("costs", front);
        f->add("nests", nests);
        if (r.n_best > 0)
            f->add("best", describe(r.best[0].nest));
    }

    // Named mappings to start from.
    static std::vector<search_nest_seed> seeds(const arch &a, const layer &l)
    {
        std::vector<search_nest_seed> out;
        for (const char *name : {"ws", "is", "os", "rs"}) {
            const given_mapping none = {};
            search_nest_seed seed = {dataflow_find(name), {}};
            Messages unread;
            if (seed.dataflow->choose(&a, &l, &none, &seed.mapping, unread))
                out.push_back(seed);
        }
        return out;
    }

    void points(random_nest &random, const arch &a, const layer &l, figures *f)
    {
        digest bounds[3], costs;
        for (int k = 0; k < POINTS; k++) {
            const nest n = random_point(random, a, l);
            search_cost is = {};
            search_nest_cost(&a, &l, &costs_, &n, nullptr, &is);
            costs.add(is.energy, is.cycles);
            for (int stage = 0; stage < 3; stage++) {
                search_cost least = {};
                search_nest_bound(&a, &l, &costs_, &n, stage, &least);
                bounds[stage].add(least.energy, least.cycles);
            }
        }
        f->add("costs", costs);
        f->add("tiles", bounds[0]);
        f->add("split", bounds[1]);
        f->add("l2", bounds[2]);
    }

    Messages d_;
    energy_table *energy_;
    energy_costs energies_ = {};
    search_costs costs_ = {};
};

TEST_F(NestPins, BoundsAreAsTheyWere)
{
    pins table("nests", "bounds");
    for (int k = 0; k < pinned(CASES); k++) {
        random_nest random(unsigned(300 + k));
        figures f;
        const arch a = machine(random, 3 * k);
        const layer l = random.shape(k % 4 == 0 ? 4000 : 400);
        price(a);
        f.add("layer", describe(l));
        f.add("space", double(search_nest_space(&a, &l)));
        points(random, a, l, &f);
        table.hold(k, f);
    }
}

// A few of them each, so that who looks for one that fails has it soon.
class NestSearchPins : public NestPins, public testing::WithParamInterface<int>
{
};

TEST_P(NestSearchPins, AreAsTheyWere)
{
    const int part = GetParam();
    pins table("nests", "searches");
    for (int k = part; k < pinned(SEARCHES); k += PARTS) {
        random_nest random(unsigned(400 + k));
        figures f;
        const arch a = machine(random, k);
        const layer l = k % 8 == 7 ? random.shape(2000) : narrow(random);
        const nest_limits limit = limits(random);
        const std::vector<search_nest_seed> seed = seeds(a, l);
        price(a);
        search_nest_options o = {};
        search_nest_result r = {};
        o.objective = search_objective(k % SEARCH_OBJECTIVE_N);
        o.top = 1 + k % 3;
        // A climb may take 240,000 of them.
        o.budget = uint64_t(k % 8 == 6 ? 300 : random.pick(240100, 280000));
        o.now_seconds = look;
        o.time_limit_seconds = k % 8 == 5 ? 1 + k / 8 % 3 * 4 : 0;
        o.limits = k % 3 == 1 ? &limit : nullptr;
        if (k % 4 == 3) {
            o.seed = seed.data();
            o.n_seeds = int(seed.size());
        }
        looks = 100;
        f.add("layer", describe(l));
        f.add("found", search_nest(&a, &l, &costs_, &o, &r));
        put(r, &f);
        search_nest_result_fini(&r);
        table.hold(k, f);
    }
}

INSTANTIATE_TEST_SUITE_P(Parts, NestSearchPins, testing::Range(0, int(PARTS)));

TEST_F(NestPins, SearchesOfListedLevelsAreAsTheyWere)
{
    pins table("nests", "levels");
    for (int k = 0; k < LEVELS_CASES; k++) {
        random_levels random(unsigned(500 + k));
        figures f;
        arch a = random.machine(1 + k % 6);
        const layer l = random.shape(k % 2 == 0 ? 12 : 4000);
        if (k % 4 == 3)
            random_levels::put_meshes(&a);
        price(a);
        search_nest_options o = {};
        search_nest_result r = {};
        o.objective = search_objective(k % SEARCH_OBJECTIVE_N);
        o.top = 1 + k % 3;
        o.budget = uint64_t(random.pick(50, 900));
        o.now_seconds = look;
        o.time_limit_seconds = k % 7 == 6 ? 1 + k / 7 * 3 : 0;
        looks = 100;
        f.add("layer", describe(l));
        f.add("space", double(search_levels_space(&a, &l)));
        f.add("found", search_levels(&a, &l, &costs_, &o, &r));
        put(r, &f);
        search_nest_result_fini(&r);
        table.hold(k, f);
    }
}

// The same of many to a line: limits of all kinds, one by one and together, and
// budgets and times that end a search anywhere.
TEST_P(NestSearchPins, ManyAreAsTheyWere)
{
    pins table("nests", "many");
    for (int k = GetParam(); k < pinned(MANY); k += PARTS) {
        figures f;
        digest found, looked;
        for (int i = 0; i < MANY_OF_A_LINE; i++) {
            random_nest random(unsigned(4000 + MANY_OF_A_LINE * k + i));
            const arch a = machine(random, k + i);
            const layer l = i % 4 == 3 ? random.shape(3000)
                                       : narrow(random, i % 4 == 2 ? 9 : 3);
            const nest_limits limit = some_limits(random);
            const std::vector<search_nest_seed> seed = seeds(a, l);
            price(a);
            search_nest_options o = {};
            o.objective = search_objective((k + i) % SEARCH_OBJECTIVE_N);
            o.top = random.pick(1, 4);
            o.budget =
                uint64_t(random.pick(0, 3) == 0 ? random.pick(1, 5000)
                                                : random.pick(240050, 255000));
            o.now_seconds = look;
            if (random.pick(0, 5) == 0)
                o.time_limit_seconds = random.pick(1, 40) * 0.5;
            o.limits = random.pick(0, 1) ? &limit : nullptr;
            if (random.pick(0, 2) == 0) {
                o.seed = seed.data();
                o.n_seeds = int(seed.size());
            }
            looks = 100;
            search_nest_result r = {};
            figures one;
            one.add("found", search_nest(&a, &l, &costs_, &o, &r));
            put(r, &one);
            add_text(&found, one.line().c_str());
            looked.add(double(r.evaluated), r.bounded, looks);
            search_nest_result_fini(&r);
        }
        f.add("looked", looked);
        f.add("found", found);
        table.hold(k, f);
    }
}

// What tiles touch, and share as they slide.
TEST(NestTouchPins, AreAsTheyWere)
{
    pins table("nests", "touch");
    for (int k = 0; k < TOUCH_CASES; k++) {
        random_case random(unsigned(600 + k));
        figures f;
        digest sums, slides, unknown;
        const arch a = random.machine();
        const layer l = random.shape();
        for (bool of_rows : {false, true}) {
            const std::unique_ptr<nest_touch, void (*)(nest_touch *)> touch(
                nest_touch_new(&a, &l, of_rows), nest_touch_free);
            const int outputs = of_rows ? l.P : l.Q;
            const int taps = of_rows ? l.R : l.S;
            for (int draw = 0; draw < 600; draw++) {
                nest_slide s = {};
                s.over_taps = random.pick(0, 1) != 0;
                const int extent = s.over_taps ? taps : outputs;
                s.tile = random.pick(1, extent);
                s.other = random.pick(1, s.over_taps ? outputs : taps);
                s.children_most = s.children = random.pick(1, 5);
                s.steps = random.pick(2, 6);
                sums.add(nest_touch_sum(touch.get(), random.pick(1, outputs),
                                        random.pick(1, taps)));
                const int apart = s.tile * s.children;
                unknown.add(nest_touch_slide_any(touch.get(), s.over_taps,
                                                 s.tile, s.other, 0));
                if (s.steps > ceil_div(extent, apart))
                    continue;
                slides.add(nest_touch_slide(touch.get(), &s));
                nest_slide any = s;
                any.steps = 0;
                unknown.add(nest_touch_slide(touch.get(), &any));
                any = s;
                any.children = 0;
                unknown.add(nest_touch_slide(touch.get(), &any));
                any = s;
                any.steps = NEST_SLIDE_ALL;
                unknown.add(nest_touch_slide(touch.get(), &any));
                unknown.add(nest_touch_slide_any(touch.get(), s.over_taps,
                                                 s.tile, s.other, s.steps));
            }
        }
        f.add("sums", sums);
        f.add("slides", slides);
        f.add("unknown", unknown);
        table.hold(k, f);
    }
}

} // namespace
