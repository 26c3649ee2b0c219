/* dram_controller.c - the controller of one channel: which burst goes next.
 *
 * Goes from command to command, not from clock to clock: of all commands that
 * could serve a waiting burst, the one with the earliest legal clock is what a
 * controller that looked in every clock would issue next.  Streams go faster:
 * mem/dram_stream.h.
 * SPDX-License-Identifier: MIT
 */
#include "mem/dram_controller.h"

#include <string.h>

#include "mem/dram_bursts.h"
#include "mem/dram_stream.h"
#include "sim/base/diag.h"

/* Moves bursts into the queues until the next one's queue is full. */
static void refill(struct dram_controller *c, struct dram_bursts *source)
{
    while (source->has_burst) {
        struct dram_queue *q = &c->queue[source->request.is_write];
        if (q->n == c->queue_bursts)
            return;
        dram_controller_push(c, q, source->burst);
        dram_bursts_next(source);
    }
}

/* ---- decisions ---- */

/* What to do next.  rank: the lower, the sooner; first ready, first come:
 * clocks from now on, above 32 bits of age beyond the oldest burst's (the cap
 * keeps those small).  UINT64_MAX: nothing. */
struct choice {
    enum dram_command command;
    int bank;
    uint64_t rank;
};

#define RANK_AGE_BITS 32

static uint64_t clock_of(const struct dram_controller *c,
                         const struct choice *choice)
{
    return c->state.clock + (choice->rank >> RANK_AGE_BITS);
}

static inline void consider(const struct dram_controller *c,
                            struct choice *best, int bank, int16_t burst,
                            uint64_t clock)
{
    const struct dram_queue *q = &c->queue[c->way];
    uint64_t rank = (clock - c->state.clock) << RANK_AGE_BITS |
                    (q->burst[burst].age - q->burst[q->oldest].age);
    bool is_better = rank < best->rank;
    best->rank = is_better ? rank : best->rank;
    best->bank = is_better ? bank : best->bank;
}

static bool oldest_has_bank_to_itself(const struct dram_queue *q)
{
    return q->overtaken >= DRAM_OVERTAKE_MAX;
}

/* Returns the banks, a bit each, that have a column access for the queue. */
static uint32_t banks_to_access(const struct dram_queue *q)
{
    if (oldest_has_bank_to_itself(q)) {
        int bank = q->burst[q->oldest].place.bank;
        if (q->hit[bank] != q->oldest)
            return q->hits & ~dram_bank_bit(bank);
    }
    return q->hits;
}

static struct choice choose_column(const struct dram_controller *c,
                                   uint32_t banks)
{
    const struct dram_queue *q = &c->queue[c->way];
    const struct dram_part_state *s = &c->state;
    struct choice best = {c->way == DRAM_WAY_READ ? DRAM_READ : DRAM_WRITE, -1,
                          UINT64_MAX};
    int oldest_bank = q->burst[q->oldest].place.bank;

    /* Nothing comes before the oldest burst if its bank does not delay it. */
    if ((banks >> oldest_bank & 1) && q->hit[oldest_bank] == q->oldest) {
        uint64_t clock =
            dram_part_earliest_column(&c->timing, s, c->way, oldest_bank);
        if (clock == dram_later(s->clock, s->column[c->way])) {
            consider(c, &best, oldest_bank, q->oldest, clock);
            return best;
        }
    }
    for (uint32_t left = banks; left != 0; left &= left - 1) {
        int bank = __builtin_ctz(left);
        consider(c, &best, bank, q->hit[bank],
                 dram_part_earliest_column(&c->timing, s, c->way, bank));
    }
    return best;
}

/* Chooses an ACT or a PRE. `banks` are those whose oldest burst waits for its
 * row. */
static struct choice choose_row(const struct dram_controller *c, uint32_t banks)
{
    const struct dram_queue *q = &c->queue[c->way];
    const struct dram_part_state *s = &c->state;
    struct choice activate = {DRAM_ACTIVATE, -1, UINT64_MAX};
    struct choice precharge = {DRAM_PRECHARGE, -1, UINT64_MAX};
    for (uint32_t left = banks & ~s->open_banks; left != 0; left &= left - 1) {
        int bank = __builtin_ctz(left);
        consider(c, &activate, bank, q->first[bank],
                 dram_part_earliest_activate(&c->timing, s, bank));
    }
    for (uint32_t left = banks & s->open_banks; left != 0; left &= left - 1) {
        int bank = __builtin_ctz(left);
        consider(c, &precharge, bank, q->first[bank],
                 dram_part_earliest_precharge(s, bank));
    }
    return activate.rank < precharge.rank ? activate : precharge;
}

/* Chooses the next command: of those that are ready first, a column access
 * before others, and then the oldest. */
static struct choice choose(const struct dram_controller *c)
{
    const struct dram_queue *q = &c->queue[c->way];
    uint32_t to_access = banks_to_access(q);
    struct choice column = choose_column(c, to_access), row;
    if (q->banks == to_access || column.rank >> RANK_AGE_BITS == 0)
        return column;
    row = choose_row(c, q->banks & ~to_access);
    return row.rank >> RANK_AGE_BITS < column.rank >> RANK_AGE_BITS ? row
                                                                    : column;
}

static void choose_way(struct dram_controller *c)
{
    const struct dram_queue *q = &c->queue[c->way];
    if (c->queue[dram_controller_other_way(c)].n == 0) {
        c->way_bursts = 0;
    } else if (q->n == 0 || (c->way_bursts >= c->queue_bursts &&
                             !oldest_has_bank_to_itself(q))) {
        c->way = dram_controller_other_way(c);
        c->way_bursts = 0;
    }
}

/* ---- commands ---- */

static void issue(struct dram_controller *c, enum dram_command command,
                  struct dram_place place, uint64_t clock)
{
    dram_part_issue(&c->timing, &c->state, command, place.bank, place.row,
                    clock);
    if (c->tap.command != NULL)
        c->tap.command(c->tap.context, clock, command, place.bank, place.row,
                       place.burst);
}

/* The commands of a refresh, one by one. */
static void issue_refresh(struct dram_controller *c)
{
    const struct dram_timing *t = &c->timing;
    const struct dram_part_state *s = &c->state;
    const struct dram_place nowhere = {-1, -1, -1};
    uint64_t due = s->refresh_due;
    if (s->open_banks != 0)
        issue(
            c, DRAM_PRECHARGE_ALL, nowhere,
            dram_later(due, dram_part_earliest(t, s, DRAM_PRECHARGE_ALL, -1)));
    issue(c, DRAM_REFRESH, nowhere,
          dram_later(due, dram_part_earliest(t, s, DRAM_REFRESH, -1)));
}

static void refresh(struct dram_controller *c)
{
    if (c->tap.command != NULL)
        issue_refresh(c);
    else
        dram_part_refresh(&c->timing, &c->state);
    for (int way = 0; way < DRAM_WAYS; way++)
        c->queue[way].hits = 0;
    c->counts.refreshes++;
}

static void precharge(struct dram_controller *c, int bank, uint64_t clock)
{
    struct dram_place place = {bank, -1, -1};
    issue(c, DRAM_PRECHARGE, place, clock);
    for (int way = 0; way < DRAM_WAYS; way++)
        dram_queue_row_closed(&c->queue[way], bank);
}

static void activate(struct dram_controller *c, int bank, uint64_t clock)
{
    struct dram_queue *q = &c->queue[c->way];
    struct dram_burst *burst = &q->burst[q->first[bank]];
    struct dram_place place = burst->place;
    place.burst = -1;
    issue(c, DRAM_ACTIVATE, place, clock);
    for (int way = 0; way < DRAM_WAYS; way++)
        dram_queue_row_opened(&c->queue[way], place.bank, place.row);
    burst->was_opened = true;
    c->counts.activates++;
}

static void access(struct dram_controller *c, enum dram_command command,
                   int bank, uint64_t clock)
{
    struct dram_queue *q = &c->queue[c->way];
    const struct dram_burst *burst = &q->burst[q->hit[bank]];
    issue(c, command, burst->place, clock);
    c->counts.bursts++;
    c->counts.write_bursts += command == DRAM_WRITE;
    c->counts.row_hits += !burst->was_opened;
    c->way_bursts += c->queue[dram_controller_other_way(c)].n > 0;
    dram_queue_take_hit(q, bank);
}

/* Issues one command.  Returns the clock in which its data has been moved, 0
 * for a command that moves none. */
static uint64_t step(struct dram_controller *c)
{
    struct choice best = choose(c);
    uint64_t clock = clock_of(c, &best);
    while (clock >= c->state.refresh_due) {
        refresh(c);
        best = choose(c);
        clock = clock_of(c, &best);
    }
    switch (best.command) {
    case DRAM_PRECHARGE:
        precharge(c, best.bank, clock);
        return 0;
    case DRAM_ACTIVATE:
        activate(c, best.bank, clock);
        return 0;
    default:
        access(c, best.command, best.bank, clock);
        return clock + (uint64_t)c->timing.column_to_data_end[c->way];
    }
}

/* ---- public ---- */

void dram_controller_init(struct dram_controller *c,
                          const struct dram_part *part)
{
    memset(c, 0, sizeof(*c));
    SIM_CHECK(part->queue_bursts > 0 && part->queue_bursts <= DRAM_QUEUE_MAX);
    dram_timing_init(&c->timing, part);
    dram_map_init(&c->map, part);
    dram_part_state_init(&c->state, &c->timing);
    for (int way = 0; way < DRAM_WAYS; way++)
        dram_queue_init(&c->queue[way]);
    c->queue_bursts = part->queue_bursts;
}

void dram_controller_idle(struct dram_controller *c, uint64_t clock)
{
    struct dram_part_state *s = &c->state;
    uint64_t period = (uint64_t)c->timing.tREFI;
    while (s->refresh_due < clock) {
        uint64_t more = (clock - 1 - s->refresh_due) / period;
        refresh(c);
        /* Rows are closed now: all but the last of these refreshes go by
         * without a trace. */
        if (c->tap.command == NULL && more > 1) {
            c->counts.refreshes += more - 1;
            s->refresh_due += (more - 1) * period;
        }
    }
    s->clock = dram_later(s->clock, clock);
}

uint64_t dram_controller_serve(struct dram_controller *c,
                               const struct dram_request *requests, int n,
                               const struct dram_share *share,
                               uint64_t start_clock)
{
    struct dram_bursts source;
    uint64_t end_clock = start_clock;
    dram_bursts_start(&source, requests, n, c->map.byte_bits, share);
    if (!source.has_burst)
        return end_clock;
    dram_controller_idle(c, start_clock);
    c->way_bursts = 0;
    refill(c, &source);
    while (c->queue[DRAM_WAY_READ].n + c->queue[DRAM_WAY_WRITE].n > 0) {
        uint64_t moved;
        choose_way(c);
        moved = dram_stream(c, &source);
        if (moved == 0) {
            moved = step(c);
            refill(c, &source);
        }
        end_clock = dram_later(end_clock, moved);
    }
    return end_clock;
}
