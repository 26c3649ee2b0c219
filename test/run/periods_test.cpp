// periods_test.cpp - iterations that are called alike are alike, and a batch
// sixteen times as large walks hardly more passes.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <vector>

#include "dataflows/program.h"
#include "test/random_layer.h"
#include "test/sample.h"

namespace
{

using place = std::vector<int>;

// All that a pass brings, but where it lies.
std::vector<uint64_t> signature(const program &p, const pass &one)
{
    std::vector<uint64_t> s;
    const auto *bytes = reinterpret_cast<const unsigned char *>(&one.work);
    s.insert(s.end(), bytes, bytes + sizeof(one.work));
    tile_move move = {};
    for (int t = 0; t < TENSOR_N; t++) {
        uint64_t moved = 0;
        program_tile_move(&p, &one, static_cast<tensor>(t), &move);
        for (int k = 0; k < move.n_requests; k++)
            moved += dram_request_bytes(&move.request[k]);
        s.insert(s.end(), {one.new_tile[t], one.last_use[t], move.words, moved,
                           move.compressed_bytes});
    }
    for (bool gives : one.gives_place)
        s.push_back(gives);
    tile_move_fini(&move);
    return s;
}

// Compares every pass with the same one of the iteration before, in each loop
// in which both iterations are alike.  Returns how often.
uint64_t compare_iterations(const program &p, const std::string &what)
{
    std::map<place, std::vector<uint64_t>> seen;
    uint64_t compared = 0, passes = 0;
    cursor at;
    pass one;
    cursor_start(&at);
    while (cursor_next(&p, &at, &one)) {
        place here(at.before, at.before + CURSOR_LOOPS);
        seen[here] = signature(p, one);
        passes++;
        for (int level = 0; level < CURSOR_LOOPS; level++) {
            int first, end;
            place before = here;
            before[static_cast<size_t>(level)]--;
            program_alike(&p, here.data(), level, &first, &end);
            if (before[static_cast<size_t>(level)] < first ||
                here[static_cast<size_t>(level)] >= end)
                continue;
            EXPECT_EQ(seen[here], seen[before]) << what << ", loop " << level;
            compared++;
        }
    }
    EXPECT_EQ(passes, p.passes) << what;
    return compared;
}

TEST(Periods, AlikeIterationsBringEqualPasses)
{
    random_case random(51);
    uint64_t compared = 0;
    diag *d = diag_new();
    for (int k = 0, end = sample(400, "random layers"); k < end; k++) {
        arch a = random.machine();
        a.l2_bytes = 8192;
        a.array_network =
            random.pick(0, 1) ? NETWORK_MULTICAST : NETWORK_SYSTOLIC;
        layer l = random.shape();
        l.N = random.pick(1, 7);
        l.zero_share[TENSOR_IFMAP] = 0.3;
        a.compression = random.pick(0, 1) ? COMPRESSION_NONE : COMPRESSION_RLC;
        for (int f = 0; dataflow_table[f] != nullptr; f++) {
            const dataflow *flow = dataflow_table[f];
            const given_mapping given = narrow_rows(flow->name, l);
            mapping m = {};
            auto p = std::make_unique<program>();
            if (a.array_network == NETWORK_SYSTOLIC &&
                std::strcmp(flow->name, "rs") == 0)
                continue;
            if (!flow->choose(&a, &l, &given, &m, d))
                continue;
            flow->compile(&a, &l, &m, p.get());
            compared += compare_iterations(*p, std::string(flow->name) + " " +
                                                   describe(l));
        }
    }
    diag_free(d);
    EXPECT_GT(compared, 10000u);
}

// Passes that are not skipped, of a convolution with many tiles.
uint64_t walked(int batch, const char *dram, const char *flow)
{
    arch a = random_case(3).machine();
    layer l = {};
    a.rows = a.cols = 8;
    a.l2_bytes = 16384;
    std::strcpy(a.dram_model, dram);
    l.N = batch;
    l.G = 1;
    layer_set_steps(&l, 1, 1, 1);
    l.M = 64;
    l.C = 48;
    l.H = l.W = 14;
    l.R = l.S = 3;
    diag *d = diag_new();
    given_mapping given = {}; // an image a tile, whatever the batch
    simulate_options o = {};
    layer_result r = {};
    given.n = 1;
    std::strcpy(given.param[0].name, "n");
    given.param[0].value = 1;
    o.memo = true;
    EXPECT_TRUE(layer_finish(&l, src_pos{nullptr, 0}, d));
    EXPECT_TRUE(simulate_chosen(&a, &l, flow, &given, &o, &r, d))
        << diag_text(d, 0);
    layer_result_fini(&r);
    diag_free(d);
    EXPECT_EQ(r.memo.simulated_passes + r.memo.remembered_passes +
                  r.memo.skipped_passes,
              r.passes);
    return r.passes - r.memo.skipped_passes;
}

TEST(Periods, ALargeBatchWalksHardlyMorePasses)
{
    for (const char *dram : {"ideal", "bandwidth"})
        for (int f = 0; dataflow_table[f] != nullptr; f++) {
            const char *flow = dataflow_table[f]->name;
            uint64_t small = walked(16, dram, flow);
            EXPECT_LE(walked(256, dram, flow), small + small / 3)
                << dram << ", " << flow;
        }
}

} // namespace
