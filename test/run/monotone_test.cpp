// monotone_test.cpp - more hardware under the same mapping never makes a layer
// slower: twice a network's width, L2's bytes, ports, DRAM's bandwidth or the
// fifos' depth, or passes that overlap, on random machines and on every shipped
// one.
//
// A layer of 100,000 cycles and more may take 1 % longer: how words fall in
// with each other is not the same. A shorter one may take longer by the largest
// transfer of a tile and its latency.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "dataflows/l1_shape.h"
#include "dataflows/program.h"
#include "sim/config/config.h"
#include "sim/config/workload.h"
#include "test/messages.h"
#include "test/random_layer.h"
#include "test/sample.h"

namespace
{

// Machines of each kind; more than 1000 of all in the long form.
enum { RANDOM_MACHINES = 10, LONG_CYCLES = 100000 };

struct change {
    std::string name;
    std::function<bool(arch &)> make; // false: the machine has none of it
};

// Each with the other ports that a bank may have; false: it has them.
bool second_port(bool is_there, bank_ports *ports)
{
    const bool had = *ports == BANK_1R1W;
    *ports = BANK_1R1W;
    return is_there && !had;
}

std::vector<change> changes()
{
    static const char *const network[NETWORK_N] = {"filter", "ifmap", "psum_in",
                                                   "psum_out"};
    std::vector<change> all;
    for (int k = 0; k < NETWORK_N; k++) {
        const std::string of = std::string("noc.") + network[k];
        all.push_back({of + ".words_per_slot", [k](arch &a) {
                           a.network[k].words_per_slot *= 2;
                           return a.network[k].words_per_slot <= a.fifo_words;
                       }});
        all.push_back({of + ".slots_per_cycle", [k](arch &a) {
                           a.network[k].slots_per_cycle *= 2;
                           return true;
                       }});
    }
    all.push_back({"all slots_per_cycle", [](arch &a) {
                       for (network_arch &net : a.network)
                           net.slots_per_cycle *= 2;
                       a.l2_to_l1_slots_per_cycle *= 2;
                       return true;
                   }});
    all.push_back({"l2.bytes", [](arch &a) {
                       a.l2_bytes *= 2;
                       return true;
                   }});
    all.push_back(
        {"l2.ports", [](arch &a) { return second_port(true, &a.l2_ports); }});
    all.push_back({"l1.ports",
                   [](arch &a) { return second_port(a.has_l1, &a.l1_ports); }});
    all.push_back({"dram.bytes_per_second", [](arch &a) {
                       a.dram_bytes_per_second *= 2;
                       return std::strcmp(a.dram_model, "bandwidth") == 0;
                   }});
    all.push_back({"pe.fifo_words", [](arch &a) {
                       a.fifo_words *= 2;
                       return a.array_network == NETWORK_MULTICAST;
                   }});
    all.push_back({"pass.overlap", [](arch &a) {
                       a.pass_overlap = true;
                       return a.array_network == NETWORK_MULTICAST &&
                              a.psum_reduce == PSUM_CHAIN && !a.has_l1;
                   }});
    return all;
}

uint64_t divide_up(uint64_t a, uint64_t b)
{
    return a / b + (a % b != 0);
}

// The cycles that the largest tile takes to come, and its latency: from DRAM,
// or, where that takes no time, from L2.
uint64_t largest_transfer(const arch &a, const layer &l,
                          const layer_mapping &mapping)
{
    const bool is_ideal = std::strcmp(a.dram_model, "ideal") == 0;
    uint64_t most = 0;
    program p = {};
    mapping.dataflow->compile(&a, &l, &mapping.mapping, &p);
    for (int t = 0; t < TENSOR_N; t++) {
        static const network way[TENSOR_N] = {NETWORK_IFMAP, NETWORK_FILTER,
                                              NETWORK_PSUM_IN};
        const network_arch &net = a.network[way[t]];
        const uint64_t words = tiling_l2_words(&l, &p.tiling, tensor(t));
        const uint64_t bytes =
            divide_up(words * uint64_t(a.precision_bits[t]), 8);
        most = std::max(
            most, is_ideal
                      ? divide_up(words, uint64_t(net.words_per_slot) *
                                             uint64_t(net.slots_per_cycle))
                      : divide_up(bytes * a.clock_hz, a.dram_bytes_per_second));
    }
    return most + uint64_t(a.dram_latency_cycles) +
           uint64_t(a.l2_latency_cycles);
}

// 0: the machine deadlocks, which it says.
uint64_t cycles(const arch &a, const layer &l, const layer_mapping &mapping)
{
    simulate_options o = {};
    o.memo = true;
    layer_result r = {};
    Messages d;
    return simulate_layer(&a, &l, &mapping, &o, &r, d) ? r.cycles : 0;
}

// Returns the number of changes tried.
int expect_monotone(const arch &a, const layer &l, const layer_mapping &mapping)
{
    static const std::vector<change> all = changes();
    const uint64_t before = cycles(a, l, mapping);
    if (before == 0)
        return 0;
    const uint64_t most = before >= LONG_CYCLES
                              ? before + before / 100
                              : before + largest_transfer(a, l, mapping);
    int tried = 0;
    for (const change &c : all) {
        arch more = a;
        Messages d;
        if (!c.make(more) ||
            !l1_takes_slots(&more, &l, mapping.dataflow->name, d))
            continue;
        const uint64_t now = cycles(more, l, mapping);
        tried++;
        EXPECT_GT(now, 0u) << c.name << ", " << describe(l);
        EXPECT_LE(now, most)
            << "twice " << c.name << ", " << before << " cycles before, "
            << a.name << ", " << mapping.dataflow->name << ", " << describe(l);
    }
    return tried;
}

struct kind {
    const dataflow *flow;
    std::string name;
    network_type network;
    bool has_l1;
};

class Monotone : public testing::TestWithParam<kind>
{
};

TEST_P(Monotone, MoreHardwareIsNeverSlower)
{
    random_case random(91);
    const kind &of = GetParam();
    const int end = sample(RANDOM_MACHINES, "random machines");
    int tried = 0;
    for (int k = 0; k < end; k++) {
        arch a = random.machine();
        a.array_network = of.network;
        if (of.network == NETWORK_MULTICAST)
            random.choose_for(of.flow->name, &a);
        a.tight_folds = random.pick(0, 1) != 0;
        a.drain = random.pick(0, 1) ? DRAIN_OVERLAPPED : DRAIN_SERIAL;
        if (of.has_l1)
            random.add_l1(&a, k % 2 ? L2_TO_L1_MESH : L2_TO_L1_MULTICAST);
        const layer l = random.shape();
        const given_mapping none = {};
        layer_mapping mapping;
        Messages d;
        if (choose_mapping(&a, &l, of.flow, &none, &mapping, d))
            tried += expect_monotone(a, l, mapping);
    }
    EXPECT_GT(tried, 3 * end);
}

std::vector<kind> kinds()
{
    std::vector<kind> all;
    for (int k = 0; dataflow_table[k] != nullptr; k++) {
        const dataflow *flow = dataflow_table[k];
        const std::string name = flow->name;
        if (flow->compile == nullptr)
            continue;
        all.push_back({flow, name, NETWORK_MULTICAST, false});
        if (name != "nlr") // which has none
            all.push_back({flow, name + "WithL1", NETWORK_MULTICAST, true});
        if (name == "ws" || name == "is" || name == "os")
            all.push_back({flow, name + "Systolic", NETWORK_SYSTOLIC, false});
    }
    return all;
}

INSTANTIATE_TEST_SUITE_P(Kinds, Monotone, testing::ValuesIn(kinds()),
                         [](const testing::TestParamInfo<kind> &of) {
                             return of.param.name;
                         });

std::vector<std::string> architectures()
{
    std::vector<std::string> names;
    for (const auto &entry :
         std::filesystem::directory_iterator(ACCELSIM_SRCDIR "/configs"))
        if (entry.path().extension() == ".cfg")
            names.push_back(entry.path().stem());
    std::sort(names.begin(), names.end());
    return names;
}

class MonotoneShipped : public testing::TestWithParam<std::string>
{
};

// By each dataflow the first layer of its network with so few MACs; in the long
// form, all with ten times as many.
TEST_P(MonotoneShipped, MoreHardwareIsNeverSlower)
{
    Messages d;
    config *cfg = config_load(GetParam().c_str(), nullptr, 0, d);
    ASSERT_NE(nullptr, cfg) << d.text();
    const arch *a = config_arch(cfg);
    const std::string net =
        a->default_network[0] != '\0' ? a->default_network : "lenet5";
    workload *w = workload_load(net.c_str(), src_pos{}, d);
    ASSERT_NE(nullptr, w) << d.text();
    for (int f = 0; a->dataflows[f][0] != '\0'; f++) {
        const dataflow *flow = dataflow_find(a->dataflows[f]);
        if (flow->compile == nullptr)
            continue;
        int left = sample_is_long() ? w->n_layers : 1;
        for (int i = 0; i < w->n_layers && left > 0; i++) {
            const layer &l = w->layer[i];
            const given_mapping none = {};
            layer_mapping mapping;
            const uint64_t most = sample_is_long() ? 30000000 : 3000000;
            if (layer_macs(&l) > most ||
                !choose_mapping(a, &l, flow, &none, &mapping, d))
                continue;
            expect_monotone(*a, l, mapping);
            left--;
        }
    }
    workload_free(w);
    config_free(cfg);
}

INSTANTIATE_TEST_SUITE_P(Architectures, MonotoneShipped,
                         testing::ValuesIn(architectures()),
                         [](const testing::TestParamInfo<std::string> &of) {
                             return of.param;
                         });

} // namespace
