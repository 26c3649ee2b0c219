/* folds.h - folds of a systolic array, and how long they take in closed form.
 *
 * Source  Samajdar et al., ISPASS 2020: a fold takes 2 rows + cols + depth - 2
 *         cycles (pe/systolic.h), and the next begins when it is over; where
 *         drains overlap (os, array.drain), the last `rows` of them are the
 *         next one's first.  Where loads overlap (ws, is, array.preload) folds
 *         follow each other in depth, or in rows if that is more, cycles: a
 *         layer takes rows for the first load and rows + cols - 2 to drain.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_FOLDS_H
#define DATAFLOWS_FOLDS_H

#include <stdbool.h>

#include "sim/base/arch.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Sums over some folds of a layer: how many they are, the rows and columns that
 * they use, and the words that pass each PE (their depths). */
struct fold_sums {
    uint64_t folds, rows, cols, depth;
    bool drains_overlap;
    /* Words that stay come in behind those in use: cycles between the folds,
     * in all, and the words of the last one's last strip. */
    bool loads_overlap;
    uint64_t paced, last_words;
};

/* Cycles that these folds take when no edge makes the array wait; with edges
 * that are too narrow, a lower bound of them. The cycles of
 * fold_last_drain_cycles come on top. */
uint64_t fold_sums_cycles(const struct arch *arch, const struct fold_sums *s);
/* Where loads overlap: cycles between a fold that streams so many outputs and
 * the next, and the words of its last strip (array.strip_words). */
uint64_t fold_paced_cycles(const struct arch *arch, const struct layer *l,
                           uint64_t depth);
/* The same where strips end with every `line` outputs. */
uint64_t fold_paced_line_cycles(const struct arch *arch, uint64_t depth,
                                uint64_t line);
uint64_t fold_last_words(const struct arch *arch, const struct layer *l,
                         uint64_t depth);
/* ... and what a layer takes beside the sum of these, modulo 2^64: the first
 * load, and its last strip until it has left, less what the sum has for it. */
uint64_t fold_ramps_cycles(const struct arch *arch, uint64_t last_words);
/* Outputs of a row of the layer, with which strips end; a layer of rows of one
 * is a product of matrices, whose strips end with the fold. */
uint64_t fold_line_words(const struct layer *l, uint64_t depth);
/* Whether a dataflow that shifts its psums out does so while it computes. */
bool fold_drains_overlap(const struct arch *arch);
/* Whether a dataflow that keeps words in the PEs loads those of the next fold
 * meanwhile. */
bool fold_loads_overlap(const struct arch *arch);
/* The least number of cycles that psums still take to leave after the last fold
 * of a layer, for a dataflow whose drains overlap. */
uint64_t fold_last_drain_cycles(const struct arch *arch);

#ifdef __cplusplus
}
#endif

#endif
