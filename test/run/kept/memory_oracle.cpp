// memory_oracle.cpp - an independent model of a run.
// SPDX-License-Identifier: MIT
#include "test/run/kept/memory_oracle.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "test/array/array_oracle.h"

namespace
{

using tile = std::vector<int>;
constexpr uint64_t NEVER = UINT64_MAX;

// A tile that comes from DRAM, or goes there.
struct transfer {
    tile lot;   // those that stay together: of a group, or of its m tile
    tile place; // its place among them
    uint64_t words, bytes;
    size_t turn_end, last; // passes: of its first turn, and of all
    uint64_t done = NEVER; // cycle
};

// A step of the array: what it needs and how long it takes.
struct step {
    int load[TENSOR_PSUM]; // index of the tile that it uses
    int psum;              // number of its psum tile
    bool begins_psum, ends_psum;
    uint64_t cycles, filter_free;
    uint64_t start = NEVER;
};

tile lot_of(const pass_place &at, int tensor)
{
    if (tensor == TENSOR_IFMAP)
        return {at.g};
    return {at.g, at.m0};
}

tile place_of(const pass_place &at, int tensor)
{
    if (tensor == TENSOR_IFMAP)
        return {at.n0, at.p0, at.q0, at.c0};
    return {at.c0, at.f0 - at.m0};
}

class run
{
  public:
    explicit run(const program &p) : p_(p), a_(p.arch), l_(p.layer)
    {
        cursor at;
        pass one = {};
        cursor_start(&at);
        while (cursor_next(&p_, &at, &one))
            add(one);
        for (const step &s : steps_)
            for (int t = 0; t < TENSOR_PSUM; t++)
                see(t, size_t(s.load[t]), size_t(&s - steps_.data()));
    }

    oracle_run all()
    {
        oracle_run out = {};
        while (next_ < steps_.size() || served_[TENSOR_PSUM] < stores_.size()) {
            go();
            now_++;
        }
        out.cycles = end_;
        for (const transfer &s : stores_)
            out.cycles = std::max(out.cycles, s.done);
        for (int t = 0; t < TENSOR_PSUM; t++)
            for (const transfer &load : loads_[t])
                out.loaded_words[t] += load.words;
        return out;
    }

  private:
    bool stays(int t) const
    {
        return tiling_keeps(&p_.tiling, tensor(t));
    }

    // Words that lie in DRAM, each once, of the tile of a pass; gaps: with
    // those between them that come along.
    uint64_t words(const pass_place &at, int tensor, bool gaps) const
    {
        const uint64_t groups = uint64_t(std::max(at.groups, 1));
        if (tensor == TENSOR_FILTER)
            return groups * uint64_t(at.f) * uint64_t(at.c) *
                   uint64_t(l_.R * l_.S);
        if (tensor == TENSOR_PSUM)
            return groups * uint64_t(at.n) * uint64_t(at.m) * uint64_t(at.e) *
                   uint64_t(at.w);
        const axis rows = {l_.H, l_.pad_top, l_.stride_h, l_.dilation_h, l_.R};
        const axis cols = {l_.W, l_.pad_left, l_.stride_w, l_.dilation_w, l_.S};
        const auto h = touched(rows, l_.pad_bottom, at.p0, at.e);
        const auto w = touched(cols, l_.pad_right, at.q0, at.w);
        if (h.empty() || w.empty())
            return 0;
        // A row comes from its first word to its last one that is needed.
        const uint64_t row =
            gaps ? uint64_t(*w.rbegin() - *w.begin() + 1) : uint64_t(w.size());
        return groups * uint64_t(at.n) * uint64_t(at.c) * h.size() * row;
    }

    struct axis {
        int extent, pad, stride, dilation, taps;
    };

    // The rows, or columns, that lie in DRAM of those that outputs need.
    std::set<int> touched(const axis &of, int pad_after, int first, int n) const
    {
        const bool is_stored = a_.padding == PADDING_STORED;
        const int from = is_stored ? 0 : of.pad;
        const int to = of.pad + of.extent + (is_stored ? pad_after : 0);
        std::set<int> seen;
        for (int x = first; x < first + n; x++)
            for (int tap = 0; tap < of.taps; tap++) {
                const int at = x * of.stride + tap * of.dilation;
                if (at >= from && at < to)
                    seen.insert(at);
            }
        return seen;
    }

    // The array's time for a pass, by the array's own oracle.
    const pass_counts &array_of(const multicast_pass &d)
    {
        const std::string key(reinterpret_cast<const char *>(&d), sizeof(d));
        auto found = known_.find(key);
        if (found == known_.end())
            found = known_.emplace(key, run_oracle(a_, d)).first;
        return found->second;
    }

    void add(const pass &one)
    {
        const pass_counts &n = array_of(one.work.multicast);
        const pass_place &at = one.place;
        step s = {};
        for (int t = 0; t < TENSOR_PSUM; t++)
            s.load[t] = load_of(at, t);
        const tile psums = {at.g, at.m0, at.n0, at.p0, at.q0};
        s.begins_psum = steps_.empty() || psums != psums_;
        s.psum = steps_.empty() ? 0 : steps_.back().psum + s.begins_psum;
        if (s.begins_psum) {
            if (!steps_.empty())
                steps_.back().ends_psum = true;
            ofmap_bytes_.push_back(words(at, TENSOR_PSUM, false) *
                                   uint64_t(arch_ofmap_bits(&a_) / 8));
        }
        psums_ = psums;
        s.ends_psum = true; // until another one follows
        if (!steps_.empty() && !s.begins_psum)
            steps_.back().ends_psum = false;
        s.cycles = n.cycles;
        s.filter_free = n.filter_free_cycle;
        steps_.push_back(s);
    }

    // The load that brings the tile of a pass: a new one, unless it is the one
    // that the pass before used, or has come before and stays.
    int load_of(const pass_place &at, int t)
    {
        std::vector<transfer> &loads = loads_[t];
        const tile lot = lot_of(at, t), place = place_of(at, t);
        const int latest = steps_.empty() ? -1 : steps_.back().load[t];
        if (latest >= 0 && loads[size_t(latest)].lot == lot &&
            loads[size_t(latest)].place == place)
            return latest;
        for (size_t k = 0; stays(t) && k < loads.size(); k++)
            if (loads[k].lot == lot && loads[k].place == place)
                return int(k);
        transfer load = {};
        load.lot = lot;
        load.place = place;
        load.words = words(at, t, false);
        load.bytes = words(at, t, true) * 2;
        load.turn_end = steps_.size();
        load.done = NEVER;
        loads.push_back(load);
        return int(loads.size()) - 1;
    }

    // A pass uses a load.
    void see(int t, size_t k, size_t pass)
    {
        transfer &load = loads_[t][k];
        if (load.turn_end + 1 == pass)
            load.turn_end = pass;
        load.last = pass;
    }

    // From when on a pass needs the tensor's tile no more.
    uint64_t left(int t, size_t pass) const
    {
        const step &s = steps_[pass];
        if (s.start == NEVER)
            return NEVER;
        return s.start + (t == TENSOR_FILTER ? s.filter_free : s.cycles);
    }

    // From when on there is a place for a load: one tile is in use and one on
    // its way; where tiles stay, those in its place and before it have gone.
    uint64_t has_place(int t, size_t k) const
    {
        const std::vector<transfer> &loads = loads_[t];
        const transfer &load = loads[k];
        const size_t ahead = stays(t) ? 2 : size_t(p_.buffers[t]);
        uint64_t from = k < ahead ? uint64_t(a_.layer_start_cycles)
                                  : left(t, loads[k - ahead].turn_end);
        for (const transfer &old : loads) {
            if (&old == &load)
                break;
            if (stays(t) && old.lot != load.lot && old.place <= load.place)
                from = std::max(from, left(t, old.last));
        }
        return from;
    }

    // Moves a tile if the DRAM may begin to in this cycle.
    bool serve(transfer *one, uint64_t after)
    {
        if (after > now_)
            return false;
        one->done = after;
        if (one->bytes == 0 || std::strcmp(a_.dram_model, "ideal") == 0)
            return true;
        // In units of cycles over bytes a second.
        const uint64_t rate = a_.dram_bytes_per_second;
        free_ = std::max(free_, after * rate) + one->bytes * a_.clock_hz;
        one->done =
            (free_ + rate - 1) / rate + uint64_t(a_.dram_latency_cycles);
        return true;
    }

    // Transfers begin in this cycle while the DRAM is free: the first of
    // ifmaps, filters and ofmaps that may.
    void move()
    {
        bool moves = true;
        while (moves && free_ <= now_ * a_.dram_bytes_per_second) {
            moves = false;
            for (int t = 0; !moves && t < TENSOR_N; t++) {
                const bool is_psum = t == TENSOR_PSUM;
                std::vector<transfer> &of = is_psum ? stores_ : loads_[t];
                const size_t k = served_[t];
                moves = k < of.size() &&
                        serve(&of[k], is_psum ? of[k].last : has_place(t, k));
                served_[t] += moves;
            }
        }
    }

    bool is_ready(const step &s) const
    {
        for (int t = 0; t < TENSOR_PSUM; t++)
            if (loads_[t][size_t(s.load[t])].done > now_)
                return false;
        const int gone = s.psum - p_.buffers[TENSOR_PSUM];
        return gone < 0 || (size_t(gone) < stores_.size() &&
                            stores_[size_t(gone)].done <= now_);
    }

    void go()
    {
        if (is_running_ && now_ == end_) {
            const step &s = steps_[next_++];
            is_running_ = false;
            if (s.ends_psum) {
                transfer store = {};
                store.bytes = ofmap_bytes_[size_t(s.psum)];
                store.last = now_; // from when on it may go
                stores_.push_back(store);
            }
        }
        move();
        if (!is_running_ && next_ < steps_.size() && is_ready(steps_[next_])) {
            steps_[next_].start = now_;
            end_ = now_ + steps_[next_].cycles;
            is_running_ = true;
            move(); // where words leave at once
        }
    }

    const program &p_;
    const arch &a_;
    const layer &l_;
    std::vector<step> steps_;
    std::vector<transfer> loads_[TENSOR_PSUM], stores_;
    std::vector<uint64_t> ofmap_bytes_;
    tile psums_;
    std::map<std::string, pass_counts> known_;
    size_t served_[TENSOR_N] = {};
    uint64_t now_ = 0, end_ = 0, free_ = 0;
    size_t next_ = 0;
    bool is_running_ = false;
};

} // namespace

oracle_run run_memory_oracle(const program &p)
{
    return run(p).all();
}
