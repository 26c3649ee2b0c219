// drawn_fold.h - random loop nests on systolic arrays: a fold, and loops around
// it at random.
// SPDX-License-Identifier: MIT
#ifndef TEST_PINS_DRAWN_FOLD_H
#define TEST_PINS_DRAWN_FOLD_H

#include <algorithm>
#include <cstring>
#include <vector>

#include "test/random_run.h"

class drawn_fold
{
  public:
    drawn_fold(unsigned seed, random_run *out) : random_(seed), out_(out)
    {
    }

    // false: it is not legal.
    bool draw(uint64_t macs_most, diag *d)
    {
        static const struct shares kinds[] = {{"ws", "crs", "m", "npq"},
                                              {"is", "crs", "npq", "m"},
                                              {"os", "npq", "m", "crs"}};
        const shares &kind = kinds[random_.pick(0, 2)];
        machine(kind.name);
        do
            out_->l = random_.shape();
        while (layer_macs(&out_->l) > macs_most);
        nest_start(&out_->a, &n_);
        for (int dim = 0; dim < NEST_DIMS; dim++)
            cut(kind, nest_dim(dim));
        place_outside();
        nest_level *l2 = &n_.level[LEVEL_L2];
        for (const nest_loop &loop : stream_)
            nest_append(&l2->time, nest_dim(loop.dim), loop.count);
        out_->text = "a nest of folds, " + describe(out_->l);
        return choose_nest(&out_->a, &out_->l, &n_, nullptr, &out_->mapping, d);
    }

  private:
    struct shares {
        const char *name, *rows, *cols, *stream;
    };

    void machine(const std::string &kind)
    {
        arch *a = &out_->a;
        *a = random_.machine();
        a->array_network = NETWORK_SYSTOLIC;
        a->carries = CARRIES_ALL;
        a->compression = COMPRESSION_NONE;
        a->tight_folds = random_.pick(0, 1) != 0;
        random_.add_shadow_words(a);
        a->dram_order =
            random_.pick(0, 1) ? DRAM_ORDER_OLDEST : DRAM_ORDER_TENSORS;
        a->layer_start_cycles = random_.pick(0, 1) * 100;
        a->l2_bytes = 1 << 18;
        std::snprintf(a->dataflows[0], sizeof(a->dataflows[0]), "%s",
                      kind.c_str());
        if (kind == "ws" && a->preload == PRELOAD_SHADOW && random_.pick(0, 1))
            random_.add_strips(a);
        if (kind == "os")
            a->preload = PRELOAD_SERIAL;
        a->drain = kind == "os" && random_.pick(0, 1) ? DRAIN_OVERLAPPED
                                                      : DRAIN_SERIAL;
    }

    // A dimension's part of an axis or of the stream, the rest outside.
    void cut(const shares &kind, nest_dim dim)
    {
        const char letter = nest_dim_letter[dim];
        const int extent = nest_extent(&out_->l, dim);
        nest_level *l2 = &n_.level[LEVEL_L2];
        int tile = 1;
        if (std::strchr(kind.rows, letter) != nullptr)
            tile = share(&l2->rows, dim, extent, out_->a.rows);
        else if (std::strchr(kind.cols, letter) != nullptr)
            tile = share(&l2->cols, dim, extent, out_->a.cols);
        else if (std::strchr(kind.stream, letter) != nullptr) {
            tile = random_.pick(1, extent);
            if (tile > 1)
                stream_.push_back({uint16_t(dim), uint16_t(tile)});
        }
        const int left = ceil_div(extent, tile);
        const int part = random_.pick(1, left);
        for (int count : {part, ceil_div(left, part)})
            if (count > 1)
                outside_.push_back({uint16_t(dim), uint16_t(count)});
    }

    int share(nest_loops *loops, nest_dim dim, int extent, int places)
    {
        for (int i = 0; i < loops->n; i++)
            places /= loops->loop[i].count;
        const int tile = random_.pick(1, std::min(extent, places));
        if (tile > 1)
            nest_append(loops, dim, tile);
        return tile;
    }

    void place_outside()
    {
        const size_t n = outside_.size();
        for (size_t i = n; i > 1; i--)
            std::swap(outside_[i - 1],
                      outside_[size_t(random_.pick(0, int(i) - 1))]);
        const size_t at_dram = size_t(random_.pick(0, int(n)));
        for (size_t i = 0; i < n; i++)
            nest_append(&n_.level[i < at_dram ? LEVEL_DRAM : LEVEL_L2].time,
                        nest_dim(outside_[i].dim), outside_[i].count);
    }

    random_case random_;
    random_run *out_;
    nest n_ = {};
    std::vector<nest_loop> outside_, stream_;
};

#endif
