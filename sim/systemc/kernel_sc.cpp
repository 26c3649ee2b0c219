// kernel_sc.cpp - the SystemC kernel: modules around blocks, a clock, a
// memory behind a socket.
// SPDX-License-Identifier: MIT
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>
#include <random>
#include <systemc>
#include <vector>

#include "sim/run/kernel.h"
#include "sim/systemc/block_sc.hpp"
#include "sim/systemc/clock_sc.hpp"
#include "sim/systemc/dram_sc.hpp"
#include "sim/systemc/fixed_memory_sc.hpp"
#include "sim/systemc/systemc_module.h"
#include "sim/systemc/wave_sc.hpp"

using sc_core::sc_time;

namespace
{

std::vector<block> blocks_of(array_side *side, block_grain grain)
{
    struct block *list = nullptr;
    int n = array_side_blocks(side, grain, &list);
    std::vector<block> blocks(list, list + n);
    std::free(list);
    return blocks;
}

// One module per block; at array granularity one for all of them.
class array_sc : public sc_core::sc_module
{
  public:
    array_sc(sc_core::sc_module_name name, array_side *side,
             const systemc_options &options, sc_core::sc_signal<bool> &clk)
        : sc_module(name), is_one_(options.grain == BLOCK_GRAIN_ARRAY)
    {
        coarse_ = blocks_of(side, BLOCK_GRAIN_ARRAY);
        fine_ = blocks_of(side, BLOCK_GRAIN_PE);
        if (options.shuffle > 0) {
            // Processes are evaluated in the order in which they were made.
            std::mt19937 random(static_cast<unsigned>(options.shuffle));
            std::shuffle(coarse_.begin(), coarse_.end(), random);
            std::shuffle(fine_.begin(), fine_.end(), random);
        }
        if (is_one_)
            add("step", coarse_, clk);
        else
            for (const block &b : fine_)
                add(b.name, {b}, clk);
    }

    // A waveform shows single PEs, even when one module steps all of them.
    void watch(bool watched)
    {
        if (is_one_ && watched != watched_)
            modules_[0]->replace(watched ? fine_ : coarse_);
        watched_ = watched;
    }

  private:
    void add(const char *name, std::vector<block> blocks,
             sc_core::sc_signal<bool> &clk)
    {
        modules_.push_back(std::make_unique<block_sc>(name, std::move(blocks)));
        modules_.back()->clk(clk);
    }

    const bool is_one_; // module for all
    std::vector<block> coarse_, fine_;
    std::vector<std::unique_ptr<block_sc>> modules_;
    bool watched_ = false;
};

class top_sc : public sc_core::sc_module
{
  public:
    SC_HAS_PROCESS(top_sc);
    top_sc(sc_core::sc_module_name name, array_side *side,
           const systemc_options &options, const wave_folder *folder,
           sc_time half_period, dram_log *dram)
        : sc_module(name), side_(side),
          clock_("clock", half_period, [this] { return ends_cycle(); }),
          array_("array", side, options, clock_.clk),
          dma_("dma", 2 * half_period)
    {
        if (options.memory.is_foreign) {
            foreign_ = std::make_unique<fixed_memory_sc>(
                "dram",
                sc_time(static_cast<double>(options.memory.latency_ns),
                        sc_core::SC_NS),
                static_cast<double>(options.memory.bytes_per_second));
            dma_.socket.bind(foreign_->socket);
        } else {
            own_ = std::make_unique<own_dram_sc>(
                "dram", 2 * half_period,
                dram != nullptr ? dram_log_port(dram) : &dram_port_own);
            dma_.socket.bind(own_->socket);
        }
        if (folder == nullptr)
            return;
        wave_ = std::make_unique<wave_sc>(side, options, *folder, clock_.clk,
                                          dram, 2 * half_period);
        SC_METHOD(sample);
        sensitive << clock_.clk.posedge_event();
        dont_initialize();
    }

    run_end run_pass(uint64_t limit_cycles)
    {
        end_ = RUN_DONE;
        left_cycles_ = limit_cycles;
        if (wave_ != nullptr && array_side_flows(side_))
            wave_->pass_begins();
        watch();
        if (!array_side_is_done(side_))
            clock_.run();
        return end_;
    }

    // Lets time go by between passes; only a waveform sees it.
    void idle(uint64_t cycles)
    {
        if (wave_ != nullptr)
            clock_.idle(cycles,
                        [this](uint64_t left) { return wave_->idle(left); });
    }

    bool close_wave(diag *d)
    {
        if (wave_ == nullptr)
            return true;
        clock_.finish();
        return wave_->close(d);
    }

    dram_initiator_sc &dma()
    {
        return dma_;
    }

  private:
    void watch()
    {
        if (wave_ != nullptr)
            array_.watch(wave_->looks());
    }

    // Returns whether the pass goes on.
    bool ends_cycle()
    {
        watch();
        if (!array_side_moved(side_))
            end_ = RUN_DEADLOCK;
        else if (left_cycles_-- == 0)
            end_ = RUN_LIMIT;
        else
            return !array_side_is_done(side_);
        return false;
    }

    // Two deltas after the edge: blocks have committed what they staged.
    void sample()
    {
        committed_ = !committed_;
        if (committed_)
            next_trigger(sc_core::SC_ZERO_TIME);
        else
            wave_->sample();
    }

    array_side *const side_;
    run_end end_ = RUN_DONE;
    uint64_t left_cycles_ = 0;
    clock_sc clock_;
    array_sc array_;
    dram_initiator_sc dma_;
    std::unique_ptr<own_dram_sc> own_;         // this or
    std::unique_ptr<fixed_memory_sc> foreign_; // that
    bool committed_ = false;
    std::unique_ptr<wave_sc> wave_; // or none
};

// What the C side holds on to during a run.
struct session {
    const systemc_options &options;
    sc_time half_period;
    std::unique_ptr<wave_folder> folder; // of a waveform, or none
    std::unique_ptr<dram_log, decltype(&dram_log_free)> dram; // or none
    std::unique_ptr<top_sc> top;

    static session &of(void *context)
    {
        return *static_cast<session *>(context);
    }

    static void assembled(void *context, array_side *side)
    {
        session &s = of(context);
        s.top = std::make_unique<top_sc>("top", side, s.options, s.folder.get(),
                                         s.half_period, s.dram.get());
        sc_core::sc_start(sc_core::SC_ZERO_TIME); // threads come to a wait
    }

    static run_end run_pass(void *context, array_side *, uint64_t limit_cycles)
    {
        return of(context).top->run_pass(limit_cycles);
    }

    static void idle(void *context, uint64_t cycles)
    {
        of(context).top->idle(cycles);
    }

    static uint64_t serve(void *context, struct dram *own,
                          const dram_request *requests, int n,
                          uint64_t start_cycle)
    {
        return of(context).top->dma().serve(own, requests, n, start_cycle);
    }

    static uint64_t free_cycle(void *context, const struct dram *own)
    {
        return of(context).top->dma().free_cycle(own);
    }
};

// A unit of time in which a period of the clock has three digits or more, and
// 2^43 of them are no overflow; the period is rounded to two of it.
sc_time half_period_of(uint64_t clock_hz)
{
    const uint64_t MHZ = 1000000, KHZ = 1000;
    sc_core::sc_time_unit unit = clock_hz >= MHZ   ? sc_core::SC_PS
                                 : clock_hz >= KHZ ? sc_core::SC_NS
                                                   : sc_core::SC_US;
    uint64_t per_second = clock_hz >= MHZ   ? MHZ * MHZ
                          : clock_hz >= KHZ ? MHZ * KHZ
                                            : MHZ;
    // Silences SystemC's remarks about what is no fault: idle time, and units
    // other than ns.
    for (const char *remark : {sc_core::SC_ID_DEFAULT_TIME_UNIT_CHANGED_,
                               sc_core::SC_ID_NO_SC_START_ACTIVITY_})
        sc_core::sc_report_handler::set_actions(remark, sc_core::SC_DO_NOTHING);
    sc_core::sc_report_handler::set_actions(sc_core::SC_INFO,
                                            sc_core::SC_DO_NOTHING);
    sc_core::sc_set_time_resolution(1, unit);
    uint64_t half = (per_second + clock_hz) / (2 * clock_hz);
    return sc_time::from_value(half > 0 ? half : 1);
}

// Makes the log from which a waveform of the architecture's own DRAM is drawn.
dram_log *new_log(const systemc_options &systemc, const arch *arch,
                  uint64_t period_ticks)
{
    if (systemc.vcd == nullptr || systemc.memory.is_foreign)
        return nullptr;
    uint64_t to = systemc.window_to > 0 ? systemc.window_to : UINT64_MAX;
    return dram_log_new(arch, systemc.window_from, to, period_ticks);
}

bool run_layer(const void *context, const arch *arch, const layer *layer,
               const layer_mapping *mapping, const simulate_options *options,
               layer_result *out, diag *d)
{
    const auto *systemc = static_cast<const systemc_options *>(context);
    try {
        const sc_time half_period = half_period_of(arch->clock_hz);
        session s = {
            *systemc,
            half_period,
            nullptr,
            {new_log(*systemc, arch, 2 * half_period.value()), dram_log_free},
            nullptr};
        if (systemc->vcd != nullptr) {
            s.folder = std::make_unique<wave_folder>(systemc->vcd, d);
            if (!s.folder->is_there())
                return false;
        }
        const kernel kernel = {&s, session::assembled, session::run_pass,
                               session::idle};
        const dram_port port = {&s, session::serve, session::free_cycle};
        simulate_options all = *options;
        all.memo = false;
        all.kernel = &kernel;
        all.dram_port = &port;
        bool ok = simulate_layer(arch, layer, mapping, &all, out, d);
        if (ok && systemc->memory.is_foreign)
            out->bounds_cycles[BOUND_dram] = 0; /* it has its own, unknown */
        return ok && s.top->close_wave(d);
    } catch (const std::exception &e) { // of SystemC or of a foreign memory
        return diag_fail(d, EXIT_MACHINE, src_pos{nullptr, 0},
                         "layer '%s': SystemC gave up (%s); %s", layer->name,
                         e.what(),
                         systemc->memory.is_foreign
                             ? "a memory behind the socket must answer every "
                               "transaction"
                             : "more memory, or '--kernel native', is needed");
    }
}

// Takes part in the limit of memory: C++ has no other way to say so.
const auto handler_before = std::set_new_handler(memory_is_out);

} // namespace

extern "C" {
extern const systemc_module accelsim_systemc;
const systemc_module accelsim_systemc = SYSTEMC_MODULE(run_layer);
}

// libsystemc holds a main that wants it; ours is in sim/main.c.
int sc_main(int, char *[])
{
    return EXIT_MACHINE;
}
