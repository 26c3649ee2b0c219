// systolic_oracle.h - an independent model of a systolic array: one object
// per PE with a register per operand, moved one by one each cycle.  Slow and
// plain; it shares no code with pe/, only the pass descriptor and the counts.
// SPDX-License-Identifier: MIT
#ifndef TEST_PE_SYSTOLIC_ORACLE_H
#define TEST_PE_SYSTOLIC_ORACLE_H

#include <vector>

#include "pe/systolic.h"

pass_counts run_systolic_oracle(const systolic_cfg &cfg,
                                const systolic_pass &pass);

// Output stationary passes with an overlapped drain
// (systolic_drain_oracle.cpp): what each did since the one before was done,
// then what the last drain did.
struct late_pass {
    systolic_pass pass;
    uint64_t late_cycles; // after the one before; more than its drain are idle
};
std::vector<pass_counts>
run_overlapped_oracle(const systolic_cfg &cfg,
                      const std::vector<late_pass> &passes);

// Passes with words that come in behind those in use
// (systolic_shadow_oracle.cpp): likewise.
std::vector<pass_counts>
run_shadow_oracle(const systolic_cfg &cfg,
                  const std::vector<late_pass> &passes);
// What is on the array as pass number `last` is done.
std::vector<systolic_left>
shadow_oracle_left(const systolic_cfg &cfg,
                   const std::vector<late_pass> &passes, size_t last);

#endif
