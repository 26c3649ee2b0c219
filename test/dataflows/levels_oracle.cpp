// levels_oracle.cpp - walks the loops of a nest on listed levels down to the
// products. Every instance of every level is an object that holds sets of
// words; words are asked for from the outermost level inward, and psums are
// given back the same way. It knows loops and sets, and none of the closed
// form's sums.
// SPDX-License-Identifier: MIT
#include "test/dataflows/levels_oracle.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <vector>

namespace
{

using coord = std::array<int, 5>;
using words = std::set<coord>;
using point = std::array<int, NEST_DIMS>; // first index of a range

// A loop of the nest, with the size of what a step works on.
struct turn {
    int level, dim, count, step;
};

// Where a unit stands: the value of every split outside it, by turn.
using place = std::vector<int>;

struct unit {
    place at;
    point base; // what the splits alone make of its first index
    words held[TENSOR_N];
    bool has_begun[TENSOR_N];
};

enum level as_level(int number)
{
    return static_cast<enum level>(number);
}

class walker
{
  public:
    walker(const arch &machine, const layer &shape, const nest &mapping)
        : a(machine), l(shape), n(mapping), out()
    {
        for (int level = LEVEL_DRAM; level >= 0; level--) {
            list(level, n.level[level].time, time);
            list(level, n.level[level].rows, space);
            list(level, n.level[level].cols, space);
        }
        size_of_steps();
        for (int level = -1; level < LEVEL_DRAM; level++)
            if (level < 0 || arch_has_level(&a, as_level(level)))
                make_units(level);
    }

    counts run()
    {
        out.macs = out.macs_performed = layer_macs(&l);
        value.assign(time.size(), 0);
        nested(0);
        for (int level = 0; level <= LEVEL_L2; level++)
            if (arch_has_level(&a, as_level(level)) &&
                n.level[level].keep[TENSOR_PSUM])
                psums(level, true);
        out.finished_l2 = finished(LEVEL_L2);
        out.finished_dram = finished(LEVEL_DRAM);
        return out;
    }

  private:
    static void list(int level, const nest_loops &loops, std::vector<turn> &to)
    {
        for (int i = 0; i < loops.n; i++)
            to.push_back({level, loops.loop[i].dim, loops.loop[i].count, 0});
    }

    // From the inside outward: rows outside cols, time outside both.
    void size_of_steps()
    {
        int size[NEST_DIMS];
        std::fill(size, size + NEST_DIMS, 1);
        for (int level = 0; level < LEVEL_N; level++)
            for (std::vector<turn> *list : {&space, &time})
                for (size_t i = list->size(); i-- > 0;) {
                    turn &t = (*list)[i];
                    if (t.level != level)
                        continue;
                    t.step = size[t.dim];
                    size[t.dim] = std::min(1 << 20, size[t.dim] * t.count);
                }
    }

    // All combinations of the splits at levels further out than `level`.
    void make_units(int level)
    {
        std::vector<unit> &to = units[level + 1];
        to.push_back(unit());
        for (const turn &t : space) {
            if (t.level <= level)
                continue;
            std::vector<unit> more;
            for (const unit &u : to)
                for (int v = 0; v < t.count; v++) {
                    more.push_back(u);
                    more.back().at.push_back(v);
                    more.back().base[size_t(t.dim)] += v * t.step;
                }
            to = more;
        }
    }

    int extent(int d) const
    {
        return nest_extent(&l, nest_dim(d));
    }

    // Runs time loop i and those inside it; a loop ends with what the first of
    // the units has.
    void nested(size_t i)
    {
        if (i == time.size()) {
            product();
            return;
        }
        const turn &t = time[i];
        int first = 0, room = extent(t.dim);
        for (size_t k = 0; k < i; k++)
            if (time[k].dim == t.dim)
                first += value[k] * time[k].step;
        // The size of what the cuts outside leave.
        for (const turn &s : time)
            if (&s < &t && s.dim == t.dim)
                room = std::min(room, s.step);
        for (const turn &s : space)
            if (s.level > t.level && s.dim == t.dim)
                room = std::min(room, s.step);
        room = std::min(room, extent(t.dim) - first);
        for (int v = 0; v * t.step < room; v++) {
            value[i] = v;
            nested(i + 1);
        }
        value[i] = 0;
    }

    // First indices and sizes of what a unit works on; false: of nothing.
    bool ranges(int level, const unit &u, point &first, point &size,
                bool with_reduction) const
    {
        bool any = true;
        for (int d = 0; d < NEST_DIMS; d++) {
            const size_t k = size_t(d);
            first[k] = u.base[k];
            int tile = extent(d);
            for (size_t i = 0; i < time.size(); i++)
                if (time[i].level > level && time[i].dim == d) {
                    first[k] += value[i] * time[i].step;
                    tile = std::min(tile, time[i].step);
                }
            for (const turn &s : space)
                if (s.level > level && s.dim == d)
                    tile = std::min(tile, s.step);
            size[k] = std::max(0, std::min(tile, extent(d) - first[k]));
            const bool reduced = d == NEST_C || d == NEST_R || d == NEST_S;
            if (size[k] == 0 && (with_reduction || !reduced))
                any = false;
        }
        return any;
    }

    // Padded: zeros of padding are words as well.
    words touched(int level, const unit &u, int tensor, bool padded) const
    {
        point f, s;
        words w;
        if (!ranges(level, u, f, s, tensor != TENSOR_PSUM))
            return w;
        point i;
        for (i[0] = f[0]; i[0] < f[0] + s[0]; i[0]++)
            for (i[1] = f[1]; i[1] < f[1] + s[1]; i[1]++)
                for (i[2] = f[2]; i[2] < f[2] + s[2]; i[2]++)
                    for (i[3] = f[3]; i[3] < f[3] + std::max(1, s[3]); i[3]++)
                        add_plane(tensor, i, f, s, padded, w);
        return w;
    }

    void add_plane(int tensor, point i, const point &f, const point &s,
                   bool padded, words &w) const
    {
        const int taps_r = std::max(1, s[NEST_R]);
        const int taps_s = std::max(1, s[NEST_S]);
        for (int p = f[NEST_P]; p < f[NEST_P] + s[NEST_P]; p++)
            for (int q = f[NEST_Q]; q < f[NEST_Q] + s[NEST_Q]; q++)
                for (int r = f[NEST_R]; r < f[NEST_R] + taps_r; r++)
                    for (int t = f[NEST_S]; t < f[NEST_S] + taps_s; t++)
                        add_word(tensor, i, p, q, r, t, padded, w);
    }

    void add_word(int tensor, const point &i, int p, int q, int r, int s,
                  bool padded, words &w) const
    {
        const int y = p * l.stride_h + r * l.dilation_h - l.pad_top;
        const int x = q * l.stride_w + s * l.dilation_w - l.pad_left;
        if (tensor == TENSOR_FILTER)
            w.insert({i[NEST_G], i[NEST_M], i[NEST_C], r, s});
        else if (tensor == TENSOR_PSUM)
            w.insert({i[NEST_G], i[NEST_N], i[NEST_M], p, q});
        else if (padded || a.padding == PADDING_STORED ||
                 (y >= 0 && y < l.H && x >= 0 && x < l.W))
            w.insert({i[NEST_G], i[NEST_N], i[NEST_C], y, x});
    }

    void product()
    {
        for (int level = LEVEL_L2; level >= -1; level--) {
            if (level >= 0 && !arch_has_level(&a, as_level(level)))
                continue;
            for (int t = 0; t < TENSOR_PSUM; t++)
                if (level < 0 || n.level[level].keep[t])
                    operand(level, t);
        }
        for (int level = 0; level <= LEVEL_L2; level++)
            if (arch_has_level(&a, as_level(level)) &&
                n.level[level].keep[TENSOR_PSUM])
                psums(level, false);
        sums();
    }

    int keeper(int level, int tensor) const
    {
        do
            level++;
        while (!n.level[level].keep[tensor]);
        return level;
    }

    // Which instance of level `outer` a unit lies under.
    place under(const unit &u, int outer) const
    {
        place p;
        size_t k = 0;
        for (const turn &s : space) {
            if (k == u.at.size())
                break;
            if (s.level > outer)
                p.push_back(u.at[k]);
            k++;
        }
        return p;
    }

    bool is_innermost(int level) const
    {
        for (int k = 0; k < level; k++)
            if (arch_has_level(&a, as_level(k)))
                return false;
        return true;
    }

    bool has_network(int level) const
    {
        return level != LEVEL_DRAM &&
               a.level[level].rows * a.level[level].cols > 1;
    }

    // Words on their way inward, each with the places that want it.
    using wants = std::map<coord, std::set<place>>;

    void operand(int level, int tensor)
    {
        const int from = keeper(level, tensor);
        const bool padded = level < 0 && is_innermost(from);
        wants asked;
        for (unit &u : units[level + 1]) {
            words now = touched(level, u, tensor, padded);
            for (const coord &w : now)
                if (level < 0 || u.held[tensor].count(w) == 0) {
                    asked[w].insert(u.at);
                    if (level >= 0)
                        out.access[level][tensor].writes++;
                    if (level == LEVEL_L2)
                        out.access[level][tensor].dma_writes++;
                }
            if (level >= 0)
                u.held[tensor] = now;
        }
        // Outward, network by network.
        for (int k = level + 1; k <= from; k++) {
            if (!arch_has_level(&a, as_level(k)))
                continue;
            const bool alone =
                k != LEVEL_DRAM && a.level[k].network == LEVEL_POINT_TO_POINT;
            wants next;
            uint64_t sent = 0, delivered = 0, links = 0;
            for (const auto &w : asked) {
                if (a.level[k].network == LEVEL_MESH)
                    links += links_to(k, w.second);
                for (const place &p : w.second) {
                    unit here = unit();
                    here.at = p;
                    next[w.first].insert(under(here, k));
                }
                delivered += w.second.size();
                sent += alone ? w.second.size() : next[w.first].size();
            }
            if (has_network(k))
                cross(k, tensor == TENSOR_IFMAP ? FLOW_IFMAP : FLOW_FILTER,
                      sent, delivered,
                      a.level[k].network == LEVEL_MESH ? links : delivered);
            if (k == from)
                out.access[k][tensor].reads += sent;
            asked = next;
        }
    }

    // Where a unit stands among the children of its instance of a level.
    std::pair<int, int> node_of(int level, const place &p) const
    {
        int row = 0, col = 0;
        for (size_t i = 0; i < p.size(); i++) {
            if (space[i].level != level)
                continue;
            int &at = i < first_col(level) ? row : col;
            at = at * space[i].count + p[i];
        }
        return {row, col};
    }

    size_t first_col(int level) const
    {
        size_t i = 0;
        while (space[i].level != level)
            i++;
        return i + size_t(n.level[level].rows.n);
    }

    // Links that one word crosses under each instance of a level: from the
    // first router along its row, then along columns, and to the children.
    uint64_t links_to(int level, const std::set<place> &wanted) const
    {
        std::set<std::pair<place, std::array<int, 4>>> links;
        for (const place &p : wanted) {
            unit here = unit();
            here.at = p;
            const place root = under(here, level);
            const std::pair<int, int> to = node_of(level, p);
            for (int col = 0; col < to.second; col++)
                links.insert({root, {0, col, 0, col + 1}});
            for (int row = 0; row < to.first; row++)
                links.insert({root, {row, to.second, row + 1, to.second}});
            links.insert({root, {to.first, to.second, -1, -1}});
        }
        return links.size();
    }

    void cross(int level, int flow, uint64_t sent, uint64_t delivered)
    {
        cross(level, flow, sent, delivered, delivered);
    }

    void cross(int level, int flow, uint64_t sent, uint64_t delivered,
               uint64_t hops)
    {
        link_words &f = out.flow[level][flow];
        f.words_sent += sent;
        f.words_delivered += delivered;
        f.hops += hops;
    }

    bool reads_back(int level) const
    {
        for (size_t i = 0; i < time.size(); i++)
            if (time[i].level > level && value[i] > 0 &&
                (time[i].dim == NEST_C || time[i].dim == NEST_R ||
                 time[i].dim == NEST_S))
                return true;
        return false;
    }

    // Whether a unit ever has a share of the reduction.
    bool is_used(const unit &u) const
    {
        return u.base[NEST_C] < extent(NEST_C) &&
               u.base[NEST_R] < extent(NEST_R) &&
               u.base[NEST_S] < extent(NEST_S);
    }

    // Counts the words of children that leave over the networks up to `to`, and
    // returns those that come out there.
    uint64_t outward(int level, int to,
                     std::map<coord, std::vector<place>> gone)
    {
        uint64_t left = 0;
        for (const auto &w : gone)
            left += w.second.size();
        for (int k = level + 1; k <= to; k++) {
            if (!arch_has_level(&a, as_level(k)))
                continue;
            std::map<coord, std::vector<place>> next;
            uint64_t sum = 0;
            for (const auto &w : gone) {
                std::set<place> met;
                for (const place &p : w.second) {
                    unit here = unit();
                    here.at = p;
                    met.insert(under(here, k));
                }
                next[w.first].assign(met.begin(), met.end());
                sum += met.size();
            }
            if (has_network(k)) {
                cross(k, FLOW_PSUM_LINK, left - sum, left - sum);
                cross(k, FLOW_PSUM_OUT, sum, sum);
            }
            left = sum;
            gone = next;
        }
        return left;
    }

    void inward(int level, int from, uint64_t n_words)
    {
        for (int k = level + 1; k <= from; k++)
            if (arch_has_level(&a, as_level(k)) && has_network(k))
                cross(k, FLOW_PSUM_IN, n_words, n_words);
    }

    void psums(int level, bool at_end)
    {
        const int from = keeper(level, TENSOR_PSUM);
        std::map<coord, std::vector<place>> gone;
        std::set<place> taken; // the first of a group has come
        uint64_t back = 0;
        for (unit &u : units[level + 1]) {
            if (!is_used(u))
                continue;
            const words now =
                at_end ? words() : touched(level, u, TENSOR_PSUM, false);
            words &held = u.held[TENSOR_PSUM];
            const bool is_first = leads(u, from);
            for (const coord &w : held)
                if (now.count(w) == 0) {
                    gone[w].push_back(u.at);
                    out.access[level][TENSOR_PSUM].reads++;
                    started[level].erase({u.at, w});
                    if (level == LEVEL_L2)
                        read(LEVEL_L2, w);
                    if (is_first)
                        wrote(from, w);
                }
            for (const coord &w : now)
                if (held.count(w) == 0 && is_first && reads_back(level)) {
                    back++;
                    read(from, w);
                    if (level == LEVEL_L2)
                        wrote(LEVEL_L2, w);
                    started[level].insert({u.at, w});
                }
            held = now;
        }
        const uint64_t came = outward(level, from, gone);
        inward(level, from, back);
        out.access[from][TENSOR_PSUM].writes += came;
        out.access[from][TENSOR_PSUM].reads += back;
        out.access[level][TENSOR_PSUM].writes += back;
        if (level == LEVEL_L2) {
            out.access[level][TENSOR_PSUM].dma_reads += came;
            out.access[level][TENSOR_PSUM].dma_writes += back;
        }
    }

    // Whether a unit is the first of those under one instance of `outer` that
    // share its reduction.
    bool leads(const unit &u, int outer) const
    {
        size_t k = 0;
        for (const turn &s : space) {
            if (k == u.at.size())
                break;
            if (s.level <= outer && u.at[k] > 0 &&
                (s.dim == NEST_C || s.dim == NEST_R || s.dim == NEST_S))
                return false;
            k++;
        }
        return true;
    }

    // The MACs' psums of one step.
    void sums()
    {
        const int from = keeper(-1, TENSOR_PSUM);
        std::map<coord, std::vector<place>> gone;
        for (const unit &u : units[0]) {
            point f, s;
            if (!ranges(-1, u, f, s, true))
                continue;
            for (const coord &w : touched(-1, u, TENSOR_PSUM, false))
                gone[w].push_back(u.at);
        }
        uint64_t back = 0;
        for (const auto &w : gone) {
            std::set<place> at;
            for (const place &p : w.second) {
                unit here = unit();
                here.at = p;
                at.insert(under(here, from));
            }
            for (const place &p : at) {
                if (started[from].insert({p, w.first}).second)
                    continue;
                back++;
                if (from == LEVEL_L2 || from == LEVEL_DRAM)
                    read(from, w.first);
            }
            if (from == LEVEL_L2 || from == LEVEL_DRAM)
                wrote(from, w.first);
        }
        inward(-1, from, back);
        out.access[from][TENSOR_PSUM].writes += outward(-1, from, gone);
        out.access[from][TENSOR_PSUM].reads += back;
    }

    void wrote(int level, const coord &w)
    {
        reads_since[level][w] = 0;
    }
    void read(int level, const coord &w)
    {
        reads_since[level][w]++;
    }
    finished_words finished(int level)
    {
        finished_words f = {0, reads_since[level].size()};
        for (const auto &w : reads_since[level])
            f.reads += w.second;
        return f;
    }

    const arch &a;
    const layer &l;
    const nest &n;
    counts out;
    std::vector<turn> time, space;        // outermost first
    std::vector<int> value;               // of each time loop
    std::vector<unit> units[LEVEL_N + 1]; // by level, MACs first
    // Sums that have begun, of each unit.
    std::set<std::pair<place, coord>> started[LEVEL_N];
    std::map<coord, uint64_t> reads_since[LEVEL_N];
};

} // namespace

counts levels_by_enumeration(const arch &a, const layer &l, const nest &n)
{
    return walker(a, l, n).run();
}
