/* timeline.c - keeps the events of a layer, and joins them when there are too
 * many.
 * SPDX-License-Identifier: MIT
 */
#include "sim/timeline/timeline.h"

#include <stdlib.h>
#include <string.h>

void layer_timeline_init(struct layer_timeline *t, int room,
                         const struct timeline_window *window)
{
    SIM_CHECK(room >= 2);
    memset(t, 0, sizeof(*t));
    t->room = room;
    t->window.to = UINT64_MAX;
    if (window != NULL)
        t->window = *window;
}

void layer_timeline_fini(struct layer_timeline *t)
{
    for (int k = 0; k < TIMELINE_KINDS; k++)
        free(t->kind[k].event);
}

static void join(struct timeline_event *a, const struct timeline_event *b)
{
    a->to = b->to;
    a->count = count_add(a->count, b->count);
    a->cycles = count_add(a->cycles, b->cycles);
    for (int k = 0; k < TIMELINE_FIGURES; k++)
        a->figure[k] = count_add(a->figure[k], b->figure[k]);
}

/* Makes room by joining neighbours. */
static void halve(struct layer_timeline *t, int kind)
{
    struct timeline_event *const event = t->kind[kind].event;
    int joined = 0;
    for (int k = 0; k < t->kind[kind].n; k += 2, joined++) {
        event[joined] = event[k];
        if (k + 1 < t->kind[kind].n)
            join(&event[joined], &event[k + 1]);
    }
    t->kind[kind].n = joined;
    t->kind[kind].stride *= 2;
}

static void add(struct layer_timeline *t, int kind,
                const struct timeline_event *e)
{
    int *const n = &t->kind[kind].n;
    if (e->to <= t->window.from || e->from >= t->window.to)
        return;
    if (t->kind[kind].event == NULL) {
        t->kind[kind].event = xcalloc((size_t)t->room, sizeof(*e));
        t->kind[kind].stride = 1;
    }
    struct timeline_event *const event = t->kind[kind].event;
    if (*n > 0 && event[*n - 1].count < t->kind[kind].stride) {
        join(&event[*n - 1], e);
        return;
    }
    if (*n == t->room)
        halve(t, kind);
    if (*n > 0 && event[*n - 1].count < t->kind[kind].stride)
        join(&event[*n - 1], e);
    else
        event[(*n)++] = *e;
}

/* What the networks of the array did in a pass that took cycles. */
static void add_networks(struct layer_timeline *t, const struct arch *arch,
                         const struct pass_outcome *outcome, uint64_t from,
                         uint64_t to)
{
    for (int k = 0; k < NETWORK_N; k++) {
        const uint64_t words = outcome->counts.link[network_link[k]].words_sent;
        const uint64_t width = (uint64_t)arch->network[k].words_per_slot *
                               (uint64_t)arch->network[k].slots_per_cycle;
        const uint64_t busy = words / width + (words % width > 0);
        uint64_t sum = words;
        struct timeline_event e = {from, to, 1, busy, {0}};
        if (e.cycles > to - from)
            e.cycles = to - from; /* with L1s, they are many side by side */
        memcpy(e.figure, outcome->wait_by[k], sizeof(outcome->wait_by[k]));
        e.figure[TIMELINE_WORDS] = words;
        for (int cause = 0; cause < NETWORK_WAIT_N; cause++)
            sum |= outcome->wait_by[k][cause];
        if (sum > 0)
            add(t, TIMELINE_NETWORK + k, &e);
    }
}

void layer_timeline_pass(struct layer_timeline *t, const struct arch *arch,
                         uint64_t pes_used, const struct pass_outcome *outcome,
                         uint64_t from)
{
    struct layer_result alone;
    const uint64_t to = from + outcome->cycles;
    memset(&alone, 0, sizeof(alone));
    pass_outcome_add(arch, pes_used, outcome, 1, &alone);
    struct timeline_event e = {from, to, 1, outcome->cycles, {0}};
    memcpy(e.figure, alone.ledger_pe_cycles, sizeof(alone.ledger_pe_cycles));
    add(t, TIMELINE_PASS, &e);
    add_networks(t, arch, outcome, from, to);
    layer_timeline_wait(t, TENSOR_PSUM, DRAM_WAIT_ramp, from, to,
                        alone.wait_dram_by[TENSOR_PSUM][DRAM_WAIT_ramp]);
}

void layer_timeline_wait(struct layer_timeline *t, enum tensor tensor,
                         enum dram_wait cause, uint64_t from, uint64_t to,
                         uint64_t cycles)
{
    const struct timeline_event e = {from, to, 1, cycles, {0}};
    if (cycles > 0)
        add(t, TIMELINE_WAIT + (int)tensor * (int)DRAM_WAIT_N + (int)cause, &e);
}

void layer_timeline_tile(struct layer_timeline *t, enum tensor tensor,
                         int place, uint64_t from, uint64_t to)
{
    const struct timeline_event e = {from, to, 1, to - from, {0}};
    SIM_CHECK(place < TIMELINE_PLACES);
    if (to > from)
        add(t, TIMELINE_TILE + (int)tensor * TIMELINE_PLACES + place, &e);
}

void layer_timeline_served(void *context, enum dma_channel channel,
                           bool is_store, const struct dma_span *span)
{
    static const enum tensor tensor_of[DMA_N] = {[DMA_IFMAP] = TENSOR_IFMAP,
                                                 [DMA_FILTER] = TENSOR_FILTER,
                                                 [DMA_OFMAP] = TENSOR_PSUM};
    const int kind =
        is_store ? TIMELINE_STORE : TIMELINE_LOAD + (int)tensor_of[channel];
    const struct timeline_event e = {span->begin_cycle,
                                     span->end_cycle,
                                     1,
                                     span->end_cycle - span->begin_cycle,
                                     {0}};
    if (e.cycles > 0)
        add(context, kind, &e);
}
