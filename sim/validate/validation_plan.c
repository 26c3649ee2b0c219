/* validation_plan.c - reads configs/validation/ (see validation.h).
 * SPDX-License-Identifier: MIT
 */
#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "mem/dram.h"
#include "sim/base/config_text.h"
#include "sim/base/find_file.h"
#include "sim/base/layer.h"
#include "sim/base/nearest.h"
#include "sim/validate/validation.h"
#include "sim/validate/validation_quantity.h"

enum member_type { MEMBER_STRING, MEMBER_REAL, MEMBER_INT, MEMBER_BOOL };

/* One member of a group; others are left to the caller. */
struct member {
    const char *name;
    enum member_type type;
    size_t offset; /* in the struct being filled */
};

struct reader {
    const char *path, *filter;
    struct diag *d;
};

static bool wrong_kind(const struct reader *r, const struct setting *s,
                       const char *needed)
{
    return diag_error(r->d, setting_pos(s), "'%s' is %s; %s is needed",
                      setting_name(s) != NULL ? setting_name(s) : "an entry",
                      setting_kind(s), needed);
}

static bool set_member(const struct reader *r, const struct member *m,
                       const struct setting *s, void *into)
{
    void *at = (char *)into + m->offset;
    const char *text;
    long long value;
    switch (m->type) {
    case MEMBER_STRING:
        text = setting_string(s);
        if (text == NULL)
            return wrong_kind(r, s, "a string");
        *(const char **)at = text;
        return true;
    case MEMBER_REAL:
        if (!setting_is_number(s))
            return wrong_kind(r, s, "a number");
        *(double *)at = setting_number(s);
        return true;
    case MEMBER_INT:
        if (!setting_whole_number(s, &value) || value < 1 ||
            value > LAYER_DIM_MAX)
            return wrong_kind(r, s, "a whole number from 1 to 2147483647");
        *(int *)at = (int)value;
        return true;
    case MEMBER_BOOL:
        if (setting_type(s) != SETTING_BOOL)
            return wrong_kind(r, s, "true or false");
        *(bool *)at = setting_is_true(s);
        return true;
    }
    return false;
}

/* Fills what the table names; `others`: names that the caller reads. */
static bool read_members(const struct reader *r, const struct setting *group,
                         const struct member *members,
                         const char *const *others, void *into)
{
    bool ok = true;
    if (setting_type(group) != SETTING_GROUP)
        return wrong_kind(r, group, "a group { ... }");
    for (int i = 0; i < setting_length(group); i++) {
        const struct setting *s = setting_item(group, i);
        const char *name = setting_name(s);
        struct nearest near;
        bool known = false;
        nearest_start(&near, name);
        for (int k = 0; members[k].name != NULL; k++) {
            nearest_offer(&near, members[k].name);
            if (strcmp(members[k].name, name) != 0)
                continue;
            known = true;
            ok = set_member(r, &members[k], s, into) && ok;
        }
        for (int k = 0; others[k] != NULL; k++) {
            nearest_offer(&near, others[k]);
            known = known || strcmp(others[k], name) == 0;
        }
        if (!known)
            ok = diag_error(r->d, setting_pos(s),
                            "unknown key '%s'; the nearest is '%s'", name,
                            near.best);
    }
    return ok;
}

/* A list of strings as an array of `*n`, which the caller frees. */
static bool read_strings(const struct reader *r, const struct setting *group,
                         const char *name, const char ***out, int *n)
{
    const struct setting *s = setting_member(group, name);
    bool ok = true;
    *out = NULL;
    *n = 0;
    if (s == NULL)
        return true;
    if (!setting_is_list(s))
        return wrong_kind(r, s, "a list of strings");
    *n = setting_length(s);
    *out = xcalloc((size_t)*n + 1, sizeof(**out));
    for (int i = 0; i < *n; i++) {
        (*out)[i] = setting_string(setting_item(s, i));
        if ((*out)[i] == NULL)
            ok = wrong_kind(r, s, "a list of strings");
    }
    return ok;
}

#define RUN(name, type)                                             \
    {                                                               \
#name, MEMBER_##type, offsetof(struct validation_run, name) \
    }
static const struct member run_members[] = {
    RUN(name, STRING),     RUN(like, STRING),     RUN(cfg, STRING),
    RUN(net, STRING),      RUN(layer, STRING),    RUN(shape, STRING),
    RUN(gemm, STRING),     RUN(dataflow, STRING), RUN(mapping, STRING),
    RUN(dram, STRING),     RUN(sequence, STRING), RUN(batch, INT),
    RUN(simulate, BOOL),   RUN(zero_share, REAL), RUN(mapping_policy, STRING),
    {NULL, MEMBER_INT, 0},
};
static const char *const run_others[] = {"set", NULL};

static bool read_run(const struct reader *r, const struct setting *s,
                     struct validation_run *run)
{
    bool ok;
    run->simulate = true;
    run->zero_share = -1;
    run->at = setting_pos(s);
    ok = read_members(r, s, run_members, run_others, run) &&
         read_strings(r, s, "set", &run->set, &run->n_sets);
    if (ok && run->name == NULL)
        ok =
            diag_error(r->d, run->at, "a run lacks 'name'; a string is needed");
    if (ok && run->dram != NULL && dram_part_find(run->dram) == NULL)
        ok = diag_error(r->d, run->at,
                        "there is no DRAM part '%s'; a preset is needed",
                        run->dram);
    if (ok && run->sequence != NULL && !reuse_sequence_is_right(run->sequence))
        ok = diag_error(r->d, run->at,
                        "'sequence' is '%s'; numbers of words are needed, with "
                        "'|' between consumers",
                        run->sequence);
    return ok;
}

static const struct validation_run *find_run(const struct validation_group *g,
                                             const char *name)
{
    for (int i = 0; i < g->n_runs; i++)
        if (g->run[i].name != NULL && strcmp(g->run[i].name, name) == 0)
            return &g->run[i];
    return NULL;
}

#define ROW(name, type)                                             \
    {                                                               \
#name, MEMBER_##type, offsetof(struct validation_row, name) \
    }
#define ROW_MEMBERS                                                       \
    ROW(claim, STRING), ROW(run, STRING), ROW(quantity, STRING),          \
        ROW(unit, STRING), ROW(source, STRING), ROW(reason, STRING),      \
        ROW(note, STRING), ROW(known_miss, STRING), ROW(tolerance, REAL), \
        ROW(with_account, BOOL)
static const struct member check_members[] = {ROW_MEMBERS,
                                              {NULL, MEMBER_INT, 0}};
static const struct member value_members[] = {ROW_MEMBERS,
                                              ROW(item, STRING),
                                              ROW(layer, STRING),
                                              ROW(published, REAL),
                                              {NULL, MEMBER_INT, 0}};
static const char *const check_others[] = {"values", "variants", "mean_error",
                                           "bias", NULL};
static const char *const no_others[] = {NULL};

/* Who answers for the figures of a run of each kind: which names it knows and
 * their units. */
struct figures {
    const char *(*unit)(const char *name);
    const char *(*nearest)(const char *name);
};

static struct figures figures_of(const struct validation_run *run)
{
    if (run->dram != NULL)
        return (struct figures){dram_quantity_unit, dram_quantity_nearest};
    if (run->sequence != NULL)
        return (struct figures){reuse_quantity_unit, reuse_quantity_nearest};
    return (struct figures){quantity_unit, quantity_nearest};
}

/* Finds the run and the quantity that a row names. */
static bool resolve_row(const struct reader *r,
                        const struct validation_group *g,
                        struct validation_row *row)
{
    const struct validation_run *run = find_run(g, row->run);
    struct figures figures;
    const char *unit;
    if (run == NULL)
        return diag_error(r->d, row->at,
                          "a claim needs the run '%s'; one of 'runs' is meant",
                          row->run);
    figures = figures_of(run);
    unit = figures.unit(row->quantity);
    if (unit == NULL)
        return diag_error(r->d, row->at,
                          "there is no quantity '%s'; the nearest is '%s'",
                          row->quantity, figures.nearest(row->quantity));
    if (row->unit[0] == '\0')
        row->unit = unit;
    return true;
}

static bool is_wanted(const struct reader *r, const struct validation_row *row,
                      const char *file)
{
    return r->filter == NULL || fnmatch(r->filter, file, 0) == 0 ||
           fnmatch(r->filter, row->claim, FNM_CASEFOLD) == 0 ||
           fnmatch(r->filter, row->item, FNM_CASEFOLD) == 0;
}

static struct validation_row *add_row(struct validation_group *g,
                                      const struct validation_row *row)
{
    g->row = xrealloc(g->row, (size_t)g->n_rows + 1, sizeof(*g->row));
    g->row[g->n_rows] = *row;
    return &g->row[g->n_rows++];
}

static bool read_value(const struct reader *r, const struct setting *s,
                       const struct validation_row *defaults,
                       const char *const *variants, int n_variants,
                       const char *file, struct validation_group *g)
{
    struct validation_row row = *defaults;
    bool ok = true;
    row.at = setting_pos(s);
    if (!read_members(r, s, value_members, no_others, &row))
        return false;
    if (row.item == NULL)
        row.item = setting_member(s, "layer") != NULL      ? row.layer
                   : setting_member(s, "run") != NULL      ? row.run
                   : setting_member(s, "quantity") != NULL ? row.quantity
                                                           : "all";
    if (!is_wanted(r, &row, file))
        return true;
    if (n_variants == 0)
        return resolve_row(r, g, add_row(g, &row));
    row.is_variant = true;
    row.tolerance = NAN;
    for (int i = 0; i < n_variants; i++) {
        row.run = variants[i];
        ok = resolve_row(r, g, add_row(g, &row)) && ok;
    }
    return ok;
}

/* Adds a row about the check's others, if it has this tolerance. */
static bool read_summary(const struct reader *r, const struct setting *check,
                         const char *name, enum validation_summary summary,
                         const char *item,
                         const struct validation_row *defaults,
                         struct validation_group *g)
{
    const struct setting *s = setting_member(check, name);
    struct validation_row row = *defaults;
    if (s == NULL)
        return true;
    if (!setting_is_number(s))
        return wrong_kind(r, s, "a number");
    row.item = item;
    row.run = row.layer = "";
    row.quantity = name;
    row.unit = "%";
    row.summary = summary;
    row.tolerance = setting_number(s);
    row.at = setting_pos(s);
    add_row(g, &row);
    return true;
}

static bool read_check(const struct reader *r, const struct setting *s,
                       const char *file, struct validation_group *g)
{
    struct validation_check check = {.first_row = g->n_rows};
    struct validation_row defaults = {
        .claim = "",
        .layer = "",
        .run = "",
        .quantity = "",
        .unit = "",
        .source = "",
        .reason = "",
        .note = "",
        .known_miss = "",
        .published = NAN,
        .ours = NAN,
        .tolerance = NAN,
    };
    const struct setting *values;
    const char **variants = NULL;
    bool ok = read_members(r, s, check_members, check_others, &defaults) &&
              read_strings(r, s, "variants", &variants, &check.n_variants);
    values = ok ? setting_member(s, "values") : NULL;
    if (ok && (values == NULL || setting_type(values) != SETTING_LIST))
        ok = diag_error(r->d, setting_pos(s),
                        "a check lacks 'values'; a list ( { ... }, ... ) is "
                        "needed");
    for (int i = 0; ok && i < setting_length(values); i++)
        ok = read_value(r, setting_item(values, i), &defaults, variants,
                        check.n_variants, file, g);
    if (ok && g->n_rows - check.first_row == setting_length(values))
        ok = read_summary(r, s, "mean_error", SUMMARY_MEAN_ERROR,
                          "mean absolute error", &defaults, g) &&
             read_summary(r, s, "bias", SUMMARY_BIAS, "mean error", &defaults,
                          g);
    check.claim = defaults.claim;
    check.n_rows = g->n_rows - check.first_row;
    free(variants);
    if (!ok || check.n_rows == 0)
        return ok;
    g->check = xrealloc(g->check, (size_t)g->n_checks + 1, sizeof(*g->check));
    g->check[g->n_checks++] = check;
    return true;
}

static bool read_lists(const struct reader *r, const struct setting *root,
                       const char *file, struct validation_group *g)
{
    const struct setting *runs = setting_member(root, "runs");
    const struct setting *checks = setting_member(root, "checks");
    bool ok = true;
    if (runs == NULL || checks == NULL || setting_type(runs) != SETTING_LIST ||
        setting_type(checks) != SETTING_LIST)
        return diag_error(r->d, (struct src_pos){r->path, 1},
                          "'runs' or 'checks' is missing; both are needed, "
                          "each a list ( { ... }, ... )");
    g->n_runs = setting_length(runs);
    g->run = xcalloc((size_t)g->n_runs + 1, sizeof(*g->run));
    for (int i = 0; i < g->n_runs; i++)
        ok = read_run(r, setting_item(runs, i), &g->run[i]) && ok;
    for (int i = 0; ok && i < g->n_runs; i++)
        if (g->run[i].like != NULL && find_run(g, g->run[i].like) == NULL)
            ok = diag_error(r->d, g->run[i].at,
                            "run '%s' is like '%s'; that is no run",
                            g->run[i].name, g->run[i].like);
    for (int i = 0; ok && i < setting_length(checks); i++)
        ok = read_check(r, setting_item(checks, i), file, g);
    return ok;
}

#define GROUP(name)                                                   \
    {                                                                 \
#name, MEMBER_STRING, offsetof(struct validation_group, name) \
    }
static const struct member group_members[] = {
    GROUP(title), GROUP(about), {NULL, MEMBER_INT, 0}};
static const char *const group_others[] = {"runs", "checks", NULL};

static bool read_group(const char *file, struct src_pos at, const char *filter,
                       struct validation_group *g, struct diag *d)
{
    struct reader r = {NULL, filter, d};
    g->title = g->about = "";
    g->path = find_own_file(file, "validation", at, d);
    if (g->path == NULL)
        return false;
    r.path = g->path;
    g->file = config_text_read(g->path, at, d);
    return g->file != NULL &&
           read_members(&r, config_text_root(g->file), group_members,
                        group_others, g) &&
           read_lists(&r, config_text_root(g->file), file, g);
}

/* Reads the plan: the names of its files. */
static bool read_plan(const char *path, const char *filter,
                      struct validation *v, struct diag *d)
{
    struct src_pos nowhere = {NULL, 0};
    struct reader r = {path, filter, d};
    const char **files = NULL;
    int n = 0;
    struct config_text *plan = config_text_read(path, nowhere, d);
    bool ok = plan != NULL &&
              read_strings(&r, config_text_root(plan), "files", &files, &n);
    v->group = xcalloc((size_t)n + 1, sizeof(*v->group));
    for (int i = 0; ok && i < n; i++) {
        struct src_pos at = {path, 1};
        ok = read_group(files[i], at, filter, &v->group[v->n_groups], d);
        v->n_groups++;
    }
    free(files);
    config_text_free(plan);
    return ok;
}

struct validation *validation_load(const char *filter, struct diag *d)
{
    struct src_pos nowhere = {NULL, 0};
    struct validation *v = xcalloc(1, sizeof(*v));
    char *path = find_own_file("plan.cfg", "validation", nowhere, d);
    bool ok = path != NULL && read_plan(path, filter, v, d);
    int rows = 0;
    for (int i = 0; i < v->n_groups; i++)
        rows += v->group[i].n_rows;
    if (ok && rows == 0)
        ok = diag_error(d, nowhere,
                        "no claim matches '%s'; 'accelsim validate' without a "
                        "filter prints them all",
                        filter != NULL ? filter : "");
    free(path);
    if (ok)
        return v;
    validation_free(v);
    return NULL;
}

void validation_free(struct validation *v)
{
    if (v == NULL)
        return;
    for (int i = 0; i < v->n_groups; i++) {
        struct validation_group *g = &v->group[i];
        for (int k = 0; k < g->n_runs; k++)
            free(g->run[k].set);
        for (int k = 0; k < g->n_rows; k++)
            free(g->row[k].account);
        free(g->run);
        free(g->check);
        free(g->row);
        config_text_free(g->file);
        free(g->path);
    }
    free(v->group);
    free(v);
}
