/* lanes.c - the PEs of an array, side by side.
 *
 * Masks are 0 or -1, so that a select is an AND.  All of a lane's variables
 * are int16_t: one vector width for the whole loop.
 * SPDX-License-Identifier: MIT
 */
#include "pe/lanes.h"

#include "pe/lane_loop.h"
#include "pe/lane_skips.h"
#include "sim/base/diag.h"

#define COUNT_FIELD(kind, name, doc) +1
#define COUNT_BOUND(name, doc) +1
enum {
    STATE_FIELDS = 0 LANE_STATE(COUNT_FIELD),
    BOUND_FIELDS = 0 LANE_BOUNDS(COUNT_BOUND)
};
#undef COUNT_FIELD
#undef COUNT_BOUND

enum { LANE_ALIGN = 32 };

static int aligned(int lanes)
{
    return (lanes + LANE_ALIGN - 1) / LANE_ALIGN * LANE_ALIGN;
}

/* A row of guard lanes below, one of fifos to L2 above, and lanes that fill the
 * last block. */
static int field_stride(const struct lanes_cfg *cfg)
{
    return aligned(cfg->chains) +
           aligned((cfg->rows + 1) * cfg->chains + LANE_BLOCK);
}

static size_t header_bytes(void)
{
    return (sizeof(struct lanes_state) + 63) / 64 * 64;
}

size_t lanes_state_bytes(const struct lanes_cfg *cfg)
{
    return header_bytes() +
           (size_t)field_stride(cfg) * STATE_FIELDS * sizeof(int16_t);
}

size_t lanes_bounds_bytes(const struct lanes_cfg *cfg)
{
    return (size_t)field_stride(cfg) * BOUND_FIELDS * sizeof(int16_t);
}

void lanes_init(struct lanes *lanes, const struct lanes_cfg *cfg, void *state,
                void *bounds)
{
    SIM_CHECK(!cfg->pairs || cfg->pipeline_cycles <= 8);
    lanes->cfg = *cfg;
    lanes->n = cfg->rows * cfg->chains;
    lanes->stride = field_stride(cfg);
    lanes->state = state;
    int16_t *at = (int16_t *)(void *)((char *)state + header_bytes());
    at += aligned(cfg->chains); /* past the guard row */
#define PLACE(name, doc) \
    lanes->f.name = at;  \
    at += lanes->stride;
#define PLACE_STATE(kind, name, doc) PLACE(name, doc)
    LANE_STATE(PLACE_STATE)
    at = (int16_t *)bounds + aligned(cfg->chains);
    LANE_BOUNDS(PLACE)
#undef PLACE_STATE
#undef PLACE
}

/* Windows of the group after `done` ones, 0 at the end of the pass.  Both
 * count to 65535 in what `int16_t` has of bits. */
static int16_t next_group(const struct lane_groups *g, uint16_t done)
{
    if (done < g->groups[0])
        return (int16_t)g->windows[0];
    if (done < g->groups[0] + g->groups[1])
        return (int16_t)g->windows[1];
    return 0;
}

static bool are_countable(const struct lane_groups *g)
{
    return (uint64_t)g->groups[0] + g->groups[1] <= LANE_GROUPS_MAX &&
           g->windows[0] <= LANE_WINDOWS_MAX &&
           g->windows[1] <= LANE_WINDOWS_MAX;
}

static struct lane_scalars scalars_of(const struct lanes *lanes)
{
    const struct lanes_cfg *cfg = &lanes->cfg;
    return (struct lane_scalars){
        .held_streams = (int16_t)-lanes->pass.held_streams,
        .ride = (int16_t) - !cfg->psum_own_cycle,
        .own = (int16_t)-cfg->psum_own_cycle,
        .emit_each = (int16_t) - !lanes->pass.emit_last,
        .products = (int16_t)-lanes->pass.emit_products,
        .start_at_window = (int16_t)-cfg->start_at_window,
        .refill = (int16_t)-cfg->refill_at_last_use,
        .held_rf = (int16_t)cfg->held_rf_words,
        .window_rf = (int16_t)cfg->window_rf_words,
        .held_port = (int16_t)cfg->held_port_words,
        .window_port = (int16_t)cfg->window_port_words,
        .psum_fifo = (int16_t)cfg->fifo_words,
        .multipliers = (int16_t)(1 + cfg->pairs),
    };
}

void lanes_issue(struct lanes *lanes, const struct lanes_pass *pass)
{
    struct lane_fields *f = &lanes->f;
    SIM_CHECK(lanes->state->running == 0 && are_countable(&pass->groups));
    lanes->pass = *pass;
    lanes->state->in_flight = 0;
    lanes->held_is_in = false;
    lanes->scalars = scalars_of(lanes);
    for (int l = 0; l < lanes->n; l++) {
        f->running[l] = f->active[l];
        f->windows_left[l] = 0;
        f->groups_done[l] = 0;
        f->started[l] = 0;
        f->held[l] = 0;
        f->held_at[l] = 0;
        f->sent[l] = 0;
        f->emit[l] = 0;
        f->take[l] = 0;
        f->mac[l] = 0;
        f->pop_held[l] = 0;
        f->pop_window[l] = 0;
        if (f->active[l] == 0)
            continue;
        f->windows_left[l] = next_group(&pass->groups, 0);
        lanes->state->running++;
    }
    lanes->active = lanes->state->running;
    if (lanes->skips != NULL)
        lane_skips_issue(lanes);
}

/* A bit for each of `n` lanes, up to 64: it runs and has no window left. */
static uint64_t lanes_ended(const int16_t *restrict running,
                            const int16_t *restrict windows_left, int n)
{
    uint8_t has[BITS] = {0};
    for (int l = 0; l < n; l++)
        has[l] = (running[l] & -(windows_left[l] == 0)) != 0;
    return bits_of_bytes(has, n);
}

void lanes_end_groups(struct lanes *lanes, int from, int to)
{
    struct lane_fields *f = &lanes->f;
    for (int at = from; at < to; at += BITS) {
        uint64_t ended = lanes_ended(f->running + at, f->windows_left + at,
                                     at + BITS < to ? BITS : to - at);
        for (; ended != 0; ended &= ended - 1) {
            const int l = at + __builtin_ctzll(ended);
            const uint16_t done = (uint16_t)(f->groups_done[l] + 1);
            f->groups_done[l] = (int16_t)done;
            f->windows_left[l] = next_group(&lanes->pass.groups, done);
            if (f->windows_left[l] == 0) {
                f->running[l] = 0;
                lanes->state->running--;
            }
        }
    }
}

HOT(static, void, eval_range,
    (const struct lane_fields *f, const struct lane_scalars *k, int chains,
     int from, int to, struct lane_sums *sums),
    (f, k, chains, from, to, sums))
{
    lane_loop(f, k, chains, from, to, false, false, false, COUNT_NONE, false,
              false, sums);
}

HOT(static, void, eval_range_skips,
    (const struct lane_fields *f, const struct lane_scalars *k, int chains,
     int from, int to, struct lane_sums *sums),
    (f, k, chains, from, to, sums))
{
    lane_loop(f, k, chains, from, to, false, false, true, COUNT_NONE, false,
              false, sums);
}

void lanes_add_sums(struct lanes_cycle *cycle, const struct lane_sums *n)
{
    cycle->emits += n->emits;
    cycle->pops |= n->popped;
    cycle->psum_adds += n->add;
    cycle->pairs += n->pairs;
    cycle->cause[PE_MAC] += n->mac;
    cycle->cause[PE_PSUM] += n->add;
    cycle->cause[PE_SKIP] += n->skip;
    cycle->cause[PE_FILL] += n->fill;
    cycle->cause[PE_DRAIN] += n->drain;
    cycle->cause[PE_WAIT_FILTER] += n->held_first;
    cycle->cause[PE_WAIT_IFMAP] += n->window_first;
    cycle->cause[PE_WAIT_PSUM_IN] += n->in;
    cycle->cause[PE_WAIT_PSUM_OUT] +=
        n->waits - n->held_first - n->window_first - n->in;
}

void lanes_eval(struct lanes *lanes, int from, int to,
                struct lanes_cycle *cycle)
{
    int used = lanes->pass.rows_used * lanes->cfg.chains;
    struct lane_sums sums;
    if (to > used)
        to = used;
    for (int at = from; at < to; at += STRETCH_LANES) {
        int end = at + STRETCH_LANES < to ? at + STRETCH_LANES : to;
        if (lanes->skips != NULL)
            eval_range_skips(&lanes->f, &lanes->scalars, lanes->cfg.chains, at,
                             end, &sums);
        else
            eval_range(&lanes->f, &lanes->scalars, lanes->cfg.chains, at, end,
                       &sums);
        lanes_add_sums(cycle, &sums);
        if (sums.group_end)
            lanes_end_groups(lanes, at, end);
        if (lanes->skips != NULL)
            lane_skips_go_on(lanes, at, end, false);
    }
}

/* delay, mask: of the bits that `sent` has for each cycle. */
HOT(static, void, commit_range,
    (const struct lane_fields *f, int chains, int delay, int mask, int from,
     int to),
    (f, chains, delay, mask, from, to))
{
    int16_t *restrict held_fifo = f->held_fifo;
    int16_t *restrict window_fifo = f->window_fifo;
    int16_t *restrict psum_fifo = f->psum_fifo;
    int16_t *restrict psum_reserved = f->psum_reserved;
    int16_t *restrict push_held = f->push_held;
    int16_t *restrict push_window = f->push_window;
    int16_t *restrict push_psum = f->push_psum;
    int16_t *restrict collected = f->collected;
    const int16_t *restrict pop_held = f->pop_held;
    const int16_t *restrict pop_window = f->pop_window;
    const int16_t *restrict take = f->take;
    const int16_t *restrict emit_below = f->emit - chains;
    const int16_t *restrict sent_below = f->sent - chains;
#pragma GCC ivdep
    for (int l = from; l < to; l++) {
        const int16_t arrives =
            (int16_t)(((uint16_t)sent_below[l] >> delay) & mask);
        const int16_t change = (int16_t)(push_psum[l] + take[l] - collected[l]);
        held_fifo[l] = (int16_t)(held_fifo[l] + push_held[l] - pop_held[l]);
        window_fifo[l] =
            (int16_t)(window_fifo[l] + push_window[l] - pop_window[l]);
        psum_fifo[l] = (int16_t)(psum_fifo[l] + arrives + change);
        psum_reserved[l] = (int16_t)(psum_reserved[l] - emit_below[l] + change);
        push_held[l] = 0;
        push_window[l] = 0;
        push_psum[l] = 0;
        collected[l] = 0;
    }
}

void lanes_commit(struct lanes *lanes, int from, int to)
{
    int used = (lanes->pass.rows_used + 1) * lanes->cfg.chains;
    if (to > used)
        to = used;
    if (from < to)
        commit_range(&lanes->f, lanes->cfg.chains, lanes_sent_bits(lanes),
                     lanes_sent_mask(lanes), from, to);
}

bool lanes_any_word(const struct lanes *lanes)
{
    int16_t any = 0;
    int used = lanes->pass.rows_used * lanes->cfg.chains;
    for (int l = 0; l < used; l++)
        any = (int16_t)(any | lanes->f.held_fifo[l] | lanes->f.window_fifo[l] |
                        lanes->f.psum_fifo[l]);
    return any != 0;
}

struct lane_fifo lanes_held_fifo(struct lanes *lanes)
{
    struct lane_fifo fifo = {lanes->f.held_fifo, lanes->f.push_held,
                             lanes->cfg.fifo_words};
    return fifo;
}

struct lane_fifo lanes_window_fifo(struct lanes *lanes)
{
    struct lane_fifo fifo = {lanes->f.window_fifo, lanes->f.push_window,
                             lanes->cfg.fifo_words};
    return fifo;
}

struct lane_fifo lanes_psum_fifo(struct lanes *lanes)
{
    struct lane_fifo fifo = {lanes->f.psum_reserved, lanes->f.push_psum,
                             lanes->cfg.fifo_words};
    return fifo;
}
