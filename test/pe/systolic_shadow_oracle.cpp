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
    int64_t issued, loads, flows; // cycles
    std::vector<int64_t> enters;  // of each word, at the corner
    int64_t end;                  // its last command has left
    strip_flight flight;          // as it begins to flow

    bool uses(int i, int j) const
    {
        return i < pass.rows_used && j < pass.cols_used;
    }
    // Whether a word enters the corner in this cycle.
    bool enters_in(int64_t cycle) const
    {
        return std::binary_search(enters.begin(), enters.end(), cycle);
    }
};

// A command after all others: strips as long as may be, inside their lines.
class commands
{
  public:
    explicit commands(const systolic_cfg &cfg) : cfg_(cfg)
    {
    }

    // The earliest cycle for one.
    int64_t free_from(int64_t cycle) const
    {
        const size_t most = size_t(cfg_.commands_in_flight);
        if (most == 0 || left_.size() < most)
            return cycle;
        return std::max(cycle, left_[left_.size() - most]);
    }

    // Gives its words their cycles; returns that in which it has left.
    int64_t enter(int64_t begins, int64_t words, std::vector<int64_t> *enters)
    {
        for (int64_t k = 0; k < words; k++)
            enters->push_back(begins + k);
        left_.push_back(std::max(begins + words + cfg_.rows + cfg_.cols - 2,
                                 begins + cfg_.command_cycles));
        return left_.back();
    }

    strip_flight flight(int64_t cycle) const
    {
        strip_flight f = {};
        const size_t most = size_t(cfg_.commands_in_flight);
        for (size_t k = 0; k < std::min(most, left_.size()); k++) {
            const int64_t left = left_[left_.size() - 1 - k];
            f.cycles[most - 1 - k] =
                uint32_t(std::max(left - cycle, INT64_C(0)));
        }
        return f;
    }

  private:
    const systolic_cfg &cfg_;
    std::vector<int64_t> left_;
};

// Idle cycles, in which nothing is on the array, take no time here.
std::vector<timed> schedule(const systolic_cfg &cfg,
                            const std::vector<late_pass> &passes)
{
    std::vector<timed> all;
    commands line_up(cfg);
    int64_t next = 0, last_begins = 0; // of the pass before
    for (const late_pass &p : passes) {
        timed t = {p.pass, 0, 0, 0, {}, 0, {}};
        if (!all.empty())
            t.issued = std::min(all.back().flows + int64_t(p.late_cycles),
                                all.back().end);
        t.loads = std::max(t.issued, last_begins);
        t.flows = line_up.free_from(std::max(next, t.loads + cfg.rows));
        next = t.flows;
        t.flight = line_up.flight(t.flows);
        const int64_t line =
            p.pass.line_words > 0 ? p.pass.line_words : p.pass.depth;
        const int64_t most = cfg.strip_words > 0 ? cfg.strip_words : line;
        for (int64_t at = 0; at < int64_t(p.pass.depth); at += line)
            for (int64_t k = 0; k < line; k += most) {
                const int64_t words = std::min(most, line - k);
                last_begins = line_up.free_from(next);
                t.end = line_up.enter(last_begins, words, &t.enters);
                next = last_begins +
                       std::max<int64_t>(words, cfg.strip_min_cycles);
            }
        t.end = std::max({t.end, last_begins + cfg.command_cycles, next});
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
        return t.uses(i, j) && t.enters_in(cycle - i - j);
    }

    // What the first row takes at its edges.
    void edge(int64_t cycle)
    {
        const auto streams = [&](const timed &t) { return t.enters_in(cycle); };
        const auto loads = [&](const timed &t) {
            return t.loads <= cycle && cycle < t.loads + cfg_.rows;
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
            // The word of row i enters column j in cycle loads+R-1-i+j and
            // then crosses a link a cycle, until all are in place.
            const int64_t now = cycle - t.loads - j;
            for (int i = 0; i < rows; i++) {
                const int64_t enters = cfg_.rows - 1 - i;
                held[0] += now == enters;
                held[1] += now >= enters && now <= enters + i;
                held[2] += now == enters + i;
            }
            *(t.pass.psum_in ? &n_.psum_in_words : &n_.first_macs) +=
                t.enters_in(cycle - j);
            for (int i = 1; i < cfg_.rows; i++)
                n_.psum_link_words += t.enters_in(cycle - j - i);
            const bool out = t.enters_in(cycle - j - (cfg_.rows - 1));
            n_.psum_out_words += out;
            n_.psum_out_hops += out;
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
            if (t.issued > cycle || t.flows > to || t.end <= cycle)
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
            std::max(t.flows, t.loads + cfg.rows + t.pass.cols_used - 1);
        const int64_t streamed = t.enters.back() + t.pass.rows_used;
        n.active_pes = uint64_t(t.pass.rows_used) * t.pass.cols_used;
        n.filter_free_cycle = uint64_t((is ? streamed : loaded) - from);
        n.ifmap_free_cycle = uint64_t((is ? loaded : streamed) - from);
        n.drain_cycles = uint64_t(t.end - t.flows);
        windows.push_back(n);
        from = t.flows;
    }
    windows.push_back(tell.window(from, all.back().end));
    return windows;
}

std::vector<systolic_left>
shadow_oracle_left(const systolic_cfg &cfg,
                   const std::vector<late_pass> &passes, size_t last)
{
    const std::vector<timed> all = schedule(cfg, passes);
    const int64_t now = all[last].flows;
    std::vector<systolic_left> left;
    for (size_t k = 0; k <= last; k++) {
        const int64_t loading = all[k].loads + cfg.rows + cfg.cols - 1 - now;
        if (all[k].end > now)
            left.push_back({all[k].pass,
                            uint64_t(std::max(loading, INT64_C(0))),
                            uint64_t(now - all[k].flows), all[k].flight});
    }
    return left;
}
