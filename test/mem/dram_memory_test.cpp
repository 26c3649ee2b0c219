// dram_memory_test.cpp - a part that remembers its transfers serves them as one
// that does not: the same finish, the same time for the next one, the same
// counts.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <random>
#include <vector>

#include "mem/dram_memory.h"
#include "test/mem/dram_requests.h"
#include "test/mem/each_part.h"
#include "test/sample.h"

namespace
{

using list = std::vector<dram_request>;

uint64_t row_bytes(const dram_part &part)
{
    return static_cast<uint64_t>(part.columns) *
           static_cast<uint64_t>(part.bus_bytes * part.bankgroups);
}

// The same requests, some rows of all groups of all channels further on.
list moved(list requests, uint64_t bytes)
{
    for (dram_request &r : requests)
        r.address += bytes;
    return requests;
}

// One that remembers beside one that does not, at a core clock of its own.
class Pair
{
  public:
    Pair(const dram_part &part, uint64_t core_hz, int channels = 1)
        : part_(part), cfg_(part_cfg(part_))
    {
        cfg_.core_hz = core_hz;
        cfg_.channels = channels;
        remembers_ = dram_new(&cfg_);
        plain_ = dram_new(&cfg_);
        dram_remember(remembers_);
    }
    Pair(const Pair &) = delete;
    Pair &operator=(const Pair &) = delete;
    ~Pair()
    {
        dram_free(remembers_);
        dram_free(plain_);
    }

    void serve(const list &requests, uint64_t pause)
    {
        const int n = static_cast<int>(requests.size());
        const uint64_t start = dram_free_cycle(plain_) + pause;
        ASSERT_EQ(dram_serve_list(remembers_, requests.data(), n, start),
                  dram_serve_list(plain_, requests.data(), n, start));
        ASSERT_EQ(dram_free_cycle(remembers_), dram_free_cycle(plain_));
        const dram_totals &a = *dram_counts(remembers_);
        const dram_totals &b = *dram_counts(plain_);
        ASSERT_EQ(a.requests, b.requests);
        ASSERT_EQ(a.bursts, b.bursts);
        ASSERT_EQ(a.activates, b.activates);
        ASSERT_EQ(a.row_hits, b.row_hits);
        ASSERT_EQ(a.refreshes, b.refreshes);
        ASSERT_EQ(a.read_bytes, b.read_bytes);
        ASSERT_EQ(a.write_bytes, b.write_bytes);
    }

    uint64_t count(dram_recall how) const
    {
        return dram_recalls(remembers_)[how];
    }

  private:
    dram_part part_;
    dram_cfg cfg_;
    struct dram *remembers_, *plain_;
};

class DramMemory : public EachPart
{
  protected:
    // Part clocks 1:1, slower and faster cores, and one that divides nothing.
    uint64_t core_hz(unsigned seed) const
    {
        const uint64_t clocks[] = {part.clock_hz, part.clock_hz / 5, 200000000,
                                   999999937};
        return clocks[seed % 4];
    }

    // A stream: lists of some shapes, here and there.
    void expect_same(random_requests &random, Pair &pair, int calls,
                     int channels)
    {
        std::vector<list> shapes;
        for (int k = 0; k < 5; k++)
            shapes.push_back(random.list(k == 0 ? 20000 : 3000));
        const uint64_t unit = row_bytes(part) * uint64_t(channels);
        const int rows = part.rows * part.banks_per_group;
        for (int call = 0; call < calls; call++) {
            const uint64_t at =
                uint64_t(random.pick(0, 3) > 0 ? random.pick(0, 20)
                                               : random.pick(0, rows - 1));
            ASSERT_NO_FATAL_FAILURE(
                pair.serve(moved(shapes[size_t(random.pick(0, 4))], at * unit),
                           random.pause()))
                << "call " << call;
        }
    }
};

INSTANTIATE_TEST_SUITE_P(Preset, DramMemory, testing::ValuesIn(all_parts()),
                         name_of);

TEST_P(DramMemory, ChangesNothingOnRandomStreams)
{
    uint64_t recalls[DRAM_RECALLS] = {};
    const unsigned n = unsigned(sample(13, "streams of lists"));
    for (unsigned seed = 0; seed < n; seed++) {
        random_requests random(part, seed);
        Pair pair(part, core_hz(seed));
        ASSERT_NO_FATAL_FAILURE(expect_same(random, pair, 300, 1))
            << "seed " << seed;
        for (int how = 0; how < DRAM_RECALLS; how++)
            recalls[how] += pair.count(dram_recall(how));
    }
    // Or nothing was tested.
    EXPECT_GT(recalls[DRAM_REMEMBERED], 50u * n);
    EXPECT_GT(recalls[DRAM_SIMULATED], 10u * n);
}

TEST_P(DramMemory, ChangesNothingOnOtherPartsAndChannels)
{
    const unsigned n = unsigned(sample(8, "streams of lists"));
    uint64_t remembered = 0;
    for (unsigned seed = 0; seed < n; seed++) {
        std::mt19937 engine(seed);
        const int channels[] = {1, 2, 3, 8};
        part = GetParam();
        part.queue_bursts = 1 + int(engine() % 64);
        part.tCCD_L = part.tCCD_S + int(engine() % 20);
        part.tRRD_L = part.tRRD_S + int(engine() % 10);
        part.tRCD += int(engine() % 60);
        part.tFAW += int(engine() % 100);
        random_requests random(part, seed);
        Pair pair(part, core_hz(seed), channels[seed % 4]);
        ASSERT_NO_FATAL_FAILURE(
            expect_same(random, pair, 150, channels[seed % 4]))
            << "seed " << seed;
        remembered += pair.count(DRAM_REMEMBERED);
    }
    EXPECT_GT(remembered, 10u * n);
}

// One shape after the other without a pause: refreshes are met in few phases.
TEST_P(DramMemory, RemembersTheTimeToARefresh)
{
    const uint64_t burst = uint64_t(part.BL * part.bus_bytes);
    Pair pair(part, part.clock_hz);
    for (uint64_t call = 0; call < 4000; call++) {
        const uint64_t at = call * row_bytes(part);
        ASSERT_NO_FATAL_FAILURE(
            pair.serve({run_of_bytes(at, 64 * burst, call % 4 == 3),
                        run_of_bytes(at + 8 * row_bytes(part), 3, true)},
                       0));
    }
    EXPECT_GT(pair.count(DRAM_REMEMBERED), 1000u);
    EXPECT_GT(pair.count(DRAM_REMEMBERED_PHASE), 50u);
}

// Behind the last row comes the first one.
TEST_P(DramMemory, ListsWrapAtTheCapacity)
{
    const uint64_t rows = uint64_t(part.rows) * uint64_t(part.banks_per_group);
    const uint64_t capacity = rows * row_bytes(part);
    random_requests random(part, 7);
    Pair pair(part, 200000000);
    const list shape = {run_of_bytes(0, 3 * row_bytes(part)),
                        run_of_bytes(2 * row_bytes(part) + 100, 5000, true)};
    for (uint64_t call = 0; call < 400; call++) {
        const uint64_t back = uint64_t(random.pick(0, 4)) * row_bytes(part);
        ASSERT_NO_FATAL_FAILURE(
            pair.serve(moved(shape, capacity - back), random.pause()));
    }
    EXPECT_GT(pair.count(DRAM_REMEMBERED), 50u);
    // A list that spans the part is served, not remembered.
    const uint64_t before = pair.count(DRAM_SIMULATED);
    dram_request far = run_of_bytes(64, 100);
    far.loop[3].count = 3;
    far.loop[3].stride_bytes = capacity;
    for (int call = 0; call < 3; call++)
        ASSERT_NO_FATAL_FAILURE(pair.serve({far}, 1000));
    EXPECT_EQ(pair.count(DRAM_SIMULATED), before + 3);
}

TEST_P(DramMemory, HasABudget)
{
    dram_controller bounded, plain;
    dram_controller_init(&bounded, &part);
    dram_controller_init(&plain, &part);
    dram_memory *memory = dram_memory_new(&part, 1, 100000);
    const dram_share all = {1, 0};
    random_requests random(part, 5);
    std::vector<list> known;
    for (int k = 0; k < 3; k++)
        known.push_back(random.list(2000));
    int remembered = 0, simulated_late = 0;
    for (int call = 0; call < 1500; call++) {
        const list some = call % 2 == 0 ? known[size_t(random.pick(0, 2))]
                                        : random.list(2000);
        const int n = int(some.size());
        const uint64_t start = plain.state.clock + random.pause();
        for (int again = 0; again < 2; again++) {
            dram_recall how = DRAM_SIMULATED;
            const uint64_t from = start + uint64_t(again) * 5000;
            ASSERT_EQ(
                dram_memory_serve(memory, &bounded, some.data(), n, &all, from,
                                  &how),
                dram_controller_serve(&plain, some.data(), n, &all, from));
            ASSERT_EQ(bounded.state.clock, plain.state.clock);
            ASSERT_EQ(bounded.counts.row_hits, plain.counts.row_hits);
            remembered += how != DRAM_SIMULATED;
            simulated_late += call > 1000 && how == DRAM_SIMULATED;
        }
        ASSERT_LE(dram_memory_bytes(memory), 100000u);
    }
    EXPECT_GT(remembered, 10);
    EXPECT_GT(simulated_late, 100);
    dram_memory_free(memory);
}

TEST_P(DramMemory, IsOffBesideATap)
{
    dram_cfg cfg = part_cfg(part);
    struct dram *d = dram_new(&cfg);
    uint64_t commands = 0;
    const dram_tap tap = {&commands,
                          [](void *context, uint64_t, dram_command, int, int,
                             int) { ++*static_cast<uint64_t *>(context); }};
    dram_remember(d);
    dram_set_tap(d, &tap);
    const dram_request one = run_of_bytes(0, 1);
    for (int call = 0; call < 10; call++)
        dram_serve(d, &one, 0);
    EXPECT_GE(commands, 10u);
    EXPECT_EQ(dram_recalls(d)[DRAM_SIMULATED], 10u);
    dram_free(d);
}

TEST(DramMemories, OfTwoPartsDoNotMix)
{
    const dram_part *first = dram_part_find("hbm2");
    const dram_part *second = dram_part_find("ddr3_1600");
    Pair a(*first, 200000000), b(*second, 200000000);
    random_requests random(*first, 3);
    std::vector<list> shapes;
    for (int k = 0; k < 4; k++)
        shapes.push_back(random.list(3000));
    for (int call = 0; call < 400; call++) {
        const list &some = shapes[size_t(random.pick(0, 3))];
        const uint64_t pause = random.pause();
        ASSERT_NO_FATAL_FAILURE(a.serve(some, pause));
        ASSERT_NO_FATAL_FAILURE(b.serve(some, pause));
    }
    EXPECT_GT(a.count(DRAM_REMEMBERED), 100u);
    EXPECT_GT(b.count(DRAM_REMEMBERED), 100u);
}

} // namespace
