/* workload.c - reads the list of layers of a network's file, sets their batch,
 * and cuts transposed convolutions.
 * SPDX-License-Identifier: MIT
 */
#include "sim/config/workload.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/config_kind.h"
#include "sim/base/config_text.h"
#include "sim/base/find_file.h"
#include "sim/base/nearest.h"
#include "sim/base/transposed.h"
#include "sim/config/layer_read.h"

bool layer_name_of(const char *text, char *out, size_t out_bytes)
{
    size_t n = strlen(text);
    if (n >= out_bytes)
        return false;
    for (size_t i = 0; i <= n; i++)
        out[i] = text[i] == '-' || text[i] == '/'
                     ? '_'
                     : (char)tolower((unsigned char)text[i]);
    return true;
}

struct reader {
    const char *path;
    struct diag *d;
};

static bool is_new_name(const struct reader *r, const struct setting *s,
                        const struct workload *w, int i)
{
    for (int j = 0; j < i; j++)
        if (w->layer[i].name[0] != '\0' &&
            strcmp(w->layer[i].name, w->layer[j].name) == 0)
            return diag_error(r->d, setting_pos(s),
                              "two layers have the name '%s'; names must "
                              "differ",
                              w->layer[i].name);
    return true;
}

static bool read_layers(const struct reader *r, const struct setting *s,
                        struct workload *w)
{
    static const struct layer_read_how how;
    bool ok = true;
    if (setting_type(s) != SETTING_LIST)
        return diag_error(r->d, setting_pos(s),
                          "'layers' is %s; a list ( { ... }, ... ) is needed",
                          setting_kind(s));
    w->n_layers = setting_length(s);
    if (w->n_layers == 0)
        return diag_error(r->d, setting_pos(s),
                          "'layers' is empty; at least one layer is needed");
    w->layer = xcalloc((size_t)w->n_layers, sizeof(*w->layer));
    for (int i = 0; i < w->n_layers; i++) {
        const struct setting *l = setting_item(s, i);
        ok = layer_read(l, &how, &w->layer[i], r->d) && ok;
        ok = is_new_name(r, l, w, i) && ok;
    }
    return ok;
}

bool workload_read_batch(const struct setting *s, int *out, struct diag *d)
{
    long long value;
    if (!setting_whole_number(s, &value))
        return diag_error(d, setting_pos(s),
                          "'batch' is %s; a whole number is needed",
                          setting_kind(s));
    if (value < 1 || value > LAYER_DIM_MAX)
        return diag_error(d, setting_pos(s),
                          "'batch' is %lld; it may be 1 to %d", value,
                          LAYER_DIM_MAX);
    *out = (int)value;
    return true;
}

static bool read_member(const struct reader *r, const struct setting *s,
                        struct workload *w)
{
    const char *name = setting_name(s);
    struct nearest near;
    if (strcmp(name, "name") == 0)
        return layer_read_name(s, w->name, sizeof(w->name), r->d);
    if (strcmp(name, "layers") == 0)
        return read_layers(r, s, w);
    if (strcmp(name, "batch") == 0)
        return workload_read_batch(s, &w->own_batch, r->d);
    if (strcmp(name, "nodes") == 0 || strcmp(name, "inputs") == 0)
        return diag_error(r->d, setting_pos(s),
                          "'%s' is of a graph; a list of 'layers' is needed "
                          "here",
                          name);
    nearest_start(&near, name);
    nearest_offer(&near, "batch");
    nearest_offer(&near, "name");
    nearest_offer(&near, "layers");
    return diag_error(r->d, setting_pos(s),
                      "unknown key '%s' of a network; the nearest is '%s'",
                      name, near.best);
}

static bool read_network(const struct reader *r, const struct setting *root,
                         struct workload *w)
{
    struct src_pos at = {r->path, 1};
    bool ok = true;
    if (!config_kind_may_be(CONFIG_NETWORK, root, r->path, r->d))
        return false;
    for (int i = 0; i < setting_length(root); i++)
        ok = read_member(r, setting_item(root, i), w) && ok;
    if (setting_member(root, "name") == NULL)
        ok = diag_error(r->d, at, "a network lacks 'name'; a string is needed");
    if (setting_member(root, "layers") == NULL)
        ok = diag_error(r->d, at,
                        "a network lacks 'layers'; a list "
                        "( { ... }, ... ) is needed");
    return ok;
}

struct workload *workload_read(const struct setting *root, const char *path,
                               struct diag *d)
{
    const struct reader r = {path, d};
    struct workload *w = xcalloc(1, sizeof(*w));
    w->batch = 1;
    if (read_network(&r, root, w))
        return w;
    workload_free(w);
    return NULL;
}

struct workload *workload_load(const char *name_or_path, struct src_pos at,
                               struct diag *d)
{
    char *path = find_config_file(name_or_path, CONFIG_NETWORK, at, d);
    if (path == NULL)
        return NULL;
    struct config_text *file = config_text_read(path, at, d);
    struct workload *w =
        file != NULL ? workload_read(config_text_root(file), path, d) : NULL;
    config_text_free(file);
    free(path);
    return w;
}

struct workload *workload_of_layer(const struct layer *layer)
{
    struct workload *w = xcalloc(1, sizeof(*w));
    memcpy(w->name, layer->name, sizeof(w->name));
    w->batch = layer->N;
    w->n_layers = 1;
    w->layer = xcalloc(1, sizeof(*w->layer));
    w->layer[0] = *layer;
    return w;
}

void workload_free(struct workload *w)
{
    if (w == NULL)
        return;
    free(w->layer);
    free(w);
}

/* Sets what a layer runs as; returns how many there are, and counts only when
 * out is NULL. */
static int cut_transposed(const struct layer *l, bool with_zeros,
                          struct layer *out)
{
    struct layer part;
    int n = 0;
    if (l->op != LAYER_CONV_TRANSPOSE || with_zeros) {
        if (out != NULL && l->op == LAYER_CONV_TRANSPOSE)
            transposed_with_zeros(l, out);
        else if (out != NULL)
            *out = *l;
        return 1;
    }
    for (int i = 0; i < transposed_parts(l); i++) {
        if (!transposed_part(l, i, &part))
            continue;
        /* A long name is cut to leave room for both numbers. */
        snprintf(part.name, sizeof(part.name), "%.50s.%u_%u", l->name,
                 (unsigned)(i / l->stride_w) % 100,
                 (unsigned)(i % l->stride_w) % 100);
        if (out != NULL)
            out[n] = part;
        n++;
    }
    return n;
}

struct workload *workload_cut_transposed(const struct workload *w,
                                         bool with_zeros, int **parts)
{
    int n = 0, at = 0, transposed = 0;
    for (int i = 0; i < w->n_layers; i++) {
        transposed += w->layer[i].op == LAYER_CONV_TRANSPOSE;
        n += cut_transposed(&w->layer[i], with_zeros, NULL);
    }
    if (transposed == 0)
        return NULL;
    struct workload *out = xcalloc(1, sizeof(*out));
    *out = *w;
    out->n_layers = n;
    out->layer = xcalloc((size_t)n, sizeof(*out->layer));
    *parts = xcalloc((size_t)w->n_layers, sizeof(**parts));
    for (int i = 0; i < w->n_layers; i++) {
        (*parts)[i] = cut_transposed(&w->layer[i], with_zeros, &out->layer[at]);
        at += (*parts)[i];
    }
    return out;
}

bool workload_set_batch(struct workload *w, int batch, struct src_pos at,
                        struct diag *d)
{
    bool ok = true;
    for (int i = 0; i < w->n_layers; i++) {
        ok = layer_set_batch(&w->layer[i], batch, at, d) &&
             layer_finish(&w->layer[i], at, d) && ok;
    }
    w->batch = batch;
    return ok;
}
