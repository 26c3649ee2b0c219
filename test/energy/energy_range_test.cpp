// energy_range_test.cpp - ranges of a table's entries: carried to totals and
// worked out by hand, added over layers, and each message of a broken one.
// SPDX-License-Identifier: MIT
#include <cmath>
#include <vector>

#include "sim/energy/energy_range.h"
#include "test/energy/energy_fixture.h"

namespace
{

const char *const PICOJOULE_TABLES[] = {
    "45nm",
    "45nm_horowitz",
    "45nm_rough",
    "65nm_components",
    "45nm_components",
    "32nm_components",
    "22nm_components",
};

// Two entries err: a MAC of 2 (1 to 5) and a DRAM bit of 1/8 (1/8 to 1/4).
const char TWO[] =
    "name = \"t\"; unit = \"pJ\"; source = \"s\";\n"
    "rf = { energy = 1; bits = 8; source = \"s\"; };\n"
    "noc_hop = { energy = 1; bits = 8; source = \"s\"; };\n"
    "l1 = { energy = 1; bits = 8; source = \"s\"; };\n"
    "l2 = { energy = 1; bits = 8; source = \"s\"; };\n"
    "mac = { energy = 2; source = \"s\"; low = 1; high = 5; range_source = "
    "\"r\"; };\n"
    "dram = { energy = 1; bits = 8; source = \"s\"; low = 1; high = 2; "
    "range_source = \"r\"; };\n";

struct layer_result layer_of(uint64_t macs, uint64_t dram_words)
{
    struct layer_result r;
    std::memset(&r, 0, sizeof(r));
    r.counts.macs = macs;
    r.counts.access[LEVEL_DRAM][TENSOR_IFMAP].reads = dram_words;
    r.counts.access[LEVEL_L2][TENSOR_IFMAP].reads = 7;
    return r;
}

TEST_F(Energy, RangesOfEntriesAreAddedAsRootOfSquares)
{
    ASSERT_TRUE(load_text(TWO)) << messages();
    const struct arch a = arch_of(8, 8);
    const struct layer_result r = layer_of(10, 40);
    struct energy_range range;
    range_of(a, r, &range);
    EXPECT_EQ(2, range.n);
    EXPECT_DOUBLE_EQ(20 + 40 + 7, range.total);
    EXPECT_DOUBLE_EQ(10 + 40 + 7, range.corner_low);
    EXPECT_DOUBLE_EQ(50 + 80 + 7, range.corner_high);
    EXPECT_DOUBLE_EQ(67 - 10, energy_range_low(&range));
    EXPECT_DOUBLE_EQ(67 + 50, energy_range_high(&range)); // of 30 and 40
    // In a second layer an entry errs as in the first.
    const struct layer_result other = layer_of(20, 0);
    struct energy_range sum = range, part;
    range_of(a, other, &part);
    energy_range_add(&sum, &part);
    EXPECT_DOUBLE_EQ(67 + 47, sum.total);
    EXPECT_DOUBLE_EQ(range.corner_low + part.corner_low, sum.corner_low);
    EXPECT_DOUBLE_EQ(range.corner_high + part.corner_high, sum.corner_high);
    EXPECT_DOUBLE_EQ(114 - 30, energy_range_low(&sum));
    EXPECT_DOUBLE_EQ(114 + std::sqrt(90.0 * 90 + 40 * 40),
                     energy_range_high(&sum));
}

// An entry that others are ratios to errs in all of them together.
TEST_F(Energy, ARatioErrsWithTheMacThatItIsOf)
{
    std::string text = TWO;
    text.replace(text.find("energy = 1"), 10, "per_mac = 3");
    text.replace(text.find("bits = 8; "), 10, "");
    ASSERT_TRUE(load_text(text)) << messages();
    const struct arch a = arch_of(8, 8);
    struct layer_result r = layer_of(10, 0);
    r.counts.access[LEVEL_RF][TENSOR_PSUM].writes = 2;
    struct energy_range range;
    range_of(a, r, &range);
    EXPECT_DOUBLE_EQ(20 + 12 + 7, range.total);
    EXPECT_DOUBLE_EQ(50 + 30 + 7, energy_range_high(&range));
}

TEST_F(Energy, ShippedTablesCarryRangesWithinTheirCorners)
{
    for (const char *name : PICOJOULE_TABLES) {
        load(name);
        struct arch a = arch_of(16, 16);
        a.clock_hz = 200000000;
        for (int t = 0; t < TENSOR_N; t++)
            a.rf_words[t] = 24;
        struct layer_result r = layer_of(1000, 10);
        for (int level = 0; level < LEVEL_N; level++)
            for (int t = 0; t < TENSOR_N; t++)
                if (level != LEVEL_L1)
                    r.counts.access[level][t].reads = 100;
        r.counts.link[LINK_filter].hops = 50;
        r.cycles = 100;
        struct energy_range range;
        range_of(a, r, &range);
        const double low = energy_range_low(&range);
        const double high = energy_range_high(&range);
        EXPECT_GE(range.n, 9) << name;
        EXPECT_LT(range.corner_low, low) << name;
        EXPECT_LT(low, range.total) << name;
        EXPECT_LT(range.total, high) << name;
        EXPECT_LT(high, range.corner_high) << name;
    }
    load("eyeriss_normalized");
    const struct arch a = arch_of(16, 16);
    const struct layer_result r = layer_of(10, 0);
    struct energy_range range;
    range_of(a, r, &range);
    EXPECT_EQ(0, range.n);
    EXPECT_DOUBLE_EQ(range.total, energy_range_high(&range));
}

// An instruction is fetched for each MAC, whether it is gated or not.
TEST_F(Energy, InstructionsArePaidByEveryMac)
{
    load("45nm");
    struct arch a = arch_of(8, 32);
    a.zero_gating = true;
    struct layer_result r = layer_of(100, 0);
    r.gated_macs = 40;
    struct energy_range without, with;
    range_of(a, r, &without);
    load("45nm_instructions");
    range_of(a, r, &with);
    EXPECT_DOUBLE_EQ(without.total + 100 * 70, with.total);
    EXPECT_DOUBLE_EQ(without.corner_low + 100 * 31, with.corner_low);
    EXPECT_DOUBLE_EQ(without.corner_high + 100 * 70, with.corner_high);
}

TEST_F(Energy, ARangeIsWrittenAsTheFormatAsks)
{
    auto with = [this](const std::string &members) {
        return error_of(std::string(ANY_TABLE) + ANY_SRAM +
                        "mac = { energy = 2; source = \"s\"; " + members +
                        " };\n");
    };
    EXPECT_EQ(":6: error: 'mac' lacks 'high'; a range has 'low', 'high' and "
              "'range_source'",
              with("low = 1;"));
    EXPECT_EQ(":6: error: 'mac' lacks 'range_source'; a string is needed",
              with("low = 1; high = 3;"));
    EXPECT_EQ(":6: error: 'mac' is 2, outside its range of 3 to 4",
              with("low = 3; high = 4; range_source = \"r\";"));
    EXPECT_EQ(":6: error: 'low' of 'mac' is no number above 0, up to 1e15",
              with("low = 0; high = 4; range_source = \"r\";"));
    EXPECT_EQ(
        ":1: error: 'sram_spread' is given without 'sram_grid', which it "
        "is of",
        error_of(ANY + "sram_spread = { times = 1; source = \"s\"; };\n"));
    std::string many = "rf = (";
    for (int i = 1; i <= 32; i++)
        many += std::string(i > 1 ? ", " : "") +
                "{ words = " + std::to_string(i) +
                "; bits = 8; energy = 2; source = \"s\"; low = 1; high = 3; "
                "range_source = \"r\"; }";
    std::string text = ANY;
    const size_t at = text.find("rf = {");
    text.replace(at, text.find('\n', at) - at, many + ");");
    std::string srams;
    for (int i = 0; i < 32; i++)
        srams += std::string(i > 0 ? ", " : "") +
                 "{ bytes = " + std::to_string(64 + i) +
                 "; bits = 8; energy = 2; source = \"s\"; low = 1; high = 3; "
                 "range_source = \"r\"; }";
    const size_t sram = text.find("sram = {");
    text.replace(sram, text.find('\n', sram) - sram, "sram = (" + srams + ");");
    EXPECT_EQ(":1: error: 64 entries have a range; up to 48 are carried to "
              "totals",
              error_of(text));
}

} // namespace
