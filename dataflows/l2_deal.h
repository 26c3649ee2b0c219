/* l2_deal.h - banks of L2 for tiles that need fewer than there are.
 *
 * Each bank more that a tile lies in is a port more for its stream.  So tiles
 * lie in all banks that they may have, those of their tensor or the shared
 * ones, and the buffers of a tensor in equally many each: the first bank of
 * each tile is its own; each other goes to the tile that would need the
 * largest banks, as long as enough are left for its buffers.
 *
 * So a tile that fits has at least the banks that hold it, and nobody asks how
 * large a bank is or how wide a network: more bytes never give a tile fewer
 * ports, and a wider network takes none from another's tile.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_L2_DEAL_H
#define DATAFLOWS_L2_DEAL_H

#include "sim/base/arch.h"

#ifdef __cplusplus
extern "C" {
#endif

/* For tiles of which L2 holds so many buffers each.  banks: those that each
 * gets; a tile of no words keeps what it has. */
void l2_deal(const struct arch *arch, const uint64_t tile_words[TENSOR_N],
             const int buffers[TENSOR_N], int banks[TENSOR_N]);

#ifdef __cplusplus
}
#endif

#endif
