// report_test.cpp - results filled in by hand, read back from each form.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <jansson.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string>
#include <vector>

#include "sim/metrics.h"
#include "sim/report.h"
#include "sim/report_grid.h"

namespace
{

struct arch small_arch()
{
    struct arch a;
    std::memset(&a, 0, sizeof(a));
    std::strcpy(a.name, "eyeriss");
    a.clock_hz = 200000000;
    a.rows = 12;
    a.cols = 14;
    for (int t = 0; t < TENSOR_N; t++)
        a.precision_bits[t] = 16;
    a.l2_bytes = 110592;
    std::strcpy(a.dram_model, "bandwidth");
    a.dram_bytes_per_second = 480000000;
    a.zero_gating = true;
    return a;
}

// A layer of 1,680 PE-cycles x 10^3 whose ledger is full.
struct layer_result small_result(const char *name)
{
    struct layer_result r;
    std::memset(&r, 0, sizeof(r));
    std::strcpy(r.layer.name, name);
    r.layer.N = 4;
    r.layer.G = 2;
    r.layer.M = 256;
    r.layer.C = 96;
    r.layer.H = r.layer.W = r.layer.P = r.layer.Q = 27;
    r.layer.R = r.layer.S = 5;
    r.layer.stride = r.layer.dilation = 1;
    r.layer.pad = 2;
    std::strcpy(r.dataflow, "rs");
    r.n_params = 2;
    std::strcpy(r.param[0].name, "m");
    r.param[0].value = 64;
    std::strcpy(r.param[1].name, "e");
    r.param[1].value = 27;
    r.mapping_source = "table";
    r.passes = 12;
    r.cycles = 10000;
    r.array_cycles = 9000;
    r.active_pes = 135;
    const uint64_t ledger[LEDGER_N] = {1000000, 80000, 300000, 0,
                                       10000,   20000, 30000,  40000,
                                       0,       32000, 168000};
    std::memcpy(r.ledger_pe_cycles, ledger, sizeof(ledger));
    r.counts.macs = 1000000;
    for (int level = 0; level < LEVEL_N; level++)
        for (int t = 0; t < TENSOR_N; t++) {
            struct accesses *a = &r.counts.access[level][t];
            a->reads = 1000000u / (1u << (3 * level)) + (unsigned)t;
            a->writes = 100000u / (1u << (3 * level)) + (unsigned)t;
        }
    r.counts.access[LEVEL_L2][TENSOR_IFMAP].dma_writes = 1500;
    r.counts.access[LEVEL_L2][TENSOR_PSUM].dma_reads = 1500;
    for (int i = 0; i < LINK_N; i++) {
        r.counts.link[i].words_sent = 1000u + (unsigned)i;
        r.counts.link[i].words_delivered = 5000u + (unsigned)i;
        r.counts.link[i].hops = 5000u + (unsigned)i;
    }
    r.counts.dram_bursts = 77;
    r.gated_macs = 250000;
    r.gated_rf_filter_reads = 250000;
    r.bounds_cycles[BOUND_macs] = 5953;
    r.bounds_cycles[BOUND_psum_in_network] = 8000;
    return r;
}

class Report : public testing::Test
{
  protected:
    Report() : arch_(small_arch()), d_(diag_new())
    {
        energy_ = energy_load("45nm", src_pos{}, d_);
        if (energy_ == nullptr) // said where: the test can't go on
            diag_print(d_, stderr), std::abort();
        layers_.push_back(small_result("conv2"));
    }
    ~Report() override
    {
        energy_free(energy_);
        diag_free(d_);
    }
    void use_table(const char *name)
    {
        energy_free(energy_);
        energy_ = energy_load(name, src_pos{}, d_);
        ASSERT_NE(nullptr, energy_);
    }
    struct report_input input()
    {
        struct report_input in;
        std::memset(&in, 0, sizeof(in));
        in.arch = &arch_;
        in.network = "alexnet";
        in.batch = 4;
        in.kernel = "native";
        in.energy = energy_;
        in.layers = layers_.data();
        in.n_layers = (int)layers_.size();
        in.show_mapping = show_mapping_;
        in.dram_burst_bytes = burst_bytes_;
        return in;
    }
    std::string write(enum report_format format)
    {
        struct report_input in = input();
        char *text = nullptr;
        size_t bytes = 0;
        FILE *to = open_memstream(&text, &bytes);
        EXPECT_TRUE(report_write(&in, format, to));
        std::fclose(to);
        std::string out(text, bytes);
        std::free(text);
        return out;
    }
    std::vector<std::string> table_lines()
    {
        std::istringstream from(write(REPORT_TABLE));
        std::vector<std::string> lines;
        for (std::string line; std::getline(from, line);)
            lines.push_back(line);
        return lines;
    }
    // Whether a line of the table has these words, blanks counted as one.
    testing::AssertionResult has_line(const std::string &words)
    {
        for (const std::string &line : table_lines()) {
            std::istringstream from(line);
            std::string squeezed, word;
            while (from >> word)
                squeezed += (squeezed.empty() ? "" : " ") + word;
            if (squeezed.find(words) != std::string::npos)
                return testing::AssertionSuccess();
        }
        return testing::AssertionFailure()
               << "no line has '" << words << "' in\n"
               << write(REPORT_TABLE);
    }
    void expect_narrow_ascii()
    {
        for (const std::string &line : table_lines()) {
            EXPECT_LE(line.size(), (size_t)REPORT_COLUMNS) << line;
            EXPECT_TRUE(line.empty() || line.back() != ' ') << line;
            for (char c : line)
                EXPECT_TRUE(c >= ' ' && c <= '~') << line;
        }
    }

    struct arch arch_;
    struct diag *d_;
    struct energy_table *energy_;
    std::vector<struct layer_result> layers_;
    bool show_mapping_ = false;
    int burst_bytes_ = 0;
};

class Document
{
  public:
    explicit Document(const std::string &text)
        : root_(json_loads(text.c_str(), JSON_REJECT_DUPLICATES, nullptr))
    {
    }
    ~Document()
    {
        json_decref(root_);
    }
    Document(const Document &) = delete;
    // The value at "layers.0.shape.N", or NULL.
    json_t *at(const std::string &path) const
    {
        json_t *value = root_;
        std::istringstream from(path);
        for (std::string key; value && std::getline(from, key, '.');)
            value = json_is_array(value)
                        ? json_array_get(value, std::stoul(key))
                        : json_object_get(value, key.c_str());
        return value;
    }
    long long integer(const std::string &path) const
    {
        EXPECT_TRUE(json_is_integer(at(path))) << path;
        return json_integer_value(at(path));
    }
    double real(const std::string &path) const
    {
        EXPECT_TRUE(json_is_real(at(path))) << path;
        return json_real_value(at(path));
    }
    std::string text(const std::string &path) const
    {
        EXPECT_TRUE(json_is_string(at(path))) << path;
        return json_string_value(at(path));
    }
    std::string keys(const std::string &path) const
    {
        std::string all;
        const char *key;
        json_t *value;
        json_object_foreach(path.empty() ? root_ : at(path), key, value)
        {
            all += (all.empty() ? "" : " ") + std::string(key);
        }
        return all;
    }

  private:
    json_t *root_;
};

TEST_F(Report, JsonHasTheAgreedKeysInTheAgreedOrder)
{
    layers_[0].checked = true;
    Document j(write(REPORT_JSON));
    EXPECT_EQ("accelsim schema arch network batch kernel pes clock_hz "
              "energy_unit energy_table layers total",
              j.keys(""));
    EXPECT_EQ("name dataflow shape mapping macs passes cycles array_cycles "
              "bounds_cycles bound_by active_pes utilization ledger_pe_cycles "
              "accesses "
              "noc dram gated energy_pj metrics check",
              j.keys("layers.0"));
    EXPECT_EQ("N G M C H W R S P Q stride pad dilation",
              j.keys("layers.0.shape"));
    EXPECT_EQ("source parameters", j.keys("layers.0.mapping"));
    EXPECT_EQ("mac psum idle_mapping idle_edge fill drain wait_filter "
              "wait_ifmap wait_psum_in wait_psum_out wait_dram",
              j.keys("layers.0.ledger_pe_cycles"));
    EXPECT_EQ("rf l2 dram", j.keys("layers.0.accesses"));
    EXPECT_EQ("ifmap filter psum", j.keys("layers.0.accesses.dram"));
    EXPECT_EQ("reads writes", j.keys("layers.0.accesses.rf.psum"));
    EXPECT_EQ("reads writes dma_reads dma_writes",
              j.keys("layers.0.accesses.l2.psum"));
    EXPECT_EQ("filter ifmap psum_in psum_out psum_link",
              j.keys("layers.0.noc"));
    EXPECT_EQ("words_sent words_delivered hops", j.keys("layers.0.noc.ifmap"));
    EXPECT_EQ("mac rf noc l1 l2 dram total", j.keys("layers.0.energy_pj"));
    EXPECT_EQ("macs cycles array_cycles utilization ledger_pe_cycles accesses "
              "noc dram gated energy_pj metrics check",
              j.keys("total"));
    EXPECT_EQ("macs busiest_pe filter_network ifmap_network psum_in_network "
              "psum_out_network l2_ports dram",
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
        EXPECT_FALSE(report_write(&in, format, full));
        std::fclose(full);
    }
}

TEST_F(Report, TheTableOfALayerSaysWhatItTookAndWhy)
{
    EXPECT_TRUE(has_line("eyeriss: alexnet, batch 4, 12 x 14 PEs at 200 MHz"));
    EXPECT_TRUE(has_line("layer conv2, dataflow rs"));
    EXPECT_TRUE(has_line("mapping m=64 e=27 (table), 12 passes"));
    EXPECT_TRUE(has_line("cycles 10,000, 0.0500 ms at 200 MHz; a pass in "
                         "flight in 9,000"));
    EXPECT_TRUE(has_line("active PEs 135 of 168"));
    EXPECT_TRUE(has_line("bound psum_in_network needs at least 8,000 cycles; "
                         "the layer took 1.250 times that"));
    EXPECT_TRUE(has_line("why 59.5 % of the PE-cycles issued a MAC. The "
                         "largest losses are 17.9 % idle_mapping"));
    EXPECT_TRUE(has_line("wait_dram 168,000 10.0 ####"));
    EXPECT_TRUE(has_line("l2 ifmap 15,625 1,562 0 1,500 0.0344"));
    EXPECT_TRUE(has_line("dram ifmap 1,953 195 0.0043"));
    EXPECT_TRUE(has_line("filter 1,000 5,000 5.000 5,000"));
    EXPECT_TRUE(has_line("mac 0.6281 "));
    EXPECT_TRUE(has_line("0.8374 a MAC (interpolated)"));
    EXPECT_TRUE(has_line("0.8374 a word (ratio)"));
    EXPECT_TRUE(has_line("320.0 a word (scaled)"));
    EXPECT_TRUE(has_line("gated 250,000 MACs met a zero"));
    EXPECT_TRUE(has_line("throughput 40.00 GOPS, 59.5 % of the attainable"));
    expect_narrow_ascii();
}

TEST_F(Report, CompressedTransfersStandBesideTheirWords)
{
    layer_result &r = layers_[0];
    const accesses &words = r.counts.access[LEVEL_DRAM][TENSOR_IFMAP];
    r.counts.dram_compressed[TENSOR_IFMAP].words = words.reads + words.writes;
    r.counts.dram_compressed[TENSOR_IFMAP].bytes = 1600;
    r.check_compressed_bytes[TENSOR_IFMAP] = 1640;
    arch_.compression = COMPRESSION_RLC;
    EXPECT_TRUE(has_line("DRAM link "));
    layers_[0].checked = true;
    Document j(write(REPORT_JSON));
    EXPECT_EQ(1600, j.integer("layers.0.dram.compressed_bytes.ifmap"));
    EXPECT_EQ(1640,
              j.integer("layers.0.dram.compressed_bytes_of_values.ifmap"));
    const accesses &filter = r.counts.access[LEVEL_DRAM][TENSOR_FILTER];
    EXPECT_EQ(int64_t(2 * (filter.reads + filter.writes)),
              j.integer("layers.0.dram.compressed_bytes.filter"));
}

TEST_F(Report, TheTableOfANetworkHasALinePerLayerAndTheirSum)
{
    layers_.push_back(small_result("conv3"));
    EXPECT_TRUE(has_line("conv2 1.00M 10,000 0.0500 59.5 135"));
    EXPECT_TRUE(has_line("psum_in_network 1.250"));
    EXPECT_TRUE(has_line("total 2.00M 20,000 0.1000 59.5 135"));
    EXPECT_TRUE(has_line("conv3 59.5 4.8 17.9 0.0 0.6 1.2 1.8 2.4 0.0 1.9 "
                         "10.0"));
    EXPECT_TRUE(has_line("total 2.20M 2.20M 2.20M"));
    EXPECT_TRUE(has_line("all 2 layers"));
    EXPECT_TRUE(has_line("latency 0.1000 ms for a batch of 4, 40,000 "
                         "inferences/s"));
    EXPECT_TRUE(has_line("operations 1.00M per inference, 2 per MAC"));
    expect_narrow_ascii();
}

TEST_F(Report, TheTableStaysNarrowWithLargeNumbersAndLongNames)
{
    struct layer_result r = small_result("conv2");
    std::memset(r.layer.name, 'n', sizeof(r.layer.name) - 1);
    uint64_t *count = reinterpret_cast<uint64_t *>(&r.counts);
    for (size_t i = 0; i < sizeof(r.counts) / sizeof(*count); i++)
        count[i] = UINT64_C(1) << 58;
    for (int t = 0; t < TENSOR_N; t++) {
        r.counts.access[LEVEL_L2][t].dma_reads = 1;
        r.counts.access[LEVEL_L2][t].dma_writes = 1;
    }
    r.cycles = UINT64_C(1) << 58;
    for (int i = 0; i < LEDGER_N; i++)
        r.ledger_pe_cycles[i] = UINT64_C(1) << 58;
    r.layer.N = r.layer.M = r.layer.C = r.layer.H = r.layer.W = 65535;
    layers_[0] = r;
    arch_.has_l1 = true;
    arch_.l1_bytes = 4096;
    arch_.precision_bits[TENSOR_PSUM] = 32;
    expect_narrow_ascii();
    layers_.push_back(r);
    expect_narrow_ascii();
}

TEST_F(Report, NothingIsDividedByZero)
{
    struct layer_result empty;
    std::memset(&empty, 0, sizeof(empty));
    std::strcpy(empty.layer.name, "empty");
    layers_[0] = empty;
    EXPECT_TRUE(has_line("why no PE-cycle was spent."));
    EXPECT_TRUE(has_line("intensity no DRAM byte was moved"));
    layers_.push_back(empty);
    for (enum report_format format : {REPORT_TABLE, REPORT_JSON, REPORT_CSV}) {
        std::string text = write(format);
        for (const char *bad : {" nan", " inf ", " -nan", "(null)"})
            EXPECT_EQ(std::string::npos, text.find(bad)) << text;
    }
    layers_.clear();
    for (enum report_format format : {REPORT_TABLE, REPORT_JSON, REPORT_CSV})
        EXPECT_FALSE(write(format).empty());
}

TEST_F(Report, AShapeWithoutANetworkHasNoName)
{
    struct report_input in = input();
    in.network = nullptr;
    char *text = nullptr;
    size_t bytes = 0;
    FILE *to = open_memstream(&text, &bytes);
    EXPECT_TRUE(report_write(&in, REPORT_TABLE, to));
    std::fclose(to);
    EXPECT_EQ(0u, std::string(text).find("eyeriss: batch 4, "));
    std::free(text);
}

TEST_F(Report, MappingsArePrintedWhenAskedFor)
{
    char nest[] = "for m3 in 0..6:\n  parallel-for e in 0..27";
    layers_[0].mapping_text = nest;
    EXPECT_EQ(std::string::npos, write(REPORT_TABLE).find("for m3"));
    show_mapping_ = true;
    EXPECT_NE(std::string::npos,
              write(REPORT_TABLE)
                  .find("\nmapping of conv2\n\nfor m3 in 0..6:\n  "
                        "parallel-for e in 0..27\n"));
}

TEST_F(Report, ANormalizedTableIsReportedInMacs)
{
    use_table("eyeriss_normalized");
    Document j(write(REPORT_JSON));
    EXPECT_EQ("MAC", j.text("energy_unit"));
    EXPECT_DOUBLE_EQ(750000, j.real("layers.0.energy_pj.mac"));
    EXPECT_EQ(0, j.real("layers.0.metrics.gops_per_watt"));
    EXPECT_TRUE(has_line("energy 10^6 MAC % per MAC MAC each"));
    EXPECT_EQ(std::string::npos, write(REPORT_TABLE).find("GOPS/W"));
}

TEST_F(Report, ADramPartsBurstsAreShownAndPaid)
{
    burst_bytes_ = 64;
    EXPECT_TRUE(has_line("DRAM bursts 77 of 64 bytes"));
    EXPECT_TRUE(has_line("10,240 a burst of 64 bytes (scaled)"));
    Document j(write(REPORT_JSON));
    EXPECT_DOUBLE_EQ(77 * 10240, j.real("layers.0.energy_pj.dram"));
}

TEST_F(Report, TensorsOfSeveralWidthsAreToldApartWithTheWorstOrigin)
{
    for (int t = 0; t < TENSOR_N; t++)
        arch_.precision_bits[t] = t == TENSOR_PSUM ? 32 : 8;
    EXPECT_TRUE(has_line("ifmap 160.0, filter 160.0, psum 640.0 a word "
                         "(scaled)"));
    Document j(write(REPORT_JSON));
    EXPECT_DOUBLE_EQ(640, j.real("energy_table.dram.psum"));
    EXPECT_EQ("scaled", j.text("energy_table.dram.origin"));
}

TEST(ReportText, ParagraphsWrapAtTheEdgeAndCutWordsThatAreLonger)
{
    auto paragraph = [](const std::string &label, const std::string &words) {
        char *text = nullptr;
        size_t bytes = 0;
        FILE *to = open_memstream(&text, &bytes);
        text_paragraph(to, label.c_str(), words.c_str());
        std::fclose(to);
        std::string out(text, bytes);
        std::free(text);
        return out;
    };
    const std::string exact(REPORT_COLUMNS - 8, 'x');
    EXPECT_EQ("why " + exact + " yyy\n", paragraph("why ", exact + " yyy"));
    EXPECT_EQ("why " + exact + "\n    yyyy\n",
              paragraph("why ", exact + " yyyy"));
    EXPECT_EQ("why " + exact + "xxxx\n    yy\n",
              paragraph("why ", exact + "xxxxyy"));
    EXPECT_EQ("why \n", paragraph("why ", ""));
}

TEST(ReportText, NumbersReadWell)
{
    EXPECT_STREQ("0", text_count(0).text);
    EXPECT_STREQ("999", text_count(999).text);
    EXPECT_STREQ("895,795,200", text_count(895795200).text);
    EXPECT_STREQ("9,999,999,999", text_count(9999999999).text);
    EXPECT_STREQ("12.35 G", text_count(12345678901).text);
    EXPECT_STREQ("18.45 E", text_count(UINT64_MAX).text);
    EXPECT_STREQ("0", text_real(0).text);
    EXPECT_STREQ("0.0123", text_real(0.01234).text);
    EXPECT_STREQ("1.000", text_real(0.99999).text);
    EXPECT_STREQ("6.057", text_real(6.057).text);
    EXPECT_STREQ("115.3", text_real(115.3).text);
    EXPECT_STREQ("1,000", text_real(999.97).text);
    EXPECT_STREQ("-1,234,567", text_real(-1234567).text);
    EXPECT_STREQ("1.235e+10", text_real(12345678901.0).text);
    EXPECT_STREQ("895", text_short(895).text);
    EXPECT_STREQ("1.00k", text_short(999.6).text);
    EXPECT_STREQ("12.3M", text_short(12345678).text);
    EXPECT_STREQ("18.4E", text_short(18446744073709551615.0).text);
    EXPECT_STREQ("0.0", text_percent(0).text);
    EXPECT_STREQ("<0.1", text_percent(1e-9).text);
    EXPECT_STREQ("100.0", text_percent(1).text);
}

TEST(Metrics, TheLargestLossesComeLargestFirstAndOnlyIfThereAreAny)
{
    struct layer_result r = small_result("conv2");
    enum ledger_cause loss[LEDGER_N];
    ASSERT_EQ(3, metrics_largest_losses(&r, 3, loss));
    EXPECT_EQ(LEDGER_idle_mapping, loss[0]);
    EXPECT_EQ(LEDGER_wait_dram, loss[1]);
    EXPECT_EQ(LEDGER_psum, loss[2]);
    std::memset(r.ledger_pe_cycles, 0, sizeof(r.ledger_pe_cycles));
    r.ledger_pe_cycles[LEDGER_mac] = 5;
    EXPECT_EQ(0, metrics_largest_losses(&r, 3, loss));
    r.ledger_pe_cycles[LEDGER_drain] = 5;
    EXPECT_EQ(1, metrics_largest_losses(&r, 3, loss));
}

TEST(Metrics, TheArraysPartOfL2IsWithoutTheDmas)
{
    struct arch a = small_arch();
    struct layer_result r = small_result("conv2");
    EXPECT_DOUBLE_EQ(metrics_level_bytes(&a, &r.counts, LEVEL_L2) - 2 * 3000,
                     metrics_l2_array_bytes(&a, &r.counts));
}

} // namespace
