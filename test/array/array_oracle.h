// array_oracle.h - an independent model of a multicast array: one object per
// PE, a list of operations each, queues of words.  Slow and plain; it shares
// no code with pe/ or noc/, only the pass descriptor and the counts.
// SPDX-License-Identifier: MIT
#ifndef TEST_ARRAY_ARRAY_ORACLE_H
#define TEST_ARRAY_ARRAY_ORACLE_H

#include "dataflows/program.h"

pass_counts run_oracle(const arch &a, const multicast_pass &p);

#endif
