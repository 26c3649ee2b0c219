// run_pins_test.cpp - what dataflows choose for random machines and layers,
// what their closed forms and estimates say of it, and what runs of all kinds
// count, take and remember, to the cycle. SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstring>

#include "dataflows/choose.h"
#include "dataflows/rs/rs_estimate.h"
#include "sim/array/array_side.h"
#include "sim/choose/candidates.h"
#include "test/pins/drawn_run.h"
#include "test/pins/run_digests.h"

namespace
{

// Layers of a line; the first few are told by name.
enum {
    CHOICES = 16,
    CHOICES_OF_A_LINE = 50,
    CANDIDATES = 12,
    CANDIDATES_OF_A_LINE = 6,
    RUNS = 120,
    ZEROS = 60,
    RARE = 60,
    RUNS_OF_A_LINE = 3,
    PARTS = 10,
    REFUSALS = 12,
    REFUSALS_OF_A_LINE = 20,
    TOLD = 3
};

std::string values_of(const dataflow *flow, const mapping &m)
{
    std::string out;
    for (int k = 0; flow->params[k].name != nullptr; k++)
        out += flow->params[k].name + std::to_string(m.value[k]);
    return out;
}

void add_model(digest *to, const arch &a, const layer &l,
               const layer_mapping &m)
{
    layer_result r = {};
    model_mapping(&a, &l, &m, &r);
    add_counts(to, r);
    add_bounds(to, r);
}

// The estimate of a mapping, and the bounds of those that are like it in part.
void add_estimates(digest *to, random_case &random, const arch &a,
                   const layer &l, const mapping &m)
{
    rs_strip strip = {};
    rs_channels channels = {};
    to->add(rs_estimate(&a, &l, &m), rs_passes(&l, &m));
    rs_strip_set(&strip, &a, &l, &m);
    to->add(strip.strips, strip.inner, strip.ifmap_words, strip.delivered,
            strip.psum_words, strip.word_cycles);
    for (int k = 0; k < 4; k++) {
        const int q = random.pick(1, m.value[RS_Q]);
        const int r = random.pick(1, m.value[RS_R]);
        const int t = random.pick(1, m.value[RS_T]);
        const int p = random.pick(1, m.value[RS_P]);
        to->add(rs_strip_at_least(&strip, r, t, q, p, random.pick(1, 5)));
        rs_channels_set(&channels, &strip, q, r, t);
        to->add(channels.fits, channels.passes, channels.macs, channels.psums,
                channels.ifmaps, channels.filters, channels.moved_words,
                channels.filter_words, channels.exposed_words);
        to->add(rs_channels_at_least(&channels, p));
    }
}

class Choices : public testing::TestWithParam<const char *>
{
  protected:
    static arch machine(random_case &random, const dataflow *flow)
    {
        arch a = random.machine();
        a.l2_bytes = uint64_t(1) << random.pick(9, 16);
        a.dram_latency_cycles = random.pick(0, 30);
        a.tight_folds = random.pick(0, 1) != 0;
        const bool is_systolic = flow->on_systolic && random.pick(0, 1) == 0;
        a.array_network = is_systolic ? NETWORK_SYSTOLIC : NETWORK_MULTICAST;
        if (is_systolic) {
            a.drain = random.pick(0, 1) ? DRAIN_OVERLAPPED : DRAIN_SERIAL;
            if (std::strcmp(flow->name, "os") != 0)
                random.add_shadow_words(&a);
        } else {
            random.choose_for(flow->name, &a);
            if (std::strcmp(flow->name, "nlr") != 0 && random.pick(0, 2) == 0)
                random.add_l1(&a, random.pick(0, 1) ? L2_TO_L1_MESH
                                                    : L2_TO_L1_MULTICAST);
        }
        if (!a.has_l1)
            random.split_l2(&a);
        return a;
    }

    static given_mapping asked(random_case &random, const dataflow *flow)
    {
        given_mapping given = {};
        const bool asks = random.pick(0, 1) != 0;
        for (int k = 0; asks && flow->params[k].name != nullptr; k++)
            if (random.pick(0, 3) == 0) {
                given_param &p = given.param[given.n++];
                std::snprintf(p.name, sizeof(p.name), "%s",
                              flow->params[k].name);
                p.value = random.pick(1, 6);
                p.at = {"asked.cfg", given.n};
            }
        return given;
    }
};

TEST_P(Choices, AreAsTheyWere)
{
    const dataflow *flow = dataflow_find(GetParam());
    pins table("choices", GetParam());
    for (int k = 0; k < CHOICES; k++) {
        random_case random(unsigned(700 + k));
        figures f;
        digest models, estimates, chosen, none;
        for (int i = 0; i < CHOICES_OF_A_LINE; i++) {
            const arch a = machine(random, flow);
            const layer l = random.shape();
            const given_mapping given = asked(random, flow);
            mapping m = {};
            Messages d;
            if (!dataflow_choose(flow, &a, &l, &given, &m, d)) {
                for (char c : d.text())
                    none.add(c);
                continue;
            }
            if (i < TOLD)
                f.add("is", values_of(flow, m));
            for (int value : m.value)
                chosen.add(value);
            add_model(&models, a, l, layer_mapping_chosen(flow, &m));
            if (flow == &rs_dataflow)
                add_estimates(&estimates, random, a, l, m);
        }
        f.add("chosen", chosen);
        f.add("none", none);
        f.add("models", models);
        f.add("estimates", estimates);
        table.hold(k, f);
    }
}

// The most promising of a quick search, with what they are estimated to take.
TEST_P(Choices, CandidatesAreAsTheyWere)
{
    const dataflow *flow = dataflow_find(GetParam());
    pins table("choices", std::string("candidates_") + GetParam());
    Messages unread;
    energy_table *energy = energy_load("45nm", src_pos{}, unread);
    for (int k = 0; k < CANDIDATES; k++) {
        random_case random(unsigned(800 + k));
        figures f;
        digest costs, found;
        for (int j = 0; j < CANDIDATES_OF_A_LINE; j++) {
            const arch a = machine(random, flow);
            const layer l = random.shape();
            const given_mapping given = asked(random, flow);
            candidates_input in = {};
            candidate one[CANDIDATES_MAX];
            Messages d;
            in.arch = &a;
            in.table = k % 2 == 0 ? energy : nullptr;
            in.dataflow = flow;
            in.by_hand = &given;
            in.objective = search_objective(k % SEARCH_front);
            in.n_searched = 1 + k % 5;
            in.proves = k % 3 == 0;
            in.replays = k % 4 == 0;
            const int n = candidates_find(&in, &l, one, d);
            found.add(n);
            for (int i = 0; i < n; i++) {
                const candidate &c = one[i];
                costs.add(c.cost.energy, c.cost.cycles, c.cost.array_cycles,
                          c.is_searched, c.estimate_cycles);
                for (int value : c.mapping.mapping.value)
                    found.add(value);
            }
            if (n > 0) {
                f.add("is", values_of(flow, one[0].mapping.mapping));
                f.add("takes", double(one[0].estimate_cycles));
            }
        }
        f.add("found", found);
        f.add("costs", costs);
        table.hold(k, f);
    }
    energy_free(energy);
}

// Layers of many groups, where networks have several of them side by side.
TEST_P(Choices, OfGroupsAreAsTheyWere)
{
    const dataflow *flow = dataflow_find(GetParam());
    pins table("choices", std::string("groups_") + GetParam());
    for (int k = 0; k < CHOICES; k++) {
        random_case random(unsigned(40000 + k));
        figures f;
        digest models, chosen;
        for (int i = 0; i < CHOICES_OF_A_LINE; i++) {
            arch a = machine(random, flow);
            layer l = random.shape();
            l.G = random.pick(2, 24);
            l.M = l.G * random.pick(1, 3);
            l.C = l.G * random.pick(1, 2);
            if (a.array_network == NETWORK_MULTICAST)
                a.groups_parallel = random.pick(2, 30);
            a.rows = random.pick(2, 24);
            a.cols = random.pick(a.cols, 24);
            while (a.has_l1 &&
                   cluster_grid_rows(&a) * cluster_grid_cols(&a) > CLUSTERS_MAX)
                a.cols--;
            Messages d;
            if (!layer_finish(&l, src_pos{}, d))
                continue;
            const given_mapping given = asked(random, flow);
            mapping m = {};
            if (dataflow_choose(flow, &a, &l, &given, &m, d)) {
                for (int value : m.value)
                    chosen.add(value);
                add_model(&models, a, l, layer_mapping_chosen(flow, &m));
            }
            add_text(&chosen, d.text().c_str());
        }
        f.add("chosen", chosen);
        f.add("models", models);
        table.hold(k, f);
    }
}

INSTANTIATE_TEST_SUITE_P(Everywhere, Choices,
                         testing::Values("rs", "ws", "is", "os", "nlr"));

class Runs : public testing::TestWithParam<int>
{
  protected:
    void add(const random_run &run, run_digests *of, figures *f)
    {
        layer_result r = {}, checked = {}, tapped = {};
        simulate_options o = {};
        Messages d, unread;
        o.memo = o.show_mapping = true;
        o.progress = run_digests::note_progress;
        o.progress_context = &of->progress;
        f->add("run", run.text.substr(0, 40));
        if (!simulate_layer(&run.a, &run.l, &run.mapping, &o, &r, d)) {
            f->add("says", d.text().substr(0, 60));
            return;
        }
        f->add("cycles", double(r.cycles));
        add_model(&of->models, run.a, run.l, run.mapping);
        of->add(r);
        of->add_text(r.mapping_text);
        energies_.add(&of->energy, run.a, r);
        o.show_mapping = false;
        o.progress = nullptr;
        o.check = true;
        simulate_layer(&run.a, &run.l, &run.mapping, &o, &checked, unread);
        of->add_check(checked);
        layer_timeline times;
        layer_timeline_init(&times, 64, nullptr);
        access_tap tap = {&of->accesses, run_digests::note};
        o.check = o.memo = false;
        o.access_tap = &tap;
        o.timeline = &times;
        simulate_layer(&run.a, &run.l, &run.mapping, &o, &tapped, unread);
        of->add_times(times);
        layer_timeline_fini(&times);
        layer_result_fini(&r);
        layer_result_fini(&checked);
        layer_result_fini(&tapped);
    }

    all_energies energies_;
};

TEST_P(Runs, AreAsTheyWere)
{
    const int part = GetParam();
    pins table("runs", "runs");
    for (int k = part; k < pinned(RUNS); k += PARTS) {
        figures f;
        run_digests of;
        for (int i = 0; i < RUNS_OF_A_LINE; i++) {
            random_run run;
            Messages d;
            if (draw_of_all_kinds(900 + unsigned(RUNS_OF_A_LINE * k + i), &run,
                                  d))
                add(run, &of, &f);
        }
        of.put(&f);
        table.hold(k, f);
    }
}

TEST_P(Runs, WithZerosAreAsTheyWere)
{
    const int part = GetParam();
    pins table("runs", "zeros");
    for (int k = part; k < pinned(ZEROS); k += PARTS) {
        figures f;
        run_digests of;
        for (int i = 0; i < RUNS_OF_A_LINE; i++) {
            random_run run;
            Messages d;
            if (draw_with_zeros(2500 + unsigned(RUNS_OF_A_LINE * k + i), &run,
                                d))
                add(run, &of, &f);
        }
        of.put(&f);
        table.hold(k, f);
    }
}

TEST_P(Runs, OfRareArraysAreAsTheyWere)
{
    const int part = GetParam();
    pins table("runs", "rare");
    for (int k = part; k < pinned(RARE); k += PARTS) {
        figures f;
        run_digests of;
        for (int i = 0; i < RUNS_OF_A_LINE; i++) {
            random_run run;
            Messages d;
            if (draw_rare_array(5500 + unsigned(RUNS_OF_A_LINE * k + i), &run,
                                d))
                add(run, &of, &f);
        }
        of.put(&f);
        table.hold(k, f);
    }
}

// What kinds of array refuse, of machines that have anything at random.
TEST(Refusals, AreAsTheyWere)
{
    pins table("runs", "refusals");
    for (int k = 0; k < REFUSALS; k++) {
        random_case random(unsigned(1500 + k));
        figures f;
        digest refused;
        for (int i = 0; i < REFUSALS_OF_A_LINE; i++) {
            arch a = random.machine();
            const char *const flows[] = {"rs", "ws", "is", "os", "nlr", "nest"};
            random.choose_for(flows[random.pick(0, 4)], &a);
            a.array_network =
                random.pick(0, 2) ? NETWORK_MULTICAST : NETWORK_SYSTOLIC;
            random.add_shadow_words(&a);
            if (random.pick(0, 2) == 0)
                random.add_l1(&a, random.pick(0, 1) ? L2_TO_L1_MESH
                                                    : L2_TO_L1_MULTICAST);
            a.l1_keeps_tiles = a.has_l1 && random.pick(0, 1);
            a.psum_reduce = random.pick(0, 2) ? PSUM_CHAIN : PSUM_TREE;
            a.pass_overlap = random.pick(0, 1);
            a.tight_folds = random.pick(0, 3) == 0;
            a.drain = random.pick(0, 1) ? DRAIN_OVERLAPPED : DRAIN_SERIAL;
            a.multipliers = random.pick(0, 3) == 0 ? 2 : 1;
            if (random.pick(0, 3) == 0)
                std::strcpy(a.skips[0], random.pick(0, 1) ? "ifmap" : "both");
            const nest plain = {};
            for (const char *flow : flows) {
                array_refusal why = {};
                const char *keys[RESULT_KEYS_MAX];
                const array_kind *kind = std::strcmp(flow, "nest") == 0
                                             ? array_kind_of_nests(&a, &plain)
                                             : array_kind_of(&a);
                refused.add(kind->honours(&a, flow, &why));
                for (const char *c = why.why; *c != '\0'; c++)
                    refused.add(*c);
                const int n = kind->not_modelled == nullptr
                                  ? 0
                                  : kind->not_modelled(&a, keys);
                for (int key = 0; key < n; key++)
                    for (const char *c = keys[key]; *c != '\0'; c++)
                        refused.add(*c);
            }
        }
        f.add("refused", refused);
        table.hold(k, f);
    }
}

INSTANTIATE_TEST_SUITE_P(Parts, Runs, testing::Range(0, int(PARTS)));

} // namespace
