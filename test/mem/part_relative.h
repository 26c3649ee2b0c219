// part_relative.h - all that decides how a DRAM part's controller serves what
// comes from a clock on, relative to that clock: equal words, equal future at
// equal addresses.
// SPDX-License-Identifier: MIT
#ifndef TEST_MEM_PART_RELATIVE_H
#define TEST_MEM_PART_RELATIVE_H

#include <cstdint>
#include <vector>

#include "mem/dram_controller.h"

inline std::vector<uint64_t> relative_state(const dram_controller &at_rest,
                                            uint64_t now)
{
    dram_controller c = at_rest;
    c.tap = {};
    dram_controller_idle(&c, now);
    const dram_part_state &s = c.state;
    std::vector<uint64_t> words = {static_cast<uint64_t>(c.way)};
    // What lies in the past has no effect any more.
    auto add_clock = [&words, now](uint64_t clock) {
        words.push_back(clock > now ? clock - now : 0);
    };
    add_clock(s.clock);
    add_clock(s.refresh_due);
    add_clock(s.activate);
    for (int k = 0; k < 4; k++)
        add_clock(s.activate_faw[(s.faw_oldest + k) & 3]);
    for (uint64_t column : s.column)
        add_clock(column);
    for (int g = 0; g < c.timing.bankgroups; g++) {
        add_clock(s.group[g].activate);
        for (uint64_t column : s.group[g].column)
            add_clock(column);
    }
    for (int b = 0; b < c.timing.banks; b++) {
        add_clock(s.bank[b].activate);
        add_clock(s.bank[b].precharge);
        add_clock(s.bank[b].column);
        words.push_back(static_cast<uint64_t>(s.bank[b].open_row));
    }
    return words;
}

inline uint64_t serve_list(dram_controller *c,
                           const std::vector<dram_request> &list,
                           uint64_t start_clock)
{
    return dram_controller_serve(c, list.data(), static_cast<int>(list.size()),
                                 nullptr, start_clock);
}

#endif
