/* document_schema.c - describes the JSON of every command by the tables of
 * counters, bounds, metrics and energies.
 *
 * An object lists its members and allows no others.  A member that only some
 * machines or commands have is there and not required.  Used of JSON Schema:
 * $ref, anyOf, type, const, enum, minimum, properties, required, items and
 * additionalProperties.
 * SPDX-License-Identifier: MIT
 */
#include "sim/report/document_schema.h"

#include <stdlib.h>
#include <string.h>

#include "dataflows/search/search.h"
#include "sim/base/counters.h"
#include "sim/energy/energy_area.h"
#include "sim/report/document.h"
#include "sim/report/listed_schema.h"
#include "sim/report/mapping_schema.h"
#include "sim/report/metrics.h"
#include "sim/report/network_document.h"
#include "sim/report/report_tree.h"
#include "sim/report/schema_energy.h"
#include "sim/report/schema_nodes.h"

/* An object that may be missing as a whole has all of its members. */
static void require_all_or_none(json_t *o)
{
    const char *name;
    json_t *member, *members = json_object_get(o, "properties");
    bool none = json_array_size(json_object_get(o, "required")) == 0;
    json_object_foreach(members, name, member)
    {
        if (none)
            schema_require(o, name);
        require_all_or_none(member);
    }
}

static void put_counters(json_t *o, bool is_total)
{
    for (const struct counter *c = counter_table; c->path != NULL; c++) {
        char doc[256];
        const enum level level = counter_level(c);
        const bool may_lack =
            level == LEVEL_L1 ||
            (c->when & (COUNTER_L1 | COUNTER_SIMULATED | COUNTER_CHECKED |
                        COUNTER_SYSTOLIC | COUNTER_MULTICAST |
                        COUNTER_OF_PROGRAM | COUNTER_VECTOR)) != 0;
        if ((c->when & (COUNTER_HIDDEN | NOT_OF_ALL)) != 0 ||
            ((c->when & COUNTER_OF_LAYER) != 0 && is_total) ||
            (level > LEVEL_L1 && level < LEVEL_L2))
            continue;
        snprintf(doc, sizeof(doc), "%s: %s", c->unit, c->doc);
        schema_put(o, c->path, schema_whole(0, doc), !may_lack);
    }
    require_all_or_none(o);
    schema_put_kinds(o);
}

/* Numbers and their sum. */
static json_t *parts(const char *unit, const char *const name[],
                     const char *const doc[], int n)
{
    json_t *o = schema_object(unit);
    for (int i = 0; i < n; i++)
        schema_put(o, name[i], schema_typed("number", doc[i]), true);
    schema_put(o, "total", schema_typed("number", "the parts added up"), true);
    return o;
}

static json_t *metrics(void)
{
#define DOC(name, doc) doc,
    static const char *const docs[METRIC_N] = {METRICS(DOC)};
#undef DOC
    json_t *o = schema_object("derived from the counters");
    for (int i = 0; i < METRIC_N; i++)
        schema_put(o, metric_name[i], schema_typed("number", docs[i]),
                   !metrics_needs_cycles((enum metric)i));
    return o;
}

/* What a layer and the sum of layers both have. */
static void put_work(json_t *o, bool is_total)
{
    put_counters(o, is_total);
    schema_put(
        o, "utilization",
        schema_typed("number", "share of PEs x cycles that issued a MAC"),
        false);
    schema_put(o, "dram.compressed_bytes",
               schema_tensors("integer", "over the DRAM's link, coded"), false);
    schema_put(o, "dram.compressed_bytes_of_values",
               schema_tensors("integer", "the same with the values of --check"),
               false);
    schema_put(o, "dram.bursts_at_least", schema_typed("boolean", "of a model"),
               false);
    schema_put(
        o, "energy_pj",
        parts("energy_unit", energy_part_name, energy_part_doc, ENERGY_N),
        true);
    schema_put(o, "energy_range", schema_reference("range"), false);
    schema_put(o, "energy_at_least", schema_typed("boolean", "of a model"),
               false);
    schema_put(o, "energy_by_table", schema_energy_by_table(), false);
    schema_put(o, "power_mw", schema_typed("number", "energy over time"),
               false);
    schema_put(o, "metrics", metrics(), true);
}

static json_t *shape(void)
{
    static const char *const name[] = {
        "N",         "G",          "M",         "C",          "H",
        "W",         "R",          "S",         "P",          "Q",
        "stride_h",  "stride_w",   "pad_top",   "pad_bottom", "pad_left",
        "pad_right", "dilation_h", "dilation_w"};
    json_t *o =
        schema_object("the layer's loops; docs/layers.md names the letters");
    for (int i = 0; i < (int)(sizeof(name) / sizeof(name[0])); i++)
        schema_put(o, name[i], schema_whole(0, ""), true);
    schema_put(o, "stride",
               schema_whole(1, "of both axes, where they are equal"), false);
    schema_put(o, "pad", schema_whole(0, "of all sides, where they are equal"),
               false);
    schema_put(o, "dilation",
               schema_whole(1, "of both axes, where they are equal"), false);
    schema_put(o, "output_pad_h", schema_whole(0, "of a conv_transpose"),
               false);
    schema_put(o, "output_pad_w", schema_whole(0, "of a conv_transpose"),
               false);
    return o;
}

/* Whole numbers from 1; NULL ends their names. */
static json_t *wholes(const char *const name[], const char *doc)
{
    json_t *o = schema_object(doc);
    for (int i = 0; name[i] != NULL; i++)
        schema_put(o, name[i], schema_whole(1, ""), true);
    return o;
}

json_t *document_schema_layer(void)
{
    static const char *const letter[] = {"M", "N", "K", "B", NULL};
    json_t *o = schema_object(""),
           *bounds = schema_object("lower bounds of the cycles");
    json_t *keys =
        schema_typed("array", "keys of the architecture that have no "
                              "effect under the mapping");
    tree_put(keys, "items", schema_typed("string", ""));
    schema_put(o, "name", schema_typed("string", ""), true);
    schema_put(o, "op",
               schema_one_of(layer_op_name, LAYER_OP_N, "the operation"), true);
    schema_put(o, "dataflow", schema_typed("string", ""), true);
    schema_put(o, "shape", shape(), true);
    schema_put(o, "gemm", wholes(letter, "in the letters of --gemm"), false);
    schema_put(o, "precision", wholes(document_precision, "bits of a word"),
               true);
    schema_put(o, "mapping", mapping_schema(), true);
    schema_put(o, "not_modelled", keys, false);
    put_work(o, false);
    for (int i = 0; i < BOUND_N; i++)
        schema_put(bounds, bound_name[i], schema_whole(0, bound_doc[i]), false);
    schema_put(o, "bounds_cycles", bounds, true);
    schema_put(o, "bound_by",
               schema_one_of(bound_name, BOUND_N, "the largest of resources"),
               true);
    schema_put(o, "active_pes", schema_whole(0, "most PEs that a pass uses"),
               true);
    return o;
}

static void put_head(json_t *o)
{
    json_t *version = schema_whole(0, "raised when a name changes its meaning");
    tree_put(version, "const", json_integer(1));
    schema_put(o, "accelsim", schema_typed("string", "the program's version"),
               true);
    schema_put(o, "schema", version, true);
}

static json_t *results(void)
{
    static const char *const kernel[] = {"native", "systemc", "model"};
    json_t *o = schema_object("of `run` and `model`"),
           *layers = schema_typed("array", "");
    json_t *total = schema_object("of all layers");
    put_head(o);
    schema_put(o, "arch", schema_typed("string", "the architecture's name"),
               true);
    schema_put(o, "network", network_schema(), true);
    schema_put(o, "batch", schema_whole(1, ""), true);
    schema_put(o, "kernel",
               schema_one_of(kernel, 3, "what stepped the machine"), true);
    schema_put(o, "provenance", provenance_schema(), false);
    schema_put(o, "sc_memory",
               schema_typed("string", "behind the DRAM's socket"), false);
    schema_put(o, "pes", schema_whole(1, ""), true);
    schema_put(o, "clock_hz", schema_whole(1, ""), true);
    schema_put(o, "array",
               schema_any_members("integer", "rows and cols of PEs"), false);
    schema_put(o, "peak_words_per_cycle",
               schema_any_members("integer", "of what bounds_cycles names"),
               false);
    schema_put(o, "energy_unit", schema_typed("string", ""), true);
    schema_put(o, "energy_table", schema_energy_costs(), true);
    schema_put(o, "area_mm2",
               parts("mm2", area_part_name, area_part_doc, AREA_N), false);
    tree_put(layers, "items", document_schema_layer());
    schema_put(o, "layers", layers, true);
    put_work(total, true);
    schema_put(o, "total", total, true);
    return o;
}

static json_t *map_choice(void)
{
    json_t *o = schema_object("a mapping that was found");
    schema_put(o, "dataflow", schema_typed("string", ""), true);
    schema_put(o, "parameters",
               schema_or_null(schema_any_members("integer", "null: a nest")),
               true);
    json_t *tables = schema_object("under each table of --energy, by name");
    tree_put(tables, "additionalProperties", schema_typed("number", ""));
    schema_put(o, "energy", schema_typed("number", "in energy_unit"), true);
    schema_put(o, "energy_by_table", tables, false);
    schema_put(o, "bound_cycles", schema_whole(0, "the largest lower bound"),
               true);
    schema_put(o, "bound_by",
               schema_one_of(bound_name, BOUND_N,
                             "the resource whose bound is largest"),
               true);
    schema_put(o, "cycles", schema_whole(0, "simulated"), false);
    schema_put(o, "failed",
               schema_typed("string", "why it could not be simulated"), false);
    schema_put(o, "mapping",
               schema_typed("string", "an entry of a mapping file"), true);
    schema_put(
        o, "options",
        schema_or_null(schema_typed("string", "that run it; null: a nest")),
        true);
    return o;
}

static json_t *map_space(void)
{
    json_t *o = schema_object("what was searched");
    schema_put(o, "mappings", schema_whole(0, ""), true);
    schema_put(o, "counted_all",
               schema_typed("boolean", "false: there are more"), true);
    schema_put(o, "covered",
               schema_or_null(schema_whole(0, "looked at or left out")), true);
    schema_put(o, "tried", schema_or_null(schema_whole(0, "first")), true);
    schema_put(o, "evaluated", schema_whole(0, "by the closed form"), true);
    schema_put(o, "bounded", schema_or_null(schema_whole(0, "parts")), true);
    schema_put(o, "left_out_by_reduction",
               schema_or_null(schema_whole(0, "mappings")), true);
    schema_put(o, "parts_left_out",
               schema_any_members("integer", "by proven bounds"), true);
    return o;
}

static json_t *map(void)
{
    static const char *const stop[] = {"time", "budget", "l1"};
    json_t *o = schema_object("of `map` (docs/mapping.md)"),
           *layer_found = schema_object("");
    json_t *version = schema_whole(0, "raised when a name changes its meaning");
    tree_put(version, "const", json_integer(2));
    schema_put(layer_found, "name", schema_typed("string", ""), true);
    schema_put(layer_found, "proven", schema_typed("boolean", ""), true);
    schema_put(
        layer_found, "stopped_by",
        schema_or_null(schema_one_of(stop, 3, "what came before the proof")),
        true);
    schema_put(layer_found, "gap",
               schema_typed("number", "share that may be left"), true);
    schema_put(layer_found, "space", map_space(), true);
    schema_put(layer_found, "best",
               schema_list_of(schema_reference("map_choice"), ""), true);
    schema_put(
        layer_found, "front",
        schema_list_of(schema_reference("map_choice"), "of energy and delay"),
        true);
    schema_put(layer_found, "front_proven", schema_typed("boolean", ""), true);
    schema_put(o, "accelsim", schema_typed("string", "the program's version"),
               true);
    schema_put(o, "schema", version, true);
    schema_put(o, "arch", schema_typed("string", "the architecture's name"),
               true);
    schema_put(o, "network", schema_typed("string", ""), true);
    schema_put(o, "batch", schema_whole(1, ""), true);
    schema_put(
        o, "objective",
        schema_one_of(search_objective_name, SEARCH_OBJECTIVE_N, "made least"),
        true);
    schema_put(o, "energy_unit", schema_typed("string", ""), true);
    schema_put(o, "layers", schema_list_of(layer_found, ""), true);
    return o;
}

static json_t *reuse_distances(const char *doc)
{
    json_t *o = schema_object(doc);
    schema_put(o, "count", schema_whole(0, "pairs of uses"), true);
    schema_put(o, "min", schema_whole(0, ""), true);
    schema_put(o, "mean", schema_typed("number", ""), true);
    schema_put(o, "max", schema_whole(0, ""), true);
    schema_put(o, "histogram",
               schema_list_of(schema_list_of(schema_whole(0, ""), ""),
                              "first, last, how many"),
               true);
    return o;
}

static json_t *reuse_stream(void)
{
    json_t *o = schema_object("the accesses of a kind to a level");
    schema_put(o, "level", schema_typed("string", ""), true);
    schema_put(o, "name", schema_typed("string", ""), true);
    schema_put(o, "accesses", schema_whole(0, "of all units"), true);
    schema_put(o, "units", schema_whole(0, "that the level has"), true);
    schema_put(o, "units_followed", schema_whole(0, ""), true);
    schema_put(o, "accesses_followed", schema_whole(0, ""), true);
    schema_put(o, "compulsory", schema_whole(0, "first uses"), true);
    schema_put(o, "sampled_share", schema_typed("number", "of the words"),
               true);
    schema_put(o, "macs_per_access", schema_typed("number", ""), false);
    schema_put(o, "reuse_distance", reuse_distances("accesses between uses"),
               true);
    schema_put(o, "stack_distance", reuse_distances("other words between"),
               true);
    schema_put(o, "capacity_words",
               schema_whole(1, "that the level can hold of it"), false);
    schema_put(o, "miss_curve",
               schema_list_of(schema_list_of(schema_whole(0, ""), ""),
                              "capacity in words, misses"),
               true);
    return o;
}

static json_t *reuse_sharing(void)
{
    json_t *o = schema_object("what units use the same words");
    schema_put(o, "name", schema_typed("string", ""), true);
    schema_put(o, "accesses", schema_whole(0, ""), true);
    schema_put(o, "multicast_reads",
               schema_whole(0, "one for all that want it"), true);
    schema_put(o, "used_alone", schema_whole(0, ""), true);
    schema_put(o, "shared_at_once", schema_whole(0, ""), true);
    schema_put(o, "sampled_share", schema_typed("number", "of the words"),
               true);
    schema_put(o, "spatial_distance", reuse_distances("between the units"),
               true);
    return o;
}

static json_t *reuse(void)
{
    json_t *o = schema_object("of `reuse` (docs/reuse.md)"),
           *subject = schema_object("");
    json_t *network = schema_object("words of a network");
    schema_put(network, "name", schema_typed("string", ""), true);
    schema_put(network, "words_sent", schema_whole(0, ""), true);
    schema_put(network, "words_delivered", schema_whole(0, ""), true);
    schema_put(subject, "name", schema_typed("string", "a layer, or a file"),
               true);
    schema_put(subject, "dataflow", schema_typed("string", ""), false);
    schema_put(subject, "streams", schema_list_of(reuse_stream(), ""), true);
    schema_put(subject, "sharing", schema_list_of(reuse_sharing(), ""), true);
    schema_put(subject, "networks", schema_list_of(network, ""), true);
    put_head(o);
    schema_put(o, "arch", schema_typed("string", "the architecture's name"),
               false);
    schema_put(o, "subjects", schema_list_of(subject, ""), true);
    return o;
}

static json_t *validation(void)
{
    static const char *const texts[] = {"group",    "claim", "item",
                                        "run",      "unit",  "source",
                                        "quantity", "note",  "reason"};
    static const char *const reals[] = {"published", "ours", "error",
                                        "tolerance"};
    static const char *const verdict[] = {"none", "pass", "miss", "known miss",
                                          "absent"};
    json_t *o = schema_object("of `validate` (docs/validation.md)"),
           *row = schema_object("");
    for (int i = 0; i < (int)(sizeof(texts) / sizeof(texts[0])); i++)
        schema_put(row, texts[i], schema_typed("string", ""), true);
    for (int i = 0; i < (int)(sizeof(reals) / sizeof(reals[0])); i++)
        schema_put(row, reals[i], schema_or_null(schema_typed("number", "")),
                   true);
    schema_put(row, "account", schema_typed("string", "where the cycles went"),
               false);
    schema_put(row, "verdict", schema_one_of(verdict, 5, ""), true);
    put_head(o);
    schema_put(o, "rows", schema_list_of(row, ""), true);
    schema_put(o, "unexpected_misses",
               schema_whole(0, "rows whose verdict is miss"), true);
    return o;
}

/* A change of the machine that `explain` tried, and what it came to. */
static json_t *what_if(void)
{
    static const char *const real[] = {"energy", "area_mm2", "gain"};
    json_t *o = schema_object("a change, simulated");
    schema_put(o, "kind", schema_typed("string", ""), true);
    schema_put(o, "what", schema_typed("string", "in words"), true);
    schema_put(o, "options", schema_list_of(schema_typed("string", ""), ""),
               true);
    schema_put(o, "failed", schema_typed("string", "why"), false);
    schema_put(o, "cycles", schema_whole(0, "of all layers"), false);
    for (int k = 0; k < 3; k++)
        schema_put(o, real[k], schema_typed("number", ""), false);
    schema_put(o, "other_mapping", schema_typed("boolean", "than now"), false);
    return o;
}

static json_t *explanation(void)
{
    static const char *const text[] = {"arch", "mapping_source", "energy_unit",
                                       "in_words"};
    json_t *o = schema_object("of `explain`"), *now = schema_object("as it is");
    put_head(o);
    for (int k = 0; k < 4; k++)
        schema_put(o, text[k], schema_typed("string", ""), true);
    schema_put(o, "explained", schema_list_of(schema_typed("string", ""), ""),
               true);
    schema_put(now, "cycles", schema_whole(0, "of all layers"), true);
    schema_put(now, "energy", schema_typed("number", "in energy_unit"), true);
    schema_put(now, "area_mm2", schema_typed("number", ""), false);
    schema_put(now, "ledger_pe_cycles", schema_any_members("integer", ""),
               true);
    schema_put(now, "wait_dram_by", schema_any_members("object", ""), true);
    schema_put(now, "wait_by", schema_any_members("object", ""), true);
    schema_put(now, "energy_parts", schema_any_members("number", ""), true);
    schema_put(o, "now", now, true);
    schema_put(o, "binding", schema_or_null(schema_reference("what_if")), true);
    schema_put(o, "what_ifs", schema_list_of(schema_reference("what_if"), ""),
               true);
    return o;
}

/* Columns differ from list to list; a cell is a text or a number. */
static json_t *listing(void)
{
    json_t *o = schema_object("of `list` and --show-config"),
           *row = schema_typed("object", "");
    json_t *rows = schema_typed("array", ""), *cell = tree_object(),
           *any = tree_array();
    tree_append(any, schema_typed("string", ""));
    tree_append(any, schema_typed("number", ""));
    tree_put(cell, "anyOf", any);
    tree_put(row, "additionalProperties", cell);
    tree_put(rows, "items", row);
    put_head(o);
    schema_put(o, "list", schema_typed("string", "what is listed"), true);
    schema_put(o, "rows", rows, true);
    return o;
}

void document_schema(FILE *to)
{
    static const char *const document[] = {
        "results", "listing", "map", "reuse", "validation", "explanation"};
    json_t *o = tree_object(), *defs = tree_object(), *any = tree_array();
    tree_put_text(o, "$schema", "https://json-schema.org/draft/2020-12/schema");
    tree_put_text(o, "description",
                  "What accelsim prints with --format json. Written by "
                  "`accelsim help schema`.");
    for (int k = 0; k < (int)(sizeof(document) / sizeof(document[0])); k++)
        tree_append(any, schema_reference(document[k]));
    tree_put(o, "anyOf", any);
    tree_put(defs, "results", results());
    tree_put(defs, "listing", listing());
    tree_put(defs, "map", map());
    tree_put(defs, "map_choice", map_choice());
    tree_put(defs, "range", schema_energy_range());
    tree_put(defs, "reuse", reuse());
    tree_put(defs, "validation", validation());
    tree_put(defs, "explanation", explanation());
    tree_put(defs, "what_if", what_if());
    tree_put(o, "$defs", defs);
    /* What cannot be written is found by whoever closes the stream. */
    (void)tree_print(o, to);
}
