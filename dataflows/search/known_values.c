/* known_values.c - a hash table from keys of integers to numbers, with open
 * addressing. It doubles when it is half full.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/search/known_values.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/diag.h"

enum { FIRST_PLACES = 1024 };

struct entry {
    struct known_key key;
    bool is_set;
    double value;
};

struct known_values {
    size_t n, places; /* a power of two */
    struct entry *place;
};

struct known_values *known_values_new(void)
{
    struct known_values *k = xcalloc(1, sizeof(*k));
    k->places = FIRST_PLACES;
    k->place = xcalloc(k->places, sizeof(*k->place));
    return k;
}

void known_values_free(struct known_values *k)
{
    if (k == NULL)
        return;
    free(k->place);
    free(k);
}

/* The place of a key, or the free one where it belongs. */
static struct entry *find(const struct known_values *k,
                          const struct known_key *key)
{
    uint64_t h = 0x9e3779b97f4a7c15u;
    for (int i = 0; i < KNOWN_KEY; i++) {
        h = (h ^ (uint32_t)key->of[i]) * 0xff51afd7ed558ccdu;
        h ^= h >> 32;
    }
    for (size_t at = (size_t)h & (k->places - 1);;
         at = (at + 1) & (k->places - 1)) {
        struct entry *e = &k->place[at];
        if (!e->is_set || memcmp(&e->key, key, sizeof(*key)) == 0)
            return e;
    }
}

const double *known_values_find(const struct known_values *k,
                                const struct known_key *key)
{
    const struct entry *e = find(k, key);
    return e->is_set ? &e->value : NULL;
}

static void grow(struct known_values *k)
{
    struct entry *old = k->place;
    size_t places = k->places;
    k->places *= 2;
    k->place = xcalloc(k->places, sizeof(*k->place));
    for (size_t i = 0; i < places; i++)
        if (old[i].is_set)
            *find(k, &old[i].key) = old[i];
    free(old);
}

void known_values_add(struct known_values *k, const struct known_key *key,
                      double value)
{
    if (2 * (k->n + 1) > k->places)
        grow(k);
    struct entry *e = find(k, key);
    if (!e->is_set)
        k->n++;
    *e = (struct entry){*key, true, value};
}
