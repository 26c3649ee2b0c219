// levels_clock_test.cpp - machines of listed levels against an oracle that
// steps no cycles. SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

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

TEST(LevelsClock, IsTheMachinesOnRandomNests)
{
    random_levels random(51);
    diag *d = diag_new();
    for (int k = 0, end = sample(150, "random nests"); k < end; k++) {
        arch a = random.machine(1 + k % 6);
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

} // namespace
