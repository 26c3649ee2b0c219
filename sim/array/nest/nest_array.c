/* nest_array.c - the kind of array that runs a loop nest.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/nest/nest_array.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataflows/nest/nest_pass.h"
#include "sim/array/nest/nest_credit.h"
#include "sim/array/nest/nest_probes.h"

struct array {
    struct nest_machine_cfg cfg;
    struct nest_source *source;
    struct nest_machine *machine;
    struct counts counts; /* of the pass, by the source */
    bool has_run;
    struct nest_step last;      /* the pass that ran here before */
    struct nest_probes *probes; /* or NULL */
};

static bool refuse(struct array_refusal *out, const char *key, const char *why)
{
    out->key = key;
    snprintf(out->why, sizeof(out->why), "%s", why);
    return false;
}

static bool honours(const struct arch *arch, const char *dataflow,
                    struct array_refusal *out)
{
    (void)dataflow;
    if (arch->psum_reduce == PSUM_TREE)
        return refuse(out, "noc.psum_reduce",
                      "a nest sums psums by chains and 'noc.psum_reduce' is "
                      "'tree'; 'chain' is right");
    if (arch->has_l1 && arch->l2_to_l1 == L2_TO_L1_MESH)
        return refuse(out, "noc.l2_to_l1",
                      "a nest reaches its L1s by a multicast network and "
                      "'noc.l2_to_l1' is 'mesh'; 'multicast' is right");
    for (int t = 0; arch->has_l1 && t < TENSOR_N; t++)
        if (arch_l2_store(arch, (enum tensor)t).latency_cycles !=
            arch_l2_latency_cycles(arch))
            return refuse(out, "l2.bytes",
                          "a nest with an L1 has one latency for all of L2 and "
                          "'l2.stores' has several 'latency_cycles'; equal "
                          "ones are right");
    if (arch->has_l1 && arch->pass_overlap)
        return refuse(out, "pass.overlap",
                      "a nest with an L1 has no boundaries that passes could "
                      "overlap at and 'pass.overlap' is true; false is right");
    if (arch->carries != CARRIES_ALL)
        return refuse(out, "dram.carries",
                      "a nest moves all tensors and 'dram.carries' is "
                      "'filters'; 'all' is right");
    return true;
}

static int not_modelled(const struct arch *arch, const char **keys)
{
    static const char *const with_l1[] = {
        "pe.fifo_words",   "pe.pipeline_cycles", "pe.psum_add",
        "pe.refill",       "pe.start",           "noc.ifmap_waits_for_filters",
        "l1.banks",        "l1.ifmap_banks",     "l1.filter_banks",
        "l1.ifmap_bypass", "l1.filter_bypass",   "l1.bank_row_words",
        "l1.ports",        "l1.latency_cycles",  "l1.input_slots"};
    const int n_with_l1 =
        arch->has_l1 ? (int)(sizeof(with_l1) / sizeof(*with_l1)) : 0;
    int n = 0;
    for (int i = 0; i < n_with_l1; i++)
        keys[n++] = with_l1[i];
    if (arch->groups_parallel > 1)
        keys[n++] = "array.groups_parallel";
    if (arch->compression != COMPRESSION_NONE)
        keys[n++] = "dram.compression";
    SIM_CHECK(n <= RESULT_KEYS_MAX);
    return n;
}

struct array_side *nest_array_new(const struct nest_walk *walk,
                                  const struct arch *arch,
                                  struct nest_values *values,
                                  const struct access_tap *tap)
{
    if (nest_forgets(arch))
        return nest_credit_new(walk, arch, values, tap);
    struct array *a = xcalloc(1, sizeof(*a));
    nest_machine_config(arch, walk, &a->cfg);
    a->source = nest_source_new(walk, arch, values, tap, &a->counts);
    a->machine = nest_machine_new(&a->cfg, a->source);
    return array_side_of(&nest_array, a);
}

static void destroy(void *self)
{
    struct array *a = self;
    nest_probes_free(a->probes);
    nest_machine_free(a->machine);
    nest_source_free(a->source);
    free(a);
}

/* Steps are found from those of the pass before; where that one did not run
 * here, for it was remembered or ran elsewhere, the source goes over to it. */
static void issue(void *self, const void *what)
{
    struct array *a = self;
    const struct nest_pass_place *place = what;
    bool follows =
        a->has_run == place->has_before &&
        (!a->has_run || memcmp(&a->last, &place->before, sizeof(a->last)) == 0);
    memset(&a->counts, 0, sizeof(a->counts));
    nest_source_begin(a->source, place, !follows);
    nest_machine_issue(a->machine);
    a->has_run = true;
    a->last = place->at;
}

static bool is_done(const void *self)
{
    const struct array *a = self;
    return nest_machine_is_done(a->machine);
}

static void finish(void *self, struct pass_outcome *out)
{
    struct array *a = self;
    const struct nest_outcome *n = nest_machine_outcome(a->machine);
    memset(out, 0, sizeof(*out));
    out->cycles = n->cycles;
    out->flight_cycles = n->flight_cycles;
    out->active_pes = n->busy_pes;
    out->filter_free_cycle = n->cycles;
    memcpy(out->ledger_pe_cycles, n->pe_cycles, sizeof(out->ledger_pe_cycles));
    out->counts = a->counts;
}

static uint64_t step(void *self, uint64_t most_cycles)
{
    struct array *a = self;
    return nest_machine_step(a->machine, most_cycles);
}

static void eval_nest(void *self, int part)
{
    struct array *a = self;
    (void)part;
    nest_machine_eval(a->machine);
}

static void commit_nest(void *self, int part)
{
    struct array *a = self;
    (void)part;
    nest_machine_commit(a->machine);
}

static int blocks(void *self, enum block_grain grain, struct block **out)
{
    struct array *a = self;
    const struct block nest = {"nest", a, 0, eval_nest, commit_nest, NULL};
    if (grain == BLOCK_GRAIN_PE)
        return nest_machine_blocks(a->machine, out);
    *out = xcalloc(1, sizeof(**out));
    (*out)[0] = nest;
    return 1;
}

static bool moved(const void *self)
{
    const struct array *a = self;
    return nest_machine_moved(a->machine);
}

static struct probe *probes(void *self, const struct probe_pes *pes, int *n)
{
    struct array *a = self;
    a->probes = nest_probes_new(a->machine, pes);
    return nest_probes_list(a->probes, n);
}

static void sample(void *self)
{
    struct array *a = self;
    nest_probes_sample(a->probes);
}

static void explain(const void *self, char *text, size_t size_bytes)
{
    (void)self;
    snprintf(text, size_bytes, "the networks and the PEs do not move");
}

static const char *remedy(const void *self)
{
    (void)self;
    return "a nest never should be: report it";
}

const struct array_kind nest_array = {
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
