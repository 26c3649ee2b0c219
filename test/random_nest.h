// random_nest.h - nests of random tilings, orders, splits and bypasses.
// SPDX-License-Identifier: MIT
#ifndef TEST_RANDOM_NEST_H
#define TEST_RANDOM_NEST_H

#include <algorithm>
#include <string>
#include <vector>

#include "dataflows/nest/nest.h"
#include "test/random_layer.h"

class random_nest
{
  public:
    explicit random_nest(unsigned seed) : random_(seed)
    {
    }

    int pick(int low, int high)
    {
        return random_.pick(low, high);
    }

    // With an L1 every other time; buffers large enough for what follows.
    arch machine()
    {
        arch a = random_.machine();
        a.has_l1 = pick(0, 1) != 0;
        if (a.has_l1) {
            a.l1_cluster_cols = pick(1, a.cols);
            a.l1_bytes = 1 << 16;
            a.l1_latency_cycles = pick(0, 3);
            a.l1_cluster_rows = pick(0, a.rows);
            a.l1_banks = pick(1, 4);
            a.l1_bank_row_words = pick(1, 4);
            a.l1_ports = pick(0, 1) ? BANK_1RW : BANK_1R1W;
            a.l1_input_slots = pick(1, 4);
            for (int t = 0; t < TENSOR_PSUM; t++)
                a.l1_bypass[t] = pick(0, 3) == 0;
            // A machine has up to 64 of them.
            while (arch_l1s(&a) > 64)
                a.l1_cluster_cols++;
            a.l2_to_l1_slots_per_cycle = pick(1, 3);
        }
        a.pass_overlap = !a.has_l1 && pick(0, 3) == 0;
        for (int &words : a.rf_words)
            words = pick(4, 64);
        a.l2_bytes = 1 << 17;
        return a;
    }

    layer shape(uint64_t macs_max)
    {
        for (;;) {
            layer l = random_.shape();
            if (layer_macs(&l) <= macs_max)
                return l;
        }
    }

    // A legal one.  Tries until the register files take it.
    nest mapping(const arch &a, const layer &l)
    {
        for (;;) {
            nest n = draw(a, l);
            nest_verdict why;
            if (nest_is_legal(&a, &l, &n, &why))
                return n;
        }
    }

  private:
    static void drop(nest_loops *loops)
    {
        loops->n = 0;
    }

    // Cuts each dimension at random places, inside to outside.
    nest draw(const arch &a, const layer &l)
    {
        nest out;
        nest_start(&a, &out);
        for (int level = LEVEL_L1; level <= LEVEL_L2; level++)
            for (bool &keep : out.level[level].keep)
                keep = keep && pick(0, 3) != 0;
        out.l1_is_line = a.has_l1 && pick(0, 2) == 0;
        for (bool &keep : out.level[LEVEL_L1].keep)
            keep = keep && !out.l1_is_line;
        std::vector<nest_loops *> places = {&out.level[LEVEL_RF].time};
        if (a.has_l1)
            places.insert(places.end(),
                          {&out.level[LEVEL_L1].cols, &out.level[LEVEL_L1].rows,
                           &out.level[LEVEL_L1].time});
        places.insert(places.end(),
                      {&out.level[LEVEL_L2].cols, &out.level[LEVEL_L2].rows,
                       &out.level[LEVEL_L2].time, &out.level[LEVEL_DRAM].time});
        int room[8] = {}; // children left of each place; 0: time
        int cols = nest_cluster_cols(&a), rows = nest_cluster_rows(&a);
        size_t k = 1;
        if (a.has_l1) {
            room[k++] = a.l1_cluster_cols;
            room[k++] = nest_cluster_height(&a);
            k++;
        }
        room[k++] = a.has_l1 ? cols : a.cols;
        room[k++] = a.has_l1 ? rows : a.rows;
        std::vector<int> tile(NEST_DIMS, 1);
        for (size_t i = 0; i < places.size(); i++) {
            if (places[i] == &out.level[LEVEL_L1].time && out.l1_is_line)
                continue;
            std::vector<int> order = shuffled();
            bool last = i + 1 == places.size();
            int left = room[i];
            for (int d : order) {
                int need =
                    (nest_extent(&l, nest_dim(d)) + tile[d] - 1) / tile[d];
                int count = pick(0, 1) ? pick(1, need) : 1;
                if (left > 0) {
                    count = std::min(count, left);
                    left /= count;
                } else if (i == 0) {
                    count = std::min(count, pick(1, 4));
                } else if (last) {
                    count = need;
                }
                if (count > 1 || pick(0, 9) == 0) {
                    nest_append(places[i], nest_dim(d), count);
                    tile[d] *= count;
                }
            }
            // A dimension twice in a level's loops.
            int d = pick(0, NEST_DIMS - 1);
            if (room[i] == 0 && pick(0, 3) == 0 &&
                tile[d] < nest_extent(&l, nest_dim(d)) && i > 0) {
                nest_loops again = *places[i];
                places[i]->n = 0;
                nest_append(places[i], nest_dim(d), 2);
                for (int j = 0; j < again.n; j++)
                    nest_append(places[i], nest_dim(again.loop[j].dim),
                                again.loop[j].count);
                tile[d] *= 2;
            }
        }
        if ((!a.has_l1 || out.l1_is_line) && pick(0, 2) == 0)
            out.pass = pick(1, 8);
        return out;
    }

    std::vector<int> shuffled()
    {
        std::vector<int> order;
        for (int d = 0; d < NEST_DIMS; d++)
            order.push_back(d);
        for (int d = NEST_DIMS - 1; d > 0; d--)
            std::swap(order[size_t(d)], order[size_t(pick(0, d))]);
        return order;
    }

    random_case random_;
};

// One loop of a dimension in each list, at random; legal.
template <typename R>
nest random_point(R &random, const arch &a, const layer &l)
{
    for (;;) {
        nest n;
        nest_verdict why;
        std::vector<nest_loop> time[2];
        nest_start(&a, &n);
        for (int t = 0; t < TENSOR_N; t++)
            n.level[LEVEL_L2].keep[t] = random.pick(0, 2) != 0;
        for (int dim = 0; dim < NEST_DIMS; dim++) {
            int left = nest_extent(&l, nest_dim(dim));
            int count[5];
            for (int k = 0; k < 4; k++) {
                count[k] = random.pick(0, 1) == 0
                               ? 1
                               : random.pick(1, std::min(left, 6));
                left = ceil_div(left, count[k]);
            }
            count[4] = left;
            nest_append(&n.level[LEVEL_RF].time, nest_dim(dim), count[0]);
            nest_append(&n.level[LEVEL_L2].cols, nest_dim(dim), count[1]);
            nest_append(&n.level[LEVEL_L2].rows, nest_dim(dim), count[2]);
            for (int k = 0; k < 2; k++)
                if (count[3 + k] > 1)
                    time[k].push_back({uint16_t(dim), uint16_t(count[3 + k])});
        }
        for (int k = 0; k < 2; k++)
            while (!time[k].empty()) {
                auto at =
                    time[k].begin() + random.pick(0, int(time[k].size()) - 1);
                nest_append(&n.level[k == 0 ? LEVEL_L2 : LEVEL_DRAM].time,
                            nest_dim(at->dim), at->count);
                time[k].erase(at);
            }
        if (nest_is_legal(&a, &l, &n, &why))
            return n;
    }
}

// Loops as in a mapping file, for the message of a failed expectation.
inline std::string describe(const nest &n)
{
    static const char *const part[] = {"time", "rows", "cols"};
    std::string text = n.l1_is_line ? "L1 is a line, " : "";
    text += "pass " + std::to_string(n.pass);
    for (int level = LEVEL_N - 1; level >= 0; level--) {
        const nest_level &at = n.level[level];
        const nest_loops *lists[] = {&at.time, &at.rows, &at.cols};
        text += std::string("\n") + level_name[level] + " keep";
        for (int t = 0; t < TENSOR_N; t++)
            text += at.keep[t] ? std::string(" ") + tensor_name[t] : "";
        for (int k = 0; k < 3; k++) {
            for (int i = 0; i < lists[k]->n; i++)
                text += std::string(" ") + (i == 0 ? part[k] : "") + " " +
                        nest_dim_letter[lists[k]->loop[i].dim] +
                        std::to_string(lists[k]->loop[i].count);
        }
    }
    return text;
}

#endif
