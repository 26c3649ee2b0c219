// nest_touch_test.cpp - what tiles touch of an ifmap and what comes anew where
// they slide, against sets of points.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <vector>

#include "dataflows/search/nest/nest_touch.h"
#include "test/random_layer.h"

namespace
{

using points = std::set<int>;

struct dimension {
    int outputs, stride, taps, dilation, pad, extent;

    points touched(int p, int n_p, int r, int n_r) const
    {
        points out;
        for (int i = p; i < std::min(p + n_p, outputs); i++)
            for (int j = r; j < std::min(r + n_r, taps); j++) {
                const int x = i * stride + j * dilation - pad;
                if (x >= 0 && x < extent)
                    out.insert(x);
            }
        return out;
    }

    // Tiles begin at `at` in what slides, and at `j` in the other.
    points slid(const nest_slide &s, int at, int j) const
    {
        return s.over_taps ? touched(j, s.other, at, s.tile)
                           : touched(at, s.tile, j, s.other);
    }
};

dimension of(const arch &a, const layer &l, bool of_rows)
{
    const bool stored = a.padding == PADDING_STORED;
    if (of_rows)
        return {l.P,
                l.stride_h,
                l.R,
                l.dilation_h,
                stored ? 0 : l.pad_top,
                stored ? layer_padded_h(&l) : l.H};
    return {l.Q,
            l.stride_w,
            l.S,
            l.dilation_w,
            stored ? 0 : l.pad_left,
            stored ? layer_padded_w(&l) : l.W};
}

size_t new_points(const points &now, const points &before)
{
    return static_cast<size_t>(std::count_if(
        now.begin(), now.end(), [&](int x) { return before.count(x) == 0; }));
}

struct slide_count {
    double all, inner; // of all steps; of those that are no block's first
};

// Steps in their order, each child with what it had before: blocks inside the
// loop over the other dimension, or outside it.
slide_count count(const dimension &d, const nest_slide &s, bool blocks_inside)
{
    const int extent = s.over_taps ? d.taps : d.outputs;
    const int others = s.over_taps ? d.outputs : d.taps;
    const int apart = s.tile * s.children;
    const int steps = (extent + apart - 1) / apart;
    const int blocks = (steps + s.steps - 1) / s.steps;
    const int sweeps = (others + s.other - 1) / s.other;
    std::vector<points> had(static_cast<size_t>(s.children));
    slide_count out = {0, 0};
    for (int turn = 0; turn < blocks * sweeps; turn++) {
        const int block = blocks_inside ? turn % blocks : turn / sweeps;
        const int j = blocks_inside ? turn / blocks : turn % sweeps;
        for (int v = block * s.steps;
             v < std::min((block + 1) * s.steps, steps); v++)
            for (int k = 0; k < s.children; k++) {
                const int at = v * apart + k * s.tile;
                points &before = had[static_cast<size_t>(k)];
                points now; // none, where the last step has no tile for it
                if (at < extent)
                    now = d.slid(s, at, j * s.other);
                const auto n = static_cast<double>(new_points(now, before));
                out.all += n;
                out.inner += v % s.steps > 0 ? n : 0;
                before.swap(now);
            }
    }
    return out;
}

TEST(NestTouch, SumsAndSlidesAreThoseOfSetsOfPoints)
{
    random_case random(17);
    int slides = 0, exact = 0;
    for (int trial = 0; trial < 2000; trial++) {
        arch a = random.machine();
        a.padding = random.pick(0, 1) ? PADDING_STORED : PADDING_GENERATED;
        const layer l = random.shape();
        const bool of_rows = random.pick(0, 1) != 0;
        const dimension d = of(a, l, of_rows);
        const std::unique_ptr<nest_touch, void (*)(nest_touch *)> touch(
            nest_touch_new(&a, &l, of_rows), nest_touch_free);
        EXPECT_EQ(d.taps == 1, nest_touch_is_own(touch.get()));
        for (int draw = 0; draw < 6; draw++) {
            const int p = random.pick(1, d.outputs), r = random.pick(1, d.taps);
            double sum = 0;
            for (int i = 0; i < d.outputs; i += p)
                for (int j = 0; j < d.taps; j += r)
                    sum += static_cast<double>(d.touched(i, p, j, r).size());
            EXPECT_EQ(sum, nest_touch_sum(touch.get(), p, r));
            nest_slide s = {};
            s.over_taps = random.pick(0, 1) != 0;
            const int extent = s.over_taps ? d.taps : d.outputs;
            s.tile = random.pick(1, extent);
            s.children = random.pick(1, 3);
            s.steps = random.pick(2, 4);
            s.other = random.pick(1, s.over_taps ? d.outputs : d.taps);
            s.children_most = s.children;
            const int apart = s.tile * s.children;
            if (s.steps > (extent + apart - 1) / apart)
                continue;
            const double bound = nest_touch_slide(touch.get(), &s);
            const slide_count inside = count(d, s, true);
            const slide_count outside = count(d, s, false);
            const double least = std::min(inside.all, outside.all);
            EXPECT_LE(bound, least)
                << trial << ": " << s.tile << " of " << extent << ", "
                << s.children << " children, " << s.steps << " steps, "
                << s.other << (s.over_taps ? ", over taps" : "");
            EXPECT_GE(bound, d.taps == 1 ? 0 : inside.inner);
            exact += bound == least;
            // Whatever is not known can only be less.
            for (int unknown = 0; unknown < 2; unknown++) {
                nest_slide any = s;
                (unknown == 0 ? any.steps : any.children) = 0;
                EXPECT_LE(nest_touch_slide(touch.get(), &any), bound);
            }
            EXPECT_LE(nest_touch_slide_any(touch.get(), s.over_taps, s.tile,
                                           s.other, 0),
                      least);
            slides++;
        }
    }
    EXPECT_GT(slides, 1500);
    EXPECT_GT(exact, 500);
}

} // namespace
