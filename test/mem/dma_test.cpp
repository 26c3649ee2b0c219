// dma_test.cpp - which transfer goes when, and that asking for the future bit
// by bit gives the same as asking for all of it at once.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "mem/dma.h"
#include "test/mem/dram_requests.h"
#include "test/mem/each_part.h"
#include "test/sample.h"

namespace
{

__extension__ typedef unsigned __int128 wide;

class Dma
{
  public:
    explicit Dma(const dram_cfg &cfg)
        : dram_(dram_new(&cfg)),
          dma_(dma_new(&dram_port_own, dram_, DMA_ORDER_CHANNELS))
    {
    }
    Dma(const Dma &) = delete;
    Dma &operator=(const Dma &) = delete;
    ~Dma()
    {
        dma_free(dma_);
        dram_free(dram_);
    }
    uint64_t push(dma_channel channel, const std::vector<dram_request> &list,
                  uint64_t after)
    {
        return dma_push(dma_, channel, list.data(),
                        static_cast<int>(list.size()), after);
    }
    uint64_t push(dma_channel channel, uint64_t bytes, uint64_t after)
    {
        return push(channel, {run_of_bytes(0, bytes, channel == DMA_OFMAP)},
                    after);
    }
    uint64_t done(dma_channel channel, uint64_t ticket)
    {
        return dma_done_cycle(dma_, channel, ticket);
    }
    uint64_t finish()
    {
        return dma_finish(dma_);
    }
    const dram_totals &counts() const
    {
        return *dram_counts(dram_);
    }

  private:
    struct dram *dram_;
    struct dma *dma_;
};

dram_cfg byte_a_cycle(uint64_t latency = 0)
{
    dram_cfg cfg = {};
    cfg.kind = DRAM_BANDWIDTH;
    cfg.core_hz = cfg.bytes_per_second = 1000;
    cfg.latency_cycles = latency;
    return cfg;
}

TEST(Dma, TicketsCountUpFromZeroInEachChannel)
{
    Dma dma(byte_a_cycle());
    EXPECT_EQ(dma.push(DMA_IFMAP, 1, 0), 0u);
    EXPECT_EQ(dma.push(DMA_IFMAP, 1, 0), 1u);
    EXPECT_EQ(dma.push(DMA_OFMAP, 1, 0), 0u);
    EXPECT_EQ(dma.push(DMA_IFMAP, 1, 0), 2u);
}

TEST(Dma, TheHeadThatMayStartFirstGoes)
{
    Dma dma(byte_a_cycle());
    dma.push(DMA_IFMAP, 10, 30);
    dma.push(DMA_FILTER, 10, 5);
    dma.push(DMA_OFMAP, 10, 4);
    EXPECT_EQ(dma.done(DMA_IFMAP, 0), 40u);
    EXPECT_EQ(dma.done(DMA_FILTER, 0), 24u);
    EXPECT_EQ(dma.done(DMA_OFMAP, 0), 14u);
}

TEST(Dma, TiesGoToIfmapThenFilterThenOfmap)
{
    Dma dma(byte_a_cycle());
    dma.push(DMA_OFMAP, 10, 7);
    dma.push(DMA_FILTER, 10, 7);
    dma.push(DMA_IFMAP, 10, 7);
    EXPECT_EQ(dma.done(DMA_IFMAP, 0), 17u);
    EXPECT_EQ(dma.done(DMA_FILTER, 0), 27u);
    EXPECT_EQ(dma.done(DMA_OFMAP, 0), 37u);
}

// What may have started long ago and what may start just now are alike to a
// DRAM that is free only now.
TEST(Dma, WhatWaitsForABusyDramIsATie)
{
    Dma dma(byte_a_cycle());
    dma.push(DMA_FILTER, 100, 0);
    dma.push(DMA_OFMAP, 10, 1);
    dma.push(DMA_FILTER, 10, 2);
    dma.push(DMA_IFMAP, 10, 99);
    EXPECT_EQ(dma.done(DMA_IFMAP, 0), 110u);
    EXPECT_EQ(dma.done(DMA_FILTER, 1), 120u);
    EXPECT_EQ(dma.done(DMA_OFMAP, 0), 130u);
}

TEST(Dma, AChannelKeepsItsOrder)
{
    Dma dma(byte_a_cycle());
    dma.push(DMA_IFMAP, 10, 50); // holds back the next one
    dma.push(DMA_IFMAP, 10, 0);
    dma.push(DMA_FILTER, 10, 0);
    EXPECT_EQ(dma.done(DMA_IFMAP, 1), 70u);
    EXPECT_EQ(dma.done(DMA_IFMAP, 0), 60u);
    EXPECT_EQ(dma.done(DMA_FILTER, 0), 10u);
}

TEST(Dma, ATransferIsNotInterrupted)
{
    Dma dma(byte_a_cycle());
    dma.push(DMA_OFMAP, {run_of_bytes(0, 60, true), run_of_bytes(99, 40, true)},
             0);
    dma.push(DMA_IFMAP, 10, 1);
    EXPECT_EQ(dma.done(DMA_OFMAP, 0), 100u);
    EXPECT_EQ(dma.done(DMA_IFMAP, 0), 110u);
}

TEST(Dma, TheLatencyOfOneTransferDoesNotHoldUpTheNext)
{
    Dma dma(byte_a_cycle(500));
    dma.push(DMA_IFMAP, 10, 0);
    dma.push(DMA_FILTER, 10, 0);
    EXPECT_EQ(dma.done(DMA_IFMAP, 0), 510u);
    EXPECT_EQ(dma.done(DMA_FILTER, 0), 520u);
    EXPECT_EQ(dma.finish(), 520u);
}

TEST(Dma, ATransferOfNothingIsDoneWhenItMayStart)
{
    Dma dma(byte_a_cycle(5));
    dma.push(DMA_IFMAP, {}, 33);
    dma.push(DMA_FILTER, {run_of_bytes(0, 10), run_of_bytes(0, 0)}, 0);
    EXPECT_EQ(dma.done(DMA_IFMAP, 0), 33u);
    EXPECT_EQ(dma.done(DMA_FILTER, 0), 15u);
    EXPECT_EQ(dma.finish(), 33u);
}

TEST(Dma, EightTicketsOfAChannelAreRemembered)
{
    Dma dma(byte_a_cycle());
    for (uint64_t k = 0; k < 100; k++) {
        ASSERT_EQ(dma.push(DMA_FILTER, 3, 0), k);
        ASSERT_EQ(dma.done(DMA_FILTER, k), 3 * (k + 1));
        for (uint64_t old = k < 7 ? 0 : k - 7; old < k; old++)
            ASSERT_EQ(dma.done(DMA_FILTER, old), 3 * (old + 1));
    }
}

TEST(DmaDeathTest, ATicketThatIsForgottenOrNotYetGivenIsABug)
{
    Dma dma(byte_a_cycle());
    EXPECT_DEATH(dma.done(DMA_IFMAP, 0), "BUG");
    for (int k = 0; k < 8; k++)
        dma.push(DMA_IFMAP, 1, 0);
    EXPECT_DEATH(dma.push(DMA_IFMAP, 1, 0), "BUG"); // none is served yet
    EXPECT_EQ(dma.done(DMA_IFMAP, 7), 8u);
    dma.push(DMA_IFMAP, 1, 0);
    EXPECT_DEATH(dma.done(DMA_IFMAP, 0), "BUG");
}

// ---- lazy and eager ----

struct transfer {
    dma_channel channel;
    uint64_t ticket, after, done;
    std::vector<dram_request> list;
};

// Up to 8 transfers a channel, by the cycle from which they may start.
std::vector<transfer> random_transfers(const dram_part &part, unsigned seed)
{
    random_requests random(part, seed);
    std::vector<transfer> all;
    uint64_t after = 0, pushed[DMA_N] = {};
    int spread = random.pick(0, 1) == 0 ? 60 : 3000;
    for (int k = random.pick(1, 24); k > 0; k--) {
        auto channel = static_cast<dma_channel>(random.pick(0, DMA_N - 1));
        if (pushed[channel] == 8)
            continue;
        if (random.pick(0, 2) > 0)
            after += static_cast<uint64_t>(random.pick(0, spread));
        transfer t = {channel, pushed[channel]++, after, 0, random.list(4000)};
        for (dram_request &r : t.list)
            r.is_write = channel == DMA_OFMAP;
        all.push_back(t);
    }
    return all;
}

// Pushes all transfers and then runs them.
uint64_t run_eagerly(const dram_cfg &cfg, std::vector<transfer> *all)
{
    Dma dma(cfg);
    for (const transfer &t : *all)
        dma.push(t.channel, t.list, t.after);
    uint64_t end = dma.finish();
    for (transfer &t : *all)
        t.done = dma.done(t.channel, t.ticket);
    return end;
}

// Pushes each transfer as late as possible, which is before anyone asks for a
// cycle after the one from which it may start, and expects the same schedule.
void expect_lazily_the_same(const dram_cfg &cfg,
                            const std::vector<transfer> &all, uint64_t end,
                            unsigned seed)
{
    Dma dma(cfg);
    std::mt19937 engine(seed);
    for (size_t k = 0; k < all.size(); k++) {
        ASSERT_EQ(dma.push(all[k].channel, all[k].list, all[k].after),
                  all[k].ticket);
        uint64_t next = k + 1 < all.size() ? all[k + 1].after : UINT64_MAX;
        for (size_t j = 0; j <= k; j++) {
            if (all[j].done >= next || engine() % 2 == 0)
                continue;
            ASSERT_EQ(dma.done(all[j].channel, all[j].ticket), all[j].done);
        }
    }
    for (const transfer &t : all)
        ASSERT_EQ(dma.done(t.channel, t.ticket), t.done);
    ASSERT_EQ(dma.finish(), end);
}

INSTANTIATE_TEST_SUITE_P(Preset, EachPart, testing::ValuesIn(all_parts()),
                         name_of);

TEST_P(EachPart, RunningLateIsRunningEarly)
{
    for (unsigned seed = 0, n = sample(300, "seeds of requests"); seed < n;
         seed++) {
        dram_cfg cfg = part_cfg(part);
        cfg.core_hz = 200000000;
        auto all = random_transfers(part, seed);
        uint64_t end = run_eagerly(cfg, &all);
        expect_lazily_the_same(cfg, all, end, seed);
    }
}

uint64_t divide_up(wide a, wide b)
{
    return static_cast<uint64_t>((a + b - 1) / b);
}

// The schedule by its definition, in fractions of a cycle.
uint64_t expected_with_bandwidth(const dram_cfg &cfg,
                                 std::vector<transfer> *all)
{
    wide link = 0, rate = cfg.bytes_per_second;
    uint64_t end = 0;
    std::vector<bool> is_done(all->size(), false);
    for (size_t n = 0; n < all->size(); n++) {
        transfer *best = nullptr;
        uint64_t best_start = 0;
        for (int channel = 0; channel < DMA_N; channel++)
            for (size_t k = 0; k < all->size(); k++) {
                transfer &t = (*all)[k];
                if (is_done[k] || t.channel != channel)
                    continue;
                uint64_t start = std::max(t.after, divide_up(link, rate));
                if (best == nullptr || start < best_start) {
                    best = &t;
                    best_start = start;
                }
                break; // only the head of the channel
            }
        uint64_t bytes = 0;
        for (const dram_request &r : best->list)
            bytes += dram_request_bytes(&r);
        best->done = best->after;
        if (bytes > 0) {
            link = std::max(link, wide(best->after) * rate) +
                   wide(bytes) * cfg.core_hz;
            best->done = divide_up(link, rate) + cfg.latency_cycles;
        }
        end = std::max(end, best->done);
        is_done[static_cast<size_t>(best - all->data())] = true;
    }
    return end;
}

TEST(Dma, WithBandwidthTheScheduleIsThatOfTheDefinitionLateOrEarly)
{
    const uint64_t rates[] = {480000000, 1000000007, 25600000000};
    for (unsigned seed = 0, n = sample(600, "seeds of requests"); seed < n;
         seed++) {
        dram_cfg cfg = {};
        cfg.kind = DRAM_BANDWIDTH;
        cfg.core_hz = 200000000;
        cfg.bytes_per_second = rates[seed % 3];
        cfg.latency_cycles = seed % 2 == 0 ? 0 : 60;
        auto all = random_transfers(dram_parts[0], seed), defined = all;
        uint64_t end = run_eagerly(cfg, &all);
        ASSERT_EQ(end, expected_with_bandwidth(cfg, &defined));
        for (size_t k = 0; k < all.size(); k++)
            ASSERT_EQ(all[k].done, defined[k].done) << "seed " << seed;
        expect_lazily_the_same(cfg, all, end, seed);
    }
}

TEST(Dma, WithIdealEachTransferIsDoneWhenItMayStart)
{
    dram_cfg cfg = {};
    cfg.kind = DRAM_IDEAL;
    cfg.core_hz = 200000000;
    for (unsigned seed = 0, n = sample(50, "seeds of requests"); seed < n;
         seed++) {
        auto all = random_transfers(dram_parts[0], seed);
        uint64_t end = run_eagerly(cfg, &all);
        for (const transfer &t : all)
            ASSERT_EQ(t.done, t.after);
        EXPECT_EQ(end, all.back().after);
        expect_lazily_the_same(cfg, all, end, seed);
    }
}

} // namespace
