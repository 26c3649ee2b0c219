// model_test.cpp - what closed forms say of a layer is what a run of it finds.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <string>

#include "dataflows/dataflow.h"
#include "mem/dram.h"
#include "sim/base/counters.h"
#include "sim/config/layer_text.h"
#include "sim/report/report.h"
#include "sim/run/bounds.h"
#include "sim/run/model.h"
#include "sim/run/simulate.h"
#include "test/messages.h"
#include "test/random_layer.h"
#include "test/sample.h"

namespace
{

enum { SHAPES = 200 };

// What the parts of a machine move at most in a cycle is what they have ports
// and slots for.
TEST(Bounds, PeaksAreThoseOfPortsAndSlots)
{
    random_case random(91);
    for (int k = 0; k < 200; k++) {
        arch a = random.machine();
        a.array_network = NETWORK_MULTICAST;
        const bool has_l1 = random.pick(0, 1) != 0;
        if (has_l1)
            random.add_l1(&a, L2_TO_L1_MULTICAST);
        uint64_t peak[BOUND_N];
        bounds_peak_words(&a, peak);
        auto slot_words = [&](network n, int slots) {
            return static_cast<uint64_t>(a.network[n].words_per_slot * slots);
        };
        const network to_pe[] = {NETWORK_FILTER, NETWORK_IFMAP};
        const bound of_pe[] = {BOUND_filter_network, BOUND_ifmap_network};
        const bound of_l1[] = {BOUND_filter_l1_network, BOUND_ifmap_l1_network};
        const uint64_t l1s = has_l1 ? static_cast<uint64_t>(arch_l1s(&a)) : 1;
        for (int i = 0; i < 2; i++) {
            const network n = to_pe[i];
            EXPECT_EQ(l1s * slot_words(n, a.network[n].slots_per_cycle),
                      peak[of_pe[i]]);
            EXPECT_EQ(has_l1 ? slot_words(n, arch_l2_slots(&a, n)) : 0,
                      peak[of_l1[i]]);
        }
        // One L2 for all tensors: its banks' ports, once.
        EXPECT_EQ(a.n_l2_stores, 0);
        EXPECT_EQ(uint64_t(a.l2_banks) * uint64_t(a.l2_bank_row_words) *
                      (a.l2_ports == BANK_1RW ? 1 : 2),
                  peak[BOUND_l2_ports]);
    }
}

uint64_t divide_up(uint64_t a, uint64_t b)
{
    return a / b + (a % b != 0);
}

// Bounds that follow from a result's counts and the machine's widths alone.
void expect_bounds_of_counts(const arch &a, const layer_result &r)
{
    const counts &c = r.counts;
    const uint64_t *bound = r.bounds_cycles;
    auto slots = [&](network n) {
        return uint64_t(a.network[n].words_per_slot *
                        a.network[n].slots_per_cycle);
    };
    EXPECT_EQ(bound[BOUND_macs], divide_up(c.macs, uint64_t(a.rows * a.cols)));
    EXPECT_EQ(bound[BOUND_filter_network],
              divide_up(c.link[LINK_filter].words_sent, slots(NETWORK_FILTER)));
    EXPECT_EQ(bound[BOUND_ifmap_network],
              divide_up(c.link[LINK_ifmap].words_sent, slots(NETWORK_IFMAP)));
    EXPECT_EQ(
        bound[BOUND_psum_in_network],
        divide_up(c.link[LINK_psum_in].words_sent, slots(NETWORK_PSUM_IN)));
    EXPECT_EQ(
        bound[BOUND_psum_out_network],
        divide_up(c.link[LINK_psum_out].words_sent, slots(NETWORK_PSUM_OUT)));
    uint64_t bytes = 0;
    for (int t = 0; t < TENSOR_N; t++) {
        const accesses &dram = c.access[LEVEL_DRAM][t];
        uint64_t plain = dram.reads + dram.writes - c.dram_compressed[t].words;
        if (t == TENSOR_PSUM) { // named dataflows spill none
            EXPECT_EQ(0u, dram.reads);
            EXPECT_EQ(dram.writes, c.finished_dram.writes);
            bytes += plain * uint64_t(arch_ofmap_bits(&a)) / 8;
            plain = 0;
        }
        bytes += plain * uint64_t(a.precision_bits[t]) / 8 +
                 c.dram_compressed[t].bytes;
    }
    EXPECT_EQ(bound[BOUND_dram],
              std::strcmp(a.dram_model, "ideal") == 0
                  ? 0
                  : divide_up(bytes * a.clock_hz, a.dram_bytes_per_second));
}

struct on_network {
    const dataflow *flow;
    network_type network;
};

class Model : public testing::TestWithParam<on_network>
{
  protected:
    // A machine of the network, without what only the other one has.
    static arch machine(random_case &random)
    {
        arch a = random.machine();
        random.split_l2(&a);
        a.array_network = GetParam().network;
        a.tight_folds = random.pick(0, 1) != 0;
        a.drain = random.pick(0, 1) ? DRAIN_OVERLAPPED : DRAIN_SERIAL;
        random.add_shadow_words(&a);
        a.zero_gating = random.pick(0, 1) != 0;
        return a;
    }

    // Asks for some of the parameters at random; most such wishes are illegal.
    static given_mapping wishes(random_case &random)
    {
        given_mapping given = {};
        const mapping_param *param = GetParam().flow->params;
        for (int k = 0; param[k].name != nullptr; k++) {
            if (random.pick(0, 3) != 0)
                continue;
            given_param &p = given.param[given.n++];
            std::snprintf(p.name, sizeof(p.name), "%s", param[k].name);
            p.value = random.pick(1, 6);
        }
        return given;
    }

    bool run(const arch &a, const layer &l, const given_mapping &given,
             layer_result *r)
    {
        simulate_options o = {};
        o.memo = true;
        return simulate_chosen(&a, &l, GetParam().flow->name, &given, &o, r, d);
    }

    bool model(const arch &a, const layer &l, const given_mapping &given,
               layer_result *r)
    {
        return model_chosen(&a, &l, GetParam().flow->name, &given, r, d);
    }

    Messages d;
};

TEST_P(Model, SaysWhatARunFindsWordForWordAndNeverMoreCycles)
{
    random_case random(21);
    const int end = sample(SHAPES, "random layers");
    int legal = 0;
    for (int k = 0; k < 3 * end && legal < end; k++) {
        arch a = machine(random);
        layer l = random.shape();
        l.zero_share[TENSOR_IFMAP] = 0.25;
        given_mapping given = wishes(random);
        layer_result simulated = {}, closed = {};
        bool ok = run(a, l, given, &simulated);
        ASSERT_EQ(model(a, l, given, &closed), ok) << describe(l);
        if (!ok)
            continue;
        legal++;
        const counter *differs =
            counters_differ(&simulated.counts, &closed.counts);
        ASSERT_EQ(differs, nullptr) << differs->path << ", " << describe(l);
        EXPECT_EQ(closed.passes, simulated.passes);
        EXPECT_EQ(closed.active_pes, simulated.active_pes) << describe(l);
        EXPECT_EQ(closed.gated_macs, simulated.gated_macs);
        expect_bounds_of_counts(a, closed);
        for (int i = 0; i < BOUND_N; i++) {
            EXPECT_EQ(closed.bounds_cycles[i], simulated.bounds_cycles[i])
                << bound_name[i] << ", " << describe(l);
            EXPECT_LE(closed.bounds_cycles[i], simulated.cycles)
                << bound_name[i] << ", " << describe(l);
        }
    }
    EXPECT_GE(legal, end / 2);
}

TEST_P(Model, CountsTheBurstsOfADramPartAsARunDoes)
{
    static const char *const parts[] = {"ddr3_1600", "ddr4_2400", "lpddr4_2400",
                                        "hbm2"};
    random_case random(24);
    const int end = sample(SHAPES / 4, "random layers");
    int legal = 0, with_waste = 0;
    for (int k = 0; k < 3 * end && legal < end; k++) {
        arch a = machine(random);
        layer l = random.shape();
        l.zero_share[TENSOR_IFMAP] = 0.4;
        l.zero_share[TENSOR_PSUM] = 0.2;
        std::strcpy(a.dram_model, parts[random.pick(0, 3)]);
        a.dram_layout = random.pick(0, 1) ? LAYOUT_ROWS : LAYOUT_PACKED;
        a.dram_filter_order = random.pick(0, 1) ? FILTER_MCRS : FILTER_TILES;
        given_mapping given = wishes(random);
        layer_result simulated = {}, closed = {};
        if (!run(a, l, given, &simulated))
            continue;
        ASSERT_TRUE(model(a, l, given, &closed)) << describe(l);
        legal++;
        ASSERT_EQ(closed.counts.dram_bursts, simulated.counts.dram_bursts)
            << a.dram_model << ", " << describe(l);
        EXPECT_FALSE(closed.bursts_at_least);
        dram_cfg dram = {};
        dram.kind = DRAM_PART;
        dram.part = dram_part_find(a.dram_model);
        uint64_t bytes = 0;
        for (int t = 0; t < TENSOR_N; t++)
            bytes += counts_dram_bytes(&a, &closed.counts, (tensor)t);
        const uint64_t moved =
            closed.counts.dram_bursts * (uint64_t)dram_burst_bytes(&dram);
        EXPECT_GE(moved, bytes);
        with_waste += moved > bytes;
    }
    EXPECT_GE(legal, end / 2);
    EXPECT_GT(with_waste, 0);
}

TEST_P(Model, BoundsTheBusiestPeByItsOwnWork)
{
    random_case random(22);
    for (int k = 0, end = sample(SHAPES / 4, "random layers"); k < end; k++) {
        arch a = machine(random);
        layer l = random.shape();
        given_mapping none = {};
        layer_result r = {};
        if (GetParam().flow->busiest_pe_cycles == nullptr)
            return;
        ASSERT_TRUE(run(a, l, none, &r)) << describe(l);
        // No PE works less than the average of those that pass 0 uses.
        EXPECT_GE(r.bounds_cycles[BOUND_busiest_pe],
                  r.bounds_cycles[BOUND_macs]);
        EXPECT_LE(r.bounds_cycles[BOUND_busiest_pe], r.array_cycles)
            << describe(l);
        EXPECT_GE(uint64_t(r.active_pes) * r.bounds_cycles[BOUND_busiest_pe],
                  layer_macs(&l));
    }
}

TEST_P(Model, FoldsTakeWhatIsSaidOfThemWhenNoEdgeMakesTheArrayWait)
{
    if (GetParam().network != NETWORK_SYSTOLIC)
        return;
    random_case random(23);
    const int end = sample(SHAPES, "random layers");
    int legal = 0;
    for (int k = 0; k < 3 * end && legal < end; k++) {
        arch a = machine(random);
        for (network_arch &net : a.network)
            net.slots_per_cycle = a.rows + a.cols;
        const layer l = random.shape();
        layer_result r = {};
        if (!run(a, l, wishes(random), &r))
            continue;
        legal++;
        // Where drains or loads overlap, an only psum tile or a short tight
        // fold waits (test/run/systolic_overlap_test.cpp,
        // systolic_shadow_test.cpp).
        const bool os = std::strcmp(GetParam().flow->name, "os") == 0;
        if (os ? a.drain == DRAIN_SERIAL : a.preload == PRELOAD_SERIAL)
            EXPECT_EQ(r.bounds_cycles[BOUND_folds], r.array_cycles)
                << describe(l);
        else
            EXPECT_LE(r.bounds_cycles[BOUND_folds], r.array_cycles)
                << describe(l);
    }
    EXPECT_GE(legal, end / 2);
}

std::vector<on_network> everywhere()
{
    std::vector<on_network> all;
    for (int k = 0; dataflow_table[k] != nullptr; k++)
        all.push_back({dataflow_table[k], NETWORK_MULTICAST});
    all.push_back({dataflow_find("ws"), NETWORK_SYSTOLIC});
    all.push_back({dataflow_find("is"), NETWORK_SYSTOLIC});
    all.push_back({dataflow_find("os"), NETWORK_SYSTOLIC});
    return all;
}

std::string name_of(const testing::TestParamInfo<on_network> &info)
{
    return std::string(info.param.flow->name) +
           (info.param.network == NETWORK_SYSTOLIC ? "Systolic" : "Multicast");
}

INSTANTIATE_TEST_SUITE_P(Everywhere, Model, testing::ValuesIn(everywhere()),
                         name_of);

// 27 products of an output down 9 rows of 3, 4 filters across 4 columns: one
// pass, each operand sent once.
TEST(ModelBounds, AreWhatAPassOfAllTakesByHand)
{
    Messages d;
    arch a = random_case(1).machine();
    a.rows = 9;
    a.cols = 5;
    a.rf_words[TENSOR_IFMAP] = 3;
    a.rf_words[TENSOR_FILTER] = 3;
    a.rf_words[TENSOR_PSUM] = 1;
    a.l2_bytes = 65536;
    a.ofmap_bits = 16;
    a.carries = CARRIES_ALL;
    a.compression = COMPRESSION_NONE;
    std::strcpy(a.dram_model, "bandwidth");
    for (network_arch &net : a.network)
        net = {1, 1};
    a.network[NETWORK_FILTER].words_per_slot = 5;
    a.network[NETWORK_IFMAP].slots_per_cycle = 5;
    a.network[NETWORK_PSUM_OUT].words_per_slot = 3;
    layer l = {};
    given_mapping none = {};
    layer_result r = {};
    ASSERT_TRUE(layer_parse_shape("N=2,M=4,C=3,H=6,W=6,R=3,S=3", &l, d));
    ASSERT_TRUE(model_chosen(&a, &l, "ws", &none, &r, d)) << d.text();
    EXPECT_EQ(r.passes, 1u);
    EXPECT_EQ(r.bounds_cycles[BOUND_macs], 77u);             // 3456 / 45
    EXPECT_EQ(r.bounds_cycles[BOUND_filter_network], 22u);   // 108 / 5
    EXPECT_EQ(r.bounds_cycles[BOUND_ifmap_network], 173u);   // 864 / 5
    EXPECT_EQ(r.bounds_cycles[BOUND_psum_in_network], 0u);   // first and last
    EXPECT_EQ(r.bounds_cycles[BOUND_psum_out_network], 43u); // 128 / 3
    // 216 + 108 + 128 words of two bytes at 2.4 bytes a cycle
    EXPECT_EQ(r.bounds_cycles[BOUND_dram], 377u);
    a.ofmap_bits = 8; // 128 bytes fewer
    ASSERT_TRUE(model_chosen(&a, &l, "ws", &none, &r, d)) << d.text();
    EXPECT_EQ(r.bounds_cycles[BOUND_dram], 324u);
}

TEST(ModelReport, LeavesOutWhatOnlyASimulationKnows)
{
    Messages d;
    random_case random(23);
    arch a = random.machine();
    layer l = random.shape();
    given_mapping none = {};
    layer_result r = {};
    ASSERT_TRUE(model_chosen(&a, &l, "ws", &none, &r, d));
    energy_table *energy = energy_load("45nm", src_pos{}, d);
    ASSERT_NE(energy, nullptr) << d.text();
    report_input in = {};
    in.arch = &a;
    in.kernel = "model";
    in.energy = energy;
    in.layers = &r;
    in.n_layers = 1;
    char *text = nullptr;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    EXPECT_TRUE(report_write_json(&in, to));
    fclose(to);
    std::string json(text);
    free(text);
    energy_free(energy);
    EXPECT_NE(json.find("\"kernel\": \"model\""), std::string::npos);
    EXPECT_NE(json.find("\"bounds_cycles\""), std::string::npos);
    for (const char *key :
         {"\"cycles\"", "\"array_cycles\"", "\"ledger_pe_cycles\"",
          "\"utilization\"", "\"latency_ms\"", "\"throughput_gops\""})
        EXPECT_EQ(json.find(key), std::string::npos) << key;
}

} // namespace
