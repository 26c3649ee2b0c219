/* systolic_rows.h - the same cycle of a systolic array, row by row.
 *
 * A row of PEs is evaluated alone: it reads what all rows held as the cycle
 * began and what the sequencer plans (a function of that: whoever is evaluated
 * first works it out), and stages its own next words.  commit publishes them.
 * So rows and sequencer may be evaluated, and committed, in any order, and
 * every count is as of systolic_step, which moves the planes as a whole.
 *
 * A cycle is systolic_row_eval of every row and systolic_sequencer_eval; then
 * the commits of all.  Calls of systolic_step may lie between two cycles.
 * SPDX-License-Identifier: MIT
 */
#ifndef PE_SYSTOLIC_ROWS_H
#define PE_SYSTOLIC_ROWS_H

#include "pe/systolic.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Once, before all others. */
void systolic_rows_use(struct systolic *s);

/* Skew registers, steps, edges and counts. */
void systolic_sequencer_eval(struct systolic *s);
void systolic_sequencer_commit(struct systolic *s);
void systolic_row_eval(struct systolic *s, int row);
void systolic_row_commit(struct systolic *s, int row);
/* What systolic_step would have returned for the last cycle. */
bool systolic_rows_moved(const struct systolic *s);

/* Rows note from the next cycle on what each PE does. */
void systolic_rows_watch(struct systolic *s);
/* What the PE was charged with in the last cycle of rows: enum pe_cause, or -1:
 * it had no work. */
int systolic_pe_cause(const struct systolic *s, int row, int col);

#ifdef __cplusplus
}
#endif

#endif
