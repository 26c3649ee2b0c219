/* config.c - reads an architecture's file group by group, then the --set
 * overrides, fills struct arch by the schema table and checks it. Mapping
 * parameters are kept aside until a dataflow is known.
 * SPDX-License-Identifier: MIT
 */
#include "sim/config/config.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/config_kind.h"
#include "sim/base/config_text.h"
#include "sim/base/find_file.h"
#include "sim/base/nearest.h"
#include "sim/base/text_stream.h"
#include "sim/base/whole_number.h"
#include "sim/config/arch_check.h"
#include "sim/config/config_state.h"
#include "sim/config/l2_stores.h"
#include "sim/config/levels.h"
#include "sim/config/part_file.h"
#include "sim/config/schema.h"

#define KEY_BYTES_MAX 128

/* A dataflow with the parameter, or NULL. */
static const struct dataflow *dataflow_with(const char *param)
{
    for (int i = 0; dataflow_table[i] != NULL; i++)
        if (dataflow_param_index(dataflow_table[i], param) >= 0)
            return dataflow_table[i];
    return NULL;
}

static bool unknown_mapping(const char *name, struct src_pos at, struct diag *d)
{
    struct nearest near;
    nearest_start(&near, name);
    for (int i = 0; dataflow_table[i] != NULL; i++)
        for (int j = 0; dataflow_table[i]->params[j].name != NULL; j++)
            nearest_offer(&near, dataflow_table[i]->params[j].name);
    nearest_offer(&near, "table");
    return diag_error(d, at,
                      "no dataflow has a parameter 'mapping.%s'; the nearest "
                      "is 'mapping.%s'",
                      name, near.best);
}

/* Keeps a parameter until the dataflow is known. */
static bool keep_param(struct config *cfg, struct free_param param,
                       struct diag *d)
{
    if (cfg->n_params == FREE_PARAMS_MAX)
        return diag_error(d, param.at,
                          "more than %d mapping parameters are set; fewer are "
                          "allowed",
                          FREE_PARAMS_MAX);
    cfg->param[cfg->n_params++] = param;
    return true;
}

static bool read_setting(struct config *cfg, const char *key,
                         const struct setting *s, struct diag *d);

static bool read_mapping_param(struct config *cfg, const char *name,
                               const struct setting *s, struct diag *d)
{
    const struct dataflow *dataflow = dataflow_with(name);
    struct src_pos at = setting_pos(s);
    struct given_mapping checked = {.n = 0};
    long long value;
    if (setting_type(s) == SETTING_FLOAT || !setting_whole_number(s, &value))
        return diag_error(d, at, "'mapping.%s' is %s; a whole number is needed",
                          name, setting_kind(s));
    if (dataflow == NULL)
        return unknown_mapping(name, at, d);
    return given_mapping_add(&checked, dataflow, name, value, at, d) &&
           keep_param(cfg, (struct free_param){name, value, at, true}, d);
}

static bool read_group(struct config *cfg, const char *key,
                       const struct setting *group, struct diag *d)
{
    bool ok = true;
    if (setting_type(group) != SETTING_GROUP)
        return diag_error(d, setting_pos(group),
                          "'%s' is %s; a group { ... } is needed", key,
                          setting_kind(group));
    for (int i = 0; i < setting_length(group); i++) {
        const struct setting *s = setting_item(group, i);
        char path[KEY_BYTES_MAX];
        snprintf(path, sizeof(path), "%s%s%s", key, key[0] != '\0' ? "." : "",
                 setting_name(s));
        ok = read_setting(cfg, path, s, d) && ok;
    }
    return ok;
}

static bool read_setting(struct config *cfg, const char *key,
                         const struct setting *s, struct diag *d)
{
    int row = schema_find(key);
    struct src_pos at = setting_pos(s);
    if (strcmp(key, "mapping_tables") == 0)
        return mapping_tables_read(s, &cfg->tables, d);
    if (strcmp(key, "l2.stores") == 0) {
        cfg->stores_at = at;
        return l2_stores_read(s, &cfg->arch, d);
    }
    if (strcmp(key, "levels") == 0) {
        cfg->levels_at = at;
        return levels_read(s, &cfg->arch, d);
    }
    if (row >= 0) {
        cfg->is_given[row] = true;
        cfg->at[row] = at;
        return schema_set_setting(&schema[row], s, at, &cfg->arch, d);
    }
    if (strncmp(key, "mapping.", 8) == 0)
        return read_mapping_param(cfg, setting_name(s), s, d);
    if (schema_is_group(key))
        return read_group(cfg, key, s, d);
    return diag_error(d, at, "unknown key '%s'; the nearest is '%s'", key,
                      diag_is_full(d) ? "" : schema_nearest(key));
}

/* Takes the blanks around it away. */
static char *trim(char *text)
{
    size_t first = strspn(text, " \t"), n = strlen(text + first);
    memmove(text, text + first, n + 1);
    while (n > 0 && (text[n - 1] == ' ' || text[n - 1] == '\t'))
        text[--n] = '\0';
    return text;
}

/* One --set: set_text[i] is its path, `value` what follows the '='. */
static bool apply_set(struct config *cfg, int i, const char *value,
                      struct diag *d)
{
    const char *key = cfg->set_text[i];
    struct src_pos at = {cfg->set_where[i], 0};
    int row = schema_find(key);
    int64_t number;
    if (row >= 0) {
        cfg->is_given[row] = true;
        cfg->at[row] = at;
        return schema_set_text(&schema[row], value, at, &cfg->arch, d);
    }
    if (strncmp(key, "mapping.", 8) == 0) {
        if (whole_number_read(value, &number) != NUMBER_OK)
            return diag_error(d, at, "'%s' is '%s'; a whole number is needed",
                              key, value);
        return keep_param(cfg, (struct free_param){key + 8, number, at, false},
                          d);
    }
    if (strncmp(key, "levels.", 7) == 0 && cfg->levels_at.file != NULL)
        return levels_set(key, value, at, &cfg->arch, d);
    if (strcmp(key, "l2.stores") == 0 || strcmp(key, "levels") == 0)
        return diag_error(d, at,
                          "'%s' is a list, which an architecture's file has; "
                          "change it there",
                          key);
    if (schema_is_group(key))
        return diag_error(d, at, "'%s' is a group; one of its keys is needed",
                          key);
    return diag_error(d, at, "unknown key '%s'; the nearest is '%s'", key,
                      schema_nearest(key));
}

static bool apply_sets(struct config *cfg, const char *const *set, int n_sets,
                       struct diag *d)
{
    bool ok = true;
    cfg->set_text = xcalloc((size_t)n_sets, sizeof(char *));
    cfg->set_where = xcalloc((size_t)n_sets, sizeof(char *));
    for (int i = 0; i < n_sets; i++) {
        size_t where_bytes = strlen(set[i]) + sizeof("accelsim: --set ");
        char *equals;
        cfg->n_sets = i + 1;
        cfg->set_text[i] = xstrdup(set[i]);
        cfg->set_where[i] = xcalloc(1, where_bytes);
        snprintf(cfg->set_where[i], where_bytes, "accelsim: --set %s", set[i]);
        equals = strchr(cfg->set_text[i], '=');
        if (equals == NULL || equals == cfg->set_text[i]) {
            ok = diag_error(d, (struct src_pos){cfg->set_where[i], 0},
                            "'%s' is not of the form PATH=VALUE; as in "
                            "'array.rows=16'",
                            set[i]);
            continue;
        }
        *equals = '\0';
        trim(cfg->set_text[i]);
        ok = apply_set(cfg, i, trim(equals + 1), d) && ok;
    }
    return ok;
}

/* The group that a key is reported with: "array" of "array.rows". */
static int group_length(const char *key)
{
    return (int)strcspn(key, ".") * (strchr(key, '.') != NULL);
}

static bool same_group(const char *a, const char *b)
{
    int n = group_length(a);
    return n == group_length(b) && strncmp(a, b, (size_t)n) == 0;
}

/* Keys of L2 as a single memory, which stores have of their own. */
static bool is_of_one_store(const char *key)
{
    static const char *const of_one[] = {
        "l2.bytes",        "l2.banks",          "l2.bank_row_words",
        "l2.ports",        "l2.latency_cycles", "l2.ifmap_banks",
        "l2.filter_banks", "l2.psum_banks",
    };
    for (size_t k = 0; k < sizeof(of_one) / sizeof(of_one[0]); k++)
        if (strcmp(key, of_one[k]) == 0)
            return true;
    return false;
}

static bool stores_stand_alone(const struct config *cfg, struct diag *d)
{
    bool ok = true;
    for (int i = 0; cfg->stores_at.file != NULL && schema[i].key != NULL; i++)
        if (cfg->is_given[i] && is_of_one_store(schema[i].key))
            ok = diag_error(d, cfg->at[i],
                            "'%s' is of an L2 of one memory and 'l2.stores' "
                            "lists several; leave it out, or the list",
                            schema[i].key);
    return ok;
}

/* Keys of the usual levels say nothing of listed ones. */
static bool levels_stand_alone(const struct config *cfg, struct diag *d)
{
    bool ok = true;
    for (int i = 0; cfg->levels_at.file != NULL && schema[i].key != NULL; i++)
        if (cfg->is_given[i] && levels_replace(schema[i].key))
            ok = diag_error(d, cfg->at[i],
                            "'%s' is of the usual levels and networks and "
                            "'levels' lists others; leave it out, or the list",
                            schema[i].key);
    if (cfg->levels_at.file != NULL && cfg->stores_at.file != NULL)
        ok = diag_error(d, cfg->stores_at,
                        "'l2.stores' is of the usual levels and 'levels' lists "
                        "others; leave it out, or the list");
    return ok;
}

static bool is_missing(const struct config *cfg, int row)
{
    return schema[row].default_text == NULL && !cfg->is_given[row] &&
           !(cfg->stores_at.file != NULL && is_of_one_store(schema[row].key)) &&
           !(cfg->levels_at.file != NULL && levels_replace(schema[row].key));
}

/* One message for the group of the missing key `first`. */
static bool missing_in_group(const struct config *cfg, int first,
                             struct diag *d)
{
    const char *key = schema[first].key;
    char group[KEY_BYTES_MAX], *list = NULL;
    size_t list_bytes;
    FILE *to = text_stream(&list, &list_bytes);
    const struct setting *s;
    struct src_pos at = {cfg->path, 1};
    for (int i = first; schema[i].key != NULL; i++)
        if (is_missing(cfg, i) && same_group(schema[i].key, key))
            fprintf(to, "%s'%s'", i > first ? ", " : "", schema[i].key);
    SIM_CHECK(fclose(to) == 0);
    snprintf(group, sizeof(group), "%.*s", group_length(key), key);
    s = group[0] == '\0' ? NULL
                         : setting_member(config_text_root(cfg->file), group);
    if (s != NULL)
        at = setting_pos(s);
    diag_error(d, at, "missing %s; 'accelsim --help-config' explains them",
               list);
    free(list);
    return false;
}

static bool nothing_is_missing(const struct config *cfg, struct diag *d)
{
    bool ok = true;
    for (int i = 0; schema[i].key != NULL; i++) {
        bool is_first = is_missing(cfg, i);
        for (int j = 0; j < i && is_first; j++)
            if (is_missing(cfg, j) && same_group(schema[j].key, schema[i].key))
                is_first = false;
        if (is_first)
            ok = missing_in_group(cfg, i, d);
    }
    return ok;
}

static void resolve(struct arch *arch)
{
    arch->has_l1 = arch->l1_bytes > 0;
    if (arch_has_levels(arch))
        levels_resolve(arch);
    if (arch->default_dataflow[0] == '\0')
        memcpy(arch->default_dataflow, arch->dataflows[0],
               sizeof(arch->default_dataflow));
}

/* Whether a comma of the list has no name before or behind it. */
static bool has_gap(const char *list)
{
    bool wants_name = true;
    for (; *list != '\0'; list++) {
        if (*list == ',' && wants_name)
            return true;
        if (*list != ' ')
            wants_name = *list == ',';
    }
    return wants_name;
}

static bool tables_differ(const struct config *cfg, struct diag *d)
{
    const char *list = cfg->arch.mapping_table;
    char name[32], other[32];
    while (mapping_tables_next_name(&list, name)) {
        const char *rest = list;
        while (mapping_tables_next_name(&rest, other))
            if (strcmp(name, other) == 0)
                return diag_error(d, config_pos(cfg, "mapping.table"),
                                  "the mapping table '%s' is named twice; once "
                                  "is enough",
                                  name);
    }
    return true;
}

static bool tables_exist(const struct config *cfg, struct diag *d)
{
    const char *list = cfg->arch.mapping_table;
    char name[32];
    bool found = false;
    struct nearest near;
    while (mapping_tables_next_name(&list, name) &&
           (strcmp(name, "none") == 0 ||
            mapping_tables_find(&cfg->tables, name) != NULL))
        found = true;
    if (found && name[0] == '\0' && !has_gap(cfg->arch.mapping_table))
        return tables_differ(cfg, d); /* it came to the end */
    nearest_start(&near, name);
    nearest_offer(&near, "none");
    for (int i = 0; i < cfg->tables.n; i++)
        nearest_offer(&near, cfg->tables.table[i].name);
    return diag_error(d, config_pos(cfg, "mapping.table"),
                      "there is no mapping table '%s'; the nearest is '%s'",
                      name, near.best);
}

/* Published mappings that nobody chose would only seem to be in use. */
static bool table_is_chosen(const struct config *cfg, struct diag *d)
{
    return cfg->tables.n == 0 || cfg->is_given[schema_find("mapping.table")] ||
           diag_error(d, (struct src_pos){cfg->path, 0},
                      "'mapping.table' is missing beside 'mapping_tables'; "
                      "\"%s\" or \"none\" is needed",
                      cfg->tables.table[0].name);
}

static bool check_whole(const struct config *cfg, struct diag *d)
{
    bool ok = nothing_is_missing(cfg, d) && table_is_chosen(cfg, d);
    ok = stores_stand_alone(cfg, d) && ok;
    ok = levels_stand_alone(cfg, d) && ok;
    struct arch_where where = {cfg->path, cfg->at};
    return ok && arch_check(&cfg->arch, &where, d) && tables_exist(cfg, d);
}

/* A part of the user's own takes the place of 'dram.model'. */
static bool use_part(struct config *cfg, struct diag *d)
{
    const int by = schema_find("dram.part"), model = schema_find("dram.model");
    if (cfg->arch.dram_part[0] == '\0')
        return true;
    const struct dram_part *part =
        part_file_use(cfg->arch.dram_part, cfg->at[by], d);
    if (part == NULL)
        return false;
    _Static_assert(sizeof(cfg->arch.dram_model) > DRAM_PART_NAME_MAX,
                   "a part's name fits");
    strcpy(cfg->arch.dram_model, part->name);
    cfg->at[model] = cfg->at[by];
    cfg->is_given[model] = true;
    return true;
}

/* From what the file says, which was read well or not, to the machine with
 * --set. */
static bool override(struct config *cfg, bool ok, const char *const *set,
                     int n_sets, struct diag *d)
{
    ok = apply_sets(cfg, set, n_sets, d) && ok;
    ok = use_part(cfg, d) && ok;
    resolve(&cfg->arch);
    /* A value that could not be read would only bring further messages. */
    return ok ? check_whole(cfg, d) : nothing_is_missing(cfg, d) && false;
}

static bool read_all(struct config *cfg, struct src_pos at,
                     const char *const *set, int n_sets, struct diag *d)
{
    cfg->file = config_text_read(cfg->path, at, d);
    bool ok = cfg->file != NULL &&
              config_kind_may_be(CONFIG_ARCHITECTURE,
                                 config_text_root(cfg->file), cfg->path, d);
    schema_set_defaults(&cfg->arch);
    if (!ok)
        return false;
    ok = read_group(cfg, "", config_text_root(cfg->file), d);
    ok = use_part(cfg, d) && ok;
    cfg->as_read = cfg->shipped = cfg->arch;
    resolve(&cfg->shipped);
    return override(cfg, ok, set, n_sets, d);
}

struct config *config_load(const char *name_or_path, const char *const *set,
                           int n_sets, struct diag *d)
{
    struct src_pos at = {NULL, 0};
    char *path = find_config_file(name_or_path, CONFIG_ARCHITECTURE, at, d);
    struct config *cfg;
    if (path == NULL)
        return NULL;
    cfg = xcalloc(1, sizeof(*cfg));
    cfg->path = path;
    cfg->at = xcalloc((size_t)schema_rows(), sizeof(*cfg->at));
    cfg->is_given = xcalloc((size_t)schema_rows(), sizeof(*cfg->is_given));
    if (read_all(cfg, at, set, n_sets, d))
        return cfg;
    config_free(cfg);
    return NULL;
}

struct config *config_vary(const struct config *base, const char *const *set,
                           int n_sets, struct diag *d)
{
    const size_t rows = (size_t)schema_rows();
    struct config *cfg = xcalloc(1, sizeof(*cfg));
    SIM_CHECK(base->n_sets == 0 && base->mappings == NULL);
    *cfg = *base;
    cfg->base = base;
    cfg->arch = base->as_read;
    cfg->at = xcalloc(rows, sizeof(*cfg->at));
    memcpy(cfg->at, base->at, rows * sizeof(*cfg->at));
    cfg->is_given = xcalloc(rows, sizeof(*cfg->is_given));
    memcpy(cfg->is_given, base->is_given, rows * sizeof(*cfg->is_given));
    if (override(cfg, true, set, n_sets, d))
        return cfg;
    config_free(cfg);
    return NULL;
}

void config_free(struct config *cfg)
{
    if (cfg == NULL)
        return;
    for (int i = 0; i < cfg->n_sets; i++) {
        free(cfg->set_text[i]);
        free(cfg->set_where[i]);
    }
    free(cfg->set_text);
    free(cfg->set_where);
    mapping_file_free(cfg->mappings);
    free(cfg->is_given);
    free(cfg->at);
    if (cfg->base == NULL) {
        mapping_tables_fini(&cfg->tables);
        config_text_free(cfg->file);
        free(cfg->path);
    }
    free(cfg);
}

const struct arch *config_arch(const struct config *cfg)
{
    return &cfg->arch;
}

struct src_pos config_levels_pos(const struct config *cfg)
{
    return cfg->levels_at;
}

struct src_pos config_pos(const struct config *cfg, const char *key)
{
    struct arch_where where = {cfg->path, cfg->at};
    return arch_where_of(&where, key);
}
