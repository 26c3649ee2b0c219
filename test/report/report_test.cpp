// report_test.cpp - results filled in by hand, read back from JSON and CSV.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>

#include "test/report/report_fixture.h"

namespace
{

TEST_F(Report, JsonHasTheAgreedKeysInTheAgreedOrder)
{
    layers_[0].checked = true;
    Document j(write(REPORT_JSON));
    EXPECT_EQ("accelsim schema arch network batch kernel pes clock_hz array "
              "peak_words_per_cycle energy_unit energy_table layers total",
              j.keys(""));
    EXPECT_EQ("name op dataflow shape precision mapping macs passes cycles "
              "array_cycles "
              "bounds_cycles bound_by active_pes utilization ledger_pe_cycles "
              "wait_dram_by wait_by accesses "
              "noc fifo_pushes dram gated energy_pj energy_range metrics check "
              "power_mw",
              j.keys("layers.0"));
    EXPECT_EQ(
        "N G M C H W R S P Q stride pad dilation stride_h stride_w pad_top "
        "pad_bottom pad_left pad_right dilation_h dilation_w",
        j.keys("layers.0.shape"));
    EXPECT_EQ("source parameters", j.keys("layers.0.mapping"));
    EXPECT_EQ("mac psum idle_mapping idle_edge fill drain wait_filter "
              "wait_ifmap wait_psum_in wait_psum_out wait_dram",
              j.keys("layers.0.ledger_pe_cycles"));
    EXPECT_EQ("ifmap filter psum", j.keys("layers.0.wait_dram_by"));
    EXPECT_EQ("start first_load load single_buffer",
              j.keys("layers.0.wait_dram_by.filter"));
    EXPECT_EQ("start first_load load single_buffer store last_store ramp",
              j.keys("layers.0.wait_dram_by.psum"));
    EXPECT_EQ("filter ifmap psum_in psum_out", j.keys("layers.0.wait_by"));
    EXPECT_EQ("busy blocked port order latency supply idle",
              j.keys("layers.0.wait_by.psum_out"));
    EXPECT_EQ("rf l2 dram", j.keys("layers.0.accesses"));
    EXPECT_EQ("ifmap filter psum", j.keys("layers.0.accesses.dram"));
    EXPECT_EQ("reads writes", j.keys("layers.0.accesses.rf.psum"));
    EXPECT_EQ("reads writes dma_reads dma_writes finished_reads "
              "finished_writes",
              j.keys("layers.0.accesses.l2.psum"));
    EXPECT_EQ("reads writes finished_reads finished_writes",
              j.keys("layers.0.accesses.dram.psum"));
    EXPECT_EQ("filter ifmap psum_in psum_out psum_link",
              j.keys("layers.0.noc"));
    EXPECT_EQ("words_sent words_delivered hops", j.keys("layers.0.noc.ifmap"));
    EXPECT_EQ("mac rf noc l1 l2 dram leakage clock total",
              j.keys("layers.0.energy_pj"));
    EXPECT_EQ("macs cycles array_cycles utilization ledger_pe_cycles "
              "wait_dram_by wait_by accesses "
              "noc fifo_pushes dram gated energy_pj energy_range metrics check "
              "power_mw",
              j.keys("total"));
    EXPECT_EQ("macs busiest_pe filter_network ifmap_network psum_in_network "
              "psum_out_network l2_ports dram passes",
              j.keys("layers.0.bounds_cycles"));
}

TEST_F(Report, JsonHoldsTheNumbersOfTheResult)
{
    Document j(write(REPORT_JSON));
    EXPECT_EQ(1, j.integer("schema"));
    EXPECT_EQ("eyeriss", j.text("arch"));
    EXPECT_EQ("alexnet", j.text("network"));
    EXPECT_EQ(4, j.integer("batch"));
    EXPECT_EQ("native", j.text("kernel"));
    EXPECT_EQ("pJ", j.text("energy_unit"));
    EXPECT_EQ("conv2", j.text("layers.0.name"));
    EXPECT_EQ("table", j.text("layers.0.mapping.source"));
    EXPECT_EQ(27, j.integer("layers.0.mapping.parameters.e"));
    EXPECT_EQ(2, j.integer("layers.0.shape.pad"));
    EXPECT_EQ(1000000, j.integer("layers.0.macs"));
    EXPECT_EQ(135, j.integer("layers.0.active_pes"));
    EXPECT_EQ(8000, j.integer("layers.0.bounds_cycles.psum_in_network"));
    EXPECT_EQ(168000, j.integer("layers.0.ledger_pe_cycles.wait_dram"));
    EXPECT_EQ(1000002, j.integer("layers.0.accesses.rf.psum.reads"));
    EXPECT_EQ(1500, j.integer("layers.0.accesses.l2.ifmap.dma_writes"));
    EXPECT_EQ(5004, j.integer("layers.0.noc.psum_link.words_delivered"));
    EXPECT_EQ(77, j.integer("layers.0.dram.bursts"));
    EXPECT_EQ(250000, j.integer("layers.0.gated.macs"));
    EXPECT_NEAR(1e6 / (168 * 1e4), j.real("layers.0.utilization"), 1e-12);
    EXPECT_EQ(nullptr, j.at("layers.0.check"));
    EXPECT_EQ("interpolated", j.text("energy_table.mac.origin"));
    double mac_pj = std::sqrt(0.2 * 3.1) + 0.05;
    EXPECT_NEAR(mac_pj, j.real("energy_table.mac.each"), 1e-12);
    EXPECT_NEAR(750000 * mac_pj, j.real("layers.0.energy_pj.mac"), 1e-6);
}

TEST_F(Report, JsonEnergiesSumToTheirTotal)
{
    layers_.push_back(small_result("conv3"));
    layers_[1].counts.macs = 123456789012345;
    Document j(write(REPORT_JSON));
    for (const char *path : {"layers.0", "layers.1", "total"}) {
        double sum = 0, total = 0;
        const char *key;
        json_t *value;
        json_object_foreach(j.at(std::string(path) + ".energy_pj"), key, value)
        {
            if (std::strcmp(key, "total") == 0)
                total = json_real_value(value);
            else
                sum += json_real_value(value);
        }
        EXPECT_GT(total, 0) << path;
        EXPECT_NEAR(sum, total, 1e-9 * total) << path;
    }
}

TEST_F(Report, JsonTotalsAreSumsOverTheLayers)
{
    layers_.push_back(small_result("conv3"));
    layers_[1].cycles = 30000;
    Document j(write(REPORT_JSON));
    EXPECT_EQ(2000000, j.integer("total.macs"));
    EXPECT_EQ(40000, j.integer("total.cycles"));
    EXPECT_EQ(18000, j.integer("total.array_cycles"));
    EXPECT_EQ(2 * 168000, j.integer("total.ledger_pe_cycles.wait_dram"));
    EXPECT_EQ(2 * 100000, j.integer("total.wait_dram_by.filter.single_buffer"));
    EXPECT_EQ(2 * 1000001, j.integer("total.accesses.rf.filter.reads"));
    EXPECT_NEAR(2e6 / (168 * 4e4), j.real("total.utilization"), 1e-12);
    EXPECT_NEAR(j.real("layers.0.energy_pj.total") +
                    j.real("layers.1.energy_pj.total"),
                j.real("total.energy_pj.total"), 1e-3);
}

TEST_F(Report, L1AppearsOnlyWhereTheMachineHasOne)
{
    arch_.has_l1 = true;
    arch_.l1_bytes = 4096;
    Document j(write(REPORT_JSON));
    EXPECT_EQ("rf l1 l2 dram", j.keys("layers.0.accesses"));
    EXPECT_EQ("reads writes", j.keys("layers.0.accesses.l1.ifmap"));
    EXPECT_GT(j.real("layers.0.energy_pj.l1"), 0);
    EXPECT_TRUE(has_line("l1 ifmap 125,000 12,500"));
    EXPECT_NE(std::string::npos,
              write(REPORT_CSV).find("accesses.l1.psum.reads"));
}

TEST_F(Report, JsonOfTheSameResultHasTheSameBytes)
{
    EXPECT_EQ(write(REPORT_JSON), write(REPORT_JSON));
    EXPECT_EQ('\n', write(REPORT_JSON).back());
}

TEST_F(Report, JsonHoldsTheLargestIntegerAndAbortsBeyond)
{
    layers_[0].bounds_cycles[BOUND_dram] = INT64_MAX;
    EXPECT_EQ(
        INT64_MAX,
        Document(write(REPORT_JSON)).integer("layers.0.bounds_cycles.dram"));
    layers_[0].bounds_cycles[BOUND_dram] = (uint64_t)INT64_MAX + 1;
    EXPECT_DEATH(write(REPORT_JSON), "INT64_MAX");
}

TEST_F(Report, JsonStaysUtf8WhateverTheNames)
{
    std::strcpy(layers_[0].layer.name, "caf\xe9");
    EXPECT_EQ("caf?", Document(write(REPORT_JSON)).text("layers.0.name"));
}

TEST_F(Report, ChecksAreReportedWhereTheyWereMade)
{
    layers_[0].checked = true;
    layers_[0].check_outputs = 746496;
    layers_[0].check_mismatches = 2;
    Document j(write(REPORT_JSON));
    EXPECT_EQ(746496, j.integer("layers.0.check.outputs"));
    EXPECT_EQ(2, j.integer("total.check.mismatches"));
    EXPECT_TRUE(has_line("check 746,496 outputs, 2 mismatches"));
}

TEST_F(Report, MetricsFollowFromTheCounts)
{
    Document j(write(REPORT_JSON));
    auto metric = [&](const char *name) {
        return j.real(std::string("layers.0.metrics.") + name);
    };
    // 2 bytes a word; reads 1953 + t, writes 195 + t for t = 0, 1, 2.
    double bytes = 2.0 * (3 * (1953 + 195) + 2 * 3);
    EXPECT_DOUBLE_EQ(2e6, metric("operations"));
    EXPECT_DOUBLE_EQ(5e5, metric("operations_per_inference"));
    EXPECT_NEAR(2e6 / bytes, metric("intensity_ops_per_byte"), 1e-9);
    EXPECT_DOUBLE_EQ(67.2, metric("peak_gops"));
    EXPECT_DOUBLE_EQ(0.48, metric("dram_gbytes_per_second"));
    EXPECT_DOUBLE_EQ(67.2, metric("attainable_gops"));
    EXPECT_DOUBLE_EQ(0.05, metric("latency_ms"));
    EXPECT_DOUBLE_EQ(40, metric("throughput_gops"));
    EXPECT_NEAR(j.real("layers.0.energy_pj.total") /
                    j.real("layers.0.metrics.latency_ms") / 1e6,
                j.real("layers.0.power_mw"), 1e-9);
    EXPECT_NEAR(2e6 / j.real("layers.0.energy_pj.total") * 1e3,
                metric("gops_per_watt"), 1e-9);
}

TEST_F(Report, LeftOfTheRidgeTheDramBoundsTheRoofline)
{
    arch_.dram_bytes_per_second = 1000000; // 1 MB/s: 0.155 GOPS
    Document j(write(REPORT_JSON));
    EXPECT_NEAR(j.real("total.metrics.intensity_ops_per_byte") * 1e6 / 1e9,
                j.real("total.metrics.attainable_gops"), 1e-12);
    EXPECT_TRUE(has_line("attainable: memory-bound"));
    std::strcpy(arch_.dram_model, "ideal");
    EXPECT_TRUE(has_line("DRAM bandwidth unbounded (ideal)"));
    EXPECT_TRUE(has_line("roofline 67.20 GOPS attainable: compute-bound"));
}

// Splits a line of CSV without quotes.
std::vector<std::string> cells(const std::string &line)
{
    std::vector<std::string> out(1);
    for (char c : line)
        if (c == ',')
            out.emplace_back();
        else
            out.back() += c;
    return out;
}

TEST_F(Report, CsvHasARowPerLayerAndATotalOfEqualWidth)
{
    layers_.push_back(small_result("conv3"));
    layers_[1].n_params = 3; // a column that the first layer lacks
    std::strcpy(layers_[1].param[2].name, "q");
    layers_[1].param[2].value = 5;
    std::istringstream from(write(REPORT_CSV));
    std::vector<std::vector<std::string>> rows;
    for (std::string line; std::getline(from, line);)
        rows.push_back(cells(line));
    ASSERT_EQ(4u, rows.size());
    for (const auto &row : rows)
        EXPECT_EQ(rows[0].size(), row.size());

    auto value = [&](size_t row, const std::string &column) {
        for (size_t i = 0; i < rows[0].size(); i++)
            if (rows[0][i] == column)
                return rows[row][i];
        ADD_FAILURE() << "no column " << column;
        return std::string();
    };
    EXPECT_EQ("arch", rows[0][0]);
    EXPECT_EQ("eyeriss", rows[1][0]);
    EXPECT_EQ("conv2", value(1, "name"));
    EXPECT_EQ("conv3", value(2, "name"));
    EXPECT_EQ("total", value(3, "name"));
    EXPECT_EQ("10000", value(1, "cycles"));
    EXPECT_EQ("20000", value(3, "cycles"));
    EXPECT_EQ("1500", value(1, "accesses.l2.ifmap.dma_writes"));
    EXPECT_EQ("3000", value(3, "accesses.l2.ifmap.dma_writes"));
    EXPECT_EQ("64", value(2, "mapping.parameters.m"));
    EXPECT_EQ("", value(1, "mapping.parameters.q"));
    EXPECT_EQ("5", value(2, "mapping.parameters.q"));
    EXPECT_EQ("", value(3, "mapping.parameters.m"));
    EXPECT_EQ("pJ", value(3, "energy_unit"));
    Document j(write(REPORT_JSON));
    EXPECT_DOUBLE_EQ(j.real("total.energy_pj.total"),
                     std::stod(value(3, "energy_pj.total")));
}

TEST_F(Report, CsvQuotesWhatHoldsCommasQuotesOrLineEnds)
{
    std::strcpy(layers_[0].layer.name, "a,\"b\"\n");
    EXPECT_NE(std::string::npos, write(REPORT_CSV).find("\"a,\"\"b\"\"\n\""));
}

TEST_F(Report, AFullDiskIsReported)
{
    struct report_input in = input();
    for (enum report_format format : {REPORT_TABLE, REPORT_JSON, REPORT_CSV}) {
        FILE *full = std::fopen("/dev/full", "w");
        if (full == nullptr)
            GTEST_SKIP() << "no /dev/full here";
        EXPECT_FALSE(format_table[format].results(&in, full));
        std::fclose(full);
    }
}

} // namespace
