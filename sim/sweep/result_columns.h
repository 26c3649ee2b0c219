/* result_columns.h - the columns that a sweep keeps of each point, the same for
 * every machine: those of the CSV report that are numbers of the whole, by
 * their names there, and figures that only a table of many runs needs.
 *
 * A point lacks a value where its report has none.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_SWEEP_RESULT_COLUMNS_H
#define SIM_SWEEP_RESULT_COLUMNS_H

#include "sim/report/report.h"
#include "sim/sweep/cell.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { RESULT_COLUMNS_MAX = 448 };

struct result_column {
    const char *name, *unit, *doc; /* constants */
};

int result_columns(void); /* how many there are */
const struct result_column *result_column_at(int i);
int result_column_find(const char *name); /* -1: there is none */
/* The only ones that are known of a machine that has run nothing. */
bool result_column_is_of_machine(int i);

/* Whether its values are whole numbers. */
bool result_column_is_whole(int i);
/* Whether closed forms do not know it of any point. */
bool result_column_needs_run(int i);

/* What is known of the machine: cell by result column; others are set to
 * none. */
void result_columns_of_machine(const struct report_input *in,
                               struct cell *cell);
/* The rest, of all layers together.  costs: the table's of the machine. */
void result_columns_fill(const struct report_input *in,
                         const struct energy_costs *costs, struct cell *cell);

#ifdef __cplusplus
}
#endif

#endif
