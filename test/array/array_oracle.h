// array_oracle.h - an independent model of a multicast array: one object per
// PE, a list of operations each, queues of words.  Slow and plain; it shares
// no code with pe/ or noc/, only the pass descriptor and the counts.
// SPDX-License-Identifier: MIT
#ifndef TEST_ARRAY_ARRAY_ORACLE_H
#define TEST_ARRAY_ARRAY_ORACLE_H

#include <functional>

#include "dataflows/program.h"

// Whether the PE in a set's chain and a block's row skips a product of a window
// (of all windows of the pass).
using skipped_product =
    std::function<bool(int set, int chain, int block, int row, long window,
                       long tap, long filter)>;

pass_counts run_oracle(const arch &a, const multicast_pass &p,
                       const skipped_product &skipped = nullptr);

#endif
