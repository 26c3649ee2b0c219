// report_fixture.h - a result filled in by hand, and its JSON to look into.
// SPDX-License-Identifier: MIT
#ifndef TEST_REPORT_REPORT_FIXTURE_H
#define TEST_REPORT_REPORT_FIXTURE_H

#include <gtest/gtest.h>
#include <jansson.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <string>
#include <vector>

#include "sim/cli/format_table.h"
#include "sim/report/grid.h"
#include "sim/report/metrics.h"
#include "sim/report/report.h"

inline struct arch small_arch()
{
    struct arch a;
    std::memset(&a, 0, sizeof(a));
    std::strcpy(a.name, "eyeriss");
    a.clock_hz = 200000000;
    a.rows = 12;
    a.cols = 14;
    for (int t = 0; t < TENSOR_N; t++)
        a.precision_bits[t] = 16;
    for (int &words : a.rf_words)
        words = 256; // whose price is a MAC's
    a.l2_bytes = 110592;
    std::strcpy(a.dram_model, "bandwidth");
    a.dram_bytes_per_second = 480000000;
    a.zero_gating = true;
    return a;
}

// A layer of 1,680 PE-cycles x 10^3 whose ledger is full.
inline struct layer_result small_result(const char *name)
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
    layer_set_steps(&r.layer, 1, 2, 1);
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
    r.wait_dram_by[TENSOR_IFMAP][DRAM_WAIT_first_load] = 8000;
    r.wait_dram_by[TENSOR_FILTER][DRAM_WAIT_single_buffer] = 100000;
    r.wait_dram_by[TENSOR_PSUM][DRAM_WAIT_last_store] = 60000;
    r.wait_by[NETWORK_FILTER][NETWORK_WAIT_busy] = 30000;
    r.wait_by[NETWORK_IFMAP][NETWORK_WAIT_busy] = 25000;
    r.wait_by[NETWORK_IFMAP][NETWORK_WAIT_blocked] = 15000;
    r.wait_by[NETWORK_PSUM_OUT][NETWORK_WAIT_port] = 32000;
    r.counts.macs = 1000000;
    const enum level usual[] = {LEVEL_RF, LEVEL_L1, LEVEL_L2, LEVEL_DRAM};
    for (int k = 0; k < 4; k++)
        for (int t = 0; t < TENSOR_N; t++) {
            struct accesses *a = &r.counts.access[usual[k]][t];
            a->reads = 1000000u / (1u << (3 * k)) + (unsigned)t;
            a->writes = 100000u / (1u << (3 * k)) + (unsigned)t;
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
        EXPECT_TRUE(format_table[format].results(&in, to));
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

#endif
