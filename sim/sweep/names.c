/* names.c - looks names up where they are defined, with the nearest one for
 * those that are not.
 * SPDX-License-Identifier: MIT
 */
#include "sim/sweep/names.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "dataflows/dataflow.h"
#include "dataflows/nest/nest_dataflow.h"
#include "mem/dram.h"
#include "sim/base/config_text.h"
#include "sim/base/find_file.h"
#include "sim/base/nearest.h"
#include "sim/config/schema.h"

bool name_is_dataflow(const char *name, struct src_pos at, struct diag *d)
{
    struct nearest near;
    nearest_start(&near, name);
    for (int i = 0; dataflow_table[i] != NULL; i++) {
        if (strcmp(dataflow_table[i]->name, name) == 0)
            return true;
        nearest_offer(&near, dataflow_table[i]->name);
    }
    if (strcmp(nest_dataflow.name, name) == 0)
        return true;
    return diag_error(d, at, "there is no dataflow '%s'; the nearest is '%s'",
                      name, near.best);
}

bool name_is_objective(const char *name, enum search_objective *out,
                       struct src_pos at, struct diag *d)
{
    for (int k = 0; k < SEARCH_OBJECTIVE_N; k++)
        if (k != SEARCH_front && strcmp(search_objective_name[k], name) == 0) {
            *out = (enum search_objective)k;
            return true;
        }
    return diag_error(d, at,
                      "'objective' is '%s'; it may be energy, delay, edp or "
                      "edp2",
                      name);
}

/* A parameter of some dataflow's mappings, by "mapping.NAME". */
static bool is_mapping_param(const char *key)
{
    for (int i = 0; dataflow_table[i] != NULL; i++)
        if (strncmp(key, "mapping.", 8) == 0 &&
            dataflow_param_index(dataflow_table[i], key + 8) >= 0)
            return true;
    return false;
}

bool name_is_key(const char *key, struct src_pos at, struct diag *d)
{
    if (schema_find(key) >= 0 || is_mapping_param(key) ||
        strncmp(key, "levels.", 7) == 0)
        return true;
    if (schema_is_group(key))
        return diag_error(d, at, "'%s' is a group; one of its keys is needed",
                          key);
    return diag_error(d, at, "unknown key '%s'; the nearest is '%s'", key,
                      schema_nearest(key));
}

bool name_is_of_levels(const char *key, const struct config *cfg,
                       struct src_pos at, struct diag *d)
{
    static const char begin[] = "levels.";
    const struct arch *arch = config_arch(cfg);
    const char *name = key + sizeof(begin) - 1;
    if (strncmp(key, begin, sizeof(begin) - 1) != 0)
        return true;
    for (int i = 0; i < LEVEL_N; i++) {
        const size_t n = strlen(arch->level[i].name);
        if (n > 0 && strncmp(name, arch->level[i].name, n) == 0 &&
            name[n] == '.')
            return true;
    }
    return diag_error(d, at,
                      "'%s' is of a level that '%s' does not list; one of its "
                      "'levels' is needed",
                      key, arch->name);
}

static bool is_dram(const char *name, struct src_pos at, struct diag *d)
{
    struct nearest near;
    if (strcmp(name, "ideal") == 0 || strcmp(name, "bandwidth") == 0 ||
        dram_part_find(name) != NULL)
        return true;
    nearest_start(&near, name);
    for (int i = 0; dram_parts[i].name != NULL; i++)
        nearest_offer(&near, dram_parts[i].name);
    return diag_error(d, at,
                      "there is no DRAM '%s'; it may be 'ideal', 'bandwidth' "
                      "or a part, of which the nearest is '%s'",
                      name, near.best);
}

bool name_reads_file(const char *key, const char *name, struct inputs *inputs,
                     struct src_pos at, struct diag *d)
{
    const bool is_mapping = strcmp(key, "mapping.file") == 0;
    if (name[0] == '\0' || (!is_mapping && strcmp(key, "dram.part") != 0))
        return true;
    inputs_hold(inputs);
    char *path = is_mapping ? find_config_file(name, CONFIG_MAPPING, at, d)
                            : xstrdup(name);
    struct config_text *text =
        path != NULL ? config_text_read(path, at, d) : NULL;
    const bool ok = text != NULL;
    config_text_free(text);
    free(path);
    inputs_release(inputs);
    return ok;
}

static bool is_energy(const char *name, struct inputs *inputs,
                      struct src_pos at, struct diag *d)
{
    const struct energy_table *table = inputs_energy(inputs, name, at, d);
    inputs_give_back_energy(inputs, table);
    return table != NULL;
}

bool name_takes(const char *key, const char *value, struct inputs *inputs,
                struct src_pos at, struct diag *d)
{
    const int row = schema_find(key);
    struct arch *scratch = xcalloc(1, sizeof(*scratch));
    bool ok = row < 0 || schema_set_text(&schema[row], value, at, scratch, d);
    free(scratch);
    if (strcmp(key, "energy") == 0)
        ok = ok && is_energy(value, inputs, at, d);
    if (strcmp(key, "dram.model") == 0)
        ok = ok && is_dram(value, at, d);
    return ok && name_reads_file(key, value, inputs, at, d);
}

bool name_is_config(const char *name, struct inputs *inputs, struct src_pos at,
                    struct diag *d)
{
    const struct config *cfg = inputs_config(inputs, name, at, d);
    const bool ok = cfg != NULL && is_energy(config_arch(cfg)->energy, inputs,
                                             config_pos(cfg, "energy"), d);
    inputs_give_back_config(inputs, cfg);
    return ok;
}

static bool is_whole(const char *text)
{
    char *end;
    const double value = strtod(text, &end);
    return end != text && *end == '\0' && value == floor(value);
}

/* One of point->set, of a machine of cfg. */
static bool setting_is_there(const char *text, const struct config *cfg,
                             struct inputs *inputs, struct src_pos at,
                             struct diag *d)
{
    const char *equals = strchr(text, '=');
    char *key = xstrndup(text, (size_t)(equals - text));
    const int row = schema_find(key);
    const bool counts = row >= 0 && (schema[row].type == SCHEMA_INT ||
                                     schema[row].type == SCHEMA_INT64);
    const bool ok = name_is_key(key, at, d) &&
                    name_is_of_levels(key, cfg, at, d) &&
                    ((counts && is_whole(equals + 1)) ||
                     name_takes(key, equals + 1, inputs, at, d));
    free(key);
    return ok;
}

static bool are_of(const struct config *cfg, const struct point *p,
                   struct inputs *inputs, struct src_pos at, struct diag *d)
{
    for (int i = 0; i < p->n_sets; i++)
        if (!setting_is_there(p->set[i], cfg, inputs, at, d))
            return false;
    const struct sweep_layers *layers =
        inputs_layers(inputs, p, config_arch(cfg), at, d);
    inputs_give_back_layers(inputs, layers);
    return layers != NULL;
}

bool names_are_there(const struct point *p, struct inputs *inputs,
                     struct src_pos at, struct diag *d)
{
    if (!name_is_config(p->cfg, inputs, at, d) ||
        (p->dataflow != NULL && !name_is_dataflow(p->dataflow, at, d)))
        return false;
    const struct config *cfg = inputs_config(inputs, p->cfg, at, d);
    const bool ok = cfg != NULL && are_of(cfg, p, inputs, at, d);
    inputs_give_back_config(inputs, cfg);
    return ok;
}
