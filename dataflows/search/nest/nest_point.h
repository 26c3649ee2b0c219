/* nest_point.h - a nest as the search of nests puts it together, and
 * what the search knows (dataflows/search/nest/search_nest.h).
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_SEARCH_NEST_NEST_POINT_H
#define DATAFLOWS_SEARCH_NEST_NEST_POINT_H

#include "dataflows/nest/lattice.h"
#include "dataflows/search/best.h"
#include "dataflows/search/known_values.h"
#include "dataflows/search/nest/nest_least.h"
#include "dataflows/search/nest/search_nest.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    KEEPS = 8,
    EVALUATION_LOOKS = 10 /* looks that an evaluation takes the time of */
};

/* A nest by its counts. DRAM's loops cover what the counts inside leave of each
 * dimension. */
struct nest_point {
    int keep; /* a bit a tensor */
    int count[NEST_PLACES][NEST_DIMS];
    /* Loops of more than one step, from the outside: L2's, DRAM's. */
    int n_order[2], order[2][NEST_DIMS];
};

struct nest_search {
    const struct arch *arch;          /* borrowed */
    const struct layer *layer;        /* borrowed */
    const struct search_costs *costs; /* borrowed */
    const struct nest_limits *limits; /* of all_limits */
    struct nest_limits all_limits;    /* those asked for, and the machine's */
    const struct search_nest_options *options; /* borrowed */
    struct nest_least least;
    struct lattice_cache *cache; /* owns */
    struct search_best best;     /* a mapping's first value: which nest */
    struct nest_point *point;    /* owns: all that were ever among them */
    int n_points, room;
    double start_seconds;
    enum search_nest_end end; /* whose turn it is to stop, if any's */
    uint64_t evaluated, bounded;
    int unclocked;  /* looks since the clock was read */
    uint64_t pause; /* looks after which a walk stops: a quick one; 0: none */
    uint64_t cuts[SEARCH_NEST_CUT_N];
    /* The least energy of L2's part, by keep and by the tensor that stays in
     * PEs while the innermost loop goes on (TENSOR_N: none does); known: by
     * tiles too. */
    double l2_least[KEEPS][TENSOR_N + 1];
    struct known_values *l2_known; /* owns */
};

/* Whether the time limit has passed. */
bool nest_search_is_late(struct nest_search *s);
/* Whether budget or time are up, or the quick walk is. */
bool nest_search_is_over(struct nest_search *s);

/* The count at `place` may be so much at most: what is left, the array, the
 * limits. */
int nest_point_most(const struct nest_search *s, const struct nest_point *p,
                    enum nest_place place, int dim);
/* The columns' counts of dimensions from `dim` on hold how many PEs they go
 * over: shared out to rows and columns, as the limits allow.  false: no way. */
bool nest_point_place(const struct nest_search *s, struct nest_point *p,
                      int dim, int rows, int cols);
/* Sets DRAM's counts to what the others leave to cover. */
void nest_point_cover(const struct nest_search *s, struct nest_point *p);
/* The loops there are, in the order of the limits or of the dimensions. */
void nest_point_first_orders(const struct nest_search *s, struct nest_point *p);
/* Whether the limits allow this nest: what it keeps, the words of a PE, the
 * steps of DRAM and the innermost loop. */
bool nest_point_is_allowed(const struct nest_search *s,
                           const struct nest_point *p);
void nest_point_build(const struct nest_search *s, const struct nest_point *p,
                      struct nest *out);
/* Its cost; the best are kept.  The nest must be legal; an order that the
 * limits do not allow costs infinitely much. */
struct search_cost nest_search_evaluate(struct nest_search *s,
                                        const struct nest_point *p);

/* A few random nests, each improved until nothing helps: so many evaluations
 * at most. */
void nest_search_climb(struct nest_search *s, uint64_t evaluations);
/* Nests that do about what the options' seeds do, the best of them improved. */
void nest_search_seeds(struct nest_search *s);
/* Improves the best nest known in the same way. */
void nest_search_polish(struct nest_search *s, uint64_t evaluations);
/* Whether so much of the budget is used up. */
bool nest_search_used(const struct nest_search *s, double share);
/* Everything else; returns the least that what was not looked at may have, or
 * infinity. */
double nest_search_bound_and_branch(struct nest_search *s);
/* The bound that branch and bound has for a point, see search_nest_bound. */
void nest_search_bound_of(struct nest_search *s, const struct nest_point *p,
                          int stage, struct search_cost *out);
/* The likely orders of a point whose innermost loops (NEST_NO_LOOP: there is
 * none) are given; false: others may still be wanted, and `p` has one to begin
 * with. */
bool nest_search_likely_orders(struct nest_search *s, struct nest_point *p,
                               const int innermost[2],
                               const struct search_cost *least);
/* Evaluates all orders of the loops, as far as they may still be wanted. */
void nest_search_every_order(struct nest_search *s, struct nest_point *p,
                             const struct search_cost *least);

#ifdef __cplusplus
}
#endif

#endif
