// systolic_drain_oracle.cpp - an independent model of an output stationary
// array whose psums are shifted out while the next pass flows.
//
// PEs are objects; every register holds the number of its word.  Flow and
// drain are two machines that meet when psums go over, and in what a PE is
// charged with.
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "test/pe/systolic_oracle.h"

namespace
{

constexpr long NONE = -1;

void must(bool holds, const char *what)
{
    if (!holds) {
        std::fprintf(stderr, "systolic drain oracle: %s\n", what);
        std::abort();
    }
}

struct pe {
    long left = NONE, top = NONE; // word k, as the flow has them
    long macs = 0;
    long shifted = NONE; // row whose psum is in the shift register
    bool multiplies = false, moves = false, holds = false; // in this cycle
};

class array
{
  public:
    explicit array(const systolic_cfg &cfg) : cfg_(cfg)
    {
        pes_.resize(size_t(cfg.rows) * size_t(cfg.cols));
    }

    bool drains() const
    {
        return std::any_of(pes_.begin(), pes_.end(),
                           [](const pe &p) { return p.shifted != NONE; });
    }

    void issue(const systolic_pass &pass)
    {
        flows_ = pass;
        flowing_ = true;
        arrived_ = false;
        step_ = 0;
        left_waits_ = top_waits_ = NONE;
        n_.active_pes = uint64_t(pass.rows_used) * pass.cols_used;
    }

    // Until the pass has gone over into the shift registers.
    void run()
    {
        while (flowing_)
            cycle();
    }

    void cycle()
    {
        for (pe &p : pes_)
            p.multiplies = p.moves = p.holds = false;
        n_.cycles++;
        n_.flight_cycles++;
        pe_cause flow_cause = PE_WAIT_PSUM_OUT, drain_cause = PE_WAIT_PSUM_OUT;
        const std::vector<pe> before = pes_;
        const bool drained = drains();
        const systolic_pass draining = drains_;
        if (flowing_ && !arrived_)
            flow_cause = flow();
        since_over_++;
        if (drained)
            drain_cause = drain();
        if (drained && !drains())
            drain_took_ = since_over_;
        charge(before, drained ? &draining : nullptr, flow_cause, drain_cause);
        if (flowing_ && arrived_ && !drains())
            go_over();
    }

    // From a pass's going over to its last psum's leaving, of the last one.
    uint64_t drain_took() const
    {
        return drain_took_;
    }

    pass_counts take()
    {
        pass_counts n = n_;
        n_ = {};
        return n;
    }

  private:
    pe &at(long i, long j)
    {
        return pes_[size_t(i * cfg_.cols + j)];
    }
    long last_row(const systolic_pass &p) const
    {
        return (cfg_.tight_folds ? p.rows_used : cfg_.rows) - 1;
    }
    long last_col(const systolic_pass &p) const
    {
        return (cfg_.tight_folds ? p.cols_used : cfg_.cols) - 1;
    }

    // Words that the rows (or columns) 0 .. n-1 take in a step.
    long front(long n) const
    {
        long words = 0;
        for (long i = 0; i < n; i++)
            words += step_ - i >= 0 && step_ - i < long(flows_.depth);
        return words;
    }

    // A cycle of the flow; what it waits for.
    pe_cause flow()
    {
        n_.stream_cycles += step_ < long(flows_.depth);
        const long left = front(flows_.rows_used),
                   top = front(flows_.cols_used);
        if (left_waits_ == NONE) {
            left_waits_ = left;
            top_waits_ = top;
        }
        left_waits_ -= std::min<long>(left_waits_, cfg_.left_words_per_cycle);
        top_waits_ -= std::min<long>(top_waits_, cfg_.top_words_per_cycle);
        if (top_waits_ > 0)
            return PE_WAIT_FILTER;
        if (left_waits_ > 0)
            return PE_WAIT_IFMAP;
        left_waits_ = top_waits_ = NONE;
        n_.filter_sent += uint64_t(top);
        n_.ifmap_sent += uint64_t(left);
        if (top > 0)
            n_.filter_free_cycle = n_.cycles;
        if (left > 0)
            n_.ifmap_free_cycle = n_.cycles;
        for (long i = flows_.rows_used - 1; i >= 0; i--)
            for (long j = flows_.cols_used - 1; j >= 0; j--)
                move(i, j);
        // Word depth - 1 has come to the last PE, used or not.
        arrived_ = step_ ==
                   last_row(flows_) + last_col(flows_) + long(flows_.depth) - 1;
        step_++;
        return PE_WAIT_PSUM_OUT;
    }

    long entering(long place) const
    {
        const long k = step_ - place;
        return k >= 0 && k < long(flows_.depth) ? k : NONE;
    }

    void move(long i, long j)
    {
        pe &p = at(i, j);
        p.left = j > 0 ? at(i, j - 1).left : entering(i);
        p.top = i > 0 ? at(i - 1, j).top : entering(j);
        must(p.left == p.top, "the wrong words meet");
        if (p.left == NONE)
            return;
        p.multiplies = true;
        n_.macs++;
        n_.first_macs += p.macs == 0;
        p.macs++;
        n_.filter_hops++, n_.filter_delivered++;
        n_.ifmap_hops++, n_.ifmap_delivered++;
    }

    // A cycle of the shift registers; what they wait for.
    pe_cause drain()
    {
        const long bottom = last_row(drains_);
        long words = 0;
        for (long j = 0; j < cfg_.cols; j++)
            words += at(bottom, j).shifted != NONE;
        for (pe &p : pes_)
            p.holds = p.shifted != NONE;
        if (out_waits_ == NONE) {
            out_waits_ = words;
            in_waits_ = drains_.psum_in ? words : 0;
        }
        out_waits_ -= std::min<long>(out_waits_, cfg_.psum_out_words_per_cycle);
        in_waits_ -= std::min<long>(in_waits_, cfg_.psum_in_words_per_cycle);
        if (in_waits_ > 0)
            return PE_WAIT_PSUM_IN;
        if (out_waits_ > 0)
            return PE_WAIT_PSUM_OUT;
        out_waits_ = NONE;
        n_.psum_out_words += uint64_t(words);
        n_.psum_out_hops += uint64_t(words);
        n_.psum_in_words += drains_.psum_in ? uint64_t(words) : 0;
        for (long j = 0; j < cfg_.cols; j++) {
            must(at(bottom, j).shifted == NONE ||
                     at(bottom, j).shifted == next_row_,
                 "psums leave in the wrong order");
            for (long i = bottom; i >= 0; i--) {
                at(i, j).moves = at(i, j).shifted != NONE;
                n_.psum_link_words += i < bottom && at(i, j).moves;
                at(i, j).shifted = i > 0 ? at(i - 1, j).shifted : NONE;
            }
        }
        next_row_ -= words > 0;
        return PE_WAIT_PSUM_OUT;
    }

    void charge(const std::vector<pe> &before, const systolic_pass *draining,
                pe_cause flow_cause, pe_cause drain_cause)
    {
        for (long i = 0; i < cfg_.rows; i++)
            for (long j = 0; j < cfg_.cols; j++) {
                const bool flows =
                    flowing_ && i < flows_.rows_used && j < flows_.cols_used;
                const bool drains = draining != nullptr &&
                                    i < draining->rows_used &&
                                    j < draining->cols_used;
                const pe &p = at(i, j);
                const long macs = before[size_t(i * cfg_.cols + j)].macs;
                pe_cause cause = PE_DRAIN;
                if (!flows && !drains)
                    continue;
                if (p.multiplies)
                    cause = PE_MAC;
                else if (p.moves)
                    cause = PE_PSUM;
                else if (flows && macs == 0)
                    cause = PE_FILL;
                else if (flows)
                    cause = flow_cause;
                else if (p.holds)
                    cause = drain_cause;
                n_.pe_cycles[cause]++;
            }
    }

    void go_over()
    {
        for (long i = 0; i < cfg_.rows; i++)
            for (long j = 0; j < cfg_.cols; j++) {
                pe &p = at(i, j);
                const bool used = i < flows_.rows_used && j < flows_.cols_used;
                must(p.macs == (used ? long(flows_.depth) : 0),
                     "a psum is not complete");
                p = pe();
                p.shifted = used ? i : NONE;
            }
        n_.psum_reads += n_.active_pes;
        drains_ = flows_;
        out_waits_ = NONE;
        next_row_ = drains_.rows_used - 1;
        flowing_ = false;
        since_over_ = 0;
    }

    const systolic_cfg cfg_;
    systolic_pass flows_ = {}, drains_ = {};
    bool flowing_ = false, arrived_ = false;
    long step_ = 0, next_row_ = 0;
    long left_waits_ = NONE, top_waits_ = NONE; // words yet to cross
    long out_waits_ = NONE, in_waits_ = 0;
    std::vector<pe> pes_;
    uint64_t since_over_ = 0, drain_took_ = 0;
    pass_counts n_ = {};
};

} // namespace

std::vector<pass_counts>
run_overlapped_oracle(const systolic_cfg &cfg,
                      const std::vector<late_pass> &passes)
{
    std::vector<pass_counts> counts;
    array a(cfg);
    for (const late_pass &p : passes) {
        for (uint64_t t = 0; t < p.late_cycles && a.drains(); t++)
            a.cycle();
        a.issue(p.pass);
        a.run();
        if (!counts.empty())
            counts.back().drain_cycles = a.drain_took();
        counts.push_back(a.take());
    }
    while (a.drains())
        a.cycle();
    counts.back().drain_cycles = a.drain_took();
    counts.push_back(a.take());
    return counts;
}
