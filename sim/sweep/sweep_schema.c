/* sweep_schema.c - the schema, by the tables of columns and statuses.
 *
 * Used of JSON Schema is what docs/schema.json uses (sim/report/).
 * SPDX-License-Identifier: MIT
 */
#include "sim/sweep/sweep_schema.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/text_stream.h"
#include "sim/report/report_tree.h"
#include "sim/report/schema_nodes.h"
#include "sim/sweep/point.h"

static const char *const by[] = {"run", "model"};

/* schema_put makes objects of the dots in a name; a column has them in its
 * name. */
static void put_column(json_t *o, const char *name, json_t *member)
{
    tree_put(json_object_get(o, "properties"), name, member);
}

/* Counts are whole numbers; all others may be any. */
static json_t *column(int i)
{
    const struct result_column *c = result_column_at(i);
    char *doc = NULL;
    size_t bytes;
    FILE *to = text_stream(&doc, &bytes);
    fprintf(to, "%s%s%s", c->unit, c->unit[0] != '\0' ? ": " : "", c->doc);
    SIM_CHECK(fclose(to) == 0);
    json_t *o = result_column_is_whole(i) ? schema_whole(0, doc)
                                          : schema_typed("number", doc);
    free(doc);
    return o;
}

static json_t *number_or_text(void)
{
    json_t *o = tree_object(), *any = tree_array();
    tree_append(any, schema_typed("number", ""));
    tree_append(any, schema_typed("string", ""));
    tree_put(o, "anyOf", any);
    return o;
}

/* What a point came to, in a row or an answer. */
static void put_results(json_t *o)
{
    schema_put(o, "by", schema_one_of(by, 2, "simulated, or counted"), false);
    schema_put(o, "mapping_source",
               schema_typed("string", "where mappings came from"), false);
    schema_put(o, "mapping", schema_typed("string", "of a single layer"),
               false);
    for (int i = 0; i < result_columns(); i++)
        put_column(o, result_column_at(i)->name, column(i));
}

static json_t *row(void)
{
    json_t *o = schema_object("a point");
    schema_put(o, "point", schema_whole(0, "its number"), true);
    schema_put(
        o, "status",
        schema_one_of(point_status_name, POINT_STATUS_N, "what became of it"),
        true);
    schema_put(o, "reason", schema_typed("string", "of all but ok"), false);
    put_results(o);
    /* Keys that vary, are set or linked, and what screening said. */
    json_object_del(o, "additionalProperties");
    tree_put(o, "additionalProperties", number_or_text());
    return o;
}

static json_t *list_of(json_t *item, const char *doc)
{
    json_t *o = schema_typed("array", doc);
    tree_put(o, "items", item);
    return o;
}

static json_t *table(void)
{
    json_t *o = schema_object("of `sweep export --format json`");
    schema_put(o, "accelsim", schema_typed("string", "the program's version"),
               true);
    schema_put(o, "plan", schema_typed("string", "its name"), true);
    schema_put(o, "digest",
               schema_typed("string", "of the plan and the files it names"),
               true);
    schema_put(o, "points", list_of(schema_reference("row"), "by number"),
               true);
    return o;
}

/* Any value; an answer repeats it. */
static json_t *id(void)
{
    return tree_object();
}

static json_t *request(void)
{
    static const char *const command[] = {"run", "model"};
    static const char *const texts[] = {"net",  "layer",    "shape",
                                        "gemm", "dataflow", "objective"};
    json_t *o = schema_object("a line that `serve` reads: a point"),
           *set = schema_typed("object", "keys of the architecture"),
           *value = number_or_text();
    tree_append(json_object_get(value, "anyOf"), schema_typed("boolean", ""));
    tree_put(set, "additionalProperties", value);
    schema_put(o, "id", id(), false);
    schema_put(o, "command", schema_one_of(command, 2, "run without it"),
               false);
    schema_put(o, "cfg", schema_typed("string", "an architecture"), true);
    for (int i = 0; i < 6; i++)
        schema_put(o, texts[i], schema_typed("string", ""), false);
    schema_put(o, "batch", schema_whole(1, ""), false);
    schema_put(o, "set", set, false);
    schema_put(o, "max_cycles", schema_whole(1, "of a layer"), false);
    schema_put(o, "max_seconds", schema_typed("number", "above 0"), false);
    return o;
}

static json_t *cancel(void)
{
    json_t *o = schema_object("a line that `serve` reads: gives a point up");
    schema_put(o, "cancel", id(), true);
    return o;
}

static json_t *columns_request(void)
{
    static const char *const command[] = {"columns"};
    json_t *o = schema_object("a line that `serve` reads: lists the columns");
    schema_put(o, "id", id(), false);
    schema_put(o, "command", schema_one_of(command, 1, ""), true);
    return o;
}

static json_t *ok(void)
{
    static const char *const status[] = {"ok"};
    json_t *o = schema_object("an answer: a point that has results");
    schema_put(o, "id", id(), true);
    schema_put(o, "status", schema_one_of(status, 1, ""), true);
    put_results(o);
    schema_require(o, "by");
    schema_require(o, "macs");
    return o;
}

static json_t *failed(void)
{
    static const char *const status[] = {"illegal",  "no_mapping",
                                         "deadlock", "over_limit",
                                         "error",    "cancelled"};
    json_t *o = schema_object("an answer: none, and why");
    schema_put(o, "id", id(), true);
    schema_put(o, "status", schema_one_of(status, 6, ""), true);
    schema_put(o, "reason", schema_typed("string", ""), true);
    return o;
}

static json_t *columns(void)
{
    static const char *const status[] = {"ok"};
    json_t *o = schema_object("an answer: the columns"),
           *one = schema_object("");
    schema_put(one, "name", schema_typed("string", ""), true);
    schema_put(one, "unit", schema_typed("string", ""), true);
    schema_put(one, "meaning", schema_typed("string", ""), true);
    schema_put(o, "id", id(), true);
    schema_put(o, "status", schema_one_of(status, 1, ""), true);
    schema_put(o, "columns", list_of(one, ""), true);
    return o;
}

static json_t *any_of(const char *const *name, int n)
{
    json_t *o = tree_object(), *any = tree_array();
    for (int i = 0; i < n; i++)
        tree_append(any, schema_reference(name[i]));
    tree_put(o, "anyOf", any);
    return o;
}

void sweep_schema(FILE *to)
{
    static const char *const documents[] = {"table", "request", "answer"},
                             *const requests[] = {"point_request", "cancel",
                                                  "columns_request"},
                             *const answers[] = {"ok", "failed", "columns"};
    json_t *o = tree_object(), *defs = tree_object(), *any = tree_array();
    tree_put_text(o, "$schema", "https://json-schema.org/draft/2020-12/schema");
    tree_put_text(o, "description",
                  "What `accelsim sweep export --format json` prints, and the "
                  "lines of `accelsim serve`. Written by `accelsim help "
                  "sweep-schema`.");
    for (int i = 0; i < 3; i++)
        tree_append(any, schema_reference(documents[i]));
    tree_put(o, "anyOf", any);
    tree_put(defs, "table", table());
    tree_put(defs, "row", row());
    tree_put(defs, "request", any_of(requests, 3));
    tree_put(defs, "point_request", request());
    tree_put(defs, "cancel", cancel());
    tree_put(defs, "columns_request", columns_request());
    tree_put(defs, "answer", any_of(answers, 3));
    tree_put(defs, "ok", ok());
    tree_put(defs, "failed", failed());
    tree_put(defs, "columns", columns());
    tree_put(o, "$defs", defs);
    /* What cannot be written is found by whoever closes the stream. */
    (void)tree_print(o, to);
}
