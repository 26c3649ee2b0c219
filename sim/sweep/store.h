/* store.h - the file in which a sweep keeps its points: an SQLite database, one
 * row a point, every varied key and every result a column.
 *
 * What is committed survives any end of the process.  One process writes; that
 * a second one tries is an error.  The file is of one plan with its inputs, or
 * of a shard of it: another plan is refused.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_SWEEP_STORE_H
#define SIM_SWEEP_STORE_H

#include "sim/sweep/plan.h"

#ifdef __cplusplus
extern "C" {
#endif

struct store;

enum { STORE_GROUPS_MAX = 8 };

/* What a store is of. */
struct store_about {
    char plan[PLAN_KEY_BYTES];  /* its name */
    char digest[20];            /* of the plan and all its inputs */
    int shard, shards;          /* from 1; 1 of 1: all of it */
    uint64_t points;            /* that the plan has */
    uint64_t objective_columns; /* how many objectives */
    char objective[PLAN_OBJECTIVES_MAX][PLAN_KEY_BYTES];
    /* Keys that say what runs: points are compared with those of equal ones. */
    int n_groups;
    char group[STORE_GROUPS_MAX][PLAN_KEY_BYTES];
};

/* For writing: makes it where it is not.  NULL after a message. */
struct store *store_open(const char *path, const struct plan *plan,
                         const struct store_about *about, struct diag *d);
/* For reading what is there, also while another process writes. */
struct store *store_read(const char *path, struct diag *d);
/* What is not committed is lost. */
void store_close(struct store *store); /* or NULL */
const struct store_about *store_its_about(const struct store *store);

/* Calls `use` for each point that is there; simulated: not only screened. */
bool store_each_done(struct store *store,
                     void (*use)(void *context, uint64_t number,
                                 bool simulated),
                     void *context, struct diag *d);

/* Between these two, points are added; they are on disk when the second has
 * come back.  false after a message. */
bool store_begin(struct store *store, struct diag *d);
bool store_commit(struct store *store, struct diag *d);
/* Adds a point, or puts it in the place of the one that was screened.  cell: of
 * the plan's keys. */
bool store_add(struct store *store, uint64_t number, const struct cell *cell,
               const struct point_result *result, struct diag *d);

/* A point as it is read: all columns by name. */
struct store_row {
    int n;
    const char *const *name;
    const struct cell *cell; /* texts until the next row */
};
/* Calls `use` with each row, by number; false from there ends it. */
bool store_each_row(struct store *store,
                    bool (*use)(void *context, const struct store_row *row),
                    void *context, struct diag *d);
/* How many points have a status; by POINT_...; *screened: of them, those that
 * were not simulated in a sweep that screens. */
bool store_count(struct store *store, uint64_t count[POINT_STATUS_N],
                 uint64_t *simulated, struct diag *d);
/* Puts all points of several stores of one plan, as shards of it are, into
 * another, which is made where it is not; what was simulated takes the place of
 * what was screened. */
bool store_merge(const char *path, const char *const *from, int n_from,
                 struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
