/* fused_run.h - runs chains of nodes tile by tile of the last one's output, the
 * maps between them in L2.
 *
 * Each tile stands by itself: what it shares with others is read and worked out
 * again (struct fusion: read_again_words, again_macs).  Filters stay in L2 from
 * the first tile on where all of the chain's fit beside its maps, or else come
 * with every tile.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_NETWORK_FUSED_RUN_H
#define SIM_NETWORK_FUSED_RUN_H

#include "sim/network/fuse_groups.h"
#include "sim/network/residency.h"

#ifdef __cplusplus
extern "C" {
#endif

/* results: of the graph's nodes by themselves; those of the chains' nodes are
 * replaced by the sums of their tiles, one after the other, under mappings of
 * the dataflow's rules.  Errors: what is not modelled, no room for a tile. */
bool fused_run(const struct residency_input *in, struct src_pos at,
               struct fuse_groups *groups, struct layer_result *results,
               struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
