// word_map_test.cpp - the table from words to words, against the standard
// library's.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

#include "mem/word_map.h"

namespace
{

using words = std::vector<uint32_t>;

// Keys of few letters, so that many begin others, and some differ from others
// in one word alone.
words draw(std::mt19937 &random)
{
    words key(random() % 12);
    for (uint32_t &word : key)
        word = random() % 2;
    return key;
}

TEST(WordMap, HasWhatWasAddedAndNothingElse)
{
    std::mt19937 random(5);
    std::map<words, words> known;
    word_map *map = word_map_new(size_t{1} << 24);
    for (int k = 0; k < 20000; k++) {
        const words word = draw(random);
        const word_key key =
            word_key_of(word.data(), static_cast<uint32_t>(word.size()));
        const uint32_t *value = word_map_find(map, &key);
        const auto at = known.find(word);
        ASSERT_EQ(at != known.end(), value != nullptr);
        if (value != nullptr) {
            EXPECT_EQ(at->second, words(value, value + at->second.size()));
            continue;
        }
        const words gives(1 + random() % 3, static_cast<uint32_t>(k));
        uint32_t *to =
            word_map_add(map, &key, static_cast<uint32_t>(gives.size()));
        ASSERT_NE(nullptr, to);
        std::copy(gives.begin(), gives.end(), to);
        known[word] = gives;
    }
    EXPECT_GT(known.size(), 1000u);
    word_map_free(map);
}

// Keys whose hashes are equal are told apart by their words, and those whose
// first words are equal by their number.
TEST(WordMap, HashesAloneDecideNothing)
{
    const uint32_t one[] = {1, 2, 3}, other[] = {1, 2, 4};
    word_map *map = word_map_new(size_t{1} << 20);
    const word_key keys[] = {{one, 3, 7}, {other, 3, 7}, {one, 2, 7}};
    for (uint32_t k = 0; k < 3; k++) {
        EXPECT_EQ(nullptr, word_map_find(map, &keys[k]));
        *word_map_add(map, &keys[k], 1) = k;
    }
    for (uint32_t k = 0; k < 3; k++)
        EXPECT_EQ(k, *word_map_find(map, &keys[k]));
    word_map_free(map);
}

// What no longer fits is refused, and what is there stays.
TEST(WordMap, AddsNothingBeyondItsBudget)
{
    word_map *map = word_map_new(size_t{100} << 10);
    uint32_t n = 0;
    for (;; n++) {
        const word_key key = word_key_of(&n, 1);
        uint32_t *to = word_map_add(map, &key, 8);
        if (to == nullptr)
            break;
        *to = n;
        ASSERT_LE(word_map_bytes(map), size_t{100} << 10);
    }
    EXPECT_GT(n, 100u);
    for (uint32_t k = 0; k < n; k++) {
        const word_key key = word_key_of(&k, 1);
        EXPECT_EQ(k, *word_map_find(map, &key));
    }
    word_map_free(map);
}

} // namespace
