// layer_test.cpp - shapes: derived sizes, refusals, --shape and --gemm.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "sim/base/layer.h"
#include "sim/config/layer_text.h"
#include "test/messages.h"

namespace
{
std::string shape_message(const char *text)
{
    Messages d;
    struct layer l;
    EXPECT_FALSE(layer_parse_shape(text, &l, d)) << text;
    std::string where = std::string("accelsim: --shape ") + text + ": error: ";
    EXPECT_EQ(d.text().substr(0, where.size()), where);
    return d.text().substr(where.size());
}

std::string gemm_message(const char *text)
{
    Messages d;
    struct layer l;
    EXPECT_FALSE(layer_parse_gemm(text, &l, d)) << text;
    std::string where = std::string("accelsim: --gemm ") + text + ": error: ";
    EXPECT_EQ(d.text().substr(0, where.size()), where);
    return d.text().substr(where.size());
}

TEST(Layer, ConvTwoOfAlexNetHasItsPublishedSizes)
{
    Messages d;
    struct layer l;
    ASSERT_TRUE(
        layer_parse_shape("N=4,G=2,M=256,C=96,H=27,W=27,R=5,S=5,pad=2", &l, d));
    EXPECT_EQ(l.P, 27);
    EXPECT_EQ(l.Q, 27);
    EXPECT_EQ(layer_macs(&l), 895795200u);
    EXPECT_EQ(layer_padded_h(&l), 31);
    EXPECT_EQ(layer_padded_w(&l), 31);
    EXPECT_STREQ(l.name, "shape");
}

TEST(Layer, StrideAndDilationFollowTheFormula)
{
    Messages d;
    struct layer l;
    ASSERT_TRUE(layer_parse_shape(
        "M=1,C=1,H=20,W=11,R=3,S=2,stride=3,pad=1,dilation=4", &l, d));
    EXPECT_EQ(l.P, (20 + 2 - 4 * 2 - 1) / 3 + 1);
    EXPECT_EQ(l.Q, (11 + 2 - 4 * 1 - 1) / 3 + 1);
}

TEST(Layer, EachAxisHasItsOwnStrideDilationAndPadding)
{
    Messages d;
    struct layer l;
    ASSERT_TRUE(layer_parse_shape("M=8,C=1,H=49,W=10,R=10,S=4,stride_h=2,"
                                  "dilation_w=2,pad_top=3,pad_w=1",
                                  &l, d))
        << d.text();
    EXPECT_EQ(l.P, (49 + 3 - 10) / 2 + 1);
    EXPECT_EQ(l.Q, 10 + 2 - 7 + 1);
    EXPECT_EQ(layer_padded_h(&l), 52);
    EXPECT_EQ(layer_padded_w(&l), 12);
    EXPECT_FALSE(layer_pads_alike(&l));
}

TEST(Layer, TwoKeysForOneNumberExcludeEachOther)
{
    const std::string conv = "M=1,C=1,H=9,W=9,R=3,S=3,";
    EXPECT_EQ(shape_message((conv + "stride=2,stride_w=1").c_str()),
              "'stride_w' sets what 'stride' has set; one of them is needed\n");
    EXPECT_EQ(shape_message((conv + "pad_left=1,pad=0").c_str()),
              "'pad' sets what 'pad_left' has set; one of them is needed\n");
    EXPECT_EQ(
        shape_message((conv + "pad_h=1,pad_bottom=1").c_str()),
        "'pad_bottom' sets what 'pad_h' has set; one of them is needed\n");
    EXPECT_EQ(shape_message((conv + "dilation_h=0").c_str()),
              "'dilation_h' is 0; it may be 1 to 65535\n");
}

TEST(Layer, LettersLeftOutHaveTheirDefaults)
{
    Messages d;
    struct layer l;
    ASSERT_TRUE(layer_parse_shape("M=2,C=3,H=4,W=5,R=1,S=1", &l, d));
    EXPECT_EQ(l.N, 1);
    EXPECT_EQ(l.G, 1);
    EXPECT_EQ(l.stride_h * l.stride_w * l.dilation_h * l.dilation_w, 1);
    EXPECT_EQ(l.pad_top + l.pad_bottom + l.pad_left + l.pad_right, 0);
}

TEST(Layer, AGemmIsAConvolutionOfOnePixelFilters)
{
    Messages d;
    struct layer l;
    ASSERT_TRUE(layer_parse_gemm("M=529,N=256,K=2400", &l, d));
    EXPECT_EQ(l.op, LAYER_GEMM);
    EXPECT_EQ(l.H, 529);
    EXPECT_EQ(l.W, 1);
    EXPECT_EQ(l.M, 256);
    EXPECT_EQ(l.C, 2400);
    EXPECT_EQ(l.N, 1);
    EXPECT_EQ(layer_macs(&l), 529ull * 256 * 2400);
}

TEST(Layer, AMatmulIsGroupsThatShareNothing)
{
    Messages d;
    struct layer l;
    struct gemm_letters g;
    ASSERT_TRUE(layer_parse_gemm("M=128,N=64,K=32,B=12", &l, d)) << d.text();
    EXPECT_EQ(l.op, LAYER_MATMUL);
    EXPECT_EQ(l.G, 12);
    EXPECT_EQ(l.M, 12 * 64);
    EXPECT_EQ(l.C, 12 * 32);
    EXPECT_EQ(layer_macs(&l), 12ull * 128 * 64 * 32);
    ASSERT_TRUE(layer_is_gemm(&l, &g));
    EXPECT_EQ(g.M, 128);
    EXPECT_EQ(g.N, 64);
    EXPECT_EQ(g.K, 32);
    EXPECT_EQ(g.B, 12);
    // More images are more products; asking twice is asking once.
    for (int batch : {3, 1, 5}) {
        ASSERT_TRUE(layer_set_batch(&l, batch, src_pos{nullptr, 0}, d));
        ASSERT_TRUE(layer_finish(&l, src_pos{nullptr, 0}, d));
        EXPECT_EQ(l.N, 1);
        EXPECT_EQ(layer_macs(&l), uint64_t(batch) * 12 * 128 * 64 * 32);
    }
    EXPECT_FALSE(layer_set_batch(&l, 1 << 30, src_pos{nullptr, 0}, d));
    EXPECT_NE(d.text().find("products side by side"), std::string::npos);
    EXPECT_EQ(gemm_message("M=1,N=65536,K=1,B=65536"),
              "layer 'gemm' has 65536 products side by side, with more than "
              "2147483647 columns, or products of an output, in all; fewer can "
              "be counted\n");
}

TEST(Layer, AGemmIsKnownByItsLettersOnly)
{
    Messages d;
    struct layer l;
    struct gemm_letters g;
    ASSERT_TRUE(layer_parse_gemm("M=5,N=6,K=7", &l, d));
    ASSERT_TRUE(layer_is_gemm(&l, &g));
    EXPECT_EQ(g.M * 10000 + g.N * 1000 + g.K * 100 + g.B, 5 * 10000 + 6701);
    l.W = l.Q = 2;
    EXPECT_FALSE(layer_is_gemm(&l, &g));
    ASSERT_TRUE(layer_parse_shape("M=6,C=7,H=5,W=1,R=1,S=1", &l, d));
    EXPECT_FALSE(layer_is_gemm(&l, &g));
}

TEST(Layer, WhatIsNotModelledIsRefusedByName)
{
    EXPECT_EQ(shape_message("M=1,C=1,D=4,H=5,W=5,R=3,S=3"),
              "'D' is depth (D, T): three-dimensional convolutions are not "
              "modelled; a layer has rows and columns\n");
    EXPECT_EQ(shape_message("op=pool,M=1,C=1,H=5,W=5,R=3,S=3"),
              "'op' is 'pool'; it may be 'conv', 'fc', 'gemm', 'matmul' or "
              "'conv_transpose'\n");
    EXPECT_EQ(shape_message("op=fc,op=fc,M=1,C=1,H=5,W=5,R=3,S=3"),
              "'op' is given twice; once is enough\n");
    EXPECT_EQ(shape_message("op=matmul,M=1,C=1,H=5,W=5,R=3,S=3"),
              "'op' is 'matmul'; its letters are those of '--gemm "
              "M=..,N=..,K=..,B=..'\n");
}

TEST(Layer, AShapeSaysWhatIsMissing)
{
    EXPECT_EQ(shape_message("M=64,C=3"),
              "'H', 'W', 'R', 'S' missing; each needs a number as in 'M=64'\n");
    EXPECT_EQ(gemm_message("M=1,N=2"),
              "'K' missing; each needs a number as in 'M=64'\n");
}

TEST(Layer, AnUnknownLetterNamesTheNearest)
{
    EXPECT_EQ(shape_message("M=1,C=1,H=1,W=1,R=1,S=1,strid=2"),
              "unknown key 'strid'; the nearest is 'stride'\n");
}

TEST(Layer, AShapeRefusesWhatIsNoNumber)
{
    EXPECT_EQ(shape_message("M=x,C=1,H=1,W=1,R=1,S=1"),
              "'M' is 'x'; a whole number is needed\n");
    EXPECT_EQ(shape_message("M,C=1,H=1,W=1,R=1,S=1"),
              "'M' is not of the form KEY=NUMBER; as in 'M=64'\n");
}

TEST(Layer, AShapeRefusesALetterGivenTwice)
{
    EXPECT_EQ(shape_message("M=1,M=1,C=1,H=1,W=1,R=1,S=1"),
              "'M' is given twice; once is enough\n");
}

TEST(Layer, AShapeRefusesNumbersOutOfRange)
{
    EXPECT_EQ(shape_message("M=0,C=1,H=1,W=1,R=1,S=1"),
              "'M' is 0; it may be 1 to 2147483647\n");
    EXPECT_EQ(shape_message("M=-1,C=1,H=1,W=1,R=1,S=1"),
              "'M' is -1; it may be 1 to 2147483647\n");
    EXPECT_EQ(shape_message("M=2147483648,C=1,H=1,W=1,R=1,S=1"),
              "'M' is 2147483648; it may be 1 to 2147483647\n");
    EXPECT_EQ(shape_message("M=99999999999999999999,C=1,H=1,W=1,R=1,S=1"),
              "'M' is 99999999999999999999; it may be 1 to 2147483647\n");
    EXPECT_EQ(shape_message("M=1,C=1,H=1,W=1,R=1,S=1,pad=-1"),
              "'pad' is -1; it may be 0 to 65535\n");
    EXPECT_EQ(gemm_message("M=-1,N=1,K=1"),
              "'M' is -1; it may be 1 to 2147483647\n");
    EXPECT_EQ(gemm_message("M=0,N=1,K=1"),
              "'M' is 0; it may be 1 to 2147483647\n");
}

TEST(Layer, GroupsMustDivideFiltersAndChannels)
{
    EXPECT_EQ(shape_message("G=2,M=3,C=4,H=1,W=1,R=1,S=1"),
              "'G' of layer 'shape' is 2 and divides not both M = 3 and C = 4; "
              "groups have equal parts of both\n");
}

TEST(Layer, AFilterMustFitThePaddedIfmap)
{
    EXPECT_EQ(shape_message("M=1,C=1,H=4,W=9,R=3,S=3,dilation=3,pad=1"),
              "the filter of layer 'shape' spans 7 x 7 words; its padded ifmap "
              "has 6 x 11\n");
    EXPECT_EQ(
        shape_message("M=1,C=1,H=1,W=1,R=65535,S=65535,dilation=65535"),
        "the filter of layer 'shape' spans 4294770691 x 4294770691 words; its "
        "padded ifmap has 1 x 1\n");
}

TEST(Layer, OfmapsAndMacsBeyondTheCountersAreRefused)
{
    EXPECT_EQ(shape_message("M=1,C=1,H=2147483647,W=1,R=1,S=1,pad=1"),
              "the padded ifmap of layer 'shape' has 2147483649 x 3 words; it "
              "may have up to 2147483647 x 2147483647\n");
    EXPECT_EQ(shape_message("M=1,C=1024,H=2097152,W=1048576,R=1,S=1"),
              "the ifmap of layer 'shape' has more than 2^50 words; a smaller "
              "layer can be counted\n");
    EXPECT_EQ(shape_message("M=2147483647,C=2147483647,H=1,W=1,R=1,S=1"),
              "the filter of layer 'shape' has more than 2^50 words; a smaller "
              "layer can be counted\n");
    EXPECT_EQ(shape_message("N=1048576,M=1073741824,C=1,H=2,W=1,R=1,S=1"),
              "the ofmap of layer 'shape' has more than 2^50 words; a smaller "
              "layer can be counted\n");
    EXPECT_EQ(shape_message("M=65535,C=65535,H=65535,W=65535,R=1,S=1"),
              "layer 'shape' has more than 2^62 MACs; a smaller layer can be "
              "counted\n");
}

TEST(Layer, ADimensionMayHave31Bits)
{
    Messages d;
    struct layer l;
    ASSERT_TRUE(layer_parse_gemm("M=2147483647,N=1,K=1", &l, d)) << d.text();
    EXPECT_EQ(l.P, 2147483647);
    EXPECT_EQ(layer_macs(&l), 2147483647u);
    ASSERT_TRUE(layer_parse_gemm("M=1,N=151936,K=5120", &l, d)) << d.text();
    EXPECT_EQ(layer_macs(&l), 777912320u);
}

TEST(Layer, AFailureLeavesTheLayerAsItWas)
{
    Messages d;
    struct layer l = {};
    l.M = 77;
    EXPECT_FALSE(layer_parse_shape("M=0,C=1,H=1,W=1,R=1,S=1", &l, d));
    EXPECT_EQ(l.M, 77);
}

std::vector<int *> whole_numbers(struct layer *l)
{
    return {&l->bits[TENSOR_IFMAP],
            &l->bits[TENSOR_FILTER],
            &l->bits[TENSOR_PSUM],
            &l->ofmap_bits,
            &l->N,
            &l->G,
            &l->M,
            &l->C,
            &l->H,
            &l->W,
            &l->R,
            &l->S,
            &l->P,
            &l->Q,
            &l->stride_h,
            &l->stride_w,
            &l->pad_top,
            &l->pad_bottom,
            &l->pad_left,
            &l->pad_right,
            &l->output_pad_h,
            &l->output_pad_w,
            &l->B,
            &l->dilation_h,
            &l->dilation_w,
            &l->filter_nonzero,
            &l->filter_block,
            &l->pattern_seed};
}

// Every field but the name, and none of the bytes between fields.
TEST(Layer, AreTheSameInAllButTheName)
{
    struct layer a, b;
    std::memset(&a, 0x55, sizeof(a));
    std::memset(&b, 0xaa, sizeof(b));
    const auto fill = [](struct layer *to) {
        int value = 1;
        to->op = LAYER_CONV;
        for (int *field : whole_numbers(to))
            *field = value++;
        for (double &share : to->zero_share)
            share = 0;
        to->network_input = false;
        to->mask[TENSOR_IFMAP] = to->mask[TENSOR_FILTER] = nullptr;
        to->input_words = 1;
        to->behind_macs = 1;
    };
    fill(&a);
    fill(&b);
    std::strcpy(a.name, "a");
    std::strcpy(b.name, "b");
    EXPECT_TRUE(layer_same(&a, &b));
    const std::vector<int *> field = whole_numbers(&b);
    for (int *value : field) {
        ++*value;
        EXPECT_FALSE(layer_same(&a, &b));
        --*value;
    }
    for (double &share : b.zero_share) {
        share = 0.5;
        EXPECT_FALSE(layer_same(&a, &b));
        share = 0;
    }
    b.network_input = true;
    EXPECT_FALSE(layer_same(&a, &b));
    b.network_input = false;
    b.input_words = 2;
    EXPECT_FALSE(layer_same(&a, &b));
    b.input_words = 1;
    b.behind_macs = 2;
    EXPECT_FALSE(layer_same(&a, &b));
    b.behind_macs = 1;
    b.op = LAYER_FC;
    EXPECT_FALSE(layer_same(&a, &b));
}
} // namespace
