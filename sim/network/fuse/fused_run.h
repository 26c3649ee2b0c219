/* fused_run.h - runs chains of nodes tile by tile of the last one's output, the
 * maps between them in L2.
 *
 * What tiles share is read and worked out again by each, or kept in L2 beside
 * the maps (fuse_tiles.h).  Filters stay in L2 from the first tile on where all
 * of the chain's fit beside both, or else come with every tile.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_NETWORK_FUSE_FUSED_RUN_H
#define SIM_NETWORK_FUSE_FUSED_RUN_H

#include "sim/network/fuse/fuse_groups.h"
#include "sim/network/residency.h"
#include "sim/run/check.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The words of whole maps, with which those of tiles are checked: of a node
 * with a MAC loop.  Without them tiles have pseudo-random ones. */
struct fused_words {
    void *context;
    struct layer_values (*of)(void *context, int node);
};

struct fused_input { /* all borrowed */
    const struct residency_input *run;
    const struct fused_words *words; /* or NULL */
    struct src_pos at;               /* where network.fuse was said */
};

/* Whether the machine and what was asked model it.  Errors by name. */
bool fused_is_possible(const struct fused_input *in, struct diag *d);

/* Sets the results of a chain's nodes that work, in its order, and what the
 * group says of a run.  Their mapping texts are to be freed.  *lacks_room:
 * whether it fails as L2 is too small.  Errors: that, what is not modelled. */
bool fused_chain_run(const struct fused_input *in, struct fuse_group *group,
                     struct layer_result *sum, bool *lacks_room,
                     struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
