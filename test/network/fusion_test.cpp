// fusion_test.cpp - words and work of fused nodes against a count by hand of
// every tile, and the published case.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "sim/network/fuse/fuse_tiles.h"
#include "sim/network/fuse/fusion.h"
#include "sim/network/network_file.h"
#include "test/messages.h"

namespace
{

std::vector<struct layer> chain_of(const std::string &name,
                                   const std::string &selection)
{
    struct network_file n = {};
    Messages d;
    EXPECT_TRUE(network_load(name.c_str(), {nullptr, 0}, &n, d)) << d.text();
    EXPECT_TRUE(network_select(&n, selection.c_str(), d)) << d.text();
    EXPECT_TRUE(network_set_batch(&n, 1, {nullptr, 0}, d)) << d.text();
    std::vector<struct layer> chain(n.rows->layer,
                                    n.rows->layer + n.rows->n_layers);
    network_fini(&n);
    return chain;
}

using Pixels = std::set<std::pair<int, int>>;

// The pixels of its input that a node's outputs need.
Pixels needed(const struct layer &l, const Pixels &outputs)
{
    const bool has_windows = l.op == LAYER_CONV || l.op == LAYER_maxpool;
    Pixels in;
    if (!has_windows)
        return outputs;
    for (const auto &[y, x] : outputs)
        for (int r = 0; r < l.R; r++)
            for (int s = 0; s < l.S; s++) {
                const int row = y * l.stride_h + r - l.pad_top;
                const int col = x * l.stride_w + s - l.pad_left;
                if (row >= 0 && row < l.H && col >= 0 && col < l.W)
                    in.insert({row, col});
            }
    return in;
}

TEST(Fusion, WorksAgainOnWhatTilesShare)
{
    Folder folder;
    const std::string path = folder.write(
        "n.cfg",
        "name = \"n\"; inputs = ( { name = \"x\"; C = 3; H = 13; W = 10; } );\n"
        "nodes = ( { name = \"a\"; in = \"x\"; M = 4; R = 3; S = 3; pad = 1; "
        "}, { name = \"b\"; op = \"relu\"; in = \"a\"; },\n"
        "{ name = \"c\"; op = \"maxpool\"; in = \"b\"; R = 2; S = 2; stride = "
        "2; }, { name = \"d\"; in = \"c\"; M = 6; G = 2; R = 3; S = 1; } "
        ");\n");
    const std::vector<struct layer> chain = chain_of(path, "all");
    const struct layer &last = chain.back();
    for (int tile = 1; tile <= 5; tile++) {
        uint64_t read = 0, macs = 0, least = 0;
        for (int y = 0; y < last.P; y += tile)
            for (int x = 0; x < last.Q; x += tile) {
                Pixels pixels;
                for (int r = y; r < y + tile && r < last.P; r++)
                    for (int c = x; c < x + tile && c < last.Q; c++)
                        pixels.insert({r, c});
                for (size_t i = chain.size(); i-- > 0;) {
                    const struct layer &l = chain[i];
                    if (layer_is_mac(&l))
                        macs +=
                            pixels.size() * static_cast<uint64_t>(
                                                l.M * (l.C / l.G) * l.R * l.S);
                    pixels = needed(l, pixels);
                }
                read += pixels.size() * 3;
            }
        for (const struct layer &l : chain)
            least += layer_macs(&l);
        struct fusion f;
        Messages d;
        ASSERT_TRUE(fusion_of(chain.data(), static_cast<int>(chain.size()),
                              tile, {nullptr, 0}, &f, d));
        const uint64_t once = 3 * 13 * 10;
        EXPECT_EQ(f.read_again_words, read > once ? read - once : 0) << tile;
        EXPECT_EQ(f.again_macs, macs > least ? macs - least : 0) << tile;
        EXPECT_EQ(f.fused_words,
                  once + static_cast<uint64_t>(6 * last.P * last.Q));
        EXPECT_EQ(f.apart_words,
                  once + 2 * 4 * 13 * 10 + 2 * 4 * 6 * 5 +
                      static_cast<uint64_t>(6 * last.P * last.Q));
        EXPECT_EQ(f.merged_words,
                  once + 2 * 4 * 6 * 5 +
                      static_cast<uint64_t>(6 * last.P * last.Q));
    }
}

std::vector<struct layer> windows(Folder &folder)
{
    const std::string path = folder.write(
        "w.cfg",
        "name = \"w\"; inputs = ( { name = \"x\"; C = 3; H = 23; W = 16; } );\n"
        "nodes = ( { name = \"a\"; in = \"x\"; M = 4; R = 5; S = 3; pad_top = "
        "2; "
        "pad_left = 1; pad_right = 2; }, { name = \"b\"; op = \"relu\"; in = "
        "\"a\"; },\n{ name = \"c\"; op = \"maxpool\"; in = \"b\"; R = 3; S = "
        "2; "
        "stride = 2; }, { name = \"d\"; in = \"c\"; M = 6; G = 2; R = 3; S = "
        "3; "
        "pad = 1; }, { name = \"e\"; in = \"d\"; M = 2; R = 1; S = 3; } );\n");
    return chain_of(path, "all");
}

// Where tiles keep what they share: each pixel is made once, by the first tile
// that somebody needs it for, and whatever a tile reads is made by it or was
// before; all that is needed is made; and what lies in between for a later tile
// has room in the words that are kept.
TEST(Fusion, KeptHalosAreMadeOnceAndBefore)
{
    Folder folder;
    const std::vector<struct layer> chain = windows(folder);
    const int n = static_cast<int>(chain.size());
    for (int tile = 1; tile <= 8; tile++) {
        struct fuse_tiles down, across;
        fuse_tiles_find(chain.data(), n, true, tile, HALOS_KEPT, true, &down);
        fuse_tiles_find(chain.data(), n, false, tile, HALOS_KEPT, true,
                        &across);
        // The pixels of each node's input, and last of the output.
        std::vector<Pixels> made(chain.size() + 1);
        std::vector<std::map<std::pair<int, int>, int>> made_at(chain.size()),
            read_at(chain.size());
        for (int i = 0; i < down.n; i++)
            for (int j = 0; j < across.n; j++)
                for (int k = 0; k < n; k++) {
                    const struct fuse_span &y = down.tile[i].span[k];
                    const struct fuse_span &x = across.tile[j].span[k];
                    if (y.out == 0 || x.out == 0)
                        continue;
                    const int now = i * across.n + j;
                    const size_t at = static_cast<size_t>(k);
                    Pixels outputs;
                    for (int r = 0; r < y.out; r++)
                        for (int c = 0; c < x.out; c++)
                            outputs.insert({y.made_from + r, x.made_from + c});
                    if (k == 0) // it loads what is not kept
                        for (int r = y.kept; r < y.in; r++)
                            for (int c = x.kept; c < x.in; c++) {
                                const std::pair<int, int> p = {y.read_from + r,
                                                               x.read_from + c};
                                EXPECT_TRUE(made[0].insert(p).second);
                                made_at[0][p] = now;
                            }
                    const Pixels reads = needed(chain[at], outputs);
                    for (const auto &p : reads) {
                        EXPECT_EQ(made[at].count(p), 1u)
                            << tile << " " << k << " " << p.first << ", "
                            << p.second;
                        read_at[at][p] = now;
                    }
                    EXPECT_LE(reads.size(), static_cast<size_t>(y.in) *
                                                static_cast<size_t>(x.in));
                    for (const auto &p : outputs) {
                        EXPECT_TRUE(made[at + 1].insert(p).second);
                        if (k + 1 < n)
                            made_at[at + 1][p] = now;
                    }
                }
        EXPECT_EQ(made.back().size(),
                  static_cast<size_t>(chain.back().P * chain.back().Q));
        for (int k = 0; k < n; k++) {
            const size_t at = static_cast<size_t>(k);
            const uint64_t room =
                fuse_kept_words(chain.data(), k, &down, &across);
            uint64_t most = 0;
            for (int now = 0; now < down.n * across.n; now++) {
                uint64_t waiting = 0; // made before, needed now or later
                for (const auto &[p, when] : made_at[at])
                    waiting += when < now && read_at[at].count(p) != 0 &&
                               read_at[at][p] >= now;
                most = std::max(most, waiting);
            }
            most *= static_cast<uint64_t>(chain[at].C);
            EXPECT_LE(most, room) << tile << " " << k;
            EXPECT_LE(room, 2 * most) << tile << " " << k;
        }
        fuse_tiles_fini(&down);
        fuse_tiles_fini(&across);
    }
}

// Tiles that are alike are one, as often as they are; alone they are all there.
TEST(Fusion, TilesThatAreAlikeAreTakenTogether)
{
    Folder folder;
    const std::vector<struct layer> chain = windows(folder);
    const int n = static_cast<int>(chain.size());
    for (const enum fuse_halos halos : {HALOS_AGAIN, HALOS_KEPT})
        for (int tile = 1; tile <= 8; tile++) {
            struct fuse_tiles each, some;
            fuse_tiles_find(chain.data(), n, true, tile, halos, true, &each);
            fuse_tiles_find(chain.data(), n, true, tile, halos, false, &some);
            uint64_t times = 0, rows[2] = {0, 0};
            for (int i = 0; i < each.n; i++)
                rows[0] += static_cast<uint64_t>(each.tile[i].span[0].in);
            for (int i = 0; i < some.n; i++) {
                times += some.tile[i].times;
                rows[1] += some.tile[i].times *
                           static_cast<uint64_t>(some.tile[i].span[0].in);
            }
            EXPECT_EQ(times, static_cast<uint64_t>(each.n));
            EXPECT_EQ(rows[0], rows[1]);
            EXPECT_TRUE(tile > 1 || some.n < each.n);
            fuse_tiles_fini(&each);
            fuse_tiles_fini(&some);
        }
}

// 77 MB to 3.6 MB an image with 362 KB on chip, in words of 32 bits: Alwani et
// al., MICRO 2016.  Rows above: (3 - 1) of each padded map; columns: (3 - 1) of
// the rows that a tile spans, 3, 4, 4, 6 and 6 of them.
TEST(Fusion, ReproducesThePublishedReduction)
{
    const std::vector<struct layer> chain =
        chain_of("vgg16_graph", "conv1_*,pool1,conv2_*,pool2,conv3_1");
    struct fusion f;
    Messages d;
    ASSERT_TRUE(fusion_of(chain.data(), static_cast<int>(chain.size()), 1,
                          {nullptr, 0}, &f, d));
    EXPECT_EQ(f.fused_words, 3u * 224 * 224 + 256 * 56 * 56);
    EXPECT_EQ(f.kept_row_words,
              2u * (3 * 226 + 64 * 226 + 64 * 114 + 128 * 114 + 128 * 58));
    EXPECT_EQ(f.kept_column_words,
              2u * (128 * 3 + 128 * 4 + 64 * 4 + 64 * 6 + 3 * 6));
    const double mib = 4.0 / 1048576, kib = 4.0 / 1024;
    EXPECT_NEAR(static_cast<double>(f.fused_words) * mib, 3.6, 0.1 * 3.6);
    EXPECT_NEAR(static_cast<double>(f.kept_row_words + f.kept_column_words) *
                    kib,
                362, 0.1 * 362);
}

// A chain that begins with a pool, or with what comes before one: the pool
// reads its input, as it does apart.
TEST(Fusion, APoolWithoutAnOutputBeforeItReadsItsInput)
{
    for (const char *selection :
         {"pool1,conv2_1", "conv1_2_relu,pool1,conv2_1"}) {
        const std::vector<struct layer> chain =
            chain_of("vgg16_graph", selection);
        struct fusion f;
        Messages d;
        ASSERT_TRUE(fusion_of(chain.data(), static_cast<int>(chain.size()), 1,
                              {nullptr, 0}, &f, d));
        const uint64_t pool = 64 * (224 * 224 + 112 * 112);
        EXPECT_EQ(f.merged_words, pool + (64 + 128) * 112 * 112) << selection;
        EXPECT_EQ(f.apart_words, f.merged_words) << selection;
    }
}

// A tile of all 112 x 112 outputs has nothing above it, nor beside it.
TEST(Fusion, OneTileKeepsNothing)
{
    const std::vector<struct layer> chain =
        chain_of("vgg16_graph", "conv1_*,pool1");
    struct fusion f;
    Messages d;
    for (const int tile : {112, 113, 65535}) {
        ASSERT_TRUE(fusion_of(chain.data(), static_cast<int>(chain.size()),
                              tile, {nullptr, 0}, &f, d));
        EXPECT_EQ(f.kept_row_words, 0u) << tile;
        EXPECT_EQ(f.kept_column_words, 0u) << tile;
    }
    // 111 rows take 222 of conv1_2 and 224 of conv1_1, which has no more.
    ASSERT_TRUE(fusion_of(chain.data(), static_cast<int>(chain.size()), 111,
                          {nullptr, 0}, &f, d));
    EXPECT_EQ(f.kept_column_words, 2u * (64 * 224 + 3 * 224));
}

TEST(Fusion, RefusesWhatIsNoChain)
{
    const auto refused = [](const char *net, const char *selection) {
        const std::vector<struct layer> chain = chain_of(net, selection);
        struct fusion f;
        Messages d;
        EXPECT_FALSE(fusion_of(chain.data(), static_cast<int>(chain.size()), 1,
                               {nullptr, 0}, &f, d));
        return d.text();
    };
    EXPECT_NE(refused("vgg16_graph", "conv1_1,conv2_1")
                  .find("node 'conv2_1' does not read what 'conv1_1' makes"),
              std::string::npos);
    EXPECT_NE(refused("alexnet_graph", "conv1,norm1").find("is a lrn"),
              std::string::npos);
}

} // namespace
