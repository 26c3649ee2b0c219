/* value_map.h - the words of a tensor between nodes, and what they stand for.
 *
 * A word is a whole number of some bits, its sign among them; the real number
 * is the word times 2^exponent, for all words of a tensor alike.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_VALUES_VALUE_MAP_H
#define SIM_VALUES_VALUE_MAP_H

#include <stdint.h>

#include "sim/network/graph.h"

#ifdef __cplusplus
extern "C" {
#endif

struct value_map {
    int N; /* images */
    struct map_shape shape;
    int bits, exponent;
    int64_t *word; /* owns; N C H W */
};

/* Words of 0. */
struct value_map value_map_new(int N, struct map_shape shape);
void value_map_fini(struct value_map *map);
uint64_t value_map_words(const struct value_map *map);

static inline int64_t *value_map_at(const struct value_map *map, int n, int c,
                                    int h, int w)
{
    const struct map_shape *s = &map->shape;
    return &map->word[(((size_t)n * (size_t)s->C + (size_t)c) * (size_t)s->H +
                       (size_t)h) *
                          (size_t)s->W +
                      (size_t)w];
}

/* Requantisation: divides all words by the least power of two with which the
 * largest fits into so many bits with its sign, and rounds. */
void value_map_quantise(struct value_map *map, int bits);
/* A copy with no more bits than these, requantised where it had more. */
struct value_map value_map_narrowed(const struct value_map *map, int bits);
/* Pseudo-random words of an input or of what a network stores, by the name of
 * its owner and by how many have that name: from -1 to 1 as real numbers. */
void value_map_fill(struct value_map *map, const char *owner, int which,
                    int bits);
/* A pseudo-random word of so many bits. */
int64_t value_word(uint64_t seed, const int coord[4], int bits);
uint64_t value_seed(const char *owner, int which);

/* A number that tells the words of two tensors apart. */
uint64_t value_map_digest(const struct value_map *map);
uint64_t value_map_zeros(const struct value_map *map);

#ifdef __cplusplus
}
#endif

#endif
