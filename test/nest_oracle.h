// nest_oracle.h - the counts of a nest by enumeration: every step, every
// child, sets of words; the definition of dataflows/nest.h and nothing else.
// SPDX-License-Identifier: MIT
#ifndef TEST_NEST_ORACLE_H
#define TEST_NEST_ORACLE_H

#include "dataflows/nest.h"

counts nest_by_enumeration(const arch &a, const layer &l, const nest &n);

#endif
