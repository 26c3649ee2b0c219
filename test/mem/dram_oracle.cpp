// dram_oracle.cpp - a DRAM part's rules and its controller, clock by clock.
// SPDX-License-Identifier: MIT
#include "test/mem/dram_oracle.h"

#include <algorithm>

namespace
{

bool is_column(const dram_event &e)
{
    return e.command == DRAM_READ || e.command == DRAM_WRITE;
}

bool is_precharge(const dram_event &e)
{
    return e.command == DRAM_PRECHARGE || e.command == DRAM_PRECHARGE_ALL;
}

void append(void *context, uint64_t clock, enum dram_command command, int bank,
            int row, int burst)
{
    static_cast<std::vector<dram_event> *>(context)->push_back(
        {clock, command, bank, row, burst});
}

// Longer than any rule reaches back.
const uint64_t horizon_clocks = 1000;
// The cap of bursts that go before the oldest one, as in mem/dram_controller.h.
const int overtake_max = 64;

} // namespace

bool operator==(const dram_event &a, const dram_event &b)
{
    return a.clock == b.clock && a.command == b.command && a.bank == b.bank &&
           a.row == b.row && a.burst == b.burst;
}

std::ostream &operator<<(std::ostream &to, const dram_event &e)
{
    static const char *const names[] = {"RD",  "WR",   "ACT",
                                        "PRE", "PREA", "REF"};
    return to << e.clock << ": " << names[e.command] << " bank " << e.bank
              << " row " << e.row << " burst " << e.burst;
}

dram_tap tap_into(std::vector<dram_event> *events)
{
    return dram_tap{events, append};
}

dram_event place_of_burst(const dram_part &part, uint64_t burst, bool is_write)
{
    uint64_t groups = static_cast<uint64_t>(part.bankgroups);
    uint64_t bursts_per_row = static_cast<uint64_t>(part.columns / part.BL);
    uint64_t banks_per_group = static_cast<uint64_t>(part.banks_per_group);
    uint64_t rows = static_cast<uint64_t>(part.rows);
    dram_event e = {0, is_write ? DRAM_WRITE : DRAM_READ, 0, 0, 0};
    uint64_t group = burst % groups;
    burst /= groups;
    e.burst = static_cast<int>(burst % bursts_per_row);
    burst /= bursts_per_row;
    e.bank =
        static_cast<int>(group * banks_per_group + burst % banks_per_group);
    e.row = static_cast<int>(burst / banks_per_group % rows);
    return e;
}

namespace
{

std::vector<uint64_t> addresses_of(const dram_request &r)
{
    std::vector<uint64_t> bytes;
    for (uint64_t a = 0; a < r.loop[0].count; a++)
        for (uint64_t b = 0; b < r.loop[1].count; b++)
            for (uint64_t c = 0; c < r.loop[2].count; c++)
                for (uint64_t d = 0; d < r.loop[3].count; d++)
                    for (uint64_t k = 0; k < r.run_bytes; k++)
                        bytes.push_back(r.address + a * r.loop[0].stride_bytes +
                                        b * r.loop[1].stride_bytes +
                                        c * r.loop[2].stride_bytes +
                                        d * r.loop[3].stride_bytes + k);
    return bytes;
}

} // namespace

std::vector<dram_event> bursts_of(const dram_part &part,
                                  const std::vector<dram_request> &list,
                                  uint64_t channels, uint64_t channel)
{
    uint64_t burst_bytes = static_cast<uint64_t>(part.BL * part.bus_bytes);
    std::vector<dram_event> events;
    uint64_t before = UINT64_MAX;
    bool was_write = false;
    for (const dram_request &r : list)
        for (uint64_t byte : addresses_of(r)) {
            uint64_t burst = byte / burst_bytes;
            if ((burst != before || r.is_write != was_write) &&
                burst % channels == channel)
                events.push_back(
                    place_of_burst(part, burst / channels, r.is_write));
            before = burst;
            was_write = r.is_write;
        }
    return events;
}

// ---- rules ----

dram_rules::dram_rules(const dram_part &part)
    : part_(part),
      open_row_(static_cast<size_t>(part.bankgroups * part.banks_per_group), -1)
{
}

// The least distance from a to b, where a came first.
dram_rules::distance dram_rules::least(const dram_event &a,
                                       const dram_event &b) const
{
    const int data = part_.BL / 2; // two transfers in a clock
    bool same_bank = a.bank == b.bank || a.bank < 0 || b.bank < 0;
    bool same_group =
        a.bank / part_.banks_per_group == b.bank / part_.banks_per_group;
    if (a.command == DRAM_REFRESH)
        return {part_.tRFC, "tRFC"};
    if (a.command == DRAM_ACTIVATE && is_column(b) && same_bank)
        return {part_.tRCD, "tRCD"};
    if (a.command == DRAM_ACTIVATE && is_precharge(b) && same_bank)
        return {part_.tRAS, "tRAS"};
    if (a.command == DRAM_ACTIVATE && b.command == DRAM_ACTIVATE) {
        if (same_bank)
            return {part_.tRC, "tRC"};
        return same_group ? distance{part_.tRRD_L, "tRRD_L"}
                          : distance{part_.tRRD_S, "tRRD_S"};
    }
    if (is_precharge(a) && same_bank &&
        (b.command == DRAM_ACTIVATE || b.command == DRAM_REFRESH))
        return {part_.tRP, "tRP"};
    if (is_column(a) && a.command == b.command)
        return same_group ? distance{part_.tCCD_L, "tCCD_L"}
                          : distance{part_.tCCD_S, "tCCD_S"};
    if (a.command == DRAM_READ && b.command == DRAM_WRITE)
        return {part_.CL + data + 2 - part_.CWL, "read to write"};
    if (a.command == DRAM_WRITE && b.command == DRAM_READ)
        return same_group ? distance{part_.CWL + data + part_.tWTR_L, "tWTR_L"}
                          : distance{part_.CWL + data + part_.tWTR_S, "tWTR_S"};
    if (a.command == DRAM_READ && is_precharge(b) && same_bank)
        return {part_.tRTP, "tRTP"};
    if (a.command == DRAM_WRITE && is_precharge(b) && same_bank)
        return {part_.CWL + data + part_.tWR, "tWR"};
    return {1, "one command in a clock"};
}

std::string dram_rules::broken_by_rows(const dram_event &next) const
{
    int row = next.bank < 0 ? -1 : open_row(next.bank);
    if (is_column(next) && (row < 0 || row != next.row))
        return "the row is not open";
    if (next.command == DRAM_ACTIVATE && row >= 0)
        return "a row is open already";
    if (next.command == DRAM_PRECHARGE && row < 0)
        return "no row is open";
    if (next.command == DRAM_REFRESH && any_open())
        return "a row is open";
    return "";
}

std::string dram_rules::broken_by_refresh(const dram_event &next) const
{
    uint64_t longest = static_cast<uint64_t>(
        std::max(part_.tRAS, part_.CWL + part_.BL / 2 + part_.tWR) + part_.tRP);
    if (next.command == DRAM_REFRESH && next.clock < refresh_due())
        return "too early for a refresh";
    if (next.command == DRAM_REFRESH && next.clock > refresh_due() + longest)
        return "too late for a refresh";
    if (next.command != DRAM_REFRESH && !is_precharge(next) &&
        next.clock >= refresh_due())
        return "a refresh is due";
    return "";
}

std::string dram_rules::broken(const dram_event &next) const
{
    std::string rule = broken_by_rows(next);
    if (rule.empty())
        rule = broken_by_refresh(next);
    if (!rule.empty())
        return rule;
    for (auto a = history_.rbegin(); a != history_.rend(); ++a) {
        if (a->clock + horizon_clocks < next.clock)
            break;
        distance d = least(*a, next);
        if (next.clock < a->clock + static_cast<uint64_t>(d.clocks))
            return d.rule;
        // Data of two bursts never meet on the bus.
        if (is_column(*a) && is_column(next)) {
            int begins = next.command == DRAM_READ ? part_.CL : part_.CWL;
            int begun = a->command == DRAM_READ ? part_.CL : part_.CWL;
            if (next.clock + static_cast<uint64_t>(begins) <
                a->clock + static_cast<uint64_t>(begun + part_.BL / 2))
                return "the data bus is taken";
        }
    }
    if (next.command == DRAM_ACTIVATE && activates_.size() >= 4 &&
        next.clock < activates_[activates_.size() - 4] +
                         static_cast<uint64_t>(part_.tFAW))
        return "tFAW";
    return "";
}

void dram_rules::add(const dram_event &next)
{
    history_.push_back(next);
    if (next.command == DRAM_ACTIVATE) {
        activates_.push_back(next.clock);
        open_row_[static_cast<size_t>(next.bank)] = next.row;
    }
    if (next.command == DRAM_PRECHARGE)
        open_row_[static_cast<size_t>(next.bank)] = -1;
    if (next.command == DRAM_PRECHARGE_ALL)
        std::fill(open_row_.begin(), open_row_.end(), -1);
    if (next.command == DRAM_REFRESH)
        refreshes_++;
}

uint64_t dram_rules::refresh_due() const
{
    return (refreshes_ + 1) * static_cast<uint64_t>(part_.tREFI);
}

int dram_rules::open_row(int bank) const
{
    return open_row_[static_cast<size_t>(bank)];
}

bool dram_rules::any_open() const
{
    return std::any_of(open_row_.begin(), open_row_.end(),
                       [](int row) { return row >= 0; });
}

// ---- the controller ----

naive_controller::naive_controller(const dram_part &part, uint64_t channels,
                                   uint64_t channel)
    : part_(part), channels_(channels), channel_(channel), rules_(part)
{
}

// In the order of the requests, as far as both queues have room.
void naive_controller::fill()
{
    while (!coming_.empty()) {
        auto &queue = queue_[coming_.front().command == DRAM_WRITE];
        if (queue.size() == static_cast<size_t>(part_.queue_bursts))
            return;
        queue.push_back({coming_.front(), arrived_++});
        coming_.pop_front();
    }
}

bool naive_controller::try_issue(dram_event e)
{
    e.clock = clock_;
    if (!rules_.broken(e).empty())
        return false;
    rules_.add(e);
    events_.push_back(e);
    return true;
}

// Whether a refresh is due, which lets nothing else go.
bool naive_controller::refresh()
{
    if (clock_ < rules_.refresh_due())
        return false;
    if (rules_.any_open())
        try_issue({0, DRAM_PRECHARGE_ALL, -1, -1, -1});
    else
        try_issue({0, DRAM_REFRESH, -1, -1, -1});
    return true;
}

void naive_controller::take_turns()
{
    int other = 1 - way_;
    if (queue_[other].empty()) {
        moved_in_turn_ = 0;
        return;
    }
    bool had_its_share =
        moved_in_turn_ >= part_.queue_bursts && overtaken_[way_] < overtake_max;
    if (queue_[way_].empty() || had_its_share) {
        way_ = other;
        moved_in_turn_ = 0;
    }
}

// The oldest burst whose row is open and which may go.
bool naive_controller::access()
{
    auto &queue = queue_[way_];
    for (size_t k = 0; k < queue.size(); k++) {
        dram_event move = queue[k].move;
        bool kept_away = overtaken_[way_] >= overtake_max && k > 0 &&
                         move.bank == queue[0].move.bank &&
                         rules_.open_row(move.bank) != queue[0].move.row;
        if (kept_away || !try_issue(move))
            continue;
        queue.erase(queue.begin() + static_cast<long>(k));
        overtaken_[way_] = k == 0 ? 0 : overtaken_[way_] + 1;
        moved_in_turn_ += !queue_[1 - way_].empty();
        uint64_t latency = static_cast<uint64_t>(
            (move.command == DRAM_READ ? part_.CL : part_.CWL) + part_.BL / 2);
        data_end_ = std::max(data_end_, clock_ + latency);
        fill();
        return true;
    }
    return false;
}

// Opens or closes a row for the oldest burst of a bank; the oldest burst of all
// comes first.
bool naive_controller::open_or_close()
{
    auto &queue = queue_[way_];
    std::vector<int> seen;
    for (size_t k = 0; k < queue.size(); k++) {
        int bank = queue[k].move.bank, open = rules_.open_row(bank);
        if (std::count(seen.begin(), seen.end(), bank) > 0)
            continue;
        seen.push_back(bank);
        if (open < 0) {
            if (try_issue({0, DRAM_ACTIVATE, bank, queue[k].move.row, -1}))
                return true;
            continue;
        }
        bool to_itself = k == 0 && overtaken_[way_] >= overtake_max;
        bool is_wanted = false;
        for (size_t j = k; j < queue.size(); j++)
            if (queue[j].move.bank == bank && queue[j].move.row == open &&
                (j == k || !to_itself))
                is_wanted = true;
        if (!is_wanted && try_issue({0, DRAM_PRECHARGE, bank, -1, -1}))
            return true;
    }
    return false;
}

uint64_t naive_controller::serve(const std::vector<dram_request> &requests,
                                 uint64_t start)
{
    for (const dram_event &move :
         bursts_of(part_, requests, channels_, channel_))
        coming_.push_back(move);
    data_end_ = start;
    if (coming_.empty())
        return start;
    for (; clock_ < start; clock_++)
        refresh();
    moved_in_turn_ = 0;
    fill();
    for (; !queue_[0].empty() || !queue_[1].empty(); clock_++) {
        if (refresh())
            continue;
        take_turns();
        if (!access())
            open_or_close();
    }
    return data_end_;
}
