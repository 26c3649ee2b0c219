/* mapping_entry.c - reads one mapping, of whatever file it is a part of.
 *
 * The entry's dataflow is found first, for it says what the other keys are:
 * parameters by name, or the levels of a nest.  All that is wrong with an
 * entry is reported, each key at its own line.
 * SPDX-License-Identifier: MIT
 */
#include "sim/config/mapping_entry.h"

#include <inttypes.h>
#include <string.h>

#include "dataflows/nest/nest_dataflow.h"
#include "dataflows/nest/nest_text.h"
#include "sim/base/config_text.h"
#include "sim/base/nearest.h"
#include "sim/config/workload.h"

struct reader {
    const struct arch *arch; /* NULL: no entry has levels */
    struct diag *d;
};

/* --- parameters ----------------------------------------------------------- */

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

/* The place of a parameter among those given: its own, or a new one. */
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

static bool read_param(const struct reader *r, const struct setting *s,
                       struct mapping_entry *out)
{
    const char *name = setting_name(s);
    long long value;
    if (setting_type(s) == SETTING_FLOAT || !setting_whole_number(s, &value))
        return diag_error(r->d, setting_pos(s),
                          "'mapping.%s' is %s; a whole number is needed", name,
                          setting_kind(s));
    return given_mapping_add(&out->given, out->dataflow, name, value,
                             setting_pos(s), r->d);
}

/* --- nests ---------------------------------------------------------------- */

static bool read_loops(const struct reader *r, const struct setting *s,
                       struct nest_loops *out)
{
    const char *key = setting_name(s);
    bool ok = true;
    if (!setting_is_list(s))
        return diag_error(r->d, setting_pos(s),
                          "'%s' is %s; a list of loops is needed, as in "
                          "[\"m 4\", \"c 24\"]",
                          key, setting_kind(s));
    for (int i = 0; i < setting_length(s); i++) {
        const struct setting *one = setting_item(s, i);
        const char *text = setting_string(one);
        struct nest_loop loop;
        const char *wrong =
            text == NULL ? "a string is needed" : nest_parse_loop(text, &loop);
        if (wrong != NULL)
            ok = diag_error(r->d, setting_pos(one),
                            "'%s' has the loop '%s'; %s, as in \"m 4\"", key,
                            text != NULL ? text : setting_kind(one), wrong);
        else if (!nest_append(out, (enum nest_dim)loop.dim, loop.count))
            return diag_error(r->d, setting_pos(one),
                              "'%s' has more than %d loops; fewer are allowed",
                              key, NEST_LOOPS_MAX);
    }
    return ok;
}

static bool read_keep(const struct reader *r, const struct setting *s,
                      bool keep[TENSOR_N])
{
    if (!setting_is_list(s))
        return diag_error(r->d, setting_pos(s),
                          "'keep' is %s; a list of tensors is needed, as in "
                          "[\"ifmap\", \"psum\"]",
                          setting_kind(s));
    for (int t = 0; t < TENSOR_N; t++)
        keep[t] = false;
    for (int i = 0; i < setting_length(s); i++) {
        const struct setting *one = setting_item(s, i);
        const char *text = setting_string(one);
        int t = 0;
        while (t < TENSOR_N &&
               (text == NULL || strcmp(text, tensor_name[t]) != 0))
            t++;
        if (t == TENSOR_N)
            return diag_error(r->d, setting_pos(one),
                              "'keep' has '%s'; it may have 'ifmap', "
                              "'filter' and 'psum'",
                              text != NULL ? text : setting_kind(one));
        keep[t] = true;
    }
    return true;
}

static bool read_line(const struct reader *r, const struct setting *s,
                      struct nest *nest)
{
    if (setting_type(s) != SETTING_BOOL)
        return diag_error(r->d, setting_pos(s),
                          "'line_buffer' is %s; true or false is needed",
                          setting_kind(s));
    nest->l1_is_line = setting_is_true(s);
    return true;
}

static bool read_level(const struct reader *r, const struct setting *s,
                       enum level level, struct mapping_entry *out)
{
    static const char *const known[] = {"loops", "rows",        "cols",
                                        "keep",  "line_buffer", NULL};
    struct nest_level *at = &out->nest.level[level];
    bool ok = true;
    out->where.level[level] = setting_pos(s);
    if (setting_type(s) != SETTING_GROUP)
        return diag_error(r->d, setting_pos(s),
                          "'%s' is %s; a group { loops = [ ... ]; } is needed",
                          setting_name(s), setting_kind(s));
    for (int i = 0; i < setting_length(s); i++) {
        const struct setting *m = setting_item(s, i);
        const char *name = setting_name(m);
        bool read = false;
        if (strcmp(name, "loops") == 0)
            read = read_loops(r, m, &at->time);
        else if (strcmp(name, "rows") == 0)
            read = read_loops(r, m, &at->rows);
        else if (strcmp(name, "cols") == 0)
            read = read_loops(r, m, &at->cols);
        else if (strcmp(name, "line_buffer") == 0 && level == LEVEL_L1 &&
                 !arch_has_levels(r->arch))
            read = read_line(r, m, &out->nest);
        else if (strcmp(name, "keep") == 0)
            read = out->keeps_given[level] = read_keep(r, m, at->keep);
        else
            setting_unknown_key(m, known, " in a mapping", r->d);
        ok = ok && read;
    }
    return ok;
}

static bool read_pass(const struct reader *r, const struct setting *s, int *out)
{
    long long loops;
    if (setting_type(s) == SETTING_FLOAT || !setting_whole_number(s, &loops) ||
        loops < 1 || loops > NEST_LOOPS_MAX)
        return diag_error(r->d, setting_pos(s),
                          "'pass' is no number of loops; 1 to %d of the "
                          "innermost loops of 'l2' may run within a pass",
                          NEST_LOOPS_MAX);
    *out = (int)loops;
    return true;
}

/* The level of this name, or LEVEL_N. An L1 has its name without being there,
 * so that legality says what is wrong. */
static int level_of(const struct arch *arch, const char *name)
{
    int level = 0;
    while (level < LEVEL_N &&
           ((!arch_has_level(arch, (enum level)level) &&
             (arch_has_levels(arch) || level != LEVEL_L1)) ||
            strcmp(name, arch_level_name(arch, (enum level)level)) != 0))
        level++;
    return level;
}

/* A key that is neither a level nor a name: perhaps a parameter whose
 * dataflow was forgotten. */
static bool not_of_a_nest(const struct reader *r, const struct setting *s)
{
    const char *known[LEVEL_N + 5] = {"layer", "network", "dataflow", "pass"};
    const char *name = setting_name(s);
    int n = 4;
    for (int k = 0; dataflow_table[k] != NULL; k++)
        if (dataflow_param_index(dataflow_table[k], name) >= 0)
            return diag_error(r->d, setting_pos(s),
                              "'%s' is a parameter and the mapping is a nest; "
                              "a dataflow is needed with it, as in 'dataflow = "
                              "\"%s\"'",
                              name, dataflow_table[k]->name);
    for (int k = LEVEL_N - 1; k >= 0; k--)
        if (level_of(r->arch, arch_level_name(r->arch, (enum level)k)) == k)
            known[n++] = arch_level_name(r->arch, (enum level)k);
    return setting_unknown_key(s, known, " in a mapping", r->d);
}

/* --- entries -------------------------------------------------------------- */

bool mapping_read_string(const struct setting *group, const char *what,
                         const char *member, char *out, size_t out_bytes,
                         struct diag *d)
{
    const struct setting *s = setting_member(group, member);
    const char *text;
    if (s == NULL)
        return diag_error(d, setting_pos(group),
                          "%s lacks '%s'; a string is needed", what, member);
    text = setting_string(s);
    if (text == NULL)
        return diag_error(d, setting_pos(s), "'%s' is %s; a string is needed",
                          member, setting_kind(s));
    if (text[0] == '\0' || strlen(text) >= out_bytes)
        return diag_error(d, setting_pos(s),
                          "'%s' has %zu letters; 1 to %zu are allowed", member,
                          strlen(text), out_bytes - 1);
    if (!string_is_one_line(text, member, setting_pos(s), d))
        return false;
    snprintf(out, out_bytes, "%s", text);
    return true;
}

/* A layer's or a network's name, as layers and networks have it. */
static bool read_name(const struct reader *r, const struct setting *s,
                      const char *member, char *out, size_t out_bytes)
{
    if (!mapping_read_string(s, "a row of a mapping table", member, out,
                             out_bytes, r->d))
        return false;
    SIM_CHECK(layer_name_of(out, out, out_bytes));
    return true;
}

/* Sets the dataflow of an entry: the one named, else the nest. */
static bool read_dataflow(const struct reader *r, const struct setting *s,
                          struct mapping_entry *out)
{
    char name[MAPPING_NAME_BYTES];
    const struct setting *m = setting_member(s, "dataflow");
    out->dataflow = &nest_dataflow;
    if (m == NULL)
        return true;
    if (!mapping_read_string(s, "a mapping", "dataflow", name, sizeof(name),
                             r->d))
        return false;
    out->dataflow = dataflow_find(name);
    return out->dataflow != NULL ||
           diag_error(r->d, setting_pos(m),
                      "there is no dataflow '%s'; 'accelsim "
                      "--list-dataflows' names them",
                      name);
}

/* Reads what is neither layer, network nor dataflow. */
static bool read_key(const struct reader *r, const struct setting *s,
                     struct mapping_entry *out)
{
    int level = level_of(r->arch, setting_name(s));
    if (!mapping_entry_is_nest(out) && level < LEVEL_N &&
        dataflow_param_index(out->dataflow, setting_name(s)) < 0)
        return diag_error(r->d, setting_pos(s),
                          "'%s' is a level of a nest and the mapping is by "
                          "'%s'; one of them is needed",
                          setting_name(s), out->dataflow->name);
    if (!mapping_entry_is_nest(out))
        return read_param(r, s, out);
    if (strcmp(setting_name(s), "pass") == 0)
        return read_pass(r, s, &out->nest.pass);
    if (level == LEVEL_N)
        return not_of_a_nest(r, s);
    return read_level(r, s, (enum level)level, out);
}

bool mapping_entry_read(const struct setting *s, const struct arch *arch,
                        struct mapping_entry *out, struct diag *d)
{
    const struct reader r = {arch, d};
    bool ok = true;
    out->at = setting_pos(s);
    for (int k = 0; k < LEVEL_N; k++)
        out->where.level[k] = out->at;
    if (setting_type(s) != SETTING_GROUP)
        return diag_error(d, out->at,
                          "a mapping is %s; a group { dataflow = ...; ... } or "
                          "{ dram = ...; l2 = ...; rf = ...; } is needed",
                          setting_kind(s));
    if (!read_dataflow(&r, s, out))
        return false;
    for (int i = 0; i < setting_length(s); i++) {
        const struct setting *m = setting_item(s, i);
        const char *name = setting_name(m);
        if (strcmp(name, "layer") == 0)
            ok = read_name(&r, s, name, out->layer, sizeof(out->layer)) && ok;
        else if (strcmp(name, "network") == 0)
            ok = read_name(&r, s, name, out->network, sizeof(out->network)) &&
                 ok;
        else if (strcmp(name, "dataflow") != 0)
            ok = read_key(&r, m, out) && ok;
    }
    out->given.from_table = true;
    return ok;
}

bool mapping_entry_read_row(const struct setting *s, struct mapping_entry *out,
                            struct diag *d)
{
    const struct reader r = {NULL, d};
    bool ok;
    out->at = setting_pos(s);
    if (setting_type(s) != SETTING_GROUP)
        return diag_error(d, out->at,
                          "a row of a mapping table is %s; a group { layer = "
                          "\"...\"; ... } is needed",
                          setting_kind(s));
    ok = read_name(&r, s, "layer", out->layer, sizeof(out->layer));
    for (int i = 0; i < setting_length(s); i++) {
        const struct setting *m = setting_item(s, i);
        if (strcmp(setting_name(m), "layer") != 0)
            ok = read_param(&r, m, out) && ok;
    }
    out->given.from_table = true;
    return ok;
}

bool mapping_entry_fits(const struct mapping_entry *entry, const char *network,
                        const char *layer, const struct dataflow *dataflow)
{
    if (network[0] == '\0')
        network = MAPPING_NO_NETWORK;
    return (entry->layer[0] == '\0' || strcmp(entry->layer, layer) == 0) &&
           (entry->network[0] == '\0' ||
            strcmp(entry->network, network) == 0) &&
           (dataflow == NULL || dataflow == entry->dataflow);
}

bool mapping_entry_is_nest(const struct mapping_entry *entry)
{
    return entry->dataflow == &nest_dataflow;
}

void mapping_entry_nest(const struct mapping_entry *entry,
                        const struct arch *arch, struct nest *out)
{
    struct nest standard;
    *out = entry->nest;
    nest_start(arch, &standard);
    for (int level = 0; level < LEVEL_N; level++)
        if (!entry->keeps_given[level] &&
            !(level == LEVEL_L1 && out->l1_is_line))
            memcpy(out->level[level].keep, standard.level[level].keep,
                   sizeof(out->level[level].keep));
}
