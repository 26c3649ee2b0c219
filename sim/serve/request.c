/* request.c - reads a request, member by member.
 * SPDX-License-Identifier: MIT
 */
#include "sim/serve/request.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/nearest.h"
#include "sim/base/text_stream.h"
#include "sim/sweep/names.h"

static const struct src_pos request_line = {"request", 0};

static const char *const members[] = {
    "id",        "command",    "cfg",         "net",    "layer",
    "batch",     "shape",      "gemm",        "set",    "dataflow",
    "objective", "max_cycles", "max_seconds", "cancel", NULL};

static bool is_text(const char *name, json_t *value, const char **out,
                    struct diag *d)
{
    if (!json_is_string(value))
        return diag_error(d, request_line, "'%s' needs a string", name);
    *out = json_string_value(value);
    return true;
}

static bool is_count(const char *name, json_t *value, int64_t most,
                     int64_t *out, struct diag *d)
{
    if (!json_is_integer(value) || json_integer_value(value) < 1 ||
        json_integer_value(value) > most)
        return diag_error(d, request_line,
                          "'%s' needs a whole number from 1 to %lld", name,
                          (long long)most);
    *out = json_integer_value(value);
    return true;
}

static bool add_set(struct request *r, const char *key, json_t *value,
                    struct diag *d)
{
    char *text = NULL;
    size_t bytes;
    bool ok = true;
    if (r->point.n_sets == REQUEST_SETS_MAX)
        return diag_error(d, request_line,
                          "'set' has more than %d keys; fewer are allowed",
                          (int)REQUEST_SETS_MAX);
    FILE *to = text_stream(&text, &bytes);
    if (json_is_string(value))
        fprintf(to, "%s=%s", key, json_string_value(value));
    else if (json_is_integer(value))
        fprintf(to, "%s=%lld", key, (long long)json_integer_value(value));
    else if (json_is_real(value))
        fprintf(to, "%s=%.17g", key, json_real_value(value));
    else if (json_is_boolean(value))
        fprintf(to, "%s=%s", key, json_is_true(value) ? "true" : "false");
    else
        ok = diag_error(d, request_line,
                        "'%s' of 'set' needs a number, a string, true or false",
                        key);
    SIM_CHECK(fclose(to) == 0);
    r->set[r->point.n_sets++] = text;
    return ok;
}

static bool read_set(struct request *r, json_t *value, struct diag *d)
{
    const char *key;
    json_t *member;
    bool ok = true;
    if (!json_is_object(value))
        return diag_error(d, request_line,
                          "'set' needs an object, as {\"array.rows\": 8}");
    json_object_foreach(value, key, member) ok =
        ok && add_set(r, key, member, d);
    return ok;
}

static bool read_command(struct request *r, const char *name, struct diag *d)
{
    if (strcmp(name, "columns") == 0) {
        r->kind = REQUEST_COLUMNS;
        return true;
    }
    r->point.simulates = strcmp(name, "run") == 0;
    return r->point.simulates || strcmp(name, "model") == 0 ||
           diag_error(d, request_line,
                      "'command' is '%s'; it may be 'run', 'model' or "
                      "'columns'",
                      name);
}

static bool read_seconds(struct request *r, json_t *value, struct diag *d)
{
    r->max_seconds = json_number_value(value);
    return (json_is_number(value) && r->max_seconds > 0) ||
           diag_error(d, request_line, "'max_seconds' needs a number above 0");
}

static bool unknown(const char *name, struct diag *d)
{
    struct nearest near;
    nearest_start(&near, name);
    for (int i = 0; members[i] != NULL; i++)
        nearest_offer(&near, members[i]);
    return diag_error(d, request_line,
                      "unknown member '%s' of a request; the nearest is '%s'",
                      name, near.best);
}

static bool read_member(struct request *r, const char *name, json_t *value,
                        struct diag *d)
{
    struct point *p = &r->point;
    const char *text = NULL;
    int64_t count = 0;
    bool ok;
    if (strcmp(name, "id") == 0 || strcmp(name, "cancel") == 0)
        return true;
    if (strcmp(name, "cfg") == 0)
        return is_text(name, value, &p->cfg, d);
    if (strcmp(name, "net") == 0)
        return is_text(name, value, &p->net, d);
    if (strcmp(name, "layer") == 0)
        return is_text(name, value, &p->layer, d);
    if (strcmp(name, "shape") == 0)
        return is_text(name, value, &p->shape, d);
    if (strcmp(name, "gemm") == 0)
        return is_text(name, value, &p->gemm, d);
    if (strcmp(name, "dataflow") == 0)
        return is_text(name, value, &p->dataflow, d);
    if (strcmp(name, "set") == 0)
        return read_set(r, value, d);
    if (strcmp(name, "max_seconds") == 0)
        return read_seconds(r, value, d);
    if (strcmp(name, "command") == 0)
        return is_text(name, value, &text, d) && read_command(r, text, d);
    if (strcmp(name, "objective") == 0)
        return is_text(name, value, &text, d) &&
               name_is_objective(text, &p->objective, request_line, d);
    if (strcmp(name, "batch") == 0) {
        ok = is_count(name, value, LAYER_DIM_MAX, &count, d);
        p->batch = (int)count;
        return ok;
    }
    if (strcmp(name, "max_cycles") == 0) {
        ok = is_count(name, value, INT64_MAX, &count, d);
        p->max_cycles = (uint64_t)count;
        return ok;
    }
    return unknown(name, d);
}

static bool goes_together(const struct point *p, struct diag *d)
{
    if (p->cfg == NULL)
        return diag_error(d, request_line,
                          "'cfg' is missing; an architecture is needed, as "
                          "\"cfg\": \"eyeriss\"");
    if ((p->net != NULL) + (p->shape != NULL) + (p->gemm != NULL) > 1)
        return diag_error(d, request_line,
                          "'net', 'shape' and 'gemm' exclude each other; one "
                          "is needed");
    return p->layer == NULL || (p->shape == NULL && p->gemm == NULL) ||
           diag_error(d, request_line,
                      "'layer' chooses from a network; it does not go with "
                      "'shape' or 'gemm'");
}

static bool read_all(struct request *r, struct diag *d)
{
    const char *name;
    json_t *value;
    bool ok = true;
    json_object_foreach(r->root, name, value) ok =
        ok && read_member(r, name, value, d);
    if (ok && json_object_get(r->root, "cancel") != NULL)
        r->kind = REQUEST_CANCEL;
    return ok && (r->kind != REQUEST_POINT || goes_together(&r->point, d));
}

static char *json_text(const json_t *value)
{
    char *text = value != NULL
                     ? json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT)
                     : NULL;
    char *own = xstrdup(text != NULL ? text : "null");
    free(text);
    return own;
}

struct request *request_read(const char *line, size_t bytes, struct diag *d)
{
    struct request *r = xcalloc(1, sizeof(*r));
    json_error_t error;
    r->bytes = bytes;
    r->point.objective = SEARCH_delay;
    r->point.simulates = true;
    r->root = json_loadb(line, bytes, JSON_REJECT_DUPLICATES, &error);
    bool ok = json_is_object(r->root);
    if (!ok)
        diag_error(d, request_line,
                   "the line is no JSON object%s%s; one object a line is "
                   "needed",
                   r->root == NULL ? ": " : "",
                   r->root == NULL ? error.text : "");
    ok = ok && read_all(r, d);
    const bool is_cancel = ok && r->kind == REQUEST_CANCEL;
    r->id =
        json_text(ok || json_is_object(r->root)
                      ? json_object_get(r->root, is_cancel ? "cancel" : "id")
                      : NULL);
    if (!ok)
        r->kind = REQUEST_WRONG;
    r->point.set = (const char *const *)r->set;
    return r;
}

void request_free(struct request *r)
{
    if (r == NULL)
        return;
    for (int i = 0; i < r->point.n_sets; i++)
        free(r->set[i]);
    json_decref(r->root);
    free(r->id);
    free(r);
}
