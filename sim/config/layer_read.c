/* layer_read.c - reads a layer of a network's file key by key, checks that
 * nothing is missing, and finishes it.
 * SPDX-License-Identifier: MIT
 */
#include "sim/config/layer_read.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/nearest.h"
#include "sim/base/text_stream.h"
#include "sim/config/layer_keys.h"
#include "sim/config/workload.h"
#include "sim/pattern/mask_file.h"

/* Where M, or the N of a gemm, is kept: what no ifmap says. */
#define AT_M offsetof(struct layer, M)

struct reader {
    const struct layer_read_how *how;
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

static bool set_mask(const struct reader *r, const struct layer_key *key,
                     const struct setting *s, struct layer *out)
{
    const char *path = setting_string(s);
    if (path == NULL)
        return diag_error(r->d, setting_pos(s),
                          "'%s' is %s; the name of a file is needed", key->name,
                          setting_kind(s));
    const struct zero_mask *mask =
        zero_mask_of_file(path, setting_pos(s), r->d);
    memcpy((char *)out + key->offset[0], &mask, sizeof(mask));
    return mask != NULL;
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

bool layer_read_name(const struct setting *s, char *out, size_t out_bytes,
                     struct diag *d)
{
    const char *text = setting_string(s);
    if (text == NULL)
        return diag_error(d, setting_pos(s), "'%s' is %s; a string is needed",
                          setting_name(s), setting_kind(s));
    if (text[0] == '\0' || !layer_name_of(text, out, out_bytes))
        return diag_error(d, setting_pos(s),
                          "'%s' has %zu letters; 1 to %zu are allowed",
                          setting_name(s), strlen(text), out_bytes - 1);
    if (!is_name(out))
        return diag_error(d, setting_pos(s),
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

/* Whether the caller reads the key itself. */
static bool is_other_key(const struct reader *r, const char *name)
{
    for (int i = 0; r->how->other_keys != NULL; i++) {
        if (r->how->other_keys[i] == NULL)
            break;
        if (strcmp(name, r->how->other_keys[i]) == 0)
            return true;
    }
    return false;
}

/* dims: the table of the layer's whole numbers. */
static bool read_key(const struct reader *r, const struct setting *s,
                     const struct layer_key *dims, struct layer_given *given,
                     struct layer *out)
{
    const char *name = setting_name(s);
    const struct layer_key *key = layer_key_find(dims, name);
    if (is_other_key(r, name))
        return true;
    if (strcmp(name, "name") == 0)
        return layer_read_name(s, out->name, sizeof(out->name), r->d);
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
    case LAYER_KEY_MASK:
        return set_mask(r, key, s, out);
    case LAYER_KEY_DIM:
    case LAYER_KEY_BITS:
        break;
    }
    return set_dim(r, key, s, given, out);
}

/* Whether the ifmap says what the key says. */
static bool is_inferred(const struct reader *r, const struct layer_key *key)
{
    return r->how->ifmap_is_known && key->offset[0] != AT_M;
}

static void list_missing(const struct reader *r, const struct setting *s,
                         const struct layer_key *dims, FILE *to)
{
    const char *comma = "";
    if (setting_member(s, "name") == NULL) {
        fprintf(to, "'name'");
        comma = ", ";
    }
    for (const struct layer_key *key = dims; key->name != NULL; key++)
        if (key->left_out == LAYER_KEY_REQUIRED && !is_inferred(r, key) &&
            setting_member(s, key->name) == NULL) {
            fprintf(to, "%s'%s'", comma, key->name);
            comma = ", ";
        }
}

static const char *required_text(const struct reader *r,
                                 const struct layer_key *dims)
{
    if (r->how->ifmap_is_known)
        return dims == layer_keys ? "M" : "N";
    return dims == layer_keys ? "M, C, H, W" : "M, N, K";
}

static bool nothing_is_missing(const struct reader *r, const struct setting *s,
                               const struct layer_key *dims)
{
    char *list = NULL;
    size_t list_bytes;
    bool ok;
    FILE *to = text_stream(&list, &list_bytes);
    list_missing(r, s, dims, to);
    SIM_CHECK(fclose(to) == 0);
    ok = list[0] == '\0' ||
         diag_error(r->d, setting_pos(s),
                    "a layer lacks %s; a layer has a name and at least %s",
                    list, required_text(r, dims));
    free(list);
    return ok;
}

/* A gemm with a K speaks its own letters, and so does one whose ifmap is known;
 * a matmul has no others. */
static const struct layer_key *dims_of(const struct reader *r,
                                       const struct setting *s)
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
                   (r->how->ifmap_is_known || setting_member(s, "K") != NULL)
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

/* The dimensions that the ifmap gave, and that the keys may only repeat. */
static bool ifmap_is_as_known(const struct reader *r, const struct setting *s,
                              const struct layer_key *dims,
                              const struct layer *known,
                              const struct layer *said)
{
    bool ok = true;
    for (const struct layer_key *key = dims; key->name != NULL; key++) {
        if (key->left_out != LAYER_KEY_REQUIRED || !is_inferred(r, key))
            continue;
        int is, was;
        memcpy(&is, (const char *)said + key->offset[0], sizeof(is));
        memcpy(&was, (const char *)known + key->offset[0], sizeof(was));
        if (is != was)
            ok = diag_error(r->d, setting_pos(setting_member(s, key->name)),
                            "'%s' of node '%s' is %d; its input has %d",
                            key->name, said->name, is, was);
    }
    return ok;
}

bool layer_read(const struct setting *s, const struct layer_read_how *how,
                struct layer *out, struct diag *d)
{
    const struct reader r = {how, d};
    const struct layer known = *out;
    struct layer_given given = {{NULL}};
    bool ok = true;
    if (setting_type(s) != SETTING_GROUP)
        return diag_error(d, setting_pos(s),
                          "a layer is %s; a group { name = \"...\"; ... } is "
                          "needed",
                          setting_kind(s));
    const struct layer_key *dims = dims_of(&r, s);
    layer_keys_leave_out(out);
    for (int i = 0; i < setting_length(s); i++)
        ok = read_key(&r, setting_item(s, i), dims, &given, out) && ok;
    ok = nothing_is_missing(&r, s, dims) && ok;
    ok = ok && keys_agree(&r, s, out);
    if (ok && how->ifmap_is_known)
        ok = ifmap_is_as_known(&r, s, dims, &known, out);
    if (ok && how->filter_is_ifmap && setting_member(s, "R") == NULL)
        out->R = out->H;
    if (ok && how->filter_is_ifmap && setting_member(s, "S") == NULL)
        out->S = out->W;
    if (ok && dims == layer_gemm_keys)
        ok = layer_of_gemm(out, setting_pos(s), d);
    return ok && layer_finish(out, setting_pos(s), d) &&
           zero_masks_fit(out, setting_pos(s), d);
}
