// memory_oracle.h - an independent model of a run: a list of passes and of the
// tiles that each uses, a DRAM that moves one tile at a time, and a clock that
// is stepped cycle by cycle.  Slow and plain: it shares no code with the tile
// table, the DMA and the DRAM; of a program it reads the places of its passes
// and what tiles L2 has room for.
// SPDX-License-Identifier: MIT
#ifndef TEST_RUN_KEPT_MEMORY_ORACLE_H
#define TEST_RUN_KEPT_MEMORY_ORACLE_H

#include "dataflows/program.h"

struct oracle_run {
    uint64_t cycles;
    uint64_t loaded_words[TENSOR_PSUM];
};

// A multicast array without L1s, compression and overlap; a DRAM that is ideal
// or has a bandwidth; words of 16 bits.
oracle_run run_memory_oracle(const program &p);

#endif
