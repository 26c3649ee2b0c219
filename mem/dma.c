/* dma.c - moves tiles between DRAM and L2.
 * SPDX-License-Identifier: MIT
 */
#include "mem/dma.h"

#include <stdlib.h>
#include <string.h>

#include "sim/diag.h"

enum { TICKETS = 8 };

struct transfer {
    struct dram_request *requests; /* owns */
    int n;
    uint64_t after_cycle;
};

struct channel {
    struct transfer queue[TICKETS]; /* ticket t in t % TICKETS */
    uint64_t done_cycle[TICKETS];
    uint64_t pushed, served;
};

struct dma {
    struct dram *dram;
    struct channel channel[DMA_N];
    uint64_t last_cycle;
};

struct dma *dma_new(struct dram *dram)
{
    struct dma *dma = xcalloc(1, sizeof(*dma));
    dma->dram = dram;
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
    t->requests = xrealloc(t->requests, (size_t)n, sizeof(*requests));
    if (n > 0)
        memcpy(t->requests, requests, bytes);
    t->n = n;
    t->after_cycle = after_cycle;
    return c->pushed++;
}

/* The head that may start first; NULL: all queues are empty. */
static struct channel *next_channel(struct dma *dma)
{
    struct channel *best = NULL;
    uint64_t best_start = 0, free_cycle = dram_free_cycle(dma->dram);
    for (int k = 0; k < DMA_N; k++) {
        struct channel *c = &dma->channel[k];
        if (c->pushed == c->served)
            continue;
        uint64_t start = c->queue[c->served % TICKETS].after_cycle;
        if (start < free_cycle)
            start = free_cycle;
        if (best == NULL || start < best_start) {
            best = c;
            best_start = start;
        }
    }
    return best;
}

static void serve(struct dma *dma, struct channel *c)
{
    struct transfer *t = &c->queue[c->served % TICKETS];
    uint64_t done =
        dram_serve_list(dma->dram, t->requests, t->n, t->after_cycle);
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

uint64_t dma_finish(struct dma *dma)
{
    struct channel *c;
    while ((c = next_channel(dma)) != NULL)
        serve(dma, c);
    return dma->last_cycle;
}
