// shipped_test.cpp - what is shipped fits together: every layer of every
// network has a legal mapping by every dataflow of every architecture.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "dataflows/program.h"
#include "sim/config/config.h"
#include "sim/config/workload.h"
#include "test/messages.h"

namespace
{

// The names of the .cfg files of a folder of configs/, sorted.
std::vector<std::string> shipped(const std::string &folder)
{
    std::vector<std::string> names;
    for (const auto &entry : std::filesystem::directory_iterator(
             std::string(ACCELSIM_SRCDIR "/configs/") + folder))
        if (entry.path().extension() == ".cfg")
            names.push_back(entry.path().stem());
    std::sort(names.begin(), names.end());
    return names;
}

// Graphs repeat the layers of lists, and are test/network's.
bool is_graph(const std::string &network)
{
    std::ifstream file(ACCELSIM_SRCDIR "/configs/networks/" + network + ".cfg");
    std::string line;
    while (std::getline(file, line))
        if (line.rfind("nodes = (", 0) == 0)
            return true;
    return false;
}

class Shipped : public testing::TestWithParam<std::string>
{
  protected:
    ~Shipped() override
    {
        config_free(cfg_);
    }
    void load()
    {
        cfg_ = config_load(GetParam().c_str(), nullptr, 0, d_);
        ASSERT_NE(nullptr, cfg_) << d_.text();
    }
    // The mapping that a run would use, compiled.
    void map(const struct dataflow *flow, const std::string &network,
             const struct layer &l)
    {
        const struct arch *a = config_arch(cfg_);
        struct given_mapping given = {};
        struct mapping mapping = {};
        struct program program = {};
        struct counts want = {};
        ASSERT_TRUE(
            config_given_mapping(cfg_, network.c_str(), &l, flow, &given, d_))
            << d_.text();
        if (given.n == 0 && !is_new(l))
            return;
        ASSERT_TRUE(flow->choose(a, &l, &given, &mapping, d_)) << d_.text();
        flow->compile(a, &l, &mapping, &program);
        flow->expect(a, &l, &mapping, &want);
        EXPECT_GT(program.passes, 0u) << l.name;
        EXPECT_EQ(layer_macs(&l), want.macs) << l.name;
    }

    // Whether no layer of this shape was there before.
    bool is_new(const struct layer &l)
    {
        const bool found =
            std::any_of(seen_.begin(), seen_.end(), [&](const struct layer &s) {
                return layer_same(&s, &l);
            });
        if (!found)
            seen_.push_back(l);
        return !found;
    }

    struct config *cfg_ = nullptr;
    std::vector<struct layer> seen_; // shapes that this dataflow has mapped
    Messages d_;
};

TEST_P(Shipped, MapsEachLayerOfEachNetworkByEachDataflow)
{
    load();
    const struct arch *a = config_arch(cfg_);
    for (int f = 0; a->dataflows[f][0] != '\0'; f++) {
        // Nests come from mapping files.
        if (dataflow_find(a->dataflows[f])->compile == nullptr)
            continue;
        seen_.clear();
        for (const std::string &network : shipped("networks")) {
            if (is_graph(network))
                continue;
            struct workload *w = workload_load(network.c_str(), src_pos{}, d_);
            ASSERT_NE(nullptr, w) << d_.text();
            // Its batch for its own network; one image of the others.
            int batch = network == a->default_network ? a->default_batch : 1;
            ASSERT_TRUE(workload_set_batch(w, batch, src_pos{}, d_));
            for (int i = 0; i < w->n_layers; i++)
                map(dataflow_find(a->dataflows[f]), network, w->layer[i]);
            workload_free(w);
        }
    }
}

std::string name_of(const testing::TestParamInfo<std::string> &architecture)
{
    return architecture.param;
}

INSTANTIATE_TEST_SUITE_P(Architectures, Shipped, testing::ValuesIn(shipped("")),
                         name_of);

} // namespace
