/* value_map.c - makes, rounds and tells apart the words of tensors.
 * SPDX-License-Identifier: MIT
 */
#include "sim/values/value_map.h"

#include <stdlib.h>
#include <string.h>

#include "sim/run/check.h"
#include "sim/values/fixed_point.h"

uint64_t value_map_words(const struct value_map *m)
{
    return (uint64_t)m->N * map_shape_words(m->shape);
}

struct value_map value_map_new(int N, struct map_shape shape)
{
    struct value_map m = {.N = N, .shape = shape};
    m.word = xcalloc((size_t)value_map_words(&m), sizeof(*m.word));
    return m;
}

void value_map_fini(struct value_map *m)
{
    free(m->word);
    m->word = NULL;
}

/* The largest word of so many bits. */
static int64_t largest(int bits)
{
    return ((int64_t)1 << (bits < 62 ? bits - 1 : 61)) - 1;
}

static int64_t limited(int64_t v, int64_t most)
{
    if (v > most)
        return most;
    return v < -most ? -most : v;
}

static void divide(struct value_map *m, int shift, int bits)
{
    const uint64_t n = value_map_words(m);
    for (uint64_t i = 0; i < n; i++)
        m->word[i] = limited(fixed_shifted(m->word[i], -shift), largest(bits));
    m->exponent += shift;
    m->bits = bits;
}

void value_map_quantise(struct value_map *m, int bits)
{
    const uint64_t n = value_map_words(m);
    int64_t low = 0, high = 0;
    int shift = 0;
    for (uint64_t i = 0; i < n; i++) {
        low = m->word[i] < low ? m->word[i] : low;
        high = m->word[i] > high ? m->word[i] : high;
    }
    while (shift < 62 && (fixed_shifted(high, -shift) > largest(bits) ||
                          fixed_shifted(low, -shift) < -largest(bits)))
        shift++;
    divide(m, shift, bits);
}

struct value_map value_map_narrowed(const struct value_map *from, int bits)
{
    struct value_map m = *from;
    const size_t bytes = (size_t)value_map_words(from) * sizeof(*m.word);
    m.word = xcalloc(1, bytes);
    memcpy(m.word, from->word, bytes);
    if (bits < m.bits)
        value_map_quantise(&m, bits);
    return m;
}

/* FNV-1a, of bytes here and of whole words in a digest. */
static const uint64_t hash_start = 0xcbf29ce484222325u;
static const uint64_t hash_factor = 0x100000001b3u;

uint64_t value_seed(const char *owner, int which)
{
    uint64_t hash = hash_start;
    for (const char *at = owner; *at != '\0'; at++)
        hash = (hash ^ (unsigned char)*at) * hash_factor;
    return (hash ^ (uint64_t)which) * hash_factor;
}

int64_t value_word(uint64_t seed, const int coord[4], int bits)
{
    const int64_t most = largest(bits);
    return (int64_t)(check_random(seed, coord) % (uint64_t)(2 * most + 1)) -
           most;
}

void value_map_fill(struct value_map *m, const char *owner, int which, int bits)
{
    const uint64_t seed = value_seed(owner, which);
    int at[4];
    for (at[0] = 0; at[0] < m->N; at[0]++)
        for (at[1] = 0; at[1] < m->shape.C; at[1]++)
            for (at[2] = 0; at[2] < m->shape.H; at[2]++)
                for (at[3] = 0; at[3] < m->shape.W; at[3]++)
                    *value_map_at(m, at[0], at[1], at[2], at[3]) =
                        value_word(seed, at, bits);
    m->bits = bits;
    m->exponent = 1 - bits;
}

uint64_t value_map_digest(const struct value_map *m)
{
    const uint64_t n = value_map_words(m);
    uint64_t hash = hash_start;
    for (uint64_t i = 0; i < n; i++)
        hash = (hash ^ (uint64_t)m->word[i]) * hash_factor;
    return hash;
}

uint64_t value_map_zeros(const struct value_map *m)
{
    const uint64_t n = value_map_words(m);
    uint64_t zeros = 0;
    for (uint64_t i = 0; i < n; i++)
        zeros += m->word[i] == 0;
    return zeros;
}
