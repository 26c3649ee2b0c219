/* vector_tiling.h - the passes in which a vector unit goes over a node: how
 * many words each reads, works on and writes, and which lie in which tile.
 *
 * Tiles are as large as L2 holds twice, one to be filled while the other is
 * worked on, or else once.  A node is cut where its operation allows: word by
 * word; by pixels, with all their channels; by channels, with all their
 * pixels; or, where a channel of a pool does not fit, by rows of its output,
 * which load again the rows that two tiles share.  Where the channels of one
 * pixel do not fit, an operation of two passes goes over DRAM twice.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_NETWORK_VECTOR_TILING_H
#define SIM_NETWORK_VECTOR_TILING_H

#include "sim/base/arch.h"

#ifdef __cplusplus
extern "C" {
#endif

enum vector_cut { CUT_WORDS, CUT_PIXELS, CUT_CHANNELS, CUT_ROWS, CUT_PARTS };

/* Products of two counts. */
__extension__ typedef unsigned __int128 wide;

struct vector_tiling {
    enum vector_cut cut;
    uint64_t units;    /* words, pixels, channels or rows of all images */
    uint64_t per_tile; /* units of a tile; of CUT_PARTS: words of a part */
    uint64_t parts;    /* of a unit; 1 but for CUT_PARTS */
    uint64_t buffers;  /* 1 or 2 */
    uint64_t passes;
    uint64_t input, stored, output; /* words of the node (vector_words_of) */
    uint64_t rows_per_plane;        /* CUT_ROWS: of the output */
};

/* What the unit does in a pass; plain data. */
struct vector_pass {
    uint64_t scans;    /* times that it goes over its words, 1 or 2 */
    uint64_t in;       /* words of the inputs, read in each scan */
    uint64_t stored;   /* words that the network stores, read in the last */
    uint64_t elements; /* that lanes work on, in each scan */
    uint64_t out;      /* words written, in the last scan */
};

/* A tile's words, from `first` on of the tensor's. */
struct vector_tile {
    uint64_t first, words;
};

/* false: L2 holds not even the least that the operation works on. */
bool vector_tiling_of(const struct arch *arch, const struct layer *layer,
                      struct vector_tiling *out);
/* Pass i, from 0, and its tiles; those of no words are none. */
void vector_tiling_pass(const struct vector_tiling *t,
                        const struct layer *layer, uint64_t i,
                        struct vector_pass *pass,
                        struct vector_tile tile[TENSOR_N]);

#ifdef __cplusplus
}
#endif

#endif
