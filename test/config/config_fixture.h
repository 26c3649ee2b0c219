// config_fixture.h - a small architecture to read, right and wrong.
// SPDX-License-Identifier: MIT
#ifndef TEST_CONFIG_CONFIG_FIXTURE_H
#define TEST_CONFIG_CONFIG_FIXTURE_H

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "sim/config/config.h"
#include "test/messages.h"

inline const char good[] = R"(name = "small";
clock_hz = 2e8;
dataflows = ["rs", "ws"];
array = { rows = 12; cols = 14; network = "multicast"; };
precision = { ifmap_bits = 16; filter_bits = 16; psum_bits = 16; };
pe = { rf = { ifmap_words = 12; filter_words = 224; psum_words = 24; }; };
l2 = { bytes = 110592; banks = 27; }; dram = { model = "ideal"; }; energy = "45nm";
)";

inline const char tables[] = R"(mapping = { table = "one"; };
mapping_tables = {
  one = { dataflow = "rs"; network = "alexnet"; rows = (
    { layer = "conv3"; m = 64; n = 4; e = 13; p = 16; q = 3; r = 2; t = 2; } ); };
  two = { dataflow = "rs"; network = "alexnet"; rows = (
    { layer = "conv3"; m = 64; n = 4; e = 13; p = 16; q = 4; r = 1; t = 4; } ); };
  three = { dataflow = "rs"; network = "vgg16"; source = "inferred"; rows = (
    { layer = "conv3"; m = 64; q = 2; } ); };
};
)";

using config_ptr = std::unique_ptr<struct config, decltype(&config_free)>;

class Config : public testing::Test
{
  protected:
    config_ptr load(const std::string &text, std::vector<const char *> set = {})
    {
        std::string path = folder.write("a.cfg", text);
        return config_ptr(config_load(path.c_str(), set.data(),
                                      static_cast<int>(set.size()), d),
                          config_free);
    }
    // The messages about `text`, without the folder.
    std::string refused(const std::string &text,
                        std::vector<const char *> set = {})
    {
        diag_clear(d);
        EXPECT_EQ(load(text, set).get(), nullptr);
        std::string all = d.text(), prefix = folder.path("");
        for (size_t at; (at = all.find(prefix)) != std::string::npos;)
            all.erase(at, prefix.size());
        return all;
    }
    // `good` with one text in place of another.
    static std::string changed(const std::string &from, const std::string &to)
    {
        std::string text = good;
        size_t at = text.find(from);
        EXPECT_NE(at, std::string::npos) << from;
        return text.replace(at, from.size(), to);
    }
    Folder folder;
    Messages d;
};

#endif
