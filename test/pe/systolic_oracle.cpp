// systolic_oracle.cpp - an independent model of a systolic array.
//
// Each register holds the number of its word, so that the oracle sees that
// the right words meet: it aborts when they do not.
// SPDX-License-Identifier: MIT
#include "test/pe/systolic_oracle.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace
{

constexpr long NONE = -1;

void must(bool holds, const char *what)
{
    if (!holds) {
        std::fprintf(stderr, "systolic oracle: %s\n", what);
        std::abort();
    }
}

struct pe {
    long left = NONE, top = NONE; // word k of an operand that flows
    long held = NONE;             // row of a word that stays, or is to
    long psum = NONE;             // WS, IS: of output k; OS: of row k
    bool token = false;
    long macs = 0, psums_sent = 0;
    bool issues = false, sends = false; // in this step
};

struct edge {
    int words_per_cycle;
    long remaining = 0;
};

enum edge_name { FILTER, IFMAP, PSUM_IN, PSUM_OUT };
enum phase { LOAD, FLOW, SHIFT, DONE };

class array
{
  public:
    array(const systolic_cfg &cfg, const systolic_pass &pass)
        : pass_(pass), os_(pass.kind == SYSTOLIC_OS), r_(pass.rows_used),
          c_(pass.cols_used), depth_(pass.depth),
          rows_(cfg.tight_folds ? r_ : cfg.rows),
          cols_(cfg.tight_folds ? c_ : cfg.cols), phase_(os_ ? FLOW : LOAD)
    {
        bool is = pass.kind == SYSTOLIC_IS;
        left_ = is ? FILTER : IFMAP;
        top_ = is ? IFMAP : FILTER;
        edges_[left_].words_per_cycle = cfg.left_words_per_cycle;
        edges_[top_].words_per_cycle = cfg.top_words_per_cycle;
        edges_[PSUM_IN].words_per_cycle = cfg.psum_in_words_per_cycle;
        edges_[PSUM_OUT].words_per_cycle = cfg.psum_out_words_per_cycle;
        now_.resize(size_t(rows_) * size_t(cols_));
        n_.active_pes = uint64_t(r_) * uint64_t(c_);
    }

    pass_counts run()
    {
        while (phase_ != DONE) {
            eval();
            while (!cross()) // waiting cycles
                charge(false);
            charge(true);
            commit();
        }
        return n_;
    }

  private:
    bool works(long i, long j) const
    {
        return i < r_ && j < c_;
    }
    static pe &at(std::vector<pe> &grid, long i, long j, long cols)
    {
        return grid[size_t(i * cols + j)];
    }
    // What a PE sees of a neighbour: nothing outside of the array.
    pe old(long i, long j) const
    {
        return i < 0 || j < 0 ? pe() : now_[size_t(i * cols_ + j)];
    }

    // The registers after this step, once per step, with its counts, and what
    // crosses the edges in it.
    void eval()
    {
        next_ = now_;
        for (edge &e : edges_)
            e.remaining = 0;
        for (long i = 0; i < rows_; i++) {
            for (long j = 0; j < cols_; j++) {
                pe &p = at(next_, i, j, cols_);
                p.issues = p.sends = false;
                if (phase_ == LOAD)
                    load(p, i, j);
                else if (phase_ == FLOW)
                    flow(p, i, j);
                else
                    shift(p, i, j);
            }
        }
    }

    long enter(edge_name edge, long word)
    {
        edges_[edge].remaining++;
        return word;
    }

    uint64_t &hops(edge_name operand)
    {
        return operand == FILTER ? n_.filter_hops : n_.ifmap_hops;
    }
    uint64_t &delivered(edge_name operand)
    {
        return operand == FILTER ? n_.filter_delivered : n_.ifmap_delivered;
    }

    void load(pe &p, long i, long j)
    {
        if (!works(i, j))
            return;
        long row = rows_ - 1 - step_;
        p.held = i > 0      ? old(i - 1, j).held
                 : row < r_ ? enter(top_, row)
                            : NONE;
        hops(top_) += p.held != NONE;
        if (step_ == rows_ - 1) {
            must(p.held == i, "a word stays in the wrong row");
            delivered(top_)++;
        }
    }

    // Word k of a row (column) enters in step i + k (j + k).
    long entering(edge_name edge, long place)
    {
        long k = step_ - place;
        return k >= 0 && k < depth_ ? enter(edge, k) : NONE;
    }

    void flow(pe &p, long i, long j)
    {
        p.token = i == 0 && j == 0 ? step_ == depth_ - 1
                  : j == 0         ? old(i - 1, 0).token
                  : i == rows_ - 1 ? old(i, j - 1).token
                                   : false;
        if (works(i, j)) {
            p.left = j > 0 ? old(i, j - 1).left : entering(left_, i);
            hops(left_) += p.left != NONE;
        }
        if (os_ && works(i, j)) {
            p.top = i > 0 ? old(i - 1, j).top : entering(top_, j);
            hops(top_) += p.top != NONE;
            must(p.left == p.top, "the wrong words meet");
            p.issues = p.left != NONE;
        }
        if (!os_ && j < c_) {
            long k = step_ - j;
            p.psum = i > 0                  ? old(i - 1, j).psum
                     : k < 0 || k >= depth_ ? NONE
                     : pass_.psum_in        ? enter(PSUM_IN, k)
                                            : k;
            n_.psum_link_words += i > 0 && p.psum != NONE;
            if (works(i, j)) {
                must(p.left == p.psum, "a psum meets the wrong word");
                p.issues = p.psum != NONE;
            }
            if (i == rows_ - 1 && p.psum != NONE)
                leave();
        }
        if (p.issues) {
            delivered(left_)++;
            if (os_)
                delivered(top_)++;
            n_.macs++;
            n_.first_macs += os_ ? p.macs == 0 : i == 0 && !pass_.psum_in;
            p.macs++;
        }
    }

    void shift(pe &p, long i, long j)
    {
        p.psum = i > 0 ? old(i - 1, j).psum : NONE;
        if (old(i, j).psum == NONE)
            return;
        p.sends = true;
        p.psums_sent++;
        if (i < rows_ - 1) {
            n_.psum_link_words++;
            return;
        }
        must(old(i, j).psum == i - step_, "psums leave in the wrong order");
        leave();
        if (pass_.psum_in)
            enter(PSUM_IN, 0);
    }

    void leave()
    {
        edges_[PSUM_OUT].remaining++;
        n_.psum_out_words++;
        n_.psum_out_hops++;
    }

    // One cycle at the edges; true when nothing is left to cross.
    bool cross()
    {
        n_.cycles++;
        n_.flight_cycles++;
        n_.load_cycles += phase_ == LOAD;
        n_.stream_cycles += phase_ == FLOW && step_ < depth_;
        bool all = true;
        for (int e = FILTER; e <= PSUM_OUT; e++) {
            edge &x = edges_[e];
            long words = std::min<long>(x.remaining, x.words_per_cycle);
            x.remaining -= words;
            all = all && x.remaining == 0;
            n_.filter_sent += e == FILTER ? uint64_t(words) : 0;
            n_.ifmap_sent += e == IFMAP ? uint64_t(words) : 0;
            n_.psum_in_words += e == PSUM_IN ? uint64_t(words) : 0;
            entered_[e] = entered_[e] || words > 0;
        }
        return all;
    }

    pe_cause cause_of(const pe &p, const pe &before, long i, bool moves) const
    {
        if (moves && p.issues)
            return PE_MAC;
        if (moves && p.sends)
            return PE_PSUM;
        if (before.macs == 0)
            return PE_FILL;
        if (os_ ? before.psums_sent == i + 1 : before.macs == depth_)
            return PE_DRAIN;
        for (int e = FILTER; e <= PSUM_OUT; e++)
            if (edges_[e].remaining > 0)
                return pe_cause(PE_WAIT_FILTER + e);
        must(os_ && phase_ == FLOW && before.macs == depth_, "a PE idles");
        return PE_WAIT_PSUM_OUT;
    }

    void charge(bool moves)
    {
        for (long i = 0; i < r_; i++)
            for (long j = 0; j < c_; j++)
                n_.pe_cycles[cause_of(at(next_, i, j, cols_),
                                      at(now_, i, j, cols_), i, moves)]++;
    }

    // The registers take their new words.
    void commit()
    {
        now_ = next_;
        if (entered_[FILTER])
            n_.filter_free_cycle = n_.cycles;
        if (entered_[IFMAP])
            n_.ifmap_free_cycle = n_.cycles;
        std::fill(entered_, entered_ + 4, false);
        step_++;
        bool arrived = now_.back().token && phase_ == FLOW;
        if (phase_ == LOAD && step_ == rows_)
            begin(FLOW);
        else if (arrived && os_)
            begin(SHIFT);
        else if (arrived || (phase_ == SHIFT && is_empty()))
            begin(DONE);
    }

    void begin(phase next)
    {
        phase_ = next;
        step_ = 0;
        if (next != SHIFT)
            return;
        for (long i = 0; i < r_; i++)
            for (long j = 0; j < c_; j++)
                at(now_, i, j, cols_).psum = i;
        n_.psum_reads += n_.active_pes;
    }

    bool is_empty() const
    {
        return std::all_of(now_.begin(), now_.end(),
                           [](const pe &p) { return p.psum == NONE; });
    }

    const systolic_pass pass_;
    const bool os_;
    const long r_, c_, depth_, rows_, cols_; // rows and columns that count
    edge_name left_, top_;
    edge edges_[4] = {};
    bool entered_[4] = {};
    phase phase_;
    long step_ = 0; // of the phase
    std::vector<pe> now_, next_;
    pass_counts n_ = {};
};

} // namespace

pass_counts run_systolic_oracle(const systolic_cfg &cfg,
                                const systolic_pass &pass)
{
    return array(cfg, pass).run();
}
