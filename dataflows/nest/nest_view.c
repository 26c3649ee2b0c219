/* nest_view.c - which cuts of each dimension lie outside a child level.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/nest/nest_view.h"

#include <string.h>

#include "dataflows/nest/nest_pass.h"

enum { TILE_MAX = 1 << 20 }; /* beyond every extent */

static int padded(const struct arch *arch, int pad)
{
    return arch->padding == PADDING_STORED ? 0 : pad;
}

static void push_elem(struct chain *c, enum elem_kind kind, int count)
{
    struct elem *e = &c->elem[c->n++];
    e->kind = kind;
    e->count = count; /* tiles are set from the inside */
    e->tile = 0;
}

/* over_passes: the first so many of the loops are. */
static void push_time(struct nest_view *v, const struct nest_loops *loops,
                      int over_passes)
{
    for (int i = 0; i < loops->n; i++) {
        int dim = loops->loop[i].dim;
        if (loops->loop[i].count == 1)
            continue;
        push_elem(&v->chain[dim], ELEM_TIME, loops->loop[i].count);
        v->dim[v->n_loops++] = (uint8_t)dim;
        if (i >= over_passes)
            continue;
        v->pass_loops++;
        v->dim_pass_loops[dim]++;
    }
}

static void push_space(struct nest_view *v, const struct nest_level *level,
                       enum elem_kind kind)
{
    int count[NEST_DIMS];
    for (int d = 0; d < NEST_DIMS; d++)
        count[d] = 1;
    for (int i = 0; i < level->rows.n; i++)
        count[level->rows.loop[i].dim] *= level->rows.loop[i].count;
    for (int i = 0; i < level->cols.n; i++)
        count[level->cols.loop[i].dim] *= level->cols.loop[i].count;
    for (int d = 0; d < NEST_DIMS; d++)
        if (count[d] > 1)
            push_elem(&v->chain[d], kind, count[d]);
}

/* Sets the tile that each cut leaves, from the child's outward, and drops
 * children that never have work. */
static void set_tiles(struct chain *c, int child_tile)
{
    int tile = child_tile;
    c->clusters = c->kids = 1;
    c->cluster_tile = c->kid_tile = TILE_MAX;
    for (int i = c->n - 1; i >= 0; i--) {
        struct elem *e = &c->elem[i];
        e->tile = tile;
        tile =
            chain_clamp(e->count > TILE_MAX / tile ? TILE_MAX : tile * e->count,
                        1, TILE_MAX);
        if (e->kind == ELEM_PES) {
            c->kids = e->count;
            c->kid_tile = e->tile;
        } else if (e->kind == ELEM_CLUSTERS) {
            c->clusters = e->count;
            c->cluster_tile = e->tile;
        }
    }
    c->clusters =
        chain_clamp(c->clusters, 1, chain_div_up(c->extent, c->cluster_tile));
    if (c->kid_tile == TILE_MAX)
        c->kid_tile = chain_clamp(child_tile, 1, TILE_MAX);
}

void nest_view_from(const struct arch *arch, const struct layer *l,
                    const struct nest *nest, enum level level,
                    struct nest_view *v)
{
    const struct nest_level *at = nest->level;
    int tile[NEST_DIMS];
    const bool forgets = level == LEVEL_RF && nest_forgets(arch);
    const int over_passes =
        at[LEVEL_L2].time.n - (forgets ? nest_pass_loops(l, nest) : 0);
    v->layer = l;
    v->cache = NULL;
    v->n_loops = v->pass_loops = 0;
    memset(v->dim_pass_loops, 0, sizeof(v->dim_pass_loops));
    bool stored = arch->padding == PADDING_STORED;
    v->rows =
        (struct lattice){l->stride_h, l->dilation_h, padded(arch, l->pad_top),
                         stored ? layer_padded_h(l) : l->H};
    v->cols =
        (struct lattice){l->stride_w, l->dilation_w, padded(arch, l->pad_left),
                         stored ? layer_padded_w(l) : l->W};
    v->keeps_operands = level != LEVEL_L2 || arch->l2_keeps_tiles;
    v->ifmap_one_group = level != LEVEL_RF || !at[LEVEL_L1].keep[TENSOR_IFMAP];
    for (int d = 0; d < NEST_DIMS; d++) {
        v->chain[d].extent = nest_extent(l, (enum nest_dim)d);
        v->chain[d].n = 0;
    }
    push_time(v, &at[LEVEL_DRAM].time, forgets ? NEST_LOOPS_MAX : 0);
    if (level != LEVEL_L2) {
        bool clusters = level == LEVEL_RF && arch->has_l1;
        push_time(v, &at[LEVEL_L2].time, forgets ? over_passes : 0);
        push_space(v, &at[LEVEL_L2], clusters ? ELEM_CLUSTERS : ELEM_PES);
        if (clusters) {
            push_time(v, &at[LEVEL_L1].time, 0);
            push_space(v, &at[LEVEL_L1], ELEM_PES);
        }
    }
    nest_tile_extents(nest, level, tile);
    for (int d = 0; d < NEST_DIMS; d++)
        set_tiles(&v->chain[d], tile[d]);
}
