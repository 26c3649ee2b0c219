/* systolic_array.c - the kind of array in which words move one neighbour a
 * cycle (pe/systolic.h).
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pe/systolic_periods.h"
#include "pe/systolic_rows.h"
#include "sim/array/array_axes.h"
#include "sim/array/charge.h"
#include "sim/array/pass_periods.h"
#include "sim/array/systolic_array.h"
#include "sim/array/systolic_probes.h"

struct array {
    const struct program *program; /* borrowed */
    struct word_flow *flow;        /* borrowed or NULL */
    struct systolic *systolic;
    bool has_moved; /* in the last cycle of blocks */
    bool has_rows;
    struct systolic_probes *probes; /* or NULL */
    struct pass_periods *periods;   /* owns; NULL: no cycle is skipped */
    bool foresees; /* with second registers, cycles are not stepped */
    uint64_t cycles, skipped_cycles; /* of the pass */
};

/* Commands carry rows of outputs past filters. */
static bool has_commands(const struct arch *arch, struct array_refusal *out)
{
    out->key = NULL;
    if (arch->preload != PRELOAD_SHADOW)
        return false;
    if (arch->strip_words > 0)
        out->key = "array.strip_words";
    else if (arch->strip_min_cycles > 1)
        out->key = "array.strip_min_cycles";
    else if (arch->commands_in_flight > 0)
        out->key = "array.commands_in_flight";
    return out->key != NULL;
}

/* What a fold is asked for beside, dataflows/nest/nest_fold.c knows. */
static bool honours_nest(const struct arch *arch, struct array_refusal *out)
{
    if (!array_honours_carries(arch, out))
        return false;
    if (arch->compression != COMPRESSION_NONE)
        return array_refuse(
            out, "dram.compression",
            "a nest's transfers are not coded and 'dram.compression' "
            "is not 'none', which is right");
    return true;
}

/* Psums that move through the array as it computes leave it with the pass. */
static bool honours(const struct arch *arch, const char *dataflow,
                    struct array_refusal *out)
{
    if (arch->pass_overlap)
        return array_refuse(
            out, "pass.overlap",
            "'pass.overlap' is true and passes overlap on multicast "
            "networks; false is right ('array.preload' and "
            "'array.drain' overlap them on a systolic array)");
    bool moves_psums =
        strcmp(dataflow, "ws") == 0 || strcmp(dataflow, "is") == 0;
    if (strcmp(dataflow, "nest") == 0)
        return honours_nest(arch, out);
    if (strcmp(dataflow, "ws") != 0 && has_commands(arch, out)) {
        snprintf(out->why, sizeof(out->why),
                 "'%s' is modelled for commands that stream outputs past "
                 "filters ('ws') and not under '%s'; 'ws' is right",
                 out->key, dataflow);
        return false;
    }
    if (arch->drain != DRAIN_OVERLAPPED || !moves_psums)
        return array_axes_honour(arch, dataflow, out);
    out->key = "array.drain";
    snprintf(out->why, sizeof(out->why),
             "'array.drain' is 'overlapped', which is modelled for psums that "
             "stay in the PEs ('os') and not under '%s'; 'serial' is right",
             dataflow);
    return false;
}

static int edge_width(const struct arch *a, enum network network)
{
    return a->network[network].words_per_slot *
           a->network[network].slots_per_cycle;
}

struct systolic_cfg systolic_cfg_of(const struct program *p)
{
    const struct arch *a = &p->arch;
    return (struct systolic_cfg){
        .rows = a->rows,
        .cols = a->cols,
        .left_words_per_cycle =
            edge_width(a, p->holds_ifmap ? NETWORK_FILTER : NETWORK_IFMAP),
        .top_words_per_cycle =
            edge_width(a, p->holds_ifmap ? NETWORK_IFMAP : NETWORK_FILTER),
        .psum_in_words_per_cycle = edge_width(a, NETWORK_PSUM_IN),
        .psum_out_words_per_cycle = edge_width(a, NETWORK_PSUM_OUT),
        .l2_latency_cycles = arch_l2_latency_cycles(a),
        .tight_folds = a->tight_folds,
        .overlapped_drain = a->drain == DRAIN_OVERLAPPED,
        .shadow_words = p->loads_ahead,
        .strip_words = a->strip_words,
        .strip_min_cycles = a->strip_min_cycles,
        .commands_in_flight = a->commands_in_flight,
        .command_cycles = a->command_cycles,
    };
}

static void *create(const struct program *p, struct word_flow *flow)
{
    const struct systolic_cfg cfg = systolic_cfg_of(p);
    struct array *array = xcalloc(1, sizeof(*array));
    array->program = p;
    array->flow = flow;
    array->systolic = systolic_new(&cfg);
    return array;
}

static void destroy(void *self)
{
    struct array *a = self;
    systolic_probes_free(a->probes);
    pass_periods_free(a->periods);
    systolic_free(a->systolic);
    free(a);
}

static void issue(void *self, const void *what)
{
    struct array *a = self;
    const struct pass *pass = what;
    if (a->periods != NULL)
        pass_periods_forget(a->periods);
    systolic_issue(a->systolic, &pass->work.systolic,
                   a->flow != NULL ? word_flow_systolic(a->flow, pass) : NULL);
}

static bool is_done(const void *self)
{
    const struct array *a = self;
    return systolic_is_done(a->systolic);
}

static bool flows(const void *self)
{
    const struct array *a = self;
    return systolic_flows(a->systolic);
}

static void finish(void *self, struct pass_outcome *out)
{
    struct array *a = self;
    struct pass_counts counts;
    systolic_counts(a->systolic, &counts);
    charge_pass(a->program, &counts, out);
    out->skipped_cycles = a->skipped_cycles;
    a->cycles = a->skipped_cycles = 0;
}

static void let_drain(void *self, uint64_t cycles)
{
    struct array *a = self;
    systolic_let_drain(a->systolic, cycles);
}

static void put_draining(void *self, const void *left)
{
    struct array *a = self;
    SIM_CHECK(a->flow == NULL);
    systolic_put_draining(a->systolic, left);
}

static uint64_t step(void *self, uint64_t most_cycles)
{
    struct array *a = self;
    uint64_t cycles = systolic_steps(a->systolic, most_cycles);
    a->cycles += cycles;
    if (a->foresees)
        a->skipped_cycles += cycles;
    if (a->periods == NULL || cycles == 0 || !systolic_repeats(a->systolic))
        return cycles;
    const uint64_t skipped =
        pass_periods_beat(a->periods, PERIOD_WINDOWS, a->cycles);
    a->cycles += skipped;
    a->skipped_cycles += skipped;
    return cycles + skipped;
}

static void eval_wave(void *self, int part)
{
    struct array *a = self;
    (void)part;
    a->has_moved = systolic_step(a->systolic);
}

/* The wave's state is the whole array's. */
static size_t wave_bytes(const void *self, int part)
{
    const struct array *a = self;
    (void)part;
    return systolic_copy_bytes(a->systolic);
}

static void save_wave(const void *self, int part, void *copy)
{
    const struct array *a = self;
    (void)part;
    systolic_save(a->systolic, copy);
}

static bool wave_is_alike(const void *self, int part, const void *copy)
{
    const struct array *a = self;
    (void)part;
    return systolic_is_alike(a->systolic, copy);
}

static uint64_t wave_periods_left(const void *self, int part, const void *copy)
{
    const struct array *a = self;
    (void)part;
    return systolic_periods_left(a->systolic, copy);
}

static void skip_wave(void *self, int part, const void *copy, uint64_t periods)
{
    struct array *a = self;
    struct pass_counts *counts = systolic_own_counts(a->systolic);
    (void)part;
    period_skip_counts((uint64_t *)counts,
                       (const uint64_t *)systolic_copied_counts(copy),
                       sizeof(*counts) / sizeof(uint64_t), periods);
    systolic_skip(a->systolic, copy, periods);
}

static const struct block_period wave_period = {
    wave_bytes, save_wave, wave_is_alike, wave_periods_left, skip_wave};

/* The wave has no neighbour that could see it move. */
static void commit_nothing(void *self, int part)
{
    (void)self;
    (void)part;
}

static void eval_sequencer(void *self, int part)
{
    struct array *a = self;
    (void)part;
    systolic_sequencer_eval(a->systolic);
}

static void commit_sequencer(void *self, int part)
{
    struct array *a = self;
    (void)part;
    systolic_sequencer_commit(a->systolic);
    a->has_moved = systolic_rows_moved(a->systolic);
}

static void eval_row(void *self, int part)
{
    struct array *a = self;
    systolic_row_eval(a->systolic, part);
}

static void commit_row(void *self, int part)
{
    struct array *a = self;
    systolic_row_commit(a->systolic, part);
}

static void use_rows(struct array *a)
{
    if (!a->has_rows)
        systolic_rows_use(a->systolic);
    a->has_rows = true;
}

/* The sequencer with the edges, and each row of PEs. */
static int list_rows(struct array *a, struct block **out)
{
    const int rows = systolic_rows(a->systolic);
    const struct block sequencer = {"sequencer",      a,   0, eval_sequencer,
                                    commit_sequencer, NULL};
    use_rows(a);
    *out = xcalloc((size_t)rows + 1, sizeof(**out));
    (*out)[0] = sequencer;
    for (int i = 0; i < rows; i++) {
        struct block *block = &(*out)[1 + i];
        *block = (struct block){"", a, i, eval_row, commit_row, NULL};
        snprintf(block->name, sizeof(block->name), "row_%d", i);
    }
    return rows + 1;
}

static int blocks(void *self, enum block_grain grain, struct block **out)
{
    const struct block wave = {"wave",    self,           0,
                               eval_wave, commit_nothing, &wave_period};
    if (grain == BLOCK_GRAIN_PE)
        return list_rows(self, out);
    *out = xcalloc(1, sizeof(**out));
    (*out)[0] = wave;
    return 1;
}

static void may_skip(void *self)
{
    struct array *a = self;
    struct block *list;
    a->foresees = a->program->loads_ahead;
    if (a->foresees) {
        systolic_may_foresee(a->systolic);
        return;
    }
    const int n = blocks(self, BLOCK_GRAIN_ARRAY, &list);
    a->periods = pass_periods_new(list, n);
}

static bool moved(const void *self)
{
    const struct array *a = self;
    return a->has_moved;
}

static struct probe *probes(void *self, const struct probe_pes *pes, int *n)
{
    struct array *a = self;
    use_rows(a);
    a->probes = systolic_probes_new(a->systolic, pes);
    return systolic_probes_list(a->probes, n);
}

static void sample(void *self)
{
    struct array *a = self;
    systolic_probes_sample(a->probes);
}

static void explain(const void *self, char *text, size_t size_bytes)
{
    (void)self;
    snprintf(text, size_bytes, "the systolic array does not move");
}

static const char *remedy(const void *self)
{
    (void)self;
    return "its edges never wait for each other: report it";
}

const struct array_kind systolic_array = {
    .name = "systolic",
    .honours = honours,
    .create = create,
    .destroy = destroy,
    .issue = issue,
    .is_done = is_done,
    .flows = flows,
    .finish = finish,
    .let_drain = let_drain,
    .put_draining = put_draining,
    .step = step,
    .may_skip = may_skip,
    .blocks = blocks,
    .moved = moved,
    .probes = probes,
    .sample = sample,
    .explain = explain,
    .remedy = remedy,
};
