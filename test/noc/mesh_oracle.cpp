// mesh_oracle.cpp - a mesh of routers as an array of objects.
// SPDX-License-Identifier: MIT
#include "test/noc/mesh_oracle.h"

mesh_oracle::mesh_oracle(int rows, int cols, int buffer_flits)
    : rows_(rows), cols_(cols), depth_(buffer_flits),
      routers_(size_t(rows) * size_t(cols)),
      local_credits_(size_t(rows) * size_t(cols), buffer_flits)
{
    for (router &r : routers_)
        for (int way = 0; way < 5; way++) {
            r.credits[way] = buffer_flits;
            r.next[way] = 0;
        }
}

int mesh_oracle::neighbour(int node, int way) const
{
    const int step[] = {-cols_, cols_, -1, 1};
    return node + step[way];
}

int mesh_oracle::way_to(int node, int target) const
{
    int dx = target % cols_ - node % cols_, dy = target / cols_ - node / cols_;
    if (dx != 0)
        return dx < 0 ? 2 : 3;
    if (dy != 0)
        return dy < 0 ? 0 : 1;
    return 4;
}

bool mesh_oracle::can_inject(int node) const
{
    return local_credits_[size_t(node)] > 0;
}

void mesh_oracle::inject(int node, const oracle_flit &flit)
{
    local_credits_[size_t(node)]--;
    routers_[size_t(node)].queue[4].push_back(flit);
}

void mesh_oracle::step(const std::function<bool(int)> &room,
                       const std::function<void(int, int)> &out)
{
    struct move {
        int node, from, way;
        oracle_flit branch;
    };
    const int opposite[] = {1, 0, 3, 2};
    std::vector<move> moves;
    for (int node = 0; node < rows_ * cols_; node++) {
        router &r = routers_[size_t(node)];
        for (int way = 0; way < 5; way++)
            for (int k = 0; k < 5; k++) {
                int from = (r.next[way] + k) % 5;
                if (r.queue[from].empty())
                    continue;
                oracle_flit branch = r.queue[from].front();
                for (auto it = branch.to.begin(); it != branch.to.end();)
                    it = way_to(node, *it) == way ? std::next(it)
                                                  : branch.to.erase(it);
                if (branch.to.empty())
                    continue;
                if (way == 4 ? room(node) : r.credits[way] > 0) {
                    moves.push_back({node, from, way, branch});
                    r.next[way] = (from + 1) % 5;
                }
                break;
            }
    }
    std::vector<std::pair<int, int>> freed; // places: node, input
    for (const move &m : moves) {
        hops += uint64_t(m.branch.words);
        oracle_flit &head = routers_[size_t(m.node)].queue[m.from].front();
        for (int n : m.branch.to)
            head.to.erase(n);
        if (head.to.empty())
            freed.push_back({m.node, m.from});
    }
    for (auto [node, from] : freed) {
        routers_[size_t(node)].queue[from].pop_front();
        if (from == 4)
            local_credits_[size_t(node)]++;
        else // the router on that side may send one more this way
            routers_[size_t(neighbour(node, from))].credits[opposite[from]]++;
    }
    for (const move &m : moves) {
        if (m.way == 4) {
            out(m.node, m.branch.id);
            continue;
        }
        routers_[size_t(m.node)].credits[m.way]--;
        routers_[size_t(neighbour(m.node, m.way))]
            .queue[opposite[m.way]]
            .push_back(m.branch);
    }
}

bool mesh_oracle::empty() const
{
    for (const router &r : routers_)
        for (const auto &queue : r.queue)
            if (!queue.empty())
                return false;
    return true;
}
