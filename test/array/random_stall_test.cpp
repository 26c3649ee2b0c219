// random_stall_test.cpp - fifos that refuse at random, as if full: everything
// comes later, but counts and values are as they were, by every dataflow.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "dataflows/dataflow.h"
#include "sim/run/kernel.h"
#include "test/random_layer.h"
#include "test/sample.h"

namespace
{

// A kernel in which a network stands still every now and then: what it sends
// to finds no room, what sends to it finds none either.
struct staller {
    std::mt19937 engine{1};
    std::vector<block> blocks;
    int refused_of_8 = 0; /* drawn for the pass at hand */
    uint64_t stalls = 0;

    static void assembled(void *context, array_side *side)
    {
        auto *s = static_cast<staller *>(context);
        block *list = nullptr;
        int n = array_side_blocks(side, BLOCK_GRAIN_ARRAY, &list);
        s->blocks.assign(list, list + n);
        std::free(list);
    }

    bool refuses(const block &b)
    {
        bool is_network =
            std::string(b.name).find("_network") != std::string::npos;
        return is_network && int(engine() % 8) < refused_of_8;
    }

    static run_end run_pass(void *context, array_side *side, uint64_t)
    {
        auto *s = static_cast<staller *>(context);
        s->refused_of_8 = int(s->engine() % 8);
        for (int cycle = 0; !array_side_is_done(side); cycle++) {
            if (cycle > 10000000)
                return RUN_LIMIT;
            for (const block &b : s->blocks)
                if (s->refuses(b))
                    s->stalls++;
                else
                    b.eval(b.self, b.part);
            for (const block &b : s->blocks)
                b.commit(b.self, b.part);
        }
        return RUN_DONE;
    }
};

class RandomStall : public testing::TestWithParam<const dataflow *>
{
  protected:
    RandomStall() : d_(diag_new())
    {
    }
    ~RandomStall() override
    {
        diag_free(d_);
    }

    layer_result run(const arch &a, const layer &l, const kernel *kernel)
    {
        given_mapping none = {};
        simulate_options o = {};
        layer_result r = {};
        o.check = true;
        o.kernel = kernel;
        EXPECT_TRUE(
            simulate_chosen(&a, &l, GetParam()->name, &none, &o, &r, d_))
            << describe(l) << ": " << diag_text(d_, 0);
        return r;
    }

    diag *d_;
};

TEST_P(RandomStall, DelaysEverythingAndChangesNothing)
{
    random_case random(41);
    staller stalling;
    const kernel kernel = {&stalling, staller::assembled, staller::run_pass,
                           nullptr};
    uint64_t cycles = 0, stalled_cycles = 0;
    for (int k = 0, end = sample(12, "random layers"); k < end; k++) {
        arch a = random.machine();
        layer l = random.shape();
        layer_result want = run(a, l, nullptr);
        layer_result got = run(a, l, &kernel);
        ASSERT_EQ(got.passes, want.passes);
        ASSERT_EQ(0, std::memcmp(&got.counts, &want.counts, sizeof(got.counts)))
            << describe(l);
        ASSERT_EQ(got.ledger_pe_cycles[LEDGER_mac],
                  want.ledger_pe_cycles[LEDGER_mac]);
        ASSERT_EQ(ledger_total(got.ledger_pe_cycles),
                  uint64_t(arch_pes(&a)) * got.cycles);
        ASSERT_EQ(got.check_outputs, want.check_outputs);
        ASSERT_EQ(got.check_mismatches, 0u) << describe(l);
        ASSERT_EQ(got.gated_macs, want.gated_macs) << describe(l);
        cycles += want.array_cycles;
        stalled_cycles += got.array_cycles;
    }
    EXPECT_GT(stalling.stalls, 1000u);
    EXPECT_GT(stalled_cycles, cycles + cycles / 4);
}

std::vector<const dataflow *> all()
{
    std::vector<const dataflow *> flows;
    for (int k = 0; dataflow_table[k] != nullptr; k++)
        flows.push_back(dataflow_table[k]);
    return flows;
}

std::string name_of(const testing::TestParamInfo<const dataflow *> &flow)
{
    return flow.param->name;
}

INSTANTIATE_TEST_SUITE_P(Multicast, RandomStall, testing::ValuesIn(all()),
                         name_of);

} // namespace
