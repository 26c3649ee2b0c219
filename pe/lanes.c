/* lanes.c - the PEs of an array, side by side.
 *
 * Masks are 0 or -1, so that a select is an AND.  All of a lane's variables
 * are int16_t: one vector width for the whole loop.
 * SPDX-License-Identifier: MIT
 */
#include "pe/lanes.h"

#include "sim/base/diag.h"

#if defined(__x86_64__) && defined(__GNUC__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__clang__)
#define HOT __attribute__((target_clones("avx2", "default"), noinline))
#else
#define HOT __attribute__((noinline))
#endif

#define COUNT_FIELD(kind, name, doc) +1
#define COUNT_BOUND(name, doc) +1
enum {
    STATE_FIELDS = 0 LANE_STATE(COUNT_FIELD),
    BOUND_FIELDS = 0 LANE_BOUNDS(COUNT_BOUND)
};
#undef COUNT_FIELD
#undef COUNT_BOUND

enum { LANE_ALIGN = 32, STRETCH_LANES = 16384 };

/* A row of guard lanes below, one of fifos to L2 above. */
static int field_stride(const struct lanes_cfg *cfg)
{
    int lanes = (cfg->rows + 2) * cfg->chains;
    return (lanes + 2 * LANE_ALIGN - 1) / LANE_ALIGN * LANE_ALIGN;
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
    lanes->cfg = *cfg;
    lanes->n = cfg->rows * cfg->chains;
    lanes->stride = field_stride(cfg);
    lanes->state = state;
    int16_t *at = (int16_t *)(void *)((char *)state + header_bytes());
    at += cfg->chains; /* past the guard row */
#define PLACE(name, doc) \
    lanes->f.name = at;  \
    at += lanes->stride;
#define PLACE_STATE(kind, name, doc) PLACE(name, doc)
    LANE_STATE(PLACE_STATE)
    at = (int16_t *)bounds + cfg->chains;
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

void lanes_issue(struct lanes *lanes, const struct lanes_pass *pass)
{
    struct lane_fields *f = &lanes->f;
    SIM_CHECK(lanes->state->running == 0 && are_countable(&pass->groups));
    lanes->pass = *pass;
    lanes->state->in_flight = 0;
    for (int l = 0; l < lanes->n; l++) {
        f->running[l] = f->active[l];
        f->windows_left[l] = 0;
        f->groups_done[l] = 0;
        f->started[l] = 0;
        f->held[l] = 0;
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
}

struct scalars {
    int16_t held_streams, ride, own, emit_each, products, start_at_window;
    int16_t refill;
    int16_t held_rf, window_rf, held_port, window_port, psum_fifo;
};

static inline int16_t min16(int16_t a, int16_t b)
{
    return a < b ? a : b;
}

/* Returns a mask: some lane came to the end of a group. */
HOT static int16_t eval_range(const struct lane_fields *f,
                              const struct scalars *k, int chains, int from,
                              int to, struct lanes_cycle *cycle)
{
#define FIELD(name) int16_t *restrict name = f->name
    FIELD(held_fifo);
    FIELD(window_fifo);
    FIELD(psum_fifo);
    const int16_t *restrict above = f->psum_reserved + chains;
    FIELD(held);
    FIELD(window);
    FIELD(filter);
    FIELD(tap);
    FIELD(held_at);
    FIELD(windows_left);
    FIELD(in_psum);
    FIELD(started);
    FIELD(running);
    FIELD(sent);
    FIELD(pop_held);
    FIELD(pop_window);
    FIELD(emit);
    FIELD(take);
    int16_t *restrict issued = f->mac;
    FIELD(active);
    FIELD(filters);
    FIELD(taps);
    FIELD(held_words);
    FIELD(slide);
    FIELD(takes_psum);
#undef FIELD
    const struct scalars s = *k;
    int16_t n_mac = 0, n_add = 0, n_fill = 0, n_drain = 0, n_filter = 0;
    int16_t n_ifmap = 0, n_in = 0, n_out = 0, n_take = 0, n_emit = 0;
    int16_t popped = 0, group_end = 0;
#pragma GCC ivdep
    for (int l = from; l < to; l++) {
        const int16_t run = running[l], P = filters[l], L = taps[l];
        const int16_t w = windows_left[l], t = tap[l], at = held_at[l];
        const int16_t adding = in_psum[l], i = filter[l];
        const int16_t last_window = (int16_t) - (w == 1);
        const int16_t drop =
            (int16_t)((last_window & L) | (~last_window & slide[l]));

        /* Each lane does one operation, where it can. */
        const int16_t held_need =
            (int16_t)(at + 1 + ((held_words[l] - at - 1) & s.start_at_window));
        const int16_t window_need =
            (int16_t)(t + 1 + ((L - t - 1) & s.start_at_window));
        /* Differences: a window's words and a register file's beside them may
         * be more than 32767. */
        const int16_t no_held =
            (int16_t) - ((int16_t)(held[l] - held_need) < 0);
        const int16_t no_window =
            (int16_t) - ((int16_t)(window[l] - window_need) < 0);
        const int16_t last_tap = (int16_t) - (t + 1 == L);
        const int16_t emits = (int16_t)(last_window | s.emit_each);
        const int16_t rides =
            (int16_t)((last_tap & emits & s.ride) | s.products);
        const int16_t no_in =
            (int16_t)(takes_psum[l] & (int16_t) - (psum_fifo[l] < 1));
        const int16_t no_out = (int16_t) - (above[l] >= s.psum_fifo);
        const int16_t stuck = (int16_t)(no_in | no_out);
        const int16_t mac =
            (int16_t)(run & ~adding & ~no_held & ~no_window & ~(rides & stuck));
        const int16_t add = (int16_t)(run & adding & ~stuck);
        const int16_t send = (int16_t)(add | (mac & rides));

        /* The sequencer goes on. */
        const int16_t next = (int16_t)(i - (mac | add));
        const int16_t wrap = (int16_t)((mac | add) & (int16_t) - (next == P));
        const int16_t products_done = (int16_t)(mac & wrap & last_tap);
        const int16_t to_add = (int16_t)(products_done & emits & s.own);
        const int16_t window_end =
            (int16_t)((products_done & ~to_add) | (add & wrap));

        /* The register files take words from the fifos, in places of words
         * that no operation, or none after this one, reads. */
        const int16_t end = (int16_t)(window_end & s.refill);
        const int16_t held_read = (int16_t)(at - (mac & s.refill));
        const int16_t taps_read = (int16_t)(t - (mac & wrap & s.refill));
        const int16_t window_read =
            (int16_t)((drop & end) | (min16(taps_read, drop) & ~end));
        const int16_t held_room =
            (int16_t)(s.held_rf - held[l] + (held_read & s.held_streams));
        const int16_t held_in =
            (int16_t)(min16(held_fifo[l], min16(held_room, s.held_port)) & run);
        const int16_t window_room =
            (int16_t)(s.window_rf - window[l] + window_read);
        const int16_t window_in =
            (int16_t)(min16(window_fifo[l], min16(window_room, s.window_port)) &
                      run);
        filter[l] = (int16_t)(next & ~wrap);
        tap[l] = (int16_t)((t - (mac & wrap)) & ~window_end);
        held_at[l] = (int16_t)((at - mac) & ~window_end);
        in_psum[l] = (int16_t)((adding | to_add) & ~window_end);
        windows_left[l] = (int16_t)(w + window_end);
        held[l] = (int16_t)(held[l] + held_in -
                            (held_words[l] & s.held_streams & window_end));
        window[l] = (int16_t)(window[l] + window_in - (drop & window_end));
        group_end |= (int16_t)(window_end & last_window);

        pop_held[l] = held_in;
        pop_window[l] = window_in;
        emit[l] = send;
        take[l] = (int16_t)(send & takes_psum[l]);
        issued[l] = mac;
        sent[l] = (int16_t)(((uint16_t)sent[l] << 1) | (send & 1));

        /* The cycle goes to one cause. */
        const int16_t worked = (int16_t)(mac | add);
        const int16_t first = (int16_t)(run & ~worked & ~started[l]);
        const int16_t waits = (int16_t)(run & ~worked & started[l]);
        const int16_t held_first = (int16_t)(waits & ~adding & no_held);
        const int16_t window_first =
            (int16_t)(waits & ~adding & ~no_held & no_window);
        const int16_t psum_wait =
            (int16_t)(waits & ~held_first & ~window_first);
        started[l] = (int16_t)(started[l] | mac);
        n_mac = (int16_t)(n_mac - mac);
        n_add = (int16_t)(n_add - add);
        n_fill = (int16_t)(n_fill - first);
        n_drain = (int16_t)(n_drain - (active[l] & ~run));
        n_filter = (int16_t)(n_filter - held_first);
        n_ifmap = (int16_t)(n_ifmap - window_first);
        n_in = (int16_t)(n_in - (psum_wait & no_in));
        n_out = (int16_t)(n_out - (psum_wait & ~no_in));
        n_take = (int16_t)(n_take - take[l]);
        n_emit = (int16_t)(n_emit - send);
        popped |= (int16_t)(held_in | window_in);
    }
    cycle->takes += n_take;
    cycle->emits += n_emit;
    cycle->pops |= popped;
    cycle->psum_adds += n_add;
    cycle->cause[PE_MAC] += n_mac;
    cycle->cause[PE_PSUM] += n_add;
    cycle->cause[PE_FILL] += n_fill;
    cycle->cause[PE_DRAIN] += n_drain;
    cycle->cause[PE_WAIT_FILTER] += n_filter;
    cycle->cause[PE_WAIT_IFMAP] += n_ifmap;
    cycle->cause[PE_WAIT_PSUM_IN] += n_in;
    cycle->cause[PE_WAIT_PSUM_OUT] += n_out;
    return group_end;
}

/* The rare event: lanes at the end of a group go to the next, or are done. */
static void end_groups(struct lanes *lanes, int from, int to)
{
    struct lane_fields *f = &lanes->f;
    for (int l = from; l < to; l++) {
        if (f->running[l] == 0 || f->windows_left[l] != 0)
            continue;
        const uint16_t done = (uint16_t)(f->groups_done[l] + 1);
        f->groups_done[l] = (int16_t)done;
        f->windows_left[l] = next_group(&lanes->pass.groups, done);
        if (f->windows_left[l] == 0) {
            f->running[l] = 0;
            lanes->state->running--;
        }
    }
}

void lanes_eval(struct lanes *lanes, int from, int to,
                struct lanes_cycle *cycle)
{
    const struct lanes_cfg *cfg = &lanes->cfg;
    const struct scalars k = {
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
    };
    int used = lanes->pass.rows_used * cfg->chains;
    if (to > used)
        to = used;
    /* Sums of one stretch fit into 16 bits. */
    for (int at = from; at < to; at += STRETCH_LANES) {
        int end = at + STRETCH_LANES < to ? at + STRETCH_LANES : to;
        if (eval_range(&lanes->f, &k, cfg->chains, at, end, cycle))
            end_groups(lanes, at, end);
    }
}

HOT static void commit_range(const struct lane_fields *f, int chains, int delay,
                             int from, int to)
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
            (int16_t)(((uint16_t)sent_below[l] >> delay) & 1);
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
        commit_range(&lanes->f, lanes->cfg.chains,
                     lanes->cfg.pipeline_cycles - 1, from, to);
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
