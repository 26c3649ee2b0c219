/* vector_passes.c - the passes of a node on a vector unit, and their closed
 * form.
 *
 * Tensors lie in DRAM one behind the other, each without gaps.  With
 * dram.carries = "filters" maps are in L2 before and after, and only what the
 * network stores is moved.
 * SPDX-License-Identifier: MIT
 */
#include "sim/network/vector_passes.h"

#include <stdlib.h>
#include <string.h>

#include "dataflows/arith.h"
#include "sim/network/vector_array.h"
#include "sim/network/vector_op.h"
#include "sim/network/vector_result.h"
#include "sim/run/tile_table.h"

struct vector_passes {
    struct pass_source base;
    const struct arch *arch;
    const struct layer *layer;
    struct vector_tiling tiling;
    uint64_t base_byte[TENSOR_N]; /* where each tensor lies */
    uint64_t next_pass, next_load[TENSOR_N];
    struct vector_pass pass[2]; /* the latest, and the one before it */
    struct vector_tile tile[TENSOR_N];
    struct dram_request request[TENSOR_N];
};

static struct vector_passes *of(struct pass_source *s)
{
    return (struct vector_passes *)s;
}

static void destroy(struct pass_source *s)
{
    free(of(s));
}

static struct array_side *new_array(struct pass_source *s)
{
    const struct vector_array_cfg cfg = vector_array_config(of(s)->arch);
    return vector_array_new(&cfg);
}

/* What the network stores for all channels stays from the first pass to the
 * last; a table's rows, and those of a part, come with their pass. */
static bool stored_stays(const struct vector_passes *v)
{
    return v->tiling.stored > 0 && v->tiling.cut != CUT_PARTS &&
           vector_op_of(v->layer->op)->shape != SHAPE_ROWS;
}

static bool next(struct pass_source *s, struct source_pass *out)
{
    struct vector_passes *v = of(s);
    const uint64_t i = v->next_pass;
    struct vector_pass *pass = &v->pass[i & 1];
    if (i == v->tiling.passes)
        return false;
    v->next_pass++;
    vector_tiling_pass(&v->tiling, v->layer, i, pass, v->tile);
    out->work = pass;
    for (int t = 0; t < TENSOR_N; t++)
        out->new_tile[t] = out->last_use[t] = v->tile[t].words > 0;
    if (stored_stays(v)) {
        out->new_tile[TENSOR_FILTER] = i == 0;
        out->last_use[TENSOR_FILTER] = i + 1 == v->tiling.passes;
    }
    return true;
}

static struct pass_key key(struct pass_source *s, uint64_t lateness_cycles)
{
    struct vector_passes *v = of(s);
    (void)lateness_cycles;
    return pass_key_of(&v->pass[(v->next_pass - 1) & 1], sizeof(v->pass[0]));
}

static const void *left(struct pass_source *s)
{
    (void)s;
    return NULL;
}

/* Words of a tile that come from DRAM: its share of those that do. */
static uint64_t moved_words(const struct vector_passes *v, enum tensor t,
                            const struct vector_tile *tile)
{
    const uint64_t all = v->tiling.input;
    if (v->arch->stays[t] ||
        (v->arch->carries == CARRIES_FILTERS && t != TENSOR_FILTER))
        return 0;
    if (t != TENSOR_IFMAP || v->arch->stays_input_words == 0)
        return tile->words;
    const uint64_t moved = all - v->arch->stays_input_words;
    return (uint64_t)((wide)moved * (tile->first + tile->words) / all -
                      (wide)moved * tile->first / all);
}

/* Bytes from the one in which a tile begins to the one in which it ends. */
static void move(struct vector_passes *v, enum tensor t,
                 const struct vector_tile *tile, struct tile_transfer *out)
{
    const uint64_t bits = (uint64_t)arch_map_bits(v->arch, t);
    const uint64_t first = tile->first * bits / 8;
    const uint64_t end = ceil_div_u64((tile->first + tile->words) * bits, 8);
    struct dram_request *r = &v->request[t];
    memset(out, 0, sizeof(*out));
    memset(r, 0, sizeof(*r));
    for (int k = 0; k < DRAM_LOOPS; k++)
        r->loop[k].count = 1;
    r->is_write = t == TENSOR_PSUM;
    r->address = v->base_byte[t] + first;
    r->run_bytes = end - first;
    if (t == TENSOR_PSUM)
        out->finished_words = tile->words;
    out->words = moved_words(v, t, tile);
    if (out->words == 0)
        return;
    if (out->words < tile->words)
        r->run_bytes = ceil_div_u64(out->words * bits, 8);
    out->request = r;
    out->n_requests = 1;
}

static bool load(struct pass_source *s, enum tensor t,
                 struct tile_transfer *out)
{
    struct vector_passes *v = of(s);
    struct vector_pass pass;
    struct vector_tile tile[TENSOR_N];
    memset(out, 0, sizeof(*out));
    if (t == TENSOR_PSUM)
        return false;
    while (v->next_load[t] < v->tiling.passes) {
        vector_tiling_pass(&v->tiling, v->layer, v->next_load[t]++, &pass,
                           tile);
        if (tile[t].words == 0)
            continue;
        move(v, t, &tile[t], out);
        return true;
    }
    return false;
}

static void store(struct pass_source *s, struct tile_transfer *out)
{
    struct vector_passes *v = of(s);
    move(v, TENSOR_PSUM, &v->tile[TENSOR_PSUM], out);
}

static struct pass_source *scout(const struct pass_source *s)
{
    (void)s;
    return NULL;
}

/* Bytes that the DRAM's link moves at least, and the ports' and lanes' cycles
 * of all passes. */
static void bounds(const struct pass_source *s, const struct counts *counts,
                   uint64_t bounds_cycles[BOUND_N])
{
    const struct vector_passes *v = (const struct vector_passes *)s;
    const struct dram_cfg dram = tile_table_dram_cfg(v->arch);
    uint64_t bytes = 0;
    memset(bounds_cycles, 0, sizeof(*bounds_cycles) * BOUND_N);
    for (int t = 0; t < TENSOR_N; t++)
        bytes = count_add(bytes,
                          counts_dram_bytes(v->arch, counts, (enum tensor)t));
    bounds_cycles[BOUND_dram] = dram_min_cycles(&dram, bytes);
    const struct vector_array_cfg cfg = vector_array_config(v->arch);
    const struct accesses *l2 = counts->access[LEVEL_L2];
    const uint64_t read =
        count_add(l2[TENSOR_IFMAP].reads, l2[TENSOR_FILTER].reads);
    bounds_cycles[BOUND_l2_ports] =
        max_u64(ceil_div_u64(read, cfg.read_words),
                ceil_div_u64(l2[TENSOR_PSUM].writes, cfg.write_words));
}

static void finish(struct pass_source *s, struct layer_result *out)
{
    (void)s;
    (void)out;
}

static const struct pass_source_ops ops = {
    .destroy = destroy,
    .new_array = new_array,
    .next = next,
    .key = key,
    .left = left,
    .load = load,
    .store = store,
    .scout = scout,
    .bounds = bounds,
    .finish = finish,
};

struct pass_source *vector_passes_new(const struct arch *arch,
                                      const struct layer *layer)
{
    struct vector_passes *v = xcalloc(1, sizeof(*v));
    v->arch = arch;
    v->layer = layer;
    if (!vector_tiling_of(arch, layer, &v->tiling)) {
        free(v);
        return NULL;
    }
    v->base.ops = &ops;
    v->base.passes = v->tiling.passes;
    v->base.work_bytes = sizeof(struct vector_pass);
    for (int t = 0; t < TENSOR_N; t++)
        v->base.buffers[t] = v->tiling.buffers;
    /* One behind the other, each from a whole kilobyte on. */
    const uint64_t all[TENSOR_N] = {v->tiling.input, v->tiling.stored,
                                    v->tiling.output};
    for (int t = 1; t < TENSOR_N; t++)
        v->base_byte[t] =
            v->base_byte[t - 1] +
            (count_mul(all[t - 1],
                       (uint64_t)arch_map_bits(arch, (enum tensor)(t - 1))) /
                 8192 +
             1) *
                1024;
    return &v->base;
}

/* Words of the inputs that tiles load: those of windows' rows that two tiles
 * share twice, those of two rounds over DRAM as well. */
static uint64_t loaded_words(const struct vector_tiling *t,
                             const struct layer *l)
{
    if (t->cut == CUT_PARTS)
        return 2 * t->input;
    if (t->cut != CUT_ROWS)
        return t->input;
    uint64_t words = 0;
    const uint64_t tiles = ceil_div_u64(t->rows_per_plane, t->per_tile);
    for (uint64_t i = 0; i < tiles; i++) {
        struct vector_pass pass;
        struct vector_tile tile[TENSOR_N];
        vector_tiling_pass(t, l, i, &pass, tile);
        words += tile[TENSOR_IFMAP].words;
    }
    return count_mul(words, t->units / t->rows_per_plane);
}

bool vector_model(const struct arch *arch, const struct layer *l,
                  struct layer_result *out)
{
    const struct vector_op *op = vector_op_of(l->op);
    struct pass_source *s = vector_passes_new(arch, l);
    if (s == NULL)
        return false;
    const struct vector_tiling *t = &of(s)->tiling;
    const bool maps_move = arch->carries == CARRIES_ALL;
    const bool output_moves = maps_move && !arch->stays[TENSOR_PSUM];
    const uint64_t in = loaded_words(t, l);
    const uint64_t rounds = t->cut == CUT_PARTS ? 2 : 1;
    const uint64_t scans = t->cut == CUT_PARTS ? 1 : (uint64_t)op->passes;
    const uint64_t rows = t->units;
    const uint64_t stored =
        t->cut == CUT_PARTS ? count_mul(t->stored, rows) : t->stored;
    struct accesses *l2 = out->counts.access[LEVEL_L2];
    struct accesses *dram = out->counts.access[LEVEL_DRAM];
    out->passes = t->passes;
    if (maps_move && arch->stays_input_words < t->input)
        dram[TENSOR_IFMAP].reads = in - rounds * arch->stays_input_words;
    dram[TENSOR_FILTER].reads = stored;
    dram[TENSOR_PSUM].writes = output_moves ? t->output : 0;
    for (int k = 0; k < TENSOR_N; k++) {
        l2[k].writes = l2[k].dma_writes = dram[k].reads;
        l2[k].reads = l2[k].dma_reads = dram[k].writes;
    }
    l2[TENSOR_IFMAP].reads = count_mul(in, scans);
    l2[TENSOR_FILTER].reads =
        op->shape == SHAPE_ROWS
            ? t->output
            : count_mul(t->output, (uint64_t)op->weights_per_channel);
    l2[TENSOR_PSUM].writes = t->output;
    out->counts.finished_l2.writes = t->output;
    if (output_moves) {
        out->counts.finished_l2.reads = t->output;
        out->counts.finished_dram.writes = t->output;
    }
    bounds(s, &out->counts, out->bounds_cycles);
    destroy(s);
    return true;
}
