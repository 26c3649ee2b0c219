// levels_test.cpp - the closed form of nests on listed levels, against the
// enumeration of all products.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "sim/base/counters.h"
#include "test/dataflows/levels_oracle.h"
#include "test/random_levels.h"
#include "test/sample.h"

namespace
{

std::string describe_levels(const arch &a)
{
    std::string text;
    for (int k = LEVEL_N - 1; k >= 0; k--) {
        const level_arch &at = a.level[k];
        if (at.name[0] == '\0')
            continue;
        text += std::string("\n") + at.name + " " + std::to_string(at.rows) +
                " x " + std::to_string(at.cols) + " " +
                level_network_name[at.network];
    }
    return text;
}

// Two to seven levels, DRAM included.
void expect_counts(unsigned seed, int cases, bool has_meshes)
{
    random_levels random(seed);
    for (int k = 0; k < cases; k++) {
        arch a = random.machine(1 + k % 6);
        if (has_meshes)
            random_levels::put_meshes(&a);
        const layer l = random.shape(400);
        const nest n = random.mapping(a, l);
        layer_result got = {}, want = {};
        want.counts = levels_by_enumeration(a, l, n);
        nest_expect(&a, &l, &n, &got.counts);
        for (const counter *c = counter_table; c->path != NULL; c++)
            ASSERT_EQ(counter_value(c, &got), counter_value(c, &want))
                << c->path << ", case " << k << ", " << describe(l)
                << describe_levels(a) << describe(n);
    }
}

TEST(Levels, TheClosedFormCountsWhatAWalkOfAllProductsCounts)
{
    expect_counts(31, sample(200, "random nests"), false);
}

TEST(Levels, TheClosedFormCountsTheLinksOfMeshes)
{
    expect_counts(33, sample(60, "random nests on meshes"), true);
}

// The same machine, which has an L1, with its levels as a list. (Without an L1,
// PEs forget at the ends of passes, which listed levels have not.)
arch as_list(const arch &usual)
{
    arch a = usual;
    for (int k = 0; k < LEVEL_N; k++) {
        level_arch *at = &a.level[k];
        if (!arch_has_level(&usual, level(k)))
            continue;
        std::snprintf(at->name, sizeof(at->name), "%s", level_name[k]);
        at->rows = at->cols = at->words_per_slot = at->slots_per_cycle = 1;
        at->n_stores = k == LEVEL_DRAM ? 0 : 1;
        at->store[0].bytes = 1 << 20;
        at->store[0].buffers = 1;
        for (bool &holds : at->store[0].holds)
            holds = true;
    }
    level_arch *l2 = &a.level[LEVEL_L2], *l1 = &a.level[LEVEL_L1];
    l2->rows = nest_cluster_rows(&usual);
    l2->cols = nest_cluster_cols(&usual);
    l1->rows = nest_cluster_height(&usual);
    l1->cols = usual.l1_cluster_cols;
    a.has_l1 = false;
    return a;
}

TEST(Levels, TheUsualOnesAsAListCountAsTheUsualOnes)
{
    random_nest random(32);
    for (int k = 0, end = sample(100, "random nests"); k < end; k++) {
        arch usual = random.machine();
        while (!usual.has_l1)
            usual = random.machine();
        const layer l = random.shape(3000);
        nest n = random.mapping(usual, l);
        while (n.l1_is_line)
            n = random.mapping(usual, l);
        const arch listed = as_list(usual);
        counts want = {}, got = {};
        nest_verdict why;
        ASSERT_TRUE(nest_is_legal(&listed, &l, &n, &why)) << describe(n);
        nest_expect(&usual, &l, &n, &want);
        nest_expect(&listed, &l, &n, &got);
        EXPECT_EQ(0, std::memcmp(got.access, want.access, sizeof(got.access)))
            << "case " << k << ", " << describe(l) << describe(n);
        EXPECT_EQ(0, std::memcmp(&got.finished_l2, &want.finished_l2,
                                 sizeof(got.finished_l2)));
        EXPECT_EQ(nest_busiest_pe_cycles(&listed, &l, &n),
                  nest_busiest_pe_cycles(&usual, &l, &n));
        EXPECT_EQ(nest_pes_used(&listed, &l, &n),
                  nest_pes_used(&usual, &l, &n));
    }
}

} // namespace
