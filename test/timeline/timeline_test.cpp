// timeline_test.cpp - a timeline's sums are the ledger's, however few events it
// has room for.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "sim/timeline/timeline.h"
#include "test/random_layer.h"
#include "test/sample.h"

namespace
{

struct found {
    layer_timeline timeline;
    layer_result result;
    bool ran;
};

found run(const arch &a, const layer &l, const char *flow, int room, bool memo,
          const timeline_window *window = nullptr)
{
    found f = {};
    given_mapping none = {};
    simulate_options o = {};
    diag *d = diag_new();
    layer_timeline_init(&f.timeline, room, window);
    o.memo = memo;
    o.timeline = &f.timeline;
    f.ran = simulate_chosen(&a, &l, flow, &none, &o, &f.result, d);
    diag_free(d);
    return f;
}

void expect_sums(const found &f, const arch &a, const std::string &what)
{
    uint64_t ledger[LEDGER_N] = {}, cycles = 0;
    const auto &passes = f.timeline.kind[TIMELINE_PASS];
    for (int k = 0; k < passes.n; k++) {
        cycles += passes.event[k].cycles;
        for (int c = 0; c < LEDGER_N; c++)
            ledger[c] += passes.event[k].figure[c];
    }
    for (int t = 0; t < TENSOR_N; t++)
        for (int w = 0; w < DRAM_WAIT_N; w++) {
            const auto &kind =
                f.timeline.kind[TIMELINE_WAIT + t * DRAM_WAIT_N + w];
            uint64_t sum = 0;
            for (int k = 0; k < kind.n; k++)
                sum += kind.event[k].cycles;
            EXPECT_EQ(sum * uint64_t(arch_pes(&a)), f.result.wait_dram_by[t][w])
                << what << ", " << dram_wait_name[w];
            if (w != DRAM_WAIT_ramp)
                cycles += sum;
        }
    EXPECT_EQ(cycles, f.result.cycles) << what;
    for (int c = 0; c < LEDGER_N; c++)
        if (c != LEDGER_wait_dram) {
            EXPECT_EQ(ledger[c], f.result.ledger_pe_cycles[c])
                << what << ", " << ledger_name[c];
        }
}

// Networks send the result's words, and PEs wait for them as it says.
void expect_networks(const found &f, const std::string &what)
{
    for (int n = 0; n < NETWORK_N; n++) {
        const auto &kind = f.timeline.kind[TIMELINE_NETWORK + n];
        uint64_t sum[TIMELINE_FIGURES] = {};
        for (int k = 0; k < kind.n; k++)
            for (int c = 0; c < TIMELINE_FIGURES; c++)
                sum[c] += kind.event[k].figure[c];
        for (int c = 0; c < NETWORK_WAIT_N; c++)
            EXPECT_EQ(sum[c], f.result.wait_by[n][c])
                << what << ", " << network_wait_name[c];
        EXPECT_EQ(sum[TIMELINE_WORDS],
                  f.result.counts.link[network_link[n]].words_sent)
            << what << ", network " << n;
    }
}

bool touches(const timeline_event &e, const timeline_window &w)
{
    return e.to > w.from && e.from < w.to;
}

// A window has the events of the whole timeline that touch it.
void expect_window(const found &whole, const arch &a, const layer &l,
                   const char *flow)
{
    const timeline_window w = {whole.result.cycles / 3,
                               whole.result.cycles / 2 + 1};
    const found part = run(a, l, flow, 1000000, true, &w);
    for (int kind = 0; kind < TIMELINE_KINDS; kind++) {
        const auto &all = whole.timeline.kind[kind];
        const auto &some = part.timeline.kind[kind];
        int n = 0;
        for (int k = 0; k < all.n; k++) {
            if (!touches(all.event[k], w))
                continue;
            ASSERT_LT(n, some.n);
            EXPECT_EQ(some.event[n].from, all.event[k].from);
            EXPECT_EQ(some.event[n++].cycles, all.event[k].cycles);
        }
        EXPECT_EQ(n, some.n);
    }
    layer_timeline timeline = part.timeline;
    layer_result result = part.result;
    layer_result_fini(&result);
    layer_timeline_fini(&timeline);
}

// Within a kind, each event begins where or after the one before ends.
void expect_order(const layer_timeline &t, uint64_t cycles, int room)
{
    for (int kind = TIMELINE_PASS; kind < TIMELINE_KINDS; kind++)
        for (int k = 0; k < t.kind[kind].n; k++) {
            const timeline_event &e = t.kind[kind].event[k];
            ASSERT_LE(t.kind[kind].n, room);
            EXPECT_LE(e.cycles, e.to - e.from);
            EXPECT_LE(e.to, cycles);
            if (k > 0) {
                EXPECT_LE(t.kind[kind].event[k - 1].to, e.from) << kind;
            }
        }
}

TEST(Timeline, SumsToTheLedgerWhateverIsJoined)
{
    const char *const flows[] = {"rs", "ws", "is", "os", "nlr"};
    random_case random(77);
    int ran = 0;
    const int end = sample(200, "random layers");
    for (int k = 0; k < end; k++) {
        const char *flow = flows[k % 5];
        arch a = random.machine();
        random.choose_for(flow, &a);
        const layer l = random.shape();
        const int room = k % 2 == 0 ? 2 : 1000000;
        const found f = run(a, l, flow, room, k % 3 == 0);
        layer_timeline timeline = f.timeline;
        layer_result result = f.result;
        if (f.ran) {
            ran++;
            expect_sums(f, a, std::string(flow) + ' ' + describe(l));
            expect_networks(f, std::string(flow) + ' ' + describe(l));
            expect_order(f.timeline, f.result.cycles, room);
            if (k % 10 == 1)
                expect_window(f, a, l, flow);
            layer_result_fini(&result);
        }
        layer_timeline_fini(&timeline);
    }
    EXPECT_GT(ran, end / 4);
}

} // namespace
