// l1_oracle.h - an independent model of L1s and of the network in front of
// them: queues of slots, ports as a set.  It shares no code with mem/ or noc/;
// routers are those of mesh_oracle.h.
// SPDX-License-Identifier: MIT
#ifndef TEST_ARRAY_L1_ORACLE_H
#define TEST_ARRAY_L1_ORACLE_H

#include <array>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <vector>

#include "sim/base/arch.h"
#include "test/noc/mesh_oracle.h"

class l1_oracle
{
  public:
    struct slot {
        int words, order; // order: of its destination, within a chunk
        std::map<int, std::vector<int>> pes; // by cluster
    };
    struct delivery {
        int of, words;
        std::vector<int> pes;
    };
    // slots[k]: those of line k (0 filters, 1 ifmaps) in order; l2_banks[k]:
    // that L2 reads them from; kept[k]: they lie in the L1s as the pass begins.
    l1_oracle(const arch &a, int grid_rows, int grid_cols,
              std::array<std::vector<slot>, 2> slots,
              std::array<int, 2> l2_banks, std::array<bool, 2> kept);
    bool all_left_l2(int k) const
    {
        return line_[size_t(k)].next == line_[size_t(k)].slots.size();
    }
    // One cycle; go[k]: line k may leave L2; room: of a PE as it began.
    std::vector<delivery>
    step(const std::array<bool, 2> &go,
         const std::function<bool(int k, int pe, int words)> &room);

  private:
    struct held {
        int rows;
        long ready; // the first cycle in which it can be read
    };
    struct store {                // of a line in a cluster
        std::vector<size_t> mine; // its slots, in order
        size_t read = 0;
        std::deque<int> input; // words of slots
        std::deque<held> banks;
        int read_row = 0, write_row = 0;
    };
    struct line {
        std::vector<slot> slots;
        size_t next = 0; // to leave L2
        int wait, address = 0, l2_banks;
        bool bypass;
        int banks, first_bank, rows, slots_per_cycle;
        std::unique_ptr<mesh_oracle> mesh;
    };
    struct ports;
    int rows_of(int words) const;
    void read(int c, int k, ports &p, std::vector<delivery> &out,
              const std::function<bool(int, int, int)> &room);
    bool is_needed(int c, int k,
                   const std::function<bool(int, int, int)> &room) const;
    void write(int c, int k, ports &p);
    void leave_l2(int k, const std::vector<size_t> &filled,
                  std::vector<std::pair<int, int>> &arrived);

    arch a_;
    int clusters_;
    long now_ = 0;
    std::array<line, 2> line_;
    std::vector<std::array<store, 2>> store_;
    std::vector<int> turn_;
};

#endif
