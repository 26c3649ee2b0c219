/* mapping_file.c - reads a file of mappings.  Whether it is a list or a group
 * of tables, its entries are kept as the rows of tables, and an entry is found
 * by going over all of them in their order.
 * SPDX-License-Identifier: MIT
 */
#include "sim/config/mapping_file.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/config_kind.h"
#include "sim/base/config_text.h"
#include "sim/base/find_file.h"
#include "sim/config/mapping_table.h"

/* What `mappings` has to be, for messages. */
#define FORM "( { dataflow = ...; m = ...; }, { dram = ...; l2 = ...; }, ... )"

struct mapping_file {
    struct config_text *text; /* owns */
    char *path;               /* owns */
    struct mapping_tables tables;
};

static bool has_known_keys(const struct mapping_file *f, struct diag *d)
{
    static const char *const known[] = {"mappings", NULL};
    const struct setting *root = config_text_root(f->text);
    bool ok = true;
    for (int i = 0; i < setting_length(root); i++) {
        const struct setting *s = setting_item(root, i);
        if (strcmp(setting_name(s), "mappings") != 0)
            ok = setting_unknown_key(s, known, " in a mapping", d);
    }
    return ok;
}

/* Reads the list `mappings` as the one table of the file. */
static bool read_list(struct mapping_file *f, const struct arch *arch,
                      struct diag *d)
{
    const struct setting *list =
        setting_member(config_text_root(f->text), "mappings");
    bool ok = has_known_keys(f, d);
    if (list == NULL)
        return diag_error(d, (struct src_pos){f->path, 1},
                          "missing 'mappings'; a list " FORM " is needed");
    if (setting_type(list) != SETTING_LIST || setting_length(list) == 0)
        return diag_error(
            d, setting_pos(list), "'mappings' is %s; a list " FORM " is needed",
            setting_type(list) == SETTING_LIST ? "empty" : setting_kind(list));
    f->tables.n = 1;
    f->tables.table = xcalloc(1, sizeof(*f->tables.table));
    struct mapping_table *table = f->tables.table;
    table->n_rows = setting_length(list);
    table->row = xcalloc((size_t)table->n_rows, sizeof(*table->row));
    for (int i = 0; i < table->n_rows; i++)
        ok = mapping_entry_read(setting_item(list, i), arch, &table->row[i],
                                d) &&
             ok;
    return ok;
}

static bool read_all(struct mapping_file *f, const struct arch *arch,
                     struct diag *d)
{
    const struct setting *tables =
        setting_member(config_text_root(f->text), "mapping_tables");
    if (tables != NULL)
        return mapping_tables_read(tables, &f->tables, d);
    return config_kind_may_be(CONFIG_MAPPING, config_text_root(f->text),
                              f->path, d) &&
           read_list(f, arch, d);
}

struct mapping_file *mapping_file_read(const char *name,
                                       const struct arch *arch,
                                       struct src_pos at, struct diag *d)
{
    char *path = find_config_file(name, CONFIG_MAPPING, at, d);
    if (path == NULL)
        return NULL;
    struct mapping_file *f = xcalloc(1, sizeof(*f));
    f->path = path;
    f->text = config_text_read(path, at, d);
    if (f->text != NULL && read_all(f, arch, d))
        return f;
    mapping_file_free(f);
    return NULL;
}

void mapping_file_free(struct mapping_file *f)
{
    if (f == NULL)
        return;
    mapping_tables_fini(&f->tables);
    config_text_free(f->text);
    free(f->path);
    free(f);
}

/* Reports that no entry fits, as far as the search was narrowed. */
static void say_there_is_none(const struct mapping_file *f, const char *network,
                              const char *layer,
                              const struct dataflow *dataflow, struct diag *d)
{
    const char *by = dataflow != NULL ? dataflow->name : "";
    diag_error(d, (struct src_pos){f->path, 1},
               "there is no mapping%s%s%s of layer '%s'%s%s%s; one with %s "
               "name, or without 'layer', is needed",
               by[0] != '\0' ? " by '" : "", by, by[0] != '\0' ? "'" : "",
               layer, network[0] != '\0' ? " of network '" : "", network,
               network[0] != '\0' ? "'" : "",
               network[0] != '\0' ? "their" : "its");
}

const struct mapping_entry *mapping_file_entry(const struct mapping_file *f,
                                               const char *network,
                                               const char *layer,
                                               const struct dataflow *dataflow,
                                               struct diag *d)
{
    for (int i = 0; i < f->tables.n; i++) {
        const struct mapping_table *table = &f->tables.table[i];
        for (int k = 0; k < table->n_rows; k++)
            if (mapping_entry_fits(&table->row[k], network, layer, dataflow))
                return &table->row[k];
    }
    say_there_is_none(f, network, layer, dataflow, d);
    return NULL;
}
