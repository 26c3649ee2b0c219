// kept_tiles_test.cpp - tiles that stay in L2 over loops outside them (the
// mappings' `keep`): which pass loads each and gives its place back, that they
// fit, and that a run takes what it says.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <memory>
#include <vector>

#include "sim/base/counters.h"
#include "test/run/kept/kept_fixture.h"
#include "test/sample.h"

namespace
{

using tile = std::vector<int>;

tile tile_of(const pass_place &at, int tensor)
{
    if (tensor == TENSOR_IFMAP)
        return {at.g, at.n0, at.p0, at.q0, at.c0};
    return {at.g, at.m0, at.c0, at.f0};
}

// The words of one pass's tile in L2.
uint64_t words_of(const program &p, const pass_place &at, tensor t)
{
    const tiling alone = {at.m, at.n, at.e, at.c, at.f, at.groups, at.w, 0};
    return tiling_l2_words(&p.layer, &alone, t);
}

struct uses {
    size_t first, turn_end, last;
};

std::vector<pass> walk(const program &p)
{
    std::vector<pass> passes;
    pass one = {};
    cursor at;
    cursor_start(&at);
    while (cursor_next(&p, &at, &one))
        passes.push_back(one);
    return passes;
}

// When each tile comes, when its first turn ends, and when it is used last.
std::map<tile, uses> lives_of(const std::vector<pass> &passes, int t)
{
    std::map<tile, uses> lives;
    for (size_t k = 0; k < passes.size(); k++) {
        const tile now = tile_of(passes[k].place, t);
        auto found = lives.emplace(now, uses{k, k, k}).first;
        if (found->second.turn_end + 1 == k)
            found->second.turn_end = k;
        found->second.last = k;
    }
    return lives;
}

TEST_P(Kept, EachTileComesOnceAndGoesWhenItIsUsedLast)
{
    random_case random(91);
    size_t again = 0;
    for (int k = 0, end = sample(200, "random layers"); k < end; k++) {
        auto p = std::make_unique<program>();
        if (!draw(random))
            continue;
        GetParam()->compile(&a_, &l_, &m_, p.get());
        if (p->passes > 3000)
            continue;
        const std::vector<pass> passes = walk(*p);
        for (int t = 0; t < TENSOR_PSUM; t++) {
            if (!tiling_keeps(&p->tiling, tensor(t)))
                continue;
            const auto lives = lives_of(passes, t);
            for (size_t i = 0; i < passes.size(); i++) {
                const uses &its = lives.at(tile_of(passes[i].place, t));
                ASSERT_EQ(passes[i].new_tile[t], its.first == i);
                ASSERT_EQ(passes[i].last_use[t], its.turn_end == i);
                ASSERT_EQ(passes[i].gives_place[t], its.last == i);
                again += its.first < i && its.turn_end < i;
            }
        }
    }
    EXPECT_GT(again, 100u); // or nothing stayed
}

// Each tile is asked for as soon as it may be: at no time do tiles take more
// than the room that the mapping has for them, and the last come.
TEST_P(Kept, TilesFitIntoTheRoomThatTheyHave)
{
    random_case random(92);
    size_t full = 0;
    for (int k = 0, end = sample(200, "random layers"); k < end; k++) {
        auto p = std::make_unique<program>();
        if (!draw(random))
            continue;
        GetParam()->compile(&a_, &l_, &m_, p.get());
        if (p->passes > 1000)
            continue;
        const std::vector<pass> passes = walk(*p);
        for (int t = 0; t < TENSOR_PSUM; t++) {
            const auto of = tensor(t);
            if (!tiling_keeps(&p->tiling, of))
                continue;
            const uint64_t room = tiling_l2_words(&l_, &p->tiling, of);
            uint64_t held = 0;
            pass ahead = {};
            cursor next;
            cursor_start(&next);
            bool is_left = cursor_next_tile(p.get(), &next, of, &ahead);
            for (const pass &now : passes) {
                while (is_left && program_has_place(p.get(), of, &ahead.place,
                                                    &now.place)) {
                    held += words_of(*p, ahead.place, of);
                    is_left = cursor_next_tile(p.get(), &next, of, &ahead);
                }
                ASSERT_LE(held, room) << GetParam()->name << describe(l_);
                full += held == room;
                if (now.gives_place[t])
                    held -= words_of(*p, now.place, of);
            }
            ASSERT_FALSE(is_left);
            ASSERT_EQ(held, 0u);
        }
    }
    EXPECT_GT(full, 100u);
}

TEST_P(Kept, ARunCountsWhatTheClosedFormSaysWithAndWithoutMemory)
{
    random_case random(93);
    uint64_t fewer = 0;
    for (int k = 0, end = sample(60, "random layers"); k < end; k++) {
        if (!draw(random))
            continue;
        SCOPED_TRACE(std::string(GetParam()->name) + ' ' + describe(l_));
        layer_result fast = {}, full = {}, other = {};
        ASSERT_NO_FATAL_FAILURE(run(m_, true, &fast));
        ASSERT_NO_FATAL_FAILURE(run(m_, false, &full));
        EXPECT_EQ(full.check_mismatches, 0u);
        EXPECT_EQ(fast.cycles, full.cycles);
        EXPECT_EQ(0, std::memcmp(fast.wait_dram_by, full.wait_dram_by,
                                 sizeof(full.wait_dram_by)));
        counts want = {};
        GetParam()->expect(&a_, &l_, &m_, &want);
        const counter *off = counters_differ(&full.counts, &want);
        ASSERT_EQ(off, nullptr) << off->path;
        off = counters_differ(&fast.counts, &want);
        ASSERT_EQ(off, nullptr) << off->path;

        // The same tiles, none of which stay.
        mapping none = m_;
        const int at = dataflow_param_index(GetParam(), "keep");
        none.value[at] = KEEP_NONE;
        tiling t = {};
        auto p = std::make_unique<program>();
        GetParam()->compile(&a_, &l_, &m_, p.get());
        t = p->tiling;
        t.kept = 0;
        int buffers[TENSOR_N], banks[TENSOR_N];
        tensor lacks;
        uint64_t words;
        if (!tiling_fits(&a_, &l_, &t, buffers, banks, &lacks, &words))
            continue;
        ASSERT_NO_FATAL_FAILURE(run(none, true, &other));
        for (int i = 0; i < TENSOR_PSUM; i++) {
            const uint64_t stays = fast.counts.access[LEVEL_DRAM][i].reads;
            const uint64_t comes = other.counts.access[LEVEL_DRAM][i].reads;
            if (tiling_keeps(&p->tiling, tensor(i))) {
                EXPECT_LE(stays, comes);
                fewer += comes - stays;
            } else {
                EXPECT_EQ(stays, comes);
            }
        }
        EXPECT_EQ(fast.counts.macs, other.counts.macs);
        layer_result_fini(&fast);
        layer_result_fini(&full);
        layer_result_fini(&other);
    }
    EXPECT_GT(fewer, 1000u);
}

TEST_P(Kept, AControllerWithoutMemoryRefusesIt)
{
    random_case random(94);
    do {
        a_ = random.machine();
        l_ = random.shape();
        given_ = {};
    } while (!takes(&m_));
    a_.l2_keeps_tiles = false;
    give("keep", KEEP_FILTER);
    EXPECT_FALSE(takes(&m_));
    EXPECT_NE(std::strstr(diag_text(d_, 0), "'l2.keeps_tiles' = false"),
              nullptr)
        << diag_text(d_, 0);
}

INSTANTIATE_TEST_SUITE_P(All, Kept,
                         testing::Values(dataflow_find("rs"),
                                         dataflow_find("ws"),
                                         dataflow_find("is"),
                                         dataflow_find("os"),
                                         dataflow_find("nlr")),
                         kept_name_of);

} // namespace
