/* table.c - the dataflows, one row each.
 * SPDX-License-Identifier: MIT
 */
#include <dlfcn.h>
#include <string.h>

#include "dataflows/gemm/gemm.h"
#include "dataflows/nest/nest_dataflow.h"
#include "dataflows/plugin.h"
#include "dataflows/rs/rs.h"

const struct dataflow *const dataflow_table[] = {&rs_dataflow,  &ws_dataflow,
                                                 &is_dataflow,  &os_dataflow,
                                                 &nlr_dataflow, NULL};

enum { PLUGINS_MAX = 8 };
static const struct dataflow *plugin[PLUGINS_MAX];
static int plugins;

const struct dataflow *dataflow_find(const char *name)
{
    for (int k = 0; dataflow_table[k] != NULL; k++)
        if (strcmp(dataflow_table[k]->name, name) == 0)
            return dataflow_table[k];
    if (strcmp(nest_dataflow.name, name) == 0)
        return &nest_dataflow;
    for (int k = 0; k < plugins; k++)
        if (strcmp(plugin[k]->name, name) == 0)
            return plugin[k];
    return NULL;
}

static bool name_fits(const char *what, const char *name, struct src_pos at,
                      struct diag *d)
{
    size_t bytes = strlen(name);
    if (bytes > 0 && bytes < MAPPING_NAME_BYTES)
        return true;
    return diag_error(d, at, "the plugin's %s '%s' has %zu bytes; 1 to %d fit",
                      what, name, bytes, MAPPING_NAME_BYTES - 1);
}

static bool plugin_names_fit(const struct dataflow *found, struct src_pos at,
                             struct diag *d)
{
    int n = 0;
    if (!name_fits("dataflow", found->name, at, d))
        return false;
    for (; found->params[n].name != NULL; n++) {
        const struct mapping_param *p = &found->params[n];
        if (n == MAPPING_PARAMS_MAX)
            return diag_error(d, at,
                              "the plugin's dataflow '%s' has more than %d "
                              "parameters; a mapping holds so many",
                              found->name, MAPPING_PARAMS_MAX);
        if (!name_fits("parameter", p->name, at, d))
            return false;
        if (p->unit == NULL || p->doc == NULL)
            return diag_error(d, at,
                              "the plugin's parameter '%s' lacks '%s'; a text "
                              "is needed",
                              p->name, p->unit == NULL ? "unit" : "doc");
    }
    return true;
}

/* Whether a plugin is of this version of the interface; version: what it says,
 * NULL if nothing. */
static bool version_fits(const uint32_t *version, struct src_pos at,
                         struct diag *d)
{
    if (version == NULL)
        return diag_error(d, at,
                          "the plugin does not say its interface's version; "
                          "rebuild it from this version's dataflows/plugin.h, "
                          "with ACCELSIM_DATAFLOW_PLUGIN");
    return *version == ACCELSIM_PLUGIN_VERSION ||
           diag_error(d, at,
                      "the plugin's interface has version %u; version %d is "
                      "needed: rebuild it from this version's "
                      "dataflows/plugin.h",
                      *version, ACCELSIM_PLUGIN_VERSION);
}

bool dataflow_plugin_fits(bool has_dataflow, const uint32_t *version,
                          const struct plugin_layout *layout, struct src_pos at,
                          struct diag *d)
{
    static const struct plugin_layout mine = PLUGIN_LAYOUT;
    if (!has_dataflow)
        return diag_error(d, at,
                          "the plugin has no symbol 'accelsim_dataflow'; "
                          "define a const struct dataflow of that name");
    if (!version_fits(version, at, d))
        return false;
    if (layout == NULL || layout->layout != mine.layout ||
        memcmp(layout, &mine, sizeof(mine)) != 0)
        return diag_error(d, at,
                          "the plugin was built for another version of "
                          "accelsim; rebuild it from this version's "
                          "dataflows/plugin.h, with ACCELSIM_DATAFLOW_PLUGIN");
    return true;
}

/* Whether a plugin has all the functions that every dataflow has. */
static bool plugin_is_whole(const struct dataflow *found, struct src_pos at,
                            struct diag *d)
{
    if (found->name == NULL || found->params == NULL || found->choose == NULL ||
        found->compile == NULL || found->expect == NULL || found->show == NULL)
        return diag_error(d, at,
                          "the plugin's dataflow is not whole; it needs name, "
                          "params, choose, compile, expect and show");
    if (found->doc == NULL || found->source == NULL)
        return diag_error(d, at,
                          "the plugin's dataflow lacks '%s'; a text is needed",
                          found->doc == NULL ? "doc" : "source");
    if (found->on_systolic && found->sum_folds == NULL)
        return diag_error(d, at,
                          "the plugin's dataflow is 'on_systolic' and lacks "
                          "'sum_folds'; it needs both or neither");
    return plugin_names_fit(found, at, d);
}

bool dataflow_load_plugin(const char *file, const char *name, struct diag *d)
{
    struct src_pos at = {name, 0};
    if (plugins == PLUGINS_MAX)
        return diag_error(d, at, "more than %d plugins; load fewer",
                          PLUGINS_MAX);
    void *object = dlopen(file, RTLD_NOW | RTLD_LOCAL);
    if (object == NULL)
        return diag_error(d, at,
                          "cannot load the plugin (%s); the path of a shared "
                          "object is needed",
                          dlerror());
    const struct dataflow *found = dlsym(object, "accelsim_dataflow");
    if (!dataflow_plugin_fits(
            found != NULL, dlsym(object, "accelsim_dataflow_version"),
            dlsym(object, "accelsim_dataflow_layout"), at, d) ||
        !plugin_is_whole(found, at, d))
        return false;
    if (dataflow_find(found->name) != NULL)
        return diag_error(d, at,
                          "the plugin's dataflow '%s' exists already; give "
                          "it another name",
                          found->name);
    plugin[plugins++] = found;
    return true;
}

int dataflow_param_index(const struct dataflow *dataflow, const char *name)
{
    for (int k = 0; dataflow->params[k].name != NULL; k++)
        if (strcmp(dataflow->params[k].name, name) == 0)
            return k;
    return -1;
}

bool dataflow_param_is_told(const char *name, int value)
{
    return strcmp(name, "keep") != 0 || value > KEEP_NONE;
}
