// tile_table_test.cpp - the memory side of a run.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "test/random_layer.h"

namespace
{

// 32 x 32 words, each times one filter.
layer square(diag *d)
{
    layer l = {};
    l.N = l.G = l.M = l.C = l.R = l.S = 1;
    layer_set_steps(&l, 1, 0, 1);
    l.H = l.W = 32;
    EXPECT_TRUE(layer_finish(&l, src_pos{nullptr, 0}, d));
    return l;
}

// Rows of 32 words of 2 bytes are a burst of 64 bytes each.
TEST(TileTable, CountsTheBurstsOfAPart)
{
    arch a = random_case(1).machine();
    std::strcpy(a.dram_model, "ddr4_2400");
    a.l2_bytes = 65536;
    diag *d = diag_new();
    const layer l = square(d);
    given_mapping none = {};
    simulate_options o = {};
    layer_result r = {};
    ASSERT_TRUE(simulate_chosen(&a, &l, "ws", &none, &o, &r, d));
    EXPECT_EQ(r.counts.dram_bursts, 32u + 1 + 32); // ifmap, filter, ofmap
    layer_result_fini(&r);
    diag_free(d);
}

// A word a cycle and one pass: the ifmap comes, then the filter, then the ofmap
// goes, and each wait is as long as what is moved.
TEST(TileTable, ChargesEachWaitToWhatTheDramMoves)
{
    arch a = random_case(1).machine();
    std::strcpy(a.dram_model, "bandwidth");
    a.dram_bytes_per_second = a.clock_hz * 2;
    a.dram_latency_cycles = 0;
    a.compression = COMPRESSION_NONE;
    a.ofmap_bits = 16;
    a.l2_bytes = 65536;
    diag *d = diag_new();
    const layer l = square(d);
    given_mapping none = {};
    simulate_options o = {};
    layer_result r = {};
    ASSERT_TRUE(simulate_chosen(&a, &l, "ws", &none, &o, &r, d));
    ASSERT_EQ(r.passes, 1u);
    const uint64_t pes = uint64_t(arch_pes(&a));
    EXPECT_EQ(r.wait_dram_by[TENSOR_IFMAP][DRAM_WAIT_first_load], pes * 1024);
    EXPECT_EQ(r.wait_dram_by[TENSOR_FILTER][DRAM_WAIT_first_load], pes * 1);
    EXPECT_EQ(r.wait_dram_by[TENSOR_PSUM][DRAM_WAIT_last_store], pes * 1024);
    uint64_t sum = 0;
    for (const auto &tensor : r.wait_dram_by)
        for (uint64_t pe_cycles : tensor)
            sum += pe_cycles;
    EXPECT_EQ(sum, r.ledger_pe_cycles[LEDGER_wait_dram]);
    EXPECT_EQ(sum - r.wait_dram_by[TENSOR_PSUM][DRAM_WAIT_ramp],
              pes * (1024 + 1 + 1024));
    layer_result_fini(&r);
    diag_free(d);
}

} // namespace
