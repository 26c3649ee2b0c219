/* cell.c - makes and prints cells.
 * SPDX-License-Identifier: MIT
 */
#include "sim/sweep/cell.h"

#include <inttypes.h>
#include <math.h>

#include "sim/report/report_tree.h"

/* The largest number below which every whole one is exact. */
#define EXACT_MAX 9007199254740992.0

struct cell cell_whole(int64_t value)
{
    return (struct cell){.kind = CELL_WHOLE, .whole = value};
}

struct cell cell_real(double value)
{
    return (struct cell){.kind = CELL_REAL, .real = value};
}

struct cell cell_text(const char *text)
{
    return (struct cell){.kind = text != NULL ? CELL_TEXT : CELL_NONE,
                         .text = text};
}

struct cell cell_number(double value)
{
    return fabs(value) < EXACT_MAX && floor(value) == value
               ? cell_whole((int64_t)value)
               : cell_real(value);
}

bool cell_is_number(const struct cell *cell)
{
    return cell->kind == CELL_WHOLE || cell->kind == CELL_REAL;
}

double cell_value(const struct cell *cell)
{
    return cell->kind == CELL_WHOLE  ? (double)cell->whole
           : cell->kind == CELL_REAL ? cell->real
                                     : 0;
}

const char *cell_words(const struct cell *cell, char number[CELL_NUMBER_BYTES])
{
    switch (cell->kind) {
    case CELL_WHOLE:
        snprintf(number, CELL_NUMBER_BYTES, "%" PRId64, cell->whole);
        return number;
    case CELL_REAL:
        snprintf(number, CELL_NUMBER_BYTES, "%.*g", REPORT_REAL_DIGITS,
                 cell->real);
        return number;
    case CELL_TEXT:
        return cell->text;
    default:
        return "";
    }
}

void cell_print(const struct cell *cell, FILE *to)
{
    char number[CELL_NUMBER_BYTES];
    fputs(cell_words(cell, number), to);
}
