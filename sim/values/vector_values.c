/* vector_values.c - works out the nodes without a MAC loop, word by word, in
 * whole numbers.
 *
 * Each function fills words that may be wider than a tensor's and sets what
 * they stand for; vector_values rounds them at the end.
 * SPDX-License-Identifier: MIT
 */
#include "sim/values/vector_values.h"

#include <stdlib.h>
#include <string.h>

#include "sim/network/vector_op.h"
#include "sim/values/fixed_point.h"
#include "sim/values/mac_operands.h"

struct worker {
    const struct arch *arch;
    const struct layer *layer;
    const struct graph_node *node;
    const struct value_map *in[VECTOR_INPUTS_MAX];
    struct value_map *out;
};

/* --- word by word --------------------------------------------------------- */

/* 6 as a word, or more than any word is. */
static int64_t six(int exponent)
{
    return exponent < -40 ? INT64_MAX : fixed_shifted(6, -exponent);
}

/* The functions of one word whose values are in other units than it. */
static const struct {
    enum layer_op op;
    int64_t (*of)(int64_t x); /* of an argument in 1/2^FIXED_ARGUMENT */
    int exponent;
} functions[] = {
    {LAYER_sigmoid, fixed_sigmoid, -FIXED_SHARE},
    {LAYER_tanh, fixed_tanh, -FIXED_SHARE},
    {LAYER_silu, fixed_silu, -FIXED_ARGUMENT},
    {LAYER_gelu, fixed_gelu, -FIXED_ARGUMENT},
};

static void one_by_one(struct worker *w)
{
    const struct value_map *in = w->in[0];
    const uint64_t n = value_map_words(in);
    const int64_t most =
        w->layer->op == LAYER_relu6 ? six(in->exponent) : INT64_MAX;
    w->out->exponent = in->exponent;
    for (uint64_t i = 0; i < n; i++) {
        const int64_t x = in->word[i] > 0 ? in->word[i] : 0;
        w->out->word[i] = x < most ? x : most;
    }
    for (size_t k = 0; k < sizeof(functions) / sizeof(functions[0]); k++) {
        if (functions[k].op != w->layer->op)
            continue;
        w->out->exponent = functions[k].exponent;
        for (uint64_t i = 0; i < n; i++)
            w->out->word[i] = functions[k].of(
                fixed_shifted(in->word[i], in->exponent + FIXED_ARGUMENT));
    }
}

/* The exponent in which words of all inputs can be added: the least of them,
 * but no more than 32 below the largest. */
static int common_exponent(const struct worker *w)
{
    int low = w->in[0]->exponent, high = low;
    for (int i = 1; i < w->node->n_in; i++) {
        const int e = w->in[i]->exponent;
        low = e < low ? e : low;
        high = e > high ? e : high;
    }
    return low > high - 32 ? low : high - 32;
}

/* The word of an input that meets an output's: a smaller one is repeated, its
 * channels as often as they fit. */
static int64_t repeated(const struct value_map *m, int n, int c, int h, int x)
{
    const struct map_shape *s = &m->shape;
    return *value_map_at(m, n, c % s->C, h % s->H, x % s->W);
}

/* Adds or multiplies all inputs, one after the other; products are rounded
 * before the next. */
static void add_or_multiply(struct worker *w)
{
    const struct value_map *first = w->in[0];
    const struct map_shape *s = &w->out->shape;
    const bool adds = w->layer->op == LAYER_add;
    const int e = adds ? common_exponent(w) : first->exponent;
    const uint64_t words = value_map_words(first);
    w->out->exponent = e;
    for (uint64_t i = 0; i < words; i++)
        w->out->word[i] = fixed_shifted(first->word[i], first->exponent - e);
    for (int i = 1; i < w->node->n_in; i++) {
        const struct value_map *m = w->in[i];
        int64_t *to = w->out->word;
        for (int n = 0; n < w->out->N; n++)
            for (int c = 0; c < s->C; c++)
                for (int h = 0; h < s->H; h++)
                    for (int x = 0; x < s->W; x++, to++) {
                        const int64_t word = repeated(m, n, c, h, x);
                        *to = adds ? *to + fixed_shifted(word, m->exponent - e)
                                   : *to * word;
                    }
        if (adds)
            continue;
        w->out->exponent += m->exponent;
        value_map_quantise(w->out, VECTOR_WORD_BITS);
    }
}

/* --- what networks store -------------------------------------------------- */

/* Factors are 1 + f / 2^bits, addends a / 2^(bits - 1), f and a pseudo-random
 * words of the channel. */
static int stored_bits(const struct worker *w)
{
    const int bits = mac_word_bits(w->arch, TENSOR_FILTER);
    return bits < VECTOR_WORD_BITS ? bits : VECTOR_WORD_BITS;
}

static int64_t stored_word(const struct worker *w, int which, int c)
{
    const int at[4] = {c, 0, 0, 0};
    return value_word(value_seed(w->layer->name, which), at, stored_bits(w));
}

static void batchnorm(struct worker *w)
{
    const struct value_map *in = w->in[0];
    const struct map_shape *s = &in->shape;
    const int bits = stored_bits(w);
    const size_t plane = (size_t)s->H * (size_t)s->W;
    int64_t *to = w->out->word;
    const int64_t *from = in->word;
    w->out->exponent = in->exponent - bits;
    for (int n = 0; n < in->N; n++)
        for (int c = 0; c < s->C; c++) {
            const int64_t factor = ((int64_t)1 << bits) + stored_word(w, 0, c);
            const int64_t addend =
                fixed_shifted(stored_word(w, 1, c), 1 - in->exponent);
            for (size_t i = 0; i < plane; i++)
                *to++ = *from++ * factor + addend;
        }
}

/* --- over the channels of a pixel ----------------------------------------- */

/* Words of a pixel, one channel after the other, and where they go. */
static void softmax_of(const struct value_map *in, struct value_map *out, int n,
                       int first, int channels, int h, int x)
{
    int64_t most = *value_map_at(in, n, first, h, x), sum = 0;
    for (int c = first; c < first + channels; c++) {
        const int64_t word = *value_map_at(in, n, c, h, x);
        most = word > most ? word : most;
    }
    for (int c = first; c < first + channels; c++) {
        const int64_t below = most - *value_map_at(in, n, c, h, x);
        const int64_t share = fixed_exp_minus(
            fixed_shifted(below, in->exponent + FIXED_ARGUMENT));
        *value_map_at(out, n, c, h, x) = share;
        sum += share;
    }
    for (int c = first; c < first + channels; c++) {
        int64_t *const share = value_map_at(out, n, c, h, x);
        *share = fixed_divided(*share << FIXED_SHARE, sum);
    }
}

/* By the deviation, whose square is a mean in 1/2^16 and at least that; then
 * what is stored. */
static void norm_of(struct worker *w, int n, int h, int x)
{
    const struct value_map *in = w->in[0];
    const int C = in->shape.C, bits = stored_bits(w);
    const bool has_mean = w->layer->op == LAYER_layernorm;
    int64_t sum = 0, squares = 0;
    for (int c = 0; has_mean && c < C; c++)
        sum += *value_map_at(in, n, c, h, x);
    const int64_t mean = fixed_divided(sum * 256, C);
    for (int c = 0; c < C; c++) {
        const int64_t d = *value_map_at(in, n, c, h, x) * 256 - mean;
        *value_map_at(w->out, n, c, h, x) = d;
        squares += d * d / C;
    }
    const int64_t root = fixed_root((squares > 1 ? squares : 1) << 16);
    for (int c = 0; c < C; c++) {
        int64_t *const word = value_map_at(w->out, n, c, h, x);
        const int64_t y = fixed_divided(*word * ((int64_t)1 << 28), root);
        const int64_t factor = ((int64_t)1 << bits) + stored_word(w, 0, c);
        *word = fixed_shifted(y * factor, -bits);
        if (has_mean)
            *word +=
                fixed_shifted(stored_word(w, 1, c), FIXED_ARGUMENT + 1 - bits);
    }
}

static void over_pixels(struct worker *w)
{
    const struct value_map *in = w->in[0];
    const struct map_shape *s = &in->shape;
    const int G = w->layer->G;
    w->out->exponent =
        w->layer->op == LAYER_softmax ? -FIXED_SHARE : -FIXED_ARGUMENT;
    for (int n = 0; n < in->N; n++)
        for (int h = 0; h < s->H; h++)
            for (int x = 0; x < s->W; x++) {
                if (w->layer->op != LAYER_softmax)
                    norm_of(w, n, h, x);
                for (int g = 0; w->layer->op == LAYER_softmax && g < G; g++)
                    softmax_of(in, w->out, n, g * (s->C / G), s->C / G, h, x);
            }
}

/* x / (2 + 0.0001 sum)^0.75, sum of the squares of the neighbours. */
static void lrn(struct worker *w)
{
    const struct value_map *in = w->in[0];
    const struct map_shape *s = &in->shape;
    const int size = w->layer->R;
    w->out->exponent = in->exponent - FIXED_ARGUMENT;
    for (int n = 0; n < in->N; n++)
        for (int c = 0; c < s->C; c++)
            for (int h = 0; h < s->H; h++)
                for (int x = 0; x < s->W; x++) {
                    int64_t sum = 0;
                    for (int k = c - size / 2; k < c - size / 2 + size; k++)
                        if (k >= 0 && k < s->C)
                            sum += *value_map_at(in, n, k, h, x) *
                                   *value_map_at(in, n, k, h, x);
                    const int64_t most = (int64_t)1 << 42;
                    int64_t d = fixed_shifted(sum * 105, 2 * in->exponent);
                    d = (d < most ? d : most) + (2 << FIXED_ARGUMENT);
                    const int64_t half = fixed_root(d << FIXED_ARGUMENT);
                    const int64_t quarter = fixed_root(half << FIXED_ARGUMENT);
                    *value_map_at(w->out, n, c, h, x) = fixed_divided(
                        *value_map_at(in, n, c, h, x) * ((int64_t)1 << 40),
                        fixed_shifted(half * quarter, -FIXED_ARGUMENT));
                }
}

/* --- windows -------------------------------------------------------------- */

/* Padding is no word: the mean is that of those that there are, and the largest
 * is one of them; of a window of padding alone both are 0. */
static int64_t pooled(const struct layer *l, const struct value_map *in, int n,
                      int c, int p, int q)
{
    int64_t sum = 0, most = 0, words = 0;
    for (int r = 0; r < l->R; r++)
        for (int s = 0; s < l->S; s++) {
            const int64_t h = (int64_t)p * l->stride_h - l->pad_top + r;
            const int64_t x = (int64_t)q * l->stride_w - l->pad_left + s;
            if (h < 0 || h >= l->H || x < 0 || x >= l->W)
                continue;
            const int64_t word = *value_map_at(in, n, c, (int)h, (int)x);
            most = words == 0 || word > most ? word : most;
            sum += word;
            words++;
        }
    if (l->op == LAYER_maxpool || words == 0)
        return most;
    return fixed_divided(sum * 256, words);
}

static void windows(struct worker *w)
{
    const struct map_shape *s = &w->out->shape;
    int64_t *to = w->out->word;
    w->out->exponent =
        w->in[0]->exponent - (w->layer->op == LAYER_avgpool ? 8 : 0);
    for (int n = 0; n < w->out->N; n++)
        for (int c = 0; c < s->C; c++)
            for (int p = 0; p < s->H; p++)
                for (int q = 0; q < s->W; q++)
                    *to++ = pooled(w->layer, w->in[0], n, c, p, q);
}

/* --- places --------------------------------------------------------------- */

static void copy_block(const struct value_map *from, int from_c, int from_h,
                       int exponent, struct value_map *to, int to_c, int to_h,
                       int C, int H)
{
    for (int n = 0; n < to->N; n++)
        for (int c = 0; c < C; c++)
            for (int h = 0; h < H; h++)
                for (int x = 0; x < to->shape.W; x++)
                    *value_map_at(to, n, to_c + c, to_h + h, x) = fixed_shifted(
                        *value_map_at(from, n, from_c + c, from_h + h, x),
                        from->exponent - exponent);
    to->exponent = exponent;
}

static void concat(struct worker *w)
{
    const int e = common_exponent(w);
    int c = 0, h = 0;
    for (int i = 0; i < w->node->n_in; i++) {
        const struct map_shape *s = &w->in[i]->shape;
        copy_block(w->in[i], 0, 0, e, w->out, c, h, s->C, s->H);
        if (w->node->sums_rows)
            h += s->H;
        else
            c += s->C;
    }
}

static void split(struct worker *w)
{
    for (int i = 0; i < w->node->n_out; i++) {
        struct value_map *out = &w->out[i];
        const int C = out->shape.C, H = out->shape.H;
        const bool rows = w->node->sums_rows;
        copy_block(w->in[0], rows ? 0 : i * C, rows ? i * H : 0,
                   w->in[0]->exponent, out, 0, 0, C, H);
    }
}

static void reshape(struct worker *w)
{
    const uint64_t words = value_map_words(w->out);
    w->out->exponent = w->in[0]->exponent;
    memcpy(w->out->word, w->in[0]->word, (size_t)words * sizeof(*w->out->word));
}

/* Each place of the output, and the one of the input that it comes from. */
static void moved(struct worker *w)
{
    const struct value_map *in = w->in[0];
    const struct map_shape *s = &w->out->shape, *of = &in->shape;
    const char *order = "chw";
    int64_t *to = w->out->word;
    if (w->layer->op == LAYER_transpose)
        order = setting_string(setting_member(w->node->said, "order"));
    w->out->exponent = in->exponent;
    for (int n = 0; n < w->out->N; n++)
        for (int c = 0; c < s->C; c++)
            for (int h = 0; h < s->H; h++)
                for (int x = 0; x < s->W; x++) {
                    int at[3] = {c, h, x}, from[3] = {0, 0, 0};
                    if (w->layer->op == LAYER_resize) {
                        at[1] = (int)((int64_t)h * of->H / s->H);
                        at[2] = (int)((int64_t)x * of->W / s->W);
                    }
                    for (int k = 0; k < 3; k++)
                        from[strchr("chw", order[k]) - "chw"] = at[k];
                    *to++ = *value_map_at(in, n, from[0], from[1], from[2]);
                }
}

/* Rows of a table by the input's words, as numbers without a sign modulo the
 * table's rows. */
static void gather(struct worker *w)
{
    const struct map_shape *s = &w->out->shape;
    const int bits = stored_bits(w);
    const uint64_t seed = value_seed(w->layer->name, 0);
    int64_t *to = w->out->word;
    w->out->exponent = 1 - bits;
    for (int n = 0; n < w->out->N; n++)
        for (int c = 0; c < s->C; c++)
            for (int h = 0; h < s->H; h++)
                for (int x = 0; x < s->W; x++) {
                    const int64_t word = *value_map_at(w->in[0], n, 0, h, x);
                    const int at[4] = {
                        (int)((uint64_t)word % (uint64_t)w->layer->R), c, 0, 0};
                    *to++ = value_word(seed, at, bits);
                }
}

static void work_out(struct worker *w)
{
    switch (w->layer->op) {
    case LAYER_add:
    case LAYER_mul:
        add_or_multiply(w);
        break;
    case LAYER_softmax:
    case LAYER_layernorm:
    case LAYER_rmsnorm:
        over_pixels(w);
        break;
    case LAYER_batchnorm:
        batchnorm(w);
        break;
    case LAYER_lrn:
        lrn(w);
        break;
    case LAYER_maxpool:
    case LAYER_avgpool:
        windows(w);
        break;
    case LAYER_concat:
        concat(w);
        break;
    case LAYER_split:
        split(w);
        break;
    case LAYER_reshape:
        reshape(w);
        break;
    case LAYER_resize:
    case LAYER_transpose:
        moved(w);
        break;
    case LAYER_gather:
        gather(w);
        break;
    default:
        one_by_one(w);
        break;
    }
}

void vector_values(const struct arch *arch, const struct layer *layer,
                   const struct graph_node *node,
                   const struct value_map *const *in, int bits,
                   struct value_map *out)
{
    struct worker w = {.arch = arch, .layer = layer, .node = node, .out = out};
    struct value_map *narrow = xcalloc((size_t)node->n_in, sizeof(*narrow));
    for (int i = 0; i < node->n_in; i++) {
        narrow[i] = value_map_narrowed(in[i], VECTOR_WORD_BITS);
        w.in[i] = &narrow[i];
    }
    work_out(&w);
    for (int i = 0; i < node->n_out; i++)
        value_map_quantise(&out[i], bits);
    for (int i = 0; i < node->n_in; i++)
        value_map_fini(&narrow[i]);
    free(narrow);
}
