// dram_sc.hpp - the DRAM side behind a TLM-2.0 socket.
//
// The DMA's transfers go out through an initiator socket, loosely timed: by
// b_transport, with delays.  Two kinds of target answer:
//
// * ours (own_dram_sc) takes a whole transfer at once.  It comes as a
//   TLM_IGNORE_COMMAND with the extension dram_list_sc; the answer is exact to
//   the cycle, for it is that of mem/dram.h.
// * any other ignores both, as the standard says it may, and then gets the
//   transfer as plain reads and writes of consecutive bytes, at most
//   CHUNK_BYTES each, all offered at the transfer's start.  The transfer is
//   done when the last of them is, and the next one starts then.  Values are
//   no part of the model: the bytes are zeros, and read ones are dropped.
//
// Time    The memory side lags behind the array side by up to a pass (it is
//         asked at a pass's boundary), and simulated time does not run back.
//         The socket's local time is therefore ahead of the array's by a fixed
//         AHEAD_CYCLES; a target looks at differences only and sees none of
//         it.  It may wait().
// SPDX-License-Identifier: MIT
#ifndef SIM_SYSTEMC_DRAM_SC_HPP
#define SIM_SYSTEMC_DRAM_SC_HPP

#include <array>
#include <systemc>
#include <tlm>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include "mem/dram_port.h"

// The socket's local time, and how it relates to the array's cycles.
struct dram_time_sc {
    static constexpr uint64_t AHEAD_CYCLES = uint64_t{1} << 40;
    sc_core::sc_time period; // of the core clock

    sc_core::sc_time of(uint64_t cycle) const
    {
        if (cycle > UINT64_MAX / period.value() - AHEAD_CYCLES)
            SC_REPORT_ERROR("accelsim", "a transfer ends beyond its time");
        return sc_core::sc_time::from_value((cycle + AHEAD_CYCLES) *
                                            period.value());
    }
    uint64_t cycle(sc_core::sc_time time) const // rounded up
    {
        return (time.value() + period.value() - 1) / period.value() -
               AHEAD_CYCLES;
    }
};

// The extension that makes a whole transfer one transaction.
struct dram_list_sc : tlm::tlm_extension<dram_list_sc> {
    struct dram *own = nullptr; // the architecture's DRAM
    const dram_request *requests = nullptr;
    int n = 0;
    bool is_served = false; // the target's answer

    tlm_extension_base *clone() const override
    {
        return new dram_list_sc(*this);
    }
    void copy_from(const tlm_extension_base &other) override
    {
        *this = static_cast<const dram_list_sc &>(other);
    }
};

class dram_initiator_sc : public sc_core::sc_module
{
  public:
    enum { CHUNK_BYTES = 4096 };

    tlm_utils::simple_initiator_socket<dram_initiator_sc> socket{"socket"};

    SC_HAS_PROCESS(dram_initiator_sc);
    dram_initiator_sc(sc_core::sc_module_name name, sc_core::sc_time period);

    // Serves a list of requests, as struct dram_port asks for it. It is called
    // from outside of SystemC's processes.
    uint64_t serve(struct dram *own, const dram_request *requests, int n,
                   uint64_t start_cycle);
    uint64_t free_cycle(const struct dram *own) const;

  private:
    void serve_transfers(); // b_transport wants to be called from a thread
    uint64_t serve_transfer();
    uint64_t serve_bytes();
    void send(bool is_write, uint64_t address, uint64_t bytes,
              sc_core::sc_time start, sc_core::sc_time *done);

    const dram_time_sc time_;
    sc_core::sc_event go_;
    dram_list_sc list_;
    uint64_t start_cycle_ = 0, done_cycle_ = 0; // of the transfer
    tlm::tlm_generic_payload transaction_;
    std::array<unsigned char, CHUNK_BYTES> bytes_{};
    bool is_own_ = true; // the target understands transfers
    uint64_t free_cycle_ = 0;
};

// The architecture's DRAM as a target.
class own_dram_sc : public sc_core::sc_module
{
  public:
    tlm_utils::simple_target_socket<own_dram_sc> socket{"socket"};

    // port: to the DRAM; that of someone who writes down what it does, or not.
    own_dram_sc(sc_core::sc_module_name name, sc_core::sc_time period,
                const dram_port *port);

  private:
    void b_transport(tlm::tlm_generic_payload &transaction,
                     sc_core::sc_time &delay);

    const dram_time_sc time_;
    const dram_port *const port_;
};

#endif
