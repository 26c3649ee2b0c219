// pass_least_test.cpp - the least cycles of a pass by its descriptor, against
// the machine that steps it.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <vector>

#include "dataflows/pass/pass_least.h"
#include "test/dataflows/pass_run.h"
#include "test/sample.h"

namespace
{

// The least of each of a program's first passes, as a share of what it takes.
void add_shares(const program &p, int most, std::vector<double> *out)
{
    step_first_passes(p, most, [&](const pass &one, const pass_outcome &ran) {
        const uint64_t least = pass_least_cycles(&p.arch, &one.work.multicast);
        EXPECT_LE(least, ran.cycles) << describe(p.layer);
        out->push_back(double(least) / double(ran.cycles));
    });
}

TEST(PassLeast, IsNoMoreThanThatOfTheMachineAndOftenNearIt)
{
    random_case random(43);
    const int machines = sample(200, "random machines");
    auto *p = new program();
    for (const char *name : {"rs", "ws", "is", "os", "nlr"}) {
        std::vector<double> shares;
        for (int n = 0; n < machines; n++) {
            if (!draw_program(&random, dataflow_find(name), p) ||
                !pass_least_is_known(p))
                continue;
            add_shares(*p, 6, &shares);
            ASSERT_FALSE(HasFailure()) << name << " " << n;
        }
        ASSERT_GT(shares.size(), size_t(machines) / 4) << name;
        std::sort(shares.begin(), shares.end());
        std::printf(
            "%s: %zu passes, %.3f in the median, %.3f for nine of ten\n", name,
            shares.size(), shares[shares.size() / 2],
            shares[shares.size() / 10]);
        EXPECT_GT(shares[shares.size() / 2], 0.85) << name;
        EXPECT_DOUBLE_EQ(shares.back(), 1) << name; // none is less by a cycle
    }
    delete p;
}

} // namespace
