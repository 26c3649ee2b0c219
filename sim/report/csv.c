/* csv.c - results as CSV (RFC 4180 quoting, lines end in \n): one row a
 * layer and one for their sum.
 *
 * A column is a number or text of the JSON document, its name the keys on the
 * way there joined with '.'.  All machines and dataflows have the same columns
 * in the same order, and cells are empty where one lacks something.  Behind
 * them stand the keys that the command line set, then what is of one file
 * alone: the levels that it lists and the tables that an option names.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "dataflows/dataflow.h"
#include "sim/report/document.h"
#include "sim/report/document_schema.h"
#include "sim/report/report.h"
#include "sim/report/report_tree.h"
#include "sim/report/schema_energy.h"

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
static const char *const shared[] = {"arch", "network", "batch", "kernel",
                                     "energy_unit"};
enum { SHARED = sizeof(shared) / sizeof(shared[0]) };

/* Members of a layer in the order of their columns; others stand behind. */
static const char *const first[] = {"name",
                                    "dataflow",
                                    "shape",
                                    "mapping",
                                    "macs",
                                    "passes",
                                    "cycles",
                                    "array_cycles",
                                    "bounds_cycles",
                                    "bound_by",
                                    "active_pes",
                                    "utilization",
                                    "ledger_pe_cycles",
                                    "accesses",
                                    "noc",
                                    "dram",
                                    "systolic",
                                    "vector",
                                    "gated",
                                    "energy_pj",
                                    "metrics",
                                    NULL};

static void put_column(json_t *columns, const char *name)
{
    SIM_CHECK(json_object_set_new(columns, name, json_true()) == 0);
}

static void put_parameters(json_t *columns)
{
    char name[64];
    for (int k = 0; dataflow_table[k] != NULL; k++)
        for (const struct mapping_param *p = dataflow_table[k]->params;
             p->name != NULL; p++) {
            snprintf(name, sizeof(name), "mapping.parameters.%s", p->name);
            put_column(columns, name);
        }
}

/* All columns that the schema of a member has. */
static void put_member(json_t *columns, const char *name, const json_t *schema)
{
    const char *key;
    json_t *member, *members = json_object_get(schema, "properties");
    if (strcmp(name, "mapping.parameters") == 0) {
        put_parameters(columns);
    } else if (strcmp(name, "energy_range") == 0 && members == NULL) {
        json_t *range = schema_energy_range();
        put_member(columns, name, range);
        json_decref(range);
    } else if (members == NULL) {
        put_column(columns, name);
    } else if (strcmp(name, "energy_by_table") != 0) {
        json_object_foreach(members, key, member)
        {
            char path[128];
            snprintf(path, sizeof(path), "%s.%s", name, key);
            if (strcmp(path, "mapping.tried") != 0)
                put_member(columns, path, member);
        }
    }
}

/* Columns that the first edition had not stand behind those that it had, so
 * that these keep their places. */
static void put_late_columns(json_t *columns)
{
    for (int i = 0; document_late_columns[i] != NULL; i++) {
        const char *name = document_late_columns[i];
        (void)json_object_del(columns, name); /* it may not be there */
        put_column(columns, name);
    }
}

/* The columns of any machine and dataflow. */
static json_t *columns_new(void)
{
    const char *name;
    json_t *columns = json_object(), *schema = document_schema_layer(), *member;
    json_t *members = json_object_get(schema, "properties");
    SIM_CHECK(columns != NULL);
    for (int i = 0; i < SHARED; i++)
        put_column(columns, shared[i]);
    for (int i = 0; first[i] != NULL; i++) {
        member = json_object_get(members, first[i]);
        if (member != NULL)
            put_member(columns, first[i], member);
    }
    put_late_columns(columns);
    json_object_foreach(members, name, member)
        put_member(columns, name, member);
    json_decref(schema);
    return columns;
}

/* Adds the keys that the command line set to a row. */
static void put_set(const struct report_input *in, const json_t *columns,
                    json_t *row)
{
    for (int i = 0; i < in->n_sets; i++) {
        const char *equals = strchr(in->set[i], '=');
        char *key = xstrndup(in->set[i], (size_t)(equals - in->set[i]));
        /* That of 'name' is in 'arch'. */
        if (json_object_get(columns, key) == NULL)
            SIM_CHECK(json_object_set_new(row, key, json_string(equals + 1)) ==
                      0);
        free(key);
    }
}

static json_t *row_new(const struct report_input *in, const json_t *columns,
                       const json_t *document)
{
    json_t *row = json_object();
    SIM_CHECK(row != NULL);
    put_set(in, columns, row);
    for (int i = 0; i < SHARED; i++) {
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

bool report_write_csv(const struct report_input *in, FILE *to)
{
    json_t *document = report_document(in);
    json_t *rows = json_array(), *columns = columns_new(), *layer, *row;
    size_t i;
    SIM_CHECK(rows != NULL);
    json_array_foreach(json_object_get(document, "layers"), i, layer)
    {
        row = row_new(in, columns, document);
        json_object_del(json_object_get(layer, "mapping"), "tried");
        flatten(row, "", layer);
        SIM_CHECK(json_array_append_new(rows, row) == 0);
    }
    row = row_new(in, columns, document);
    SIM_CHECK(json_object_set_new(row, "name", json_string("total")) == 0);
    flatten(row, "", json_object_get(document, "total"));
    SIM_CHECK(json_array_append_new(rows, row) == 0);

    json_array_foreach(rows, i, row)
        SIM_CHECK(json_object_update_missing(columns, row) == 0);
    put_tables_last(columns);
    print_row(columns, NULL, to);
    json_array_foreach(rows, i, row) print_row(columns, row, to);
    json_decref(columns);
    json_decref(rows);
    json_decref(document);
    return fflush(to) == 0 && ferror(to) == 0;
}
