// clock_sc.hpp - a clock that stands still while no pass is in flight.
//
// Cycle k of the run lasts from k to k + 1 periods of simulated time, its
// rising edge in the middle.  At the falling edge, the end of the cycle, the
// listener says whether there is another.
// SPDX-License-Identifier: MIT
#ifndef SIM_CLOCK_SC_HPP
#define SIM_CLOCK_SC_HPP

#include <functional>
#include <systemc>

class clock_sc : public sc_core::sc_module
{
  public:
    sc_core::sc_signal<bool> clk{"clk"};

    SC_HAS_PROCESS(clock_sc);
    // ends_cycle: called at each falling edge; false: stop after it.
    clock_sc(sc_core::sc_module_name name, sc_core::sc_time half_period,
             std::function<bool()> ends_cycle)
        : sc_module(name), half_period_(half_period),
          ends_cycle_(std::move(ends_cycle))
    {
        SC_METHOD(tick);
        sensitive << start_;
        dont_initialize();
    }

    // Runs cycles until the listener has enough.
    void run()
    {
        start_.notify(half_period_);
        sc_core::sc_start();
    }

  private:
    void tick()
    {
        bool rises = !clk.read();
        clk.write(rises);
        if (rises || ends_cycle_())
            next_trigger(half_period_);
        else
            sc_core::sc_pause();
    }

    sc_core::sc_time half_period_;
    std::function<bool()> ends_cycle_;
    sc_core::sc_event start_;
};

#endif
