// report_table_test.cpp - the table that a person reads, of results filled in
// by hand.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "test/report/report_fixture.h"

namespace
{

TEST_F(Report, TheTableOfALayerSaysWhatItTookAndWhy)
{
    EXPECT_TRUE(has_line("eyeriss: alexnet, batch 4, 12 x 14 PEs at 200 MHz"));
    EXPECT_TRUE(has_line("words of 16 (ifmap), 16 (filter) and 16 bits "
                         "(psum), L2 "));
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

TEST_F(Report, EachBoundNamesKeysThatWidenIt)
{
    arch_.has_l1 = true;
    for (int k = 0; k < BOUND_N; k++) {
        if (k == BOUND_passes) // of no resource
            continue;
        arch_.array_network =
            k == BOUND_folds ? NETWORK_SYSTOLIC : NETWORK_MULTICAST;
        for (int other = 0; other < BOUND_N; other++)
            layers_[0].bounds_cycles[other] = other == k ? 9000 : 100;
        const std::string bound =
            std::string("bound ") + bound_name[k] + " needs at least 9,000";
        EXPECT_TRUE(has_line(bound.c_str())) << bound;
        std::istringstream words(write(REPORT_TABLE));
        std::string flat, word;
        while (words >> word)
            flat += word + ' ';
        const size_t at = flat.find("what widens it: ");
        ASSERT_NE(std::string::npos, at) << bound;
        const std::string key = flat.substr(at + 16, 12);
        EXPECT_NE(std::string::npos, key.find('.')) << bound << ": " << key;
    }
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
    EXPECT_TRUE(report_write_table(&in, to));
    std::fclose(to);
    EXPECT_EQ(0u, std::string(text).find("eyeriss: batch 4, "));
    std::free(text);
}

TEST_F(Report, MappingsArePrintedWhenAskedFor)
{
    char entry[] = "{\n  layer = \"conv2\"; dataflow = \"rs\";\n}";
    layers_[0].mapping_text = entry;
    EXPECT_EQ(std::string::npos, write(REPORT_TABLE).find("mappings"));
    show_mapping_ = true;
    EXPECT_NE(std::string::npos,
              write(REPORT_TABLE)
                  .find("\n\nmappings = ( {\n  layer = \"conv2\"; dataflow = "
                        "\"rs\";\n} );\n"));
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
    EXPECT_TRUE(
        has_line("DRAM bursts 77 (whole bursts that a DRAM part moved)"));
    EXPECT_TRUE(has_line("10,240 a burst of 64 bytes (scaled)"));
    Document j(write(REPORT_JSON));
    EXPECT_DOUBLE_EQ(77 * 10240, j.real("layers.0.energy_pj.dram"));
    layers_[0].is_model = true;
    layers_[0].bursts_at_least = true;
    Document model(write(REPORT_JSON));
    EXPECT_DOUBLE_EQ(77 * 10240, model.real("layers.0.energy_pj.dram"));
    EXPECT_TRUE(has_line("10,240 a burst of 64 bytes (scaled); at least so "
                         "many bursts"));
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
