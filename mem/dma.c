/* dma.c - moves tiles between DRAM and L2.
 * SPDX-License-Identifier: MIT
 */
#include "mem/dma.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/diag.h"

enum { TICKETS = 8 };

struct transfer {
    struct dram_request *requests; /* owns */
    int n, room;
    uint64_t after_cycle;
};

struct channel {
    struct transfer queue[TICKETS]; /* ticket t in t % TICKETS */
    uint64_t done_cycle[TICKETS];
    struct dma_span span[TICKETS];
    uint64_t pushed, served;
};

struct dma {
    const struct dram_port *port;
    struct dram *dram;
    enum dma_order order;
    struct channel channel[DMA_N];
    uint64_t last_cycle;
    struct dma_tap tap; /* served NULL: nobody looks */
};

struct dma *dma_new(const struct dram_port *port, struct dram *dram,
                    enum dma_order order)
{
    struct dma *dma = xcalloc(1, sizeof(*dma));
    dma->port = port;
    dma->dram = dram;
    dma->order = order;
    return dma;
}

void dma_free(struct dma *dma)
{
    if (dma == NULL)
        return;
    for (int c = 0; c < DMA_N; c++)
        for (int k = 0; k < TICKETS; k++)
            free(dma->channel[c].queue[k].requests);
    free(dma);
}

uint64_t dma_push(struct dma *dma, enum dma_channel channel,
                  const struct dram_request *requests, int n,
                  uint64_t after_cycle)
{
    struct channel *c = &dma->channel[channel];
    SIM_CHECK(c->pushed - c->served < TICKETS);
    struct transfer *t = &c->queue[c->pushed % TICKETS];
    size_t bytes = (size_t)n * sizeof(*requests);
    if (n > t->room) {
        t->requests = xrealloc(t->requests, (size_t)n, sizeof(*requests));
        t->room = n;
    }
    if (n > 0)
        memcpy(t->requests, requests, bytes);
    t->n = n;
    t->after_cycle = after_cycle;
    return c->pushed++;
}

/* Returns the channel whose oldest transfer may start first, or NULL when all
 * queues are empty. */
static struct channel *next_channel(struct dma *dma)
{
    struct channel *best = NULL;
    uint64_t best_start = 0;
    uint64_t free_cycle = dma->port->free_cycle(dma->port->context, dma->dram);
    for (int k = 0; k < DMA_N; k++) {
        struct channel *c = &dma->channel[k];
        if (c->pushed == c->served)
            continue;
        uint64_t start = c->queue[c->served % TICKETS].after_cycle;
        if (start < free_cycle && dma->order == DMA_ORDER_CHANNELS)
            start = free_cycle; /* then as early as others */
        if (best == NULL || start < best_start) {
            best = c;
            best_start = start;
        }
    }
    return best;
}

static uint64_t later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static void serve(struct dma *dma, struct channel *c)
{
    struct transfer *t = &c->queue[c->served % TICKETS];
    struct dma_span *span = &c->span[c->served % TICKETS];
    span->begin_cycle = later(
        t->after_cycle, dma->port->free_cycle(dma->port->context, dma->dram));
    uint64_t done = dma->port->serve(dma->port->context, dma->dram, t->requests,
                                     t->n, t->after_cycle);
    span->end_cycle =
        later(span->begin_cycle,
              dma->port->free_cycle(dma->port->context, dma->dram));
    if (dma->tap.served != NULL && t->n > 0)
        dma->tap.served(dma->tap.context, (enum dma_channel)(c - dma->channel),
                        t->requests[0].is_write, span);
    c->done_cycle[c->served % TICKETS] = done;
    c->served++;
    if (done > dma->last_cycle)
        dma->last_cycle = done;
}

uint64_t dma_done_cycle(struct dma *dma, enum dma_channel channel,
                        uint64_t ticket)
{
    struct channel *c = &dma->channel[channel];
    SIM_CHECK(ticket < c->pushed && ticket + TICKETS >= c->pushed);
    while (c->served <= ticket)
        serve(dma, next_channel(dma));
    return c->done_cycle[ticket % TICKETS];
}

void dma_set_tap(struct dma *dma, const struct dma_tap *tap)
{
    dma->tap = *tap;
}

bool dma_span_of(const struct dma *dma, enum dma_channel channel,
                 uint64_t ticket, struct dma_span *out)
{
    const struct channel *c = &dma->channel[channel];
    if (ticket >= c->served || ticket + TICKETS < c->pushed)
        return false;
    *out = c->span[ticket % TICKETS];
    return true;
}

uint64_t dma_finish(struct dma *dma)
{
    struct channel *c;
    while ((c = next_channel(dma)) != NULL)
        serve(dma, c);
    return dma->last_cycle;
}

static uint64_t transfer_bytes(const struct transfer *t)
{
    uint64_t bytes = 0;
    for (int k = 0; k < t->n; k++)
        bytes += dram_request_bytes(&t->requests[k]);
    return bytes;
}

/* The DRAM does not tell cycles at or before its free time apart, unless the
 * oldest transfer goes first; a transfer of nothing never meets it. */
static uint64_t effective_after(const struct dma *dma, const struct transfer *t,
                                uint64_t bytes, uint64_t free_cycle)
{
    if (dma->order == DMA_ORDER_CHANNELS && bytes > 0 && free_cycle > 0 &&
        t->after_cycle < free_cycle - 1)
        return free_cycle - 1;
    return t->after_cycle;
}

static void add_word(struct dma_relative *out, uint64_t word)
{
    SIM_CHECK(out->n < DMA_RELATIVE_WORDS);
    out->word[out->n++] = word;
}

static uint64_t beyond(uint64_t cycle, uint64_t now)
{
    return cycle > now ? cycle - now : 0;
}

void dma_relative_state(const struct dma *dma, uint64_t now,
                        struct dma_relative *out)
{
    /* No transfer will start before this one. */
    uint64_t first = now, free_cycle = dram_free_cycle(dma->dram);
    uint64_t dram[2];
    out->n = 0;
    add_word(out, beyond(dma->last_cycle, now));
    for (int k = 0; k < DMA_N; k++) {
        const struct channel *c = &dma->channel[k];
        add_word(out, c->pushed - c->served);
        for (uint64_t back = 1; back <= TICKETS; back++) {
            uint64_t ticket = c->pushed - back;
            if (back > c->pushed) {
                add_word(out, 0);
            } else if (ticket < c->served) {
                add_word(out, beyond(c->done_cycle[ticket % TICKETS], now));
            } else {
                const struct transfer *t = &c->queue[ticket % TICKETS];
                uint64_t bytes = transfer_bytes(t);
                uint64_t after = effective_after(dma, t, bytes, free_cycle);
                add_word(out, bytes);
                add_word(out, after - now); /* modulo 2^64: may be before */
                if (bytes > 0 && after < first)
                    first = after;
            }
        }
    }
    add_word(out, now - first);
    dram_relative_state(dma->dram, first, dram);
    add_word(out, dram[0]);
    add_word(out, dram[1]);
}

/* Moves a cycle into the future; one that never comes still never comes. */
static void shift(uint64_t *cycle, uint64_t cycles)
{
    *cycle = *cycle < DRAM_NEVER - cycles ? *cycle + cycles : DRAM_NEVER;
}

void dma_shift(struct dma *dma, uint64_t cycles)
{
    shift(&dma->last_cycle, cycles);
    for (int k = 0; k < DMA_N; k++)
        for (int t = 0; t < TICKETS; t++) {
            shift(&dma->channel[k].queue[t].after_cycle, cycles);
            shift(&dma->channel[k].done_cycle[t], cycles);
            shift(&dma->channel[k].span[t].begin_cycle, cycles);
            shift(&dma->channel[k].span[t].end_cycle, cycles);
        }
    dram_shift(dma->dram, cycles);
}
