/* credit_lanes.c - steps the PEs of a credit machine.
 *
 * Masks are 0 or -1, so that a select is an AND, and the loop over lanes has no
 * branches.  Lanes at the end of a run of MACs, or of their psums, leave it by
 * one flag.
 * SPDX-License-Identifier: MIT
 */
#include "sim/array/credit/credit_lanes.h"

#include <stdlib.h>
#include <string.h>

#include "pe/hot.h"
#include "sim/base/diag.h"

enum { LANE_ALIGN = 16 };

#define COUNT_FIELD(name, doc) +1
enum { FIELDS = 0 CREDIT_LANE_STATE(COUNT_FIELD) };
#undef COUNT_FIELD

/* A chain has a lane at least, so there are as many exits at most.  An odd
 * number of cache lines, so that a lane's variables lie in different sets. */
static size_t stride_of(const struct credit_lanes_cfg *cfg)
{
    const size_t lines = (2 * (size_t)cfg->lanes + LANE_ALIGN - 1) / LANE_ALIGN;
    return (lines | 1) * LANE_ALIGN;
}

void credit_lanes_init(struct credit_lanes *lanes,
                       const struct credit_lanes_cfg *cfg)
{
    const size_t stride = stride_of(cfg);
    memset(lanes, 0, sizeof(*lanes));
    lanes->cfg = *cfg;
    lanes->memory = xcalloc(FIELDS * stride, sizeof(*lanes->memory));
    int32_t *at = lanes->memory;
#define PLACE(name, doc) \
    lanes->f.name = at;  \
    at += stride;
    CREDIT_LANE_STATE(PLACE)
#undef PLACE
}

void credit_lanes_fini(struct credit_lanes *lanes)
{
    free(lanes->memory);
}

int credit_lanes_fifos(const struct credit_lanes *lanes)
{
    return lanes->cfg.lanes + (lanes->pass != NULL ? lanes->pass->chains : 0);
}

/* --- the sequencer of a lane ---------------------------------------------- */

static const struct credit_work *work_of(const struct credit_lanes *lanes,
                                         int lane)
{
    return lanes->pass->work[lanes->f.step[lane]][lane];
}

static struct credit_leave leave_of(const struct credit_lanes *lanes, int lane)
{
    static const struct credit_leave none = {0, false, false};
    const struct credit_leave *leave = lanes->pass->leave[lanes->f.step[lane]];
    return leave != NULL ? leave[lane] : none;
}

static void begin_run(struct credit_lanes *lanes, int lane)
{
    struct credit_lane_fields *f = &lanes->f;
    const struct credit_work *work = work_of(lanes, lane);
    const struct credit_run *run = &work->run[f->run[lane]];
    const bool whole = lanes->cfg.start_at_step;
    f->macs_left[lane] = run->macs;
    f->need_filter[lane] =
        whole ? work->comes[CREDIT_FILTER] : run->need[CREDIT_FILTER];
    f->need_ifmap[lane] =
        whole ? work->comes[CREDIT_IFMAP] : run->need[CREDIT_IFMAP];
    f->grows_filter[lane] = whole ? 0 : run->grows[CREDIT_FILTER];
    f->grows_ifmap[lane] = whole ? 0 : run->grows[CREDIT_IFMAP];
    f->frees_filter[lane] = run->frees[CREDIT_FILTER];
    f->frees_ifmap[lane] = run->frees[CREDIT_IFMAP];
    f->rides[lane] = 0;
    if (run->rides != 0 && !lanes->cfg.psum_own_cycle &&
        leave_of(lanes, lane).words > 0)
        f->rides[lane] = -1;
}

static void begin_adds(struct credit_lanes *lanes, int lane)
{
    lanes->f.macs_left[lane] = 0;
    lanes->f.rides[lane] = 0;
    lanes->f.adds_left[lane] = leave_of(lanes, lane).words;
}

/* Goes to the first step from the present one on that takes time. */
static void find_step(struct credit_lanes *lanes, int lane)
{
    struct credit_lane_fields *f = &lanes->f;
    for (; (uint32_t)f->step[lane] < lanes->pass->steps; f->step[lane]++) {
        const struct credit_leave leave = leave_of(lanes, lane);
        f->takes_psum[lane] = -(int32_t)(leave.words > 0 && leave.takes);
        f->owns_psum[lane] = -(int32_t)leave.own;
        if (work_of(lanes, lane)->macs > 0) {
            f->run[lane] = 0;
            begin_run(lanes, lane);
            return;
        }
        if (leave.words > 0) {
            begin_adds(lanes, lane);
            return;
        }
    }
    f->running[lane] = 0;
    f->macs_left[lane] = 0;
    lanes->running--;
}

static void end_step(struct credit_lanes *lanes, int lane)
{
    struct credit_lane_fields *f = &lanes->f;
    const struct credit_work *work = work_of(lanes, lane);
    f->got_filter[lane] -= work->comes[CREDIT_FILTER];
    f->got_ifmap[lane] -= work->comes[CREDIT_IFMAP];
    f->step[lane]++;
    find_step(lanes, lane);
}

/* The lane's MACs of a run, or its psums, are done. */
static void go_on(struct credit_lanes *lanes, int lane)
{
    struct credit_lane_fields *f = &lanes->f;
    const struct credit_work *work = work_of(lanes, lane);
    if (f->run[lane] < work->n_runs && ++f->run[lane] < work->n_runs) {
        begin_run(lanes, lane);
        return;
    }
    const bool was_adding = f->mac[lane] == 0;
    if (!was_adding && lanes->cfg.psum_own_cycle &&
        leave_of(lanes, lane).words > 0) {
        begin_adds(lanes, lane);
        return;
    }
    end_step(lanes, lane);
}

void credit_lanes_issue(struct credit_lanes *lanes,
                        const struct credit_pass *pass)
{
    struct credit_lane_fields *f = &lanes->f;
    SIM_CHECK(lanes->running == 0 && pass->lanes == lanes->cfg.lanes);
    memset(lanes->memory, 0,
           FIELDS * stride_of(&lanes->cfg) * sizeof(*lanes->memory));
    lanes->pass = pass;
    for (int l = 0; l < pass->lanes + pass->chains; l++)
        f->below[l] = -1;
    for (int l = 0; l < pass->lanes; l++) {
        f->above[l] = l;
        if (!pass->active[l])
            continue;
        f->active[l] = f->running[l] = -1;
        f->above[l] = pass->above[l];
        f->below[pass->above[l]] = l;
        lanes->running++;
        find_step(lanes, l);
    }
}

/* --- eval ----------------------------------------------------------------- */

struct scalars {
    int32_t refill, psum_fifo, filter_rf, ifmap_rf, filter_port, ifmap_port;
    int32_t filter_first;
};

static inline int32_t least(int32_t a, int32_t b)
{
    return a < b ? a : b;
}

/* Returns a mask: some lane came to the end of a run or of its psums. */
HOT_VALUE(static, int32_t, eval_range,
          (const struct credit_lane_fields *f, const struct scalars *k,
           int from, int to, struct credit_cycle *cycle),
          (f, k, from, to, cycle))
{
#define FIELD(name) int32_t *restrict name = f->name
    FIELD(psum_fifo);
    FIELD(above_words);
    FIELD(fifo_filter);
    FIELD(fifo_ifmap);
    FIELD(rf_filter);
    FIELD(rf_ifmap);
    FIELD(got_filter);
    FIELD(got_ifmap);
    FIELD(need_filter);
    FIELD(need_ifmap);
    FIELD(grows_filter);
    FIELD(grows_ifmap);
    FIELD(frees_filter);
    FIELD(frees_ifmap);
    FIELD(macs_left);
    FIELD(rides);
    FIELD(adds_left);
    FIELD(takes_psum);
    FIELD(owns_psum);
    FIELD(started);
    FIELD(running);
    FIELD(sent);
    FIELD(pop_filter);
    FIELD(pop_ifmap);
    FIELD(emit);
    FIELD(take);
    FIELD(active);
#undef FIELD
    int32_t *restrict issued = f->mac;
    const struct scalars s = *k;
    int32_t n_mac = 0, n_add = 0, n_fill = 0, n_drain = 0, n_filter = 0;
    int32_t n_ifmap = 0, n_in = 0, n_out = 0, n_emit = 0, n_own = 0;
    int32_t n_own_add = 0, popped = 0, ended = 0;
#pragma GCC ivdep
    for (int l = from; l < to; l++) {
        const int32_t run = running[l];
        const int32_t adding = -(int32_t)(adds_left[l] > 0);
        const int32_t no_filter = -(int32_t)(got_filter[l] < need_filter[l]);
        const int32_t no_ifmap = -(int32_t)(got_ifmap[l] < need_ifmap[l]);
        const int32_t no_in = takes_psum[l] & -(int32_t)(psum_fifo[l] < 1);
        const int32_t no_out = -(int32_t)(above_words[l] >= s.psum_fifo);
        const int32_t stuck = no_in | no_out;
        const int32_t mac =
            run & ~adding & ~no_filter & ~no_ifmap & ~(rides[l] & stuck);
        const int32_t add = run & adding & ~stuck;
        const int32_t send = add | (mac & rides[l]);

        /* Register files take words, in places that no operation, or none
         * after this one, reads. */
        const int32_t gone_filter = mac & frees_filter[l];
        const int32_t gone_ifmap = mac & frees_ifmap[l];
        const int32_t filter_room =
            s.filter_rf - rf_filter[l] + (gone_filter & s.refill);
        const int32_t ifmap_room =
            s.ifmap_rf - rf_ifmap[l] + (gone_ifmap & s.refill);
        const int32_t filter_in =
            least(fifo_filter[l], least(filter_room, s.filter_port)) & run;
        const int32_t ifmap_in =
            least(fifo_ifmap[l], least(ifmap_room, s.ifmap_port)) & run;
        rf_filter[l] += filter_in - gone_filter;
        rf_ifmap[l] += ifmap_in - gone_ifmap;
        got_filter[l] += filter_in;
        got_ifmap[l] += ifmap_in;
        need_filter[l] += mac & grows_filter[l];
        need_ifmap[l] += mac & grows_ifmap[l];
        macs_left[l] += mac;
        adds_left[l] += add;
        ended |= (mac & -(int32_t)(macs_left[l] == 0)) |
                 (add & -(int32_t)(adds_left[l] == 0));

        pop_filter[l] = filter_in;
        pop_ifmap[l] = ifmap_in;
        emit[l] = send;
        take[l] = send & takes_psum[l];
        issued[l] = mac;
        sent[l] = (int32_t)(((uint32_t)sent[l] << 1) | ((uint32_t)send & 1u));

        /* The cycle goes to one cause. */
        const int32_t worked = mac | add;
        const int32_t first = run & ~worked & ~started[l];
        const int32_t waits = run & ~worked & started[l];
        const int32_t operand = waits & ~adding & (no_filter | no_ifmap);
        const int32_t by_filter =
            operand & no_filter & (s.filter_first | ~no_ifmap);
        const int32_t psum_wait = waits & ~operand;
        started[l] |= mac;
        n_mac -= mac;
        n_add -= add;
        n_fill -= first;
        n_drain -= active[l] & ~run;
        n_filter -= by_filter;
        n_ifmap -= operand & ~by_filter;
        n_in -= psum_wait & no_in;
        n_out -= psum_wait & ~no_in;
        n_emit -= send;
        n_own -= send & owns_psum[l];
        n_own_add -= add & owns_psum[l];
        popped |= filter_in | ifmap_in;
    }
    cycle->emits += n_emit;
    cycle->own_emits += n_own;
    cycle->adds += n_own_add;
    cycle->pops |= popped;
    cycle->cause[PE_MAC] += n_mac;
    cycle->cause[PE_PSUM] += n_add;
    cycle->cause[PE_FILL] += n_fill;
    cycle->cause[PE_DRAIN] += n_drain;
    cycle->cause[PE_WAIT_FILTER] += n_filter;
    cycle->cause[PE_WAIT_IFMAP] += n_ifmap;
    cycle->cause[PE_WAIT_PSUM_IN] += n_in;
    cycle->cause[PE_WAIT_PSUM_OUT] += n_out;
    return ended;
}

void credit_lanes_eval(struct credit_lanes *lanes, int from, int to,
                       struct credit_cycle *cycle)
{
    const struct credit_lanes_cfg *cfg = &lanes->cfg;
    const struct credit_lane_fields *f = &lanes->f;
    const struct scalars k = {
        .refill = -(int32_t)cfg->refill_at_last_use,
        .psum_fifo = cfg->fifo_words,
        .filter_rf = cfg->rf_words[CREDIT_FILTER],
        .ifmap_rf = cfg->rf_words[CREDIT_IFMAP],
        .filter_port = cfg->port_words[CREDIT_FILTER],
        .ifmap_port = cfg->port_words[CREDIT_IFMAP],
        .filter_first = -(int32_t)(lanes->pass->held == CREDIT_FILTER),
    };
    if (eval_range(f, &k, from, to, cycle) == 0)
        return;
    lanes->went_on = true;
    for (int l = from; l < to; l++)
        if ((f->mac[l] != 0 && f->macs_left[l] == 0) ||
            (f->mac[l] == 0 && f->emit[l] != 0 && f->adds_left[l] == 0))
            go_on(lanes, l);
}

/* --- commit --------------------------------------------------------------- */

HOT(static, void, commit_range,
    (const struct credit_lane_fields *f, int delay, int lanes, int from,
     int to),
    (f, delay, lanes, from, to))
{
    int32_t *restrict psum_fifo = f->psum_fifo;
    int32_t *restrict psum_reserved = f->psum_reserved;
    int32_t *restrict push_psum = f->push_psum;
    int32_t *restrict collected = f->collected;
    int32_t *restrict above_words = f->above_words;
    const int32_t *below = f->below;
    const int32_t *take = f->take, *emit = f->emit, *sent = f->sent;
    for (int l = from; l < to; l++) {
        const int32_t change =
            push_psum[l] - collected[l] + (l < lanes ? take[l] : 0);
        const int b = below[l];
        const int32_t arrives =
            b < 0 ? 0 : (int32_t)(((uint32_t)sent[b] >> delay) & 1u);
        psum_fifo[l] += arrives + change;
        psum_reserved[l] += change - (b < 0 ? 0 : emit[b]);
        push_psum[l] = 0;
        collected[l] = 0;
        if (b >= 0) /* its one writer */
            above_words[b] = psum_reserved[l];
    }
}

HOT(static, void, commit_operands,
    (const struct credit_lane_fields *f, int from, int to), (f, from, to))
{
    int32_t *restrict fifo_filter = f->fifo_filter;
    int32_t *restrict fifo_ifmap = f->fifo_ifmap;
    int32_t *restrict push_filter = f->push_filter;
    int32_t *restrict push_ifmap = f->push_ifmap;
    const int32_t *restrict pop_filter = f->pop_filter;
    const int32_t *restrict pop_ifmap = f->pop_ifmap;
    for (int l = from; l < to; l++) {
        fifo_filter[l] += push_filter[l] - pop_filter[l];
        fifo_ifmap[l] += push_ifmap[l] - pop_ifmap[l];
        push_filter[l] = 0;
        push_ifmap[l] = 0;
    }
}

void credit_lanes_commit(struct credit_lanes *lanes, int from, int to)
{
    const int n = lanes->cfg.lanes;
    commit_range(&lanes->f, lanes->cfg.pipeline_cycles - 1, n, from, to);
    commit_operands(&lanes->f, from, least(to, n));
}

/* --- cycles that are alike ------------------------------------------------ */

int32_t credit_lanes_alike(const struct credit_lanes *lanes)
{
    const struct credit_lane_fields *f = &lanes->f;
    int32_t n = INT32_MAX;
    for (int l = 0; l < lanes->cfg.lanes; l++) {
        if (f->mac[l] == 0)
            continue;
        /* A place that gets free may be taken, a psum may leave. */
        if (f->rides[l] != 0 ||
            (f->frees_filter[l] != 0 && f->fifo_filter[l] > 0) ||
            (f->frees_ifmap[l] != 0 && f->fifo_ifmap[l] > 0))
            return 0;
        n = least(n, f->macs_left[l] - 1);
        if (f->grows_filter[l] != 0)
            n = least(n, f->got_filter[l] - f->need_filter[l] + 1);
        if (f->grows_ifmap[l] != 0)
            n = least(n, f->got_ifmap[l] - f->need_ifmap[l] + 1);
    }
    return n == INT32_MAX || n < 0 ? 0 : n;
}

void credit_lanes_skip(struct credit_lanes *lanes, int32_t cycles)
{
    struct credit_lane_fields *f = &lanes->f;
    for (int l = 0; l < lanes->cfg.lanes; l++) {
        const int32_t macs = f->mac[l] & cycles;
        f->macs_left[l] -= macs;
        f->need_filter[l] += macs * f->grows_filter[l];
        f->need_ifmap[l] += macs * f->grows_ifmap[l];
        f->rf_filter[l] -= macs * f->frees_filter[l];
        f->rf_ifmap[l] -= macs * f->frees_ifmap[l];
        f->sent[l] =
            cycles < 31 ? (int32_t)((uint32_t)f->sent[l] << cycles) : 0;
    }
}

bool credit_lanes_any_word(const struct credit_lanes *lanes)
{
    const struct credit_lane_fields *f = &lanes->f;
    int32_t any = 0;
    for (int l = 0; l < lanes->cfg.lanes; l++)
        any |= f->fifo_filter[l] | f->fifo_ifmap[l] | f->psum_fifo[l];
    return any != 0;
}

bool credit_lanes_any_sent(const struct credit_lanes *lanes)
{
    int32_t any = 0;
    for (int l = 0; l < lanes->cfg.lanes; l++)
        any |= lanes->f.sent[l];
    return any != 0;
}

bool credit_lanes_any_arriving(const struct credit_lanes *lanes)
{
    const int32_t ways = (int32_t)((1u << lanes->cfg.pipeline_cycles) - 1);
    int32_t any = 0;
    for (int l = 0; l < lanes->cfg.lanes; l++)
        any |= lanes->f.sent[l] & ways;
    return any != 0;
}
