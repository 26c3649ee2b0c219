/* mapping_table.c - see mapping_table.h.
 * SPDX-License-Identifier: MIT
 */
#include "sim/config/mapping_table.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/config_text.h"
#include "sim/base/nearest.h"
#include "sim/config/workload.h"

static bool unknown_param(const struct dataflow *dataflow, const char *name,
                          struct src_pos at, struct diag *d)
{
    struct nearest near;
    nearest_start(&near, name);
    for (int i = 0; dataflow->params[i].name != NULL; i++)
        nearest_offer(&near, dataflow->params[i].name);
    return diag_error(d, at,
                      "the dataflow '%s' has no parameter 'mapping.%s'; the "
                      "nearest is 'mapping.%s'",
                      dataflow->name, name,
                      near.best != NULL ? near.best : "table");
}

static struct given_param *param_slot(struct given_mapping *given,
                                      const char *name)
{
    int i = 0;
    while (i < given->n && strcmp(given->param[i].name, name) != 0)
        i++;
    SIM_CHECK(i < MAPPING_PARAMS_MAX);
    given->n = i < given->n ? given->n : i + 1;
    return &given->param[i];
}

bool given_mapping_add(struct given_mapping *given,
                       const struct dataflow *dataflow, const char *name,
                       int64_t value, struct src_pos at, struct diag *d)
{
    int index = dataflow_param_index(dataflow, name);
    const struct mapping_param *param;
    struct given_param *slot;
    if (index < 0)
        return unknown_param(dataflow, name, at, d);
    param = &dataflow->params[index];
    if (value < param->min || value > param->max)
        return diag_error(d, at,
                          "'mapping.%s' is %" PRId64 "; it may be %d to %d %s",
                          name, value, param->min, param->max, param->unit);
    slot = param_slot(given, param->name);
    snprintf(slot->name, sizeof(slot->name), "%s", param->name);
    slot->value = (int)value;
    slot->at = at;
    return true;
}

/* In so many edits a name is misspelt; of two letters, one. */
enum { ROW_EDITS_MAX = 2 };

/* What is being read. */
struct reader {
    const char *path;
    const struct dataflow *dataflow;
    struct diag *d;
};

static struct src_pos pos(const struct reader *r,
                          const config_setting_t *setting)
{
    return setting_pos(setting, r->path);
}

/* Copies a member that is a string; one that lacks is an error too. */
static bool read_name(const struct reader *r, const config_setting_t *group,
                      const char *what, const char *member, char *out,
                      size_t out_bytes)
{
    const config_setting_t *s = config_setting_get_member(group, member);
    const char *text;
    if (s == NULL)
        return diag_error(r->d, pos(r, group),
                          "%s lacks '%s'; a string is needed", what, member);
    text = config_setting_get_string(s);
    if (text == NULL)
        return diag_error(r->d, pos(r, s), "'%s' is %s; a string is needed",
                          member, setting_kind(s));
    if (text[0] == '\0' || strlen(text) >= out_bytes)
        return diag_error(r->d, pos(r, s),
                          "'%s' has %zu letters; 1 to %zu are allowed", member,
                          strlen(text), out_bytes - 1);
    if (!string_is_one_line(text, member, pos(r, s), r->d))
        return false;
    snprintf(out, out_bytes, "%s", text);
    return true;
}

static bool read_row(const struct reader *r, const config_setting_t *s,
                     struct mapping_row *out)
{
    bool ok;
    if (!config_setting_is_group(s))
        return diag_error(r->d, pos(r, s),
                          "a row of a mapping table is %s; a group { layer = "
                          "\"...\"; ... } is needed",
                          setting_kind(s));
    out->at = pos(r, s);
    ok = read_name(r, s, "a row of a mapping table", "layer", out->layer,
                   sizeof(out->layer));
    SIM_CHECK(layer_name_of(out->layer, out->layer, sizeof(out->layer)));
    for (int i = 0; i < config_setting_length(s); i++) {
        const config_setting_t *m = config_setting_get_elem(s, (unsigned)i);
        const char *name = config_setting_name(m);
        long long value;
        if (strcmp(name, "layer") == 0)
            continue;
        if (config_setting_type(m) == CONFIG_TYPE_FLOAT ||
            !setting_whole_number(m, &value))
            ok = diag_error(r->d, pos(r, m),
                            "'mapping.%s' is %s; a whole number is needed",
                            name, setting_kind(m));
        else
            ok = given_mapping_add(&out->given, r->dataflow, name, value,
                                   pos(r, m), r->d) &&
                 ok;
    }
    out->given.from_table = true;
    return ok;
}

static bool read_rows(const struct reader *r, const config_setting_t *s,
                      struct mapping_table *out)
{
    bool ok = true;
    if (!config_setting_is_list(s))
        return diag_error(r->d, pos(r, s),
                          "'rows' is %s; a list ( { ... }, ... ) is needed",
                          setting_kind(s));
    out->n_rows = config_setting_length(s);
    out->row = xcalloc((size_t)out->n_rows, sizeof(*out->row));
    for (int i = 0; i < out->n_rows; i++) {
        const config_setting_t *row = config_setting_get_elem(s, (unsigned)i);
        ok = read_row(r, row, &out->row[i]) && ok;
        for (int j = 0; ok && j < i; j++)
            if (strcmp(out->row[j].layer, out->row[i].layer) == 0)
                ok = diag_error(r->d, pos(r, row),
                                "layer '%s' has two rows in the mapping table "
                                "'%s'; one is enough",
                                out->row[i].layer, out->name);
    }
    return ok;
}

static bool unknown_member(const struct reader *r, const config_setting_t *m,
                           const char *table)
{
    struct nearest near;
    nearest_start(&near, config_setting_name(m));
    nearest_offer(&near, "dataflow");
    nearest_offer(&near, "network");
    nearest_offer(&near, "rows");
    nearest_offer(&near, "source");
    return diag_error(r->d, pos(r, m),
                      "unknown key '%s' in the mapping table '%s'; the "
                      "nearest is '%s'",
                      near.wanted, table, near.best);
}

static bool has_known_members(const struct reader *r, const config_setting_t *s)
{
    bool ok = true;
    for (int i = 0; i < config_setting_length(s); i++) {
        const config_setting_t *m = config_setting_get_elem(s, (unsigned)i);
        const char *name = config_setting_name(m);
        if (strcmp(name, "dataflow") != 0 && strcmp(name, "network") != 0 &&
            strcmp(name, "rows") != 0 && strcmp(name, "source") != 0)
            ok = unknown_member(r, m, config_setting_name(s));
    }
    return ok;
}

static bool read_table(const char *path, const config_setting_t *s,
                       struct mapping_table *out, struct diag *d)
{
    struct reader r = {path, NULL, d};
    const config_setting_t *rows;
    bool ok;
    snprintf(out->name, sizeof(out->name), "%s", config_setting_name(s));
    if (!config_setting_is_group(s))
        return diag_error(d, pos(&r, s),
                          "the mapping table '%s' is %s; a group { dataflow, "
                          "network, rows } is needed",
                          config_setting_name(s), setting_kind(s));
    ok = has_known_members(&r, s);
    ok = read_name(&r, s, "a mapping table", "network", out->network,
                   sizeof(out->network)) &&
         ok;
    SIM_CHECK(layer_name_of(out->network, out->network, sizeof(out->network)));
    if (config_setting_get_member(s, "source") != NULL)
        ok = read_name(&r, s, "a mapping table", "source", out->source,
                       sizeof(out->source)) &&
             ok;
    if (!read_name(&r, s, "a mapping table", "dataflow", out->dataflow,
                   sizeof(out->dataflow)))
        return false;
    r.dataflow = dataflow_find(out->dataflow);
    if (r.dataflow == NULL)
        return diag_error(d, pos(&r, config_setting_get_member(s, "dataflow")),
                          "there is no dataflow '%s'; 'accelsim "
                          "--list-dataflows' names them",
                          out->dataflow);
    rows = config_setting_get_member(s, "rows");
    if (rows == NULL)
        return diag_error(d, pos(&r, s),
                          "a mapping table lacks 'rows'; a list is needed");
    ok = read_rows(&r, rows, out) && ok;
    for (int i = 0; i < out->n_rows && out->source[0] != '\0'; i++)
        out->row[i].given.table_source = out->source;
    return ok;
}

bool mapping_tables_read(const config_setting_t *group, const char *path,
                         struct mapping_tables *out, struct diag *d)
{
    bool ok = true;
    if (!config_setting_is_group(group))
        return diag_error(d, setting_pos(group, path),
                          "'mapping_tables' is %s; a group { NAME = { ... }; } "
                          "is needed",
                          setting_kind(group));
    out->n = config_setting_length(group);
    out->table = xcalloc((size_t)out->n, sizeof(*out->table));
    for (int i = 0; i < out->n; i++)
        ok = read_table(path, config_setting_get_elem(group, (unsigned)i),
                        &out->table[i], d) &&
             ok;
    return ok;
}

void mapping_tables_fini(struct mapping_tables *tables)
{
    for (int i = 0; i < tables->n; i++)
        free(tables->table[i].row);
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

const struct mapping_row *mapping_table_row(const struct mapping_table *table,
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
        const struct mapping_row *row = &table->row[i];
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
