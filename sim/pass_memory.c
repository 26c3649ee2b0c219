/* pass_memory.c - what equal passes did before: a hash table of fixed size,
 * in which a newcomer replaces what it collides with.
 * SPDX-License-Identifier: MIT
 */
#include "sim/pass_memory.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "sim/diag.h"

enum { SLOTS = 4096 };

struct pass_memory {
    size_t key_bytes;
    unsigned char *keys; /* SLOTS of them */
    bool used[SLOTS];
    struct pass_counts counts[SLOTS];
};

struct pass_memory *pass_memory_new(size_t key_bytes)
{
    struct pass_memory *m = xcalloc(1, sizeof(*m));
    m->key_bytes = key_bytes;
    m->keys = xcalloc(SLOTS, key_bytes);
    return m;
}

void pass_memory_free(struct pass_memory *m)
{
    if (m == NULL)
        return;
    free(m->keys);
    free(m);
}

/* FNV-1a. */
static size_t slot_of(const struct pass_memory *m, const void *key)
{
    const unsigned char *bytes = key;
    uint64_t hash = 14695981039346656037u;
    for (size_t k = 0; k < m->key_bytes; k++)
        hash = (hash ^ bytes[k]) * 1099511628211u;
    return (size_t)((hash ^ hash >> 32) % SLOTS);
}

const struct pass_counts *pass_memory_find(const struct pass_memory *m,
                                           const void *key)
{
    size_t s = slot_of(m, key);
    if (!m->used[s] ||
        memcmp(m->keys + s * m->key_bytes, key, m->key_bytes) != 0)
        return NULL;
    return &m->counts[s];
}

void pass_memory_add(struct pass_memory *m, const void *key,
                     const struct pass_counts *counts)
{
    size_t s = slot_of(m, key);
    memcpy(m->keys + s * m->key_bytes, key, m->key_bytes);
    m->used[s] = true;
    m->counts[s] = *counts;
}
