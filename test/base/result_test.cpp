// result_test.cpp - names, and sums that do not wrap.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <set>
#include <string>

#include "sim/base/counters.h"
#include "test/messages.h"

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

// Adding a field to struct counts without a row, or a row twice, fails here.
TEST(Result, EachCounterIsOneRowOfTheTable)
{
    std::set<size_t> offsets;
    std::set<std::string> paths;
    const size_t first = offsetof(struct layer_result, counts);
    for (const struct counter *c = counter_table; c->path != NULL; c++) {
        EXPECT_TRUE(offsets.insert(c->offset).second) << c->path;
        EXPECT_TRUE(paths.insert(c->path).second) << c->path;
        EXPECT_STRNE("", c->unit) << c->path;
        EXPECT_STRNE("", c->doc) << c->path;
    }
    const struct counts any = {}; // where fields stand
    const char *const begin = reinterpret_cast<const char *>(&any);
    for (int level = 0; level < LEVEL_N; level++)
        for (int t = 0; level != LEVEL_L2 && t < TENSOR_N; t++) // L2 only
            for (const uint64_t *unused : {&any.access[level][t].dma_reads,
                                           &any.access[level][t].dma_writes})
                EXPECT_TRUE(
                    offsets
                        .insert(first +
                                size_t(reinterpret_cast<const char *>(unused) -
                                       begin))
                        .second);
    for (size_t at = 0; at < sizeof(struct counts); at += sizeof(uint64_t))
        EXPECT_EQ(1u, offsets.count(first + at)) << at;
    for (int i = 0; i < LEDGER_N; i++)
        EXPECT_EQ(
            1u, paths.count(std::string("ledger_pe_cycles.") + ledger_name[i]));
}

TEST(Result, ADifferenceFromTheClosedFormIsNamed)
{
    struct counts a, b;
    number(&a);
    number(&b);
    EXPECT_EQ(nullptr, counters_differ(&a, &b));
    a.dram_bursts++; // no closed form has them
    EXPECT_EQ(nullptr, counters_differ(&a, &b));
    a.link[LINK_psum_in].hops++;
    ASSERT_NE(nullptr, counters_differ(&a, &b));
    EXPECT_STREQ("noc.psum_in.hops", counters_differ(&a, &b)->path);
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
    EXPECT_EQ(COUNT_OVERFLOW, count_add(UINT64_MAX, 1));
    EXPECT_EQ(COUNT_OVERFLOW, count_add(UINT64_C(1) << 63, UINT64_C(1) << 63));
    EXPECT_EQ(UINT64_MAX, count_mul(UINT64_MAX, 1));
    EXPECT_EQ(0u, count_mul(UINT64_MAX, 0));
    EXPECT_EQ(UINT64_MAX, count_mul(UINT64_MAX / 5, 5));
    EXPECT_EQ(COUNT_OVERFLOW, count_mul(UINT64_C(1) << 32, UINT64_C(1) << 32));
    EXPECT_EQ(4u, count_sub(7, 3));
    EXPECT_EQ(COUNT_OVERFLOW, count_sub(COUNT_OVERFLOW, 3));
    EXPECT_DEATH(count_sub(3, 7), "b <= a");
}

TEST(Result, AddingCountsThatWouldWrapStaysAtTheEnd)
{
    struct counts a, b;
    std::memset(&a, 0, sizeof(a));
    std::memset(&b, 0, sizeof(b));
    a.dram_bursts = UINT64_MAX;
    b.dram_bursts = 1;
    counts_add(&a, &b);
    EXPECT_EQ(COUNT_OVERFLOW, a.dram_bursts);
    counts_add_times(&a, &b, 0);
    EXPECT_EQ(COUNT_OVERFLOW, a.dram_bursts);
}

// A machine of two by two PEs, values of one byte.
struct arch four_pes()
{
    struct arch a = {};
    std::strcpy(a.name, "four");
    a.rows = a.cols = 2;
    for (int t = 0; t < TENSOR_N; t++)
        a.precision_bits[t] = 8;
    return a;
}

std::string refusal(const struct layer_result &r)
{
    Messages d;
    const struct arch a = four_pes();
    return layer_result_fits(&a, &r, d) ? "" : d.text();
}

TEST(Result, FitsUpToTheLargestNumberOfJson)
{
    struct layer_result r = {};
    std::strcpy(r.layer.name, "conv1");
    r.cycles = COUNT_MAX / 4;
    r.ledger_pe_cycles[LEDGER_fill] = COUNT_MAX;
    r.counts.link[LINK_filter].hops = COUNT_MAX;
    r.bounds_cycles[BOUND_dram] = COUNT_MAX;
    r.counts.access[LEVEL_DRAM][TENSOR_PSUM].writes = COUNT_MAX;
    EXPECT_EQ("", refusal(r));
    r.cycles++;
    EXPECT_EQ("accelsim: error: layer 'conv1': more than 2^63 - 1 PE-cycles "
              "on 'four'; a smaller layer or array can be counted\n",
              refusal(r));
}

TEST(Result, NamesWhatThereIsTooMuchOf)
{
    const auto says = [](const struct layer_result &r, const char *what) {
        return refusal(r).find(what) != std::string::npos;
    };
    struct layer_result r = {};
    r.counts.link[LINK_filter].hops = COUNT_MAX + 1;
    EXPECT_TRUE(says(r, "2^63 - 1 words"));
    r = {};
    r.bounds_cycles[BOUND_folds] = COUNT_OVERFLOW;
    EXPECT_TRUE(says(r, "2^63 - 1 cycles"));
    r = {};
    r.ledger_pe_cycles[LEDGER_mac] = COUNT_OVERFLOW;
    EXPECT_TRUE(says(r, "2^63 - 1 PE-cycles"));
    r = {};
    r.counts.access[LEVEL_DRAM][TENSOR_PSUM].writes = COUNT_MAX;
    r.counts.access[LEVEL_DRAM][TENSOR_IFMAP].reads = 1;
    EXPECT_TRUE(says(r, "2^63 - 1 bytes from and to DRAM"));
}

// 2^60 words of 32 bits: their bits pass 64.
TEST(Result, DramBytesDoNotWrapOnTheirWayThroughBits)
{
    struct arch a = four_pes();
    struct counts c = {};
    a.precision_bits[TENSOR_PSUM] = 32;
    c.access[LEVEL_DRAM][TENSOR_PSUM].writes = UINT64_C(1) << 60;
    EXPECT_EQ(UINT64_C(1) << 62, counts_dram_bytes(&a, &c, TENSOR_PSUM));
    a.precision_bits[TENSOR_PSUM] = 5;
    c.access[LEVEL_DRAM][TENSOR_PSUM].writes = 13;
    EXPECT_EQ(8u, counts_dram_bytes(&a, &c, TENSOR_PSUM));
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
