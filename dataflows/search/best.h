/* best.h - the best mappings that a search has met.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_SEARCH_BEST_H
#define DATAFLOWS_SEARCH_BEST_H

#include "dataflows/search/search.h"

#ifdef __cplusplus
extern "C" {
#endif

struct search_best {
    enum search_objective objective;
    bool has_limit;          /* only what is before it is taken */
    struct search_key limit; /* its key */
    int equals;   /* the most with the same first of a key; 0: no limit */
    double slack; /* by how much a first may be above the best; 0: no limit */
    double step;  /* by which firsts differ, or 0: by any */
    double step_log; /* of 1 + step */
    int room, n;
    struct search_found *best; /* owns; in order */
    int front_room, n_front;
    struct search_found *front; /* owns; rising energy, falling cycles */
};

/* Without limits; those that are steps are to be set before others. */
void search_best_init(struct search_best *b, enum search_objective objective,
                      int room);
void search_best_fini(struct search_best *b);
void search_best_set_step(struct search_best *b, double step);
/* Only what is before this is taken. */
void search_best_limit(struct search_best *b, const struct search_cost *cost);
/* b = a, every entry marked as known. */
void search_best_copy(struct search_best *b, const struct search_best *a);
/* Drops what is known: what is left can be merged, and takes no more. */
void search_best_trim(struct search_best *b);
/* Moves the mappings of a that are new into b. */
void search_best_merge(struct search_best *b, const struct search_best *a);

struct search_key search_key_of(enum search_objective objective,
                                const struct search_cost *cost);

/* Below 0: a comes first; 0: they are equal. */
int search_key_compare(const struct search_key *a, const struct search_key *b);
bool search_is_before(enum search_objective objective,
                      const struct search_cost *a, const struct search_cost *b);

/* Whether a mapping of at least this cost may still be wanted. */
bool search_best_may_take(const struct search_best *b,
                          const struct search_cost *least);
/* Whether this mapping is wanted: it belongs among the best or on the front. */
bool search_best_wants(const struct search_best *b,
                       const struct search_cost *cost);
/* Adds a mapping. One that was added before changes nothing. */
void search_best_take(struct search_best *b, const struct search_found *found);

#ifdef __cplusplus
}
#endif

#endif
