// tile_table_test.cpp - the memory side of a run.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "test/random_layer.h"

namespace
{

// Rows of 32 words of 2 bytes are a burst of 64 bytes each.
TEST(TileTable, CountsTheBurstsOfAPart)
{
    arch a = random_case(1).machine();
    std::strcpy(a.dram_model, "ddr4_2400");
    a.l2_bytes = 65536;
    layer l = {};
    l.N = l.G = l.M = l.C = l.R = l.S = 1;
    layer_set_steps(&l, 1, 0, 1);
    l.H = l.W = 32;
    diag *d = diag_new();
    ASSERT_TRUE(layer_finish(&l, src_pos{nullptr, 0}, d));
    given_mapping none = {};
    simulate_options o = {};
    layer_result r = {};
    ASSERT_TRUE(simulate_chosen(&a, &l, "ws", &none, &o, &r, d));
    EXPECT_EQ(r.counts.dram_bursts, 32u + 1 + 32); // ifmap, filter, ofmap
    layer_result_fini(&r);
    diag_free(d);
}

} // namespace
