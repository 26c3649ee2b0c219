/* mapping_schema.c - describes the JSON of a layer's mapping, and of where the
 * numbers of a report come from.
 * SPDX-License-Identifier: MIT
 */
#include "sim/report/mapping_schema.h"

#include "dataflows/search/search.h"
#include "sim/report/report_tree.h"
#include "sim/report/schema_nodes.h"

static json_t *tried(const char *const source[])
{
    json_t *list = schema_typed("array", "mappings that it was chosen from");
    json_t *o = schema_object(""), *parameters = schema_typed("object", "");
    tree_put(parameters, "additionalProperties", schema_typed("integer", ""));
    schema_put(o, "source", schema_one_of(source, 4, ""), true);
    schema_put(o, "parameters", parameters, true);
    schema_put(o, "estimate_cycles", schema_whole(0, "about what it takes"),
               true);
    schema_put(o, "cycles", schema_whole(0, "simulated to its end"), false);
    tree_put(list, "items", o);
    return list;
}

json_t *provenance_schema(void)
{
    static const char *const source[] = {"search", "table", "estimate", "rules",
                                         "given"};
    json_t *o = schema_object("");
    schema_put(o, "version", schema_typed("string", ""), true);
    schema_put(o, "mapping_source",
               schema_one_of(source, 5, "the policy of mappings"), true);
    schema_put(o, "objective",
               schema_one_of(search_objective_name, SEARCH_front,
                             "what mappings were to have least"),
               false);
    return o;
}

json_t *mapping_schema(void)
{
    static const char *const source[] = {"table", "chosen", "given", "search"};
    json_t *o = schema_object(""),
           *parameters = schema_typed("object", "by name");
    tree_put(parameters, "additionalProperties", schema_typed("integer", ""));
    schema_put(
        o, "source",
        schema_one_of(source, 4, "who listed it; chosen: the dataflow's rules"),
        true);
    schema_put(o, "table_source",
               schema_typed("string", "what the table is from"), false);
    schema_put(o, "parameters", parameters, true);
    schema_put(o, "tried", tried(source), false);
    schema_put(o, "text",
               schema_typed("string", "an entry of a mapping file, with what "
                                      "--show-mapping draws"),
               false);
    return o;
}
