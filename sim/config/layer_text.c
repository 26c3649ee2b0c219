/* layer_text.c - reads a layer from a list KEY=NUMBER,...  What a key may be
 * is a table: of --shape the keys of a network's layers, of --gemm its own
 * letters.
 * SPDX-License-Identifier: MIT
 */
#include "sim/config/layer_text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/nearest.h"
#include "sim/base/whole_number.h"
#include "sim/config/layer_keys.h"

static const struct layer_key shape_n = {
    "N",           LAYER_KEY_DIM, {offsetof(struct layer, N)}, 1, 1, 1,
    LAYER_DIM_MAX, "images"};

enum { KEYS_MAX = 32 };
struct text_reader {
    const struct layer_key *key[KEYS_MAX];
    bool is_required[KEYS_MAX];
    int n_keys;
    struct layer_given given;
    bool has_op, is_gemm; /* letters of --gemm */
    struct layer layer;
    struct src_pos at;
    struct diag *d;
};

static void add_key(struct text_reader *r, const struct layer_key *key,
                    bool is_required)
{
    SIM_CHECK(r->n_keys < KEYS_MAX);
    r->key[r->n_keys] = key;
    r->is_required[r->n_keys++] = is_required;
}

static const struct layer_key *find_key(const struct text_reader *r,
                                        const char *name)
{
    for (int i = 0; i < r->n_keys; i++)
        if (strcmp(r->key[i]->name, name) == 0)
            return r->key[i];
    return NULL;
}

static bool unknown_key(const struct text_reader *r, const char *name)
{
    struct nearest near;
    if (layer_key_not_modelled(name) != NULL)
        return diag_error(r->d, r->at, "'%s' is %s", name,
                          layer_key_not_modelled(name));
    nearest_start(&near, name);
    for (int i = 0; i < r->n_keys; i++)
        nearest_offer(&near, r->key[i]->name);
    return diag_error(r->d, r->at, "unknown key '%s'; the nearest is '%s'",
                      name, near.best);
}

static bool read_op(struct text_reader *r, const char *name)
{
    if (r->has_op)
        return diag_error(r->d, r->at, "'op' is given twice; once is enough");
    r->has_op = true;
    if (strcmp(name, layer_op_name[LAYER_MATMUL]) == 0)
        return diag_error(r->d, r->at,
                          "'op' is 'matmul'; its letters are those of "
                          "'--gemm M=..,N=..,K=..,B=..'");
    return layer_set_op(&r->layer, name) ||
           diag_error(r->d, r->at, "'op' is '%s'; it may be %s", name,
                      layer_op_list());
}

/* "M=64" */
static bool read_item(struct text_reader *r, char *item)
{
    char *equals = strchr(item, '=');
    const struct layer_key *key;
    int64_t value;
    if (equals == NULL)
        return diag_error(r->d, r->at,
                          "'%s' is not of the form KEY=NUMBER; as in 'M=64'",
                          item);
    *equals = '\0';
    key = find_key(r, item);
    if (!r->is_gemm && strcmp(item, "op") == 0)
        return read_op(r, equals + 1);
    if (key == NULL)
        return unknown_key(r, item);
    switch (whole_number_read(equals + 1, &value)) {
    case NUMBER_NONE:
        return diag_error(r->d, r->at, "'%s' is '%s'; a whole number is needed",
                          item, equals + 1);
    case NUMBER_TOO_LARGE:
        return diag_error(r->d, r->at, "'%s' is %s; it may be %d to %d", item,
                          equals + 1, key->least, key->most);
    case NUMBER_OK:
        break;
    }
    return layer_key_set(key, value, &r->given, &r->layer, r->at, r->d);
}

/* Lists the required keys that `items` has not. */
static bool nothing_is_missing(const struct text_reader *r,
                               const bool is_given[KEYS_MAX])
{
    char missing[128] = "";
    for (int i = 0; i < r->n_keys; i++)
        if (r->is_required[i] && !is_given[i]) {
            size_t used = strlen(missing);
            snprintf(missing + used, sizeof(missing) - used, "%s'%s'",
                     used > 0 ? ", " : "", r->key[i]->name);
        }
    if (missing[0] == '\0')
        return true;
    return diag_error(r->d, r->at,
                      "%s missing; each needs a number as in 'M=64'", missing);
}

static bool read_items(struct text_reader *r, const char *text)
{
    bool is_given[KEYS_MAX] = {false};
    char *copy = xstrdup(text), *rest = copy, *item;
    bool ok = true;
    while ((item = strsep(&rest, ",")) != NULL) {
        ok = read_item(r, item) && ok; /* ends the item behind its key */
        for (int i = 0; i < r->n_keys; i++)
            is_given[i] = is_given[i] || strcmp(r->key[i]->name, item) == 0;
    }
    free(copy);
    return ok && nothing_is_missing(r, is_given);
}

/* Reads `text`, given by `option`, with the keys of `r`. */
static bool parse(struct text_reader *r, const char *option, const char *text,
                  struct layer *out, struct diag *d)
{
    size_t bytes = strlen(option) + strlen(text) + sizeof("accelsim:  ");
    char *where = xcalloc(1, bytes); /* stands where a file would */
    snprintf(where, bytes, "accelsim: %s %s", option, text);
    r->at = (struct src_pos){where, 0};
    r->d = d;
    bool ok = read_items(r, text) &&
              (!r->is_gemm || layer_of_gemm(&r->layer, r->at, d)) &&
              layer_finish(&r->layer, r->at, d);
    if (ok)
        *out = r->layer;
    free(where);
    return ok;
}

bool layer_parse_shape(const char *text, struct layer *out, struct diag *d)
{
    struct text_reader r = {.layer = {.name = "shape", .op = LAYER_CONV}};
    layer_keys_leave_out(&r.layer);
    add_key(&r, &shape_n, false);
    for (const struct layer_key *key = layer_keys; key->name != NULL; key++)
        if (key->type == LAYER_KEY_DIM)
            add_key(&r, key,
                    key->name[1] == '\0' && strchr("MCHWRS", key->name[0]));
    return parse(&r, "--shape", text, out, d);
}

bool layer_parse_gemm(const char *text, struct layer *out, struct diag *d)
{
    struct text_reader r = {.is_gemm = true,
                            .layer = {.name = "gemm", .op = LAYER_GEMM}};
    layer_keys_leave_out(&r.layer);
    for (const struct layer_key *key = layer_gemm_keys; key->name != NULL;
         key++)
        add_key(&r, key, key->left_out == LAYER_KEY_REQUIRED);
    r.layer.op = strstr(text, "B=") != NULL ? LAYER_MATMUL : LAYER_GEMM;
    return parse(&r, "--gemm", text, out, d);
}

void layer_steps_text(const struct layer *l, char between, char *out,
                      size_t bytes)
{
    const bool sides =
        l->pad_top != l->pad_bottom || l->pad_left != l->pad_right;
    const struct {
        const char *name;
        int value;
        bool is_shown;
    } step[] = {
        {"stride", l->stride_h, l->stride_h == l->stride_w},
        {"stride_h", l->stride_h, l->stride_h != l->stride_w},
        {"stride_w", l->stride_w, l->stride_h != l->stride_w},
        {"pad", l->pad_top, layer_pads_alike(l)},
        {"pad_h", l->pad_top, !sides && !layer_pads_alike(l)},
        {"pad_w", l->pad_left, !sides && !layer_pads_alike(l)},
        {"pad_top", l->pad_top, sides},
        {"pad_bottom", l->pad_bottom, sides},
        {"pad_left", l->pad_left, sides},
        {"pad_right", l->pad_right, sides},
        {"dilation", l->dilation_h, l->dilation_h == l->dilation_w},
        {"dilation_h", l->dilation_h, l->dilation_h != l->dilation_w},
        {"dilation_w", l->dilation_w, l->dilation_h != l->dilation_w},
    };
    size_t at = 0;
    for (size_t i = 0; i < sizeof(step) / sizeof(step[0]) && at < bytes; i++)
        if (step[i].is_shown)
            at += (size_t)snprintf(out + at, bytes - at, "%.*s%s=%d", at > 0,
                                   &between, step[i].name, step[i].value);
}
