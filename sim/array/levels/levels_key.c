/* levels_key.c - describes a pass on listed levels: the nest inside it, and
 * where it and the passes around it lie, as far as the layer's ends and its
 * padding tell them apart.
 *
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/levels/levels_key.h"

#include <string.h>

#include "dataflows/arith.h"
#include "sim/array/levels/levels_class.h"
#include "sim/array/levels/levels_room.h"

static void copy_loops(struct nest_loops *to, const struct nest_loops *from)
{
    to->n = from->n;
    for (int i = 0; i < from->n; i++)
        to->loop[i] = from->loop[i];
}

/* Unused bytes stay zero. */
void levels_key_init(struct levels_key *key, const struct arch *arch,
                     const struct nest_walk *w)
{
    struct levels_key_inside *in = &key->inside;
    memset(key, 0, sizeof(*key));
    in->kind = UINT64_MAX - 1;
    memcpy(in->machine, arch->level, sizeof(in->machine));
    in->pipeline_cycles = arch->pipeline_cycles;
    in->padding = (int32_t)arch->padding;
    in->stride[0] = w->layer.stride_h;
    in->stride[1] = w->layer.stride_w;
    in->dilation[0] = w->layer.dilation_h;
    in->dilation[1] = w->layer.dilation_w;
    in->n_loops = w->n_loops - w->pass_loops;
    for (int i = 0; i < in->n_loops; i++) {
        in->loop[i].dim = w->loop[w->pass_loops + i].dim;
        in->loop[i].level = w->loop[w->pass_loops + i].level;
        in->loop[i].tile = w->loop[w->pass_loops + i].tile;
    }
    for (int k = 0; k < LEVEL_DRAM; k++) {
        const struct nest_level *from = &w->nest.level[k];
        in->outside[k] =
            w->outside[k] > w->pass_loops ? w->outside[k] - w->pass_loops : 0;
        copy_loops(&in->level[k].rows, &from->rows);
        copy_loops(&in->level[k].cols, &from->cols);
        memcpy(in->level[k].keep, from->keep, sizeof(from->keep));
        for (int d = 0; d < NEST_DIMS; d++)
            in->tile[k][d] = w->tile[k][d];
        for (int t = 0; t < TENSOR_N; t++)
            if (from->keep[t])
                in->room[k][t] = levels_room_words(
                    arch, &w->layer, &w->nest, (enum level)k, (enum tensor)t);
    }
    for (int d = 0; d < NEST_DIMS; d++)
        in->extent[d] = min_int(w->extent[d], w->tile[LEVEL_L2][d]);
}

static void key_place(const struct arch *arch, const struct nest_walk *w,
                      const struct nest_step *step, const int base[NEST_DIMS],
                      struct levels_key_place *out)
{
    out->exists = 1;
    for (int level = LEVELS_MACS; level < LEVEL_DRAM; level++) {
        struct levels_edges edges;
        int own[NEST_DIMS], most[NEST_DIMS];
        const int v = level + 1;
        if (level >= 0 && (!arch_has_level(arch, (enum level)level) ||
                           w->outside[level] >= w->pass_loops))
            continue;
        levels_base(w, step,
                    min_int(nest_walk_outside(w, level), w->pass_loops), own);
        for (int d = 0; d < NEST_DIMS; d++) {
            most[d] = min_int(w->tile[LEVEL_L2][d], w->extent[d]);
            out->offset[v][d] = own[d] - base[d];
            out->left[v][d] = min_int(w->extent[d] - own[d], most[d]);
        }
        levels_edges_of(arch, w, own, most, &edges);
        memcpy(out->above[v], edges.above, sizeof(edges.above));
        memcpy(out->below[v], edges.below, sizeof(edges.below));
    }
}

void levels_key_set(struct levels_key_pass *out, const struct arch *arch,
                    const struct nest_walk *w,
                    const struct nest_pass_place *place)
{
    int base[NEST_DIMS], moved = w->pass_loops - 1;
    memset(&out->before, 0, sizeof(out->before));
    memset(&out->next, 0, sizeof(out->next));
    out->begins[0] = out->begins[1] = 0;
    levels_base(w, &place->at, w->pass_loops, base);
    key_place(arch, w, &place->at, base, &out->at);
    if (place->has_before)
        key_place(arch, w, &place->before, base, &out->before);
    if (place->has_next)
        key_place(arch, w, &place->next, base, &out->next);
    for (int k = 0; k < LEVEL_N; k++)
        out->reads_back[k] = nest_walk_reads_back(w, &place->at, k);
    /* Inside the last loop that moves outputs, and outside it. */
    while (moved >= 0 && (nest_dim_reduces(w->loop[moved].dim) ||
                          nest_walk_steps_of(w, &place->at, moved) == 1))
        moved--;
    for (int i = 0; i < w->pass_loops; i++)
        if (nest_dim_reduces(w->loop[i].dim) && place->at.value[i] > 0)
            out->begins[i > moved] = 1;
}
