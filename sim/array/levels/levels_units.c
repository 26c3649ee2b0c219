/* levels_units.c - lists the units of every level from the outside to the
 * inside: each unit of a level has one child for each place of its rows and
 * columns that the layer reaches.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/levels/levels_units.h"

#include <stdlib.h>
#include <string.h>

#include "dataflows/arith.h"

/* The split of one level over its children. */
struct split {
    int n;
    struct {
        int dim, count, tile;
    } axis[2 * NEST_LOOPS_MAX]; /* innermost first */
    int places;
};

static void add_axes(struct split *s, const struct nest_loops *loops,
                     int size[NEST_DIMS])
{
    for (int i = loops->n - 1; i >= 0; i--) {
        const int d = loops->loop[i].dim, count = loops->loop[i].count;
        s->axis[s->n].dim = d;
        s->axis[s->n].count = count;
        s->axis[s->n].tile = size[d];
        s->n++;
        s->places *= count;
        size[d] *= count;
    }
}

static void child_tile(const struct nest_walk *walk, int level,
                       int out[NEST_DIMS])
{
    for (int d = 0; d < NEST_DIMS; d++)
        out[d] = level == LEVELS_MACS ? 1 : walk->tile[level][d];
}

/* The child in a place of its parent; false: the layer does not reach it. */
static bool make_child(const struct nest_walk *walk, const struct split *s,
                       int place, int parent_level,
                       const struct levels_unit *parent,
                       struct levels_unit *out)
{
    bool is_first = true;
    *out = *parent;
    for (int i = 0; i < s->n; i++) {
        const int v = place % s->axis[i].count;
        place /= s->axis[i].count;
        out->offset[s->axis[i].dim] += v * s->axis[i].tile;
        is_first = is_first && !(v > 0 && nest_dim_reduces(s->axis[i].dim));
    }
    for (int k = parent_level; k < LEVEL_N; k++)
        out->leads[k] = is_first && (k == parent_level || parent->leads[k]);
    for (int d = 0; d < NEST_DIMS; d++)
        if (out->offset[d] >= walk->extent[d])
            return false;
    return true;
}

static void push_children(struct levels_units *u, const struct nest_walk *walk,
                          int parent, int child, int cols)
{
    struct split s = {.n = 0, .places = 1};
    int size[NEST_DIMS], n = 0;
    child_tile(walk, child, size);
    add_axes(&s, &walk->nest.level[parent].cols, size);
    const int cols_used = s.places;
    add_axes(&s, &walk->nest.level[parent].rows, size);
    struct levels_unit *to =
        xcalloc((size_t)u->n[parent + 1] * (size_t)s.places, sizeof(*to));
    for (int p = 0; p < u->n[parent + 1]; p++)
        for (int k = 0; k < s.places; k++) {
            if (!make_child(walk, &s, k, parent, &u->unit[parent + 1][p],
                            &to[n]))
                continue;
            to[n].node = k / cols_used * cols + k % cols_used;
            if (child != LEVELS_MACS)
                to[n].above[child] = n;
            n++;
        }
    u->n[child + 1] = n;
    u->unit[child + 1] = to;
}

void levels_units_init(struct levels_units *u, const struct arch *arch,
                       const struct nest_walk *walk)
{
    memset(u, 0, sizeof(*u));
    u->n[LEVEL_L2 + 1] = 1;
    u->unit[LEVEL_L2 + 1] = xcalloc(1, sizeof(struct levels_unit));
    for (int k = LEVEL_L2; k <= LEVEL_DRAM; k++)
        u->unit[LEVEL_L2 + 1]->leads[k] = true;
    for (int parent = LEVEL_L2; parent >= 0;) {
        const int child = arch_level_inside(arch, parent);
        push_children(u, walk, parent, child, arch->level[parent].cols);
        parent = child;
    }
}

void levels_units_fini(struct levels_units *u)
{
    for (int k = 0; k <= LEVEL_N; k++)
        free(u->unit[k]);
}

void levels_unit_spans(const struct nest_walk *walk, int level,
                       const struct levels_unit *unit,
                       const int base[NEST_DIMS],
                       struct nest_span out[NEST_DIMS])
{
    int tile[NEST_DIMS];
    child_tile(walk, level, tile);
    for (int d = 0; d < NEST_DIMS; d++) {
        const int left = walk->extent[d] - base[d] - unit->offset[d];
        out[d].first = base[d] + unit->offset[d];
        out[d].n = left > 0 ? min_int(left, tile[d]) : 0;
    }
}

void levels_base(const struct nest_walk *walk, const struct nest_step *step,
                 int loops, int base[NEST_DIMS])
{
    memset(base, 0, NEST_DIMS * sizeof(*base));
    for (int i = 0; i < loops; i++)
        base[walk->loop[i].dim] += step->value[i] * walk->loop[i].tile;
}
