// array_oracle.cpp - an independent model of a multicast array.
// SPDX-License-Identifier: MIT
#include "test/array/array_oracle.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "dataflows/placement.h"
#include "test/array/l1_oracle.h"
#include "test/array/l2_oracle.h"
#include "test/array/line_oracle.h"
#include "test/array/queue_oracle.h"

namespace
{

struct operation {
    long held;   // a MAC needs more held words than this (-1: no MAC)
    long window; // and more window words
    bool sends;  // takes a psum from below, sends one up
    long dead_held, dead_window;   // words that are done with before it
    bool finds;                    // no MAC: that the window has no other
    long number;                   // of its window
    long first_held, first_window; // words done with before that
    int products = 1;              // of a MAC
};

struct pe {
    int set, chain, block, row; // place in the pass
    std::vector<operation> todo;
    size_t next = 0;
    bool started = false;
    int held_fifo = 0, window_fifo = 0;
    long held = 0, window = 0; // words that came to the register files, ever
    psum_queue below;
    bool takes = false;
    psum_queue leaf;    // with trees: what the PE has sent
    int per_window = 0; // and how much of it a window has
};

// The tree of a chain: psums from L2 wait in the lowest PE's `below`.
struct adder_tree {
    int step = 0, steps = 0; // of a window
};

using network_line = line_oracle<pe>;

class array
{
  public:
    // real: the machine, if the names of its two operands are exchanged in a.
    array(const arch &a, const multicast_pass &p, const arch &real,
          const skipped_product &skipped)
        : a_(a), p_(p), skipped_(skipped), exchanged_(&real != &a),
          group_sets_(p.sets / std::max<int>(p.groups_beside, 1))
    {
        for (int b = 0; b < p.blocks; b++)
            for (int i = 0; i < p.block_rows; i++)
                for (int t = 0; t < p.sets; t++)
                    for (int y = 0; y < p.set_chains; y++)
                        pes_.push_back(make(t, y, b, i));
        exits_.resize(static_cast<size_t>(p.sets * p.set_chains));
        trees_.resize(exits_.size());
        for (pe &e : pes_) {
            adder_tree &t = trees_[size_t(e.chain)];
            t.steps = std::max(t.steps, e.per_window);
        }
        const tensor of[NETWORK_N] = {TENSOR_FILTER, TENSOR_IFMAP, TENSOR_PSUM,
                                      TENSOR_PSUM};
        for (int k = 0; k < NETWORK_N; k++)
            line_[k].set(a.network[k].words_per_slot,
                         a.network[k].slots_per_cycle, l2_row(a, k),
                         p.banks[of[k]]);
        list_filters();
        list_windows();
        list_psums();
        if (a.has_l1)
            put_l1s(real);
    }

    pass_counts run()
    {
        wait_[0] = l2_latency(a_, NETWORK_FILTER);
        wait_[1] = l2_latency(a_, NETWORK_IFMAP);
        wait_[2] = line_[NETWORK_PSUM_IN].is_done()
                       ? 0
                       : l2_latency(a_, NETWORK_PSUM_IN);
        while (!done())
            cycle();
        return n_;
    }

  private:
    bool tree() const
    {
        return a_.psum_reduce == PSUM_TREE;
    }
    bool at_root() const
    {
        return a_.tree_accumulates && p_.sends_products;
    }
    long rf(tensor t) const
    {
        return p_.no_rf ? 2 : a_.rf_words[t];
    }
    int filters(int t) const
    {
        return (t + 1) % group_sets_ == 0 ? p_.filters_tail : p_.filters;
    }
    int channels(int b) const
    {
        return b == p_.blocks - 1 ? p_.channels_tail : p_.channels;
    }

    pe make(int t, int y, int b, int i) const
    {
        pe e;
        e.set = t;
        e.chain = t * p_.set_chains + y;
        e.block = b;
        e.row = i;
        e.takes = !tree() && (b > 0 || i > 0 || p_.psum_in);
        const bool products = p_.sends_products;
        const bool whole = a_.start == PE_START_WINDOW && !products;
        const long P = filters(t), q = channels(b), L = q * p_.filter_cols;
        e.per_window = int(products ? L : P);
        long first = 0, used = 0; // window words before, held words before
        long number = 0;          // of the window
        const int at_once = skipped_ ? std::max(a_.multipliers, 1) : 1;
        for (int k = 0; k < 2; k++) {
            for (unsigned g = 0; g < p_.groups[k]; g++) {
                for (unsigned w = 0; w < p_.windows[k]; w++) {
                    bool last = w + 1 == p_.windows[k];
                    long slide = last ? L : q * p_.slide_cols;
                    bool emits = last || !p_.emit_last;
                    bool rides = emits && (tree() || a_.psum_add ==
                                                         PSUM_ADD_LAST_PRODUCT);
                    for (long tap = 0; tap < L; tap++) {
                        bool alone = false; // another may go with the last one
                        for (long f = 0; f < P; f++) {
                            long at = tap * P + f;
                            if (skipped_ &&
                                skipped_(t, y, b, i, number, tap, f))
                                continue;
                            long need_held = used + at, need = first + tap;
                            if (whole) {
                                need_held = used + L * P - 1;
                                need = first + L - 1;
                            }
                            if (alone && (!p_.held_streams ||
                                          used + at - e.todo.back().dead_held <
                                              rf(TENSOR_FILTER))) {
                                e.todo.back().held = need_held;
                                e.todo.back().products = 2;
                                alone = false;
                                continue;
                            }
                            alone = at_once == 2;
                            e.todo.push_back(
                                {need_held, need,
                                 products || (rides && tap == L - 1),
                                 p_.held_streams ? used + at : 0,
                                 first + std::min(tap, slide), false, number,
                                 used, first});
                        }
                    }
                    if (skipped_)
                        e.todo.push_back(
                            {used + L * P - 1, first + L - 1, false,
                             p_.held_streams ? used + L * P : 0, first + slide,
                             true, number, used, first});
                    if (emits && !rides)
                        for (long f = 0; f < P; f++)
                            e.todo.push_back(
                                {-1, -1, true,
                                 p_.held_streams ? used + L * P : 0,
                                 first + slide, false, number, used, first});
                    number++;
                    first += slide;
                    used += p_.held_streams ? L * P : 0;
                }
            }
        }
        return e;
    }

    void list_filters()
    {
        std::vector<std::vector<pe *>> sets;
        std::vector<int> words;
        int most = 0;
        for (int t = 0; t < p_.sets; t++)
            for (int b = 0; b < p_.blocks; b++)
                for (int i = 0; i < p_.block_rows; i++) {
                    sets.emplace_back();
                    for (pe &e : pes_)
                        if (e.set == t && e.block == b && e.row == i)
                            sets.back().push_back(&e);
                    words.push_back(filters(t) * channels(b) * p_.filter_cols);
                    most = std::max(most, words.back());
                }
        long windows = long(p_.groups[0]) * p_.windows[0] +
                       long(p_.groups[1]) * p_.windows[1];
        line_[NETWORK_FILTER].list(p_.held_streams ? windows : 1, most, sets,
                                   words);
    }

    void list_windows()
    {
        int heights = (p_.set_chains - 1) * p_.chain_step +
                      (p_.block_rows - 1) * p_.row_step + 1;
        std::vector<std::vector<pe *>> sets;
        std::vector<int> words;
        const int dests = p_.sets / group_sets_ * p_.blocks * heights;
        for (int at = 0; at < dests; at++) {
            sets.emplace_back();
            for (pe &e : pes_)
                if ((e.set / group_sets_ * p_.blocks + e.block) * heights +
                        e.chain % p_.set_chains * p_.chain_step +
                        e.row * p_.row_step ==
                    at)
                    sets.back().push_back(&e);
            words.push_back(
                sets.back().empty() ? 0 : channels(at / heights % p_.blocks));
        }
        long columns = 0;
        for (int k = 0; k < 2; k++)
            if (p_.windows[k] > 0)
                columns +=
                    long(p_.groups[k]) *
                    (long(p_.windows[k] - 1) * p_.slide_cols + p_.filter_cols);
        line_[NETWORK_IFMAP].list(columns, p_.channels, sets, words);
    }

    void list_psums()
    {
        std::vector<std::vector<pe *>> sets(exits_.size());
        std::vector<int> words;
        for (size_t c = 0; c < exits_.size(); c++)
            words.push_back(filters(int(c) / p_.set_chains));
        long rounds = p_.emit_last ? long(p_.groups[0]) + p_.groups[1]
                                   : long(p_.groups[0]) * p_.windows[0] +
                                         long(p_.groups[1]) * p_.windows[1];
        line_[NETWORK_PSUM_OUT].list(rounds, p_.filters, sets, words);
        for (pe &e : pes_)
            if (e.block == 0 && e.row == 0)
                sets[size_t(e.chain)].push_back(&e);
        if (p_.psum_in)
            line_[NETWORK_PSUM_IN].list(rounds, p_.filters, sets, words);
    }

    // Line of the L1s that operand k (0 held, 1 window) takes.
    size_t line_of(int k) const
    {
        return size_t(exchanged_ ? 1 - k : k);
    }

    // The slots of both operands as the L1s see them.
    void put_l1s(const arch &real)
    {
        const pe_sets used = {p_.sets, p_.set_chains, p_.blocks, p_.block_rows};
        std::array<std::vector<l1_oracle::slot>, 2> seen;
        for (int k = 0; k < 2; k++)
            for (const network_line::slot &s : line_[k].slots()) {
                l1_oracle::slot one = {s.words, s.order, {}};
                for (const pe *e : s.to) {
                    pe_place at = place_pe(&real, &used, e->block, e->row,
                                           e->set, e->chain % p_.set_chains);
                    one.pes[cluster_of(&real, at)].push_back(
                        int(e - pes_.data()));
                }
                seen[line_of(k)].push_back(one);
            }
        std::array<int, 2> banks;
        banks[line_of(0)] = p_.banks[TENSOR_FILTER];
        banks[line_of(1)] = p_.banks[TENSOR_IFMAP];
        l1s_ = std::make_unique<l1_oracle>(
            real, cluster_grid_rows(&real), cluster_grid_cols(&real), seen,
            banks, std::array<bool, 2>{p_.kept[1] != 0, p_.kept[0] != 0});
    }

    bool done() const
    {
        return line_[NETWORK_PSUM_OUT].is_done() &&
               std::all_of(pes_.begin(), pes_.end(),
                           [](const pe &e) { return e.next == e.todo.size(); });
    }

    pe *above(const pe &e)
    {
        for (pe &o : pes_)
            if (o.chain == e.chain && o.block * p_.block_rows + o.row ==
                                          e.block * p_.block_rows + e.row + 1)
                return &o;
        return nullptr;
    }

    psum_queue &queue_above(pe &e)
    {
        if (tree())
            return e.leaf;
        pe *o = above(e);
        return o != nullptr ? o->below : exits_[size_t(e.chain)];
    }

    void charge(const pe &e, bool works, bool has_held, bool has_window,
                bool has_psum)
    {
        enum pe_cause cause = PE_DRAIN;
        if (works)
            cause = e.todo[e.next].finds       ? PE_SKIP
                    : e.todo[e.next].held >= 0 ? PE_MAC
                                               : PE_PSUM;
        else if (e.next == e.todo.size())
            cause = PE_DRAIN;
        else if (!e.started)
            cause = PE_FILL;
        else if (!has_held)
            cause = PE_WAIT_FILTER;
        else if (!has_window)
            cause = PE_WAIT_IFMAP;
        else
            cause = has_psum ? PE_WAIT_PSUM_OUT : PE_WAIT_PSUM_IN;
        n_.pe_cycles[cause]++;
    }

    // The operation after the next: a MAC tells that it is the window's last
    // one where all words are there.
    size_t after(const pe &e, int psums) const
    {
        const operation &now = e.todo[e.next];
        const size_t next = e.next + (now.held < 0 ? size_t(psums) : 1);
        const bool ends = next < e.todo.size() && now.held >= 0 && !now.finds &&
                          e.todo[next].finds && e.held > e.todo[next].held &&
                          e.window > e.todo[next].window;
        return next + ends;
    }

    void cycle();

    const arch &a_;
    const multicast_pass &p_;
    const skipped_product &skipped_;
    bool exchanged_;
    int group_sets_; // groups of the layer have equally many, share no word
    std::vector<pe> pes_;
    std::vector<psum_queue> exits_;
    std::vector<adder_tree> trees_;
    network_line line_[NETWORK_N];
    int wait_[3] = {0, 0, 0};
    std::unique_ptr<l1_oracle> l1s_; // instead of sending straight to PEs
    bool flying_ = false;
    pass_counts n_ = {};
};

void array::cycle()
{
    const int cap = a_.fifo_words;
    bool filters_out = line_[NETWORK_FILTER].is_done();
    auto held_room = [&](const pe &e, int w) { return e.held_fifo + w <= cap; };
    auto window_room = [&](const pe &e, int w) {
        return e.window_fifo + w <= cap;
    };
    auto psum_room = [&](const pe &e, int w) {
        return e.below.all() + w <= cap;
    };

    auto all = [](auto room) {
        return [room](const network_line::slot &s, int words) {
            bool takes = std::all_of(s.to.begin(), s.to.end(),
                                     [&](pe *e) { return room(*e, words); });
            return takes ? words : 0;
        };
    };

    // Decides what happens in the cycle, by what is there as it begins.
    std::vector<network_line::part> send[3], collected;
    std::vector<l1_oracle::delivery> from_l1s;
    if (l1s_) {
        std::array<bool, 2> go = {true, true};
        go[line_of(1)] = !a_.ifmap_waits_for_filters || p_.held_streams ||
                         l1s_->all_left_l2(int(line_of(0)));
        from_l1s = l1s_->step(go, [&](int line, int i, int w) {
            const pe &e = pes_[size_t(i)];
            bool held = size_t(line) == line_of(0);
            return held ? held_room(e, w) : window_room(e, w);
        });
    } else if (wait_[0] > 0)
        wait_[0]--;
    else
        send[0] = line_[NETWORK_FILTER].choose(all(held_room));
    if (!l1s_ &&
        (!a_.ifmap_waits_for_filters || filters_out || p_.held_streams)) {
        if (wait_[1] > 0)
            wait_[1]--;
        else
            send[1] = line_[NETWORK_IFMAP].choose(all(window_room));
    }
    const bool reading = wait_[2] == 0;
    network_line &in = line_[NETWORK_PSUM_IN], &out = line_[NETWORK_PSUM_OUT];
    auto words_there = [&](const network_line::slot &s, int) {
        return exits_[size_t(s.order)].visible;
    };
    if (wait_[2] > 0)
        wait_[2]--;
    else
        send[2] = in.choose(all(psum_room));
    collected = out.choose(words_there);
    if (l2_ports(a_, NETWORK_PSUM_OUT) == BANK_1RW && reading) {
        const auto read = in.banks_of(send[2]);
        const auto written = out.banks_of(collected);
        if (rows_before(read, written) < int(read.size())) {
            // First is whose round takes longer; of equal ones reading, unless
            // its PE has a word for the next cycle.
            const long longer = in.round_cycles() - out.round_cycles();
            if (longer < 0 ||
                (longer == 0 && in.head().to[0]->below.visible > 1))
                send[2] = in.choose(rows_before(read, written), all(psum_room));
            else
                collected = out.choose(rows_before(written, read), words_there);
        }
    }
    // Trees that take a word of each PE that has one for this step, and whose
    // sum then leaves.
    std::vector<std::pair<bool, bool>> taking(trees_.size());
    for (size_t c = 0; tree() && c < trees_.size(); c++) {
        const adder_tree &t = trees_[c];
        bool leaves = !at_root() || t.step + 1 == t.steps;
        bool ready = !leaves || exits_[c].all() < cap;
        for (const pe &e : pes_) {
            if (size_t(e.chain) != c)
                continue;
            ready = ready && (e.per_window <= t.step || e.leaf.visible > 0);
            if (leaves && p_.psum_in && e.block == 0 && e.row == 0)
                ready = ready && e.below.visible > 0;
        }
        taking[c] = {ready, ready && leaves};
    }
    // Psums of its window that a PE sends at once; it has the first.
    auto psums_of = [&](pe &e) {
        int n = 1;
        while (skipped_ && n < a_.multipliers && e.next + n < e.todo.size() &&
               e.todo[e.next + n].held < 0 &&
               (!e.takes || e.below.visible > n) &&
               queue_above(e).all() + n < cap)
            n++;
        return n;
    };
    struct decision {
        bool works, sends;
        int psums, take_held, take_window;
    };
    std::vector<decision> what;
    bool any_word = std::any_of(pes_.begin(), pes_.end(), [](const pe &e) {
        return e.held_fifo + e.window_fifo > 0;
    });
    for (const pe &e : pes_)
        any_word = any_word || (!tree() && e.below.visible > 0);
    flying_ = flying_ || any_word;
    if (std::all_of(pes_.begin(), pes_.end(),
                    [](const pe &e) { return e.next == e.todo.size(); }))
        flying_ = false;
    if (flying_)
        n_.flight_cycles++;
    for (pe &e : pes_) {
        decision d = {false, false, 1, 0, 0};
        bool has_held = true, has_window = true, has_psum = true;
        if (e.next < e.todo.size()) {
            const operation &o = e.todo[e.next];
            has_held = e.held > o.held;
            has_window = e.window > o.window;
            has_psum = !o.sends || !e.takes || e.below.visible > 0;
            bool room = !o.sends || queue_above(e).all() < cap;
            d.psums = o.held < 0 ? psums_of(e) : 1;
            d.works = has_held && has_window && has_psum && room;
            d.sends = d.works && o.sends;
            // Places are free of the words that no operation from here on
            // reads, this one included where it still reads as they come.
            bool past = a_.refill == PE_REFILL_LAST_USE && d.works &&
                        after(e, d.psums) < e.todo.size();
            operation reads = past ? e.todo[after(e, d.psums)] : o;
            if (reads.number != o.number) { // its zeros are looked for later
                reads.dead_held = p_.held_streams ? reads.first_held : 0;
                reads.dead_window = reads.first_window;
            }
            reads.dead_held = std::min(reads.dead_held, e.held);
            reads.dead_window = std::min(reads.dead_window, e.window);
            d.take_held = int(std::min<long>(
                {e.held_fifo, a_.network[NETWORK_FILTER].words_per_slot,
                 rf(TENSOR_FILTER) - (e.held - reads.dead_held)}));
            d.take_window = int(std::min<long>(
                {e.window_fifo, a_.network[NETWORK_IFMAP].words_per_slot,
                 rf(TENSOR_IFMAP) - (e.window - reads.dead_window)}));
        }
        if (flying_)
            charge(e, d.works, has_held, has_window, has_psum);
        what.push_back(d);
    }

    // Does what was decided.
    for (size_t k = 0; k < pes_.size(); k++) {
        pe &e = pes_[k];
        if (!what[k].works)
            continue;
        const operation &o = e.todo[e.next];
        n_.macs += o.held >= 0 && !o.finds ? uint64_t(o.products) : 0;
        e.started = e.started || o.held >= 0;
        for (int psum = 0; what[k].sends && psum < what[k].psums; psum++) {
            queue_above(e).coming.push_back(a_.pipeline_cycles);
            e.below.visible -= e.takes;
        }
        e.next = after(e, what[k].psums);
    }
    for (size_t k = 0; k < pes_.size(); k++) {
        pe &e = pes_[k];
        e.held_fifo -= what[k].take_held;
        e.held += what[k].take_held;
        e.window_fifo -= what[k].take_window;
        e.window += what[k].take_window;
    }
    for (const network_line::part &p : collected) {
        exits_[size_t(p.of->order)].visible -= p.words;
        n_.psum_out_words += uint64_t(p.words);
    }
    out.leave(collected);
    int stages = 1;
    while ((1 << (stages - 1)) < a_.rows)
        stages++;
    for (pe &e : pes_) {
        const size_t c = size_t(e.chain);
        if (taking[c].first && e.per_window > trees_[c].step)
            e.leaf.visible--;
        if (taking[c].second && p_.psum_in && e.block == 0 && e.row == 0)
            e.below.visible--;
    }
    for (size_t c = 0; c < trees_.size(); c++) {
        if (taking[c].second)
            exits_[c].coming.push_back(stages);
        trees_[c].step += taking[c].first;
        if (trees_[c].step == trees_[c].steps)
            trees_[c].step = 0;
    }
    for (pe &e : pes_) {
        e.below.age();
        e.leaf.age();
    }
    for (psum_queue &q : exits_)
        q.age();
    for (int k = 0; k < 3; k++)
        for (const network_line::part &p : send[k])
            for (pe *e : p.of->to)
                (k == 0   ? e->held_fifo
                 : k == 1 ? e->window_fifo
                          : e->below.visible) += p.words;
    for (const l1_oracle::delivery &d : from_l1s)
        for (int i : d.pes) {
            pe &e = pes_[size_t(i)];
            (size_t(d.of) == line_of(0) ? e.held_fifo : e.window_fifo) +=
                d.words;
        }
    n_.cycles++; // in which those networks that have words left send of them
    if (!line_[NETWORK_FILTER].is_done())
        n_.filter_free_cycle = n_.cycles;
    if (!line_[NETWORK_IFMAP].is_done())
        n_.ifmap_free_cycle = n_.cycles;
    for (int k = 0; k < 3; k++)
        line_[k].leave(send[k]);
}

} // namespace

pass_counts run_oracle(const arch &a, const multicast_pass &p,
                       const skipped_product &skipped)
{
    if (!p.holds_ifmap)
        return array(a, p, a, skipped).run();
    // Builds the same machine with the names of the two operands exchanged.
    arch other = a;
    multicast_pass pass = p;
    std::swap(other.network[NETWORK_FILTER], other.network[NETWORK_IFMAP]);
    std::swap(other.rf_words[TENSOR_FILTER], other.rf_words[TENSOR_IFMAP]);
    std::swap(pass.banks[TENSOR_FILTER], pass.banks[TENSOR_IFMAP]);
    exchange_operands_in_l2(&other);
    pass_counts n = array(other, pass, a, skipped).run();
    std::swap(n.pe_cycles[PE_WAIT_FILTER], n.pe_cycles[PE_WAIT_IFMAP]);
    std::swap(n.filter_free_cycle, n.ifmap_free_cycle);
    return n;
}
