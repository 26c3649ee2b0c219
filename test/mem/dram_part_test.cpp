// dram_part_test.cpp - a DRAM part: each timing rule to the clock, and the
// address map.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <tuple>

#include "mem/dram_part.h"
#include "test/mem/dram_oracle.h"
#include "test/mem/each_part.h"
#include "test/sample.h"

namespace
{

using DramPart = EachPart;

INSTANTIATE_TEST_SUITE_P(Preset, DramPart, testing::ValuesIn(all_parts()),
                         name_of);

// ---- one command after another ----

// A part's banks as commands are issued by hand.  Commands before the probed
// one are spaced far enough for all other rules.
class Bench
{
  public:
    explicit Bench(const dram_part &part) : part_(part)
    {
        dram_timing_init(&timing_, &part);
        dram_part_state_init(&state_, &timing_);
    }
    // Banks 0 and same_group() share a group; other_group() has another, if
    // the part has several: with one, the two distances are the same.
    int same_group() const
    {
        return 1;
    }
    int other_group() const
    {
        return part_.bankgroups > 1 ? part_.banks_per_group : 2;
    }
    void issue(enum dram_command command, int bank, uint64_t clock)
    {
        dram_part_issue(&timing_, &state_, command, bank, 7, clock);
    }
    // Whether it is legal `clocks` after `from`, and not one clock earlier.
    testing::AssertionResult is_first(enum dram_command command, int bank,
                                      uint64_t from, int clocks)
    {
        uint64_t on_time = from + static_cast<uint64_t>(clocks);
        uint64_t earliest =
            dram_part_earliest(&timing_, &state_, command, bank);
        if (earliest > on_time)
            return testing::AssertionFailure()
                   << "not allowed on time: " << earliest - from << " clocks, "
                   << "not " << clocks;
        if (earliest <= on_time - 1)
            return testing::AssertionFailure()
                   << "allowed one clock early, or more: " << earliest - from
                   << " clocks, not " << clocks;
        return testing::AssertionSuccess();
    }
    void open_early(std::initializer_list<int> banks)
    {
        uint64_t clock = 0;
        for (int bank : banks)
            issue(DRAM_ACTIVATE, bank, clock += 200);
    }

  private:
    dram_part part_;
    dram_timing timing_;
    dram_part_state state_;
};

const uint64_t t0 = 2000;

TEST_P(DramPart, AColumnAccessWaitsTrcdAfterItsActivate)
{
    Bench bench(part);
    bench.issue(DRAM_ACTIVATE, 0, t0);
    EXPECT_TRUE(bench.is_first(DRAM_READ, 0, t0, part.tRCD));
    EXPECT_TRUE(bench.is_first(DRAM_WRITE, 0, t0, part.tRCD));
}

TEST_P(DramPart, APrechargeWaitsTrasAfterTheActivate)
{
    Bench bench(part);
    bench.issue(DRAM_ACTIVATE, 0, t0);
    EXPECT_TRUE(bench.is_first(DRAM_PRECHARGE, 0, t0, part.tRAS));
    EXPECT_TRUE(bench.is_first(DRAM_PRECHARGE_ALL, -1, t0, part.tRAS));
}

TEST_P(DramPart, AnActivateWaitsTrpAfterThePrecharge)
{
    Bench bench(part);
    bench.open_early({0});
    bench.issue(DRAM_PRECHARGE, 0, t0);
    EXPECT_TRUE(bench.is_first(DRAM_ACTIVATE, 0, t0, part.tRP));
    EXPECT_TRUE(bench.is_first(DRAM_REFRESH, -1, t0, part.tRP));
    EXPECT_TRUE(bench.is_first(DRAM_ACTIVATE, 1, t0, 1)); // its own bank only
}

TEST_P(DramPart, APrechargeOfAllHoldsBackEachBankThatWasOpen)
{
    Bench bench(part);
    bench.open_early({0, 3});
    bench.issue(DRAM_PRECHARGE_ALL, -1, t0);
    EXPECT_TRUE(bench.is_first(DRAM_ACTIVATE, 0, t0, part.tRP));
    EXPECT_TRUE(bench.is_first(DRAM_ACTIVATE, 3, t0, part.tRP));
    EXPECT_TRUE(bench.is_first(DRAM_REFRESH, -1, t0, part.tRP));
}

TEST_P(DramPart, TwoActivatesOfABankAreTrcApart)
{
    part.tRP = 1; // else tRAS + tRP says the same
    Bench bench(part);
    bench.issue(DRAM_ACTIVATE, 0, t0);
    bench.issue(DRAM_PRECHARGE, 0, t0 + static_cast<uint64_t>(part.tRAS));
    EXPECT_TRUE(bench.is_first(DRAM_ACTIVATE, 0, t0, part.tRC));
}

TEST_P(DramPart, TwoActivatesAreTrrdApart)
{
    Bench bench(part);
    bench.issue(DRAM_ACTIVATE, 0, t0);
    EXPECT_TRUE(
        bench.is_first(DRAM_ACTIVATE, bench.same_group(), t0, part.tRRD_L));
    EXPECT_TRUE(
        bench.is_first(DRAM_ACTIVATE, bench.other_group(), t0, part.tRRD_S));
}

TEST_P(DramPart, TheFifthActivateWaitsTfawAfterTheFirst)
{
    part.tRRD_S = part.tRRD_L = 1; // else four of them may say the same
    Bench bench(part);
    for (int bank = 0; bank < 4; bank++)
        bench.issue(DRAM_ACTIVATE, bank, t0 + 2 * static_cast<uint64_t>(bank));
    EXPECT_TRUE(bench.is_first(DRAM_ACTIVATE, 4, t0, part.tFAW));
    bench.issue(DRAM_ACTIVATE, 4, t0 + static_cast<uint64_t>(part.tFAW));
    EXPECT_TRUE(bench.is_first(DRAM_ACTIVATE, 5, t0 + 2, part.tFAW));
}

TEST_P(DramPart, TwoReadsAndTwoWritesAreTccdApartOrABurst)
{
    for (enum dram_command command : {DRAM_READ, DRAM_WRITE}) {
        Bench bench(part);
        int near = bench.same_group(), far = bench.other_group();
        bench.open_early({0, near, far});
        bench.issue(command, 0, t0);
        EXPECT_TRUE(
            bench.is_first(command, 0, t0, std::max(part.tCCD_L, data)));
        EXPECT_TRUE(
            bench.is_first(command, near, t0, std::max(part.tCCD_L, data)));
        EXPECT_TRUE(
            bench.is_first(command, far, t0, std::max(part.tCCD_S, data)));
    }
}

TEST_P(DramPart, TccdHoldsWhereItIsLongerThanABurst)
{
    part.tCCD_S = data + 3;
    part.tCCD_L = part.bankgroups > 1 ? data + 5 : data + 3;
    Bench bench(part);
    bench.open_early({0, bench.other_group()});
    bench.issue(DRAM_READ, 0, t0);
    EXPECT_TRUE(bench.is_first(DRAM_READ, 0, t0, part.tCCD_L));
    EXPECT_TRUE(
        bench.is_first(DRAM_READ, bench.other_group(), t0, part.tCCD_S));
}

TEST_P(DramPart, AWriteAfterAReadWaitsUntilTheBusHasTurned)
{
    Bench bench(part);
    bench.open_early({0, bench.other_group()});
    bench.issue(DRAM_READ, 0, t0);
    int turn = part.CL + data + 2 - part.CWL;
    EXPECT_TRUE(bench.is_first(DRAM_WRITE, 0, t0, turn));
    EXPECT_TRUE(bench.is_first(DRAM_WRITE, bench.other_group(), t0, turn));
}

TEST_P(DramPart, AReadAfterAWriteWaitsTwtrBeyondItsData)
{
    Bench bench(part);
    bench.open_early({0, bench.same_group(), bench.other_group()});
    bench.issue(DRAM_WRITE, 0, t0);
    int end = part.CWL + data;
    EXPECT_TRUE(bench.is_first(DRAM_READ, 0, t0, end + part.tWTR_L));
    EXPECT_TRUE(
        bench.is_first(DRAM_READ, bench.same_group(), t0, end + part.tWTR_L));
    EXPECT_TRUE(
        bench.is_first(DRAM_READ, bench.other_group(), t0, end + part.tWTR_S));
}

TEST_P(DramPart, APrechargeWaitsTrtpAfterAReadAndTwrBeyondAWritesData)
{
    Bench reads(part), writes(part);
    reads.open_early({0});
    writes.open_early({0});
    reads.issue(DRAM_READ, 0, t0);
    writes.issue(DRAM_WRITE, 0, t0);
    EXPECT_TRUE(reads.is_first(DRAM_PRECHARGE, 0, t0, part.tRTP));
    EXPECT_TRUE(
        writes.is_first(DRAM_PRECHARGE, 0, t0, part.CWL + data + part.tWR));
    EXPECT_TRUE(writes.is_first(DRAM_PRECHARGE_ALL, -1, t0,
                                part.CWL + data + part.tWR));
}

TEST_P(DramPart, NothingIsOpenedWithinTrfcOfARefresh)
{
    Bench bench(part);
    bench.issue(DRAM_REFRESH, -1, t0);
    for (int bank = 0; bank < part.bankgroups * part.banks_per_group; bank++)
        EXPECT_TRUE(bench.is_first(DRAM_ACTIVATE, bank, t0, part.tRFC));
    EXPECT_TRUE(bench.is_first(DRAM_REFRESH, -1, t0, part.tRFC));
}

TEST_P(DramPart, OneCommandGoesInAClock)
{
    Bench bench(part);
    bench.open_early({0, 1});
    bench.issue(DRAM_PRECHARGE, 0, t0);
    EXPECT_TRUE(bench.is_first(DRAM_PRECHARGE, 1, t0, 1));
}

using EachPartDeathTest = EachPart;

TEST_P(EachPartDeathTest, AnIllegalCommandIsABug)
{
    Bench bench(part);
    bench.issue(DRAM_ACTIVATE, 0, t0);
    uint64_t ready = t0 + static_cast<uint64_t>(part.tRCD);
    EXPECT_DEATH(bench.issue(DRAM_READ, 0, ready - 1), "BUG");
    EXPECT_DEATH(bench.issue(DRAM_READ, 1, ready), "BUG");
    EXPECT_DEATH(bench.issue(DRAM_REFRESH, -1, t0 + 1000), "BUG");
    bench.issue(DRAM_READ, 0, ready);
}

INSTANTIATE_TEST_SUITE_P(Preset, EachPartDeathTest,
                         testing::ValuesIn(all_parts()), name_of);

// ---- the address map ----

TEST_P(DramPart, EachBurstOfASmallPartHasItsOwnPlaceAndAddress)
{
    part.rows = 4;
    dram_map map;
    dram_map_init(&map, &part);
    uint64_t burst_bytes = static_cast<uint64_t>(part.BL * part.bus_bytes);
    uint64_t bursts = static_cast<uint64_t>(part.bankgroups *
                                            part.banks_per_group * part.rows) *
                      static_cast<uint64_t>(part.columns / part.BL);
    std::set<std::tuple<int, int, int>> seen;
    for (uint64_t burst = 0; burst < bursts; burst++) {
        dram_place place = dram_map_place(&map, burst * burst_bytes);
        dram_event naive = place_of_burst(part, burst, false);
        ASSERT_EQ(place.bank, naive.bank);
        ASSERT_EQ(place.row, naive.row);
        ASSERT_EQ(place.burst, naive.burst);
        ASSERT_LT(place.burst, part.columns / part.BL);
        ASSERT_EQ(dram_map_address(&map, place), burst * burst_bytes);
        seen.insert({place.bank, place.row, place.burst});
    }
    EXPECT_EQ(seen.size(), bursts);
}

TEST_P(DramPart, AnAddressBeyondTheCapacityStartsAgainAtTheBeginning)
{
    dram_map map;
    dram_map_init(&map, &part);
    uint64_t capacity = static_cast<uint64_t>(part.bankgroups) *
                        static_cast<uint64_t>(part.banks_per_group) *
                        static_cast<uint64_t>(part.rows) *
                        static_cast<uint64_t>(part.columns) *
                        static_cast<uint64_t>(part.bus_bytes);
    std::mt19937_64 engine(3);
    for (int k = 0, end = sample(1000, "random addresses"); k < end; k++) {
        uint64_t address = engine() % capacity;
        dram_place a = dram_map_place(&map, address);
        dram_place b = dram_map_place(&map, address + 5 * capacity);
        ASSERT_EQ(std::tie(a.bank, a.row, a.burst),
                  std::tie(b.bank, b.row, b.burst));
        uint64_t burst_bytes = static_cast<uint64_t>(part.BL * part.bus_bytes);
        ASSERT_EQ(dram_map_address(&map, a),
                  address / burst_bytes * burst_bytes);
    }
}

} // namespace
