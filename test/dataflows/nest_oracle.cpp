// nest_oracle.cpp - counts the accesses of a nest by going through every step
// of it and keeping the set of words that each place holds. It shares no code
// with the closed form.
// SPDX-License-Identifier: MIT
#include "test/dataflows/nest_oracle.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <numeric>
#include <vector>

#include "test/dataflows/word_set.h"

namespace
{

// One cut: a time loop, or a split over children.
struct cut {
    level at;
    bool space;
    int dim, count, tile;
    bool rows; // a split over rows
};

struct child {
    std::vector<int> index; // of each split outside it
    int group;              // its cluster
    std::vector<int> row;   // PE: its index over the rows above it
    word_set tile[TENSOR_N];
    bool active = false; // PE: in this pass
    bool worked = false; // PE: on the psums that it has
};

struct range {
    int first, n;
};

class enumeration
{
  public:
    enumeration(const arch &machine, const layer &shape, const nest &mapping)
        : a(machine), l(shape), n(mapping), c()
    {
        static const level order[] = {LEVEL_DRAM, LEVEL_L2, LEVEL_L1, LEVEL_RF};
        for (level at : order) {
            push(at, false, n.level[at].time);
            if (at == LEVEL_L2 || at == LEVEL_L1) {
                push(at, true, n.level[at].rows, true);
                push(at, true, n.level[at].cols);
            }
        }
        int tile[NEST_DIMS];
        std::fill(tile, tile + NEST_DIMS, 1);
        for (size_t i = cuts.size(); i-- > 0;) {
            cuts[i].tile = tile[cuts[i].dim];
            tile[cuts[i].dim] =
                std::min(1 << 20, tile[cuts[i].dim] * cuts[i].count);
        }
        for (int at = LEVEL_RF; at <= LEVEL_L2; at++)
            make_children(level(at));
    }

    counts run(layer_events *reached)
    {
        c.macs = c.macs_performed = layer_macs(&l);
        std::vector<int> value(cuts.size(), 0);
        find_pass();
        walk(0, value);
        if (forgets()) // the last psums
            end_chains();
        for (int at = LEVEL_RF; at <= LEVEL_L2; at++)
            if (at != LEVEL_RF || !forgets())
                psums(level(at), value, true);
        c.finished_l2 = finished(LEVEL_L2);
        c.finished_dram = finished(LEVEL_DRAM);
        c.access[LEVEL_RF][TENSOR_IFMAP].reads += c.macs;
        c.access[LEVEL_RF][TENSOR_FILTER].reads += c.macs;
        if (reached != nullptr)
            *reached = events;
        return c;
    }

  private:
    layer_events events = {};

    // L1s that keep nothing stand between, and PEs work as without them.
    bool forgets() const
    {
        return !a.has_l1 || n.l1_is_line;
    }

    void push(level at, bool space, const nest_loops &loops, bool rows = false)
    {
        for (int i = 0; i < loops.n; i++)
            cuts.push_back(
                {at, space, loops.loop[i].dim, loops.loop[i].count, 0, rows});
    }

    int extent(int d) const
    {
        return nest_extent(&l, nest_dim(d));
    }

    // Splits outside a child of `at`.
    bool splits(const cut &k, level at) const
    {
        return k.space && k.at > at;
    }

    void make_children(level at)
    {
        std::vector<child> &list = children[at];
        list.push_back({});
        for (size_t i = 0; i < cuts.size(); i++) {
            if (!splits(cuts[i], at))
                continue;
            std::vector<child> more;
            for (const child &one : list)
                for (int v = 0; v < cuts[i].count; v++) {
                    more.push_back(one);
                    more.back().index.push_back(v);
                }
            list = more;
        }
        // The cluster: the indices of L2's splits, if there is an L1.
        std::map<std::vector<int>, int> groups;
        for (child &one : list) {
            std::vector<int> key;
            size_t s = 0;
            for (const cut &k : cuts)
                if (splits(k, at)) {
                    if (k.at == LEVEL_L2 && a.has_l1)
                        key.push_back(one.index[s]);
                    else if (k.rows)
                        one.row.push_back(one.index[s]);
                    s++;
                }
            one.group = groups.emplace(key, int(groups.size())).first->second;
        }
    }

    // What the cuts outside `at` leave of a dimension for a child.
    range left(level at, const child &one, const std::vector<int> &value,
               int d) const
    {
        int first = 0, size = extent(d);
        size_t s = 0;
        for (size_t i = 0; i < cuts.size(); i++) {
            if (cuts[i].at <= at)
                continue;
            int v = cuts[i].space ? one.index[s++] : value[i];
            if (cuts[i].dim != d)
                continue;
            first += v * cuts[i].tile;
            size = cuts[i].tile;
        }
        return {first, std::max(0, std::min(size, extent(d) - first))};
    }

    // Steps of a time loop, of the first child at each split.
    int steps(size_t i, const std::vector<int> &value) const
    {
        int first = 0, size = extent(cuts[i].dim);
        for (size_t k = 0; k < i; k++)
            if (cuts[k].dim == cuts[i].dim) {
                if (!cuts[k].space)
                    first += value[k] * cuts[k].tile;
                size = std::min(cuts[k].tile, extent(cuts[i].dim) - first);
            }
        return (size + cuts[i].tile - 1) / cuts[i].tile;
    }

    void walk(size_t i, std::vector<int> &value)
    {
        while (i < cuts.size() && (cuts[i].space || cuts[i].at == LEVEL_RF))
            i++;
        if (i == cuts.size()) {
            if (forgets())
                begin_pass(value);
            for (int at = LEVEL_RF; at <= LEVEL_L2; at++) {
                operand(level(at), TENSOR_IFMAP, value);
                operand(level(at), TENSOR_FILTER, value);
                if (at == LEVEL_RF && forgets())
                    chained_psums(value);
                else
                    psums(level(at), value, false);
            }
            return;
        }
        int n_steps = steps(i, value);
        for (value[i] = 0; value[i] < n_steps; value[i]++)
            walk(i + 1, value);
        value[i] = 0;
    }

    void lattice(range x, range taps, bool rows, std::vector<int> &out) const
    {
        bool stored = a.padding == PADDING_STORED;
        int stride = rows ? l.stride_h : l.stride_w;
        int dilation = rows ? l.dilation_h : l.dilation_w;
        int pad = rows ? l.pad_top : l.pad_left, size = rows ? l.H : l.W;
        if (stored) {
            size += pad + (rows ? l.pad_bottom : l.pad_right);
            pad = 0;
        }
        for (int i = x.first; i < x.first + x.n; i++)
            for (int r = taps.first; r < taps.first + taps.n; r++) {
                int y = i * stride + r * dilation - pad;
                if (y >= 0 && y < size)
                    out.push_back(y);
            }
        std::sort(out.begin(), out.end());
        out.erase(std::unique(out.begin(), out.end()), out.end());
    }

    static std::vector<int> all(range r)
    {
        std::vector<int> out(size_t(r.n));
        std::iota(out.begin(), out.end(), r.first);
        return out;
    }

    static word_set box(const std::vector<std::vector<int>> &axes)
    {
        word_set out = {0};
        for (const std::vector<int> &axis : axes) {
            word_set more;
            for (uint64_t w : out)
                for (int x : axis)
                    more.push_back(w * 4096 + uint64_t(x));
            out = more;
        }
        return out;
    }

    word_set touched_words(level at, const child &one, tensor t,
                           const std::vector<int> &value) const
    {
        range r[NEST_DIMS];
        for (int d = 0; d < NEST_DIMS; d++) {
            r[d] = left(at, one, value, d);
            bool reduced = d == NEST_C || d == NEST_R || d == NEST_S;
            if (r[d].n == 0 && !(t == TENSOR_PSUM && reduced))
                return {};
        }
        if (t == TENSOR_PSUM)
            return box({all(r[NEST_G]), all(r[NEST_N]), all(r[NEST_M]),
                        all(r[NEST_P]), all(r[NEST_Q])});
        if (t == TENSOR_FILTER)
            return box({all(r[NEST_G]), all(r[NEST_M]), all(r[NEST_C]),
                        all(r[NEST_R]), all(r[NEST_S])});
        std::vector<int> h, w;
        lattice(r[NEST_P], r[NEST_R], true, h);
        lattice(r[NEST_Q], r[NEST_S], false, w);
        return box({all(r[NEST_G]), all(r[NEST_N]), all(r[NEST_C]), h, w});
    }

    level parent(level at, tensor t) const
    {
        int p = at + 1;
        while (!n.level[p].keep[t])
            p++;
        return level(p);
    }

    void send(link k, uint64_t sent, uint64_t delivered)
    {
        c.link[k].words_sent += sent;
        c.link[k].words_delivered += delivered;
        c.link[k].hops += delivered;
    }

    void operand(level at, tensor t, const std::vector<int> &value)
    {
        if (!n.level[at].keep[t])
            return;
        level from = parent(at, t);
        const bool x = t == TENSOR_IFMAP;
        const link near = x ? LINK_ifmap : LINK_filter;
        const link far = x ? LINK_ifmap_l1 : LINK_filter_l1;
        if (at == LEVEL_L2 && !a.l2_keeps_tiles && is_new_step(t, value))
            for (child &one : children[at])
                one.tile[t].clear();
        std::map<int, word_set> wanted;  // by parent
        std::map<int, word_set> passing; // by L1
        std::map<std::pair<int, std::vector<int>>, word_set> by_row;
        uint64_t delivered = 0;
        for (child &one : children[at]) {
            word_set now = touched_words(at, one, t, value);
            word_set fresh = minus(now, one.tile[t]);
            one.tile[t] = now;
            delivered += fresh.size();
            unite(wanted[from == LEVEL_L1 ? one.group : 0], fresh);
            unite(passing[one.group], fresh);
            if (at == LEVEL_RF)
                unite(by_row[{one.group, one.row}], fresh);
        }
        for (const auto &row : by_row)
            events.reached[x ? NETWORK_IFMAP : NETWORK_FILTER] +=
                row.second.size();
        const uint64_t read = sizes(wanted);
        c.access[from][t].reads += read;
        c.access[at][t].writes += delivered;
        if (at == LEVEL_RF && n.l1_is_line) {
            const uint64_t passed = sizes(passing);
            send(far, read, passed);
            send(near, passed, delivered);
            c.access[LEVEL_L1][t].reads += a.l1_bypass[t] ? 0 : passed;
            c.access[LEVEL_L1][t].writes += a.l1_bypass[t] ? 0 : passed;
        } else if (at == LEVEL_L2)
            c.access[at][t].dma_writes += delivered;
        else
            send(at == LEVEL_L1 ? far : near, read, delivered);
    }

    // Whether a loop over L2's tiles has stepped since the last call.
    bool is_new_step(tensor t, const std::vector<int> &value)
    {
        std::vector<int> outside;
        for (size_t i = 0; i < cuts.size(); i++)
            if (cuts[i].at == LEVEL_DRAM)
                outside.push_back(value[i]);
        const bool is_new = !has_stepped[t] || outside != last_step[t];
        has_stepped[t] = true;
        last_step[t] = outside;
        return is_new;
    }

    bool is_reduction(int d) const
    {
        return d == NEST_C || d == NEST_R || d == NEST_S;
    }

    // Whether a child comes first among those that share its reduction and
    // its parent; and whether its share is ever more than nothing.
    void place_in_reduction(level at, const child &one, level from, bool *first,
                            bool *used) const
    {
        size_t s = 0;
        int offset[NEST_DIMS] = {};
        *first = *used = true;
        for (const cut &k : cuts) {
            if (!splits(k, at))
                continue;
            int v = one.index[s++];
            offset[k.dim] += v * k.tile;
            bool other_parent = from == LEVEL_L1 && k.at == LEVEL_L2;
            if (is_reduction(k.dim) && v > 0 && !other_parent)
                *first = false;
        }
        for (int d = 0; d < NEST_DIMS; d++)
            if (is_reduction(d) && offset[d] >= extent(d))
                *used = false;
    }

    bool reads_back(level at, const std::vector<int> &value) const
    {
        for (size_t i = 0; i < cuts.size(); i++)
            if (!cuts[i].space && cuts[i].at > at &&
                is_reduction(cuts[i].dim) && value[i] > 0)
                return true;
        return false;
    }

    void psums(level at, const std::vector<int> &value, bool end)
    {
        if (!n.level[at].keep[TENSOR_PSUM])
            return;
        level from = parent(at, TENSOR_PSUM);
        accesses &outer = c.access[from][TENSOR_PSUM];
        accesses &inner = c.access[at][TENSOR_PSUM];
        uint64_t in = 0, out = 0, over = 0;
        for (child &one : children[at]) {
            bool first, used;
            place_in_reduction(at, one, from, &first, &used);
            if (!used)
                continue;
            word_set now;
            if (!end)
                now = touched_words(at, one, TENSOR_PSUM, value);
            const word_set fresh = minus(now, one.tile[TENSOR_PSUM]);
            const word_set gone = minus(one.tile[TENSOR_PSUM], now);
            const uint64_t came = fresh.size(), went = gone.size();
            one.tile[TENSOR_PSUM] = now;
            bool back = first && reads_back(at, value);
            if (at == LEVEL_L2)
                read_words(at, gone);
            if (first)
                write_words(from, gone);
            if (back)
                read_words(from, fresh);
            if (back && at == LEVEL_L2)
                write_words(at, fresh);
            (first ? out : over) += went;
            in += back ? came : 0;
            inner.reads += went;
            bool busy = true;
            for (int d = 0; d < NEST_DIMS; d++)
                busy = busy && left(at, one, value, d).n > 0;
            if (at == LEVEL_RF && !back && busy)
                first_products += came;
        }
        outer.reads += in;
        outer.writes += out;
        inner.writes += in;
        if (at == LEVEL_L2) {
            inner.dma_reads += out;
            inner.dma_writes += in;
        } else {
            send(LINK_psum_in, in, in);
            send(LINK_psum_out, out, out);
            send(LINK_psum_link, over, over);
        }
        if (at == LEVEL_RF && end) {
            inner.reads += c.macs - first_products;
            inner.writes += c.macs;
        }
    }

    // --- passes and chains, without an L1 ---

    // Loops over c, r and s leave psums where they are, those over n, p and q
    // filters, those over m ifmaps.
    static int stays_under(int d)
    {
        return d == NEST_M                                 ? TENSOR_IFMAP
               : d == NEST_N || d == NEST_P || d == NEST_Q ? TENSOR_FILTER
               : d == NEST_G                               ? -1
                                                           : TENSOR_PSUM;
    }

    // Marks the time loops that run within a pass.
    void find_pass()
    {
        const std::vector<int> start(cuts.size(), 0);
        int given = n.pass, stays = -2;
        bool has_output = false;
        in_pass.assign(cuts.size(), false);
        for (size_t i = cuts.size(); i-- > 0;) {
            const cut &k = cuts[i];
            if (k.space || k.at != LEVEL_L2)
                continue;
            const bool moves = steps(i, start) > 1;
            const bool reduces = stays_under(k.dim) == TENSOR_PSUM;
            if (n.pass > 0 && given-- == 0)
                return;
            if (n.pass == 0 && !a.pass_overlap && moves) {
                if (stays_under(k.dim) == -1 ||
                    (stays != -2 && stays != stays_under(k.dim)))
                    return;
                stays = stays_under(k.dim);
            }
            // Psums that bypass L2: each output once.
            if (!n.level[LEVEL_L2].keep[TENSOR_PSUM] && moves) {
                if (reduces && has_output)
                    return;
                has_output = has_output || !reduces;
            }
            in_pass[i] = true;
        }
    }

    bool has_work(const child &one, const std::vector<int> &value) const
    {
        for (int d = 0; d < NEST_DIMS; d++)
            if (left(LEVEL_RF, one, value, d).n == 0)
                return false;
        return true;
    }

    // Where a loop outside has moved, all psums leave, PEs forget, and those
    // with work now are the ones of the pass.
    void begin_pass(const std::vector<int> &value)
    {
        std::vector<int> outside;
        for (size_t i = 0; i < cuts.size(); i++)
            if (!cuts[i].space && cuts[i].at != LEVEL_RF && !in_pass[i])
                outside.push_back(value[i]);
        if (has_pass && outside == pass)
            return;
        end_chains();
        has_pass = true;
        pass = outside;
        for (child &one : children[LEVEL_RF]) {
            for (word_set &tile : one.tile)
                tile.clear();
            one.active = has_work(one, value);
        }
    }

    void end_chains()
    {
        for (child &one : children[LEVEL_RF])
            if (one.active)
                leave_chain(one);
        c.access[LEVEL_RF][TENSOR_PSUM].writes = c.macs;
        c.access[LEVEL_RF][TENSOR_PSUM].reads =
            c.macs - (a.psum_add == PSUM_ADD_OWN_CYCLE ? 0 : own_psums);
    }

    // A PE's psums go up; the bottom one's stand for what leaves the chain.
    void leave_chain(child &one)
    {
        const level from = parent(LEVEL_RF, TENSOR_PSUM);
        const word_set &gone = one.tile[TENSOR_PSUM];
        bool first, used;
        place_in_reduction(LEVEL_RF, one, from, &first, &used);
        own_psums += one.worked ? gone.size() : 0;
        if (first) {
            write_words(from, gone);
            c.access[from][TENSOR_PSUM].writes += gone.size();
            send(LINK_psum_out, gone.size(), gone.size());
        } else {
            send(LINK_psum_link, gone.size(), gone.size());
        }
        one.worked = false;
    }

    void chained_psums(const std::vector<int> &value)
    {
        const level from = parent(LEVEL_RF, TENSOR_PSUM);
        for (child &one : children[LEVEL_RF]) {
            if (!one.active)
                continue;
            word_set now = touched_words(LEVEL_RF, one, TENSOR_PSUM, value);
            bool first, used;
            place_in_reduction(LEVEL_RF, one, from, &first, &used);
            if (now != one.tile[TENSOR_PSUM]) {
                leave_chain(one);
                if (first && reads_back(LEVEL_RF, value)) {
                    read_words(from, now);
                    c.access[from][TENSOR_PSUM].reads += now.size();
                    send(LINK_psum_in, now.size(), now.size());
                }
                one.tile[TENSOR_PSUM] = now;
            }
            one.worked = one.worked || has_work(one, value);
        }
    }

    // The last write of a word finishes it, and what reads it from then on
    // reads a finished one.
    void write_words(level at, const word_set &words)
    {
        for (uint64_t w : words)
            reads_since_write[at][w] = 0;
    }
    void read_words(level at, const word_set &words)
    {
        for (uint64_t w : words)
            reads_since_write[at][w]++;
    }
    finished_words finished(level at) const
    {
        finished_words f = {0, reads_since_write[at].size()};
        for (const auto &word : reads_since_write[at])
            f.reads += word.second;
        return f;
    }

    const arch &a;
    const layer &l;
    const nest &n;
    std::map<uint64_t, uint64_t> reads_since_write[LEVEL_N];
    std::vector<int> last_step[TENSOR_N];
    bool has_stepped[TENSOR_N] = {};
    std::vector<cut> cuts; // outermost first
    std::vector<child> children[LEVEL_N];
    uint64_t first_products = 0; // of psums that begin at zero
    std::vector<bool> in_pass;   // time loops that run within a pass
    std::vector<int> pass;       // values of the others
    bool has_pass = false;
    uint64_t own_psums = 0; // left a PE that has products in them
    counts c;
};

} // namespace

counts nest_by_enumeration(const arch &a, const layer &l, const nest &n,
                           layer_events *events)
{
    return enumeration(a, l, n).run(events);
}
