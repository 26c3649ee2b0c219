// block_sc.hpp - C blocks on the SystemC kernel.  No model in here.
// SPDX-License-Identifier: MIT
#ifndef SIM_SYSTEMC_BLOCK_SC_HPP
#define SIM_SYSTEMC_BLOCK_SC_HPP

#include <systemc>
#include <vector>

#include "sim/base/block.h"

// What the blocks staged becomes visible in the update phase.
class latch_sc : public sc_core::sc_prim_channel
{
  public:
    explicit latch_sc(const std::vector<block> &blocks)
        : sc_prim_channel("latch"), blocks_(blocks)
    {
    }

    void request()
    {
        request_update();
    }

  protected:
    void update() override
    {
        for (const block &b : blocks_)
            b.commit(b.self, b.part);
    }

  private:
    const std::vector<block> &blocks_; // of the module around it
};

// One block, or several that are evaluated as one.
class block_sc : public sc_core::sc_module
{
  public:
    sc_core::sc_in<bool> clk{"clk"};

    SC_HAS_PROCESS(block_sc);
    block_sc(sc_core::sc_module_name name, std::vector<block> blocks)
        : sc_module(name), blocks_(std::move(blocks)), latch_(blocks_)
    {
        SC_METHOD(on_clk);
        sensitive << clk.pos();
        dont_initialize();
    }

    // Other parts of the same hardware from the next cycle on; not while it is
    // evaluated.
    void replace(std::vector<block> blocks)
    {
        blocks_ = std::move(blocks);
    }

  private:
    void on_clk()
    {
        for (const block &b : blocks_)
            b.eval(b.self, b.part);
        latch_.request();
    }

    std::vector<block> blocks_;
    latch_sc latch_;
};

#endif
