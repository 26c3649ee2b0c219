/* nest_sets.c - numbers sets of PEs by way of a hash table.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/nest/nest_sets.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/diag.h"

void nest_sets_fini(struct nest_sets *s)
{
    free(s->begin);
    free(s->pe);
    free(s->index);
    memset(s, 0, sizeof(*s));
}

void nest_sets_forget(struct nest_sets *s)
{
    s->n = 0;
    if (s->index != NULL)
        memset(s->index, 0, s->index_size * sizeof(*s->index));
}

static size_t hash_of(const int32_t *pe, int32_t n)
{
    uint64_t hash = 14695981039346656037u;
    for (int32_t k = 0; k < n; k++)
        hash = (hash ^ (uint64_t)pe[k]) * 1099511628211u;
    return (size_t)(hash >> 17);
}

static size_t place_of(const struct nest_sets *s, const int32_t *pe, int32_t n)
{
    size_t at = hash_of(pe, n) & (s->index_size - 1);
    for (; s->index[at] != 0; at = (at + 1) & (s->index_size - 1)) {
        const int32_t k = s->index[at] - 1, first = s->begin[k];
        if (s->begin[k + 1] - first == n &&
            memcmp(&s->pe[first], pe, (size_t)n * sizeof(*pe)) == 0)
            break;
    }
    return at;
}

static void make_room(struct nest_sets *s, int32_t n)
{
    if ((size_t)s->n + 2 > s->set_room) {
        s->set_room = s->set_room * 2 + 64;
        s->begin = xrealloc(s->begin, s->set_room, sizeof(*s->begin));
        s->begin[0] = 0;
    }
    const size_t pes = (size_t)s->begin[s->n] + (size_t)n;
    if (pes > s->pe_room) {
        s->pe_room = s->pe_room * 2 > pes ? s->pe_room * 2 : pes + 256;
        s->pe = xrealloc(s->pe, s->pe_room, sizeof(*s->pe));
    }
    if (2 * ((size_t)s->n + 1) < s->index_size)
        return;
    free(s->index);
    s->index_size = s->index_size > 0 ? 2 * s->index_size : 64;
    s->index = xcalloc(s->index_size, sizeof(*s->index));
    for (int32_t k = 0; k < s->n; k++)
        s->index[place_of(s, &s->pe[s->begin[k]],
                          s->begin[k + 1] - s->begin[k])] = k + 1;
}

int32_t nest_sets_number(struct nest_sets *s, const int32_t *pe, int32_t n)
{
    make_room(s, n);
    const size_t at = place_of(s, pe, n);
    if (s->index[at] == 0) {
        memcpy(&s->pe[s->begin[s->n]], pe, (size_t)n * sizeof(*pe));
        s->begin[s->n + 1] = s->begin[s->n] + n;
        s->index[at] = ++s->n;
    }
    return s->index[at] - 1;
}
