/* nest_credit.c - the kind of array that runs a loop nest on the credit
 * machine: compiles each pass (nest_compile.h) and steps it.
 *
 * Where words are followed, a source (nest_source.h) walks the same pass word
 * by word, with values, and what it counts at the other end of the networks is
 * held to what the machine moved.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/nest/nest_credit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataflows/l1_shape.h"
#include "dataflows/placement.h"
#include "sim/array/charge.h"
#include "sim/array/credit/credit_machine.h"
#include "sim/array/credit/credit_probes.h"
#include "sim/array/l1_path.h"
#include "sim/array/nest/nest_compile.h"
#include "sim/array/nest/nest_source.h"

struct array {
    const struct nest_walk *walk; /* borrowed */
    struct credit_machine_cfg cfg;
    int *unit; /* owns; by lane */
    struct l1_cfg l1;
    int *cluster; /* owns; by lane, or NULL */
    struct nest_compiler *compiler;
    struct credit_machine *machine;
    struct nest_source *source;   /* NULL: words are not followed */
    struct counts followed;       /* of the pass, by the source */
    struct credit_probes *probes; /* or NULL */
};

static const enum tensor tensor_of[CREDIT_NETWORKS] = {
    TENSOR_FILTER, TENSOR_IFMAP, TENSOR_PSUM, TENSOR_PSUM};
static const enum network network_of[CREDIT_NETWORKS] = {
    NETWORK_FILTER, NETWORK_IFMAP, NETWORK_PSUM_IN, NETWORK_PSUM_OUT};

void nest_credit_describe(const struct nest_walk *walk, const struct arch *arch,
                          struct nest_credit_key *out)
{
    int buffers[TENSOR_N], banks[TENSOR_N];
    enum tensor tensor;
    uint64_t lacking;
    SIM_CHECK(nest_l2_places(arch, &walk->layer, &walk->nest, buffers, banks,
                             &tensor, &lacking));
    for (int t = 0; t < TENSOR_N; t++) {
        const struct l2_store store = arch_l2_store(arch, (enum tensor)t);
        out->banks[t] = walk->nest.level[LEVEL_L2].keep[t] ? banks[t] : 0;
        out->row_words[t] = store.bank_row_words;
        out->latency_cycles[t] = store.latency_cycles;
    }
    for (int t = 0; t < TENSOR_PSUM; t++)
        out->l1_rows[t] =
            arch->has_l1 ? l1_part_of(arch, (enum tensor)t).rows : 0;
}

/* A tensor that L2 does not keep comes as fast as its network goes. */
static void configure_streams(struct array *a, const struct arch *arch,
                              struct nest_compiler_cfg *compiler)
{
    struct nest_credit_key key;
    nest_credit_describe(a->walk, arch, &key);
    for (int k = 0; k < CREDIT_NETWORKS; k++) {
        const struct network_arch *net = &arch->network[network_of[k]];
        const enum tensor t = tensor_of[k];
        const int banks = key.banks[t], row_words = key.row_words[t];
        struct credit_stream_cfg *stream = &a->cfg.stream[k];
        stream->slots_per_cycle = arch_l2_slots(arch, network_of[k]);
        stream->banks = banks;
        stream->row_words = row_words;
        stream->latency_cycles =
            k == CREDIT_PSUM_OUT ? 0 : key.latency_cycles[t];
        compiler->slot_words[k] =
            banks > 0 ? stream_slot_words(net->words_per_slot, banks, row_words)
                      : net->words_per_slot;
        if (k < CREDIT_PSUM_IN)
            continue;
        compiler->psum_slots[k - CREDIT_PSUM_IN] = net->slots_per_cycle;
        compiler->psum_words[k - CREDIT_PSUM_IN] = banks * row_words;
    }
    a->cfg.shared_psum_port =
        arch_l2_store(arch, TENSOR_PSUM).ports == BANK_1RW &&
        key.banks[TENSOR_PSUM] > 0;
}

static void configure_lanes(struct array *a, const struct arch *arch)
{
    struct credit_lanes_cfg *lanes = &a->cfg.lanes;
    lanes->lanes = a->walk->n_pes;
    lanes->fifo_words = arch->fifo_words;
    lanes->pipeline_cycles = arch->pipeline_cycles;
    for (int i = 0; i < CREDIT_INPUTS; i++) {
        lanes->rf_words[i] = arch->rf_words[tensor_of[i]];
        lanes->port_words[i] = arch->network[network_of[i]].words_per_slot;
    }
    lanes->psum_own_cycle = arch->psum_add == PSUM_ADD_OWN_CYCLE;
    lanes->start_at_step = arch->start == PE_START_WINDOW;
    lanes->refill_at_last_use = arch->refill == PE_REFILL_LAST_USE;
    a->cfg.ifmap_waits_for_filters = arch->ifmap_waits_for_filters;
    a->unit = xcalloc((size_t)a->walk->n_pes, sizeof(*a->unit));
    for (int k = 0; k < a->walk->n_pes; k++)
        a->unit[k] = a->walk->pe[k].unit;
    a->cfg.unit = a->unit;
    a->cfg.array_cols = arch->cols;
}

static bool honours(const struct arch *arch, const char *dataflow,
                    struct array_refusal *out)
{
    (void)dataflow;
    if (arch->has_l1 && arch->l2_to_l1 == L2_TO_L1_MESH)
        return array_refuse(out, "noc.l2_to_l1",
                            "a nest reaches L1s that are line buffers by a "
                            "multicast network and 'noc.l2_to_l1' is 'mesh'; "
                            "'multicast' is right");
    return array_honours_chains(arch, out) && array_honours_carries(arch, out);
}

static int not_modelled(const struct arch *arch, const char **keys)
{
    int n = 0;
    if (arch->has_l1)
        keys[n++] = "l1.keeps_tiles";
    if (arch->groups_parallel > 1)
        keys[n++] = "array.groups_parallel";
    if (arch->compression != COMPRESSION_NONE)
        keys[n++] = "dram.compression";
    return n;
}

/* L1s stand where the array's rows and columns put them. */
static void configure_l1(struct array *a, const struct arch *arch)
{
    const int lanes = a->walk->n_pes;
    a->l1 = l1_path_cfg(arch);
    a->cluster = xcalloc((size_t)lanes, sizeof(*a->cluster));
    for (int k = 0; k < lanes; k++) {
        const int unit = a->walk->pe[k].unit;
        a->cluster[k] = cluster_of(
            arch, (struct pe_place){unit / arch->cols, unit % arch->cols});
    }
    a->cfg.l1 = &a->l1;
    a->cfg.cluster = a->cluster;
}

struct array_side *nest_credit_new(const struct nest_walk *walk,
                                   const struct arch *arch,
                                   struct nest_values *values,
                                   const struct access_tap *tap)
{
    struct array *a = xcalloc(1, sizeof(*a));
    struct nest_compiler_cfg compiler = {
        .rides = arch->psum_add != PSUM_ADD_OWN_CYCLE,
        .keeps_classes = true,
    };
    a->walk = walk;
    configure_lanes(a, arch);
    configure_streams(a, arch, &compiler);
    if (arch->has_l1)
        configure_l1(a, arch);
    a->compiler = nest_compiler_new(walk, arch, &compiler);
    a->machine = credit_machine_new(&a->cfg);
    if (values != NULL || tap != NULL)
        a->source = nest_source_new(walk, arch, values, tap, &a->followed);
    return array_side_of(&nest_credit_array, a);
}

static void destroy(void *self)
{
    struct array *a = self;
    credit_probes_free(a->probes);
    credit_machine_free(a->machine);
    nest_compiler_free(a->compiler);
    nest_source_free(a->source);
    free(a->unit);
    free(a->cluster);
    free(a);
}

/* All steps of the pass, on PEs that hold nothing; then all psums go. */
static void follow(struct array *a, const struct nest_step *first)
{
    const struct nest_pass_place alone = {.at = *first};
    memset(&a->followed, 0, sizeof(a->followed));
    nest_source_begin(a->source, &alone, true);
    while (nest_source_step(a->source))
        ;
}

static void issue(void *self, const void *what)
{
    struct array *a = self;
    const struct nest_pass_place *place = what;
    credit_machine_issue(a->machine, nest_compile(a->compiler, &place->at));
    if (a->source != NULL)
        follow(a, &place->at);
}

static bool is_done(const void *self)
{
    const struct array *a = self;
    return credit_machine_is_done(a->machine);
}

/* --- counts --------------------------------------------------------------- */

/* What the PEs get comes from the L1s, which get it from L2. */
static void count_l1(const struct credit_outcome *n, int input,
                     struct counts *c)
{
    const enum tensor t = tensor_of[input];
    charge_link(c, nest_link(LEVEL_L1, t), n->words[input].words_sent,
                n->to_l1s[input], n->to_l1s[input]);
    charge_link(c, nest_link(LEVEL_RF, t), n->l1.sent[input],
                n->l1.delivered[input], n->l1.delivered[input]);
    charge_access(c, LEVEL_L1, t, n->l1.reads[input], n->l1.writes[input]);
}

static void count(const struct array *a, const struct credit_outcome *n,
                  struct counts *c)
{
    const struct nest *nest = &a->walk->nest;
    for (int i = 0; i < CREDIT_INPUTS; i++) {
        const enum tensor t = tensor_of[i];
        const struct credit_stream_counts *words = &n->words[i];
        if (a->cluster != NULL)
            count_l1(n, i, c);
        else
            charge_link(c, nest_link(LEVEL_RF, t), words->words_sent,
                        words->words_delivered, words->words_delivered);
        charge_access(c, nest_parent(nest, LEVEL_RF, t), t, words->words_sent,
                      0);
        charge_access(c, LEVEL_RF, t, n->macs, words->words_delivered);
    }
    const uint64_t in = n->words[CREDIT_PSUM_IN].words_sent;
    const uint64_t out = n->words[CREDIT_PSUM_OUT].words_sent;
    charge_link(c, LINK_psum_in, in, in, in);
    charge_link(c, LINK_psum_out, out, out, out);
    charge_link(c, LINK_psum_link, n->emits - out, n->emits - out,
                n->emits - out);
    charge_access(c, nest_parent(nest, LEVEL_RF, TENSOR_PSUM), TENSOR_PSUM, in,
                  out);
    charge_access(c, LEVEL_RF, TENSOR_PSUM,
                  n->macs - n->own_emits + n->own_adds, n->macs);
    c->macs = count_add(c->macs, n->macs);
    c->macs_performed = count_add(c->macs_performed, n->macs);
}

/* What the machine moved is what the steps ask for, word by word. */
static void hold_to_source(const struct array *a, const struct counts *c)
{
    const struct counts *f = &a->followed;
    static const enum link link[] = {LINK_filter, LINK_ifmap, LINK_psum_in,
                                     LINK_psum_out};
    static const enum link from_l2[] = {LINK_filter_l1, LINK_ifmap_l1,
                                        LINK_psum_in, LINK_psum_out};
    SIM_CHECK(c->macs == f->macs);
    for (size_t k = 0; k < sizeof(link) / sizeof(*link); k++) {
        const enum link sent = a->cluster != NULL ? from_l2[k] : link[k];
        SIM_CHECK(c->link[sent].words_sent == f->link[link[k]].words_sent &&
                  c->link[link[k]].words_delivered ==
                      f->link[link[k]].words_delivered);
    }
}

static void finish(void *self, struct pass_outcome *out)
{
    struct array *a = self;
    struct credit_outcome n;
    credit_machine_outcome(a->machine, &n);
    memset(out, 0, sizeof(*out));
    out->cycles = n.cycles;
    out->flight_cycles = n.flight_cycles;
    out->active_pes = n.active_pes;
    out->filter_free_cycle = n.free_cycle[CREDIT_FILTER];
    out->ifmap_free_cycle = n.free_cycle[CREDIT_IFMAP];
    charge_causes(n.pe_cycles, &n.wait_by[0][0], out);
    count(a, &n, &out->counts);
    if (a->source != NULL)
        hold_to_source(a, &out->counts);
}

/* --- cycles --------------------------------------------------------------- */

static uint64_t step(void *self, uint64_t most_cycles)
{
    struct array *a = self;
    return credit_machine_step(a->machine, most_cycles);
}

static int blocks(void *self, enum block_grain grain, struct block **out)
{
    struct array *a = self;
    return credit_machine_blocks(a->machine, grain, out);
}

static bool moved(const void *self)
{
    const struct array *a = self;
    return credit_machine_moved(a->machine);
}

static struct probe *probes(void *self, const struct probe_pes *pes, int *n)
{
    struct array *a = self;
    a->probes = credit_probes_new(a->machine, pes);
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
    credit_machine_explain(a->machine, text, size_bytes);
}

static const char *remedy(const void *self)
{
    (void)self;
    return "deepen 'pe.fifo_words'";
}

const struct array_kind nest_credit_array = {
    .name = "nest",
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
