/* fused_results.h - the results of a graph some of whose chains are fused.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_NETWORK_FUSED_RESULTS_H
#define SIM_NETWORK_FUSED_RESULTS_H

#include "sim/network/fused_run.h"

#ifdef __cplusplus
extern "C" {
#endif

/* results: of the graph's nodes by themselves, which own their texts; those of
 * the chains' nodes are replaced by the sums of their tiles, one after the
 * other, under mappings of the dataflow's rules.  Errors: as fused_chain_run.
 */
bool fused_results(const struct fused_input *in, struct fuse_groups *groups,
                   struct layer_result *results, struct diag *d);

#ifdef __cplusplus
}
#endif

#endif
