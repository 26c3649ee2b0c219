/* systolic_charge.c - what each PE with work is charged with in a cycle.
 *
 * A PE has work if the pass that flows uses it or the one whose psums are
 * shifted out does.  Its first match of pe/systolic.h counts: a PE that both
 * multiplies and moves a psum is PE_MAC.
 * SPDX-License-Identifier: MIT
 */
#include "pe/systolic_state.h"
#include "sim/base/diag.h"

/* The rectangle of PEs that a pass uses. */
static int used_pes(const struct systolic_pass *pass)
{
    return pass->rows_used * pass->cols_used;
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

/* PEs by cause; `waiting` ones by two causes, of the flow and of the drain. */
struct split {
    int macs, psums, fill, drain;
    int waiting[2], cause[2];
    enum network_wait network[2]; /* what the edge does */
};

/* An edge that is waited for has words of its operand to bring or take; psums
 * that wait in PEs for their turn find it with nothing to do. */
static enum network_wait flow_network(const struct systolic_cycle *cycle)
{
    return cycle->waits_for_edge ? NETWORK_WAIT_busy : NETWORK_WAIT_idle;
}

static void wait(struct pass_counts *n, int cause, enum network_wait network,
                 int pes)
{
    n->pe_cycles[cause] += (uint64_t)pes;
    n->wait_by[cause - PE_WAIT_FILTER][network] += (uint64_t)pes;
}

static void add(struct systolic *s, int active, const struct split *split)
{
    struct pass_counts *n = &s->state->counts;
    SIM_CHECK(split->fill >= 0 && split->drain >= 0);
    SIM_CHECK(split->waiting[0] >= 0 && split->waiting[1] >= 0);
    n->pe_cycles[PE_MAC] += (uint64_t)split->macs;
    n->pe_cycles[PE_PSUM] += (uint64_t)split->psums;
    n->pe_cycles[PE_FILL] += (uint64_t)split->fill;
    n->pe_cycles[PE_DRAIN] += (uint64_t)split->drain;
    for (int k = 0; k < 2; k++)
        if (split->waiting[k] > 0)
            wait(n, split->cause[k], split->network[k], split->waiting[k]);
    n->flight_cycles++;
    s->state->active_pe_cycles += (uint64_t)active;
}

/* Bands of rows that both passes use, that one does. */
void systolic_overlap(const struct systolic *s, bool macs,
                      struct plane_overlap_bits *bits)
{
    const struct systolic_pass *flows = &s->state->pass;
    const struct systolic_pass *drains = &s->state->drain.pass;
    const int both = smaller(flows->rows_used, drains->rows_used);
    for (int w = 0; w < s->shape.words; w++) {
        const int at = w * s->cfg.rows;
        struct plane_overlap band = {
            .left = s->left + at,
            .top = s->top + at,
            .has_started = s->has_started + at,
            .psum = s->psum + at,
            .macs = macs ? ~UINT64_C(0) : 0,
            .flows = plane_low_columns(flows->cols_used, w),
            .drains = plane_low_columns(drains->cols_used, w),
        };
        plane_overlap(&band, 0, both, bits);
        if (flows->rows_used > both)
            band.drains = 0;
        else
            band.flows = 0;
        plane_overlap(&band, both, flows->rows_used + drains->rows_used - both,
                      bits);
    }
}

static void charge_flow(struct systolic *s, const struct systolic_cycle *cycle,
                        int macs, int waiting)
{
    const struct systolic_state *st = s->state;
    const int active = used_pes(&st->pass);
    const struct split split = {
        .macs = macs,
        .fill = active - st->started,
        .drain = st->started - macs - waiting,
        .waiting = {waiting},
        .cause = {cycle->flow_cause},
        .network = {flow_network(cycle)},
    };
    add(s, active, &split);
}

static void charge_drain(struct systolic *s, const struct systolic_cycle *cycle,
                         int psums)
{
    const int active = used_pes(&s->state->drain.pass);
    const struct split split = {
        .psums = cycle->shifts ? psums : 0,
        .drain = active - psums,
        .waiting = {0, cycle->shifts ? 0 : psums},
        .cause = {0, cycle->drain_cause},
        .network = {0, NETWORK_WAIT_busy},
    };
    add(s, active, &split);
}

static void charge_both(struct systolic *s, const struct systolic_cycle *cycle,
                        const struct systolic_sums *sums, int waiting)
{
    const struct systolic_state *st = s->state;
    const struct systolic_pass *flows = &st->pass, *drains = &st->drain.pass;
    const struct plane_overlap_bits *psums = &sums->psums;
    const int used = used_pes(flows);
    const int only_drain =
        used_pes(drains) - smaller(flows->rows_used, drains->rows_used) *
                               smaller(flows->cols_used, drains->cols_used);
    struct split split = {
        .macs = sums->macs,
        .fill = used - st->started,
        .drain = only_drain - psums->others,
        .waiting = {waiting},
        .cause = {cycle->flow_cause, cycle->drain_cause},
        .network = {flow_network(cycle), NETWORK_WAIT_busy},
    };
    if (cycle->shifts) {
        split.psums = psums->started + psums->filling + psums->others;
        split.fill -= psums->filling;
        split.waiting[0] -= psums->started;
    } else {
        split.waiting[1] = psums->others;
    }
    add(s, used + only_drain, &split);
}

void systolic_charge(struct systolic *s, const struct systolic_cycle *cycle,
                     const struct systolic_sums *sums, int waiting)
{
    if (!cycle->drains)
        charge_flow(s, cycle, sums->macs, waiting);
    else if (!cycle->flows)
        charge_drain(s, cycle, sums->psums.others);
    else
        charge_both(s, cycle, sums, waiting);
}
