// pass_least_test.cpp - the least cycles of a pass by its descriptor, against
// the machine that steps it.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <vector>

#include "dataflows/pass/pass_least.h"
#include "sim/array/array_side.h"
#include "sim/run/kernel.h"
#include "test/random_layer.h"
#include "test/sample.h"

namespace
{

// The least of each of a program's first passes, as a share of what it takes.
void add_shares(const program &p, int most, std::vector<double> *out)
{
    array_side *side = array_side_new(&p, nullptr);
    array_side_may_skip(side);
    cursor at;
    cursor_start(&at);
    pass one;
    for (int n = 0; n < most && cursor_next(&p, &at, &one); n++) {
        array_side_issue(side, &one);
        ASSERT_EQ(kernel_native.run_pass(nullptr, side, UINT64_MAX), RUN_DONE);
        pass_outcome outcome;
        array_side_finish(side, &outcome);
        const uint64_t least = pass_least_cycles(&p.arch, &one.work.multicast);
        ASSERT_LE(least, outcome.cycles)
            << "pass " << n << " of " << describe(p.layer);
        out->push_back(double(least) / double(outcome.cycles));
    }
    array_side_free(side);
}

TEST(PassLeast, IsNoMoreThanThatOfTheMachineAndOftenNearIt)
{
    random_case random(43);
    const int machines = sample(200, "random machines");
    auto *p = new program();
    for (const char *name : {"rs", "ws", "is", "os", "nlr"}) {
        std::vector<double> shares;
        for (int n = 0; n < machines; n++) {
            diag *d = diag_new();
            arch a = random.machine();
            random.choose_for(name, &a);
            const layer l = random.shape();
            const given_mapping none = {};
            mapping m = {};
            const dataflow *flow = dataflow_find(name);
            const bool ok = flow->choose(&a, &l, &none, &m, d);
            diag_free(d);
            if (!ok)
                continue;
            flow->compile(&a, &l, &m, p);
            if (!pass_least_is_known(p))
                continue;
            add_shares(*p, 6, &shares);
            ASSERT_FALSE(HasFatalFailure()) << name << " " << n;
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
