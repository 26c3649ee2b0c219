/* levels_pairs.c - sorts pairs of a unit and a word to make alike ones one.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/levels/levels_pairs.h"

#include <stdlib.h>

#include "dataflows/arith.h"

static int by_unit(const void *a, const void *b)
{
    const struct levels_pair *x = a, *y = b;
    if (x->unit != y->unit)
        return x->unit < y->unit ? -1 : 1;
    if (x->word != y->word)
        return x->word < y->word ? -1 : 1;
    return x->first < y->first ? -1 : x->first > y->first;
}

void levels_pairs_push(struct levels_pairs *p, int unit, uint64_t word)
{
    if (p->n == p->room) {
        p->room = p->room * 2 + 256;
        p->pair = xrealloc(p->pair, p->room, sizeof(*p->pair));
    }
    p->pair[p->n++] = (struct levels_pair){unit, unit, word, 0};
}

uint64_t levels_pairs_rise(struct levels_pairs *p,
                           const struct levels_unit *unit, int level,
                           uint64_t *most)
{
    uint64_t run = 0, runs = 0, most_after = 0;
    size_t n = 0;
    for (size_t i = 0; i < p->n; i++) {
        const struct levels_unit *of = &unit[p->pair[i].unit];
        p->pair[i].nodes = (uint64_t)1 << (of->node & 63);
        p->pair[i].unit = level == LEVEL_DRAM ? 0 : of->above[level];
    }
    if (p->n > 0)
        qsort(p->pair, p->n, sizeof(*p->pair), by_unit);
    *most = 0;
    for (size_t i = 0; i < p->n; i++) {
        const bool same_unit = i > 0 && p->pair[i].unit == p->pair[n - 1].unit;
        run = same_unit ? run + 1 : 1;
        *most = max_u64(*most, run);
        if (same_unit && p->pair[i].word == p->pair[n - 1].word) {
            p->pair[n - 1].nodes |= p->pair[i].nodes;
            continue;
        }
        runs = same_unit ? runs + 1 : 1;
        most_after = max_u64(most_after, runs);
        p->pair[n++] = p->pair[i];
    }
    p->n = n;
    return most_after;
}
