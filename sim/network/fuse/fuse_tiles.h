/* fuse_tiles.h - the tiles into which a chain of fused nodes is cut along an
 * axis: what each node reads and makes for each of them.
 *
 * What two tiles share is made again by each, or by the first alone, which
 * keeps it: then every tile adds to a map what no tile before it made.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_NETWORK_FUSE_FUSE_TILES_H
#define SIM_NETWORK_FUSE_FUSE_TILES_H

#include "sim/base/arch.h"
#include "sim/network/fuse/fusion.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A node's part of a tile along an axis.  Without outputs it has none. */
struct fuse_span {
    int read_from, in;  /* words of its input, the first one's place in it */
    int made_from, out; /* and of its output */
    int before, after;  /* zeros around those read */
    int kept;           /* of those read, the first: tiles before have them */
};

/* Tiles that are alike but for their places. */
struct fuse_tile {
    uint64_t times;
    struct fuse_span *span; /* owns; of each node; places: of the first */
};

struct fuse_tiles {
    int n;
    struct fuse_tile *tile; /* owns; the first tile's first */
};

/* tile: outputs of the last node.  is_each: no two are taken together.  To be
 * freed. */
void fuse_tiles_find(const struct layer *chain, int n, bool rows, int tile,
                     enum fuse_halos halos, bool is_each,
                     struct fuse_tiles *out);
void fuse_tiles_fini(struct fuse_tiles *tiles);

/* A node's part of a tile, as a layer. */
struct layer fuse_part_of(const struct layer *node, const struct fuse_span *y,
                          const struct fuse_span *x);

/* Words of a node's input, of one image, for which tiles need room beside the
 * one that is worked on: rows above it over the whole width, and columns on its
 * left. */
uint64_t fuse_kept_words(const struct layer *chain, int node,
                         const struct fuse_tiles *down,
                         const struct fuse_tiles *across);

#ifdef __cplusplus
}
#endif

#endif
