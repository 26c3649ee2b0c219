/* program_passes.c - the passes of a dataflow's program as a pass source.
 *
 * What the array holds at a boundary is known by the descriptors of the passes
 * that drain and for how long they have, so these stand for it in the key, and
 * no end state is kept.
 * SPDX-License-Identifier: MIT
 */
#include "sim/run/program_passes.h"

#include <stdlib.h>
#include <string.h>

#include "dataflows/multicast_alike.h"
#include "pe/fold_boundary.h"
#include "sim/array/access_stream.h"
#include "sim/array/overlap/overlap_run.h"
#include "sim/array/sparse/pass_pattern.h"
#include "sim/array/systolic_array.h"
#include "sim/pattern/pattern.h"
#include "sim/run/bounds.h"
#include "sim/run/check.h"
#include "sim/run/periods.h"
#include "sim/run/tile_table.h"

/* What the pass memory compares, byte by byte. */
struct key {
    uint64_t kind; /* of machine */
    uint64_t lateness_cycles;
    uint64_t skipped; /* bit t: words of tensor t are */
    /* Widths of operands, where L1s' rows or coded slots follow from them. */
    int32_t bits[TENSOR_PSUM];
    union {
        struct multicast_pass multicast;
        struct systolic_pass systolic;
    } work;
    /* What follows: the passes that drain at the boundary, struct
     * systolic_left; or the pattern of the operand that is skipped. */
};

struct program_passes {
    struct pass_source base;
    const struct dataflow *dataflow;
    struct program *program;
    bool is_scout;                /* the program is another source's */
    struct check *check;          /* functional mode, or NULL */
    struct access_stream *stream; /* accesses are traced, or NULL */
    struct word_flow *flow;       /* of one of them, or NULL */
    struct multicast_alike alike; /* of a multicast array */
    struct cursor cursor;
    struct pass pass[2]; /* the latest, and the one before it */
    int latest;
    /* Where passes overlap: the latest run of them, and the one before it. */
    struct overlap_gather gather;
    struct overlap_run run[2];
    struct key *key;              /* owns */
    struct pass_pattern *pattern; /* owns; NULL: keys need none */
    /* The key that was given last, and the descriptor that it is of. */
    struct pass_key latest_key;
    unsigned char latest_work[sizeof(((struct pass *)0)->work)];
    struct fold_boundary *boundary;
    /* Owns; with a stream: the last passes, each at its number modulo how many
     * they are. */
    struct pass *told;
    uint64_t passed;
    struct tile_ahead ahead[TENSOR_PSUM];
    struct tile_move move;
    struct periods *periods; /* made when first asked for */
    /* With check, the bytes that the values took over the DRAM's link. */
    uint64_t compressed_bytes[TENSOR_N];
};

static struct program_passes *of(struct pass_source *s)
{
    return (struct program_passes *)s;
}

static void destroy(struct pass_source *s)
{
    struct program_passes *p = of(s);
    check_free(p->check);
    access_stream_free(p->stream);
    periods_free(p->periods);
    tile_move_fini(&p->move);
    for (int k = 0; k < 2; k++)
        overlap_run_fini(&p->run[k]);
    free(p->key);
    pass_pattern_free(p->pattern);
    fold_boundary_free(p->boundary);
    free(p->told);
    if (!p->is_scout)
        free(p->program);
    free(p);
}

static struct array_side *new_array(struct pass_source *s)
{
    return array_side_new(of(s)->program, of(s)->flow);
}

/* What the pass's tiles would take on the DRAM's link with their values. */
static void code_values(struct program_passes *p, const struct pass *pass)
{
    const bool moves[TENSOR_N] = {
        [TENSOR_IFMAP] = pass->new_tile[TENSOR_IFMAP],
        [TENSOR_PSUM] = pass->last_use[TENSOR_PSUM],
    };
    for (int t = 0; t < TENSOR_N; t++)
        if (moves[t] &&
            tensor_is_compressed(&p->program->arch, &p->program->layer, t))
            p->compressed_bytes[t] =
                count_add(p->compressed_bytes[t],
                          check_compressed_bytes(p->check, pass, t));
}

static bool next(struct pass_source *s, struct source_pass *out)
{
    struct program_passes *p = of(s);
    struct pass *pass = &p->pass[!p->latest];
    if (!cursor_next(p->program, &p->cursor, pass))
        return false;
    p->latest = !p->latest;
    out->work = pass;
    memcpy(out->new_tile, pass->new_tile, sizeof(out->new_tile));
    memcpy(out->last_use, pass->last_use, sizeof(out->last_use));
    memcpy(out->gives_place, pass->gives_place, sizeof(out->gives_place));
    if (p->check != NULL)
        code_values(p, pass);
    return true;
}

/* The passes that overlap with the next one, as one. */
static bool next_run(struct pass_source *s, struct source_pass *out)
{
    struct program_passes *p = of(s);
    struct overlap_run *run = &p->run[!p->latest];
    if (!overlap_gather_next(&p->gather, p->program, &p->cursor, run))
        return false;
    p->latest = !p->latest;
    p->pass[p->latest] = run->pass[run->n - 1];
    out->work = run;
    out->beside = run->n - 1;
    memcpy(out->new_tile, run->pass[0].new_tile, sizeof(out->new_tile));
    memcpy(out->last_use, p->pass[p->latest].last_use, sizeof(out->last_use));
    memset(out->gives_place, 0, sizeof(out->gives_place));
    for (size_t k = 0; k < run->n; k++) {
        for (int t = 0; t < TENSOR_PSUM; t++)
            out->gives_place[t] |= run->pass[k].gives_place[t];
        if (p->check != NULL)
            code_values(p, &run->pass[k]);
    }
    return true;
}

/* The loop that is about to begin another iteration; -1: none has ended. */
static int loop_of(const struct cursor *cursor)
{
    int level = CURSOR_LOOPS - 1;
    while (level >= 0 && cursor->at[level] == 0)
        level--;
    return level;
}

bool program_next_unlike(const struct program *program, struct cursor *cursor,
                         struct pass *pass)
{
    int level = loop_of(cursor), first, end;
    if (level >= 0 && !cursor->done) {
        program_alike(program, cursor->at, level, &first, &end);
        if (cursor->at[level] == first + 1 && end > first + 1)
            cursor_skip(program, cursor, level, end - first - 1, NULL);
    }
    return cursor_next(program, cursor, pass);
}

static bool next_of_scout(struct pass_source *s, struct source_pass *out)
{
    struct program_passes *p = of(s);
    out->work = &p->pass[p->latest];
    return program_next_unlike(p->program, &p->cursor, &p->pass[p->latest]);
}

static struct pass_key key(struct pass_source *s, uint64_t lateness_cycles)
{
    struct program_passes *p = of(s);
    struct key *k = p->key;
    const struct pass *pass = &p->pass[p->latest];
    p->base.key_is_as_before =
        fold_boundary_left_bytes(p->boundary) == 0 &&
        p->latest_key.n_bytes == sizeof(*k) &&
        k->lateness_cycles == lateness_cycles &&
        memcmp(p->latest_work, &pass->work, sizeof(pass->work)) == 0;
    if (p->base.key_is_as_before)
        return p->latest_key;
    memcpy(p->latest_work, &pass->work, sizeof(pass->work));
    k->lateness_cycles = lateness_cycles;
    memcpy(&k->work, &pass->work, sizeof(k->work));
    if (p->program->kind == NETWORK_MULTICAST)
        multicast_make_simple(&p->alike, &k->work.multicast);
    const size_t bytes = fold_boundary_left_bytes(p->boundary);
    memcpy(k + 1, fold_boundary_left(p->boundary)->left, bytes);
    p->latest_key = pass_key_of(k, sizeof(*k) + bytes);
    return p->latest_key;
}

/* The words that come and the zeros among them are all that steers it beside
 * the descriptor.  Passes that follow each other have other words. */
static struct pass_key key_of_pattern(struct pass_source *s,
                                      uint64_t lateness_cycles)
{
    struct program_passes *p = of(s);
    const struct pass *pass = &p->pass[p->latest];
    size_t n_bytes;
    const void *bits = pass_pattern_bits(p->pattern, pass, &n_bytes);
    p->key = xrealloc(p->key, sizeof(*p->key) + n_bytes, 1);
    p->key->lateness_cycles = lateness_cycles;
    memcpy(&p->key->work, &pass->work, sizeof(p->key->work));
    memcpy(p->key + 1, bits, n_bytes);
    return pass_key_of(p->key, sizeof(*p->key) + n_bytes);
}

/* No pass is left when a run is done.  The key's bytes are the run's. */
static struct pass_key key_of_run(struct pass_source *s,
                                  uint64_t lateness_cycles)
{
    struct program_passes *p = of(s);
    const struct overlap_run *run = &p->run[p->latest];
    const struct pass_key its =
        pass_key_of(run->alone, run->n * sizeof(*run->alone));
    SIM_CHECK(lateness_cycles == 0);
    p->base.key_is_as_before = p->latest_key.n_bytes == its.n_bytes &&
                               pass_key_same(&p->latest_key, &its);
    p->latest_key = its;
    return its;
}

static const void *left(struct pass_source *s)
{
    return fold_boundary_left(of(s)->boundary);
}

static void tell(const struct program_passes *p, const struct pass *pass,
                 enum tensor tensor)
{
    if (p->stream != NULL)
        access_stream_tile(p->stream, pass, tensor);
}

/* Finds the next tile of a tensor. */
static void look_ahead(struct program_passes *p, enum tensor tensor)
{
    struct tile_ahead *ahead = &p->ahead[tensor];
    ahead->exists =
        cursor_next_tile(p->program, &ahead->cursor, tensor, &ahead->pass);
}

static void put_transfer(const struct tile_move *move,
                         struct tile_transfer *out)
{
    *out = (struct tile_transfer){.n_requests = move->n_requests,
                                  .request = move->request,
                                  .words = move->words,
                                  .compressed_bytes = move->compressed_bytes};
}

/* The first of the passes that next gave last. */
static const struct pass_place *still_to_come(const struct program_passes *p)
{
    const struct overlap_run *run = &p->run[p->latest];
    return run->n > 0 ? &run->pass[0].place : &p->pass[p->latest].place;
}

static bool load(struct pass_source *s, enum tensor tensor,
                 struct tile_transfer *out)
{
    struct program_passes *p = of(s);
    if (tensor == TENSOR_PSUM || !p->ahead[tensor].exists ||
        !program_has_place(p->program, tensor, &p->ahead[tensor].pass.place,
                           still_to_come(p)))
        return false;
    program_tile_move(p->program, &p->ahead[tensor].pass, tensor, &p->move);
    tell(p, &p->ahead[tensor].pass, tensor);
    put_transfer(&p->move, out);
    look_ahead(p, tensor);
    return true;
}

static void store(struct pass_source *s, struct tile_transfer *out)
{
    struct program_passes *p = of(s);
    const struct pass *pass = &p->pass[p->latest];
    program_tile_move(p->program, pass, TENSOR_PSUM, &p->move);
    put_transfer(&p->move, out);
    /* Psums stay in L2 until they are finished. */
    out->finished_words = program_outputs(&pass->place);
}

/* A pass has left the array, with its last psums. */
static void has_left(void *context, uint64_t number)
{
    struct program_passes *p = context;
    const int n = fold_boundary_passes_max(p->boundary) + 1;
    const struct pass *pass = &p->told[number % (uint64_t)n];
    if (pass->last_use[TENSOR_PSUM])
        tell(p, pass, TENSOR_PSUM);
}

static void passed(struct pass_source *s, const struct pass_outcome *outcome,
                   uint64_t late_cycles)
{
    struct program_passes *p = of(s);
    const struct pass *pass = &p->pass[p->latest];
    if (p->told != NULL) {
        const int n = fold_boundary_passes_max(p->boundary) + 1;
        p->told[p->passed++ % (uint64_t)n] = *pass;
    }
    fold_boundary_passed(p->boundary, &pass->work.systolic, outcome->cycles,
                         outcome->drain_cycles, late_cycles);
}

static void skip(struct pass_source *s, struct tile_table *tiles,
                 struct layer_result *out, uint64_t *now)
{
    struct program_passes *p = of(s);
    if (p->periods == NULL)
        p->periods = periods_new(p->program);
    periods_skip(p->periods, &p->cursor, p->ahead, tiles,
                 fold_boundary_left(p->boundary)->left,
                 fold_boundary_left_bytes(p->boundary), out, now);
}

static void bounds(const struct pass_source *s, const struct counts *counts,
                   uint64_t bounds_cycles[BOUND_N])
{
    const struct program_passes *p = (const struct program_passes *)s;
    bounds_of(p->dataflow, p->program, counts, bounds_cycles);
}

static void finish(struct pass_source *s, struct layer_result *out)
{
    struct program_passes *p = of(s);
    fold_boundary_end(p->boundary);
    if (p->check == NULL)
        return;
    out->checked = true;
    check_finish(p->check, &out->check_outputs, &out->check_mismatches,
                 &out->check_zero_macs);
    memcpy(out->check_compressed_bytes, p->compressed_bytes,
           sizeof(out->check_compressed_bytes));
}

static struct pass_source *scout(const struct pass_source *s);

/* What all passes of programs do alike. */
#define OPS_OF_PASSES                                                       \
    .destroy = destroy, .new_array = new_array, .left = left, .load = load, \
    .store = store, .passed = passed, .scout = scout, .bounds = bounds,     \
    .finish = finish
static const struct pass_source_ops ops = {OPS_OF_PASSES, .next = next,
                                           .key = key, .skip = skip};

/* With a DRAM part, whose state never repeats. */
static const struct pass_source_ops ops_of_part = {OPS_OF_PASSES, .next = next,
                                                   .key = key};

/* Where zeros of one operand steer passes, which are alike for no loop of the
 * program. */
static const struct pass_source_ops ops_of_patterns = {
    OPS_OF_PASSES, .next = next, .key = key_of_pattern};

/* What passes that overlap find on the array is not known ahead, and the runs
 * of them are not skipped by loops of the program. */
static const struct pass_source_ops ops_of_runs = {
    OPS_OF_PASSES, .next = next_run, .key = key_of_run};
#undef OPS_OF_PASSES

static const struct pass_source_ops scout_ops = {
    .destroy = destroy,
    .new_array = new_array,
    .next = next_of_scout,
    .key = key,
};

static bool skips(const struct program *program, enum tensor tensor)
{
    return pattern_is_skipped(&program->arch, &program->layer, tensor);
}

static struct program_passes *make(const struct pass_source_ops *its,
                                   struct program *program, bool has_stream)
{
    struct program_passes *p = xcalloc(1, sizeof(*p));
    p->base.ops = its;
    p->base.passes = program->passes;
    p->base.pes_used = (uint64_t)program->rows * (uint64_t)program->sets *
                       (uint64_t)program->set_chains;
    p->base.work_bytes = sizeof(p->pass[0]);
    for (int t = 0; t < TENSOR_N; t++)
        /* Where all tiles stay, one is in use and one on its way. */
        p->base.buffers[t] = tiling_keeps(&program->tiling, (enum tensor)t)
                                 ? 2
                                 : (uint64_t)program->buffers[t];
    if (program->loads_ahead) {
        const enum tensor stays =
            program->holds_ifmap ? TENSOR_IFMAP : TENSOR_FILTER;
        for (int t = 0; t < TENSOR_N; t++)
            p->base.lead_cycles[t] =
                t == (int)stays ? 0 : (uint64_t)program->arch.rows;
    }
    p->program = program;
    multicast_alike_of(&program->arch, &p->alike);
    const struct systolic_cfg systolic = systolic_cfg_of(program);
    const struct fold_leaves leaves = {p, has_left};
    p->boundary = fold_boundary_new(&systolic, has_stream ? &leaves : NULL);
    const size_t n = (size_t)fold_boundary_passes_max(p->boundary);
    if (has_stream)
        p->told = xcalloc(n + 1, sizeof(*p->told));
    p->key = xcalloc(1, sizeof(*p->key) + n * sizeof(struct systolic_left));
    p->key->kind = (uint64_t)program->kind;
    for (int t = 0; t < TENSOR_PSUM; t++) {
        p->key->skipped |= (uint64_t)skips(program, (enum tensor)t) << t;
        if (program->arch.has_l1 || program->arch.coding != CODING_NONE)
            p->key->bits[t] = program->arch.precision_bits[t];
    }
    cursor_start(&p->cursor);
    return p;
}

/* Where drains overlap, what a pass finds is not known ahead; where patterns
 * steer them, few are alike, and mappings that are tried are soon given up. */
static struct pass_source *scout(const struct pass_source *s)
{
    const struct program_passes *p = (const struct program_passes *)s;
    if (fold_drains_overlap(&p->program->arch) || p->program->loads_ahead ||
        p->base.ops == &ops_of_runs ||
        pattern_steps(&p->program->arch, &p->program->layer))
        return NULL;
    struct program_passes *its = make(&scout_ops, p->program, false);
    its->is_scout = true;
    return &its->base;
}

struct pass_source *program_passes_new(const struct arch *arch,
                                       const struct layer *layer,
                                       const struct layer_mapping *mapping,
                                       const struct layer_values *check,
                                       const struct access_tap *tap)
{
    const struct dram_cfg dram = tile_table_dram_cfg(arch);
    struct program *program = xcalloc(1, sizeof(*program));
    mapping->dataflow->compile(arch, layer, &mapping->mapping, program);
    program_lay_out(program, dram_burst_bytes(&dram));
    const bool overlap =
        program->kind == NETWORK_MULTICAST && program->arch.pass_overlap;
    const bool one =
        skips(program, TENSOR_IFMAP) != skips(program, TENSOR_FILTER);
    struct program_passes *p = make(overlap                  ? &ops_of_runs
                                    : one                    ? &ops_of_patterns
                                    : dram.kind == DRAM_PART ? &ops_of_part
                                                             : &ops,
                                    program, tap != NULL);
    p->dataflow = mapping->dataflow;
    if (check != NULL) {
        p->check = check_new(program, check);
        p->flow = check_flow(p->check);
    }
    if (tap != NULL) {
        p->stream = access_stream_new(program, tap);
        p->flow = access_stream_flow(p->stream);
    }
    p->pattern = one ? pass_pattern_new(program) : NULL;
    /* No two passes have the same words of both operands. */
    p->base.is_followed = p->flow != NULL || (skips(program, TENSOR_IFMAP) &&
                                              skips(program, TENSOR_FILTER));
    for (int t = 0; t < TENSOR_PSUM; t++) {
        cursor_start(&p->ahead[t].cursor);
        look_ahead(p, (enum tensor)t);
    }
    return &p->base;
}
