/* levels_array.c - the kind of array of machines whose files list their levels:
 * the machine, its counts, and its signals.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/levels/levels_array.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataflows/arith.h"
#include "sim/array/levels/levels_follow.h"
#include "sim/array/levels/levels_parts.h"
#include "sim/array/levels/levels_usual.h"
#include "sim/array/levels/levels_values.h"

struct array {
    struct levels_classes *classes; /* owns */
    struct levels_values *values;   /* owns, or NULL */
    struct levels_follow *follow;   /* owns, or NULL */
    struct levels_machine *machine; /* owns */
    struct probe_list probes;       /* owns */
};

static bool honours(const struct arch *arch, const char *dataflow,
                    struct array_refusal *out)
{
    (void)dataflow;
    if ((arch->has_l1 && !array_honours_chains(arch, out)) ||
        !array_honours_carries(arch, out))
        return false;
    if (arch->pass_overlap)
        return array_refuse(
            out, "pass.overlap",
            "passes on listed levels and L1s begin on an array in "
            "which nothing moves and 'pass.overlap' is true; false "
            "is right");
    return true;
}

static int not_modelled(const struct arch *arch, const char **keys)
{
    static const char *const with_l1[] = {"pe.fifo_words",
                                          "pe.psum_add",
                                          "pe.refill",
                                          "pe.start",
                                          "noc.ifmap_waits_for_filters",
                                          "l1.ifmap_banks",
                                          "l1.filter_banks",
                                          "l1.ifmap_bypass",
                                          "l1.filter_bypass",
                                          "l1.input_slots",
                                          "l1.keeps_tiles"};
    const int n_with_l1 =
        arch->has_l1 ? (int)(sizeof(with_l1) / sizeof(*with_l1)) : 0;
    int n = 0;
    for (int i = 0; i < n_with_l1; i++)
        keys[n++] = with_l1[i];
    if (arch->has_l1 && arch->l2_to_l1 == L2_TO_L1_MESH)
        keys[n++] = "noc.mesh_buffer_flits";
    if (arch->has_l1 && arch->groups_parallel > 1)
        keys[n++] = "array.groups_parallel";
    if (arch->compression != COMPRESSION_NONE)
        keys[n++] = "dram.compression";
    return n;
}

struct array_side *levels_array_new(const struct nest_walk *walk,
                                    const struct arch *arch,
                                    struct nest_values *values,
                                    const struct access_tap *tap)
{
    struct array *a = xcalloc(1, sizeof(*a));
    a->classes = levels_classes_new(arch, walk, false);
    if (values != NULL)
        a->values = levels_values_new(
            arch, walk, levels_words_units(levels_classes_words(a->classes)),
            values);
    if (tap != NULL)
        a->follow = levels_follow_new(
            arch, walk, levels_words_units(levels_classes_words(a->classes)),
            tap);
    a->machine =
        levels_machine_new(arch, walk, a->classes, a->values, a->follow);
    return array_side_of(&levels_array, a);
}

static void destroy(void *self)
{
    struct array *a = self;
    levels_machine_free(a->machine);
    levels_values_free(a->values);
    levels_follow_free(a->follow);
    levels_classes_free(a->classes);
    free(a->probes.probe);
    free(a);
}

static void issue(void *self, const void *what)
{
    struct array *a = self;
    levels_machine_issue(a->machine, what);
}

static bool is_done(const void *self)
{
    const struct array *a = self;
    return levels_machine_is_done(a->machine);
}

static void add(uint64_t *into, uint64_t times, uint64_t words)
{
    *into = count_add(*into, count_mul(times, words));
}

static void count(void *context, const struct levels_move *v)
{
    struct counts *c = context;
    add(&c->macs, v->times, v->macs);
    add(&c->macs_performed, v->times, v->macs);
    for (int k = 0; k < LEVEL_N; k++) {
        for (int f = 0; f < FLOW_N; f++) {
            add(&c->flow[k][f].words_sent, v->times, v->flow[k][f].words_sent);
            add(&c->flow[k][f].words_delivered, v->times,
                v->flow[k][f].words_delivered);
            add(&c->flow[k][f].hops, v->times, v->flow[k][f].hops);
        }
        for (int t = 0; t < TENSOR_N; t++) {
            add(&c->access[k][t].reads, v->times, v->access[k][t].reads);
            add(&c->access[k][t].writes, v->times, v->access[k][t].writes);
        }
    }
}

static void finish(void *self, struct pass_outcome *out)
{
    struct array *a = self;
    const struct levels_outcome *n = levels_machine_outcome(a->machine);
    memset(out, 0, sizeof(*out));
    out->cycles = n->cycles;
    out->flight_cycles = n->flight_cycles;
    out->active_pes = n->busy_macs;
    out->filter_free_cycle = n->cycles;
    memcpy(out->ledger_pe_cycles, n->cycles_of, sizeof(out->ledger_pe_cycles));
    memcpy(out->wait_by, n->wait_by, sizeof(out->wait_by));
    levels_classes_take(a->classes, count, &out->counts);
    if (a->machine->arch->has_l1)
        levels_count_links(&a->machine->walk->nest,
                           a->machine->arch->l2_to_l1 == L2_TO_L1_MESH,
                           &out->counts);
}

static uint64_t step(void *self, uint64_t most_cycles)
{
    struct array *a = self;
    (void)most_cycles;
    return levels_machine_step(a->machine);
}

static void eval_levels(void *self, int part)
{
    struct array *a = self;
    (void)part;
    levels_machine_eval(a->machine);
}

static void commit_levels(void *self, int part)
{
    struct array *a = self;
    (void)part;
    levels_machine_commit(a->machine);
}

static int blocks(void *self, enum block_grain grain, struct block **out)
{
    struct array *a = self;
    const struct block levels = {"levels",      a,   0, eval_levels,
                                 commit_levels, NULL};
    if (grain == BLOCK_GRAIN_PE)
        return levels_machine_blocks(a->machine, out);
    *out = xcalloc(1, sizeof(**out));
    (*out)[0] = levels;
    return 1;
}

static bool moved(const void *self)
{
    const struct array *a = self;
    return levels_machine_moved(a->machine);
}

/* --- signals -------------------------------------------------------------- */

static struct probe *probes(void *self, const struct probe_pes *pes, int *n)
{
    struct array *a = self;
    struct levels_machine *m = a->machine;
    (void)pes; /* all MACs step together */
    probe_add(&a->probes, "sequencer", "in_flight", 1, NULL);
    probe_add(&a->probes, "macs", "state", 4, pe_state_words);
    probe_add(&a->probes, "macs", "working", 32, NULL);
    for (int k = 0; k < m->n_engines; k++) {
        char name[BLOCK_NAME_MAX];
        levels_engine_name(m, k, name);
        probe_add(&a->probes, name, "step", 32, NULL);
        probe_add(&a->probes, name, "cycles_left", 32, NULL);
    }
    *n = a->probes.n;
    return a->probes.probe;
}

static enum pe_state state_of(const struct levels_machine *m)
{
    switch (m->waits_for) {
    case LEDGER_mac:
        return PE_IS_mac;
    case LEDGER_fill:
        return PE_IS_fill;
    case LEDGER_drain:
        return PE_IS_drain;
    case LEDGER_wait_filter:
        return PE_IS_wait_filter;
    case LEDGER_wait_ifmap:
        return PE_IS_wait_ifmap;
    case LEDGER_wait_psum_in:
        return PE_IS_wait_psum_in;
    default:
        return PE_IS_wait_psum_out;
    }
}

static void sample(void *self)
{
    struct array *a = self;
    const struct levels_machine *m = a->machine;
    struct probe *at = a->probes.probe;
    (at++)->value = m->in_flight;
    (at++)->value = m->in_flight ? (uint32_t)state_of(m) : PE_IS_idle;
    (at++)->value = m->in_flight ? (uint32_t)m->working : 0;
    for (int k = 0; k < m->n_engines; k++) {
        const struct levels_engine *e = &m->engine[k];
        (at++)->value = (uint32_t)e->index;
        (at++)->value = e->ended ? 0 : (uint32_t)(e->move->cycles - e->beat);
    }
}

static void explain(const void *self, char *text, size_t size_bytes)
{
    (void)self;
    snprintf(text, size_bytes, "no engine of the levels moves");
}

static const char *remedy(const void *self)
{
    (void)self;
    return "a nest never should be: report it";
}

const struct array_kind levels_array = {
    .name = "levels",
    .honours = honours,
    .not_modelled = not_modelled,
    .destroy = destroy,
    .issue = issue,
    .is_done = is_done,
    .finish = finish,
    .step = step,
    .blocks = blocks,
    .moved = moved,
    .probes = probes,
    .sample = sample,
    .explain = explain,
    .remedy = remedy,
};
