// layer_test.cpp - shapes: derived sizes, refusals, --shape and --gemm.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstring>

#include "sim/base/layer.h"
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

TEST(Layer, LettersLeftOutHaveTheirDefaults)
{
    Messages d;
    struct layer l;
    ASSERT_TRUE(layer_parse_shape("M=2,C=3,H=4,W=5,R=1,S=1", &l, d));
    EXPECT_EQ(l.N, 1);
    EXPECT_EQ(l.G, 1);
    EXPECT_EQ(l.stride, 1);
    EXPECT_EQ(l.dilation, 1);
    EXPECT_EQ(l.pad, 0);
}

TEST(Layer, AGemmIsAConvolutionOfOnePixelFilters)
{
    Messages d;
    struct layer l;
    ASSERT_TRUE(layer_parse_gemm("M=529,N=256,K=2400", &l, d));
    EXPECT_EQ(l.type, LAYER_GEMM);
    EXPECT_EQ(l.H, 529);
    EXPECT_EQ(l.W, 1);
    EXPECT_EQ(l.M, 256);
    EXPECT_EQ(l.C, 2400);
    EXPECT_EQ(l.N, 1);
    EXPECT_EQ(layer_macs(&l), 529ull * 256 * 2400);
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
              "'M' is 0; it may be 1 to 65535\n");
    EXPECT_EQ(shape_message("M=-1,C=1,H=1,W=1,R=1,S=1"),
              "'M' is -1; it may be 1 to 65535\n");
    EXPECT_EQ(shape_message("M=65536,C=1,H=1,W=1,R=1,S=1"),
              "'M' is 65536; it may be 1 to 65535\n");
    EXPECT_EQ(shape_message("M=99999999999999999999,C=1,H=1,W=1,R=1,S=1"),
              "'M' is 99999999999999999999; it may be 1 to 65535\n");
    EXPECT_EQ(shape_message("M=1,C=1,H=1,W=1,R=1,S=1,pad=-1"),
              "'pad' is -1; it may be 0 to 65535\n");
    EXPECT_EQ(gemm_message("M=-1,N=1,K=1"),
              "'M' is -1; it may be 1 to 65535\n");
    EXPECT_EQ(gemm_message("M=0,N=1,K=1"), "'M' is 0; it may be 1 to 65535\n");
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
    EXPECT_EQ(shape_message("M=1,C=1,H=65535,W=1,R=1,S=1,pad=1"),
              "the ofmap of layer 'shape' is 65537 x 3; at most 65535 x 65535 "
              "can be simulated\n");
    EXPECT_EQ(shape_message("M=65535,C=65535,H=65535,W=65535,R=1,S=1"),
              "layer 'shape' has more than 2^62 MACs; a smaller layer can be "
              "counted\n");
}

TEST(Layer, AFailureLeavesTheLayerAsItWas)
{
    Messages d;
    struct layer l = {};
    l.M = 77;
    EXPECT_FALSE(layer_parse_shape("M=0,C=1,H=1,W=1,R=1,S=1", &l, d));
    EXPECT_EQ(l.M, 77);
}

// Every field but the name, and none of the bytes between fields.
TEST(Layer, AreTheSameInAllButTheName)
{
    struct layer a, b;
    std::memset(&a, 0x55, sizeof(a));
    std::memset(&b, 0xaa, sizeof(b));
    const struct layer conv = {"a", LAYER_CONV, 1,  2,         3,    4,
                               5,   6,          7,  8,         9,    10,
                               11,  12,         13, {0, 0, 0}, false};
    const auto copy = [&conv](struct layer *to) {
        std::memcpy(to->name, conv.name, sizeof(to->name));
        to->type = conv.type;
        to->N = conv.N, to->G = conv.G, to->M = conv.M, to->C = conv.C;
        to->H = conv.H, to->W = conv.W, to->R = conv.R, to->S = conv.S;
        to->stride = conv.stride, to->pad = conv.pad;
        to->dilation = conv.dilation, to->P = conv.P, to->Q = conv.Q;
        std::memcpy(to->zero_share, conv.zero_share, sizeof(to->zero_share));
        to->network_input = conv.network_input;
    };
    copy(&a);
    copy(&b);
    std::strcpy(b.name, "b");
    EXPECT_TRUE(layer_same(&a, &b));
    int *const field[] = {&b.N,   &b.G,        &b.M, &b.C, &b.H,
                          &b.W,   &b.R,        &b.S, &b.P, &b.stride,
                          &b.pad, &b.dilation, &b.Q};
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
    b.type = LAYER_FC;
    EXPECT_FALSE(layer_same(&a, &b));
}
} // namespace
