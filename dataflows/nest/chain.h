/* chain.h - one dimension of a nest as seen from a child level, and its
 * factor of the closed form (dataflows/nest/nest_model.c).
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_NEST_CHAIN_H
#define DATAFLOWS_NEST_CHAIN_H

#include "dataflows/nest/nest.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
    CHAIN_SPLITS_MAX = LEVEL_N + 1, /* rows and columns of a level apart */
    CHAIN_ELEMS_MAX = LEVEL_N * NEST_LOOPS_MAX + CHAIN_SPLITS_MAX
};

enum elem_kind { ELEM_TIME, ELEM_SPACE };

/* One cut of a dimension: a loop over time, or a split over children. */
struct elem {
    enum elem_kind kind;
    int count; /* children, of ELEM_SPACE */
    int tile;  /* what it leaves inside */
};

/* A split as places of children: how many, and how far apart. */
struct chain_split {
    int count, tile;
};
struct chain_splits { /* outermost first */
    int n, places;
    struct chain_split split[CHAIN_SPLITS_MAX];
};

/* A dimension as seen from one child level: the cuts outside it.  Children
 * that have one parent together are a group: its blocks, each of `kids`
 * children side by side without a gap. */
struct chain {
    int extent;
    int n;
    struct elem elem[CHAIN_ELEMS_MAX];
    struct chain_splits groups, blocks;
    int kids, kid_tile;
};

/* Where the child at one of the places begins. */
static inline int splits_offset(const struct chain_splits *s, int place)
{
    int offset = 0;
    for (int i = s->n - 1; i >= 0; i--) {
        offset += place % s->split[i].count * s->split[i].tile;
        place /= s->split[i].count;
    }
    return offset;
}

/* What one dimension contributes to the counts, summed over all steps of a
 * loop. */
struct terms {
    uint64_t words, words_kept; /* over all children */
    uint64_t kids, kids_kept;   /* children with work; before too */
    /* Groups with work; those whose children all had work before. */
    uint64_t groups, groups_kept;
    uint64_t contexts;
};

/* A tile of a context: `rest` words from the base on, of which the children
 * begin at `off`. */
struct spot {
    int rest, off;
};

static inline int chain_clamp(int x, int low, int high)
{
    return x < low ? low : x > high ? high : x;
}

static inline int chain_div_up(int a, int b)
{
    return (a + b - 1) / b;
}

/* Sets the tile that each cut leaves, from the child's outward, and the places
 * of the children; the outermost `outer` splits lead to groups.  Places that
 * never have work are dropped. */
void chain_set_tiles(struct chain *c, int child_tile, int outer);
/* Groups, and children in all of them, that ever have work. */
uint64_t chain_groups(const struct chain *c);
uint64_t chain_children(const struct chain *c);
/* Offset of the last tile that cuts i and further in make of `rest`. */
int chain_last_offset(const struct chain *c, int i, int rest);
/* Sums with the first `loops` time loops fixed, at all their values, and the
 * loops inside wrapping from last to first; steps: the last of the first
 * loops steps, instead of being fixed. */
void chain_terms(const struct chain *c, int loops, bool steps,
                 struct terms *out);
/* A chain has neither groups nor blocks: its children with work while the first
 * `outer` loops have a value, added up once for each value of the first `loops`
 * loops, of which the last may step instead of being fixed. */
uint64_t chain_kids_of(const struct chain *c, int outer, int loops, bool steps);

#ifdef __cplusplus
}
#endif

#endif
