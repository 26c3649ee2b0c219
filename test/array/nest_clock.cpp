// nest_clock.cpp - the time of a nest by recurrence.
//
// A pass is streams of slots and lanes of operations (nest_script.h).  Each
// takes its next event when the times of all that it waits for are known, in
// any order among them, until nothing is left.  Where it must know that an
// event does not come before a cycle, and nothing else can be found, it does
// not: an event takes a cycle to be seen, and all others in question are later.
// SPDX-License-Identifier: MIT
#include "test/array/nest_clock.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "test/array/nest_script.h"

namespace
{

using namespace nest_script;

enum : int64_t { UNKNOWN = -1 };

class clock_of_pass
{
  public:
    clock_of_pass(const shape &s, const script &p)
        : s_(s), p_(p), lanes_(p.lane.size())
    {
        static const network of[] = {NETWORK_FILTER, NETWORK_IFMAP,
                                     NETWORK_PSUM_IN, NETWORK_PSUM_OUT};
        static const tensor whose[] = {TENSOR_FILTER, TENSOR_IFMAP, TENSOR_PSUM,
                                       TENSOR_PSUM};
        int buffers[TENSOR_N], banks[TENSOR_N];
        tensor unread;
        uint64_t lacking;
        nest_l2_places(&s.a, &s.l, &s.n, buffers, banks, &unread, &lacking);
        for (int k = 0; k < 4; k++) {
            const l2_store store = arch_l2_store(&s.a, whose[k]);
            stream &x = stream_[k];
            x.slots_per_cycle = s.a.network[of[k]].slots_per_cycle;
            x.row = store.bank_row_words;
            x.banks = s.n.level[LEVEL_L2].keep[whose[k]] ? banks[whose[k]] : 0;
            x.cycle = k == 3 ? -1 : store.latency_cycles - 1;
        }
        for (int i = 0; i < INPUTS; i++) {
            input_[i].resize(lanes_);
            port_[i] = s.a.network[of[i]].words_per_slot;
            places_[i] = s.a.rf_words[whose[i]];
        }
        psum_.resize(lanes_ + size_t(p.chains));
        done_.resize(lanes_);
    }

    // -1: the array stands still.
    int64_t run()
    {
        for (;;) {
            bool moved = false;
            for (int k = 0; k < 4; k++)
                while (step_stream(k, false))
                    moved = true;
            for (size_t k = 0; k < lanes_; k++)
                while (take_words(k) || step_lane(k))
                    moved = true;
            if (!moved && !decide())
                break;
        }
        int64_t end = stream_[3].cycle;
        for (size_t k = 0; k < lanes_; k++) {
            if (done_[k].size() < p_.lane[k].size())
                return -1;
            if (!done_[k].empty())
                end = std::max(end, done_[k].back());
        }
        return stream_[3].next < p_.stream[3].size() ? -1 : end + 1;
    }

  private:
    struct stream {
        int slots_per_cycle = 1, row = 1, banks = 0;
        size_t next = 0;
        int moved = 0; // words of the next slot
        bool begun = false;
        int64_t cycle = 0;   // of the last slot
        int used = 0;        // slots in it
        int words = 0;       // in it
        int address = 0;     // of its first word
        bool open = false;   // the next slot may go in it, too
        std::set<int> lanes; // that got a slot in it
        int64_t undecided =
            UNKNOWN; // the cycle about which too little is known
    };
    // An operand's words in a lane: when they left L2, when they were taken.
    struct operand {
        std::vector<int64_t> push, take;
    };
    // Psums in front of a lane, or at the exit of a chain.
    struct psums {
        std::vector<int64_t> visible, gone;
    };

    // The cycle from which a fifo that had `in` words has room for so many
    // more.
    int64_t room_from(const std::vector<int64_t> &gone, size_t in,
                      int more) const
    {
        const int64_t need = int64_t(in) + more - s_.a.fifo_words;
        if (more > s_.a.fifo_words)
            return UNKNOWN;
        if (need <= 0)
            return 0;
        return size_t(need) <= gone.size() ? gone[size_t(need) - 1] + 1
                                           : int64_t(UNKNOWN);
    }

    // Where one input waits for the other's words.
    int64_t start_of(int k) const
    {
        const int held = s_.ifmap_is_held ? IFMAP : FILTER;
        if (k >= INPUTS || k == held || !s_.a.ifmap_waits_for_filters ||
            s_.held_streams || p_.stream[held].empty())
            return 0;
        const stream &h = stream_[held];
        return h.next < p_.stream[held].size() ? int64_t(UNKNOWN) : h.cycle + 1;
    }

    // When psums that come back may: those that had to wait for it that they
    // were written are read anew.
    int64_t back_from(const slot &s) const
    {
        const stream &x = stream_[2];
        const int64_t turn = x.next == 0 ? 0 : x.cycle + 1;
        if (s.after == 0 || x.moved > 0)
            return 0;
        if (s.after > written_.size())
            return UNKNOWN;
        const int64_t seen = written_[s.after - 1] + 1;
        return seen <= turn
                   ? 0
                   : seen + arch_l2_store(&s_.a, TENSOR_PSUM).latency_cycles;
    }

    // When so many words of a slot may go; of psums out, the first one.
    int64_t ready(int k, const slot &s, int words) const
    {
        int64_t from = k == 2 ? back_from(s) : 0;
        if (from == UNKNOWN)
            return UNKNOWN;
        if (k == 3) {
            const psums &e = psum_[lanes_ + size_t(s.to[0])];
            const size_t at = e.gone.size();
            return at < e.visible.size() ? e.visible[at] : int64_t(UNKNOWN);
        }
        for (int l : s.to) {
            const size_t at = size_t(l);
            const int64_t room =
                k == 2
                    ? room_from(psum_[at].gone, psum_[at].visible.size(), words)
                    : room_from(input_[k][at].take, input_[k][at].push.size(),
                                words);
            if (room == UNKNOWN)
                return UNKNOWN;
            from = std::max(from, room);
        }
        return from;
    }

    // How many of a slot's psums are there in a cycle.  *sure: those that are
    // not known of come later.
    int there(const slot &s, int words, int64_t cycle, bool *sure) const
    {
        const psums &e = psum_[lanes_ + size_t(s.to[0])];
        size_t at = e.gone.size();
        int n = 0;
        while (n < words && at < e.visible.size() && e.visible[at] <= cycle) {
            n++;
            at++;
        }
        *sure = n == words || at < e.visible.size() ||
                at >= e.gone.size() + size_t(s_.a.fifo_words);
        return n;
    }

    bool may_join(const stream &x, const slot &s, int *words) const
    {
        const int room = x.banks == 0
                             ? *words
                             : x.banks * x.row - x.address % x.row - x.words;
        *words = std::min(*words, room);
        bool twice = false;
        for (int l : s.to)
            twice = twice || x.lanes.count(l) > 0;
        return x.open && !s.begins && x.moved == 0 &&
               x.used<x.slots_per_cycle && * words> 0 && !twice;
    }

    // force: what is not known yet comes later than the cycle in question.
    bool step_stream(int k, bool force)
    {
        stream &x = stream_[k];
        x.undecided = UNKNOWN;
        if (x.next == p_.stream[k].size())
            return false;
        const slot &s = p_.stream[k][x.next];
        if (!x.begun) {
            const int64_t from = start_of(k);
            if (from == UNKNOWN)
                return false;
            x.begun = true;
            x.cycle += from;
        }
        int words = s.words - x.moved;
        if (may_join(x, s, &words)) {
            const int64_t at = ready(k, s, words);
            if (at == UNKNOWN && !force) {
                x.undecided = x.cycle;
                return false;
            }
            if (at != UNKNOWN && at <= x.cycle)
                return move(k, words, x.cycle, force);
        }
        words = s.words - x.moved;
        const int64_t at = ready(k, s, words);
        if (at == UNKNOWN) {
            x.open = x.open && !force; // it did not go with those before
            return false;
        }
        return move(k, words, std::max(at, x.cycle + 1), force);
    }

    bool move(int k, int words, int64_t cycle, bool force)
    {
        stream &x = stream_[k];
        const slot &s = p_.stream[k][x.next];
        bool sure = true;
        if (k == 3)
            words = there(s, words, cycle, &sure);
        if (!sure && !force) {
            x.undecided = cycle;
            return false;
        }
        if (cycle != x.cycle || !x.open) {
            if (x.banks > 0)
                x.address = (x.address + x.words) % (x.banks * x.row);
            x.words = x.used = 0;
            x.lanes.clear();
        }
        x.cycle = cycle;
        x.used++;
        x.words += words;
        x.moved += words;
        x.lanes.insert(s.to.begin(), s.to.end());
        for (int n = 0; n < words; n++)
            for (int l : s.to) {
                if (k == 3)
                    psum_[lanes_ + size_t(l)].gone.push_back(cycle);
                else if (k == 2)
                    psum_[size_t(l)].visible.push_back(cycle + 1);
                else
                    input_[k][size_t(l)].push.push_back(cycle);
            }
        x.open = x.moved == s.words;
        if (x.open) {
            x.moved = 0;
            x.next++;
            if (k == 3)
                written_.push_back(cycle);
        }
        return true;
    }

    // Nothing more follows from what is known: what is not known comes after
    // the earliest cycle in question, for an event takes a cycle to be seen.
    bool decide()
    {
        int first = -1;
        for (int k = 0; k < 4; k++)
            if (stream_[k].undecided != UNKNOWN &&
                (first < 0 || stream_[k].undecided < stream_[first].undecided))
                first = k;
        if (first < 0)
            return false;
        const bool was_open = stream_[first].open;
        return step_stream(first, true) || was_open != stream_[first].open;
    }

    // The next word of an operand goes over to the register file.
    bool take_word(size_t lane, int i)
    {
        operand &w = input_[i][lane];
        const size_t at = w.take.size();
        if (at >= w.push.size())
            return false;
        int64_t t = w.push[at] + 1;
        if (at > 0)
            t = std::max(t, w.take[at - 1]);
        if (at >= size_t(port_[i]))
            t = std::max(t, w.take[at - size_t(port_[i])] + 1);
        const int64_t free = int64_t(at) + 1 - places_[i];
        if (free > 0) {
            size_t op = freed_from_[i][lane];
            const auto &ops = p_.lane[lane];
            while (op < done_[lane].size() && ops[op].freed[i] < free)
                op++;
            freed_from_[i][lane] = op;
            if (op >= done_[lane].size())
                return false;
            t = std::max(t, done_[lane][op] +
                                (s_.a.refill == PE_REFILL_LAST_USE ? 0 : 1));
        }
        w.take.push_back(t);
        return true;
    }
    bool take_words(size_t lane)
    {
        const bool filter = take_word(lane, FILTER);
        return take_word(lane, IFMAP) || filter;
    }

    bool step_lane(size_t lane)
    {
        const size_t at = done_[lane].size();
        if (at == p_.lane[lane].size())
            return false;
        const operation &o = p_.lane[lane][at];
        int64_t t = at > 0 ? done_[lane][at - 1] + 1 : 0;
        for (int i = 0; i < INPUTS; i++) {
            const auto &take = input_[i][lane].take;
            if (o.need[i] > int64_t(take.size()))
                return false;
            if (o.need[i] > 0)
                t = std::max(t, take[size_t(o.need[i]) - 1] + 1);
        }
        psums &mine = psum_[lane];
        if (o.takes) {
            if (mine.gone.size() >= mine.visible.size())
                return false;
            t = std::max(t, mine.visible[mine.gone.size()]);
        }
        if (o.sends) {
            psums &to = psum_[size_t(p_.above[lane])];
            const int64_t room = room_from(to.gone, to.visible.size(), 1);
            if (room == UNKNOWN)
                return false;
            t = std::max(t, room);
            to.visible.push_back(t + s_.a.pipeline_cycles);
        }
        if (o.takes)
            mine.gone.push_back(t);
        done_[lane].push_back(t);
        return true;
    }

    const shape &s_;
    const script &p_;
    size_t lanes_;
    stream stream_[4];
    std::vector<operand> input_[INPUTS];
    int port_[INPUTS], places_[INPUTS];
    std::map<size_t, size_t> freed_from_[INPUTS]; // by lane: the operation
    std::vector<psums> psum_;
    std::vector<int64_t> written_; // by slot of psums out: when it was done
    std::vector<std::vector<int64_t>> done_;
};

} // namespace

uint64_t nest_clock(const arch &a, const layer &l, const nest &n)
{
    const shape s(a, l, n);
    std::vector<shape::base> passes;
    uint64_t cycles = 0;
    s.walk(0, false, {}, &passes);
    for (const shape::base &from : passes) {
        const script p = write_pass(s, from);
        const int64_t its = clock_of_pass(s, p).run();
        if (its < 0)
            return UINT64_MAX;
        cycles += uint64_t(its);
    }
    return cycles;
}
