/* nest_least.h - what a nest takes at least, from the sizes of its tiles and
 * the innermost of its time loops alone; for machines without an L1.
 *
 * The innermost time loop outside a child level, over the dimension d, makes
 * every step bring a whole new tile of each tensor that has d (of the ifmap,
 * if d is p, q, r or s, what its neighbour had not).  So each such tensor is
 * delivered as often as the dimensions that it lacks have tiles; and the one
 * tensor that lacks d, if any, at least once, and once a tile of the level
 * outside where a loop of its own lies in between.  With counts that do not
 * divide, the last block of a dimension may have a single step: its share is
 * taken as if it stayed.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_SEARCH_NEST_NEST_LEAST_H
#define DATAFLOWS_SEARCH_NEST_NEST_LEAST_H

#include "dataflows/search/cost.h"
#include "dataflows/search/known_values.h"
#include "dataflows/search/nest/nest_touch.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the innermost loop may be: one of the dimensions, or none at all. */
enum { NEST_INNERMOST = NEST_DIMS + 1, NEST_NO_LOOP = NEST_DIMS };
/* The tensor that lacks a dimension; TENSOR_N: none does. */
enum tensor nest_lacking(int dim);

struct nest_least {
    const struct arch *arch;          /* borrowed */
    const struct layer *layer;        /* borrowed */
    const struct search_costs *costs; /* borrowed */
    int extent[NEST_DIMS];
    int most_children[NEST_DIMS]; /* side by side; at first, all PEs */
    bool is_whole[NEST_DIMS];     /* DRAM has no loop over it; at first, none */
    double macs, outputs, filters, fixed_energy;
    struct nest_touch *rows, *cols; /* own */
    struct known_values *moving;    /* owns */
};
void nest_least_init(struct nest_least *n, const struct arch *arch,
                     const struct layer *layer,
                     const struct search_costs *costs);
void nest_least_fini(struct nest_least *n);

/* Words of a tensor, of an ifmap those that some window has. */
double nest_least_words(const struct nest_least *n, enum tensor tensor);
/* Whether no two outputs have an ifmap's word of one channel in common. */
bool nest_least_has_own_points(const struct nest_least *n);

/* Tiles at a level, and how they are cut: of all dimensions, from 1. */
struct nest_cut {
    int tile[NEST_DIMS];     /* of a child */
    int children[NEST_DIMS]; /* side by side; 0: not known yet */
    int steps[NEST_DIMS];    /* of the next level's loop; 0: not known yet */
    int innermost;           /* of all time loops; NEST_NO_LOOP: none */
};
/* Words that come to the children of a level, at least.  read: once for all
 * of them; delivered: to every child with work; of psums, those that leave
 * each. */
struct nest_flows {
    double read[TENSOR_N], delivered[TENSOR_N];
};
void nest_least_flows(const struct nest_least *n, const struct nest_cut *cut,
                      struct nest_flows *out);

/* Share of a dimension that lies in blocks of more than one step. */
double nest_least_moving_share(int extent, int block, int steps);
/* Share of a dimension that the innermost loop, over it, surely moves through.
 */
double nest_least_moving(const struct nest_least *n,
                         const struct nest_cut *cut);

/* What the flows into RF cost, and into L2 (whose keep is a bit a tensor);
 * fixed_energy is no part of it. */
double nest_least_rf_energy(const struct nest_least *n,
                            const struct nest_flows *flows, int keep);
double nest_least_l2_energy(const struct nest_least *n,
                            const struct nest_flows *flows, int keep);
/* Cycles of the busiest PE, and of the networks and the DRAM (l2 NULL: not
 * known yet). */
double nest_least_pe_cycles(const struct nest_least *n,
                            const struct nest_cut *cut);
double nest_least_network_cycles(const struct nest_least *n,
                                 const struct nest_flows *flows);
double nest_least_dram_cycles(const struct nest_least *n,
                              const struct nest_flows *rf,
                              const struct nest_flows *l2, int keep);

#ifdef __cplusplus
}
#endif

#endif
