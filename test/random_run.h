// random_run.h - random layers on random machines under random mappings, of
// four kinds: a shipped machine with some of its keys set at random; a random
// machine and a named dataflow, some parameters of which are asked for; a
// random machine and a random nest; random listed levels and a nest on them.
// SPDX-License-Identifier: MIT
#ifndef TEST_RANDOM_RUN_H
#define TEST_RANDOM_RUN_H

#include "sim/config/config.h"
#include "sim/config/layer_text.h"
#include "test/random_levels.h"

struct random_run {
    arch a = {};
    layer l = {};
    layer_mapping mapping = {};
    config *cfg = nullptr; // owns, or none: has the mapping's names
    std::string text;
    ~random_run()
    {
        config_free(cfg);
    }
};

struct run_key {
    const char *name, *values[6];
};

const run_key run_keys[] = {
    {"array.rows", {"1", "2", "3", "7", "8", "12"}},
    {"array.cols", {"1", "2", "4", "5", "8", "14"}},
    {"pe.rf.ifmap_words", {"1", "2", "6", "12", "64"}},
    {"pe.rf.psum_words", {"1", "4", "24"}},
    {"pe.rf.filter_words", {"1", "8", "31", "224"}},
    {"l2.bytes", {"4096", "20000", "110592"}},
    {"l2.banks", {"1", "3", "4", "8", "27"}},
    {"l2.latency_cycles", {"1", "2", "5"}},
    {"l2.filter_buffers", {"1", "2"}},
    {"l2.ifmap_buffers", {"1", "2"}},
    {"dram.bytes_per_second", {"100000000", "400000000", "10000000000"}},
    {"dram.latency_cycles", {"0", "20", "100"}},
    {"dram.layout", {"\"rows\""}},
    {"clock_hz", {"100000000", "200000000"}},
    {"precision.psum_bits", {"16", "20", "32"}},
    {"precision.ifmap_bits", {"4", "8", "16"}},
    {"array.drain", {"\"overlapped\""}},
    {"array.preload", {"\"shadow\""}},
    {"pass.overlap", {"true"}},
    {"pe.fifo_words", {"1", "2", "4"}},
    {"pe.pipeline_cycles", {"1", "2", "5"}},
    {"noc.ifmap.words_per_slot", {"1", "2", "4"}},
    {"noc.psum_out.slots_per_cycle", {"1", "2"}},
};

template <typename T, int N>
const T &one_of(random_case &random, T const (&of)[N])
{
    return of[random.pick(0, N - 1)];
}

inline std::string set_of_key(random_case &random)
{
    const run_key &k = one_of(random, run_keys);
    int n = 0;
    while (n < 6 && k.values[n] != nullptr)
        n++;
    return std::string(k.name) + "=" + k.values[random.pick(0, n - 1)];
}

inline layer small_layer(random_case &random, uint64_t macs_most)
{
    for (;;) {
        layer l = random.shape();
        l.zero_share[TENSOR_IFMAP] = l.zero_share[TENSOR_PSUM] = 0;
        if (layer_macs(&l) <= macs_most)
            return l;
    }
}

inline bool draw_shipped(random_case &random, random_run *c, diag *d)
{
    static const char *const machines[] = {
        "conv1d_l1_2", "dadiannao_like", "eyeriss",    "eyeriss_v2_dense",
        "gemmini",     "nvdla_small",    "shidiannao", "systolic",
        "tensor_core", "tpu_v1"};
    static const char *const flows[] = {"rs", "ws", "is", "os", "nlr"};
    static const char *const policy_names[] = POLICY_NAMES;
    static const mapping_policy policies[] = {POLICY_RULES, POLICY_RULES,
                                              POLICY_ESTIMATE, POLICY_SEARCH};
    const char *machine = one_of(random, machines);
    const dataflow *flow = dataflow_find(one_of(random, flows));
    const mapping_policy policy = one_of(random, policies);
    std::string sets[6];
    const char *set[6];
    int n = random.pick(0, 3);
    for (int k = 0; k < n; k++)
        sets[k] = set_of_key(random);
    for (int k = 0; random.pick(0, 2) == 0 && flow->params[k].name != nullptr;
         k++)
        if (random.pick(0, 3) == 0 && n < 6)
            sets[n++] = std::string("mapping.") + flow->params[k].name + "=" +
                        std::to_string(random.pick(1, 6));
    c->l = small_layer(random, 20000);
    c->text = std::string("accelsim --cfg ") + machine + " --dataflow " +
              flow->name + " " + describe(c->l) + " --mapping-policy " +
              policy_names[policy];
    for (int k = 0; k < n; k++) {
        set[k] = sets[k].c_str();
        c->text += " --set '" + sets[k] + "'";
    }
    c->cfg = config_load(machine, set, n, d);
    if (c->cfg == nullptr || config_dataflow(c->cfg, flow->name, d) == nullptr)
        return false;
    c->a = *config_arch(c->cfg);
    chooser_input in = {};
    in.cfg = c->cfg;
    in.network = "";
    in.dataflow = flow;
    in.layer = &c->l;
    in.n_layers = 1;
    in.policy = policy;
    in.simulates = true;
    in.objective = SEARCH_delay;
    in.is_quiet = true;
    chooser *chosen = chooser_new(&in, d);
    if (chosen == nullptr)
        return false;
    const layer_mapper mapper = chooser_mapper(chosen);
    const bool ok =
        mapper.mapping_of(mapper.context, &c->l, nullptr, &c->mapping, d);
    c->mapping.ran = nullptr;
    c->mapping.tried = nullptr;
    chooser_free(chosen);
    return ok;
}

inline bool draw_named(random_case &random, random_run *c, diag *d)
{
    static const char *const flows[] = {"rs", "ws", "is", "os", "nlr"};
    const dataflow *flow = dataflow_find(one_of(random, flows));
    arch *a = &c->a;
    *a = random.machine();
    a->l2_bytes = random.pick(0, 1) ? 8192 : 65536;
    a->dram_latency_cycles = random.pick(0, 30);
    a->tight_folds = random.pick(0, 1) != 0;
    const bool is_systolic = flow->on_systolic && random.pick(0, 2) == 0;
    a->array_network = is_systolic ? NETWORK_SYSTOLIC : NETWORK_MULTICAST;
    if (is_systolic) {
        a->drain = random.pick(0, 1) ? DRAIN_OVERLAPPED : DRAIN_SERIAL;
        if (std::strcmp(flow->name, "os") != 0)
            random.add_shadow_words(a);
    } else {
        random.choose_for(flow->name, a);
        if (std::strcmp(flow->name, "nlr") != 0 && random.pick(0, 2) == 0)
            random.add_l1(a, random.pick(0, 1) ? L2_TO_L1_MESH
                                               : L2_TO_L1_MULTICAST);
        if (a->has_l1 && a->l1_input_slots > 1) { // of four draws three
            a->l1_keeps_tiles = true;
            a->l1_bytes *= 16;
        }
    }
    if (!a->has_l1)
        random.split_l2(a);
    c->l = small_layer(random, 20000);
    given_mapping given = {};
    for (int k = 0; random.pick(0, 1) && flow->params[k].name != nullptr; k++)
        if (random.pick(0, 3) == 0) {
            given_param &p = given.param[given.n++];
            std::snprintf(p.name, sizeof(p.name), "%s", flow->params[k].name);
            p.value = random.pick(1, 6);
        }
    c->text = std::string("a random machine, ") + flow->name +
              (is_systolic ? ", systolic " : " ") + describe(c->l);
    return choose_mapping(a, &c->l, flow, &given, &c->mapping, d);
}

inline bool draw_nest(unsigned seed, random_run *c, diag *d)
{
    random_nest random(seed);
    c->a = random.machine();
    c->l = random.shape(6000);
    const nest n = random.mapping(c->a, c->l);
    const bool has_mesh =
        c->a.has_l1 && !n.l1_is_line && random.pick(0, 3) == 0;
    if (has_mesh)
        c->a.l2_to_l1 = L2_TO_L1_MESH;
    c->text = std::string("a random nest, ") +
              (has_mesh ? "over a mesh, " : "") + describe(c->l) + " " +
              describe(n);
    return choose_nest(&c->a, &c->l, &n, nullptr, &c->mapping, d);
}

inline bool draw_levels(unsigned seed, random_run *c, diag *d)
{
    random_levels random(seed);
    c->a = random.machine(random.pick(1, 6));
    c->l = random.shape(1000);
    const nest n = random.mapping(c->a, c->l);
    const bool has_meshes = random.pick(0, 3) == 0;
    if (has_meshes)
        random_levels::put_meshes(&c->a);
    c->text = std::string("listed levels, ") +
              (has_meshes ? "over meshes, " : "") + describe(c->l) + " " +
              describe(n);
    return choose_nest(&c->a, &c->l, &n, nullptr, &c->mapping, d);
}

// One of the four kinds; false: its machine has no such mapping.
inline bool draw_run(unsigned seed, random_run *c, diag *d)
{
    random_case random(seed);
    switch (random.pick(0, 7)) {
    case 0:
        return draw_nest(seed, c, d);
    case 1:
        return draw_levels(seed, c, d);
    case 2:
    case 3:
    case 4:
        return draw_named(random, c, d);
    default:
        return draw_shipped(random, c, d);
    }
}

#endif
