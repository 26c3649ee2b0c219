/* expression.h - what a plan computes from the columns of a point: the value of
 * a linked key, or whether a condition holds.
 *
 *   array.rows * array.cols * 642
 *   array.rows * array.cols <= 256 and dataflow != 'os'
 *
 * By falling precedence: names, numbers, 'texts', f(x, ...) and ( ); -x; * / %;
 * + -; < <= > >= == !=; not; and; or.  The functions are min, max, ceil, floor,
 * sqrt and log2.  A comparison with a column that the point lacks is false.
 * True counts as 1, false as 0.  What would mix numbers and texts is refused
 * when it is read; where a column holds both, a number and a text are unequal
 * and neither is the smaller.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_SWEEP_EXPRESSION_H
#define SIM_SWEEP_EXPRESSION_H

#include "sim/base/diag.h"
#include "sim/sweep/cell.h"

#ifdef __cplusplus
extern "C" {
#endif

struct expression; /* owns its text */

/* What a column, or a whole expression, comes to. */
enum expression_kind { EXPRESSION_NUMBER, EXPRESSION_TEXT, EXPRESSION_EITHER };

/* Who knows the names. */
struct expression_names {
    /* The number of a column, from 0; -1: there is none. */
    int (*find)(const void *context, const char *name);
    /* The name that is most like one that there is none of. */
    const char *(*nearest)(const void *context, const char *name);
    enum expression_kind (*kind)(const void *context, int column);
    const void *context;
};

/* NULL after a message, which says that `what` is wrong. */
struct expression *expression_read(const char *text, const char *what,
                                   const struct expression_names *names,
                                   struct src_pos at, struct diag *d);
void expression_free(struct expression *e); /* or NULL */
const char *expression_text(const struct expression *e);
enum expression_kind expression_kind_of(const struct expression *e);
/* Calls `use` with the number of each column that it reads. */
void expression_columns(const struct expression *e,
                        void (*use)(void *context, int column), void *context);
/* cell: by column. */
struct cell expression_value(const struct expression *e,
                             const struct cell *cell);
bool expression_holds(const struct expression *e, const struct cell *cell);

#ifdef __cplusplus
}
#endif

#endif
