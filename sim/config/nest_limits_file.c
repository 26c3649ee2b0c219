/* nest_limits_file.c - reads the file of --constraints level by level into
 * limits of the search.
 * SPDX-License-Identifier: MIT
 */
#include "sim/config/nest_limits_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataflows/nest/nest_text.h"
#include "sim/base/config_kind.h"
#include "sim/base/config_text.h"
#include "sim/base/find_file.h"

struct reader {
    const char *path;
    struct diag *d;
};

/* "p" or "p 4". */
static const char *parse_limit(const char *text, struct nest_loop *out)
{
    char whole[8];
    if (text[0] == '\0' || text[1] != '\0')
        return nest_parse_loop(text, out);
    snprintf(whole, sizeof(whole), "%c %d", text[0], NEST_COUNT_MAX);
    return nest_parse_loop(whole, out);
}

/* Loops of these dimensions alone; order NULL: of a place without any. */
static bool read_loops(const struct reader *r, const struct setting *s,
                       int most[NEST_DIMS], struct nest_limits_order *order)
{
    const char *key = setting_name(s);
    bool seen[NEST_DIMS] = {false};
    if (!setting_is_list(s))
        return diag_error(r->d, setting_pos(s),
                          "'%s' is %s; a list of dimensions is needed, as in "
                          "[\"m\", \"c 24\"]",
                          key, setting_kind(s));
    for (int d = 0; d < NEST_DIMS; d++)
        most[d] = 1;
    for (int i = 0; i < setting_length(s); i++) {
        const struct setting *one = setting_item(s, i);
        const char *text = setting_string(one);
        struct nest_loop loop;
        const char *wrong =
            text == NULL ? "a string is needed" : parse_limit(text, &loop);
        if (wrong != NULL)
            return diag_error(r->d, setting_pos(one),
                              "'%s' has '%s'; %s, as in \"m\" or \"m 4\"", key,
                              text != NULL ? text : setting_kind(one), wrong);
        if (seen[loop.dim])
            return diag_error(r->d, setting_pos(one),
                              "'%s' has %c twice; once is enough", key,
                              nest_dim_letter[loop.dim]);
        seen[loop.dim] = true;
        most[loop.dim] = loop.count;
        if (order != NULL)
            order->dim[order->n++] = loop.dim;
    }
    return true;
}

static bool read_tensor(const struct reader *r, const struct setting *s,
                        const char *key, enum tensor *out)
{
    const char *text = setting_string(s);
    for (int t = 0; text != NULL && t < TENSOR_N; t++)
        if (strcmp(text, tensor_name[t]) == 0) {
            *out = (enum tensor)t;
            return true;
        }
    return diag_error(r->d, setting_pos(s),
                      "'%s' has '%s'; it may have 'ifmap', 'filter' and "
                      "'psum'",
                      key, text != NULL ? text : setting_kind(s));
}

static bool read_tensors(const struct reader *r, const struct setting *s,
                         bool out[TENSOR_N])
{
    const char *key = setting_name(s);
    if (!setting_is_list(s))
        return diag_error(r->d, setting_pos(s),
                          "'%s' is %s; a list of tensors is needed, as in "
                          "[\"ifmap\", \"psum\"]",
                          key, setting_kind(s));
    for (int i = 0; i < setting_length(s); i++) {
        enum tensor tensor;
        if (!read_tensor(r, setting_item(s, i), key, &tensor))
            return false;
        out[tensor] = true;
    }
    return true;
}

static bool read_words(const struct reader *r, const struct setting *s,
                       int *out)
{
    long long words;
    if (!setting_whole_number(s, &words) || words < 3 || words > 1 << 30)
        return diag_error(r->d, setting_pos(s),
                          "'words' is %s; a number of words is needed, 3 to "
                          "1073741824",
                          setting_whole_number(s, &words) ? "out of range"
                                                          : setting_kind(s));
    *out = (int)words;
    return true;
}

/* Where a level's lists go. */
struct level_keys {
    const char *name;
    enum nest_place loops;
    int order; /* which; -1: none */
    const char *known[8];
};
static const struct level_keys levels[] = {
    {"dram", AT_DRAM, 1, {"loops", "order"}},
    {"l2", AT_L2, 0, {"loops", "order", "rows", "cols", "keep", "bypass"}},
    {"rf", AT_RF, -1, {"loops", "words"}},
};

static bool is_known(const struct level_keys *k, const char *name)
{
    for (int i = 0; k->known[i] != NULL; i++)
        if (strcmp(k->known[i], name) == 0)
            return true;
    return false;
}

static bool read_key(const struct reader *r, const struct setting *m,
                     const struct level_keys *k, struct nest_limits *out)
{
    const char *name = setting_name(m);
    if (!is_known(k, name))
        return setting_unknown_key(m, k->known, " in constraints", r->d);
    if (strcmp(name, "loops") == 0)
        return read_loops(r, m, out->most[k->loops], NULL);
    if (strcmp(name, "order") == 0)
        return read_loops(r, m, out->most[k->loops], &out->order[k->order]);
    if (strcmp(name, "rows") == 0)
        return read_loops(r, m, out->most[AT_ROWS], NULL);
    if (strcmp(name, "cols") == 0)
        return read_loops(r, m, out->most[AT_COLS], NULL);
    if (strcmp(name, "keep") == 0)
        return read_tensors(r, m, out->must_keep);
    if (strcmp(name, "bypass") == 0)
        return read_tensors(r, m, out->may_not_keep);
    return read_words(r, m, &out->rf_words);
}

static bool read_level(const struct reader *r, const struct setting *s,
                       const struct level_keys *k, struct nest_limits *out)
{
    if (setting_type(s) != SETTING_GROUP)
        return diag_error(r->d, setting_pos(s),
                          "'%s' is %s; a group { loops = [ ... ]; } is needed",
                          k->name, setting_kind(s));
    if (setting_member(s, "loops") != NULL &&
        setting_member(s, "order") != NULL)
        return diag_error(r->d, setting_pos(s),
                          "'%s' has both 'loops' and 'order'; 'order' alone "
                          "says which and how",
                          k->name);
    for (int i = 0; i < setting_length(s); i++)
        if (!read_key(r, setting_item(s, i), k, out))
            return false;
    for (int t = 0; t < TENSOR_N; t++)
        if (out->must_keep[t] && out->may_not_keep[t])
            return diag_error(r->d, setting_pos(s),
                              "%s is in both 'keep' and 'bypass'; one of them "
                              "is possible",
                              tensor_name[t]);
    return true;
}

static bool read_all(const struct reader *r, const struct setting *s,
                     struct nest_limits *out)
{
    static const char *const known[] = {"dram", "l2", "rf", "stationary", NULL};
    if (s == NULL || setting_type(s) != SETTING_GROUP)
        return diag_error(r->d, (struct src_pos){r->path, 1},
                          "missing 'constraints'; a group { l2 = ...; rf = "
                          "...; } is needed");
    for (int i = 0; i < setting_length(s); i++) {
        const struct setting *m = setting_item(s, i);
        const char *name = setting_name(m);
        size_t k = 0;
        while (k < sizeof(levels) / sizeof(levels[0]) &&
               strcmp(levels[k].name, name) != 0)
            k++;
        if (k < sizeof(levels) / sizeof(levels[0])) {
            if (!read_level(r, m, &levels[k], out))
                return false;
        } else if (strcmp(name, "stationary") == 0) {
            out->has_stationary = true;
            if (!read_tensor(r, m, name, &out->stationary))
                return false;
        } else {
            return setting_unknown_key(m, known, " in constraints", r->d);
        }
    }
    return true;
}

bool nest_limits_read(const char *name, struct src_pos at,
                      struct nest_limits *out, struct diag *d)
{
    char *path = find_config_file(name, CONFIG_CONSTRAINTS, at, d);
    memset(out, 0, sizeof(*out));
    if (path == NULL)
        return false;
    const struct reader r = {path, d};
    struct config_text *text = config_text_read(path, at, d);
    bool ok =
        text != NULL &&
        config_kind_may_be(CONFIG_CONSTRAINTS, config_text_root(text), path,
                           d) &&
        read_all(&r, setting_member(config_text_root(text), "constraints"),
                 out);
    config_text_free(text);
    free(path);
    return ok;
}
