// compression_test.cpp - compressed feature maps in whole layers: which
// tensors, how many bytes, what they cost in time and energy, and the sizes of
// real values beside them.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>

#include "dataflows/dataflow.h"
#include "mem/rlc.h"
#include "sim/config/layer_text.h"
#include "test/random_layer.h"
#include "test/sample.h"

namespace
{

class Compression : public testing::Test
{
  protected:
    Compression() : d_(diag_new())
    {
        random_case random(3);
        a_ = random.machine();
        a_.rows = 12;
        a_.cols = 14;
        a_.rf_words[TENSOR_IFMAP] = 12;
        a_.rf_words[TENSOR_FILTER] = 224;
        a_.rf_words[TENSOR_PSUM] = 24;
        a_.fifo_words = 16;
        a_.l2_bytes = 65536;
        a_.padding = PADDING_STORED;
        a_.carries = CARRIES_ALL;
        a_.compression = COMPRESSION_RLC;
        for (int &bits : a_.precision_bits)
            bits = 16;
        std::strcpy(a_.dram_model, "bandwidth");
        EXPECT_TRUE(
            layer_parse_shape("N=2,M=16,C=16,H=20,W=21,R=3,S=3", &l_, d_));
        l_.zero_share[TENSOR_IFMAP] = 0.7;
        l_.zero_share[TENSOR_PSUM] = 0.5;
    }
    ~Compression() override
    {
        diag_free(d_);
    }

    layer_result run(const char *dataflow = "rs", bool check = false,
                     bool memo = true)
    {
        given_mapping none = {};
        simulate_options o = {};
        o.memo = memo;
        o.check = check;
        layer_result r = {};
        EXPECT_TRUE(simulate_chosen(&a_, &l_, dataflow, &none, &o, &r, d_));
        return r;
    }

    static uint64_t words(const layer_result &r, tensor t)
    {
        const accesses &a = r.counts.access[LEVEL_DRAM][t];
        return a.reads + a.writes;
    }

    diag *d_;
    arch a_;
    layer l_;
};

TEST_F(Compression, TakesFmapsAndNeverFilters)
{
    l_.zero_share[TENSOR_FILTER] = 0.9;
    layer_result r = run();
    for (tensor t : {TENSOR_IFMAP, TENSOR_PSUM}) {
        EXPECT_EQ(r.counts.dram_compressed[t].words, words(r, t));
        EXPECT_LT(r.counts.dram_compressed[t].bytes, 2 * words(r, t));
    }
    EXPECT_EQ(r.counts.dram_compressed[TENSOR_FILTER].words, 0u);
    EXPECT_EQ(counts_dram_bytes(&a_, &r.counts, TENSOR_FILTER),
              2 * words(r, TENSOR_FILTER));
}

TEST_F(Compression, LeavesTheNetworksInputAlone)
{
    l_.network_input = true;
    layer_result r = run();
    EXPECT_EQ(r.counts.dram_compressed[TENSOR_IFMAP].words, 0u);
    EXPECT_GT(r.counts.dram_compressed[TENSOR_PSUM].words, 0u);
}

TEST_F(Compression, LeavesATensorWithoutADeclaredShareAlone)
{
    l_.zero_share[TENSOR_IFMAP] = l_.zero_share[TENSOR_PSUM] = 0;
    layer_result r = run();
    a_.compression = COMPRESSION_NONE;
    layer_result plain = run();
    EXPECT_EQ(r.cycles, plain.cycles);
    EXPECT_EQ(0, std::memcmp(&r.counts, &plain.counts, sizeof(r.counts)));
}

TEST_F(Compression, ChangesTheTransfersTimeAndNoOtherCount)
{
    layer_result coded = run();
    a_.compression = COMPRESSION_NONE;
    layer_result plain = run();
    EXPECT_LT(coded.cycles, plain.cycles);
    EXPECT_EQ(coded.array_cycles, plain.array_cycles);
    EXPECT_EQ(coded.gated_macs, plain.gated_macs);
    std::memset(coded.counts.dram_compressed, 0,
                sizeof(coded.counts.dram_compressed));
    EXPECT_EQ(0,
              std::memcmp(&coded.counts, &plain.counts, sizeof(plain.counts)));
}

// Nothing overlaps when one tile of each tensor is all there is: then the
// layer takes what its bytes take, tile by tile, and the array.
TEST_F(Compression, OfALayerOfOneTileTakesTheTimeOfItsBytes)
{
    EXPECT_TRUE(layer_parse_shape("M=4,C=2,H=9,W=8,R=3,S=3", &l_, d_));
    l_.zero_share[TENSOR_IFMAP] = 0.5;
    l_.zero_share[TENSOR_PSUM] = 0.75;
    a_.clock_hz = 200000000;
    a_.dram_bytes_per_second = 1600000000; // 8 bytes a cycle
    a_.dram_latency_cycles = 0;
    given_mapping given = {};
    mapping m = {};
    ASSERT_TRUE(dataflow_find("rs")->choose(&a_, &l_, &given, &m, d_));
    layer_result r = run(), again;
    uint64_t ifmap = rlc_expected_bytes(2 * 9 * 8, 16, 0.5) / 8;
    uint64_t ofmap = rlc_expected_bytes(4 * 7 * 6, 16, 0.75) / 8;
    EXPECT_EQ(r.counts.dram_compressed[TENSOR_IFMAP].bytes, 8 * ifmap);
    EXPECT_EQ(r.counts.dram_compressed[TENSOR_PSUM].bytes, 8 * ofmap);
    a_.compression = COMPRESSION_NONE;
    again = run();
    EXPECT_EQ(again.cycles - r.cycles,
              2 * 9 * 8 / 4 - ifmap + 4 * 7 * 6 / 4 - ofmap);
}

TEST_F(Compression, DoesNotDependOnValuesNorOnTheKernelsMemory)
{
    for (int k = 0; dataflow_table[k] != nullptr; k++) {
        const char *name = dataflow_table[k]->name;
        if (sample_is_short() && k > 0)
            break;
        layer_result fast = run(name), full = run(name, false, false),
                     checked = run(name, true, false);
        EXPECT_EQ(checked.check_mismatches, 0u) << name;
        for (const layer_result *r : {&full, &checked}) {
            EXPECT_EQ(fast.cycles, r->cycles) << name;
            EXPECT_EQ(
                0, std::memcmp(&fast.counts, &r->counts, sizeof(fast.counts)))
                << name;
        }
    }
}

// Operands with the declared share of zeros, dealt at random: tiles of
// thousands of words come within two percent of the expected size.
TEST_F(Compression, SizesOfRealValuesAreCloseToTheExpectedOnes)
{
    for (double share : {0.05, 0.387, 0.793, 0.98}) {
        l_.zero_share[TENSOR_IFMAP] = share;
        l_.zero_share[TENSOR_PSUM] = 1 - share;
        layer_result r = run("rs", true, false);
        for (tensor t : {TENSOR_IFMAP, TENSOR_PSUM}) {
            double expected =
                static_cast<double>(r.counts.dram_compressed[t].bytes);
            double real = static_cast<double>(r.check_compressed_bytes[t]);
            double nonzero = (1 - l_.zero_share[t]) *
                             static_cast<double>(words(r, t)) / r.layer.N;
            // The scatter of independent zeros, and a word a tile.
            EXPECT_NEAR(real / expected, 1,
                        0.01 + 4 * std::sqrt(l_.zero_share[t] / nonzero))
                << tensor_name[t] << " " << l_.zero_share[t];
        }
    }
}

// Stored padding counts in the declared share.  Its zeros come in long runs,
// which spend pairs of their own every 32: a little longer than scattered ones.
TEST_F(Compression, OfAPaddedIfmapCountsThePaddingInItsShare)
{
    layer_set_steps(&l_, 1, 2, 1);
    EXPECT_TRUE(layer_finish(&l_, src_pos{nullptr, 0}, d_));
    layer_result r = run("rs", true, false);
    double expected =
        static_cast<double>(r.counts.dram_compressed[TENSOR_IFMAP].bytes);
    double real = static_cast<double>(r.check_compressed_bytes[TENSOR_IFMAP]);
    EXPECT_LT(real / expected, 1.06);
    EXPECT_GT(real / expected, 0.97);
    EXPECT_EQ(r.check_mismatches, 0u);
}

TEST_F(Compression, MacsAreGatedByTheDeclaredShareInEveryMode)
{
    a_.zero_gating = true;
    double macs = static_cast<double>(layer_macs(&l_));
    layer_result declared = run(), real = run("rs", true, false);
    EXPECT_NEAR(static_cast<double>(declared.gated_macs) / macs, 0.7, 1e-6);
    EXPECT_EQ(real.gated_macs, declared.gated_macs);
    EXPECT_EQ(real.gated_rf_filter_reads, declared.gated_rf_filter_reads);
    EXPECT_NEAR(static_cast<double>(real.check_zero_macs) / macs, 0.7, 0.02);
    EXPECT_EQ(declared.check_zero_macs, 0u);
    EXPECT_EQ(declared.gated_rf_filter_reads, declared.gated_macs);
    EXPECT_EQ(declared.cycles, real.cycles);
    EXPECT_EQ(0,
              std::memcmp(&declared.counts, &real.counts, sizeof(real.counts)));
    a_.zero_gating = false;
    EXPECT_EQ(run().gated_macs, 0u);
}

TEST_F(Compression, OfFmapsThatStayOnChipIsNone)
{
    a_.carries = CARRIES_FILTERS;
    layer_result r = run();
    for (tensor t : {TENSOR_IFMAP, TENSOR_PSUM}) {
        EXPECT_EQ(words(r, t), 0u);
        EXPECT_EQ(r.counts.dram_compressed[t].bytes, 0u);
        EXPECT_EQ(r.counts.access[LEVEL_L2][t].dma_reads +
                      r.counts.access[LEVEL_L2][t].dma_writes,
                  0u);
    }
    EXPECT_GT(words(r, TENSOR_FILTER), 0u);
}

TEST_F(Compression, RunsOnEveryDramPart)
{
    a_.clock_hz = 200000000;
    for (const char *part : {"ddr3_1600", "ddr4_2400", "lpddr4_2400", "hbm2"}) {
        std::strcpy(a_.dram_model, part);
        layer_result coded = run();
        a_.compression = COMPRESSION_NONE;
        layer_result plain = run();
        a_.compression = COMPRESSION_RLC;
        EXPECT_LE(coded.cycles, plain.cycles) << part;
        EXPECT_LE(coded.bounds_cycles[BOUND_dram], coded.cycles) << part;
    }
}

} // namespace
