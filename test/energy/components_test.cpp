// components_test.cpp - the tables of components: SRAM against rows of the
// memory compiler that no fit has seen, figures worked out by hand, clock and
// leakage, and each message of a broken grid.
// SPDX-License-Identifier: MIT
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <vector>

#include "sim/energy/energy_area.h"
#include "sim/energy/energy_table.h"
#include "test/energy/energy_fixture.h"

namespace
{

struct cacti_row {
    std::string series, kind;
    int node, banks, bytes, bits;
    double figure[SRAM_FIGURE_N];
    bool kept_out;
};

std::vector<cacti_row> cacti_rows()
{
    std::vector<cacti_row> rows;
    std::ifstream file(std::string(std::getenv("srcdir")) +
                       "/configs/validation/sram_cacti.csv");
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
        std::stringstream words(line);
        std::string word;
        std::vector<std::string> cell;
        while (std::getline(words, word, ','))
            cell.push_back(word);
        EXPECT_EQ(12u, cell.size()) << line;
        cacti_row r = {};
        r.series = cell[0];
        r.kind = r.series == "C" ? cell[3] : cell[2];
        r.node = std::stoi(cell[1]);
        r.banks = std::stoi(cell[4]);
        r.bytes = std::stoi(cell[5]);
        r.bits = std::stoi(cell[6]);
        for (int f = 0; f < SRAM_FIGURE_N; f++)
            r.figure[f] = std::stod(cell[7 + (size_t)f]);
        r.kept_out = cell[11] == "yes";
        rows.push_back(r);
    }
    return rows;
}

TEST_F(Energy, SramIsWithin15PercentOfRowsThatNoFitHasSeen)
{
    double sum = 0, worst = 0;
    std::map<std::string, int> seen;
    int n = 0;
    for (const cacti_row &r : cacti_rows()) {
        if (!r.kept_out)
            continue;
        const std::string name = std::to_string(r.node) + "nm_components";
        if (table_ == nullptr || name != energy_name(table_))
            load(name.c_str());
        for (sram_figure figure : {SRAM_READ, SRAM_WRITE}) {
            const double said = sram_grid_compiled(
                table_->grid, figure, r.bytes, r.bits, r.banks, r.kind.c_str());
            const double error = std::fabs(said / r.figure[figure] - 1);
            EXPECT_LE(error, 0.6) << r.series << " " << r.node << " nm, "
                                  << r.bytes << " x " << r.bits;
            sum += error;
            worst = std::fmax(worst, error);
            n++;
        }
        seen[r.series]++;
    }
    std::printf("sample: %d figures kept out, %.1f %% mean, %.1f %% worst\n", n,
                100 * sum / n, 100 * worst);
    EXPECT_LE(sum / n, 0.15);
    EXPECT_EQ(400, n);
    EXPECT_EQ(5u, seen.size()); // A, B, C, D, G
}

TEST_F(Energy, AreaAndLeakageAreWithin25PercentOfRowsThatNoFitHasSeen)
{
    double sum[SRAM_FIGURE_N] = {};
    int n = 0;
    for (const cacti_row &r : cacti_rows()) {
        if (!r.kept_out || r.banks > 1)
            continue;
        load((std::to_string(r.node) + "nm_components").c_str());
        for (sram_figure figure : {SRAM_AREA_MM2, SRAM_LEAKAGE_MW})
            sum[figure] +=
                std::fabs(sram_grid_compiled(table_->grid, figure, r.bytes,
                                             r.bits, 1, r.kind.c_str()) /
                              r.figure[figure] -
                          1);
        n++;
    }
    EXPECT_LE(sum[SRAM_AREA_MM2] / n, 0.1);
    EXPECT_LE(sum[SRAM_LEAKAGE_MW] / n, 0.25);
}

// Accelergy's ISPASS 2020 examples at 45 nm, every word and address another.
TEST_F(Energy, RegisterFilesAreWithin12PercentOfThePublishedOnes)
{
    load("45nm_components");
    const struct {
        int words;
        double pj;
    } published[] = {{12, 0.23632}, {16, 0.25083}, {24, 0.253}, {24, 0.302}};
    double sum = 0;
    for (const auto &p : published) {
        struct arch a = arch_of(16, 16);
        a.clock_hz = 1000000000;
        a.rf_words[TENSOR_IFMAP] = p.words;
        sum += std::fabs(costs(a).rf[TENSOR_IFMAP].energy / p.pj - 1);
    }
    EXPECT_LE(sum / 4, 0.12);
}

TEST_F(Energy, ABankCostsWhatHorowitzPrintsWhereTheTableIsAnchoredThere)
{
    load("45nm_components");
    struct arch a = arch_of(16, 16);
    a.clock_hz = 1000000000;
    a.l2_banks = 1;
    a.l2_bank_row_words = 4; // 64 bits
    for (auto [kib, pj] :
         {std::pair<int, double>{8, 10}, {32, 20}, {1024, 100}}) {
        a.l2_bytes = (uint64_t)kib * KIB;
        EXPECT_NEAR(pj / 4, costs(a).l2[TENSOR_IFMAP].energy, 0.01 * pj / 4);
    }
    // From the first size of the grid to the last, nothing is guessed.
    for (double bytes : {table_->grid->bytes[0],
                         table_->grid->bytes[table_->grid->n_bytes - 1]}) {
        a.l2_bytes = (uint64_t)bytes;
        EXPECT_EQ(ENERGY_INTERPOLATED, costs(a).l2[TENSOR_IFMAP].origin);
    }
    a.l2_bytes = (uint64_t)table_->grid->bytes[0] - 8;
    EXPECT_EQ(ENERGY_EXTRAPOLATED, costs(a).l2[TENSOR_IFMAP].origin);
    // 16 of these banks, whose sides CACTI's 0.0279 mm2 gives: four words and
    // the address of 16,384 rows go 0.75 x 3 sides at 0.121 pJ.
    a.l2_bytes = 128 * KIB;
    a.l2_banks = 16;
    const double mm2 = sram_grid_look(table_->grid, SRAM_AREA_MM2, 8192, 64);
    EXPECT_NEAR(10 / 4.0 + 0.121 * (64 + 14) * 0.75 * 3 * std::sqrt(mm2) / 4,
                costs(a).l2[TENSOR_IFMAP].energy, 0.03);
    EXPECT_EQ(ENERGY_BANKED, costs(a).l2[TENSOR_IFMAP].origin);
    EXPECT_NE(costs(a).l2[TENSOR_IFMAP].energy,
              costs(a).l2[TENSOR_IFMAP].write);
}

// CACTI 7.0, 128 KB at 45 nm, 64 bits: 0.0033 mW of low standby power, 62 mW of
// high performance.
TEST_F(Energy, FastTransistorsLeakAsCactiHasIt)
{
    load("45nm_components");
    struct arch a = arch_of(16, 16);
    a.clock_hz = 1000000000; // a mW is a pJ a cycle
    a.l2_bytes = 128 * KIB;
    a.l2_banks = 1;
    const double low = costs(a).leakage_cycle;
    EXPECT_NEAR(0.0033, low, 0.05 * 0.0033);
    a.device = DEVICE_HP;
    EXPECT_NEAR(62, costs(a).leakage_cycle, 0.05 * 62);
    a.device = DEVICE_LOP;
    EXPECT_NEAR(890 * low, costs(a).leakage_cycle, 0.05 * 890 * low);
}

TEST_F(Energy, ClockAndLeakageFlowInEveryCycleOfEveryInstance)
{
    load("45nm_components");
    struct arch a = arch_of(16, 16); // 12 x 14 PEs
    a.clock_hz = 200000000;
    a.clocked_bits = 1208;
    EXPECT_NEAR(0.002099 * 1208 * 168, costs(a).clock_cycle, 1e-9);
    // A word of each register file, the pipeline, a psum, and state; 7 bits of
    // four controllers at each PE and row.
    a.clocked_bits = 0;
    a.rf_words[0] = a.rf_words[1] = a.rf_words[2] = 1;
    a.pipeline_cycles = 3;
    const double tags = 7 * 4 * (168 + 12);
    EXPECT_NEAR(0.002099 * ((3 * 16 + 3 * 32 + 16 + 60) * 168 + tags),
                costs(a).clock_cycle, 1e-9);
    // mW at 200 MHz are 5 pJ a cycle.
    const double mw = sram_grid_look(table_->grid, SRAM_LEAKAGE_MW, 110592, 64);
    EXPECT_NEAR(5 * mw, costs(a).leakage_cycle, 1e-9);
    a.rf_words[TENSOR_FILTER] = 256; // SRAM: no clock, and a leak in each PE
    EXPECT_NEAR(0.002099 * ((2 * 16 + 3 * 32 + 16 + 60) * 168 + tags),
                costs(a).clock_cycle, 1e-9);
    const double rf = sram_grid_look(table_->grid, SRAM_LEAKAGE_MW, 512, 64);
    EXPECT_NEAR(5 * (mw + 168 * rf), costs(a).leakage_cycle, 1e-9);
    // Two slots of each network: 16, 64, 64 and 64 bits.
    a.network[NETWORK_IFMAP].words_per_slot = 1;
    for (int k : {NETWORK_FILTER, NETWORK_PSUM_IN, NETWORK_PSUM_OUT})
        a.network[k].words_per_slot = 4;
    EXPECT_NEAR(0.002099 * ((2 * 16 + 3 * 32 + 16 + 60 + 416) * 168 + tags),
                costs(a).clock_cycle, 1e-9);
    // A systolic array's registers are its files, and the shadow words.
    a.array_network = NETWORK_SYSTOLIC;
    a.preload = PRELOAD_SHADOW;
    a.rf_words[TENSOR_FILTER] = 1;
    EXPECT_NEAR(0.002099 * 4 * 16 * 168, costs(a).clock_cycle, 1e-9);
}

// 12 rows of 14 PEs, 0.2 mm from one to the next.
TEST_F(Energy, BusesCostByWordsSentAndRowsReached)
{
    load("45nm_components");
    struct arch a = arch_of(16, 16);
    a.clock_hz = 1000000000;
    a.pitch_um = 200;
    for (network_arch &net : a.network)
        net.words_per_slot = 2;
    const struct energy_costs c = costs(a);
    // Two words share a slot's tags, 4 bits of a row and 4 of a column.
    const double tag = 0.00092 / 2;
    EXPECT_NEAR(0.121 * (16 + 8 / 2) * (1.4 + 2.4) + tag * 4 * 12,
                c.bus[NETWORK_IFMAP].sent, 1e-9);
    EXPECT_NEAR(0.121 * (16 + 4 / 2) * 2.8 + tag * 4 * 14,
                c.bus[NETWORK_IFMAP].row, 1e-9);
    EXPECT_NEAR(0.009 * 16, c.bus[NETWORK_IFMAP].word, 1e-9);
    // Neighbours: a fifo, and 0.2 mm without repeaters.
    EXPECT_NEAR(0.009 * 16 + 0.0506 * 16 * 0.2, c.noc_hop[0].energy, 1e-9);
    // The MAC's pipeline: no operand pairs here, but the psum behind it.
    const double mac = 0.7874 + 0.05;
    EXPECT_NEAR(mac + 0.0045 * 16, c.mac.energy, 1e-4);

    struct layer_result r;
    std::memset(&r, 0, sizeof(r));
    r.has_events = true;
    r.layer.zero_share[TENSOR_IFMAP] = 0.5;
    r.counts.link[LINK_ifmap] = {10, 300, 300};
    r.events.reached[NETWORK_IFMAP] = 40;
    r.counts.link[LINK_psum_link] = {7, 7, 7};
    struct layer_energy e;
    energy_of_layer(&c, &a, &r, 0, &e);
    const auto &bus = c.bus[NETWORK_IFMAP];
    EXPECT_NEAR(0.75 * (10 * bus.sent + 40 * bus.row + 300 * bus.word) +
                    7 * c.noc_hop[TENSOR_PSUM].energy,
                e.noc, 1e-9);
    // A wire to each PE of its own: rows up to 0.3 mm away need no repeaters.
    a.network[NETWORK_FILTER].slots_per_cycle = 168;
    EXPECT_NEAR(
        0.009 * 16 +
            16 * (0.0506 * 0.1 + 0.0506 * 0.3 + 0.121 * 0.2 * (144 - 4) / 2) /
                12,
        costs(a).bus[NETWORK_FILTER].word, 1e-9);
    // No fifo lies between the adders of a tree, nor behind a systolic hop.
    a.psum_reduce = PSUM_TREE;
    EXPECT_NEAR(0.0506 * 16 * 0.2, costs(a).noc_hop[TENSOR_PSUM].energy, 1e-9);
    EXPECT_NEAR(0.009 * 16 + 0.0506 * 16 * 0.2, costs(a).noc_hop[0].energy,
                1e-9);
    a.array_network = NETWORK_SYSTOLIC; // a register file takes it: a wire
    EXPECT_NEAR(0.0506 * 16 * 0.2, costs(a).noc_hop[0].energy, 1e-9);
}

// CACTI's bank of 256 KB leaks 6.367 times as much at 350 K, and the root of
// that at 325 K; files of flip-flops nothing.
TEST_F(Energy, MemoriesLeakByTheirTemperature)
{
    load("45nm_components");
    struct arch a = arch_of(16, 16);
    a.clock_hz = 200000000;
    a.l2_bytes = 256 * KIB;
    for (int &words : a.rf_words)
        words = 1;
    const double at_300 = costs(a).leakage_cycle;
    EXPECT_GT(at_300, 0);
    a.temperature_k = 350;
    EXPECT_NEAR(6.367 * at_300, costs(a).leakage_cycle, 1e-9 * at_300);
    a.temperature_k = 325;
    EXPECT_NEAR(std::sqrt(6.367) * at_300, costs(a).leakage_cycle,
                1e-9 * at_300);
}

// Each bit of 6 MB is read ten times in a ms, at 0.185 pJ.
TEST_F(Energy, EdramIsRefreshed)
{
    load("45nm_components");
    struct arch a = arch_of(16, 16);
    a.clock_hz = 500000000;
    a.l2_bytes = 6144 * KIB;
    a.l2_banks = 12;
    EXPECT_EQ(0, costs(a).refresh_cycle);
    a.l2_cell = L2_CELL_EDRAM;
    const double bit = costs(a).l2[0].energy / 16;
    EXPECT_NEAR(0.185, bit, 0.001);
    EXPECT_NEAR(8 * 6144.0 * KIB * bit / 50000, costs(a).refresh_cycle, 1e-6);
    EXPECT_GT(costs(a).leakage_cycle, costs(a).refresh_cycle);
}

// 256 columns with 16 KB each: a psum costs a bank's word and no wire, and a
// finished output a word of the rest.
TEST_F(Energy, PsumsOfAccumulatorsCostABankAtTheirColumn)
{
    load("28nm_components");
    struct arch a = arch_of(8, 32);
    a.clock_hz = 700000000;
    a.array_network = NETWORK_SYSTOLIC;
    a.rows = a.cols = 256;
    a.l2_bytes = 28 * 1024 * KIB;
    a.l2_banks = 28;
    a.l2_bank_row_words = 64;
    const double apart = costs(a).l2[TENSOR_PSUM].energy;
    const double ifmap = costs(a).l2[TENSOR_IFMAP].energy;
    a.l2_accumulator_bytes = 4096 * KIB;
    const struct energy_costs c = costs(a);
    struct arch small = a;
    small.l2_accumulator_bytes = 0;
    small.l2_bytes = 16 * KIB;
    small.l2_banks = small.l2_bank_row_words = 1;
    EXPECT_EQ(costs(small).l2[TENSOR_PSUM].energy, c.l2[TENSOR_PSUM].energy);
    EXPECT_LT(c.l2[TENSOR_PSUM].energy, apart);
    EXPECT_LT(c.l2[TENSOR_IFMAP].energy, ifmap);
    EXPECT_EQ(c.l2[TENSOR_IFMAP].energy, c.l2_finished.energy);
    struct layer_result r;
    std::memset(&r, 0, sizeof(r));
    r.has_events = true;
    r.counts.access[LEVEL_L2][TENSOR_PSUM] = {70, 90, 0, 0};
    r.events.l2_rows[TENSOR_PSUM] = {2, 2};
    struct layer_energy e;
    energy_of_layer(&c, &a, &r, 0, &e);
    EXPECT_NEAR(70 * c.l2[TENSOR_PSUM].energy + 90 * c.l2[TENSOR_PSUM].write,
                e.l2, 1e-9);
}

TEST_F(Energy, RowsChangesAndGatesArePaidByComponents)
{
    load("45nm_components");
    struct arch a = arch_of(16, 16);
    a.clock_hz = 1000000000;
    a.l2_banks = 27;
    a.l2_bank_row_words = 4;
    a.zero_gating = true;
    for (int t = 0; t < TENSOR_N; t++)
        a.rf_words[t] = 12;
    const struct energy_costs c = costs(a);
    struct layer_result r;
    std::memset(&r, 0, sizeof(r));
    r.has_events = true;
    r.events.l2_rows[TENSOR_IFMAP] = {3, 2};
    r.counts.access[LEVEL_L2][TENSOR_IFMAP] = {9, 5, 0, 0};
    r.counts.macs = 100;
    r.counts.access[LEVEL_RF][TENSOR_IFMAP] = {100, 20, 0, 0};
    r.events.changed_reads[TENSOR_IFMAP] = 25;
    r.counts.access[LEVEL_RF][TENSOR_PSUM] = {90, 100, 0, 0};
    r.gated_macs = 40;
    r.gated_rf_psum_reads = 36;
    r.gated_rf_psum_writes = 40;
    struct layer_energy e;
    energy_of_layer(&c, &a, &r, 0, &e);
    EXPECT_NEAR(4 * (3 * c.l2[0].energy + 2 * c.l2[0].write), e.l2, 1e-9);
    const double rf = c.rf[TENSOR_IFMAP].energy;
    EXPECT_NEAR(rf * (25 + 20) + rf * (90 - 36 + 100 - 40), e.rf, 1e-9);
    EXPECT_NEAR(60 * c.mac.energy, e.mac, 1e-9);
    r.has_events = false; // words, and all reads
    energy_of_layer(&c, &a, &r, 0, &e);
    EXPECT_NEAR(9 * c.l2[0].energy + 5 * c.l2[0].write, e.l2, 1e-9);
    EXPECT_NEAR(rf * (100 + 20 + 90 + 100), e.rf, 1e-9);
}

// A row of 8192 bits in banks of 512 KB costs twice what the published one of
// 4096 does.
TEST_F(Energy, EdramCostsByTheBitsOfItsRows)
{
    load("32nm_components");
    struct arch a = arch_of(16, 32);
    a.clock_hz = 606000000;
    a.l2_bytes = 6144 * KIB;
    a.l2_banks = 12;
    a.l2_bank_row_words = 512;
    a.l2_cell = L2_CELL_EDRAM;
    EXPECT_NEAR(2 * 611 * 0.81, 512 * costs(a).l2[0].energy, 0.1);
    a.l2_cell = L2_CELL_SRAM;
    EXPECT_GT(512 * costs(a).l2[0].energy, 3 * 611 * 0.81);
    load("45nm"); // knows no eDRAM
    const double sram = costs(a).l2[0].energy;
    a.l2_cell = L2_CELL_EDRAM;
    EXPECT_EQ(sram, costs(a).l2[0].energy);
}

TEST_F(Energy, AreaIsThatOfMacsRegistersAndBanks)
{
    load("45nm_components");
    struct arch a = arch_of(8, 32); // 12 x 14 PEs
    a.clock_hz = 1000000000;
    a.rf_words[TENSOR_IFMAP] = a.rf_words[TENSOR_FILTER] = 2;
    a.rf_words[TENSOR_PSUM] = 1;
    a.clocked_bits = 100;
    a.l2_bytes = 128 * KIB;
    a.l2_banks = 16;
    a.l2_bank_row_words = 2; // of psums: 64 bits
    struct machine_area area;
    ASSERT_TRUE(energy_area_of(table_, &a, &area));
    EXPECT_NEAR(168 * (282 + 137) / 1e6, area.part[AREA_mac], 1e-9);
    EXPECT_NEAR(168 * (2 * 8 + 2 * 8 + 32) * 5.98 / 1e6, area.part[AREA_rf],
                1e-9);
    EXPECT_NEAR(168 * (100 - 64) * 5.98 / 1e6, area.part[AREA_registers], 1e-9);
    EXPECT_NEAR(16 * sram_grid_look(table_->grid, SRAM_AREA_MM2, 8192, 64),
                area.part[AREA_l2], 1e-12);
    EXPECT_EQ(0, area.part[AREA_l1]);
    EXPECT_NEAR(area.part[AREA_mac] + area.part[AREA_rf] +
                    area.part[AREA_registers] + area.part[AREA_l2],
                area.total, 1e-12);
    const double without = area.total;
    a.has_l1 = true;
    a.l1_bytes = 8 * KIB;
    a.l1_cluster_cols = 7; // two of them
    ASSERT_TRUE(energy_area_of(table_, &a, &area));
    EXPECT_GT(area.part[AREA_l1], 0);
    EXPECT_NEAR(without + area.part[AREA_l1], area.total, 1e-12);
    a.rf_words[TENSOR_FILTER] = 1024; // an SRAM in each PE
    const double flip_flops = area.part[AREA_rf];
    ASSERT_TRUE(energy_area_of(table_, &a, &area));
    EXPECT_NEAR(flip_flops - 168 * 16 * 5.98 / 1e6 +
                    168 * sram_grid_look(table_->grid, SRAM_AREA_MM2, 1024, 16),
                area.part[AREA_rf], 1e-9);
    load("45nm");
    EXPECT_FALSE(energy_area_of(table_, &a, &area));
}

TEST_F(Energy, SmallerNodesCostLess)
{
    double before = 1e9;
    for (const char *name :
         {"65nm_components", "45nm_components", "32nm_components",
          "28nm_components", "22nm_components", "16nm_components"}) {
        load(name);
        struct arch a = arch_of(16, 16);
        a.clock_hz = 1000000000;
        const struct energy_costs c = costs(a);
        EXPECT_LT(c.mac.energy + c.l2[0].energy + c.noc_hop[0].energy, before);
        before = c.mac.energy + c.l2[0].energy + c.noc_hop[0].energy;
    }
}

TEST_F(Energy, ABrokenGridIsAnError)
{
    const std::string head = std::string(ANY_TABLE) + ANY_MAC;
    const std::string wire = "wire = { energy = 1; source = \"s\"; };\n";
    const std::string lists =
        "sram_macro = ( ); sram_kinds = ( ); cacti_wire_pj = 1;\n";
    auto grid = [&](const std::string &members) {
        return error_of(head + wire +
                        "volts = 1;\nsram_grid = { source = "
                        "\"s\"; volts = 1; " +
                        members + " };\n" + lists);
    };
    const std::string axes = "bytes = [64, 128]; bits = [8, 16]; ";
    const std::string rest = "write = [1, 2, 3, 4]; leakage_mw = [1, 2, 3, 4]; "
                             "area_mm2 = [1, 2, 3, 4];";
    ASSERT_TRUE(load_text(head + wire +
                          "volts = 1;\nsram_grid = { source = \"s\"; volts = "
                          "1; " +
                          axes + "read = [1, 2, 3, 4]; " + rest + " };\n" +
                          lists))
        << messages();
    EXPECT_EQ(":8: error: 'read' has 3 numbers; 4 are needed",
              grid(axes + "read = [1, 2, 3]; " + rest));
    EXPECT_EQ(
        ":8: error: 'bytes' does not rise at number 2; rising numbers "
        "are needed",
        grid("bytes = [64, 64]; bits = [8, 16]; read = [1, 2, 3, 4]; " + rest));
    EXPECT_EQ(":8: error: number 2 of 'read' is not above 0, up to 1e+15",
              grid(axes + "read = [1, 0, 3, 4]; " + rest));
    EXPECT_EQ(":1: error: 'sram_grid' is given without 'volts', which it needs",
              error_of(head + wire +
                       "sram_grid = { source = \"s\"; volts = 1; " + axes +
                       "read = [1, 2, 3, 4]; " + rest + " };\n" + lists));
    for (const char *list : {"sram_macro", "sram_kinds"}) {
        std::string fewer = lists;
        fewer.replace(fewer.find(list),
                      fewer.find(';', fewer.find(list)) + 1 - fewer.find(list),
                      "");
        EXPECT_EQ(":1: error: 'sram_grid' is given without '" +
                      std::string(list) + "', which it needs",
                  error_of(head + wire +
                           "volts = 1;\nsram_grid = { source = "
                           "\"s\"; volts = 1; " +
                           axes + "read = [1, 2, 3, 4]; " + rest + " };\n" +
                           fewer));
    }
    EXPECT_EQ(":1: error: areas need 'multiply_area', 'add_area', "
              "'register_area' and 'sram_grid' together",
              error_of(ANY + "register_area = { um2_per_bit = 6; source = "
                             "\"s\"; };\n"));
    EXPECT_EQ(":6: error: 'sram_macro' is given without 'sram_grid', which it "
              "is of",
              error_of(head + "sram_macro = ( ); " + ANY_SRAM));
    EXPECT_EQ(":1: error: both 'sram' and 'sram_grid' are given; one of them "
              "is needed",
              error_of(head + wire + ANY_SRAM +
                       "volts = 1;\nsram_grid = { source = \"s\"; volts = 1; " +
                       axes + "read = [1, 2, 3, 4]; " + rest + " };\n" +
                       lists));
}

} // namespace
