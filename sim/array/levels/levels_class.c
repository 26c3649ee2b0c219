/* levels_class.c - keeps moves in a table by what they depend on, and asks for
 * the words of those that are not there yet.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/levels/levels_class.h"

#include <stdlib.h>
#include <string.h>

#include "dataflows/arith.h"
#include "dataflows/program.h"

struct key {
    int32_t child, tensor, direction, flags;
    int32_t left[NEST_DIMS];  /* of the layer, as far as the units reach */
    int32_t other[NEST_DIMS]; /* where the other tile lies to this one */
    int32_t other_left[NEST_DIMS];
    struct levels_edges edges, other_edges;
};

struct entry {
    struct key key;
    struct levels_move *move; /* owns; NULL: free */
};

struct levels_classes {
    const struct arch *arch;          /* borrowed */
    const struct nest_walk *walk;     /* borrowed */
    struct levels_words *words;       /* owns */
    int most[LEVEL_N + 1][NEST_DIMS]; /* by level + 1: what its units reach */
    bool keeps_words;
    struct entry *entry; /* owns; open addressing */
    size_t n, size;      /* size: a power of two */
};

void levels_edges_of(const struct arch *arch, const struct nest_walk *walk,
                     const int base[NEST_DIMS], const int most[NEST_DIMS],
                     struct levels_edges *out)
{
    const struct layer *l = &walk->layer;
    const bool stored = arch->padding == PADDING_STORED;
    const int step[2] = {l->stride_h, l->stride_w};
    const int tap_step[2] = {l->dilation_h, l->dilation_w};
    const int pad[2] = {stored ? 0 : l->pad_top, stored ? 0 : l->pad_left};
    const int end[2] = {layer_padded_h(l) - (stored ? 0 : l->pad_bottom),
                        layer_padded_w(l) - (stored ? 0 : l->pad_right)};
    static const int x[2] = {NEST_P, NEST_Q}, r[2] = {NEST_R, NEST_S};
    for (int k = 0; k < 2; k++) {
        const int first = base[x[k]] * step[k] + base[r[k]] * tap_step[k];
        const int span =
            (most[x[k]] - 1) * step[k] + (most[r[k]] - 1) * tap_step[k] + 1;
        out->above[k] = min_int(0, first - pad[k]);
        out->below[k] = min_int(span, end[k] - first);
    }
}

struct levels_classes *levels_classes_new(const struct arch *arch,
                                          const struct nest_walk *walk,
                                          bool keeps_words)
{
    struct levels_classes *c = xcalloc(1, sizeof(*c));
    c->arch = arch;
    c->walk = walk;
    c->words = levels_words_new(arch, walk);
    c->keeps_words = keeps_words;
    c->size = 256;
    c->entry = xcalloc(c->size, sizeof(*c->entry));
    const struct levels_units *units = levels_words_units(c->words);
    for (int level = LEVELS_MACS; level < LEVEL_DRAM; level++)
        for (int i = 0; i < units->n[level + 1]; i++)
            for (int d = 0; d < NEST_DIMS; d++) {
                const int tile =
                    level == LEVELS_MACS ? 1 : walk->tile[level][d];
                const int end =
                    min_int(units->unit[level + 1][i].offset[d] + tile,
                            walk->extent[d]);
                if (end > c->most[level + 1][d])
                    c->most[level + 1][d] = end;
            }
    return c;
}

void levels_classes_free(struct levels_classes *c)
{
    if (c == NULL)
        return;
    for (size_t i = 0; i < c->size; i++)
        if (c->entry[i].move != NULL) {
            free(c->entry[i].move->word);
            free(c->entry[i].move);
        }
    free(c->entry);
    levels_words_free(c->words);
    free(c);
}

static void set_place(const struct levels_classes *c, int child,
                      const struct levels_place *place, int32_t left[NEST_DIMS],
                      struct levels_edges *edges)
{
    const int *most = c->most[child + 1];
    for (int d = 0; d < NEST_DIMS; d++)
        left[d] = min_int(c->walk->extent[d] - place->base[d], most[d]);
    levels_edges_of(c->arch, c->walk, place->base, most, edges);
}

static void set_key(const struct levels_classes *c,
                    const struct levels_ask *ask, struct key *k)
{
    memset(k, 0, sizeof(*k));
    k->child = ask->child;
    k->tensor = (int32_t)ask->tensor;
    k->direction = (int32_t)ask->direction;
    k->flags = ask->reads_back | ask->begins << 1 | ask->begins_leading << 2 |
               ask->other.exists << 3;
    set_place(c, ask->child, &ask->at, k->left, &k->edges);
    if (!ask->other.exists)
        return;
    set_place(c, ask->child, &ask->other, k->other_left, &k->other_edges);
    for (int d = 0; d < NEST_DIMS; d++)
        k->other[d] = ask->other.base[d] - ask->at.base[d];
}

static size_t hash_of(const struct key *k)
{
    const uint32_t *word = (const uint32_t *)(const void *)k;
    uint64_t hash = 0;
    for (size_t i = 0; i < sizeof(*k) / sizeof(*word); i++)
        hash = (hash ^ word[i]) * UINT64_C(0x9e3779b97f4a7c15);
    return (size_t)(hash >> 29);
}

static struct entry *place_of(struct entry *table, size_t size,
                              const struct key *k)
{
    size_t i = hash_of(k) & (size - 1);
    while (table[i].move != NULL && memcmp(&table[i].key, k, sizeof(*k)) != 0)
        i = (i + 1) & (size - 1);
    return &table[i];
}

static void grow(struct levels_classes *c)
{
    const size_t size = c->size * 2;
    struct entry *to = xcalloc(size, sizeof(*to));
    for (size_t i = 0; i < c->size; i++)
        if (c->entry[i].move != NULL)
            *place_of(to, size, &c->entry[i].key) = c->entry[i];
    free(c->entry);
    c->entry = to;
    c->size = size;
}

static void keep_words(const struct levels_classes *c,
                       const struct levels_ask *ask, struct levels_move *move)
{
    const uint64_t origin = levels_origin(c->walk, ask->tensor, &ask->at);
    const uint64_t *word;
    move->n_words = levels_words_at_parent(c->words, &word);
    move->word = xcalloc((size_t)move->n_words + 1, sizeof(*word));
    for (int i = 0; i < move->n_words; i++)
        move->word[i] = word[i] - origin;
}

struct levels_move *levels_classes_find(struct levels_classes *c,
                                        const struct levels_ask *ask)
{
    struct key key;
    set_key(c, ask, &key);
    struct entry *e = place_of(c->entry, c->size, &key);
    if (e->move != NULL)
        return e->move;
    if (2 * ++c->n > c->size) {
        grow(c);
        e = place_of(c->entry, c->size, &key);
    }
    e->key = key;
    e->move = xcalloc(1, sizeof(*e->move));
    levels_words_find(c->words, ask, e->move);
    if (c->keeps_words)
        keep_words(c, ask, e->move);
    return e->move;
}

void levels_classes_take(struct levels_classes *c,
                         void (*take)(void *context,
                                      const struct levels_move *move),
                         void *context)
{
    for (size_t i = 0; i < c->size; i++)
        if (c->entry[i].move != NULL && c->entry[i].move->times > 0) {
            take(context, c->entry[i].move);
            c->entry[i].move->times = 0;
        }
}

struct levels_words *levels_classes_words(struct levels_classes *c)
{
    return c->words;
}
