/* dram_stream.c - many column accesses of a controller in one step.
 * SPDX-License-Identifier: MIT
 */
#include "mem/dram_stream.h"

#include <stddef.h>

/* The least number of columns that are worth a stream; fewer go faster one by
 * one. */
enum { STREAM_MIN = 8 };

static uint64_t min_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Returns the first burst after this one that lies in other rows. */
static uint64_t end_of_rows(const struct dram_controller *c, uint64_t burst)
{
    int bits = c->map.group_bits + c->map.burst_bits;
    return ((burst >> bits) + 1) << bits;
}

/* Whether the queue holds the run's last bursts and no others. */
static bool is_stream(const struct dram_controller *c,
                      const struct dram_bursts *source)
{
    const struct dram_queue *q = &c->queue[c->way];
    uint64_t in_sight = (uint64_t)q->n;
    return c->tap.command == NULL && q->hits == q->banks &&
           q->n == c->queue_bursts &&
           c->queue[dram_controller_other_way(c)].n == 0 && source->has_burst &&
           source->burst - source->first >= in_sight &&
           c->next_age - q->burst[q->oldest].age == in_sight;
}

/* Whether the rows of bursts first .. end - 1 are open, and the bursts ready
 * if the first one goes at `clock`. */
static bool rows_are_ready(const struct dram_controller *c, uint64_t first,
                           uint64_t end, uint64_t clock, uint64_t distance)
{
    end = min_u64(end, first + (uint64_t)c->timing.bankgroups);
    for (uint64_t burst = first; burst < end; burst++, clock += distance) {
        struct dram_place place = dram_controller_place(c, burst);
        if (c->state.bank[place.bank].open_row != place.row ||
            dram_part_earliest_column(&c->timing, &c->state, c->way,
                                      place.bank) > clock)
            return false;
    }
    return true;
}

/* How many columns can go at this distance, burst `first` at `clock`. */
static uint64_t stream_length(const struct dram_controller *c,
                              const struct dram_bursts *source, uint64_t first,
                              uint64_t clock, uint64_t distance)
{
    const struct dram_timing *t = &c->timing;
    uint64_t due = c->state.refresh_due, next = source->burst, n, end = first;
    if (clock >= due || (uint64_t)t->bankgroups * distance <
                            (uint64_t)t->column_l[c->way][c->way])
        return 0;
    n = min_u64(source->last - next, (due - clock + distance - 1) / distance);
    while (end < next + n &&
           rows_are_ready(c, end, end_of_rows(c, end),
                          clock + (end - first) * distance, distance))
        end = end_of_rows(c, end);
    return end > next ? min_u64(n, end - next) : 0;
}

/* Issues a stream of column accesses. Only the last column of a row, and of a
 * bank group in it, leaves a trace in the state, so only the last ones of each
 * row are issued one by one. */
static void issue_stream(struct dram_controller *c, uint64_t first, uint64_t n,
                         uint64_t clock, uint64_t distance)
{
    uint64_t groups = (uint64_t)c->timing.bankgroups, end = first + n, rows_end;
    for (uint64_t burst = first; burst < end; burst = rows_end) {
        rows_end = min_u64(end, end_of_rows(c, burst));
        if (rows_end - burst > groups)
            burst = rows_end - groups;
        for (; burst < rows_end; burst++) {
            struct dram_place place = dram_controller_place(c, burst);
            dram_part_issue(&c->timing, &c->state,
                            c->way == DRAM_WAY_READ ? DRAM_READ : DRAM_WRITE,
                            place.bank, place.row,
                            clock + (burst - first) * distance);
        }
    }
}

/* The queue after n steps: bursts `first` + n and on.  Returns how many of
 * those that left it had their row opened for them. */
static uint64_t shift_queue(struct dram_controller *c, uint64_t first,
                            uint64_t n)
{
    struct dram_queue *q = &c->queue[c->way];
    uint64_t was_opened = 0, count = 0, left = (uint64_t)q->n;
    for (int16_t k = q->youngest; k >= 0; k = q->burst[k].older)
        was_opened = was_opened << 1 | q->burst[k].was_opened;
    dram_queue_clear(q);
    for (uint64_t k = 0; k < min_u64(n, left); k++, was_opened >>= 1)
        count += was_opened & 1;
    for (uint64_t k = 0; k < left; k++, was_opened >>= 1) {
        dram_controller_push(c, q, first + n + k);
        q->burst[q->youngest].was_opened = was_opened & 1;
    }
    return count;
}

uint64_t dram_stream(struct dram_controller *c, struct dram_bursts *source)
{
    const struct dram_queue *q = &c->queue[c->way];
    uint64_t distance = (uint64_t)c->timing.column_s[c->way][c->way];
    uint64_t clock = dram_later(c->state.clock, c->state.column[c->way]);
    uint64_t first = source->burst - (uint64_t)q->n, n;
    if (!is_stream(c, source))
        return 0;
    n = stream_length(c, source, first, clock, distance);
    if (n < STREAM_MIN)
        return 0;
    issue_stream(c, first, n, clock, distance);
    c->counts.bursts += n;
    c->counts.write_bursts += c->way == DRAM_WAY_WRITE ? n : 0;
    c->counts.row_hits += n - shift_queue(c, first, n);
    source->burst += n;
    return clock + (n - 1) * distance +
           (uint64_t)c->timing.column_to_data_end[c->way];
}
