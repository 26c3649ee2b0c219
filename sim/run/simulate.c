/* simulate.c - run one layer on one machine.
 *
 * The array side runs pass by pass, as a source gives them; the memory side
 * (sim/run/tile_table.h) says when a pass's tiles are there.
 * SPDX-License-Identifier: MIT
 */
#include "sim/run/simulate.h"

#include <inttypes.h>
#include <stdlib.h>

#include "dataflows/arith.h"
#include "sim/run/ahead.h"
#include "sim/run/check.h"
#include "sim/run/kernel.h"
#include "sim/run/model.h"
#include "sim/run/pass_source.h"
#include "sim/run/pass_view.h"
#include "sim/run/tile_table.h"

struct run {
    const struct arch *arch;
    const char *layer; /* its name */
    const struct simulate_options *options;
    struct diag *diag;
    const struct kernel *kernel;
    struct pass_source *source;
    struct array_side *array;
    struct pass_view *view;         /* of the pass memory, or NULL */
    struct pass_memory *own_memory; /* when the caller shares none */
    struct ahead_layer *ahead;      /* what others may simulate, or NULL */
    struct array_side *ahead_array; /* where this thread does so, or NULL */
    struct tile_table *tiles;
    uint64_t now;                /* the boundary */
    uint64_t drain_cycles;       /* for which the pass before drains after it */
    bool array_is_behind;        /* what it did was remembered, not simulated */
    struct pass_outcome outcome; /* of the latest pass */
    bool has_outcome;            /* which came to an end */
    uint64_t to_add;             /* passes with it that *out does not count */
    uint64_t most_cycles;        /* of which PE-cycles can be counted */
    struct layer_result *out;
};

static bool fail_past_limit(struct run *run)
{
    const struct src_pos at = {NULL, 0};
    return diag_fail(run->diag, EXIT_MACHINE, at,
                     "layer '%s': the machine passed --max-cycles with %" PRIu64
                     " of %" PRIu64 " passes done; raise the limit",
                     run->layer, run->out->passes, run->source->passes);
}

static bool is_within_limit(struct run *run)
{
    const struct src_pos at = {NULL, 0};
    const uint64_t limit = run->options->max_cycles;
    if (limit == 0 || run->out->cycles <= limit)
        return true;
    return diag_fail(run->diag, EXIT_MACHINE, at,
                     "layer '%s': the machine passed --max-cycles with all "
                     "passes done, while DRAM took the ofmap; raise the limit "
                     "to %" PRIu64,
                     run->layer, run->out->cycles);
}

static bool is_deadlocked(struct run *run)
{
    char why[1024];
    struct src_pos at = {NULL, 0};
    array_side_explain(run->array, why, sizeof(why));
    return diag_fail(run->diag, EXIT_MACHINE, at,
                     "layer '%s': the machine is deadlocked (%s); %s",
                     run->layer, why, array_side_remedy(run->array));
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
        return fail_past_limit(run);
    case RUN_DONE:
        break;
    }
    return true;
}

static void add_simulated_cycles(struct run *run,
                                 const struct pass_outcome *outcome)
{
    const uint64_t pes = (uint64_t)arch_pes(run->arch);
    run->out->memo.simulated_pe_cycles +=
        (outcome->cycles - outcome->skipped_cycles) * pes;
    run->out->memo.skipped_pe_cycles += outcome->skipped_cycles * pes;
}

static void finish_array(struct run *run, struct pass_outcome *outcome)
{
    array_side_finish(run->array, outcome);
    add_simulated_cycles(run, outcome);
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
        array_side_put_draining(run->array,
                                run->source->ops->left(run->source));
    run->array_is_behind = false;
    if (cycles == 0)
        return true;
    array_side_let_drain(run->array, cycles);
    return step_array(run, run->now);
}

/* late: cycles for which the pass before drains alone. */
static bool simulate_pass(struct run *run, const struct source_pass *pass,
                          uint64_t start, uint64_t late)
{
    if (!drain_alone(run, late))
        return false;
    idle(run, start - run->now - late);
    array_side_issue(run->array, pass->work);
    if (!step_array(run, start))
        return false;
    finish_array(run, &run->outcome);
    run->out->memo.simulated_passes += 1 + pass->beside;
    return true;
}

/* Counts the passes that ended as the latest one. */
static void add_outcomes(struct run *run)
{
    if (run->to_add > 0)
        pass_outcome_add(run->arch, run->source->pes_used, &run->outcome,
                         run->to_add, run->out);
    run->to_add = 0;
}

/* Sets the outcome of a pass. */
static bool run_pass(struct run *run, const struct source_pass *pass,
                     uint64_t start, uint64_t late)
{
    struct memo_stats *stats = &run->out->memo;
    if (run->view == NULL) {
        add_outcomes(run);
        return simulate_pass(run, pass, start, late);
    }
    const struct pass_key key = run->source->ops->key(run->source, late);
    if (run->source->key_is_as_before && run->has_outcome) {
        stats->remembered_passes += 1 + pass->beside;
        run->array_is_behind = true;
        return true;
    }
    add_outcomes(run);
    switch (pass_view_find(run->view, &key, &run->outcome)) {
    case PASS_KNOWN:
        stats->remembered_passes += 1 + pass->beside;
        run->array_is_behind = true;
        return true;
    case PASS_AHEAD:
        stats->new_descriptors++;
        stats->simulated_passes += 1 + pass->beside;
        add_simulated_cycles(run, &run->outcome);
        run->array_is_behind = true;
        return true;
    case PASS_NEW:
        stats->new_descriptors++;
        break;
    case PASS_EVICTED:
        stats->evicted_descriptors++;
        break;
    }
    if (!simulate_pass(run, pass, start, late)) {
        pass_view_abandon(run->view, &key);
        return false;
    }
    pass_view_add(run->view, &key, &run->outcome);
    return true;
}

static void tell_timeline(const struct run *run,
                          const struct pass_outcome *outcome, uint64_t from)
{
    if (run->options->timeline != NULL)
        layer_timeline_pass(run->options->timeline, run->arch,
                            run->source->pes_used, outcome, from);
}

/* After the last pass. */
static bool drain_last(struct run *run)
{
    struct pass_outcome outcome;
    if (run->drain_cycles == 0)
        return true;
    if (!drain_alone(run, run->drain_cycles))
        return false;
    finish_array(run, &outcome);
    SIM_CHECK(outcome.cycles == run->drain_cycles);
    pass_outcome_add(run->arch, run->source->pes_used, &outcome, 1, run->out);
    tell_timeline(run, &outcome, run->now);
    run->now += outcome.cycles;
    return true;
}

/* Whether PE-cycles up to here can be counted. */
static bool is_countable(struct run *run, uint64_t cycle)
{
    run->out->cycles = cycle;
    return cycle <= run->most_cycles ||
           layer_cycles_fit(run->arch, run->out, run->diag);
}

/* Whether nobody stops the run, and it may still take no more cycles than it
 * is worth. */
static bool is_worth_while(struct run *run)
{
    const struct simulate_options *o = run->options;
    const uint64_t worth = o->worth_cycles;
    if (o->stop != NULL && o->stop(o->stop_context))
        return false;
    if (worth == 0 || run->now <= worth)
        return true;
    *o->gave_up = true;
    return false;
}

/* Known passes at the boundary. */
static void skip_passes(struct run *run)
{
    if (run->view == NULL || run->source->ops->skip == NULL ||
        run->options->timeline != NULL) /* which has each pass */
        return;
    add_outcomes(run);
    run->source->ops->skip(run->source, run->tiles, run->out, &run->now);
}

/* From one boundary to the next. */
static bool go_through(struct run *run, const struct source_pass *pass)
{
    const struct pass_outcome *outcome = &run->outcome;
    uint64_t start = tile_table_ready(run->tiles, pass, run->now);
    if (!is_countable(run, start))
        return false;
    const uint64_t waited = start - run->now;
    const uint64_t late =
        waited < run->drain_cycles ? waited : run->drain_cycles;
    tile_table_charge(run->tiles, run->now + late, start, run->out->passes == 0,
                      run->out->wait_dram_by);
    run->has_outcome = run_pass(run, pass, start, late);
    if (!run->has_outcome)
        return false;
    start -= late; /* where the outcome begins */
    run->now = start + outcome->cycles;
    if (!is_countable(run, run->now))
        return false;
    tell_timeline(run, outcome, start);
    run->to_add++;
    tile_table_done(run->tiles, pass, outcome, start, run->now);
    if (run->source->ops->passed != NULL)
        run->source->ops->passed(run->source, outcome, late);
    run->drain_cycles = outcome->drain_cycles;
    run->out->passes += 1 + pass->beside;
    return true;
}

/* Until the layer's first transfer and its first pass. */
static void start(struct run *run)
{
    run->now = (uint64_t)run->arch->layer_start_cycles;
    idle(run, run->now);
}

/* Passes that are known take no time worth telling of one by one. */
enum { PROGRESS_PASSES = 256 };

static void tell_progress(struct run *run)
{
    const struct simulate_options *o = run->options;
    const struct layer_result *out = run->out;
    if (o->progress != NULL &&
        (!run->array_is_behind || out->passes % PROGRESS_PASSES == 0))
        o->progress(o->progress_context, out->passes, run->source->passes);
}

static bool run_passes(struct run *run)
{
    start(run);
    for (;;) {
        struct source_pass pass = {0};
        skip_passes(run);
        if (!is_countable(run, run->now) || !is_worth_while(run))
            return false;
        if (!run->source->ops->next(run->source, &pass))
            break;
        if (!go_through(run, &pass))
            return false;
        tell_progress(run);
    }
    add_outcomes(run);
    if (!drain_last(run))
        return false;
    if (!is_countable(
            run, max_u64(run->now,
                         tile_table_finish(run->tiles, &run->out->memo))) ||
        !is_within_limit(run))
        return false;
    run->out->wait_dram_by[TENSOR_PSUM][DRAM_WAIT_last_store] =
        run->out->cycles - run->now;
    if (run->options->timeline != NULL)
        layer_timeline_wait(run->options->timeline, TENSOR_PSUM,
                            DRAM_WAIT_last_store, run->now, run->out->cycles,
                            run->out->cycles - run->now);
    idle(run, run->out->cycles - run->now);
    return true;
}

/* The cycles without a pass in flight, and what they are made of, for all
 * PEs. */
static void charge_wait(const struct run *run, struct layer_result *out)
{
    const uint64_t pes = (uint64_t)arch_pes(run->arch);
    uint64_t *const cause = &out->wait_dram_by[0][0];
    uint64_t sum = 0;
    for (int k = 0; k < TENSOR_N * DRAM_WAIT_N; k++) {
        sum = count_add(sum, cause[k]);
        cause[k] = count_mul(pes, cause[k]);
    }
    SIM_CHECK(sum == out->cycles - out->array_cycles);
    out->ledger_pe_cycles[LEDGER_wait_dram] = count_mul(pes, sum);
}

static bool finish_result(struct run *run, struct layer_result *out)
{
    if (!layer_result_fits(run->arch, out, run->diag))
        return false;
    uint64_t pes = (uint64_t)arch_pes(run->arch);
    charge_wait(run, out);
    SIM_CHECK(waits_add_up(out));
    SIM_CHECK(ledger_total(out->ledger_pe_cycles) ==
              count_mul(pes, out->cycles));
    SIM_CHECK(out->counts.macs == layer_macs(&out->layer));
    const uint64_t performed = arch_skips_any(run->arch)
                                   ? out->counts.macs_performed
                                   : out->counts.macs;
    const uint64_t cycles = out->ledger_pe_cycles[LEDGER_mac];
    SIM_CHECK(run->arch->multipliers > 1
                  ? cycles <= performed && performed <= count_mul(2, cycles)
                  : cycles == performed);
    run->source->ops->bounds(run->source, &out->counts, out->bounds_cycles);
    run->source->ops->finish(run->source, out);
    result_derive(run->arch, out);
    return layer_result_fits(run->arch, out, run->diag);
}

/* While another thread simulates the pass that this one waits for. */
static bool work_ahead(void *context)
{
    struct run *run = context;
    return ahead_one(run->ahead, &run->ahead_array);
}

static void open_memory(struct run *run)
{
    const struct simulate_options *o = run->options;
    struct pass_memory *memory = o->memory;
    if (memory == NULL)
        memory = run->own_memory = pass_memory_new(PASS_MEMORY_BYTES_DEFAULT);
    run->view = pass_view_new(memory, !o->places_off);
    if (o->ahead == NULL || o->kernel != NULL || run->source->passes < 2)
        return;
    struct pass_source *scout = run->source->ops->scout(run->source);
    if (scout == NULL)
        return;
    const struct pass_meanwhile meanwhile = {work_ahead, run};
    run->ahead = ahead_open(o->ahead, scout, memory);
    pass_view_set_meanwhile(run->view, &meanwhile);
}

static void assemble(struct run *run)
{
    const struct simulate_options *o = run->options;
    run->tiles =
        tile_table_new(run->source, run->arch, o->dram_port, &run->out->counts);
    tile_table_watch(run->tiles, o->timeline);
    if (o->memo)
        tile_table_remember(run->tiles);
    /* What is followed is moved word by word, and a limit is met in the very
     * cycle. */
    if (o->memo && !run->source->is_followed && o->max_cycles == 0)
        open_memory(run);
    run->array = run->source->ops->new_array(run->source);
    run->kernel = o->kernel != NULL ? o->kernel : &kernel_native;
    if (run->view != NULL && run->kernel == &kernel_native)
        array_side_may_skip(run->array);
    if (run->kernel->assembled != NULL)
        run->kernel->assembled(run->kernel->context, run->array);
}

static void dismantle(struct run *run)
{
    array_side_free(run->ahead_array);
    if (run->ahead != NULL)
        ahead_close(run->options->ahead, run->ahead);
    tile_table_free(run->tiles);
    pass_view_free(run->view);
    pass_memory_free(run->own_memory);
    array_side_free(run->array);
    run->source->ops->destroy(run->source);
}

/* Where every access is told of, words go by their names. */
static bool can_be_told(const struct arch *arch, const struct layer *layer,
                        const struct layer_mapping *mapping,
                        const struct simulate_options *options, struct diag *d)
{
    if (options->access_tap == NULL)
        return true;
    if (arch->array_network == NETWORK_SYSTOLIC &&
        layer_mapping_is_nest(mapping))
        return diag_error(d, (struct src_pos){NULL, 0},
                          "layer '%s' runs a loop nest on a systolic array; "
                          "accesses are followed there under 'ws', 'is' and "
                          "'os'",
                          layer->name);
    if (access_words_have_names(layer))
        return true;
    return diag_error(d, (struct src_pos){NULL, 0},
                      "layer '%s' has a dimension of %d (of an ifmap, padded); "
                      "accesses are followed up to %d",
                      layer->name, access_extent(layer), ACCESS_EXTENT_MAX);
}

bool simulate_passes(const struct arch *arch, struct pass_source *source,
                     const struct simulate_options *options,
                     struct layer_result *out, struct diag *d)
{
    struct run run = {.arch = arch,
                      .layer = out->layer.name,
                      .options = options,
                      .diag = d,
                      .source = source,
                      .most_cycles = COUNT_MAX / (uint64_t)arch_pes(arch),
                      .out = out};
    assemble(&run);
    bool ok = run_passes(&run) && finish_result(&run, out);
    dismantle(&run);
    return ok;
}

bool simulate_layer(const struct arch *machine, const struct layer *layer,
                    const struct layer_mapping *mapping,
                    const struct simulate_options *options,
                    struct layer_result *out, struct diag *d)
{
    struct layer_result result;
    struct arch own;
    const struct arch *const arch = &own;
    arch_of_layer(machine, layer, &own);
    if (!can_be_told(arch, layer, mapping, options, d) ||
        (options->check && !check_is_exact(arch, layer, d)) ||
        !check_follows_pattern(arch, layer,
                               options->check ? options->values : NULL,
                               options->access_tap != NULL, d))
        return false;
    const struct layer_values *values =
        options->values != NULL ? options->values : &check_random_values;
    result_describe(arch, layer, mapping, &result);
    if (!simulate_passes(arch,
                         pass_source_new(arch, layer, mapping,
                                         options->check ? values : NULL,
                                         options->access_tap),
                         options, &result, d))
        return false;
    result_count_events(arch, layer, mapping, &result);
    if (options->show_mapping)
        result.mapping_text = mapping_text(arch, layer, mapping);
    *out = result;
    return true;
}
