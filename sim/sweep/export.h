/* export.h - a store as text, for other programs.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_SWEEP_EXPORT_H
#define SIM_SWEEP_EXPORT_H

#include <stdio.h>

#include "sim/sweep/store.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A member of a JSON object, behind others, or nothing where the cell has no
 * value. */
void export_json_member(const char *name, const struct cell *cell, FILE *to);

/* One form each; rows by the points' numbers.  false after a message. */
bool export_csv(struct store *store, FILE *to, struct diag *d);
bool export_json(struct store *store, FILE *to, struct diag *d);
/* CSV of the points that no other beats. */
bool export_pareto(struct store *store, FILE *to, struct diag *d);
/* How far a sweep has come, in one line. */
bool export_status(struct store *store, FILE *to, struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
