// dram_requests.h - draws the requests that tests send to a DRAM.
// SPDX-License-Identifier: MIT
#ifndef TEST_MEM_DRAM_REQUESTS_H
#define TEST_MEM_DRAM_REQUESTS_H

#include <random>
#include <vector>

#include "mem/dram.h"

// Lists of requests, from streams to single bursts, that meet in few rows.
class random_requests
{
  public:
    random_requests(const dram_part &part, unsigned seed);
    int pick(int low, int high); // both ends included
    dram_request request(uint64_t bytes_at_most);
    std::vector<dram_request> list(uint64_t bytes_at_most);
    // Some clocks: mostly few, sometimes beyond a refresh or several.
    uint64_t pause();

  private:
    dram_part part_;
    std::mt19937 engine_;
};

dram_request run_of_bytes(uint64_t address, uint64_t bytes,
                          bool is_write = false);
// A part's memory whose core clock is the part's own: cycles are clocks.
dram_cfg part_cfg(const dram_part &part);

#endif
