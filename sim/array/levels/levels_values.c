/* levels_values.c - keeps every word of every store by the store's level, the
 * unit and the word's name, in one table.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/levels/levels_values.h"

#include <stdlib.h>
#include <string.h>

struct name {
    int32_t level, unit;
    uint64_t word; /* with the tensor in the level: 4 * level + tensor */
};

struct cell {
    struct name name;
    int64_t value;
    bool is_used;
};

struct levels_values {
    const struct arch *arch;          /* borrowed */
    const struct nest_walk *walk;     /* borrowed */
    const struct levels_units *units; /* borrowed */
    struct nest_values *outside;      /* borrowed; L2 and DRAM */
    struct word_maker maker[TENSOR_N];
    struct word_tile tile, other;
    struct cell *cell; /* owns; open addressing */
    size_t n, size;    /* size: a power of two */
};

struct levels_values *levels_values_new(const struct arch *arch,
                                        const struct nest_walk *walk,
                                        const struct levels_units *units,
                                        struct nest_values *outside)
{
    struct levels_values *v = xcalloc(1, sizeof(*v));
    v->arch = arch;
    v->walk = walk;
    v->units = units;
    v->outside = outside;
    for (int t = 0; t < TENSOR_N; t++)
        word_maker_init(&v->maker[t], &walk->layer, (enum tensor)t,
                        arch->padding == PADDING_GENERATED, false);
    v->size = 1024;
    v->cell = xcalloc(v->size, sizeof(*v->cell));
    return v;
}

void levels_values_free(struct levels_values *v)
{
    if (v == NULL)
        return;
    for (int t = 0; t < TENSOR_N; t++)
        word_maker_fini(&v->maker[t]);
    word_tile_fini(&v->tile);
    word_tile_fini(&v->other);
    free(v->cell);
    free(v);
}

/* --- the table ------------------------------------------------------------ */

static size_t home_of(const struct name *n, size_t size)
{
    uint64_t hash = n->word * UINT64_C(0x9e3779b97f4a7c15);
    hash = (hash ^ hash >> 29 ^ (uint64_t)n->unit << 20 ^ (uint64_t)n->level) *
           UINT64_C(0xbf58476d1ce4e5b9);
    return (size_t)(hash >> 20) & (size - 1);
}

static size_t find(const struct levels_values *v, const struct name *n)
{
    size_t i = home_of(n, v->size);
    while (v->cell[i].is_used && (v->cell[i].name.word != n->word ||
                                  v->cell[i].name.unit != n->unit ||
                                  v->cell[i].name.level != n->level))
        i = (i + 1) & (v->size - 1);
    return i;
}

static void grow(struct levels_values *v)
{
    struct cell *old = v->cell;
    const size_t size = v->size;
    v->size = size * 2;
    v->cell = xcalloc(v->size, sizeof(*v->cell));
    for (size_t i = 0; i < size; i++)
        if (old[i].is_used)
            v->cell[find(v, &old[i].name)] = old[i];
    free(old);
}

static struct name name_of(int level, enum tensor tensor, int unit,
                           uint64_t word)
{
    return (struct name){4 * level + (int)tensor, unit, word};
}

static void put(struct levels_values *v, const struct name *n, int64_t value)
{
    if (2 * ++v->n > v->size)
        grow(v);
    struct cell *c = &v->cell[find(v, n)];
    SIM_CHECK(!c->is_used);
    *c = (struct cell){*n, value, true};
}

/* Those behind the hole that would not be found past it move into it. */
static int64_t take(struct levels_values *v, const struct name *n)
{
    const size_t mask = v->size - 1;
    size_t hole = find(v, n);
    SIM_CHECK(v->cell[hole].is_used);
    const int64_t value = v->cell[hole].value;
    v->n--;
    for (size_t i = (hole + 1) & mask; v->cell[i].is_used; i = (i + 1) & mask) {
        const size_t home = home_of(&v->cell[i].name, v->size);
        if (((i - home) & mask) < ((i - hole) & mask))
            continue;
        v->cell[hole] = v->cell[i];
        hole = i;
    }
    v->cell[hole].is_used = false;
    return value;
}

/* A word at a unit of a level, or at L2 and DRAM. */
static int64_t *psum_at(struct levels_values *v, int level, int unit,
                        uint64_t word)
{
    if (level >= LEVEL_L2)
        return v->outside->ofmap(v->outside->context, word);
    const struct name n = name_of(level, TENSOR_PSUM, unit, word);
    struct cell *c = &v->cell[find(v, &n)];
    SIM_CHECK(c->is_used);
    return &c->value;
}

static int64_t operand_at(const struct levels_values *v, int level,
                          enum tensor tensor, int unit, uint64_t word)
{
    if (level >= LEVEL_L2)
        return (tensor == TENSOR_IFMAP
                    ? v->outside->ifmap
                    : v->outside->filter)(v->outside->context, word);
    const struct name n = name_of(level, tensor, unit, word);
    const struct cell *c = &v->cell[find(v, &n)];
    SIM_CHECK(c->is_used);
    return c->value;
}

/* --- tiles ---------------------------------------------------------------- */

static int above(const struct levels_unit *unit, int level)
{
    return level >= LEVEL_L2 ? 0 : unit->above[level];
}

void levels_values_come(struct levels_values *v, int level, enum tensor tensor,
                        const struct levels_place *at,
                        const struct levels_place *before, bool reads_back)
{
    const int parent = (int)nest_parent(&v->walk->nest, level, tensor);
    for (int u = 0; u < v->units->n[level + 1]; u++) {
        const struct levels_unit *unit = &v->units->unit[level + 1][u];
        levels_tile_fill(v->walk, level, unit, tensor, &v->maker[tensor], at,
                         &v->tile);
        levels_tile_fill(v->walk, level, unit, tensor, &v->maker[tensor],
                         before, &v->other);
        for (int i = 0; i < v->tile.n; i++) {
            const uint64_t word = v->tile.word[i];
            const struct name n = name_of(level, tensor, u, word);
            int64_t value = 0;
            if (word_tile_find(&v->other, word) >= 0)
                continue;
            if (tensor != TENSOR_PSUM)
                value =
                    operand_at(v, parent, tensor, above(unit, parent), word);
            else if (reads_back && unit->leads[parent])
                value = *psum_at(v, parent, above(unit, parent), word);
            put(v, &n, value);
        }
    }
}

void levels_values_go(struct levels_values *v, int level, enum tensor tensor,
                      const struct levels_place *at,
                      const struct levels_place *next)
{
    const int parent = (int)nest_parent(&v->walk->nest, level, tensor);
    for (int u = 0; u < v->units->n[level + 1]; u++) {
        const struct levels_unit *unit = &v->units->unit[level + 1][u];
        levels_tile_fill(v->walk, level, unit, tensor, &v->maker[tensor], at,
                         &v->tile);
        levels_tile_fill(v->walk, level, unit, tensor, &v->maker[tensor], next,
                         &v->other);
        for (int i = 0; i < v->tile.n; i++) {
            const uint64_t word = v->tile.word[i];
            const struct name n = name_of(level, tensor, u, word);
            if (word_tile_find(&v->other, word) >= 0)
                continue;
            const int64_t value = take(v, &n);
            if (tensor != TENSOR_PSUM)
                continue;
            /* The first of those that share an output has what was read back;
             * the others add theirs. */
            int64_t *to = psum_at(v, parent, above(unit, parent), word);
            *to = unit->leads[parent] ? value : *to + value;
        }
    }
}

/* --- MACs ----------------------------------------------------------------- */

static int64_t factor(struct levels_values *v, const struct levels_unit *unit,
                      enum tensor tensor, const struct nest_span *x)
{
    const int keeper = (int)nest_parent(&v->walk->nest, LEVELS_MACS, tensor);
    word_tile_fill(&v->tile, &v->maker[tensor], x);
    if (v->tile.n == 0) /* generated padding */
        return 0;
    return operand_at(v, keeper, tensor, above(unit, keeper), v->tile.word[0]);
}

void levels_values_multiply(struct levels_values *v,
                            const struct levels_place *at)
{
    const int keeper =
        (int)nest_parent(&v->walk->nest, LEVELS_MACS, TENSOR_PSUM);
    for (int u = 0; u < v->units->n[0]; u++) {
        const struct levels_unit *unit = &v->units->unit[0][u];
        struct nest_span x[NEST_DIMS];
        bool works = true;
        levels_unit_spans(v->walk, LEVELS_MACS, unit, at->base, x);
        for (int d = 0; d < NEST_DIMS; d++)
            works = works && x[d].n > 0;
        if (!works)
            continue;
        const int64_t a = factor(v, unit, TENSOR_IFMAP, x);
        const int64_t b = factor(v, unit, TENSOR_FILTER, x);
        word_tile_fill(&v->tile, &v->maker[TENSOR_PSUM], x);
        v->outside->zero_macs += a == 0;
        *psum_at(v, keeper, above(unit, keeper), v->tile.word[0]) += a * b;
    }
}
