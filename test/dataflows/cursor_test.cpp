// cursor_test.cpp - a cursor that keeps what still holds gives what one that
// works out everything anew would, and tiles are moved as often as it finds
// them new.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <memory>
#include <vector>

#include "dataflows/program.h"
#include "test/random_layer.h"
#include "test/sample.h"

namespace
{

using tile = std::vector<int>;

tile tile_of(const pass_place &at, int tensor)
{
    if (tensor == TENSOR_IFMAP)
        return {at.g, at.n0, at.p0, at.q0, at.c0};
    if (tensor == TENSOR_FILTER)
        return {at.g, at.m0, at.c0, at.f0};
    return {at.g, at.m0, at.n0, at.p0, at.q0};
}

tile all_tiles(const pass_place &at)
{
    return {at.g, at.m0, at.n0, at.p0, at.q0, at.c0, at.f0};
}

struct walked {
    cursor behind;
    pass one;
};

std::vector<walked> walk(const program &p)
{
    std::vector<walked> passes;
    walked next = {};
    cursor_start(&next.behind);
    while (cursor_next(&p, &next.behind, &next.one))
        passes.push_back(next);
    return passes;
}

void expect_flags(const program &p, const std::vector<walked> &passes)
{
    for (size_t k = 0; k < passes.size(); k++)
        for (int t = 0; t < TENSOR_N; t++) {
            const bool anew = !p.arch.l2_keeps_tiles && t != TENSOR_PSUM;
            auto differs = [&](size_t a, size_t b) {
                const pass_place &x = passes[a].one.place;
                const pass_place &y = passes[b].one.place;
                return anew ? all_tiles(x) != all_tiles(y)
                            : tile_of(x, t) != tile_of(y, t);
            };
            ASSERT_EQ(passes[k].one.new_tile[t], k == 0 || differs(k - 1, k));
            ASSERT_EQ(passes[k].one.last_use[t],
                      k + 1 == passes.size() || differs(k, k + 1));
        }
}

void expect_descriptors(const program &p, const std::vector<walked> &passes)
{
    for (const walked &w : passes) {
        pass anew = {};
        anew.place = w.one.place;
        anew.place.first_reduction = w.one.place.c0 == 0;
        p.ops->describe(&p, &anew);
        ASSERT_EQ(anew.place.first_reduction, w.one.place.first_reduction);
        ASSERT_EQ(0, std::memcmp(&anew.work, &w.one.work, sizeof(anew.work)));
    }
}

void expect_tiles_ahead(const program &p, const std::vector<walked> &passes)
{
    for (int t = 0; t < TENSOR_PSUM; t++) {
        cursor ahead;
        pass one = {};
        cursor_start(&ahead);
        for (const walked &w : passes) {
            if (!w.one.new_tile[t])
                continue;
            ASSERT_TRUE(cursor_next_tile(&p, &ahead, tensor(t), &one));
            ASSERT_EQ(all_tiles(one.place), all_tiles(w.one.place));
            ASSERT_EQ(0, std::memcmp(ahead.before, w.behind.before,
                                     sizeof(ahead.before)));
            ASSERT_EQ(ahead.done, w.behind.done);
        }
        ASSERT_FALSE(cursor_next_tile(&p, &ahead, tensor(t), &one));
    }
}

using moves = std::map<tile, uint64_t>;

struct seen {
    tensor of;
    moves all;
};

void add_moves(void *context, const pass *one, uint64_t times)
{
    auto *s = static_cast<seen *>(context);
    s->all[tile_of(one->place, s->of)] += times;
}

void expect_moves(const program &p, const std::vector<walked> &passes)
{
    for (int t = 0; t < TENSOR_N; t++) {
        moves expected;
        seen s = {tensor(t), {}};
        for (const walked &w : passes)
            if (w.one.new_tile[t])
                expected[tile_of(w.one.place, t)]++;
        program_each_tile(&p, tensor(t), add_moves, &s);
        ASSERT_EQ(s.all, expected);
    }
}

TEST(Cursor, KeepsNothingThatDoesNotHold)
{
    random_case random(81);
    diag *d = diag_new();
    size_t all = 0;
    for (int k = 0, end = sample(60, "random layers"); k < end; k++) {
        arch a = random.machine();
        a.l2_bytes = random.pick(0, 1) ? 8192 : 32768;
        a.l2_keeps_tiles = random.pick(0, 3) > 0;
        a.array_network =
            random.pick(0, 1) ? NETWORK_MULTICAST : NETWORK_SYSTOLIC;
        layer l = random.shape();
        l.N = random.pick(1, 9);
        for (int f = 0; dataflow_table[f] != nullptr; f++) {
            const dataflow *flow = dataflow_table[f];
            const given_mapping given = narrow_rows(flow->name, l);
            mapping m = {};
            auto p = std::make_unique<program>();
            if (a.array_network == NETWORK_SYSTOLIC && !flow->on_systolic)
                continue;
            if (!flow->choose(&a, &l, &given, &m, d))
                continue;
            flow->compile(&a, &l, &m, p.get());
            if (p->passes > 3000)
                continue;
            const std::vector<walked> passes = walk(*p);
            SCOPED_TRACE(std::string(flow->name) + ' ' + describe(l));
            ASSERT_NO_FATAL_FAILURE(expect_flags(*p, passes));
            ASSERT_NO_FATAL_FAILURE(expect_descriptors(*p, passes));
            ASSERT_NO_FATAL_FAILURE(expect_tiles_ahead(*p, passes));
            ASSERT_NO_FATAL_FAILURE(expect_moves(*p, passes));
            all += passes.size();
        }
    }
    diag_free(d);
    EXPECT_GT(all, 1000u); // or nothing was tested
}

} // namespace
