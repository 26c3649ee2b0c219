// layers_pins_test.cpp - what runs of larger layers, and of several layers
// together, count, take and remember: periods, skips and what a pass memory
// that is full forgets.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "sim/run/run.h"
#include "test/pins/drawn_fold.h"
#include "test/pins/drawn_run.h"
#include "test/pins/run_digests.h"

namespace
{

enum {
    LONG = 40,
    LONG_OF_A_LINE = 10,
    MANY = 40,
    MANY_OF_A_LINE = 14,
    ENDS = 20,
    ENDS_OF_A_LINE = 5,
    CREWS = 24,
    CREWS_OF_A_LINE = 6,
    LAYERS = 5,
    PARTS = 10
};

layer longer_layer(random_case &random, uint64_t macs_most)
{
    for (;;) {
        layer l = {};
        Messages unread;
        std::snprintf(l.name, sizeof(l.name), "longer");
        l.N = random.spread(4);
        l.G = random.pick(0, 3) == 0 ? random.pick(2, 4) : 1;
        l.M = l.G * random.spread(100);
        l.C = l.G * random.spread(100);
        l.H = random.spread(60);
        l.W = random.spread(60);
        l.R = random.spread(7);
        l.S = random.spread(7);
        random.steps(&l, 3, 2, 2);
        l.zero_share[TENSOR_IFMAP] = random.pick(0, 2) / 4.0;
        if (layer_finish(&l, src_pos{}, unread) &&
            layer_macs(&l) <= macs_most && layer_macs(&l) > macs_most / 20)
            return l;
    }
}

arch machine_for(random_case &random, const dataflow *flow)
{
    arch a = random.machine();
    a.l2_bytes = uint64_t(1) << random.pick(13, 17);
    a.dram_latency_cycles = random.pick(0, 60);
    a.tight_folds = random.pick(0, 1) != 0;
    a.dram_order = random.pick(0, 1) ? DRAM_ORDER_OLDEST : DRAM_ORDER_TENSORS;
    a.dram_bytes_per_second = 100000000 * uint64_t(random.spread(100));
    a.array_network = flow->on_systolic && random.pick(0, 1)
                          ? NETWORK_SYSTOLIC
                          : NETWORK_MULTICAST;
    if (a.array_network == NETWORK_SYSTOLIC) {
        a.drain = random.pick(0, 1) ? DRAIN_OVERLAPPED : DRAIN_SERIAL;
        if (std::strcmp(flow->name, "os") != 0)
            random.add_shadow_words(&a);
        if (a.preload == PRELOAD_SHADOW && std::strcmp(flow->name, "ws") == 0 &&
            random.pick(0, 1))
            random.add_strips(&a);
    } else {
        random.choose_for(flow->name, &a);
        if (std::strcmp(flow->name, "nlr") != 0 && random.pick(0, 2) == 0)
            random.add_l1(&a, random.pick(0, 1) ? L2_TO_L1_MESH
                                                : L2_TO_L1_MULTICAST);
        if (a.has_l1 && random.pick(0, 1)) {
            a.l1_keeps_tiles = true;
            a.l1_bytes *= 16;
        }
    }
    if (!a.has_l1)
        random.split_l2(&a);
    return a;
}

void put_part(unsigned seed, arch *a)
{
    static const char *const parts[] = {"ddr3_1600", "ddr4_2400", "lpddr4_2400",
                                        "hbm2"};
    if (seed % 3 == 0)
        std::snprintf(a->dram_model, sizeof(a->dram_model), "%s",
                      parts[seed / 3 % 4]);
}

const dataflow *flow_of(unsigned seed)
{
    static const char *const flows[] = {"rs", "ws", "is", "os", "nlr"};
    return dataflow_find(flows[seed % 5]);
}

// Some of the mapping's parameters, and now and then what stays in L2.
given_mapping asked(random_case &random, const dataflow *flow)
{
    given_mapping given = {};
    const bool asks = random.pick(0, 2) == 0;
    for (int k = 0; flow->params[k].name != nullptr; k++) {
        const bool is_keep = std::strcmp(flow->params[k].name, "keep") == 0;
        if (random.pick(0, 3) > 0 || !(asks || is_keep))
            continue;
        given_param &p = given.param[given.n++];
        std::snprintf(p.name, sizeof(p.name), "%s", flow->params[k].name);
        p.value = is_keep ? random.pick(1, 4) : random.spread(24);
    }
    return given;
}

// A named dataflow on a machine of its own, with a layer that is long enough to
// repeat itself.
bool draw_long(unsigned seed, random_run *run, diag *d)
{
    random_case random(seed);
    const dataflow *flow = flow_of(seed);
    run->a = machine_for(random, flow);
    run->l = longer_layer(random, 1000000);
    put_part(seed, &run->a);
    const given_mapping given = asked(random, flow);
    return choose_mapping(&run->a, &run->l, flow, &given, &run->mapping, d);
}

bool draw_long_nest(unsigned seed, random_run *run, diag *d)
{
    if (seed % 4 == 0) {
        random_levels random(seed);
        run->a = random.machine(random.pick(1, 6));
        run->l = random.shape(8000);
        const nest n = random.mapping(run->a, run->l);
        if (random.pick(0, 3) == 0)
            random_levels::put_meshes(&run->a);
        put_part(seed, &run->a);
        return choose_nest(&run->a, &run->l, &n, nullptr, &run->mapping, d);
    }
    if (seed % 4 == 1)
        return drawn_fold(seed, run).draw(60000, d);
    random_nest random(seed);
    run->a = random.machine();
    run->a.dram_latency_cycles = random.pick(0, 60);
    run->l = random.shape(40000);
    const nest n = random.mapping(run->a, run->l);
    if (run->a.has_l1 && !n.l1_is_line && random.pick(0, 1))
        run->a.l2_to_l1 = L2_TO_L1_MESH;
    put_part(seed, &run->a);
    return choose_nest(&run->a, &run->l, &n, nullptr, &run->mapping, d);
}

class LongRuns : public testing::TestWithParam<int>
{
  protected:
    void add(const random_run &run, run_digests *of)
    {
        layer_result r = {};
        simulate_options o = {};
        Messages d;
        layer_timeline times;
        layer_timeline_init(&times, 64, nullptr);
        o.memo = true;
        o.show_mapping = true;
        o.progress = run_digests::note_progress;
        o.progress_context = &of->progress;
        o.timeline = &times;
        if (simulate_layer(&run.a, &run.l, &run.mapping, &o, &r, d)) {
            of->counts.add(double(r.cycles));
            of->add(r);
            of->add_text(r.mapping_text);
            of->add_times(times);
            energies_.add(&of->energy, run.a, r);
        }
        of->add_text(d.text().c_str());
        layer_timeline_fini(&times);
        layer_result_fini(&r);
    }

    all_energies energies_;
};

TEST_P(LongRuns, AreAsTheyWere)
{
    pins table("layers", "long");
    for (int k = GetParam(); k < pinned(LONG); k += PARTS) {
        figures f;
        run_digests of;
        for (int i = 0; i < LONG_OF_A_LINE; i++) {
            random_run run;
            Messages d;
            if (draw_long(10000 + unsigned(LONG_OF_A_LINE * k + i), &run, d))
                add(run, &of);
        }
        of.put(&f);
        table.hold(k, f);
    }
}

TEST_P(LongRuns, OfNestsAreAsTheyWere)
{
    pins table("layers", "nests");
    for (int k = GetParam(); k < pinned(MANY); k += PARTS) {
        figures f;
        run_digests of;
        for (int i = 0; i < MANY_OF_A_LINE; i++) {
            random_run run;
            Messages d;
            if (draw_long_nest(10500 + unsigned(MANY_OF_A_LINE * k + i), &run,
                               d))
                add(run, &of);
        }
        of.put(&f);
        table.hold(k, f);
    }
}

// Runs that end early: at so many cycles, when they are worth no more, or when
// somebody stops them.
struct stopper {
    int left;
    static bool ask(void *context)
    {
        return static_cast<stopper *>(context)->left-- == 0;
    }
};

void add_ends(random_case &random, const random_run &run, digest *to)
{
    layer_result all = {};
    simulate_options o = {};
    Messages unread;
    o.memo = random.pick(0, 2) > 0;
    if (!simulate_layer(&run.a, &run.l, &run.mapping, &o, &all, unread))
        return;
    const int c = int(std::min<uint64_t>(all.cycles, 1 << 30));
    for (int limit : {c - 1, c, c + 1, 1, random.pick(1, c), random.pick(1, c),
                      random.pick(1, c)})
        for (int way = 0; way < 3; way++) {
            layer_result r = {};
            Messages d;
            bool gave_up = false;
            stopper stops = {random.pick(0, 12)};
            simulate_options how = o;
            how.max_cycles = way == 0 ? uint64_t(limit) : 0;
            how.worth_cycles = way == 1 ? uint64_t(limit) : 0;
            how.gave_up = &gave_up;
            if (way == 2) {
                how.stop = stopper::ask;
                how.stop_context = &stops;
            }
            to->add(simulate_layer(&run.a, &run.l, &run.mapping, &how, &r, d),
                    gave_up, stops.left, r.cycles, r.passes);
            add_text(to, d.text().c_str());
        }
}

TEST_P(LongRuns, EndAsTheyDid)
{
    pins table("layers", "ends");
    for (int k = GetParam(); k < pinned(ENDS); k += PARTS) {
        figures f;
        digest ends;
        for (int i = 0; i < ENDS_OF_A_LINE; i++) {
            const unsigned seed = 30000 + unsigned(ENDS_OF_A_LINE * k + i);
            random_case random(seed);
            random_run run;
            Messages d;
            if (draw_of_all_kinds(seed, &run, d))
                add_ends(random, run, &ends);
        }
        f.add("ends", ends);
        table.hold(k, f);
    }
}

// --- several layers ---------------------------------------------------------

// Layers of a network, each under its own mapping.
struct crew_case {
    arch a = {};
    std::vector<layer> l;
    std::vector<layer_mapping> m;

    static bool mapping_of(const void *context, const layer *l,
                           const simulate_options *, layer_mapping *out, diag *)
    {
        const auto *self = static_cast<const crew_case *>(context);
        *out = self->m[size_t(l - self->l.data())];
        return true;
    }
    static bool is_same(const void *, const layer *, const layer *)
    {
        return true;
    }
    bool draw(unsigned seed)
    {
        random_case random(seed);
        const dataflow *flow = flow_of(seed);
        a = machine_for(random, flow);
        a.rows = std::max(a.rows, 2);
        put_part(seed, &a);
        for (int k = 0; k < LAYERS; k++) {
            const bool is_twin = k > 0 && random.pick(0, 2) == 0;
            l.push_back(is_twin ? l[size_t(random.pick(0, k - 1))]
                                : longer_layer(random, 200000));
            std::snprintf(l.back().name, sizeof(l.back().name), "layer%d", k);
        }
        for (const layer &one : l) {
            const given_mapping none = {};
            Messages unread;
            layer_mapping mapping;
            if (!choose_mapping(&a, &one, flow, &none, &mapping, unread))
                return false;
            m.push_back(mapping);
        }
        return true;
    }
};

void add_crew(const crew_case &c, unsigned seed, run_digests *of)
{
    const layer_mapper mapper = {&c, crew_case::mapping_of, crew_case::is_same};
    std::vector<layer_result> r(c.l.size());
    pass_memory_stats s = {};
    run_input in = {};
    Messages d;
    in.arch = &c.a;
    in.layer = c.l.data();
    in.n_layers = int(c.l.size());
    in.mapper = &mapper;
    in.simulate.memo = seed % 7 > 0;
    in.simulate.check = seed % 11 == 0;
    in.simulate.show_mapping = seed % 5 == 0;
    in.simulate.max_cycles = seed % 13 == 0 ? 5000 : 0;
    in.jobs = 1;
    in.memo_bytes = uint64_t(seed % 3 == 0   ? 20000
                             : seed % 3 == 1 ? 200000
                                             : 0);
    if (run_layers(&in, r.data(), &s, d))
        for (layer_result &one : r) {
            of->add(one);
            of->memory.add(double(one.memo.repeated_passes));
            of->add_text(one.mapping_text);
            layer_result_fini(&one);
        }
    of->add_text(d.text().c_str());
    of->times.add(double(s.known), s.is_new, s.evicted, s.waits, s.ahead,
                  s.forgotten, s.outcomes, s.bytes_peak);
}

TEST_P(LongRuns, OfSeveralLayersAreAsTheyWere)
{
    pins table("layers", "crews");
    for (int k = GetParam(); k < pinned(CREWS); k += PARTS) {
        figures f;
        run_digests of;
        for (int i = 0; i < CREWS_OF_A_LINE; i++) {
            const unsigned seed = 11000 + unsigned(CREWS_OF_A_LINE * k + i);
            crew_case c;
            if (c.draw(seed))
                add_crew(c, seed, &of);
        }
        of.put(&f);
        table.hold(k, f);
    }
}

INSTANTIATE_TEST_SUITE_P(Parts, LongRuns, testing::Range(0, int(PARTS)));

} // namespace
