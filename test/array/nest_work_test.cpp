// nest_work_test.cpp - a PE's step as runs of MACs, against its MACs one by
// one; equal steps are kept once.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "sim/array/nest/nest_work.h"
#include "test/random_layer.h"

namespace
{

struct step {
    std::vector<nest_use> use;
    std::vector<int32_t> arrival[CREDIT_INPUTS];
    std::vector<char> stays[CREDIT_INPUTS];
    int32_t psums, comes[CREDIT_INPUTS];
    bool rides;
};

step draw(random_case &random)
{
    step s = {};
    s.psums = random.pick(1, 3);
    s.rides = random.pick(0, 1) != 0;
    for (int i = 0; i < CREDIT_INPUTS; i++) {
        const int words = random.pick(1, 4);
        for (int k = 0; k < words; k++) {
            s.arrival[i].push_back(random.pick(0, 2) == 0 ? 0 : ++s.comes[i]);
            s.stays[i].push_back(random.pick(0, 2) == 0);
        }
    }
    const int macs = random.pick(1, 12);
    for (int k = 0; k < macs; k++)
        s.use.push_back(
            {random.pick(-1,
                         static_cast<int>(s.arrival[CREDIT_FILTER].size()) - 1),
             random.pick(-1,
                         static_cast<int>(s.arrival[CREDIT_IFMAP].size()) - 1),
             random.pick(0, s.psums - 1)});
    return s;
}

// What must have come before each MAC, of each input, what it frees, and
// whether a psum has its last product in it.
std::vector<int> macs_of(const step &s)
{
    std::vector<int> out;
    int need[CREDIT_INPUTS] = {};
    for (size_t k = 0; k < s.use.size(); k++) {
        for (int i = 0; i < CREDIT_INPUTS; i++) {
            auto word = [&](size_t at) {
                return i == CREDIT_FILTER ? s.use[at].filter : s.use[at].ifmap;
            };
            bool frees = word(k) >= 0;
            for (size_t later = k + 1; later < s.use.size(); later++)
                frees = frees && word(later) != word(k);
            if (word(k) >= 0) {
                const auto at = static_cast<size_t>(word(k));
                need[i] = std::max(need[i], int{s.arrival[i][at]});
                frees = frees && !s.stays[i][at];
            }
            out.push_back(need[i]);
            out.push_back(frees);
        }
        bool is_last = s.rides;
        for (size_t later = k + 1; later < s.use.size(); later++)
            is_last = is_last && s.use[later].psum != s.use[k].psum;
        out.push_back(is_last);
    }
    return out;
}

std::vector<int> macs_of(const credit_work *work)
{
    std::vector<int> out;
    for (int r = 0; r < work->n_runs; r++)
        for (int k = 0; k < work->run[r].macs; k++) {
            for (int i = 0; i < CREDIT_INPUTS; i++) {
                out.push_back(work->run[r].need[i] + k * work->run[r].grows[i]);
                out.push_back(work->run[r].frees[i]);
            }
            out.push_back(work->run[r].rides);
        }
    return out;
}

TEST(NestWork, RunsAreTheMacsInTurnAndEqualOnesAreKeptOnce)
{
    nest_works *works = nest_works_new();
    std::map<std::vector<int>, const credit_work *> known;
    random_case random(1);
    int again = 0;
    for (int trial = 0; trial < 20000; trial++) {
        step s = draw(random);
        nest_input_words words[CREDIT_INPUTS];
        for (int i = 0; i < CREDIT_INPUTS; i++)
            words[i] = {static_cast<int32_t>(s.arrival[i].size()), s.comes[i],
                        s.arrival[i].data(),
                        reinterpret_cast<bool *>(s.stays[i].data())};
        const credit_work *work = nest_works_of(
            works, s.use.data(), static_cast<int32_t>(s.use.size()), s.psums,
            s.rides, words);
        std::vector<int> is = macs_of(s);
        ASSERT_EQ(is, macs_of(work));
        EXPECT_EQ(static_cast<int32_t>(s.use.size()), work->macs);
        for (int i = 0; i < CREDIT_INPUTS; i++) {
            EXPECT_EQ(s.comes[i], work->comes[i]);
            is.push_back(s.comes[i]);
        }
        const auto entry = known.emplace(is, work);
        EXPECT_EQ(entry.first->second, work);
        again += !entry.second;
    }
    EXPECT_GT(again, 1000);
    EXPECT_GT(known.size(), 1000u);
    nest_works_free(works);
}

} // namespace
