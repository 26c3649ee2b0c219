/* fuse_search.h - finds the chains of a graph that take least when their nodes
 * are worked on together, with the tile and the halos of each.
 *
 * Each stretch of a chain is run with tiles of the whole output, half of its
 * rows and columns, a quarter, ... and one, with halos that are made again and
 * that are kept; the chain is then cut where the sum is least, nodes by
 * themselves among them.  A stretch that has no room at any tile is not made
 * longer, and smaller tiles are not tried once two sizes took more than the
 * best: so what is found is the least of what was tried.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_NETWORK_FUSE_FUSE_SEARCH_H
#define SIM_NETWORK_FUSE_FUSE_SEARCH_H

#include "dataflows/search/search.h"
#include "sim/energy/energy_table.h"
#include "sim/network/fuse/fused_run.h"

#ifdef __cplusplus
extern "C" {
#endif

struct fuse_search_input { /* all borrowed */
    const struct residency_input *run;
    struct src_pos at;                 /* where network.fuse was said */
    const struct energy_table *energy; /* NULL: its objective is delay */
    enum search_objective objective;   /* energy or delay */
    const struct layer_result *apart;  /* of the graph's nodes by themselves */
};

/* Free what is in *out in any case.  Errors: another objective, what
 * fused_is_possible refuses. */
bool fuse_search(const struct fuse_search_input *in, struct fuse_groups *out,
                 struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
