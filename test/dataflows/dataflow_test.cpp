// dataflow_test.cpp - every dataflow, on random layers and machines: outputs
// bit-exact, counters equal to the closed form, PE-cycles all accounted for.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <string>

#include "dataflows/dataflow.h"
#include "dataflows/program.h"
#include "sim/base/counters.h"
#include "test/random_layer.h"
#include "test/sample.h"

namespace
{

enum { SHAPES = 60 };

struct on_network {
    const dataflow *flow;
    network_type network;
};

class Dataflow : public testing::TestWithParam<on_network>
{
  protected:
    Dataflow() : d_(diag_new())
    {
    }
    ~Dataflow() override
    {
        diag_free(d_);
    }

    static arch machine(random_case &random)
    {
        arch a = random.machine();
        random.split_l2(&a);
        a.array_network = GetParam().network;
        a.tight_folds = random.pick(0, 1) != 0;
        a.drain = random.pick(0, 1) ? DRAIN_OVERLAPPED : DRAIN_SERIAL;
        random.add_shadow_words(&a);
        random.choose_for(GetParam().flow->name, &a);
        return a;
    }

    bool run(const arch &a, const layer &l, bool memo, bool check,
             layer_result *r)
    {
        const given_mapping given = narrow_rows(GetParam().flow->name, l);
        simulate_options o = {};
        o.memo = memo;
        o.check = check;
        bool ok =
            simulate_chosen(&a, &l, GetParam().flow->name, &given, &o, r, d_);
        if (!ok)
            ADD_FAILURE() << describe(l) << ": " << diag_text(d_, 0);
        return ok;
    }

    counts closed_form(const arch &a, const layer &l)
    {
        const given_mapping given = narrow_rows(GetParam().flow->name, l);
        mapping m = {};
        counts c = {};
        EXPECT_TRUE(GetParam().flow->choose(&a, &l, &given, &m, d_));
        GetParam().flow->expect(&a, &l, &m, &c);
        return c;
    }

    diag *d_;
};

TEST_P(Dataflow, ComputesRandomLayersBitExactly)
{
    random_case random(7);
    for (int k = 0, end = sample(SHAPES, "random layers"); k < end; k++) {
        arch a = machine(random);
        layer l = random.shape();
        layer_result r = {};
        ASSERT_TRUE(run(a, l, false, true, &r));
        EXPECT_EQ(r.check_outputs, uint64_t(l.N) * uint64_t(l.M) *
                                       uint64_t(l.P) * uint64_t(l.Q));
        ASSERT_EQ(r.check_mismatches, 0u) << describe(l);
    }
}

TEST_P(Dataflow, CountsWhatItsClosedFormSays)
{
    random_case random(8);
    for (int k = 0, end = sample(SHAPES, "random layers"); k < end; k++) {
        arch a = machine(random);
        layer l = random.shape();
        layer_result r = {};
        ASSERT_TRUE(run(a, l, true, false, &r));
        counts want = closed_form(a, l);
        const struct counter *off = counters_differ(&r.counts, &want);
        ASSERT_EQ(off, nullptr) << off->path << ", " << describe(l);
    }
}

TEST_P(Dataflow, ChargesEveryPeCycleToOneCause)
{
    random_case random(9);
    for (int k = 0, end = sample(SHAPES, "random layers"); k < end; k++) {
        arch a = machine(random);
        layer l = random.shape();
        layer_result r = {};
        ASSERT_TRUE(run(a, l, true, false, &r));
        EXPECT_EQ(ledger_total(r.ledger_pe_cycles),
                  uint64_t(arch_pes(&a)) * r.cycles);
        EXPECT_EQ(r.ledger_pe_cycles[LEDGER_mac], layer_macs(&l));
        EXPECT_EQ(r.ledger_pe_cycles[LEDGER_wait_dram],
                  uint64_t(arch_pes(&a)) * (r.cycles - r.array_cycles));
        EXPECT_LE(r.active_pes, arch_pes(&a));
        for (uint64_t bound : r.bounds_cycles)
            EXPECT_LE(bound, r.cycles) << describe(l);
    }
}

TEST_P(Dataflow, KnowsTheNumberOfItsPassesBeforehand)
{
    random_case random(12);
    for (int k = 0, end = sample(SHAPES, "random layers"); k < end; k++) {
        arch a = machine(random);
        layer l = random.shape();
        const given_mapping given = narrow_rows(GetParam().flow->name, l);
        mapping m = {};
        program p = {};
        ASSERT_TRUE(GetParam().flow->choose(&a, &l, &given, &m, d_));
        GetParam().flow->compile(&a, &l, &m, &p);
        cursor at;
        pass next;
        uint64_t walked = 0;
        cursor_start(&at);
        while (cursor_next(&p, &at, &next))
            walked++;
        ASSERT_EQ(p.passes, walked) << describe(l);
    }
}

TEST_P(Dataflow, RemembersPassesExactly)
{
    random_case random(10);
    for (int k = 0, end = sample(SHAPES / 3, "random layers"); k < end; k++) {
        arch a = machine(random);
        layer l = random.shape();
        layer_result fast = {}, full = {};
        ASSERT_TRUE(run(a, l, true, false, &fast));
        ASSERT_TRUE(run(a, l, false, false, &full));
        EXPECT_EQ(fast.cycles, full.cycles);
        EXPECT_EQ(fast.array_cycles, full.array_cycles);
        EXPECT_EQ(0,
                  std::memcmp(&fast.counts, &full.counts, sizeof(fast.counts)));
        EXPECT_EQ(0, std::memcmp(fast.ledger_pe_cycles, full.ledger_pe_cycles,
                                 sizeof(full.ledger_pe_cycles)));
        EXPECT_EQ(0, std::memcmp(fast.wait_dram_by, full.wait_dram_by,
                                 sizeof(full.wait_dram_by)));
        EXPECT_LE(fast.memo.simulated_passes, full.memo.simulated_passes);
        EXPECT_EQ(full.memo.simulated_passes, full.passes);
    }
}

TEST_P(Dataflow, ShowsALineThatAsksForTheSameMapping)
{
    random_case random(11);
    arch a = machine(random);
    layer l = random.shape();
    const given_mapping given = narrow_rows(GetParam().flow->name, l);
    mapping m = {};
    ASSERT_TRUE(GetParam().flow->choose(&a, &l, &given, &m, d_));
    char *text = nullptr;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    GetParam().flow->show(&a, &l, &m, to);
    fclose(to);
    for (int k = 0; GetParam().flow->params[k].name != nullptr; k++) {
        // What is as it is unless it is said is not asked for.
        if (!dataflow_param_is_told(GetParam().flow->params[k].name,
                                    m.value[k]))
            continue;
        std::string option = std::string("--set mapping.") +
                             GetParam().flow->params[k].name + "=" +
                             std::to_string(m.value[k]);
        EXPECT_NE(std::string(text).find(option), std::string::npos) << text;
    }
    free(text);
}

std::vector<on_network> all_on_multicast()
{
    std::vector<on_network> all;
    for (int k = 0; dataflow_table[k] != nullptr; k++)
        all.push_back({dataflow_table[k], NETWORK_MULTICAST});
    return all;
}

std::string name_of(const testing::TestParamInfo<on_network> &info)
{
    return info.param.flow->name;
}

INSTANTIATE_TEST_SUITE_P(Multicast, Dataflow,
                         testing::ValuesIn(all_on_multicast()), name_of);
INSTANTIATE_TEST_SUITE_P(
    Systolic, Dataflow,
    testing::Values(on_network{dataflow_find("ws"), NETWORK_SYSTOLIC},
                    on_network{dataflow_find("is"), NETWORK_SYSTOLIC},
                    on_network{dataflow_find("os"), NETWORK_SYSTOLIC}),
    name_of);

} // namespace
