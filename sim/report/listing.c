/* listing.c - keeps the cells of a listing as JSON values, and prints them in
 * each form of output.
 * SPDX-License-Identifier: MIT
 */
#include "sim/report/listing.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/diag.h"
#include "sim/base/text_stream.h"
#include "sim/report/grid.h"
#include "sim/report/report_tree.h"

#define SCHEMA 1

struct listing {
    const char *subject;
    const char *const *column;
    int n_columns;
    json_t *rows; /* objects of one cell a column */
    int n_cells;
};

struct listing *listing_new(const char *subject, const char *const *column,
                            int n_columns)
{
    struct listing *l = xcalloc(1, sizeof(*l));
    l->subject = subject;
    l->column = column;
    l->n_columns = n_columns;
    l->rows = tree_array();
    return l;
}

void listing_free(struct listing *l)
{
    json_decref(l->rows);
    free(l);
}

/* The row that the next cell belongs to, and the cell's column. */
static json_t *next_cell(struct listing *l, const char **column)
{
    *column = l->column[l->n_cells % l->n_columns];
    if (l->n_cells++ % l->n_columns == 0)
        tree_append(l->rows, tree_object());
    return json_array_get(l->rows, json_array_size(l->rows) - 1);
}

void listing_text(struct listing *l, const char *text)
{
    const char *column;
    json_t *row = next_cell(l, &column);
    tree_put_text(row, column, text);
}

void listing_print(struct listing *l, const char *fmt, ...)
{
    char *text = NULL;
    size_t bytes;
    FILE *to = text_stream(&text, &bytes);
    va_list args;
    va_start(args, fmt);
    vfprintf(to, fmt, args);
    va_end(args);
    SIM_CHECK(fclose(to) == 0);
    listing_text(l, text);
    free(text);
}

void listing_count(struct listing *l, uint64_t value)
{
    const char *column;
    json_t *row = next_cell(l, &column);
    tree_put_count(row, column, value);
}

/* A cell as a person reads it. */
static struct cell_text {
    char number[40];
    const char *text; /* of `number`, or of the value */
} cell_text(const json_t *value)
{
    struct cell_text cell = {"", NULL};
    if (json_is_string(value))
        cell.text = json_string_value(value);
    else if (json_is_integer(value))
        snprintf(cell.number, sizeof(cell.number), "%s",
                 text_count((uint64_t)json_integer_value(value)).text);
    else
        snprintf(cell.number, sizeof(cell.number), "%s",
                 text_real(json_real_value(value)).text);
    return cell;
}

/* Columns are as wide as their widest cell, the last without an end: a name
 * or a path is not cut.  Numbers are right-aligned. */
bool listing_write_table(const struct listing *l, FILE *to)
{
    int *width = xcalloc((size_t)l->n_columns, sizeof(*width)), all = 0;
    json_t *row;
    size_t i;
    for (int k = 0; k < l->n_columns; k++)
        width[k] = (int)strlen(l->column[k]);
    json_array_foreach(l->rows, i, row) for (int k = 0; k < l->n_columns; k++)
    {
        struct cell_text cell = cell_text(json_object_get(row, l->column[k]));
        int n = (int)strlen(cell.text != NULL ? cell.text : cell.number);
        width[k] = n > width[k] ? n : width[k];
    }
    for (int k = 0; k < l->n_columns - 1; k++) {
        fprintf(to, "%-*s  ", width[k], l->column[k]);
        all += width[k] + 2;
    }
    fprintf(to, "%s\n", l->column[l->n_columns - 1]);
    for (all += (int)strlen(l->column[l->n_columns - 1]); all > 0; all--)
        fputc('-', to);
    fputc('\n', to);
    json_array_foreach(l->rows, i, row)
    {
        for (int k = 0; k < l->n_columns; k++) {
            bool is_last = k == l->n_columns - 1;
            struct cell_text cell =
                cell_text(json_object_get(row, l->column[k]));
            if (cell.text == NULL)
                fprintf(to, "%*s", width[k], cell.number);
            else
                fprintf(to, "%-*s", is_last ? 0 : width[k], cell.text);
            fputs(is_last ? "\n" : "  ", to);
        }
    }
    free(width);
    return fflush(to) == 0 && ferror(to) == 0;
}

bool listing_write_json(const struct listing *l, FILE *to)
{
    json_t *o = tree_object();
    tree_put_text(o, "accelsim", ACCELSIM_VERSION);
    tree_put(o, "schema", json_integer(SCHEMA));
    tree_put_text(o, "list", l->subject);
    tree_put(o, "rows", json_incref(l->rows));
    return tree_print(o, to);
}

static void print_value(const json_t *value, FILE *to)
{
    if (json_is_integer(value))
        fprintf(to, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    else
        fprintf(to, "%.*g", REPORT_REAL_DIGITS, json_real_value(value));
}

bool listing_write_csv(const struct listing *l, FILE *to)
{
    json_t *row;
    size_t i;
    for (int k = 0; k < l->n_columns; k++) {
        fputs(k > 0 ? "," : "", to);
        csv_put_text(l->column[k], to);
    }
    fputc('\n', to);
    json_array_foreach(l->rows, i, row)
    {
        for (int k = 0; k < l->n_columns; k++) {
            const json_t *value = json_object_get(row, l->column[k]);
            fputs(k > 0 ? "," : "", to);
            if (json_is_string(value))
                csv_put_text(json_string_value(value), to);
            else
                print_value(value, to);
        }
        fputc('\n', to);
    }
    return fflush(to) == 0 && ferror(to) == 0;
}

/* A bar would end the cell. */
static void print_markdown_text(const char *text, FILE *to)
{
    for (; *text != '\0'; text++)
        fprintf(to, "%s%c", *text == '|' ? "\\" : "", *text);
}

bool listing_write_markdown(const struct listing *l, FILE *to)
{
    json_t *row;
    size_t i;
    for (int k = 0; k < l->n_columns; k++)
        fprintf(to, "| %s ", l->column[k]);
    fputs("|\n", to);
    for (int k = 0; k < l->n_columns; k++)
        fputs("|---", to);
    fputs("|\n", to);
    json_array_foreach(l->rows, i, row)
    {
        for (int k = 0; k < l->n_columns; k++) {
            const json_t *value = json_object_get(row, l->column[k]);
            fputs("| ", to);
            if (json_is_string(value))
                print_markdown_text(json_string_value(value), to);
            else
                print_value(value, to);
            fputc(' ', to);
        }
        fputs("|\n", to);
    }
    return fflush(to) == 0 && ferror(to) == 0;
}
