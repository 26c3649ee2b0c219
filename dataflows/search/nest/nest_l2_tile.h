/* nest_l2_tile.h - L2's tiles as a walk chooses them, dimension by dimension,
 * and what they cost at least.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_SEARCH_NEST_NEST_L2_TILE_H
#define DATAFLOWS_SEARCH_NEST_NEST_L2_TILE_H

#include "dataflows/search/nest/nest_point.h"

/* Dimensions in the order in which walks choose: those that tell most first. */
extern const int nest_l2_order[NEST_DIMS];
/* The first n of them, a bit each. */
unsigned nest_l2_first(int n);

/* A walk over L2's tiles, all multiples of `block`. */
struct l2_walk {
    struct nest_search *s;
    const int *block;
    bool any_tile; /* blocks of one word: the limits of L2's steps aside */
    int keep;
    int innermost; /* of the loops outside a PE; NEST_NO_LOOP: none, or any */
    int tile[NEST_DIMS]; /* blocks where not chosen yet: what must fit */
    double least;
};
void nest_l2_walk_init(struct l2_walk *w, struct nest_search *s,
                       const int block[NEST_DIMS], int keep, int innermost);

/* Whether L2 holds the tiles. */
bool nest_l2_holds(const struct l2_walk *w);
/* Tiles that L2 holds have so many steps of dimension d: at least, and at most
 * beside the tiles of the others (fewer than the fewest: there are none). */
int nest_l2_fewest_steps(const struct l2_walk *w, int d);
int nest_l2_most_steps(struct l2_walk *w, int d);

/* The tiles that are chosen in the dimensions of `known` (a bit each); of the
 * others all. */
void nest_l2_wide(const struct l2_walk *w, unsigned known, int wide[NEST_DIMS]);

/* A tensor that stays in PEs while the innermost loop goes on, and comes again
 * where others do. */
struct nest_again {
    enum tensor stays; /* TENSOR_N: none */
    double words;      /* again at least, whichever loop of DRAM is innermost */
    double words_else; /* the same if it is a loop that the tensor has */
    double each;       /* what a word costs at least, pJ */
};

/* What L2's part costs at least, whichever loop of DRAM is innermost: with
 * these tiles in the dimensions of `known` (a bit each), with at most these in
 * the others.  again: borrowed; NULL: none. */
double nest_l2_energy(const struct l2_walk *w, unsigned known,
                      const int wide[NEST_DIMS],
                      const struct nest_again *again);

#endif
