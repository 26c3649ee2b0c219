// part_memo_test.cpp - what is remembered of a DRAM part's transfers changes no
// number of a run: random machines and layers, every dataflow, each part.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "mem/dram.h"
#include "test/mem/each_part.h"
#include "test/random_layer.h"
#include "test/sample.h"

namespace
{

struct flow {
    const char *name;
    network_type network;
};

const flow flows[] = {
    {"rs", NETWORK_MULTICAST}, {"ws", NETWORK_MULTICAST},
    {"is", NETWORK_MULTICAST}, {"os", NETWORK_MULTICAST},
    {"ws", NETWORK_SYSTOLIC},  {"is", NETWORK_SYSTOLIC},
    {"os", NETWORK_SYSTOLIC},
};

class PartMemo : public EachPart
{
  protected:
    // Little room in L2, so that there are many transfers.
    arch machine(random_case &random, const flow &flow) const
    {
        arch a = random.machine();
        a.array_network = flow.network;
        if (a.array_network == NETWORK_SYSTOLIC)
            a.drain = random.pick(0, 1) ? DRAIN_OVERLAPPED : DRAIN_SERIAL;
        a.l2_bytes = random.pick(0, 1) ? 8192 : 16384;
        std::snprintf(a.dram_model, sizeof(a.dram_model), "%s", part.name);
        a.dram_channels = random.pick(0, 3) > 0 ? 1 : random.pick(2, 4);
        // Slower than the part, faster, and none that divides the other.
        static const uint64_t clocks[] = {200000000, 1700000000, 999999937};
        a.clock_hz = clocks[random.pick(0, 2)];
        return a;
    }

    static layer shape(random_case &random)
    {
        for (;;) {
            layer l = random.shape();
            l.N = random.pick(1, 8);
            if (l.G == 1) {
                l.M = random.pick(1, 40);
                l.C = random.pick(1, 24);
            }
            diag *d = diag_new();
            bool ok = layer_finish(&l, src_pos{nullptr, 0}, d) &&
                      layer_macs(&l) < 60000;
            diag_free(d);
            if (ok)
                return l;
        }
    }
};

INSTANTIATE_TEST_SUITE_P(Preset, PartMemo, testing::ValuesIn(all_parts()),
                         name_of);

TEST_P(PartMemo, ChangesNoNumber)
{
    random_case random(71);
    simulate_options full = {}, remembers = {};
    remembers.memo = true;
    uint64_t remembered = 0, transfers = 0;
    for (int k = 0, end = sample(50, "random layers"); k < end; k++) {
        const flow &its = flows[random.pick(0, 6)];
        const arch a = machine(random, its);
        const layer l = shape(random);
        layer_result expected = {}, r = {};
        given_mapping none = {};
        diag *d = diag_new();
        const bool ok =
            simulate_chosen(&a, &l, its.name, &none, &full, &expected, d);
        diag_free(d);
        if (!ok) // nothing fits into little L2
            continue;
        d = diag_new();
        ASSERT_TRUE(
            simulate_chosen(&a, &l, its.name, &none, &remembers, &r, d));
        diag_free(d);
        const std::string text = std::string(its.name) + ' ' + describe(l);
        EXPECT_EQ(r.cycles, expected.cycles) << text;
        EXPECT_EQ(r.array_cycles, expected.array_cycles) << text;
        EXPECT_EQ(0, std::memcmp(&r.counts, &expected.counts, sizeof(r.counts)))
            << text;
        EXPECT_EQ(0, std::memcmp(r.ledger_pe_cycles, expected.ledger_pe_cycles,
                                 sizeof(r.ledger_pe_cycles)))
            << text;
        EXPECT_EQ(0, std::memcmp(r.wait_dram_by, expected.wait_dram_by,
                                 sizeof(r.wait_dram_by)))
            << text;
        EXPECT_EQ(expected.memo.remembered_transfers, 0u);
        EXPECT_EQ(r.memo.simulated_transfers + r.memo.remembered_transfers +
                      r.memo.remembered_phases,
                  expected.memo.simulated_transfers)
            << text;
        remembered += r.memo.remembered_transfers + r.memo.remembered_phases;
        transfers += expected.memo.simulated_transfers;
    }
    // Or nothing was tested.
    EXPECT_GT(remembered, transfers / 4);
}

} // namespace
