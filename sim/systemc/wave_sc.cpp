// wave_sc.cpp - writes the waveform of a run through sc_trace, and the file
// beside it that tells GTKWave what to show.
// SPDX-License-Identifier: MIT
#include "sim/systemc/wave_sc.hpp"

#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

#include "sim/base/output.h"
#include "sim/base/unfinished.h"
#include "sim/systemc/gtkwave.h"

using sc_core::sc_time;
using sc_core::sc_time_stamp;

wave_folder::wave_folder(const char *vcd, diag *d)
    : folder_(output_folder(vcd, d))
{
    if (folder_ == nullptr)
        return;
    unfinished_name(array().c_str());
    unfinished_name(whole().c_str());
}

wave_folder::~wave_folder()
{
    if (folder_ == nullptr)
        return;
    unfinished_remove(array().c_str());
    unfinished_remove(whole().c_str());
    unfinished_remove(folder_);
    std::free(folder_);
}

bool wave_folder::is_there() const
{
    return folder_ != nullptr;
}

std::string wave_folder::array() const
{
    return std::string(folder_) + "/array.vcd";
}

std::string wave_folder::whole() const
{
    return std::string(folder_) + "/whole.vcd";
}

wave_sc::wave_sc(array_side *side, const systemc_options &options,
                 const wave_folder &folder, const sc_core::sc_signal<bool> &clk,
                 dram_log *dram, sc_time period)
    : side_(side), options_(options), folder_(folder), clk_(clk),
      period_(period), dram_(dram)
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
}

uint64_t wave_sc::cycle() const
{
    return sc_time_stamp().value() / period_.value();
}

void wave_sc::open()
{
    // SystemC appends ".vcd" by itself.
    const std::string name = folder_.array();
    file_ = sc_core::sc_create_vcd_trace_file(
        name.substr(0, name.size() - std::strlen(".vcd")).c_str());
    sc_trace(file_, clk_, "top.clk");
    sc_trace(file_, pass_, "top.pass", 32);
    for (const probe &p : shown_)
        sc_trace(file_, p.value, std::string("top.array.") + p.name, p.bits);
    for (int k = 0; dram_ != nullptr && k < DRAM_SIGNAL_N; k++)
        sc_trace(file_, none_, std::string("top.dram.") + dram_signal_name[k],
                 dram_signal_bits[k]);
    opened_tick_ = sc_time_stamp().value();
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
    if (is_behind(now))
        return;
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

bool wave_sc::is_behind(uint64_t cycle)
{
    if (options_.window_to == 0 || cycle < options_.window_to)
        return false;
    if (file_ != nullptr)
        sc_core::sc_close_vcd_trace_file(file_);
    file_ = nullptr;
    done_ = true;
    return true;
}

uint64_t wave_sc::idle(uint64_t cycles)
{
    const uint64_t now = cycle(), from = options_.window_from;
    for (probe &p : shown_)
        p.value = 0;
    if (done_ || is_behind(now))
        return cycles;
    if (file_ == nullptr && now >= from)
        open();
    const uint64_t edge = now < from ? from : options_.window_to;
    return edge > now && edge - now < cycles ? edge - now : cycles;
}

// SystemC does not say that it could not write: on a full disk lines are cut
// short, or one more byte has no room.
static bool is_whole(const std::string &path)
{
    std::FILE *file = std::fopen(path.c_str(), "r+");
    int error = errno;
    if (file != nullptr) {
        error = ENOSPC;
        if (std::fseek(file, -1, SEEK_END) == 0 && std::fgetc(file) == '\n') {
            const long bytes = std::ftell(file);
            bool ok = std::fseek(file, 0, SEEK_END) == 0 &&
                      std::fputc('\n', file) != EOF && std::fflush(file) == 0;
            error = ok ? 0 : errno;
            if (ftruncate(fileno(file), bytes) != 0)
                error = errno;
        }
        std::fclose(file);
    }
    errno = error;
    return error == 0;
}

// The same run writes the same bytes: the date, in the second line, goes.
static bool blank_date(const std::string &path)
{
    std::FILE *file = std::fopen(path.c_str(), "r+");
    bool ok = file != nullptr;
    for (int newlines = 0; ok && newlines < 1;) {
        const int c = std::fgetc(file);
        newlines += c == '\n';
        ok = c != EOF;
    }
    long from = ok ? std::ftell(file) : 0;
    int n = 0;
    for (int c; ok && (c = std::fgetc(file)) != '\n' && c != EOF;)
        n++;
    ok = ok && std::fseek(file, from, SEEK_SET) == 0 &&
         std::fprintf(file, "%*s", n, "") == n;
    return file != nullptr && std::fclose(file) == 0 && ok;
}

// The array's signals are there; those of the DRAM become known only after
// their time.  Then the waveform is moved to its place.
bool wave_sc::finish(const std::string &from, diag *d)
{
    const uint64_t to = options_.window_to, now = sc_time_stamp().value();
    const uint64_t end = to > 0 && to < cycle() ? to * period_.value() : now;
    std::string made = from;
    if (!is_whole(from))
        return output_failed(options_.vcd, d);
    if (dram_ != nullptr) {
        int n = 0;
        const dram_event *events = dram_log_events(dram_, &n);
        made = folder_.whole();
        if (!dram_wave_insert(from.c_str(), made.c_str(), events, n,
                              opened_tick_, end))
            return output_failed(options_.vcd, d);
    }
    if (!blank_date(made))
        return output_failed(options_.vcd, d);
    return output_move(made.c_str(), options_.vcd, d);
}

bool wave_sc::close(diag *d)
{
    const src_pos at = {nullptr, 0};
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
    if (!finish(folder_.array(), d))
        return false;
    const uint64_t period = period_.value(), to = options_.window_to;
    const gtkwave_view view = {options_.window_from * period,
                               (to > 0 && to < cycle() ? to : cycle()) *
                                   period};
    return gtkwave_write(options_.vcd, &view, shown_.data(),
                         static_cast<int>(shown_.size()), dram_ != nullptr, d);
}
