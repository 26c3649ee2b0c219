/* coverage.h - which operations of a network a machine does, where, and what
 * the others cost: one row for an operation in a place.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_NETWORK_COVERAGE_H
#define SIM_NETWORK_COVERAGE_H

#include "sim/network/vector_result.h"

#ifdef __cplusplus
extern "C" {
#endif

struct op_coverage {
    enum layer_op op;
    enum node_place place;
    uint64_t nodes, macs, outputs, dram_words, cycles;
};

struct network_coverage {
    int n;
    struct op_coverage row[LAYER_OP_N * PLACE_N];
};

/* Adds up n results by their operation and by where they were done. */
void coverage_of(const struct arch *arch, const struct layer_result *results,
                 int n, struct network_coverage *out);

#ifdef __cplusplus
}
#endif

#endif
