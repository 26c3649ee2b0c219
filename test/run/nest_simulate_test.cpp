// nest_simulate_test.cpp - the machine under random nests: outputs bit-exact,
// counters equal to the closed form, every PE-cycle accounted for.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <thread>

#include "sim/run/ahead.h"
#include "test/random_nest.h"
#include "test/run/stepwise_kernel.h"
#include "test/sample.h"

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
        bool ok = simulate_nest(&c.a, &c.l, &c.n, &o, r, d_);
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

    void expect_counts(const nest_case &c, int k)
    {
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

    diag *d_;
};

TEST_F(NestMachine, CountsWhatTheClosedFormSaysOfRandomNests)
{
    random_nest random(31);
    for (int k = 0, end = sample(500, "random nests"); k < end; k++)
        expect_counts(draw(random, 6000), k);
}

TEST_F(NestMachine, CountsWhatTheClosedFormSaysOfMeshes)
{
    random_nest random(35);
    uint64_t links = 0, words = 0;
    for (int k = 0, end = sample(50, "random nests over meshes"); k < end;
         k++) {
        nest_case c = draw(random, 6000);
        while (!c.a.has_l1 || c.n.l1_is_line)
            c = draw(random, 6000);
        c.a.l2_to_l1 = L2_TO_L1_MESH;
        expect_counts(c, k);
        if (HasFatalFailure())
            return;
        simulate_options memo = {}, full = {};
        layer_result fast = {}, r = {};
        memo.memo = full.check = true;
        ASSERT_TRUE(run(c, memo, &fast) && run(c, full, &r));
        ASSERT_EQ(fast.cycles, r.cycles) << "case " << k << ", " << text(c);
        ASSERT_EQ(r.check_mismatches, 0u) << "case " << k << ", " << text(c);
        counts n = {};
        nest_expect(&c.a, &c.l, &c.n, &n);
        links += n.link[LINK_ifmap_l1].hops;
        words += n.link[LINK_ifmap_l1].words_delivered;
    }
    EXPECT_GT(links, words);
}

TEST_F(NestMachine, ComputesRandomLayersBitExactly)
{
    random_nest random(32);
    for (int k = 0, end = sample(300, "random nests"); k < end; k++) {
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
    EXPECT_EQ(
        0, std::memcmp(a.wait_dram_by, b.wait_dram_by, sizeof(a.wait_dram_by)))
        << of;
}

TEST_F(NestMachine, RemembersPassesExactlyAndSkipsOnlyLikeCycles)
{
    random_nest random(33);
    uint64_t remembered = 0;
    for (int k = 0, end = sample(300, "random nests"); k < end; k++) {
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

// Twice the images: passes of the smaller layer come again in the larger one,
// which runs as it would alone; also where threads bring passes ahead of need.
TEST_F(NestMachine, SharesPassesBetweenLayersAndThreads)
{
    random_nest random(34);
    uint64_t shared = 0, brought = 0;
    for (int k = 0; k < 150; k++) {
        nest_case c = draw(random, 6000), twice = c;
        pass_memory *memory = pass_memory_new(PASS_MEMORY_BYTES_DEFAULT);
        pass_memory_stats stats = {};
        simulate_options full = {}, remembers = {};
        layer_result alone = {}, first = {}, again = {};
        twice.l.N *= 2;
        ASSERT_TRUE(layer_finish(&twice.l, src_pos{nullptr, 0}, d_));
        ASSERT_TRUE(nest_append(&twice.n.level[LEVEL_DRAM].time, NEST_N, 2));
        remembers.memo = true;
        remembers.memory = memory;
        ASSERT_TRUE(run(twice, full, &alone));
        ASSERT_TRUE(run(c, remembers, &first));
        ahead *others = ahead_new();
        std::thread one(ahead_help, others), two(ahead_help, others);
        remembers.ahead = others;
        ASSERT_TRUE(run(twice, remembers, &again));
        ahead_end(others);
        one.join();
        two.join();
        ahead_free(others);
        expect_same(again, alone, text(twice));
        EXPECT_EQ(again.memo.simulated_passes + again.memo.remembered_passes,
                  again.passes);
        pass_memory_get_stats(memory, &stats);
        shared += again.memo.simulated_passes < stats.outcomes;
        brought += stats.ahead;
        pass_memory_free(memory);
        if (HasFailure())
            return;
    }
    EXPECT_GT(shared, 20u);
    EXPECT_GT(brought, 50u);
}

} // namespace
