// energy_fixture.h - loads energy tables, shipped ones or lines of a test, and
// prices machines by them.
// SPDX-License-Identifier: MIT
#ifndef TEST_ENERGY_FIXTURE_H
#define TEST_ENERGY_FIXTURE_H

#include <gtest/gtest.h>

#include <cstdio>
#include <cstring>
#include <fstream>
#include <string>

#include "sim/energy/energy.h"
#include "sim/energy/energy_range.h"

const uint64_t KIB = 1024;

inline struct arch arch_of(int bits, int psum_bits)
{
    struct arch a;
    std::memset(&a, 0, sizeof(a));
    a.rows = 12;
    a.cols = 14;
    a.precision_bits[TENSOR_IFMAP] = bits;
    a.precision_bits[TENSOR_FILTER] = bits;
    a.precision_bits[TENSOR_PSUM] = psum_bits;
    a.l2_bytes = 108 * KIB;
    return a;
}

class Energy : public testing::Test
{
  protected:
    Energy() : d_(diag_new()), path_(testing::TempDir() + "energy_test.cfg")
    {
    }
    ~Energy() override
    {
        energy_free(table_);
        diag_free(d_);
        std::remove(path_.c_str());
    }
    void load(const char *name)
    {
        energy_free(table_);
        table_ = energy_load(name, src_pos{}, d_);
        ASSERT_NE(nullptr, table_) << messages();
    }
    struct energy_costs costs(const struct arch &arch)
    {
        struct energy_costs out;
        energy_costs_of(table_, &arch, &out);
        return out;
    }
    void range_of(const struct arch &arch, const struct layer_result &result,
                  struct energy_range *out)
    {
        struct energy_range_prices *prices = energy_range_prices_new(table_);
        energy_range_of_layer(prices, &arch, &result, 0, out);
        energy_range_prices_free(prices);
    }
    std::string messages()
    {
        std::string all;
        for (int i = 0; i < diag_count(d_); i++)
            all += std::string(diag_text(d_, i)) + "\n";
        return all;
    }
    // Loads a table of these lines.
    bool load_text(const std::string &text)
    {
        energy_free(table_);
        std::ofstream(path_) << text;
        diag_clear(d_);
        table_ = energy_load(path_.c_str(), src_pos{}, d_);
        return table_ != nullptr;
    }
    // The only message of a table of these lines, without its path.
    std::string error_of(const std::string &text)
    {
        EXPECT_FALSE(load_text(text));
        EXPECT_EQ(1, diag_count(d_)) << messages();
        std::string message = messages();
        EXPECT_EQ(0u, message.find(path_)) << message;
        return message.substr(path_.size(), message.size() - path_.size() - 1);
    }

    struct diag *d_;
    struct energy_table *table_ = nullptr;
    std::string path_;
};

const char ANY_TABLE[] =
    "name = \"t\"; unit = \"pJ\"; source = \"s\";\n"
    "rf = { per_mac = 1.0; source = \"s\"; };\n"
    "noc_hop = { per_mac = 2.0; source = \"s\"; };\n"
    "dram = { energy = 1.0; bits = 8; source = \"s\"; };\n";
const char ANY_MAC[] = "mac = { energy = 1; source = \"s\"; };\n";
const char ANY_SRAM[] =
    "sram = { bytes = 64; bits = 8; energy = 1; source = \"s\"; };\n";
const std::string ANY = std::string(ANY_TABLE) + ANY_MAC + ANY_SRAM;

#endif
