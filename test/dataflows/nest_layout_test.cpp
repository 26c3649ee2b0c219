// nest_layout_test.cpp - what a nest's tiles take from a DRAM part: the bytes
// of their new words and no others, each burst under them once.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "sim/run/nest_passes.h"
#include "sim/run/nest_transfers.h"
#include "test/dataflows/layout_oracle.h"
#include "test/random_nest.h"
#include "test/sample.h"

namespace
{

struct time_loop {
    int dim, count, tile;
};

// The loops over the tiles of a tensor: those of DRAM, and of L2 if L2 does not
// keep it.  A tile is what the counts inside a loop multiply to.
std::vector<time_loop> loops_over(const nest &n, bool with_l2)
{
    std::vector<time_loop> out;
    int tile[NEST_DIMS];
    std::fill(tile, tile + NEST_DIMS, 1);
    for (int level = LEVEL_RF; level <= LEVEL_DRAM; level++) {
        const nest_level &at = n.level[level];
        for (const nest_loops *list : {&at.cols, &at.rows, &at.time})
            for (int i = list->n; i-- > 0;) {
                const nest_loop &loop = list->loop[i];
                if (list == &at.time &&
                    (level == LEVEL_DRAM || (with_l2 && level == LEVEL_L2)))
                    out.insert(out.begin(),
                               {loop.dim, loop.count, tile[loop.dim]});
                tile[loop.dim] = std::min(1 << 20, tile[loop.dim] * loop.count);
            }
    }
    return out;
}

struct range {
    int first[NEST_DIMS], size[NEST_DIMS];
};

// What a step of the loops works on; false: nothing is left for it.
bool step_range(const layer &l, const std::vector<time_loop> &loops,
                const std::vector<int> &at, range *out)
{
    for (int d = 0; d < NEST_DIMS; d++) {
        out->first[d] = 0;
        out->size[d] = nest_extent(&l, nest_dim(d));
    }
    for (size_t i = 0; i < loops.size(); i++) {
        int d = loops[i].dim, skipped = at[i] * loops[i].tile;
        if (skipped >= out->size[d])
            return false;
        out->first[d] += skipped;
        out->size[d] = std::min(loops[i].tile, out->size[d] - skipped);
    }
    return true;
}

std::vector<range> steps_of(const layer &l, const std::vector<time_loop> &loops)
{
    std::vector<range> steps;
    std::vector<int> at(loops.size(), 0);
    for (;;) {
        range here;
        if (step_range(l, loops, at, &here))
            steps.push_back(here);
        size_t i = loops.size();
        while (i > 0 && ++at[i - 1] == loops[i - 1].count)
            at[--i] = 0;
        if (i == 0)
            return steps;
    }
}

filter_box box_of(const range &r)
{
    filter_box box;
    const int dims[] = {NEST_G, NEST_M, NEST_C, NEST_R, NEST_S};
    for (int k = 0; k < 5; k++) {
        box.first[k] = r.first[dims[k]];
        box.size[k] = r.size[dims[k]];
    }
    return box;
}

std::vector<filter_box> tiles_as_first_fetched(const layer &l, const nest &n)
{
    std::vector<filter_box> tiles;
    std::set<std::vector<int>> seen;
    for (const range &step :
         steps_of(l, loops_over(n, !n.level[LEVEL_L2].keep[TENSOR_FILTER]))) {
        filter_box box = box_of(step);
        if (seen.insert(std::vector<int>(box.first, box.first + 5)).second)
            tiles.push_back(box);
    }
    return tiles;
}

word_list words_of(const layout_oracle &oracle, const layer &l, const range &r,
                   tensor t)
{
    if (t == TENSOR_FILTER)
        return oracle.filter_words(box_of(r));
    word_list out;
    std::set<dram_word> some;
    for (int n = r.first[NEST_N]; n < r.first[NEST_N] + r.size[NEST_N]; n++)
        for (int g = r.first[NEST_G]; g < r.first[NEST_G] + r.size[NEST_G]; g++)
            for (const dram_word &w :
                 oracle.ifmap_words(n, 1, g, r.first[NEST_C], r.size[NEST_C], 0,
                                    l.P, 0, l.Q)) {
                auto touches = [](int x, int step, int apart, int p0, int p,
                                  int r0, int taps) {
                    for (int y = p0; y < p0 + p; y++)
                        for (int i = r0; i < r0 + taps; i++)
                            if (y * step + i * apart == x)
                                return true;
                    return false;
                };
                if (touches(w[2], l.stride_h, l.dilation_h, r.first[NEST_P],
                            r.size[NEST_P], r.first[NEST_R], r.size[NEST_R]) &&
                    touches(w[3], l.stride_w, l.dilation_w, r.first[NEST_Q],
                            r.size[NEST_Q], r.first[NEST_S], r.size[NEST_S]))
                    some.insert(w);
            }
    out.assign(some.begin(), some.end());
    return out;
}

// The new words of every tile of the tensor; a step with the same ones as the
// step before has none of its own, where L2 keeps them.
std::vector<word_list> new_words(const layout_oracle &oracle, const layer &l,
                                 const nest &n, tensor t, bool keeps)
{
    std::vector<word_list> out;
    std::set<dram_word> before;
    for (const range &step : steps_of(l, loops_over(n, false))) {
        word_list all = words_of(oracle, l, step, t), fresh;
        if (!keeps)
            before.clear();
        std::sort(all.begin(), all.end());
        std::set_difference(all.begin(), all.end(), before.begin(),
                            before.end(), std::back_inserter(fresh));
        before = std::set<dram_word>(all.begin(), all.end());
        if (!fresh.empty())
            out.push_back(fresh);
    }
    return out;
}

class one_nest
{
  public:
    one_nest(const arch &a, const layer &l, const nest &n, int burst_bytes)
        : walk_(nest_walk_new(&a, &l, &n)), p_(std::make_unique<program>())
    {
        p_->arch = a;
        p_->layer = l;
        nest_lay_out(walk_, burst_bytes, p_.get());
        transfers_ = nest_transfers_new(walk_, p_.get());
    }
    one_nest(const one_nest &) = delete;
    one_nest &operator=(const one_nest &) = delete;
    ~one_nest()
    {
        nest_transfers_free(transfers_);
        nest_walk_free(walk_);
    }
    // The next load that moves anything.
    bool load(tensor t, tile_transfer *out)
    {
        while (nest_transfers_load(transfers_, t, out))
            if (out->words > 0)
                return true;
        return false;
    }
    const dram_layout &layout() const
    {
        return p_->layout;
    }

  private:
    nest_walk *walk_;
    std::unique_ptr<program> p_;
    nest_transfers *transfers_;
};

// Where a word of each tensor lies, word by word.
void compare_addresses(const one_nest &one, const layout_oracle &oracle,
                       const layer &l)
{
    for (const dram_word &w : oracle.filter_words(
             {{0, 0, 0, 0, 0}, {l.G, l.M / l.G, l.C / l.G, l.R, l.S}}))
        EXPECT_EQ(dram_layout_bit(&one.layout(), TENSOR_FILTER, w.data()) / 8,
                  *oracle.bytes_of(TENSOR_FILTER, {w}).begin());
}

TEST(DramLayout, ANestTakesItsNewWordsAndMovesEachBurstOnce)
{
    random_nest random(72);
    const int nests = sample(50, "nests");
    int exact = 0, past_l2 = 0;
    for (int k = 0; k < nests && !testing::Test::HasFailure(); k++) {
        arch a = random.machine();
        const layer l = random.shape(20000);
        const int burst_bytes = random.pick(0, 1) ? 64 : 32;
        const int bits[] = {4, 8, 12, 16};
        for (int &width : a.precision_bits)
            width = bits[random.pick(0, 3)];
        a.dram_layout = random.pick(0, 2) ? LAYOUT_PACKED : LAYOUT_ROWS;
        a.dram_filter_order = random.pick(0, 2) ? FILTER_TILES : FILTER_MCRS;
        const nest n = random.mapping(a, l);
        const layout_oracle oracle(a, l, burst_bytes,
                                   tiles_as_first_fetched(l, n));
        one_nest one(a, l, n, burst_bytes);
        compare_addresses(one, oracle, l);
        for (tensor t : {TENSOR_IFMAP, TENSOR_FILTER}) {
            const bool kept = n.level[LEVEL_L2].keep[t];
            const auto wanted =
                kept ? new_words(oracle, l, n, t, a.l2_keeps_tiles)
                     : std::vector<word_list>();
            tile_transfer move;
            size_t at = 0;
            while (one.load(t, &move)) {
                for (int i = 0; i < move.n_requests; i++)
                    EXPECT_FALSE(move.request[i].is_write);
                auto asked = bytes_asked_for(move.request, move.n_requests);
                std::set<uint64_t> bytes(asked.begin(), asked.end());
                // What L2 does not keep comes step by step, pass by pass, and
                // may come again.
                past_l2 += !kept;
                if (!kept) {
                    ASSERT_GE(bursts_moved(asked, burst_bytes),
                              oracle.bursts_of(bytes).size())
                        << describe(l);
                    continue;
                }
                ASSERT_EQ(bursts_moved(asked, burst_bytes),
                          oracle.bursts_of(bytes).size())
                    << describe(l);
                ASSERT_LT(at, wanted.size()) << describe(l);
                ASSERT_EQ(bytes, oracle.bytes_of(t, wanted[at++]))
                    << describe(l) << ", tensor " << t;
                exact++;
            }
            ASSERT_EQ(at, wanted.size()) << describe(l);
        }
    }
    EXPECT_GT(exact, nests);
    EXPECT_GT(past_l2, nests);
}

void add_bytes(const tile_transfer &move, std::set<uint64_t> *to)
{
    for (uint64_t byte : bytes_asked_for(move.request, move.n_requests))
        to->insert(byte);
}

// Each output is stored once as a finished word; what is stored before that
// comes back, as wide as a psum.
TEST(DramLayout, ANestStoresFinishedOutputsAndSpillsAtTheirWidths)
{
    random_nest random(73);
    int spilled_nests = 0;
    const int nests = sample(30, "nests");
    for (int k = 0; k < nests && !testing::Test::HasFailure(); k++) {
        arch a = random.machine();
        const layer l = random.shape(20000);
        const int bits[] = {4, 8, 12, 16, 32};
        a.precision_bits[TENSOR_PSUM] = bits[random.pick(0, 4)];
        a.ofmap_bits = bits[random.pick(0, 4)];
        a.dram_layout = random.pick(0, 2) ? LAYOUT_PACKED : LAYOUT_ROWS;
        std::strcpy(a.dram_model, "ddr3_1600"); // bursts of 64 bytes
        const nest n = random.mapping(a, l);
        const layout_oracle oracle(a, l, 64, tiles_as_first_fetched(l, n));
        pass_source *source = nest_passes_new(&a, &l, &n, nullptr, nullptr);
        source_pass pass;
        tile_transfer move;
        std::set<uint64_t> finished, spilled, back;
        uint64_t finished_words = 0;
        while (source->ops->next(source, &pass)) {
            if (!pass.last_use[TENSOR_PSUM])
                continue;
            source->ops->store(source, &move);
            for (int i = 0; i < move.n_requests; i++)
                EXPECT_TRUE(move.request[i].is_write);
            add_bytes(move, move.finished_words > 0 ? &finished : &spilled);
            finished_words += move.finished_words;
        }
        while (source->ops->load(source, TENSOR_PSUM, &move))
            add_bytes(move, &back);
        source->ops->destroy(source);
        word_list outputs;
        for (int i = 0; i < l.N; i++)
            for (int m = 0; m < l.M; m++)
                for (int y = 0; y < l.P; y++)
                    for (int x = 0; x < l.Q; x++)
                        outputs.push_back({i, m, y, x});
        EXPECT_EQ(outputs.size(), finished_words) << describe(l);
        EXPECT_EQ(oracle.bytes_of(TENSOR_PSUM, outputs), finished);
        EXPECT_EQ(spilled, back) << describe(l) << describe(n);
        if (!spilled.empty()) {
            EXPECT_EQ(oracle.bytes_of(TENSOR_PSUM, outputs, true), spilled);
            spilled_nests++;
        }
    }
    EXPECT_GT(spilled_nests, nests / 5);
}

} // namespace
