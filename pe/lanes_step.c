/* lanes_step.c - eval and commit of all lanes in one go.
 *
 * A lane's fifos of held and window words are committed with its eval.  Psum
 * fifos are seen from below, so they follow when all lanes are evaluated, in
 * the cycles in which psums move at all.  In a pass that holds its words, an
 * easier loop runs from the cycle on in which all lanes have them.
 * SPDX-License-Identifier: MIT
 */
#include "pe/lane_loop.h"
#include "pe/lane_skips.h"

/* Most machines: psums are added in cycles of their own and stay until then,
 * a window's MACs begin with its first word, and places of register files are
 * free with their last use. */
static bool lanes_are_plain(const struct lane_scalars *k)
{
    return k->own && k->refill && !k->ride && !k->products &&
           !k->start_at_window;
}

typedef void step_range_fn(const struct lane_fields *f,
                           const struct lane_scalars *k, int chains, int from,
                           int to, struct lane_sums *sums);

#define STEP_LOOP(name, held_is_in, skips, counting, is_plain, whole)        \
    HOT(static, void, name,                                                  \
        (const struct lane_fields *f, const struct lane_scalars *k,          \
         int chains, int from, int to, struct lane_sums *sums),              \
        (f, k, chains, from, to, sums))                                      \
    {                                                                        \
        lane_loop(f, k, chains, from, to, true, held_is_in, skips, counting, \
                  is_plain, whole, sums);                                    \
    }
STEP_LOOP(step_range, false, false, COUNT_NONE, false, true)
STEP_LOOP(step_range_held, true, false, COUNT_NONE, false, true)
STEP_LOOP(step_range_plain, false, false, COUNT_NONE, true, true)
STEP_LOOP(step_range_plain_held, true, false, COUNT_NONE, true, true)
STEP_LOOP(step_range_skips, false, true, COUNT_SOME, false, false)
STEP_LOOP(step_range_plain_skips, false, true, COUNT_SOME, true, false)
STEP_LOOP(step_range_plain_finds, false, true, COUNT_NONE, true, false)
STEP_LOOP(step_range_plain_counts, true, true, COUNT_ALL, true, false)
#undef STEP_LOOP

static step_range_fn *step_range_of(const struct lanes *lanes)
{
    const bool is_plain = lanes_are_plain(&lanes->scalars);
    if (lanes->skips != NULL && !is_plain)
        return step_range_skips;
    if (lanes->skips != NULL && !lane_skips_may_count(lanes->skips))
        return step_range_plain_finds;
    if (lanes->skips != NULL)
        return lanes->held_is_in ? step_range_plain_counts
                                 : step_range_plain_skips;
    if (is_plain)
        return lanes->held_is_in ? step_range_plain_held : step_range_plain;
    return lanes->held_is_in ? step_range_held : step_range;
}

/* The links between lanes, and those from L2 and to it.  Nothing moves on those
 * of lanes behind `to` that fill its block. */
HOT(static, void, commit_psums,
    (const struct lane_fields *f, int chains, int delay, int mask, int to),
    (f, chains, delay, mask, to))
{
    int16_t *restrict psum_fifo = f->psum_fifo;
    int16_t *restrict psum_reserved = f->psum_reserved;
    int16_t *restrict push_psum = f->push_psum;
    int16_t *restrict collected = f->collected;
    const int16_t *restrict take = f->take;
    const int16_t *restrict emit_below = f->emit - chains;
    const int16_t *restrict sent_below = f->sent - chains;
    const int n = (to + LANE_BLOCK - 1) & -LANE_BLOCK;
#pragma GCC ivdep
    for (int l = 0; l < n; l++) {
        const int16_t arrives =
            (int16_t)(((uint16_t)sent_below[l] >> delay) & mask);
        const int16_t change = (int16_t)(push_psum[l] + take[l] - collected[l]);
        psum_fifo[l] = (int16_t)(psum_fifo[l] + arrives + change);
        psum_reserved[l] = (int16_t)(psum_reserved[l] - emit_below[l] + change);
        push_psum[l] = 0;
        collected[l] = 0;
    }
}

/* Whether all lanes have all words that they hold, and none is in a fifo. */
static bool all_is_in(const struct lanes *lanes)
{
    const struct lane_fields *f = &lanes->f;
    const int used = lanes->pass.rows_used * lanes->cfg.chains;
    int16_t lacks = 0;
    for (int l = 0; l < used; l++)
        lacks |= (int16_t)((f->held_words[l] ^ f->held[l]) & f->active[l]) |
                 f->held_fifo[l] | f->push_held[l];
    return lacks == 0;
}

/* Whether all lanes that run count their products down, as they then do to the
 * pass's end: they have all words that they hold. */
static bool all_count(const struct lanes *lanes)
{
    const struct lane_fields *f = &lanes->f;
    const int used = lanes->pass.rows_used * lanes->cfg.chains;
    int16_t others = 0;
    for (int l = 0; l < used; l++)
        others |= (int16_t)(f->running[l] & ~f->counts[l]) | f->held_fifo[l] |
                  f->push_held[l];
    return others == 0;
}

/* Whether a step of the LANE_BLOCK lanes from one on, which skip, would change
 * nothing: none of them runs, and all have told that they stopped. */
static bool rest(const struct lane_fields *f, int from)
{
    int16_t any = 0;
    for (int l = from; l < from + LANE_BLOCK; l++)
        any |= (int16_t)(f->running[l] | f->moved_on[l] | f->sent[l] |
                         f->emit[l] | f->push_held[l] | f->push_window[l]);
    return any == 0;
}

/* Leaves out lanes that rest from either end of [*from, *to): those of the rows
 * below have done before the others have their psums. */
static void leave_out_rest(const struct lane_fields *f, int *from, int *to)
{
    while (*from + LANE_BLOCK <= *to && rest(f, *from))
        *from += LANE_BLOCK;
    while (*from + LANE_BLOCK <= *to && rest(f, *to - LANE_BLOCK))
        *to -= LANE_BLOCK;
}

void lanes_step(struct lanes *lanes, bool psums_move, bool held_is_sent,
                struct lanes_cycle *cycle)
{
    const int chains = lanes->cfg.chains;
    const int used = lanes->pass.rows_used * chains;
    const int running = lanes->state->running;
    int working = 0;
    int16_t sent = 0;
    if (!lanes->held_is_in && held_is_sent && !lanes->pass.held_streams)
        lanes->held_is_in =
            lanes->skips == NULL
                ? all_is_in(lanes)
                : lane_skips_may_count(lanes->skips) && all_count(lanes);
    step_range_fn *const step = step_range_of(lanes);
    for (int at = 0; at < used; at += STRETCH_LANES) {
        const int end = at + STRETCH_LANES < used ? at + STRETCH_LANES : used;
        struct lane_sums sums = {0};
        int from = at, to = end;
        if (lanes->skips != NULL)
            leave_out_rest(&lanes->f, &from, &to);
        if (from == to)
            continue;
        step(&lanes->f, &lanes->scalars, chains, from, to, &sums);
        lanes_add_sums(cycle, &sums);
        working += sums.mac + sums.add + sums.skip + sums.waits;
        sent = (int16_t)(sent | sums.sent);
        if (sums.group_end)
            lanes_end_groups(lanes, from, to);
        if (lanes->skips != NULL)
            lane_skips_go_on(lanes, from, to, true);
    }
    cycle->cause[PE_FILL] += running - working;
    cycle->cause[PE_DRAIN] += lanes->active - running;
    if (psums_move || sent != 0)
        commit_psums(&lanes->f, chains, lanes_sent_bits(lanes),
                     lanes_sent_mask(lanes), used + chains);
}

HOT_VALUE(static, int16_t, record_windows,
          (const int16_t *restrict asks, const int16_t *restrict before,
           int16_t *restrict asked, int n),
          (asks, before, asked, n))
{
    int16_t less = 0;
    for (int l = 0; l < n; l++) {
        asked[l] = asks[l];
        less |= (int16_t)(before[l] - asks[l]);
    }
    return less;
}

bool lanes_record_windows(const struct lanes *lanes, const int16_t *before,
                          int16_t *asked)
{
    const int used = lanes->pass.rows_used * lanes->cfg.chains;
    return record_windows(lanes->f.asks_window, before, asked, used) >= 0;
}

HOT_VALUE(static, int16_t, step_windows,
          (const int16_t *restrict asks, int16_t *restrict fifo,
           int16_t *restrict push, int n),
          (asks, fifo, push, n))
{
    int16_t less = 0;
    for (int l = 0; l < n; l++) {
        const int16_t left = (int16_t)(fifo[l] - asks[l]);
        less |= left;
        fifo[l] = (int16_t)(left + push[l]);
        push[l] = 0;
    }
    return less;
}

bool lanes_step_windows(struct lanes *lanes, const int16_t *asks)
{
    const int used = lanes->pass.rows_used * lanes->cfg.chains;
    return step_windows(asks, lanes->f.window_fifo, lanes->f.push_window,
                        used) >= 0;
}
