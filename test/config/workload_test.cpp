// workload_test.cpp - networks: the reader, the shipped ones, choosing layers.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <memory>

#include "sim/config/workload.h"
#include "test/messages.h"

namespace
{
using workload_ptr = std::unique_ptr<struct workload, decltype(&workload_free)>;

workload_ptr load(const std::string &name, struct diag *d)
{
    return workload_ptr(workload_load(name.c_str(), {nullptr, 0}, d),
                        workload_free);
}

// The messages about a network with this text.
std::string refused(const std::string &text)
{
    Folder folder;
    Messages d;
    std::string path = folder.write("n.cfg", text);
    EXPECT_EQ(load(path, d), nullptr) << text;
    std::string all = d.text(), prefix = folder.path("");
    for (size_t at; (at = all.find(prefix)) != std::string::npos;)
        all.erase(at, prefix.size());
    return all;
}

std::string layer_refused(const std::string &layer)
{
    return refused("name = \"n\";\nlayers = ( " + layer + " );\n");
}

// Names of the layers that a selection keeps, one a line.
std::string selected(const char *network, const char *selection)
{
    Messages d;
    workload_ptr w = load(network, d);
    EXPECT_NE(w, nullptr) << d.text();
    if (w == nullptr || !workload_select(w.get(), selection, d))
        return d.text();
    std::string names;
    for (int i = 0; i < w->n_layers; i++)
        names += std::string(w->layer[i].name) + "\n";
    return names;
}

struct totals {
    const char *name;
    int layers;
    uint64_t conv_macs, conv_weights, fc_macs;
};

// Published sizes: LeNet-5 with a dense C3; AlexNet, VGG-16, GoogLeNet (floor
// pooling) and ResNet-50 v1 as in Sze et al., "Efficient Processing of Deep
// Neural Networks", 2020, recounted layer by layer.
TEST(Shipped, NetworksHaveTheirPublishedMacsAndWeights)
{
    const struct totals published[] = {
        {"lenet5", 5, 357600, 2550, 58920},
        {"alexnet", 8, 665784864, 2332704, 58621952},
        {"overfeat", 8, 2671478784, 15984672, 129925120},
        {"vgg16", 16, 15346630656, 14710464, 123633664},
        {"googlenet", 58, 1430532352, 5966272, 1024000},
        {"resnet50", 54, 3855925248, 23454912, 2048000},
        // The paper says 300 million MACs and 3.4 million parameters in all.
        {"mobilenetv2", 53, 299494272, 2189760, 1280000},
    };
    for (const struct totals &t : published) {
        Messages d;
        workload_ptr w = load(t.name, d);
        ASSERT_NE(w, nullptr) << d.text();
        uint64_t conv_macs = 0, conv_weights = 0, fc_macs = 0;
        for (int i = 0; i < w->n_layers; i++) {
            const struct layer &l = w->layer[i];
            if (l.op == LAYER_FC) {
                fc_macs += layer_macs(&l);
                continue;
            }
            conv_macs += layer_macs(&l);
            conv_weights += static_cast<uint64_t>(l.M) *
                            static_cast<uint64_t>(l.C / l.G * l.R * l.S);
        }
        EXPECT_STREQ(w->name, t.name);
        EXPECT_EQ(w->n_layers, t.layers) << t.name;
        EXPECT_EQ(conv_macs, t.conv_macs) << t.name;
        EXPECT_EQ(conv_weights, t.conv_weights) << t.name;
        EXPECT_EQ(fc_macs, t.fc_macs) << t.name;
    }
}

TEST(Shipped, NetworkFilesAreThoseThatThePythonScriptWrites)
{
    const char *srcdir = std::getenv("srcdir");
    std::string root = srcdir != nullptr ? srcdir : ACCELSIM_SRCDIR;
    const char *python = std::getenv("PYTHON");
    std::string command = std::string(python != nullptr ? python : "python3") +
                          " " + root + "/configs/networks/make_networks.py";
    EXPECT_EQ(std::system((command + " --check").c_str()), 0);
}

TEST(Shipped, AlexNetDeclaresTheMeasuredZeroShares)
{
    Messages d;
    workload_ptr w = load("alexnet", d);
    ASSERT_NE(w, nullptr);
    EXPECT_DOUBLE_EQ(w->layer[3].zero_share[TENSOR_IFMAP], 0.793);
    EXPECT_DOUBLE_EQ(w->layer[5].zero_share[TENSOR_IFMAP], 0);
    for (int i = 1; i < 4; i++) // an ofmap is the next ifmap
        EXPECT_DOUBLE_EQ(w->layer[i].zero_share[TENSOR_PSUM],
                         w->layer[i + 1].zero_share[TENSOR_IFMAP]);
}

TEST(Shipped, TheFirstLayerOfEachNetworkReadsItsInput)
{
    for (const char *name :
         {"lenet5", "alexnet", "overfeat", "vgg16", "googlenet", "resnet50"}) {
        Messages d;
        workload_ptr w = load(name, d);
        ASSERT_NE(w, nullptr);
        for (int i = 0; i < w->n_layers; i++)
            EXPECT_EQ(w->layer[i].network_input, i == 0) << name;
    }
}

TEST(Workload, NetworksAreFoundWhateverTheirCaseAndDashes)
{
    for (const char *name : {"AlexNet", "VGG-16", "ResNet-50", "LeNet_5"}) {
        Messages d;
        EXPECT_NE(load(name, d), nullptr) << d.text();
    }
}

TEST(Workload, AMissingNetworkSaysWhereItWasLookedFor)
{
    Messages d;
    EXPECT_EQ(load("alexnot", d), nullptr);
    EXPECT_EQ(d.text().find("accelsim: error: there is no network 'alexnot'; "
                            "looked in '.', "),
              0u)
        << d.text();
}

TEST(Workload, AKeyLeftOutHasItsDefaultAndNamesAreMadeAlike)
{
    Folder folder;
    Messages d;
    workload_ptr w =
        load(folder.write("n.cfg", "name = \"My-Net\"; layers = ( { name = "
                                   "\"A-b/C\"; M = 2; C = 4; H = 5; W = 6; "
                                   "ofmap_zero_share = 1; } );"),
             d);
    ASSERT_NE(w, nullptr) << d.text();
    const struct layer &l = w->layer[0];
    EXPECT_STREQ(w->name, "my_net");
    EXPECT_STREQ(l.name, "a_b_c");
    EXPECT_EQ(l.op, LAYER_CONV);
    EXPECT_EQ(l.N * l.G * l.R * l.S * l.stride_h * l.stride_w * l.dilation_h *
                  l.dilation_w,
              1);
    EXPECT_EQ(l.pad_top + l.pad_bottom + l.pad_left + l.pad_right, 0);
    EXPECT_EQ(l.Q, 6);
    EXPECT_DOUBLE_EQ(l.zero_share[TENSOR_PSUM], 1);
}

TEST(Workload, LayersAreChosenByNameListGlobOrAll)
{
    EXPECT_EQ(selected("alexnet", "conv2"), "conv2\n");
    EXPECT_EQ(selected("alexnet", "FC8,Conv1"), "conv1\nfc8\n");
    EXPECT_EQ(selected("alexnet", "conv*"),
              "conv1\nconv2\nconv3\nconv4\nconv5\n");
    EXPECT_EQ(selected("alexnet", "conv[2-4],conv3"), "conv2\nconv3\nconv4\n");
    EXPECT_EQ(selected("vgg16", "CONV1-?"), "conv1_1\nconv1_2\n");
    EXPECT_EQ(selected("googlenet", "inception_3a/3x3"), "inception_3a_3x3\n");
    EXPECT_EQ(selected("lenet5", "all"), "c1\nc3\nc5\nf6\nout\n");
}

TEST(Workload, AnUnknownLayerNamesTheNearest)
{
    EXPECT_EQ(selected("alexnet", "conv6"),
              "accelsim: error: the network 'alexnet' has no layer 'conv6'; "
              "the nearest is 'conv1'\n");
    EXPECT_EQ(selected("vgg16", "conv1_1,con*x"),
              "accelsim: error: the network 'vgg16' has no layer 'con*x'; the "
              "nearest is 'conv1_1'\n");
    EXPECT_EQ(selected("lenet5", ""),
              "accelsim: error: the network 'lenet5' has no layer ''; the "
              "nearest is 'c1'\n");
}

TEST(Workload, TheBatchIsSetInEveryLayer)
{
    Messages d;
    workload_ptr w = load("alexnet", d);
    ASSERT_TRUE(workload_set_batch(w.get(), 16, {nullptr, 0}, d));
    EXPECT_EQ(w->batch, 16);
    EXPECT_EQ(w->layer[7].N, 16);
    EXPECT_FALSE(workload_set_batch(w.get(), 0, {nullptr, 0}, d));
    EXPECT_EQ(d.text().find("accelsim: error: 'N' of layer 'conv1' is 0; it "
                            "may be 1 to 2147483647\n"),
              0u);
}

TEST(Workload, ANetworkNeedsANameAndLayers)
{
    EXPECT_EQ(refused(""),
              "n.cfg:1: error: a network lacks 'name'; a string is needed\n"
              "n.cfg:1: error: a network lacks 'layers'; a list ( { ... }, ... "
              ") is needed\n");
    EXPECT_EQ(refused("name = \"n\"; layers = 3;"),
              "n.cfg:1: error: 'layers' is a whole number; a list ( { ... }, "
              "... ) is needed\n");
    EXPECT_EQ(refused("name = \"n\";\nlayers = ();"),
              "n.cfg:2: error: 'layers' is empty; at least one layer is "
              "needed\n");
    EXPECT_EQ(refused("name = \"n\";\nlayer = ();").substr(0, 74),
              "n.cfg:2: error: unknown key 'layer' of a network; the nearest "
              "is 'layers'\n");
    EXPECT_EQ(refused("name = \"n\"; batch = 0;").substr(0, 56),
              "n.cfg:1: error: 'batch' is 0; it may be 1 to 2147483647\n");
    EXPECT_EQ(refused("name = \"n\"; batch = 1.5;").substr(0, 78),
              "n.cfg:1: error: 'batch' is a number with a fraction; a whole "
              "number is needed\n");
}

TEST(Workload, NamesMustBeUsableAndDiffer)
{
    const std::string rest = "M = 1; C = 1; H = 1; W = 1; }";
    for (const char *name : {"all", "Total", "a,b", "a b", "x*", "a;y=z", "a#",
                             "a(c", "a'b", "caf\xc3\xa9", "\xff"})
        EXPECT_EQ(
            layer_refused("{ name = \"" + std::string(name) + "\"; " + rest),
            "n.cfg:2: error: '" + std::string(name) +
                "' is no name that can be chosen; letters, digits, '_', "
                "'-', '/' and '.' are allowed, and not 'all' or "
                "'total'\n");
    for (const char *name : {"a\\nb", "a\\tb", "a\\\"b", "a\\\\b"})
        EXPECT_NE(
            layer_refused("{ name = \"" + std::string(name) + "\"; " + rest)
                .find("is no name that can be chosen"),
            std::string::npos)
            << name;
    EXPECT_EQ(
        layer_refused("{ name = \"" + std::string(64, 'x') + "\"; " + rest),
        "n.cfg:2: error: 'name' has 64 letters; 1 to 63 are allowed\n");
    EXPECT_EQ(layer_refused("{ name = 1; " + rest),
              "n.cfg:2: error: 'name' is a whole number; a string is needed\n");
    EXPECT_EQ(layer_refused("{ name = \"a-1\"; " + rest +
                            ", { name = \"A_1\"; " + rest),
              "n.cfg:2: error: two layers have the name 'a_1'; names must "
              "differ\n");
}

TEST(Workload, KeysOfALayerAreChecked)
{
    const std::string good = "{ name = \"a\"; M = 1; C = 1; H = 4; W = 4; ";
    EXPECT_EQ(layer_refused("5"),
              "n.cfg:2: error: a layer is a whole number; a group { name = "
              "\"...\"; ... } is needed\n");
    EXPECT_EQ(layer_refused("{ M = 1; H = 1; }"),
              "n.cfg:2: error: a layer lacks 'name', 'C', 'W'; a layer has a "
              "name and at least M, C, H, W\n");
    EXPECT_EQ(layer_refused(good + "strides = 2; }"),
              "n.cfg:2: error: unknown key 'strides' of a layer; the nearest "
              "is 'stride'\n");
    EXPECT_EQ(layer_refused(good + "stride = 2.5; }"),
              "n.cfg:2: error: 'stride' is a number with a fraction; a whole "
              "number is needed\n");
    EXPECT_EQ(layer_refused(good + "stride = 0; }"),
              "n.cfg:2: error: 'stride' is 0; it may be 1 to 65535\n");
    EXPECT_EQ(layer_refused(good + "pad = 99999999; }"),
              "n.cfg:2: error: 'pad' is 99999999; it may be 0 to 65535\n");
    EXPECT_EQ(layer_refused(good + "type = \"pool\"; }"),
              "n.cfg:2: error: 'type' is 'pool'; it may be 'conv', 'fc', "
              "'gemm', 'matmul' or 'conv_transpose'\n");
    EXPECT_EQ(layer_refused(good + "type = 3; }"),
              "n.cfg:2: error: 'type' is a whole number; it may be 'conv', "
              "'fc', 'gemm', 'matmul' or 'conv_transpose'\n");
    EXPECT_EQ(layer_refused(good + "op = \"fc\"; type = \"fc\"; }"),
              "n.cfg:2: error: 'type' says what 'op' says; one of them is "
              "needed\n");
    EXPECT_EQ(layer_refused(good + "T = 3; }"),
              "n.cfg:2: error: 'T' is depth (D, T): three-dimensional "
              "convolutions are not modelled; a layer has rows and columns\n");
    const std::string gemm = "{ name = \"a\"; op = \"gemm\"; M = 2; N = 3; ";
    EXPECT_EQ(
        layer_refused(gemm + "K = 4; B = 5; }"),
        "n.cfg:2: error: 'B' of a gemm; products side by side are of op = "
        "\"matmul\"\n");
    EXPECT_EQ(layer_refused(gemm + "K = 4; stride = 5; }"),
              "n.cfg:2: error: unknown key 'stride' of a layer; the nearest is "
              "'type'\n");
    EXPECT_EQ(layer_refused("{ name = \"a\"; op = \"matmul\"; M = 2; }"),
              "n.cfg:2: error: a layer lacks 'N', 'K'; a layer has a name and "
              "at least M, N, K\n");
    EXPECT_EQ(layer_refused(good + "ifmap_zero_share = 1.5; }"),
              "n.cfg:2: error: 'ifmap_zero_share' is 1.5; it may be 0 to 1\n");
    EXPECT_EQ(layer_refused(good + "filter_block = 4; filter_nonzero = 2; "
                                   "filter_zero_share = 0.7; }"),
              "n.cfg:2: error: 'filter_zero_share' of layer 'a' is 0.7; with "
              "'filter_nonzero' = 2 of 'filter_block' = 4 weights it is 0.5, "
              "and need not be said\n");
    EXPECT_EQ(layer_refused(good + "ifmap_zero_share = \"1\"; }"),
              "n.cfg:2: error: 'ifmap_zero_share' is a string; a number is "
              "needed\n");
    EXPECT_EQ(layer_refused(good + "network_input = 1; }"),
              "n.cfg:2: error: 'network_input' is a whole number; true or "
              "false is needed\n");
    EXPECT_EQ(layer_refused(good + "R = 5; }"),
              "n.cfg:2: error: the filter of layer 'a' spans 5 x 1 words; its "
              "padded ifmap has 4 x 4\n");
}
} // namespace
