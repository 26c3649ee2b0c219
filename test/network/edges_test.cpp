// edges_test.cpp - on every edge of the shipped graphs, what the maker of a
// tensor stores is what each reader addresses: as many words, of as many bits,
// each where it was put.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>

#include "dataflows/dram_layout.h"
#include "sim/config/config.h"
#include "sim/network/network_file.h"
#include "sim/network/vector_result.h"
#include "test/messages.h"

namespace
{

const char *const graphs[] = {
    "lenet5_graph",   "alexnet_graph",     "overfeat_graph",
    "vgg16_graph",    "googlenet_graph",   "inception_v3",
    "resnet50_graph", "mobilenetv2_graph", "unet",
    "lstm",           "bert_base",         "gpt2_prefill",
    "gpt2_decode",    "llama7b_layer",     "llama7b_decode",
    "vit_b16"};
const char *const machines[] = {"eyeriss", "tpu_v1", "nvdla_small"};

struct Edges {
    struct network_file net = {};
    const struct arch *arch;
    uint64_t edges = 0;

    const struct layer &row(int node) const
    {
        return net.rows->layer[node];
    }
    uint64_t words_of(int tensor) const
    {
        return static_cast<uint64_t>(net.rows->batch) *
               map_shape_words(net.graph->tensor[tensor].shape);
    }
    // Bits of a word as its maker stores it; of an input, as it is said.
    int stored_bits(int tensor) const
    {
        const struct graph_tensor &t = net.graph->tensor[tensor];
        struct arch own;
        if (t.producer < 0)
            return t.bits > 0 ? t.bits : arch->precision_bits[TENSOR_IFMAP];
        arch_of_layer(arch, &row(t.producer), &own);
        return arch_map_bits(&own, TENSOR_PSUM);
    }

    void look_at(int node)
    {
        const struct graph_node &n = net.graph->node[node];
        const struct layer &l = row(node);
        struct arch own;
        arch_of_layer(arch, &l, &own);
        uint64_t all = 0;
        for (int i = 0; i < n.n_in; i++, edges++) {
            const bool is_filter = layer_is_mac(&l) && i == 1;
            const enum tensor operand =
                is_filter ? TENSOR_FILTER : TENSOR_IFMAP;
            const std::string what =
                std::string(net.graph->tensor[n.in[i]].name) + " to " + l.name;
            EXPECT_EQ(stored_bits(n.in[i]), arch_map_bits(&own, operand))
                << what;
            all += words_of(n.in[i]);
            if (layer_is_mac(&l)) {
                EXPECT_EQ(words_of(n.in[i]), addressed(l, operand)) << what;
            }
            if (layer_is_mac(&l) && !is_filter)
                places(n.in[i], l, own, what);
        }
        if (!layer_is_mac(&l)) {
            EXPECT_EQ(all, static_cast<uint64_t>(l.N) * l.input_words)
                << l.name;
        }
    }

    static uint64_t addressed(const struct layer &l, enum tensor t)
    {
        if (t == TENSOR_FILTER)
            return static_cast<uint64_t>(l.M) *
                   static_cast<uint64_t>(l.C / l.G * l.R * l.S);
        return static_cast<uint64_t>(l.N) * static_cast<uint64_t>(l.C) *
               static_cast<uint64_t>(l.H) * static_cast<uint64_t>(l.W);
    }

    // Words of a MAC loop's ifmap lie as its maker's ofmap: corners, and one
    // in the middle, of each image and channel looked at.
    void places(int tensor, const struct layer &l, const struct arch &own,
                const std::string &what)
    {
        const int maker = net.graph->tensor[tensor].producer;
        if (maker < 0 || !layer_is_mac(&row(maker)) ||
            l.op == LAYER_CONV_TRANSPOSE ||
            row(maker).op == LAYER_CONV_TRANSPOSE || l.op == LAYER_MATMUL ||
            row(maker).op == LAYER_MATMUL)
            return;
        struct arch its;
        struct dram_layout from, to;
        arch_of_layer(arch, &row(maker), &its);
        dram_layout_init(&from, &its, &row(maker), 1, nullptr, 0);
        dram_layout_init(&to, &own, &l, 1, nullptr, 0);
        const int first[4] = {0, 0, 0, 0};
        const int padded[4] = {0, 0, l.pad_top, l.pad_left};
        for (int n : {0, l.N - 1})
            for (int c : {0, l.C / 2, l.C - 1})
                for (int h : {0, l.H / 2, l.H - 1})
                    for (int w : {0, l.W / 2, l.W - 1}) {
                        const int out[4] = {n, c, h, w};
                        const int in[4] = {n, c, h + l.pad_top, w + l.pad_left};
                        EXPECT_EQ(
                            dram_layout_bit(&from, TENSOR_PSUM, out) -
                                dram_layout_bit(&from, TENSOR_PSUM, first),
                            dram_layout_bit(&to, TENSOR_IFMAP, in) -
                                dram_layout_bit(&to, TENSOR_IFMAP, padded))
                            << what;
                    }
    }
};

TEST(edges, what_is_stored_is_what_is_read)
{
    uint64_t edges = 0;
    for (const char *machine : machines) {
        Messages d;
        struct config *cfg = config_load(machine, nullptr, 0, d);
        ASSERT_NE(cfg, nullptr) << d.text();
        for (const char *graph : graphs) {
            Edges e;
            e.arch = config_arch(cfg);
            ASSERT_TRUE(network_load(graph, {nullptr, 0}, &e.net, d) &&
                        network_set_batch(&e.net, 2, {nullptr, 0}, d))
                << d.text();
            for (int i = 0; i < e.net.graph->n_nodes; i++)
                e.look_at(i);
            edges += e.edges;
            network_fini(&e.net);
        }
        config_free(cfg);
    }
    EXPECT_EQ(edges % 3, 0u);
    EXPECT_GT(edges, 3u * 1500);
    RecordProperty("edges", std::to_string(edges));
    std::printf("edges: %llu\n", static_cast<unsigned long long>(edges));
}

} // namespace
