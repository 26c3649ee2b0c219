// energy_test.cpp - the shipped tables' numbers, the rules between entries,
// and each message of a broken table.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <string>

#include "test/energy/energy_fixture.h"

namespace
{

TEST_F(Energy, A45nmMacOf16BitsIsAnInterpolatedMultiplyAndAGivenAdd)
{
    load("45nm");
    EXPECT_STREQ("45nm", energy_name(table_));
    EXPECT_STREQ("pJ", energy_unit(table_));
    struct energy_costs c = costs(arch_of(16, 16));
    // sqrt(0.2 x 3.1) = 0.787, for 16 lies half way between 8 and 32.
    EXPECT_NEAR(std::sqrt(0.2 * 3.1) + 0.05, c.mac.energy, 1e-12);
    EXPECT_NEAR(0.79, c.mac.energy - 0.05, 0.005);
    EXPECT_EQ(ENERGY_INTERPOLATED, c.mac.origin);
}

TEST_F(Energy, A45nmMacOf8BitsWith32BitPsumsIsInTheTable)
{
    load("45nm");
    struct energy_costs c = costs(arch_of(8, 32));
    EXPECT_NEAR(0.2 + 0.1, c.mac.energy, 1e-12);
    EXPECT_EQ(ENERGY_GIVEN, c.mac.origin);
}

TEST_F(Energy, TheWiderOperandDecidesTheMultiply)
{
    load("45nm");
    struct arch a = arch_of(8, 32);
    a.precision_bits[TENSOR_FILTER] = 32;
    EXPECT_NEAR(3.1 + 0.1, costs(a).mac.energy, 1e-12);
}

TEST_F(Energy, WidthsBeyondTheEntriesLieOnTheEndSegmentsLine)
{
    load("45nm");
    struct energy_costs c = costs(arch_of(64, 8));
    // From 8 to 32 bits the multiply grows 15.5-fold, so from 32 to 64 bits
    // by the root of that.
    EXPECT_NEAR(3.1 * std::sqrt(15.5) + 0.03, c.mac.energy, 1e-9);
    EXPECT_EQ(ENERGY_EXTRAPOLATED, c.mac.origin);
    c = costs(arch_of(4, 8));
    EXPECT_NEAR(0.2 / std::sqrt(15.5) + 0.03, c.mac.energy, 1e-9);
}

TEST_F(Energy, A45nmSramIsReadOffItsPointsAndBetweenThemOnALogLogLine)
{
    load("45nm");
    struct arch a = arch_of(32, 32);
    a.l2_bytes = 8 * KIB;
    EXPECT_DOUBLE_EQ(5, costs(a).l2[TENSOR_IFMAP].energy);
    EXPECT_EQ(ENERGY_GIVEN, costs(a).l2[TENSOR_IFMAP].origin);
    a.l2_bytes = 32 * KIB;
    EXPECT_DOUBLE_EQ(10, costs(a).l2[TENSOR_IFMAP].energy);
    a.l2_bytes = 1024 * KIB;
    EXPECT_DOUBLE_EQ(100, costs(a).l2[TENSOR_IFMAP].energy);
    a.l2_bytes = 16 * KIB; // half way from 8 to 32 KB: sqrt(5 x 10)
    EXPECT_NEAR(std::sqrt(50), costs(a).l2[TENSOR_IFMAP].energy, 1e-12);
    EXPECT_EQ(ENERGY_INTERPOLATED, costs(a).l2[TENSOR_IFMAP].origin);
    a.l2_bytes = 2 * KIB; // 8 KB to 2 KB as 32 KB to 8 KB
    EXPECT_NEAR(2.5, costs(a).l2[TENSOR_IFMAP].energy, 1e-12);
}

TEST_F(Energy, MovingBitsCostsInProportionToTheirNumber)
{
    load("45nm");
    struct arch a = arch_of(8, 32);
    a.l2_bytes = 32 * KIB;
    struct energy_costs c = costs(a);
    EXPECT_DOUBLE_EQ(10.0 / 4, c.l2[TENSOR_IFMAP].energy);
    EXPECT_DOUBLE_EQ(10, c.l2[TENSOR_PSUM].energy);
    EXPECT_EQ(ENERGY_SCALED, c.l2[TENSOR_IFMAP].origin);
    EXPECT_EQ(ENERGY_GIVEN, c.l2[TENSOR_PSUM].origin);
    EXPECT_DOUBLE_EQ(160, c.dram[TENSOR_FILTER].energy);
    EXPECT_DOUBLE_EQ(640, c.dram[TENSOR_PSUM].energy);
    EXPECT_DOUBLE_EQ(20, c.dram_bit.energy);
}

TEST_F(Energy, ARatioWithoutAWidthIsToTheMachinesMacForAnOperandsWord)
{
    ASSERT_TRUE(load_text(ANY)) << messages();
    struct energy_costs c = costs(arch_of(8, 32));
    // A psum here is four operands' words.
    EXPECT_DOUBLE_EQ(c.mac.energy, c.rf[TENSOR_IFMAP].energy);
    EXPECT_DOUBLE_EQ(4 * c.mac.energy, c.rf[TENSOR_PSUM].energy);
    EXPECT_DOUBLE_EQ(2 * c.mac.energy, c.noc_hop[TENSOR_FILTER].energy);
    EXPECT_EQ(ENERGY_RATIO, c.rf[TENSOR_IFMAP].origin);
}

TEST_F(Energy, TheRoughTableGivesHalfOfTheFineOnePerBitAtOneMegabyte)
{
    struct arch a = arch_of(32, 32);
    a.l2_bytes = 1024 * KIB;
    load("45nm");
    double fine = costs(a).l2[TENSOR_IFMAP].energy;
    load("45nm_rough");
    EXPECT_DOUBLE_EQ(fine / 2, costs(a).l2[TENSOR_IFMAP].energy);
    EXPECT_NEAR(std::sqrt(0.2 * 3) + std::sqrt(0.03 * 0.1),
                costs(arch_of(16, 16)).mac.energy, 1e-12);
    EXPECT_DOUBLE_EQ(1300.0 / 4, costs(arch_of(16, 16)).dram[0].energy);
}

TEST_F(Energy, TheNormalizedTableIsThePublishedRatios)
{
    load("eyeriss_normalized");
    EXPECT_STREQ("MAC", energy_unit(table_));
    struct arch a = arch_of(16, 16);
    a.has_l1 = true;
    a.l1_bytes = 512;
    struct energy_costs c = costs(a);
    for (int t = 0; t < TENSOR_N; t++) {
        EXPECT_DOUBLE_EQ(1, c.rf[t].energy);
        EXPECT_DOUBLE_EQ(2, c.noc_hop[t].energy);
        EXPECT_DOUBLE_EQ(1, c.l1[t].energy);
        EXPECT_DOUBLE_EQ(6, c.l2[t].energy);
        EXPECT_DOUBLE_EQ(200, c.dram[t].energy);
    }
    EXPECT_DOUBLE_EQ(1, c.mac.energy);
    a.l1_bytes = 100 * KIB;
    EXPECT_DOUBLE_EQ(6, costs(a).l1[TENSOR_IFMAP].energy);
}

// One ifmap value with reuse a=1, b=2, c=3, d=4: 1 DRAM access, 2 of the
// buffer, 6 in the array, 24 of the register file cost 248 MACs (Chen, Emer,
// Sze, IEEE Micro Top Picks 2017).
TEST_F(Energy, ThePublishedWorkedExampleCosts248)
{
    load("eyeriss_normalized");
    struct arch a = arch_of(16, 16);
    struct energy_costs c = costs(a);
    struct layer_result r;
    std::memset(&r, 0, sizeof(r));
    r.counts.access[LEVEL_DRAM][TENSOR_IFMAP].reads = 1;
    r.counts.access[LEVEL_L2][TENSOR_IFMAP].reads = 2;
    r.counts.link[LINK_ifmap].hops = 6;
    r.counts.access[LEVEL_RF][TENSOR_IFMAP].reads = 24;
    struct layer_energy e;
    energy_of_layer(&c, &a, &r, 0, &e);
    EXPECT_DOUBLE_EQ(200, e.dram);
    EXPECT_DOUBLE_EQ(12, e.l2);
    EXPECT_DOUBLE_EQ(12, e.noc);
    EXPECT_DOUBLE_EQ(24, e.rf);
    EXPECT_DOUBLE_EQ(248, e.total);
}

TEST_F(Energy, EachLinkCarriesWordsOfItsOwnTensor)
{
    load("45nm");
    struct arch a = arch_of(8, 32);
    a.precision_bits[TENSOR_FILTER] = 4;
    struct energy_costs c = costs(a);
    const double bits[LINK_N] = {4, 8, 32, 32, 32, 4, 8};
    for (int i = 0; i < LINK_N; i++) {
        struct layer_result r;
        std::memset(&r, 0, sizeof(r));
        r.counts.link[i].hops = 10;
        r.counts.link[i].words_sent = 1000;
        struct layer_energy e;
        energy_of_layer(&c, &a, &r, 0, &e);
        EXPECT_DOUBLE_EQ(10 * c.noc_hop[TENSOR_IFMAP].energy * bits[i] / 8,
                         e.noc)
            << link_name[i];
    }
}

TEST_F(Energy, AGatedMacCostsNeitherMacNorFilterRead)
{
    load("eyeriss_normalized");
    struct arch a = arch_of(16, 16);
    struct energy_costs c = costs(a);
    struct layer_result r;
    std::memset(&r, 0, sizeof(r));
    r.counts.macs = 100;
    r.counts.access[LEVEL_RF][TENSOR_FILTER].reads = 100;
    r.counts.access[LEVEL_RF][TENSOR_IFMAP].reads = 100;
    r.gated_macs = 30;
    r.gated_rf_filter_reads = 25;
    struct layer_energy e;
    energy_of_layer(&c, &a, &r, 0, &e); // this machine can't gate
    EXPECT_DOUBLE_EQ(100, e.mac);
    EXPECT_DOUBLE_EQ(200, e.rf);
    a.zero_gating = true;
    energy_of_layer(&c, &a, &r, 0, &e);
    EXPECT_DOUBLE_EQ(70, e.mac);
    EXPECT_DOUBLE_EQ(175, e.rf);
    r.gated_macs = 101;
    EXPECT_DEATH(energy_of_layer(&c, &a, &r, 0, &e), "gated_macs");
}

TEST_F(Energy, ADramPartIsPaidPerBurstTheOthersPerWord)
{
    load("45nm");
    struct arch a = arch_of(16, 16);
    struct energy_costs c = costs(a);
    struct layer_result r;
    std::memset(&r, 0, sizeof(r));
    r.counts.access[LEVEL_DRAM][TENSOR_IFMAP].reads = 10;
    r.counts.access[LEVEL_DRAM][TENSOR_PSUM].writes = 20;
    r.counts.dram_bursts = 3;
    struct layer_energy e;
    for (int burst_bytes = 0; burst_bytes <= 1; burst_bytes++) {
        energy_of_layer(&c, &a, &r, burst_bytes, &e);
        EXPECT_DOUBLE_EQ(30 * 320, e.dram);
    }
    energy_of_layer(&c, &a, &r, 64, &e);
    EXPECT_DOUBLE_EQ(3 * 64 * 8 * 20, e.dram);
    r.is_model = true; // which counts bursts too
    energy_of_layer(&c, &a, &r, 64, &e);
    EXPECT_DOUBLE_EQ(3 * 64 * 8 * 20, e.dram);
}

void set_types(struct arch *a, enum number_type operands,
               enum number_type psums)
{
    a->precision_type[TENSOR_IFMAP] = operands;
    a->precision_type[TENSOR_FILTER] = operands;
    a->precision_type[TENSOR_PSUM] = psums;
}

TEST_F(Energy, FloatsCostTheLecturesFMultAndFAdd)
{
    load("45nm");
    struct arch a = arch_of(16, 32);
    const struct energy_costs of_int = costs(a);
    set_types(&a, NUMBER_FP, NUMBER_FP);
    EXPECT_DOUBLE_EQ(1.1 + 0.9, costs(a).mac.energy);
    EXPECT_EQ(ENERGY_GIVEN, costs(a).mac.origin);
    set_types(&a, NUMBER_BF, NUMBER_FP);
    EXPECT_NEAR(1.1 * 64 / 121 + 0.9, costs(a).mac.energy, 1e-12);
    set_types(&a, NUMBER_FP, NUMBER_FP);
    a.precision_bits[TENSOR_IFMAP] = a.precision_bits[TENSOR_FILTER] = 32;
    EXPECT_DOUBLE_EQ(3.7 + 0.9, costs(a).mac.energy);
    // A ratio to a MAC is to one of whole numbers, whatever the machine's.
    a.precision_bits[TENSOR_IFMAP] = a.precision_bits[TENSOR_FILTER] = 16;
    EXPECT_EQ(of_int.noc_hop[0].energy, costs(a).noc_hop[0].energy);
    EXPECT_EQ(of_int.rf[TENSOR_PSUM].energy, costs(a).rf[TENSOR_PSUM].energy);
}

// What the data sheets' currents make of a bit, a row of all devices and a
// device's standby, worked out apart from the model with tCK rounded as the
// sheets have it: pJ, pJ, mW with refresh.
TEST_F(Energy, ADramPartIsPaidByItsCurrentsWhereTheTableSaysWhatItsBusTakes)
{
    const struct {
        const char *name;
        double read_bit, write_bit, device_row, device_mw, io;
        int devices, burst_bits;
    } parts[] = {
        {"ddr4_2400", 5.727, 4.98, 431.27, 51.6 + 11.146, 11.8, 8, 512},
        {"lpddr4_2400", 6.1005, 5.6336, 1739.0, 56.4 + 12.656, 3.2, 4, 1024},
        {"hbm2", 1.5703, 2.0859, 828.0, 66.0 + 15.6, 0.8, 1, 512},
    };
    for (const auto &p : parts) {
        SCOPED_TRACE(p.name);
        load("45nm_components");
        struct arch a = arch_of(16, 16);
        std::snprintf(a.dram_model, sizeof(a.dram_model), "%s", p.name);
        a.clock_hz = 500000000; // a mW is 2 pJ a cycle
        const struct energy_costs c = costs(a);
        ASSERT_TRUE(c.part.is_of_currents);
        EXPECT_NEAR(p.read_bit + p.io, c.part.read_burst / p.burst_bits, 0.05);
        EXPECT_NEAR(p.write_bit + p.io, c.part.write_burst / p.burst_bits,
                    0.05);
        EXPECT_NEAR(p.device_row * p.devices, c.part.activate,
                    0.01 * c.part.activate);
        EXPECT_NEAR(2 * p.device_mw * p.devices, c.part.cycle,
                    0.01 * c.part.cycle);
        a.dram_channels = 2;
        EXPECT_DOUBLE_EQ(2 * c.part.cycle, costs(a).part.cycle);
    }
}

TEST_F(Energy, AModelOfADramPartOpensAsFewRowsAsItsBurstsFill)
{
    struct energy_dram part = {true, 10, 30, 100, 0.5, 16, 512};
    struct counts counts;
    std::memset(&counts, 0, sizeof(counts));
    counts.dram_bursts = 33;
    counts.dram_write_bursts = 3;
    counts.dram_activates = 7;
    EXPECT_DOUBLE_EQ(30 * 10 + 3 * 30 + 7 * 100 + 40 * 0.5,
                     energy_dram_of(&part, &counts, false, 40));
    EXPECT_DOUBLE_EQ(30 * 10 + 3 * 30 + 3 * 100 + 40 * 0.5,
                     energy_dram_of(&part, &counts, true, 40));
}

TEST_F(Energy, WithoutCurrentsOrABusPriceAPartIsPaidByTheBit)
{
    load("45nm");
    struct arch a = arch_of(16, 16);
    std::snprintf(a.dram_model, sizeof(a.dram_model), "ddr4_2400");
    EXPECT_FALSE(costs(a).part.is_of_currents); // the table has no dram_io
    load("45nm_components");
    std::snprintf(a.dram_model, sizeof(a.dram_model), "bandwidth");
    EXPECT_FALSE(costs(a).part.is_of_currents);
}

TEST_F(Energy, CompressedWordsArePaidByTheBitsThatCrossTheLink)
{
    load("45nm");
    struct arch a = arch_of(16, 16);
    struct energy_costs c = costs(a);
    struct layer_result r;
    std::memset(&r, 0, sizeof(r));
    r.counts.access[LEVEL_DRAM][TENSOR_IFMAP].reads = 10;
    r.counts.access[LEVEL_DRAM][TENSOR_FILTER].reads = 7;
    r.counts.dram_compressed[TENSOR_IFMAP].words = 6;
    r.counts.dram_compressed[TENSOR_IFMAP].bytes = 8; // of 12
    struct layer_energy e;
    energy_of_layer(&c, &a, &r, 0, &e);
    EXPECT_DOUBLE_EQ((4 + 4 + 7) * 320, e.dram);
}

TEST_F(Energy, PartsAddUpToTheTotalAlsoOverLayers)
{
    load("45nm");
    struct arch a = arch_of(16, 16);
    a.has_l1 = true;
    a.l1_bytes = 4 * KIB;
    struct energy_costs c = costs(a);
    struct layer_result r;
    std::memset(&r, 0, sizeof(r));
    r.counts.macs = 895795200;
    for (int level = 0; level < LEVEL_N; level++)
        for (int t = 0; t < TENSOR_N; t++) {
            r.counts.access[level][t].reads = 12345678901 / (level + 1) + t;
            r.counts.access[level][t].writes = 3456789;
        }
    r.counts.link[LINK_psum_link].hops = 987654321;
    struct layer_energy e, sum;
    energy_of_layer(&c, &a, &r, 0, &e);
    std::memset(&sum, 0, sizeof(sum));
    for (int i = 0; i < 1000; i++)
        energy_add(&sum, &e);
    for (const struct layer_energy *each : {&e, &sum}) {
        double parts = 0;
        for (int i = 0; i < ENERGY_N; i++) {
            double part = energy_part_of(each, (enum energy_part)i);
            EXPECT_EQ(part > 0, i != ENERGY_leakage && i != ENERGY_clock)
                << energy_part_name[i];
            parts += part;
        }
        EXPECT_NEAR(parts, each->total, 1e-9 * parts);
    }
    EXPECT_NEAR(1000 * e.total, sum.total, 1e-9 * sum.total);
}

TEST_F(Energy, AMachineWithoutL1PaysNothingForIt)
{
    load("45nm");
    struct arch a = arch_of(16, 16);
    struct energy_costs c = costs(a);
    EXPECT_EQ(0, c.l1[TENSOR_IFMAP].energy);
}

TEST_F(Energy, ATableWithOneSramPointCostsThatAtEveryCapacity)
{
    ASSERT_TRUE(load_text(ANY)) << messages();
    EXPECT_DOUBLE_EQ(2, costs(arch_of(16, 16)).l2[0].energy);
    EXPECT_EQ(ENERGY_EXTRAPOLATED, costs(arch_of(16, 16)).l2[0].origin);
}

TEST_F(Energy, AnEntryForTheWordsWidthGoesBeforeScaling)
{
    ASSERT_TRUE(load_text(
        std::string(ANY_TABLE) + ANY_MAC +
        "sram = ({ bytes = 64; bits = 8; energy = 1; source = \"s\"; },"
        "        { bytes = 64; bits = 16; energy = 7; source = \"s\"; });\n"))
        << messages();
    struct arch a = arch_of(16, 32);
    a.l2_bytes = 64;
    EXPECT_DOUBLE_EQ(7, costs(a).l2[TENSOR_IFMAP].energy);
    EXPECT_DOUBLE_EQ(4, costs(a).l2[TENSOR_PSUM].energy);
}

TEST_F(Energy, ATableOfItsOwnL1AndL2NeedsNoSram)
{
    ASSERT_TRUE(load_text(std::string(ANY_TABLE) + ANY_MAC +
                          "l1 = { energy = 3; bits = 16; source = \"s\"; };\n"
                          "l2 = { energy = 5; bits = 16; source = \"s\"; };\n"))
        << messages();
    struct arch a = arch_of(16, 16);
    a.has_l1 = true;
    EXPECT_DOUBLE_EQ(3, costs(a).l1[0].energy);
    EXPECT_DOUBLE_EQ(5, costs(a).l2[0].energy);
}

TEST_F(Energy, AnUnknownTableIsAnError)
{
    EXPECT_EQ(nullptr, energy_load("no_such_table", src_pos{"a.cfg", 7}, d_));
    EXPECT_EQ(1, diag_count(d_));
    EXPECT_EQ(0u, messages().find("a.cfg:7: error: there is no energy table "
                                  "'no_such_table'; looked in "));
}

TEST_F(Energy, AnUnknownKeyNamesTheNearestKnownOne)
{
    EXPECT_EQ(":7: error: unknown key 'drma'; the nearest known is 'dram'",
              error_of(ANY + "drma = 1;\n"));
    EXPECT_EQ(":5: error: unknown key 'energi'; the nearest known is 'energy'",
              error_of(std::string(ANY_TABLE) +
                       "mac = { energy = 1; energi = 1; source = \"s\"; };\n" +
                       ANY_SRAM));
}

TEST_F(Energy, ATableWithoutNameUnitOrSourceIsAnError)
{
    std::string text = ANY;
    text.replace(text.find("source = \"s\";"), 13, "");
    EXPECT_EQ(":1: error: the energy table lacks 'source'; a string is needed",
              error_of(text));
    text = ANY;
    text.replace(text.find("\"t\""), 3, "\"\"");
    EXPECT_EQ(":1: error: 'name' is empty; a string that is not empty is "
              "needed",
              error_of(text));
    text = ANY;
    text.replace(text.find("\"pJ\""), 4, "12");
    EXPECT_EQ(":1: error: 'unit' is a whole number; a string that is not empty "
              "is needed",
              error_of(text));
    text = ANY;
    text.replace(text.find("\"pJ\""), 4, "\"eV\"");
    EXPECT_EQ(":1: error: 'unit' is 'eV'; 'pJ' or 'MAC' is needed",
              error_of(text));
}

TEST_F(Energy, AnEntryWithoutItsSourceIsAnError)
{
    EXPECT_EQ(":5: error: 'mac' lacks 'source'; a string is needed",
              error_of(std::string(ANY_TABLE) + "mac = { energy = 1; };\n" +
                       ANY_SRAM));
}

TEST_F(Energy, EnergiesAreNumbersFromZeroOn)
{
    auto mac = [this](const std::string &energy) {
        return error_of(std::string(ANY_TABLE) + "mac = { energy = " + energy +
                        "; source = \"s\"; };\n" + ANY_SRAM);
    };
    EXPECT_EQ(":5: error: 'energy' is -0.5; 0 to 1e+15 is possible",
              mac("-0.5"));
    EXPECT_EQ(":5: error: 'energy' is 1e+16; 0 to 1e+15 is possible",
              mac("1e16"));
    EXPECT_EQ(":5: error: 'energy' is a string; a number is needed",
              mac("\"1\""));
    EXPECT_EQ(":6: error: 'energy' is 0 on a log-log line; a number above 0 is "
              "needed",
              error_of(std::string(ANY_TABLE) + ANY_MAC +
                       "sram = { bytes = 64; bits = 8; energy = 0; source = "
                       "\"s\"; };\n"));
}

TEST_F(Energy, WidthsAndCapacitiesAreWholeNumbersFromOneOn)
{
    auto sram = [this](const std::string &members) {
        return error_of(std::string(ANY_TABLE) + ANY_MAC + "sram = { " +
                        members + " energy = 1; source = \"s\"; };\n");
    };
    EXPECT_EQ(":6: error: 'sram' lacks 'bits'; a whole number is needed",
              sram("bytes = 64;"));
    EXPECT_EQ(":6: error: 'sram' lacks 'bytes'; a whole number is needed",
              sram("bits = 8;"));
    EXPECT_EQ(":6: error: 'bits' is 0; 1 to 65536 is possible",
              sram("bytes = 64; bits = 0;"));
    EXPECT_EQ(":6: error: 'bytes' is -64; 1 to 1125899906842624 is possible",
              sram("bytes = -64; bits = 8;"));
    EXPECT_EQ(":6: error: 'bits' is a number with a fraction; a whole number "
              "from 1 to 65536 is needed",
              sram("bytes = 64; bits = 8.5;"));
}

TEST_F(Energy, AnEntryHasAnEnergyOrARatioAndNotBoth)
{
    auto l2 = [this](const std::string &members) {
        return error_of(ANY + "l2 = { " + members + " source = \"s\"; };\n");
    };
    EXPECT_EQ(":7: error: 'l2' has no energy; one of 'energy' and 'per_mac' is "
              "needed",
              l2("bits = 8;"));
    EXPECT_EQ(":7: error: 'l2' has both 'energy' and 'per_mac'; one of "
              "'energy' and 'per_mac' is needed",
              l2("energy = 1; per_mac = 1;"));
    EXPECT_EQ(":7: error: 'l2' has both 'per_mac' and 'bits'; a ratio is for a "
              "word as wide as a MAC's operand, without 'bits'",
              l2("bits = 8; per_mac = 1;"));
    EXPECT_EQ(":5: error: 'mac' has no energy; 'energy' is needed",
              error_of(std::string(ANY_TABLE) + "mac = { source = \"s\"; };\n" +
                       ANY_SRAM));
}

TEST_F(Energy, ListsHoldGroupsOfOneKindOncePerWidth)
{
    EXPECT_EQ(":7: error: 'l2' holds a whole number; groups { ... } are needed",
              error_of(ANY + "l2 = ( 6 );\n"));
    EXPECT_EQ(":7: error: 'l2' is empty; at least 1 is needed",
              error_of(ANY + "l2 = ( );\n"));
    EXPECT_EQ(":7: error: 'l2' mixes 'energy' and 'per_mac'; one of them is "
              "needed throughout",
              error_of(ANY +
                       "l2 = ( { energy = 1; bits = 8; source = \"s\"; }, { "
                       "per_mac = 1; source = \"s\"; } );\n"));
    EXPECT_EQ(":7: error: 'l2' has two entries for the same bits; one is "
              "needed",
              error_of(ANY +
                       "l2 = ( { energy = 1; bits = 8; source = \"s\"; }, { "
                       "energy = 2; bits = 8; source = \"s\"; } );\n"));
    EXPECT_EQ(":5: error: 'mac' has 2 entries; up to 1 are possible",
              error_of(std::string(ANY_TABLE) +
                       "mac = ( { energy = 1; source = \"s\"; }, { energy = 1; "
                       "source = \"s\"; } );\n" +
                       ANY_SRAM));
    EXPECT_EQ(":5: error: 'int_multiply' has 1 width; at least 2 are needed, "
              "for the others to be interpolated",
              error_of(std::string(ANY_TABLE) +
                       "int_multiply = { bits = 8; energy = 1; source = "
                       "\"s\"; };\n" +
                       "int_add = ( { bits = 8; energy = 1; source = \"s\"; }, "
                       "{ bits = 9; energy = 1; source = \"s\"; } );\n" +
                       ANY_SRAM));
}

TEST_F(Energy, MissingAndDoubledPartsAreErrors)
{
    EXPECT_EQ(":1: error: the energy of a MAC is given in part or not at all; "
              "either 'mac', or 'int_multiply' and 'int_add' are needed",
              error_of(std::string(ANY_TABLE) + ANY_SRAM));
    EXPECT_EQ(":1: error: the energy of a MAC is given twice; either 'mac', or "
              "'int_multiply' and 'int_add' are needed",
              error_of(ANY +
                       "int_add = ( { bits = 8; energy = 1; source = \"s\"; }, "
                       "{ bits = 9; energy = 1; source = \"s\"; } );\n"));
    EXPECT_EQ(":1: error: 'sram' is missing; without it both 'l1' and 'l2' are "
              "needed",
              error_of(std::string(ANY_TABLE) + ANY_MAC));
    std::string text = ANY;
    text.replace(text.find("rf = {"), 2, "l1");
    EXPECT_EQ(":1: error: 'rf' is missing; an energy table needs it",
              error_of(text));
}

TEST_F(Energy, AllErrorsOfATableAreReportedAtOnce)
{
    EXPECT_FALSE(load_text("nmae = \"t\";\nunit = 5;\ndram = 3;\n"));
    EXPECT_GE(diag_count(d_), 6) << messages();
}

} // namespace
