// wave_sc.hpp - the waveform: probes, clock and DRAM through sc_trace.
// SPDX-License-Identifier: MIT
#ifndef SIM_WAVE_SC_HPP
#define SIM_WAVE_SC_HPP

#include <string>
#include <systemc>
#include <vector>

#include "sim/array_side.h"
#include "sim/dram_log.h"
#include "sim/systemc.h"

// Plays a log of the DRAM back.
class dram_replay_sc : public sc_core::sc_module
{
  public:
    SC_HAS_PROCESS(dram_replay_sc);
    dram_replay_sc(sc_core::sc_module_name name,
                   std::vector<dram_event> events);

    void trace(sc_core::sc_trace_file *file) const;

  private:
    void play();
    void begin(const dram_event &event);

    const std::vector<dram_event> events_;
    size_t next_ = 0;
    sc_core::sc_time transfer_end_, command_end_;
    unsigned transfer_ = 0, bytes_ = 0;         // dram_transfer_words
    unsigned command_ = 0, bank_ = 0, row_ = 0; // dram_command_words
};

class wave_sc
{
  public:
    // side: its probes become this waveform's; replay: or nullptr.
    wave_sc(array_side *side, const systemc_options &options,
            const sc_core::sc_signal<bool> &clk, const dram_replay_sc *replay,
            sc_core::sc_time period);
    ~wave_sc();

    // Whether it looks at the cycle that comes next.
    bool looks() const;
    void pass_begins();
    void sample(); // after each cycle's commit
    void pass_ends();
    // Writes the file; side_ may be gone.
    bool close(diag *d);

  private:
    uint64_t cycle() const;
    void open();

    array_side *const side_;
    const systemc_options &options_;
    const sc_core::sc_signal<bool> &clk_;
    const sc_core::sc_time period_;
    const probe *probe_ = nullptr; // gone with side_
    std::vector<probe> shown_;     // what sc_trace looks at
    const dram_replay_sc *const replay_;
    unsigned pass_ = 0;
    std::string part_; // the file while it is written, without its ".vcd"
    sc_core::sc_trace_file *file_ = nullptr;
    bool done_ = false;
};

#endif
