// nest_simulate_test.cpp - the machine under random nests: outputs bit-exact,
// counters equal to the closed form, every PE-cycle accounted for.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "sim/run/nest_simulate.h"
#include "test/random_nest.h"
#include "test/run/stepwise_kernel.h"

namespace
{

uint64_t *words(counts *c)
{
    return reinterpret_cast<uint64_t *>(c);
}

struct nest_case {
    arch a;
    layer l;
    nest n;
};

class NestMachine : public testing::Test
{
  protected:
    NestMachine() : d_(diag_new())
    {
    }
    ~NestMachine() override
    {
        diag_free(d_);
    }

    static nest_case draw(random_nest &random, uint64_t macs_max)
    {
        nest_case c;
        c.a = random.machine();
        c.l = random.shape(macs_max);
        c.n = random.mapping(c.a, c.l);
        return c;
    }

    bool run(const nest_case &c, const simulate_options &o, layer_result *r)
    {
        const nest_where nowhere = {};
        bool ok = simulate_nest(&c.a, &c.l, &c.n, &nowhere, &o, r, d_);
        if (!ok)
            ADD_FAILURE() << text(c) << ": " << diag_text(d_, 0);
        return ok;
    }

    static std::string text(const nest_case &c)
    {
        return "array " + std::to_string(c.a.rows) + " x " +
               std::to_string(c.a.cols) + ", clusters of " +
               std::to_string(c.a.has_l1 ? c.a.l1_cluster_cols : 0) + ", " +
               describe(c.l) + describe(c.n);
    }

    diag *d_;
};

TEST_F(NestMachine, CountsWhatTheClosedFormSaysOfRandomNests)
{
    random_nest random(31);
    for (int k = 0; k < 500; k++) {
        nest_case c = draw(random, 6000);
        simulate_options o = {};
        o.memo = true;
        layer_result r = {};
        ASSERT_TRUE(run(c, o, &r));
        counts want = {};
        nest_expect(&c.a, &c.l, &c.n, &want);
        want.dram_bursts = r.counts.dram_bursts;
        for (size_t i = 0; i < sizeof(want) / sizeof(uint64_t); i++)
            ASSERT_EQ(words(&r.counts)[i], words(&want)[i])
                << "counter " << i << ", case " << k << ", " << text(c);
        EXPECT_EQ(ledger_total(r.ledger_pe_cycles),
                  uint64_t(arch_pes(&c.a)) * r.cycles);
        EXPECT_GE(r.bounds_cycles[BOUND_busiest_pe],
                  r.bounds_cycles[BOUND_macs]);
        for (int b = 0; b < BOUND_N; b++)
            ASSERT_LE(r.bounds_cycles[b], r.cycles)
                << bound_name[b] << ", " << text(c);
    }
}

TEST_F(NestMachine, ComputesRandomLayersBitExactly)
{
    random_nest random(32);
    for (int k = 0; k < 300; k++) {
        nest_case c = draw(random, 4000);
        simulate_options o = {};
        o.check = true;
        layer_result r = {};
        ASSERT_TRUE(run(c, o, &r));
        EXPECT_EQ(r.check_outputs, uint64_t(c.l.N) * uint64_t(c.l.M) *
                                       uint64_t(c.l.P) * uint64_t(c.l.Q));
        ASSERT_EQ(r.check_mismatches, 0u) << "case " << k << ", " << text(c);
    }
}

void expect_same(const layer_result &a, const layer_result &b,
                 const std::string &of)
{
    EXPECT_EQ(a.cycles, b.cycles) << of;
    EXPECT_EQ(a.array_cycles, b.array_cycles) << of;
    EXPECT_EQ(a.active_pes, b.active_pes) << of;
    EXPECT_EQ(0, std::memcmp(&a.counts, &b.counts, sizeof(a.counts))) << of;
    for (int k = 0; k < LEDGER_N; k++)
        ASSERT_EQ(a.ledger_pe_cycles[k], b.ledger_pe_cycles[k])
            << ledger_name[k] << ", " << of;
}

TEST_F(NestMachine, RemembersPassesExactlyAndSkipsOnlyLikeCycles)
{
    random_nest random(33);
    uint64_t remembered = 0;
    for (int k = 0; k < 300; k++) {
        nest_case c = draw(random, 6000);
        simulate_options fast = {}, full = {}, slow = {};
        fast.memo = true;
        slow.kernel = &stepwise_kernel;
        layer_result a = {}, b = {}, every = {};
        ASSERT_TRUE(run(c, fast, &a));
        ASSERT_TRUE(run(c, full, &b));
        ASSERT_TRUE(run(c, slow, &every));
        expect_same(a, b, "memory, " + text(c));
        expect_same(b, every, "skipping, " + text(c));
        if (HasFailure())
            return;
        remembered += a.memo.remembered_passes;
    }
    EXPECT_GT(remembered, 1000u);
}

} // namespace
