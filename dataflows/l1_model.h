/* l1_model.h - closed form of L1 and of the network in front of it, for every
 * dataflow on a multicast array: from the sets of PEs that a word goes to.
 *
 * A word that PEs in k clusters need is read from L2 once, crosses the network
 * once (multicast: k deliveries; mesh: the links of the XY tree), is written
 * into k L1s, and read once from each.  Psums pass L1 by.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_L1_MODEL_H
#define DATAFLOWS_L1_MODEL_H

#include "dataflows/placement.h"
#include "sim/base/result.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A number of passes that all have the same shape. */
struct l1_passes {
    uint64_t times;
    struct pe_sets used;
    int groups; /* of the layer, side by side: each has as many sets */
    int filters, filters_tail;   /* psums of a PE; of a group's last set's */
    int channels, channels_tail; /* of a PE; of the last block's */
    int chain_step, row_step; /* PE (chain y, row i): ifmap row y, i of these */
    bool holds_ifmap; /* held words are ifmap's, those of windows filters' */
    /* Words that a PE gets: held ones of each filter x channel, window ones of
     * each channel. */
    uint64_t held_words, window_words;
};

/* Told of each word that goes to other PEs than the others: the clusters with
 * one of them, and that it comes for so many filters and channels (of window
 * words: channels) in a PE, each with held_words or window_words. */
struct l1_visitor {
    void *context;
    void (*visit)(void *context, enum tensor tensor, uint64_t clusters,
                  uint64_t channels, uint64_t words);
};
void l1_each_word(const struct arch *arch, const struct l1_passes *passes,
                  const struct l1_visitor *visitor);

/* To be called once before the rest, when link[] holds the counts of a machine
 * without L1; does nothing on one. */
void l1_expect_start(const struct arch *arch, struct counts *out);
void l1_expect_add(const struct arch *arch, const struct l1_passes *passes,
                   struct counts *out);

/* L1s that a word for these clusters is written into, and links that it crosses
 * on its way there. */
uint64_t l1_copies(uint64_t clusters);
uint64_t l1_hops(const struct arch *arch, uint64_t clusters);

/* Links of the XY tree from `source` to `nodes` (bit k: row k / cols, column
 * k % cols), those to the nodes included. */
int mesh_tree_links(int rows, int cols, int source, uint64_t nodes);

#ifdef __cplusplus
}
#endif

#endif
