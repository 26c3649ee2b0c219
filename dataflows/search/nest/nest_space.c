/* nest_space.c - how many nests there are
 * (dataflows/search/nest/search_nest.h).
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "dataflows/program.h"
#include "dataflows/search/nest/search_nest.h"

enum { KEEPS = 8 };

struct split {
    int count[NEST_PLACES];
};

static uint64_t saturated_add(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

static uint64_t saturated_mul(uint64_t a, uint64_t b)
{
    return a != 0 && b > UINT64_MAX / a ? UINT64_MAX : a * b;
}

/* Steps that are left to cover once the counts inside are chosen. */
static int left(int extent, const struct split *s, int place)
{
    int tile = 1;
    for (int k = 0; k < place; k++)
        tile *= s->count[k];
    return ceil_div(extent, tile);
}

/* Nests by rows used, columns used, loops of L2 and loops of DRAM. */
struct tally {
    int rows, cols;
    uint64_t *n;
};

static uint64_t *at(const struct tally *t, int rows, int cols, int l2, int dram)
{
    return &t->n[((rows * (t->cols + 1) + cols) * (NEST_DIMS + 1) + l2) *
                     (NEST_DIMS + 1) +
                 dram];
}

static size_t cells(const struct tally *t)
{
    return (size_t)(t->rows + 1) * (size_t)(t->cols + 1) * (NEST_DIMS + 1) *
           (NEST_DIMS + 1);
}

/* Splits of a dimension, by rows, columns and which time loops it has. */
static void count_splits(const struct arch *arch, int extent,
                         const struct tally *out)
{
    struct split s;
    for (int a = 1; a <= extent; a++) {
        s.count[AT_RF] = a;
        int cols = min_int(arch->cols, left(extent, &s, AT_COLS));
        for (int b = 1; b <= cols; b++) {
            s.count[AT_COLS] = b;
            int rows = min_int(arch->rows, left(extent, &s, AT_ROWS));
            for (int c = 1; c <= rows; c++) {
                s.count[AT_ROWS] = c;
                int most = left(extent, &s, AT_L2);
                for (int d = 1; d <= most; d++)
                    ++*at(out, c, b, d > 1, ceil_div(most, d) > 1);
            }
        }
    }
}

/* The counts of two sets of dimensions together. */
static void combine(const struct tally *a, const struct tally *b,
                    const struct tally *out)
{
    for (int r = 1; r <= a->rows; r++)
        for (int c = 1; c <= a->cols; c++)
            for (int k = 0; k < (NEST_DIMS + 1) * (NEST_DIMS + 1); k++) {
                uint64_t n = *at(a, r, c, 0, k);
                for (int s = 1; n > 0 && s <= a->rows / r; s++)
                    for (int d = 1; d <= a->cols / c; d++)
                        for (int h = 0; h < 4; h++) {
                            int l2 = k / (NEST_DIMS + 1) + (h & 1);
                            int dram = k % (NEST_DIMS + 1) + (h >> 1);
                            uint64_t m = *at(b, s, d, h & 1, h >> 1);
                            if (m == 0)
                                continue;
                            uint64_t *sum = at(out, r * s, c * d, l2, dram);
                            *sum = saturated_add(*sum, saturated_mul(n, m));
                        }
            }
}

static uint64_t factorial(int n)
{
    return n < 2 ? 1 : (uint64_t)n * factorial(n - 1);
}

uint64_t search_nest_space(const struct arch *arch, const struct layer *layer)
{
    struct tally all = {arch->rows, arch->cols, NULL}, one = all, both = all;
    uint64_t space = 0;
    if (arch_pes(arch) > 4096)
        return UINT64_MAX; /* the tallies would not fit */
    all.n = xcalloc(cells(&all), sizeof(*all.n));
    one.n = xcalloc(cells(&one), sizeof(*one.n));
    both.n = xcalloc(cells(&both), sizeof(*both.n));
    *at(&all, 1, 1, 0, 0) = 1;
    for (int d = 0; d < NEST_DIMS; d++) {
        int extent = nest_extent(layer, (enum nest_dim)d);
        if (extent == 1)
            continue;
        memset(one.n, 0, cells(&one) * sizeof(*one.n));
        memset(both.n, 0, cells(&both) * sizeof(*both.n));
        count_splits(arch, extent, &one);
        combine(&all, &one, &both);
        uint64_t *swap = all.n;
        all.n = both.n;
        both.n = swap;
    }
    for (int r = 1; r <= all.rows; r++)
        for (int c = 1; c <= all.cols; c++)
            for (int l2 = 0; l2 <= NEST_DIMS; l2++)
                for (int dram = 0; dram <= NEST_DIMS; dram++)
                    space = saturated_add(
                        space, saturated_mul(*at(&all, r, c, l2, dram),
                                             factorial(l2) * factorial(dram)));
    free(all.n);
    free(one.n);
    free(both.n);
    return saturated_mul(space, KEEPS);
}
