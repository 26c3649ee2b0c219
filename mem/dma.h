/* dma.h - moves tiles between DRAM and L2.
 *
 * Three channels in front of one DRAM: ifmap loads, filter loads, ofmap
 * stores, each in order.  A transfer is pushed once the cycle is known from
 * which it may start (its tile's place in L2 is free, or its tile finished).
 * Whenever the DRAM is free, the head that may start first goes; ties: ifmap,
 * filter, ofmap, or by age (enum dma_order).  A transfer is not interrupted.
 *
 * Runs only as far as it is asked to.  Exact as long as every transfer that
 * may start before the cycle asked for has been pushed: later ones start no
 * earlier than the sequencer's present boundary.
 * SPDX-License-Identifier: MIT
 */
#ifndef MEM_DMA_H
#define MEM_DMA_H

#include <stdbool.h>
#include <stdint.h>

#include "mem/dram_port.h"

#ifdef __cplusplus
extern "C" {
#endif

enum dma_channel { DMA_IFMAP, DMA_FILTER, DMA_OFMAP, DMA_N };

/* Which head goes first of those that may start in the same cycle, the one in
 * which the DRAM is free at the earliest: that of the channel above, or the one
 * that could have started first. */
enum dma_order { DMA_ORDER_CHANNELS, DMA_ORDER_OLDEST };

struct dma;
/* The DRAM is reached through the port; both borrowed. */
struct dma *dma_new(const struct dram_port *port, struct dram *dram,
                    enum dma_order order);
void dma_free(struct dma *dma);

/* Queues n requests as one transfer.  Returns its ticket: 0, 1, ... per
 * channel. */
uint64_t dma_push(struct dma *dma, enum dma_channel channel,
                  const struct dram_request *requests, int n,
                  uint64_t after_cycle);
/* Returns the core cycle in which a pushed transfer is done. Only the newest 8
 * tickets of a channel are remembered. */
uint64_t dma_done_cycle(struct dma *dma, enum dma_channel channel,
                        uint64_t ticket);
/* The cycles in which a transfer had the DRAM to itself: from the one in which
 * it began to the one in which the next could.  The latency of its last word is
 * not among them. */
struct dma_span {
    uint64_t begin_cycle, end_cycle; /* end: the first one behind it */
};
/* false: the transfer has not been served, or is none of the newest 8. */
bool dma_span_of(const struct dma *dma, enum dma_channel channel,
                 uint64_t ticket, struct dma_span *out);
/* Told of every transfer as it is served. */
struct dma_tap {
    void *context; /* borrowed */
    void (*served)(void *context, enum dma_channel channel, bool is_store,
                   const struct dma_span *span);
};
void dma_set_tap(struct dma *dma, const struct dma_tap *tap); /* copied */
/* Serves all that is queued. Returns the core cycle in which the last transfer
 * is done. */
uint64_t dma_finish(struct dma *dma);

/* Writes out all that decides what becomes of the transfers that are queued, or
 * will be pushed with after_cycle >= now_cycle, relative to now_cycle: two
 * states with equal words have an equal future. Tickets count from the newest
 * one of their channel. A DRAM part cannot be described so, because addresses
 * matter there, too. */
#define DMA_RELATIVE_WORDS 96
struct dma_relative {
    int n;
    uint64_t word[DMA_RELATIVE_WORDS];
};
void dma_relative_state(const struct dma *dma, uint64_t now_cycle,
                        struct dma_relative *out);
/* Moves all that was and is `cycles` core cycles into the future, the DRAM's
 * state included. */
void dma_shift(struct dma *dma, uint64_t cycles);

#ifdef __cplusplus
}
#endif

#endif
