/* pass_time.c - adds up what a pass does one after the other, and takes the
 * longest of what goes on side by side.
 * SPDX-License-Identifier: MIT
 */
#include "dataflows/search/pass_time.h"

#include <limits.h>
#include <math.h>

#include "dataflows/pass/pass_rounds.h"
#include "noc/tree.h"

/* Cycles of a round that nothing holds up. */
static double round_cycles(const struct arch *a, enum network k, int banks,
                           const struct pass_dests *to)
{
    const int row = pass_row_words(a, k);
    const uint64_t cycles = pass_chunks_cycles(a, k, banks, to, INT_MAX);
    const uint64_t words = pass_round_words(to);
    const double most = (double)banks * row, mean = (double)cycles;
    if (cycles == 0)
        return 0;
    /* A cycle's words lie in as many rows as there are banks: those of one that
     * begins late in a row may take another cycle. */
    const int of_cycle = (int)ceil((double)words / mean);
    if (of_cycle > most)
        return fmax(mean, ceil((double)words / most));
    const double over = (of_cycle + row - gcd_int(of_cycle, row) - most) / row;
    return mean * (1 + fmax(0, over));
}

/* Whether words of an operand wait in L1s, close to the PEs. */
static bool l1_has(const struct arch *a, enum tensor tensor)
{
    return a->has_l1 && !a->l1_bypass[tensor];
}

/* What a pass begins and ends with: L2 answers, a word crosses the fifo and the
 * register file; the last psum leaves its PE, goes up the chain, or through the
 * tree, and to L2.  The PEs of a chain get their words from the bottom up, and
 * those further up have less of the chain before them. */
static double ramp_cycles(const struct arch *a, const struct multicast_pass *d)
{
    const double later = 1.0 / arch_l2_slots(a, pass_held_network(d));
    const int rows = d->blocks * d->block_rows;
    double psums = a->pipeline_cycles;
    if (a->psum_reduce == PSUM_TREE)
        psums += tree_stages(a->rows);
    else
        psums += (rows - 1) * fmax(0, a->pipeline_cycles - later);
    return a->l2_latency_cycles + 2 + psums + 1;
}

/* What a pass does, in cycles of whoever does it alone. */
struct work {
    double windows, emissions;
    double products, adds; /* of a window, on the busiest PE */
    /* Its networks: all held words, all of the windows', all psums that leave,
     * or come; those of the first window; the psums of an emission. */
    double held, window, psums, psums_in, first_window, round;
    /* Shares of the words that slide, and of the psums that come, for which PEs
     * have room. */
    double room, psum_room;
};

static struct work work_of(const struct arch *a, const struct multicast_pass *d)
{
    const enum network held = pass_held_network(d),
                       window = pass_window_network(d);
    const enum tensor slides = d->holds_ifmap ? TENSOR_FILTER : TENSOR_IFMAP;
    const enum tensor stays = d->holds_ifmap ? TENSOR_IFMAP : TENSOR_FILTER;
    const int groups = multicast_groups(d), cols = d->filter_cols;
    const double windows = (double)multicast_windows(d);
    const double columns = (double)multicast_all_columns(d);
    const int channels = d->blocks > 1 ? d->channels : d->channels_tail;
    const int filters = d->sets > groups ? d->filters : d->filters_tail;
    const struct pass_dests held_to = pass_held_dests(d);
    const struct pass_dests window_to = pass_window_dests(d);
    const struct pass_dests psum_to = pass_psum_dests(d);
    const double window_round =
        round_cycles(a, window, d->banks[slides], &window_to);
    const int banks = d->banks[TENSOR_PSUM];
    struct work w = {
        .windows = windows,
        .emissions =
            d->emit_last ? (double)d->groups[0] + d->groups[1] : windows,
        .products = (double)filters * channels * cols,
        .held = round_cycles(a, held, d->banks[stays], &held_to),
        .window = window_round * columns,
        .first_window = window_round * cols,
        .round = round_cycles(a, NETWORK_PSUM_OUT, banks, &psum_to),
        .room = fmin(1, (a->fifo_words + a->rf_words[slides]) /
                            (columns * channels))};
    if (d->held_streams)
        w.held *= windows;
    w.psums = w.round * w.emissions;
    const double in =
        d->psum_in ? round_cycles(a, NETWORK_PSUM_IN, banks, &psum_to) : 0;
    w.psums_in = in * w.emissions;
    w.psum_room = fmin(1, a->fifo_words / (filters * w.emissions));
    if (l1_has(a, slides))
        w.room = 1;
    /* Psums that fifos have no room for leave while PEs add them. */
    if (a->psum_reduce != PSUM_TREE && !d->sends_products) {
        const double over = fmax(0, filters - a->fifo_words) / filters;
        w.adds = a->psum_add == PSUM_ADD_OWN_CYCLE ? filters : 0;
        w.adds = fmax(w.adds, over * fmax(w.round, in));
    }
    return w;
}

/* Both operands stream, and psums leave as they are made, or at the end. */
static double streaming(const struct multicast_pass *d, const struct work *w)
{
    const double products =
        fmax(fmax(w->held, w->window), w->products * w->windows);
    return d->emit_last ? products + fmax(w->adds, w->psums)
                        : fmax(products, w->psums);
}

/* Held words come first; the first window's products take them as they come. */
static double staying(const struct work *w)
{
    const double first = fmax(fmax(w->held, w->products), w->first_window);
    const double last =
        fmax(w->adds, w->round - 1); /* until its psums are out */
    const double work =
        first + (w->products + w->adds) * (w->windows - 1) + last;
    const double streamed = w->window + fmax(0, w->held - w->room * w->window);
    const double psums_in =
        w->psums_in + fmax(0, first - w->psum_room * w->psums_in);
    return fmax(fmax(work, first + fmax(0, w->psums - 1)),
                fmax(streamed, psums_in));
}

/* When the last filter word has left L2: all of them have to, and those that
 * stream run ahead of the products by no more than PEs have room for. */
static double filters_leave(const struct arch *a,
                            const struct multicast_pass *d,
                            const struct work *w, double cycles)
{
    if (d->holds_ifmap) {
        const double work = w->products * w->windows + w->adds * w->emissions;
        return w->room < 1 ? fmax(w->window, cycles - w->room * work)
                           : w->window;
    }
    if (!d->held_streams)
        return w->held;
    const double words = w->products * w->windows;
    const double room =
        a->fifo_words + (d->no_rf ? 2 : a->rf_words[TENSOR_FILTER]);
    return fmax(w->held, fmax(w->window, words) * (1 - fmin(1, room / words)));
}

struct pass_time pass_time_about(const struct arch *a,
                                 const struct multicast_pass *d)
{
    const struct work w = work_of(a, d);
    const double busy = d->held_streams ? streaming(d, &w) : staying(&w);
    const double all = busy + ramp_cycles(a, d);
    const double leave = a->l2_latency_cycles + filters_leave(a, d, &w, busy);
    return (struct pass_time){(uint64_t)(all + 0.5),
                              (uint64_t)fmin(leave, all)};
}
