// dram_oracle.h - what a DRAM part may be told, and what its controller tells
// it, clock by clock: written from the data sheets' rules and from
// mem/dram_controller.h, sharing nothing with the code under test but the
// parameters.
// SPDX-License-Identifier: MIT
#ifndef TEST_MEM_DRAM_ORACLE_H
#define TEST_MEM_DRAM_ORACLE_H

#include <deque>
#include <ostream>
#include <string>
#include <vector>

#include "mem/dram.h"

struct dram_event {
    uint64_t clock;
    enum dram_command command;
    int bank, row, burst; // -1: names none
};
bool operator==(const dram_event &a, const dram_event &b);
std::ostream &operator<<(std::ostream &to, const dram_event &e);

// A tap that appends to a std::vector<dram_event>.
dram_tap tap_into(std::vector<dram_event> *events);

// Where the burst with this number (address / burst bytes) lies: the command
// that moves it, at clock 0.
dram_event place_of_burst(const dram_part &part, uint64_t burst, bool is_write);
// The commands that move the bursts of a list of requests, byte by byte: not a
// burst twice in a row the same way; of several channels, which take the bursts
// in turns, those of one.
std::vector<dram_event> bursts_of(const dram_part &part,
                                  const std::vector<dram_request> &list,
                                  uint64_t channels = 1, uint64_t channel = 0);

// The data sheets' rules, over a history of commands.
class dram_rules
{
  public:
    explicit dram_rules(const dram_part &part);
    // The first rule that the command would break after what was added; "".
    std::string broken(const dram_event &next) const;
    void add(const dram_event &next);
    uint64_t refresh_due() const;
    int open_row(int bank) const; // -1: none
    bool any_open() const;

  private:
    struct distance {
        int clocks;
        const char *rule;
    };
    distance least(const dram_event &a, const dram_event &b) const;
    std::string broken_by_rows(const dram_event &next) const;
    std::string broken_by_refresh(const dram_event &next) const;

    dram_part part_;
    std::vector<dram_event> history_;
    std::vector<uint64_t> activates_;
    std::vector<int> open_row_;
    uint64_t refreshes_ = 0;
};

// FR-FCFS as mem/dram_controller.h tells it, looking in every clock.
class naive_controller
{
  public:
    explicit naive_controller(const dram_part &part, uint64_t channels = 1,
                              uint64_t channel = 0);
    // Serves a list of requests as dram_serve_list does, in clocks of the part.
    uint64_t serve(const std::vector<dram_request> &requests, uint64_t start);
    const std::vector<dram_event> &events() const
    {
        return events_;
    }

  private:
    struct waiting {
        dram_event move;
        uint64_t number; // of arrival
    };
    void fill();
    bool refresh();
    void take_turns();
    bool access();
    bool open_or_close();
    bool try_issue(dram_event e);

    dram_part part_;
    uint64_t channels_, channel_;
    dram_rules rules_;
    std::vector<dram_event> events_;
    std::deque<dram_event> coming_;
    std::vector<waiting> queue_[2]; // reads, writes; by age
    int overtaken_[2] = {0, 0};
    int way_ = 0, moved_in_turn_ = 0;
    uint64_t clock_ = 0, arrived_ = 0, data_end_ = 0;
};

#endif
