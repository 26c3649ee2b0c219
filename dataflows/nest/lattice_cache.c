/* lattice_cache.c - remembers the sums of dataflows/nest/lattice.h that were
 * worked out before, by all that decides them.
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "dataflows/nest/lattice.h"

enum { CACHE_PLACES = 16384, KEY_INTS = 64 };

struct cache_key {
    int32_t n;
    int32_t word[KEY_INTS];
};

struct cache_place {
    struct cache_key key; /* n 0: empty */
    struct pair_terms terms;
};

struct lattice_cache {
    struct cache_place place[CACHE_PLACES];
};

struct lattice_cache *lattice_cache_new(void)
{
    return xcalloc(1, sizeof(struct lattice_cache));
}

void lattice_cache_free(struct lattice_cache *cache)
{
    free(cache);
}

static void add_int(struct cache_key *k, int value)
{
    if (k->n >= 0 && k->n < KEY_INTS)
        k->word[k->n++] = value;
    else
        k->n = -1; /* too long to be kept */
}

static void add_split(struct cache_key *k, const struct chain_split *split)
{
    add_int(k, split->count);
    add_int(k, split->tile);
}

static void add_chain(struct cache_key *k, const struct chain *c)
{
    add_int(k, c->extent);
    add_int(k, c->groups.n);
    for (int i = 0; i < c->groups.n; i++)
        add_split(k, &c->groups.split[i]);
    add_int(k, c->blocks.n);
    for (int i = 0; i < c->blocks.n; i++)
        add_split(k, &c->blocks.split[i]);
    add_int(k, c->kids);
    add_int(k, c->kid_tile);
    add_int(k, c->n);
    for (int i = 0; i < c->n; i++)
        add_int(k, c->elem[i].tile * 4 + (int)c->elem[i].kind);
}

static uint32_t hash_of(const struct cache_key *k)
{
    uint64_t h = 0x9e3779b97f4a7c15u;
    for (int i = 0; i < k->n; i++)
        h = (h ^ (uint32_t)k->word[i]) * 0xff51afd7ed558ccdu;
    return (uint32_t)(h >> 40);
}

void lattice_terms(const struct lattice *l, const struct chain *a,
                   const struct chain *b, const int loops[2], int steps,
                   struct lattice_cache *cache, struct pair_terms *out)
{
    struct cache_key key = {.n = 0};
    struct cache_place *place;
    if (cache == NULL) {
        lattice_sum(l, a, b, loops, steps, out);
        return;
    }
    add_int(&key, l->stride);
    add_int(&key, l->dilation);
    add_int(&key, l->pad);
    add_int(&key, l->extent);
    add_int(&key, loops[0]);
    add_int(&key, loops[1]);
    add_int(&key, steps);
    add_chain(&key, a);
    add_chain(&key, b);
    if (key.n < 0) {
        lattice_sum(l, a, b, loops, steps, out);
        return;
    }
    place = &cache->place[hash_of(&key) % CACHE_PLACES];
    if (place->key.n != key.n ||
        memcmp(place->key.word, key.word,
               (size_t)key.n * sizeof(key.word[0])) != 0) {
        lattice_sum(l, a, b, loops, steps, &place->terms);
        place->key = key;
    }
    *out = place->terms;
}
