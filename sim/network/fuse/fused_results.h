/* fused_results.h - the results of a graph some of whose chains are fused.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_NETWORK_FUSE_FUSED_RESULTS_H
#define SIM_NETWORK_FUSE_FUSED_RESULTS_H

#include "sim/network/fuse/fuse_search.h"

#ifdef __cplusplus
extern "C" {
#endif

struct fused_graph {
    struct fused_input how;
    const struct energy_table *energy; /* of a search; borrowed */
    enum search_objective objective;
};

/* results: of the graph's nodes by themselves, which own their texts; those of
 * the chains' nodes are replaced by the sums of their tiles, one after the
 * other, under mappings of the dataflow's rules.  Without a run (closed forms)
 * the chains are found, and nothing is replaced.  Free what is in *groups in
 * any case.  Errors: as fuse_groups_find, fuse_search and fused_chain_run. */
bool fused_results(const struct fused_graph *graph,
                   struct layer_result *results, struct fuse_groups *groups,
                   struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
