/* systolic_periods.h - copies of a systolic array's state, and whether the
 * array goes on as it did from a copy on (docs/periods.md).
 * SPDX-License-Identifier: MIT
 */
#ifndef PE_SYSTOLIC_PERIODS_H
#define PE_SYSTOLIC_PERIODS_H

#include "pe/systolic.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whether it is worth looking: the last cycle ended a step of a pass that flows
 * alone, its last word has not entered, and as many words moved as in the step
 * before. */
bool systolic_repeats(const struct systolic *s);
size_t systolic_copy_bytes(const struct systolic *s);
void systolic_save(const struct systolic *s, void *copy);
bool systolic_is_alike(const struct systolic *s, const void *copy);
/* How often the array can do once more what it did since the copy, before the
 * pass's last word enters. */
uint64_t systolic_periods_left(const struct systolic *s, const void *copy);
/* Moves all but the counts. */
void systolic_skip(struct systolic *s, const void *copy, uint64_t periods);
/* The counts since the boundary, now and in the copy. */
struct pass_counts *systolic_own_counts(struct systolic *s);
const struct pass_counts *systolic_copied_counts(const void *copy);

#ifdef __cplusplus
}
#endif

#endif
