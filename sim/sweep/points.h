/* points.h - the points of a plan: which values each has, in which order they
 * run best, and how they are dealt out.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_SWEEP_POINTS_H
#define SIM_SWEEP_POINTS_H

#include "sim/sweep/plan.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The values of a point's keys and, behind them, of its results; by column. */
enum { PLAN_COLUMNS_MAX = PLAN_KEYS_MAX + RESULT_COLUMNS_MAX };

/* Fills cell[0 .. n_keys): of the axes, and what links make of them.  Texts
 * are the plan's. */
void points_cells(const struct plan *plan, uint64_t number, struct cell *cell);
/* The name of a key whose link has no value, as by a division by 0; or NULL. */
const char *points_unlinked(const struct plan *plan, const struct cell *cell);
/* Whether all conditions hold that wait for no more than this.  cell: with as
 * much as they read.  *first: one that does not; or NULL. */
bool points_hold(const struct plan *plan, enum plan_stage stage,
                 const struct cell *cell, const struct expression **first);
/* The name of a result that the condition reads and the point lacks; or NULL.
 */
const char *points_lack(const struct plan *plan,
                        const struct expression *condition,
                        const struct cell *cell);
/* Whether there is such a point: its conditions on keys hold. */
bool points_exists(const struct plan *plan, uint64_t number);

/* What is to be run, in texts of its own. */
struct point_texts {
    struct point point;
    const char *set[PLAN_KEYS_MAX];
    char *text; /* owns */
    size_t bytes, room;
};
void point_texts_init(struct point_texts *texts);
void point_texts_fini(struct point_texts *texts);
/* Sets texts->point from the cells of the keys; holds until it is set again. */
void point_texts_set(struct point_texts *texts, const struct plan *plan,
                     const struct cell *cell);

/* --- the order in which they run ------------------------------------------
 *
 * Points that share a machine's passes run next to each other, and so do those
 * that share a machine. */
struct points_order {
    const struct plan *plan;
    int axis[PLAN_KEYS_MAX]; /* from the slowest to the fastest */
    uint64_t per_machine, per_family;
};
void points_order_init(struct points_order *order, const struct plan *plan);
/* The number of the i-th point that runs. */
uint64_t points_order_number(const struct points_order *order, uint64_t i);
/* How many points next to each other are given out as one, so that `takers`
 * each have some: all that share passes, or a machine, or a single one. */
uint64_t points_order_share(const struct points_order *order, uint64_t takers);

#ifdef __cplusplus
}
#endif

#endif
