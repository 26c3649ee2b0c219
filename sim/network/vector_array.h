/* vector_array.h - a vector unit as an array side: lanes between ports of L2.
 *
 * Each cycle a port reads words of L2 into a fifo, lanes take elements whose
 * words have come, and another port writes what is finished.  A word read in a
 * cycle is worked on in the next one at the earliest, and its result written in
 * the one after that.  Of two scans the first writes nothing, and the second
 * begins when the first has ended.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_NETWORK_VECTOR_ARRAY_H
#define SIM_NETWORK_VECTOR_ARRAY_H

#include "sim/array/array_side.h"
#include "sim/network/vector_tiling.h"

#ifdef __cplusplus
extern "C" {
#endif

struct vector_array_cfg {
    uint64_t lanes;                   /* elements that are begun at a time */
    uint64_t element_cycles;          /* for which each keeps its lane */
    uint64_t read_words, write_words; /* of the ports, in a cycle */
};

struct vector_array_cfg vector_array_config(const struct arch *arch);
/* Runs passes of type struct vector_pass. */
struct array_side *vector_array_new(const struct vector_array_cfg *cfg);

/* Cycles that a pass cannot do without. */
uint64_t vector_pass_least_cycles(const struct vector_array_cfg *cfg,
                                  const struct vector_pass *pass);

#ifdef __cplusplus
}
#endif

#endif
