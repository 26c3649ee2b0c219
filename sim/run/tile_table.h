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

#include "mem/dma.h"
#include "mem/dram_port.h"
#include "sim/run/pass_source.h"
#include "sim/timeline/timeline.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tile_table;

/* The DRAM of an architecture. */
struct dram_cfg tile_table_dram_cfg(const struct arch *arch);

/* All borrowed; transfers are counted in *counts.  port: NULL for the
 * architecture's own DRAM. */
struct tile_table *tile_table_new(struct pass_source *source,
                                  const struct arch *arch,
                                  const struct dram_port *port,
                                  struct counts *counts);
void tile_table_free(struct tile_table *table);

/* What transfers of a DRAM part did is remembered (dram_remember). */
void tile_table_remember(struct tile_table *table);

/* The cycle, at or after `now`, in which the pass may be issued: all its tiles
 * are there, or will be as soon as it needs them (lead_cycles of the source).
 * Passes in their order; each is asked for once. */
uint64_t tile_table_ready(struct tile_table *table,
                          const struct source_pass *pass, uint64_t now);
/* Charges the cycles from `from` on until `to`, in which the pass that
 * tile_table_ready was called for last waited with nothing in flight: each to
 * the transfer that the DRAM was at, and where it was at none, or at the one
 * that came last, to that one.  is_first: of the layer's passes; then also the
 * cycles before the first transfer. */
void tile_table_charge(const struct tile_table *table, uint64_t from,
                       uint64_t to, bool is_first,
                       uint64_t by[TENSOR_N][DRAM_WAIT_N]);
/* Tells of transfers and waits from now on; NULL: of none. */
void tile_table_watch(struct tile_table *table,
                      struct layer_timeline *timeline);
/* The pass, the source's latest, ran until `end`, its outcome counts from
 * `start` on: the tiles that it used last leave, finished psums when it has
 * drained. */
void tile_table_done(struct tile_table *table, const struct source_pass *pass,
                     const struct pass_outcome *outcome, uint64_t start,
                     uint64_t end);

/* Where a period of passes may begin.  Asks for all loads that have a place,
 * as tile_table_ready would.  Then all that decides what will happen from a
 * boundary at `now` on, relative to it: equal words, equal future, as long as
 * equal passes come, the source stands as far ahead, and equally many bytes
 * move. */
#define TILE_TABLE_WORDS (DMA_RELATIVE_WORDS + 8)
struct tile_table_relative {
    int n;
    uint64_t word[TILE_TABLE_WORDS];
};
void tile_table_relative(struct tile_table *table, uint64_t now,
                         struct tile_table_relative *out);
/* As if passes that bring it back to that state had gone by in `cycles`. */
void tile_table_skip(struct tile_table *table, uint64_t cycles);

/* Lets all transfers come to an end; the cycle in which the last one is done.
 * Counts the DRAM's bursts, and in *stats what its transfers took. */
uint64_t tile_table_finish(struct tile_table *table, struct memo_stats *stats);

#ifdef __cplusplus
}
#endif

#endif
