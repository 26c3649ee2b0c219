/* search_nest.h - the best general loop nest of a layer (dataflows/nest.h).
 *
 * The space, on machines without an L1: each dimension has a count at DRAM,
 * L2, the rows, the columns and the RF, none larger than what the counts
 * inside it leave to cover; the loops of DRAM and of L2 that have more than
 * one step come in every order; each tensor is kept in L2 or not.  The loops
 * inside a PE, and those over rows (or columns), have one order: theirs
 * changes no count.
 *
 * A small space is gone through as a whole; what a partial tiling already
 * overflows (array, RF, L2) is left out, for further counts inside only add to
 * it.  A large one is climbed from many random nests until the time is up, and
 * the gap to what no nest can save is told: every operand once from DRAM,
 * every product's register accesses.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_SEARCH_NEST_H
#define DATAFLOWS_SEARCH_NEST_H

#include "dataflows/nest.h"
#include "dataflows/search_cost.h"

#ifdef __cplusplus
extern "C" {
#endif

struct search_nest_options {
    uint64_t whole_space_max;  /* nests; larger spaces are climbed */
    double time_limit_seconds; /* of a climb */
};

struct search_nest_result {
    struct nest nest;
    double energy;
    uint64_t cycles; /* MACs of the PEs used, networks and DRAM at their peak */
    /* Nests that cover the layer on the array, their register files and L2
     * aside: exact; or UINT64_MAX and more than that. */
    uint64_t space;
    uint64_t evaluated, overflows; /* partial tilings left out */
    bool proven;
    double least_energy; /* of any nest */
    double seconds;
};

/* Least energy.  false: no nest is legal, or the machine has an L1. */
bool search_nest(const struct arch *arch, const struct layer *layer,
                 const struct search_costs *costs,
                 const struct search_nest_options *options,
                 struct search_nest_result *out);
/* Energy of what was counted, at these prices. */
double search_nest_energy(const struct arch *arch, const struct layer *layer,
                          const struct search_costs *costs,
                          const struct counts *counts);
/* The size of the space. */
uint64_t search_nest_space(const struct arch *arch, const struct layer *layer);

#ifdef __cplusplus
}
#endif

#endif
