/* nest_tiles.c - see nest_tiles.h.
 * SPDX-License-Identifier: MIT
 */
#include "sim/run/nest_tiles.h"

#include <stdlib.h>
#include <string.h>

#include "mem/dma.h"
#include "sim/array/nest/nest_stage.h"
#include "sim/run/tile_table.h"

enum { PLACES_MAX = 2, TICKETS = 4 };

/* Tiles of one tensor, in their order. */
struct line {
    struct nest_stage *ahead;  /* owns; finds the words of the next tile */
    struct nest_stage *behind; /* owns; psums: finds those that leave */
    struct nest_step next;     /* the pass that first needs the next tile */
    bool has_next;
    bool kept; /* in L2 */
    uint64_t buffers;
    uint64_t asked, used, freed; /* tiles */
    uint64_t free_cycle[PLACES_MAX];
    /* Of the last tiles; -1: nothing moved. */
    int64_t load_ticket[TICKETS], store_ticket[TICKETS];
};

struct nest_tiles {
    const struct nest_walk *walk;
    const struct program *program;
    struct counts *counts;
    struct dram *dram;
    struct dma *dma;
    struct line line[TENSOR_N];
    struct dram_request *request; /* owns */
    int n_requests, request_room;
};

static const enum dma_channel channel_of[TENSOR_N] = {
    [TENSOR_IFMAP] = DMA_IFMAP,
    [TENSOR_FILTER] = DMA_FILTER,
    [TENSOR_PSUM] = DMA_OFMAP};

/* Whether two passes need different tiles. */
static bool differ(const struct nest_tiles *t, enum tensor tensor,
                   const struct nest_step *a, const struct nest_step *b)
{
    static const bool has[TENSOR_N][NEST_DIMS] = {
        [TENSOR_IFMAP] = {[NEST_G] = true,
                          [NEST_N] = true,
                          [NEST_C] = true,
                          [NEST_P] = true,
                          [NEST_Q] = true,
                          [NEST_R] = true,
                          [NEST_S] = true},
        [TENSOR_FILTER] = {[NEST_G] = true,
                           [NEST_M] = true,
                           [NEST_C] = true,
                           [NEST_R] = true,
                           [NEST_S] = true},
        [TENSOR_PSUM] = {[NEST_G] = true,
                         [NEST_N] = true,
                         [NEST_M] = true,
                         [NEST_P] = true,
                         [NEST_Q] = true}};
    struct nest_span x[NEST_DIMS], y[NEST_DIMS];
    if (!t->line[tensor].kept)
        return true;
    nest_walk_spans(t->walk, a, LEVEL_L2, NULL, x);
    nest_walk_spans(t->walk, b, LEVEL_L2, NULL, y);
    for (int d = 0; d < NEST_DIMS; d++)
        if (has[tensor][d] && (x[d].first != y[d].first || x[d].n != y[d].n))
            return true;
    return false;
}

static bool next_pass(const struct nest_tiles *t, struct nest_step *step)
{
    return nest_walk_next(t->walk, step, 0, t->walk->pass_loops) >= 0;
}

/* The first pass behind line->next that needs another tile. */
static void look_ahead(struct nest_tiles *t, enum tensor tensor)
{
    struct line *line = &t->line[tensor];
    struct nest_step from = line->next;
    do {
        line->has_next = next_pass(t, &line->next);
    } while (line->has_next && !differ(t, tensor, &from, &line->next));
}

static struct nest_stage *stage_of(const struct nest_tiles *t,
                                   enum tensor tensor)
{
    const struct arch *a = &t->program->arch;
    struct stage_cfg cfg = {
        .walk = t->walk,
        .level = LEVEL_L2,
        .tensor = tensor,
        .pad = a->padding == PADDING_STORED ? 0 : t->walk->layer.pad,
        .words_per_slot = 1,
        .out_words_per_slot = 1,
    };
    int level = LEVEL_L2;
    while (!t->walk->nest.level[level].keep[tensor])
        level--;
    cfg.level = (enum level)level;
    return nest_stage_new(&cfg);
}

struct nest_tiles *nest_tiles_new(const struct nest_walk *walk,
                                  const struct program *program,
                                  const int buffers[TENSOR_N],
                                  const struct dram_port *port,
                                  struct counts *counts)
{
    struct nest_tiles *t = xcalloc(1, sizeof(*t));
    struct dram_cfg cfg = tile_table_dram_cfg(&program->arch);
    t->walk = walk;
    t->program = program;
    t->counts = counts;
    t->dram = dram_new(&cfg);
    t->dma = dma_new(port != NULL ? port : &dram_port_own, t->dram);
    for (int k = 0; k < TENSOR_N; k++) {
        struct line *line = &t->line[k];
        line->kept = walk->nest.level[LEVEL_L2].keep[k];
        line->buffers = line->kept ? (uint64_t)buffers[k] : PLACES_MAX;
        line->ahead = stage_of(t, (enum tensor)k);
        line->has_next = true;
        if (k == TENSOR_PSUM)
            line->behind = stage_of(t, (enum tensor)k);
    }
    return t;
}

void nest_tiles_free(struct nest_tiles *t)
{
    if (t == NULL)
        return;
    for (int k = 0; k < TENSOR_N; k++) {
        nest_stage_free(t->line[k].ahead);
        nest_stage_free(t->line[k].behind);
    }
    free(t->request);
    dma_free(t->dma);
    dram_free(t->dram);
    free(t);
}

/* --- requests ------------------------------------------------------------- */

struct byte_run {
    uint64_t address, bytes;
};

/* Appends a run: to the last request as one more turn of its loop, where the
 * distance fits. */
static void push_run(struct nest_tiles *t, bool is_write, struct byte_run run)
{
    struct dram_request *last =
        t->n_requests > 0 ? &t->request[t->n_requests - 1] : NULL;
    if (last != NULL && last->run_bytes == run.bytes) {
        uint64_t count = last->loop[DRAM_LOOPS - 1].count;
        uint64_t stride = count == 1 ? run.address - last->address
                                     : last->loop[DRAM_LOOPS - 1].stride_bytes;
        if (run.address == last->address + count * stride) {
            last->loop[DRAM_LOOPS - 1].count++;
            last->loop[DRAM_LOOPS - 1].stride_bytes = stride;
            return;
        }
    }
    if (t->n_requests == t->request_room) {
        t->request_room = t->request_room * 2 + 16;
        t->request =
            xrealloc(t->request, (size_t)t->request_room, sizeof(*t->request));
    }
    last = &t->request[t->n_requests++];
    memset(last, 0, sizeof(*last));
    last->is_write = is_write;
    last->address = run.address;
    last->run_bytes = run.bytes;
    for (int k = 0; k < DRAM_LOOPS; k++)
        last->loop[k].count = 1;
}

/* Makes requests of words in rising order. */
static void make_requests(struct nest_tiles *t, enum tensor tensor,
                          bool is_write, const uint64_t *word, int n)
{
    uint64_t bits = (uint64_t)t->program->arch.precision_bits[tensor];
    struct byte_run run = {0, 0};
    t->n_requests = 0;
    for (int i = 0; i < n;) {
        int coord[4], last = i + 1;
        access_coord(word[i], coord);
        /* Neighbours along the innermost dimension lie side by side. */
        while (last < n && word[last] == word[last - 1] + 1)
            last++;
        struct byte_run here = {program_word_address(t->program, tensor, coord),
                                ((uint64_t)(last - i) * bits + 7) / 8};
        if (run.bytes > 0 && here.address == run.address + run.bytes) {
            run.bytes += here.bytes;
        } else {
            if (run.bytes > 0)
                push_run(t, is_write, run);
            run = here;
        }
        i = last;
    }
    if (run.bytes > 0)
        push_run(t, is_write, run);
}

static uint64_t transfer(struct nest_tiles *t, enum tensor tensor,
                         bool is_write, const struct nest_stage *stage,
                         uint64_t after)
{
    const uint64_t *word;
    int n = nest_stage_words(stage, &word);
    make_requests(t, tensor, is_write, word, n);
    if (t->line[tensor].kept) {
        struct accesses *dram = &t->counts->access[LEVEL_DRAM][tensor];
        struct accesses *l2 = &t->counts->access[LEVEL_L2][tensor];
        uint64_t words = (uint64_t)n;
        *(is_write ? &dram->writes : &dram->reads) += words;
        *(is_write ? &l2->reads : &l2->writes) += words;
        *(is_write ? &l2->dma_reads : &l2->dma_writes) += words;
    }
    return dma_push(t->dma, channel_of[tensor], t->request, t->n_requests,
                    after);
}

/* --- events --------------------------------------------------------------- */

/* Asks for every tile whose place is known to be free. */
static void push_loads(struct nest_tiles *t, enum tensor tensor)
{
    struct line *line = &t->line[tensor];
    while (line->has_next && line->asked < line->freed + line->buffers) {
        struct stage_move unread;
        uint64_t after = line->asked < line->buffers
                             ? 0
                             : line->free_cycle[line->asked % line->buffers];
        nest_stage_leave(line->ahead, &line->next, &unread);
        nest_stage_enter(line->ahead, &line->next, &unread);
        int64_t *ticket = &line->load_ticket[line->asked % TICKETS];
        const uint64_t *word;
        *ticket = -1;
        if (nest_stage_words(line->ahead, &word) > 0)
            *ticket = (int64_t)transfer(t, tensor, false, line->ahead, after);
        line->asked++;
        look_ahead(t, tensor);
    }
}

static uint64_t done_cycle(struct nest_tiles *t, enum tensor tensor,
                           int64_t ticket)
{
    return ticket < 0
               ? 0
               : dma_done_cycle(t->dma, channel_of[tensor], (uint64_t)ticket);
}

uint64_t nest_tiles_ready(struct nest_tiles *t, const struct nest_step *before,
                          const struct nest_step *at, uint64_t now)
{
    uint64_t start = now;
    for (int k = 0; k < TENSOR_N; k++)
        push_loads(t, (enum tensor)k);
    for (int k = 0; k < TENSOR_N; k++) {
        enum tensor tensor = (enum tensor)k;
        struct line *line = &t->line[k];
        if (before != NULL && !differ(t, tensor, before, at))
            continue;
        uint64_t tile = line->used++;
        start = max_u64(
            start, done_cycle(t, tensor, line->load_ticket[tile % TICKETS]));
        if (tensor == TENSOR_PSUM && tile >= line->buffers)
            start = max_u64(
                start,
                done_cycle(
                    t, tensor,
                    line->store_ticket[(tile - line->buffers) % TICKETS]));
    }
    return start;
}

static void store(struct nest_tiles *t, const struct nest_step *at,
                  const struct nest_step *next, uint64_t cycle)
{
    struct line *line = &t->line[TENSOR_PSUM];
    struct stage_move unread;
    int64_t *ticket = &line->store_ticket[line->freed % TICKETS];
    const uint64_t *word;
    nest_stage_leave(line->behind, at, &unread);
    nest_stage_enter(line->behind, at, &unread);
    nest_stage_leave(line->behind, next, &unread);
    *ticket = -1;
    if (nest_stage_words(line->behind, &word) > 0)
        *ticket = (int64_t)transfer(t, TENSOR_PSUM, true, line->behind, cycle);
}

void nest_tiles_done(struct nest_tiles *t, const struct nest_step *at,
                     const struct nest_step *next, uint64_t cycle)
{
    for (int k = 0; k < TENSOR_N; k++) {
        enum tensor tensor = (enum tensor)k;
        struct line *line = &t->line[k];
        if (next != NULL && !differ(t, tensor, at, next))
            continue;
        if (tensor == TENSOR_PSUM)
            store(t, at, next, cycle);
        line->free_cycle[line->freed % line->buffers] = cycle;
        line->freed++;
    }
}

uint64_t nest_tiles_finish(struct nest_tiles *t)
{
    uint64_t cycle = dma_finish(t->dma);
    t->counts->dram_bursts = dram_counts(t->dram)->bursts;
    return cycle;
}
