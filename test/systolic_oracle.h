// systolic_oracle.h - an independent model of a systolic array: one object
// per PE with a register per operand, moved one by one each cycle.  Slow and
// plain; it shares no code with pe/, only the pass descriptor and the counts.
// SPDX-License-Identifier: MIT
#ifndef TEST_SYSTOLIC_ORACLE_H
#define TEST_SYSTOLIC_ORACLE_H

#include "pe/systolic.h"

pass_counts run_systolic_oracle(const systolic_cfg &cfg,
                                const systolic_pass &pass);

#endif
