/* timeline.h - what happened when in the runs of layers: passes, what was
 * waited for, what the DRAM and the networks moved, which tiles were in L2.
 *
 * Events of a kind follow each other.  There is room for so many of each kind
 * and layer; when it is full, neighbours are joined two by two, later ones
 * as many at a time, and an event keeps how many it stands for and what they
 * sum to.  So sums are exact, whatever is joined: cycles of waits and PE-cycles
 * of passes and networks are the ledger's. A layer's events are its thread's
 * alone.  A window leaves out events that end before it or begin behind it.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_TIMELINE_TIMELINE_H
#define SIM_TIMELINE_TIMELINE_H

#include <stdio.h>

#include "mem/dma.h"
#include "sim/array/pass_outcome.h"
#include "sim/base/result.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Waits by tensor and cause, what the DRAM moves, what each network does in a
 * pass, and tiles in L2, by tensor and place. */
enum { TIMELINE_PLACES = 2 }; /* of a tensor's tiles in L2 */
enum timeline_kind {
    TIMELINE_PASS,
    TIMELINE_WAIT,
    TIMELINE_LOAD = TIMELINE_WAIT + (int)TENSOR_N * (int)DRAM_WAIT_N,
    TIMELINE_STORE = TIMELINE_LOAD + TENSOR_N,
    TIMELINE_NETWORK,
    TIMELINE_TILE = TIMELINE_NETWORK + NETWORK_N,
    TIMELINE_KINDS = TIMELINE_TILE + TENSOR_N * TIMELINE_PLACES
};
/* Figures of an event: of a pass, PE-cycles by enum ledger_cause; of a network,
 * those by enum network_wait in which PEs waited for it, then its words. */
enum { TIMELINE_WORDS = NETWORK_WAIT_N, TIMELINE_FIGURES = LEDGER_N };

struct timeline_event {
    uint64_t from, to; /* cycles of the layer; to: the first one behind it */
    uint64_t count;    /* events that it stands for */
    /* That they take, of their from and to or less; of a network, those that
     * its words need at least. */
    uint64_t cycles;
    uint64_t figure[TIMELINE_FIGURES];
};

struct timeline_window { /* cycles of a layer */
    uint64_t from, to;   /* to: the first one behind it */
};

struct layer_timeline {
    int room; /* events of a kind */
    struct timeline_window window;
    struct {
        struct timeline_event *event; /* owns */
        int n;
        uint64_t stride; /* events that each but the last stands for */
    } kind[TIMELINE_KINDS];
};

/* room: events of a kind that are kept, at least 2.  window: NULL for all
 * cycles. */
void layer_timeline_init(struct layer_timeline *t, int room,
                         const struct timeline_window *window);
void layer_timeline_fini(struct layer_timeline *t);

/* A pass that was issued at `from`, as pass_outcome_add counts it. */
void layer_timeline_pass(struct layer_timeline *t, const struct arch *arch,
                         uint64_t pes_used, const struct pass_outcome *outcome,
                         uint64_t from);
/* cycles: of [from, to) that are the cause's; none of 0. */
void layer_timeline_wait(struct layer_timeline *t, enum tensor tensor,
                         enum dram_wait cause, uint64_t from, uint64_t to,
                         uint64_t cycles);
/* A tile that was in L2, or on its way there, in [from, to). */
void layer_timeline_tile(struct layer_timeline *t, enum tensor tensor,
                         int place, uint64_t from, uint64_t to);
/* What a dma_tap tells; context: the layer's timeline. */
void layer_timeline_served(void *context, enum dma_channel channel,
                           bool is_store, const struct dma_span *span);

/* Trace events as Chrome and Perfetto read them: a process a layer, one behind
 * the other, a thread a kind; a microsecond there is a cycle.  false: `to`
 * could not be written. */
bool timeline_write(const struct layer_timeline *layer,
                    const struct layer_result *result, int n_layers,
                    uint64_t clock_hz, FILE *to);

#ifdef __cplusplus
}
#endif

#endif
