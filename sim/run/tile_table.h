/* tile_table.h - the memory side of a run: which tiles L2 holds, which are on
 * their way, and when.
 *
 * The array side meets it in two events only: a tile is ready
 * (tile_table_ready), a tile's place is free (tile_table_done).  It runs in
 * absolute time, forward, as far as the next pass's tiles need.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_RUN_TILE_TABLE_H
#define SIM_RUN_TILE_TABLE_H

#include "dataflows/program.h"
#include "mem/dma.h"
#include "mem/dram_port.h"
#include "sim/array/pass_outcome.h"
#include "sim/base/result.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tile_table;

/* The DRAM of an architecture. */
struct dram_cfg tile_table_dram_cfg(const struct arch *arch);

/* All borrowed; transfers are counted in *counts.  port: NULL for the
 * architecture's own DRAM. */
struct tile_table *tile_table_new(const struct program *program,
                                  const struct dram_port *port,
                                  struct counts *counts);
/* Told of each tile that is asked for or stored (a pass's). */
struct tile_tap {
    void *context;
    void (*moved)(void *context, const struct pass *pass, enum tensor tensor);
};
void tile_table_set_tap(struct tile_table *table, const struct tile_tap *tap);
void tile_table_free(struct tile_table *table);

/* The cycle, at or after `now`, in which all tiles of the pass are there.
 * Passes in their order; each is asked for once. */
uint64_t tile_table_ready(struct tile_table *table, const struct pass *pass,
                          uint64_t now);
/* The pass ran until `end`, its counts from `start` on: the tiles that it used
 * last leave, a finished one when it has drained. */
void tile_table_done(struct tile_table *table, const struct pass *pass,
                     const struct pass_outcome *counts, uint64_t start,
                     uint64_t end);
/* Where a period of passes may begin.  Asks for all loads that have a place,
 * as tile_table_ready would.  Then all that decides what will happen from a
 * boundary at `now` on, relative to it: equal words, equal future, as long as
 * equal passes come and equally many bytes move. */
#define TILE_TABLE_WORDS (DMA_RELATIVE_WORDS + 8)
struct tile_table_relative {
    int n;
    uint64_t word[TILE_TABLE_WORDS];
    /* Of the pass whose ifmap or filter tile is asked for next. */
    bool has_next[TENSOR_PSUM];
    int ahead[TENSOR_PSUM][CURSOR_LOOPS];
};
void tile_table_relative(struct tile_table *table, uint64_t now,
                         struct tile_table_relative *out);
/* As if `iterations` of a loop, which are alike, had gone by in `cycles`, and
 * with them the tiles asked for of each tensor that `moves`. */
void tile_table_skip(struct tile_table *table, int level, int iterations,
                     uint64_t cycles, const bool moves[TENSOR_PSUM]);

/* Lets all transfers come to an end; the cycle in which the last one is done.
 * Counts the DRAM's bursts. */
uint64_t tile_table_finish(struct tile_table *table);

#ifdef __cplusplus
}
#endif

#endif
