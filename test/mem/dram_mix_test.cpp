// dram_mix_test.cpp - random mixes of requests to each DRAM preset: against
// the data sheets' rules, against a controller that looks in every clock, and
// with and without the steps that take many commands at a time.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <sstream>
#include <tuple>

#include "test/mem/dram_oracle.h"
#include "test/mem/dram_requests.h"
#include "test/mem/each_part.h"
#include "test/mem/part_memory.h"
#include "test/mem/part_relative.h"
#include "test/sample.h"

namespace
{

using DramMix = EachPart;

INSTANTIATE_TEST_SUITE_P(Preset, DramMix, testing::ValuesIn(all_parts()),
                         name_of);

std::string printed(const std::vector<dram_event> &events, size_t at)
{
    std::ostringstream text;
    for (size_t k = at < 5 ? 0 : at - 5; k < events.size() && k < at + 3; k++)
        text << (k == at ? "-> " : "   ") << events[k] << "\n";
    return text.str();
}

using placed = std::tuple<int, int, int, bool>;

placed placed_of(const dram_event &e)
{
    return placed(e.bank, e.row, e.burst, e.command == DRAM_WRITE);
}

TEST_P(DramMix, NoRuleIsBrokenAndEachBurstIsMovedOnceOnRandomMixes)
{
    for (unsigned seed = 0, n = sample(12, "seeds of requests"); seed < n;
         seed++) {
        random_requests random(part, seed);
        Memory memory(part);
        dram_rules rules(part);
        size_t checked = 0;
        for (int call = 0; call < 40; call++) {
            auto list = random.list(9000);
            uint64_t start = memory.free_clock() + random.pause();
            uint64_t end = memory.serve(list, start), data_end = start;
            std::map<placed, int> asked;
            for (const dram_event &move : bursts_of(part, list))
                asked[placed_of(move)]++;
            for (; checked < memory.events.size(); checked++) {
                const dram_event &e = memory.events[checked];
                ASSERT_EQ(rules.broken(e), "")
                    << printed(memory.events, checked);
                rules.add(e);
                if (!moves_data(e))
                    continue;
                ASSERT_GE(e.clock, start);
                asked[placed_of(e)]--;
                int latency = (e.command == DRAM_READ ? part.CL : part.CWL);
                data_end = std::max(
                    data_end, e.clock + static_cast<uint64_t>(latency + data));
            }
            for (const auto &left : asked)
                ASSERT_EQ(left.second, 0) << "seed " << seed;
            ASSERT_EQ(end, data_end);
        }
        ASSERT_GT(checked, 1000u);
    }
}

void expect_as_naive(const dram_part &part, unsigned seed)
{
    random_requests random(part, seed);
    Memory memory(part);
    naive_controller naive(part);
    const auto &events = memory.events, &expected = naive.events();
    for (int call = 0; call < 30; call++) {
        auto list = random.list(6000);
        uint64_t start = memory.free_clock() + random.pause();
        uint64_t end = memory.serve(list, start);
        ASSERT_EQ(end, naive.serve(list, start));
        auto differ = std::mismatch(events.begin(), events.end(),
                                    expected.begin(), expected.end());
        size_t at = static_cast<size_t>(differ.first - events.begin());
        ASSERT_TRUE(events == expected) << "seed " << seed << "\n"
                                        << printed(events, at) << "expected\n"
                                        << printed(expected, at);
    }
}

TEST_P(DramMix, CommandsAreThoseOfAControllerThatLooksInEveryClock)
{
    const unsigned end = 100 + unsigned(sample(4, "seeds of requests"));
    for (unsigned seed = 100; seed < end; seed++)
        expect_as_naive(part, seed);
}

TEST_P(DramMix, TheyAreWithQueuesOfOtherLengths)
{
    for (int bursts : {1, 2, 7, 64}) {
        part.queue_bursts = bursts;
        expect_as_naive(part, static_cast<unsigned>(bursts));
    }
}

// Bursts take turns among the channels, which begin a call together.
TEST_P(DramMix, ChannelsAreControllersOfTheirOwn)
{
    const int end = sample(4, "seeds of requests");
    for (int seed = 0; seed < end; seed++)
        for (int channels : {2, 3, 8}) {
            random_requests random(part, unsigned(seed));
            Memory memory(part, Memory::WATCHED, channels);
            std::vector<naive_controller> naive;
            for (int k = 0; k < channels; k++)
                naive.emplace_back(part, uint64_t(channels), uint64_t(k));
            uint64_t bursts = 0;
            for (int call = 0; call < 20; call++) {
                auto list = random.list(6000);
                uint64_t start = memory.free_clock() + random.pause();
                uint64_t last = start;
                for (naive_controller &one : naive)
                    last = std::max(last, one.serve(list, start));
                bursts += bursts_of(part, list).size();
                ASSERT_EQ(memory.serve(list, start), last)
                    << channels << " channels, seed " << seed;
                ASSERT_EQ(memory.counts().bursts, bursts);
            }
            ASSERT_TRUE(memory.events == naive[0].events());
        }
}

// A long read goes at the channels' bandwidth, one burst each at a time.
TEST_P(DramMix, AStreamIsSharedByAllChannels)
{
    const uint64_t burst = static_cast<uint64_t>(part.BL * part.bus_bytes);
    Memory one(part, Memory::UNWATCHED), eight(part, Memory::UNWATCHED, 8);
    const dram_request more = run_of_bytes(0, 8000 * burst);
    const dram_request less = run_of_bytes(0, 1000 * burst);
    EXPECT_EQ(one.serve({less}, 0), eight.serve({more}, 0));
}

// Without a tap, streams go in one step; with one, command by command.
void expect_no_difference_when_watched(const dram_part &part, unsigned seed,
                                       int calls, uint64_t bytes)
{
    random_requests random(part, seed);
    std::vector<dram_event> events;
    dram_controller watched, alone;
    dram_controller_init(&watched, &part);
    dram_controller_init(&alone, &part);
    watched.tap = tap_into(&events);
    for (int call = 0; call < calls; call++) {
        auto list = random.list(bytes);
        uint64_t now = watched.state.clock, start = now + random.pause();
        ASSERT_EQ(serve_list(&watched, list, start),
                  serve_list(&alone, list, start));
        now = watched.state.clock;
        ASSERT_EQ(now, alone.state.clock);
        const dram_totals &a = watched.counts, &b = alone.counts;
        ASSERT_EQ(a.bursts, b.bursts);
        ASSERT_EQ(a.activates, b.activates);
        ASSERT_EQ(a.row_hits, b.row_hits) << seed << " " << call;
        ASSERT_EQ(a.refreshes, b.refreshes);
        ASSERT_EQ(relative_state(watched, now), relative_state(alone, now))
            << seed << " " << call;
    }
    ASSERT_FALSE(events.empty());
}

TEST_P(DramMix, NothingChangesWhenNoOneWatches)
{
    for (unsigned seed = 0, n = sample(8, "seeds of requests"); seed < n;
         seed++) {
        expect_no_difference_when_watched(part, seed, 60, 5000);
        expect_no_difference_when_watched(part, 1000 + seed, 40, 400000);
    }
}

TEST_P(DramMix, NorDoesItWithOtherQueuesAndDistances)
{
    for (unsigned seed = 0, n = sample(24, "seeds of requests"); seed < n;
         seed++) {
        std::mt19937 engine(seed);
        part = GetParam();
        part.queue_bursts = 1 + static_cast<int>(engine() % 64);
        part.tCCD_S += static_cast<int>(engine() % 4);
        part.tCCD_L = part.tCCD_S + static_cast<int>(engine() % 20);
        part.tRRD_L = part.tRRD_S + static_cast<int>(engine() % 10);
        part.tRCD += static_cast<int>(engine() % 60);
        expect_no_difference_when_watched(part, seed, 30, 100000);
    }
}

TEST_P(DramMix, CountsAreThoseOfTheCommands)
{
    random_requests random(part, 5);
    Memory memory(part);
    uint64_t bytes = 0;
    for (int call = 0; call < 100; call++) {
        auto list = random.list(5000);
        for (dram_request &r : list) {
            // A row that was opened for a read may be closed for a write
            // first, so that it is opened twice for one burst.
            r.is_write = false;
            bytes += dram_request_bytes(&r);
        }
        memory.serve(list, memory.free_clock() + random.pause());
    }
    uint64_t n[DRAM_COMMAND_N] = {}, first_in_row = 0;
    std::map<int, bool> is_fresh; // by bank: opened, not used yet
    for (const dram_event &e : memory.events) {
        n[e.command]++;
        if (e.command == DRAM_PRECHARGE_ALL)
            is_fresh.clear();
        if (moves_data(e) && is_fresh[e.bank])
            first_in_row++;
        if (e.bank >= 0)
            is_fresh[e.bank] = e.command == DRAM_ACTIVATE;
    }
    const dram_totals &counts = memory.counts();
    EXPECT_EQ(counts.bursts, n[DRAM_READ]);
    EXPECT_EQ(counts.activates, n[DRAM_ACTIVATE]);
    EXPECT_EQ(counts.refreshes, n[DRAM_REFRESH]);
    EXPECT_EQ(counts.row_hits, counts.bursts - first_in_row);
    EXPECT_EQ(counts.read_bytes, bytes);
    EXPECT_EQ(counts.write_bytes, 0u);
}

TEST_P(DramMix, TheSameCallsGiveTheSameCommands)
{
    Memory a(part), b(part);
    for (Memory *memory : {&a, &b}) {
        random_requests random(part, 9);
        for (int call = 0; call < 30; call++)
            memory->serve(random.list(5000), random.pause());
    }
    EXPECT_EQ(a.events, b.events);
}

TEST(DramRules, ARuleThatIsBrokenIsFound)
{
    dram_rules rules(*dram_part_find("ddr4_2400"));
    rules.add({100, DRAM_ACTIVATE, 0, 5, -1});
    EXPECT_EQ(rules.broken({116, DRAM_READ, 0, 5, 0}), "tRCD");
    EXPECT_EQ(rules.broken({117, DRAM_READ, 0, 6, 0}), "the row is not open");
    EXPECT_EQ(rules.broken({117, DRAM_READ, 0, 5, 0}), "");
    EXPECT_EQ(rules.broken({9360, DRAM_READ, 0, 5, 0}), "a refresh is due");
    EXPECT_EQ(rules.broken({103, DRAM_ACTIVATE, 4, 5, -1}), "tRRD_S");
    EXPECT_EQ(rules.broken({105, DRAM_ACTIVATE, 1, 5, -1}), "tRRD_L");
    for (int k = 1; k < 4; k++)
        rules.add(
            {100 + 6 * static_cast<uint64_t>(k), DRAM_ACTIVATE, k * 4, 5, -1});
    EXPECT_EQ(rules.broken({125, DRAM_ACTIVATE, 1, 5, -1}), "tFAW");
    EXPECT_EQ(rules.broken({126, DRAM_ACTIVATE, 1, 5, -1}), "");
}

} // namespace
