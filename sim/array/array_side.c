/* array_side.c - the array side of a machine, whatever its networks are.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/array_side.h"

#include <stdio.h>
#include <stdlib.h>

#include "pe/systolic_rows.h"
#include "sim/array/multicast_machine.h"
#include "sim/array/multicast_probes.h"
#include "sim/array/nest_machine.h"
#include "sim/array/nest_probes.h"
#include "sim/array/systolic_probes.h"

struct array_side {
    struct multicast_machine *multicast; /* this or */
    struct systolic *systolic;           /* that, or */
    struct nest_machine *nest;           /* this, borrowed */
    struct word_flow *flow;              /* borrowed or NULL */
    bool systolic_moved, has_rows;
    struct multicast_probes *probes;         /* or NULL */
    struct systolic_probes *systolic_probes; /* or NULL */
    struct nest_probes *nest_probes;         /* or NULL */
};

static int edge_width(const struct arch *a, enum network network)
{
    return a->network[network].words_per_slot *
           a->network[network].slots_per_cycle;
}

static struct systolic *new_systolic(const struct program *p)
{
    const struct arch *a = &p->arch;
    const struct systolic_cfg cfg = {
        .rows = a->rows,
        .cols = a->cols,
        .left_words_per_cycle =
            edge_width(a, p->holds_ifmap ? NETWORK_FILTER : NETWORK_IFMAP),
        .top_words_per_cycle =
            edge_width(a, p->holds_ifmap ? NETWORK_IFMAP : NETWORK_FILTER),
        .psum_in_words_per_cycle = edge_width(a, NETWORK_PSUM_IN),
        .psum_out_words_per_cycle = edge_width(a, NETWORK_PSUM_OUT),
        .l2_latency_cycles = a->l2_latency_cycles,
        .tight_folds = a->tight_folds,
        .overlapped_drain = a->drain == DRAIN_OVERLAPPED,
    };
    return systolic_new(&cfg);
}

struct array_side *array_side_new(const struct program *program,
                                  struct word_flow *flow)
{
    struct array_side *side = xcalloc(1, sizeof(*side));
    side->flow = flow;
    if (program->kind == NETWORK_MULTICAST)
        side->multicast = multicast_machine_new(program);
    else
        side->systolic = new_systolic(program);
    return side;
}

struct array_side *array_side_of_nest(struct nest_machine *machine)
{
    struct array_side *side = xcalloc(1, sizeof(*side));
    side->nest = machine;
    return side;
}

void array_side_free(struct array_side *side)
{
    if (side == NULL)
        return;
    multicast_probes_free(side->probes);
    nest_probes_free(side->nest_probes);
    systolic_probes_free(side->systolic_probes);
    systolic_free(side->systolic);
    multicast_machine_free(side->multicast);
    free(side);
}

void array_side_issue(struct array_side *side, const struct pass *pass)
{
    struct word_flow *flow = side->flow;
    if (side->systolic != NULL) {
        systolic_issue(side->systolic, &pass->work.systolic,
                       flow != NULL ? word_flow_systolic(flow, pass) : NULL);
        return;
    }
    multicast_machine_issue(side->multicast, &pass->work.multicast,
                            flow != NULL ? word_flow_multicast(flow, pass)
                                         : NULL);
    if (flow != NULL)
        word_flow_multicast_issued(flow,
                                   multicast_machine_lanes(side->multicast));
}

bool array_side_is_done(const struct array_side *side)
{
    if (side->nest != NULL)
        return nest_machine_is_done(side->nest);
    return side->systolic != NULL ? systolic_is_done(side->systolic)
                                  : multicast_machine_is_done(side->multicast);
}

bool array_side_flows(const struct array_side *side)
{
    return side->systolic == NULL || systolic_flows(side->systolic);
}

void array_side_let_drain(struct array_side *side, uint64_t cycles)
{
    SIM_CHECK(side->systolic != NULL);
    systolic_let_drain(side->systolic, cycles);
}

void array_side_put_draining(struct array_side *side, const struct pass *pass)
{
    SIM_CHECK(side->systolic != NULL && side->flow == NULL);
    systolic_put_draining(side->systolic, &pass->work.systolic);
}

void array_side_finish(struct array_side *side, struct pass_counts *out)
{
    if (side->systolic != NULL) {
        systolic_counts(side->systolic, out);
        return;
    }
    multicast_machine_counts(side->multicast, out);
    if (side->flow != NULL)
        word_flow_multicast_done(side->flow);
}

void array_side_explain(const struct array_side *side, char *text,
                        size_t size_bytes)
{
    if (side->nest != NULL)
        snprintf(text, size_bytes, "the networks and the PEs do not move");
    else if (side->systolic != NULL)
        snprintf(text, size_bytes, "the systolic array does not move");
    else
        multicast_machine_explain(side->multicast, text, size_bytes);
}

const char *array_side_remedy(const struct array_side *side)
{
    struct l1_path *l1;
    if (side->multicast == NULL)
        return "its networks never wait for each other: report it";
    l1 = multicast_machine_l1_path(side->multicast);
    if (l1 == NULL)
        return "deepen 'pe.fifo_words'";
    return l1_path_mesh(l1, 0) == NULL
               ? "deepen 'pe.fifo_words' or 'l1.input_slots'"
               : "deepen 'pe.fifo_words', 'l1.input_slots' or "
                 "'noc.mesh_buffer_flits'";
}

bool array_side_step(struct array_side *side)
{
    if (side->nest != NULL)
        return nest_machine_step(side->nest, 1);
    return side->systolic != NULL ? systolic_step(side->systolic)
                                  : multicast_machine_step(side->multicast);
}

static void eval_systolic(void *self, int part)
{
    struct array_side *side = self;
    (void)part;
    side->systolic_moved = systolic_step(side->systolic);
}

static void eval_sequencer(void *self, int part)
{
    struct array_side *side = self;
    (void)part;
    systolic_sequencer_eval(side->systolic);
}

static void commit_sequencer(void *self, int part)
{
    struct array_side *side = self;
    (void)part;
    systolic_sequencer_commit(side->systolic);
    side->systolic_moved = systolic_rows_moved(side->systolic);
}

static void eval_row(void *self, int part)
{
    struct array_side *side = self;
    systolic_row_eval(side->systolic, part);
}

static void commit_row(void *self, int part)
{
    struct array_side *side = self;
    systolic_row_commit(side->systolic, part);
}

static void use_rows(struct array_side *side)
{
    if (!side->has_rows)
        systolic_rows_use(side->systolic);
    side->has_rows = true;
}

/* The sequencer with the edges, and each row of PEs. */
static int list_rows(struct array_side *side, struct block **blocks)
{
    const int rows = systolic_rows(side->systolic);
    const struct block sequencer = {"sequencer", side, 0, eval_sequencer,
                                    commit_sequencer};
    use_rows(side);
    *blocks = xcalloc((size_t)rows + 1, sizeof(**blocks));
    (*blocks)[0] = sequencer;
    for (int i = 0; i < rows; i++) {
        struct block *block = &(*blocks)[1 + i];
        *block = (struct block){"", side, i, eval_row, commit_row};
        snprintf(block->name, sizeof(block->name), "row_%d", i);
    }
    return rows + 1;
}

static void eval_nest(void *self, int part)
{
    struct array_side *side = self;
    (void)part;
    nest_machine_eval(side->nest);
}

static void commit_nest(void *self, int part)
{
    struct array_side *side = self;
    (void)part;
    nest_machine_commit(side->nest);
}

/* The wave has no neighbour that could see it move. */
static void commit_nothing(void *self, int part)
{
    (void)self;
    (void)part;
}

int array_side_blocks(struct array_side *side, enum block_grain grain,
                      struct block **blocks)
{
    if (side->multicast != NULL)
        return multicast_machine_blocks(side->multicast, grain, blocks);
    if (side->systolic != NULL && grain == BLOCK_GRAIN_PE)
        return list_rows(side, blocks);
    if (side->nest != NULL && grain == BLOCK_GRAIN_PE)
        return nest_machine_blocks(side->nest, blocks);
    static const struct block wave = {"wave", NULL, 0, eval_systolic,
                                      commit_nothing};
    static const struct block nest = {"nest", NULL, 0, eval_nest, commit_nest};
    *blocks = xcalloc(1, sizeof(**blocks));
    (*blocks)[0] = side->nest != NULL ? nest : wave;
    (*blocks)[0].self = side;
    return 1;
}

bool array_side_moved(const struct array_side *side)
{
    if (side->nest != NULL)
        return nest_machine_moved(side->nest);
    return side->systolic != NULL ? side->systolic_moved
                                  : multicast_machine_moved(side->multicast);
}

struct probe *array_side_probes(struct array_side *side,
                                const struct probe_pes *pes, int *n)
{
    *n = 0;
    if (side->systolic != NULL) {
        use_rows(side);
        side->systolic_probes = systolic_probes_new(side->systolic, pes);
        return systolic_probes_list(side->systolic_probes, n);
    }
    if (side->multicast != NULL) {
        side->probes = multicast_probes_new(side->multicast, pes);
        return multicast_probes_list(side->probes, n);
    }
    side->nest_probes = nest_probes_new(side->nest, pes);
    return nest_probes_list(side->nest_probes, n);
}

void array_side_sample(struct array_side *side)
{
    if (side->systolic_probes != NULL)
        systolic_probes_sample(side->systolic_probes);
    if (side->probes != NULL)
        multicast_probes_sample(side->probes);
    if (side->nest_probes != NULL)
        nest_probes_sample(side->nest_probes);
}
