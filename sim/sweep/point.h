/* point.h - one point of a sweep, or one request: what is to be run, and what
 * it came to.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_SWEEP_POINT_H
#define SIM_SWEEP_POINT_H

#include <stdint.h>

#include "dataflows/search/search.h"
#include "sim/sweep/result_columns.h"

#ifdef __cplusplus
extern "C" {
#endif

/* As the options of `accelsim run` and `accelsim model` of the same names; all
 * borrowed. */
struct point {
    const char *cfg;
    const char *net, *layer, *shape, *gemm, *dataflow; /* or NULL */
    int batch;                                         /* 0: not given */
    enum search_objective objective;
    const char *const *set;
    int n_sets;
    bool simulates;      /* else by closed forms */
    uint64_t max_cycles; /* of a layer; 0: no limit */
};

/* What became of a point; name, doc. */
#define POINT_STATUSES(X)                                                      \
    X(ok, "it has results")                                                    \
    X(illegal, "there is no such machine, or it does not model what is asked") \
    X(no_mapping, "no mapping of a layer is legal")                            \
    X(deadlock, "the machine came to stand still")                             \
    X(over_limit,                                                              \
      "it took more cycles, seconds or memory than the plan allows")           \
    X(excluded, "a condition on results does not hold")

#define POINT_ENUM(name, doc) POINT_##name,
enum point_status { POINT_STATUSES(POINT_ENUM) POINT_STATUS_N };
#undef POINT_ENUM
extern const char *const point_status_name[POINT_STATUS_N];

enum { MAPPING_TEXT_BYTES = 256, PLAN_OBJECTIVES_MAX = 4 };

struct point_result {
    enum point_status status;
    char *reason; /* owns; NULL: status ok */
    bool simulated;
    const char *mapping_source;            /* a constant, or NULL */
    char mapping[MAPPING_TEXT_BYTES];      /* of a single layer; or "" */
    struct cell value[RESULT_COLUMNS_MAX]; /* by result column */
    /* What closed forms say of the objectives of a plan that screens. */
    struct cell screened[PLAN_OBJECTIVES_MAX];
};

void point_result_fini(struct point_result *r);
/* Sets status and reason from what a diag says. */
void point_refuse(struct point_result *r, const struct diag *d);
/* The same in words of one's own. */
void point_fail(struct point_result *r, enum point_status status,
                const char *fmt, ...) __attribute__((format(printf, 3, 4)));

#ifdef __cplusplus
}
#endif

#endif
