/* candidates.h - the mappings of a layer that are worth simulating, so that the
 * best of them becomes its own: what its dataflow's rules choose, a published
 * one, and the best few of a quick search under the closed form, with the
 * stalls that the dataflow estimates.
 *
 * The search looks at balanced cuts alone (search_options.quick), with the
 * parameters held that were set by hand.  What may stay in L2 over outer loops
 * is tried in addition, so that all the others are looked at as they would be
 * without: the list begins with these.  Pure: the same list whatever threads
 * there are.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CHOOSE_CANDIDATES_H
#define SIM_CHOOSE_CANDIDATES_H

#include "dataflows/search/search.h"
#include "sim/energy/energy.h"
#include "sim/run/layer_mapping.h"

#ifdef __cplusplus
extern "C" {
#endif

struct candidate {
    struct layer_mapping mapping;
    struct search_cost cost; /* of the closed form; cycles: their bound */
    uint64_t estimate_cycles;
    bool knows_passes; /* the estimate is of its passes' descriptors */
    bool is_searched;  /* found by the search, and by nobody before it */
    bool is_kept;      /* of those with tiles that a search lets stay in L2 */
    uint64_t dram_reads[TENSOR_PSUM]; /* words of each operand */
    bool ran;
    uint64_t cycles; /* where it ran */
};

/* The first of a search that are simulated, unless the caller says how many;
 * with what the rules choose and a published row. */
enum { CANDIDATES_SEARCHED = 9, CANDIDATES_MAX = TRIED_MAX };

struct candidates_input {             /* all borrowed */
    const struct arch *arch;          /* as the layer finds it */
    const struct energy_table *table; /* NULL: everything costs nothing */
    const struct dataflow *dataflow;
    const struct given_mapping *by_hand;   /* holds in all of them */
    const struct given_mapping *published; /* NULL: none */
    enum search_objective objective;
    int n_searched; /* the most that are taken from a search */
    /* By energy, the proven optimum is one; false: the caller has it. */
    bool proves;
    /* Estimates go through the tiles of the most promising; false: all are the
     * closed form's. */
    bool replays;
    /* As search_options has it: the list is then of what was found so far. */
    struct search_stop stop;
};

/* Fills out[0 .. returned), the most promising first, and those whose tiles a
 * search lets stay behind them, of these again the most promising first; 0
 * after a message: none is legal (EXIT_NO_MAPPING). */
int candidates_find(const struct candidates_input *in,
                    const struct layer *layer,
                    struct candidate out[CANDIDATES_MAX], struct diag *d);

/* Sorts candidates of several dataflows as those of one. */
void candidates_sort(struct candidate *list, int n,
                     enum search_objective objective);
/* Index of the most promising of them all. */
int candidates_first(const struct candidate *list, int n,
                     enum search_objective objective);

#ifdef __cplusplus
}
#endif

#endif
