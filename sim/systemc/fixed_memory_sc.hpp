// fixed_memory_sc.hpp - a memory of somebody else: a TLM-2.0 target with a
// fixed latency and bandwidth, and an example of how to plug one in.
//
// It knows nothing of accelsim.  Bytes cross its link one transaction after
// the other; a transaction is done a latency after its last byte has crossed.
// To plug in a model of your own, give it such a socket and bind it in
// sim/systemc/kernel_sc.cpp where this one is bound.
// SPDX-License-Identifier: MIT
#ifndef SIM_SYSTEMC_FIXED_MEMORY_SC_HPP
#define SIM_SYSTEMC_FIXED_MEMORY_SC_HPP

#include <algorithm>
#include <cstring>
#include <systemc>
#include <tlm>
#include <tlm_utils/simple_target_socket.h>

class fixed_memory_sc : public sc_core::sc_module
{
  public:
    tlm_utils::simple_target_socket<fixed_memory_sc> socket{"socket"};

    fixed_memory_sc(sc_core::sc_module_name name, sc_core::sc_time latency,
                    double bytes_per_second)
        : sc_module(name), latency_(latency),
          bytes_per_second_(bytes_per_second)
    {
        socket.register_b_transport(this, &fixed_memory_sc::b_transport);
    }

  private:
    void b_transport(tlm::tlm_generic_payload &transaction,
                     sc_core::sc_time &delay)
    {
        if (!transaction.is_read() && !transaction.is_write()) {
            transaction.set_response_status(tlm::TLM_OK_RESPONSE);
            return; // an ignorable command
        }
        const unsigned bytes = transaction.get_data_length();
        const sc_core::sc_time now = sc_core::sc_time_stamp();
        link_free_ =
            std::max(link_free_, now + delay) +
            sc_core::sc_time(bytes / bytes_per_second_, sc_core::SC_SEC);
        delay = link_free_ + latency_ - now;
        if (transaction.is_read())
            std::memset(transaction.get_data_ptr(), 0, bytes);
        transaction.set_response_status(tlm::TLM_OK_RESPONSE);
    }

    const sc_core::sc_time latency_;
    const double bytes_per_second_;
    sc_core::sc_time link_free_; // when the last byte has crossed
};

#endif
