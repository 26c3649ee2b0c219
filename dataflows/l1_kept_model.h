/* l1_kept_model.h - closed form of what L1s keep (`l1.keeps_tiles`): passes
 * whose words of an operand are there since the pass before.
 *
 * The loops around a pass have tiles of two sizes, whole ones and a last one
 * that may be clipped.  A pass finds the words of the one before it, where loop
 * k moved, if k is none that tells the operand's words apart and its tile
 * before was as large; if the loops inside k, which begin anew, have tiles of
 * one size, and those that tell words apart one tile; and if the words fit.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_L1_KEPT_MODEL_H
#define DATAFLOWS_L1_KEPT_MODEL_H

#include "dataflows/l1_model.h"
#include "dataflows/program.h"

#ifdef __cplusplus
extern "C" {
#endif

enum l1_loop {
    L1_LOOP_G,
    L1_LOOP_M,
    L1_LOOP_N,
    L1_LOOP_E,
    L1_LOOP_W,
    L1_LOOP_C,
    L1_LOOP_F,
    L1_LOOP_INNER0,
    L1_LOOP_INNER1,
    L1_LOOP_N_ALL
};

/* A dataflow's part: tiles of these sizes have so many passes, which are such.
 */
struct l1_dataflow {
    const struct arch *arch;
    const struct layer *layer;
    const struct mapping *mapping;
    bool holds_ifmap;
    /* Loops around the passes, size[] of the tile loops being known. */
    void (*inner)(const struct l1_dataflow *dataflow,
                  const int size[L1_LOOP_N_ALL], struct tile_sizes inner[2]);
    /* Fills but times; held_words and window_words: of one pass. */
    void (*pass)(const struct l1_dataflow *dataflow,
                 const int size[L1_LOOP_N_ALL], struct l1_passes *out);
    bool held_streams; /* held words come anew for each window */
    /* Bit k: inner loop k does not tell the operand's words apart. */
    unsigned inner_leaves[TENSOR_PSUM];
};

/* Takes what L1s keep off counts that are those of line buffers. */
void l1_expect_kept(const struct l1_dataflow *dataflow, const struct tiling *t,
                    struct counts *out);

#ifdef __cplusplus
}
#endif

#endif
