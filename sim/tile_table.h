/* tile_table.h - the memory side of a run: which tiles L2 holds, which are on
 * their way, and when.
 *
 * The array side meets it in two events only: a tile is ready
 * (tile_table_ready), a tile's place is free (tile_table_done).  It runs in
 * absolute time, forward, as far as the next pass's tiles need.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_TILE_TABLE_H
#define SIM_TILE_TABLE_H

#include "dataflows/program.h"
#include "pe/pass_counts.h"
#include "sim/result.h"

#ifdef __cplusplus
extern "C" {
#endif

struct tile_table;

/* The DRAM of an architecture. */
struct dram_cfg tile_table_dram_cfg(const struct arch *arch);

/* program, counts: borrowed; transfers are counted in *counts. */
struct tile_table *tile_table_new(const struct program *program,
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
/* The pass ran from `start` to `end`: the tiles that it used last leave. */
void tile_table_done(struct tile_table *table, const struct pass *pass,
                     const struct pass_counts *counts, uint64_t start,
                     uint64_t end);
/* Lets all transfers come to an end; the cycle in which the last one is done.
 * Counts the DRAM's bursts. */
uint64_t tile_table_finish(struct tile_table *table);

#ifdef __cplusplus
}
#endif

#endif
