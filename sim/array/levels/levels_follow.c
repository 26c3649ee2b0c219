/* levels_follow.c - tells a tap the accesses of listed levels.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/levels/levels_follow.h"

#include <stdlib.h>

/* A word of an instance of the parent, for one of those inside it. */
struct want {
    int32_t unit, inside;
    uint64_t word;
};

struct levels_follow {
    const struct arch *arch;          /* borrowed */
    const struct nest_walk *walk;     /* borrowed */
    const struct levels_units *units; /* borrowed */
    struct access_tap tap;
    struct word_maker maker[TENSOR_N];
    struct word_tile tile, other;
    struct want *want; /* owns */
    size_t n, room;
};

struct levels_follow *levels_follow_new(const struct arch *arch,
                                        const struct nest_walk *walk,
                                        const struct levels_units *units,
                                        const struct access_tap *tap)
{
    struct levels_follow *f = xcalloc(1, sizeof(*f));
    f->arch = arch;
    f->walk = walk;
    f->units = units;
    f->tap = *tap;
    for (int t = 0; t < TENSOR_N; t++)
        word_maker_init(&f->maker[t], &walk->layer, (enum tensor)t,
                        arch->padding == PADDING_GENERATED, false);
    return f;
}

void levels_follow_free(struct levels_follow *f)
{
    if (f == NULL)
        return;
    for (int t = 0; t < TENSOR_N; t++)
        word_maker_fini(&f->maker[t]);
    word_tile_fini(&f->tile);
    word_tile_fini(&f->other);
    free(f->want);
    free(f);
}

static void tell(const struct levels_follow *f, int level, enum tensor tensor,
                 int unit, bool is_write, uint64_t word)
{
    const struct access a = {.level = (enum level)level,
                             .tensor = tensor,
                             .unit = unit,
                             .is_write = is_write,
                             .word = word};
    f->tap.access(f->tap.context, &a);
}

/* The number of an instance of a level over a unit u of another one. */
static int instance(const struct levels_unit *unit, int u, int of, int level)
{
    if (level == of)
        return u;
    return level >= LEVEL_L2 ? 0 : unit->above[level];
}

/* Unit u of a level wants a word of its parent. */
static void add_want(struct levels_follow *f, int parent, int level, int u,
                     uint64_t word)
{
    const struct levels_unit *unit = &f->units->unit[level + 1][u];
    const int inside = arch_level_inside(f->arch, parent);
    if (parent >= LEVEL_DRAM)
        return; /* it lies in front of the array */
    if (f->n == f->room) {
        f->room = f->room > 0 ? 2 * f->room : 64;
        f->want = xrealloc(f->want, f->room, sizeof(*f->want));
    }
    const bool is_alone =
        f->arch->level[parent].network == LEVEL_POINT_TO_POINT;
    f->want[f->n++] =
        (struct want){instance(unit, u, level, parent),
                      is_alone ? instance(unit, u, level, inside) : 0, word};
}

static int before(const void *a, const void *b)
{
    const struct want *x = a, *y = b;
    if (x->unit != y->unit)
        return x->unit < y->unit ? -1 : 1;
    if (x->word != y->word)
        return x->word < y->word ? -1 : 1;
    return (x->inside > y->inside) - (x->inside < y->inside);
}

/* What was wanted is read at the parent. */
static void read_wants(struct levels_follow *f, int parent, enum tensor tensor)
{
    if (f->n > 0)
        qsort(f->want, f->n, sizeof(*f->want), before);
    for (size_t i = 0; i < f->n; i++)
        if (i == 0 || before(&f->want[i - 1], &f->want[i]) != 0)
            tell(f, parent, tensor, f->want[i].unit, false, f->want[i].word);
    f->n = 0;
}

void levels_follow_come(struct levels_follow *f, int level, enum tensor tensor,
                        const struct levels_place *at,
                        const struct levels_place *other, bool reads_back)
{
    const int parent = (int)nest_parent(&f->walk->nest, level, tensor);
    for (int u = 0; u < f->units->n[level + 1]; u++) {
        const struct levels_unit *unit = &f->units->unit[level + 1][u];
        if (tensor == TENSOR_PSUM && !(reads_back && unit->leads[parent]))
            continue; /* they begin at 0 */
        levels_tile_fill(f->walk, level, unit, tensor, &f->maker[tensor], at,
                         &f->tile);
        levels_tile_fill(f->walk, level, unit, tensor, &f->maker[tensor], other,
                         &f->other);
        for (int i = 0; i < f->tile.n; i++) {
            const uint64_t word = f->tile.word[i];
            if (word_tile_find(&f->other, word) >= 0)
                continue;
            add_want(f, parent, level, u, word);
            tell(f, level, tensor, u, true, word);
        }
    }
    read_wants(f, parent, tensor);
}

void levels_follow_go(struct levels_follow *f, int level,
                      const struct levels_place *at,
                      const struct levels_place *next)
{
    const int parent = (int)nest_parent(&f->walk->nest, level, TENSOR_PSUM);
    for (int u = 0; u < f->units->n[level + 1]; u++) {
        const struct levels_unit *unit = &f->units->unit[level + 1][u];
        levels_tile_fill(f->walk, level, unit, TENSOR_PSUM,
                         &f->maker[TENSOR_PSUM], at, &f->tile);
        levels_tile_fill(f->walk, level, unit, TENSOR_PSUM,
                         &f->maker[TENSOR_PSUM], next, &f->other);
        for (int i = 0; i < f->tile.n; i++) {
            const uint64_t word = f->tile.word[i];
            if (word_tile_find(&f->other, word) >= 0)
                continue;
            tell(f, level, TENSOR_PSUM, u, false, word);
            if (parent < LEVEL_DRAM && unit->leads[parent])
                tell(f, parent, TENSOR_PSUM, instance(unit, u, level, parent),
                     true, word);
        }
    }
}

/* The words of a tensor for the MACs of a step. */
static void take(struct levels_follow *f, enum tensor tensor,
                 const struct levels_place *at)
{
    const int keeper = (int)nest_parent(&f->walk->nest, LEVELS_MACS, tensor);
    for (int u = 0; u < f->units->n[0]; u++) {
        const struct levels_unit *unit = &f->units->unit[0][u];
        levels_tile_fill(f->walk, LEVELS_MACS, unit, tensor, &f->maker[tensor],
                         at, &f->tile);
        if (f->tile.n == 0)
            continue; /* no product, or generated padding */
        const uint64_t word = f->tile.word[0];
        tell(f, ACCESS_MACS, tensor, u, tensor == TENSOR_PSUM, word);
        if (tensor != TENSOR_PSUM)
            add_want(f, keeper, LEVELS_MACS, u, word);
        else if (keeper < LEVEL_DRAM && unit->leads[keeper])
            tell(f, keeper, tensor, instance(unit, u, LEVELS_MACS, keeper),
                 true, word);
    }
    read_wants(f, keeper, tensor);
}

void levels_follow_multiply(struct levels_follow *f,
                            const struct levels_place *at)
{
    for (int t = 0; t < TENSOR_N; t++)
        take(f, (enum tensor)t, at);
}
