// vector_test.cpp - the vector unit: cycles by hand, words against the closed
// form, tiles that together are the whole, and the ladder of memories.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "sim/base/counters.h"
#include "sim/config/config.h"
#include "sim/network/network_file.h"
#include "sim/network/vector_array.h"
#include "sim/network/vector_passes.h"
#include "sim/network/vector_result.h"
#include "sim/run/simulate.h"
#include "test/messages.h"
#include "test/sample.h"

namespace
{

uint64_t cycles_of(const struct vector_array_cfg &cfg,
                   const struct vector_pass &pass)
{
    struct array_side *side = vector_array_new(&cfg);
    struct pass_outcome out;
    array_side_issue(side, &pass);
    while (!array_side_is_done(side))
        EXPECT_EQ(array_side_step(side, UINT64_MAX), 1u);
    array_side_finish(side, &out);
    array_side_free(side);
    return out.cycles;
}

TEST(VectorUnit, TakesItsPortsItsLanesAndAWordsWayThrough)
{
    const vector_array_cfg cfg = {4, 1, 4, 4};
    // A word is read, goes into a lane, leaves it and is written: a cycle each.
    EXPECT_EQ(cycles_of(cfg, {1, 1, 0, 1, 1}), 4u);
    // Eight words are two of each, one behind the other.
    EXPECT_EQ(cycles_of(cfg, {1, 8, 0, 8, 8}), 5u);
    // Two inputs: the port reads twice as long.
    EXPECT_EQ(cycles_of(cfg, {1, 16, 0, 8, 8}), 7u);
    // Elements that keep their lane for three cycles.
    EXPECT_EQ(cycles_of({4, 3, 4, 4}, {1, 8, 0, 8, 8}), 1u + 3 + 3 + 2);
    // A first scan that writes nothing, then the second.
    EXPECT_EQ(cycles_of(cfg, {2, 8, 0, 8, 8}), 4u + 5);
    // A pool: sixteen words in, four out.
    EXPECT_EQ(cycles_of(cfg, {1, 16, 0, 16, 4}), 7u);
}

TEST(VectorUnit, IsAsFastAsItsBusiestPartAllows)
{
    std::mt19937 random(11);
    const auto pick = [&](uint64_t from, uint64_t to) {
        return from + random() % (to - from + 1);
    };
    for (int k = 0, n = sample(300, "passes"); k < n; k++) {
        const vector_array_cfg cfg = {pick(1, 20), pick(1, 4), pick(1, 40),
                                      pick(1, 40)};
        vector_pass pass = {};
        pass.scans = pick(1, 2);
        pass.out = pick(1, 900);
        pass.elements = pass.out;
        pass.in = pass.out * pick(1, 3);
        if (pick(0, 3) == 0) {
            pass.in = pass.elements = pass.out * pick(1, 9);
        } else if (pick(0, 3) == 0) {
            pass.stored = pass.out * pick(1, 2);
        }
        const uint64_t least = vector_pass_least_cycles(&cfg, &pass);
        const uint64_t took = cycles_of(cfg, pass);
        EXPECT_GE(took, least);
        // A scan's first word is on its way for as long as its last one, and
        // groups that were begun with less than all lanes cost one more.
        EXPECT_LE(took,
                  least + least / 3 + pass.scans * (6 + 3 * cfg.element_cycles))
            << cfg.lanes << " " << cfg.element_cycles << " " << cfg.read_words
            << " " << cfg.write_words << ": " << pass.scans << " " << pass.in
            << " " << pass.stored << " " << pass.elements << " " << pass.out;
    }
}

// A machine with a unit that does everything, and some bytes of L2.
struct Machine {
    struct config *cfg;
    Messages d;
    explicit Machine(const std::string &l2_bytes, const char *carries = "all")
    {
        const std::string bytes = "l2.bytes=" + l2_bytes,
                          dram = std::string("dram.carries=") + carries;
        const char *set[] = {
            bytes.c_str(), dram.c_str(), "vector.lanes=8",
            "vector.ops=relu,gelu,softmax,layernorm,rmsnorm,batchnorm,lrn,"
            "maxpool,avgpool,add,mul,resize,transpose,gather"};
        cfg = config_load("eyeriss", set, 4, d);
        EXPECT_NE(cfg, nullptr) << d.text();
    }
    Machine(const Machine &) = delete;
    Machine &operator=(const Machine &) = delete;
    ~Machine()
    {
        config_free(cfg);
    }
};

const char *const nodes[] = {
    "op = \"relu\"; in = \"x\";",
    "op = \"add\"; in = [\"x\", \"y\"];",
    "op = \"mul\"; in = [\"x\", \"g\"];",
    "op = \"softmax\"; in = \"x\"; G = 2;",
    "op = \"layernorm\"; in = \"x\";",
    "op = \"rmsnorm\"; in = \"x\";",
    "op = \"batchnorm\"; in = \"x\";",
    "op = \"lrn\"; in = \"x\"; size = 5;",
    "op = \"maxpool\"; in = \"x\"; R = 3; S = 3; stride = 2; pad = 1;",
    "op = \"maxpool\"; in = \"x\"; R = 2; S = 3; stride_h = 3; stride_w = 1;",
    "op = \"avgpool\"; in = \"x\";",
    "op = \"resize\"; in = \"x\"; to = [24, 34, 38];",
    "op = \"transpose\"; in = \"x\"; order = \"whc\";",
    "op = \"gather\"; in = \"ids\"; rows = 900; M = 48;",
};

struct layer node_layer(const char *node, int batch)
{
    Folder folder;
    struct network_file n = {};
    Messages d;
    const std::string path = folder.write(
        "n.cfg",
        "name = \"n\"; inputs = ( { name = \"x\"; C = 24; H = 17; W = 19; }, { "
        "name = \"y\"; C = 24; H = 17; W = 19; }, { name = \"g\"; C = 24; }, { "
        "name = \"ids\"; C = 1; H = 21; } ); nodes = ( { name = \"z\"; " +
            std::string(node) + " } );\n");
    EXPECT_TRUE(network_load(path.c_str(), {nullptr, 0}, &n, d) &&
                network_set_batch(&n, batch, {nullptr, 0}, d))
        << d.text();
    struct layer l = n.rows->layer[0];
    network_fini(&n);
    return l;
}

TEST(VectorPasses, CountWhatTheClosedFormSaysInAnyL2)
{
    for (const char *bytes : {"110592", "8192", "2048", "700", "256"})
        for (const char *carries : {"all", "filters"}) {
            Machine m(bytes, carries);
            const struct arch *arch = config_arch(m.cfg);
            for (const char *node : nodes) {
                const struct layer l = node_layer(node, 2);
                struct simulate_options with = {}, without = {};
                struct layer_result run, again, model;
                Messages d;
                with.memo = true;
                if (node_place_of(arch, &l) != PLACE_VECTOR)
                    continue;
                ASSERT_TRUE(vector_result(arch, &l, &with, &run, d));
                ASSERT_TRUE(vector_result(arch, &l, &without, &again, d));
                ASSERT_TRUE(vector_result(arch, &l, nullptr, &model, d));
                const struct counter *c =
                    counters_differ(&run.counts, &model.counts);
                EXPECT_EQ(c, nullptr) << node << bytes << carries
                                      << (c != nullptr ? c->path : "");
                EXPECT_EQ(run.cycles, again.cycles) << node;
                EXPECT_EQ(run.passes, model.passes) << node;
                EXPECT_EQ(ledger_total(run.ledger_pe_cycles),
                          run.cycles * static_cast<uint64_t>(arch_pes(arch)));
                EXPECT_GE(run.cycles,
                          run.bounds_cycles[result_binding_bound(&run)])
                    << node;
                EXPECT_EQ(run.bounds_cycles[BOUND_dram],
                          model.bounds_cycles[BOUND_dram]);
            }
        }
}

// Without tiles that share rows, and without a second round, a node moves its
// unique words, each once.
TEST(VectorPasses, MoveEachWordOnceWhereL2HasRoom)
{
    Machine m("110592");
    const struct arch *arch = config_arch(m.cfg);
    for (const char *node : nodes) {
        const struct layer l = node_layer(node, 3);
        struct layer_result r;
        Messages d;
        ASSERT_EQ(node_place_of(arch, &l), PLACE_VECTOR) << node;
        ASSERT_TRUE(vector_result(arch, &l, nullptr, &r, d));
        const struct vector_words w = vector_words_of(&l);
        const struct accesses *dram = r.counts.access[LEVEL_DRAM];
        EXPECT_EQ(dram[TENSOR_IFMAP].reads, w.input) << node;
        EXPECT_EQ(dram[TENSOR_FILTER].reads, w.stored) << node;
        EXPECT_EQ(dram[TENSOR_PSUM].writes, w.output) << node;
    }
}

// Tiles lie behind each other and are the whole; rows of a pool overlap.
TEST(VectorTiling, TilesTogetherAreTheTensors)
{
    for (const char *bytes : {"110592", "8192", "2048", "700"}) {
        Machine m(bytes);
        const struct arch *arch = config_arch(m.cfg);
        for (const char *node : nodes) {
            const struct layer l = node_layer(node, 2);
            struct vector_tiling t;
            if (!vector_tiling_of(arch, &l, &t))
                continue;
            uint64_t out = 0, in = 0;
            for (uint64_t i = 0; i < t.passes; i++) {
                struct vector_pass pass;
                struct vector_tile tile[TENSOR_N];
                vector_tiling_pass(&t, &l, i, &pass, tile);
                if (tile[TENSOR_PSUM].words > 0) {
                    EXPECT_EQ(tile[TENSOR_PSUM].first, out) << node << bytes;
                    out += tile[TENSOR_PSUM].words;
                }
                in += tile[TENSOR_IFMAP].words;
            }
            EXPECT_EQ(out, t.output) << node << bytes;
            if (t.cut == CUT_PARTS)
                EXPECT_EQ(in, 2 * t.input) << node << bytes;
            else if (t.cut == CUT_ROWS)
                EXPECT_GE(in, t.input) << node << bytes;
            else
                EXPECT_EQ(in, t.input) << node << bytes;
        }
    }
}

// The smallest L2 cuts pixels of norms into parts, and pools into rows.
TEST(VectorTiling, CutsSmallerWhereAUnitDoesNotFit)
{
    Machine m("110592");
    struct arch arch = *config_arch(m.cfg);
    struct vector_tiling t;
    const struct layer norm = node_layer("op = \"layernorm\"; in = \"x\";", 1);
    arch.l2_bytes = 80;
    ASSERT_TRUE(vector_tiling_of(&arch, &norm, &t));
    EXPECT_EQ(t.cut, CUT_PARTS);
    EXPECT_EQ(t.passes, 2 * t.parts * 17 * 19);
    const struct layer pool = node_layer(
        "op = \"maxpool\"; in = \"x\"; R = 2; S = 2; stride = 2;", 1);
    arch.l2_bytes = 160;
    ASSERT_TRUE(vector_tiling_of(&arch, &pool, &t));
    EXPECT_EQ(t.cut, CUT_ROWS);
    arch.l2_bytes = 16;
    EXPECT_FALSE(vector_tiling_of(&arch, &pool, &t));
    EXPECT_EQ(node_place_of(&arch, &pool), PLACE_OUTSIDE);
}

TEST(Epilogue, TakesWordByWordOperationsThatNobodyElseReads)
{
    Folder folder;
    struct network_file n = {};
    Messages d;
    const std::string path = folder.write(
        "n.cfg",
        "name = \"n\"; inputs = ( { name = \"x\"; C = 4; H = 6; W = 6; } );\n"
        "nodes = ( { name = \"a\"; in = \"x\"; M = 4; },\n"
        "{ name = \"b\"; op = \"batchnorm\"; in = \"a\"; },\n"
        "{ name = \"c\"; op = \"relu\"; in = \"b\"; },\n"
        "{ name = \"d\"; in = \"c\"; M = 4; },\n"
        "{ name = \"e\"; op = \"relu\"; in = \"d\"; },\n"
        "{ name = \"f\"; op = \"add\"; in = [\"d\", \"e\"]; } );\n");
    ASSERT_TRUE(network_load(path.c_str(), {nullptr, 0}, &n, d)) << d.text();
    const auto places = [&](const char *epilogue) {
        const std::string set = std::string("vector.epilogue=") + epilogue;
        const char *one = set.c_str();
        struct config *cfg = config_load("eyeriss", &one, 1, d);
        std::string all;
        for (int i = 0; i < n.rows->n_layers; i++)
            all += node_place_name[node_place_of(config_arch(cfg),
                                                 &n.rows->layer[i])][0];
        config_free(cfg);
        return all;
    };
    // a: array, e: epilogue, o: outside.
    EXPECT_EQ(places("relu"), "aooaoo");
    EXPECT_EQ(places("relu,batchnorm"), "aeeaoo");
    network_fini(&n);
}

} // namespace
