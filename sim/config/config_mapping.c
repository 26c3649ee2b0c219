/* config_mapping.c - which dataflow a layer runs under, and which parameters or
 * loops are asked of its mapping: by --set and the architecture's file, by the
 * mapping file in use, or by the architecture's table.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "sim/base/text_stream.h"
#include "sim/config/arch_check.h"
#include "sim/config/config_state.h"
#include "sim/config/schema.h"

bool config_policy(const char *name, enum mapping_policy *out)
{
    static const char *const names[] = POLICY_NAMES;
    for (int k = POLICY_SEARCH; names[k] != NULL; k++)
        if (strcmp(name, names[k]) == 0) {
            *out = (enum mapping_policy)k;
            return true;
        }
    return false;
}

/* One of --set that the dataflow lacks is an error; one of the file is for
 * another dataflow. */
bool config_mapping_by_hand(const struct config *cfg,
                            const struct dataflow *dataflow,
                            struct given_mapping *out, struct diag *d)
{
    bool ok = true;
    *out = (struct given_mapping){.n = 0};
    for (int i = 0; i < cfg->n_params; i++) {
        const struct free_param *p = &cfg->param[i];
        if (p->from_file && dataflow_param_index(dataflow, p->name) < 0)
            continue;
        ok =
            given_mapping_add(out, dataflow, p->name, p->value, p->at, d) && ok;
    }
    return ok;
}

static void list_dataflows(const struct arch *arch, FILE *to)
{
    for (int i = 0; arch->dataflows[i][0] != '\0'; i++)
        fprintf(to, "%s'%s'", i > 0 ? ", " : "", arch->dataflows[i]);
}

/* The dataflow of this name, that `at` asks for, if the machine has it. */
static const struct dataflow *dataflow_of(const struct config *cfg,
                                          const char *name, struct src_pos at,
                                          struct diag *d)
{
    const struct arch *arch = &cfg->arch;
    const struct dataflow *found = dataflow_find(name);
    char *list = NULL;
    size_t list_bytes;
    FILE *to;
    if (found != NULL && arch_runs(arch, found)) {
        if (arch->array_network != NETWORK_SYSTOLIC || found->on_systolic)
            return found;
        diag_error(d, config_pos(cfg, "array.network"),
                   "'array.network' is 'systolic'; the dataflow '%s' needs "
                   "'multicast'",
                   name);
        return NULL;
    }
    to = text_stream(&list, &list_bytes);
    list_dataflows(arch, to);
    SIM_CHECK(fclose(to) == 0);
    diag_error(d, at, "'%s' %s dataflow '%s'; it has %s", arch->name,
               found == NULL ? "knows no" : "does not have the", name, list);
    free(list);
    return NULL;
}

const struct dataflow *config_dataflow(const struct config *cfg,
                                       const char *name, struct diag *d)
{
    struct src_pos at = {NULL, 0};
    struct given_mapping checked;
    if (name == NULL) {
        name = cfg->arch.default_dataflow;
        at = config_pos(cfg, "default.dataflow");
    }
    const struct dataflow *found = dataflow_of(cfg, name, at, d);
    return found != NULL && config_mapping_by_hand(cfg, found, &checked, d)
               ? found
               : NULL;
}

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* Whether a key says what a mapping must fit; others say how long things take.
 */
static bool key_is_a_size(const char *key)
{
    static const char *const sizes[] = {
        "array.rows", "array.cols",    "array.network", "array.groups_parallel",
        "pe.rf.",     "pe.start",      "l1.bytes",      "l1.cluster_",
        "l1.banks",   "l1.ifmap_",     "l1.filter_",    "l2.bytes",
        "l2.banks",   "l2.ifmap_",     "l2.filter_",    "l2.psum_",
        "precision.", "l2.keeps_tiles"};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
        if (starts_with(key, sizes[i]))
            return true;
    return false;
}

/* The first size in which the machine differs from the one that a table holds
 * for; NULL: there is none. */
static const char *differing_size(const struct config *cfg,
                                  const struct mapping_table *table)
{
    struct arch held = cfg->shipped;
    mapping_table_machine(table, &held);
    for (int i = 0; schema[i].key != NULL; i++)
        if (key_is_a_size(schema[i].key) &&
            !schema_same(&schema[i], &cfg->arch, &held))
            return schema[i].key;
    return NULL;
}

/* *left_aside: as in struct asked_mapping; the row is returned all the same. */
static const struct mapping_entry *table_row(const struct config *cfg,
                                             const char *network,
                                             const struct layer *layer,
                                             const struct dataflow *dataflow,
                                             const char **left_aside)
{
    const struct mapping_table *table = mapping_tables_pick(
        &cfg->tables, cfg->arch.mapping_table, network, dataflow->name);
    *left_aside = NULL;
    if (table == NULL ||
        strcmp(cfg->shipped.default_dataflow, dataflow->name) != 0)
        return NULL;
    const struct mapping_entry *row = mapping_table_row(table, layer->name);
    *left_aside = row != NULL ? differing_size(cfg, table) : NULL;
    return row;
}

bool config_table_fits(const struct config *cfg, const char *network,
                       const struct dataflow *dataflow,
                       const struct layer *layer, int n_layers, struct diag *d)
{
    const struct mapping_table *table = mapping_tables_pick(
        &cfg->tables, cfg->arch.mapping_table, network, dataflow->name);
    return table == NULL || mapping_table_fits(table, layer, n_layers, d);
}

static void clip_images(struct given_mapping *given, const struct layer *layer)
{
    for (int i = 0; i < given->n; i++)
        if (strcmp(given->param[i].name, "n") == 0 &&
            given->param[i].value > layer->N)
            given->param[i].value = layer->N;
}

/* The table's row with the parameters by hand in place of its own. */
static struct given_mapping merged(const struct given_mapping *row,
                                   const struct given_mapping *by_hand,
                                   const struct dataflow *dataflow,
                                   struct diag *d)
{
    struct given_mapping both = *row;
    both.from_table = false;
    both.table_source = NULL;
    for (int i = 0; i < by_hand->n; i++) {
        const struct given_param *p = &by_hand->param[i];
        SIM_CHECK(
            given_mapping_add(&both, dataflow, p->name, p->value, p->at, d));
    }
    return both;
}

bool config_use_mappings(struct config *cfg, const char *name,
                         struct src_pos at, struct diag *d)
{
    SIM_CHECK(cfg->mappings == NULL);
    cfg->mappings = mapping_file_read(name, &cfg->arch, at, d);
    return cfg->mappings != NULL;
}

static bool is_legal(const struct config *cfg, const struct layer *layer,
                     const struct dataflow *dataflow,
                     const struct given_mapping *given)
{
    struct diag *unread = diag_new();
    struct mapping mapping;
    struct arch own;
    arch_of_layer(&cfg->arch, layer, &own);
    bool legal = dataflow->choose(&own, layer, given, &mapping, unread);
    diag_free(unread);
    return legal;
}

/* An entry's parameters, clipped to the layer, and those by hand in place of
 * its own; the latter alone where both together are not legal. */
static void complete(const struct config *cfg, const struct layer *layer,
                     const struct mapping_entry *entry,
                     const struct given_mapping *by_hand,
                     struct given_mapping *out, struct diag *d)
{
    struct given_mapping from_entry = entry->given, both;
    clip_images(&from_entry, layer);
    if (by_hand->n == 0) {
        *out = from_entry;
        return;
    }
    both = merged(&from_entry, by_hand, entry->dataflow, d);
    *out = is_legal(cfg, layer, entry->dataflow, &both) ? both : *by_hand;
}

bool config_given_mapping(const struct config *cfg, const char *network,
                          const struct layer *layer,
                          const struct dataflow *dataflow,
                          struct given_mapping *out, struct diag *d)
{
    const char *left_aside;
    const struct mapping_entry *row =
        table_row(cfg, network, layer, dataflow, &left_aside);
    struct given_mapping by_hand;
    if (!config_mapping_by_hand(cfg, dataflow, &by_hand, d))
        return false;
    if (row == NULL || left_aside != NULL)
        *out = by_hand;
    else
        complete(cfg, layer, row, &by_hand, out, d);
    return true;
}

bool config_ask_mapping(const struct config *cfg, const char *network,
                        const struct layer *layer,
                        const struct dataflow *dataflow,
                        struct asked_mapping *out, struct diag *d)
{
    const struct mapping_entry *entry;
    struct given_mapping by_hand;
    memset(out, 0, sizeof(*out));
    out->dataflow = dataflow;
    if (cfg->mappings == NULL) {
        const struct mapping_entry *row =
            table_row(cfg, network, layer, dataflow, &out->left_aside);
        if (!config_mapping_by_hand(cfg, dataflow, &out->by_hand, d))
            return false;
        if (row != NULL)
            complete(cfg, layer, row, &out->by_hand, &out->row, d);
        out->given =
            row != NULL && out->left_aside == NULL ? out->row : out->by_hand;
        return true;
    }
    out->is_file = true;
    entry =
        mapping_file_entry(cfg->mappings, network, layer->name, dataflow, d);
    if (entry == NULL)
        return false;
    out->dataflow = dataflow_of(cfg, entry->dataflow->name, entry->at, d);
    if (out->dataflow == NULL ||
        !config_mapping_by_hand(cfg, out->dataflow, &by_hand, d))
        return false;
    out->is_nest = mapping_entry_is_nest(entry);
    out->where = entry->where;
    if (out->is_nest)
        mapping_entry_nest(entry, &cfg->arch, &out->nest);
    else
        complete(cfg, layer, entry, &by_hand, &out->given, d);
    return true;
}
