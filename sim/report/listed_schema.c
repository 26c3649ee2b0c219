/* listed_schema.c - describes a level's accesses and its network's words, and
 * what is counted where zeros are skipped.
 * SPDX-License-Identifier: MIT
 */
#include "sim/report/listed_schema.h"

#include <stdio.h>

#include "sim/base/result.h"
#include "sim/report/report_tree.h"
#include "sim/report/schema_nodes.h"

/* Words of a tensor or a flow; the first `n_required` are always there. */
static json_t *counts_of(const char *const name[], int n, int n_required)
{
    json_t *o = schema_object("");
    for (int i = 0; i < n; i++)
        schema_put(o, name[i], schema_whole(0, ""), i < n_required);
    return o;
}

static void put_listed_levels(json_t *layer)
{
    /* The DMA's words are those of the outermost level on chip. */
    static const char *const access[] = {"reads",          "writes",
                                         "dma_reads",      "dma_writes",
                                         "finished_reads", "finished_writes"};
    static const char *const link[] = {"words_sent", "words_delivered", "hops"};
    json_t *members = json_object_get(layer, "properties");
    json_t *accesses = json_object_get(members, "accesses");
    json_t *noc = json_object_get(members, "noc");
    json_t *level = schema_object("a listed level");
    json_t *flows = schema_object("its network");
    for (int t = 0; t < TENSOR_N; t++)
        schema_put(level, tensor_name[t], counts_of(access, 6, 2), true);
    for (int f = 0; f < FLOW_N; f++)
        schema_put(flows, level_flow_name[f], counts_of(link, 3, 3), true);
    tree_put(accesses, "additionalProperties", level);
    tree_put(accesses, "required", tree_array());
    tree_put(noc, "additionalProperties", flows);
    tree_put(noc, "required", tree_array());
}

static void put_skips(json_t *layer)
{
    for (const struct counter *c = counter_table; c->path != NULL; c++) {
        char doc[256];
        if ((c->when & COUNTER_SKIPS) == 0)
            continue;
        snprintf(doc, sizeof(doc), "%s: %s", c->unit, c->doc);
        schema_put(layer, c->path, schema_whole(0, doc), false);
    }
}

void schema_put_kinds(json_t *layer)
{
    put_listed_levels(layer);
    put_skips(layer);
}
