/* mac_operands.c - finds the words that a MAC loop works on.
 * SPDX-License-Identifier: MIT
 */
#include "sim/values/mac_operands.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/result.h"
#include "sim/base/transposed.h"

__extension__ typedef unsigned __int128 wide;

int mac_word_bits(const struct arch *arch, enum tensor t)
{
    const int bits = arch->precision_type[t] == NUMBER_INT
                         ? arch->precision_bits[t]
                         : arch_significand_bits(arch, t) + 1;
    return bits < 62 ? bits : 62;
}

void mac_operand_bits(const struct arch *arch, uint64_t products,
                      int *ifmap_bits, int *filter_bits)
{
    const wide most = ((wide)1 << (mac_word_bits(arch, TENSOR_PSUM) - 1)) - 1;
    int x = mac_word_bits(arch, TENSOR_IFMAP);
    int w = mac_word_bits(arch, TENSOR_FILTER);
    while ((x > 2 || w > 2) && (wide)products * (((wide)1 << (x - 1)) - 1) *
                                       (((wide)1 << (w - 1)) - 1) >
                                   most) {
        if (x > w)
            x--;
        else
            w--;
    }
    *ifmap_bits = x;
    *filter_bits = w;
}

static uint64_t products_of(const struct layer *l)
{
    return (uint64_t)(l->C / l->G) * (uint64_t)l->R * (uint64_t)l->S;
}

static size_t filter_words(const struct layer *l)
{
    return (size_t)l->M * (size_t)products_of(l);
}

/* Filters as real numbers are from -2 to 2 divided by about the square root of
 * how many products are added up, so that outputs are as large as inputs. */
static int fill_filter(const struct layer *l, int bits, int64_t *filter)
{
    const uint64_t seed = value_seed(l->name, 0);
    int halves = 0, at[4];
    for (uint64_t k = products_of(l); k > 1; k /= 2)
        halves++;
    for (at[0] = 0; at[0] < l->M; at[0]++)
        for (at[1] = 0; at[1] < l->C / l->G; at[1]++)
            for (at[2] = 0; at[2] < l->R; at[2]++)
                for (at[3] = 0; at[3] < l->S; at[3]++)
                    *filter++ = value_word(seed, at, bits);
    return 2 - bits - halves / 2;
}

/* The second operand of a matmul, a column of it after the other: products are
 * added up over its channels, or its rows. */
static int take_filter(const struct layer *l, const struct value_map *second,
                       bool sums_rows, int bits, int64_t *filter)
{
    struct value_map m = value_map_narrowed(second, bits);
    const int K = l->C / l->G, columns = l->M / l->G;
    const int B = l->G / m.N; /* products of an image */
    for (int g = 0; g < l->G; g++)
        for (int j = 0; j < columns; j++)
            for (int k = 0; k < K; k++) {
                const int c = sums_rows ? g % B * columns + j : g % B * K + k;
                *filter++ = *value_map_at(&m, g / B, c, sums_rows ? k : j, 0);
            }
    value_map_fini(&m);
    return m.exponent;
}

void mac_operands_init(struct mac_operands *m, const struct arch *arch,
                       const struct layer *l, const struct value_map *first,
                       const struct value_map *second, bool sums_rows)
{
    int ifmap_bits, filter_bits, exponent;
    memset(m, 0, sizeof(*m));
    m->layer = *l;
    m->with_zeros = arch->transposed == TRANSPOSED_WITH_ZEROS;
    mac_operand_bits(arch, products_of(l), &ifmap_bits, &filter_bits);
    m->ifmap = value_map_narrowed(first, ifmap_bits);
    SIM_CHECK(value_map_words(&m->ifmap) == (uint64_t)l->N * (uint64_t)l->C *
                                                (uint64_t)l->H *
                                                (uint64_t)l->W);
    m->filter = xcalloc(filter_words(l), sizeof(*m->filter));
    if (second == NULL)
        exponent = fill_filter(l, filter_bits, m->filter);
    else
        exponent = take_filter(l, second, sums_rows, filter_bits, m->filter);
    m->sums = value_map_new(l->N, (struct map_shape){l->M, l->P, l->Q});
    m->sums.exponent = m->ifmap.exponent + exponent;
}

static void end_part(struct mac_operands *m)
{
    if (m->layer.op == LAYER_CONV_TRANSPOSE) {
        free(m->part_ifmap);
        free(m->part_filter);
        free(m->part_psums);
    }
    m->part_ifmap = m->part_filter = m->part_psums = NULL;
}

void mac_operands_fini(struct mac_operands *m)
{
    end_part(m);
    value_map_fini(&m->ifmap);
    value_map_fini(&m->sums);
    free(m->filter);
    m->filter = NULL;
}

/* Where the ifmap's window of a part begins and which taps it has. */
struct part_axis {
    int in_first, first_tap, tap_step;
    int in_step; /* between words that are no inserted zeros */
};

static struct part_axis axis_of(const struct mac_operands *m, bool rows)
{
    const struct layer *l = &m->layer;
    struct transposed_axis a;
    if (m->with_zeros) {
        const int first = rows ? l->pad_top - (l->R - 1) * l->dilation_h
                               : l->pad_left - (l->S - 1) * l->dilation_w;
        return (struct part_axis){first > 0 ? first : 0, 0, 1,
                                  rows ? l->stride_h : l->stride_w};
    }
    SIM_CHECK(transposed_axis_of(
        l, rows, rows ? m->phase / l->stride_w : m->phase % l->stride_w, &a));
    return (struct part_axis){a.in_first, a.first_tap, a.tap_step, 1};
}

static void cut_ifmap(struct mac_operands *m)
{
    const struct layer *part = &m->part;
    const struct part_axis y = axis_of(m, true), x = axis_of(m, false);
    int64_t *to = xcalloc((size_t)part->N * (size_t)part->C,
                          (size_t)part->H * (size_t)part->W * sizeof(*to));
    m->part_ifmap = to;
    for (int n = 0; n < part->N; n++)
        for (int c = 0; c < part->C; c++)
            for (int h = 0; h < part->H; h++)
                for (int w = 0; w < part->W; w++, to++) {
                    const int row = y.in_first + h, column = x.in_first + w;
                    if (row % y.in_step == 0 && column % x.in_step == 0)
                        *to = *value_map_at(&m->ifmap, n, c, row / y.in_step,
                                            column / x.in_step);
                }
}

/* Its taps, last one first. */
static void cut_filter(struct mac_operands *m)
{
    const struct layer *l = &m->layer, *part = &m->part;
    const struct part_axis y = axis_of(m, true), x = axis_of(m, false);
    const int planes = part->M * (part->C / part->G);
    int64_t *to = xcalloc(filter_words(part), sizeof(*to));
    m->part_filter = to;
    for (int k = 0; k < planes; k++)
        for (int r = part->R - 1; r >= 0; r--)
            for (int s = part->S - 1; s >= 0; s--)
                *to++ = m->filter[((size_t)k * (size_t)l->R +
                                   (size_t)(y.first_tap + r * y.tap_step)) *
                                      (size_t)l->S +
                                  (size_t)(x.first_tap + s * x.tap_step)];
}

static void use_whole(struct mac_operands *m)
{
    m->part_ifmap = m->ifmap.word;
    m->part_filter = m->filter;
    m->part_psums = m->sums.word;
}

const struct layer_values *mac_operands_part(struct mac_operands *m)
{
    end_part(m);
    if (m->layer.op != LAYER_CONV_TRANSPOSE) {
        use_whole(m);
    } else {
        if (m->with_zeros)
            transposed_with_zeros(&m->layer, &m->part);
        else
            while (!transposed_part(&m->layer, m->phase, &m->part))
                m->phase++;
        cut_ifmap(m);
        cut_filter(m);
        m->part_psums =
            xcalloc((size_t)m->part.N * (size_t)m->part.M * (size_t)m->part.P,
                    (size_t)m->part.Q * sizeof(*m->part_psums));
    }
    m->values =
        (struct layer_values){m->part_ifmap, m->part_filter, m->part_psums};
    return &m->values;
}

void mac_operands_take(struct mac_operands *m)
{
    const struct layer *l = &m->layer, *part = &m->part;
    const int64_t *from = m->part_psums;
    if (l->op != LAYER_CONV_TRANSPOSE)
        return;
    const bool apart = !m->with_zeros;
    const int top = apart ? m->phase / l->stride_w : 0;
    const int left = apart ? m->phase % l->stride_w : 0;
    for (int n = 0; n < part->N; n++)
        for (int c = 0; c < part->M; c++)
            for (int p = 0; p < part->P; p++)
                for (int q = 0; q < part->Q; q++)
                    *value_map_at(
                        &m->sums, n, c, top + p * (apart ? l->stride_h : 1),
                        left + q * (apart ? l->stride_w : 1)) = *from++;
    m->phase++;
}
