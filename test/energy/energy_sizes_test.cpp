// energy_sizes_test.cpp - what an access costs by the size of the memory and
// the width of the word: figures worked out by hand, and what must hold on
// shipped machines and on 2,000 random ones.
// SPDX-License-Identifier: MIT
#include <cmath>
#include <filesystem>
#include <random>
#include <vector>

#include "sim/config/config.h"
#include "test/energy/energy_fixture.h"

namespace
{

const char *const PICOJOULE_TABLES[] = {"45nm",
                                        "45nm_horowitz",
                                        "45nm_rough",
                                        "65nm_components",
                                        "45nm_components",
                                        "32nm_components",
                                        "22nm_components"};

TEST_F(Energy, ARegisterFileCostsByItsWordsFromAFlipFlopToHalfAKilobyte)
{
    load("45nm");
    struct arch a = arch_of(16, 16);
    const double mac = costs(a).mac.energy;
    auto filter = [&](int words) {
        a.rf_words[TENSOR_FILTER] = words;
        return costs(a).rf[TENSOR_FILTER];
    };
    EXPECT_DOUBLE_EQ(16 * 0.009, filter(1).energy);
    EXPECT_DOUBLE_EQ(mac, filter(256).energy); // ISCA 2016: 0.5 kB 1x a MAC
    EXPECT_EQ(ENERGY_RATIO, filter(256).origin);
    EXPECT_NEAR(16 * 0.009 + (mac - 16 * 0.009) * 127 / 255, filter(128).energy,
                1e-12);
    EXPECT_EQ(ENERGY_INTERPOLATED, filter(128).origin);
    // Half way, by logarithms, from 0.5 kB to 8 KB, whose 16 bits cost 2.5.
    EXPECT_NEAR(std::sqrt(mac * 2.5), filter(1024).energy, 1e-12);
    EXPECT_NEAR(2.5, filter(4096).energy, 1e-12);
    EXPECT_NEAR(5, filter(16384).energy, 1e-12); // 32 KB
}

TEST_F(Energy, ARegisterFileKnowsNoPrecisionButItsOwn)
{
    load("45nm");
    struct arch a = arch_of(16, 16);
    a.rf_words[TENSOR_IFMAP] = a.rf_words[TENSOR_PSUM] = 100;
    const struct energy_costs wide = costs(a);
    a.precision_bits[TENSOR_IFMAP] = 4;
    a.precision_bits[TENSOR_PSUM] = 32;
    const struct energy_costs other = costs(a);
    EXPECT_DOUBLE_EQ(wide.rf[TENSOR_IFMAP].energy / 4,
                     other.rf[TENSOR_IFMAP].energy);
    EXPECT_DOUBLE_EQ(wide.rf[TENSOR_PSUM].energy * 2,
                     other.rf[TENSOR_PSUM].energy);
    EXPECT_DOUBLE_EQ(wide.rf[TENSOR_FILTER].energy,
                     other.rf[TENSOR_FILTER].energy);
    EXPECT_DOUBLE_EQ(wide.noc_hop[TENSOR_IFMAP].energy / 4,
                     other.noc_hop[TENSOR_IFMAP].energy);
}

TEST_F(Energy, AHopCostsByItsLengthAtTheTablesNode)
{
    load("45nm");
    struct arch a = arch_of(16, 16);
    const double whole = costs(a).noc_hop[TENSOR_PSUM].energy;
    EXPECT_DOUBLE_EQ(2 * costs(a).mac.energy, whole);
    a.pitch_um = 82;
    EXPECT_DOUBLE_EQ(whole / 2, costs(a).noc_hop[TENSOR_PSUM].energy);
    a.node_nm = 90; // twice as long there
    EXPECT_DOUBLE_EQ(whole / 4, costs(a).noc_hop[TENSOR_PSUM].energy);
}

// A hop inside a listed level is as many of the machine's as its length says.
TEST_F(Energy, AHopInsideALevelCostsByItsLengthInPitches)
{
    load("45nm");
    config *cfg = config_load("simba_like", nullptr, 0, d_);
    ASSERT_NE(nullptr, cfg) << messages();
    struct arch a = *config_arch(cfg);
    int levels = 0;
    for (int pitch_um : {1, 2, 41}) {
        a.pitch_um = pitch_um;
        const struct energy_costs c = costs(a);
        for (int k = LEVEL_RF; k < LEVEL_DRAM; k++) {
            if (a.level[k].hop_um == 0)
                continue;
            levels++;
            for (int f = 0; f < FLOW_N; f++)
                EXPECT_DOUBLE_EQ(double(a.level[k].hop_um) / pitch_um,
                                 c.hops[k][f]);
        }
    }
    EXPECT_EQ(3 * 2, levels);
    config_free(cfg);
}

TEST_F(Energy, ABufferLargerThanTheLastEntryIsBanksAndWires)
{
    load("45nm");
    struct arch a = arch_of(32, 32);
    a.l2_bytes = 28 * 1024 * KIB;
    // 100 pJ in a bank of 1 MB; 32 bits and the address of 7,340,032 words go
    // 0.75 x (9.542 - 1.803) mm, at 0.121 pJ a bit and mm.
    const double mm =
        0.75 * (std::sqrt(3.1e-6 * 28 * 1048576) - std::sqrt(3.1e-6 * 1048576));
    EXPECT_NEAR(100 + 0.121 * (32 + std::log2(7340032)) * mm,
                costs(a).l2[TENSOR_IFMAP].energy, 1e-9);
    EXPECT_NEAR(138.484, costs(a).l2[TENSOR_IFMAP].energy, 1e-3);
    EXPECT_EQ(ENERGY_BANKED, costs(a).l2[TENSOR_IFMAP].origin);
    load("45nm_horowitz");
    EXPECT_NEAR(88.484, costs(a).l2[TENSOR_IFMAP].energy, 1e-3);
    a.l2_bytes = 1024 * KIB + 1; // no step behind the last entry
    EXPECT_NEAR(50, costs(a).l2[TENSOR_IFMAP].energy, 1e-3);
}

TEST_F(Energy, ReadsAndWritesMayCostDifferently)
{
    ASSERT_TRUE(load_text(
        std::string(ANY_TABLE) + ANY_MAC + ANY_SRAM +
        "l2 = { bits = 16; read = 10.267; write = 8.219; source = \"s\"; };\n"))
        << messages();
    struct arch a = arch_of(16, 32);
    const struct energy_costs c = costs(a);
    EXPECT_DOUBLE_EQ(10.267, c.l2[TENSOR_IFMAP].energy);
    EXPECT_DOUBLE_EQ(8.219, c.l2[TENSOR_IFMAP].write);
    EXPECT_DOUBLE_EQ(2 * 8.219, c.l2[TENSOR_PSUM].write);
    struct layer_result r;
    std::memset(&r, 0, sizeof(r));
    r.counts.access[LEVEL_L2][TENSOR_IFMAP].reads = 7;
    r.counts.access[LEVEL_L2][TENSOR_IFMAP].writes = 3;
    struct layer_energy e;
    energy_of_layer(&c, &a, &r, 0, &e);
    EXPECT_DOUBLE_EQ(7 * 10.267 + 3 * 8.219, e.l2);
}

TEST_F(Energy, LeakageFlowsInEveryCycleOfEveryInstance)
{
    ASSERT_TRUE(load_text(ANY +
                          "leakage = { mac = 0.5; rf = 0.25; l1 = 3; l2 = "
                          "0.008434; };\n"))
        << messages();
    struct arch a = arch_of(16, 16); // 12 x 14 PEs
    struct layer_result r;
    struct layer_energy e;
    std::memset(&r, 0, sizeof(r));
    r.cycles = 1000;
    struct energy_costs c = costs(a);
    energy_of_layer(&c, &a, &r, 0, &e);
    EXPECT_DOUBLE_EQ(1000 * (168 * 0.75 + 0.008434), e.leakage);
    EXPECT_DOUBLE_EQ(e.leakage, e.total);
    a.has_l1 = true;
    a.l1_cluster_cols = 4; // 3 clusters of 4 columns and one of 2
    c = costs(a);
    energy_of_layer(&c, &a, &r, 0, &e);
    EXPECT_DOUBLE_EQ(1000 * (168 * 0.75 + 4 * 3 + 0.008434), e.leakage);
    r.is_model = true; // cycles are not known, but they are no fewer
    r.bounds_cycles[BOUND_dram] = 600;
    energy_of_layer(&c, &a, &r, 0, &e);
    EXPECT_DOUBLE_EQ(600 * (168 * 0.75 + 4 * 3 + 0.008434), e.leakage);
    EXPECT_TRUE(energy_part_applies(&c, &a, ENERGY_leakage));
    load("45nm");
    c = costs(a);
    EXPECT_FALSE(energy_part_applies(&c, &a, ENERGY_leakage));
    auto leakage = [this](const std::string &text) {
        return error_of(ANY + "leakage = " + text + ";\n");
    };
    EXPECT_EQ(":7: error: 'leakage' is a whole number; a group { ... } is "
              "needed",
              leakage("3"));
    EXPECT_EQ(":7: error: unknown key 'l3' in 'leakage'; the nearest is 'l1'",
              leakage("{ l3 = 1; }"));
    EXPECT_EQ(":7: error: 'l2' of 'leakage' is no number from 0 to 1e+15",
              leakage("{ l2 = -1; }"));
}

TEST_F(Energy, SizesAreWrittenAsTheFormatAsks)
{
    auto with = [this](const std::string &line) {
        return error_of(std::string(ANY_TABLE) + ANY_MAC + ANY_SRAM + line);
    };
    EXPECT_EQ(":7: error: 'l2' has 'read' without 'write'; both are needed",
              with("l2 = { bits = 8; read = 1; source = \"s\"; };\n"));
    EXPECT_EQ(":7: error: 'l2' has 'read' and 'write' and another figure; one "
              "of 'energy' and 'per_mac' is needed",
              with("l2 = { bits = 8; read = 1; write = 1; energy = 2; "
                   "source = \"s\"; };\n"));
    EXPECT_EQ(":1: error: 'wire' is given without 'sram_area'; buffers above "
              "the last entry of 'sram' need both",
              with("wire = { energy = 1; source = \"s\"; };\n"));
    EXPECT_EQ(":7: error: 'sram_area' has no um2_per_byte; 'um2_per_byte' is "
              "needed",
              with("sram_area = { source = \"s\"; };\n"
                   "wire = { energy = 1; source = \"s\"; };\n"));
    EXPECT_EQ(":7: error: 'node_nm' is 0; 1 to 10000 is possible",
              with("node_nm = 0;\n"));
    std::string text = ANY;
    const size_t at = text.find("rf = {");
    const size_t end = text.find('\n', at);
    auto rf = [&](const std::string &entries) {
        return error_of(
            std::string(text).replace(at, end - at, "rf = (" + entries + ");"));
    };
    EXPECT_EQ(":2: error: 'rf' has two entries for the same words; one is "
              "needed",
              rf("{ words = 4; bits = 8; energy = 1; source = \"s\"; },"
                 "{ words = 4; bits = 9; energy = 1; source = \"s\"; }"));
    EXPECT_EQ(":2: error: 'rf' has 'words' in some entries; in all or in none "
              "is needed",
              rf("{ words = 4; bits = 8; energy = 1; source = \"s\"; },"
                 "{ bits = 9; energy = 1; source = \"s\"; }"));
    EXPECT_EQ(":2: error: 'rf' lacks 'bits'; a whole number is needed",
              rf("{ words = 4; per_mac = 1; source = \"s\"; }"));
}

// The dearer of a read and a write of the tensor, all levels, in one list.
std::vector<double> prices(const struct energy_costs &c, int t)
{
    std::vector<double> all;
    for (const struct energy_cost *cost : {c.rf, c.l1, c.l2})
        for (double each : {cost[t].energy, cost[t].write})
            all.push_back(each);
    return all;
}

// With each of `less` at most by this share above `more`.
void expect_not_less(const std::vector<double> &less,
                     const std::vector<double> &more, double share,
                     const char *what, int machine)
{
    for (size_t k = 0; k < less.size(); k++)
        EXPECT_GE(more[k], less[k] * (1 - share) * (1 - 1e-12))
            << what << ", machine " << machine << ", price " << k;
}

TEST_F(Energy, LargerMemoriesAndWiderWordsCostNoLessOn2000RandomMachines)
{
    std::mt19937_64 random(20);
    auto upto = [&](uint64_t n) { return random() % n; };
    for (const char *name : PICOJOULE_TABLES) {
        load(name);
        for (int machine = 0; machine < 2000; machine++) {
            struct arch a = arch_of(1 + (int)upto(32), 1 + (int)upto(64));
            a.has_l1 = true;
            a.l1_bytes = 1 + upto((uint64_t)1 << (1 + upto(24)));
            a.l2_bytes = 1 + upto((uint64_t)1 << (1 + upto(40)));
            a.clock_hz = 1000000000;
            a.l1_banks = 1 << upto(5);
            a.l1_bank_row_words = 1 << upto(4);
            a.l2_banks = 1 << upto(7);
            a.l2_bank_row_words = 1 << upto(5);
            for (int t = 0; t < TENSOR_N; t++)
                a.rf_words[t] = 1 + (int)upto(ARCH_RF_WORDS_MAX);
            const struct energy_costs c = costs(a);
            struct arch larger = a;
            larger.l1_bytes += 1 + upto(larger.l1_bytes);
            larger.l2_bytes += 1 + upto(larger.l2_bytes);
            for (int t = 0; t < TENSOR_N; t++)
                larger.rf_words[t] += 1 + (int)upto(64);
            const struct energy_costs of_larger = costs(larger);
            struct arch wider = a;
            const int t = (int)upto(TENSOR_N);
            wider.precision_bits[t] += 1 + (int)upto(8);
            for (int k = 0; k < TENSOR_N; k++)
                expect_not_less(prices(c, k), prices(of_larger, k), 0, "larger",
                                machine);
            expect_not_less(prices(c, t), prices(costs(wider), t), 0.05,
                            "wider", machine);
        }
    }
}

TEST_F(Energy, NoShippedMachinePaysMoreForABitOnChipThanInItsDram)
{
    const char *dir = std::getenv("srcdir");
    ASSERT_NE(nullptr, dir);
    int machines = 0;
    for (const auto &file :
         std::filesystem::directory_iterator(std::string(dir) + "/configs")) {
        if (file.path().extension() != ".cfg")
            continue;
        struct config *cfg = config_load(file.path().c_str(), nullptr, 0, d_);
        ASSERT_NE(nullptr, cfg) << messages();
        const struct arch *a = config_arch(cfg);
        for (const char *name : PICOJOULE_TABLES) {
            load(name);
            const struct energy_costs c = costs(*a);
            struct energy_inversion found;
            EXPECT_FALSE(energy_levels_invert(&c, a, &found))
                << a->name << ", " << name << ": " << found.inner << " "
                << found.inner_each << ", " << found.outer << " "
                << found.outer_each;
            for (int t = 0; t < TENSOR_N; t++) {
                const double bits = a->precision_bits[t];
                EXPECT_LE(c.noc_hop[t].energy / bits, c.dram_bit.energy);
                for (double each : prices(c, t))
                    EXPECT_LE(each / bits, c.dram_bit.energy) << a->name;
            }
        }
        config_free(cfg);
        machines++;
    }
    EXPECT_GE(machines, 13);
}

TEST_F(Energy, AnInvertedPairOfLevelsIsFoundFromTheOutside)
{
    ASSERT_TRUE(load_text(
        std::string(ANY_TABLE) + ANY_MAC +
        "l1 = { energy = 3; bits = 16; source = \"s\"; };\n"
        "l2 = { read = 5; write = 17; bits = 16; source = \"s\"; };\n"))
        << messages();
    struct arch a = arch_of(16, 16);
    struct energy_inversion found;
    struct energy_costs c = costs(a); // a DRAM bit costs 1/8
    ASSERT_TRUE(energy_levels_invert(&c, &a, &found));
    EXPECT_STREQ("l2", found.inner);
    EXPECT_STREQ("dram", found.outer);
    EXPECT_DOUBLE_EQ(17.0 / 16, found.inner_each);
    EXPECT_DOUBLE_EQ(1.0 / 8, found.outer_each);
    load("45nm");
    a.l2_bytes = 64; // a buffer smaller than the register files
    a.rf_words[TENSOR_PSUM] = 4096;
    c = costs(a);
    ASSERT_TRUE(energy_levels_invert(&c, &a, &found));
    EXPECT_STREQ("rf", found.inner);
    EXPECT_STREQ("l2", found.outer);
    a.l2_bytes = 32 * KIB;
    c = costs(a);
    EXPECT_FALSE(energy_levels_invert(&c, &a, &found));
}

} // namespace
