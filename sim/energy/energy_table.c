/* energy_table.c - reads an energy table; each entry names its source.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/config_kind.h"
#include "sim/base/config_text.h"
#include "sim/base/find_file.h"
#include "sim/base/nearest.h"
#include "sim/energy/energy.h"
#include "sim/energy/energy_keys.h"
#include "sim/energy/energy_table.h"

#define WIDTH_BITS_MAX 65536
#define CAPACITY_BYTES_MAX (1LL << 50)
#define ENERGY_MAX 1e15

static const char *const text_keys[] = {"name", "unit", "source"};
#define NODE_KEY "node_nm"
#define LEAKAGE_KEY "leakage"
#define VOLTS_KEY "volts"
#define GRID_KEYS 4 /* sram_grid_keys */
#define LIST_KEYS_MAX 40
#define NODE_NM_MAX 10000
#define SIZE_MAX_WHOLE 1000000 /* words of a register file, um of a hop */
#define TEXT_KEYS ((int)(sizeof(text_keys) / sizeof(text_keys[0])))

struct reader {
    const char *path;
    struct diag *d;
};

static bool unknown_key(const struct reader *r, const struct setting *s,
                        const char *const known[], int n_known)
{
    struct nearest n;
    nearest_start(&n, setting_name(s));
    for (int i = 0; i < n_known; i++)
        nearest_offer(&n, known[i]);
    return diag_error(r->d, setting_pos(s),
                      "unknown key '%s'; the nearest known is '%s'",
                      setting_name(s), n.best);
}

/* A text that is not empty, or NULL after a message. */
static const char *text_member(const struct reader *r,
                               const struct setting *group, const char *subject,
                               const char *key)
{
    const struct setting *s = setting_member(group, key);
    if (s == NULL) {
        diag_error(r->d, setting_pos(group),
                   "%s%s%s lacks '%s'; a string is needed",
                   subject[0] != '\0' ? "'" : "",
                   subject[0] != '\0' ? subject : "the energy table",
                   subject[0] != '\0' ? "'" : "", key);
        return NULL;
    }
    const char *text = setting_string(s);
    if (text == NULL || text[0] == '\0') {
        diag_error(r->d, setting_pos(s),
                   "'%s' is %s; a string that is not empty is needed", key,
                   text == NULL ? setting_kind(s) : "empty");
        return NULL;
    }
    if (!string_is_one_line(text, key, setting_pos(s), r->d))
        return NULL;
    return text;
}

static bool whole_member(const struct reader *r, const struct setting *group,
                         const char *subject, const char *key, long long max,
                         long long *out)
{
    const struct setting *s = setting_member(group, key);
    long long value;
    if (s == NULL)
        return diag_error(r->d, setting_pos(group),
                          "'%s' lacks '%s'; a whole number is needed", subject,
                          key);
    if (!setting_whole_number(s, &value))
        return diag_error(r->d, setting_pos(s),
                          "'%s' is %s; a whole number from 1 to %lld is needed",
                          key, setting_kind(s), max);
    if (value < 1 || value > max)
        return diag_error(r->d, setting_pos(s),
                          "'%s' is %lld; 1 to %lld is possible", key, value,
                          max);
    *out = value;
    return true;
}

static bool energy_member(const struct reader *r, const struct setting *s,
                          bool is_curve, double *out)
{
    const double value = setting_number(s);
    if (!setting_is_number(s))
        return diag_error(r->d, setting_pos(s),
                          "'%s' is %s; a number is needed", setting_name(s),
                          setting_kind(s));
    if (!(value >= 0 && value <= ENERGY_MAX))
        return diag_error(r->d, setting_pos(s),
                          "'%s' is %g; 0 to %g is possible", setting_name(s),
                          value, ENERGY_MAX);
    if (is_curve && value <= 0)
        return diag_error(r->d, setting_pos(s),
                          "'%s' is 0 on a log-log line; a number above 0 is "
                          "needed",
                          setting_name(s));
    *out = value;
    return true;
}

static bool check_entry_keys(const struct reader *r,
                             const struct energy_list_key *key,
                             const struct setting *s)
{
    const char *known[11] = {"source", "low", "high", "range_source"};
    int n_known = 4;
    known[n_known++] = key->value;
    if (key->is_storage)
        known[n_known++] = "read", known[n_known++] = "write";
    if (key->size != NULL)
        known[n_known++] = key->size;
    if (key->has_width)
        known[n_known++] = "bits";
    if (key->has_bytes)
        known[n_known++] = "bytes";
    if (key->may_be_ratio)
        known[n_known++] = "per_mac";
    bool ok = true;
    for (int i = 0; i < setting_length(s); i++) {
        const struct setting *member = setting_item(s, i);
        bool is_known = false;
        for (int k = 0; k < n_known; k++)
            if (strcmp(setting_name(member), known[k]) == 0)
                is_known = true;
        if (!is_known)
            ok = unknown_key(r, member, known, n_known);
    }
    return ok;
}

/* Reads the figure of an entry: an energy, a ratio, or one energy of reads and
 * one of writes. */
static bool read_figure(const struct reader *r,
                        const struct energy_list_key *key,
                        const struct setting *s, struct energy_entry *out)
{
    const struct setting *energy = setting_member(s, key->value);
    const struct setting *ratio =
        key->may_be_ratio ? setting_member(s, "per_mac") : NULL;
    const struct setting *read =
        key->is_storage ? setting_member(s, "read") : NULL;
    const struct setting *write =
        key->is_storage ? setting_member(s, "write") : NULL;
    out->is_ratio = ratio != NULL;
    if ((read != NULL) != (write != NULL))
        return diag_error(r->d, setting_pos(s),
                          "'%s' has '%s' without '%s'; both are needed",
                          key->name, read != NULL ? "read" : "write",
                          read != NULL ? "write" : "read");
    const int given = (energy != NULL) + (ratio != NULL) + (read != NULL);
    if (given != 1) {
        char needed[64];
        snprintf(needed, sizeof(needed),
                 key->may_be_ratio ? "one of '%s' and 'per_mac' is needed"
                                   : "'%s' is needed",
                 key->value);
        if (given == 0)
            return diag_error(r->d, setting_pos(s), "'%s' has no %s; %s",
                              key->name, key->value, needed);
        return diag_error(r->d, setting_pos(s), "'%s' has %s; %s", key->name,
                          read != NULL ? "'read' and 'write' and another figure"
                                       : "both 'energy' and 'per_mac'",
                          needed);
    }
    const struct setting *first = ratio != NULL  ? ratio
                                  : read != NULL ? read
                                                 : energy;
    if (!energy_member(r, first, key->is_curve, &out->energy))
        return false;
    out->write = out->energy;
    return read == NULL || energy_member(r, write, key->is_curve, &out->write);
}

static bool read_entry(const struct reader *r,
                       const struct energy_list_key *key,
                       const struct setting *s, struct energy_entry *out)
{
    struct energy_entry entry = {0};
    long long value;
    if (setting_type(s) != SETTING_GROUP)
        return diag_error(r->d, setting_pos(s),
                          "'%s' holds %s; groups { ... } are needed", key->name,
                          setting_kind(s));
    bool ok = check_entry_keys(r, key, s);
    ok = text_member(r, s, key->name, "source") != NULL && ok;
    ok = read_figure(r, key, s, &entry) &&
         energy_entry_range_read(s, key->name, &entry, r->d) && ok;
    const bool has_size =
        key->size != NULL && setting_member(s, key->size) != NULL;
    if (has_size) {
        if (!whole_member(r, s, key->name, key->size, SIZE_MAX_WHOLE, &value))
            ok = false;
        else if (strcmp(key->size, "words") == 0)
            entry.words = (int)value;
        else
            entry.length_um = (int)value;
    }
    if (key->has_width && (!entry.is_ratio || has_size)) {
        if (whole_member(r, s, key->name, "bits", WIDTH_BITS_MAX, &value))
            entry.width_bits = (int)value;
        else
            ok = false;
    } else if (entry.is_ratio && setting_member(s, "bits") != NULL) {
        ok = diag_error(r->d, setting_pos(s),
                        "'%s' has both 'per_mac' and 'bits'; a ratio %sis for "
                        "a word as wide as a MAC's operand, without 'bits'",
                        key->name, key->size != NULL ? "of no size " : "");
    }
    if (key->has_bytes) {
        if (whole_member(r, s, key->name, "bytes", CAPACITY_BYTES_MAX, &value))
            entry.bytes = (uint64_t)value;
        else
            ok = false;
    }
    if (ok)
        *out = entry;
    return ok;
}

static int compare_entries(const void *a, const void *b)
{
    const struct energy_entry *x = a, *y = b;
    if (x->bytes != y->bytes)
        return x->bytes < y->bytes ? -1 : 1;
    if (x->words != y->words)
        return x->words < y->words ? -1 : 1;
    return (x->width_bits > y->width_bits) - (x->width_bits < y->width_bits);
}

static bool check_list(const struct reader *r,
                       const struct energy_list_key *key,
                       const struct setting *s, struct energy_list *list)
{
    struct src_pos at = setting_pos(s);
    if (list->n_entries == 0)
        return diag_error(r->d, at, "'%s' is empty; at least %d is needed",
                          key->name, key->min_entries);
    if (list->n_entries < key->min_entries)
        return diag_error(r->d, at,
                          "'%s' has %d width; at least %d are needed, for the "
                          "others to be interpolated",
                          key->name, list->n_entries, key->min_entries);
    qsort(list->entry, (size_t)list->n_entries, sizeof(list->entry[0]),
          compare_entries);
    for (int i = 1; i < list->n_entries; i++) {
        if ((list->entry[i].words > 0) != (list->entry[0].words > 0))
            return diag_error(r->d, at,
                              "'%s' has 'words' in some entries; in all or in "
                              "none is needed",
                              key->name);
        if (list->entry[0].words == 0 &&
            list->entry[i].is_ratio != list->entry[0].is_ratio)
            return diag_error(r->d, at,
                              "'%s' mixes 'energy' and 'per_mac'; one of them "
                              "is needed throughout",
                              key->name);
        const bool is_same =
            list->entry[0].words > 0
                ? list->entry[i - 1].words == list->entry[i].words
                : compare_entries(&list->entry[i - 1], &list->entry[i]) == 0;
        if (is_same)
            return diag_error(r->d, at,
                              "'%s' has two entries for the same %s; one is "
                              "needed",
                              key->name,
                              key->has_bytes             ? "bytes and bits"
                              : list->entry[0].words > 0 ? "words"
                                                         : "bits");
    }
    return true;
}

/* An entry { ... }, or a list of them ( { ... }, ... ). */
static bool read_list(const struct reader *r, const struct energy_list_key *key,
                      const struct setting *s, struct energy_list *out)
{
    int n = setting_type(s) == SETTING_LIST ? setting_length(s) : 1;
    bool ok = true;
    if (n > key->max_entries)
        return diag_error(r->d, setting_pos(s),
                          "'%s' has %d entries; up to %d are possible",
                          key->name, n, key->max_entries);
    energy_list_init(out, n);
    out->line = setting_pos(s).line;
    for (int i = 0; i < n; i++) {
        const struct setting *e =
            setting_type(s) == SETTING_LIST ? setting_item(s, i) : s;
        ok = read_entry(r, key, e, &out->entry[i]) && ok;
    }
    return ok && check_list(r, key, s, out);
}

static bool check_table_keys(const struct reader *r, const struct setting *root)
{
    const char *known[TEXT_KEYS + LIST_KEYS_MAX + GRID_KEYS + 3];
    int n_known = 0;
    known[n_known++] = NODE_KEY;
    known[n_known++] = LEAKAGE_KEY;
    known[n_known++] = VOLTS_KEY;
    for (int i = 0; sram_grid_keys[i] != NULL; i++)
        known[n_known++] = sram_grid_keys[i];
    for (int i = 0; i < TEXT_KEYS; i++)
        known[n_known++] = text_keys[i];
    for (int i = 0; energy_list_keys[i].name != NULL; i++)
        known[n_known++] = energy_list_keys[i].name;
    bool ok = true;
    for (int i = 0; i < setting_length(root); i++) {
        const struct setting *s = setting_item(root, i);
        bool is_known = false;
        for (int k = 0; k < n_known; k++)
            if (strcmp(setting_name(s), known[k]) == 0)
                is_known = true;
        if (!is_known)
            ok = unknown_key(r, s, known, n_known);
    }
    return ok;
}

static bool has(const struct setting *root, const char *key)
{
    return setting_member(root, key) != NULL;
}

/* Keys that need, or exclude, each other. */
static bool check_parts(const struct reader *r, const struct setting *root)
{
    struct src_pos whole_file = {r->path, 1};
    bool ok = true;
    for (int i = 0; energy_list_keys[i].name != NULL; i++)
        if (energy_list_keys[i].required &&
            !has(root, energy_list_keys[i].name))
            ok = diag_error(r->d, whole_file,
                            "'%s' is missing; an energy table needs it",
                            energy_list_keys[i].name);
    bool multiply = has(root, "int_multiply"), add = has(root, "int_add");
    if (has(root, "mac") ? multiply || add : !multiply || !add)
        ok = diag_error(r->d, whole_file,
                        "the energy of a MAC is given %s; either 'mac', or "
                        "'int_multiply' and 'int_add' are needed",
                        has(root, "mac") ? "twice" : "in part or not at all");
    const bool has_grid = has(root, "sram_grid");
    ok = sram_grid_parts_fit(root, whole_file, r->d) && ok;
    if (!has_grid && has(root, "wire") != has(root, "sram_area"))
        ok = diag_error(r->d, whole_file,
                        "'%s' is given without '%s'; buffers above the last "
                        "entry of 'sram' need both",
                        has(root, "wire") ? "wire" : "sram_area",
                        has(root, "wire") ? "sram_area" : "wire");
    if (!has(root, "sram") && !has_grid &&
        !(has(root, "l1") && has(root, "l2")))
        ok = diag_error(r->d, whole_file,
                        "'sram' is missing; without it both 'l1' and 'l2' are "
                        "needed");
    return ok;
}

static bool read_table(const struct reader *r, const struct setting *root,
                       struct energy_table *out)
{
    const char *text[TEXT_KEYS];
    bool ok;
    if (!config_kind_may_be(CONFIG_ENERGY_TABLE, root, r->path, r->d))
        return false;
    ok = check_table_keys(r, root);
    for (int i = 0; i < TEXT_KEYS; i++) {
        text[i] = text_member(r, root, "", text_keys[i]);
        ok = text[i] != NULL && ok;
    }
    if (text[1] != NULL && strcmp(text[1], "pJ") != 0 &&
        strcmp(text[1], "MAC") != 0)
        ok = diag_error(r->d, setting_pos(setting_member(root, "unit")),
                        "'unit' is '%s'; 'pJ' or 'MAC' is needed", text[1]);
    for (int i = 0; energy_list_keys[i].name != NULL; i++) {
        const struct setting *s =
            setting_member(root, energy_list_keys[i].name);
        if (s != NULL)
            ok = read_list(r, &energy_list_keys[i], s,
                           energy_table_list(out, i)) &&
                 ok;
    }
    ok = check_parts(r, root) && energy_ranges_fit(out, r->path, r->d) && ok;
    if (has(root, LEAKAGE_KEY))
        ok = energy_leakage_read(setting_member(root, LEAKAGE_KEY),
                                 &out->leakage, r->d) &&
             ok;
    if (has(root, VOLTS_KEY))
        ok = energy_member(r, setting_member(root, VOLTS_KEY), true,
                           &out->volts) &&
             ok;
    if (has(root, sram_grid_keys[0])) {
        out->grid = sram_grid_read(root, r->d);
        ok = out->grid != NULL && ok;
    }
    if (has(root, NODE_KEY)) {
        long long node_nm;
        if (whole_member(r, root, "the energy table", NODE_KEY, NODE_NM_MAX,
                         &node_nm))
            out->node_nm = (int)node_nm;
        else
            ok = false;
    }
    if (ok) {
        out->path = xstrdup(r->path);
        out->name = xstrdup(text[0]);
        out->unit = xstrdup(text[1]);
    }
    return ok;
}

struct energy_table *energy_load(const char *name_or_path, struct src_pos at,
                                 struct diag *d)
{
    char *path = find_config_file(name_or_path, CONFIG_ENERGY_TABLE, at, d);
    if (path == NULL)
        return NULL;
    struct energy_table *table = xcalloc(1, sizeof(*table));
    struct energy_list *list;
    for (int i = 0; (list = energy_table_list(table, i)) != NULL; i++)
        energy_list_init(list, 0);
    struct reader reader = {path, d};
    struct config_text *config = config_text_read(path, at, d);
    if (config == NULL ||
        !read_table(&reader, config_text_root(config), table)) {
        energy_free(table);
        table = NULL;
    }
    config_text_free(config);
    free(path);
    return table;
}

void energy_free(struct energy_table *table)
{
    struct energy_list *list;
    if (table == NULL)
        return;
    for (int i = 0; (list = energy_table_list(table, i)) != NULL; i++)
        energy_list_fini(list);
    free(table->name);
    free(table->unit);
    free(table->path);
    free(table->grid);
    free(table);
}
