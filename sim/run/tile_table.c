/* tile_table.c - the memory side of a run.
 * SPDX-License-Identifier: MIT
 */
#include "sim/run/tile_table.h"

#include <stdlib.h>
#include <string.h>

#include "dataflows/arith.h"

enum {
    PLACES_MAX = 2,
    TICKETS = 4 /* of tiles asked for, in use and given up: at most so many */
};

/* Tiles of one tensor, in their order. */
struct tile_line {
    uint64_t places; /* in L2, or in front of the networks */
    uint64_t asked, used, freed;
    uint64_t free_cycle[PLACES_MAX]; /* of the tile that had place k */
    uint64_t given_cycle; /* the latest in which one that stayed left; or 0 */
    /* Numbers of the DMA's transfers, of the last tiles; -1: there was none. */
    int64_t load_ticket[TICKETS], store_ticket[TICKETS];
    uint64_t first_use[TICKETS]; /* cycle in which the first pass on it began */
};

struct tile_table {
    struct pass_source *source;
    struct counts *counts;
    uint64_t start_cycles; /* before the first transfer */
    bool oldest_first;
    struct dram *dram;
    struct dma *dma;
    struct layer_timeline *timeline; /* borrowed, or NULL */
    struct tile_line line[TENSOR_N];
    /* The transfer that the latest pass waited for longest. */
    enum tensor awaited;
    bool awaits_store;
    int64_t awaited_ticket; /* -1: it waited for none */
};

static const enum dma_channel channel_of[TENSOR_N] = {
    [TENSOR_IFMAP] = DMA_IFMAP,
    [TENSOR_FILTER] = DMA_FILTER,
    [TENSOR_PSUM] = DMA_OFMAP};

struct dram_cfg tile_table_dram_cfg(const struct arch *arch)
{
    struct dram_cfg cfg = {
        .kind = DRAM_PART,
        .core_hz = arch->clock_hz,
        .bytes_per_second = arch->dram_bytes_per_second,
        .latency_cycles = (uint64_t)arch->dram_latency_cycles,
        .part = dram_part_find(arch->dram_model),
        .channels = arch->dram_channels,
    };
    if (cfg.part == NULL)
        cfg.kind = strcmp(arch->dram_model, "ideal") == 0 ? DRAM_IDEAL
                                                          : DRAM_BANDWIDTH;
    return cfg;
}

struct tile_table *tile_table_new(struct pass_source *source,
                                  const struct arch *arch,
                                  const struct dram_port *port,
                                  struct counts *counts)
{
    struct tile_table *table = xcalloc(1, sizeof(*table));
    struct dram_cfg cfg = tile_table_dram_cfg(arch);
    table->source = source;
    table->counts = counts;
    table->oldest_first = arch->dram_order == DRAM_ORDER_OLDEST;
    table->start_cycles = (uint64_t)arch->layer_start_cycles;
    table->dram = dram_new(&cfg);
    table->dma =
        dma_new(port != NULL ? port : &dram_port_own, table->dram,
                table->oldest_first ? DMA_ORDER_OLDEST : DMA_ORDER_CHANNELS);
    for (int t = 0; t < TENSOR_N; t++) {
        table->line[t].places = source->buffers[t];
        for (int k = 0; k < TICKETS; k++)
            table->line[t].load_ticket[k] = table->line[t].store_ticket[k] = -1;
    }
    return table;
}

void tile_table_watch(struct tile_table *table, struct layer_timeline *timeline)
{
    const struct dma_tap tap = {
        timeline, timeline != NULL ? layer_timeline_served : NULL};
    table->timeline = timeline;
    dma_set_tap(table->dma, &tap);
}

void tile_table_remember(struct tile_table *table)
{
    dram_remember(table->dram);
}

void tile_table_free(struct tile_table *table)
{
    if (table == NULL)
        return;
    dma_free(table->dma);
    dram_free(table->dram);
    free(table);
}

/* A psum tile leaves L2, or what stands in front of the networks. */
static void count_finished(struct counts *counts,
                           const struct tile_transfer *move)
{
    counts_add_finished(counts, move->finished_words, !move->skips_l2,
                        move->words > 0);
}

static void count_transfer(struct counts *counts, enum tensor tensor,
                           bool is_store, const struct tile_transfer *move)
{
    struct accesses *dram = &counts->access[LEVEL_DRAM][tensor];
    struct accesses *l2 = &counts->access[LEVEL_L2][tensor];
    struct compressed_words *c = &counts->dram_compressed[tensor];
    if (move->skips_l2)
        return; /* the array's networks count it, at both ends */
    if (is_store) {
        dram->writes = count_add(dram->writes, move->words);
        l2->reads = count_add(l2->reads, move->words);
        l2->dma_reads = count_add(l2->dma_reads, move->words);
    } else {
        dram->reads = count_add(dram->reads, move->words);
        l2->writes = count_add(l2->writes, move->words);
        l2->dma_writes = count_add(l2->dma_writes, move->words);
    }
    if (move->compressed_bytes == 0)
        return;
    c->words = count_add(c->words, move->words);
    c->bytes = count_add(c->bytes, move->compressed_bytes);
}

/* Returns the transfer's ticket. */
static int64_t transfer(struct tile_table *table, enum tensor tensor,
                        bool is_store, const struct tile_transfer *move,
                        uint64_t after)
{
    if (move->is_none)
        return -1;
    count_transfer(table->counts, tensor, is_store, move);
    return (int64_t)dma_push(table->dma, channel_of[tensor], move->request,
                             move->n_requests, after);
}

static uint64_t done_cycle(struct tile_table *table, enum tensor tensor,
                           int64_t ticket)
{
    return ticket < 0 ? 0
                      : dma_done_cycle(table->dma, channel_of[tensor],
                                       (uint64_t)ticket);
}

/* Places are free from the start on.  Where the oldest transfer goes first, a
 * tensor's second tile is asked for after the first ones of all. */
static uint64_t asked_at_start(const struct tile_table *table, uint64_t tile)
{
    return table->start_cycles + (table->oldest_first ? tile : 0);
}

/* Asks for every tile whose place is known to be free. */
static void push_loads(struct tile_table *table, enum tensor tensor)
{
    struct tile_line *line = &table->line[tensor];
    struct tile_transfer move;
    while (line->asked < line->freed + line->places &&
           table->source->ops->load(table->source, tensor, &move)) {
        uint64_t after = line->asked < line->places
                             ? asked_at_start(table, line->asked)
                             : line->free_cycle[line->asked % line->places];
        line->load_ticket[line->asked % TICKETS] = transfer(
            table, tensor, false, &move, max_u64(after, line->given_cycle));
        line->asked++;
    }
}

/* The pass needs what a transfer of the tensor does: *start moves to when that
 * is done, less the cycles that the pass runs without it. */
static void await(struct tile_table *table, enum tensor tensor, bool is_store,
                  int64_t ticket, uint64_t *start)
{
    const uint64_t ready = done_cycle(table, tensor, ticket);
    const uint64_t lead = table->source->lead_cycles[tensor];
    if (ready <= lead || ready - lead <= *start)
        return;
    *start = ready - lead;
    table->awaited = tensor;
    table->awaits_store = is_store;
    table->awaited_ticket = ticket;
}

uint64_t tile_table_ready(struct tile_table *table,
                          const struct source_pass *pass, uint64_t now)
{
    uint64_t start = now;
    table->awaited_ticket = -1;
    for (int t = 0; t < TENSOR_N; t++)
        push_loads(table, (enum tensor)t);
    for (int t = 0; t < TENSOR_N; t++) {
        enum tensor tensor = (enum tensor)t;
        struct tile_line *line = &table->line[t];
        if (!pass->new_tile[t])
            continue;
        uint64_t tile = line->used++;
        line->first_use[tile % TICKETS] = now;
        await(table, tensor, false, line->load_ticket[tile % TICKETS], &start);
        if (tensor == TENSOR_PSUM && tile >= line->places) {
            uint64_t gone = tile - line->places; /* it had the place before */
            await(table, tensor, true, line->store_ticket[gone % TICKETS],
                  &start);
        }
    }
    return start;
}

/* What a wait for a transfer is called. */
static enum dram_wait cause_of(const struct tile_table *table,
                               enum tensor tensor, bool is_store, bool is_first)
{
    if (is_store)
        return DRAM_WAIT_store;
    if (is_first)
        return DRAM_WAIT_first_load;
    return table->line[tensor].places > 1 ? DRAM_WAIT_load
                                          : DRAM_WAIT_single_buffer;
}

/* Charges to the cause so many cycles, all of them within [from, to). */
static void charge(const struct tile_table *table, enum tensor tensor,
                   enum dram_wait cause, uint64_t from, uint64_t to,
                   uint64_t cycles, uint64_t by[TENSOR_N][DRAM_WAIT_N])
{
    by[tensor][cause] = count_add(by[tensor][cause], cycles);
    if (table->timeline != NULL)
        layer_timeline_wait(table->timeline, tensor, cause, from, to, cycles);
}

/* Charges the cycles of [from, to) in which the DRAM was at this transfer.
 * Returns how many these are. */
static uint64_t charge_span(const struct tile_table *table, enum tensor tensor,
                            bool is_store, int64_t ticket, uint64_t from,
                            uint64_t to, bool is_first,
                            uint64_t by[TENSOR_N][DRAM_WAIT_N])
{
    struct dma_span span;
    if (ticket < 0 ||
        !dma_span_of(table->dma, channel_of[tensor], (uint64_t)ticket, &span))
        return 0;
    from = max_u64(from, span.begin_cycle);
    to = min_u64(to, span.end_cycle);
    if (from >= to)
        return 0;
    charge(table, tensor, cause_of(table, tensor, is_store, is_first), from, to,
           to - from, by);
    return to - from;
}

void tile_table_charge(const struct tile_table *table, uint64_t from,
                       uint64_t to, bool is_first,
                       uint64_t by[TENSOR_N][DRAM_WAIT_N])
{
    struct dma_span awaited;
    uint64_t begin = from, rest = to - from; /* begin: of what it waits for */
    if (table->awaited_ticket >= 0 &&
        dma_span_of(table->dma, channel_of[table->awaited],
                    (uint64_t)table->awaited_ticket, &awaited))
        begin = min_u64(awaited.begin_cycle, to);
    /* None of the others, if that had begun before. */
    for (int t = 0; begin > from && t < TENSOR_N; t++) {
        const enum tensor tensor = (enum tensor)t;
        const struct tile_line *line = &table->line[t];
        for (int k = 0; k < TICKETS; k++)
            rest -= charge_span(table, tensor, false, line->load_ticket[k],
                                from, begin, is_first, by) +
                    charge_span(table, tensor, true, line->store_ticket[k],
                                from, begin, is_first, by);
    }
    SIM_CHECK(rest <= to - from);
    charge(table, table->awaited,
           cause_of(table, table->awaited, table->awaits_store, is_first), from,
           to, rest, by);
    if (is_first)
        charge(table, table->awaited, DRAM_WAIT_start, 0, table->start_cycles,
               table->start_cycles, by);
}

static void give_up(struct tile_line *line, uint64_t cycle)
{
    line->free_cycle[line->freed % line->places] = cycle;
    line->freed++;
}

/* Tells the timeline of a tile that is given up: from when the DRAM began to
 * bring it, or, where it brings none, from when it was asked for. */
static void tell_life(const struct tile_table *table, enum tensor tensor,
                      uint64_t cycle)
{
    const struct tile_line *line = &table->line[tensor];
    const int slot = (int)(line->freed % TICKETS);
    const int64_t ticket = line->load_ticket[slot];
    struct dma_span span;
    uint64_t from = line->first_use[slot];
    if (table->timeline == NULL)
        return;
    if (ticket >= 0 &&
        dma_span_of(table->dma, channel_of[tensor], (uint64_t)ticket, &span))
        from = span.begin_cycle;
    layer_timeline_tile(table->timeline, tensor,
                        (int)(line->freed % line->places), from, cycle);
}

static void give_up_tile(struct tile_table *table, enum tensor tensor,
                         uint64_t cycle)
{
    tell_life(table, tensor, cycle);
    give_up(&table->line[tensor], cycle);
}

void tile_table_done(struct tile_table *table, const struct source_pass *pass,
                     const struct pass_outcome *outcome, uint64_t start,
                     uint64_t end)
{
    struct pass_source *source = table->source;
    struct tile_line *psum = &table->line[TENSOR_PSUM];
    const uint64_t free_cycle[TENSOR_PSUM] = {
        [TENSOR_IFMAP] = max_u64(end, start + outcome->ifmap_free_cycle),
        [TENSOR_FILTER] = start + outcome->filter_free_cycle};
    static const enum tensor order[] = {TENSOR_FILTER, TENSOR_IFMAP};
    for (int k = 0; k < TENSOR_PSUM; k++) {
        const enum tensor t = order[k];
        if (pass->last_use[t])
            give_up_tile(table, t, free_cycle[t]);
        if (pass->gives_place[t])
            table->line[t].given_cycle = free_cycle[t];
    }
    if (pass->last_use[TENSOR_PSUM]) {
        struct tile_transfer move;
        source->ops->store(source, &move);
        count_finished(table->counts, &move);
        psum->store_ticket[psum->freed % TICKETS] = transfer(
            table, TENSOR_PSUM, true, &move, end + outcome->drain_cycles);
        give_up_tile(table, TENSOR_PSUM, end);
    }
}

static void add_word(struct tile_table_relative *out, uint64_t word)
{
    SIM_CHECK(out->n < TILE_TABLE_WORDS);
    out->word[out->n++] = word;
}

/* When places were given up is no part of it: all were asked for again, and
 * that is in the DMA's queues. */
static void add_load_line(const struct tile_line *line,
                          struct tile_table_relative *out)
{
    add_word(out, line->asked - line->used);
    add_word(out, line->asked - line->freed);
}

void tile_table_relative(struct tile_table *table, uint64_t now,
                         struct tile_table_relative *out)
{
    const struct tile_line *psum = &table->line[TENSOR_PSUM];
    struct dma_relative dma;
    out->n = 0;
    for (int t = 0; t < TENSOR_PSUM; t++) {
        push_loads(table, (enum tensor)t);
        add_load_line(&table->line[t], out);
    }
    add_word(out, psum->used < psum->places ? psum->used : psum->places);
    add_word(out, psum->used - psum->freed);
    dma_relative_state(table->dma, now, &dma);
    for (int k = 0; k < dma.n; k++)
        add_word(out, dma.word[k]);
}

void tile_table_skip(struct tile_table *table, uint64_t cycles)
{
    for (int t = 0; t < TENSOR_N; t++)
        for (int k = 0; k < PLACES_MAX; k++)
            table->line[t].free_cycle[k] += cycles;
    for (int t = 0; t < TENSOR_PSUM; t++)
        table->line[t].given_cycle += cycles;
    dma_shift(table->dma, cycles);
}

uint64_t tile_table_finish(struct tile_table *table, struct memo_stats *stats)
{
    uint64_t cycle = dma_finish(table->dma);
    const uint64_t *recalls = dram_recalls(table->dram);
    const struct dram_totals *dram = dram_counts(table->dram);
    table->counts->dram_bursts = dram->bursts;
    table->counts->dram_write_bursts = dram->write_bursts;
    table->counts->dram_activates = dram->activates;
    stats->remembered_transfers = recalls[DRAM_REMEMBERED];
    stats->remembered_phases = recalls[DRAM_REMEMBERED_PHASE];
    stats->simulated_transfers = recalls[DRAM_SIMULATED];
    return cycle;
}
