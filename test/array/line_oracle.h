// line_oracle.h - one network of the array oracle: the slots in which its words
// go, and which of them, or of their words, may in a cycle.
// SPDX-License-Identifier: MIT
#ifndef TEST_ARRAY_LINE_ORACLE_H
#define TEST_ARRAY_LINE_ORACLE_H

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

template <class Pe> class line_oracle
{
  public:
    struct slot {
        std::vector<Pe *> to;
        int words;
        int order; // of its destination, within the round's chunk
    };
    // A slot that moves in a cycle, or so many words of it.
    struct part {
        const slot *of;
        int words;
    };

    void set(int words_per_slot, int slots_per_cycle, int row_words, int banks)
    {
        width_ = std::min(words_per_slot, banks * row_words);
        slots_per_cycle_ = slots_per_cycle;
        row_ = row_words;
        banks_ = banks;
    }

    // Cuts `words` per destination and round into slots, in turn. A slot has
    // as many words as the network takes and the tile's banks have in a row
    // each.
    void list(long rounds, int most, const std::vector<std::vector<Pe *>> &sets,
              const std::vector<int> &words)
    {
        for (long round = 0; round < rounds; round++) {
            for (int from = 0; from < most; from += width_)
                for (size_t d = 0; d < sets.size(); d++)
                    if (words[d] > from)
                        slots_.push_back({sets[d],
                                          std::min(width_, words[d] - from),
                                          static_cast<int>(d)});
            if (round == 0)
                round_ = slots_.size();
        }
    }

    // The cycles of the first round at full speed, whatever row it begins in.
    long round_cycles() const
    {
        long cycles = 0, words = 0;
        int last = -1, taken = 0;
        for (size_t k = 0; k < round_; k++) {
            const slot &s = slots_[k];
            if (s.order <= last || taken == slots_per_cycle_)
                taken = 0;
            cycles += taken++ == 0;
            last = s.order;
            words += s.words;
        }
        const long width = long(banks_) * row_;
        return std::max(cycles, (words + width - 1) / width);
    }

    const std::vector<slot> &slots() const
    {
        return slots_;
    }
    bool is_done() const
    {
        return at_ == slots_.size();
    }
    const slot &head() const
    {
        return slots_[at_];
    }

    // What may move in this cycle, by the state at its start, from so many rows
    // of the tile; of all its banks: the first slot whole.  `may(slot, words)`:
    // so many of them are there, and every destination takes them.
    template <class May> std::vector<part> choose(int rows, May may) const
    {
        std::vector<part> chosen;
        int last = -1, room = rows * row_ - address_ % row_;
        for (size_t k = 0; k < size_t(slots_per_cycle_); k++) {
            if (at_ + k == slots_.size() || slots_[at_ + k].order <= last)
                break;
            const slot &s = slots_[at_ + k];
            const int left = s.words - (k == 0 ? moved_ : 0);
            const bool whole = k == 0 && rows == banks_;
            int words = whole ? left : std::min(left, room);
            words = std::min(words, may(s, words));
            if (words <= 0)
                break;
            chosen.push_back({&s, words});
            last = s.order;
            room -= words;
            if (words < left)
                break;
        }
        return chosen;
    }
    template <class May> std::vector<part> choose(May may) const
    {
        return choose(banks_, may);
    }

    // The parts have moved.
    void leave(const std::vector<part> &parts)
    {
        for (const part &p : parts) {
            address_ += p.words;
            moved_ += p.words;
            if (moved_ < p.of->words)
                continue;
            moved_ = 0;
            at_++;
        }
    }

    // The bank of each row of the tile that these words lie in.
    std::vector<int> banks_of(const std::vector<part> &parts) const
    {
        std::vector<int> banks;
        int end = address_;
        for (const part &p : parts)
            end += p.words;
        for (int row = address_ / row_; address_ < end && row * row_ < end;
             row++)
            banks.push_back(row % banks_);
        return banks;
    }

  private:
    std::vector<slot> slots_;
    size_t round_ = 0; // slots of one
    size_t at_ = 0;    // the first that is not out
    int address_ = 0;
    int moved_ = 0; // words of that slot that are out
    int width_ = 0, slots_per_cycle_ = 0, row_ = 0, banks_ = 0;
};

// The rows of `mine` before the first in a bank of `others`.
inline int rows_before(const std::vector<int> &mine,
                       const std::vector<int> &others)
{
    int rows = 0;
    for (int bank : mine) {
        if (std::count(others.begin(), others.end(), bank) > 0)
            break;
        rows++;
    }
    return rows;
}

#endif
