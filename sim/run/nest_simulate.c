/* nest_simulate.c - see nest_simulate.h.
 * SPDX-License-Identifier: MIT
 */
#include "sim/run/nest_simulate.h"

#include <stdlib.h>
#include <string.h>

#include "dataflows/nest/nest_bounds.h"
#include "dataflows/nest/nest_text.h"
#include "dataflows/nest/nest_walk.h"
#include "sim/array/nest/nest_array.h"
#include "sim/run/check.h"
#include "sim/run/kernel.h"
#include "sim/run/model.h"
#include "sim/run/nest_pass_memory.h"
#include "sim/run/nest_tiles.h"
#include "sim/run/tile_table.h"
#include "traces/access.h"

struct run {
    const struct nest_walk *walk;
    const struct program *program; /* arch, layer and burst_bytes */
    const struct simulate_options *options;
    const struct kernel *kernel;
    struct array_side *array;
    struct nest_tiles *tiles;
    struct nest_pass_memory *memory; /* NULL: none */
    struct nest_values values;
    int64_t *ofmap; /* owns; functional mode */
    uint64_t passes, now;
    struct layer_result *out;
    struct diag *diag;
};

/* --- functional mode ------------------------------------------------------ */

static int64_t ifmap_value(void *context, uint64_t word)
{
    const struct run *run = context;
    int coord[4];
    access_coord(word, coord);
    return check_ifmap_word(run->program, coord);
}

static int64_t filter_value(void *context, uint64_t word)
{
    const struct run *run = context;
    int coord[4];
    access_coord(word, coord);
    return check_filter_word(run->program, coord);
}

static int64_t *ofmap_at(void *context, uint64_t word)
{
    const struct run *run = context;
    const struct layer *l = &run->program->layer;
    int c[4];
    access_coord(word, c);
    size_t row = ((size_t)c[0] * (size_t)l->M + (size_t)c[1]) * (size_t)l->P +
                 (size_t)c[2];
    return &run->ofmap[row * (size_t)l->Q + (size_t)c[3]];
}

static void prepare_values(struct run *run)
{
    const struct layer *l = &run->program->layer;
    run->ofmap = xcalloc((size_t)l->N * (size_t)l->M * (size_t)l->P,
                         (size_t)l->Q * sizeof(*run->ofmap));
    run->values = (struct nest_values){.context = run,
                                       .ifmap = ifmap_value,
                                       .filter = filter_value,
                                       .ofmap = ofmap_at};
}

/* --- passes --------------------------------------------------------------- */

static bool run_pass(struct run *run, const struct nest_pass_place *place,
                     bool jump, struct pass_outcome *out)
{
    const struct kernel *kernel = run->kernel;
    uint64_t limit = run->options->max_cycles, left = UINT64_MAX;
    struct memo_stats *stats = &run->out->memo;
    struct src_pos at = {NULL, 0};
    const char *name = run->program->layer.name;
    const struct nest_pass pass = {*place, jump};
    enum run_end end;
    if (limit > 0)
        left = limit > run->now ? limit - run->now : 0;
    array_side_issue(run->array, &pass);
    end = kernel->run_pass(kernel->context, run->array, left);
    if (end == RUN_LIMIT)
        return fail_past_limit(name, run->out->passes, run->passes, run->diag);
    if (end == RUN_DEADLOCK)
        return diag_fail(run->diag, EXIT_MACHINE, at,
                         "layer '%s': the machine is deadlocked; %s", name,
                         array_side_remedy(run->array));
    array_side_finish(run->array, out);
    stats->simulated_passes++;
    stats->simulated_pe_cycles +=
        out->cycles * (uint64_t)arch_pes(&run->program->arch);
    return true;
}

static void charge_pass(struct run *run, const struct pass_outcome *n)
{
    pass_outcome_add(&run->program->arch, n, run->out);
    run->out->passes++;
    if (run->options->progress != NULL)
        run->options->progress(run->options->progress_context, run->out->passes,
                               run->passes);
}

/* Whether PE-cycles up to here can be counted. */
static bool is_countable(struct run *run, uint64_t cycle)
{
    run->out->cycles = cycle;
    return layer_cycles_fit(&run->program->arch, run->out, run->diag);
}

static bool run_passes(struct run *run)
{
    struct nest_pass_place place = {.has_before = false};
    const struct kernel *kernel = run->kernel;
    const int loops = run->walk->pass_loops;
    bool jump = false; /* the source stands elsewhere */
    for (bool more = true; more;) {
        struct pass_outcome now;
        const struct pass_outcome *known = NULL;
        place.next = place.at;
        more = nest_walk_next(run->walk, &place.next, 0, loops) >= 0;
        place.has_next = more;
        uint64_t start = nest_tiles_ready(
            run->tiles, place.has_before ? &place.before : NULL, &place.at,
            run->now);
        if (!is_countable(run, start))
            return false;
        if (kernel->idle != NULL)
            kernel->idle(kernel->context, start - run->now);
        run->now = start;
        if (run->memory != NULL)
            known = nest_pass_memory_find(run->memory, &place);
        if (known != NULL) {
            now = *known;
            run->out->memo.remembered_passes++;
        } else {
            if (!run_pass(run, &place, jump, &now))
                return false;
            if (run->memory != NULL)
                nest_pass_memory_add(run->memory, &now);
        }
        jump = known != NULL;
        run->now += now.cycles;
        if (!is_countable(run, run->now))
            return false;
        charge_pass(run, &now);
        nest_tiles_done(run->tiles, &place.at, more ? &place.next : NULL,
                        run->now);
        place.before = place.at;
        place.has_before = true;
        place.at = place.next;
    }
    uint64_t last = nest_tiles_finish(run->tiles);
    if (!is_countable(run, last > run->now ? last : run->now) ||
        !is_within_limit(run->options, run->program->layer.name,
                         run->out->cycles, run->diag))
        return false;
    if (kernel->idle != NULL)
        kernel->idle(kernel->context, run->out->cycles - run->now);
    return true;
}

static bool finish_result(const struct run *run, struct layer_result *out)
{
    const struct arch *a = &run->program->arch;
    if (!layer_result_fits(a, out, run->diag))
        return false;
    uint64_t pes = (uint64_t)arch_pes(a);
    out->ledger_pe_cycles[LEDGER_wait_dram] =
        count_mul(pes, out->cycles - out->array_cycles);
    SIM_CHECK(ledger_total(out->ledger_pe_cycles) ==
              count_mul(pes, out->cycles));
    SIM_CHECK(out->counts.macs == layer_macs(&out->layer));
    SIM_CHECK(out->ledger_pe_cycles[LEDGER_mac] == out->counts.macs);
    const struct dram_cfg dram = tile_table_dram_cfg(a);
    nest_bounds(a, &out->layer, &run->walk->nest, &dram, &out->counts,
                out->bounds_cycles);
    result_gate(a, out);
    if (run->ofmap == NULL)
        return layer_result_fits(a, out, run->diag);
    out->checked = true;
    check_compare(run->program, run->ofmap, &out->check_outputs,
                  &out->check_mismatches);
    if (a->zero_gating)
        out->gated_macs = out->gated_rf_filter_reads = run->values.zero_macs;
    return layer_result_fits(a, out, run->diag);
}

static void assemble(struct run *run)
{
    const struct arch *a = &run->program->arch;
    const struct nest *nest = &run->walk->nest;
    const struct access_tap *tap = run->options->access_tap;
    int buffers[TENSOR_N], banks[TENSOR_N];
    enum tensor tensor;
    uint64_t lacking;
    SIM_CHECK(nest_l2_places(a, &run->program->layer, nest, buffers, banks,
                             &tensor, &lacking));
    if (run->options->check)
        prepare_values(run);
    run->array = nest_array_new(run->walk, a,
                                run->ofmap != NULL ? &run->values : NULL, tap);
    run->kernel =
        run->options->kernel != NULL ? run->options->kernel : &kernel_native;
    if (run->kernel->assembled != NULL)
        run->kernel->assembled(run->kernel->context, run->array);
    run->tiles = nest_tiles_new(run->walk, run->program, buffers,
                                run->options->dram_port, &run->out->counts);
    run->passes = nest_walk_steps(run->walk, run->walk->pass_loops);
    if (run->options->memo && run->ofmap == NULL && tap == NULL &&
        run->options->max_cycles == 0)
        run->memory = nest_pass_memory_new(run->walk, a);
}

static void dismantle(struct run *run)
{
    array_side_free(run->array);
    nest_tiles_free(run->tiles);
    nest_pass_memory_free(run->memory);
    free(run->ofmap);
}

static char *text_of(const struct arch *arch, const struct layer *layer,
                     const struct nest *nest)
{
    char *text = NULL;
    size_t size;
    FILE *to = open_memstream(&text, &size);
    SIM_CHECK(to != NULL);
    nest_print(arch, layer, nest, layer->name, to);
    SIM_CHECK(fclose(to) == 0);
    return text;
}

static void describe(const struct layer *layer, struct layer_result *out)
{
    memset(out, 0, sizeof(*out));
    out->layer = *layer;
    snprintf(out->dataflow, sizeof(out->dataflow), "nest");
    out->mapping_source = "given";
}

static bool is_runnable(const struct arch *arch, const struct layer *layer,
                        const struct nest *nest, const struct nest_where *where,
                        struct diag *d)
{
    struct nest_verdict why;
    struct src_pos at = where->level[LEVEL_DRAM];
    if (arch->array_network != NETWORK_MULTICAST)
        return diag_error(d, at,
                          "a nest runs on multicast networks and '%s' is "
                          "%s; choose another machine",
                          arch->name, "systolic");
    if (!access_words_have_names(layer))
        return diag_error(d, at,
                          "layer '%s' has a padded ifmap of %d x %d; a nest "
                          "runs up to %d x %d",
                          layer->name, layer_padded_h(layer),
                          layer_padded_w(layer), ACCESS_EXTENT_MAX,
                          ACCESS_EXTENT_MAX);
    if (!nest_is_legal(arch, layer, nest, &why))
        return nest_report(arch, layer, nest, &why, where, d);
    return true;
}

bool simulate_nest(const struct arch *arch, const struct layer *layer,
                   const struct nest *nest, const struct nest_where *where,
                   const struct simulate_options *options,
                   struct layer_result *out, struct diag *d)
{
    if (!is_runnable(arch, layer, nest, where, d))
        return false;
    struct dram_cfg dram = tile_table_dram_cfg(arch);
    struct nest_walk *walk = nest_walk_new(arch, layer, nest);
    struct program *program = xcalloc(1, sizeof(*program));
    struct layer_result result;
    program->arch = *arch;
    program->layer = *layer;
    program->burst_bytes = dram_burst_bytes(&dram);
    describe(layer, &result);
    struct run run = {.walk = walk,
                      .program = program,
                      .options = options,
                      .out = &result,
                      .diag = d};
    assemble(&run);
    bool ok = run_passes(&run) && finish_result(&run, &result);
    if (ok) {
        if (options->show_mapping)
            result.mapping_text = text_of(arch, layer, nest);
        *out = result;
    }
    dismantle(&run);
    nest_walk_free(walk);
    free(program);
    return ok;
}

bool model_nest(const struct arch *arch, const struct layer *layer,
                const struct nest *nest, const struct nest_where *where,
                bool show_mapping, struct layer_result *out, struct diag *d)
{
    if (!is_runnable(arch, layer, nest, where, d))
        return false;
    describe(layer, out);
    out->is_model = true;
    nest_expect(arch, layer, nest, &out->counts);
    if (!layer_result_fits(arch, out, d))
        return false;
    const struct dram_cfg dram = tile_table_dram_cfg(arch);
    nest_bounds(arch, layer, nest, &dram, &out->counts, out->bounds_cycles);
    if (!layer_result_fits(arch, out, d))
        return false;
    out->active_pes = (int)nest_pes_used(arch, layer, nest);
    result_gate(arch, out);
    if (show_mapping)
        out->mapping_text = text_of(arch, layer, nest);
    return true;
}
