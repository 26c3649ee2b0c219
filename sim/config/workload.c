/* workload.c - reads the layers of a network's file key by key, chooses those
 * that the user names, and sets their batch.
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
#include "sim/config/layer_keys.h"

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

static bool unknown_key(const struct reader *r, const struct setting *s,
                        const struct layer_key *dims)
{
    const char *what = layer_key_not_modelled(setting_name(s));
    struct nearest near;
    if (what != NULL)
        return diag_error(r->d, setting_pos(s), "'%s' is %s", setting_name(s),
                          what);
    nearest_start(&near, setting_name(s));
    for (const struct layer_key *key = dims; key->name != NULL; key++)
        nearest_offer(&near, key->name);
    for (int i = 0; layer_keys[i].name != NULL; i++)
        if (layer_keys[i].type != LAYER_KEY_DIM)
            nearest_offer(&near, layer_keys[i].name);
    nearest_offer(&near, "name");
    nearest_offer(&near, "op");
    nearest_offer(&near, "type");
    return diag_error(r->d, setting_pos(s),
                      "unknown key '%s' of a layer; the nearest is '%s'",
                      near.wanted, near.best);
}

static bool set_dim(const struct reader *r, const struct layer_key *key,
                    const struct setting *s, struct layer_given *given,
                    struct layer *out)
{
    long long value;
    if (setting_type(s) == SETTING_FLOAT || !setting_whole_number(s, &value))
        return diag_error(r->d, setting_pos(s),
                          "'%s' is %s; a whole number is needed", key->name,
                          setting_kind(s));
    return layer_key_set(key, value, given, out, setting_pos(s), r->d);
}

static bool set_share(const struct reader *r, const struct layer_key *key,
                      const struct setting *s, struct layer *out)
{
    double value;
    if (!setting_is_number(s))
        return diag_error(r->d, setting_pos(s),
                          "'%s' is %s; a number is needed", key->name,
                          setting_kind(s));
    value = setting_number(s);
    if (!(value >= 0 && value <= 1))
        return diag_error(r->d, setting_pos(s), "'%s' is %g; it may be 0 to 1",
                          key->name, value);
    *(double *)((char *)out + key->offset[0]) = value;
    return true;
}

static bool set_flag(const struct reader *r, const struct layer_key *key,
                     const struct setting *s, struct layer *out)
{
    if (setting_type(s) != SETTING_BOOL)
        return diag_error(r->d, setting_pos(s),
                          "'%s' is %s; true or false is needed", key->name,
                          setting_kind(s));
    *(bool *)((char *)out + key->offset[0]) = setting_is_true(s);
    return true;
}

/* What needs no quotes anywhere, and stands for nothing else: reports call the
 * sum of all layers 'total'. */
static bool is_name(const char *text)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                                  "0123456789_.";
    return text[strspn(text, letters)] == '\0' && strcmp(text, "all") != 0 &&
           strcmp(text, "total") != 0;
}

static bool set_name(const struct reader *r, const struct setting *s, char *out,
                     size_t out_bytes)
{
    const char *text = setting_string(s);
    if (text == NULL)
        return diag_error(r->d, setting_pos(s),
                          "'%s' is %s; a string is needed", setting_name(s),
                          setting_kind(s));
    if (text[0] == '\0' || !layer_name_of(text, out, out_bytes))
        return diag_error(r->d, setting_pos(s),
                          "'%s' has %zu letters; 1 to %zu are allowed",
                          setting_name(s), strlen(text), out_bytes - 1);
    if (!is_name(out))
        return diag_error(r->d, setting_pos(s),
                          "'%s' is no name that can be chosen; letters, "
                          "digits, '_', '-', '/' and '.' are allowed, and not "
                          "'all' or 'total'",
                          text);
    return true;
}

static bool set_op(const struct reader *r, const struct setting *s,
                   struct layer *out)
{
    const char *text = setting_string(s);
    if (text != NULL && layer_set_op(out, text))
        return true;
    return diag_error(r->d, setting_pos(s), "'%s' is %s%s%s; it may be %s",
                      setting_name(s), text != NULL ? "'" : "",
                      text != NULL ? text : setting_kind(s),
                      text != NULL ? "'" : "", layer_op_list());
}

/* dims: the table of the layer's whole numbers. */
static bool read_key(const struct reader *r, const struct setting *s,
                     const struct layer_key *dims, struct layer_given *given,
                     struct layer *out)
{
    const char *name = setting_name(s);
    const struct layer_key *key = layer_key_find(dims, name);
    if (strcmp(name, "name") == 0)
        return set_name(r, s, out->name, sizeof(out->name));
    if (strcmp(name, "op") == 0 || strcmp(name, "type") == 0)
        return set_op(r, s, out);
    if (key == NULL)
        key = layer_key_find(layer_keys, name);
    if (key == NULL || (key->type == LAYER_KEY_DIM && dims != layer_keys &&
                        layer_key_find(dims, name) == NULL))
        return unknown_key(r, s, dims);
    switch (key->type) {
    case LAYER_KEY_SHARE:
        return set_share(r, key, s, out);
    case LAYER_KEY_FLAG:
        return set_flag(r, key, s, out);
    case LAYER_KEY_DIM:
    case LAYER_KEY_BITS:
        break;
    }
    return set_dim(r, key, s, given, out);
}

static void list_missing(const struct setting *s, const struct layer_key *dims,
                         FILE *to)
{
    const char *comma = "";
    if (setting_member(s, "name") == NULL) {
        fprintf(to, "'name'");
        comma = ", ";
    }
    for (const struct layer_key *key = dims; key->name != NULL; key++)
        if (key->left_out == LAYER_KEY_REQUIRED &&
            setting_member(s, key->name) == NULL) {
            fprintf(to, "%s'%s'", comma, key->name);
            comma = ", ";
        }
}

static bool nothing_is_missing(const struct reader *r, const struct setting *s,
                               const struct layer_key *dims)
{
    char *list = NULL;
    size_t list_bytes;
    bool ok;
    FILE *to = open_memstream(&list, &list_bytes);
    SIM_CHECK(to != NULL);
    list_missing(s, dims, to);
    SIM_CHECK(fclose(to) == 0);
    ok = list[0] == '\0' ||
         diag_error(r->d, setting_pos(s),
                    "a layer lacks %s; a layer has a name and at least %s",
                    list, dims == layer_keys ? "M, C, H, W" : "M, N, K");
    free(list);
    return ok;
}

/* A gemm with a K speaks its own letters; a matmul has no others. */
static const struct layer_key *dims_of(const struct setting *s)
{
    const struct setting *given = setting_member(s, "op");
    if (given == NULL)
        given = setting_member(s, "type");
    const char *op = given != NULL ? setting_string(given) : NULL;
    if (op == NULL)
        return layer_keys;
    if (strcmp(op, layer_op_name[LAYER_MATMUL]) == 0)
        return layer_gemm_keys;
    return strcmp(op, layer_op_name[LAYER_GEMM]) == 0 &&
                   setting_member(s, "K") != NULL
               ? layer_gemm_keys
               : layer_keys;
}

/* What one key may not say for another. */
static bool keys_agree(const struct reader *r, const struct setting *s,
                       const struct layer *l)
{
    const struct setting *type = setting_member(s, "type");
    const struct setting *B = setting_member(s, "B");
    if (type != NULL && setting_member(s, "op") != NULL)
        return diag_error(r->d, setting_pos(type),
                          "'type' says what 'op' says; one of them is needed");
    if (l->op == LAYER_GEMM && B != NULL)
        return diag_error(r->d, setting_pos(B),
                          "'B' of a gemm; products side by side are of "
                          "op = \"matmul\"");
    return true;
}

static bool read_layer(const struct reader *r, const struct setting *s,
                       struct layer *out)
{
    struct layer_given given = {{NULL}};
    bool ok = true;
    if (setting_type(s) != SETTING_GROUP)
        return diag_error(r->d, setting_pos(s),
                          "a layer is %s; a group { name = \"...\"; ... } is "
                          "needed",
                          setting_kind(s));
    const struct layer_key *dims = dims_of(s);
    layer_keys_leave_out(out);
    for (int i = 0; i < setting_length(s); i++)
        ok = read_key(r, setting_item(s, i), dims, &given, out) && ok;
    ok = nothing_is_missing(r, s, dims) && ok;
    ok = ok && keys_agree(r, s, out);
    if (ok && dims == layer_gemm_keys)
        ok = layer_of_gemm(out, setting_pos(s), r->d);
    return ok && layer_finish(out, setting_pos(s), r->d);
}

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
        ok = read_layer(r, l, &w->layer[i]) && ok;
        ok = is_new_name(r, l, w, i) && ok;
    }
    return ok;
}

/* The images that the network's file gives it; --batch overrides them. */
static bool read_batch(const struct reader *r, const struct setting *s,
                       struct workload *w)
{
    long long value;
    if (!setting_whole_number(s, &value))
        return diag_error(r->d, setting_pos(s),
                          "'batch' is %s; a whole number is needed",
                          setting_kind(s));
    if (value < 1 || value > LAYER_DIM_MAX)
        return diag_error(r->d, setting_pos(s),
                          "'batch' is %lld; it may be 1 to %d", value,
                          LAYER_DIM_MAX);
    w->own_batch = (int)value;
    return true;
}

static bool read_member(const struct reader *r, const struct setting *s,
                        struct workload *w)
{
    const char *name = setting_name(s);
    struct nearest near;
    if (strcmp(name, "name") == 0)
        return set_name(r, s, w->name, sizeof(w->name));
    if (strcmp(name, "layers") == 0)
        return read_layers(r, s, w);
    if (strcmp(name, "batch") == 0)
        return read_batch(r, s, w);
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

struct workload *workload_load(const char *name_or_path, struct src_pos at,
                               struct diag *d)
{
    char *path = find_config_file(name_or_path, CONFIG_NETWORK, at, d);
    struct reader r = {path, d};
    struct workload *w;
    struct config_text *file;
    bool ok;
    if (path == NULL)
        return NULL;
    w = xcalloc(1, sizeof(*w));
    w->batch = 1;
    file = config_text_read(path, at, d);
    ok = file != NULL && read_network(&r, config_text_root(file), w);
    config_text_free(file);
    free(path);
    if (ok)
        return w;
    workload_free(w);
    return NULL;
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
