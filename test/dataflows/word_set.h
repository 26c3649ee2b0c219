// word_set.h - words as a rising list: what is in one and not in another, both
// together, and how many several hold.
// SPDX-License-Identifier: MIT
#ifndef TEST_DATAFLOWS_WORD_SET_H
#define TEST_DATAFLOWS_WORD_SET_H

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <vector>

using word_set = std::vector<uint64_t>; // in rising order

inline word_set minus(const word_set &a, const word_set &b)
{
    word_set out;
    std::set_difference(a.begin(), a.end(), b.begin(), b.end(),
                        std::back_inserter(out));
    return out;
}

inline void unite(word_set &into, const word_set &from)
{
    word_set out;
    std::set_union(into.begin(), into.end(), from.begin(), from.end(),
                   std::back_inserter(out));
    into = out;
}

inline uint64_t sizes(const std::map<int, word_set> &sets)
{
    uint64_t n = 0;
    for (const auto &set : sets)
        n += set.second.size();
    return n;
}

#endif
