// clock_sc.hpp - a clock that stands still while no pass is in flight.
//
// Cycle k of the run lasts from k to k + 1 periods of simulated time and begins
// with the rising edge.  At the falling edge the listener says whether there
// is another.
// SPDX-License-Identifier: MIT
#ifndef SIM_SYSTEMC_CLOCK_SC_HPP
#define SIM_SYSTEMC_CLOCK_SC_HPP

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

    // Runs cycles until the listener says that it has enough.
    void run()
    {
        start_.notify(rest_of_cycle());
        sc_core::sc_start();
        has_run_ = true;
    }

    // Time goes by, and the clock stands still.  looks: called at the begin of
    // the first of these cycles, of so many that are left; says after how many
    // it wants to be called again.
    void idle(uint64_t cycles, const std::function<uint64_t(uint64_t)> &looks)
    {
        if (cycles == 0)
            return;
        sc_core::sc_start(rest_of_cycle());
        while (cycles > 0) {
            const uint64_t n = looks(cycles);
            cycles -= n;
            uint64_t ticks = 2 * n * half_period_.value();
            if (cycles == 0)
                ticks -= rest_of_cycle().value();
            sc_core::sc_start(sc_core::sc_time::from_value(ticks));
        }
    }

    // The last cycle is drawn to its end.
    void finish()
    {
        sc_core::sc_start(rest_of_cycle());
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

    // To the next cycle's begin: a run ends at a falling edge.
    sc_core::sc_time rest_of_cycle() const
    {
        return has_run_ ? half_period_ : sc_core::SC_ZERO_TIME;
    }

    sc_core::sc_time half_period_;
    bool has_run_ = false;
    std::function<bool()> ends_cycle_;
    sc_core::sc_event start_;
};

#endif
