/* fold_passes.c - walks the loops outside a nest's fold; each step is a pass of
 * the systolic array, and a step of the loops outside L2's tiles brings others.
 *
 * The array finds in a pass what a named dataflow's would have: a descriptor,
 * and for values the coordinates of the words, by way of a program.
 * SPDX-License-Identifier: MIT
 */
#include "sim/run/fold_passes.h"

#include <stdlib.h>
#include <string.h>

#include "dataflows/nest/nest_bounds.h"
#include "dataflows/nest/nest_fold.h"
#include "pe/fold_boundary.h"
#include "sim/array/systolic_array.h"
#include "sim/run/check.h"
#include "sim/run/nest_transfers.h"
#include "sim/run/tile_table.h"

/* What the pass memory compares, byte by byte. */
struct key {
    uint64_t kind; /* of machine; those of programs and nests have others */
    uint64_t lateness_cycles;
    struct systolic_pass work;
    /* What follows: the passes that drain at the boundary, struct
     * systolic_left. */
};

/* A program is known to its coordinates by its first member. */
struct fold_program {
    struct program program; /* arch, layer, layout, and the kind of fold */
    struct nest_fold fold;
    struct nest_walk *walk; /* owns */
};

struct fold_passes {
    struct pass_source base;
    struct fold_program *its; /* owns */
    struct check *check;      /* functional mode, or NULL */
    struct nest_transfers *transfers;
    struct fold_boundary *boundary;
    struct key *key; /* owns */
    struct nest_step at, next;
    bool has_begun, has_next;
    bool next_has_new[TENSOR_N]; /* tiles, in the step that comes next */
    struct pass pass[2];         /* the latest, and the one before it */
    int latest;
};

static struct fold_passes *of(struct pass_source *s)
{
    return (struct fold_passes *)s;
}

/* --- coordinates ---------------------------------------------------------- */

static const struct fold_program *program_of(const struct program *program)
{
    return (const struct fold_program *)program;
}

/* Where the words lie that these places of the axes stand for; axis NULL: they
 * are at the fold's first. */
static void place(const struct program *program, const struct pass *pass,
                  const struct nest_fold_axis *a, uint32_t i,
                  const struct nest_fold_axis *b, uint32_t j, int at[NEST_DIMS])
{
    const struct fold_program *p = program_of(program);
    struct nest_span spans[NEST_DIMS];
    for (int d = 0; d < NEST_DIMS; d++) {
        spans[d].first = at[d] = pass->place.begins[d];
        spans[d].n = min_int(p->walk->extent[d] - at[d], p->fold.tile[d]);
    }
    nest_fold_place(a, spans, i, at);
    nest_fold_place(b, spans, j, at);
}

static const struct nest_fold_axis *products_of(const struct nest_fold *f)
{
    return f->kind == SYSTOLIC_OS ? &f->stream : &f->rows;
}

static const struct nest_fold_axis *outputs_of(const struct nest_fold *f)
{
    return f->kind == SYSTOLIC_WS   ? &f->stream
           : f->kind == SYSTOLIC_IS ? &f->cols
                                    : &f->rows;
}

static const struct nest_fold_axis *filters_of(const struct nest_fold *f)
{
    return f->kind == SYSTOLIC_IS ? &f->stream : &f->cols;
}

static void ifmap_coord(const struct program *program, const struct pass *pass,
                        uint32_t k, uint32_t x, int coord[4])
{
    const struct nest_fold *f = &program_of(program)->fold;
    const struct layer *l = &program->layer;
    int at[NEST_DIMS];
    place(program, pass, products_of(f), k, outputs_of(f), x, at);
    coord[0] = at[NEST_N];
    coord[1] = at[NEST_G] * group_c(l) + at[NEST_C];
    coord[2] = at[NEST_P] * l->stride_h + at[NEST_R] * l->dilation_h;
    coord[3] = at[NEST_Q] * l->stride_w + at[NEST_S] * l->dilation_w;
}

static void filter_coord(const struct program *program, const struct pass *pass,
                         uint32_t k, uint32_t m, int coord[4])
{
    const struct nest_fold *f = &program_of(program)->fold;
    int at[NEST_DIMS];
    place(program, pass, products_of(f), k, filters_of(f), m, at);
    coord[0] = at[NEST_G] * group_m(&program->layer) + at[NEST_M];
    coord[1] = at[NEST_C];
    coord[2] = at[NEST_R];
    coord[3] = at[NEST_S];
}

static void psum_coord(const struct program *program, const struct pass *pass,
                       uint32_t x, uint32_t m, int coord[4])
{
    const struct nest_fold *f = &program_of(program)->fold;
    int at[NEST_DIMS];
    place(program, pass, outputs_of(f), x, filters_of(f), m, at);
    coord[0] = at[NEST_N];
    coord[1] = at[NEST_G] * group_m(&program->layer) + at[NEST_M];
    coord[2] = at[NEST_P];
    coord[3] = at[NEST_Q];
}

static const struct program_ops program_ops = {
    .gemm_ifmap_coord = ifmap_coord,
    .gemm_filter_coord = filter_coord,
    .gemm_psum_coord = psum_coord,
};

/* --- passes --------------------------------------------------------------- */

static struct array_side *new_array(struct pass_source *s)
{
    struct fold_passes *p = of(s);
    return array_side_new(&p->its->program,
                          p->check != NULL ? check_flow(p->check) : NULL);
}

/* The L2 tiles that the pass works on, and where in them its fold begins. */
static void set_place(const struct fold_passes *p, struct pass_place *out)
{
    const struct nest_walk *w = p->its->walk;
    struct nest_span l2[NEST_DIMS], fold[NEST_DIMS];
    nest_walk_spans(w, &p->at, LEVEL_L2, NULL, l2);
    nest_fold_spans(&p->its->fold, w, &p->at, fold);
    *out = (struct pass_place){
        .g = fold[NEST_G].first,
        .groups = 1,
        .m0 = l2[NEST_M].first,
        .m = l2[NEST_M].n,
        .n0 = l2[NEST_N].first,
        .n = l2[NEST_N].n,
        .p0 = l2[NEST_P].first,
        .e = l2[NEST_P].n,
        .q0 = l2[NEST_Q].first,
        .w = l2[NEST_Q].n,
        .c0 = l2[NEST_C].first,
        .c = l2[NEST_C].n,
        .f0 = l2[NEST_M].first,
        .f = l2[NEST_M].n,
    };
    for (int d = 0; d < NEST_DIMS; d++)
        out->begins[d] = fold[d].first;
}

/* Goes over to the next step, and looks at the one after it. */
static void advance(struct fold_passes *p)
{
    const struct nest_walk *w = p->its->walk;
    if (p->has_begun)
        p->at = p->next;
    p->has_begun = true;
    const int moved = nest_walk_next(w, &p->next, 0, p->its->fold.loops);
    p->has_next = moved >= 0;
    for (int t = 0; t < TENSOR_N; t++)
        p->next_has_new[t] =
            !p->has_next ||
            (moved < w->outside[LEVEL_L2] &&
             nest_tiles_differ(w, (enum tensor)t, &p->at, &p->next));
}

static bool next(struct pass_source *s, struct source_pass *out)
{
    struct fold_passes *p = of(s);
    if (p->has_begun && !p->has_next)
        return false;
    p->latest = !p->latest;
    struct pass *pass = &p->pass[p->latest];
    memset(pass, 0, sizeof(*pass));
    for (int t = 0; t < TENSOR_N; t++)
        pass->new_tile[t] = !p->has_begun || p->next_has_new[t];
    advance(p);
    memcpy(pass->last_use, p->next_has_new, sizeof(pass->last_use));
    set_place(p, &pass->place);
    nest_fold_pass(&p->its->fold, &p->its->program.arch, p->its->walk, &p->at,
                   &pass->work.systolic);
    out->work = pass;
    memcpy(out->new_tile, pass->new_tile, sizeof(out->new_tile));
    memcpy(out->last_use, pass->last_use, sizeof(out->last_use));
    return true;
}

static struct pass_key key(struct pass_source *s, uint64_t lateness_cycles)
{
    struct fold_passes *p = of(s);
    const size_t bytes = fold_boundary_left_bytes(p->boundary);
    p->key->lateness_cycles = lateness_cycles;
    p->key->work = p->pass[p->latest].work.systolic;
    memcpy(p->key + 1, fold_boundary_left(p->boundary)->left, bytes);
    return pass_key_of(p->key, sizeof(*p->key) + bytes);
}

static const void *left(struct pass_source *s)
{
    return fold_boundary_left(of(s)->boundary);
}

static void passed(struct pass_source *s, const struct pass_outcome *outcome,
                   uint64_t late_cycles)
{
    struct fold_passes *p = of(s);
    fold_boundary_passed(p->boundary, &p->pass[p->latest].work.systolic,
                         outcome->cycles, outcome->drain_cycles, late_cycles);
}

static bool load(struct pass_source *s, enum tensor tensor,
                 struct tile_transfer *out)
{
    return nest_transfers_load(of(s)->transfers, tensor, out);
}

static void store(struct pass_source *s, struct tile_transfer *out)
{
    const struct fold_passes *p = of(s);
    nest_transfers_store(p->transfers, &p->at, p->has_next ? &p->next : NULL,
                         out);
}

static void bounds(const struct pass_source *s, const struct counts *counts,
                   uint64_t bounds_cycles[BOUND_N])
{
    const struct fold_program *its = ((const struct fold_passes *)s)->its;
    const struct dram_cfg dram = tile_table_dram_cfg(&its->program.arch);
    nest_bounds(&its->program.arch, &its->program.layer, &its->walk->nest,
                &dram, counts, bounds_cycles);
}

static void finish(struct pass_source *s, struct layer_result *out)
{
    struct fold_passes *p = of(s);
    fold_boundary_end(p->boundary);
    if (p->check == NULL)
        return;
    out->checked = true;
    check_finish(p->check, &out->check_outputs, &out->check_mismatches,
                 &out->check_zero_macs);
}

static void destroy(struct pass_source *s)
{
    struct fold_passes *p = of(s);
    check_free(p->check);
    nest_transfers_free(p->transfers);
    fold_boundary_free(p->boundary);
    nest_walk_free(p->its->walk);
    free(p->key);
    free(p->its);
    free(p);
}

/* What a pass finds on the array is not known ahead where folds overlap, and
 * elsewhere they are few. */
static struct pass_source *scout(const struct pass_source *s)
{
    (void)s;
    return NULL;
}

static const struct pass_source_ops ops = {
    .destroy = destroy,
    .new_array = new_array,
    .next = next,
    .key = key,
    .left = left,
    .load = load,
    .store = store,
    .passed = passed,
    .scout = scout,
    .bounds = bounds,
    .finish = finish,
};

static struct fold_program *describe(const struct arch *arch,
                                     const struct layer *layer,
                                     const struct nest *nest)
{
    const struct dram_cfg dram = tile_table_dram_cfg(arch);
    struct fold_program *its = xcalloc(1, sizeof(*its));
    struct program *program = &its->program;
    char why[256];
    SIM_CHECK(nest_fold_of(arch, layer, nest, &its->fold, why));
    its->walk = nest_walk_new(arch, layer, nest);
    program->kind = NETWORK_SYSTOLIC;
    program->arch = *arch;
    program->layer = *layer;
    program->holds_ifmap = its->fold.kind == SYSTOLIC_IS;
    program->loads_ahead =
        its->fold.kind != SYSTOLIC_OS && fold_loads_overlap(arch);
    program->ops = &program_ops;
    nest_lay_out(its->walk, dram_burst_bytes(&dram), program);
    return its;
}

/* Where words come in behind those in use, a pass is issued before what it
 * streams must be there. */
static void set_lead(struct fold_passes *p)
{
    const struct program *program = &p->its->program;
    const enum tensor stays =
        program->holds_ifmap ? TENSOR_IFMAP : TENSOR_FILTER;
    for (int t = 0; program->loads_ahead && t < TENSOR_N; t++)
        p->base.lead_cycles[t] =
            t == (int)stays ? 0 : (uint64_t)program->arch.rows;
}

static void set_places(struct fold_passes *p, const struct nest *nest)
{
    int buffers[TENSOR_N], banks[TENSOR_N];
    enum tensor tensor;
    uint64_t lacking;
    SIM_CHECK(nest_l2_places(&p->its->program.arch, &p->its->program.layer,
                             nest, buffers, banks, &tensor, &lacking));
    for (int t = 0; t < TENSOR_N; t++)
        p->base.buffers[t] = (uint64_t)buffers[t];
    /* Where several tiles stay there is always one that is not in use. */
    if (nest_psum_room(&p->its->program.arch, &p->its->program.layer, nest) >
        nest_tile_words(&p->its->program.arch, &p->its->program.layer, nest,
                        LEVEL_L2, TENSOR_PSUM))
        p->base.buffers[TENSOR_PSUM] = 2;
}

struct pass_source *fold_passes_new(const struct arch *arch,
                                    const struct layer *layer,
                                    const struct nest *nest,
                                    const struct layer_values *check)
{
    struct fold_passes *p = xcalloc(1, sizeof(*p));
    p->its = describe(arch, layer, nest);
    p->base.ops = &ops;
    p->base.passes = nest_walk_steps(p->its->walk, p->its->fold.loops);
    p->base.pes_used = nest_pes_used(arch, layer, nest);
    p->base.work_bytes = sizeof(p->pass[0]);
    p->base.is_followed = check != NULL;
    set_places(p, nest);
    set_lead(p);
    const struct systolic_cfg systolic = systolic_cfg_of(&p->its->program);
    p->boundary = fold_boundary_new(&systolic, NULL);
    p->key = xcalloc(1, sizeof(*p->key) +
                            (size_t)fold_boundary_passes_max(p->boundary) *
                                sizeof(struct systolic_left));
    p->key->kind = UINT64_MAX - 1;
    p->transfers = nest_transfers_new(p->its->walk, &p->its->program);
    if (check != NULL)
        p->check = check_new(&p->its->program, check);
    return &p->base;
}
