/* schema_energy.c - describes what a result says of energy beside its sums.
 * SPDX-License-Identifier: MIT
 */
#include "sim/report/schema_energy.h"

#include <string.h>

#include "sim/report/document_energy.h"
#include "sim/report/report_tree.h"
#include "sim/report/schema_nodes.h"

json_t *schema_energy_range(void)
{
    json_t *o = schema_object("in energy_unit");
    for (int i = 0; range_member[i] != NULL; i++)
        schema_put(o, range_member[i],
                   schema_typed("number", range_member_doc[i]), true);
    return o;
}

json_t *schema_energy_by_table(void)
{
    json_t *o = schema_object("totals under each table of --energy, by name");
    json_t *of = schema_object("");
    schema_put(of, "unit", schema_typed("string", ""), true);
    schema_put(of, "total", schema_typed("number", "in this unit"), true);
    for (int i = 0; range_member[i] != NULL; i++)
        schema_put(of, range_member[i],
                   schema_typed("number", range_member_doc[i]), false);
    tree_put(o, "additionalProperties", of);
    return o;
}

json_t *schema_energy_costs(void)
{
    static const char *const level[] = {"rf", "noc", "l1", "l2", "dram"};
    json_t *o = schema_object("energy of one access, hop or MAC");
    json_t *mac = schema_object("");
    schema_put(o, "name", schema_typed("string", ""), true);
    schema_put(mac, "each", schema_typed("number", ""), true);
    schema_put(mac, "origin",
               schema_one_of(energy_origin_name, ENERGY_ORIGIN_N, ""), true);
    schema_put(o, "mac", mac, true);
    for (int i = 0; i < 5; i++) {
        json_t *of = schema_tensors("number", "");
        schema_put(of, "origin",
                   schema_one_of(energy_origin_name, ENERGY_ORIGIN_N, ""),
                   true);
        schema_put(of, "write",
                   schema_tensors("number", "where it is not as a read"),
                   false);
        schema_put(o, level[i], of, strcmp(level[i], "l1") != 0);
    }
    json_t *listed =
        json_deep_copy(/* a listed level, by its own name */
                       json_object_get(json_object_get(o, "properties"), "l1"));
    SIM_CHECK(listed != NULL);
    tree_put(o, "additionalProperties", listed);
    schema_put(o, "clock_cycle", schema_typed("number", "all of it, a cycle"),
               false);
    schema_put(o, "leakage_cycle", schema_typed("number", "all of it, a cycle"),
               false);
    return o;
}
