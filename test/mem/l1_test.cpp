// l1_test.cpp - L1 buffers: latency, ports, capacity, order; cycles worked out
// by hand.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <array>
#include <random>
#include <vector>

#include "mem/l1.h"
#include "test/sample.h"

namespace
{

// One L1 in front of four PEs; line 0 feeds destination d = PE pair or one PE.
class rig
{
  public:
    explicit rig(l1_cfg cfg, std::vector<std::vector<int32_t>> sets = {{0, 1}},
                 int words_per_slot = 1, int words = 1)
        : words_per_slot_(words_per_slot), words_(words), cfg_(cfg),
          state_(l1_state_bytes(&cfg_) / 8, 0)
    {
        l1_init(&b, &cfg_, state_.data());
        begin_.push_back(0);
        for (const auto &set : sets) {
            lane_.insert(lane_.end(), set.begin(), set.end());
            begin_.push_back(int32_t(lane_.size()));
            limit_.push_back(int16_t(words));
            dest_.push_back(int32_t(dest_.size()));
        }
        issue({1000, 1000}, {false, false});
    }

    void issue(std::array<uint32_t, 2> rounds, std::array<bool, 2> kept)
    {
        for (int k = 0; k < 2; k++) {
            stream_shape shape = {};
            shape.words_per_slot = words_per_slot_;
            shape.slots_per_cycle = cfg_.line[k].slots_per_cycle;
            shape.chunks = (words_ + words_per_slot_ - 1) / words_per_slot_;
            shape.dests = int(dest_.size());
            shape.limit_words = limit_.data();
            shape.banks = shape.row_words = 1;
            stream_[k] = {
                shape, {begin_.data(), lane_.data()}, dest_.data(), nullptr, 0};
        }
        const l1_stream *const streams[] = {&stream_[0], &stream_[1]};
        l1_issue(&b, streams, rounds.data(), kept.data());
    }

    void push(int line, int words = 1)
    {
        slot s = {};
        s.words = words;
        l1_push(&b, line, 0, &s);
    }

    bool step()
    {
        lane_fifo fifo[2] = {{taken[0], staged_[0], capacity},
                             {taken[1], staged_[1], capacity}};
        bool moved = l1_eval(&b, fifo, nullptr);
        for (int k = 0; k < 2; k++)
            for (int l = 0; l < 4; l++) {
                taken[k][l] = int16_t(taken[k][l] + staged_[k][l]);
                staged_[k][l] = 0;
            }
        l1_commit(&b);
        return moved;
    }

  private:
    int words_per_slot_, words_;
    l1_cfg cfg_;
    std::vector<uint64_t> state_;
    std::vector<int32_t> begin_, lane_, dest_;
    std::vector<int16_t> limit_;
    l1_stream stream_[2];
    int16_t staged_[2][4] = {};

  public:
    l1 b;
    int16_t taken[2][4] = {}; // in the PE fifos
    int capacity = 1000;
};

// Both lines in the same `banks` banks.
l1_cfg shared(int banks, int rows, bool both_ports, int latency_cycles = 0)
{
    l1_line_cfg line = {false, 0, banks, rows, banks};
    return {1, 1, 4, latency_cycles, both_ports, {line, line}};
}

TEST(L1, AWordIsReadOnceItsLatencyHasPassed)
{
    for (int latency = 0; latency < 4; latency++) {
        rig r(shared(1, 4, false, latency));
        r.push(0); // in 0; written in 1; read in 2 + latency
        for (int cycle = 0; cycle < 2 + latency; cycle++) {
            EXPECT_EQ(r.taken[0][0], 0);
            // The word is on its way in every cycle but the first.
            EXPECT_EQ(r.step(), cycle > 0);
        }
        EXPECT_EQ(r.taken[0][0], 0);
        EXPECT_TRUE(r.step());
        EXPECT_EQ(r.taken[0][0], 1);
        EXPECT_EQ(r.taken[0][1], 1);
        EXPECT_EQ(r.taken[0][2], 0);
        EXPECT_TRUE(l1_is_empty(&r.b));
    }
}

TEST(L1, WordsOfThePassBeforeAreReadWhereTheyLie)
{
    for (int latency = 0; latency < 4; latency++) {
        rig r(shared(2, 8, false, latency), {{0, 1}, {2}});
        r.issue({4, 1}, {true, false}); // 4 slots each for 2 and 1 PEs
        for (int cycle = 0; cycle < latency; cycle++) {
            EXPECT_TRUE(r.step());
            EXPECT_EQ(r.taken[0][0], 0);
            EXPECT_FALSE(l1_is_empty(&r.b));
        }
        for (int cycle = 0; cycle < 4; cycle++) {
            EXPECT_FALSE(l1_is_empty(&r.b));
            EXPECT_TRUE(r.step()); // two banks: both slots of a round
            EXPECT_EQ(r.taken[0][0], cycle + 1);
            EXPECT_EQ(r.taken[0][1], cycle + 1);
            EXPECT_EQ(r.taken[0][2], cycle + 1);
        }
        EXPECT_TRUE(l1_is_empty(&r.b));
        EXPECT_FALSE(r.step());
        EXPECT_EQ(r.b.counts.writes[0], 0u);
        EXPECT_EQ(r.b.counts.reads[0], 8u);
        EXPECT_EQ(r.b.counts.delivered[0], 12u);
    }
}

TEST(L1, AMulticastReadIsOneRead)
{
    rig r(shared(1, 8, true), {{0, 1, 2, 3}}, 2, 4);
    r.push(0, 2);
    r.step();
    r.push(0, 2);
    for (int k = 0; k < 4; k++)
        r.step();
    EXPECT_EQ(r.b.counts.writes[0], 0u); // two rows, one bank: never fits
    rig s(shared(2, 8, true), {{0, 1, 2, 3}}, 2, 4);
    s.push(0, 2);
    s.step();
    s.push(0, 2);
    for (int k = 0; k < 4; k++)
        s.step();
    EXPECT_EQ(s.b.counts.writes[0], 4u);
    EXPECT_EQ(s.b.counts.reads[0], 4u);
    EXPECT_EQ(s.b.counts.delivered[0], 16u);
}

// Cycles until n one-word slots, pushed as fast as there is room, are read.
int cycles_for(rig &r, int n)
{
    int cycles = 0;
    for (int sent = 0; r.taken[0][0] < n; cycles++) {
        if (sent < n && l1_has_room(&r.b, 0, 0))
            r.push(0), sent++;
        r.step();
        if (cycles > 100 * n)
            return -1;
    }
    return cycles;
}

TEST(L1, OnePortServesTheReadsAndTheWritesOfABankInTurn)
{
    // A word in and out is two accesses of the one port.
    rig one_port(shared(1, 8, false)), two_ports(shared(1, 8, true));
    EXPECT_EQ(cycles_for(one_port, 50), 2 + 2 * 50 - 1);
    EXPECT_EQ(cycles_for(two_ports, 50), 2 + 50);
    EXPECT_GT(one_port.b.counts.refusals, 0u);
    EXPECT_EQ(two_ports.b.counts.refusals, 0u);
}

TEST(L1, TwoBanksServeAReadAndAWrite)
{
    // Word k lies in bank k mod 2: written while word k - 1 is read.
    rig r(shared(2, 8, false));
    r.push(0);
    r.step(); // word 0 arrives
    r.push(0);
    r.step();              // word 0 is written
    EXPECT_TRUE(r.step()); // word 0 read, word 1 written
    EXPECT_EQ(r.b.counts.refusals, 0u);
    EXPECT_EQ(r.b.counts.writes[0], 2u);
    EXPECT_EQ(r.b.counts.reads[0], 1u);
}

TEST(L1, ReadsThatAPeNeedsGoFirstThenWritesThenOtherReads)
{
    rig r(shared(1, 8, false)); // one bank, one port
    auto counts = [&r](uint64_t writes, uint64_t reads) {
        r.step();
        EXPECT_EQ(r.b.counts.writes[0], writes);
        EXPECT_EQ(r.b.counts.reads[0], reads);
    };
    r.push(0), counts(0, 0); // 0
    r.push(0), counts(1, 0); // 1: word 0 is written
    counts(1, 1);            // 2: the PE has none; word 1's write is refused
    EXPECT_EQ(r.b.cluster[0].turn, 2); // line 0 writes
    r.push(0), counts(2, 1);           // 3
    counts(2, 2);                      // 4: the PE has one word only
    r.push(0), counts(3, 2);           // 5
    counts(4, 2); // 6: the PE has two words; word 3 before word 2 is read
    counts(4, 3); // 7
    counts(4, 4); // 8
}

TEST(L1, LinesInOneBankTakeTurnsAndInTheirOwnDoNot)
{
    l1_cfg apart = shared(1, 8, true);
    apart.line[1].first_bank = 1;
    for (bool own : {false, true}) {
        rig r(own ? apart : shared(1, 8, true));
        r.push(0), r.push(1);
        r.step(); // they arrive
        r.step(); // written: both, or line 0's
        EXPECT_EQ(r.b.counts.writes[0] + r.b.counts.writes[1], own ? 2u : 1u);
        r.step();
        r.step();
        EXPECT_EQ(r.taken[0][0], 1);
        EXPECT_EQ(r.taken[1][0], 1);
        EXPECT_EQ(r.b.counts.refusals > 0, !own);
    }
}

TEST(L1, AWatchedCycleTellsWhichBanksMovedAndWhoWasRefused)
{
    rig r(shared(1, 8, false));
    l1_cycle seen = {};
    l1_watch(&r.b, &seen);
    r.push(0), r.step(); // 0
    EXPECT_EQ(seen.read_banks | seen.written_banks, 0u);
    r.push(0), r.step(); // 1: word 0 written
    EXPECT_EQ(seen.written_banks, 1u);
    EXPECT_EQ(seen.read_banks, 0u);
    EXPECT_EQ(seen.counts.writes[0], 1u);
    EXPECT_EQ(l1_bank_rows(&r.b, 0, 0), 1);
    r.step(); // 2: word 0 read; the write is refused
    EXPECT_EQ(seen.written_banks, 0u);
    EXPECT_EQ(seen.read_banks, 1u);
    EXPECT_EQ(seen.counts.refusals, 1u);
    EXPECT_EQ(l1_bank_rows(&r.b, 0, 0), 0);
}

TEST(L1, WatchedCyclesAddUpToTheCounts)
{
    for (bool both_ports : {false, true}) {
        rig r(shared(3, 9, both_ports, 2));
        l1_cycle seen = {};
        l1_counts sum = {};
        int rows[3] = {};
        l1_watch(&r.b, &seen);
        for (int cycle = 0; cycle < 400; cycle++) {
            for (int line = 0; line < 2; line++)
                if (cycle < 300 && l1_has_room(&r.b, line, 0))
                    r.push(line);
            r.step();
            for (int line = 0; line < 2; line++) {
                sum.reads[line] += seen.counts.reads[line];
                sum.writes[line] += seen.counts.writes[line];
            }
            sum.refusals += seen.counts.refusals;
            // A row a slot, and a port moves one: so does what a bank holds.
            for (int bank = 0; bank < 3; bank++) {
                rows[bank] += int(seen.written_banks >> bank & 1) -
                              int(seen.read_banks >> bank & 1);
                EXPECT_EQ(rows[bank], l1_bank_rows(&r.b, 0, bank));
            }
            if (!both_ports) {
                EXPECT_EQ(seen.read_banks & seen.written_banks, 0u);
            }
        }
        EXPECT_GT(sum.refusals, 0u);
        EXPECT_EQ(sum.refusals, r.b.counts.refusals);
        for (int line = 0; line < 2; line++) {
            EXPECT_EQ(sum.reads[line], r.b.counts.reads[line]);
            EXPECT_EQ(sum.writes[line], r.b.counts.writes[line]);
        }
    }
}

TEST(L1, AFullLineHoldsUpItsInputBuffer)
{
    rig r(shared(1, 3, true));
    r.capacity = 0; // no PE takes a word
    int pushed = 0;
    for (int cycle = 0; cycle < 20; cycle++) {
        if (l1_has_room(&r.b, 0, 0))
            r.push(0), pushed++;
        r.step();
    }
    EXPECT_EQ(pushed, 3 + 4); // rows of the line, slots of its input buffer
    EXPECT_FALSE(r.step());
    r.capacity = 100;
    r.step(); // a row comes free
    EXPECT_EQ(r.b.counts.writes[0], 3u);
    r.step(); // and is filled
    EXPECT_EQ(r.b.counts.writes[0], 4u);
}

TEST(L1, AReadWaitsUntilEachPeHasRoom)
{
    rig r(shared(1, 4, true), {{0, 1}, {2}});
    r.taken[0][1] = 1;
    r.capacity = 1;
    r.push(0), r.step();
    r.push(0);
    for (int k = 0; k < 5; k++)
        r.step();
    EXPECT_EQ(r.taken[0][0], 0);
    EXPECT_EQ(r.taken[0][2], 0); // in order: behind the blocked one
    r.taken[0][1] = 0;
    r.step(), r.step();
    EXPECT_EQ(r.taken[0][0], 1);
    EXPECT_EQ(r.taken[0][2], 1);
}

TEST(L1, ABypassedLineTouchesNoBank)
{
    l1_cfg cfg = shared(1, 4, false, 3);
    cfg.line[0] = {true, 0, 0, 0, 1};
    rig r(cfg);
    r.push(0);
    r.step();
    r.step(); // from the input buffer straight to the PEs
    EXPECT_EQ(r.taken[0][0], 1);
    EXPECT_EQ(r.b.counts.writes[0] + r.b.counts.reads[0], 0u);
    EXPECT_EQ(r.b.counts.sent[0], 1u);
    EXPECT_EQ(r.b.counts.delivered[0], 2u);
}

TEST(L1, KeepsWhatComesInUntilItLeaves)
{
    std::mt19937 random(1);
    for (int k = 0, end = sample(100, "random rows"); k < end; k++) {
        int banks = 1 + int(random() % 4);
        l1_cfg cfg = shared(banks, banks * int(1 + random() % 3),
                            random() % 2 != 0, int(random() % 4));
        rig r(cfg, {{0, 1}, {2}, {3}});
        uint64_t in[2] = {};
        for (int cycle = 0; cycle < 300; cycle++) {
            r.capacity = cycle > 200 || random() % 2 ? 1000 : 0;
            for (int line = 0; line < 2; line++)
                if (cycle < 200 && random() % 2 && l1_has_room(&r.b, line, 0))
                    r.push(line), in[line]++;
            r.step();
            for (int line = 0; line < 2; line++) {
                const l1_line &s = r.b.cluster[0].line[line];
                ASSERT_LE(s.held_rows, cfg.line[line].capacity_rows);
                ASSERT_EQ(r.b.counts.writes[line] - r.b.counts.reads[line],
                          uint64_t(s.held_slots));
            }
        }
        EXPECT_TRUE(l1_is_empty(&r.b));
        for (int line = 0; line < 2; line++)
            EXPECT_EQ(r.b.counts.sent[line], in[line]);
    }
}

} // namespace
