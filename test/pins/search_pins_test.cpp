// search_pins_test.cpp - what the searches of named dataflows do, to the step:
// reductions and their bounds, lines of costs and what fits beside what, walks
// and where they cut, and what is found.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "dataflows/search/branch.h"
#include "dataflows/search/least_sums.h"
#include "dataflows/search/search_tree.h"
#include "test/pins/counted.h"
#include "test/random_layer.h"

namespace
{

enum {
    CASES = 20,
    PROBLEMS = 4,
    BRANCHES = 24,
    LISTED = 100,
    MANY = 16,
    MANY_OF_A_LINE = 8
};

struct on_network {
    const dataflow *flow;
    network_type network;
};

std::string name_of(const testing::TestParamInfo<on_network> &info)
{
    return std::string(info.param.flow->name) +
           (info.param.network == NETWORK_SYSTOLIC ? "Systolic" : "Multicast");
}

void add_filters(digest *to, const search_filters &f)
{
    to->add(double(f.m_tiles), f.passes, f.sets, f.once, f.busy, f.paced,
            f.last_short);
}

void add_outputs(digest *to, const search_outputs &o)
{
    to->add(double(o.n_tiles), o.strips, o.dram_ifmap, o.rows, o.x_folds,
            o.columns, o.busy, o.exit_links);
}

void add_terms(digest *to, const search_terms &t)
{
    to->add(double(t.dram_ifmap), t.ifmap_stays, t.dram_filter, t.strips,
            t.filter_may_stay, t.ifmap_sent, t.ifmap_in, t.ifmap_hops,
            t.filter_sent, t.filter_in, t.filter_hops, t.psum_out, t.links,
            t.link_hops, t.psum_reads, t.psum_writes, t.busy_cycles,
            t.pass_cycles, t.folds_cycles, t.paced_cycles, t.array_passes);
}

void add_line(digest *to, const search_line &l)
{
    to->add(l.energy, l.per_m_tile, l.per_pass, l.per_set, l.per_once, l.cycles,
            l.ifmap_bytes, l.psum_bytes, l.filter_bits, l.strips, l.ifmap_sent,
            l.busy_cycles, l.pass_cycles, l.folds_cycles, l.paced_cycles,
            l.ifmap_stays, l.filter_may_stay, l.ramp_cycles, l.tile_steps,
            l.filter_loads, l.last_share, l.end_cycles);
    for (int k = 0; k < NETWORK_N; k++)
        to->add(double(l.network_cycles[k]), l.run[k].words,
                l.run[k].per_filter, l.run[k].dests, l.run[k].per_set);
    for (bool is_single : l.is_single)
        to->add(is_single);
}

void add_cost(digest *to, const search_cost &c)
{
    to->add(c.energy, c.cycles, c.array_cycles);
}

// Each look is a second later.
double looks;
double look()
{
    return looks++;
}

double progress_sum;
void sum_progress(void *, double share)
{
    progress_sum += share;
}

class SearchPins : public testing::TestWithParam<on_network>
{
  protected:
    SearchPins() : energy_(energy_load("eyeriss_normalized", src_pos{}, d_))
    {
    }
    ~SearchPins() override
    {
        forget();
        energy_free(energy_);
    }

    void forget()
    {
        if (p_.layer != nullptr)
            search_problem_fini(&p_);
        p_ = search_problem{};
    }

    static arch machine(random_case &random)
    {
        arch a = random.machine();
        a.array_network = GetParam().network;
        a.rows = random.pick(1, 8);
        a.cols = random.pick(1, 8);
        a.tight_folds = random.pick(0, 1) != 0;
        a.drain = random.pick(0, 1) ? DRAIN_OVERLAPPED : DRAIN_SERIAL;
        random.add_shadow_words(&a);
        a.zero_gating = random.pick(0, 1) != 0;
        a.rf_words[TENSOR_IFMAP] = random.pick(1, 9);
        a.rf_words[TENSOR_FILTER] = random.pick(1, 40);
        a.rf_words[TENSOR_PSUM] = random.pick(1, 8);
        a.dram_latency_cycles = random.pick(0, 1) * random.pick(1, 60);
        a.l2_banks = random.pick(8, 14);
        a.l2_bank_row_words = random.pick(1, 2);
        a.l2_bytes = uint64_t(a.l2_banks) * uint64_t(random.pick(4, 160)) * 2;
        if (random.pick(0, 2) == 0)
            a.l2_tensor_banks[random.pick(0, 2)] = random.pick(2, 4);
        random.split_l2(&a);
        random.choose_for(GetParam().flow->name, &a);
        return a;
    }

    static layer shape(random_case &random, int most)
    {
        for (;;) {
            layer l = {};
            std::snprintf(l.name, sizeof(l.name), "small");
            l.N = random.pick(1, 3);
            l.G = random.pick(0, 2) == 0 ? random.pick(2, 4) : 1;
            l.M = l.G * random.pick(1, most * 12);
            l.C = l.G * random.pick(1, most * 8);
            l.H = random.pick(1, most * 12);
            l.W = random.pick(1, most * 12);
            l.R = random.pick(1, 3);
            l.S = random.pick(1, 3);
            random.steps(&l, 2, 1, 2);
            l.zero_share[TENSOR_IFMAP] = random.pick(0, 1) * 0.4;
            l.zero_share[TENSOR_PSUM] = random.pick(0, 1) * 0.6;
            l.network_input = random.pick(0, 3) == 0;
            Messages unread;
            if (layer_finish(&l, src_pos{}, unread))
                return l;
        }
    }

    // A problem whose space has a reduction, of case k; most: times as large as
    // a small one.
    void problem(random_case &random, int k, int most = 1)
    {
        do {
            forget();
            a_ = machine(random);
            l_ = shape(random, most);
            energy_costs energies;
            energy_costs_of(energy_, &a_, &energies);
            search_costs_of(&energies, &a_, &costs_);
            const given_mapping given = asked(random, k);
            search_problem_init(&p_, search_space_of(GetParam().flow, &a_), &a_,
                                &l_, &costs_, &given);
            p_.stalls = k % 2 != 0;
            const int n = p_.space->reductions(&p_, nullptr, 0);
            list_.resize(size_t(n) + 1);
            p_.space->reductions(&p_, list_.data(), n);
            list_.resize(size_t(n));
        } while (list_.empty() || list_.size() > 5000);
    }

    // In one case of three, a value of a parameter or two.
    static given_mapping asked(random_case &random, int k)
    {
        given_mapping given = {};
        const mapping_param *params = GetParam().flow->params;
        for (int i = 0; k % 3 == 2 && params[i].name != nullptr; i++)
            if (random.pick(0, 4) == 0 && given.n < 2) {
                given_param &p = given.param[given.n++];
                std::snprintf(p.name, sizeof(p.name), "%s", params[i].name);
                p.value = random.pick(1, 4);
            }
        return given;
    }

    void reductions()
    {
        const size_t apart = list_.size() / LISTED + 1;
        for (size_t k = 0; k < list_.size(); k++) {
            const search_reduction &r = list_[k];
            all_.add(r.c, r.q, r.r, r.fr, r.fc, r.g, r.width, r.c_tiles,
                     r.steps, r.rows, r.busy_products, r.busy_adds, r.sums,
                     r.columns, r.hops);
            search_cost cost = {};
            if (k % apart > 0)
                continue;
            search_reduction_least(&p_, &r, &cost);
            add_cost(&least_, cost);
            least_.add(double(search_count(&p_, &r)),
                       search_count_steps(&p_, &r));
        }
    }

    // Branches of random reductions, images and rows; then with outputs in
    // parallel and filters.
    void branches(random_case &random)
    {
        for (int k = 0; k < BRANCHES; k++) {
            const search_reduction &r =
                list_[size_t(random.pick(0, int(list_.size()) - 1))];
            search_branch b = {};
            search_filters least = {};
            search_cost cost = {};
            int m_max = 0;
            b.r = &r;
            b.o.n = random.pick(1, l_.N);
            b.o.e = random.pick(1, std::min(l_.P, p_.space->e_max(&p_, &r)));
            const bool fits = branch_set_room(&p_, &b, &m_max);
            room_.add(fits, p_.space->n_max(&p_, &r, b.o.e),
                      p_.space->e_max(&p_, &r), m_max, b.f_max, b.ifmap_banks);
            if (!fits)
                continue;
            branch_set_any_parallel(&p_, &b, m_max, &least);
            add_outputs(&any_, b.o);
            add_terms(&any_, b.terms);
            add_line(&any_, b.line);
            add_filters(&any_, least);
            search_line_cost(&p_, &b.line, &least, &cost);
            add_cost(&any_, cost);
            b.o.x = 1;
            if (search_has(p_.space, SEARCH_X)) {
                const int x_max = p_.space->x_max(&p_, &r);
                any_.add(x_max);
                b.o.x = random.pick(1, std::min(x_max, b.o.n * b.o.e * l_.Q));
            }
            p_.space->outputs(&p_, &r, &b.o);
            branch_set_terms(&p_, &b);
            branch_set_least_line(&p_, &b);
            branch_set_runs(&p_, &b);
            add_outputs(&line_, b.o);
            add_line(&line_, b.line);
            branch_refine(&p_, &b);
            add_terms(&line_, b.terms);
            add_line(&line_, b.line);
            for (int i = 0; i < 3; i++)
                filters(random, b, &sums_, &whole_);
        }
    }

    void filters(random_case &random, const search_branch &b, digest *sums,
                 digest *whole)
    {
        const int M = p_.group_m;
        const bool has_p = search_has(p_.space, SEARCH_P);
        const int held_most = search_most_filters(&p_, b.r);
        const int most = search_most_groups(&p_, b.r, b.o.e, b.o.x);
        search_filters f = {}, least = {};
        search_cost cost = {};
        f.g = b.r->g;
        f.p = has_p ? random.pick(1, std::max(1, held_most)) : 1;
        f.t = 1;
        if (search_has(p_.space, SEARCH_T))
            f.t = random.pick(1, std::max(1, std::min(most, ceil_div(M, f.p))));
        search_set_least(&p_, f.p, most, b.f_max, M, &least);
        add_filters(sums, least);
        search_set_busy(&p_, f.p, f.t, b.f_max, &least);
        add_filters(sums, least);
        search_line_cost(&p_, &b.line, &least, &cost);
        add_cost(sums, cost);
        f.f = f.p * f.t;
        if (search_has(p_.space, SEARCH_F)) {
            const int from = std::min(M, std::max(f.p * (f.t - 1) + 1, f.p));
            f.f = random.pick(from, std::max(from, std::min(M, b.f_max)));
        }
        if (search_groups(b.r) > 1)
            f.f = M;
        if (!has_p)
            f.p = f.f;
        sums->add(held_most, most, search_filter_banks(&p_, b.r, f.f));
        if (f.f > b.f_max)
            return;
        const int m_max = search_m_max(&p_, b.r, b.o.n, b.o.e, b.ifmap_banks,
                                       search_filter_banks(&p_, b.r, f.f));
        sums->add(m_max);
        if (m_max < 1)
            return;
        f.m = std::min(M, random.pick(1, m_max));
        search_filters_sum(&p_, &f);
        add_filters(whole, f);
        search_cost_of(&p_, b.r, &b.o, &b.terms, &b.line, &f, &cost);
        add_cost(whole, cost);
        mapping m = {};
        search_mapping(&p_, b.r, &b.o, &f, &m);
        for (int value : m.value)
            whole->add(value);
    }

    // Three reductions, each walked from nothing.
    void walks(random_case &random, int k)
    {
        for (int i = 0; i < 3; i++) {
            search_walk w = {};
            w.problem = &p_;
            w.coarse = i > 0;
            w.most = i == 2 ? 60 : i == 0 ? 1500 : 0;
            search_best_init(&w.best, search_objective(k % SEARCH_OBJECTIVE_N),
                             2);
            search_reduction_walk(
                &w, &list_[size_t(random.pick(0, int(list_.size()) - 1))]);
            walked_.add(double(w.evaluated), w.steps, w.gave_up, w.best.n);
            for (uint64_t cuts : w.cuts)
                walked_.add(double(cuts));
            for (int j = 0; j < w.best.n; j++)
                add_cost(&walked_, w.best.best[j].cost);
            search_best_fini(&w.best);
            free(w.program);
        }
    }

    // What was added up of the problems so far.
    void parts(figures *f)
    {
        f->add("reductions", all_);
        f->add("least", least_);
        f->add("room", room_);
        f->add("any", any_);
        f->add("line", line_);
        f->add("sums", sums_);
        f->add("whole", whole_);
        f->add("walks", walked_);
        all_ = least_ = room_ = any_ = line_ = sums_ = whole_ = walked_ =
            digest();
    }

    void searched(random_case &random, int k, figures *f)
    {
        search_options o = {};
        search_result r;
        o.objective = search_objective(k % SEARCH_OBJECTIVE_N);
        o.top = 1 + k % 4;
        o.equals = k % 3;
        o.slack = k % 4 == 3 ? 0.05 : 0;
        o.jobs = 1;
        o.count = true;
        o.quick = k % 5 == 4 ? uint64_t(random.pick(20, 900)) : 0;
        o.now_seconds = look;
        o.time_limit_seconds = random.pick(6, 60);
        o.progress = sum_progress;
        looks = 100;
        progress_sum = 0;
        const bool found = search_run(&p_, &o, &r);
        put(r, f);
        const bool limited = found && o.objective != SEARCH_front;
        // Better than the best is nothing; than twice as much, something.
        for (int twice = 0; twice < 2 && limited; twice++) {
            search_cost limit = r.best[0].cost;
            limit.energy *= 1 + twice;
            limit.cycles *= uint64_t(1 + twice);
            o.better_than = &limit;
            looks = 100;
            search_result other;
            search_run(&p_, &o, &other);
            f->add("better", other.n_best);
            f->add("evaluated", double(other.evaluated));
            search_result_fini(&other);
        }
        search_result_fini(&r);
    }

    void put(const search_result &r, figures *f)
    {
        f->add("proven", r.proven);
        f->add("gap", r.gap);
        f->add("evaluated", double(r.evaluated));
        f->add("tried", double(r.tried));
        digest cuts, front;
        for (uint64_t n : r.cuts)
            cuts.add(double(n));
        f->add("cuts", cuts);
        f->add("space", double(r.space));
        f->add("covered", double(r.covered));
        f->add("by_reduction", double(r.covered_by_reduction));
        f->add("counted", r.counted);
        f->add("looks", looks);
        f->add("seconds", r.seconds);
        f->add("count_seconds", r.count_seconds);
        f->add("progress", progress_sum);
        for (int i = 0; i < r.n_best; i++) {
            std::string values;
            for (int j = 0; GetParam().flow->params[j].name != nullptr; j++)
                values += GetParam().flow->params[j].name +
                          std::to_string(r.best[i].mapping.value[j]);
            f->add("best", values);
            f->add("energy", r.best[i].cost.energy);
            f->add("cycles", double(r.best[i].cost.cycles));
            f->add("array", double(r.best[i].cost.array_cycles));
        }
        for (int i = 0; i < r.n_front; i++)
            add_cost(&front, r.front[i].cost);
        f->add("front", front);
    }

    Messages d_;
    energy_table *energy_;
    search_costs costs_ = {};
    arch a_ = {};
    layer l_ = {};
    search_problem p_ = {};
    std::vector<search_reduction> list_;
    digest all_, least_, room_, any_, line_, sums_, whole_, walked_;
};

TEST_P(SearchPins, AreAsTheyWere)
{
    const std::string name = name_of({GetParam(), 0});
    pins table("search", name);
    for (int k = 0; k < CASES; k++) {
        random_case random(unsigned(100 + k));
        figures f;
        for (int i = 0; i < PROBLEMS; i++) {
            problem(random, k + i);
            reductions();
            branches(random);
            walks(random, k);
        }
        parts(&f);
        f.add("layer", describe(l_));
        searched(random, k, &f);
        table.hold(k, f);
    }
}

// The same, many to a line; each other layer is larger.
TEST_P(SearchPins, ManyAreAsTheyWere)
{
    const std::string name = name_of({GetParam(), 0});
    const int lines = name == "nlrMulticast" ? MANY / 4 : MANY;
    pins table("search", "many_" + name);
    for (int k = 0; k < pinned(lines); k++) {
        figures f;
        digest found;
        for (int i = 0; i < MANY_OF_A_LINE; i++) {
            random_case random(unsigned(5000 + MANY_OF_A_LINE * k + i));
            problem(random, k + i, 1 + i % 2 * 3);
            reductions();
            branches(random);
            walks(random, k + i);
            figures one;
            searched(random, k + i, &one);
            add_text(&found, one.line().c_str());
        }
        parts(&f);
        f.add("found", found);
        table.hold(k, f);
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

INSTANTIATE_TEST_SUITE_P(Everywhere, SearchPins,
                         testing::ValuesIn(everywhere()), name_of);

} // namespace
