/* nest_transfers.h - what the DMA moves for the tiles of a nest: of each tile
 * the new words only, found word by word.
 *
 * A tensor that L2 does not keep comes in the words that a pass needs, through
 * two places of its own in front of the networks; its psums leave the same way.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_RUN_NEST_TRANSFERS_H
#define SIM_RUN_NEST_TRANSFERS_H

#include "dataflows/nest/nest_walk.h"
#include "dataflows/program.h"
#include "sim/run/pass_source.h"

#ifdef __cplusplus
extern "C" {
#endif

struct nest_transfers;

/* Says where the tensors of program's layer lie in a DRAM with bursts of so
 * many bytes (1: it has none): filter tiles as the loops over those that L2
 * holds, or passes need, give them. */
void nest_lay_out(const struct nest_walk *walk, int burst_bytes,
                  struct program *program);
/* Both borrowed.  program: arch, layer and layout are set. */
struct nest_transfers *nest_transfers_new(const struct nest_walk *walk,
                                          const struct program *program);
void nest_transfers_free(struct nest_transfers *transfers);

/* Whether two passes need different tiles. */
bool nest_tiles_differ(const struct nest_walk *walk, enum tensor tensor,
                       const struct nest_step *a, const struct nest_step *b);

/* As load and store of a pass source; at: the pass that is done, next: the one
 * after it, NULL after the last. */
bool nest_transfers_load(struct nest_transfers *transfers, enum tensor tensor,
                         struct tile_transfer *out);
void nest_transfers_store(struct nest_transfers *transfers,
                          const struct nest_step *at,
                          const struct nest_step *next,
                          struct tile_transfer *out);

#ifdef __cplusplus
}
#endif

#endif
