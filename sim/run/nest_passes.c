/* nest_passes.c - the passes of a loop nest as a pass source.
 * SPDX-License-Identifier: MIT
 */
#include "sim/run/nest_passes.h"

#include <stdlib.h>
#include <string.h>

#include "dataflows/nest/nest_bounds.h"
#include "dataflows/nest/nest_walk.h"
#include "sim/array/levels/levels_array.h"
#include "sim/array/levels/levels_room.h"
#include "sim/array/levels/levels_usual.h"
#include "sim/array/nest/nest_credit.h"
#include "sim/array/nest/nest_follow.h"
#include "sim/run/check.h"
#include "sim/run/nest_key.h"
#include "sim/run/nest_transfers.h"
#include "sim/run/tile_table.h"

/* In front of the networks, for a tensor that L2 does not keep. */
enum { PLACES_IN_FRONT = 2 };

struct nest_passes {
    struct pass_source base;
    /* Both own, and a scout's are those of the source that it is of. */
    struct nest_walk *walk;
    struct program *program; /* layer, layout, arch: one with an L1 as a list of
                              * levels */
    struct arch arch;        /* as it was given; none of a scout */
    bool is_scout;
    const struct access_tap *tap;     /* or NULL */
    struct nest_transfers *transfers; /* NULL: a scout */
    struct nest_key *key;
    struct nest_pass_place place; /* of the latest pass */
    bool has_begun;
    struct nest_values values;
    const struct layer_values *check; /* borrowed; functional mode, or NULL */
    int64_t *ofmap;                   /* owns; with it */
};

static struct nest_passes *of(struct pass_source *s)
{
    return (struct nest_passes *)s;
}

/* --- functional mode ------------------------------------------------------ */

static int64_t ifmap_value(void *context, uint64_t word)
{
    const struct nest_passes *p = context;
    int coord[4];
    access_coord(word, coord);
    return check_ifmap_word(p->program, p->check, coord);
}

static int64_t filter_value(void *context, uint64_t word)
{
    const struct nest_passes *p = context;
    int coord[4];
    access_coord(word, coord);
    return check_filter_word(p->program, p->check, coord);
}

static int64_t *ofmap_at(void *context, uint64_t word)
{
    const struct nest_passes *p = context;
    const struct layer *l = &p->program->layer;
    int c[4];
    access_coord(word, c);
    size_t row = ((size_t)c[0] * (size_t)l->M + (size_t)c[1]) * (size_t)l->P +
                 (size_t)c[2];
    return &p->ofmap[row * (size_t)l->Q + (size_t)c[3]];
}

static void prepare_values(struct nest_passes *p)
{
    const struct layer *l = &p->program->layer;
    p->ofmap = xcalloc((size_t)l->N * (size_t)l->M * (size_t)l->P,
                       (size_t)l->Q * sizeof(*p->ofmap));
    p->values = (struct nest_values){.context = p,
                                     .ifmap = ifmap_value,
                                     .filter = filter_value,
                                     .ofmap = ofmap_at};
}

static void finish(struct pass_source *s, struct layer_result *out)
{
    struct nest_passes *p = of(s);
    if (p->tap != NULL && p->arch.has_l1 && !p->walk->nest.l1_is_line)
        nest_follow(&p->arch, &p->program->layer, &p->walk->nest, p->tap);
    if (p->ofmap == NULL)
        return;
    out->checked = true;
    check_compare(p->program, p->check, p->ofmap, &out->check_outputs,
                  &out->check_mismatches);
    out->check_zero_macs = p->values.zero_macs;
}

/* --- passes --------------------------------------------------------------- */

static struct array_side *new_array(struct pass_source *s)
{
    struct nest_passes *p = of(s);
    if (arch_has_levels(&p->program->arch))
        return levels_array_new(p->walk, &p->program->arch,
                                p->ofmap != NULL ? &p->values : NULL,
                                arch_has_levels(&p->arch) ? p->tap : NULL);
    return nest_credit_new(p->walk, &p->program->arch,
                           p->ofmap != NULL ? &p->values : NULL, p->tap);
}

static bool next(struct pass_source *s, struct source_pass *out)
{
    struct nest_passes *p = of(s);
    struct nest_pass_place *place = &p->place;
    if (p->has_begun && !place->has_next)
        return false;
    if (p->has_begun) {
        place->before = place->at;
        place->at = place->next;
    }
    place->has_before = p->has_begun;
    p->has_begun = true;
    place->next = place->at;
    place->has_next =
        nest_walk_next(p->walk, &place->next, 0, p->walk->pass_loops) >= 0;
    out->work = place;
    for (int t = 0; t < TENSOR_N; t++) {
        enum tensor tensor = (enum tensor)t;
        out->new_tile[t] =
            !place->has_before ||
            nest_tiles_differ(p->walk, tensor, &place->before, &place->at);
        out->last_use[t] =
            !place->has_next ||
            nest_tiles_differ(p->walk, tensor, &place->at, &place->next);
    }
    return true;
}

/* A nest leaves nothing in the array. */
static struct pass_key key(struct pass_source *s, uint64_t lateness_cycles)
{
    SIM_CHECK(lateness_cycles == 0);
    return nest_key_make(of(s)->key, &of(s)->place, &s->key_is_as_before);
}

static bool load(struct pass_source *s, enum tensor tensor,
                 struct tile_transfer *out)
{
    return nest_transfers_load(of(s)->transfers, tensor, out);
}

static void store(struct pass_source *s, struct tile_transfer *out)
{
    const struct nest_pass_place *place = &of(s)->place;
    nest_transfers_store(of(s)->transfers, &place->at,
                         place->has_next ? &place->next : NULL, out);
}

static void bounds(const struct pass_source *s, const struct counts *counts,
                   uint64_t bounds_cycles[BOUND_N])
{
    const struct nest_passes *p = (const struct nest_passes *)s;
    const struct dram_cfg dram = tile_table_dram_cfg(&p->arch);
    nest_bounds(&p->arch, &p->program->layer, &p->walk->nest, &dram, counts,
                bounds_cycles);
}

static void destroy(struct pass_source *s)
{
    struct nest_passes *p = of(s);
    nest_transfers_free(p->transfers);
    nest_key_free(p->key);
    free(p->ofmap);
    if (!p->is_scout) {
        nest_walk_free(p->walk);
        free(p->program);
    }
    free(p);
}

static struct nest_passes *make(struct nest_walk *walk,
                                struct program *program);

static struct pass_source *scout(const struct pass_source *s)
{
    const struct nest_passes *p = (const struct nest_passes *)s;
    struct nest_passes *its = make(p->walk, p->program);
    its->is_scout = true;
    return &its->base;
}

static const struct pass_source_ops ops = {
    .destroy = destroy,
    .new_array = new_array,
    .next = next,
    .key = key,
    .load = load,
    .store = store,
    .scout = scout,
    .bounds = bounds,
    .finish = finish,
};

static struct nest_passes *make(struct nest_walk *walk, struct program *program)
{
    struct nest_passes *p = xcalloc(1, sizeof(*p));
    p->base.ops = &ops;
    p->base.passes = nest_walk_steps(walk, walk->pass_loops);
    p->base.pes_used =
        nest_pes_used(&program->arch, &program->layer, &walk->nest);
    p->base.work_bytes = sizeof(p->place);
    p->walk = walk;
    p->program = program;
    p->key = nest_key_new(walk, &program->arch);
    return p;
}

static void set_places(struct nest_passes *p)
{
    const struct nest *nest = &p->walk->nest;
    int buffers[TENSOR_N], banks[TENSOR_N];
    enum tensor tensor;
    uint64_t lacking;
    if (arch_has_levels(&p->arch)) {
        for (int t = 0; t < TENSOR_N; t++)
            p->base.buffers[t] =
                nest->level[LEVEL_L2].keep[t]
                    ? (uint64_t)levels_buffers(&p->arch, &p->program->layer,
                                               nest, (enum tensor)t)
                    : PLACES_IN_FRONT;
        return;
    }
    SIM_CHECK(nest_l2_places(&p->arch, &p->program->layer, nest, buffers, banks,
                             &tensor, &lacking));
    for (int t = 0; t < TENSOR_N; t++)
        p->base.buffers[t] = nest->level[LEVEL_L2].keep[t]
                                 ? (uint64_t)buffers[t]
                                 : PLACES_IN_FRONT;
}

struct pass_source *nest_passes_new(const struct arch *arch,
                                    const struct layer *layer,
                                    const struct nest *nest,
                                    const struct layer_values *check,
                                    const struct access_tap *tap)
{
    const struct dram_cfg dram = tile_table_dram_cfg(arch);
    struct program *program = xcalloc(1, sizeof(*program));
    program->arch = *arch;
    program->layer = *layer;
    if (arch->has_l1 && !nest->l1_is_line)
        levels_of_usual(arch, layer, nest, &program->arch);
    struct nest_passes *p =
        make(nest_walk_new(&program->arch, layer, nest), program);
    p->arch = *arch;
    nest_lay_out(p->walk, dram_burst_bytes(&dram), program);
    p->tap = tap;
    p->check = check;
    if (check != NULL)
        prepare_values(p);
    p->base.is_followed = check != NULL || tap != NULL;
    p->transfers = nest_transfers_new(p->walk, program);
    set_places(p);
    return &p->base;
}
