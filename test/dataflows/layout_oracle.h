// layout_oracle.h - where words lie in DRAM, by laying down one after the
// other, and what a transfer should touch: byte by byte, nothing of
// dram_layout.h.
// SPDX-License-Identifier: MIT
#ifndef TEST_DATAFLOWS_LAYOUT_ORACLE_H
#define TEST_DATAFLOWS_LAYOUT_ORACLE_H

#include <array>
#include <map>
#include <set>
#include <vector>

#include "mem/dram.h"
#include "sim/base/arch.h"
#include "sim/base/layer.h"
#include "sim/base/result.h"

using dram_word = std::array<int, 4>; // coordinates as of dram_layout_bit
using word_list = std::vector<dram_word>;

// A range of each dimension of the filters, M and C within the group.
struct filter_box {
    int first[5], size[5];
};

class layout_oracle
{
  public:
    // tiles: boxes of filters in the order in which they are first fetched.
    layout_oracle(const arch &a, const layer &l, int burst_bytes,
                  const std::vector<filter_box> &tiles);
    // Bytes of psums are those of finished outputs, or with `spilled` of
    // psums that come back.
    std::set<uint64_t> bytes_of(tensor t, const word_list &of,
                                bool spilled = false) const;
    std::set<uint64_t> bursts_of(const std::set<uint64_t> &bytes) const;
    word_list filter_words(const filter_box &box) const; // as MCRS
    // Fills each row that has a word: from its first to its last one.
    static word_list filled_rows(const word_list &of);
    // Ifmap words that DRAM holds of those behind these outputs and channels.
    word_list ifmap_words(int n0, int n, int g, int c0, int c, int p0, int p,
                          int q0, int q) const;

  private:
    void start_at_a_burst();
    void put(int stored, const dram_word &w);
    void put_outputs(int stored);
    int bits_of(int stored) const;
    void put_filters(std::vector<filter_box> boxes);
    const arch a_;
    const layer l_;
    uint64_t burst_bits_, next_bit_ = 0;
    // The tensors' words, then those of spilled psums.
    std::map<dram_word, uint64_t> bit_[TENSOR_N + 1];
};

// All bytes of the requests in their order.
std::vector<uint64_t> bytes_asked_for(const dram_request *request, int n);
// Bursts moved for them, if none is moved twice in a row.
uint64_t bursts_moved(const std::vector<uint64_t> &bytes, int burst_bytes);

#endif
