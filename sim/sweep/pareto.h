/* pareto.h - of many points, those that no other beats.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_SWEEP_PARETO_H
#define SIM_SWEEP_PARETO_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/sweep/store.h"

#ifdef __cplusplus
extern "C" {
#endif

struct pareto; /* points, and the columns that are to be least */

/* Looks at the store's objectives, or, is_screening, of what closed forms say
 * of them; points whose groups' columns are equal are compared with each other.
 */
struct pareto *pareto_new(const struct store_about *about, bool is_screening);
void pareto_free(struct pareto *p);
/* Takes note of a point that came to results; others are none.  One that lacks
 * an objective is worse in it than any that has it. */
void pareto_add(struct pareto *p, const struct store_row *row);
/* Finds the points that stay: no other is as good in all objectives and, in
 * one of them, better by more than the factor `band`, from 1 on. */
void pareto_find(struct pareto *p, double band);
/* Whether the point of that number stays; once they were found. */
bool pareto_has(const struct pareto *p, uint64_t number);

/* The column of a row by its name; none where there is none. */
struct cell store_row_cell(const struct store_row *row, const char *name);

#ifdef __cplusplus
}
#endif

#endif
