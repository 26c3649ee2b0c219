// nest_oracle.h - the counts of a nest by enumeration: every step, every
// child, sets of words; the definition of dataflows/nest/nest.h and nothing
// else.
// SPDX-License-Identifier: MIT
#ifndef TEST_DATAFLOWS_NEST_ORACLE_H
#define TEST_DATAFLOWS_NEST_ORACLE_H

#include "dataflows/nest/nest.h"

// events: rows of PEs that operands reach, and nothing else.
counts nest_by_enumeration(const arch &a, const layer &l, const nest &n,
                           layer_events *events = nullptr);

#endif
