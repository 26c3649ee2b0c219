/* lane_loop.h - one cycle of a range of lanes, for pe/lanes.c and
 * pe/lanes_step.c alone.
 *
 * Masks are 0 or -1, so that a select is an AND.  All of a lane's variables
 * are int16_t: one vector width for the whole loop.  The two flags are
 * constants where the loop is used, so that what they leave out costs nothing.
 * SPDX-License-Identifier: MIT
 */
#ifndef PE_LANE_LOOP_H
#define PE_LANE_LOOP_H

#include <assert.h>

#include "pe/hot.h"
#include "pe/lanes.h"
#include "pe/stream_bits.h"

/* Counted over a range of lanes. */
struct lane_sums {
    int16_t mac, add, waits; /* waits: of lanes that have started */
    int16_t held_first, window_first, in; /* what of these waits for what */
    int16_t fill, drain;                  /* counted unless the loop commits */
    int16_t emits, skip, pairs;
    int16_t popped;    /* not 0: some register file took words */
    int16_t sent;      /* not 0: psums were sent in the last cycles */
    int16_t group_end; /* a mask: some lane came to the end of a group */
};

enum {
    STRETCH_LANES = 16352, /* whose sums fit into 16 bits */
    LANE_BLOCK = 16        /* that the loop takes at a time */
};
/* Which of the lanes that skip count products down. */
enum counting { COUNT_NONE, COUNT_SOME, COUNT_ALL };
static_assert(STRETCH_LANES % LANE_BLOCK == 0, "the last stretch alone fills");

/* Where `sent` has the psums that arrive now. */
static inline int lanes_sent_bits(const struct lanes *lanes)
{
    return (lanes->cfg.pipeline_cycles - 1) << lanes->cfg.pairs;
}

static inline int lanes_sent_mask(const struct lanes *lanes)
{
    return lanes->cfg.pairs ? 3 : 1;
}

/* Adds what was counted over a range. */
void lanes_add_sums(struct lanes_cycle *cycle, const struct lane_sums *sums);
/* The rare event: lanes at the end of a group go to the next, or are done. */
void lanes_end_groups(struct lanes *lanes, int from, int to);

static inline int16_t lane_min(int16_t a, int16_t b)
{
    return a < b ? a : b;
}

/* commits: the fifos of held and window words are committed at once, which
 * nobody but their lane would see before the cycle ends.  held_is_in: all lanes
 * have all words that they hold in the pass.  skips: lanes go from one product
 * of their pattern to the next; those that count, which may be some where it
 * commits, need not be told the next one.  counting: whether there are such, or
 * all that run are; then held_is_in.  is_plain: the scalars are those of
 * most machines (lanes_are_plain, pe/lanes_step.c).  whole: lanes behind `to`
 * that fill its block of LANE_BLOCK run along; they have no work, so that
 * nothing of them changes. */
static inline __attribute__((always_inline)) void
lane_loop(const struct lane_fields *f, const struct lane_scalars *k, int chains,
          int from, int to, bool commits, bool held_is_in, bool skips,
          enum counting counting, bool is_plain, bool whole,
          struct lane_sums *sums)
{
#define FIELD(name) int16_t *__restrict name = f->name + from
    FIELD(held_fifo);
    FIELD(window_fifo);
    FIELD(push_held);
    FIELD(push_window);
    FIELD(asks_window);
    FIELD(psum_fifo);
    const int16_t *__restrict above = f->psum_reserved + chains + from;
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
    int16_t *__restrict issued = f->mac + from;
    FIELD(active);
    FIELD(filters);
    FIELD(taps);
    FIELD(held_words);
    FIELD(slide);
    FIELD(takes_psum);
#undef FIELD /* of lanes that skip: */
#define FIELD(name) int16_t *__restrict name = skips ? f->name + from : NULL
    FIELD(next_tap);
    FIELD(next_filter);
    FIELD(need_window);
    FIELD(need_held);
    FIELD(dead_window);
    FIELD(dead_held);
    FIELD(next_dead_window);
    FIELD(next_dead_held);
    FIELD(window_words);
    FIELD(slide_words);
    FIELD(held_come);
    FIELD(ended);
    FIELD(moved_on);
    FIELD(pair);
    FIELD(counts);
    FIELD(left);
    FIELD(left_of_all);
    FIELD(words_left);
    FIELD(words_come);
#undef FIELD
    struct lane_scalars s = *k;
    if (is_plain) {
        s.ride = s.products = s.start_at_window = 0;
        s.own = s.refill = -1;
    }
    const bool may_count = skips && commits && counting != COUNT_NONE;
    const int n =
        whole ? (to - from + LANE_BLOCK - 1) & -LANE_BLOCK : to - from;
    int16_t n_mac = 0, n_add = 0, n_waits = 0, n_held = 0, n_window = 0;
    int16_t n_fill = 0, n_drain = 0, n_in = 0, n_emit = 0, popped = 0,
            sending = 0, group_end = 0, n_skip = 0, n_pair = 0;
#pragma GCC ivdep
    for (int l = 0; l < n; l++) {
        const int16_t run = running[l], P = filters[l], L = taps[l];
        const int16_t w = windows_left[l], t = tap[l], at = held_at[l];
        const int16_t adding = in_psum[l], i = filter[l];
        const int16_t last_window = (int16_t) - (w == 1);
        /* Words of the window and held ones, in all. */
        const int16_t all = skips ? window_words[l] : L;
        const int16_t all_held = skips ? held_come[l] : held_words[l];
        const int16_t slides = skips ? slide_words[l] : slide[l];
        const int16_t drop =
            (int16_t)((last_window & all) | (~last_window & slides));

        /* Each lane does one operation, where it can. */
        const int16_t held_next = skips ? need_held[l] : (int16_t)(at + 1);
        const int16_t taps_next = skips ? need_window[l] : (int16_t)(t + 1);
        const int16_t held_need =
            (int16_t)(held_next + ((all_held - held_next) & s.start_at_window));
        const int16_t window_need =
            (int16_t)(taps_next + ((all - taps_next) & s.start_at_window));
        /* Differences: a window's words and a register file's beside them may
         * be more than 32767. */
        const int16_t no_held =
            held_is_in ? 0 : (int16_t) - ((int16_t)(held[l] - held_need) < 0);
        const int16_t no_window =
            (int16_t) - ((int16_t)(window[l] - window_need) < 0);
        const int16_t last_tap = (int16_t) - ((int16_t)(t + 1) == L);
        const int16_t emits = (int16_t)(last_window | s.emit_each);
        const int16_t rides =
            (int16_t)((last_tap & emits & s.ride) | s.products);
        const int16_t no_in =
            (int16_t)(takes_psum[l] & (int16_t) - (psum_fifo[l] < 1));
        const int16_t no_out = (int16_t) - (above[l] >= s.psum_fifo);
        /* Psums that are added and sent at once, if any are. */
        const int16_t below = (int16_t)((psum_fifo[l] & takes_psum[l]) |
                                        (s.multipliers & ~takes_psum[l]));
        const int16_t psums =
            lane_min(lane_min(s.multipliers, (int16_t)(P - i)),
                     lane_min(below, (int16_t)(s.psum_fifo - above[l])));
        const int16_t stuck = (int16_t)(no_in | no_out);
        const int16_t ready =
            (int16_t)(run & ~adding & ~no_held & ~no_window & ~(rides & stuck));
        /* No product is left, and the zeros behind the last one are there. */
        const int16_t found =
            skips ? (int16_t)(ready & (int16_t) - (t == L)) : 0;
        const int16_t mac = (int16_t)(ready & ~found);
        const int16_t add = (int16_t)(run & adding & ~stuck);
        const int16_t send =
            skips ? (int16_t) - (add & psums) : (int16_t)(add | (mac & rides));

        /* The sequencer goes on. */
        const int16_t steps = skips ? add : (int16_t)(mac | add);
        const int16_t next =
            skips ? (int16_t)(i + (add & psums)) : (int16_t)(i - steps);
        const int16_t wrap = (int16_t)(steps & (int16_t) - (next == P));
        int16_t to_tap = skips ? next_tap[l] : 0;
        int16_t to_dead_window = skips ? next_dead_window[l] : 0;
        int16_t pairs = skips ? pair[l] : 0;
        int16_t asks_next = mac; /* who needs to be told the next product */
        if (may_count) {
            const int16_t by_count =
                counting == COUNT_ALL ? (int16_t)-1 : counts[l];
            const int16_t makes = (int16_t)(mac & by_count);
            const int16_t two = (int16_t) - (s.multipliers == 2 && left[l] > 1);
            const int16_t still = (int16_t)(left[l] + makes + (makes & two));
            const int16_t word_ends =
                (int16_t)(makes & (int16_t) - (still == 0));
            /* Without the lowest bit where a word ends. */
            const int16_t words =
                (int16_t)(words_left[l] & (words_left[l] + word_ends));
            const int16_t before = (int16_t)((words & -words) - 1);
            const int16_t dead = lane_bits((int16_t)(words_come[l] & before));
            const int16_t none = (int16_t) - (words == 0);
            words_left[l] = words;
            left[l] = (int16_t)(still + (word_ends & ~none & left_of_all[l]));
            to_tap = (int16_t)((by_count & none & L) | (~by_count & to_tap));
            to_dead_window =
                (int16_t)((by_count & dead) | (~by_count & to_dead_window));
            pairs = (int16_t)((by_count & two & 1) | (~by_count & pairs));
            asks_next = (int16_t)((~by_count & mac) |
                                  (word_ends & ~none &
                                   (int16_t) - (left_of_all[l] == 0)));
            need_window[l] = (int16_t)((by_count & (dead + 1 + none)) |
                                       (~by_count & need_window[l]));
        }
        const int16_t lacks_held =
            held_is_in ? 0 : (int16_t) - ((int16_t)(held[l] - all_held) < 0);
        const int16_t lacks =
            (int16_t)(lacks_held |
                      (int16_t) - ((int16_t)(window[l] - all) < 0));
        const int16_t products_done =
            skips
                ? (int16_t)(found | (mac & (int16_t) - (to_tap == L) & ~lacks))
                : (int16_t)(mac & wrap & last_tap);
        const int16_t to_add = (int16_t)(products_done & emits & s.own);
        const int16_t window_end =
            (int16_t)((products_done & ~to_add) | (add & wrap));

        /* The register files take words from the fifos, in places of words
         * that no operation, or none after this one, reads. */
        const int16_t end = (int16_t)(window_end & s.refill);
        int16_t held_read = (int16_t)(at - (mac & s.refill));
        int16_t taps_read = (int16_t)(t - (mac & wrap & s.refill));
        if (skips) { /* up to the next product, of words that have come */
            const int16_t to_next = (int16_t)(mac & s.refill);
            held_read = (int16_t)((to_next & next_dead_held[l]) |
                                  (~to_next & dead_held[l]));
            taps_read = (int16_t)((to_next & to_dead_window) |
                                  (~to_next & dead_window[l]));
            held_read = lane_min(held_read, held[l]);
            taps_read = lane_min(taps_read, window[l]);
        }
        const int16_t window_read =
            (int16_t)((drop & end) | (lane_min(taps_read, drop) & ~end));
        const int16_t held_room =
            (int16_t)(s.held_rf - held[l] + (held_read & s.held_streams));
        const int16_t held_in =
            held_is_in ? 0
                       : (int16_t)(lane_min(held_fifo[l],
                                            lane_min(held_room, s.held_port)) &
                                   run);
        const int16_t window_room =
            (int16_t)(s.window_rf - window[l] + window_read);
        const int16_t asks =
            (int16_t)(lane_min(window_room, s.window_port) & run);
        const int16_t window_in = lane_min(window_fifo[l], asks);
        if (skips) {
            filter[l] =
                counting == COUNT_ALL
                    ? (int16_t)(~mac & next & ~wrap)
                    : (int16_t)((mac & next_filter[l]) | (~mac & next & ~wrap));
            if (counting == COUNT_ALL)
                dead_window[l] = to_dead_window;
            else if (may_count)
                dead_window[l] = (int16_t)((counts[l] & to_dead_window) |
                                           (~counts[l] & dead_window[l]));
            tap[l] = (int16_t)(((mac & to_tap) | (~mac & t)) & ~window_end);
            ended[l] = products_done;
            n_pair = (int16_t)(n_pair + (mac & pairs));
            moved_on[l] = (int16_t)((asks_next & 1) | window_end);
        } else {
            filter[l] = (int16_t)(next & ~wrap);
            tap[l] = (int16_t)((t - (mac & wrap)) & ~window_end);
        }
        in_psum[l] = (int16_t)((adding | to_add) & ~window_end);
        windows_left[l] = (int16_t)(w + window_end);
        window[l] = (int16_t)(window[l] + window_in - (drop & window_end));
        group_end |= (int16_t)(window_end & last_window);

        if (!held_is_in) {
            if (!skips) /* who skips has dead_held in its place */
                held_at[l] = (int16_t)((at - mac) & ~window_end);
            held[l] = (int16_t)(held[l] + held_in -
                                (all_held & s.held_streams & window_end));
        }
        if (commits && !held_is_in) {
            held_fifo[l] = (int16_t)(held_fifo[l] + push_held[l] - held_in);
            push_held[l] = 0;
        }
        if (commits) {
            window_fifo[l] =
                (int16_t)(window_fifo[l] + push_window[l] - window_in);
            push_window[l] = 0;
            asks_window[l] = asks;
        } else {
            pop_held[l] = held_in;
            pop_window[l] = window_in;
            issued[l] = mac;
        }
        emit[l] = send;
        take[l] = (int16_t)(send & takes_psum[l]);
        sent[l] = skips ? (int16_t)(((uint16_t)sent[l] << s.multipliers) - send)
                        : (int16_t)(((uint16_t)sent[l] << 1) | (send & 1));
        sending |= sent[l];

        /* The cycle goes to one cause. */
        const int16_t worked = (int16_t)(mac | add | found);
        const int16_t waits = (int16_t)(run & ~worked & started[l]);
        const int16_t held_first = (int16_t)(waits & ~adding & no_held);
        const int16_t window_first =
            (int16_t)(waits & ~adding & ~no_held & no_window);
        if (!commits) {
            n_fill = (int16_t)(n_fill - (run & ~worked & ~started[l]));
            n_drain = (int16_t)(n_drain - (active[l] & ~run));
        }
        started[l] = (int16_t)(started[l] | mac | found);
        n_skip = (int16_t)(n_skip - found);
        n_mac = (int16_t)(n_mac - mac);
        n_add = (int16_t)(n_add - add);
        n_waits = (int16_t)(n_waits - waits);
        n_held = (int16_t)(n_held - held_first);
        n_window = (int16_t)(n_window - window_first);
        n_in = (int16_t)(n_in - (waits & ~held_first & ~window_first & no_in));
        n_emit = (int16_t)(n_emit - send);
        popped |= (int16_t)(held_in | window_in);
    }
    sums->mac = n_mac;
    sums->add = n_add;
    sums->waits = n_waits;
    sums->held_first = n_held;
    sums->window_first = n_window;
    sums->in = n_in;
    sums->fill = n_fill;
    sums->drain = n_drain;
    sums->emits = n_emit;
    sums->skip = n_skip;
    sums->pairs = n_pair;
    sums->popped = popped;
    sums->sent = sending;
    sums->group_end = group_end;
}

#endif
