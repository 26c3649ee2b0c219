/* csv.c - results as CSV (RFC 4180 quoting, lines end in \n): one row a
 * layer and one for their sum.
 *
 * A column is a number or text of the JSON document, its name the keys on the
 * way there joined with '.', in the order of first appearance.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "sim/report/document.h"
#include "sim/report/report.h"
#include "sim/report/report_tree.h"

/* Adds the leaves of `value` to `row` (column -> text or number) under
 * `name`. */
static void flatten(json_t *row, const char *name, json_t *value)
{
    const char *key;
    json_t *member;
    if (!json_is_object(value)) {
        SIM_CHECK(json_object_set(row, name, value) == 0);
        return;
    }
    json_object_foreach(value, key, member)
    {
        size_t path_bytes = strlen(name) + strlen(key) + 2;
        char *path = xcalloc(path_bytes, 1);
        snprintf(path, path_bytes, "%s%s%s", name, name[0] != '\0' ? "." : "",
                 key);
        flatten(row, path, member);
        free(path);
    }
}

/* What all rows of a run share; the energy table's costs are JSON's alone. */
static json_t *row_new(const json_t *document)
{
    static const char *const shared[] = {"arch", "network", "batch", "kernel",
                                         "energy_unit"};
    json_t *row = json_object();
    SIM_CHECK(row != NULL);
    for (int i = 0; i < (int)(sizeof(shared) / sizeof(shared[0])); i++) {
        json_t *value = json_object_get(document, shared[i]);
        if (json_is_object(value)) /* a graph */
            value = json_object_get(value, "name");
        SIM_CHECK(json_object_set(row, shared[i], value) == 0);
    }
    return row;
}

static void print_cell(const json_t *value, FILE *to)
{
    if (value == NULL)
        return;
    if (json_is_string(value)) {
        csv_put_text(json_string_value(value), to);
        return;
    }
    char *text = json_dumps(value, JSON_ENCODE_ANY |
                                       JSON_REAL_PRECISION(REPORT_REAL_DIGITS));
    SIM_CHECK(text != NULL);
    fputs(text, to);
    free(text);
}

static void print_row(json_t *columns, const json_t *row, FILE *to)
{
    const char *column;
    json_t *unused;
    bool is_first = true;
    json_object_foreach(columns, column, unused)
    {
        if (!is_first)
            fputc(',', to);
        is_first = false;
        if (row == NULL)
            csv_put_text(column, to);
        else
            print_cell(json_object_get(row, column), to);
    }
    fputc('\n', to);
}

/* Columns of the tables that an option names, which stand behind all others. */
static void put_tables_last(json_t *columns)
{
    static const char begin[] = "energy_by_table.";
    json_t *tables = json_object(), *value;
    const char *name;
    SIM_CHECK(tables != NULL);
    json_object_foreach(columns, name,
                        value) if (strncmp(name, begin, sizeof(begin) - 1) == 0)
        SIM_CHECK(json_object_set(tables, name, value) == 0);
    json_object_foreach(tables, name, value)
    {
        SIM_CHECK(json_object_del(columns, name) == 0);
        SIM_CHECK(json_object_set(columns, name, value) == 0);
    }
    json_decref(tables);
}

/* Columns that the first edition had not stand behind all others, so that the
 * others keep their places. */
static void put_late_columns_last(json_t *columns)
{
    for (int i = 0; document_late_columns[i] != NULL; i++) {
        const char *name = document_late_columns[i];
        json_t *value = json_incref(json_object_get(columns, name));
        if (value == NULL)
            continue;
        SIM_CHECK(json_object_del(columns, name) == 0);
        SIM_CHECK(json_object_set_new(columns, name, value) == 0);
    }
    put_tables_last(columns);
}

bool report_write_csv(const struct report_input *in, FILE *to)
{
    json_t *document = report_document(in);
    json_t *rows = json_array(), *columns = json_object(), *layer, *row;
    size_t i;
    SIM_CHECK(rows != NULL && columns != NULL);
    json_array_foreach(json_object_get(document, "layers"), i, layer)
    {
        row = row_new(document);
        json_object_del(json_object_get(layer, "mapping"), "tried");
        flatten(row, "", layer);
        SIM_CHECK(json_array_append_new(rows, row) == 0);
    }
    row = row_new(document);
    SIM_CHECK(json_object_set_new(row, "name", json_string("total")) == 0);
    flatten(row, "", json_object_get(document, "total"));
    SIM_CHECK(json_array_append_new(rows, row) == 0);

    json_array_foreach(rows, i, row)
        SIM_CHECK(json_object_update_missing(columns, row) == 0);
    put_late_columns_last(columns);
    print_row(columns, NULL, to);
    json_array_foreach(rows, i, row) print_row(columns, row, to);
    json_decref(columns);
    json_decref(rows);
    json_decref(document);
    return fflush(to) == 0 && ferror(to) == 0;
}
