// dram_requests.cpp - draws the requests that tests send to a DRAM.
// SPDX-License-Identifier: MIT
#include "test/mem/dram_requests.h"

#include <algorithm>

random_requests::random_requests(const dram_part &part, unsigned seed)
    : part_(part), engine_(seed)
{
}

int random_requests::pick(int low, int high)
{
    return low +
           static_cast<int>(engine_() % static_cast<unsigned>(high - low + 1));
}

dram_request random_requests::request(uint64_t bytes_at_most)
{
    uint64_t burst_bytes = static_cast<uint64_t>(part_.BL * part_.bus_bytes);
    uint64_t row_bytes = static_cast<uint64_t>(part_.columns * part_.bus_bytes *
                                               part_.bankgroups);
    uint64_t bytes = 1;
    dram_request r = run_of_bytes(0, 1, pick(0, 2) == 0);
    // A few rows of a few banks, and now and then the end of the memory.
    uint64_t banks = static_cast<uint64_t>(part_.banks_per_group);
    uint64_t row = static_cast<uint64_t>(pick(0, 3));
    if (pick(0, 9) == 0)
        row = static_cast<uint64_t>(part_.rows) - 1;
    r.address = (row * banks + static_cast<uint64_t>(pick(0, 2))) * row_bytes +
                static_cast<uint64_t>(pick(0, static_cast<int>(row_bytes) - 1));
    if (pick(0, 2) == 0)
        r.address -= r.address % burst_bytes;
    switch (pick(0, 3)) {
    case 0: // a stream
        r.run_bytes =
            static_cast<uint64_t>(pick(0, static_cast<int>(bytes_at_most)));
        return r;
    case 1: // single words
        r.run_bytes = static_cast<uint64_t>(pick(1, 4));
        break;
    default:
        r.run_bytes =
            static_cast<uint64_t>(pick(1, static_cast<int>(4 * burst_bytes)));
    }
    bytes = r.run_bytes;
    const uint64_t strides[] = {0,
                                r.run_bytes,
                                burst_bytes,
                                4 * burst_bytes,
                                5 * burst_bytes + 2,
                                row_bytes,
                                banks * row_bytes};
    for (int k = DRAM_LOOPS - 1; k >= 0; k--) {
        uint64_t most = std::min<uint64_t>(bytes_at_most / bytes, 12);
        if (most == 0 || pick(0, 1) == 0)
            continue;
        r.loop[k].count =
            static_cast<uint32_t>(pick(1, static_cast<int>(most)));
        r.loop[k].stride_bytes = strides[pick(0, 6)];
        bytes *= r.loop[k].count;
    }
    return r;
}

std::vector<dram_request> random_requests::list(uint64_t bytes_at_most)
{
    std::vector<dram_request> requests;
    for (int k = pick(1, 6); k > 0; k--)
        requests.push_back(request(bytes_at_most));
    return requests;
}

uint64_t random_requests::pause()
{
    if (pick(0, 9) == 0)
        return static_cast<uint64_t>(pick(0, 4 * part_.tREFI));
    return static_cast<uint64_t>(pick(0, 3) == 0 ? pick(0, 300) : 0);
}

dram_request run_of_bytes(uint64_t address, uint64_t bytes, bool is_write)
{
    dram_request r = {};
    r.is_write = is_write;
    r.address = address;
    r.run_bytes = bytes;
    for (auto &loop : r.loop)
        loop.count = 1;
    return r;
}

dram_cfg part_cfg(const dram_part &part)
{
    dram_cfg cfg = {};
    cfg.kind = DRAM_PART;
    cfg.core_hz = part.clock_hz;
    cfg.part = &part;
    return cfg;
}
