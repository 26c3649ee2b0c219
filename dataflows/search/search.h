/* search.h - the best mapping of a layer on a machine, proven.
 *
 * Branch and bound over a dataflow's whole space (dataflows/search/space.h):
 * every parameter takes every value, tails and all; of mappings that run alike
 * one stands for all (a parameter is never larger than what it cuts).  A part
 * of the space is left out only when a lower bound of its energy and cycles
 * cannot beat what is known, so the best found is the best there is, by the
 * closed form, to within rounding (1 in 10^12).
 *
 * Pure but for the time limit: the same result whatever `jobs` is.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_SEARCH_SEARCH_H
#define DATAFLOWS_SEARCH_SEARCH_H

#include "dataflows/search/cost.h"

#ifdef __cplusplus
extern "C" {
#endif

/* name, doc; delay is the closed form's bound of cycles. */
#define SEARCH_OBJECTIVES(X)                          \
    X(energy, "least energy; of equals, least delay") \
    X(delay, "least delay; of equals, least energy")  \
    X(edp, "least energy x delay")                    \
    X(edp2, "least energy x delay^2")                 \
    X(front, "every mapping that none beats in both energy and delay")

#define SEARCH_ENUM(name, doc) SEARCH_##name,
enum search_objective { SEARCH_OBJECTIVES(SEARCH_ENUM) SEARCH_OBJECTIVE_N };
#undef SEARCH_ENUM
extern const char *const search_objective_name[SEARCH_OBJECTIVE_N];
extern const char *const search_objective_doc[SEARCH_OBJECTIVE_N];

/* Where a part of the space was cut off. name, doc */
#define SEARCH_CUTS(X)                                                   \
    X(reduction, "by channels and taps: psums to L2, links, psum adds")  \
    X(rows, "by ranges of rows: strips, and room in L2")                 \
    X(outputs, "by images and rows: filters and halos from DRAM and L2") \
    X(parallel, "by outputs in parallel: filters from L2")               \
    X(held, "by filters of a PE: deliveries to PEs")                     \
    X(groups, "by groups of PEs: ifmaps from L2")                        \
    X(filter_tile, "by the filter tile: what L2 has left for psums")     \
    X(psum_tile, "by the psum tile: ifmaps from DRAM")

#define SEARCH_ENUM(name, doc) SEARCH_CUT_##name,
enum search_cut { SEARCH_CUTS(SEARCH_ENUM) SEARCH_CUT_N };
#undef SEARCH_ENUM
extern const char *const search_cut_name[SEARCH_CUT_N];
extern const char *const search_cut_doc[SEARCH_CUT_N];

/* What the objective makes least, or what it is ordered by where the search is
 * quick, and what decides between equals. */
struct search_key {
    double first, second;
};

struct search_found {
    struct mapping mapping;
    struct search_cost cost;
    struct search_key key; /* the search's own notes */
    bool is_new;
};

struct search_options {
    enum search_objective objective;
    int top; /* how many of the best, from 1 */
    /* How many of them may have the same value of the objective, so that they
     * differ in more; 0: no matter how many. */
    int equals;
    /* Only mappings whose value is above the best one's by at most this share
     * are wanted; 0: any are. */
    double slack;
    /* Not 0: values of the objective between two powers of 1 + step are equal,
     * and the second decides. */
    double step;
    int jobs; /* threads, from 1 */
    /* A clock, for the time limit and to say how long it took; NULL: none. */
    double (*now_seconds)(void);
    double time_limit_seconds; /* 0 = none */
    bool count;                /* the space, too */
    /* Only mappings that are better than this are wanted; NULL: any are.  Not
     * of a front. */
    const struct search_cost *better_than;
    /* Not 0: only balanced cuts are looked at, and nothing is proven; with
     * about so many mappings evaluated the search ends. */
    uint64_t quick;
    /* Called now and then with the share that is done; may be NULL. */
    void (*progress)(void *context, double share);
    void *progress_context;
};

struct search_result {
    struct search_found *best; /* owns; best first */
    int n_best;
    /* The Pareto front: the mappings evaluated that no other one beats in both
     * energy and cycles, in rising energy. Owned. */
    struct search_found *front;
    int n_front;
    bool proven; /* false: the time limit, or stop, came first */
    double gap;  /* of the objective, at most: 0.1 = 10 % less may exist */
    uint64_t evaluated;            /* complete mappings, by the walk */
    uint64_t tried;                /* before it, of balanced cuts */
    uint64_t cuts[SEARCH_CUT_N];   /* parts of the space left out */
    uint64_t space, covered;       /* mappings; with `count` */
    uint64_t covered_by_reduction; /* cut off there */
    bool counted; /* all of them; false: there are more than these */
    double seconds, count_seconds;
};

/* A search looks at each number of ofmap rows, up to this. */
enum { SEARCH_ROWS_MAX = 65535 };

/* Whether the space has no more than SEARCH_REDUCTIONS_MAX reductions. */
bool search_fits(const struct search_problem *problem);
/* Searches the space, which must fit. Returns false when there is no legal
 * mapping; the result is empty then. */
bool search_run(const struct search_problem *problem,
                const struct search_options *options,
                struct search_result *out);
/* The cost of one mapping; false: it does not stand for itself in the space. */
bool search_cost_of_mapping(const struct search_problem *problem,
                            const struct mapping *mapping,
                            struct search_cost *out);
void search_result_fini(struct search_result *r);

/* a + b, or COUNT_MAX: counts of mappings end there. */
uint64_t search_count_add(uint64_t a, uint64_t b);
/* How many mappings a reduction has, and about how many steps it takes to
 * count them. */
uint64_t search_count(const struct search_problem *problem,
                      const struct search_reduction *reduction);
double search_count_steps(const struct search_problem *problem,
                          const struct search_reduction *reduction);

#ifdef __cplusplus
}
#endif

#endif
