// levels_products.h - the products of a layer under a nest on listed levels:
// the words of every tile, and how long a resource takes for what a step moves.
//
// Every product has a place, a value of each loop over time and of each split
// over children, by division.
// SPDX-License-Identifier: MIT
#ifndef TEST_RUN_LEVELS_PRODUCTS_H
#define TEST_RUN_LEVELS_PRODUCTS_H

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <vector>

#include "dataflows/nest/nest.h"

namespace levels_oracle
{

using values = std::vector<int>;
using coord = std::array<int, 5>;
using words = std::set<coord>;
using point = std::array<int, NEST_DIMS>;

inline bool reduces(int dim)
{
    return dim == NEST_C || dim == NEST_R || dim == NEST_S;
}

inline uint64_t up(uint64_t a, uint64_t b)
{
    return (a + b - 1) / b;
}

// A loop over time or a split over children.
struct cut {
    int dim, tile, level, count;
    bool is_row;
};

// Values of the first so many.
inline values first(const values &of, int so_many)
{
    return values(of.begin(), of.begin() + so_many);
}

class products
{
  public:
    products(const arch &a, const layer &l, const nest &n) : a_(a), l_(l), n_(n)
    {
        make_cuts();
        walk_products();
        find_pass_loops();
    }

  protected:
    // A level's tiles of a tensor, in the order of their steps; of MACs too.
    struct tiles {
        int level = 0, tensor = 0;
        std::vector<values> step; // of all passes
        std::map<values, size_t> index;
        std::vector<std::map<values, words>> held; // by step and unit
    };

    // --- products ---------------------------------------------------------

    void make_cuts()
    {
        int size[NEST_DIMS];
        std::fill(size, size + NEST_DIMS, 1);
        for (int k = 0; k < LEVEL_N; k++) {
            const nest_level &at = n_.level[k];
            add_cuts(at.cols, k, false, size, space_);
            add_cuts(at.rows, k, true, size, space_);
            add_cuts(at.time, k, false, size, time_);
        }
        std::reverse(space_.begin(), space_.end());
        std::reverse(time_.begin(), time_.end());
    }

    static void add_cuts(const nest_loops &loops, int level, bool is_row,
                         int *size, std::vector<cut> &to)
    {
        for (int i = loops.n - 1; i >= 0; i--) {
            const int d = loops.loop[i].dim;
            const int count = loops.loop[i].count;
            if (count == 1)
                continue;
            to.push_back({d, size[d], level, count, is_row});
            size[d] *= count;
        }
    }

    // Cuts of one dimension in their order, outermost first: level by level,
    // time outside space.
    void place(const point &x, values &time, values &space) const
    {
        point left = x;
        for (int k = LEVEL_N - 1; k >= 0; k--) {
            for (size_t i = 0; i < time_.size(); i++)
                if (time_[i].level == k) {
                    time[i] = left[size_t(time_[i].dim)] / time_[i].tile;
                    left[size_t(time_[i].dim)] %= time_[i].tile;
                }
            for (size_t i = 0; i < space_.size(); i++)
                if (space_[i].level == k) {
                    space[i] = left[size_t(space_[i].dim)] / space_[i].tile;
                    left[size_t(space_[i].dim)] %= space_[i].tile;
                }
        }
    }

    static int outside(const std::vector<cut> &cuts, int level)
    {
        int n = 0;
        for (const cut &c : cuts)
            n += c.level > level;
        return n;
    }

    coord word_of(int tensor, const point &x) const
    {
        if (tensor == TENSOR_FILTER)
            return {x[NEST_G], x[NEST_M], x[NEST_C], x[NEST_R], x[NEST_S]};
        if (tensor == TENSOR_PSUM)
            return {x[NEST_G], x[NEST_N], x[NEST_M], x[NEST_P], x[NEST_Q]};
        return {
            x[NEST_G], x[NEST_N], x[NEST_C],
            x[NEST_P] * l_.stride_h + x[NEST_R] * l_.dilation_h - l_.pad_top,
            x[NEST_Q] * l_.stride_w + x[NEST_S] * l_.dilation_w - l_.pad_left};
    }

    bool is_padding(int tensor, const coord &w) const
    {
        return tensor == TENSOR_IFMAP && a_.padding == PADDING_GENERATED &&
               (w[3] < 0 || w[3] >= l_.H || w[4] < 0 || w[4] >= l_.W);
    }

    // The level that keeps a tensor of `level` further out.
    int parent_of(int level, int tensor) const
    {
        do
            level++;
        while (!n_.level[level].keep[tensor]);
        return level;
    }

    bool is_innermost(int level) const
    {
        return level < LEVEL_DRAM && arch_level_inside(&a_, level) < 0;
    }

    void walk_products()
    {
        for (int t = 0; t < TENSOR_N; t++)
            for (int k = -1; k < LEVEL_L2; k++)
                if (k < 0 || n_.level[k].keep[t])
                    add_tiles(k, t);
        point x;
        each(0, x);
        for (tiles &s : tiles_)
            if (s.tensor == TENSOR_PSUM && s.level >= 0)
                spread(s);
    }

    void add_tiles(int level, int tensor)
    {
        tiles_.push_back(tiles());
        tiles_.back().level = level;
        tiles_.back().tensor = tensor;
    }

    void each(int d, point &x)
    {
        if (d == NEST_DIMS) {
            product(x);
            return;
        }
        for (int i = 0; i < nest_extent(&l_, nest_dim(d)); i++) {
            x[size_t(d)] = i;
            each(d + 1, x);
        }
    }

    void product(const point &x)
    {
        values time(time_.size()), space(space_.size());
        place(x, time, space);
        macs_.insert(time);
        units_.insert(space);
        for (tiles &s : tiles_) {
            const coord w = word_of(s.tensor, x);
            const bool zeros =
                s.level < 0 && is_innermost(parent_of(-1, s.tensor));
            const values step = first(time, outside(time_, s.level));
            raw_[&s - &tiles_[0]][step];
            if (!zeros && is_padding(s.tensor, w))
                continue;
            raw_[&s - &tiles_[0]][step][first(space, outside(space_, s.level))]
                .insert(w);
        }
    }

    // Only the values of cuts that tell outputs apart.
    static values of_outputs(const values &v, const std::vector<cut> &cuts,
                             bool others)
    {
        values to;
        for (size_t i = 0; i < v.size(); i++)
            if (reduces(cuts[i].dim) == others)
                to.push_back(v[i]);
        return to;
    }

    // A unit keeps its psums also in steps in which it has no share of them.
    void spread(tiles &s)
    {
        auto &raw = raw_[&s - &tiles_[0]];
        std::map<values, std::map<values, words>> by_outputs;
        std::set<values> units;
        for (auto &step : raw)
            for (auto &unit : step.second) {
                units.insert(unit.first);
                words &to = by_outputs[of_outputs(step.first, time_, false)]
                                      [of_outputs(unit.first, space_, false)];
                to.insert(unit.second.begin(), unit.second.end());
            }
        for (auto &step : raw)
            for (const values &unit : units)
                step.second[unit] =
                    by_outputs[of_outputs(step.first, time_, false)]
                              [of_outputs(unit, space_, false)];
    }

    // Psums that bypass the outermost level leave once a pass.
    void find_pass_loops()
    {
        for (tiles &s : tiles_) {
            for (auto &step : raw_[&s - &tiles_[0]]) {
                s.index[step.first] = s.step.size();
                s.step.push_back(step.first);
                s.held.push_back(step.second);
            }
        }
        pass_loops_ = outside(time_, LEVEL_L2);
        if (n_.level[LEVEL_L2].keep[TENSOR_PSUM])
            return;
        while (!has_outputs_once())
            pass_loops_++;
    }

    bool has_outputs_once() const
    {
        const tiles *s = nullptr; // whose psums come from DRAM
        for (const tiles &one : tiles_)
            if (one.tensor == TENSOR_PSUM &&
                parent_of(one.level, TENSOR_PSUM) == LEVEL_DRAM)
                s = &one;
        std::map<coord, std::pair<values, size_t>> last;
        for (size_t j = 0; j < s->step.size(); j++) {
            const size_t loops =
                std::min(size_t(pass_loops_), s->step[j].size());
            const values pass = first(s->step[j], int(loops));
            for (const auto &unit : s->held[j])
                for (const coord &w : unit.second) {
                    auto at = last.find(w);
                    if (at != last.end() && at->second.first == pass &&
                        at->second.second != j &&
                        (s->level < 0 || at->second.second + 1 != j))
                        return false;
                    last[w] = {pass, j};
                }
        }
        return true;
    }

    // --- moves ------------------------------------------------------------

    struct pair {
        values unit;
        coord word;
        bool operator<(const pair &other) const
        {
            return unit != other.unit ? unit < other.unit : word < other.word;
        }
    };

    static uint64_t most(const std::vector<pair> &list)
    {
        std::map<values, uint64_t> n;
        uint64_t m = 0;
        for (const pair &p : list)
            m = std::max(m, ++n[p.unit]);
        return m;
    }

    uint64_t width_of_network(int level, int tensor, bool out) const
    {
        const level_flow flow = tensor == TENSOR_IFMAP    ? FLOW_IFMAP
                                : tensor == TENSOR_FILTER ? FLOW_FILTER
                                : out                     ? FLOW_PSUM_OUT
                                                          : FLOW_PSUM_IN;
        if (has_flows(level))
            return uint64_t(a_.level[level].flow_words[flow]);
        return uint64_t(a_.level[level].words_per_slot) *
               uint64_t(a_.level[level].slots_per_cycle);
    }

    // A network of its own for each flow.
    bool has_flows(int level) const
    {
        return a_.level[level].flow_words[0] > 0;
    }

    uint64_t width_of_port(int level, int tensor) const
    {
        const l2_store *s =
            arch_level_store(&a_, ::level(level), ::tensor(tensor));
        return uint64_t(s->banks) * uint64_t(s->bank_row_words);
    }

    // Cycles of words on their way between a level and its parent.  single:
    // each goes to one child; out: they join.
    uint64_t crossing(std::vector<pair> list, int level, int tensor,
                      bool single, bool out) const
    {
        const int parent = parent_of(level, tensor);
        uint64_t cycles = 0;
        if (level >= 0)
            cycles = up(most(list), width_of_port(level, tensor));
        for (int k = level + 1; k <= parent; k++) {
            if (!arch_has_level(&a_, ::level(k)))
                continue;
            std::set<pair> met;
            std::vector<pair> all;
            for (const pair &p : list) {
                const values unit = first(p.unit, outside(space_, k));
                met.insert({unit, p.word});
                all.push_back({unit, p.word});
            }
            std::vector<pair> once(met.begin(), met.end());
            const bool alone =
                single || (!out && k != LEVEL_DRAM &&
                           a_.level[k].network == LEVEL_POINT_TO_POINT);
            const uint64_t n = most(alone ? all : once);
            if (k != LEVEL_DRAM &&
                (a_.level[k].rows * a_.level[k].cols > 1 || has_flows(k)))
                cycles =
                    std::max(cycles, up(n, width_of_network(k, tensor, out)));
            if (k == parent && k != LEVEL_DRAM)
                cycles = std::max(cycles, up(n, width_of_port(k, tensor)));
            list = once;
        }
        return cycles;
    }

    // Links to the farthest child that a word of these units goes to, summed
    // over the meshes on its way.
    uint64_t farthest(const std::vector<pair> &list, int level,
                      int tensor) const
    {
        const int parent = parent_of(level, tensor);
        uint64_t sum = 0;
        for (int k = level + 1; k <= parent; k++) {
            int most = 0;
            if (k == LEVEL_DRAM || !arch_level_has_mesh(&a_, ::level(k)))
                continue;
            for (const pair &p : list)
                most = std::max(most, links_to(p.unit, k));
            sum += uint64_t(most);
        }
        return sum;
    }

    // The way to a unit, or to one further in, by its row and column under a
    // level.
    int links_to(const values &unit, int level) const
    {
        int row = 0, col = 0;
        for (size_t i = 0; i < unit.size(); i++)
            if (space_[i].level == level) {
                int &at = space_[i].is_row ? row : col;
                at = at * space_[i].count + unit[i];
            }
        return row + col + 1;
    }

    // Words that a step has and another has not.
    std::vector<pair> lacking(const tiles &s, size_t of, size_t in,
                              bool has_other) const
    {
        std::vector<pair> list;
        for (const auto &unit : s.held[of])
            for (const coord &w : unit.second) {
                if (has_other) {
                    auto at = s.held[in].find(unit.first);
                    if (at != s.held[in].end() && at->second.count(w) > 0)
                        continue;
                }
                list.push_back({unit.first, w});
            }
        return list;
    }

    // The first of those that share sums under one instance of `outer`.
    bool leads(const values &unit, int outer) const
    {
        for (size_t i = 0; i < unit.size(); i++)
            if (space_[i].level <= outer && reduces(space_[i].dim) &&
                unit[i] > 0)
                return false;
        return true;
    }

    bool reads_back(const values &step) const
    {
        for (size_t i = 0; i < step.size(); i++)
            if (reduces(time_[i].dim) && step[i] > 0)
                return true;
        return false;
    }

    uint64_t cycles_in(const tiles &s, size_t j) const
    {
        std::vector<pair> list = lacking(s, j, j - 1, j > 0);
        if (s.tensor == TENSOR_PSUM) {
            std::vector<pair> kept;
            for (const pair &p : list)
                if (reads_back(s.step[j]) &&
                    leads(p.unit, parent_of(s.level, s.tensor)))
                    kept.push_back(p);
            list = kept;
        }
        return crossing(list, s.level, s.tensor, s.tensor == TENSOR_PSUM,
                        false);
    }

    uint64_t farthest_in(const tiles &s, size_t j) const
    {
        if (s.tensor == TENSOR_PSUM)
            return 0;
        return farthest(lacking(s, j, j - 1, j > 0), s.level, s.tensor);
    }

    uint64_t farthest_of_macs(const values &step) const
    {
        uint64_t most = 0;
        for (const tiles &s : tiles_)
            if (s.level < 0 && s.tensor != TENSOR_PSUM)
                most = std::max(most,
                                farthest(lacking(s, s.index.at(step), 0, false),
                                         -1, s.tensor));
        return most;
    }

    uint64_t cycles_out(const tiles &s, size_t j) const
    {
        return crossing(lacking(s, j, j + 1, j + 1 < s.step.size()), s.level,
                        s.tensor, false, true);
    }

    // Room for both tiles.
    bool fits(const tiles &s, size_t j) const
    {
        if (j == 0)
            return true;
        const l2_store *store =
            arch_level_store(&a_, ::level(s.level), ::tensor(s.tensor));
        const uint64_t room =
            store->bytes * 8 / uint64_t(a_.precision_bits[s.tensor]);
        for (const auto &unit : s.held[j]) {
            words both = unit.second;
            auto before = s.held[j - 1].find(unit.first);
            if (before != s.held[j - 1].end())
                both.insert(before->second.begin(), before->second.end());
            if (both.size() > room)
                return false;
        }
        return true;
    }

    // Tiles that may still be there as the j-th of a pass comes: of psums up to
    // three, where they are not the same again.
    size_t tiles_ahead(const tiles &s, size_t from, size_t j) const
    {
        const l2_store *store =
            arch_level_store(&a_, ::level(s.level), ::tensor(s.tensor));
        const uint64_t room =
            store->bytes * 8 / uint64_t(a_.precision_bits[s.tensor]);
        size_t largest = 1;
        for (const auto &step : s.held)
            for (const auto &unit : step)
                largest = std::max(largest, unit.second.size());
        const size_t at_once = size_t(std::min<uint64_t>(4, room / largest));
        if (s.tensor != TENSOR_PSUM || at_once <= 2)
            return fits(s, from + j);
        for (size_t back = 2; back < at_once && back <= j; back++)
            if (s.held[from + j - back] == s.held[from + j])
                return 1;
        return at_once - 1;
    }

    // What MACs do: psums are read where sums have begun.
    uint64_t cycles_of_macs(const values &step)
    {
        uint64_t cycles = 1;
        for (tiles &s : tiles_) {
            if (s.level >= 0)
                continue;
            const size_t j = s.index.at(step);
            std::vector<pair> list = lacking(s, j, 0, false);
            if (s.tensor != TENSOR_PSUM) {
                cycles = std::max(cycles,
                                  crossing(list, -1, s.tensor, false, false));
                continue;
            }
            cycles =
                std::max(cycles, crossing(list, -1, s.tensor, false, true));
            cycles = std::max(
                cycles, crossing(begun(list, step), -1, s.tensor, true, false));
        }
        return cycles;
    }

    // One for each instance and word that has been summed up before.
    std::vector<pair> begun(const std::vector<pair> &list, const values &step)
    {
        const int keeper = parent_of(-1, TENSOR_PSUM);
        const tiles *s = nullptr;
        for (const tiles &one : tiles_)
            if (one.tensor == TENSOR_PSUM && one.level == keeper)
                s = &one;
        const size_t visit =
            s == nullptr ? 0 : s->index.at(first(step, outside(time_, keeper)));
        std::set<pair> seen;
        std::vector<pair> to;
        for (const pair &p : list) {
            const values unit = first(p.unit, outside(space_, keeper));
            if (!seen.insert({unit, p.word}).second)
                continue;
            if (has_begun(s, keeper, visit, unit, p.word))
                to.push_back(p);
        }
        for (const pair &p : seen)
            started_[p] = visit;
        return to;
    }

    bool has_begun(const tiles *s, int keeper, size_t visit, const values &unit,
                   const coord &w)
    {
        const auto at = started_.find({unit, w});
        size_t since = visit; // when the word came
        if (s == nullptr)
            return at != started_.end();
        while (since > 0 && s->held[since - 1].count(unit) > 0 &&
               s->held[since - 1].at(unit).count(w) > 0)
            since--;
        if (at != started_.end() && at->second >= since)
            return true;
        return reads_back(s->step[since]) &&
               leads(unit, parent_of(keeper, TENSOR_PSUM));
    }

    const arch &a_;
    const layer &l_;
    const nest &n_;
    std::vector<cut> time_, space_; // outermost first
    std::vector<tiles> tiles_;
    std::map<long, std::map<values, std::map<values, words>>> raw_;
    std::set<values> macs_, units_;
    int pass_loops_ = 0;
    std::map<pair, size_t> started_; // in which tile a sum had a product last
};

} // namespace levels_oracle

#endif
