// nest_script.h - what the PEs and networks of a nest do, pass by pass, word by
// word: found from the nest's definition, by the names of words.
// SPDX-License-Identifier: MIT
#ifndef TEST_ARRAY_NEST_SCRIPT_H
#define TEST_ARRAY_NEST_SCRIPT_H

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "dataflows/nest/nest.h"

namespace nest_script
{

using word = std::array<int, 4>; // n c h w of an ifmap, m c r s of a filter
using point = std::array<int, NEST_DIMS>;

enum { FILTER, IFMAP, INPUTS };

inline bool reduces(int d)
{
    return d == NEST_C || d == NEST_R || d == NEST_S;
}

struct time_loop {
    int dim, tile, count;
    bool in_pass;
};

struct pe_place {
    int row, col;
    point offset;
};

struct shape {
    const arch &a;
    const layer &l;
    const nest &n;
    point extent, rf;
    std::vector<time_loop> loops;
    std::vector<pe_place> pes; // by row, then column
    bool ifmap_is_held = false, held_streams = false;

    shape(const arch &machine, const layer &layer_, const nest &nest_)
        : a(machine), l(layer_), n(nest_)
    {
        for (int d = 0; d < NEST_DIMS; d++) {
            extent[size_t(d)] = nest_extent(&l, nest_dim(d));
            rf[size_t(d)] = 1;
        }
        each(n.level[LEVEL_RF].time,
             [&](const nest_loop &x) { rf[x.dim] *= x.count; });
        place_pes();
        list_loops();
        find_pass();
    }

    template <typename F> static void each(const nest_loops &loops, F f)
    {
        for (int i = 0; i < loops.n; i++)
            f(loops.loop[i]);
    }

    // Offsets of the places of an axis whose innermost tile is `tile`, which
    // grows by the axis.
    static std::vector<point> axis(const nest_loops &loops, point *tile)
    {
        std::vector<point> places(1, point{});
        for (int i = loops.n - 1; i >= 0; i--) {
            const nest_loop &x = loops.loop[i];
            std::vector<point> all;
            for (int v = 0; v < x.count; v++)
                for (point p : places) {
                    p[x.dim] += v * (*tile)[x.dim];
                    all.push_back(p);
                }
            (*tile)[x.dim] *= x.count;
            places = all;
        }
        return places;
    }

    void place_pes()
    {
        const nest_level &l2 = n.level[LEVEL_L2];
        point tile = rf;
        const std::vector<point> cols = axis(l2.cols, &tile);
        const std::vector<point> rows = axis(l2.rows, &tile);
        for (size_t r = 0; r < rows.size(); r++)
            for (size_t c = 0; c < cols.size(); c++) {
                pe_place at = {int(r), int(c), {}};
                bool works = true;
                for (size_t d = 0; d < NEST_DIMS; d++) {
                    at.offset[d] = rows[r][d] + cols[c][d];
                    works = works && at.offset[d] < extent[d];
                }
                if (works)
                    pes.push_back(at);
            }
    }

    void list_loops()
    {
        point tile = rf;
        const nest_level &l2 = n.level[LEVEL_L2];
        each(l2.rows, [&](const nest_loop &x) { tile[x.dim] *= x.count; });
        each(l2.cols, [&](const nest_loop &x) { tile[x.dim] *= x.count; });
        for (const nest_loops *list : {&l2.time, &n.level[LEVEL_DRAM].time})
            for (int i = list->n - 1; i >= 0; i--) {
                const nest_loop &x = list->loop[i];
                // A loop whose tile has all never steps.
                const int left =
                    (extent[x.dim] + tile[x.dim] - 1) / tile[x.dim];
                loops.insert(loops.begin(),
                             {x.dim, tile[x.dim], std::min<int>(x.count, left),
                              list == &l2.time});
                tile[x.dim] *= x.count;
            }
    }

    // Which tensor's tiles stay in the PEs under a loop: psums 0, filters 1,
    // ifmaps 2, none 3.
    static int stays(int dim)
    {
        if (reduces(dim))
            return 0;
        return dim == NEST_N || dim == NEST_P || dim == NEST_Q ? 1
               : dim == NEST_M                                 ? 2
                                                               : 3;
    }

    // Leaves `in_pass` with the innermost loops of a pass.
    void find_pass()
    {
        int left = n.pass > 0 ? n.pass : NEST_LOOPS_MAX, kind = -1;
        bool open = true, output = false;
        for (size_t i = loops.size(); i-- > 0;) {
            time_loop &x = loops[i];
            open = open && x.in_pass && left-- > 0;
            if (open && x.count > 1) {
                if (n.pass == 0 && !a.pass_overlap) {
                    const int its = stays(x.dim);
                    open = its < 3 && (kind < 0 || its == kind);
                    kind = its;
                }
                // Psums that bypass L2 leave once a pass.
                if (!n.level[LEVEL_L2].keep[TENSOR_PSUM]) {
                    open = open && !(reduces(x.dim) && output);
                    output = output || !reduces(x.dim);
                }
            }
            x.in_pass = open;
        }
        // Held is what the innermost loop that steps, or without one the
        // innermost, leaves.
        size_t at = loops.size();
        for (size_t i = loops.size(); i-- > 0 && loops[i].in_pass;)
            if (at == loops.size() ||
                (loops[at].count == 1 && loops[i].count > 1))
                at = i;
        ifmap_is_held = at < loops.size() && loops[at].dim == NEST_M;
        // Its words stream where that loop, or one that steps, is one of the
        // held tensor's.
        for (size_t i = 0; i < loops.size(); i++)
            if (loops[i].in_pass && (loops[i].count > 1 || i == at))
                held_streams =
                    held_streams || (ifmap_is_held ? loops[i].dim != NEST_M
                                                   : stays(loops[i].dim) != 1);
    }

    // All values of the loops in a pass, or of those outside, in their order;
    // as bases, and whether a loop over products is not at its start.
    struct base {
        point at;
        bool continues;
    };
    void walk(size_t i, bool inside, base b, std::vector<base> *out) const
    {
        while (i < loops.size() && loops[i].in_pass != inside)
            i++;
        if (i == loops.size()) {
            out->push_back(b);
            return;
        }
        const time_loop &x = loops[i];
        for (int v = 0; v < x.count; v++) {
            base next = b;
            next.at[size_t(x.dim)] += v * x.tile;
            next.continues = b.continues || (reduces(x.dim) && v > 0);
            if (next.at[size_t(x.dim)] < extent[size_t(x.dim)])
                walk(i + 1, inside, next, out);
        }
    }

    bool ifmap_word(const point &x, word *out) const
    {
        const int h = x[NEST_P] * l.stride_h + x[NEST_R] * l.dilation_h;
        const int w = x[NEST_Q] * l.stride_w + x[NEST_S] * l.dilation_w;
        *out = {x[NEST_N], x[NEST_G] * (l.C / l.G) + x[NEST_C], h, w};
        if (a.padding == PADDING_STORED)
            return true;
        return h >= l.pad_top && h < l.pad_top + l.H && w >= l.pad_left &&
               w < l.pad_left + l.W;
    }
    word filter_word(const point &x) const
    {
        return {x[NEST_G] * (l.M / l.G) + x[NEST_M], x[NEST_C], x[NEST_R],
                x[NEST_S]};
    }
};

struct slot {
    std::vector<int> to; // lanes; of psums out, chains
    int words;
    bool begins; // a chunk
    // Psums that come back: so many slots of psums out are taken before.
    size_t after;
};

// A MAC, or an addition of a psum that is sent.
struct operation {
    bool mac;
    int64_t need[INPUTS];  // words that must have come, counted over the pass
    int64_t freed[INPUTS]; // places free again, this operation's with them
    bool sends, takes;
};

struct script {
    std::vector<slot> stream[4]; // filters, ifmaps, psums in, psums out
    std::vector<std::vector<operation>> lane;
    std::vector<int> above; // a lane, or lanes + chain
    int chains = 0;
};

// The pass that begins at `from`; continues: its psums are those of others.
script write_pass(const shape &s, const shape::base &from);

} // namespace nest_script

#endif
