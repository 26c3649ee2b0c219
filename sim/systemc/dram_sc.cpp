// dram_sc.cpp - the DRAM side behind a TLM-2.0 socket.
// SPDX-License-Identifier: MIT
#include "sim/systemc/dram_sc.hpp"

#include <algorithm>

#include "sim/base/diag.h"

using sc_core::sc_time;
using sc_core::sc_time_stamp;
using sc_core::SC_ZERO_TIME;

dram_initiator_sc::dram_initiator_sc(sc_core::sc_module_name name,
                                     sc_time period)
    : sc_module(name), time_{period}
{
    SC_THREAD(serve_transfers);
}

uint64_t dram_initiator_sc::serve(struct dram *own,
                                  const dram_request *requests, int n,
                                  uint64_t start_cycle)
{
    list_.own = own;
    list_.requests = requests;
    list_.n = n;
    start_cycle_ = start_cycle;
    go_.notify(SC_ZERO_TIME);
    sc_core::sc_start(); // until the thread pauses it
    return done_cycle_;
}

uint64_t dram_initiator_sc::free_cycle(const struct dram *own) const
{
    return is_own_ ? dram_free_cycle(own) : free_cycle_;
}

void dram_initiator_sc::serve_transfers()
{
    for (;;) {
        wait(go_);
        done_cycle_ = serve_transfer();
        sc_core::sc_pause();
    }
}

uint64_t dram_initiator_sc::serve_transfer()
{
    sc_time delay = time_.of(start_cycle_) - sc_time_stamp();
    if (!is_own_)
        return serve_bytes();
    list_.is_served = false;
    transaction_.set_command(tlm::TLM_IGNORE_COMMAND);
    transaction_.set_address(list_.n > 0 ? list_.requests[0].address : 0);
    transaction_.set_data_ptr(bytes_.data());
    transaction_.set_data_length(1);
    transaction_.set_streaming_width(1);
    transaction_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    transaction_.set_extension(&list_);
    socket->b_transport(transaction_, delay);
    transaction_.clear_extension(&list_);
    is_own_ = list_.is_served;
    return is_own_ ? time_.cycle(sc_time_stamp() + delay) : serve_bytes();
}

void dram_initiator_sc::send(bool is_write, uint64_t address, uint64_t bytes,
                             sc_time start, sc_time *done)
{
    sc_time delay =
        start > sc_time_stamp() ? start - sc_time_stamp() : SC_ZERO_TIME;
    transaction_.set_command(is_write ? tlm::TLM_WRITE_COMMAND
                                      : tlm::TLM_READ_COMMAND);
    transaction_.set_address(address);
    transaction_.set_data_ptr(bytes_.data());
    transaction_.set_data_length(static_cast<unsigned>(bytes));
    transaction_.set_streaming_width(static_cast<unsigned>(bytes));
    transaction_.set_byte_enable_ptr(nullptr);
    transaction_.set_dmi_allowed(false);
    transaction_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    socket->b_transport(transaction_, delay);
    if (transaction_.is_response_error())
        SC_REPORT_ERROR("accelsim", transaction_.get_response_string().c_str());
    *done = std::max(*done, sc_time_stamp() + delay);
}

// Serves a transfer byte range by byte range, for targets that know nothing of
// transfers.
uint64_t dram_initiator_sc::serve_bytes()
{
    sc_time start = time_.of(std::max(start_cycle_, free_cycle_));
    sc_time done = start;
    for (int k = 0; k < list_.n; k++) {
        const dram_request &r = list_.requests[k];
        uint32_t at[DRAM_LOOPS] = {};
        int loop;
        do {
            uint64_t address = r.address;
            for (int i = 0; i < DRAM_LOOPS; i++)
                address += at[i] * r.loop[i].stride_bytes;
            for (uint64_t sent = 0; sent < r.run_bytes; sent += CHUNK_BYTES)
                send(r.is_write, address + sent,
                     std::min<uint64_t>(CHUNK_BYTES, r.run_bytes - sent), start,
                     &done);
            loop = DRAM_LOOPS - 1;
            while (loop >= 0 && ++at[loop] >= r.loop[loop].count)
                at[loop--] = 0;
        } while (loop >= 0);
    }
    free_cycle_ = time_.cycle(done);
    return free_cycle_;
}

own_dram_sc::own_dram_sc(sc_core::sc_module_name name, sc_time period,
                         const dram_port *port)
    : sc_module(name), time_{period}, port_(port)
{
    socket.register_b_transport(this, &own_dram_sc::b_transport);
}

void own_dram_sc::b_transport(tlm::tlm_generic_payload &transaction,
                              sc_time &delay)
{
    auto *list = transaction.get_extension<dram_list_sc>();
    SIM_CHECK(list != nullptr); // only our initiator binds to it
    uint64_t start = time_.cycle(sc_time_stamp() + delay);
    uint64_t done =
        port_->serve(port_->context, list->own, list->requests, list->n, start);
    delay = time_.of(done) - sc_time_stamp();
    list->is_served = true;
    transaction.set_response_status(tlm::TLM_OK_RESPONSE);
}
