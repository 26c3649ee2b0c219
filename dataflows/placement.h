/* placement.h - where on the array the PEs of a multicast pass stand, and in
 * which cluster (the PEs that share an L1).
 *
 * Psums rise, so row 0 of the array is the top one and a chain's first PE its
 * lowest.  A pass with one PE per set and block (ws) has a column per set;
 * other rectangles of PEs (rs) are stacked in bands of `block_rows`, sets of
 * one filter group on top of each other, the first block lowest, as
 * --show-mapping draws them; what does not fit that way (os) fills the array
 * row by row.  Clusters, waveforms and names of blocks all stand on this.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_PLACEMENT_H
#define DATAFLOWS_PLACEMENT_H

#include "sim/base/arch.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The rectangle of PEs that a pass uses. */
struct pe_sets {
    int sets, set_chains;
    int blocks, block_rows;
};

struct pe_place {
    int row, col;
};

/* PE of row `i` of block `b`, chain `y` of set `t`. */
struct pe_place place_pe(const struct arch *arch, const struct pe_sets *used,
                         int b, int i, int t, int y);

#define CLUSTERS_MAX 64 /* a set of clusters is a 64-bit mask */

/* Clusters along the array's rows and columns; the last ones may be smaller. */
int cluster_grid_rows(const struct arch *arch);
int cluster_grid_cols(const struct arch *arch);
/* Cluster of a PE: grid row * grid columns + grid column. */
int cluster_of(const struct arch *arch, struct pe_place place);

#ifdef __cplusplus
}
#endif

#endif
