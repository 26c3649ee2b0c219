/* nest_pass.c - finds how many of a nest's loops a pass has.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/nest/nest_pass.h"

bool nest_forgets(const struct arch *arch, const struct nest *nest)
{
    return (!arch->has_l1 || nest->l1_is_line) && !arch_has_levels(arch) &&
           arch->array_network == NETWORK_MULTICAST;
}

/* The tensor whose tiles a loop leaves where they are; TENSOR_N: none. */
static int stays_under(int dim)
{
    switch (dim) {
    case NEST_C:
    case NEST_R:
    case NEST_S:
        return TENSOR_PSUM;
    case NEST_N:
    case NEST_P:
    case NEST_Q:
        return TENSOR_FILTER;
    case NEST_M:
        return TENSOR_IFMAP;
    default:
        return TENSOR_N;
    }
}

static int grown(int tile, int count, int extent)
{
    const int64_t n = (int64_t)tile * count;
    return n < extent ? (int)n : extent;
}

/* Marks the loops of L2 that never step, as their first step has all. */
static void find_still(const struct layer *layer, const struct nest *nest,
                       bool still[NEST_LOOPS_MAX])
{
    const struct nest_level *l2 = &nest->level[LEVEL_L2];
    int tile[NEST_DIMS];
    nest_tile_extents(nest, LEVEL_RF, tile);
    for (int axis = 0; axis < 4; axis++) {
        const struct nest_level *at = axis < 2 ? &nest->level[LEVEL_L1] : l2;
        const struct nest_loops *across = axis % 2 == 0 ? &at->cols : &at->rows;
        for (int i = 0; i < across->n; i++) {
            const struct nest_loop *loop = &across->loop[i];
            tile[loop->dim] =
                grown(tile[loop->dim], loop->count,
                      nest_extent(layer, (enum nest_dim)loop->dim));
        }
    }
    for (int i = l2->time.n - 1; i >= 0; i--) {
        const struct nest_loop *loop = &l2->time.loop[i];
        const int extent = nest_extent(layer, (enum nest_dim)loop->dim);
        still[i] = loop->count == 1 || tile[loop->dim] >= extent;
        tile[loop->dim] = grown(tile[loop->dim], loop->count, extent);
    }
}

/* Innermost loops that have each output once: none over c, r or s outside one
 * of the others. */
static int once_each(const struct nest_loops *time, const bool *still)
{
    bool has_output = false;
    for (int i = time->n - 1; i >= 0; i--) {
        const bool reduces = stays_under(time->loop[i].dim) == TENSOR_PSUM;
        if (still[i])
            continue;
        if (reduces && has_output)
            return time->n - 1 - i;
        has_output = has_output || !reduces;
    }
    return time->n;
}

static int longest_run(const struct nest_loops *time, const bool *still)
{
    int stays = -1;
    for (int i = time->n - 1; i >= 0; i--) {
        const int tensor = stays_under(time->loop[i].dim);
        if (still[i])
            continue;
        if (tensor == TENSOR_N || (stays >= 0 && tensor != stays))
            return time->n - 1 - i;
        stays = tensor;
    }
    return time->n;
}

int nest_pass_loops(const struct arch *arch, const struct layer *layer,
                    const struct nest *nest)
{
    const struct nest_loops *time = &nest->level[LEVEL_L2].time;
    bool still[NEST_LOOPS_MAX];
    find_still(layer, nest, still);
    int loops = nest->pass;
    if (loops == 0)
        loops = arch->pass_overlap ? time->n : longest_run(time, still);
    if (loops > time->n)
        loops = time->n;
    if (!nest->level[LEVEL_L2].keep[TENSOR_PSUM]) {
        const int most = once_each(time, still);
        loops = loops < most ? loops : most;
    }
    return loops;
}
