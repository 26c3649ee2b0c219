/* multicast_array.c - the kind of array whose PEs are lanes on multicast
 * networks (multicast_machine.h).
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>

#include "sim/array/array_axes.h"
#include "sim/array/charge.h"
#include "sim/array/multicast_machine.h"
#include "sim/array/multicast_probes.h"
#include "sim/array/sparse/pass_pattern.h"

struct array {
    const struct program *program; /* borrowed */
    struct word_flow *flow;        /* borrowed or NULL */
    struct multicast_machine *machine;
    struct multicast_probes *probes; /* or NULL */
    struct pass_pattern *pattern;    /* owns; NULL: no word is skipped */
};

static bool honours(const struct arch *arch, const char *dataflow,
                    struct array_refusal *out)
{
    return array_axes_honour(arch, dataflow, out);
}

static void *create(const struct program *program, struct word_flow *flow)
{
    struct array *a = xcalloc(1, sizeof(*a));
    a->program = program;
    a->flow = flow;
    a->machine = multicast_machine_new(program);
    a->pattern = pass_pattern_new(program);
    return a;
}

static void destroy(void *self)
{
    struct array *a = self;
    multicast_probes_free(a->probes);
    multicast_machine_free(a->machine);
    pass_pattern_free(a->pattern);
    free(a);
}

static void issue(void *self, const void *what)
{
    struct array *a = self;
    const struct pass *pass = what;
    if (a->pattern != NULL) {
        const struct lane_pattern *pattern = pass_pattern_of(a->pattern, pass);
        multicast_machine_set_pattern(a->machine, pattern);
        if (a->flow != NULL)
            word_flow_set_pattern(a->flow, pattern);
    }
    multicast_machine_issue(a->machine, &pass->work.multicast,
                            a->flow != NULL ? word_flow_multicast(a->flow, pass)
                                            : NULL);
    if (a->flow != NULL)
        word_flow_multicast_issued(a->flow,
                                   multicast_machine_lanes(a->machine));
}

static bool is_done(const void *self)
{
    const struct array *a = self;
    return multicast_machine_is_done(a->machine);
}

static void finish(void *self, struct pass_outcome *out)
{
    struct array *a = self;
    struct pass_counts counts;
    multicast_machine_counts(a->machine, &counts);
    charge_pass(a->program, &counts, out);
    out->skipped_cycles = multicast_machine_skipped(a->machine);
    if (a->flow != NULL)
        word_flow_multicast_done(a->flow);
}

static uint64_t step(void *self, uint64_t most_cycles)
{
    struct array *a = self;
    (void)most_cycles;
    return multicast_machine_steps(a->machine);
}

static void may_skip(void *self)
{
    struct array *a = self;
    if (a->pattern == NULL || !pass_pattern_steers(a->pattern))
        multicast_machine_may_skip(a->machine);
}

static int blocks(void *self, enum block_grain grain, struct block **out)
{
    struct array *a = self;
    return multicast_machine_blocks(a->machine, grain, out);
}

static bool moved(const void *self)
{
    const struct array *a = self;
    return multicast_machine_moved(a->machine);
}

static struct probe *probes(void *self, const struct probe_pes *pes, int *n)
{
    struct array *a = self;
    a->probes = multicast_probes_new(a->machine, pes);
    return multicast_probes_list(a->probes, n);
}

static void sample(void *self)
{
    struct array *a = self;
    multicast_probes_sample(a->probes);
}

static void explain(const void *self, char *text, size_t size_bytes)
{
    const struct array *a = self;
    multicast_machine_explain(a->machine, text, size_bytes);
}

static const char *remedy(const void *self)
{
    const struct array *a = self;
    struct l1_path *l1 = multicast_machine_l1_path(a->machine);
    if (l1 == NULL)
        return "deepen 'pe.fifo_words'";
    return l1_path_mesh(l1, 0) == NULL
               ? "deepen 'pe.fifo_words' or 'l1.input_slots'"
               : "deepen 'pe.fifo_words', 'l1.input_slots' or "
                 "'noc.mesh_buffer_flits'";
}

const struct array_kind multicast_array = {
    .name = "multicast",
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
