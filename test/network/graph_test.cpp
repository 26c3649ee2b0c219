// graph_test.cpp - networks as graphs: the reader, the order, shapes, and the
// shipped ones.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "sim/network/network_file.h"
#include "sim/network/vector_result.h"
#include "test/messages.h"

namespace
{

struct Network {
    struct network_file n = {};
    Messages d;
    bool ok = false;

    explicit Network(const std::string &name)
    {
        ok = network_load(name.c_str(), {nullptr, 0}, &n, d) &&
             network_set_batch(&n, 1, {nullptr, 0}, d);
    }
    Network(const Network &) = delete;
    Network &operator=(const Network &) = delete;
    ~Network()
    {
        network_fini(&n);
    }
    // "C x H x W" of a tensor, or "".
    std::string shape(const std::string &name) const
    {
        for (int i = 0; i < n.graph->n_tensors; i++) {
            const struct graph_tensor &t = n.graph->tensor[i];
            if (name == t.name)
                return std::to_string(t.shape.C) + "x" +
                       std::to_string(t.shape.H) + "x" +
                       std::to_string(t.shape.W);
        }
        return "";
    }
};

const char image[] = "name = \"n\";\ninputs = ( { name = \"x\"; C = 4; H = 9; "
                     "W = 8; }, { name = \"y\"; C = 4; H = 9; W = 8; },\n"
                     "{ name = \"q\"; C = 6; H = 5; }, { name = \"k\"; C = 6; "
                     "H = 7; } );\n";

// The messages about nodes, from line 4 on.
std::string refused(const std::string &nodes)
{
    Folder folder;
    Network net(
        folder.write("n.cfg", image + ("nodes = (\n" + nodes + ");\n")));
    EXPECT_FALSE(net.ok) << nodes;
    std::string all = net.d.text(), prefix = folder.path("");
    for (size_t at; (at = all.find(prefix)) != std::string::npos;)
        all.erase(at, prefix.size());
    return all;
}

// The shape of what the last node, "z", makes.
std::string made(const std::string &node)
{
    Folder folder;
    Network net(folder.write(
        "n.cfg", image + ("nodes = ( { name = \"z\"; " + node + " } );\n")));
    EXPECT_TRUE(net.ok) << node << net.d.text();
    return net.ok ? net.shape("z") : "";
}

TEST(Shapes, AreThoseOfTheOperation)
{
    EXPECT_EQ(made("op = \"relu\"; in = \"x\";"), "4x9x8");
    EXPECT_EQ(made("op = \"conv\"; in = [\"x\"]; M = 5; R = 3; S = 2; stride = "
                   "2; pad = 1;"),
              "5x5x5");
    EXPECT_EQ(made("op = \"conv_transpose\"; in = \"x\"; M = 3; R = 2; S = 2; "
                   "stride = 2;"),
              "3x18x16");
    EXPECT_EQ(made("op = \"fc\"; in = \"x\"; M = 7;"), "7x1x1");
    EXPECT_EQ(made("op = \"gemm\"; in = \"q\"; N = 11;"), "11x5x1");
    // Two products side by side, each over 3 words.
    EXPECT_EQ(made("op = \"matmul\"; in = [\"q\", \"k\"]; B = 2;"), "14x5x1");
    EXPECT_EQ(made("op = \"maxpool\"; in = \"x\"; R = 3; S = 3; stride = 2;"),
              "4x4x3");
    EXPECT_EQ(made("op = \"avgpool\"; in = \"x\";"), "4x1x1");
    EXPECT_EQ(made("op = \"concat\"; in = [\"x\", \"y\", \"x\"];"), "12x9x8");
    EXPECT_EQ(made("op = \"concat\"; in = [\"q\", \"k\"]; over = \"rows\";"),
              "6x12x1");
    EXPECT_EQ(made("op = \"add\"; in = [\"x\", \"y\"];"), "4x9x8");
    EXPECT_EQ(made("op = \"reshape\"; in = \"x\"; to = [8, 36, 1];"), "8x36x1");
    EXPECT_EQ(made("op = \"resize\"; in = \"x\"; to = [4, 18, 16];"),
              "4x18x16");
    EXPECT_EQ(made("op = \"transpose\"; in = \"x\"; order = \"wch\";"),
              "8x4x9");
}

TEST(Shapes, AMatmulMayAddUpOverRowsOfItsSecondOperand)
{
    Folder folder;
    Network net(folder.write(
        "n.cfg", std::string(image) +
                     "nodes = ( { name = \"s\"; op = \"matmul\"; in = [\"q\", "
                     "\"k\"]; B = 2; }, { name = \"z\"; op = \"matmul\"; in = "
                     "[\"s\", \"k\"]; B = 2; over = \"rows\"; }, { name = "
                     "\"p\"; op = \"split\"; in = \"z\"; parts = 3; } );\n"));
    ASSERT_TRUE(net.ok) << net.d.text();
    EXPECT_EQ(net.shape("z"), "6x5x1");
    EXPECT_EQ(net.shape("p.2"), "2x5x1");
    const struct layer &l = net.n.workload->layer[1];
    struct gemm_letters g;
    ASSERT_TRUE(layer_is_gemm(&l, &g));
    EXPECT_EQ(g.M, 5);
    EXPECT_EQ(g.N, 3);
    EXPECT_EQ(g.K, 7);
    EXPECT_EQ(g.B, 2);
}

TEST(Inputs, OfOneNameAreRefusedByLine)
{
    Folder folder;
    Network net(folder.write(
        "n.cfg",
        "name = \"n\";\ninputs = ( { name = \"x\"; C = 1; H = 1; W = "
        "1; },\n{ name = \"x\"; C = 1; H = 1; W = 1; } );\nnodes = ( { "
        "name = \"z\"; op = \"relu\"; in = \"x\"; } );\n"));
    EXPECT_FALSE(net.ok);
    EXPECT_NE(net.d.text().find("n.cfg:3: error: two tensors have the name "
                                "'x'"),
              std::string::npos)
        << net.d.text();
}

TEST(Nodes, AreRefusedByLineWithNodeAndDimension)
{
    EXPECT_EQ(refused("{ name = \"z\"; op = \"add\"; in = [\"x\", \"q\"]; }"),
              "n.cfg:5: error: 'C' of node 'z' is 4 in its input 'x' and 6 in "
              "'q'; they must be equal, or it must be repeated: 1, or channels "
              "that divide the others\n");
    EXPECT_EQ(refused("{ name = \"z\"; op = \"conv\"; in = \"x\"; C = 3; M = "
                      "1; }"),
              "n.cfg:5: error: 'C' of node 'z' is 3; its input has 4\n");
    EXPECT_EQ(refused("{ name = \"z\"; op = \"conv\"; in = \"x\"; R = 3; }"),
              "n.cfg:5: error: a layer lacks 'M'; a layer has a name and at "
              "least M\n");
    EXPECT_EQ(refused("{ name = \"z\"; op = \"conv\"; in = \"xx\"; M = 3; }"),
              "n.cfg:5: error: node 'z' reads 'xx', which is no input and no "
              "node; the nearest is 'x'\n");
    EXPECT_EQ(refused("{ name = \"z\"; op = \"relo\"; in = \"x\"; }"),
              "n.cfg:5: error: 'op' is 'relo', which is no operation; the "
              "nearest is 'relu'\n");
    EXPECT_EQ(refused("{ name = \"z\"; op = \"relu\"; in = \"x\"; R = 3; }"),
              "n.cfg:5: error: unknown key 'R' of a node whose operation is "
              "'relu'; the nearest is 'C'\n");
    EXPECT_EQ(refused("{ name = \"z\"; op = \"add\"; in = \"x\"; }"),
              "n.cfg:5: error: node 'z' has 1 inputs; its operation, 'add', "
              "takes 2 to 64\n");
    EXPECT_EQ(refused("{ name = \"a\"; op = \"relu\"; in = \"b\"; },\n"
                      "{ name = \"b\"; op = \"relu\"; in = \"a\"; }"),
              "n.cfg:5: error: node 'a' waits for itself, by way of 'b'; a "
              "graph has no cycles\n");
    EXPECT_EQ(refused("{ name = \"x\"; op = \"relu\"; in = \"y\"; }"),
              "n.cfg:5: error: two tensors have the name 'x'; names of inputs "
              "and nodes must differ\n");
    EXPECT_EQ(refused("{ name = \"z\"; op = \"reshape\"; in = \"x\"; to = [4, "
                      "9, 9]; }"),
              "n.cfg:5: error: 'to' of node 'z' has 324 words; its input has "
              "288\n");
    EXPECT_EQ(refused("{ name = \"z\"; op = \"matmul\"; in = [\"q\", \"x\"]; "
                      "}"),
              "n.cfg:5: error: 'W' of the inputs of node 'z' is 1 and 8; a "
              "matmul takes rows of one column\n");
    EXPECT_EQ(refused("{ name = \"z\"; op = \"softmax\"; in = \"x\"; G = 3; }"),
              "n.cfg:5: error: 'G' of node 'z' is 3 and does not divide the "
              "'C' = 4 of its input\n");
    EXPECT_EQ(refused("{ name = \"z\"; op = \"maxpool\"; in = \"x\"; R = 10; S "
                      "= 1; }"),
              "n.cfg:5: error: the filter of layer 'z' spans 10 x 1 words; its "
              "padded ifmap has 9 x 8\n");
}

// The message about a graph whose inputs stand in line 2, its nodes in line 3.
std::string told(const std::string &inputs, const std::string &node)
{
    Folder folder;
    Network net(folder.write("n.cfg", "name = \"n\";\ninputs = ( " + inputs +
                                          " );\nnodes = ( " + node + " );\n"));
    EXPECT_FALSE(net.ok) << inputs << node;
    const std::string all = net.d.text();
    return all.substr(all.rfind('/') + 1);
}

TEST(Inputs, AreRefusedByLine)
{
    const std::string node = "{ name = \"z\"; op = \"relu\"; in = \"x\"; }",
                      x = "{ name = \"x\"; H = 4; W = 4; ";
    const struct {
        std::string inputs, message;
    } cases[] = {
        {x + "C = 0; }", "'C' is 0; it may be 1 to 2147483647"},
        {x + "C = 3000000000; }", "'C' is 3000000000; it may be 1 to "},
        {"4", "an input is a whole number; a group "},
        {x + "C = 8; bits = 65; }", "'bits' is 65; it may be 1 to 64"},
        {x + "C = 8; cache = 3; }", "'cache' is a whole number; true or false"},
    };
    for (const auto &c : cases)
        EXPECT_EQ(told(c.inputs, node).find("n.cfg:2: error: " + c.message), 0u)
            << told(c.inputs, node);
}

TEST(Nodes, AreRefusedWithWhatTheyLack)
{
    const std::string plane = "{ name = \"x\"; C = 8; H = 4; W = 4; }",
                      rows = "{ name = \"x\"; C = 8; H = 4; W = 1; }, { name = "
                             "\"y\"; ",
                      long_one = "{ name = \"x\"; C = 2000000000; }, ",
                      both = "in = [\"x\", \"y\"];";
    const struct {
        std::string inputs, node, message;
    } cases[] = {
        {plane, "op = \"relu\"; in = [3];", "'in' of node 'z' has a whole "},
        {plane, "op = \"relu\"; in = \"x\"; H = 5;",
         "'H' of node 'z' is 5; its input has 4"},
        {plane, "op = \"reshape\"; in = \"x\"; to = [0, 4, 4];",
         "'to' of node 'z' has no such number; it may be 1 to 2147483647"},
        {plane, "op = \"reshape\"; in = \"x\"; to = [8, 0, 4];",
         "'to' of node 'z' has no such number"},
        {plane, "op = \"reshape\"; in = \"x\"; to = [8, 4, 0];",
         "'to' of node 'z' has no such number"},
        {plane, "op = \"reshape\"; in = \"x\"; to = 4;",
         "'to' of node 'z' is no shape; [C, H, W] is needed"},
        {plane, "op = \"gemm\"; in = \"x\"; M = 4;",
         "'W' of the input of node 'z' is 4; a gemm takes rows of one column"},
        {plane, "op = \"split\"; in = \"x\"; parts = 3;",
         "'parts' of node 'z' is 3 and does not divide the 'C' = 8"},
        {plane, "op = \"transpose\"; in = \"x\";",
         "node 'z' lacks 'order', which a transpose needs"},
        {plane, "op = \"lrn\"; in = \"x\"; size = 0;",
         "'size' of node 'z' has no such number"},
        {rows + "C = 4; H = 8; W = 2; }", "op = \"matmul\"; " + both,
         "'W' of the inputs of node 'z' is 1 and 2"},
        {rows + "C = 4; H = 8; }", "op = \"matmul\"; B = 3; " + both,
         "'C' of the inputs of node 'z' is 8 and 4, which its 3 products"},
        {rows + "C = 6; H = 8; }", "op = \"matmul\"; B = 4; " + both,
         "'C' of the inputs of node 'z' is 8 and 6, which its 4 products"},
        {rows + "C = 4; H = 7; }", "op = \"matmul\"; " + both,
         "node 'z' adds up 8 products of its first input and 4 of its second "
         "('C' of the second); they must be equal"},
        {rows + "C = 4; H = 8; }", "op = \"matmul\"; B = 0; " + both,
         "'B' of node 'z' is no size"},
        {long_one + "{ name = \"y\"; C = 2000000000; }",
         "op = \"concat\"; " + both, "'C' of node 'z' is more than 2147483647"},
        {plane + ", { name = \"y\"; C = 8; H = 5; W = 4; }",
         "op = \"concat\"; " + both,
         "'H' of node 'z' is 4 in its input 'x' and 5 in 'y'"},
    };
    for (const auto &c : cases) {
        const std::string said =
            told(c.inputs, "{ name = \"z\"; " + c.node + " }");
        EXPECT_EQ(said.find("n.cfg:3: error: " + c.message), 0u) << said;
    }
    EXPECT_EQ(told(plane, "4").find("n.cfg:3: error: a node is a whole number"),
              0u);
}

TEST(Nodes, StandBehindThoseThatTheyReadWhateverTheFilesOrder)
{
    Folder folder;
    Network net(folder.write(
        "n.cfg", std::string(image) +
                     "nodes = ( { name = \"c\"; op = \"add\"; in = [\"b\", "
                     "\"a\"]; }, { name = \"b\"; op = \"conv\"; in = \"a\"; M "
                     "= 4; }, { name = \"a\"; op = \"relu\"; in = \"x\"; }, { "
                     "name = \"d\"; op = \"tanh\"; in = \"y\"; } );\n"));
    ASSERT_TRUE(net.ok) << net.d.text();
    std::string order;
    for (int i = 0; i < net.n.rows->n_layers; i++)
        order += net.n.rows->layer[i].name;
    EXPECT_EQ(order, "abcd");
    ASSERT_EQ(net.n.workload->n_layers, 1);
    EXPECT_STREQ(net.n.workload->layer[0].name, "b");
}

TEST(Nodes, HaveTheWidthsOfWhatTheyRead)
{
    const std::string nodes =
        "{ name = \"a\"; op = \"conv\"; in = \"x\"; M = 4; ofmap_bits = 4; },\n"
        "{ name = \"b\"; op = \"conv\"; in = \"a\"; M = 4;";
    Folder folder;
    Network net(
        folder.write("n.cfg", image + ("nodes = ( " + nodes + "} );\n")));
    ASSERT_TRUE(net.ok) << net.d.text();
    EXPECT_EQ(net.n.workload->layer[1].bits[TENSOR_IFMAP], 4);
    EXPECT_EQ(refused(nodes + " ifmap_bits = 8; }"),
              "n.cfg:6: error: 'ifmap_bits' of node 'b' is 8; its input 'a' "
              "has words of 4\n");
}

TEST(Nodes, HaveNoMoreWordsThanCanBeCounted)
{
    Folder folder;
    struct network_file n = {};
    Messages d;
    const std::string path =
        folder.write("n.cfg", std::string(image) +
                                  "nodes = ( { name = \"z\"; op = \"relu\"; "
                                  "in = \"x\"; } );\n");
    ASSERT_TRUE(network_load(path.c_str(), {nullptr, 0}, &n, d)) << d.text();
    EXPECT_TRUE(network_set_batch(&n, 1000000, {nullptr, 0}, d)) << d.text();
    // A node may be large by itself and too large in so many images.
    n.rows->layer[0].input_words = uint64_t{1} << 40;
    EXPECT_FALSE(network_set_batch(&n, 2000, {nullptr, 0}, d));
    EXPECT_EQ(d.text(), "accelsim: error: a tensor of node 'z' has more than "
                        "2^50 words; a smaller batch can be counted\n");
    network_fini(&n);
}

// Words that the windows of a pool meet, one by one.
uint64_t words_met(const struct layer &l)
{
    std::vector<bool> met(static_cast<size_t>(l.H) * static_cast<size_t>(l.W));
    for (int p = 0; p < l.P; p++)
        for (int q = 0; q < l.Q; q++)
            for (int r = 0; r < l.R; r++)
                for (int s = 0; s < l.S; s++) {
                    int y = p * l.stride_h + r - l.pad_top;
                    int x = q * l.stride_w + s - l.pad_left;
                    if (y >= 0 && y < l.H && x >= 0 && x < l.W)
                        met[static_cast<size_t>(y * l.W + x)] = true;
                }
    return static_cast<uint64_t>(std::count(met.begin(), met.end(), true)) *
           static_cast<uint64_t>(l.C * l.N);
}

TEST(Words, OfAPoolAreThoseThatItsWindowsMeet)
{
    for (int R = 1; R <= 4; R++)
        for (int stride = 1; stride <= 5; stride++)
            for (int pad = 0; pad < R; pad++) {
                Folder folder;
                Network net(folder.write(
                    "n.cfg", "name = \"n\"; layers = ( { name = \"z\"; op = "
                             "\"maxpool\"; C = 3; H = 11; W = 9; R = " +
                                 std::to_string(R) +
                                 "; S = 2; stride = " + std::to_string(stride) +
                                 "; pad_h = " + std::to_string(pad) +
                                 "; } );\n"));
                ASSERT_TRUE(net.ok) << net.d.text();
                const struct layer &l = net.n.rows->layer[0];
                const struct vector_words w = vector_words_of(&l);
                EXPECT_EQ(w.input, words_met(l)) << R << stride << pad;
                EXPECT_EQ(w.output, static_cast<uint64_t>(3 * l.P * l.Q));
            }
}

TEST(Words, AreOfAllInputsAndOfWhatTheNetworkStores)
{
    const struct {
        const char *node;
        uint64_t input, stored, output;
    } want[] = {
        {"op = \"add\"; in = [\"x\", \"y\"];", 576, 0, 288},
        {"op = \"layernorm\"; in = \"x\";", 288, 8, 288},
        {"op = \"rmsnorm\"; in = \"x\";", 288, 4, 288},
        {"op = \"concat\"; in = [\"x\", \"y\"];", 0, 0, 0},
        {"op = \"reshape\"; in = \"x\"; to = [288, 1, 1];", 0, 0, 0},
        {"op = \"transpose\"; in = \"x\"; order = \"hwc\";", 288, 0, 288},
    };
    for (const auto &one : want) {
        Folder folder;
        Network net(
            folder.write("n.cfg", image + ("nodes = ( { name = \"z\"; " +
                                           std::string(one.node) + " } );\n")));
        ASSERT_TRUE(net.ok) << net.d.text();
        const struct vector_words w = vector_words_of(&net.n.rows->layer[0]);
        EXPECT_EQ(w.input, one.input) << one.node;
        EXPECT_EQ(w.stored, one.stored) << one.node;
        EXPECT_EQ(w.output, one.output) << one.node;
    }
}

// Five levels of 64 to 1024 channels: two convolutions on the way down, one up
// and two on the way back, whose first one reads both halves.
uint64_t unet_macs()
{
    uint64_t pixels = 512 * 512, width = 64;
    uint64_t macs = pixels * (9 * (64 + 64 * 64) + 64 * 2);
    for (int level = 1; level < 5; level++, width *= 2) {
        macs += pixels * 9 * 3 * width * width; // back
        pixels /= 4;
        macs += pixels * 9 * 6 * width * width; // down: width to 2 width
        macs += pixels * 4 * 2 * width * width; // up
    }
    return macs;
}

// Twelve layers of 768 features: weights for each token, and every token with
// every other.
uint64_t transformer_macs(uint64_t tokens, uint64_t with)
{
    return 12 * (tokens * (4 + 8) * 768 * 768 + 2 * tokens * with * 768);
}

struct totals {
    const char *name;
    uint64_t macs, weights;
    const char *last, *last_shape;
};

uint64_t stored_words(const struct layer &l)
{
    if (l.op == LAYER_MATMUL)
        return 0;
    if (l.op == LAYER_gather)
        return static_cast<uint64_t>(l.R) * static_cast<uint64_t>(l.M);
    if (!layer_is_mac(&l))
        return vector_words_of(&l).stored;
    return static_cast<uint64_t>(l.M) * static_cast<uint64_t>(l.C / l.G) *
           static_cast<uint64_t>(l.R * l.S);
}

// MACs and stored words against what was published; biases are not modelled,
// so that they are taken off the published numbers of parameters.
TEST(ShippedGraphs, HaveTheirPublishedMacsAndWeights)
{
    const uint64_t layer_biases = 4 * 768 + 3072 + 768;
    const totals published[] = {
        // 23,834,568 parameters, of them 17,216 factors and as many addends of
        // norms, and 1000 biases; 5.71 G MACs.
        {"inception_v3", 5713216096, 23834568 - 2 * 17216 - 1000, "prob",
         "1000x1x1"},
        // 31,030,658 parameters, 6,850 of them biases.
        {"unet", unet_macs(), 31030658 - 6850, "prob", "2x512x512"},
        // The paper says 66 million parameters.
        {"lstm", 51000000, 66000000, "prob", "10000x1x1"},
        // 109,482,240 parameters; 22.3 G operations at 128 tokens.
        {"bert_base", transformer_macs(128, 128) + 768 * 768,
         109482240 - 12 * layer_biases - 768, "pooled", "768x1x1"},
        // 124,439,808 parameters, with one table for words and logits.
        {"gpt2_prefill", transformer_macs(128, 128) + 128ULL * 50257 * 768,
         124439808 + 50257 * 768 - 12 * layer_biases, "prob", "50257x128x1"},
        {"gpt2_decode", transformer_macs(1, 129) + 50257 * 768,
         124439808 + 50257 * 768 - 12 * layer_biases, "prob", "50257x1x1"},
        // 6,738,415,616 parameters in 32 layers, two tables of 32,000 rows and
        // a norm.
        {"llama7b_layer", 26038239232,
         (6738415616 - 2 * 32000ULL * 4096 - 4096) / 32, "add2", "4096x128x1"},
        {"llama7b_decode", 203431936,
         (6738415616 - 2 * 32000ULL * 4096 - 4096) / 32, "add2", "4096x1x1"},
        // 86,567,656 parameters, with 197 positions and a class token that are
        // inputs here; 17.6 G MACs.
        {"vit_b16", transformer_macs(197, 197) + (196 * 768 + 1000) * 768,
         86567656 - 12 * layer_biases - 768 - 1000 - 198 * 768, "prob",
         "1000x1x1"},
    };
    for (const totals &t : published) {
        Network net(t.name);
        ASSERT_TRUE(net.ok) << net.d.text();
        uint64_t macs = 0, weights = 0;
        for (int i = 0; i < net.n.rows->n_layers; i++) {
            macs += layer_macs(&net.n.rows->layer[i]);
            weights += stored_words(net.n.rows->layer[i]);
        }
        EXPECT_EQ(macs, t.macs) << t.name;
        EXPECT_EQ(weights, t.weights) << t.name;
        EXPECT_EQ(net.shape(t.last), t.last_shape) << t.name;
    }
}

// The graphs of the CNNs have the layers of their lists.
TEST(ShippedGraphs, HaveTheLayersOfTheListsOfTheirName)
{
    for (const std::string name : {"lenet5", "alexnet", "overfeat", "vgg16",
                                   "googlenet", "resnet50", "mobilenetv2"}) {
        Network list(name), graph(name + "_graph");
        ASSERT_TRUE(list.ok && graph.ok) << list.d.text() << graph.d.text();
        EXPECT_EQ(list.n.graph, nullptr);
        const struct workload *a = list.n.workload, *b = graph.n.workload;
        EXPECT_STREQ(a->name, b->name);
        ASSERT_EQ(a->n_layers, b->n_layers) << name;
        for (int i = 0; i < a->n_layers; i++) {
            EXPECT_TRUE(layer_same(&a->layer[i], &b->layer[i]))
                << name << a->layer[i].name;
            EXPECT_STREQ(a->layer[i].name, b->layer[i].name) << name;
        }
    }
}

// Known shapes on the way: figure 3 of GoogLeNet's paper but for pools that
// round down, table 1 of ResNet's and Inception v3's.
TEST(ShippedGraphs, HaveThePublishedShapesOnTheWay)
{
    const struct {
        const char *net, *tensor, *shape;
    } want[] = {
        {"resnet50_graph", "res2c", "256x56x56"},
        {"resnet50_graph", "res5c", "2048x7x7"},
        {"googlenet_graph", "inception_5b_output", "1024x6x6"},
        {"inception_v3", "mixed5d", "288x35x35"},
        {"inception_v3", "mixed6e", "768x17x17"},
        {"inception_v3", "mixed7c", "2048x8x8"},
        {"unet", "bottom_relu2", "1024x32x32"},
        {"unet", "skip1", "128x512x512"},
        {"bert_base", "l11_scores", "1536x128x1"},
        {"gpt2_decode", "l0_k_all", "768x129x1"},
        {"vit_b16", "embedding", "768x197x1"},
    };
    for (const auto &one : want) {
        Network net(one.net);
        ASSERT_TRUE(net.ok) << net.d.text();
        EXPECT_EQ(net.shape(one.tensor), one.shape) << one.tensor;
    }
}

TEST(ShippedGraphs, AreThoseThatThePythonScriptWrites)
{
    const char *srcdir = std::getenv("srcdir");
    std::string root = srcdir != nullptr ? srcdir : ACCELSIM_SRCDIR;
    const char *python = std::getenv("PYTHON");
    std::string command = std::string(python != nullptr ? python : "python3") +
                          " -B " + root + "/configs/networks/make_graphs.py";
    EXPECT_EQ(std::system((command + " --check").c_str()), 0);
}

} // namespace
