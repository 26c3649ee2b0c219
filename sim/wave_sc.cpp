// wave_sc.cpp - the waveform.
// SPDX-License-Identifier: MIT
#include "sim/wave_sc.hpp"

#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstring>

#include "mem/dram.h"
#include "sim/gtkwave.h"
#include "sim/output.h"

using sc_core::sc_time;
using sc_core::sc_time_stamp;

dram_replay_sc::dram_replay_sc(sc_core::sc_module_name name,
                               std::vector<dram_event> events)
    : sc_module(name), events_(std::move(events))
{
    SC_METHOD(play);
}

void dram_replay_sc::trace(sc_core::sc_trace_file *file) const
{
    const std::string dram = "top.dram.";
    sc_trace(file, transfer_, dram + "transfer", 2);
    sc_trace(file, bytes_, dram + "transfer_bytes", 32);
    sc_trace(file, command_, dram + "command", 3);
    sc_trace(file, bank_, dram + "bank", 8);
    sc_trace(file, row_, dram + "row", 24);
}

void dram_replay_sc::begin(const dram_event &event)
{
    sc_time end = sc_time::from_value(event.to_tick);
    if (event.is_command) {
        command_ = 1 + static_cast<unsigned>(event.kind);
        bank_ = event.bank >= 0 ? static_cast<unsigned>(event.bank) : 0;
        row_ = event.row >= 0 ? static_cast<unsigned>(event.row) : row_;
        command_end_ = end;
    } else {
        transfer_ = event.is_write ? 2 : 1;
        bytes_ = static_cast<unsigned>(event.bytes);
        transfer_end_ = end;
    }
}

void dram_replay_sc::play()
{
    sc_time now = sc_time_stamp();
    if (command_ != 0 && now >= command_end_)
        command_ = 0;
    if (transfer_ != 0 && now >= transfer_end_)
        transfer_ = bytes_ = 0;
    while (next_ < events_.size() &&
           sc_time::from_value(events_[next_].from_tick) <= now)
        begin(events_[next_++]);
    sc_time next = sc_core::sc_max_time();
    if (next_ < events_.size())
        next = sc_time::from_value(events_[next_].from_tick);
    if (command_ != 0 && command_end_ < next)
        next = command_end_;
    if (transfer_ != 0 && transfer_end_ < next)
        next = transfer_end_;
    if (next != sc_core::sc_max_time())
        next_trigger(next - now);
}

wave_sc::wave_sc(array_side *side, const systemc_options &options,
                 const sc_core::sc_signal<bool> &clk,
                 const dram_replay_sc *replay, sc_time period)
    : side_(side), options_(options), clk_(clk), period_(period),
      replay_(replay), part_(std::string(options.vcd) + ".part")
{
    const probe_pes pes = {options.n_pes, options.pe};
    int n = 0;
    probe_ = array_side_probes(side, options.n_pes > 0 ? &pes : nullptr, &n);
    shown_.assign(probe_, probe_ + n);
    if (options.window_from == 0)
        open();
}

wave_sc::~wave_sc()
{
    if (file_ != nullptr)
        sc_core::sc_close_vcd_trace_file(file_);
    std::remove((part_ + ".vcd").c_str());
}

uint64_t wave_sc::cycle() const
{
    return sc_time_stamp().value() / period_.value();
}

void wave_sc::open()
{
    file_ = sc_core::sc_create_vcd_trace_file(part_.c_str());
    sc_trace(file_, clk_, "top.clk");
    sc_trace(file_, pass_, "top.pass", 32);
    for (const probe &p : shown_)
        sc_trace(file_, p.value, std::string("top.array.") + p.name, p.bits);
    if (replay_ != nullptr)
        replay_->trace(file_);
}

// From one cycle before the window on, for some signals are differences.
bool wave_sc::looks() const
{
    return !done_ && cycle() + 2 >= options_.window_from;
}

void wave_sc::sample()
{
    const uint64_t now = cycle();
    if (!looks())
        return;
    if (options_.window_to > 0 && now >= options_.window_to) {
        if (file_ != nullptr)
            sc_core::sc_close_vcd_trace_file(file_);
        file_ = nullptr;
        done_ = true;
        return;
    }
    array_side_sample(side_);
    for (size_t k = 0; k < shown_.size(); k++)
        shown_[k].value = probe_[k].value;
    if (file_ == nullptr && now >= options_.window_from)
        open();
}

void wave_sc::pass_begins()
{
    pass_++;
}

void wave_sc::pass_ends()
{
    for (probe &p : shown_)
        p.value = 0;
}

// The same run writes the same bytes: the date, in the second line, goes.
static bool blank_date(const std::string &path)
{
    std::FILE *file = std::fopen(path.c_str(), "r+");
    bool ok = file != nullptr;
    for (int newlines = 0; ok && newlines < 1;)
        newlines += std::fgetc(file) == '\n';
    long from = ok ? std::ftell(file) : 0;
    int n = 0;
    for (int c; ok && (c = std::fgetc(file)) != '\n' && c != EOF;)
        n++;
    ok = ok && std::fseek(file, from, SEEK_SET) == 0 &&
         std::fprintf(file, "%*s", n, "") == n;
    return file != nullptr && std::fclose(file) == 0 && ok;
}

bool wave_sc::close(diag *d)
{
    const src_pos at = {nullptr, 0};
    const std::string part = part_ + ".vcd";
    if (file_ != nullptr)
        sc_core::sc_close_vcd_trace_file(file_);
    else if (!done_)
        return diag_error(d, at,
                          "'--trace-window' begins at cycle %" PRIu64
                          ", and the layer ends at %" PRIu64
                          "; an earlier one is needed",
                          options_.window_from, cycle());
    file_ = nullptr;
    done_ = true;
    if (!blank_date(part) || std::rename(part.c_str(), options_.vcd) != 0)
        return diag_fail(d, EXIT_IO, at,
                         "cannot write '%s' (%s); a place that can be written "
                         "is needed",
                         options_.vcd, std::strerror(errno));
    const uint64_t period = period_.value(), to = options_.window_to;
    const gtkwave_view view = {options_.window_from * period,
                               (to > 0 && to < cycle() ? to : cycle()) *
                                   period};
    return gtkwave_write(options_.vcd, &view, shown_.data(),
                         static_cast<int>(shown_.size()), replay_ != nullptr,
                         d);
}
