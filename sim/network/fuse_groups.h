/* fuse_groups.h - the chains of a graph that network.fuse names, and what each
 * would move when its nodes are worked on together.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_NETWORK_FUSE_GROUPS_H
#define SIM_NETWORK_FUSE_GROUPS_H

#include "sim/base/arch.h"
#include "sim/network/fusion.h"
#include "sim/network/network_file.h"

#ifdef __cplusplus
extern "C" {
#endif

struct fuse_group {
    char first[64], last[64]; /* nodes */
    int nodes;
    int *node; /* owns; in their order */
    struct fusion found;
    bool has_run;      /* the nodes' results are those of tiles */
    bool filters_stay; /* in L2, from the first tile on */
};

struct fuse_groups {
    int n;
    struct fuse_group *group; /* owns */
};

/* "conv1:pool2,conv3:conv5": each chain from one node to another, both in it.
 * at: who said so.  Errors: no such node, no chain between two, nodes that
 * cannot be fused.  Free what is in *out in any case. */
bool fuse_groups_find(const struct arch *arch,
                      const struct network_file *network, struct src_pos at,
                      struct fuse_groups *out, struct diag *d);
void fuse_groups_fini(struct fuse_groups *g);

#ifdef __cplusplus
}
#endif

#endif
