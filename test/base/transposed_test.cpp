// transposed_test.cpp - the convolutions of a transposed one against its
// definition, product by product.
// SPDX-License-Identifier: MIT
#include "sim/base/transposed.h"

#include <gtest/gtest.h>

#include <map>
#include <tuple>

#include "sim/config/layer_text.h"
#include "test/messages.h"
#include "test/random_layer.h"

namespace
{
// Output, input and tap of a product along one axis, and how often it is made.
using products = std::map<std::tuple<int, int, int>, int>;

struct axis_view {
    int in, taps, stride, dilation, pad, out;
};

axis_view axis_of(const layer &l, bool rows)
{
    return rows
               ? axis_view{l.H, l.R, l.stride_h, l.dilation_h, l.pad_top, l.P}
               : axis_view{l.W, l.S, l.stride_w, l.dilation_w, l.pad_left, l.Q};
}

// Each input scatters to the outputs under the filter.
products by_definition(const axis_view &a)
{
    products all;
    for (int x = 0; x < a.in; x++)
        for (int r = 0; r < a.taps; r++) {
            int y = x * a.stride + r * a.dilation - a.pad;
            if (y >= 0 && y < a.out)
                all[{y, x, r}]++;
        }
    return all;
}

// What the part's convolution multiplies, in the whole's coordinates.
void add_part(const transposed_axis &part, int phase, int stride, products *all)
{
    for (int i = 0; i < part.outputs; i++)
        for (int k = 0; k < part.taps; k++) {
            int x = i + k * part.dilation - part.pad_before;
            if (x >= 0 && x < part.in_extent)
                ++(*all)[{phase + i * stride, part.in_first + x,
                          part.first_tap +
                              (part.taps - 1 - k) * part.tap_step}];
        }
}

TEST(Transposed, ItsPartsMultiplyEachPairOnceAndNoOther)
{
    random_case random(61);
    for (int n = 0; n < 2000; n++) {
        const layer l = random.transposed();
        for (bool rows : {true, false}) {
            const axis_view a = axis_of(l, rows);
            products made;
            uint64_t pairs = 0;
            for (int phase = 0; phase < a.stride; phase++) {
                transposed_axis part;
                ASSERT_TRUE(transposed_axis_of(&l, rows, phase, &part));
                add_part(part, phase, a.stride, &made);
                pairs += uint64_t(part.outputs) * uint64_t(part.taps);
            }
            ASSERT_EQ(made, by_definition(a)) << describe(l);
            ASSERT_EQ(pairs, transposed_products(&l, rows)) << describe(l);
        }
    }
}

TEST(Transposed, APartIsALayerOfItsOwn)
{
    random_case random(62);
    Messages d;
    for (int n = 0; n < 500; n++) {
        const layer l = random.transposed();
        uint64_t outputs = 0, macs = 0;
        for (int i = 0; i < transposed_parts(&l); i++) {
            layer part, again;
            if (!transposed_part(&l, i, &part))
                continue;
            again = part;
            again.P = again.Q = 0;
            ASSERT_TRUE(layer_finish(&again, src_pos{nullptr, 0}, d))
                << describe(l) << d.text();
            EXPECT_TRUE(layer_same(&part, &again)) << describe(l);
            outputs += uint64_t(part.P) * uint64_t(part.Q);
            macs += layer_macs(&part);
        }
        EXPECT_EQ(outputs, uint64_t(l.P) * uint64_t(l.Q)) << describe(l);
        EXPECT_EQ(macs, layer_macs(&l)) << describe(l);
        layer zeros, again;
        transposed_with_zeros(&l, &zeros);
        again = zeros;
        again.P = again.Q = 0;
        ASSERT_TRUE(layer_finish(&again, src_pos{nullptr, 0}, d)) << d.text();
        EXPECT_TRUE(layer_same(&zeros, &again)) << describe(l);
        EXPECT_EQ(zeros.P, l.P);
        EXPECT_GE(layer_macs(&zeros), layer_macs(&l));
    }
}

TEST(Transposed, HasItsPublishedSizes)
{
    Messages d;
    layer l;
    // DCGAN's first: 1024 channels of 4 x 4 to 512 of 8 x 8, 5 x 5, stride 2
    // (Radford, Metz, Chintala, ICLR 2016, figure 1).
    ASSERT_TRUE(layer_parse_shape("op=conv_transpose,M=512,C=1024,H=4,W=4,R=5,"
                                  "S=5,stride=2,pad=2,output_pad=1",
                                  &l, d))
        << d.text();
    EXPECT_EQ(l.P, 8);
    EXPECT_EQ(l.Q, 8);
    ASSERT_TRUE(layer_parse_shape(
        "op=conv_transpose,M=1,C=3,H=2,W=2,R=2,S=2,stride=2", &l, d));
    EXPECT_EQ(l.P * l.Q, 16);
    EXPECT_EQ(layer_macs(&l), 48u); // each input meets each tap once
}

std::string refused(const char *shape)
{
    Messages d;
    layer l;
    EXPECT_FALSE(layer_parse_shape(shape, &l, d)) << shape;
    return d.text();
}

TEST(Transposed, WhatHasNoOutputsOrNoInputsIsRefused)
{
    const std::string head = "op=conv_transpose,M=1,C=1,H=3,W=3,";
    EXPECT_NE(refused((head + "R=1,S=2,stride=2").c_str())
                  .find("some ofmap rows of layer 'shape' meet no word"),
              std::string::npos);
    EXPECT_NE(refused((head + "R=2,S=2,stride=2,pad=3").c_str())
                  .find("the ofmap of layer 'shape' has 0 x 0 words"),
              std::string::npos);
    EXPECT_NE(refused((head + "R=2,S=2,stride=2,output_pad=2").c_str())
                  .find("'output_pad' of layer 'shape' is 2 x 2; it is less"),
              std::string::npos);
    EXPECT_NE(refused((head + "R=65,S=65,stride=65").c_str())
                  .find("of a transposed convolution it may be up to 64"),
              std::string::npos);
    EXPECT_NE(refused("M=1,C=1,H=3,W=3,R=1,S=1,output_pad=1")
                  .find("'output_pad' of layer 'shape' is for"),
              std::string::npos);
}
} // namespace
