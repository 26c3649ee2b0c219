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

class wave_sc
{
  public:
    // side: its probes become this waveform's; dram: of this run, or nullptr.
    wave_sc(array_side *side, const systemc_options &options,
            const sc_core::sc_signal<bool> &clk, dram_log *dram,
            sc_core::sc_time period);
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
    bool insert_dram(const std::string &part, diag *d);

    array_side *const side_;
    const systemc_options &options_;
    const sc_core::sc_signal<bool> &clk_;
    const sc_core::sc_time period_;
    const probe *probe_ = nullptr; // gone with side_
    std::vector<probe> shown_;     // what sc_trace looks at
    dram_log *const dram_;
    const unsigned none_ = 0; // DRAM's signals, until they are put in
    uint64_t opened_tick_ = 0;
    unsigned pass_ = 0;
    std::string part_; // the file while it is written, without its ".vcd"
    sc_core::sc_trace_file *file_ = nullptr;
    bool done_ = false;
};

#endif
