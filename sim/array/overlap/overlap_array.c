/* overlap_array.c - the kind of array whose passes overlap: multicast networks
 * and chains of psums, with `pass.overlap`.
 *
 * Passes that overlap (overlap_run.h) are compiled into one of the credit
 * machine's; one that overlaps with none runs on the multicast machine, on
 * which it takes the same cycles.  Where words are followed, that machine then
 * runs the overlapping ones, too, one by one: they move the same words in the
 * same order, and what it counts is held to what the credit machine moved.
 * SPDX-License-Identifier: MIT
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/array/array_axes.h"
#include "sim/array/array_kind.h"
#include "sim/array/charge.h"
#include "sim/array/credit/credit_machine.h"
#include "sim/array/credit/credit_probes.h"
#include "sim/array/multicast_machine.h"
#include "sim/array/overlap/overlap_compile.h"

/* A block of one of the two machines; only those of the one that runs do
 * anything. */
struct guarded {
    struct array *array; /* borrowed */
    struct block block;
    bool is_apart; /* the multicast machine's */
};

/* Those of a listing, which is there as long as the array. */
struct guards {
    struct guards *next;     /* owns */
    struct guarded *guarded; /* owns */
};

struct array {
    const struct program *program; /* borrowed */
    struct word_flow *flow;        /* borrowed or NULL */
    struct multicast_machine *apart;
    struct overlap_compiler *compiler;
    struct credit_machine_cfg cfg;
    int *unit; /* owns; by lane */
    struct credit_machine *together;
    bool runs_apart; /* the present pass does */
    struct pass_counts followed;
    struct guards *guards;        /* owns */
    struct credit_probes *probes; /* or NULL */
};

static bool refuse(struct array_refusal *out, const char *why)
{
    return array_refuse(out, "pass.overlap", why);
}

static bool honours(const struct arch *arch, const char *dataflow,
                    struct array_refusal *out)
{
    if (arch->psum_reduce == PSUM_TREE)
        return refuse(out,
                      "'pass.overlap' is true and passes overlap on chains "
                      "of psums, not behind adder trees "
                      "('noc.psum_reduce' = 'tree'); false is right");
    if (arch->has_l1)
        return refuse(out, "'pass.overlap' is true and passes do not overlap "
                           "behind L1s ('l1.bytes'); false is right");
    return array_axes_honour(arch, dataflow, out);
}

static void configure(struct array *a)
{
    static const enum network network_of[CREDIT_NETWORKS] = {
        NETWORK_FILTER, NETWORK_IFMAP, NETWORK_PSUM_IN, NETWORK_PSUM_OUT};
    static const enum tensor tensor_of[CREDIT_NETWORKS] = {
        TENSOR_FILTER, TENSOR_IFMAP, TENSOR_PSUM, TENSOR_PSUM};
    const struct program *p = a->program;
    const struct arch *arch = &p->arch;
    struct credit_lanes_cfg *lanes = &a->cfg.lanes;
    lanes->lanes = p->rows * p->sets * p->set_chains;
    lanes->fifo_words = arch->fifo_words;
    lanes->pipeline_cycles = arch->pipeline_cycles;
    lanes->psum_own_cycle = arch->psum_add == PSUM_ADD_OWN_CYCLE;
    lanes->start_at_step = arch->start == PE_START_WINDOW;
    lanes->refill_at_last_use = arch->refill == PE_REFILL_LAST_USE;
    for (int i = 0; i < CREDIT_INPUTS; i++) {
        /* Without register files, an operand's register and its next's. */
        lanes->rf_words[i] =
            p->skips_rf[tensor_of[i]] ? 2 : arch->rf_words[tensor_of[i]];
        lanes->port_words[i] = arch->network[network_of[i]].words_per_slot;
    }
    for (int k = 0; k < CREDIT_NETWORKS; k++) {
        const struct l2_store store = arch_l2_store(arch, tensor_of[k]);
        a->cfg.stream[k] = (struct credit_stream_cfg){
            .slots_per_cycle = arch->network[network_of[k]].slots_per_cycle,
            .banks = p->banks[tensor_of[k]],
            .row_words = store.bank_row_words,
            .latency_cycles = k == CREDIT_PSUM_OUT ? 0 : store.latency_cycles,
        };
    }
    a->cfg.shared_psum_port =
        arch_l2_store(arch, TENSOR_PSUM).ports == BANK_1RW;
    a->cfg.ifmap_waits_for_filters = false; /* by the streams' `after` */
    a->unit = xcalloc((size_t)lanes->lanes, sizeof(*a->unit));
    for (int l = 0; l < lanes->lanes; l++) {
        int row, col;
        multicast_machine_pe_place(a->apart, l, &row, &col);
        a->unit[l] = row * arch->cols + col;
    }
    a->cfg.unit = a->unit;
    a->cfg.array_cols = arch->cols;
}

static void *create(const struct program *program, struct word_flow *flow)
{
    struct array *a = xcalloc(1, sizeof(*a));
    a->program = program;
    a->flow = flow;
    a->apart = multicast_machine_new(program);
    a->compiler = overlap_compiler_new(program, a->apart);
    configure(a);
    a->together = credit_machine_new(&a->cfg);
    return a;
}

static void destroy(void *self)
{
    struct array *a = self;
    credit_probes_free(a->probes);
    credit_machine_free(a->together);
    overlap_compiler_free(a->compiler);
    multicast_machine_free(a->apart);
    while (a->guards != NULL) {
        struct guards *next = a->guards->next;
        free(a->guards->guarded);
        free(a->guards);
        a->guards = next;
    }
    free(a->unit);
    free(a);
}

/* --- passes --------------------------------------------------------------- */

static void issue_apart(struct array *a, const struct pass *pass)
{
    multicast_machine_issue(a->apart, &pass->work.multicast,
                            a->flow != NULL ? word_flow_multicast(a->flow, pass)
                                            : NULL);
    if (a->flow != NULL)
        word_flow_multicast_issued(a->flow, multicast_machine_lanes(a->apart));
}

static void add(struct pass_counts *to, const struct pass_counts *n)
{
    to->macs += n->macs;
    to->first_macs += n->first_macs;
    to->psum_reads += n->psum_reads;
    to->filter_sent += n->filter_sent;
    to->filter_delivered += n->filter_delivered;
    to->ifmap_sent += n->ifmap_sent;
    to->ifmap_delivered += n->ifmap_delivered;
    to->psum_in_words += n->psum_in_words;
    to->psum_out_words += n->psum_out_words;
    to->psum_link_words += n->psum_link_words;
}

/* Where the machine stands still, the credit machine does and says so. */
static void follow(struct array *a, const struct overlap_run *run)
{
    memset(&a->followed, 0, sizeof(a->followed));
    for (size_t k = 0; k < run->n; k++) {
        struct pass_counts counts;
        issue_apart(a, &run->pass[k]);
        while (!multicast_machine_is_done(a->apart))
            if (!multicast_machine_step(a->apart))
                return;
        multicast_machine_counts(a->apart, &counts);
        add(&a->followed, &counts);
        word_flow_multicast_done(a->flow);
    }
}

static void issue(void *self, const void *what)
{
    struct array *a = self;
    const struct overlap_run *run = what;
    a->runs_apart = run->n == 1 && a->probes == NULL;
    if (a->runs_apart) {
        issue_apart(a, &run->pass[0]);
        return;
    }
    const struct credit_pass *pass = overlap_compile(a->compiler, run);
    credit_machine_issue(a->together, pass);
    if (a->flow != NULL)
        follow(a, run);
}

static bool is_done(const void *self)
{
    const struct array *a = self;
    return a->runs_apart ? multicast_machine_is_done(a->apart)
                         : credit_machine_is_done(a->together);
}

static void count(const struct credit_outcome *n, struct pass_counts *out)
{
    const struct credit_stream_counts *filter = &n->words[CREDIT_FILTER];
    const struct credit_stream_counts *ifmap = &n->words[CREDIT_IFMAP];
    const uint64_t psums = n->words[CREDIT_PSUM_OUT].words_sent;
    memset(out, 0, sizeof(*out));
    out->cycles = n->cycles;
    out->flight_cycles = n->flight_cycles;
    out->active_pes = n->active_pes;
    memcpy(out->pe_cycles, n->pe_cycles, sizeof(out->pe_cycles));
    memcpy(out->wait_by, n->wait_by, sizeof(out->wait_by));
    out->filter_free_cycle = n->free_cycle[CREDIT_FILTER];
    out->ifmap_free_cycle = n->free_cycle[CREDIT_IFMAP];
    out->macs = n->macs;
    out->first_macs = n->own_emits;
    out->psum_reads = n->own_adds;
    out->filter_sent = filter->words_sent;
    out->filter_delivered = out->filter_hops = filter->words_delivered;
    out->ifmap_sent = ifmap->words_sent;
    out->ifmap_delivered = out->ifmap_hops = ifmap->words_delivered;
    out->psum_in_words = n->words[CREDIT_PSUM_IN].words_sent;
    out->psum_out_words = out->psum_out_hops = psums;
    out->psum_link_words = n->emits - psums;
}

/* What the credit machine moved is what the passes move one by one. */
static void hold_to_followed(const struct array *a, const struct pass_counts *n)
{
    const struct pass_counts *f = &a->followed;
    SIM_CHECK(n->macs == f->macs && n->first_macs == f->first_macs &&
              n->psum_reads == f->psum_reads &&
              n->filter_sent == f->filter_sent &&
              n->filter_delivered == f->filter_delivered &&
              n->ifmap_sent == f->ifmap_sent &&
              n->ifmap_delivered == f->ifmap_delivered &&
              n->psum_in_words == f->psum_in_words &&
              n->psum_out_words == f->psum_out_words &&
              n->psum_link_words == f->psum_link_words);
}

static void finish(void *self, struct pass_outcome *out)
{
    struct array *a = self;
    struct credit_outcome outcome;
    struct pass_counts counts;
    if (a->runs_apart) {
        multicast_machine_counts(a->apart, &counts);
        charge_pass(a->program, &counts, out);
        out->skipped_cycles = multicast_machine_skipped(a->apart);
        if (a->flow != NULL)
            word_flow_multicast_done(a->flow);
        return;
    }
    credit_machine_outcome(a->together, &outcome);
    count(&outcome, &counts);
    charge_pass(a->program, &counts, out);
    if (a->flow != NULL)
        hold_to_followed(a, &counts);
}

/* --- cycles --------------------------------------------------------------- */

static uint64_t step(void *self, uint64_t most_cycles)
{
    struct array *a = self;
    return a->runs_apart ? multicast_machine_steps(a->apart)
                         : credit_machine_step(a->together, most_cycles);
}

static void may_skip(void *self)
{
    struct array *a = self;
    multicast_machine_may_skip(a->apart);
}

static void eval_guarded(void *self, int part)
{
    const struct guarded *g = self;
    (void)part;
    if (g->is_apart == g->array->runs_apart)
        g->block.eval(g->block.self, g->block.part);
}

static void commit_guarded(void *self, int part)
{
    const struct guarded *g = self;
    (void)part;
    if (g->is_apart == g->array->runs_apart)
        g->block.commit(g->block.self, g->block.part);
}

static int blocks(void *self, enum block_grain grain, struct block **out)
{
    struct array *a = self;
    struct block *apart, *together;
    const int of_apart = multicast_machine_blocks(a->apart, grain, &apart);
    const int n =
        of_apart + credit_machine_blocks(a->together, grain, &together);
    struct guards *guards = xcalloc(1, sizeof(*guards));
    guards->guarded = xcalloc((size_t)n, sizeof(*guards->guarded));
    guards->next = a->guards;
    a->guards = guards;
    *out = xcalloc((size_t)n, sizeof(**out));
    for (int k = 0; k < n; k++) {
        struct guarded *g = &guards->guarded[k];
        struct block *b = &(*out)[k];
        g->array = a;
        g->is_apart = k < of_apart;
        g->block = g->is_apart ? apart[k] : together[k - of_apart];
        snprintf(b->name, sizeof(b->name), "%s%.*s",
                 g->is_apart ? "apart_" : "", BLOCK_NAME_MAX - 7,
                 g->block.name);
        b->self = g;
        b->eval = eval_guarded;
        b->commit = commit_guarded;
    }
    free(apart);
    free(together);
    return n;
}

static bool moved(const void *self)
{
    const struct array *a = self;
    return a->runs_apart ? multicast_machine_moved(a->apart)
                         : credit_machine_moved(a->together);
}

static struct probe *probes(void *self, const struct probe_pes *pes, int *n)
{
    struct array *a = self;
    a->probes = credit_probes_new(a->together, pes);
    return credit_probes_list(a->probes, n);
}

static void sample(void *self)
{
    struct array *a = self;
    credit_probes_sample(a->probes);
}

static void explain(const void *self, char *text, size_t size_bytes)
{
    const struct array *a = self;
    if (a->runs_apart)
        multicast_machine_explain(a->apart, text, size_bytes);
    else
        credit_machine_explain(a->together, text, size_bytes);
}

static const char *remedy(const void *self)
{
    (void)self;
    return "deepen 'pe.fifo_words'";
}

const struct array_kind overlap_array = {
    .name = "overlap",
    .honours = honours,
    .create = create,
    .destroy = destroy,
    .issue = issue,
    .is_done = is_done,
    .finish = finish,
    .step = step,
    .may_skip = may_skip,
    .blocks = blocks,
    .moved = moved,
    .probes = probes,
    .sample = sample,
    .explain = explain,
    .remedy = remedy,
};
