// nest_model_test.cpp - the closed form of a nest against its enumeration.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include "dataflows/nest/nest_events.h"
#include "dataflows/nest/nest_pass.h"
#include "test/dataflows/nest_oracle.h"
#include "test/messages.h"
#include "test/random_nest.h"
#include "test/sample.h"

namespace
{

uint64_t *words(counts *c)
{
    return reinterpret_cast<uint64_t *>(c);
}

TEST(NestModel, CountsWhatAnEnumerationOfAllStepsCounts)
{
    random_nest random(21);
    for (int k = 0, end = sample(500, "random nests"); k < end; k++) {
        arch a = random.machine();
        layer l = random.shape(3000);
        nest n = random.mapping(a, l);
        counts want = nest_by_enumeration(a, l, n), got = {};
        nest_expect(&a, &l, &n, &got);
        for (size_t i = 0; i < sizeof(want) / sizeof(uint64_t); i++)
            ASSERT_EQ(words(&got)[i], words(&want)[i])
                << "counter " << i << ", case " << k << ", array " << a.rows
                << " x " << a.cols << ", cluster " << a.has_l1 << " "
                << a.l1_cluster_cols << ", " << describe(l) << describe(n);
    }
}

// Rows of more points than a word of the closed form has bits.
TEST(NestModel, CountsLongRowsAsTheirEnumerationDoes)
{
    random_nest random(23);
    for (int k = 0, end = sample(60, "random nests"); k < end; k++) {
        arch a = random.machine();
        layer l = random.shape(3000);
        Messages d;
        l.N = l.G = l.M = l.C = l.H = l.R = 1;
        l.W = random.pick(140, 300);
        l.S = random.pick(2, 5);
        layer_set_steps(&l, random.pick(1, 2), 0, random.pick(1, 3));
        l.pad_left = random.pick(0, 4);
        l.pad_right = random.pick(0, 4);
        ASSERT_TRUE(layer_finish(&l, src_pos{}, d)) << d.text();
        nest n = random.mapping(a, l);
        counts want = nest_by_enumeration(a, l, n), got = {};
        nest_expect(&a, &l, &n, &got);
        for (size_t i = 0; i < sizeof(want) / sizeof(uint64_t); i++)
            ASSERT_EQ(words(&got)[i], words(&want)[i])
                << "counter " << i << ", case " << k << ", " << describe(l)
                << describe(n);
    }
}

// Goes through all products of each PE, and counts how often a loop steps that
// the tensor has, or one outside such a loop or over passes.
class changes_by_enumeration
{
  public:
    changes_by_enumeration(const arch &a, const layer &l, const nest &n,
                           tensor t)
        : l_(l)
    {
        const int in_pass =
            nest_forgets(&a, &n) ? nest_pass_loops(&a, &l, &n) : NEST_LOOPS_MAX;
        for (int k = LEVEL_DRAM; k >= LEVEL_RF; k--) {
            const nest_loops &time = n.level[k].time;
            for (int i = 0; i < time.n; i++) {
                const bool is_over = nest_forgets(&a, &n) && k != LEVEL_RF &&
                                     (k != LEVEL_L2 || i < time.n - in_pass);
                push(times_, time.loop[i], uint64_t(k) * 3 + 2);
                if (time.loop[i].count > 1 &&
                    (is_over || has(t, time.loop[i].dim)))
                    last_ = times_.size();
            }
            for (int i = 0; i < n.level[k].rows.n; i++)
                push(spaces_, n.level[k].rows.loop[i], uint64_t(k) * 3 + 1);
            for (int i = 0; i < n.level[k].cols.n; i++)
                push(spaces_, n.level[k].cols.loop[i], uint64_t(k) * 3);
        }
        set_tiles();
        place(0);
    }
    uint64_t changes = 0;

  private:
    struct cut {
        uint64_t depth; // further out is more
        int dim, count, tile, value;
    };

    static bool has(tensor t, int d)
    {
        const bool of_output = d == NEST_N || d == NEST_P || d == NEST_Q;
        return t == TENSOR_FILTER ? !of_output : d != NEST_M;
    }

    static void push(std::vector<cut> &to, const nest_loop &loop,
                     uint64_t depth)
    {
        to.push_back({depth, loop.dim, loop.count, 0, 0});
    }

    // What each cut leaves inside: all cuts further in, and those behind it in
    // its own list.
    void set_tiles()
    {
        std::vector<cut *> all;
        for (cut &c : times_)
            all.push_back(&c);
        for (cut &c : spaces_)
            all.push_back(&c);
        std::stable_sort(all.begin(), all.end(),
                         [](cut *x, cut *y) { return x->depth > y->depth; });
        int tile[NEST_DIMS];
        std::fill(tile, tile + NEST_DIMS, 1);
        for (size_t i = all.size(); i-- > 0;) {
            all[i]->tile = tile[all[i]->dim];
            tile[all[i]->dim] = std::min(1 << 20, all[i]->tile * all[i]->count);
        }
    }

    void place(size_t i)
    {
        if (i == spaces_.size()) {
            key_.clear();
            step(0);
            return;
        }
        cut &c = spaces_[i];
        for (c.value = 0; c.value < c.count; c.value++)
            place(i + 1);
    }

    void step(size_t i)
    {
        if (i == times_.size()) {
            product();
            return;
        }
        cut &c = times_[i];
        for (c.value = 0; c.value < c.count; c.value++)
            step(i + 1);
        c.value = 0;
    }

    void product()
    {
        int at[NEST_DIMS] = {};
        for (const auto *list : {&times_, &spaces_})
            for (const cut &c : *list)
                at[c.dim] += c.value * c.tile;
        for (int d = 0; d < NEST_DIMS; d++)
            if (at[d] >= nest_extent(&l_, nest_dim(d)))
                return;
        std::vector<int> now = {1}; // differs from none
        for (size_t i = 0; i < last_; i++)
            now.push_back(times_[i].value);
        changes += now != key_;
        key_ = now;
    }

    const layer &l_;
    std::vector<cut> times_, spaces_;
    size_t last_ = 0;
    std::vector<int> key_;
};

// Rows of PEs, of other words and of L2's banks, which its words fill from the
// first to the last.
TEST(NestModel, EventsAreThoseOfAnEnumerationOfAllSteps)
{
    random_nest random(22);
    for (int k = 0, end = sample(100, "random nests"); k < end; k++) {
        arch a = random.machine();
        a.l2_bank_row_words = random.pick(1, 9);
        const layer l = random.shape(1500);
        const nest n = random.mapping(a, l);
        layer_events want, got;
        const counts c = nest_by_enumeration(a, l, n, &want);
        nest_events(&a, &l, &n, &c, &got);
        SCOPED_TRACE("case " + std::to_string(k) + ", array " +
                     std::to_string(a.rows) + " x " + std::to_string(a.cols) +
                     ", cluster " + std::to_string(a.has_l1) + ", " +
                     describe(l) + describe(n));
        for (int t = 0; t < TENSOR_PSUM; t++) {
            const network to =
                t == TENSOR_IFMAP ? NETWORK_IFMAP : NETWORK_FILTER;
            ASSERT_EQ(want.reached[to], got.reached[to]) << tensor_name[t];
            const changes_by_enumeration steps(a, l, n, tensor(t));
            ASSERT_EQ(steps.changes, got.changed_reads[t]) << tensor_name[t];
        }
        for (int t = 0; t < TENSOR_N; t++) {
            const accesses &words = c.access[LEVEL_L2][t];
            const uint64_t row = uint64_t(a.l2_bank_row_words);
            uint64_t rows = 0;
            for (uint64_t some :
                 {words.reads - words.dma_reads, words.dma_reads})
                for (uint64_t left = some; left > 0;
                     left -= std::min(left, row))
                    rows++;
            ASSERT_EQ(rows, got.l2_rows[t].reads);
        }
    }
}

} // namespace
