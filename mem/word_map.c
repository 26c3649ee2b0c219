/* word_map.c - a bounded table from words to words.
 * SPDX-License-Identifier: MIT
 */
#include "mem/word_map.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/diag.h"

enum { CHUNK_BYTES = 64 << 10, SLOTS_MIN = 256 };

/* Where records lie, one after the other; newest chunk first. */
struct chunk {
    struct chunk *next;
    size_t words, used;
    uint32_t word[];
};

struct slot {
    uint64_t hash;
    uint32_t *record; /* words of the key, key, value; NULL: free */
};

struct word_map {
    size_t budget, bytes;
    struct chunk *chunks;
    struct slot *slot;
    size_t slots, records; /* slots: a power of two */
};

struct word_map *word_map_new(size_t budget_bytes)
{
    struct word_map *map = xcalloc(1, sizeof(*map));
    map->budget = budget_bytes;
    map->slots = SLOTS_MIN;
    map->slot = xcalloc(map->slots, sizeof(*map->slot));
    map->bytes = map->slots * sizeof(*map->slot);
    return map;
}

void word_map_free(struct word_map *map)
{
    if (map == NULL)
        return;
    while (map->chunks != NULL) {
        struct chunk *gone = map->chunks;
        map->chunks = gone->next;
        free(gone);
    }
    free(map->slot);
    free(map);
}

struct word_key word_key_of(const uint32_t *words, uint32_t n)
{
    const uint64_t odd = 0x9e3779b97f4a7c15u;
    uint64_t hash = n;
    uint32_t k = 0;
    for (; k + 1 < n; k += 2) {
        hash = (hash ^ ((uint64_t)words[k + 1] << 32 | words[k])) * odd;
        hash ^= hash >> 32;
    }
    if (k < n)
        hash = (hash ^ words[k]) * odd;
    return (struct word_key){words, n, hash ^ hash >> 29};
}

const uint32_t *word_map_find(const struct word_map *map,
                              const struct word_key *key)
{
    const size_t mask = map->slots - 1;
    for (size_t k = (size_t)key->hash & mask;; k = (k + 1) & mask) {
        const struct slot *slot = &map->slot[k];
        if (slot->record == NULL)
            return NULL;
        if (slot->hash == key->hash && slot->record[0] == key->n &&
            (key->n == 0 || memcmp(slot->record + 1, key->word,
                                   key->n * sizeof(*key->word)) == 0))
            return slot->record + 1 + key->n;
    }
}

static void put(struct word_map *map, uint64_t hash, uint32_t *record)
{
    const size_t mask = map->slots - 1;
    size_t k = (size_t)hash & mask;
    while (map->slot[k].record != NULL)
        k = (k + 1) & mask;
    map->slot[k] = (struct slot){hash, record};
}

static bool has_room(const struct word_map *map, size_t bytes)
{
    return bytes <= map->budget && map->bytes <= map->budget - bytes;
}

/* At most half of the slots are taken. */
static bool make_slot(struct word_map *map)
{
    if (2 * (map->records + 1) <= map->slots)
        return true;
    const size_t were = map->slots;
    struct slot *old = map->slot;
    if (!has_room(map, were * sizeof(*old)))
        return false;
    map->slots = 2 * were;
    map->slot = xcalloc(map->slots, sizeof(*map->slot));
    map->bytes += were * sizeof(*old);
    for (size_t k = 0; k < were; k++)
        if (old[k].record != NULL)
            put(map, old[k].hash, old[k].record);
    free(old);
    return true;
}

static uint32_t *take_words(struct word_map *map, size_t words)
{
    struct chunk *c = map->chunks;
    if (c == NULL || c->words - c->used < words) {
        size_t bytes = sizeof(*c) + words * sizeof(c->word[0]);
        if (bytes < CHUNK_BYTES)
            bytes = CHUNK_BYTES;
        if (!has_room(map, bytes))
            return NULL;
        c = xcalloc(1, bytes);
        c->words = (bytes - sizeof(*c)) / sizeof(c->word[0]);
        c->next = map->chunks;
        map->chunks = c;
        map->bytes += bytes;
    }
    uint32_t *at = c->word + c->used;
    c->used += words;
    return at;
}

uint32_t *word_map_add(struct word_map *map, const struct word_key *key,
                       uint32_t n)
{
    if (!make_slot(map))
        return NULL;
    uint32_t *record = take_words(map, 1 + (size_t)key->n + n);
    if (record == NULL)
        return NULL;
    record[0] = key->n;
    if (key->n > 0)
        memcpy(record + 1, key->word, key->n * sizeof(*key->word));
    put(map, key->hash, record);
    map->records++;
    return record + 1 + key->n;
}

size_t word_map_bytes(const struct word_map *map)
{
    return map->bytes;
}
