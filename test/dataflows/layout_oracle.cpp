// layout_oracle.cpp - where words lie in DRAM, by laying down one after the
// other.
// SPDX-License-Identifier: MIT
#include "test/dataflows/layout_oracle.h"

#include <gtest/gtest.h>

#include <algorithm>

layout_oracle::layout_oracle(const arch &a, const layer &l, int burst_bytes,
                             const std::vector<filter_box> &tiles)
    : a_(a), l_(l), burst_bits_(8 * static_cast<uint64_t>(burst_bytes))
{
    const bool stored = a.padding == PADDING_STORED;
    const int top = stored ? 0 : l.pad_top, left = stored ? 0 : l.pad_left;
    const int h = stored ? l.H + l.pad_top + l.pad_bottom : l.H;
    const int w = stored ? l.W + l.pad_left + l.pad_right : l.W;
    for (int n = 0; n < l.N; n++)
        for (int c = 0; c < l.C; c++)
            for (int y = 0; y < h; y++) {
                if (a.dram_layout == LAYOUT_ROWS)
                    start_at_a_burst();
                for (int x = 0; x < w; x++)
                    put(TENSOR_IFMAP, {n, c, y + top, x + left});
            }
    start_at_a_burst();
    if (a.dram_filter_order == FILTER_TILES && l.op != LAYER_MATMUL) {
        put_filters(tiles);
    } else {
        std::vector<filter_box> each;
        for (int g = 0; g < l.G; g++)
            for (int m = 0; m < l.M / l.G; m++)
                each.push_back({{g, m, 0, 0, 0}, {1, 1, l.C / l.G, l.R, l.S}});
        put_filters(each);
    }
    put_outputs(TENSOR_PSUM);
    if (bits_of(TENSOR_PSUM) == bits_of(TENSOR_N))
        bit_[TENSOR_N] = bit_[TENSOR_PSUM];
    else
        put_outputs(TENSOR_N);
}

void layout_oracle::put_outputs(int stored)
{
    start_at_a_burst();
    for (int n = 0; n < l_.N; n++)
        for (int m = 0; m < l_.M; m++)
            for (int p = 0; p < l_.P; p++) {
                if (a_.dram_layout == LAYOUT_ROWS)
                    start_at_a_burst();
                for (int q = 0; q < l_.Q; q++)
                    put(stored, {n, m, p, q});
            }
}

int layout_oracle::bits_of(int stored) const
{
    if (stored == TENSOR_N)
        return a_.precision_bits[TENSOR_PSUM];
    if (stored == TENSOR_PSUM)
        return a_.ofmap_bits > 0 ? a_.ofmap_bits
                                 : a_.precision_bits[TENSOR_IFMAP];
    return a_.precision_bits[stored];
}

void layout_oracle::start_at_a_burst()
{
    while (next_bit_ % burst_bits_ != 0)
        next_bit_++;
}

void layout_oracle::put(int stored, const dram_word &w)
{
    EXPECT_TRUE(bit_[stored].emplace(w, next_bit_).second) << "laid down twice";
    next_bit_ += static_cast<uint64_t>(bits_of(stored));
}

void layout_oracle::put_filters(std::vector<filter_box> boxes)
{
    size_t most = 0;
    for (const filter_box &box : boxes)
        most = std::max(most, filter_words(box).size());
    for (const filter_box &box : boxes) {
        uint64_t slot = next_bit_;
        for (const dram_word &w : filter_words(box))
            put(TENSOR_FILTER, w);
        if (a_.dram_layout == LAYOUT_ROWS) {
            next_bit_ = slot + most * static_cast<uint64_t>(
                                          a_.precision_bits[TENSOR_FILTER]);
            start_at_a_burst();
        }
    }
    EXPECT_EQ(bit_[TENSOR_FILTER].size(),
              size_t(l_.M) * size_t(l_.C / l_.G) * size_t(l_.R) * size_t(l_.S));
}

word_list layout_oracle::filter_words(const filter_box &b) const
{
    word_list out;
    for (int g = b.first[0]; g < b.first[0] + b.size[0]; g++)
        for (int m = b.first[1]; m < b.first[1] + b.size[1]; m++)
            for (int c = b.first[2]; c < b.first[2] + b.size[2]; c++)
                for (int r = b.first[3]; r < b.first[3] + b.size[3]; r++)
                    for (int s = b.first[4]; s < b.first[4] + b.size[4]; s++)
                        out.push_back({g * (l_.M / l_.G) + m, c, r, s});
    return out;
}

word_list layout_oracle::ifmap_words(int n0, int n, int g, int c0, int c,
                                     int p0, int p, int q0, int q) const
{
    std::set<dram_word> some;
    for (int i = n0; i < n0 + n; i++)
        for (int k = c0; k < c0 + c; k++)
            for (int y = p0; y < p0 + p; y++)
                for (int r = 0; r < l_.R; r++)
                    for (int x = q0; x < q0 + q; x++)
                        for (int s = 0; s < l_.S; s++) {
                            dram_word w = {i, g * (l_.C / l_.G) + k,
                                           y * l_.stride_h + r * l_.dilation_h,
                                           x * l_.stride_w + s * l_.dilation_w};
                            if (bit_[TENSOR_IFMAP].count(w) != 0)
                                some.insert(w);
                        }
    return word_list(some.begin(), some.end());
}

word_list layout_oracle::filled_rows(const word_list &of)
{
    std::map<std::array<int, 3>, std::pair<int, int>> rows;
    word_list out;
    for (const dram_word &w : of) {
        auto at = rows.insert({{w[0], w[1], w[2]}, {w[3], w[3]}}).first;
        at->second.first = std::min(at->second.first, w[3]);
        at->second.second = std::max(at->second.second, w[3]);
    }
    for (const auto &row : rows)
        for (int x = row.second.first; x <= row.second.second; x++)
            out.push_back({row.first[0], row.first[1], row.first[2], x});
    return out;
}

std::set<uint64_t> layout_oracle::bytes_of(tensor t, const word_list &of,
                                           bool spilled) const
{
    const int stored = spilled ? int(TENSOR_N) : int(t);
    std::set<uint64_t> bytes;
    for (const dram_word &w : of)
        for (int k = 0; k < bits_of(stored); k++)
            bytes.insert((bit_[stored].at(w) + static_cast<uint64_t>(k)) / 8);
    return bytes;
}

std::set<uint64_t>
layout_oracle::bursts_of(const std::set<uint64_t> &bytes) const
{
    std::set<uint64_t> bursts;
    for (uint64_t byte : bytes)
        bursts.insert(8 * byte / burst_bits_);
    return bursts;
}

std::vector<uint64_t> bytes_asked_for(const dram_request *request, int n)
{
    std::vector<uint64_t> bytes;
    for (const dram_request *r = request; r != request + n; r++) {
        uint64_t turns = 1;
        for (const auto &loop : r->loop)
            turns *= loop.count;
        for (uint64_t turn = 0; turn < turns; turn++) {
            uint64_t left = turn, address = r->address;
            for (int k = DRAM_LOOPS - 1; k >= 0; k--) {
                address += left % r->loop[k].count * r->loop[k].stride_bytes;
                left /= r->loop[k].count;
            }
            for (uint64_t k = 0; k < r->run_bytes; k++)
                bytes.push_back(address + k);
        }
    }
    return bytes;
}

uint64_t bursts_moved(const std::vector<uint64_t> &bytes, int burst_bytes)
{
    uint64_t moved = 0, before = UINT64_MAX;
    for (uint64_t byte : bytes) {
        uint64_t burst = byte / static_cast<uint64_t>(burst_bytes);
        moved += burst != before;
        before = burst;
    }
    return moved;
}
