/* plan.c - reads a plan's file, setting by setting.
 * SPDX-License-Identifier: MIT
 */
#include "sim/sweep/plan.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/config_kind.h"
#include "sim/base/find_file.h"

static const char *const known[] = {
    "command", "screen", "screen_band", "pareto",   "limits",    "set",
    "axes",    "links",  "where",       "cfg",      "net",       "layer",
    "batch",   "shape",  "gemm",        "dataflow", "objective", NULL};

#define OPTION_NAME(name) #name,
static const char *const option_name[] = {PLAN_OPTIONS(OPTION_NAME) NULL};

static enum plan_key_kind kind_of(const char *name)
{
    int k = 0;
    while (option_name[k] != NULL && strcmp(option_name[k], name) != 0)
        k++;
    return (enum plan_key_kind)k;
}

const char *plan_keep(struct plan *p, const char *text)
{
    p->own = xrealloc(p->own, (size_t)p->n_own + 1, sizeof(*p->own));
    return p->own[p->n_own++] = xstrdup(text);
}

struct plan_key *plan_add_key(struct plan *p, const char *name,
                              struct src_pos at, struct diag *d)
{
    for (int i = 0; i < p->n_keys; i++)
        if (strcmp(p->key[i].name, name) == 0) {
            diag_error(d, at,
                       "'%s' is in the plan already, at line %d; once "
                       "is enough",
                       name, p->key[i].at.line);
            return NULL;
        }
    if (p->n_keys == PLAN_KEYS_MAX) {
        diag_error(d, at,
                   "more than %d keys vary or are set; fewer are allowed",
                   (int)PLAN_KEYS_MAX);
        return NULL;
    }
    struct plan_key *key = &p->key[p->n_keys];
    if (strlen(name) >= sizeof(key->name)) {
        diag_error(d, at,
                   "unknown key '%.80s'; 'accelsim --help-config' lists "
                   "them",
                   name);
        return NULL;
    }
    p->n_keys++;
    strcpy(key->name, name);
    key->kind = kind_of(name);
    key->at = at;
    key->axis = -1;
    return key;
}

bool plan_fix(struct plan *p, const char *name, struct cell value,
              struct src_pos at, struct diag *d)
{
    struct plan_key *key = plan_add_key(p, name, at, d);
    if (key == NULL)
        return false;
    struct plan_axis *axis = &p->axis[p->n_axes];
    key->axis = p->n_axes++;
    axis->n_keys = axis->n = 1;
    axis->value = xcalloc(1, sizeof(*axis->value));
    axis->value[0] = value;
    axis->at = xcalloc(1, sizeof(*axis->at));
    axis->at[0] = at;
    return true;
}

/* One of `set`: "array.rows=16". */
static bool read_set(struct plan *p, const struct setting *s, struct diag *d)
{
    const char *text = setting_string(s);
    const char *equals = text != NULL ? strchr(text, '=') : NULL;
    if (equals == NULL || equals == text)
        return diag_error(d, setting_pos(s),
                          "an item of 'set' is %s; a string of the form "
                          "PATH=VALUE is needed, as \"array.rows=16\"",
                          text != NULL ? text : setting_kind(s));
    char *name = xstrndup(text, (size_t)(equals - text));
    char *end;
    const char *value = equals + 1;
    const double number = strtod(value, &end);
    const struct cell cell =
        *value != '\0' && *end == '\0' ? cell_number(number) : cell_text(value);
    const bool ok = plan_fix(p, name, cell, setting_pos(s), d);
    free(name);
    return ok;
}

static bool read_limits(struct plan *p, const struct setting *group,
                        struct diag *d)
{
    static const char *const limits[] = {"cycles", "seconds", "memory_mib",
                                         NULL};
    static const long long most[] = {INT64_MAX, INT64_MAX, 1 << 24};
    uint64_t value[] = {0, 0, 0};
    bool ok = setting_type(group) == SETTING_GROUP ||
              diag_error(d, setting_pos(group),
                         "'limits' is %s; a group is needed, as { cycles = "
                         "1000000; }",
                         setting_kind(group));
    for (int i = 0; ok && i < setting_length(group); i++) {
        const struct setting *s = setting_item(group, i);
        long long whole = 0;
        int k = 0;
        while (limits[k] != NULL && strcmp(setting_name(s), limits[k]) != 0)
            k++;
        if (limits[k] == NULL)
            ok = setting_unknown_key(s, limits, " of 'limits'", d);
        else if (!setting_whole_number(s, &whole) || whole < 1 ||
                 whole > most[k])
            ok = diag_error(d, setting_pos(s),
                            "'limits.%s' needs a whole number from 1 to %lld",
                            setting_name(s), most[k]);
        else
            value[k] = (uint64_t)whole;
    }
    p->limit_cycles = value[0];
    p->limit_seconds = value[1];
    p->limit_mib = (int)value[2];
    return ok;
}

/* A string that is one of two. */
static bool read_choice(const struct setting *s, const char *yes,
                        const char *no, bool *out, struct diag *d)
{
    const char *text = setting_string(s);
    if (text == NULL || (strcmp(text, yes) != 0 && strcmp(text, no) != 0))
        return diag_error(
            d, setting_pos(s), "'%s' is %s; it may be \"%s\" or \"%s\"",
            setting_name(s), text != NULL ? text : setting_kind(s), yes, no);
    *out = strcmp(text, yes) == 0;
    return true;
}

static bool read_objectives(struct plan *p, const struct setting *s,
                            struct diag *d)
{
    p->n_objectives = 0;
    if (!setting_is_list(s) || setting_length(s) < 1 ||
        setting_length(s) > PLAN_OBJECTIVES_MAX)
        return diag_error(d, setting_pos(s),
                          "'pareto' needs a list of 1 to %d columns that are "
                          "to be least, as [\"cycles\", \"energy_pj.total\"]",
                          (int)PLAN_OBJECTIVES_MAX);
    for (int i = 0; i < setting_length(s); i++) {
        const char *name = setting_string(setting_item(s, i));
        const int column = name != NULL ? result_column_find(name) : -1;
        if (column < 0)
            return diag_error(d, setting_pos(setting_item(s, i)),
                              "'pareto' names '%s', which is no column of "
                              "results; docs/sweeps.md lists them",
                              name != NULL ? name
                                           : setting_kind(setting_item(s, i)));
        p->objective[p->n_objectives++] = column;
    }
    return true;
}

static bool read_band(struct plan *p, const struct setting *s, struct diag *d)
{
    p->screen_band = setting_number(s);
    return (setting_is_number(s) && p->screen_band >= 1 &&
            p->screen_band <= 1000) ||
           diag_error(d, setting_pos(s),
                      "'screen_band' is the factor by which a point may be "
                      "worse than the front; a number from 1 to 1000 is "
                      "needed");
}

static bool needs_list(const struct setting *s, struct diag *d)
{
    return setting_is_list(s) ||
           diag_error(d, setting_pos(s), "'%s' is %s; a list is needed",
                      setting_name(s), setting_kind(s));
}

/* A link's key; its expression is read when all keys are known. */
static bool read_link(struct plan *p, const struct setting *s, struct diag *d)
{
    static const char *const keys[] = {"key", "value", NULL};
    bool ok = true;
    for (int i = 0; i < setting_length(s); i++)
        if (strcmp(setting_name(setting_item(s, i)), "key") != 0 &&
            strcmp(setting_name(setting_item(s, i)), "value") != 0)
            ok = setting_unknown_key(setting_item(s, i), keys, " of a link", d);
    const struct setting *key = setting_member(s, "key"),
                         *value = setting_member(s, "value");
    if (key == NULL || value == NULL || setting_string(key) == NULL ||
        setting_string(value) == NULL)
        return diag_error(d, setting_pos(s),
                          "a link needs 'key' and 'value', both strings, as "
                          "{ key = \"l2.bytes\"; value = \"array.rows * "
                          "1024\"; }");
    struct plan_key *added =
        plan_add_key(p, setting_string(key), setting_pos(key), d);
    if (added == NULL)
        return false;
    added->link_text = setting_string(value);
    return ok;
}

static bool read_items(struct plan *p, const struct setting *list,
                       bool (*read)(struct plan *p, const struct setting *s,
                                    struct diag *d),
                       struct diag *d)
{
    bool ok = needs_list(list, d);
    for (int i = 0; ok && i < setting_length(list); i++) {
        const struct setting *s = setting_item(list, i);
        if (read != read_set && setting_type(s) != SETTING_GROUP)
            ok = diag_error(d, setting_pos(s),
                            "an item of '%s' is %s; a group { ... } is needed",
                            setting_name(list), setting_kind(s));
        else
            ok = read(p, s, d);
    }
    return ok;
}

static bool read_option(struct plan *p, const struct setting *s, struct diag *d)
{
    struct cell value;
    if (!plan_read_cell(p, s, &value))
        return diag_error(d, setting_pos(s),
                          "'%s' is %s; one value is needed, and 'axes' has "
                          "what varies",
                          setting_name(s), setting_kind(s));
    return plan_fix(p, setting_name(s), value, setting_pos(s), d);
}

static bool read_member(struct plan *p, const struct setting *s, struct diag *d)
{
    const char *name = setting_name(s);
    if (strcmp(name, "command") == 0)
        return read_choice(s, "run", "model", &p->simulates, d);
    if (strcmp(name, "screen") == 0)
        return read_choice(s, "model", "none", &p->screens, d);
    if (strcmp(name, "screen_band") == 0)
        return read_band(p, s, d);
    if (strcmp(name, "pareto") == 0)
        return read_objectives(p, s, d);
    if (strcmp(name, "limits") == 0)
        return read_limits(p, s, d);
    if (strcmp(name, "set") == 0)
        return read_items(p, s, read_set, d);
    if (strcmp(name, "axes") == 0)
        return read_items(p, s, plan_read_axis, d);
    if (strcmp(name, "links") == 0)
        return read_items(p, s, read_link, d);
    if (strcmp(name, "where") == 0)
        return true; /* once all keys are known */
    if (kind_of(name) != PLAN_SET)
        return read_option(p, s, d);
    return setting_unknown_key(s, known, " of a plan", d);
}

/* Sets the strides, the last axis first. */
static bool count_points(struct plan *p, struct diag *d)
{
    p->n_points = 1;
    for (int i = p->n_axes - 1; i >= 0; i--) {
        p->axis[i].stride = p->n_points;
        p->n_points = count_mul(p->n_points, (uint64_t)p->axis[i].n);
    }
    return p->n_points <= PLAN_POINTS_MAX ||
           diag_error(d, (struct src_pos){p->path, 1},
                      "the axes make more than %llu points; fewer are allowed",
                      (unsigned long long)PLAN_POINTS_MAX);
}

/* Whether all that is to be least is known to those points that are compared;
 * of cycles, closed forms know a bound, which stands for them. */
static bool objectives_are_known(const struct plan *p,
                                 const struct setting *pareto, struct diag *d)
{
    for (int i = 0; i < p->n_objectives; i++) {
        const char *name = result_column_at(p->objective[i])->name;
        if ((!p->simulates || p->screens) && strcmp(name, "cycles") != 0 &&
            result_column_needs_run(p->objective[i]))
            return diag_error(d, setting_pos(pareto),
                              "'pareto' names '%s', which closed forms do not "
                              "know; command = \"run\" without 'screen' is "
                              "needed, or another column",
                              name);
    }
    return true;
}

static void set_defaults(struct plan *p)
{
    static const char *const least[] = {"cycles", "energy_pj.total",
                                        "area_mm2"};
    p->simulates = true;
    p->screen_band = 1.2;
    for (int i = 0; i < 3; i++)
        p->objective[p->n_objectives++] = result_column_find(least[i]);
}

static bool read_plan(struct plan *p, struct inputs *inputs, struct diag *d)
{
    const struct setting *root = config_text_root(p->text);
    bool ok = config_kind_may_be(CONFIG_SWEEP, root, p->path, d);
    set_defaults(p);
    for (int i = 0; ok && i < setting_length(root); i++)
        ok = read_member(p, setting_item(root, i), d);
    if (!ok)
        return false;
    if (setting_member(root, "axes") == NULL)
        return diag_error(d, (struct src_pos){p->path, 1},
                          "a plan lacks 'axes'; a list ( { ... }, ... ) is "
                          "needed");
    if (!p->screens && setting_member(root, "screen_band") != NULL)
        return diag_error(d, setting_pos(setting_member(root, "screen_band")),
                          "'screen_band' says how far from the front 'screen' "
                          "looks, and nothing is screened; screen = \"model\" "
                          "is needed, or no 'screen_band'");
    if (p->screens && !p->simulates)
        return diag_error(d, setting_pos(setting_member(root, "screen")),
                          "'screen' chooses what is simulated, and 'command' "
                          "is \"model\"; it may be \"run\"");
    return objectives_are_known(p, setting_member(root, "pareto"), d) &&
           plan_check(p, inputs, d) && count_points(p, d) &&
           plan_read_expressions(p, setting_member(root, "where"), d);
}

/* "folder/array.cfg": "array" */
static void name_plan(struct plan *p)
{
    const char *slash = strrchr(p->path, '/');
    const char *name = slash != NULL ? slash + 1 : p->path;
    const char *dot = strrchr(name, '.');
    const size_t n =
        dot != NULL && dot > name ? (size_t)(dot - name) : strlen(name);
    snprintf(p->name, sizeof(p->name), "%.*s",
             (int)(n < sizeof(p->name) ? n : sizeof(p->name) - 1), name);
}

struct plan *plan_load(const char *name_or_path, struct inputs *inputs,
                       struct diag *d)
{
    const struct src_pos at = {NULL, 0};
    char *path = find_config_file(name_or_path, CONFIG_SWEEP, at, d);
    if (path == NULL)
        return NULL;
    struct plan *p = xcalloc(1, sizeof(*p));
    p->path = path;
    p->text = config_text_read(path, at, d);
    name_plan(p);
    if (p->text != NULL && read_plan(p, inputs, d))
        return p;
    plan_free(p);
    return NULL;
}

void plan_free(struct plan *p)
{
    if (p == NULL)
        return;
    for (int i = 0; i < p->n_keys; i++)
        expression_free(p->key[i].link);
    for (int i = 0; i < p->n_axes; i++) {
        free(p->axis[i].value);
        free(p->axis[i].at);
    }
    for (int i = 0; i < p->n_conditions; i++)
        expression_free(p->condition[i].holds);
    for (int i = 0; i < p->n_own; i++)
        free(p->own[i]);
    free(p->own);
    config_text_free(p->text);
    free(p->path);
    free(p);
}
