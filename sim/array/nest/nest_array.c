/* nest_array.c - the kind of array that runs a loop nest.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/nest/nest_array.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

struct array_side *nest_array_new(const struct nest_walk *walk,
                                  const struct arch *arch,
                                  struct nest_values *values,
                                  const struct access_tap *tap)
{
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

/* Nothing is left when a pass is done, so it is only asked with one there. */
static bool flows(const void *self)
{
    (void)self;
    return true;
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
    const struct block nest = {"nest", a, 0, eval_nest, commit_nest};
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
    .destroy = destroy,
    .issue = issue,
    .is_done = is_done,
    .flows = flows,
    .finish = finish,
    .step = step,
    .blocks = blocks,
    .moved = moved,
    .probes = probes,
    .sample = sample,
    .explain = explain,
    .remedy = remedy,
};
