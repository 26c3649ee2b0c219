// systolic_shadow_oracle.cpp - passes that flow one behind another, told word
// by word: for each cycle of a whole run, where each word of each pass is, by
// arithmetic alone.  Nothing moves here; it shares no code with pe/.
// SPDX-License-Identifier: MIT
#include "test/pe/systolic_oracle.h"

#include <algorithm>

namespace
{

struct timed {
    systolic_pass pass;
    int64_t issued, flows; // cycles
    int64_t end(const systolic_cfg &cfg) const
    {
        return flows + int64_t(pass.depth) + cfg.rows + cfg.cols - 2;
    }
    bool uses(int i, int j) const
    {
        return i < pass.rows_used && j < pass.cols_used;
    }
};

// Idle cycles, in which nothing is on the array, take no time here.
std::vector<timed> schedule(const systolic_cfg &cfg,
                            const std::vector<late_pass> &passes)
{
    std::vector<timed> all;
    for (const late_pass &p : passes) {
        timed t = {p.pass, 0, 0};
        if (!all.empty()) {
            const timed &before = all.back();
            t.issued = std::min(before.flows + int64_t(p.late_cycles),
                                before.end(cfg));
            t.flows = before.flows + int64_t(before.pass.depth);
        }
        t.flows = std::max(t.flows, t.issued + cfg.rows);
        all.push_back(t);
    }
    return all;
}

class teller
{
  public:
    teller(const systolic_cfg &cfg, const std::vector<timed> &all)
        : cfg_(cfg), all_(all)
    {
    }

    pass_counts window(int64_t from, int64_t to)
    {
        n_ = {};
        for (int64_t cycle = from; cycle < to; cycle++) {
            n_.cycles++;
            n_.flight_cycles++;
            for (const timed &t : all_)
                words(t, cycle);
            edge(cycle);
            for (int i = 0; i < cfg_.rows; i++)
                for (int j = 0; j < cfg_.cols; j++)
                    charge(i, j, cycle, to);
        }
        return n_;
    }

  private:
    bool has_mac(const timed &t, int i, int j, int64_t cycle) const
    {
        const int64_t k = cycle - t.flows - i - j;
        return t.uses(i, j) && k >= 0 && k < int64_t(t.pass.depth);
    }

    // What the first row takes at its edges.
    void edge(int64_t cycle)
    {
        const auto streams = [&](const timed &t) {
            return t.flows <= cycle && cycle < t.flows + int64_t(t.pass.depth);
        };
        const auto loads = [&](const timed &t) {
            return t.issued <= cycle && cycle < t.issued + cfg_.rows;
        };
        if (std::any_of(all_.begin(), all_.end(), streams))
            n_.stream_cycles++;
        else if (std::any_of(all_.begin(), all_.end(), loads))
            n_.load_cycles++;
    }

    void words(const timed &t, int64_t cycle)
    {
        const bool is = t.pass.kind == SYSTOLIC_IS;
        const int rows = t.pass.rows_used, cols = t.pass.cols_used;
        uint64_t held[3] = {}, stream[3] = {}; // sent, hops, delivered
        for (int j = 0; j < cols; j++) {
            // The word of row i enters column j in cycle issued+R-1-i+j and
            // then crosses a link a cycle, until all are in place.
            const int64_t now = cycle - t.issued - j;
            for (int i = 0; i < rows; i++) {
                const int64_t enters = cfg_.rows - 1 - i;
                held[0] += now == enters;
                held[1] += now >= enters && now <= enters + i;
                held[2] += now == enters + i;
            }
            const int64_t k = cycle - t.flows - j;
            const int64_t depth = t.pass.depth;
            if (t.pass.psum_in)
                n_.psum_in_words += k >= 0 && k < depth;
            else
                n_.first_macs += k >= 0 && k < depth;
            for (int i = 1; i < cfg_.rows; i++)
                n_.psum_link_words += k - i >= 0 && k - i < depth;
            const int64_t out = k - (cfg_.rows - 1);
            n_.psum_out_words += out >= 0 && out < depth;
            n_.psum_out_hops += out >= 0 && out < depth;
            for (int i = 0; i < rows; i++) {
                const bool mac = has_mac(t, i, j, cycle);
                n_.macs += mac;
                stream[0] += mac && j == 0;
                stream[1] += mac;
                stream[2] += mac;
            }
        }
        const uint64_t *filter = is ? stream : held;
        const uint64_t *ifmap = is ? held : stream;
        n_.filter_sent += filter[0];
        n_.filter_hops += filter[1];
        n_.filter_delivered += filter[2];
        n_.ifmap_sent += ifmap[0];
        n_.ifmap_hops += ifmap[1];
        n_.ifmap_delivered += ifmap[2];
    }

    // Looks for two passes on the array: the one whose first word came by last,
    // and the latest one issued.
    void charge(int i, int j, int64_t cycle, int64_t to)
    {
        const timed *own = nullptr, *latest = nullptr, *oldest = nullptr;
        for (const timed &t : all_) {
            // A pass that is issued at the end of this window is not yet on.
            if (t.issued > cycle || t.flows > to || t.end(cfg_) <= cycle)
                continue;
            oldest = oldest == nullptr ? &t : oldest;
            latest = &t;
            if (t.flows + i + j <= cycle)
                own = &t;
        }
        const timed *works = own != nullptr ? own : oldest;
        if (works == nullptr || !works->uses(i, j))
            return;
        if (own != nullptr && has_mac(*own, i, j, cycle))
            n_.pe_cycles[PE_MAC]++;
        else if (own == latest)
            n_.pe_cycles[PE_DRAIN]++;
        else
            n_.pe_cycles[PE_FILL]++;
    }

    const systolic_cfg &cfg_;
    const std::vector<timed> &all_;
    pass_counts n_ = {};
};

} // namespace

std::vector<pass_counts> run_shadow_oracle(const systolic_cfg &cfg,
                                           const std::vector<late_pass> &passes)
{
    const std::vector<timed> all = schedule(cfg, passes);
    teller tell(cfg, all);
    std::vector<pass_counts> windows;
    int64_t from = 0;
    for (const timed &t : all) {
        pass_counts n = tell.window(from, t.flows);
        const bool is = t.pass.kind == SYSTOLIC_IS;
        const int64_t loaded =
            std::max(t.flows, t.issued + cfg.rows + t.pass.cols_used - 1);
        const int64_t streamed =
            t.flows + int64_t(t.pass.depth) + t.pass.rows_used - 1;
        n.active_pes = uint64_t(t.pass.rows_used) * t.pass.cols_used;
        n.filter_free_cycle = uint64_t((is ? streamed : loaded) - from);
        n.ifmap_free_cycle = uint64_t((is ? loaded : streamed) - from);
        n.drain_cycles = uint64_t(t.end(cfg) - t.flows);
        windows.push_back(n);
        from = t.flows;
    }
    windows.push_back(tell.window(from, all.back().end(cfg)));
    return windows;
}
