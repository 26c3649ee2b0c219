// memo_test.cpp - what is remembered equals what is simulated: every dataflow,
// random machines and layers of many tiles.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>

#include "dataflows/program.h"
#include "sim/run/ahead.h"
#include "sim/run/program_passes.h"
#include "test/random_layer.h"
#include "test/sample.h"

namespace
{

enum { SHAPES = 50 }; // random layers of each dataflow

struct on_network {
    const char *flow;
    network_type network;
};

class Memo : public testing::TestWithParam<on_network>
{
  protected:
    Memo() : d_(diag_new())
    {
    }
    ~Memo() override
    {
        diag_free(d_);
    }

    // Little room in L2, so that there are many tiles.
    static arch machine(random_case &random)
    {
        arch a = random.machine();
        a.array_network = GetParam().network;
        a.tight_folds = random.pick(0, 1) != 0;
        if (a.array_network == NETWORK_SYSTOLIC)
            a.drain = random.pick(0, 1) ? DRAIN_OVERLAPPED : DRAIN_SERIAL;
        random.add_shadow_words(&a);
        a.l2_bytes = random.pick(0, 1) ? 8192 : 16384;
        a.dram_latency_cycles = random.pick(0, 30);
        // From starved to plenty, and rates that divide nothing.
        static const uint64_t rates[] = {7000000,   30000000,  133000000,
                                         480000000, 999999937, 20000000000};
        a.dram_bytes_per_second = rates[random.pick(0, 5)];
        return a;
    }

    // Batches to 24, several tiles each way.
    static layer shape(random_case &random)
    {
        for (;;) {
            layer l = random.shape();
            l.N = random.pick(1, 24);
            if (l.G == 1) {
                l.M = random.pick(1, 40);
                l.C = random.pick(1, 24);
            }
            diag *d = diag_new();
            bool ok = layer_finish(&l, src_pos{nullptr, 0}, d) &&
                      layer_macs(&l) < 250000;
            diag_free(d);
            if (ok)
                return l;
        }
    }

    bool run(const arch &a, const layer &l, const simulate_options &o,
             layer_result *r)
    {
        given_mapping none = {};
        return simulate_chosen(&a, &l, GetParam().flow, &none, &o, r, d_);
    }

    static void expect_equal(const layer_result &a, const layer_result &b,
                             const std::string &what)
    {
        EXPECT_EQ(a.cycles, b.cycles) << what;
        EXPECT_EQ(a.array_cycles, b.array_cycles) << what;
        EXPECT_EQ(a.active_pes, b.active_pes) << what;
        EXPECT_EQ(a.passes, b.passes) << what;
        EXPECT_EQ(a.memo.pe_cycles, b.memo.pe_cycles) << what;
        EXPECT_EQ(0, std::memcmp(&a.counts, &b.counts, sizeof(a.counts)))
            << what;
        EXPECT_EQ(0, std::memcmp(a.ledger_pe_cycles, b.ledger_pe_cycles,
                                 sizeof(a.ledger_pe_cycles)))
            << what;
        EXPECT_EQ(0, std::memcmp(a.wait_dram_by, b.wait_dram_by,
                                 sizeof(a.wait_dram_by)))
            << what;
    }

    diag *d_;
};

TEST_P(Memo, ChangesNoNumber)
{
    random_case random(41);
    pass_memory *tiny = pass_memory_new(3000);
    simulate_options full = {}, plain = {}, small = {}, bare = {};
    plain.memo = small.memo = bare.memo = true;
    small.memory = tiny;
    bare.places_off = true;
    uint64_t simulated = 0, skipped = 0, passes = 0;
    for (int k = 0, end = sample(SHAPES, "random layers"); k < end; k++) {
        arch a = machine(random);
        layer l = shape(random);
        layer_result expected = {}, r = {};
        if (!run(a, l, full, &expected)) { // nothing fits into little L2
            diag_free(d_);
            d_ = diag_new();
            continue;
        }
        std::string text = std::string(GetParam().flow) + ' ' + describe(l);
        EXPECT_EQ(expected.memo.simulated_passes, expected.passes);
        ASSERT_TRUE(run(a, l, plain, &r));
        expect_equal(r, expected, text);
        EXPECT_EQ(r.memo.simulated_passes + r.memo.remembered_passes +
                      r.memo.skipped_passes,
                  r.passes);
        simulated += r.memo.simulated_passes;
        skipped += r.memo.skipped_passes;
        passes += r.passes;
        ASSERT_TRUE(run(a, l, bare, &r));
        expect_equal(r, expected, text + ", no places");
        // The memory of another machine would be wrong: one layer each.
        pass_memory_free(tiny);
        small.memory = tiny = pass_memory_new(3000);
        ASSERT_TRUE(run(a, l, small, &r));
        expect_equal(r, expected, text + ", with little memory");
    }
    // Or nothing was tested.
    if (!sample_is_short()) {
        EXPECT_LT(simulated, passes / 4);
        EXPECT_GT(skipped, passes / 4);
    }
    pass_memory_free(tiny);
}

TEST_P(Memo, SharesPassesBetweenLayers)
{
    random_case random(42);
    arch a = machine(random);
    a.l2_bytes = 65536;
    pass_memory *memory = pass_memory_new(PASS_MEMORY_BYTES_DEFAULT);
    simulate_options full = {}, shared = {};
    shared.memo = true;
    shared.memory = memory;
    for (int k = 0, end = sample(15, "pairs of layers"); k < end; k++) {
        layer l = shape(random);
        layer_result expected = {}, first = {}, again = {};
        if (!run(a, l, full, &expected)) {
            diag_free(d_);
            d_ = diag_new();
            continue;
        }
        ASSERT_TRUE(run(a, l, shared, &first));
        std::strcpy(l.name, "another");
        ASSERT_TRUE(run(a, l, shared, &again));
        expect_equal(first, expected, describe(l));
        expect_equal(again, expected, describe(l));
        EXPECT_EQ(again.memo.simulated_passes, 0u);
    }
    pass_memory_free(memory);
}

// Layers of few filters and of many have passes in common, and not the PEs that
// never have work.
TEST_P(Memo, SharesPassesBetweenLayersThatUseOtherPEs)
{
    random_case random(45);
    uint64_t shared = 0;
    const int machines = sample(6, "machines and layers");
    for (int k = 0; k < machines; k++) {
        arch a = machine(random);
        layer l = shape(random);
        a.l2_bytes = 65536;
        l.G = 1;
        pass_memory *memory = pass_memory_new(PASS_MEMORY_BYTES_DEFAULT);
        simulate_options full = {}, remembers = {};
        remembers.memo = true;
        remembers.memory = memory;
        for (l.M = 1; l.M <= 16; l.M++) {
            layer_result expected = {}, r = {};
            if (!layer_finish(&l, src_pos{nullptr, 0}, d_) ||
                !run(a, l, full, &expected)) {
                diag_free(d_);
                d_ = diag_new();
                continue;
            }
            ASSERT_TRUE(run(a, l, remembers, &r));
            expect_equal(r, expected, describe(l));
            shared += r.memo.new_descriptors < expected.passes;
        }
        pass_memory_free(memory);
    }
    EXPECT_GT(shared, uint64_t(machines) * 20 / 6);
}

// Beside threads that simulate its passes ahead of need: with room for all of
// them, for two, and for none.
TEST_P(Memo, AheadOfNeedChangesNoNumber)
{
    random_case random(43);
    simulate_options alone = {};
    alone.memo = true;
    for (int k = 0, end = sample(20, "random layers"); k < end; k++) {
        arch a = machine(random);
        layer l = shape(random);
        layer_result expected = {}, r = {};
        if (!run(a, l, alone, &expected)) {
            diag_free(d_);
            d_ = diag_new();
            continue;
        }
        for (uint64_t bytes : {1 << 20, 3000, 1}) {
            pass_memory *memory = pass_memory_new(bytes);
            ahead *others = ahead_new();
            std::thread first(ahead_help, others), second(ahead_help, others);
            simulate_options helped = alone;
            helped.memory = memory;
            helped.ahead = others;
            EXPECT_TRUE(run(a, l, helped, &r));
            ahead_end(others);
            first.join();
            second.join();
            ahead_free(others);
            expect_equal(r, expected, describe(l));
            pass_memory_free(memory);
            if (bytes > 3000) {
                EXPECT_EQ(0,
                          std::memcmp(&r.memo, &expected.memo, sizeof(r.memo)))
                    << describe(l);
            }
        }
    }
}

// All that a layer needs, brought before it begins.
TEST_P(Memo, ALayerNeedsEveryPassThatIsBroughtAheadAndNoOther)
{
    const dataflow *flow = dataflow_find(GetParam().flow);
    random_case random(44);
    simulate_options alone = {};
    uint64_t brought = 0;
    alone.memo = true;
    for (int k = 0, end = sample(30, "random layers"); k < end; k++) {
        arch a = machine(random);
        layer l = shape(random);
        layer_result expected = {}, r = {};
        given_mapping none = {};
        mapping m = {};
        a.drain = DRAIN_SERIAL;
        a.preload = PRELOAD_SERIAL;
        if (!run(a, l, alone, &expected)) {
            diag_free(d_);
            d_ = diag_new();
            continue;
        }
        ASSERT_TRUE(flow->choose(&a, &l, &none, &m, d_));
        const layer_mapping chosen = layer_mapping_chosen(flow, &m);
        pass_source *passes_of =
            program_passes_new(&a, &l, &chosen, nullptr, nullptr);

        pass_memory *memory = pass_memory_new(1 << 20);
        ahead *open = ahead_new();
        ahead_layer *its =
            ahead_open(open, passes_of->ops->scout(passes_of), memory);
        array_side *array = nullptr;
        uint64_t passes = 0;
        while (ahead_one(its, &array))
            passes++;
        array_side_free(array);
        ahead_close(open, its);
        ahead_free(open);
        passes_of->ops->destroy(passes_of);
        EXPECT_EQ(passes, expected.memo.simulated_passes) << describe(l);

        simulate_options helped = alone;
        helped.memory = memory;
        EXPECT_TRUE(run(a, l, helped, &r));
        expect_equal(r, expected, describe(l));
        EXPECT_EQ(0, std::memcmp(&r.memo, &expected.memo, sizeof(r.memo)))
            << describe(l);
        pass_memory_stats stats = {};
        pass_memory_get_stats(memory, &stats);
        EXPECT_EQ(stats.ahead, passes);
        EXPECT_EQ(stats.is_new, passes);
        pass_memory_free(memory);
        brought += passes;
    }
    if (!sample_is_short()) {
        EXPECT_GT(brought, 30u);
    }
}

std::vector<on_network> everything()
{
    std::vector<on_network> all;
    for (int k = 0; dataflow_table[k] != nullptr; k++)
        all.push_back({dataflow_table[k]->name, NETWORK_MULTICAST});
    for (const char *name : {"ws", "os", "is"})
        all.push_back({name, NETWORK_SYSTOLIC});
    return all;
}

std::string name_of(const testing::TestParamInfo<on_network> &one)
{
    return std::string(one.param.flow) +
           (one.param.network == NETWORK_SYSTOLIC ? "_systolic" : "");
}

INSTANTIATE_TEST_SUITE_P(All, Memo, testing::ValuesIn(everything()), name_of);

} // namespace
