/* fuse_groups.h - the chains of a graph that network.fuse names, and what each
 * would move when its nodes are worked on together.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_NETWORK_FUSE_FUSE_GROUPS_H
#define SIM_NETWORK_FUSE_FUSE_GROUPS_H

#include "sim/base/arch.h"
#include "sim/network/fuse/fusion.h"
#include "sim/network/network_file.h"

#ifdef __cplusplus
extern "C" {
#endif

/* "again", "kept". */
extern const char *const fuse_halos_name[2];

/* What became of a chain that ran.  DRAM words are of all images and of all
 * the chain's nodes: those apart are those fused, and the maps between them
 * that are saved, less what comes again. */
struct fused_outcome {
    bool filters_stay;   /* in L2, from the first tile on */
    char why[256];       /* they do not; "" where they do */
    uint64_t kept_bytes; /* of L2, for what tiles share */
    uint64_t words_apart, words_fused, saved_words;
    int64_t first_again_words, filter_again_words, last_again_words;
    uint64_t cycles_apart, cycles_fused;
};

struct fuse_group {
    char first[64], last[64]; /* nodes */
    int nodes;
    int *node; /* owns; in their order */
    int tile;  /* rows and columns of the last output */
    enum fuse_halos halos;
    struct fusion found;
    bool has_run; /* the nodes' results are those of tiles */
    struct fused_outcome outcome;
};

struct fuse_groups {
    int n;
    struct fuse_group *group; /* owns */
    uint64_t tried; /* chains and tiles that a search ran; 0: by hand */
};

/* Whether network.fuse says that chains are searched for. */
bool fuse_is_searched(const struct arch *arch);
/* "conv1:pool2,conv3:conv5:14:kept": each chain from one node to another, both
 * in it, with its tile and its halos, or those of the machine's keys.  They may
 * have nodes in common: each is looked at by itself.
 * at: who said so.  Errors: no such node, no chain between two, nodes that
 * cannot be fused.  Free what is in *out in any case. */
bool fuse_groups_find(const struct arch *arch,
                      const struct network_file *network, struct src_pos at,
                      struct fuse_groups *out, struct diag *d);
/* Adds a chain of these nodes; false: they cannot be fused. */
bool fuse_groups_add(const struct network_file *network, const int *node,
                     int nodes, int tile, enum fuse_halos halos,
                     struct src_pos at, struct fuse_groups *out,
                     struct diag *d);
/* How many nodes read a tensor. */
int fuse_readers_of(const struct graph *graph, int tensor);
void fuse_groups_fini(struct fuse_groups *g);

#ifdef __cplusplus
}
#endif

#endif
