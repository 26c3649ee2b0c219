/* periods.c - whole periods of passes that need not be walked.
 * SPDX-License-Identifier: MIT
 */
#include "sim/run/periods.h"

#include <stdlib.h>
#include <string.h>

/* All that passes add to. */
struct tally {
    uint64_t now, array_cycles, passes, pe_cycles;
    uint64_t ledger_pe_cycles[LEDGER_N];
    uint64_t wait_dram_by[TENSOR_N][DRAM_WAIT_N];
    uint64_t wait_by[NETWORK_N][NETWORK_WAIT_N];
    struct counts counts;
};

/* A boundary at the start of an iteration. */
struct mark {
    bool is_set;
    int iteration, reach; /* compared with the next `reach` iterations */
    struct tile_table_relative state;
    /* Where the tiles that are asked for next stand. */
    bool has_next[TENSOR_PSUM];
    int ahead[TENSOR_PSUM][CURSOR_LOOPS];
    void *left; /* on the array; owns */
    size_t left_bytes, left_room;
    struct tally tally;
};

struct periods {
    const struct program *program;
    bool is_off;
    struct mark mark[CURSOR_LOOPS]; /* of the loop's present instance */
};

struct periods *periods_new(const struct program *program)
{
    struct periods *p = xcalloc(1, sizeof(*p));
    struct dram_cfg dram = tile_table_dram_cfg(&program->arch);
    p->program = program;
    p->is_off = dram.kind == DRAM_PART;
    return p;
}

void periods_free(struct periods *p)
{
    for (int k = 0; p != NULL && k < CURSOR_LOOPS; k++)
        free(p->mark[k].left);
    free(p);
}

static void take_tally(const struct layer_result *out, uint64_t now,
                       struct tally *tally)
{
    memset(tally, 0, sizeof(*tally));
    tally->now = now;
    tally->array_cycles = out->array_cycles;
    tally->passes = out->passes;
    tally->pe_cycles = out->memo.pe_cycles;
    memcpy(tally->ledger_pe_cycles, out->ledger_pe_cycles,
           sizeof(tally->ledger_pe_cycles));
    memcpy(tally->wait_dram_by, out->wait_dram_by, sizeof(tally->wait_dram_by));
    memcpy(tally->wait_by, out->wait_by, sizeof(tally->wait_by));
    tally->counts = out->counts;
}

static void put_tally(const struct tally *tally, struct layer_result *out,
                      uint64_t *now)
{
    *now = tally->now;
    out->array_cycles = tally->array_cycles;
    out->passes = tally->passes;
    out->memo.pe_cycles = tally->pe_cycles;
    memcpy(out->ledger_pe_cycles, tally->ledger_pe_cycles,
           sizeof(tally->ledger_pe_cycles));
    memcpy(out->wait_dram_by, tally->wait_dram_by, sizeof(tally->wait_dram_by));
    memcpy(out->wait_by, tally->wait_by, sizeof(tally->wait_by));
    out->counts = tally->counts;
}

/* now += times * (now - before), number by number. */
static void extrapolate(struct tally *now, const struct tally *before,
                        uint64_t times)
{
    uint64_t *sum = (uint64_t *)now;
    const uint64_t *old = (const uint64_t *)before;
    for (size_t k = 0; k < sizeof(*now) / sizeof(*sum); k++)
        sum[k] = count_add(sum[k], count_mul(times, sum[k] - old[k]));
}

/* The loop that has just begun another iteration; -1: the first pass. */
static int loop_of(const struct cursor *cursor)
{
    int level = CURSOR_LOOPS - 1;
    while (level >= 0 && cursor->at[level] == 0)
        level--;
    return level;
}

static void set_mark(struct mark *m, int iteration, int reach,
                     const struct tile_ahead ahead[TENSOR_PSUM],
                     const struct tile_table_relative *state, const void *left,
                     size_t left_bytes, const struct layer_result *out,
                     uint64_t now)
{
    m->is_set = true;
    if (left_bytes > m->left_room) {
        free(m->left);
        m->left = xcalloc(1, left_bytes);
        m->left_room = left_bytes;
    }
    if (left_bytes > 0)
        memcpy(m->left, left, left_bytes);
    m->left_bytes = left_bytes;
    m->iteration = iteration;
    m->reach = reach;
    m->state = *state;
    for (int t = 0; t < TENSOR_PSUM; t++) {
        m->has_next[t] = ahead[t].exists;
        memcpy(m->ahead[t], ahead[t].cursor.before, sizeof(m->ahead[t]));
    }
    take_tally(out, now, &m->tally);
}

/* How many iterations the tile asked for next may go on and meet only tiles
 * as those of the last `period` iterations; 0: it has not moved as the loop
 * did.  *moves: whether it moves at all. */
static int room_ahead(const struct mark *m, const struct tile_ahead *ahead,
                      const struct cursor *cursor, enum tensor tensor,
                      int level, int period, int end, bool *moves)
{
    const int *was = m->ahead[tensor], *is = ahead->cursor.before;
    bool alike = ahead->exists && m->has_next[tensor];
    *moves = false;
    if (ahead->exists == m->has_next[tensor] &&
        (!ahead->exists || memcmp(was, is, sizeof(m->ahead[tensor])) == 0))
        return end;
    for (int k = 0; k < CURSOR_LOOPS; k++) {
        if (k < level)
            alike = alike && was[k] == is[k] && is[k] == cursor->at[k];
        else
            alike = alike && is[k] - was[k] == (k == level ? period : 0);
    }
    *moves = true;
    return alike && is[level] < end ? end - 1 - is[level] : 0;
}

static bool same_state(const struct tile_table_relative *a,
                       const struct tile_table_relative *b)
{
    return a->n == b->n &&
           memcmp(a->word, b->word, (size_t)a->n * sizeof(a->word[0])) == 0;
}

/* Iterations that can be skipped, a multiple of the period. */
static int iterations_to_skip(const struct mark *m,
                              const struct tile_table_relative *state,
                              const struct tile_ahead ahead[TENSOR_PSUM],
                              const void *left, size_t left_bytes,
                              const struct cursor *cursor, int level, int end,
                              bool moves[TENSOR_PSUM])
{
    int period = cursor->at[level] - m->iteration;
    int room = end - cursor->at[level];
    if (!same_state(&m->state, state) || m->left_bytes != left_bytes ||
        (left_bytes > 0 && memcmp(m->left, left, left_bytes) != 0))
        return 0;
    for (int t = 0; t < TENSOR_PSUM; t++)
        room = min_int(room, room_ahead(m, &ahead[t], cursor, (enum tensor)t,
                                        level, period, end, &moves[t]));
    return room / period * period;
}

static void skip(struct periods *p, int level, int iterations,
                 const bool moves[TENSOR_PSUM], struct cursor *cursor,
                 struct tile_ahead ahead[TENSOR_PSUM], struct tile_table *tiles,
                 struct layer_result *out, uint64_t *now)
{
    struct mark *m = &p->mark[level];
    int times = iterations / (cursor->at[level] - m->iteration);
    struct tally tally;
    take_tally(out, *now, &tally);
    extrapolate(&tally, &m->tally, (uint64_t)times);
    out->memo.skipped_passes += tally.passes - out->passes;
    out->memo.periods += (uint64_t)times;
    tile_table_skip(tiles, tally.now - *now);
    for (int t = 0; t < TENSOR_PSUM; t++)
        if (moves[t])
            cursor_skip(p->program, &ahead[t].cursor, level, iterations,
                        &ahead[t].pass);
    cursor_skip(p->program, cursor, level, iterations, NULL);
    put_tally(&tally, out, now);
    m->is_set = false;
}

void periods_skip(struct periods *p, struct cursor *cursor,
                  struct tile_ahead ahead[TENSOR_PSUM],
                  struct tile_table *tiles, const void *left, size_t left_bytes,
                  struct layer_result *out, uint64_t *now)
{
    int level = loop_of(cursor), first, end, iteration, iterations;
    struct tile_table_relative state;
    bool moves[TENSOR_PSUM];
    if (p->is_off || cursor->done || level < 0)
        return;
    for (int k = level + 1; k < CURSOR_LOOPS; k++)
        p->mark[k].is_set = false;
    struct mark *m = &p->mark[level];
    program_alike(p->program, cursor->at, level, &first, &end);
    iteration = cursor->at[level];
    if (iteration < first || iteration + 1 >= end)
        return;
    tile_table_relative(tiles, *now, &state);
    if (!m->is_set) {
        set_mark(m, iteration, 1, ahead, &state, left, left_bytes, out, *now);
        return;
    }
    iterations = iterations_to_skip(m, &state, ahead, left, left_bytes, cursor,
                                    level, end, moves);
    if (iterations > 0)
        skip(p, level, iterations, moves, cursor, ahead, tiles, out, now);
    else if (iteration - m->iteration == m->reach)
        set_mark(m, iteration, 2 * m->reach, ahead, &state, left, left_bytes,
                 out, *now);
}
