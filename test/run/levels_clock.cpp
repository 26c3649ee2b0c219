// levels_clock.cpp - finds the time of every move from those that it waits for.
// SPDX-License-Identifier: MIT
#include "test/run/levels_clock.h"

#include "test/run/levels_products.h"

namespace
{

using namespace levels_oracle;

class clock_of_levels : public products
{
  public:
    using products::products;

    uint64_t cycles()
    {
        // Steps of the MACs, pass by pass.
        std::vector<values> steps(macs_.begin(), macs_.end());
        uint64_t sum = 0;
        for (size_t i = 0, end; i < steps.size(); i = end) {
            const values pass = first(steps[i], pass_loops_);
            for (end = i;
                 end < steps.size() && first(steps[end], pass_loops_) == pass;)
                end++;
            sum += pass_cycles(std::vector<values>(steps.begin() + long(i),
                                                   steps.begin() + long(end)),
                               i > 0 ? &steps[i - 1] : nullptr,
                               end < steps.size() ? &steps[end] : nullptr);
        }
        return sum;
    }

  private:
    uint64_t latency(int level, int tensor) const
    {
        if (level == LEVEL_DRAM)
            return 1;
        const l2_store *s =
            arch_level_store(&a_, ::level(level), ::tensor(tensor));
        return uint64_t(std::max(1, s->latency_cycles));
    }

    // What a pass knows of a store: when its tiles are there, done with, gone.
    struct chain {
        const tiles *of;
        size_t from, n = 0; // steps of the pass
        std::vector<uint64_t> come, sent, gone;
        uint64_t in_free = 0, out_free = 0, landed = 0, left = 0;
        bool was_there = false, stays = false; // the first tile, the last one
    };

    size_t step_of(const chain &c, const values &inner) const
    {
        return c.of->index.at(first(inner, outside(time_, c.of->level))) -
               c.from;
    }

    // All in the order of the MACs' steps, as each needs what lies before it.
    uint64_t pass_cycles(const std::vector<values> &steps, const values *before,
                         const values *behind)
    {
        std::vector<chain> chains[TENSOR_N]; // outermost first
        for (int t = 0; t < TENSOR_N; t++)
            for (int k = LEVEL_L2 - 1; k >= 0; k--)
                for (const tiles &s : tiles_)
                    if (s.level == k && s.tensor == t) {
                        chain c;
                        c.of = &s;
                        const int loops = outside(time_, k);
                        c.from = s.index.at(first(steps[0], loops));
                        c.was_there =
                            before != nullptr &&
                            first(*before, loops) == first(steps[0], loops);
                        c.stays =
                            behind != nullptr &&
                            first(*behind, loops) == first(steps.back(), loops);
                        chains[t].push_back(c);
                    }
        uint64_t free = 0, end = 0, wait = 1;
        for (int t = 0; t < TENSOR_N; t++)
            wait = std::max(wait, latency(parent_of(-1, t), t));
        wait += uint64_t(a_.pipeline_cycles) - 1;
        for (size_t i = 0; i < steps.size(); i++) {
            uint64_t start = free;
            for (auto &list : chains)
                for (size_t k = 0; k < list.size(); k++) {
                    while (list[k].n <= step_of(list[k], steps[i]))
                        bring(list, k);
                }
            for (auto &list : chains)
                if (!list.empty())
                    start = std::max(start, list.back().come.back());
            free = start + cycles_of_macs(steps[i]);
            const uint64_t due = free - 1 + wait + farthest_of_macs(steps[i]);
            end = std::max(end, due);
            leave(chains, steps, i, free, due);
        }
        for (auto &list : chains)
            for (const chain &c : list) {
                end = std::max({end, c.landed, c.left});
                end = std::max(end, c.in_free);
            }
        return end;
    }

    void bring(std::vector<chain> &list, size_t k)
    {
        chain &c = list[k];
        const size_t j = c.n++;
        const tiles &s = *c.of;
        uint64_t start = c.in_free;
        if (k > 0)
            start = std::max(
                start,
                list[k - 1].come[step_of(list[k - 1], s.step[c.from + j])]);
        const size_t ahead = tiles_ahead(s, c.from, j);
        if (j > ahead)
            start = std::max(start, c.gone[j - ahead - 1]);
        const uint64_t cycles =
            j == 0 && c.was_there ? 0 : cycles_in(s, c.from + j);
        c.in_free = start + cycles;
        uint64_t there = start;
        if (cycles > 0)
            there = c.in_free - 1 +
                    latency(parent_of(s.level, s.tensor), s.tensor) +
                    farthest_in(s, c.from + j);
        c.landed = std::max(c.landed, there);
        c.come.push_back(c.landed);
        c.sent.push_back(c.in_free);
    }

    // Tiles that the MACs' step was the last to use, from the inside outward.
    void leave(std::vector<chain> *chains, const std::vector<values> &steps,
               size_t i, uint64_t free, uint64_t due)
    {
        for (int t = 0; t < TENSOR_N; t++) {
            uint64_t inner = t == TENSOR_PSUM ? due : free;
            for (size_t k = chains[t].size(); k-- > 0;) {
                chain &c = chains[t][k];
                const bool is_last =
                    i + 1 == steps.size() ||
                    step_of(c, steps[i + 1]) != step_of(c, steps[i]);
                if (!is_last)
                    break;
                if (t != TENSOR_PSUM && k + 1 < chains[t].size())
                    inner = chains[t][k + 1].sent.back();
                if (t == TENSOR_PSUM)
                    inner = send(c, inner, c.stays && i + 1 == steps.size());
                else
                    c.gone.push_back(inner);
            }
        }
    }

    // The psums of a tile go; returns when they are further out.
    uint64_t send(chain &c, uint64_t used, bool stays)
    {
        const size_t j = c.gone.size();
        const uint64_t start = std::max(c.out_free, used);
        const uint64_t cycles = stays ? 0 : cycles_out(*c.of, c.from + j);
        uint64_t there = start;
        c.out_free = start + cycles;
        if (cycles > 0)
            there = c.out_free - 1 + latency(c.of->level, TENSOR_PSUM);
        c.left = std::max(c.left, there);
        c.gone.push_back(c.left);
        return c.left;
    }
};

} // namespace

uint64_t levels_clock(const arch &a, const layer &l, const nest &n)
{
    return clock_of_levels(a, l, n).cycles();
}
