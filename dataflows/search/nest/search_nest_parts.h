/* search_nest_parts.h - parts of the space of nests, as branch and bound cuts
 * it (dataflows/search/nest/search_nest.h).
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_SEARCH_NEST_SEARCH_NEST_PARTS_H
#define DATAFLOWS_SEARCH_NEST_SEARCH_NEST_PARTS_H

#include "dataflows/search/nest/nest_point.h"

/* A part of the space after the first choices: what L2 keeps, the innermost of
 * all time loops, and a PE's tile. */
struct item {
    struct search_key least; /* sorts */
    struct search_cost cost;
    bool is_raised; /* the key: to the least of the splits */
    int16_t keep, innermost;
    uint16_t tile[NEST_DIMS];
};
struct items {
    int n, room;
    struct item *item;
};
/* A part of the space after the next choice, the split over PEs. */
struct split {
    struct search_key least;
    struct search_cost cost;
    double rf_energy;
    uint16_t children[NEST_DIMS];
};
struct splits {
    int n, room;
    struct split *split;
};

/* A list of nests of which not all orders have been looked at yet. */
struct put_off {
    struct search_key least; /* sorts */
    struct search_cost cost;
    struct nest_point point;
};
struct later {
    int n, room;
    struct put_off *nest; /* owns */
    double open; /* of those that found no place: the least of their keys */
};

struct search_cost nest_part_cost(double energy, double cycles);
/* Whether a part of at least this cost may still be wanted. */
bool nest_part_may_take(struct nest_search *s, const struct search_cost *least,
                        enum search_nest_cut cut);
/* A PE's tiles, and the innermost loop; nothing else known. */
void nest_item_cut(const struct item *item, struct nest_cut *out);

/* --- dataflows/search/nest/nest_l2_least.c --- */

/* Works out the least energy of L2's part for each choice of what it keeps. */
void nest_l2_start(struct nest_search *s);
/* The least energy of L2's part with tiles made of these blocks, and of what
 * the tensor that stays in PEs costs more where DRAM's loops bring it again;
 * infinite when none fits. */
double nest_l2_least(struct nest_search *s, const int block[NEST_DIMS],
                     const struct item *item);

/* The same of the walk's own tiles, whose first `chosen` dimensions are known.
 */
struct l2_walk;
double nest_l2_chosen_least(const struct l2_walk *w, int chosen);

/* --- dataflows/search/nest/nest_l2.c --- */

/* Searches all of L2's loops under a split, each with its likely orders. */
void nest_l2_search(struct nest_search *s, const struct item *item,
                    const struct split *split, struct later *later);
/* Looks at the orders that were put off. Returns the least key of what was not
 * looked at, or infinity. */
double nest_later_search(struct nest_search *s, struct later *later);
/* The bound with L2's loops known, and the innermost of DRAM's. */
void nest_l2_bound(struct nest_search *s, const struct item *item,
                   const struct split *split, const int steps[NEST_DIMS],
                   int dram_innermost, struct search_cost *out);

/* --- dataflows/search/nest/nest_split.c --- */

struct search_cost nest_item_cost(struct nest_search *s,
                                  const struct item *item);
/* Searches all splits of an item that may be wanted, the most promising
 * first. */
void nest_split_search(struct nest_search *s, const struct item *item,
                       struct splits *out);
/* The least key that one of them has; infinite: none is wanted. */
double nest_split_least_key(struct nest_search *s, const struct item *item);
/* The bounds on the way to a split, and its own. */
void nest_split_bound(struct nest_search *s, const struct item *item,
                      struct split *split, struct search_cost *out);

#endif
