/* tile_table.c - the memory side of a run.
 * SPDX-License-Identifier: MIT
 */
#include "sim/run/tile_table.h"

#include <stdlib.h>
#include <string.h>

/* Tiles of one tensor: places in L2 and when they were given up.  pushed: to
 * the DMA. */
struct tile_line {
    struct cursor ahead; /* loads: the next tile to be asked for */
    struct pass next;
    bool has_next;
    uint64_t pushed, used, freed;
    uint64_t free_cycle[2]; /* of the tile that had place k */
};

struct tile_table {
    const struct program *program;
    struct counts *counts;
    struct dram *dram;
    struct dma *dma;
    struct tile_line line[TENSOR_N];
    struct tile_tap tap; /* moved: or NULL */
    bool has_drain;      /* the tap is to be told of ... */
    struct pass drain;   /* ... this one's psums when they have left */
};

struct dram_cfg tile_table_dram_cfg(const struct arch *arch)
{
    struct dram_cfg cfg = {
        .kind = DRAM_PART,
        .core_hz = arch->clock_hz,
        .bytes_per_second = arch->dram_bytes_per_second,
        .latency_cycles = (uint64_t)arch->dram_latency_cycles,
        .part = dram_part_find(arch->dram_model),
    };
    if (cfg.part == NULL)
        cfg.kind = strcmp(arch->dram_model, "ideal") == 0 ? DRAM_IDEAL
                                                          : DRAM_BANDWIDTH;
    return cfg;
}

/* Finds the next tile of a load line. */
static void look_ahead(struct tile_table *table, enum tensor tensor)
{
    struct tile_line *line = &table->line[tensor];
    line->has_next = false;
    while (!line->has_next &&
           cursor_next(table->program, &line->ahead, &line->next))
        line->has_next = line->next.new_tile[tensor];
}

struct tile_table *tile_table_new(const struct program *program,
                                  const struct dram_port *port,
                                  struct counts *counts)
{
    struct tile_table *table = xcalloc(1, sizeof(*table));
    struct dram_cfg cfg = tile_table_dram_cfg(&program->arch);
    table->program = program;
    table->counts = counts;
    table->dram = dram_new(&cfg);
    table->dma = dma_new(port != NULL ? port : &dram_port_own, table->dram);
    for (int t = 0; t < TENSOR_PSUM; t++) {
        cursor_start(&table->line[t].ahead);
        look_ahead(table, (enum tensor)t);
    }
    return table;
}

void tile_table_set_tap(struct tile_table *table, const struct tile_tap *tap)
{
    table->tap = *tap;
}

void tile_table_free(struct tile_table *table)
{
    if (table == NULL)
        return;
    dma_free(table->dma);
    dram_free(table->dram);
    free(table);
}

static void count_compressed(struct counts *counts, enum tensor tensor,
                             const struct tile_move *move)
{
    struct compressed_words *c = &counts->dram_compressed[tensor];
    if (move->compressed_bytes == 0)
        return;
    c->words = count_add(c->words, move->words);
    c->bytes = count_add(c->bytes, move->compressed_bytes);
}

static void tell(const struct tile_table *table, const struct pass *pass,
                 enum tensor tensor)
{
    if (table->tap.moved != NULL)
        table->tap.moved(table->tap.context, pass, tensor);
}

/* Asks for every tile whose place in L2 is known to be free. */
static void push_loads(struct tile_table *table, enum tensor tensor)
{
    struct tile_line *line = &table->line[tensor];
    uint64_t buffers = (uint64_t)table->program->buffers[tensor];
    while (line->has_next && line->pushed < line->freed + buffers) {
        struct tile_move move;
        uint64_t after = line->pushed < buffers
                             ? 0
                             : line->free_cycle[line->pushed % buffers];
        program_tile_move(table->program, &line->next, tensor, &move);
        tell(table, &line->next, tensor);
        dma_push(table->dma, tensor == TENSOR_IFMAP ? DMA_IFMAP : DMA_FILTER,
                 move.request, move.n_requests, after);
        struct counts *c = table->counts;
        c->access[LEVEL_DRAM][tensor].reads += move.words;
        c->access[LEVEL_L2][tensor].writes += move.words;
        c->access[LEVEL_L2][tensor].dma_writes += move.words;
        count_compressed(c, tensor, &move);
        line->pushed++;
        look_ahead(table, tensor);
    }
}

static void give_up(struct tile_table *table, enum tensor tensor,
                    uint64_t cycle)
{
    struct tile_line *line = &table->line[tensor];
    line->free_cycle[line->freed % (uint64_t)table->program->buffers[tensor]] =
        cycle;
    line->freed++;
}

static void tell_drained(struct tile_table *table)
{
    if (table->has_drain)
        tell(table, &table->drain, TENSOR_PSUM);
    table->has_drain = false;
}

static void store_ofmap(struct tile_table *table, const struct pass *pass,
                        uint64_t cycle)
{
    struct tile_move move;
    program_tile_move(table->program, pass, TENSOR_PSUM, &move);
    table->has_drain = true;
    table->drain = *pass;
    dma_push(table->dma, DMA_OFMAP, move.request, move.n_requests, cycle);
    table->line[TENSOR_PSUM].pushed++;
    struct counts *c = table->counts;
    c->access[LEVEL_DRAM][TENSOR_PSUM].writes += move.words;
    c->access[LEVEL_L2][TENSOR_PSUM].reads += move.words;
    c->access[LEVEL_L2][TENSOR_PSUM].dma_reads += move.words;
    count_compressed(c, TENSOR_PSUM, &move);
}

uint64_t tile_table_ready(struct tile_table *table, const struct pass *pass,
                          uint64_t now)
{
    struct tile_line *psum = &table->line[TENSOR_PSUM];
    uint64_t start = now;
    push_loads(table, TENSOR_IFMAP);
    push_loads(table, TENSOR_FILTER);
    for (int t = 0; t < TENSOR_PSUM; t++) {
        struct tile_line *line = &table->line[t];
        if (pass->new_tile[t])
            line->used++;
        start = max_u64(
            start, dma_done_cycle(table->dma,
                                  t == TENSOR_IFMAP ? DMA_IFMAP : DMA_FILTER,
                                  line->used - 1));
    }
    if (pass->new_tile[TENSOR_PSUM]) {
        uint64_t buffers = (uint64_t)table->program->buffers[TENSOR_PSUM];
        if (psum->used >= buffers)
            start = max_u64(start, dma_done_cycle(table->dma, DMA_OFMAP,
                                                  psum->used - buffers));
        psum->used++;
    }
    return start;
}

void tile_table_done(struct tile_table *table, const struct pass *pass,
                     const struct pass_outcome *counts, uint64_t start,
                     uint64_t end)
{
    if (pass->last_use[TENSOR_FILTER])
        give_up(table, TENSOR_FILTER, start + counts->filter_free_cycle);
    if (pass->last_use[TENSOR_IFMAP])
        give_up(table, TENSOR_IFMAP, end);
    tell_drained(table); /* the pass before has, when this one is done */
    if (pass->last_use[TENSOR_PSUM])
        store_ofmap(table, pass, end + counts->drain_cycles);
    if (counts->drain_cycles == 0)
        tell_drained(table);
}

static void add_word(struct tile_table_relative *out, uint64_t word)
{
    SIM_CHECK(out->n < TILE_TABLE_WORDS);
    out->word[out->n++] = word;
}

/* When places were given up is no part of it: all were asked for again, and
 * that is in the DMA's queues. */
static void add_load_line(const struct tile_line *line, enum tensor tensor,
                          struct tile_table_relative *out)
{
    add_word(out, line->pushed - line->used);
    add_word(out, line->pushed - line->freed);
    out->has_next[tensor] = line->has_next;
    memcpy(out->ahead[tensor], line->ahead.before, sizeof(out->ahead[tensor]));
}

void tile_table_relative(struct tile_table *table, uint64_t now,
                         struct tile_table_relative *out)
{
    const struct tile_line *psum = &table->line[TENSOR_PSUM];
    uint64_t buffers = (uint64_t)table->program->buffers[TENSOR_PSUM];
    struct dma_relative dma;
    out->n = 0;
    for (int t = 0; t < TENSOR_PSUM; t++) {
        push_loads(table, (enum tensor)t);
        add_load_line(&table->line[t], (enum tensor)t, out);
    }
    add_word(out, psum->used < buffers ? psum->used : buffers);
    add_word(out, psum->used - psum->pushed);
    dma_relative_state(table->dma, now, &dma);
    for (int k = 0; k < dma.n; k++)
        add_word(out, dma.word[k]);
}

void tile_table_skip(struct tile_table *table, int level, int iterations,
                     uint64_t cycles, const bool moves[TENSOR_PSUM])
{
    for (int t = 0; t < TENSOR_PSUM; t++) {
        struct tile_line *line = &table->line[t];
        if (moves[t])
            cursor_skip(table->program, &line->ahead, level, iterations,
                        &line->next);
        for (int k = 0; k < 2; k++)
            line->free_cycle[k] += cycles;
    }
    dma_shift(table->dma, cycles);
}

uint64_t tile_table_finish(struct tile_table *table)
{
    uint64_t cycle = dma_finish(table->dma);
    tell_drained(table);
    table->counts->dram_bursts = dram_counts(table->dram)->bursts;
    return cycle;
}
