/* plan_axis.c - reads an axis of a plan: a list of values, or a range.
 * SPDX-License-Identifier: MIT
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/sweep/plan.h"

#include "sim/base/text_stream.h"

#define AXIS_VALUES_MAX 1000000

/* Texts with commas between them, as --set has lists. */
static bool join_texts(struct plan *p, const struct setting *list,
                       struct cell *out)
{
    char *text = NULL;
    size_t bytes;
    bool ok = true;
    FILE *to = text_stream(&text, &bytes);
    for (int i = 0; i < setting_length(list); i++) {
        const char *item = setting_string(setting_item(list, i));
        ok = ok && item != NULL;
        fprintf(to, "%s%s", i > 0 ? "," : "", item != NULL ? item : "");
    }
    SIM_CHECK(fclose(to) == 0);
    if (ok)
        *out = cell_text(plan_keep(p, text));
    free(text);
    return ok;
}

bool plan_read_cell(struct plan *p, const struct setting *s, struct cell *out)
{
    long long whole;
    switch (setting_type(s)) {
    case SETTING_INT:
    case SETTING_FLOAT:
        *out = setting_whole_number(s, &whole) ? cell_whole(whole)
                                               : cell_real(setting_number(s));
        return true;
    case SETTING_BOOL:
        *out = cell_text(setting_is_true(s) ? "true" : "false");
        return true;
    case SETTING_STRING:
        *out = cell_text(setting_string(s));
        return true;
    case SETTING_LIST:
    case SETTING_ARRAY:
        return join_texts(p, s, out);
    default:
        return false;
    }
}

static void make_rows(struct plan_axis *axis, int n)
{
    axis->n = n;
    axis->value =
        xcalloc((size_t)n * (size_t)axis->n_keys, sizeof(*axis->value));
    axis->at = xcalloc((size_t)n, sizeof(*axis->at));
}

static bool read_row(struct plan *p, struct plan_axis *axis, int row,
                     const struct setting *s, struct diag *d)
{
    struct cell *to = &axis->value[row * axis->n_keys];
    axis->at[row] = setting_pos(s);
    if (axis->n_keys == 1)
        return plan_read_cell(p, s, to) ||
               diag_error(d, setting_pos(s),
                          "a value of an axis is %s; a number, a string, true "
                          "or false is needed",
                          setting_kind(s));
    if (!setting_is_list(s) || setting_length(s) != axis->n_keys)
        return diag_error(d, setting_pos(s),
                          "a value of an axis of %d keys is %s; a list of %d "
                          "values, one of each, is needed",
                          axis->n_keys, setting_kind(s), axis->n_keys);
    for (int i = 0; i < axis->n_keys; i++)
        if (!plan_read_cell(p, setting_item(s, i), &to[i]))
            return diag_error(d, setting_pos(setting_item(s, i)),
                              "a value of an axis is %s; a number, a string, "
                              "true or false is needed",
                              setting_kind(setting_item(s, i)));
    return true;
}

static bool read_values(struct plan *p, struct plan_axis *axis,
                        const struct setting *values, bool is_layer,
                        struct diag *d)
{
    const char *word = setting_string(values);
    if (word != NULL && strcmp(word, "each") == 0 && is_layer) {
        axis->is_every_layer = true;
        make_rows(axis, 1); /* until the network is read */
        axis->at[0] = setting_pos(values);
        return true;
    }
    if (!setting_is_list(values))
        return diag_error(
            d, setting_pos(values), "'values' is %s; a list is needed%s",
            setting_kind(values), is_layer ? ", or \"each\"" : "");
    if (setting_length(values) == 0)
        return diag_error(d, setting_pos(values),
                          "an axis has no values; one at least is needed");
    bool ok = true;
    make_rows(axis, setting_length(values));
    for (int i = 0; ok && i < axis->n; i++)
        ok = read_row(p, axis, i, setting_item(values, i), d);
    return ok;
}

/* How far a range goes, from what it has; step or times. */
static bool read_range(struct plan_axis *axis, const struct setting *s,
                       struct diag *d)
{
    const struct setting *from = setting_member(s, "from"),
                         *to = setting_member(s, "to"),
                         *step = setting_member(s, "step"),
                         *times = setting_member(s, "times");
    if (axis->n_keys != 1 || from == NULL || to == NULL ||
        !setting_is_number(from) || !setting_is_number(to) ||
        (step != NULL && times != NULL))
        return diag_error(d, setting_pos(s),
                          "an axis needs 'values', or, of one key, numbers "
                          "'from' and 'to' and one of 'step' and 'times'");
    const double first = setting_number(from), last = setting_number(to);
    const struct setting *by = times != NULL ? times : step;
    const double factor = by != NULL ? setting_number(by) : 1;
    if (times != NULL ? factor <= 1 || first <= 0 : factor <= 0)
        return diag_error(d, setting_pos(by),
                          times != NULL
                              ? "'times' is a factor above 1, of a range from "
                                "above 0"
                              : "'step' is a number above 0");
    if (last < first)
        return diag_error(d, setting_pos(to),
                          "an axis has no values: 'to' is below 'from'");
    /* A step that is no sum of halves comes close to the end, not to it. */
    const double slack = times != NULL ? last * 1e-12 : factor * 1e-9;
    const double steps = times != NULL
                             ? floor(log(last / first) / log(factor) + 1e-9)
                             : floor((last - first + slack) / factor);
    if (steps >= AXIS_VALUES_MAX)
        return diag_error(d, setting_pos(s),
                          "an axis has more than %d values; fewer are allowed",
                          AXIS_VALUES_MAX);
    make_rows(axis, (int)steps + 1);
    double value = first;
    for (int i = 0; i < axis->n; i++) {
        axis->value[i] =
            cell_number(times != NULL ? value : first + i * factor);
        axis->at[i] = setting_pos(s);
        value *= factor;
    }
    return true;
}

/* Adds the keys that the axis varies. */
static bool read_keys(struct plan *p, const struct setting *s, int axis,
                      bool *is_layer, struct diag *d)
{
    const struct setting *key = setting_member(s, "key"),
                         *keys = setting_member(s, "keys");
    const bool is_one = key != NULL && setting_string(key) != NULL;
    if ((key == NULL) == (keys == NULL) || (key != NULL && !is_one) ||
        (keys != NULL && (!setting_is_list(keys) || setting_length(keys) == 0)))
        return diag_error(d, setting_pos(s),
                          "an axis needs 'key', a string, or 'keys', a list of "
                          "strings");
    const int n = is_one ? 1 : setting_length(keys);
    for (int i = 0; i < n; i++) {
        const struct setting *name = is_one ? key : setting_item(keys, i);
        if (setting_string(name) == NULL)
            return diag_error(d, setting_pos(name),
                              "a key is %s; a string is needed",
                              setting_kind(name));
        struct plan_key *added =
            plan_add_key(p, setting_string(name), setting_pos(name), d);
        if (added == NULL)
            return false;
        added->axis = axis;
        added->part = i;
        *is_layer = n == 1 && added->kind == PLAN_layer;
    }
    p->axis[axis].n_keys = n;
    return true;
}

bool plan_read_axis(struct plan *p, const struct setting *s, struct diag *d)
{
    static const char *const known[] = {"key", "keys", "values", "from",
                                        "to",  "step", "times",  NULL};
    bool is_layer = false;
    for (int i = 0; i < setting_length(s); i++) {
        int k = 0;
        while (known[k] != NULL &&
               strcmp(known[k], setting_name(setting_item(s, i))) != 0)
            k++;
        if (known[k] == NULL)
            return setting_unknown_key(setting_item(s, i), known, " of an axis",
                                       d);
    }
    if (p->n_axes == PLAN_KEYS_MAX)
        return diag_error(d, setting_pos(s),
                          "more than %d axes; fewer are allowed",
                          (int)PLAN_KEYS_MAX);
    const int axis = p->n_axes++;
    if (!read_keys(p, s, axis, &is_layer, d))
        return false;
    const struct setting *values = setting_member(s, "values");
    const bool is_range =
        setting_member(s, "from") != NULL || setting_member(s, "to") != NULL;
    if (values != NULL && is_range)
        return diag_error(d, setting_pos(s),
                          "an axis has 'values' and a range; one of them is "
                          "needed");
    return values != NULL ? read_values(p, &p->axis[axis], values, is_layer, d)
                          : read_range(&p->axis[axis], s, d);
}
