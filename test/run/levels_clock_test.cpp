// levels_clock_test.cpp - machines of listed levels against an oracle that
// steps no cycles.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "sim/array/levels/levels_usual.h"
#include "sim/run/simulate.h"
#include "test/random_levels.h"
#include "test/run/levels_clock.h"
#include "test/sample.h"
#include "test/simulate_chosen.h"

namespace
{

// Stores of one tensor each, so that no two engines meet at a port; psums'
// ports inside are wide enough for MACs and those that leave.
void part_stores(random_levels &random, arch *a)
{
    for (int k = 0; k < LEVEL_DRAM; k++) {
        level_arch *at = &a->level[k];
        const level_arch was = *at;
        at->n_stores = 0;
        for (int t = 0; t < TENSOR_N; t++) {
            const l2_store *from =
                was.name[0] != '\0' ? arch_level_store(a, level(k), tensor(t))
                                    : nullptr;
            for (int i = 0; i < was.n_stores && from == nullptr; i++)
                if (was.store[i].holds[t])
                    from = &was.store[i];
            if (from == nullptr)
                continue;
            l2_store s = *from;
            for (int i = 0; i < TENSOR_N; i++)
                s.holds[i] = i == t;
            s.ports = BANK_1R1W;
            s.banks = random.pick(1, 2);
            s.bank_row_words =
                t == TENSOR_PSUM && k != LEVEL_L2 ? 1 << 20 : random.pick(1, 4);
            s.latency_cycles = random.pick(1, 5);
            s.buffers = 1;
            at->store[at->n_stores++] = s;
        }
    }
}

// As large as a tile, or up to four.
void tighten(random_levels &random, arch *a, const layer &l, const nest &n)
{
    for (int k = 0; k < LEVEL_DRAM; k++)
        for (int i = 0; i < a->level[k].n_stores; i++)
            for (int t = 0; t < TENSOR_N; t++) {
                l2_store *s = &a->level[k].store[i];
                if (!s->holds[t] || !n.level[k].keep[t] ||
                    random.pick(0, 2) == 0)
                    continue;
                const uint64_t words =
                    nest_tile_words(a, &l, &n, level(k), tensor(t));
                const uint64_t more = words * uint64_t(random.pick(0, 12)) / 4;
                s->bytes =
                    ((words + more) * uint64_t(a->precision_bits[t]) + 7) / 8;
            }
}

void expect_clock(unsigned seed, int cases, bool has_meshes)
{
    random_levels random(seed);
    diag *d = diag_new();
    for (int k = 0; k < cases; k++) {
        arch a = random.machine(1 + k % 6);
        if (has_meshes)
            random_levels::put_meshes(&a);
        std::strcpy(a.dram_model, "ideal");
        a.pipeline_cycles = random.pick(1, 6);
        part_stores(random, &a);
        const layer l = random.shape(300);
        const nest n = random.mapping(a, l);
        tighten(random, &a, l, n);
        simulate_options o = {};
        layer_result r = {};
        ASSERT_TRUE(simulate_nest(&a, &l, &n, &o, &r, d)) << diag_text(d, 0);
        std::string levels;
        for (int i = LEVEL_DRAM; i >= 0; i--)
            if (a.level[i].name[0] != '\0')
                levels += "\n" + std::string(a.level[i].name) + " " +
                          std::to_string(a.level[i].rows) + " x " +
                          std::to_string(a.level[i].cols);
        ASSERT_EQ(r.cycles, levels_clock(a, l, n))
            << "case " << k << ", " << describe(l) << levels << describe(n);
    }
    diag_free(d);
}

TEST(LevelsClock, IsTheMachinesOnRandomNests)
{
    expect_clock(51, sample(150, "random nests"), false);
}

TEST(LevelsClock, IsTheMachinesOnMeshes)
{
    expect_clock(53, sample(40, "random nests on meshes"), true);
}

uint64_t cycles_of(const arch &a, const layer &l, const nest &n)
{
    diag *d = diag_new();
    simulate_options o = {};
    layer_result r = {};
    EXPECT_TRUE(simulate_nest(&a, &l, &n, &o, &r, d)) << diag_text(d, 0);
    diag_free(d);
    return r.cycles;
}

// A mesh is as wide as a bus of one slot a cycle, and later.  Where two engines
// share ports, who comes later may leave them to whom the others wait for.
TEST(LevelsClock, AMeshIsNotFasterThanABusWhereNoEnginesShareAPort)
{
    random_levels random(54);
    for (int k = 0, end = sample(150, "random nests"); k < end; k++) {
        arch bus = random.machine(1 + k % 6);
        std::strcpy(bus.dram_model, "ideal");
        part_stores(random, &bus);
        for (level_arch &at : bus.level) {
            at.network = LEVEL_MULTICAST;
            at.slots_per_cycle = 1;
        }
        const layer l = random.shape(300);
        const nest n = random.mapping(bus, l);
        tighten(random, &bus, l, n);
        arch mesh = bus;
        random_levels::put_meshes(&mesh);
        EXPECT_LE(cycles_of(bus, l, n), cycles_of(mesh, l, n))
            << "case " << k << ", " << describe(l) << describe(n);
    }
}

// Networks of psums move a word a cycle, so that a PE's port has room for the
// MAC beside them, and L1's ports never limit; L1s of tile size among them.
TEST(LevelsClock, IsTheMachinesWithAnL1)
{
    random_nest random(52);
    diag *d = diag_new();
    for (int k = 0, end = sample(150, "random nests"); k < end; k++) {
        arch a = random.machine(), listed;
        while (!a.has_l1)
            a = random.machine();
        std::strcpy(a.dram_model, "ideal");
        a.carries = CARRIES_ALL;
        a.l2_to_l1 = random.pick(0, 2) ? L2_TO_L1_MULTICAST : L2_TO_L1_MESH;
        a.l2_ports = BANK_1R1W;
        a.l1_banks = 64;
        a.l1_bank_row_words = ARCH_ROW_WORDS_MAX;
        a.l1_ports = BANK_1R1W;
        for (network net : {NETWORK_PSUM_IN, NETWORK_PSUM_OUT})
            a.network[net] = network_arch{1, 1};
        for (int &bits : a.precision_bits)
            bits = 8 * random.pick(1, 4);
        a.l2_bytes = 1 << 20;
        const layer l = random.shape(300);
        nest n = random.mapping(a, l);
        while (n.l1_is_line)
            n = random.mapping(a, l);
        // Room for all tiles twice and more, or once, which is as much as each
        // has in a store of its own.
        const bool tight = random.pick(0, 1) != 0;
        l2_store own[TENSOR_N] = {};
        a.l1_bytes = tight ? 0 : a.l1_bytes * TENSOR_N;
        for (int t = 0; t < TENSOR_N; t++) {
            own[t].bytes = 1 << 16;
            if (tight)
                own[t].bytes =
                    nest_tile_words(&a, &l, &n, LEVEL_L1, tensor(t)) *
                    uint64_t(a.precision_bits[t]) / 8;
            a.l1_bytes += tight ? own[t].bytes : 0;
        }
        simulate_options o = {};
        layer_result r = {};
        ASSERT_TRUE(simulate_nest(&a, &l, &n, &o, &r, d)) << diag_text(d, 0);
        levels_of_usual(&a, &l, &n, &listed);
        level_arch *l1 = &listed.level[LEVEL_L1];
        for (int t = 0; t < TENSOR_N; t++) {
            own[t].banks = l1->store[0].banks;
            own[t].bank_row_words = l1->store[0].bank_row_words;
            own[t].latency_cycles = l1->store[0].latency_cycles;
            own[t].ports = BANK_1R1W;
            own[t].holds[t] = true;
        }
        std::copy(own, own + TENSOR_N, l1->store);
        l1->n_stores = TENSOR_N;
        ASSERT_EQ(r.cycles, levels_clock(listed, l, n))
            << "case " << k << ", " << a.rows << " x " << a.cols << ", "
            << describe(l) << describe(n);
    }
    diag_free(d);
}

} // namespace
