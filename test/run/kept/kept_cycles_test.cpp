// kept_cycles_test.cpp - runs whose tiles stay in L2 take the cycles of an
// oracle that shares no code with the memory side, nor with the array.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <memory>

#include "test/run/kept/kept_fixture.h"
#include "test/run/kept/memory_oracle.h"
#include "test/sample.h"

namespace
{

constexpr uint64_t PASSES_MAX = 100;

class KeptCycles : public Kept
{
  protected:
    // What the oracle knows: a multicast array, whole words, ifmaps, filters
    // and ofmaps in DRAM.
    bool draw_plain(random_case &random)
    {
        if (!draw(random))
            return false;
        a_.array_network = NETWORK_MULTICAST;
        a_.pass_overlap = false;
        a_.compression = COMPRESSION_NONE;
        a_.carries = CARRIES_ALL;
        a_.ofmap_bits = 0;
        a_.drain = DRAIN_SERIAL;
        a_.preload = PRELOAD_SERIAL;
        l_.op = LAYER_CONV;
        if (random.pick(0, 2) != 0)
            std::strcpy(a_.dram_model, "bandwidth");
        a_.dram_bytes_per_second =
            uint64_t(1 + random.spread(40)) * 70000000 + 1;
        a_.dram_latency_cycles = random.pick(0, 2) * random.pick(0, 40);
        return takes(&m_);
    }

    // False: too many passes.
    bool hold(const mapping &m, uint64_t *cycles)
    {
        auto p = std::make_unique<program>();
        GetParam()->compile(&a_, &l_, &m, p.get());
        if (p->passes > PASSES_MAX)
            return false;
        const oracle_run want = run_memory_oracle(*p);
        for (bool memo : {false, true}) {
            layer_result r = {};
            run(m, memo, &r);
            EXPECT_EQ(r.cycles, want.cycles) << a_.dram_model;
            for (int t = 0; t < TENSOR_PSUM; t++)
                EXPECT_EQ(r.counts.access[LEVEL_DRAM][t].reads,
                          want.loaded_words[t]);
            layer_result_fini(&r);
        }
        *cycles = want.cycles;
        return true;
    }
};

TEST_P(KeptCycles, ARunTakesWhatTheOracleSays)
{
    random_case random(95);
    int ran = 0, quicker = 0, bandwidth = 0;
    for (int k = 0, end = sample(80, "random layers"); k < end && !HasFailure();
         k++) {
        uint64_t stays = 0, comes = 0;
        if (!draw_plain(random))
            continue;
        SCOPED_TRACE(std::string(GetParam()->name) + ' ' + describe(l_));
        if (!hold(m_, &stays))
            continue;
        ran++;
        bandwidth += std::strcmp(a_.dram_model, "bandwidth") == 0;
        // The same tiles, none of which stay, where L2 has room.
        given_.param[given_.n - 1].value = KEEP_NONE;
        mapping none = {};
        if (takes(&none) && hold(none, &comes))
            quicker += stays < comes;
    }
    EXPECT_GT(ran, sample_is_short() ? 3 : 15);
    EXPECT_GT(bandwidth, sample_is_short() ? 1 : 8);
    EXPECT_GT(quicker, sample_is_short() ? 0 : 3);
}

INSTANTIATE_TEST_SUITE_P(All, KeptCycles,
                         testing::Values(dataflow_find("rs"),
                                         dataflow_find("ws"),
                                         dataflow_find("is"),
                                         dataflow_find("os"),
                                         dataflow_find("nlr")),
                         kept_name_of);

} // namespace
