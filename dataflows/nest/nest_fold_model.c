/* nest_fold_model.c - the closed form of the folds that a nest's innermost part
 * is.
 *
 * The tiles of a dimension d are independent of those of others, and but for
 * the last they are alike: over all folds, the product of what they have of
 * some dimensions sums up to the product of
 *
 *     the layer's extent,         of each of these dimensions,
 *     the number of tiles,        of each of the others.
 *
 * Calls nothing of the walk.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/nest/nest_fold.h"

#include "dataflows/arith.h"
#include "sim/base/result.h"

/* Tiles of a dimension: `whole` of them, and one of `tail` if that is not 0. */
struct cut {
    uint64_t tile, whole, tail;
};

static struct cut cut_of(const struct nest_fold *f, const struct layer *l,
                         enum nest_dim d)
{
    const int extent = nest_extent(l, d), tile = min_int(f->tile[d], extent);
    return (struct cut){(uint64_t)tile, (uint64_t)(extent / tile),
                        (uint64_t)(extent % tile)};
}

static uint64_t tiles(const struct nest_fold *f, const struct layer *l,
                      enum nest_dim d)
{
    const struct cut c = cut_of(f, l, d);
    return c.whole + (c.tail > 0);
}

static bool has(const struct nest_fold_axis *axis, enum nest_dim d)
{
    for (int k = 0; k < axis->n; k++)
        if (axis->dim[k] == d)
            return true;
    return false;
}

/* Sum over all folds of the places on these axes (NULL: none), multiplied. */
static uint64_t sum(const struct nest_fold *f, const struct layer *l,
                    const struct nest_fold_axis *a,
                    const struct nest_fold_axis *b)
{
    uint64_t n = 1;
    for (int k = 0; k < NEST_DIMS; k++) {
        const enum nest_dim d = (enum nest_dim)k;
        const bool is_place =
            (a != NULL && has(a, d)) || (b != NULL && has(b, d));
        n = count_mul(n,
                      is_place ? (uint64_t)nest_extent(l, d) : tiles(f, l, d));
    }
    return n;
}

/* Sum over the folds along an axis of rows of value(rows): all of its loops but
 * the outermost are whole. */
static uint64_t sum_of_rows(const struct nest_fold *f, const struct arch *arch,
                            const struct layer *l,
                            uint64_t (*value)(const struct arch *arch,
                                              uint64_t rows))
{
    uint64_t inner = 1, folds = 1;
    if (f->rows.n == 0)
        return value(arch, 1);
    for (int k = 1; k < f->rows.n; k++) {
        inner *= cut_of(f, l, f->rows.dim[k]).tile;
        folds = count_mul(folds, tiles(f, l, f->rows.dim[k]));
    }
    const struct cut c = cut_of(f, l, f->rows.dim[0]);
    uint64_t n = count_mul(c.whole, value(arch, c.tile * inner));
    if (c.tail > 0)
        n = count_add(n, value(arch, c.tail * inner));
    return count_mul(n, folds);
}

/* Links that words on their way down cross which stay in so many rows. */
static uint64_t links_down(const struct arch *arch, uint64_t rows)
{
    (void)arch;
    return rows * (rows + 1) / 2;
}

/* Links that psums of so many rows cross on their way out. */
static uint64_t links_out(const struct arch *arch, uint64_t rows)
{
    const uint64_t last =
        arch->tight_folds ? rows - 1 : (uint64_t)arch->rows - 1;
    return rows * last - rows * (rows - 1) / 2;
}

/* The sum over all folds of a sum along the rows times the columns. */
static uint64_t by_columns(const struct nest_fold *f, const struct layer *l,
                           uint64_t along_rows)
{
    uint64_t n = along_rows;
    for (int k = 0; k < NEST_DIMS; k++) {
        const enum nest_dim d = (enum nest_dim)k;
        if (has(&f->rows, d))
            continue;
        n = count_mul(n, has(&f->cols, d) ? (uint64_t)nest_extent(l, d)
                                          : tiles(f, l, d));
    }
    return n;
}

static void add_link(struct counts *c, enum link link, uint64_t sent,
                     uint64_t delivered, uint64_t hops)
{
    c->link[link] = (struct link_words){sent, delivered, hops};
}

static void add_reads(struct counts *c, enum tensor t, uint64_t words)
{
    struct accesses *l2 = &c->access[LEVEL_L2][t];
    l2->reads = count_add(l2->reads, words);
}

static void add_psums(struct counts *c, uint64_t in, uint64_t out,
                      uint64_t links)
{
    struct accesses *l2 = &c->access[LEVEL_L2][TENSOR_PSUM];
    l2->reads = count_add(l2->reads, in);
    l2->writes = count_add(l2->writes, out);
    add_link(c, LINK_psum_in, in, in, in);
    add_link(c, LINK_psum_out, out, out, out);
    add_link(c, LINK_psum_link, links, links, links);
}

static void expect_stationary(const struct nest_fold *f,
                              const struct arch *arch, const struct layer *l,
                              uint64_t outs, struct counts *out)
{
    const bool is = f->kind == SYSTOLIC_IS;
    const enum tensor stays = is ? TENSOR_IFMAP : TENSOR_FILTER;
    const enum tensor streams = is ? TENSOR_FILTER : TENSOR_IFMAP;
    struct accesses *rf = out->access[LEVEL_RF];
    const uint64_t macs = out->macs;
    const uint64_t held = sum(f, l, &f->rows, &f->cols);
    const uint64_t sent = sum(f, l, &f->rows, &f->stream);
    const uint64_t left = sum(f, l, &f->cols, &f->stream);
    const uint64_t down = by_columns(f, l, sum_of_rows(f, arch, l, links_down));
    rf[stays].writes = held;
    rf[streams].writes = macs;
    rf[TENSOR_PSUM].reads = count_sub(macs, outs);
    add_reads(out, stays, held);
    add_reads(out, streams, sent);
    add_link(out, is ? LINK_ifmap : LINK_filter, held, held, down);
    add_link(out, is ? LINK_filter : LINK_ifmap, sent, macs, macs);
    add_psums(out, count_sub(left, outs), left,
              arch->tight_folds ? count_sub(macs, left)
                                : count_mul(left, (uint64_t)arch->rows - 1));
}

static void expect_os(const struct nest_fold *f, const struct arch *arch,
                      const struct layer *l, uint64_t outs, struct counts *out)
{
    struct accesses *rf = out->access[LEVEL_RF];
    const uint64_t macs = out->macs;
    const uint64_t ifmap = sum(f, l, &f->rows, &f->stream);
    const uint64_t filter = sum(f, l, &f->cols, &f->stream);
    const uint64_t left = sum(f, l, &f->rows, &f->cols);
    rf[TENSOR_IFMAP].writes = rf[TENSOR_FILTER].writes = macs;
    rf[TENSOR_PSUM].reads = macs;
    add_reads(out, TENSOR_IFMAP, ifmap);
    add_reads(out, TENSOR_FILTER, filter);
    add_link(out, LINK_ifmap, ifmap, macs, macs);
    add_link(out, LINK_filter, filter, macs, macs);
    add_psums(out, count_sub(left, outs), left,
              by_columns(f, l, sum_of_rows(f, arch, l, links_out)));
}

void nest_fold_expect(const struct arch *arch, const struct layer *l,
                      const struct nest *nest, struct counts *out)
{
    struct nest_fold fold, *f = &fold;
    char why[256];
    SIM_CHECK(nest_fold_of(arch, l, nest, f, why));
    uint64_t outs = (uint64_t)l->N * (uint64_t)l->M;
    outs = count_mul(outs, (uint64_t)l->P * (uint64_t)l->Q);
    out->access[LEVEL_RF][TENSOR_PSUM].writes = out->macs;
    if (f->kind == SYSTOLIC_OS)
        expect_os(f, arch, l, outs, out);
    else
        expect_stationary(f, arch, l, outs, out);
}

/* The fold's outputs as commands see them: n rows of so many. */
static uint64_t paced(const struct nest_fold *f, const struct arch *arch,
                      const struct layer *l, uint64_t n, uint64_t p, uint64_t q)
{
    (void)f;
    const uint64_t depth = n * p * q;
    return fold_paced_line_cycles(arch, depth, l->Q > 1 ? q : depth);
}

/* Cycles between folds, over all tiles of what streams. */
static uint64_t sum_paced(const struct nest_fold *f, const struct arch *arch,
                          const struct layer *l)
{
    const enum nest_dim dim[3] = {NEST_N, NEST_P, NEST_Q};
    uint64_t all = 0;
    if (f->kind == SYSTOLIC_IS) {
        const struct cut c = cut_of(f, l, NEST_M);
        all = count_mul(c.whole, fold_paced_line_cycles(arch, c.tile, c.tile));
        if (c.tail > 0)
            all = count_add(all, fold_paced_line_cycles(arch, c.tail, c.tail));
        return all;
    }
    for (int k = 0; k < 8; k++) {
        uint64_t size[3], times = 1;
        for (int i = 0; i < 3; i++) {
            const struct cut c = cut_of(f, l, dim[i]);
            const bool is_tail = (k >> i & 1) != 0;
            size[i] = is_tail ? c.tail : c.tile;
            times *= is_tail ? c.tail > 0 : c.whole;
        }
        if (times > 0)
            all = count_add(all, count_mul(times, paced(f, arch, l, size[0],
                                                        size[1], size[2])));
    }
    return all;
}

/* Words of the very last fold's last strip. */
static uint64_t last_words(const struct nest_fold *f, const struct arch *arch,
                           const struct layer *l)
{
    uint64_t depth = 1, line = 1;
    for (int k = 0; k < f->stream.n; k++) {
        const struct cut c = cut_of(f, l, f->stream.dim[k]);
        line = c.tail > 0 ? c.tail : c.tile;
        depth *= line;
    }
    const uint64_t most = (uint64_t)arch->strip_words;
    if (most == 0)
        return depth;
    return ((l->Q > 1 ? line : depth) - 1) % most + 1;
}

void nest_fold_sums(const struct nest_fold *f, const struct arch *arch,
                    const struct layer *l, struct fold_sums *out)
{
    uint64_t others = 1;
    *out = (struct fold_sums){.folds = sum(f, l, NULL, NULL),
                              .rows = sum(f, l, &f->rows, NULL),
                              .cols = sum(f, l, &f->cols, NULL),
                              .depth = sum(f, l, &f->stream, NULL)};
    out->drains_overlap = f->kind == SYSTOLIC_OS && fold_drains_overlap(arch);
    out->loads_overlap = f->kind != SYSTOLIC_OS && fold_loads_overlap(arch);
    if (!out->loads_overlap)
        return;
    for (int k = 0; k < NEST_DIMS; k++) {
        const enum nest_dim d = (enum nest_dim)k;
        const bool streams = f->kind == SYSTOLIC_IS
                                 ? d == NEST_M
                                 : d == NEST_N || d == NEST_P || d == NEST_Q;
        if (!streams)
            others = count_mul(others, tiles(f, l, d));
    }
    out->paced = count_mul(others, sum_paced(f, arch, l));
    out->last_words = last_words(f, arch, l);
}
