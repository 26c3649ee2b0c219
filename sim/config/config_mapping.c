/* config_mapping.c - which dataflow runs, and with which mapping parameters.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "sim/base/config_text.h"
#include "sim/config/arch_check.h"
#include "sim/config/config_state.h"
#include "sim/config/schema.h"

/* Parameters set by hand that the dataflow has; one of --set that it lacks is
 * an error, one of the file is for another dataflow. */
static bool params_by_hand(const struct config *cfg,
                           const struct dataflow *dataflow,
                           struct given_mapping *out, struct diag *d)
{
    bool ok = true;
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

const struct dataflow *config_dataflow(const struct config *cfg,
                                       const char *name, struct diag *d)
{
    const struct arch *arch = &cfg->arch;
    struct src_pos at = {NULL, 0};
    const struct dataflow *found;
    struct given_mapping checked = {.n = 0};
    char *list = NULL;
    size_t list_bytes;
    FILE *to;
    if (name == NULL) {
        name = arch->default_dataflow;
        at = config_pos(cfg, "default.dataflow");
    }
    found = dataflow_find(name);
    if (found != NULL && arch_runs(arch, found)) {
        if (arch->array_network == NETWORK_SYSTOLIC && !found->on_systolic) {
            diag_error(d, config_pos(cfg, "array.network"),
                       "'array.network' is 'systolic'; the dataflow '%s' "
                       "needs 'multicast'",
                       name);
            return NULL;
        }
        return params_by_hand(cfg, found, &checked, d) ? found : NULL;
    }
    to = open_memstream(&list, &list_bytes);
    SIM_CHECK(to != NULL);
    list_dataflows(arch, to);
    SIM_CHECK(fclose(to) == 0);
    diag_error(d, at, "'%s' %s dataflow '%s'; it has %s", arch->name,
               found == NULL ? "knows no" : "does not have the", name, list);
    free(list);
    return NULL;
}

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

/* Whether array, PEs, L1 and L2 are those of the file. */
static bool machine_is_as_shipped(const struct config *cfg)
{
    for (int i = 0; schema[i].key != NULL; i++) {
        const char *key = schema[i].key;
        bool matters = starts_with(key, "array.") || starts_with(key, "pe.") ||
                       starts_with(key, "l1.") || starts_with(key, "l2.");
        if (matters && !schema_same(&schema[i], &cfg->arch, &cfg->shipped))
            return false;
    }
    return true;
}

static const struct mapping_row *table_row(const struct config *cfg,
                                           const char *network,
                                           const struct layer *layer,
                                           const struct dataflow *dataflow)
{
    const struct mapping_table *table = mapping_tables_pick(
        &cfg->tables, cfg->arch.mapping_table, network, dataflow->name);
    if (table == NULL || !machine_is_as_shipped(cfg) ||
        strcmp(cfg->shipped.default_dataflow, dataflow->name) != 0)
        return NULL;
    return mapping_table_row(table, layer->name);
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

bool config_use_mappings(struct config *cfg, const char *path, struct diag *d)
{
    const struct src_pos at = {NULL, 0};
    config_setting_t *group;
    SIM_CHECK(cfg->saved_path == NULL);
    cfg->saved_path = xstrdup(path);
    if (!config_text_read(path, at, &cfg->saved_file, d))
        return false;
    group = config_lookup(&cfg->saved_file, "mapping_tables");
    if (group == NULL || !config_setting_is_group(group))
        return diag_error(d, (struct src_pos){cfg->saved_path, 0},
                          "there is no group 'mapping_tables'; a file that "
                          "'accelsim map --save' wrote has one");
    return mapping_tables_read(group, cfg->saved_path, &cfg->saved, d);
}

bool config_mapping_by_hand(const struct config *cfg,
                            const struct dataflow *dataflow,
                            struct given_mapping *out, struct diag *d)
{
    *out = (struct given_mapping){.n = 0};
    return params_by_hand(cfg, dataflow, out, d);
}

static bool saved_row(const struct config *cfg, const char *network,
                      const struct layer *layer,
                      const struct dataflow *dataflow,
                      const struct mapping_row **out, struct diag *d)
{
    if (network[0] == '\0')
        network = MAPPINGS_NO_NETWORK;
    for (int i = 0; i < cfg->saved.n; i++) {
        const struct mapping_table *table = &cfg->saved.table[i];
        if (strcmp(table->dataflow, dataflow->name) != 0 ||
            strcmp(table->network, network) != 0)
            continue;
        *out = mapping_table_row(table, layer->name);
        if (*out != NULL)
            return true;
    }
    return diag_error(d, (struct src_pos){cfg->saved_path, 0},
                      "there is no mapping by '%s' of layer '%s' of network "
                      "'%s'; '--dataflow' and '--layer' must be those of "
                      "'map'",
                      dataflow->name, layer->name, network);
}

static bool is_legal(const struct config *cfg, const struct layer *layer,
                     const struct dataflow *dataflow,
                     const struct given_mapping *given)
{
    struct diag *unread = diag_new();
    struct mapping mapping;
    bool legal = dataflow->choose(&cfg->arch, layer, given, &mapping, unread);
    diag_free(unread);
    return legal;
}

bool config_given_mapping(const struct config *cfg, const char *network,
                          const struct layer *layer,
                          const struct dataflow *dataflow,
                          struct given_mapping *out, struct diag *d)
{
    const struct mapping_row *row;
    struct given_mapping by_hand = {.n = 0}, from_table, both;
    if (cfg->saved_path == NULL)
        row = table_row(cfg, network, layer, dataflow);
    else if (!saved_row(cfg, network, layer, dataflow, &row, d))
        return false;
    if (!params_by_hand(cfg, dataflow, &by_hand, d))
        return false;
    *out = by_hand;
    if (row == NULL)
        return true;
    from_table = row->given;
    clip_images(&from_table, layer);
    if (by_hand.n == 0) {
        *out = from_table;
        return true;
    }
    both = merged(&from_table, &by_hand, dataflow, d);
    if (is_legal(cfg, layer, dataflow, &both))
        *out = both;
    return true;
}
