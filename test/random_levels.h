// random_levels.h - machines with a list of two to seven levels, and nests on
// them.
// SPDX-License-Identifier: MIT
#ifndef TEST_RANDOM_LEVELS_H
#define TEST_RANDOM_LEVELS_H

#include "test/random_nest.h"

class random_levels
{
  public:
    explicit random_levels(unsigned seed) : random_(seed)
    {
    }

    int pick(int low, int high)
    {
        return random_.pick(low, high);
    }

    // With so many levels on chip; stores large enough for what follows.
    arch machine(int on_chip)
    {
        static const level inside_out[] = {LEVEL_RF,      LEVEL_L1,
                                           LEVEL_INNER_2, LEVEL_INNER_3,
                                           LEVEL_INNER_4, LEVEL_L2};
        arch a = random_.machine();
        a.has_l1 = false;
        a.l2_keeps_tiles = true;
        a.carries = CARRIES_ALL;
        put(&a, LEVEL_DRAM);
        a.level[LEVEL_DRAM].rows = a.level[LEVEL_DRAM].cols = 1;
        put(&a, LEVEL_L2);
        for (int k = 0; k + 1 < on_chip; k++)
            put(&a, inside_out[k]);
        a.rows = a.cols = 1;
        for (const level_arch &at : a.level)
            if (at.name[0] != '\0') {
                a.rows *= at.rows;
                a.cols *= at.cols;
            }
        return a;
    }

    // Meshes inside all levels.
    static void put_meshes(arch *a)
    {
        for (level_arch &at : a->level) {
            at.network = LEVEL_MESH;
            at.slots_per_cycle = 1;
        }
    }

    layer shape(uint64_t macs_max)
    {
        return random_.shape(macs_max);
    }

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
    void put(arch *a, level level)
    {
        level_arch *at = &a->level[level];
        *at = level_arch();
        std::snprintf(at->name, sizeof(at->name), "at_%s", level_name[level]);
        at->rows = pick(0, 1) ? 1 : pick(1, 3);
        at->cols = pick(0, 1) ? 1 : pick(1, 4);
        at->network = pick(0, 3) ? LEVEL_MULTICAST : LEVEL_POINT_TO_POINT;
        at->reduce = level_reduce(pick(0, 3) ? 0 : pick(1, 2));
        at->words_per_slot = pick(1, 4);
        at->slots_per_cycle = pick(1, 3);
        if (level == LEVEL_DRAM)
            return;
        // A store of each tensor's own, one for all, or one that lacks some.
        const int kind = pick(0, 3);
        for (int t = 0; t < TENSOR_N; t++) {
            if (kind == 3 && pick(0, 1))
                continue; // no store for it
            if (kind > 0 && at->n_stores > 0) {
                at->store[0].holds[t] = true;
                continue;
            }
            l2_store *s = &at->store[at->n_stores++];
            *s = l2_store();
            std::snprintf(s->name, sizeof(s->name), "store_%d", t);
            s->bytes = level == LEVEL_RF ? uint64_t(pick(8, 200)) : 1 << 17;
            s->banks = 1;
            s->bank_row_words = 1;
            s->buffers = pick(1, 2);
            s->spills = true;
            s->holds[t] = true;
        }
    }

    nest draw(const arch &a, const layer &l)
    {
        nest out;
        nest_start(&a, &out);
        std::vector<std::pair<nest_loops *, int>> places; // and room; 0: time
        for (int k = 0; k < LEVEL_N; k++) {
            nest_level *at = &out.level[k];
            if (!arch_has_level(&a, level(k)))
                continue;
            for (bool &keep : at->keep)
                keep = keep && (k == LEVEL_DRAM || pick(0, 4) != 0);
            if (k != LEVEL_DRAM) {
                places.push_back({&at->cols, a.level[k].cols});
                places.push_back({&at->rows, a.level[k].rows});
            }
            places.push_back({&at->time, 0});
        }
        std::vector<int> tile(NEST_DIMS, 1);
        for (size_t i = 0; i < places.size(); i++)
            fill(l, places[i].first, places[i].second, i + 1 == places.size(),
                 tile);
        return out;
    }

    void fill(const layer &l, nest_loops *to, int room, bool last,
              std::vector<int> &tile)
    {
        for (int k = 0; k < (last ? NEST_DIMS : 6); k++) {
            // The outermost loops cover what is left, in an order of chance.
            const int d = last ? order_[size_t(k)] : pick(0, NEST_DIMS - 1);
            if (last && k == 0)
                shuffle();
            const int dim = last ? order_[size_t(k)] : d;
            const int need =
                (nest_extent(&l, nest_dim(dim)) + tile[size_t(dim)] - 1) /
                tile[size_t(dim)];
            int count = last ? need : std::min(need, pick(1, 3));
            if (room > 0) {
                count = std::min(count, room);
                room /= count;
            }
            if (count < 2 && pick(0, 9) != 0)
                continue;
            nest_append(to, nest_dim(dim), count);
            tile[size_t(dim)] *= count;
        }
    }

    void shuffle()
    {
        for (int d = NEST_DIMS - 1; d > 0; d--)
            std::swap(order_[d], order_[pick(0, d)]);
    }

    random_nest random_;
    int order_[NEST_DIMS] = {0, 1, 2, 3, 4, 5, 6, 7};
};

#endif
