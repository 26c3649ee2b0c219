/* nest_tiles.h - the memory side of a run of a nest: which tiles L2 holds,
 * which are on their way, and when.
 *
 * As sim/run/tile_table.h, for tiles of which only the new words move, found
 * word by word.  A tensor that L2 does not keep comes in the words that a pass
 * needs, through two places of its own in front of the networks; its psums
 * leave the same way.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_RUN_NEST_TILES_H
#define SIM_RUN_NEST_TILES_H

#include "dataflows/nest/nest_walk.h"
#include "dataflows/program.h"
#include "mem/dram_port.h"
#include "sim/base/result.h"

#ifdef __cplusplus
extern "C" {
#endif

struct nest_tiles;

/* All borrowed.  port: where transfers go; NULL: the architecture's own DRAM.
 * program: arch, layer and burst_bytes are set.  Counts DRAM
 * and the DMA's part of L2, of the tensors that L2 keeps. */
struct nest_tiles *nest_tiles_new(const struct nest_walk *walk,
                                  const struct program *program,
                                  const int buffers[TENSOR_N],
                                  const struct dram_port *port,
                                  struct counts *counts);
void nest_tiles_free(struct nest_tiles *tiles);

/* The cycle, at or after `now`, in which the pass that begins at `at` has its
 * words and room for its psums.  before: NULL for the first pass. */
uint64_t nest_tiles_ready(struct nest_tiles *tiles,
                          const struct nest_step *before,
                          const struct nest_step *at, uint64_t now);
/* The pass is done in `cycle`.  next: NULL after the last. */
void nest_tiles_done(struct nest_tiles *tiles, const struct nest_step *at,
                     const struct nest_step *next, uint64_t cycle);
/* The cycle in which the last transfer is done. */
uint64_t nest_tiles_finish(struct nest_tiles *tiles);

#ifdef __cplusplus
}
#endif

#endif
