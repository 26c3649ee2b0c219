// mesh_oracle.h - a mesh of routers as an array of objects, written apart from
// noc/mesh.c: queues of flits with sets of nodes, credits that travel back.
// SPDX-License-Identifier: MIT
#ifndef TEST_NOC_MESH_ORACLE_H
#define TEST_NOC_MESH_ORACLE_H

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <vector>

struct oracle_flit {
    int id, words;
    std::set<int> to;
};

class mesh_oracle
{
  public:
    mesh_oracle(int rows, int cols, int buffer_flits);
    bool can_inject(int node) const;
    void inject(int node, const oracle_flit &flit);
    // One cycle.  room(node): its sink takes a flit; out(node, id): it got one.
    void step(const std::function<bool(int)> &room,
              const std::function<void(int, int)> &out);
    bool empty() const;
    uint64_t hops = 0; // words times links

  private:
    // Neighbours by direction: up, down, left, right; 4 is the node itself.
    struct router {
        std::deque<oracle_flit> queue[5];
        int credits[5]; // for the places behind each output
        int next[5];    // input whose turn it is, of each output
    };
    int neighbour(int node, int way) const;
    int way_to(int node, int target) const;
    int rows_, cols_, depth_;
    std::vector<router> routers_;
    std::vector<int> local_credits_; // for the node's own input
};

#endif
