/* cell.h - one value of a sweep's table: a number, a text, or none.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_SWEEP_CELL_H
#define SIM_SWEEP_CELL_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

enum cell_kind { CELL_NONE, CELL_WHOLE, CELL_REAL, CELL_TEXT };

struct cell {
    enum cell_kind kind;
    int64_t whole;
    double real;
    const char *text; /* who fills the cell says who owns it */
};

struct cell cell_whole(int64_t value);
struct cell cell_real(double value);
struct cell cell_text(const char *text); /* borrowed; NULL: none */
/* A number that is whole and exact as such, else a real one. */
struct cell cell_number(double value);
bool cell_is_number(const struct cell *cell);
/* 0 where it is no number. */
double cell_value(const struct cell *cell);
/* As the command line and a CSV have it: nothing for none.  Borrowed of the
 * cell, or written to `number`. */
enum { CELL_NUMBER_BYTES = 32 };
const char *cell_words(const struct cell *cell, char number[CELL_NUMBER_BYTES]);
void cell_print(const struct cell *cell, FILE *to);

#ifdef __cplusplus
}
#endif

#endif
