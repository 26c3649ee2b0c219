// shuffler.h - a kernel that steps blocks in a new random order in every cycle.
// SPDX-License-Identifier: MIT
#ifndef TEST_ARRAY_SHUFFLER_H
#define TEST_ARRAY_SHUFFLER_H

#include <algorithm>
#include <cstdlib>
#include <random>
#include <vector>

#include "sim/run/kernel.h"

struct shuffler {
    block_grain grain;
    std::mt19937 engine{1};
    std::vector<block> blocks;
    size_t most_blocks = 0;

    static void assembled(void *context, array_side *side)
    {
        auto *s = static_cast<shuffler *>(context);
        block *list = nullptr;
        int n = array_side_blocks(side, s->grain, &list);
        s->blocks.assign(list, list + n);
        s->most_blocks = std::max(s->most_blocks, s->blocks.size());
        std::free(list);
    }

    static run_end run_pass(void *context, array_side *side, uint64_t)
    {
        auto *s = static_cast<shuffler *>(context);
        while (!array_side_is_done(side)) {
            std::shuffle(s->blocks.begin(), s->blocks.end(), s->engine);
            for (const block &b : s->blocks)
                b.eval(b.self, b.part);
            std::shuffle(s->blocks.begin(), s->blocks.end(), s->engine);
            for (const block &b : s->blocks)
                b.commit(b.self, b.part);
            if (!array_side_moved(side))
                return RUN_DEADLOCK;
        }
        return RUN_DONE;
    }
};

#endif
