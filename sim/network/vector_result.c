/* vector_result.c - counts the words of nodes without a MAC loop.
 *
 * Where the chip has nothing that does such a node, its inputs are read from
 * DRAM once and its output is written there once, whoever does the work: that
 * is the least that it costs the memory, and the time is that of the DRAM at
 * its peak.
 * SPDX-License-Identifier: MIT
 */
#include "sim/network/vector_result.h"

#include <string.h>

#include "sim/network/vector_op.h"
#include "sim/network/vector_passes.h"
#include "sim/run/model.h"
#include "sim/run/simulate.h"
#include "sim/run/tile_table.h"

const char *const node_place_name[PLACE_N] = {"array", "view", "epilogue",
                                              "vector", "outside"};

/* Whether all operations between a MAC loop and this node's output are done as
 * the loop's outputs leave. */
static bool is_epilogue(const struct arch *arch, const struct layer *layer)
{
    if (layer->behind_macs == 0)
        return false;
    for (int op = LAYER_OPS; op < LAYER_OP_N; op++)
        if ((layer->behind_macs >> (op - LAYER_OPS) & 1) != 0 &&
            !arch_lists_op(arch->vector_epilogue, (enum layer_op)op))
            return false;
    return true;
}

/* Whether L2 holds the least that the unit works on. */
static bool has_room(const struct arch *machine, const struct layer *layer)
{
    struct arch own;
    struct vector_tiling tiling;
    arch_of_layer(machine, layer, &own);
    return vector_tiling_of(&own, layer, &tiling);
}

enum node_place node_place_of(const struct arch *arch,
                              const struct layer *layer)
{
    const struct vector_op *op = vector_op_of(layer->op);
    if (op == NULL)
        return PLACE_ARRAY;
    if (op->is_view)
        return PLACE_VIEW;
    if (is_epilogue(arch, layer))
        return PLACE_EPILOGUE;
    return arch_lists_op(arch->vector_ops, layer->op) && has_room(arch, layer)
               ? PLACE_VECTOR
               : PLACE_OUTSIDE;
}

/* Rows, or columns, that windows touch: those between two windows that stand
 * apart are none. */
static uint64_t window_extent(int extent, int windows, int taps, int stride,
                              int before)
{
    int64_t next = 0; /* the first that is not counted yet */
    uint64_t n = 0;
    for (int i = 0; i < windows; i++) {
        const int64_t start = (int64_t)i * stride - before;
        int64_t from = start > next ? start : next;
        int64_t end = start + taps;
        if (end > extent)
            end = extent;
        if (end > from) {
            n += (uint64_t)(end - from);
            next = end;
        }
    }
    return n;
}

static uint64_t product(uint64_t n, int a, int b, int c)
{
    return count_mul(count_mul(n, (uint64_t)a),
                     count_mul((uint64_t)b, (uint64_t)c));
}

struct vector_words vector_words_of(const struct layer *l)
{
    const struct vector_op *op = vector_op_of(l->op);
    const uint64_t N = (uint64_t)l->N;
    struct vector_words w = {0, 0, 0};
    SIM_CHECK(op != NULL);
    if (op->is_view)
        return w;
    w.output = product(N, l->M, l->P, l->Q);
    if (op->shape == SHAPE_WINDOWS)
        w.input = count_mul(
            count_mul(N, (uint64_t)l->C),
            count_mul(
                window_extent(l->H, l->P, l->R, l->stride_h, l->pad_top),
                window_extent(l->W, l->Q, l->S, l->stride_w, l->pad_left)));
    else
        w.input = count_mul(N, l->input_words);
    w.stored = count_mul((uint64_t)op->weights_per_channel, (uint64_t)l->C);
    if (op->shape == SHAPE_ROWS)
        w.stored = w.output; /* the rows that are chosen */
    return w;
}

static void count_dram(const struct vector_words *w, struct counts *c)
{
    struct accesses *dram = c->access[LEVEL_DRAM];
    dram[TENSOR_IFMAP].reads = w->input;
    dram[TENSOR_FILTER].reads = w->stored;
    dram[TENSOR_PSUM].writes = w->output;
    c->finished_dram.writes = w->output;
}

/* The DRAM moves one tensor after the other: what each adds to the least time
 * of all is the wait for it. */
static void count_wait(const struct arch *arch, struct layer_result *out)
{
    const struct dram_cfg dram = tile_table_dram_cfg(arch);
    const uint64_t pes = (uint64_t)arch_pes(arch);
    uint64_t bytes = 0, before = 0;
    for (int t = 0; t < TENSOR_N; t++) {
        bytes = count_add(
            bytes, counts_dram_bytes(arch, &out->counts, (enum tensor)t));
        const uint64_t cycles = dram_min_cycles(&dram, bytes);
        const enum dram_wait cause =
            t == TENSOR_PSUM ? DRAM_WAIT_store : DRAM_WAIT_load;
        out->wait_dram_by[t][cause] = count_mul(pes, cycles - before);
        before = cycles;
    }
    out->ledger_pe_cycles[LEDGER_wait_dram] = count_mul(pes, out->cycles);
}

/* The DRAM's least time, and the bursts of a part. */
static void count_time(const struct arch *arch, struct layer_result *out)
{
    const struct dram_cfg dram = tile_table_dram_cfg(arch);
    uint64_t bytes = 0;
    for (int t = 0; t < TENSOR_N; t++) {
        const uint64_t of_tensor =
            counts_dram_bytes(arch, &out->counts, (enum tensor)t);
        bytes = count_add(bytes, of_tensor);
    }
    if (dram.kind == DRAM_PART)
        model_least_bursts(arch, dram_burst_bytes(&dram), &out->counts);
    out->bounds_cycles[BOUND_dram] = dram_min_cycles(&dram, bytes);
}

/* All of it, but for what is done on the chip. */
static void count_outside(const struct arch *arch, const struct layer *layer,
                          struct layer_result *out)
{
    const struct vector_words words = vector_words_of(layer);
    count_dram(&words, &out->counts);
    count_time(arch, out);
    out->bursts_at_least = out->is_model && out->counts.dram_bursts > 0;
    if (out->is_model)
        return;
    out->cycles = out->bounds_cycles[BOUND_dram];
    count_wait(arch, out);
}

static bool on_vector_unit(const struct arch *arch, const struct layer *layer,
                           const struct simulate_options *options,
                           struct layer_result *out, struct diag *d)
{
    if (options == NULL) {
        SIM_CHECK(vector_model(arch, layer, out));
        out->bursts_at_least = dram_part_find(arch->dram_model) != NULL;
        return true;
    }
    struct pass_source *passes = vector_passes_new(arch, layer);
    SIM_CHECK(passes != NULL);
    return simulate_passes(arch, passes, options, out, d);
}

bool vector_result(const struct arch *machine, const struct layer *layer,
                   const struct simulate_options *options,
                   struct layer_result *out, struct diag *d)
{
    struct layer_result r;
    struct arch arch;
    const enum node_place place = node_place_of(machine, layer);
    memset(&r, 0, sizeof(r));
    arch_of_layer(machine, layer, &arch);
    r.layer = *layer;
    snprintf(r.dataflow, sizeof(r.dataflow), "%s", node_place_name[place]);
    r.mapping_source = "chosen";
    r.is_model = options == NULL;
    if (place == PLACE_OUTSIDE)
        count_outside(&arch, layer, &r);
    else if (place == PLACE_VECTOR &&
             !on_vector_unit(&arch, layer, options, &r, d))
        return false;
    r.has_vector = place == PLACE_VECTOR || place == PLACE_EPILOGUE;
    if (r.has_vector)
        r.counts.vector_operations = vector_operations(layer);
    if (!layer_result_fits(&arch, &r, d))
        return false;
    *out = r;
    return true;
}
