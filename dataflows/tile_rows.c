/* tile_rows.c - what all moves of a tensor's tiles come to, by the sizes that
 * tiles have and not tile by tile.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>

#include "dataflows/program.h"
#include "sim/base/diag.h"
#include "sim/base/result.h"

typedef uint64_t u64;

/* Numbers with one remainder: how many there are, and their sum. */
struct alike {
    int remainder;
    u64 n, sum;
};

/* Numbers by their remainder. */
struct numbers {
    int modulus, n;
    struct alike *of; /* owns; by remainder, then those that there are */
};

static void add_number(struct numbers *to, int number, u64 times)
{
    struct alike *of = &to->of[number % to->modulus];
    of->n += times;
    of->sum += times * (u64)number;
}

/* Adds the numbers of rows, or of columns, that the tiles of `tile` over an
 * ofmap's `extent` need; those from `first` to `end` - 1 as many each. */
static void add_needed(const struct program *p,
                       int (*needed)(const struct program *, int, int),
                       int extent, int tile, int first, int end,
                       struct numbers *to)
{
    const int n = ceil_div(extent, tile);
    end = min_int(end, n - 1); /* the last one may be clipped */
    for (int i = 0; i < n;) {
        const int alike = i == first && end > first ? end - first : 1;
        add_number(to, needed(p, i * tile, tile_size(extent, tile, i)),
                   (u64)alike);
        i += alike;
    }
    for (int r = 0; r < to->modulus; r++)
        if (to->of[r].n > 0) {
            struct alike found = to->of[r];
            found.remainder = r;
            to->of[to->n++] = found;
        }
}

/* The sum of ceil(words * a * b / row_words) over all pairs. */
static u64 rows_of_pairs(u64 words, const struct numbers *a,
                         const struct numbers *b)
{
    const u64 row_words = (u64)a->modulus;
    u64 rows = 0;
    for (int i = 0; i < a->n; i++)
        for (int j = 0; j < b->n; j++) {
            const struct alike *x = &a->of[i], *y = &b->of[j];
            const u64 rest = words % row_words * (u64)x->remainder % row_words *
                             (u64)y->remainder % row_words;
            const u64 lacking = rest > 0 ? row_words - rest : 0;
            const u64 all = count_mul(words, count_mul(x->sum, y->sum));
            const u64 filled = count_mul(x->n * y->n, lacking);
            rows = count_add(rows, count_add(all, filled) / row_words);
        }
    return rows;
}

static u64 ifmap_rows(const struct program *p, int row_words)
{
    const struct layer *l = &p->layer;
    const struct tiling *t = &p->tiling;
    const struct tile_sizes g = tile_sizes_of(l->G, tiling_groups(t));
    const struct tile_sizes n = tile_sizes_of(l->N, t->n);
    const struct tile_sizes c = tile_sizes_of(l->C / l->G, t->c);
    const size_t size_bytes = sizeof(struct alike);
    struct numbers rows = {row_words, 0,
                           xcalloc((size_t)row_words, size_bytes)};
    struct numbers columns = {row_words, 0,
                              xcalloc((size_t)row_words, size_bytes)};
    int first, end;
    u64 sum = 0;
    tile_move_alike_rows(p, &first, &end);
    add_needed(p, tile_move_rows, l->P, t->e, first, end, &rows);
    tile_move_alike_columns(p, &first, &end);
    add_needed(p, tile_move_columns, l->Q, tiling_width(l, t), first, end,
               &columns);
    for (int k = 0; k < 8; k++) {
        const int i = k & 1, j = k >> 1 & 1, h = k >> 2;
        const u64 times = g.times[i] * n.times[j] * c.times[h];
        const u64 words = (u64)g.size[i] * (u64)n.size[j] * (u64)c.size[h];
        if (times > 0)
            sum = count_add(
                sum, count_mul(times, rows_of_pairs(words, &rows, &columns)));
    }
    free(rows.of);
    free(columns.of);
    return count_mul(sum, tiling_moves(&p->arch, l, t, TENSOR_IFMAP, t->m));
}

static u64 filter_rows(const struct program *p, int row_words)
{
    const struct layer *l = &p->layer;
    const struct tiling *t = &p->tiling;
    const struct tile_sizes g = tile_sizes_of(l->G, tiling_groups(t));
    const struct tile_sizes m = tile_sizes_of(l->M / l->G, t->m);
    const struct tile_sizes c = tile_sizes_of(l->C / l->G, t->c);
    u64 sum = 0;
    for (int k = 0; k < 16; k++) {
        const int a = k & 1, b = k >> 1 & 1, i = k >> 2 & 1, j = k >> 3;
        if (m.times[b] == 0)
            continue;
        const struct tile_sizes f = tile_sizes_of(m.size[b], t->f);
        const u64 tiles = g.times[a] * m.times[b] * c.times[i] * f.times[j];
        const u64 words = (u64)g.size[a] * (u64)f.size[j] * (u64)c.size[i] *
                          (u64)l->R * (u64)l->S;
        const u64 times = count_mul(
            tiles, tiling_moves(&p->arch, l, t, TENSOR_FILTER, m.size[b]));
        sum = count_add(sum,
                        count_mul(times, ceil_div_u64(words, (u64)row_words)));
    }
    return sum;
}

static u64 ofmap_rows(const struct program *p, int row_words)
{
    const struct layer *l = &p->layer;
    const struct tiling *t = &p->tiling;
    const struct tile_sizes of[] = {
        tile_sizes_of(l->G, tiling_groups(t)), tile_sizes_of(l->M / l->G, t->m),
        tile_sizes_of(l->N, t->n), tile_sizes_of(l->P, t->e),
        tile_sizes_of(l->Q, tiling_width(l, t))};
    u64 sum = 0;
    for (int k = 0; k < 32; k++) {
        u64 times = 1, words = 1;
        for (int i = 0; i < 5; i++) {
            times *= of[i].times[k >> i & 1];
            words *= (u64)of[i].size[k >> i & 1];
        }
        sum = count_add(sum,
                        count_mul(times, ceil_div_u64(words, (u64)row_words)));
    }
    return sum;
}

uint64_t program_tile_rows(const struct program *p, enum tensor tensor,
                           int row_words)
{
    if (!tensor_is_moved(&p->arch, &p->layer, tensor))
        return 0;
    return tensor == TENSOR_IFMAP    ? ifmap_rows(p, row_words)
           : tensor == TENSOR_FILTER ? filter_rows(p, row_words)
                                     : ofmap_rows(p, row_words);
}
