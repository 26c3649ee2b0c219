// ahead_test.cpp - passes simulated ahead of need are those that will be
// needed, each once, and whoever simulates them, a layer's end is the same.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "dataflows/program.h"
#include "sim/run/ahead.h"
#include "sim/run/program_passes.h"
#include "test/random_layer.h"
#include "test/sample.h"

namespace
{

using work = std::vector<unsigned char>;

work work_of(const pass &one)
{
    const auto *bytes = reinterpret_cast<const unsigned char *>(&one.work);
    return work(bytes, bytes + sizeof(one.work));
}

// Descriptors in the order of their first pass.
template <typename next>
std::vector<work> firsts(const program &p, next step, uint64_t *passes)
{
    std::vector<work> in_order;
    std::set<work> seen;
    cursor at;
    pass one;
    cursor_start(&at);
    for (*passes = 0; step(&p, &at, &one); ++*passes)
        if (seen.insert(work_of(one)).second)
            in_order.push_back(work_of(one));
    return in_order;
}

TEST(Ahead, LooksAtEveryDescriptorInTheOrderOfNeed)
{
    random_case random(61);
    uint64_t all = 0, looked_at = 0;
    diag *d = diag_new();
    for (int k = 0, end = sample(200, "random layers"); k < end; k++) {
        arch a = random.machine();
        a.l2_bytes = 8192;
        a.array_network =
            random.pick(0, 1) ? NETWORK_MULTICAST : NETWORK_SYSTOLIC;
        layer l = random.shape();
        l.N = random.pick(1, 9);
        for (int f = 0; dataflow_table[f] != nullptr; f++) {
            const dataflow *flow = dataflow_table[f];
            given_mapping none = {};
            mapping m = {};
            uint64_t passes, looks;
            auto p = std::make_unique<program>();
            if (a.array_network == NETWORK_SYSTOLIC && !flow->on_systolic)
                continue;
            if (!flow->choose(&a, &l, &none, &m, d))
                continue;
            flow->compile(&a, &l, &m, p.get());
            EXPECT_EQ(firsts(*p, program_next_unlike, &looks),
                      firsts(*p, cursor_next, &passes))
                << flow->name << ' ' << describe(l);
            EXPECT_EQ(passes, p->passes);
            all += passes;
            looked_at += looks;
        }
    }
    diag_free(d);
    EXPECT_LT(looked_at, all / 2); // or it would not be ahead for long
}

// Threads without a layer, as long as it lives.
class helpers
{
  public:
    explicit helpers(int threads) : ahead(ahead_new())
    {
        for (int k = 0; k < threads; k++)
            crew_.emplace_back(ahead_help, ahead);
    }
    ~helpers()
    {
        ahead_end(ahead);
        for (std::thread &t : crew_)
            t.join();
        ahead_free(ahead);
    }
    struct ahead *const ahead;

  private:
    std::vector<std::thread> crew_;
};

// Fifos so short that rs waits for ever.
TEST(Ahead, ALayerThatFailsFailsInTheSameWords)
{
    random_case random(5);
    layer_result r = {};
    given_mapping none = {};
    int failed = 0;
    for (int k = 0, end = sample(40, "random layers"); k < end; k++) {
        arch a = random.machine();
        layer l = random.shape();
        a.fifo_words = 1;
        pass_memory *memory = pass_memory_new(1 << 20);
        simulate_options alone = {}, helped = {};
        diag *said[2] = {diag_new(), diag_new()};
        alone.memo = helped.memo = true;
        helped.memory = memory;
        bool ok = simulate_chosen(&a, &l, "rs", &none, &alone, &r, said[0]);
        {
            helpers crew(2);
            helped.ahead = crew.ahead;
            EXPECT_EQ(
                ok, simulate_chosen(&a, &l, "rs", &none, &helped, &r, said[1]));
        }
        if (!ok) {
            std::string text = diag_text(said[0], 0);
            EXPECT_EQ(text, diag_text(said[1], 0));
            failed += text.find("deadlocked") != std::string::npos;
        }
        pass_memory_free(memory);
        diag_free(said[0]);
        diag_free(said[1]);
    }
    EXPECT_GT(failed, 0);
}

} // namespace
