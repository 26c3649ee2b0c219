/* mapping_file.c - see mapping_file.h.
 * SPDX-License-Identifier: MIT
 */
#include "sim/config/mapping_file.h"

#include <stdlib.h>
#include <string.h>

#include "dataflows/nest/nest_text.h"
#include "sim/base/config_kind.h"
#include "sim/base/config_text.h"
#include "sim/base/find_file.h"

struct entry {
    char layer[64]; /* "" = any */
    struct nest_where where;
    struct nest nest;
    bool keeps_given[LEVEL_N];
};

struct mapping_file {
    config_t text;
    char *path; /* owns */
    int n;
    struct entry *entry; /* own */
};

struct reader {
    const char *path;
    struct diag *d;
};

static struct src_pos pos(const struct reader *r, const config_setting_t *s)
{
    return setting_pos(s, r->path);
}

static bool read_loops(const struct reader *r, const config_setting_t *s,
                       struct nest_loops *out)
{
    const char *key = config_setting_name(s);
    bool ok = true;
    if (!setting_is_list(s))
        return diag_error(r->d, pos(r, s),
                          "'%s' is %s; a list of loops is needed, as in "
                          "[\"m 4\", \"c 24\"]",
                          key, setting_kind(s));
    for (int i = 0; i < config_setting_length(s); i++) {
        const config_setting_t *one = config_setting_get_elem(s, (unsigned)i);
        const char *text = config_setting_get_string(one);
        struct nest_loop loop;
        const char *wrong =
            text == NULL ? "a string is needed" : nest_parse_loop(text, &loop);
        if (wrong != NULL)
            ok = diag_error(r->d, pos(r, one),
                            "'%s' has the loop '%s'; %s, as in \"m 4\"", key,
                            text != NULL ? text : setting_kind(one), wrong);
        else if (!nest_append(out, (enum nest_dim)loop.dim, loop.count))
            return diag_error(r->d, pos(r, one),
                              "'%s' has more than %d loops; fewer are allowed",
                              key, NEST_LOOPS_MAX);
    }
    return ok;
}

static bool read_keep(const struct reader *r, const config_setting_t *s,
                      bool keep[TENSOR_N])
{
    if (!setting_is_list(s))
        return diag_error(r->d, pos(r, s),
                          "'keep' is %s; a list of tensors is needed, as in "
                          "[\"ifmap\", \"psum\"]",
                          setting_kind(s));
    for (int t = 0; t < TENSOR_N; t++)
        keep[t] = false;
    for (int i = 0; i < config_setting_length(s); i++) {
        const config_setting_t *one = config_setting_get_elem(s, (unsigned)i);
        const char *text = config_setting_get_string(one);
        int t = 0;
        while (t < TENSOR_N &&
               (text == NULL || strcmp(text, tensor_name[t]) != 0))
            t++;
        if (t == TENSOR_N)
            return diag_error(r->d, pos(r, one),
                              "'keep' has '%s'; it may have 'ifmap', "
                              "'filter' and 'psum'",
                              text != NULL ? text : setting_kind(one));
        keep[t] = true;
    }
    return true;
}

static bool read_level(const struct reader *r, const config_setting_t *s,
                       enum level level, struct entry *out)
{
    static const char *const known[] = {"loops", "rows", "cols", "keep", NULL};
    struct nest_level *at = &out->nest.level[level];
    bool ok = true;
    out->where.level[level] = pos(r, s);
    if (!config_setting_is_group(s))
        return diag_error(r->d, pos(r, s),
                          "'%s' is %s; a group { loops = [ ... ]; } is needed",
                          level_name[level], setting_kind(s));
    for (int i = 0; i < config_setting_length(s); i++) {
        const config_setting_t *m = config_setting_get_elem(s, (unsigned)i);
        const char *name = config_setting_name(m);
        bool read = false;
        if (strcmp(name, "loops") == 0)
            read = read_loops(r, m, &at->time);
        else if (strcmp(name, "rows") == 0)
            read = read_loops(r, m, &at->rows);
        else if (strcmp(name, "cols") == 0)
            read = read_loops(r, m, &at->cols);
        else if (strcmp(name, "keep") == 0)
            read = out->keeps_given[level] = read_keep(r, m, at->keep);
        else
            setting_unknown_key(m, r->path, known, " in a mapping", r->d);
        ok = ok && read;
    }
    return ok;
}

static bool read_layer(const struct reader *r, const config_setting_t *s,
                       struct entry *out)
{
    const char *text = config_setting_get_string(s);
    if (text == NULL || strlen(text) >= sizeof(out->layer))
        return diag_error(r->d, pos(r, s),
                          "'layer' is %s; a layer's name is needed",
                          text == NULL ? setting_kind(s) : "too long");
    snprintf(out->layer, sizeof(out->layer), "%s", text);
    return true;
}

static bool read_entry(const struct reader *r, const config_setting_t *s,
                       struct entry *out)
{
    static const char *const known[] = {"layer", "dram", "l2",
                                        "l1",    "rf",   NULL};
    bool ok = true;
    for (int k = 0; k < LEVEL_N; k++)
        out->where.level[k] = pos(r, s);
    if (!config_setting_is_group(s))
        return diag_error(r->d, pos(r, s),
                          "a mapping is %s; a group { dram = ...; l2 = ...; "
                          "rf = ...; } is needed",
                          setting_kind(s));
    for (int i = 0; i < config_setting_length(s); i++) {
        const config_setting_t *m = config_setting_get_elem(s, (unsigned)i);
        const char *name = config_setting_name(m);
        int level = 0;
        while (level < LEVEL_N && strcmp(name, level_name[level]) != 0)
            level++;
        if (level < LEVEL_N)
            ok = read_level(r, m, (enum level)level, out) && ok;
        else if (strcmp(name, "layer") == 0)
            ok = read_layer(r, m, out) && ok;
        else
            ok = setting_unknown_key(m, r->path, known, " in a mapping", r->d);
    }
    return ok;
}

static bool read_all(struct mapping_file *f, struct diag *d)
{
    static const char *const known[] = {"mappings", NULL};
    const struct reader r = {f->path, d};
    const config_setting_t *root = config_root_setting(&f->text);
    const config_setting_t *list = config_lookup(&f->text, "mappings");
    bool ok = true;
    for (int i = 0; i < config_setting_length(root); i++) {
        const config_setting_t *s = config_setting_get_elem(root, (unsigned)i);
        if (strcmp(config_setting_name(s), "mappings") != 0)
            ok = setting_unknown_key(s, r.path, known, " in a mapping", r.d);
    }
    if (list == NULL)
        return diag_error(d, (struct src_pos){f->path, 1},
                          "missing 'mappings'; a list ( { dram = ...; l2 = "
                          "...; rf = ...; } ) is needed");
    if (!config_setting_is_list(list) || config_setting_length(list) == 0)
        return diag_error(d, pos(&r, list),
                          "'mappings' is %s; a list ( { dram = ...; l2 = ...; "
                          "rf = ...; } ) is needed",
                          config_setting_is_list(list) ? "empty"
                                                       : setting_kind(list));
    f->n = config_setting_length(list);
    f->entry = xcalloc((size_t)f->n, sizeof(*f->entry));
    for (int i = 0; i < f->n; i++)
        ok = read_entry(&r, config_setting_get_elem(list, (unsigned)i),
                        &f->entry[i]) &&
             ok;
    return ok;
}

struct mapping_file *mapping_file_read(const char *name, struct src_pos at,
                                       struct diag *d)
{
    char *path = find_config_file(name, CONFIG_MAPPING, at, d);
    if (path == NULL)
        return NULL;
    struct mapping_file *f = xcalloc(1, sizeof(*f));
    f->path = path;
    if (config_text_read(path, at, &f->text, d) &&
        config_kind_may_be(CONFIG_MAPPING, config_root_setting(&f->text), path,
                           d) &&
        read_all(f, d))
        return f;
    mapping_file_free(f);
    return NULL;
}

void mapping_file_free(struct mapping_file *f)
{
    if (f == NULL)
        return;
    config_destroy(&f->text);
    free(f->entry);
    free(f->path);
    free(f);
}

bool mapping_file_nest(const struct mapping_file *f, const struct arch *arch,
                       const struct layer *layer, struct nest *out,
                       struct nest_where *where, struct diag *d)
{
    struct nest standard;
    int i = 0;
    while (i < f->n && f->entry[i].layer[0] != '\0' &&
           strcmp(f->entry[i].layer, layer->name) != 0)
        i++;
    if (i == f->n)
        return diag_error(d, (struct src_pos){f->path, 1},
                          "no mapping for layer '%s'; one with its name, or "
                          "without 'layer', is needed",
                          layer->name);
    *out = f->entry[i].nest;
    *where = f->entry[i].where;
    nest_start(arch, &standard);
    for (int level = 0; level < LEVEL_N; level++)
        if (!f->entry[i].keeps_given[level])
            memcpy(out->level[level].keep, standard.level[level].keep,
                   sizeof(out->level[level].keep));
    return true;
}
