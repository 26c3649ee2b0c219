// levels_oracle.h - the accesses of a nest on listed levels, by going through
// every product.
// SPDX-License-Identifier: MIT
#ifndef TEST_DATAFLOWS_LEVELS_ORACLE_H
#define TEST_DATAFLOWS_LEVELS_ORACLE_H

#include "dataflows/nest/nest.h"

// Layers must be small: it takes products x levels steps and holds all words.
counts levels_by_enumeration(const arch &a, const layer &l, const nest &n);

#endif
