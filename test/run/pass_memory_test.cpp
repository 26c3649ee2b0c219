// pass_memory_test.cpp - what is remembered, what is forgotten, and what must
// never be taken for something else.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstring>
#include <thread>
#include <vector>

#include "sim/run/pass_memory.h"

namespace
{

struct key : std::array<unsigned char, 24> {
    // As the memory is asked for it; valid as long as the key.
    const pass_key *of(size_t n_bytes = 24)
    {
        its_ = pass_key_of(data(), n_bytes);
        return &its_;
    }

  private:
    pass_key its_;
};

key numbered(int number)
{
    key k = {};
    k[0] = static_cast<unsigned char>(number);
    k[1] = static_cast<unsigned char>(number >> 8);
    return k;
}

class PassMemory : public testing::Test
{
  protected:
    PassMemory() : memory_(with_budget(1 << 22))
    {
    }
    ~PassMemory() override
    {
        pass_memory_free(memory_);
    }

    static pass_memory *with_budget(uint64_t bytes)
    {
        return pass_memory_new(bytes);
    }

    void use_budget(uint64_t bytes)
    {
        pass_memory_free(memory_);
        memory_ = with_budget(bytes);
    }

    pass_answer find(key k)
    {
        return pass_memory_find(memory_, k.of(), &found_, nullptr);
    }

    void bring(key k, uint64_t cycles)
    {
        pass_outcome counts = {};
        counts.cycles = cycles;
        pass_memory_add(memory_, k.of(), &counts);
    }

    bool claim_ahead(int number)
    {
        return pass_memory_claim_ahead(memory_, numbered(number).of());
    }

    // Asks and, where it must, brings.
    pass_answer visit(int number)
    {
        pass_answer answer = find(numbered(number));
        if (answer == PASS_KNOWN)
            EXPECT_EQ(found_.cycles, uint64_t(1000 + number));
        else
            bring(numbered(number), uint64_t(1000 + number));
        return answer;
    }

    pass_memory_stats stats()
    {
        pass_memory_stats s = {};
        pass_memory_get_stats(memory_, &s);
        return s;
    }

    // Bytes that one outcome takes in the memory, which keeps no zeros: one of
    // those that visit() brings.
    uint64_t outcome_bytes()
    {
        pass_memory *m = with_budget(1 << 20);
        pass_outcome counts = {};
        counts.cycles = 1000;
        pass_memory_stats s = {};
        pass_memory_find(m, numbered(0).of(), &counts, nullptr);
        pass_memory_add(m, numbered(0).of(), &counts);
        pass_memory_get_stats(m, &s);
        pass_memory_free(m);
        return s.bytes_peak;
    }

    pass_memory *memory_;
    pass_outcome found_;
};

TEST_F(PassMemory, KnowsWhatItWasBrought)
{
    EXPECT_EQ(visit(1), PASS_NEW);
    EXPECT_EQ(visit(2), PASS_NEW);
    EXPECT_EQ(visit(1), PASS_KNOWN);
    EXPECT_EQ(visit(2), PASS_KNOWN);
    EXPECT_EQ(stats().is_new, 2u);
    EXPECT_EQ(stats().known, 2u);
}

TEST_F(PassMemory, KeepsManyApart)
{
    for (int n = 0; n < 2000; n++)
        ASSERT_EQ(visit(n), PASS_NEW);
    for (int n = 0; n < 2000; n++)
        ASSERT_EQ(visit(n), PASS_KNOWN);
}

// From none to all of its words are there, each at some time the only one.
TEST_F(PassMemory, BringsBackEveryWordOfAnOutcome)
{
    std::array<uint64_t, PASS_OUTCOME_WORDS> word = {};
    const auto comes_back = [&](int number) {
        pass_outcome outcome;
        std::memcpy(&outcome, word.data(), sizeof(outcome));
        EXPECT_EQ(find(numbered(number)), PASS_NEW);
        pass_memory_add(memory_, numbered(number).of(), &outcome);
        std::memset(&found_, 0xa5, sizeof(found_));
        EXPECT_EQ(find(numbered(number)), PASS_KNOWN);
        EXPECT_EQ(std::memcmp(&found_, &outcome, sizeof(found_)), 0) << number;
    };
    int number = 0;
    comes_back(number++);
    for (uint64_t &one : word) {
        one = UINT64_MAX - uint64_t(number);
        comes_back(number++);
        one = 0;
    }
    for (uint64_t &one : word) {
        one = uint64_t(number);
        comes_back(number++);
    }
}

// One without zeros takes as many bytes more as it has words.
TEST_F(PassMemory, CountsTheWordsOfEachOutcome)
{
    use_budget(1 << 16);
    visit(1);
    const uint64_t before = stats().bytes_peak;
    pass_outcome full;
    std::memset(&full, 1, sizeof(full));
    find(numbered(2));
    pass_memory_add(memory_, numbered(2).of(), &full);
    EXPECT_EQ(stats().bytes_peak, 2 * before + sizeof(full) - sizeof(uint64_t));
}

TEST_F(PassMemory, TellsKeysApartInEveryBit)
{
    const key first = numbered(7);
    find(first);
    bring(first, 1);
    for (size_t bit = 0; bit < 8 * first.size(); bit++) {
        key other = first;
        other[bit / 8] ^= static_cast<unsigned char>(1 << bit % 8);
        EXPECT_EQ(find(other), PASS_NEW) << bit;
        pass_memory_abandon(memory_, other.of());
    }
    EXPECT_EQ(find(first), PASS_KNOWN);
}

TEST_F(PassMemory, TellsKeysApartByTheirLength)
{
    key one = numbered(0); // all bytes are zero
    pass_outcome outcome = {};
    for (size_t n = 1; n <= one.size(); n++) {
        EXPECT_EQ(pass_memory_find(memory_, one.of(n), &found_, nullptr),
                  PASS_NEW)
            << n;
        outcome.cycles = n;
        pass_memory_add(memory_, one.of(n), &outcome);
    }
    for (size_t n = 1; n <= one.size(); n++) {
        EXPECT_EQ(pass_memory_find(memory_, one.of(n), &found_, nullptr),
                  PASS_KNOWN);
        EXPECT_EQ(found_.cycles, n);
    }
}

TEST_F(PassMemory, MissesAKeyOfWhichOneStoredByteIsWrong)
{
    for (size_t byte = 0; byte < numbered(3).size(); byte++) {
        use_budget(1 << 20);
        visit(3);
        unsigned char *stored =
            pass_memory_stored_key(memory_, numbered(3).of());
        ASSERT_NE(stored, nullptr);
        stored[byte] ^= 0x40;
        EXPECT_EQ(find(numbered(3)), PASS_NEW) << "byte " << byte;
        pass_memory_abandon(memory_, numbered(3).of());
    }
}

TEST_F(PassMemory, ForgetsWhatWasUsedLeastRecently)
{
    use_budget(3 * outcome_bytes());
    visit(1);
    visit(2);
    visit(3);
    EXPECT_EQ(visit(1), PASS_KNOWN);
    visit(4); // in place of 2
    EXPECT_EQ(visit(1), PASS_KNOWN);
    EXPECT_EQ(visit(3), PASS_KNOWN);
    EXPECT_EQ(visit(4), PASS_KNOWN);
    EXPECT_EQ(visit(2), PASS_EVICTED);
    EXPECT_EQ(stats().forgotten, 2u);
    EXPECT_EQ(stats().outcomes, 3u);
}

TEST_F(PassMemory, NeverHoldsMoreThanItsBudget)
{
    use_budget(10 * outcome_bytes() + 1);
    for (int n = 0; n < 500; n++)
        visit(n % 37);
    EXPECT_LE(stats().bytes_peak, 10 * outcome_bytes() + 1);
    EXPECT_EQ(stats().outcomes, 10u);
}

TEST_F(PassMemory, RemembersNothingWithoutABudget)
{
    use_budget(1);
    EXPECT_EQ(visit(1), PASS_NEW);
    EXPECT_EQ(visit(1), PASS_EVICTED);
    EXPECT_EQ(stats().outcomes, 0u);
}

TEST_F(PassMemory, AnAbandonedKeyIsNew)
{
    EXPECT_EQ(find(numbered(5)), PASS_NEW);
    pass_memory_abandon(memory_, numbered(5).of());
    EXPECT_EQ(find(numbered(5)), PASS_NEW);
    bring(numbered(5), 1);
    EXPECT_EQ(find(numbered(5)), PASS_KNOWN);
}

TEST_F(PassMemory, LetsOneThreadBringWhatSeveralAskFor)
{
    const int threads = 4, keys = 300;
    std::array<std::atomic<int>, 300> brought = {};
    std::vector<std::thread> crew;
    for (int t = 0; t < threads; t++)
        crew.emplace_back([&, t] {
            for (int k = 0; k < keys; k++) {
                int number = t % 2 ? k : keys - 1 - k;
                key own = numbered(number);
                pass_outcome counts = {};
                if (pass_memory_find(memory_, own.of(), &counts, nullptr) ==
                    PASS_KNOWN) {
                    EXPECT_EQ(counts.cycles, uint64_t(number));
                    continue;
                }
                std::this_thread::yield();
                brought[static_cast<size_t>(number)]++;
                counts.cycles = uint64_t(number);
                pass_memory_add(memory_, own.of(), &counts);
            }
        });
    for (std::thread &t : crew)
        t.join();
    for (const auto &n : brought)
        EXPECT_EQ(n, 1);
    EXPECT_EQ(stats().is_new, uint64_t(keys));
    EXPECT_EQ(stats().known, uint64_t(threads - 1) * keys);
}

TEST_F(PassMemory, CallsNewWhatWasBroughtAheadOfNeed)
{
    EXPECT_TRUE(claim_ahead(1));
    EXPECT_FALSE(claim_ahead(1)); // claimed
    bring(numbered(1), 1001);
    EXPECT_FALSE(claim_ahead(1)); // known
    EXPECT_EQ(stats().is_new, 0u);
    EXPECT_EQ(find(numbered(1)), PASS_AHEAD);
    EXPECT_EQ(found_.cycles, 1001u);
    EXPECT_EQ(visit(1), PASS_KNOWN);
    EXPECT_EQ(stats().is_new, 1u);
    EXPECT_EQ(stats().ahead, 1u);
    EXPECT_EQ(stats().known, 1u);
}

TEST_F(PassMemory, ForgetsNothingForWhatIsAheadOfNeed)
{
    use_budget(2 * outcome_bytes());
    visit(1);
    visit(2);
    EXPECT_FALSE(claim_ahead(3));
    visit(3); // in place of 1
    EXPECT_FALSE(claim_ahead(1));
    EXPECT_EQ(visit(2), PASS_KNOWN);
    use_budget(outcome_bytes());
    EXPECT_TRUE(claim_ahead(1));
    EXPECT_FALSE(claim_ahead(2)); // the room is taken
    bring(numbered(1), 1001);
    use_budget(2 * outcome_bytes());
    visit(1);
    EXPECT_TRUE(claim_ahead(2));
    pass_outcome longer = {}; // than any that it could judge by
    longer.cycles = longer.flight_cycles = 1002;
    pass_memory_add(memory_, numbered(2).of(), &longer);
    EXPECT_EQ(visit(1), PASS_KNOWN);
    EXPECT_EQ(visit(2), PASS_NEW);
    EXPECT_EQ(stats().forgotten, 0u);
}

TEST_F(PassMemory, WorksWhileItWaits)
{
    struct other {
        pass_memory *memory;
        int pieces;
    } other = {memory_, 3};
    const pass_meanwhile meanwhile = {
        [](void *context) {
            auto *o = static_cast<struct other *>(context);
            pass_outcome counts = {};
            if (--o->pieces == 0)
                pass_memory_add(o->memory, numbered(5).of(), &counts);
            return true;
        },
        &other};
    EXPECT_TRUE(claim_ahead(5));
    EXPECT_EQ(pass_memory_find(memory_, numbered(5).of(), &found_, &meanwhile),
              PASS_AHEAD);
    EXPECT_EQ(other.pieces, 0);
    EXPECT_EQ(stats().waits, 1u);
}

TEST_F(PassMemory, HandsAnAbandonedKeyToAThreadThatWaits)
{
    EXPECT_EQ(find(numbered(9)), PASS_NEW);
    std::atomic<int> answer = {-1};
    std::thread other([&] {
        pass_outcome counts = {};
        answer = pass_memory_find(memory_, numbered(9).of(), &counts, nullptr);
    });
    pass_memory_abandon(memory_, numbered(9).of());
    other.join();
    EXPECT_EQ(answer, PASS_NEW);
    pass_memory_abandon(memory_, numbered(9).of());
}

} // namespace
