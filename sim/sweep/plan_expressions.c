/* plan_expressions.c - reads the links and conditions of a plan, by the names
 * of its keys and of the columns of results.
 * SPDX-License-Identifier: MIT
 */
#include <string.h>

#include "sim/base/nearest.h"
#include "sim/sweep/plan.h"

/* A key's column is its place, and results' stand behind all keys. */
static int find(const void *context, const char *name)
{
    const struct plan *p = context;
    for (int i = 0; i < p->n_keys; i++)
        if (strcmp(p->key[i].name, name) == 0)
            return i;
    const int column = result_column_find(name);
    return column < 0 ? -1 : p->n_keys + column;
}

static const char *nearest(const void *context, const char *name)
{
    const struct plan *p = context;
    struct nearest near;
    nearest_start(&near, name);
    for (int i = 0; i < p->n_keys; i++)
        nearest_offer(&near, p->key[i].name);
    for (int i = 0; i < result_columns(); i++)
        nearest_offer(&near, result_column_at(i)->name);
    return near.best;
}

/* Results are numbers; a key is what its values are, or what its link comes
 * to. */
static enum expression_kind kind(const void *context, int column)
{
    const struct plan *p = context;
    if (column >= p->n_keys)
        return EXPRESSION_NUMBER;
    const struct plan_key *key = &p->key[column];
    if (key->axis < 0)
        return key->link != NULL ? expression_kind_of(key->link)
                                 : EXPRESSION_EITHER;
    const struct plan_axis *axis = &p->axis[key->axis];
    int texts = 0;
    for (int row = 0; row < axis->n; row++)
        texts += axis->value[row * axis->n_keys + key->part].kind == CELL_TEXT;
    return texts == axis->n ? EXPRESSION_TEXT
           : texts == 0     ? EXPRESSION_NUMBER
                            : EXPRESSION_EITHER;
}

/* What the columns of an expression wait for. */
struct columns_seen {
    const struct plan *plan;
    enum plan_stage stage;
    int last_link; /* the last key that is a link; -1: none */
    int of_runs;   /* a result that closed forms do not know; -1: none */
};

static void see(void *context, int column)
{
    struct columns_seen *seen = context;
    const struct plan *p = seen->plan;
    if (column < p->n_keys) {
        if (p->key[column].axis < 0 && column > seen->last_link)
            seen->last_link = column;
        return;
    }
    if (result_column_needs_run(column - p->n_keys))
        seen->of_runs = column - p->n_keys;
    const enum plan_stage stage =
        result_column_is_of_machine(column - p->n_keys) ? STAGE_MACHINE
                                                        : STAGE_RESULTS;
    if (stage > seen->stage)
        seen->stage = stage;
}

static struct columns_seen columns_of(const struct plan *p,
                                      const struct expression *e)
{
    struct columns_seen seen = {p, STAGE_KEYS, -1, -1};
    expression_columns(e, see, &seen);
    return seen;
}

static bool read_link(struct plan *p, int i, struct diag *d)
{
    struct plan_key *key = &p->key[i];
    const struct expression_names names = {find, nearest, kind, p};
    char what[PLAN_KEY_BYTES + 32];
    snprintf(what, sizeof(what), "the link of '%s'", key->name);
    key->link = expression_read(key->link_text, what, &names, key->at, d);
    if (key->link == NULL)
        return false;
    const struct columns_seen seen = columns_of(p, key->link);
    if (seen.stage != STAGE_KEYS)
        return diag_error(d, key->at,
                          "%s reads a result; keys that the plan varies or "
                          "sets may stand there",
                          what);
    return seen.last_link < i ||
           diag_error(d, key->at,
                      "%s reads '%s', which is linked itself, and not before "
                      "it; links of earlier lines may stand there",
                      what, p->key[seen.last_link].name);
}

static bool read_condition(struct plan *p, const struct setting *s,
                           struct diag *d)
{
    const struct expression_names names = {find, nearest, kind, p};
    struct plan_condition *c = &p->condition[p->n_conditions];
    if (setting_string(s) == NULL)
        return diag_error(d, setting_pos(s),
                          "a condition is %s; a string is needed",
                          setting_kind(s));
    if (p->n_conditions == PLAN_CONDITIONS_MAX)
        return diag_error(d, setting_pos(s),
                          "more than %d conditions; 'and' puts some together",
                          (int)PLAN_CONDITIONS_MAX);
    c->holds = expression_read(setting_string(s), "a condition of 'where'",
                               &names, setting_pos(s), d);
    if (c->holds == NULL)
        return false;
    p->n_conditions++;
    const struct columns_seen seen = columns_of(p, c->holds);
    c->stage = seen.stage;
    if (expression_kind_of(c->holds) == EXPRESSION_TEXT)
        return diag_error(d, setting_pos(s),
                          "a condition of 'where' is '%s', a text; one that "
                          "holds or does not is needed, as \"dataflow == "
                          "'rs'\"",
                          expression_text(c->holds));
    return p->simulates || seen.of_runs < 0 ||
           diag_error(d, setting_pos(s),
                      "a condition of 'where' reads '%s', which closed forms "
                      "do not know; command = \"run\" is needed, or "
                      "'bound_cycles'",
                      result_column_at(seen.of_runs)->name);
}

bool plan_read_expressions(struct plan *p, const struct setting *where,
                           struct diag *d)
{
    bool ok = true;
    for (int i = 0; i < p->n_keys; i++)
        if (p->key[i].axis < 0)
            ok = read_link(p, i, d) && ok;
    if (where == NULL || !ok)
        return ok;
    if (!setting_is_list(where))
        return read_condition(p, where, d);
    for (int i = 0; i < setting_length(where); i++)
        ok = read_condition(p, setting_item(where, i), d) && ok;
    return ok;
}
