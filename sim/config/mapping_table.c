/* mapping_table.c - reads tables of published mappings, finds a table and a
 * row of it by name, and compares its rows with a network's layers.
 * SPDX-License-Identifier: MIT
 */
#include "sim/config/mapping_table.h"

#include <stdlib.h>
#include <string.h>

#include "dataflows/nest/nest_dataflow.h"
#include "sim/base/config_text.h"
#include "sim/base/nearest.h"
#include "sim/config/schema.h"
#include "sim/config/workload.h"

/* A layer's name that is up to so many edits away from a row's is taken for a
 * misspelt one; for a row of two letters, one edit. */
enum { ROW_EDITS_MAX = 2 };

struct reader {
    const struct dataflow *dataflow; /* of the table that is read */
    struct diag *d;
};

static bool read_rows(const struct reader *r, const struct setting *s,
                      struct mapping_table *out)
{
    bool ok = true;
    if (setting_type(s) != SETTING_LIST)
        return diag_error(r->d, setting_pos(s),
                          "'rows' is %s; a list ( { ... }, ... ) is needed",
                          setting_kind(s));
    out->n_rows = setting_length(s);
    out->row = xcalloc((size_t)out->n_rows, sizeof(*out->row));
    for (int i = 0; i < out->n_rows; i++) {
        const struct setting *row = setting_item(s, i);
        out->row[i].dataflow = r->dataflow;
        memcpy(out->row[i].network, out->network, sizeof(out->network));
        ok = mapping_entry_read_row(row, &out->row[i], r->d) && ok;
        for (int j = 0; ok && j < i; j++)
            if (strcmp(out->row[j].layer, out->row[i].layer) == 0)
                ok = diag_error(r->d, setting_pos(row),
                                "layer '%s' has two rows in the mapping table "
                                "'%s'; one is enough",
                                out->row[i].layer, out->name);
    }
    return ok;
}

/* "KEY=VALUE" of the machine. */
static bool read_held(const struct setting *s, struct mapping_held *out,
                      struct diag *d)
{
    const char *text =
        setting_type(s) == SETTING_STRING ? setting_string(s) : "";
    const char *equals = strchr(text, '=');
    char key[64] = "";
    struct arch unused = {.name = ""};
    if (equals != NULL)
        snprintf(key, sizeof(key), "%.*s", (int)(equals - text), text);
    out->row = schema_find(key);
    if (out->row < 0)
        return diag_error(d, setting_pos(s),
                          "'holds_for' has '%s'; a key of the architecture and "
                          "its value are needed, as in \"array.rows=12\"",
                          text);
    out->text = xstrdup(equals + 1);
    return schema_set_text(&schema[out->row], out->text, setting_pos(s),
                           &unused, d);
}

static bool read_holds_for(const struct setting *s, struct mapping_table *out,
                           struct diag *d)
{
    bool ok = true;
    if (setting_type(s) != SETTING_ARRAY && setting_type(s) != SETTING_LIST)
        return diag_error(d, setting_pos(s),
                          "'holds_for' is %s; an array [\"KEY=VALUE\", ...] is "
                          "needed",
                          setting_kind(s));
    out->n_held = setting_length(s);
    out->held = xcalloc((size_t)out->n_held + 1, sizeof(*out->held));
    for (int i = 0; i < out->n_held; i++)
        ok = read_held(setting_item(s, i), &out->held[i], d) && ok;
    return ok;
}

void mapping_table_machine(const struct mapping_table *table, struct arch *arch)
{
    struct diag *unread = diag_new();
    for (int i = 0; i < table->n_held; i++)
        SIM_CHECK(schema_set_text(&schema[table->held[i].row],
                                  table->held[i].text,
                                  (struct src_pos){NULL, 0}, arch, unread));
    diag_free(unread);
}

static bool unknown_member(const struct reader *r, const struct setting *m,
                           const char *table)
{
    struct nearest near;
    nearest_start(&near, setting_name(m));
    nearest_offer(&near, "dataflow");
    nearest_offer(&near, "network");
    nearest_offer(&near, "rows");
    nearest_offer(&near, "source");
    nearest_offer(&near, "holds_for");
    return diag_error(r->d, setting_pos(m),
                      "unknown key '%s' in the mapping table '%s'; the "
                      "nearest is '%s'",
                      near.wanted, table, near.best);
}

static bool has_known_members(const struct reader *r, const struct setting *s)
{
    bool ok = true;
    for (int i = 0; i < setting_length(s); i++) {
        const struct setting *m = setting_item(s, i);
        const char *name = setting_name(m);
        if (strcmp(name, "dataflow") != 0 && strcmp(name, "network") != 0 &&
            strcmp(name, "rows") != 0 && strcmp(name, "source") != 0 &&
            strcmp(name, "holds_for") != 0)
            ok = unknown_member(r, m, setting_name(s));
    }
    return ok;
}

static bool read_table(const struct setting *s, struct mapping_table *out,
                       struct diag *d)
{
    struct reader r = {NULL, d};
    const struct setting *rows;
    bool ok;
    snprintf(out->name, sizeof(out->name), "%s", setting_name(s));
    if (setting_type(s) != SETTING_GROUP)
        return diag_error(d, setting_pos(s),
                          "the mapping table '%s' is %s; a group { dataflow, "
                          "network, rows } is needed",
                          setting_name(s), setting_kind(s));
    ok = has_known_members(&r, s);
    ok = mapping_read_string(s, "a mapping table", "network", out->network,
                             sizeof(out->network), d) &&
         ok;
    SIM_CHECK(layer_name_of(out->network, out->network, sizeof(out->network)));
    if (setting_member(s, "source") != NULL)
        ok = mapping_read_string(s, "a mapping table", "source", out->source,
                                 sizeof(out->source), d) &&
             ok;
    if (setting_member(s, "holds_for") != NULL)
        ok = read_holds_for(setting_member(s, "holds_for"), out, d) && ok;
    if (!mapping_read_string(s, "a mapping table", "dataflow", out->dataflow,
                             sizeof(out->dataflow), d))
        return false;
    r.dataflow = dataflow_find(out->dataflow);
    if (r.dataflow == NULL)
        return diag_error(d, setting_pos(setting_member(s, "dataflow")),
                          "there is no dataflow '%s'; 'accelsim "
                          "--list-dataflows' names them",
                          out->dataflow);
    if (r.dataflow == &nest_dataflow)
        return diag_error(d, setting_pos(setting_member(s, "dataflow")),
                          "the mapping table '%s' is of nests, which have no "
                          "parameters; they go in a mapping file",
                          out->name);
    rows = setting_member(s, "rows");
    if (rows == NULL)
        return diag_error(d, setting_pos(s),
                          "a mapping table lacks 'rows'; a list is needed");
    ok = read_rows(&r, rows, out) && ok;
    for (int i = 0; i < out->n_rows && out->source[0] != '\0'; i++)
        out->row[i].given.table_source = out->source;
    return ok;
}

bool mapping_tables_read(const struct setting *group,
                         struct mapping_tables *out, struct diag *d)
{
    bool ok = true;
    if (setting_type(group) != SETTING_GROUP)
        return diag_error(d, setting_pos(group),
                          "'mapping_tables' is %s; a group { NAME = { ... }; } "
                          "is needed",
                          setting_kind(group));
    out->n = setting_length(group);
    out->table = xcalloc((size_t)out->n, sizeof(*out->table));
    for (int i = 0; i < out->n; i++)
        ok = read_table(setting_item(group, i), &out->table[i], d) && ok;
    return ok;
}

void mapping_tables_fini(struct mapping_tables *tables)
{
    for (int i = 0; i < tables->n; i++) {
        struct mapping_table *t = &tables->table[i];
        for (int k = 0; k < t->n_held; k++)
            free(t->held[k].text);
        free(t->held);
        free(t->row);
    }
    free(tables->table);
    tables->table = NULL;
    tables->n = 0;
}

const struct mapping_table *
mapping_tables_find(const struct mapping_tables *tables, const char *name)
{
    for (int i = 0; i < tables->n; i++)
        if (strcmp(tables->table[i].name, name) == 0)
            return &tables->table[i];
    return NULL;
}

bool mapping_tables_next_name(const char **list, char name[32])
{
    static const char between[] = ", ";
    const char *start = *list + strspn(*list, between);
    size_t letters = strcspn(start, between);
    snprintf(name, 32, "%.*s", (int)(letters < 32 ? letters : 31), start);
    *list = start + letters;
    return letters > 0;
}

const struct mapping_table *
mapping_tables_pick(const struct mapping_tables *tables, const char *list,
                    const char *network, const char *dataflow)
{
    char name[32];
    while (mapping_tables_next_name(&list, name)) {
        const struct mapping_table *table = mapping_tables_find(tables, name);
        if (table != NULL && strcmp(table->network, network) == 0 &&
            strcmp(table->dataflow, dataflow) == 0)
            return table;
    }
    return NULL;
}

const struct mapping_entry *mapping_table_row(const struct mapping_table *table,
                                              const char *layer)
{
    for (int i = 0; i < table->n_rows; i++)
        if (strcmp(table->row[i].layer, layer) == 0)
            return &table->row[i];
    return NULL;
}

/* Offers the layers that have no row. */
static void offer_without_row(const struct mapping_table *table,
                              const struct layer *layer, int n_layers,
                              struct nearest *out)
{
    for (int i = 0; i < n_layers; i++)
        if (mapping_table_row(table, layer[i].name) == NULL)
            nearest_offer(out, layer[i].name);
}

static bool has_layer(const struct layer *layer, int n_layers, const char *name)
{
    for (int i = 0; i < n_layers; i++)
        if (strcmp(layer[i].name, name) == 0)
            return true;
    return false;
}

bool mapping_table_fits(const struct mapping_table *table,
                        const struct layer *layer, int n_layers, struct diag *d)
{
    bool ok = true;
    for (int i = 0; i < table->n_rows; i++) {
        const struct mapping_entry *row = &table->row[i];
        struct nearest near;
        int edits_max = (int)strlen(row->layer) / 2;
        if (has_layer(layer, n_layers, row->layer))
            continue;
        nearest_start(&near, row->layer);
        offer_without_row(table, layer, n_layers, &near);
        if (edits_max > ROW_EDITS_MAX)
            edits_max = ROW_EDITS_MAX;
        if (near.best != NULL && near.distance <= edits_max)
            ok = diag_error(d, row->at,
                            "the network '%s' has no layer '%s'; the nearest, "
                            "which has no row, is '%s'",
                            table->network, row->layer, near.best);
    }
    return ok;
}
