/* l1_path.h - the way of filter and ifmap words from L2 over L1 to the PEs.
 *
 * L2 reads a slot once and sends it to every cluster with a PE that needs it,
 * over one network a tensor: a multicast, or a mesh of routers with L2 at the
 * first (noc/mesh.h).  Each cluster's L1 (mem/l1.h) gives it to its PEs.
 * Psums go straight between L2 and the chains' ends: each is for one PE, so an
 * L1 would add a write and a read to every one and save nothing.
 *
 * Blocks, to be evaluated in any order, then committed in any order: two
 * senders, two meshes (or their routers), the L1s.  They meet in the routers'
 * local inputs, the L1s' input buffers and the PEs' fifos.  The senders'
 * streams are the machine's. Timing  a slot leaves L2 when every L1 that it is
 * for has room in its input buffer (multicast), or the first router has (mesh).
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_L1_PATH_H
#define SIM_ARRAY_L1_PATH_H

#include "dataflows/placement.h"
#include "mem/l1.h"
#include "noc/mesh.h"
#include "sim/base/diag.h"
#include "sim/base/waits.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Functional mode: what happens to slots, in this order.  line: 0 filters,
 * 1 ifmaps; slot->dest is the L2 stream's. */
struct l1_path_tap {
    void *context;
    /* Bit k of clusters: it is for cluster k. */
    void (*read)(void *context, int line, uint64_t clusters,
                 const struct slot *slot);
    void (*arrived)(void *context, int line, int cluster,
                    const struct slot *slot);
    void (*sent)(void *context, int line, int cluster, const struct slot *slot,
                 const int32_t *lanes, int n_lanes);
};

struct l1_path_counts {
    uint64_t sent[L1_LINES];      /* read from L2 */
    uint64_t delivered[L1_LINES]; /* that, times clusters */
    uint64_t hops[L1_LINES];
    struct l1_counts l1;
};

struct l1_path;

/* The L1s of a machine that has some. */
struct l1_cfg l1_path_cfg(const struct arch *arch);
size_t l1_path_state_bytes(const struct arch *arch);
/* state: zeroed, borrowed.  Never NULL. */
struct l1_path *l1_path_new(const struct arch *arch, void *state);
void l1_path_free(struct l1_path *path);

/* Rebuilds what follows from a line's stream and its destinations' lanes;
 * cluster_of_lane: of the lanes with work.  shape: borrowed while it runs. */
void l1_path_shape(struct l1_path *path, int line,
                   const struct stream_shape *shape,
                   const struct destination_sets *sets,
                   const int32_t *cluster_of_lane);
/* A pass begins.  kept: lines whose words the L1s have from the pass before.
 * tap may be NULL; borrowed. */
void l1_path_issue(struct l1_path *path, const uint32_t rounds[L1_LINES],
                   const bool kept[L1_LINES], const struct l1_path_tap *tap);

/* The blocks.  Each says whether a slot moved or a timer ran down. */
bool l1_path_send(struct l1_path *path, int line, struct stream_state *l2);
bool l1_path_route(struct l1_path *path, int line);
bool l1_path_feed(struct l1_path *path, struct lane_fifo fifo[L1_LINES]);
/* What a line did for PEs that waited for its words, where their network out of
 * L2 did l2_did.  Whoever counts it looks at what was committed (eval), asks
 * when all blocks have been evaluated, and notes that (commit). */
void l1_path_look(struct l1_path *path);
enum network_wait l1_path_did(const struct l1_path *path, int line,
                              enum network_wait l2_did);
void l1_path_note(struct l1_path *path);
void l1_path_commit_routers(struct l1_path *path, int line);
void l1_path_commit_l1s(struct l1_path *path);
/* The last four router by router and cluster by cluster. */
bool l1_path_route_one(struct l1_path *path, int line, int node);
bool l1_path_feed_one(struct l1_path *path, int cluster,
                      struct lane_fifo fifo[L1_LINES]);
void l1_path_commit_router(struct l1_path *path, int line, int node);
void l1_path_commit_l1(struct l1_path *path, int cluster);

/* For waveforms.  The routers of a line; NULL where there are none. */
struct mesh *l1_path_mesh(struct l1_path *path, int line);
struct l1 *l1_path_l1(struct l1_path *path);
/* Clusters lie on a grid of so many columns. */
int l1_path_grid_cols(const struct l1_path *path);

void l1_path_counted(const struct l1_path *path, struct l1_path_counts *out);
/* Sets what l1_path_counted returns. */
void l1_path_count(struct l1_path *path, const struct l1_path_counts *counts);
/* Nothing is between L2 and the PEs. */
bool l1_path_is_empty(const struct l1_path *path);
/* One line of text, for the report of a deadlock; returns its length. */
int l1_path_explain(const struct l1_path *path, char *text, size_t size_bytes);

#ifdef __cplusplus
}
#endif

#endif
