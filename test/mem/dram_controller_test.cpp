// dram_controller_test.cpp - the controller of a DRAM part: latencies, streams,
// and who goes first.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "test/mem/each_part.h"
#include "test/mem/part_memory.h"
#include "test/sample.h"

namespace
{

using DramController = EachPart;

INSTANTIATE_TEST_SUITE_P(Preset, DramController, testing::ValuesIn(all_parts()),
                         name_of);

// ---- latency ----

TEST_P(DramController, ASingleReadTakesWhatItsRowNeeds)
{
    const uint64_t hit = static_cast<uint64_t>(part.CL + data);
    const uint64_t closed = hit + static_cast<uint64_t>(part.tRCD);
    const uint64_t other = closed + static_cast<uint64_t>(part.tRP);
    const uint64_t period = static_cast<uint64_t>(part.tREFI), apart = 150;
    std::mt19937 engine(1);
    std::map<int, int> open; // row by bank
    std::map<uint64_t, int> seen;
    Memory memory(part, Memory::UNWATCHED);
    uint64_t start = 0;
    const int reads = sample(3000, "random reads");
    for (int k = 0; k < reads; k++) {
        int bank = static_cast<int>(engine() % 3);
        int row = static_cast<int>(engine() % 2);
        start += apart;
        if ((start - 1) % period >= period - apart) { // past the refresh
            start += 2 * apart + static_cast<uint64_t>(part.tRFC);
            open.clear();
        }
        uint64_t expected = open.count(bank) == 0  ? closed
                            : open.at(bank) == row ? hit
                                                   : other;
        ASSERT_EQ(memory.serve({memory.burst(bank, row, 0)}, start),
                  start + expected);
        open[bank] = row;
        seen[expected]++;
    }
    EXPECT_GT(seen[closed], reads / 75);
    EXPECT_GT(seen[hit], reads / 8);
    EXPECT_GT(seen[other], reads / 8);
}

TEST_P(DramController, ARefreshIsDueEachTrefiAndNotAClockEarlier)
{
    uint64_t due = static_cast<uint64_t>(part.tREFI);
    for (uint64_t start : {due - 1, due}) {
        Memory memory(part);
        memory.serve({memory.burst(0, 3, 0)}, 500);
        memory.events.clear();
        memory.serve({memory.burst(0, 3, 1)}, start);
        if (start < due) {
            ASSERT_EQ(memory.events.size(), 1u);
            EXPECT_EQ(memory.events[0],
                      (dram_event{start, DRAM_READ, 0, 3, 1}));
            continue;
        }
        uint64_t refresh = due + static_cast<uint64_t>(part.tRP);
        uint64_t open = refresh + static_cast<uint64_t>(part.tRFC);
        uint64_t read = open + static_cast<uint64_t>(part.tRCD);
        const std::vector<dram_event> expected = {
            {due, DRAM_PRECHARGE_ALL, -1, -1, -1},
            {refresh, DRAM_REFRESH, -1, -1, -1},
            {open, DRAM_ACTIVATE, 0, 3, -1},
            {read, DRAM_READ, 0, 3, 1}};
        EXPECT_EQ(memory.events, expected);
        // Rows are closed now: the next ones come on time, alone.
        memory.events.clear();
        memory.serve({memory.burst(0, 3, 1)}, 5 * due + 1);
        ASSERT_GE(memory.events.size(), 5u);
        EXPECT_EQ(memory.events[1].clock,
                  2 * due + static_cast<uint64_t>(part.tRP));
        for (uint64_t k = 3; k <= 5; k++)
            EXPECT_EQ(memory.events[k - 1],
                      (dram_event{k * due, DRAM_REFRESH, -1, -1, -1}));
    }
}

// ---- bandwidth ----

// N bursts need N * d clocks of the data bus, d = data (no preset's tCCD_S is
// longer).  The first column goes at tRCD.  Rows in sight are opened while
// others are read: 32 bursts, 64 clocks or more, against tRP + tRCD and a few
// tRRD, so a change of rows costs nothing; nor does the change of groups.
// What a refresh costs, from the last column before it to the first after:
//   PREA  at least `close` later (tRTP; a write: CWL + data + tWR), at most d
//         or tRAS more, if a row had just been opened,
//   then  tRP, tRFC, tRCD,
//   and   at most until all rows of this and of the next place are open again:
//         tFAW and a tRRD for each group,
//   less  the d that would have passed anyway.
TEST_P(DramController, AStreamReachesThePeakBandwidthLessItsRefreshes)
{
    const dram_cfg cfg = part_cfg(part);
    const uint64_t burst_bytes = static_cast<uint64_t>(dram_burst_bytes(&cfg));
    const uint64_t d = static_cast<uint64_t>(data);
    const uint64_t tREFI = static_cast<uint64_t>(part.tREFI);
    const uint64_t n = 20 * tREFI / d;
    for (bool is_write : {false, true}) {
        Memory memory(part, Memory::UNWATCHED);
        uint64_t end =
            memory.serve({run_of_bytes(0, n * burst_bytes, is_write)}, 0);
        uint64_t refreshes = memory.counts().refreshes;
        int latency = (is_write ? part.CWL : part.CL) + data;
        int close = is_write ? part.CWL + data + part.tWR : part.tRTP;
        int fixed = part.tRP + part.tRFC + part.tRCD - data;
        int again = part.tFAW + part.bankgroups * part.tRRD_L;
        int least = close + fixed;
        int most = std::max(close, part.tRAS) + data + fixed + again;
        uint64_t ideal =
            static_cast<uint64_t>(part.tRCD + latency) + (n - 1) * d;
        EXPECT_EQ(memory.counts().bursts, n);
        EXPECT_EQ(refreshes, (end - static_cast<uint64_t>(latency)) / tREFI);
        EXPECT_GE(refreshes, 20u);
        EXPECT_GE(end, ideal + refreshes * static_cast<uint64_t>(least));
        EXPECT_LE(end, ideal + (refreshes + 1) * static_cast<uint64_t>(most) -
                           static_cast<uint64_t>(fixed));
        // The two differ by no more than this share of the time.
        EXPECT_LE(100 * (most - least), 3 * part.tREFI);
    }
}

// ---- who goes first ----

TEST_P(DramController, AHitGoesBeforeAnOlderBurstOfAnotherRow)
{
    Memory memory(part);
    memory.serve({memory.burst(0, 1, 0), memory.burst(0, 2, 0),
                  memory.burst(0, 1, 1), memory.burst(0, 2, 1)},
                 0);
    auto columns = memory.columns();
    ASSERT_EQ(columns.size(), 4u);
    const int rows[] = {1, 1, 2, 2}, bursts[] = {0, 1, 0, 1};
    for (size_t k = 0; k < 4; k++) {
        EXPECT_EQ(columns[k].row, rows[k]);
        EXPECT_EQ(columns[k].burst, bursts[k]);
    }
    EXPECT_EQ(memory.counts().activates, 2u);
    EXPECT_EQ(memory.counts().row_hits, 2u);
}

TEST_P(DramController, NoBurstIsOvertakenMoreThan64TimesInItsBank)
{
    Memory memory(part);
    dram_request hits = memory.burst(0, 1, 1);
    hits.loop[2] = {100, 0};
    hits.loop[3] = {8, memory.address(0, 1, 2) - memory.address(0, 1, 1)};
    memory.serve({memory.burst(0, 1, 0), memory.burst(0, 2, 0), hits}, 0);
    auto columns = memory.columns();
    ASSERT_EQ(columns.size(), 802u);
    for (size_t k = 0; k < columns.size(); k++)
        EXPECT_EQ(columns[k].row, k == 65 ? 2 : 1) << k;
}

TEST_P(DramController, WhileItsRowIsOpenedOtherBanksGoOn)
{
    Memory memory(part);
    int other = part.bankgroups > 1 ? part.banks_per_group : 1;
    std::vector<dram_request> list = {memory.burst(0, 1, 0),
                                      memory.burst(0, 2, 0)};
    for (int k = 0; k < 400; k++)
        list.push_back(memory.burst(k % 2 == 0 ? 0 : other, 1, 1 + k % 8));
    memory.serve(list, 0);
    auto columns = memory.columns();
    size_t at = 0;
    while (columns[at].row == 1)
        at++;
    // It waits for PRE and ACT, in which the others move a burst every `data`.
    int meanwhile = (part.tRTP + part.tRP + part.tRCD + part.tCCD_L) / data + 1;
    EXPECT_GE(at, 65u);
    EXPECT_LE(at, 65u + static_cast<size_t>(meanwhile));
}

TEST_P(DramController, AWriteWaitsForNoMoreThanAQueueOfReads)
{
    Memory memory(part);
    std::vector<dram_request> list = {
        memory.burst(1, 0, 0, true),
        run_of_bytes(memory.address(0, 5, 0), 100000)};
    memory.serve(list, 0);
    auto columns = memory.columns();
    for (size_t k = 0; k < columns.size(); k++)
        ASSERT_EQ(columns[k].command == DRAM_WRITE,
                  k == static_cast<size_t>(part.queue_bursts))
            << k;
}

TEST_P(DramController, ReadsAndWritesTakeTurnsOfAQueue)
{
    Memory memory(part);
    std::vector<dram_request> list;
    for (int k = 0; k < 1000; k++)
        list.push_back(memory.burst(k % 2, 0, k % 8, k % 2 == 1));
    memory.serve(list, 0);
    auto columns = memory.columns();
    std::vector<int> turns = {0};
    for (size_t k = 0; k < columns.size(); k++) {
        if (k > 0 && columns[k].command != columns[k - 1].command)
            turns.push_back(0);
        turns.back()++;
    }
    ASSERT_GT(turns.size(), 10u);
    for (size_t k = 0; k + 2 < turns.size(); k++) {
        EXPECT_GE(turns[k], part.queue_bursts) << k;
        EXPECT_LE(turns[k], 2 * part.queue_bursts) << k;
    }
}

} // namespace
