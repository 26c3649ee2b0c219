// wave_sc.hpp - the waveform: probes and clock through sc_trace; what the DRAM
// did is put in when the layer is done (sim/systemc/dram_wave.h).
// SPDX-License-Identifier: MIT
#ifndef SIM_SYSTEMC_WAVE_SC_HPP
#define SIM_SYSTEMC_WAVE_SC_HPP

#include <string>
#include <systemc>
#include <vector>

#include "sim/array/array_side.h"
#include "sim/systemc/dram_wave.h"
#include "sim/systemc/systemc.h"

// Where a waveform is written, for SystemC opens it by name: a folder beside
// the waveform, for its owner alone, which goes with this object.
class wave_folder
{
  public:
    wave_folder(const char *vcd, diag *d);
    ~wave_folder();
    wave_folder(const wave_folder &) = delete;
    wave_folder &operator=(const wave_folder &) = delete;

    bool is_there() const;
    // The waveform as SystemC writes it, and with what the DRAM did.
    std::string array() const;
    std::string whole() const;

  private:
    char *folder_; // owns; or nullptr, after a message
};

class wave_sc
{
  public:
    // side: its probes become this waveform's; dram: of this run, or nullptr.
    wave_sc(array_side *side, const systemc_options &options,
            const wave_folder &folder, const sc_core::sc_signal<bool> &clk,
            dram_log *dram, sc_core::sc_time period);
    ~wave_sc();

    // Whether it looks at the cycle that comes next.
    bool looks() const;
    void pass_begins();
    void sample(); // after each cycle's commit
    // At the begin of a cycle in which no pass is in flight, nor in the next
    // ones of so many; after how many it wants to look again.
    uint64_t idle(uint64_t cycles);
    // Writes the file; side_ may be gone.
    bool close(diag *d);

  private:
    uint64_t cycle() const;
    void open();
    bool is_behind(uint64_t cycle); // the window; then it is closed
    bool finish(const std::string &from, diag *d);

    array_side *const side_;
    const systemc_options &options_;
    const wave_folder &folder_;
    const sc_core::sc_signal<bool> &clk_;
    const sc_core::sc_time period_;
    const probe *probe_ = nullptr; // gone with side_
    std::vector<probe> shown_;     // what sc_trace looks at
    dram_log *const dram_;
    const unsigned none_ = 0; // DRAM's signals, until they are put in
    uint64_t opened_tick_ = 0;
    unsigned pass_ = 0;
    sc_core::sc_trace_file *file_ = nullptr;
    bool done_ = false;
};

#endif
