// levels_run_test.cpp - machines of listed levels under random nests: outputs
// bit-exact, counters equal to the closed form, every PE-cycle accounted for,
// the same from the pass memory, without it and block by block.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "sim/base/counters.h"
#include "sim/run/kernel.h"
#include "sim/run/simulate.h"
#include "test/random_levels.h"
#include "test/sample.h"

namespace
{

// Engine by engine, the last one first.
run_end run_blocks(void *, array_side *side, uint64_t limit_cycles)
{
    block *b;
    const int n = array_side_blocks(side, BLOCK_GRAIN_PE, &b);
    run_end end = RUN_DONE;
    for (uint64_t cycles = 1; !array_side_is_done(side); cycles++) {
        for (int i = n - 1; i >= 0; i--)
            b[i].eval(b[i].self, b[i].part);
        for (int i = n - 1; i >= 0; i--)
            b[i].commit(b[i].self, b[i].part);
        if (!array_side_moved(side) || cycles > limit_cycles) {
            end = array_side_moved(side) ? RUN_LIMIT : RUN_DEADLOCK;
            break;
        }
    }
    free(b);
    return end;
}

const kernel blocks_kernel = {nullptr, nullptr, run_blocks, nullptr};

struct levels_case {
    arch a;
    layer l;
    nest n;
};

class LevelsMachine : public testing::Test
{
  protected:
    LevelsMachine() : d_(diag_new())
    {
    }
    ~LevelsMachine() override
    {
        diag_free(d_);
    }

    static levels_case draw(random_levels &random, int k, uint64_t macs_max)
    {
        levels_case c;
        c.a = random.machine(1 + k % 6);
        c.l = random.shape(macs_max);
        c.n = random.mapping(c.a, c.l);
        return c;
    }

    static std::string text(const levels_case &c)
    {
        std::string to;
        for (int k = LEVEL_N - 1; k >= 0; k--)
            if (c.a.level[k].name[0] != '\0')
                to += std::string(c.a.level[k].name) + " " +
                      std::to_string(c.a.level[k].rows) + " x " +
                      std::to_string(c.a.level[k].cols) + ", ";
        return to + describe(c.l) + describe(c.n);
    }

    bool run(const levels_case &c, const simulate_options &o, layer_result *r)
    {
        bool ok = simulate_nest(&c.a, &c.l, &c.n, &o, r, d_);
        if (!ok)
            ADD_FAILURE() << text(c) << ": " << diag_text(d_, 0);
        return ok;
    }

    // Outputs, counters, ledger and bounds.
    void hold(const levels_case &c, int k)
    {
        simulate_options o = {};
        layer_result r = {}, want = {};
        o.check = true;
        ASSERT_TRUE(run(c, o, &r)) << "case " << k;
        EXPECT_EQ(r.check_mismatches, 0u) << "case " << k << ", " << text(c);
        nest_expect(&c.a, &c.l, &c.n, &want.counts);
        want.counts.dram_bursts = r.counts.dram_bursts;
        for (const counter *i = counter_table; i->path != NULL; i++) {
            if (i->offset < offsetof(layer_result, counts) ||
                i->offset >= offsetof(layer_result, counts) + sizeof(counts))
                continue;
            ASSERT_EQ(counter_value(i, &r), counter_value(i, &want))
                << i->path << ", case " << k << ", " << text(c);
        }
        EXPECT_EQ(ledger_total(r.ledger_pe_cycles),
                  uint64_t(arch_pes(&c.a)) * r.cycles);
        for (int b = 0; b < BOUND_N; b++)
            ASSERT_LE(r.bounds_cycles[b], r.cycles)
                << bound_name[b] << ", case " << k << ", " << text(c);
    }

    static void expect_same(const layer_result &a, const layer_result &b,
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

    // From the memory, each cycle, and block by block; returns the passes that
    // the memory had.
    uint64_t expect_one(const levels_case &c, int k)
    {
        simulate_options fast = {}, full = {}, slow = {};
        layer_result a = {}, b = {}, every = {};
        fast.memo = true;
        slow.kernel = &blocks_kernel;
        if (!run(c, fast, &a) || !run(c, full, &b) || !run(c, slow, &every))
            return 0;
        expect_same(a, b, "memory, case " + std::to_string(k) + text(c));
        expect_same(b, every, "blocks, case " + std::to_string(k) + text(c));
        return a.memo.remembered_passes;
    }

    diag *d_;
};

// Whether products of one output lie with several children of a level.
bool splits_sums(const nest &n)
{
    for (const nest_level &at : n.level)
        for (const nest_loops *loops : {&at.rows, &at.cols})
            for (int i = 0; i < loops->n; i++)
                if (loops->loop[i].count > 1 && (loops->loop[i].dim == NEST_C ||
                                                 loops->loop[i].dim == NEST_R ||
                                                 loops->loop[i].dim == NEST_S))
                    return true;
    return false;
}

TEST_F(LevelsMachine, CountsWhatTheClosedFormSaysAndComputesBitExactly)
{
    random_levels random(41);
    for (int k = 0, end = sample(200, "random nests"); k < end; k++) {
        hold(draw(random, k, 400), k);
        if (HasFailure())
            return;
    }
}

// Trees alone, below all levels, and a sum that goes through one.
TEST_F(LevelsMachine, AddsInTrees)
{
    random_levels random(42);
    for (int k = 0, end = sample(30, "random nests"); k < end; k++) {
        levels_case c = draw(random, k, 400);
        while (!splits_sums(c.n))
            c = draw(random, k, 400);
        for (level_arch &at : c.a.level)
            at.reduce = LEVEL_TREE;
        hold(c, k);
        if (HasFailure())
            return;
    }
}

TEST_F(LevelsMachine, RemembersPassesExactlyAndIsItsBlocks)
{
    random_levels random(43);
    uint64_t remembered = 0;
    for (int k = 0, end = sample(200, "random nests"); k < end; k++) {
        remembered += expect_one(draw(random, k, 2000), k);
        if (HasFailure())
            return;
    }
    if (!sample_is_short()) {
        EXPECT_GT(remembered, 1000u);
    }
}

// Meshes alone, inside all levels.
TEST_F(LevelsMachine, SendsOverMeshes)
{
    random_levels random(44);
    uint64_t far = 0;
    for (int k = 0, end = sample(30, "random nests"); k < end; k++) {
        levels_case c = draw(random, k, 400);
        random_levels::put_meshes(&c.a);
        hold(c, k);
        expect_one(c, k);
        if (HasFailure())
            return;
        counts n = {};
        nest_expect(&c.a, &c.l, &c.n, &n);
        for (int level = 0; level < LEVEL_DRAM; level++)
            far += n.flow[level][FLOW_FILTER].hops >
                   n.flow[level][FLOW_FILTER].words_delivered;
    }
    if (!sample_is_short()) {
        EXPECT_GT(far, 10u);
    }
}

struct told {
    accesses of[LEVEL_N + 1][TENSOR_N];
};

void count_access(void *context, const struct access *a)
{
    accesses &n = static_cast<told *>(context)->of[a->level][a->tensor];
    (a->is_write ? n.writes : n.reads)++;
}

// What MACs read of psums is told with what they add; generated padding has no
// words.
TEST(LevelsTap, IsToldEachAccessThatIsCounted)
{
    random_levels random(43);
    diag *d = diag_new();
    uint64_t words = 0;
    for (int k = 0, end = sample(120, "random nests"); k < end; k++) {
        arch a = random.machine(1 + k % 6);
        if (k % 5 == 0)
            random_levels::put_meshes(&a);
        const layer l = random.shape(500);
        const nest n = random.mapping(a, l);
        told seen = {};
        const access_tap tap = {&seen, count_access};
        simulate_options o = {};
        o.access_tap = &tap;
        layer_result r = {};
        ASSERT_TRUE(simulate_nest(&a, &l, &n, &o, &r, d)) << diag_text(d, 0);
        for (int at = 0; at < LEVEL_DRAM; at++)
            for (int t = 0; t < TENSOR_N; t++) {
                const accesses &want = r.counts.access[at][t];
                const accesses &got = seen.of[at][t];
                const uint64_t reads = want.reads - want.dma_reads;
                EXPECT_EQ(got.writes, want.writes - want.dma_writes)
                    << at << " " << t << " " << describe(l) << describe(n);
                const bool has_less =
                    at == nest_parent(&n, -1, tensor(t)) &&
                    (t == TENSOR_PSUM ||
                     (t == TENSOR_IFMAP && a.padding == PADDING_GENERATED));
                if (has_less) {
                    EXPECT_LE(got.reads, reads);
                } else {
                    EXPECT_EQ(got.reads, reads)
                        << at << " " << t << " " << describe(l) << describe(n);
                }
                words += got.reads;
            }
        EXPECT_EQ(seen.of[ACCESS_MACS][TENSOR_FILTER].reads, r.counts.macs);
        EXPECT_EQ(seen.of[ACCESS_MACS][TENSOR_PSUM].writes, r.counts.macs);
        EXPECT_LE(seen.of[ACCESS_MACS][TENSOR_IFMAP].reads, r.counts.macs);
    }
    EXPECT_GT(words, 1000u);
    diag_free(d);
}

} // namespace
