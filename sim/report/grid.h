/* grid.h - text in columns, for people: numbers that read well, grids
 * with aligned columns, paragraphs that wrap.  ASCII, REPORT_COLUMNS wide.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_REPORT_GRID_H
#define SIM_REPORT_GRID_H

#include <stdint.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

#define REPORT_COLUMNS 100

struct number_text {
    char text[32];
};

/* "1,234,567"; from 10^10 on with four digits: "12.35 G". */
struct number_text text_count(uint64_t value);
/* Four digits or a whole number, at most 9 letters: "0.8432", "6.057",
 * "115.3", "12,345", "1.235e+10". */
struct number_text text_real(double value);
/* Three digits of a value >= 0, at most 5 letters: "895", "12.3M", "1.23G". */
struct number_text text_short(double value);
/* "12.3"; "<0.1" for less that is not 0. */
struct number_text text_percent(double share);

/* Prints `text` behind `label` and wraps it at REPORT_COLUMNS; further lines
 * begin where the first line's text does. */
void text_paragraph(FILE *to, const char *label, const char *text);

struct grid;
/* Columns are right-aligned but the first `n_left`. */
struct grid *grid_new(int n_columns, int n_left);
void grid_free(struct grid *g);
/* Appends a cell; a row is full after n_columns. */
void grid_cell(struct grid *g, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void grid_count(struct grid *g, uint64_t value);
void grid_real(struct grid *g, double value);
void grid_short(struct grid *g, double value);
void grid_percent(struct grid *g, double share);
/* A line of '-' below the row that is full now. */
void grid_rule(struct grid *g);
/* The last column is left-aligned too. */
void grid_left_last(struct grid *g);
/* Prints and indents by `indent`.  What is too wide loses space between
 * columns first, then the end of its first column's texts. */
void grid_print(const struct grid *g, int indent, FILE *to);

#ifdef __cplusplus
}
#endif

#endif
