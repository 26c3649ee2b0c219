/* multicast_skips.c - how the multicast machine skips periods inside a pass.
 *
 * Where lane 0 ends a window or a group, the machine is compared with what it
 * was there before (pass_periods.h).  If it does not repeat as a whole, often
 * all lanes do, while their window fifos still fill or run dry, because the
 * network is faster or slower than they are.  As long as a fifo has what its
 * lane asks for, the lane does not know how much else there is.  So one period
 * of what all lanes ask for is recorded; then the network and the fifos alone
 * are stepped against it, whole periods at a time, until a fifo is short of a
 * word, and all else is skipped (docs/periods.md).
 * SPDX-License-Identifier: MIT
 */
#include <stdlib.h>
#include <string.h>

#include "sim/array/multicast_parts.h"
#include "sim/array/pass_periods.h"

/* Numbers that a record may have, of all lanes and cycles. */
enum { RECORD_MAX = 1 << 22 };

/* What the pass counts by what the network of window words does. */
struct words_counts {
    uint64_t free_cycle; /* of the tile that the network reads */
    uint64_t wait_by[NETWORK_WAIT_N];
};

/* What is stepped: window fifos, their network, what that counts. */
struct words_state {
    struct stream_state stream;
    struct multicast_counts words;
    struct words_counts counts;
    int16_t *fifo; /* owns; by lane */
};

struct multicast_drift {
    struct multicast_machine *machine; /* borrowed */
    struct pass_periods *inside;       /* owns; all but the above */
    bool records;
    bool is_short;   /* a lane asked for more than its fifo had */
    uint64_t cycles; /* recorded */
    int16_t *asked;  /* owns; by cycle, then lane */
    size_t room;     /* of asked */
    uint64_t *waits; /* owns; by cycle: PEs that wait for a window word */
    size_t waits_room;
    int16_t *before;       /* owns; fifos as the cycle began */
    uint64_t waits_before; /* of all PEs, as the cycle began */
    struct words_state boundary;
    uint64_t skipped_cycles; /* of the pass */
};

static int lanes_used(const struct multicast_machine *m)
{
    return m->lanes.pass.rows_used * m->lanes.cfg.chains;
}

/* The machine's blocks, without what the window words are in. */
static struct pass_periods *periods_inside(struct multicast_machine *m)
{
    struct block *blocks;
    const int n = multicast_machine_blocks(m, BLOCK_GRAIN_ARRAY, &blocks);
    for (int k = 0; k < n; k++) {
        if (blocks[k].period == &multicast_network_period)
            blocks[k].period = &multicast_other_network_period;
        else if (blocks[k].period == &multicast_pes_period)
            blocks[k].period = &multicast_pes_inside_period;
    }
    return pass_periods_new(blocks, n);
}

static struct multicast_drift *drift_new(struct multicast_machine *m)
{
    struct multicast_drift *d = xcalloc(1, sizeof(*d));
    const size_t lanes = (size_t)m->lanes.n;
    SIM_CHECK(m->l1 == NULL);
    d->machine = m;
    d->inside = periods_inside(m);
    SIM_CHECK(d->inside != NULL);
    d->before = xcalloc(lanes, sizeof(*d->before));
    d->boundary.fifo = xcalloc(lanes, sizeof(*d->boundary.fifo));
    return d;
}

void multicast_drift_free(struct multicast_drift *d)
{
    if (d == NULL)
        return;
    pass_periods_free(d->inside);
    free(d->asked);
    free(d->waits);
    free(d->before);
    free(d->boundary.fifo);
    free(d);
}

static void stop(struct multicast_drift *d)
{
    d->records = false;
    pass_periods_forget_windows(d->inside);
}

static void drift_forget(struct multicast_drift *d)
{
    stop(d);
    if (d->machine->counts.cycles == 0)
        d->skipped_cycles = 0;
}

/* Lanes call window words ifmap words. */
static uint64_t *waits_of(struct multicast_machine *m)
{
    return &m->counts.pe_cycles[PE_WAIT_IFMAP];
}

static uint64_t *wait_by_of(struct multicast_machine *m)
{
    return m->counts.wait_by[PE_WAIT_IFMAP - PE_WAIT_FILTER];
}

static void drift_before_step(struct multicast_drift *d)
{
    const struct lane_fields *f = &d->machine->lanes.f;
    d->waits_before = *waits_of(d->machine);
    memcpy(d->before, f->window_fifo,
           (size_t)lanes_used(d->machine) * sizeof(*d->before));
}

/* Makes room for one more cycle; false: it would be too long a record. */
static bool has_room(struct multicast_drift *d)
{
    const size_t lanes = (size_t)lanes_used(d->machine);
    const size_t needed = ((size_t)d->cycles + 1) * lanes;
    if (needed > RECORD_MAX)
        return false;
    if (needed > d->room) {
        d->room = 2 * needed;
        d->asked = xrealloc(d->asked, d->room, sizeof(*d->asked));
    }
    if (d->cycles >= d->waits_room) {
        d->waits_room = 2 * ((size_t)d->cycles + 1);
        d->waits = xrealloc(d->waits, d->waits_room, sizeof(*d->waits));
    }
    return true;
}

static void drift_after_step(struct multicast_drift *d)
{
    struct multicast_machine *m = d->machine;
    const int used = lanes_used(m);
    if (!has_room(d)) {
        stop(d);
        return;
    }
    int16_t *const asked = &d->asked[d->cycles * (uint64_t)used];
    if (!lanes_record_windows(&m->lanes, d->before, asked))
        d->is_short = true;
    d->waits[d->cycles] = *waits_of(m) - d->waits_before;
    d->cycles++;
}

static uint64_t *free_cycle_of(struct multicast_machine *m)
{
    return window_network(m) == NETWORK_FILTER ? &m->counts.filter_free_cycle
                                               : &m->counts.ifmap_free_cycle;
}

static void take_counts(struct multicast_machine *m, struct words_counts *to)
{
    to->free_cycle = *free_cycle_of(m);
    memcpy(to->wait_by, wait_by_of(m), sizeof(to->wait_by));
}

static void put_counts(const struct words_counts *from,
                       struct multicast_machine *m)
{
    *free_cycle_of(m) = from->free_cycle;
    memcpy(wait_by_of(m), from->wait_by, sizeof(from->wait_by));
}

static void save_words(struct multicast_drift *d,
                       const struct words_counts *counts)
{
    const struct multicast_machine *m = d->machine;
    const enum network k = window_network(m);
    d->boundary.stream = m->state->stream[k];
    d->boundary.words = m->words[k];
    d->boundary.counts = *counts;
    memcpy(d->boundary.fifo, m->lanes.f.window_fifo,
           (size_t)lanes_used(m) * sizeof(*d->boundary.fifo));
}

static void restore_words(struct multicast_drift *d)
{
    struct multicast_machine *m = d->machine;
    const enum network k = window_network(m);
    m->state->stream[k] = m->state->next[k] = d->boundary.stream;
    m->words[k] = d->boundary.words;
    memcpy(m->lanes.f.window_fifo, d->boundary.fifo,
           (size_t)lanes_used(m) * sizeof(*d->boundary.fifo));
    memset(m->lanes.f.push_window, 0,
           (size_t)lanes_used(m) * sizeof(*m->lanes.f.push_window));
}

/* One cycle of the network and the fifos; false: a fifo has less than its lane
 * asks for. */
static bool step_words(struct multicast_machine *m, const int16_t *asks)
{
    const enum network k = window_network(m);
    multicast_eval_network(m, k);
    const bool is_enough = lanes_step_windows(&m->lanes, asks);
    m->state->stream[k] = m->state->next[k];
    return is_enough;
}

/* Steps the words by whole periods of the record, at most so many.  Returns how
 * many it could. */
static uint64_t step_periods(struct multicast_drift *d, uint64_t most)
{
    struct multicast_machine *m = d->machine;
    const enum network k = window_network(m);
    const uint64_t used = (uint64_t)lanes_used(m);
    uint64_t now = m->counts.cycles;
    struct words_counts counts;
    take_counts(m, &counts);
    for (uint64_t periods = 0; periods < most; periods++) {
        save_words(d, &counts);
        for (uint64_t t = 0; t < d->cycles; t++, now++) {
            if (!step_words(m, &d->asked[t * used])) {
                restore_words(d);
                return periods;
            }
            counts.wait_by[m->network_did[k]] += d->waits[t];
            if (!stream_is_done(&m->state->stream[k]))
                counts.free_cycle = now + 2;
        }
        d->boundary.counts = counts;
    }
    return most;
}

/* The record is whole: goes on by it.  PEs wait as often in each period, but
 * their network need not do in it what it did in the one before. */
static uint64_t drift(struct multicast_drift *d, uint64_t most)
{
    struct multicast_machine *m = d->machine;
    const uint64_t periods = step_periods(d, most);
    m->moved = false;
    if (periods > 0) {
        pass_periods_skip(d->inside, periods);
        put_counts(&d->boundary.counts, m);
    }
    d->skipped_cycles += periods * d->cycles;
    return periods * d->cycles;
}

static uint64_t drift_beat(struct multicast_drift *d)
{
    struct multicast_machine *m = d->machine;
    uint64_t cycles = 0, skipped = 0;
    const uint64_t left =
        m->state->in_flight
            ? pass_periods_compare(d->inside, m->counts.cycles, &cycles)
            : 0;
    if (left > 0 && d->records && !d->is_short && d->cycles == cycles) {
        skipped = drift(d, left);
        stop(d);
        if (skipped > 0)
            return skipped;
    }
    d->records = left > 1;
    d->is_short = false;
    d->cycles = 0;
    pass_periods_remember(d->inside, m->counts.cycles);
    return skipped;
}

/* Beats are where lane 0 ends a window or a group, but no closer than this, so
 * that copies cost less than the cycles between them. */
enum { BEAT_CYCLES = 8 };

void multicast_machine_may_skip(struct multicast_machine *m)
{
    struct block *blocks;
    SIM_CHECK(m->periods == NULL);
    const int n = multicast_machine_blocks(m, BLOCK_GRAIN_ARRAY, &blocks);
    m->periods = pass_periods_new(blocks, n);
    if (m->periods != NULL && m->l1 == NULL)
        m->drift = drift_new(m);
}

void multicast_start_beats(struct multicast_machine *m)
{
    m->skipped_cycles = 0;
    m->beat.windows_left = (uint16_t)m->lanes.f.windows_left[0];
    m->beat.groups_done = (uint16_t)m->lanes.f.groups_done[0];
    m->beat.cycle = 0;
    if (m->periods != NULL)
        pass_periods_forget(m->periods);
    if (m->drift != NULL)
        drift_forget(m->drift);
}

/* Periods of the whole machine, or else of all but the window words. */
static uint64_t skip(struct multicast_machine *m, enum period_level level)
{
    uint64_t skipped = pass_periods_beat(m->periods, level, m->counts.cycles);
    if (m->drift == NULL)
        return skipped;
    if (skipped > 0 || level == PERIOD_GROUPS) {
        drift_forget(m->drift);
        return skipped;
    }
    skipped = drift_beat(m->drift);
    if (skipped > 0)
        pass_periods_forget_windows(m->periods);
    return skipped;
}

uint64_t multicast_beat(struct multicast_machine *m)
{
    const uint16_t left = (uint16_t)m->lanes.f.windows_left[0];
    const uint16_t done = (uint16_t)m->lanes.f.groups_done[0];
    struct beat *beat = &m->beat;
    if (left == beat->windows_left && done == beat->groups_done)
        return 0;
    const enum period_level level =
        done == beat->groups_done ? PERIOD_WINDOWS : PERIOD_GROUPS;
    uint64_t skipped = 0;
    if (m->counts.cycles - beat->cycle >= BEAT_CYCLES) {
        skipped = skip(m, level);
        beat->cycle = m->counts.cycles;
        m->skipped_cycles += skipped;
    }
    beat->windows_left = (uint16_t)m->lanes.f.windows_left[0];
    beat->groups_done = (uint16_t)m->lanes.f.groups_done[0];
    return skipped;
}

uint64_t multicast_machine_steps(struct multicast_machine *m)
{
    const bool records = m->drift != NULL && m->drift->records;
    if (records)
        drift_before_step(m->drift);
    if (!multicast_machine_step(m))
        return 0;
    if (m->periods == NULL || m->tap != NULL)
        return 1;
    if (records)
        drift_after_step(m->drift);
    return 1 + multicast_beat(m);
}

const struct period_skips *
multicast_machine_skips(const struct multicast_machine *m)
{
    return pass_periods_skips(m->periods);
}

uint64_t multicast_machine_drifted(const struct multicast_machine *m)
{
    return m->drift != NULL ? m->drift->skipped_cycles : 0;
}

uint64_t multicast_machine_skipped(const struct multicast_machine *m)
{
    return m->skipped_cycles;
}
