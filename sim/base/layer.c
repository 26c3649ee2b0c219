/* layer.c - a layer's checks, and layers from the command line.
 * SPDX-License-Identifier: MIT
 */
#include "sim/base/layer.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/nearest.h"
#include "sim/base/whole_number.h"

#define DIM_MAX 65535 /* 16 bits, as in the programs */
/* A counter of MACs or of words used in them fits; what PEs and cycles make of
 * it is checked when it is known (sim/base/result.h). */
#define MACS_MAX ((uint64_t)1 << 62)

const char *const tensor_name[TENSOR_N] = {"ifmap", "filter", "psum"};

int layer_padded_h(const struct layer *layer)
{
    return layer->H + 2 * layer->pad;
}

int layer_padded_w(const struct layer *layer)
{
    return layer->W + 2 * layer->pad;
}

/* Extent of a filter of `taps` taps on the ifmap. */
static int64_t filter_extent(const struct layer *layer, int taps)
{
    return (int64_t)layer->dilation * (taps - 1) + 1;
}

struct checked_dim {
    const char *name;
    int value, min;
};

static bool dims_are_in_range(const struct layer *layer, struct src_pos at,
                              struct diag *d)
{
    const struct checked_dim dim[] = {
        {"N", layer->N, 1},
        {"G", layer->G, 1},
        {"M", layer->M, 1},
        {"C", layer->C, 1},
        {"H", layer->H, 1},
        {"W", layer->W, 1},
        {"R", layer->R, 1},
        {"S", layer->S, 1},
        {"stride", layer->stride, 1},
        {"pad", layer->pad, 0},
        {"dilation", layer->dilation, 1},
    };
    bool ok = true;
    for (int i = 0; i < (int)(sizeof(dim) / sizeof(*dim)); i++)
        if (dim[i].value < dim[i].min || dim[i].value > DIM_MAX)
            ok = diag_error(
                d, at, "'%s' of layer '%s' is %d; it may be %d to %d",
                dim[i].name, layer->name, dim[i].value, dim[i].min, DIM_MAX);
    return ok;
}

static bool macs_fit(const struct layer *layer)
{
    const int factor[] = {layer->N, layer->M, layer->C / layer->G,
                          layer->R, layer->S, layer->P,
                          layer->Q};
    uint64_t product = 1;
    for (int i = 0; i < (int)(sizeof(factor) / sizeof(*factor)); i++)
        if (__builtin_mul_overflow(product, (uint64_t)factor[i], &product))
            return false;
    return product <= MACS_MAX;
}

bool layer_finish(struct layer *layer, struct src_pos at, struct diag *d)
{
    struct layer l = *layer;
    int64_t free_rows, free_cols;
    bool ok = true;
    if (!dims_are_in_range(&l, at, d))
        return false;
    if (l.M % l.G != 0 || l.C % l.G != 0)
        ok = diag_error(d, at,
                        "'G' of layer '%s' is %d and divides not both M = %d "
                        "and C = %d; groups have equal parts of both",
                        l.name, l.G, l.M, l.C);
    free_rows = layer_padded_h(&l) - filter_extent(&l, l.R);
    free_cols = layer_padded_w(&l) - filter_extent(&l, l.S);
    if (free_rows < 0 || free_cols < 0)
        return diag_error(d, at,
                          "the filter of layer '%s' spans %" PRId64
                          " x %" PRId64 " words; its padded ifmap has %d x %d",
                          l.name, filter_extent(&l, l.R),
                          filter_extent(&l, l.S), layer_padded_h(&l),
                          layer_padded_w(&l));
    if (!ok)
        return false;
    l.P = (int)(free_rows / l.stride) + 1;
    l.Q = (int)(free_cols / l.stride) + 1;
    if (l.P > DIM_MAX || l.Q > DIM_MAX)
        return diag_error(d, at,
                          "the ofmap of layer '%s' is %d x %d; at most %d x %d "
                          "can be simulated",
                          l.name, l.P, l.Q, DIM_MAX, DIM_MAX);
    if (!macs_fit(&l))
        return diag_error(d, at,
                          "layer '%s' has more than 2^62 MACs; a smaller "
                          "layer can be counted",
                          l.name);
    *layer = l;
    return true;
}

bool layer_same(const struct layer *a, const struct layer *b)
{
    bool same = a->type == b->type && a->N == b->N && a->G == b->G &&
                a->M == b->M && a->C == b->C && a->H == b->H && a->W == b->W &&
                a->R == b->R && a->S == b->S && a->stride == b->stride &&
                a->pad == b->pad && a->dilation == b->dilation &&
                a->P == b->P && a->Q == b->Q &&
                a->network_input == b->network_input;
    for (int t = 0; t < TENSOR_N; t++)
        same = same && a->zero_share[t] == b->zero_share[t];
    return same;
}

uint64_t layer_macs(const struct layer *layer)
{
    return (uint64_t)layer->N * (uint64_t)layer->M *
           (uint64_t)(layer->C / layer->G) * (uint64_t)layer->R *
           (uint64_t)layer->S * (uint64_t)layer->P * (uint64_t)layer->Q;
}

/* One letter of --shape or --gemm, and where its value goes. */
struct shape_key {
    const char *name;
    int *value;
    int min;
    bool is_required, is_given;
};

struct shape_text {
    const char *option; /* "--shape" */
    const char *text;
    char *where; /* owns; stands where a file would */
    struct shape_key *keys;
    int n_keys;
};

static struct shape_key *find_key(const struct shape_text *s, const char *name)
{
    for (int i = 0; i < s->n_keys; i++)
        if (strcmp(s->keys[i].name, name) == 0)
            return &s->keys[i];
    return NULL;
}

static bool unknown_key(const struct shape_text *s, const char *name,
                        struct src_pos at, struct diag *d)
{
    struct nearest near;
    nearest_start(&near, name);
    for (int i = 0; i < s->n_keys; i++)
        nearest_offer(&near, s->keys[i].name);
    return diag_error(d, at, "unknown key '%s'; the nearest is '%s'", name,
                      near.best);
}

/* Reads one item, such as "M=64". */
static bool read_item(const struct shape_text *s, char *item, struct src_pos at,
                      struct diag *d)
{
    char *equals = strchr(item, '=');
    struct shape_key *key;
    int64_t value;
    enum number_read read;
    if (equals == NULL)
        return diag_error(d, at,
                          "'%s' is not of the form KEY=NUMBER; as in "
                          "'M=64'",
                          item);
    *equals = '\0';
    key = find_key(s, item);
    if (key == NULL)
        return unknown_key(s, item, at, d);
    if (key->is_given)
        return diag_error(d, at, "'%s' is given twice; once is enough", item);
    key->is_given = true;
    read = whole_number_read(equals + 1, &value);
    if (read == NUMBER_NONE)
        return diag_error(d, at, "'%s' is '%s'; a whole number is needed", item,
                          equals + 1);
    if (read == NUMBER_TOO_LARGE || value < key->min || value > DIM_MAX)
        return diag_error(d, at, "'%s' is %s; it may be %d to %d", item,
                          equals + 1, key->min, DIM_MAX);
    *key->value = (int)value;
    return true;
}

static bool nothing_is_missing(const struct shape_text *s, struct src_pos at,
                               struct diag *d)
{
    char missing[128] = "";
    for (int i = 0; i < s->n_keys; i++)
        if (s->keys[i].is_required && !s->keys[i].is_given) {
            size_t used = strlen(missing);
            snprintf(missing + used, sizeof(missing) - used, "%s'%s'",
                     used > 0 ? ", " : "", s->keys[i].name);
        }
    if (missing[0] == '\0')
        return true;
    return diag_error(d, at, "%s missing; each needs a number as in 'M=64'",
                      missing);
}

static bool read_items(const struct shape_text *s, struct src_pos at,
                       struct diag *d)
{
    char *copy = xstrdup(s->text), *rest = copy, *item;
    bool ok = true;
    while ((item = strsep(&rest, ",")) != NULL)
        ok = read_item(s, item, at, d) && ok;
    free(copy);
    return ok && nothing_is_missing(s, at, d);
}

static char *where_of(const char *option, const char *text)
{
    size_t bytes = strlen(option) + strlen(text) + sizeof("accelsim:  ");
    char *where = xcalloc(1, bytes);
    snprintf(where, bytes, "accelsim: %s %s", option, text);
    return where;
}

#define N_KEYS(keys) ((int)(sizeof(keys) / sizeof(*(keys))))

bool layer_parse_shape(const char *text, struct layer *out, struct diag *d)
{
    struct layer l = {.name = "shape",
                      .type = LAYER_CONV,
                      .N = 1,
                      .G = 1,
                      .stride = 1,
                      .dilation = 1};
    struct shape_key keys[] = {
        {"N", &l.N, 1, false, false},
        {"G", &l.G, 1, false, false},
        {"M", &l.M, 1, true, false},
        {"C", &l.C, 1, true, false},
        {"H", &l.H, 1, true, false},
        {"W", &l.W, 1, true, false},
        {"R", &l.R, 1, true, false},
        {"S", &l.S, 1, true, false},
        {"stride", &l.stride, 1, false, false},
        {"pad", &l.pad, 0, false, false},
        {"dilation", &l.dilation, 1, false, false},
    };
    struct shape_text s = {"--shape", text, where_of("--shape", text), keys,
                           N_KEYS(keys)};
    struct src_pos at = {s.where, 0};
    bool ok = read_items(&s, at, d) && layer_finish(&l, at, d);
    if (ok)
        *out = l;
    free(s.where);
    return ok;
}

bool layer_parse_gemm(const char *text, struct layer *out, struct diag *d)
{
    struct layer l = {.name = "gemm",
                      .type = LAYER_GEMM,
                      .N = 1,
                      .G = 1,
                      .W = 1,
                      .R = 1,
                      .S = 1,
                      .stride = 1,
                      .dilation = 1};
    /* M rows and N columns of outputs, K products (Samajdar et al., ISPASS
     * 2020): an ifmap of M rows, N filters, K channels. */
    struct shape_key keys[] = {{"M", &l.H, 1, true, false},
                               {"N", &l.M, 1, true, false},
                               {"K", &l.C, 1, true, false}};
    struct shape_text s = {"--gemm", text, where_of("--gemm", text), keys,
                           N_KEYS(keys)};
    struct src_pos at = {s.where, 0};
    bool ok = read_items(&s, at, d) && layer_finish(&l, at, d);
    if (ok)
        *out = l;
    free(s.where);
    return ok;
}
