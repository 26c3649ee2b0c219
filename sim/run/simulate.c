/* simulate.c - run one layer on one machine.
 *
 * The array side runs pass by pass; the memory side (sim/run/tile_table.h) says
 * when a pass's tiles are there.
 * SPDX-License-Identifier: MIT
 */
#include "sim/run/simulate.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "dataflows/choose.h"
#include "sim/array/array_side.h"
#include "sim/run/access_stream.h"
#include "sim/run/ahead.h"
#include "sim/run/bounds.h"
#include "sim/run/check.h"
#include "sim/run/kernel.h"
#include "sim/run/model.h"
#include "sim/run/nest_simulate.h"
#include "sim/run/pass_view.h"
#include "sim/run/periods.h"
#include "sim/run/tile_table.h"

struct run {
    const struct program *program;
    const struct simulate_options *options;
    struct diag *diag;
    const struct kernel *kernel;
    struct array_side *array;
    struct check *check;            /* functional mode, or NULL */
    struct access_stream *stream;   /* accesses are traced, or NULL */
    struct word_flow *flow;         /* borrowed from one of them, or NULL */
    struct pass_view *view;         /* of the pass memory, or NULL */
    struct pass_memory *own_memory; /* when the caller shares none */
    struct ahead_layer *ahead;      /* what others may simulate, or NULL */
    struct array_side *ahead_array; /* where this thread does so, or NULL */
    struct tile_table *tiles;
    struct periods *periods; /* or NULL */
    uint64_t now;            /* the boundary */
    struct pass last;        /* the one before the boundary ... */
    uint64_t drain_cycles;   /* ... which drains for so long after it */
    struct pass_boundary boundary;
    bool array_is_behind; /* what it did was remembered, not simulated */
    struct layer_result *out;
};

bool fail_past_limit(const char *layer, uint64_t passes_done, uint64_t passes,
                     struct diag *d)
{
    const struct src_pos at = {NULL, 0};
    return diag_fail(d, EXIT_MACHINE, at,
                     "layer '%s': the machine passed --max-cycles with %" PRIu64
                     " of %" PRIu64 " passes done; raise the limit",
                     layer, passes_done, passes);
}

bool is_within_limit(const struct simulate_options *options, const char *layer,
                     uint64_t cycles, struct diag *d)
{
    const struct src_pos at = {NULL, 0};
    if (options->max_cycles == 0 || cycles <= options->max_cycles)
        return true;
    return diag_fail(d, EXIT_MACHINE, at,
                     "layer '%s': the machine passed --max-cycles with all "
                     "passes done, while DRAM took the ofmap; raise the limit "
                     "to %" PRIu64,
                     layer, cycles);
}

static bool is_deadlocked(struct run *run)
{
    char why[1024];
    struct src_pos at = {NULL, 0};
    array_side_explain(run->array, why, sizeof(why));
    return diag_fail(run->diag, EXIT_MACHINE, at,
                     "layer '%s': the machine is deadlocked (%s); %s",
                     run->program->layer.name, why,
                     array_side_remedy(run->array));
}

/* Steps the array, from a cycle on, until a pass may be issued. */
static bool step_array(struct run *run, uint64_t from)
{
    uint64_t limit = run->options->max_cycles, left = UINT64_MAX;
    if (limit > 0)
        left = limit > from ? limit - from : 0;
    switch (run->kernel->run_pass(run->kernel->context, run->array, left)) {
    case RUN_DEADLOCK:
        return is_deadlocked(run);
    case RUN_LIMIT:
        return fail_past_limit(run->program->layer.name, run->out->passes,
                               run->program->passes, run->diag);
    case RUN_DONE:
        break;
    }
    return true;
}

static void add_simulated_cycles(struct run *run,
                                 const struct pass_outcome *counts)
{
    run->out->memo.simulated_pe_cycles +=
        counts->cycles * (uint64_t)arch_pes(&run->program->arch);
}

static void finish_array(struct run *run, struct pass_outcome *counts)
{
    array_side_finish(run->array, counts);
    add_simulated_cycles(run, counts);
}

static void idle(struct run *run, uint64_t cycles)
{
    if (run->kernel->idle != NULL)
        run->kernel->idle(run->kernel->context, cycles);
}

/* The last pass goes on draining from the boundary on, with none beside. */
static bool drain_alone(struct run *run, uint64_t cycles)
{
    if (run->array_is_behind && run->drain_cycles > 0)
        array_side_put_draining(run->array, &run->last);
    run->array_is_behind = false;
    if (cycles == 0)
        return true;
    array_side_let_drain(run->array, cycles);
    return step_array(run, run->now);
}

static bool simulate_pass(struct run *run, const struct pass *pass,
                          uint64_t start, struct pass_outcome *counts)
{
    uint64_t lateness = run->boundary.lateness_cycles;
    if (!drain_alone(run, lateness))
        return false;
    idle(run, start - run->now - lateness);
    array_side_issue(run->array, pass);
    if (!step_array(run, start))
        return false;
    finish_array(run, counts);
    run->out->memo.simulated_passes++;
    return true;
}

static bool run_pass(struct run *run, const struct pass *pass, uint64_t start,
                     struct pass_outcome *counts)
{
    struct memo_stats *stats = &run->out->memo;
    if (run->view == NULL)
        return simulate_pass(run, pass, start, counts);
    switch (pass_view_find(run->view, &run->boundary, pass, counts)) {
    case PASS_KNOWN:
        stats->remembered_passes++;
        run->array_is_behind = true;
        return true;
    case PASS_AHEAD:
        stats->new_descriptors++;
        stats->simulated_passes++;
        add_simulated_cycles(run, counts);
        run->array_is_behind = true;
        return true;
    case PASS_NEW:
        stats->new_descriptors++;
        break;
    case PASS_EVICTED:
        stats->evicted_descriptors++;
        break;
    }
    if (!simulate_pass(run, pass, start, counts)) {
        pass_view_abandon(run->view, &run->boundary, pass);
        return false;
    }
    pass_view_add(run->view, &run->boundary, pass, counts);
    return true;
}

/* What the pass's tiles would take on the DRAM's link with their values. */
static void code_values(struct run *run, const struct pass *pass)
{
    const struct program *p = run->program;
    uint64_t *bytes = run->out->check_compressed_bytes;
    const bool moves[TENSOR_N] = {
        [TENSOR_IFMAP] = pass->new_tile[TENSOR_IFMAP],
        [TENSOR_PSUM] = pass->last_use[TENSOR_PSUM],
    };
    for (int t = 0; t < TENSOR_N; t++)
        if (moves[t] && tensor_is_compressed(&p->arch, &p->layer, t))
            bytes[t] = count_add(bytes[t],
                                 check_compressed_bytes(run->check, pass, t));
}

/* The pass has run; what its psums still do comes after the boundary. */
static void reach_boundary(struct run *run, const struct pass *pass,
                           const struct pass_outcome *counts)
{
    run->last = *pass;
    run->drain_cycles = counts->drain_cycles;
    memset(&run->boundary, 0, sizeof(run->boundary));
    if (run->drain_cycles > 0)
        run->boundary.draining = pass->work.systolic;
}

/* After the last pass. */
static bool drain_last(struct run *run)
{
    struct pass_outcome counts;
    if (run->drain_cycles == 0)
        return true;
    if (!drain_alone(run, run->drain_cycles))
        return false;
    finish_array(run, &counts);
    SIM_CHECK(counts.cycles == run->drain_cycles);
    pass_outcome_add(&run->program->arch, &counts, run->out);
    run->now += counts.cycles;
    return true;
}

/* Whether PE-cycles up to here can be counted. */
static bool is_countable(struct run *run, uint64_t cycle)
{
    run->out->cycles = cycle;
    return layer_cycles_fit(&run->program->arch, run->out, run->diag);
}

static bool run_passes(struct run *run)
{
    struct cursor cursor;
    struct pass pass;
    cursor_start(&cursor);
    for (;;) {
        struct pass_outcome counts;
        if (run->periods != NULL)
            periods_skip(run->periods, &cursor, &run->boundary.draining,
                         run->out, &run->now);
        if (!is_countable(run, run->now))
            return false;
        if (!cursor_next(run->program, &cursor, &pass))
            break;
        uint64_t start = tile_table_ready(run->tiles, &pass, run->now);
        if (!is_countable(run, start))
            return false;
        uint64_t late = start - run->now;
        if (late > run->drain_cycles)
            late = run->drain_cycles;
        run->boundary.lateness_cycles = late;
        if (run->check != NULL)
            code_values(run, &pass);
        if (!run_pass(run, &pass, start, &counts))
            return false;
        start -= late; /* where the counts begin */
        run->now = start + counts.cycles;
        if (!is_countable(run, run->now))
            return false;
        pass_outcome_add(&run->program->arch, &counts, run->out);
        tile_table_done(run->tiles, &pass, &counts, start, run->now);
        reach_boundary(run, &pass, &counts);
        run->out->passes++;
        if (run->options->progress != NULL)
            run->options->progress(run->options->progress_context,
                                   run->out->passes, run->program->passes);
    }
    if (!drain_last(run))
        return false;
    if (!is_countable(run, max_u64(run->now, tile_table_finish(run->tiles))) ||
        !is_within_limit(run->options, run->program->layer.name,
                         run->out->cycles, run->diag))
        return false;
    idle(run, run->out->cycles - run->now);
    return true;
}

static bool finish_result(const struct dataflow *dataflow,
                          const struct program *p, uint64_t zero_macs,
                          struct layer_result *out, struct diag *d)
{
    if (!layer_result_fits(&p->arch, out, d))
        return false;
    uint64_t pes = (uint64_t)arch_pes(&p->arch);
    out->ledger_pe_cycles[LEDGER_wait_dram] =
        count_mul(pes, out->cycles - out->array_cycles);
    SIM_CHECK(ledger_total(out->ledger_pe_cycles) ==
              count_mul(pes, out->cycles));
    SIM_CHECK(out->counts.macs == layer_macs(&p->layer));
    SIM_CHECK(out->ledger_pe_cycles[LEDGER_mac] == out->counts.macs);
    bounds_of(dataflow, p, &out->counts, out->bounds_cycles);
    result_gate(&p->arch, out);
    /* Counted where values are simulated. */
    if (p->arch.zero_gating && out->checked) {
        out->gated_macs = zero_macs;
        out->gated_rf_filter_reads = result_gated_filter_reads(out);
    }
    return layer_result_fits(&p->arch, out, d);
}

/* While another thread simulates the pass that this one waits for. */
static bool work_ahead(void *context)
{
    struct run *run = context;
    return ahead_one(run->ahead, &run->ahead_array);
}

static void open_memory(struct run *run)
{
    struct pass_memory *memory = run->options->memory;
    if (memory == NULL)
        memory = run->own_memory =
            pass_view_new_memory(PASS_MEMORY_BYTES_DEFAULT);
    run->view =
        pass_view_new(memory, run->program->kind, !run->options->intern_off);
    run->periods = periods_new(run->program, run->tiles);
    /* Where drains overlap, what a pass finds is not known ahead. */
    if (run->options->ahead == NULL || run->options->kernel != NULL ||
        fold_drains_overlap(&run->program->arch))
        return;
    const struct pass_meanwhile meanwhile = {work_ahead, run};
    run->ahead = ahead_open(run->options->ahead, run->program, memory);
    pass_view_set_meanwhile(run->view, &meanwhile);
}

static void assemble(struct run *run)
{
    const struct program *p = run->program;
    run->tiles = tile_table_new(p, run->options->dram_port, &run->out->counts);
    if (run->options->check)
        run->check = check_new(p);
    if (run->check != NULL)
        run->flow = check_flow(run->check);
    if (run->options->access_tap != NULL) {
        const struct tile_tap tap = {
            run->stream = access_stream_new(p, run->options->access_tap),
            access_stream_tile};
        run->flow = access_stream_flow(run->stream);
        tile_table_set_tap(run->tiles, &tap);
    }
    /* Values are moved word by word, and a limit is met in the very cycle. */
    if (run->options->memo && run->flow == NULL &&
        run->options->max_cycles == 0)
        open_memory(run);
    run->array = array_side_new(p, run->flow);
    run->kernel =
        run->options->kernel != NULL ? run->options->kernel : &kernel_native;
    if (run->kernel->assembled != NULL)
        run->kernel->assembled(run->kernel->context, run->array);
}

static void dismantle(struct run *run)
{
    if (run->ahead != NULL)
        ahead_close(run->options->ahead, run->ahead);
    array_side_free(run->ahead_array);
    tile_table_free(run->tiles);
    check_free(run->check);
    access_stream_free(run->stream);
    periods_free(run->periods);
    pass_view_free(run->view);
    pass_memory_free(run->own_memory);
    array_side_free(run->array);
}

/* Where every access is told of, words go by their names. */
static bool can_be_told(const struct layer *layer,
                        const struct simulate_options *options, struct diag *d)
{
    if (options->access_tap == NULL || access_words_have_names(layer))
        return true;
    return diag_error(d, (struct src_pos){NULL, 0},
                      "layer '%s' has a padded ifmap of %d x %d; accesses are "
                      "followed up to %d x %d",
                      layer->name, layer_padded_h(layer), layer_padded_w(layer),
                      ACCESS_EXTENT_MAX, ACCESS_EXTENT_MAX);
}

bool simulate_layer(const struct arch *arch, const struct layer *layer,
                    const char *dataflow_name,
                    const struct given_mapping *given,
                    const struct simulate_options *options,
                    struct layer_result *out, struct diag *d)
{
    const struct dataflow *dataflow = dataflow_find(dataflow_name);
    struct mapping mapping;
    SIM_CHECK(dataflow != NULL);
    if (!can_be_told(layer, options, d))
        return false;
    if (options->nest != NULL)
        return simulate_nest(arch, layer, options->nest, options->nest_where,
                             options, out, d);
    if (!dataflow_choose(dataflow, arch, layer, given, &mapping, d))
        return false;
    struct program *program = xcalloc(1, sizeof(*program));
    dataflow->compile(arch, layer, &mapping, program);
    struct dram_cfg cfg = tile_table_dram_cfg(arch);
    program->burst_bytes = dram_burst_bytes(&cfg);

    struct layer_result result;
    result_describe(layer, dataflow, &mapping, given, &result);
    struct run run = {
        .program = program, .options = options, .diag = d, .out = &result};
    assemble(&run);
    bool ok = run_passes(&run);
    if (ok) {
        uint64_t zero_macs = 0;
        if (run.check != NULL) {
            result.checked = true;
            check_finish(run.check, &result.check_outputs,
                         &result.check_mismatches, &zero_macs);
        }
        ok = finish_result(dataflow, program, zero_macs, &result, d);
    }
    if (ok) {
        if (options->show_mapping)
            result.mapping_text = mapping_text(dataflow, arch, layer, &mapping);
        *out = result;
    }
    dismantle(&run);
    free(program);
    return ok;
}
