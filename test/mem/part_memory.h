// part_memory.h - a DRAM part whose core clock is its own, and its commands.
// SPDX-License-Identifier: MIT
#ifndef TEST_MEM_PART_MEMORY_H
#define TEST_MEM_PART_MEMORY_H

#include <algorithm>
#include <iterator>
#include <vector>

#include "mem/dram_part.h"
#include "test/mem/dram_oracle.h"
#include "test/mem/dram_requests.h"

inline bool moves_data(const dram_event &e)
{
    return e.command == DRAM_READ || e.command == DRAM_WRITE;
}

// Cycles are clocks of the part.
class Memory
{
  public:
    enum watch { WATCHED, UNWATCHED };
    // Watched: the first of the channels.
    explicit Memory(const dram_part &part, watch how = WATCHED,
                    int channels = 1)
        : part_(part), cfg_(part_cfg(part_))
    {
        cfg_.channels = channels;
        dram_ = dram_new(&cfg_);
        dram_tap tap = tap_into(&events);
        if (how == WATCHED)
            dram_set_tap(dram_, &tap);
    }
    Memory(const Memory &) = delete;
    Memory &operator=(const Memory &) = delete;
    ~Memory()
    {
        dram_free(dram_);
    }
    uint64_t serve(const std::vector<dram_request> &list, uint64_t start)
    {
        return dram_serve_list(dram_, list.data(),
                               static_cast<int>(list.size()), start);
    }
    uint64_t free_clock() const
    {
        return dram_free_cycle(dram_);
    }
    const dram_totals &counts() const
    {
        return *dram_counts(dram_);
    }
    std::vector<dram_event> columns() const
    {
        std::vector<dram_event> some;
        std::copy_if(events.begin(), events.end(), std::back_inserter(some),
                     moves_data);
        return some;
    }
    uint64_t address(int bank, int row, int burst) const
    {
        dram_map map;
        dram_map_init(&map, &part_);
        return dram_map_address(&map, {bank, row, burst});
    }
    dram_request burst(int bank, int row, int burst,
                       bool is_write = false) const
    {
        return run_of_bytes(address(bank, row, burst), 1, is_write);
    }

    std::vector<dram_event> events;

  private:
    dram_part part_;
    dram_cfg cfg_;
    struct dram *dram_;
};

#endif
