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
#include "sim/report/metrics.h"
#include "sim/report/report_tree.h"

/* What is known of a value beside its type. */
static json_t *typed(const char *type, const char *doc)
{
    json_t *o = tree_object();
    tree_put_text(o, "type", type);
    if (doc[0] != '\0')
        tree_put_text(o, "description", doc);
    return o;
}

static json_t *whole(int minimum, const char *doc)
{
    json_t *o = typed("integer", doc);
    tree_put(o, "minimum", json_integer(minimum));
    return o;
}

static json_t *one_of(const char *const *name, int n, const char *doc)
{
    json_t *o = typed("string", doc), *list = tree_array();
    for (int i = 0; i < n; i++)
        tree_append(list, json_string(name[i]));
    tree_put(o, "enum", list);
    return o;
}

static json_t *object(const char *doc)
{
    json_t *o = typed("object", doc);
    tree_put(o, "properties", tree_object());
    tree_put(o, "required", tree_array());
    tree_put(o, "additionalProperties", json_false());
    return o;
}

static json_t *reference(const char *name)
{
    char path[64];
    json_t *o = tree_object();
    snprintf(path, sizeof(path), "#/$defs/%s", name);
    tree_put_text(o, "$ref", path);
    return o;
}

static void require(json_t *o, const char *name)
{
    json_t *list = json_object_get(o, "required"), *known;
    size_t i;
    json_array_foreach(
        list, i, known) if (strcmp(json_string_value(known), name) == 0) return;
    tree_append(list, json_string(name));
}

/* Puts a member below a path, "gated.macs"; objects on the way are made, and
 * required like the member. */
static void put(json_t *o, const char *path, json_t *member, bool is_required)
{
    const char *dot = strchr(path, '.');
    json_t *members = json_object_get(o, "properties");
    char *key =
        strndup(path, dot != NULL ? (size_t)(dot - path) : strlen(path));
    SIM_CHECK(key != NULL);
    if (dot == NULL) {
        tree_put(members, key, member);
    } else {
        if (json_object_get(members, key) == NULL)
            tree_put(members, key, object(""));
        put(json_object_get(members, key), dot + 1, member, is_required);
    }
    if (is_required)
        require(o, key);
    free(key);
}

/* An object that may be missing as a whole has all of its members. */
static void require_all_or_none(json_t *o)
{
    const char *name;
    json_t *member, *members = json_object_get(o, "properties");
    bool none = json_array_size(json_object_get(o, "required")) == 0;
    json_object_foreach(members, name, member)
    {
        if (none)
            require(o, name);
        require_all_or_none(member);
    }
}

static void put_counters(json_t *o, bool is_total)
{
    for (const struct counter *c = counter_table; c->path != NULL; c++) {
        char doc[256];
        bool may_lack = (c->when & (COUNTER_L1 | COUNTER_SIMULATED |
                                    COUNTER_CHECKED | COUNTER_SYSTOLIC)) != 0;
        if ((c->when & COUNTER_HIDDEN) != 0 ||
            ((c->when & COUNTER_OF_LAYER) != 0 && is_total))
            continue;
        snprintf(doc, sizeof(doc), "%s: %s", c->unit, c->doc);
        put(o, c->path, whole(0, doc), !may_lack);
    }
    require_all_or_none(o);
}

static json_t *tensors(const char *type, const char *doc)
{
    json_t *o = object(doc);
    for (int t = 0; t < TENSOR_N; t++)
        put(o, tensor_name[t],
            strcmp(type, "integer") == 0 ? whole(0, "") : typed(type, ""),
            true);
    return o;
}

/* Numbers and their sum. */
static json_t *parts(const char *unit, const char *const name[],
                     const char *const doc[], int n)
{
    json_t *o = object(unit);
    for (int i = 0; i < n; i++)
        put(o, name[i], typed("number", doc[i]), true);
    put(o, "total", typed("number", "the parts added up"), true);
    return o;
}

static json_t *metrics(void)
{
#define DOC(name, doc) doc,
    static const char *const docs[METRIC_N] = {METRICS(DOC)};
#undef DOC
    json_t *o = object("derived from the counters");
    for (int i = 0; i < METRIC_N; i++)
        put(o, metric_name[i], typed("number", docs[i]),
            !metrics_needs_cycles((enum metric)i));
    return o;
}

/* What a layer and the sum of layers both have. */
static void put_work(json_t *o, bool is_total)
{
    put_counters(o, is_total);
    put(o, "utilization",
        typed("number", "share of PEs x cycles that issued a MAC"), false);
    put(o, "dram.compressed_bytes",
        tensors("integer", "over the DRAM's link, coded"), false);
    put(o, "dram.compressed_bytes_of_values",
        tensors("integer", "the same with the values of --check"), false);
    put(o, "dram.bursts_at_least", typed("boolean", "of a model"), false);
    put(o, "energy_pj",
        parts("energy_unit", energy_part_name, energy_part_doc, ENERGY_N),
        true);
    put(o, "energy_at_least", typed("boolean", "of a model"), false);
    put(o, "power_mw", typed("number", "energy over time"), false);
    put(o, "metrics", metrics(), true);
}

static json_t *shape(void)
{
    static const char *const name[] = {
        "N",         "G",          "M",         "C",          "H",
        "W",         "R",          "S",         "P",          "Q",
        "stride_h",  "stride_w",   "pad_top",   "pad_bottom", "pad_left",
        "pad_right", "dilation_h", "dilation_w"};
    json_t *o = object("the layer's loops; docs/layers.md names the letters");
    for (int i = 0; i < (int)(sizeof(name) / sizeof(name[0])); i++)
        put(o, name[i], whole(0, ""), true);
    put(o, "stride", whole(1, "of both axes, where they are equal"), false);
    put(o, "pad", whole(0, "of all sides, where they are equal"), false);
    put(o, "dilation", whole(1, "of both axes, where they are equal"), false);
    put(o, "output_pad_h", whole(0, "of a conv_transpose"), false);
    put(o, "output_pad_w", whole(0, "of a conv_transpose"), false);
    return o;
}

/* Whole numbers from 1; NULL ends their names. */
static json_t *wholes(const char *const name[], const char *doc)
{
    json_t *o = object(doc);
    for (int i = 0; name[i] != NULL; i++)
        put(o, name[i], whole(1, ""), true);
    return o;
}

static json_t *mapping(void)
{
    static const char *const source[] = {"table", "chosen", "given"};
    json_t *o = object(""), *parameters = typed("object", "by name");
    tree_put(parameters, "additionalProperties", typed("integer", ""));
    put(o, "source", one_of(source, 3, "who chose it"), true);
    put(o, "table_source", typed("string", "what the table is from"), false);
    put(o, "parameters", parameters, true);
    return o;
}

static json_t *layer(void)
{
    static const char *const letter[] = {"M", "N", "K", "B", NULL};
    json_t *o = object(""), *bounds = object("lower bounds of the cycles");
    json_t *keys = typed("array", "keys of the architecture that have no "
                                  "effect under the mapping");
    tree_put(keys, "items", typed("string", ""));
    put(o, "name", typed("string", ""), true);
    put(o, "op", one_of(layer_op_name, LAYER_OPS, "the operation"), true);
    put(o, "dataflow", typed("string", ""), true);
    put(o, "shape", shape(), true);
    put(o, "gemm", wholes(letter, "in the letters of --gemm"), false);
    put(o, "precision", wholes(document_precision, "bits of a word"), true);
    put(o, "mapping", mapping(), true);
    put(o, "not_modelled", keys, false);
    put_work(o, false);
    for (int i = 0; i < BOUND_N; i++)
        put(bounds, bound_name[i], whole(0, bound_doc[i]), false);
    put(o, "bounds_cycles", bounds, true);
    put(o, "bound_by", one_of(bound_name, BOUND_N, "the largest of them"),
        true);
    put(o, "active_pes", whole(0, "most PEs that a pass uses"), true);
    return o;
}

static json_t *costs(void)
{
    static const char *const level[] = {"rf", "noc", "l1", "l2", "dram"};
    json_t *o = object("energy of one access, hop or MAC");
    json_t *mac = object("");
    put(o, "name", typed("string", ""), true);
    put(mac, "each", typed("number", ""), true);
    put(mac, "origin", one_of(energy_origin_name, ENERGY_ORIGIN_N, ""), true);
    put(o, "mac", mac, true);
    for (int i = 0; i < 5; i++) {
        json_t *of = tensors("number", "");
        put(of, "origin", one_of(energy_origin_name, ENERGY_ORIGIN_N, ""),
            true);
        put(of, "write", tensors("number", "where it is not as a read"), false);
        put(o, level[i], of, strcmp(level[i], "l1") != 0);
    }
    put(o, "clock_cycle", typed("number", "all of it, a cycle"), false);
    put(o, "leakage_cycle", typed("number", "all of it, a cycle"), false);
    return o;
}

static void put_head(json_t *o)
{
    json_t *version = whole(0, "raised when a name changes its meaning");
    tree_put(version, "const", json_integer(1));
    put(o, "accelsim", typed("string", "the program's version"), true);
    put(o, "schema", version, true);
}

static json_t *results(void)
{
    static const char *const kernel[] = {"native", "systemc", "model"};
    json_t *o = object("of `run` and `model`"), *layers = typed("array", "");
    json_t *total = object("of all layers");
    put_head(o);
    put(o, "arch", typed("string", "the architecture's name"), true);
    put(o, "network", typed("string", ""), true);
    put(o, "batch", whole(1, ""), true);
    put(o, "kernel", one_of(kernel, 3, "what stepped the machine"), true);
    put(o, "sc_memory", typed("string", "behind the DRAM's socket"), false);
    put(o, "pes", whole(1, ""), true);
    put(o, "clock_hz", whole(1, ""), true);
    put(o, "energy_unit", typed("string", ""), true);
    put(o, "energy_table", costs(), true);
    put(o, "area_mm2", parts("mm2", area_part_name, area_part_doc, AREA_N),
        false);
    tree_put(layers, "items", layer());
    put(o, "layers", layers, true);
    put_work(total, true);
    put(o, "total", total, true);
    return o;
}

/* A value that one of the two searches does not have. */
static json_t *or_null(json_t *value)
{
    json_t *o = tree_object(), *any = tree_array();
    tree_append(any, value);
    tree_append(any, typed("null", ""));
    tree_put(o, "anyOf", any);
    return o;
}

static json_t *list_of(json_t *item, const char *doc)
{
    json_t *o = typed("array", doc);
    tree_put(o, "items", item);
    return o;
}

/* Members of any name. */
static json_t *any_members(const char *type, const char *doc)
{
    json_t *o = typed("object", doc);
    tree_put(o, "additionalProperties", typed(type, ""));
    return o;
}

static json_t *map_choice(void)
{
    json_t *o = object("a mapping that was found");
    put(o, "dataflow", typed("string", ""), true);
    put(o, "parameters", or_null(any_members("integer", "null: a nest")), true);
    put(o, "energy", typed("number", "in energy_unit"), true);
    put(o, "bound_cycles", whole(0, "the largest lower bound"), true);
    put(o, "bound_by", one_of(bound_name, BOUND_N, "which it is"), true);
    put(o, "cycles", whole(0, "simulated"), false);
    put(o, "failed", typed("string", "why it could not be simulated"), false);
    put(o, "mapping", typed("string", "an entry of a mapping file"), true);
    put(o, "options", or_null(typed("string", "that run it; null: a nest")),
        true);
    return o;
}

static json_t *map_space(void)
{
    json_t *o = object("what was searched");
    put(o, "mappings", whole(0, ""), true);
    put(o, "counted_all", typed("boolean", "false: there are more"), true);
    put(o, "covered", or_null(whole(0, "looked at or left out")), true);
    put(o, "tried", or_null(whole(0, "first")), true);
    put(o, "evaluated", whole(0, "by the closed form"), true);
    put(o, "bounded", or_null(whole(0, "parts")), true);
    put(o, "left_out_by_reduction", or_null(whole(0, "mappings")), true);
    put(o, "parts_left_out", any_members("integer", "by proven bounds"), true);
    return o;
}

static json_t *map(void)
{
    static const char *const stop[] = {"time", "budget", "l1"};
    json_t *o = object("of `map` (docs/mapping.md)"), *layer_found = object("");
    json_t *version = whole(0, "raised when a name changes its meaning");
    tree_put(version, "const", json_integer(2));
    put(layer_found, "name", typed("string", ""), true);
    put(layer_found, "proven", typed("boolean", ""), true);
    put(layer_found, "stopped_by",
        or_null(one_of(stop, 3, "what came before the proof")), true);
    put(layer_found, "gap", typed("number", "share that may be left"), true);
    put(layer_found, "space", map_space(), true);
    put(layer_found, "best", list_of(reference("map_choice"), ""), true);
    put(layer_found, "front",
        list_of(reference("map_choice"), "of energy and delay"), true);
    put(layer_found, "front_proven", typed("boolean", ""), true);
    put(o, "accelsim", typed("string", "the program's version"), true);
    put(o, "schema", version, true);
    put(o, "arch", typed("string", "the architecture's name"), true);
    put(o, "network", typed("string", ""), true);
    put(o, "batch", whole(1, ""), true);
    put(o, "objective",
        one_of(search_objective_name, SEARCH_OBJECTIVE_N, "made least"), true);
    put(o, "energy_unit", typed("string", ""), true);
    put(o, "layers", list_of(layer_found, ""), true);
    return o;
}

static json_t *reuse_distances(const char *doc)
{
    json_t *o = object(doc);
    put(o, "count", whole(0, "pairs of uses"), true);
    put(o, "min", whole(0, ""), true);
    put(o, "mean", typed("number", ""), true);
    put(o, "max", whole(0, ""), true);
    put(o, "histogram",
        list_of(list_of(whole(0, ""), ""), "first, last, how many"), true);
    return o;
}

static json_t *reuse_stream(void)
{
    json_t *o = object("the accesses of a kind to a level");
    put(o, "level", typed("string", ""), true);
    put(o, "name", typed("string", ""), true);
    put(o, "accesses", whole(0, "of all units"), true);
    put(o, "units", whole(0, "that the level has"), true);
    put(o, "units_followed", whole(0, ""), true);
    put(o, "accesses_followed", whole(0, ""), true);
    put(o, "compulsory", whole(0, "first uses"), true);
    put(o, "sampled_share", typed("number", "of the words"), true);
    put(o, "macs_per_access", typed("number", ""), false);
    put(o, "reuse_distance", reuse_distances("accesses between uses"), true);
    put(o, "stack_distance", reuse_distances("other words between"), true);
    put(o, "miss_curve",
        list_of(list_of(whole(0, ""), ""), "capacity in words, misses"), true);
    return o;
}

static json_t *reuse_sharing(void)
{
    json_t *o = object("what units use the same words");
    put(o, "name", typed("string", ""), true);
    put(o, "accesses", whole(0, ""), true);
    put(o, "multicast_reads", whole(0, "one for all that want it"), true);
    put(o, "used_alone", whole(0, ""), true);
    put(o, "shared_at_once", whole(0, ""), true);
    put(o, "sampled_share", typed("number", "of the words"), true);
    put(o, "spatial_distance", reuse_distances("between the units"), true);
    return o;
}

static json_t *reuse(void)
{
    json_t *o = object("of `reuse` (docs/reuse.md)"), *subject = object("");
    json_t *network = object("words of a network");
    put(network, "name", typed("string", ""), true);
    put(network, "words_sent", whole(0, ""), true);
    put(network, "words_delivered", whole(0, ""), true);
    put(subject, "name", typed("string", "a layer, or a file"), true);
    put(subject, "dataflow", typed("string", ""), false);
    put(subject, "streams", list_of(reuse_stream(), ""), true);
    put(subject, "sharing", list_of(reuse_sharing(), ""), true);
    put(subject, "networks", list_of(network, ""), true);
    put_head(o);
    put(o, "arch", typed("string", "the architecture's name"), false);
    put(o, "subjects", list_of(subject, ""), true);
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
    json_t *o = object("of `validate` (docs/validation.md)"), *row = object("");
    for (int i = 0; i < (int)(sizeof(texts) / sizeof(texts[0])); i++)
        put(row, texts[i], typed("string", ""), true);
    for (int i = 0; i < (int)(sizeof(reals) / sizeof(reals[0])); i++)
        put(row, reals[i], or_null(typed("number", "")), true);
    put(row, "account", typed("string", "where the cycles went"), false);
    put(row, "verdict", one_of(verdict, 5, ""), true);
    put_head(o);
    put(o, "rows", list_of(row, ""), true);
    put(o, "unexpected_misses", whole(0, "rows whose verdict is miss"), true);
    return o;
}

/* Columns differ from list to list; a cell is a text or a number. */
static json_t *listing(void)
{
    json_t *o = object("of `list` and --show-config"),
           *row = typed("object", "");
    json_t *rows = typed("array", ""), *cell = tree_object(),
           *any = tree_array();
    tree_append(any, typed("string", ""));
    tree_append(any, typed("number", ""));
    tree_put(cell, "anyOf", any);
    tree_put(row, "additionalProperties", cell);
    tree_put(rows, "items", row);
    put_head(o);
    put(o, "list", typed("string", "what is listed"), true);
    put(o, "rows", rows, true);
    return o;
}

void document_schema(FILE *to)
{
    json_t *o = tree_object(), *defs = tree_object(), *any = tree_array();
    tree_put_text(o, "$schema", "https://json-schema.org/draft/2020-12/schema");
    tree_put_text(o, "description",
                  "What accelsim prints with --format json. Written by "
                  "`accelsim help schema`.");
    tree_append(any, reference("results"));
    tree_append(any, reference("listing"));
    tree_append(any, reference("map"));
    tree_append(any, reference("reuse"));
    tree_append(any, reference("validation"));
    tree_put(o, "anyOf", any);
    tree_put(defs, "results", results());
    tree_put(defs, "listing", listing());
    tree_put(defs, "map", map());
    tree_put(defs, "map_choice", map_choice());
    tree_put(defs, "reuse", reuse());
    tree_put(defs, "validation", validation());
    tree_put(o, "$defs", defs);
    /* What cannot be written is found by whoever closes the stream. */
    (void)tree_print(o, to);
}
