// result_test.cpp - names, and sums that abort rather than wrap.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>

#include "sim/result.h"

namespace
{

TEST(Result, NamesStandInTheOrderOfTheirEnums)
{
    EXPECT_STREQ("mac", ledger_name[LEDGER_mac]);
    EXPECT_STREQ("wait_dram", ledger_name[LEDGER_wait_dram]);
    EXPECT_STREQ("no room for a psum downstream",
                 ledger_doc[LEDGER_wait_psum_out]);
    EXPECT_STREQ("psum_link", link_name[LINK_psum_link]);
    EXPECT_STREQ("dram", bound_name[BOUND_dram]);
    EXPECT_STREQ("rf", level_name[LEVEL_RF]);
    EXPECT_STREQ("l1", level_name[LEVEL_L1]);
    EXPECT_STREQ("l2", level_name[LEVEL_L2]);
    EXPECT_STREQ("dram", level_name[LEVEL_DRAM]);
}

// Each counter of `c` gets a value of its own.
void number(struct counts *c)
{
    uint64_t *value = reinterpret_cast<uint64_t *>(c);
    for (size_t i = 0; i < sizeof(*c) / sizeof(*value); i++)
        value[i] = i + 1;
}

TEST(Result, AddingCountsAddsEveryCounter)
{
    struct counts a, b;
    number(&a);
    number(&b);
    counts_add(&a, &b);
    const uint64_t *value = reinterpret_cast<const uint64_t *>(&a);
    for (size_t i = 0; i < sizeof(a) / sizeof(*value); i++)
        EXPECT_EQ(2 * (i + 1), value[i]) << "counter " << i;
    EXPECT_EQ(2u, a.macs);
}

TEST(Result, AddingCountsManyTimesIsAddingThemOneByOne)
{
    struct counts step, once, many;
    number(&step);
    std::memset(&once, 0, sizeof(once));
    std::memset(&many, 0, sizeof(many));
    for (int i = 0; i < 7; i++)
        counts_add(&once, &step);
    counts_add_times(&many, &step, 7);
    EXPECT_EQ(0, std::memcmp(&once, &many, sizeof(once)));
}

TEST(Result, CountsAddUpToTheLargestNumberAndNoFurther)
{
    EXPECT_EQ(UINT64_MAX, count_add(UINT64_MAX - 1, 1));
    EXPECT_DEATH(count_add(UINT64_MAX, 1), "UINT64_MAX");
    EXPECT_EQ(UINT64_MAX, count_mul(UINT64_MAX, 1));
    EXPECT_EQ(0u, count_mul(UINT64_MAX, 0));
    EXPECT_EQ(UINT64_MAX, count_mul(UINT64_MAX / 5, 5));
    EXPECT_DEATH(count_mul(UINT64_C(1) << 32, UINT64_C(1) << 32), "UINT64_MAX");
}

TEST(Result, AddingCountsThatWouldWrapAborts)
{
    struct counts a, b;
    std::memset(&a, 0, sizeof(a));
    std::memset(&b, 0, sizeof(b));
    a.dram_bursts = UINT64_MAX;
    b.dram_bursts = 1;
    EXPECT_DEATH(counts_add(&a, &b), "UINT64_MAX");
}

TEST(Result, TheLedgersSumHoldsEveryCause)
{
    uint64_t ledger[LEDGER_N];
    for (int i = 0; i < LEDGER_N; i++)
        ledger[i] = UINT64_C(1) << i;
    EXPECT_EQ((UINT64_C(1) << LEDGER_N) - 1, ledger_total(ledger));
}

TEST(Result, FinishingAResultTwiceIsHarmless)
{
    struct layer_result r;
    std::memset(&r, 0, sizeof(r));
    r.mapping_text = xstrdup("for m in 0..4");
    layer_result_fini(&r);
    EXPECT_EQ(nullptr, r.mapping_text);
    layer_result_fini(&r);
}

} // namespace
