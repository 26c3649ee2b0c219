// block_order_test.cpp - blocks evaluated and committed in a new random order
// every cycle: nothing may change, neither counts nor values.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "dataflows/dataflow.h"
#include "sim/run/kernel.h"
#include "test/array/shuffler.h"
#include "test/random_layer.h"
#include "test/sample.h"

namespace
{

struct on_network {
    const dataflow *flow;
    network_type network;
    block_grain grain;
};

class BlockOrder : public testing::TestWithParam<on_network>
{
  protected:
    BlockOrder() : d_(diag_new())
    {
    }
    ~BlockOrder() override
    {
        diag_free(d_);
    }

    layer_result run(const arch &a, const layer &l, bool check,
                     const kernel *kernel)
    {
        given_mapping none = {};
        simulate_options o = {};
        layer_result r = {};
        o.check = check;
        o.kernel = kernel;
        bool ok =
            simulate_chosen(&a, &l, GetParam().flow->name, &none, &o, &r, d_);
        if (!ok)
            ADD_FAILURE() << describe(l) << ": " << diag_text(d_, 0);
        return r;
    }

    diag *d_;
};

TEST_P(BlockOrder, ChangesNothing)
{
    random_case random(33);
    shuffler shuffled = {GetParam().grain, std::mt19937(1), {}, 0};
    const kernel kernel = {&shuffled, shuffler::assembled, shuffler::run_pass,
                           nullptr};
    for (int k = 0, end = sample(24, "random layers"); k < end; k++) {
        arch a = random.machine();
        a.array_network = GetParam().network;
        a.tight_folds = random.pick(0, 1) != 0;
        a.drain = random.pick(0, 1) ? DRAIN_OVERLAPPED : DRAIN_SERIAL;
        random.add_shadow_words(&a);
        random.choose_for(GetParam().flow->name, &a);
        if (a.array_network == NETWORK_MULTICAST && k >= 12 &&
            std::strcmp(GetParam().flow->name, "nlr") != 0)
            random.add_l1(&a, k >= 18 ? L2_TO_L1_MESH : L2_TO_L1_MULTICAST);
        layer l = random.shape();
        bool check = k % 2 == 0;
        layer_result want = run(a, l, check, nullptr);
        layer_result got = run(a, l, check, &kernel);
        ASSERT_EQ(got.cycles, want.cycles) << describe(l);
        ASSERT_EQ(got.array_cycles, want.array_cycles) << describe(l);
        for (int c = 0; c < LEDGER_N; c++)
            ASSERT_EQ(got.ledger_pe_cycles[c], want.ledger_pe_cycles[c])
                << ledger_name[c] << ", " << describe(l);
        ASSERT_EQ(std::memcmp(&got.counts, &want.counts, sizeof(got.counts)), 0)
            << describe(l);
        ASSERT_EQ(got.checked, check);
        ASSERT_EQ(got.check_mismatches, 0u) << describe(l);
        ASSERT_EQ(got.gated_macs, want.gated_macs) << describe(l);
    }
    size_t least = GetParam().grain == BLOCK_GRAIN_PE ? 30 : 6;
    if (GetParam().network == NETWORK_SYSTOLIC)
        least = GetParam().grain == BLOCK_GRAIN_PE ? 10 : 1; // rows, sequencer
    if (!sample_is_short()) {
        EXPECT_GE(shuffled.most_blocks, least);
    }
}

TEST(Blocks, AreNamedOnceEach)
{
    random_case random(5);
    arch a = random.machine();
    layer l = random.shape();
    given_mapping none = {};
    mapping m = {};
    diag *d = diag_new();
    auto *p = new program();
    a.rows = a.cols = 5;
    ASSERT_TRUE(dataflow_find("rs")->choose(&a, &l, &none, &m, d));
    dataflow_find("rs")->compile(&a, &l, &m, p);
    array_side *side = array_side_new(p, nullptr);
    for (block_grain grain : {BLOCK_GRAIN_ARRAY, BLOCK_GRAIN_PE}) {
        block *list = nullptr;
        int n = array_side_blocks(side, grain, &list);
        std::vector<std::string> names;
        for (int k = 0; k < n; k++)
            names.push_back(list[k].name);
        std::sort(names.begin(), names.end());
        EXPECT_EQ(std::unique(names.begin(), names.end()), names.end());
        std::free(list);
    }
    array_side_free(side);
    delete p;
    diag_free(d);
}

std::vector<on_network> everywhere()
{
    std::vector<on_network> all;
    for (block_grain grain : {BLOCK_GRAIN_ARRAY, BLOCK_GRAIN_PE}) {
        for (int k = 0; dataflow_table[k] != nullptr; k++)
            all.push_back({dataflow_table[k], NETWORK_MULTICAST, grain});
        for (const char *flow : {"ws", "os", "is"})
            all.push_back({dataflow_find(flow), NETWORK_SYSTOLIC, grain});
    }
    return all;
}

INSTANTIATE_TEST_SUITE_P(
    Everywhere, BlockOrder, testing::ValuesIn(everywhere()),
    [](const testing::TestParamInfo<on_network> &at) {
        return std::string(at.param.flow->name) +
               (at.param.network == NETWORK_SYSTOLIC ? "_systolic"
                                                     : "_multicast") +
               (at.param.grain == BLOCK_GRAIN_PE ? "_pe" : "_array");
    });

} // namespace
