/* dram_controller.h - the controller of one channel: which burst goes next.
 *
 * Policy  FR-FCFS (Rixner et al., ISCA 2000), open page.  Each clock: the
 *         oldest column access that may go, else the oldest ACT or PRE.  A
 *         bank works for the oldest burst that wants its open row, else for
 *         its oldest one: no row is closed that a burst in the same queue
 *         wants.  But once DRAM_OVERTAKE_MAX bursts have gone before the
 *         oldest of a queue, that one has its bank to itself (FR-FCFS with a
 *         cap: Mutlu, Moscibroda, MICRO 2007).
 * Turns   Reads and writes wait in queues of their own, and one of them has
 *         its turn: until it is empty, or queue_bursts of it were moved while
 *         the other one waited and none has its bank to itself.
 * Refresh every tREFI, all banks at once: from that clock on only precharges
 *         are issued until REF is; rows stay closed after it.
 * Values  are not known here: a read may go before an older write of the same
 *         call, as the DMA never asks for both.
 * SPDX-License-Identifier: MIT
 */
#ifndef MEM_DRAM_CONTROLLER_H
#define MEM_DRAM_CONTROLLER_H

#include "mem/dram.h"
#include "mem/dram_bursts.h"
#include "mem/dram_part.h"
#include "mem/dram_queue.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A cap as in Mutlu, Moscibroda, MICRO 2007.  Assumed: its value, large enough
 * to leave streams alone, small enough to bound a wait. */
#define DRAM_OVERTAKE_MAX 64

struct dram_controller {
    struct dram_timing timing;
    struct dram_map map;
    struct dram_part_state state;
    struct dram_queue queue[DRAM_WAYS]; /* empty between two calls */
    enum dram_way way;                  /* which queue has its turn */
    int way_bursts; /* moved in this turn while the other one waited */
    int queue_bursts;
    uint64_t next_age;
    struct dram_totals counts;
    struct dram_tap tap;
};

/* A part that breaks the model's limits (powers of two, DRAM_*_MAX) is our own
 * mistake, as is tREFI shorter than a refresh. */
void dram_controller_init(struct dram_controller *c,
                          const struct dram_part *part);
/* Serves the channel's share of n requests (NULL: there are no others) from
 * start_clock on, or from state.clock if later.
 * Returns the clock in which the last data has been moved. */
uint64_t dram_controller_serve(struct dram_controller *c,
                               const struct dram_request *requests, int n,
                               const struct dram_share *share,
                               uint64_t start_clock);
/* Lets time pass up to `clock` without a request. */
void dram_controller_idle(struct dram_controller *c, uint64_t clock);

/* What follows is shared by the controller's own files only. */

static inline enum dram_way
dram_controller_other_way(const struct dram_controller *c)
{
    return c->way == DRAM_WAY_READ ? DRAM_WAY_WRITE : DRAM_WAY_READ;
}

/* Returns where a burst lies; bursts of the channel are numbered from address 0
 * on. */
static inline struct dram_place
dram_controller_place(const struct dram_controller *c, uint64_t burst)
{
    return dram_map_place(&c->map, burst << c->map.byte_bits);
}

static inline void dram_controller_push(struct dram_controller *c,
                                        struct dram_queue *q, uint64_t burst)
{
    struct dram_place place = dram_controller_place(c, burst);
    dram_queue_push(q, place, c->next_age++,
                    c->state.bank[place.bank].open_row);
}

#ifdef __cplusplus
}
#endif

#endif
