/* word_map.h - a bounded table from words to words.
 *
 * A record is a key and a value, both a few 32-bit words; keys are compared in
 * full, and no record ever moves or goes.  When the budget is spent, nothing
 * more is added.
 * SPDX-License-Identifier: MIT
 */
#ifndef MEM_WORD_MAP_H
#define MEM_WORD_MAP_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct word_map;

struct word_map *word_map_new(size_t budget_bytes);
void word_map_free(struct word_map *map);

/* A key of n words, with the hash of all of them. */
struct word_key {
    const uint32_t *word; /* borrowed */
    uint32_t n;
    uint64_t hash;
};
struct word_key word_key_of(const uint32_t *words, uint32_t n);

/* Returns the value, or NULL when the key is not there. */
const uint32_t *word_map_find(const struct word_map *map,
                              const struct word_key *key);
/* Adds a key that is not there.  Returns its value, n words to be filled; NULL:
 * there is no room. */
uint32_t *word_map_add(struct word_map *map, const struct word_key *key,
                       uint32_t n);
/* Bytes of records and table. */
size_t word_map_bytes(const struct word_map *map);

#ifdef __cplusplus
}
#endif

#endif
