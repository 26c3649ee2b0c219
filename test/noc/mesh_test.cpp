// mesh_test.cpp - routers: cycles worked out by hand, the size of the tree,
// and random traffic against the oracle.
// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <tuple>
#include <vector>

#include "dataflows/l1_model.h"
#include "noc/mesh.h"
#include "test/noc/mesh_oracle.h"
#include "test/sample.h"

namespace
{

// A mesh whose sinks note what arrives when.
class rig
{
  public:
    rig(int rows, int cols, int buffer_flits)
        : cfg_{rows, cols, buffer_flits},
          state_(mesh_state_bytes(&cfg_) / 8, 0), open(size_t(rows * cols), 1)
    {
        mesh_init(&m, &cfg_, state_.data());
        sink_.context = this;
        sink_.has_room = [](const void *self, int node) {
            return static_cast<const rig *>(self)->open[size_t(node)] != 0;
        };
        sink_.push = [](void *self, int node, const slot *s) {
            rig *r = static_cast<rig *>(self);
            r->arrivals.emplace_back(r->now, node, s->dest);
        };
    }

    void inject(int node, int id, uint64_t nodes, int words = 1)
    {
        flit f = {};
        f.nodes = nodes;
        f.slot.dest = id;
        f.slot.words = words;
        mesh_inject(&m, node, &f);
    }

    bool step()
    {
        bool moved = mesh_eval(&m, &sink_, &hops);
        mesh_commit(&m);
        now++;
        return moved;
    }

  private:
    mesh_cfg cfg_;
    std::vector<uint64_t> state_;
    mesh_sink sink_;

  public:
    mesh m;
    std::vector<char> open;
    std::vector<std::tuple<int, int, int>> arrivals; // cycle, node, id
    uint64_t hops = 0;
    int now = 0;
};

using arrivals = std::vector<std::tuple<int, int, int>>;

TEST(Mesh, AFlitTakesACyclePerLink)
{
    rig r(1, 3, 2);
    r.inject(0, 7, 1u << 2, 3);
    // Injected in 0; in router 0 in 1, in router 1 in 2, in router 2 in 3.
    for (int k = 0; k < 4; k++)
        r.step();
    EXPECT_EQ(r.arrivals, (arrivals{{3, 2, 7}}));
    EXPECT_EQ(r.hops, 9u); // 3 words over 2 links and into the node
    EXPECT_TRUE(mesh_is_empty(&r.m));
}

TEST(Mesh, AFlitToItsOwnNodeCrossesOneLink)
{
    rig r(1, 1, 1);
    r.inject(0, 1, 1);
    EXPECT_FALSE(r.step()); // still on its way into the router
    EXPECT_TRUE(r.step());
    EXPECT_EQ(r.arrivals, (arrivals{{1, 0, 1}}));
    EXPECT_EQ(r.hops, 1u);
}

TEST(Mesh, FlitsGoAlongTheRowFirst)
{
    rig r(2, 2, 2);
    r.inject(0, 1, 1u << 3);
    r.step(), r.step();
    EXPECT_EQ(r.m.input[1 * MESH_PORTS + MESH_WEST].flits, 1);
    r.step();
    EXPECT_EQ(r.m.input[3 * MESH_PORTS + MESH_NORTH].flits, 1);
    r.step();
    EXPECT_EQ(r.arrivals, (arrivals{{3, 3, 1}}));
}

// Random flits on their way in a mesh of two by two routers.
void put_flits(rig *r, unsigned seed)
{
    std::mt19937 random(seed);
    for (int k = 0, cycles = int(random() % 6); k < cycles; k++) {
        for (int node = 0; node < 4; node++)
            if (random() % 3 == 0 && mesh_can_inject(&r->m, node))
                r->inject(node, 0, uint64_t{1} << random() % 4);
        r->step();
    }
}

// When the flits arrive that are in a mesh.
arrivals left_of(unsigned seed)
{
    rig r(2, 2, 1);
    put_flits(&r, seed);
    r.arrivals.clear();
    r.now = 0;
    for (int k = 0; k < 20; k++)
        r.step();
    return r.arrivals;
}

TEST(Mesh, MeshesThatAreAlikeGoOnAlike)
{
    int n_alike = 0;
    unsigned ports = 0; // seen with a flit
    std::vector<arrivals> left;
    std::vector<std::vector<uint64_t>> copies;
    for (unsigned k = 0; k < 150; k++) {
        rig r(2, 2, 1);
        put_flits(&r, k);
        left.push_back(left_of(k));
        for (unsigned i = 0; i < k; i++)
            if (mesh_is_alike(&r.m, copies[i].data())) {
                EXPECT_EQ(left[i], left[k]) << i << " and " << k;
                n_alike++;
            }
        copies.emplace_back(mesh_copy_bytes(&r.m) / 8 + 1);
        mesh_save(&r.m, copies[k].data());
        EXPECT_TRUE(mesh_is_alike(&r.m, copies[k].data()));
        // A flit less, or one for another node, wherever it is, is seen.
        for (int at = 0; at < 4 * MESH_PORTS; at++) {
            if (r.m.input[at].flits == 0)
                continue;
            r.m.input[at].flits--;
            EXPECT_FALSE(mesh_is_alike(&r.m, copies[k].data())) << at;
            r.m.input[at].flits++;
            r.m.flit[at].nodes ^= 3;
            EXPECT_FALSE(mesh_is_alike(&r.m, copies[k].data())) << at;
            r.m.flit[at].nodes ^= 3;
            ports |= 1u << at % MESH_PORTS;
        }
    }
    EXPECT_GT(n_alike, 100);
    EXPECT_EQ((1u << MESH_PORTS) - 1, ports);
}

TEST(Mesh, TwoFlitsThatMeetTakeTurns)
{
    // 0 -> 2 passes router 1, whose own node sends two to 2 as well.
    rig r(1, 3, 4);
    r.inject(0, 10, 1u << 2);
    r.inject(1, 20, 1u << 2);
    r.step(); // 20 in router 1
    r.inject(0, 11, 1u << 2);
    r.inject(1, 21, 1u << 2);
    r.step(); // 20 goes east from router 1; 10 and 21 now wait there
    r.step(); // the turn is the west input's: after local comes north, ...
    r.step(), r.step(), r.step(), r.step();
    EXPECT_EQ(r.arrivals,
              (arrivals{{2, 2, 20}, {3, 2, 10}, {4, 2, 21}, {5, 2, 11}}));
}

TEST(Mesh, AForkedFlitWaitsForItsBlockedBranchOnly)
{
    rig r(1, 3, 2);
    r.open[1] = 0;
    r.inject(0, 1, 0b110); // nodes 1 and 2
    r.step(), r.step();
    r.inject(0, 2, 1u << 2);
    r.step(); // 2: router 1 sends the branch to 2; its own node is shut
    r.step(); // 3: it arrives at node 2; the fork keeps its place
    EXPECT_EQ(r.arrivals, (arrivals{{3, 2, 1}}));
    r.step(), r.step(), r.step();
    EXPECT_EQ(r.arrivals.size(), 1u); // 2 waits behind it in router 1
    r.open[1] = 1;
    r.step(); // 7
    EXPECT_EQ(r.arrivals.back(), std::make_tuple(7, 1, 1));
    r.step(), r.step();
    EXPECT_EQ(r.arrivals.back(), std::make_tuple(9, 2, 2));
    EXPECT_EQ(r.hops, 4u + 3u); // each link of the tree once
    EXPECT_TRUE(mesh_is_empty(&r.m));
}

TEST(Mesh, NothingMovesWithoutACredit)
{
    rig r(1, 2, 1);
    r.open[1] = 0;
    r.inject(0, 1, 1u << 1);
    r.step(), r.step(); // in router 1, whose node is shut
    EXPECT_TRUE(mesh_can_inject(&r.m, 0));
    r.inject(0, 2, 1u << 1);
    r.step(); // 2 in router 0
    EXPECT_FALSE(mesh_can_inject(&r.m, 0));
    EXPECT_FALSE(r.step());
    r.open[1] = 1;
    EXPECT_TRUE(r.step()); // 4: 1 leaves; its place is not yet known free
    EXPECT_EQ(r.m.input[1 * MESH_PORTS + MESH_WEST].flits, 0);
    EXPECT_TRUE(r.step()); // 5: 2 crosses
    EXPECT_TRUE(r.step()); // 6: and leaves
    EXPECT_EQ(r.arrivals, (arrivals{{4, 1, 1}, {6, 1, 2}}));
}

TEST(Mesh, TwoPlacesAPortSustainAFlitACycle)
{
    for (int places = 1; places <= 3; places++) {
        rig r(1, 4, places);
        int sent = 0;
        while (r.arrivals.size() < 100) {
            if (mesh_can_inject(&r.m, 0))
                r.inject(0, sent++, 1u << 3);
            r.step();
        }
        // The first in cycle 4; then one a cycle, or one in two.
        EXPECT_EQ(std::get<0>(r.arrivals[99]), 4 + 99 * (places == 1 ? 2 : 1));
    }
}

TEST(Mesh, HopsAreTheLinksOfTheTree)
{
    std::mt19937 random(3);
    for (int k = 0, end = sample(300, "random trees"); k < end; k++) {
        mesh_cfg cfg = {int(random() % 5) + 1, int(random() % 6) + 1, 2};
        int n = cfg.rows * cfg.cols, source = int(random()) % n;
        source = source < 0 ? -source : source;
        uint64_t nodes =
            (random() | uint64_t(random()) << 32) & ((uint64_t(1) << n) - 1);
        nodes |= uint64_t(1) << (int(random() & 1023) % n);
        rig r(cfg.rows, cfg.cols, 2);
        r.inject(source, 0, nodes, 5);
        for (int c = 0; c < 20; c++)
            r.step();
        ASSERT_TRUE(mesh_is_empty(&r.m));
        ASSERT_EQ(r.hops, 5 * uint64_t(mesh_tree_links(cfg.rows, cfg.cols,
                                                       source, nodes)));
        ASSERT_EQ(int(r.arrivals.size()), __builtin_popcountll(nodes));
    }
}

TEST(Mesh, ATreeByHand)
{
    // Source 5 = (1, 1) of 3 x 4; to (0,1), (2,1), (1,3), (2,3).
    uint64_t nodes = 1u << 1 | 1u << 9 | 1u << 7 | 1u << 11;
    // Row: 2 links east.  Column 1: one up, one down.  Column 3: one down.
    EXPECT_EQ(mesh_tree_links(3, 4, 5, nodes), 2 + 2 + 1 + 4);
}

TEST(Mesh, MovesRandomTrafficAsTheOracleDoes)
{
    std::mt19937 random(11);
    auto pick = [&](int low, int high) {
        return low + int(random() % unsigned(high - low + 1));
    };
    for (int k = 0, end = sample(40, "random meshes"); k < end; k++) {
        int rows = pick(1, 5), cols = pick(1, 5), depth = pick(1, 3);
        int load = pick(1, 4), shut = pick(0, 3), n = rows * cols, id = 0;
        rig r(rows, cols, depth);
        mesh_oracle want(rows, cols, depth);
        arrivals theirs;
        for (int cycle = 0; cycle < 300; cycle++) {
            for (int node = 0; node < n; node++) {
                r.open[size_t(node)] = cycle > 200 || pick(0, 3) >= shut;
                ASSERT_EQ(mesh_can_inject(&r.m, node), want.can_inject(node));
            }
            auto room = [&](int node) { return r.open[size_t(node)] != 0; };
            auto out = [&](int node, int what) {
                theirs.emplace_back(cycle, node, what);
            };
            std::vector<std::pair<int, oracle_flit>> fresh;
            for (int node = 0; node < n && cycle < 200; node++) {
                if (pick(1, 4) > load || !want.can_inject(node))
                    continue;
                oracle_flit f = {id++, pick(1, 4), {}};
                uint64_t nodes = 0;
                for (int to = pick(1, 3); to > 0; to--)
                    f.to.insert(pick(0, n - 1));
                for (int to : f.to)
                    nodes |= uint64_t(1) << to;
                r.inject(node, f.id, nodes, f.words);
                fresh.push_back({node, f});
            }
            r.step();
            want.step(room, out);
            for (auto &[node, f] : fresh) // seen from the next cycle on
                want.inject(node, f);
            auto ours = r.arrivals;
            std::sort(ours.begin(), ours.end());
            std::sort(theirs.begin(), theirs.end());
            ASSERT_EQ(ours, theirs) << "cycle " << cycle;
        }
        EXPECT_TRUE(mesh_is_empty(&r.m));
        EXPECT_TRUE(want.empty());
        EXPECT_EQ(r.hops, want.hops);
    }
}

TEST(Mesh, OneSourceReachesEachNodeInOrder)
{
    std::mt19937 random(5);
    rig r(3, 4, 2);
    int id = 0;
    for (int cycle = 0; cycle < 600; cycle++) {
        for (size_t node = 0; node < 12; node++)
            r.open[node] = cycle > 500 || random() % 3 > 0;
        if (cycle < 400 && mesh_can_inject(&r.m, 0))
            r.inject(0, id++, (random() & 0xfff) | 1u << random() % 12);
        r.step();
    }
    EXPECT_TRUE(mesh_is_empty(&r.m));
    std::vector<int> last(12, -1);
    for (auto [cycle, node, what] : r.arrivals) {
        EXPECT_GT(what, last[size_t(node)]);
        last[size_t(node)] = what;
    }
}

} // namespace
