// dram_layout_test.cpp - every transfer on a DRAM part asks for the bytes of
// its words and no others, and moves each burst under them once.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>

#include "dataflows/program.h"
#include "test/dataflows/layout_oracle.h"
#include "test/random_layer.h"
#include "test/sample.h"

namespace
{

const int SOME_BITS[] = {4, 8, 8, 12, 16, 20, 32};

arch machine_with_a_part(random_case *random)
{
    arch a = random->machine();
    const char *const parts[] = {"ddr3_1600", "hbm2", "lpddr4_2400"};
    for (int &bits : a.precision_bits)
        bits = SOME_BITS[random->pick(0, 6)];
    a.ofmap_bits = random->pick(0, 1) ? SOME_BITS[random->pick(0, 6)] : 0;
    a.l2_bytes = 1 << random->pick(11, 15);
    a.carries = CARRIES_ALL;
    a.compression = COMPRESSION_NONE;
    a.dram_layout = random->pick(0, 2) != 0 ? LAYOUT_PACKED : LAYOUT_ROWS;
    a.dram_filter_order = random->pick(0, 2) != 0 ? FILTER_TILES : FILTER_MCRS;
    std::strcpy(a.dram_model, parts[random->pick(0, 2)]);
    return a;
}

int burst_bytes_of(const arch &a)
{
    const dram_part *part = dram_part_find(a.dram_model);
    return part->BL * part->bus_bytes;
}

filter_box filter_tile(const layer &l, const pass_place &pl)
{
    return {{pl.g, pl.f0, pl.c0, 0, 0}, {1, pl.f, pl.c, l.R, l.S}};
}

std::vector<filter_box> tiles_as_first_fetched(const program &p)
{
    std::vector<filter_box> tiles;
    std::set<std::vector<int>> seen;
    cursor at;
    pass one;
    cursor_start(&at);
    while (cursor_next(&p, &at, &one))
        if (seen.insert({one.place.g, one.place.f0, one.place.c0}).second)
            tiles.push_back(filter_tile(p.layer, one.place));
    return tiles;
}

word_list tile_words(const layout_oracle &oracle, const layer &l,
                     const pass_place &pl, tensor t)
{
    if (t == TENSOR_IFMAP)
        return layout_oracle::filled_rows(oracle.ifmap_words(
            pl.n0, pl.n, pl.g, pl.c0, pl.c, pl.p0, pl.e, pl.q0, pl.w));
    if (t == TENSOR_FILTER)
        return oracle.filter_words(filter_tile(l, pl));
    word_list out;
    for (int n = pl.n0; n < pl.n0 + pl.n; n++)
        for (int m = pl.m0; m < pl.m0 + pl.m; m++)
            for (int y = pl.p0; y < pl.p0 + pl.e; y++)
                for (int x = pl.q0; x < pl.q0 + pl.w; x++)
                    out.push_back({n, pl.g * (l.M / l.G) + m, y, x});
    return out;
}

// Compares every transfer of a program; returns the bursts of all.
uint64_t compare_transfers(const program &p, const std::string &what)
{
    const int burst_bytes = burst_bytes_of(p.arch);
    const layout_oracle oracle(p.arch, p.layer, burst_bytes,
                               tiles_as_first_fetched(p));
    uint64_t bursts = 0;
    tile_move move = {};
    cursor at;
    pass one;
    cursor_start(&at);
    while (cursor_next(&p, &at, &one))
        for (int t = 0; t < TENSOR_N; t++) {
            if (t == TENSOR_PSUM ? !one.last_use[t] : !one.new_tile[t])
                continue;
            std::set<uint64_t> wanted = oracle.bytes_of(
                tensor(t), tile_words(oracle, p.layer, one.place, tensor(t)));
            program_tile_move(&p, &one, tensor(t), &move);
            auto asked = bytes_asked_for(move.request, move.n_requests);
            EXPECT_EQ(std::set<uint64_t>(asked.begin(), asked.end()), wanted)
                << what << ", tensor " << t;
            EXPECT_EQ(bursts_moved(asked, burst_bytes),
                      oracle.bursts_of(wanted).size())
                << what << ", tensor " << t;
            for (int k = 0; k < move.n_requests; k++)
                EXPECT_EQ(move.request[k].is_write, t == TENSOR_PSUM);
            bursts += oracle.bursts_of(wanted).size();
        }
    tile_move_fini(&move);
    return bursts;
}

std::string describe(const arch &a, const layer &l, const char *flow)
{
    return std::string(flow) + " on " + a.dram_model +
           (a.dram_layout == LAYOUT_ROWS ? ", rows" : ", packed") +
           (a.dram_filter_order == FILTER_MCRS ? ", mcrs" : ", tiles") + ", " +
           std::to_string(a.precision_bits[0]) + "/" +
           std::to_string(a.precision_bits[1]) + "/" +
           std::to_string(a.precision_bits[2]) + "/" +
           std::to_string(a.ofmap_bits) + " bits, l2 " +
           std::to_string(a.l2_bytes) + ": " + describe(l);
}

TEST(DramLayout, TransfersTouchTheirWordsAndMoveEachBurstOnce)
{
    random_case random(71);
    diag *d = diag_new();
    const int machines = sample(30, "machines and layers");
    int compared = 0;
    for (int k = 0; k < machines; k++) {
        arch a = machine_with_a_part(&random);
        layer l = random.shape();
        a.array_network =
            random.pick(0, 1) ? NETWORK_MULTICAST : NETWORK_SYSTOLIC;
        for (int f = 0; dataflow_table[f] != nullptr; f++) {
            const dataflow *flow = dataflow_table[f];
            const given_mapping given = narrow_rows(flow->name, l);
            mapping m = {};
            auto p = std::make_unique<program>();
            if ((a.array_network == NETWORK_SYSTOLIC && !flow->on_systolic) ||
                !flow->choose(&a, &l, &given, &m, d))
                continue;
            flow->compile(&a, &l, &m, p.get());
            program_lay_out(p.get(), burst_bytes_of(a));
            const std::string what = describe(a, l, flow->name);
            const uint64_t bursts = compare_transfers(*p, what);
            layer_result r = {};
            simulate_options o = {};
            o.memo = true;
            ASSERT_TRUE(simulate_chosen(&a, &l, flow->name, &given, &o, &r, d))
                << diag_text(d, 0);
            EXPECT_EQ(r.counts.dram_bursts, bursts) << what;
            layer_result_fini(&r);
            compared++;
            if (testing::Test::HasFailure())
                break;
        }
        if (testing::Test::HasFailure())
            break;
    }
    diag_free(d);
    EXPECT_GT(compared, machines);
}

// Strides and dilations have common divisors, and taps may lie apart.
TEST(DramLayout, RowsThatOfmapRowsTouchAreThoseOfTheSet)
{
    random_case random(11);
    const int trials = sample(2000, "strips of ofmap rows");
    for (int k = 0; k < trials; k++) {
        arch a = random.machine();
        layer l = {};
        a.padding = random.pick(0, 1) ? PADDING_STORED : PADDING_GENERATED;
        l.H = random.pick(1, 24);
        l.R = random.pick(1, 7);
        l.stride_h = random.pick(1, 6);
        l.dilation_h = random.pick(1, 6);
        l.pad_top = random.pick(0, 7);
        l.pad_bottom = random.pick(0, 7);
        l.P = random.pick(1, 24);
        const int e = random.pick(1, 6);
        const bool stored = a.padding == PADDING_STORED;
        const int first = stored ? 0 : l.pad_top;
        const int rows = stored ? layer_padded_h(&l) : l.H;
        int p0 = 0, before = 0;
        while (p0 < l.P) {
            const tiling_alike alike = tiling_alike_rows(&a, &l, &p0, e);
            ASSERT_EQ(alike.size, std::min(e, l.P - before));
            for (uint64_t i = 0; i < alike.times; i++) {
                std::set<int> touched;
                for (int p = before; p < before + alike.size; p++)
                    for (int r = 0; r < l.R; r++) {
                        const int at =
                            p * l.stride_h + r * l.dilation_h - first;
                        if (at >= 0 && at < rows)
                            touched.insert(at);
                    }
                ASSERT_EQ(touched.size(), alike.touched)
                    << "stride " << l.stride_h << ", dilation " << l.dilation_h
                    << ", rows from " << before;
                before += alike.size;
            }
            ASSERT_EQ(before, p0);
        }
        ASSERT_EQ(before, l.P);
    }
    // Each of 65,536 strips asks about all taps, which is no more work than
    // about one; strips that no padding is in are asked about once.
    arch a = random.machine();
    layer l = {};
    l.H = 65535;
    l.R = 65536;
    l.P = 65536;
    l.stride_h = 2;
    l.dilation_h = 3;
    for (int p = 0; p < l.P;)
        ASSERT_LE(tiling_alike_rows(&a, &l, &p, 1).touched, 65535u);
    l.H = l.P = 2000000000;
    l.R = 3;
    l.stride_h = l.dilation_h = 1;
    l.pad_top = l.pad_bottom = 1;
    int p = 0, asked = 0;
    for (; p < l.P; asked++)
        tiling_alike_rows(&a, &l, &p, 7);
    ASSERT_LE(asked, 5);
}

} // namespace
