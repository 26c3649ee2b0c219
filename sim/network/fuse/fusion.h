/* fusion.h - what a chain of nodes costs DRAM when they are worked on together,
 * tile by tile of the last one's output, in closed form.
 *
 * The method is that of Alwani, Chen, Ferdman, Milder, "Fused-Layer CNN
 * Accelerators", MICRO 2016: what two tiles share is kept on chip, or worked
 * out again.  Timing is not modelled.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_NETWORK_FUSE_FUSION_H
#define SIM_NETWORK_FUSE_FUSION_H

#include "sim/base/layer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Words and MACs of all images. */
struct fusion {
    uint64_t
        apart_words; /* each loop and each pool reads and writes its maps */
    uint64_t merged_words; /* pools as the outputs before them leave */
    uint64_t fused_words;  /* the first map and the last one */
    /* Kept on chip of one image: rows of each map above a tile, and columns on
     * its left, that windows go over again. */
    uint64_t kept_row_words, kept_column_words;
    /* Worked out again instead. */
    uint64_t read_again_words, again_macs;
};

/* A chain: convolutions, pools, and operations word by word, which move
 * nothing of their own; each reads what the one before makes.  tile: rows and
 * columns of the last output.  Errors: something else in it, or shapes that do
 * not follow each other. */
bool fusion_of(const struct layer *chain, int n, int tile, struct src_pos at,
               struct fusion *out, struct diag *d);

/* Rows or columns of a node: what it reads and makes, how far a window reaches,
 * and the padding before the first. */
struct fusion_axis {
    int in, out, taps, stride, before;
};
struct fusion_axis fusion_axis_of(const struct layer *layer, bool rows);
/* Whether it is a convolution or a pool; others of a chain read what they
 * make. */
bool fusion_has_windows(const struct layer *layer);
/* Turns a tile of *n outputs from *first on into the inputs that it takes,
 * without padding. */
void fusion_inputs(const struct fusion_axis *axis, int64_t *first, int64_t *n);

#ifdef __cplusplus
}
#endif

#endif
