/* tree.h - adder trees, one per chain of PEs, that sum what its PEs send.
 *
 * A tree has a leaf per row of the array; the leaf's fifo holds the words that
 * the row's PE has sent.  When every leaf that counts has a word, the tree
 * takes one from each and adds them in ceil(log2 leaves) stages of adders and
 * one more at the root, which adds a psum of an earlier pass (from L2), or the
 * sums before it when the tree accumulates.  One set a cycle.
 * Steps   a window's sums: `steps` of them; the last row's PE sends words for
 *         `last_row_steps` only.  With `accumulates` a window's sums add up at
 *         the root and its last one leaves, else each leaves.
 * Reads   leaves, psums from L2 and room as the cycle began.
 * Writes  stages pops of the leaves and of the psums, and the sum's push.
 * Timing  leaves taken in cycle t are a sum in the fifo to L2 in cycle
 *         t + stages, stages = 1 + ceil(log2 leaves).  The psum from L2 is
 *         taken with the leaves.
 * Source  Chen et al. (DianNao), ASPLOS 2014, s. 5.1: NFU-2, adder trees and
 *         registers for partial sums; a stage a cycle and the fifos *assumed*.
 * SPDX-License-Identifier: MIT
 */
#ifndef NOC_TREE_H
#define NOC_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "noc/lane_fifo.h"
#include "noc/state_kind.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Leaves that a tree may have; so a tree has at most 11 stages. */
enum { TREE_LEAVES_MAX = 1024 };

/* A row of the arena each, an entry per tree. */
#define TREE_STATE(X)                                                    \
    X(RELATION, psum, "psums from L2 in the fifo")                       \
    X(STAGED, push_psum, "by the network from L2")                       \
    X(RELATION, sums, "bit k: a sum that leaves was taken k cycles ago") \
    X(RELATION, out, "sums in the fifo to L2")                           \
    X(RELATION, out_reserved, "those and the ones on their way")         \
    X(STAGED, collected, "by the network to L2")                         \
    X(RELATION, step, "of the window's sums, the next")                  \
    X(STAGED, take, "-1 when leaves are taken")                          \
    X(STAGED, leave, "-1 when their sum will leave")                     \
    X(STAGED, last_row, "-1: the last row's leaf counts in this step")   \
    X(RELATION, every, "-1, always: as do the other rows'")

#define TREE_FIELD(kind, name, doc) int16_t *name;
struct tree_fields { /* views into one arena */
    TREE_STATE(TREE_FIELD)
};
#undef TREE_FIELD

struct tree_cfg {
    int trees;  /* the most that a pass of the layer uses */
    int leaves; /* of each, as built */
    int fifo_words;
};

struct tree_pass {
    int trees, rows;           /* used in this pass */
    int steps, last_row_steps; /* 1 .. 32767 each */
    bool accumulates;
    bool takes_psum; /* each sum that leaves adds one from L2 */
};

/* What happened, over the pass. */
struct tree_counts {
    uint64_t sums, leaving; /* sets of leaves taken; sums that leave */
    uint64_t hops;          /* links that words cross inside the trees */
};

/* Told of each set of leaves that is taken (functional mode). */
struct tree_tap {
    void *context;
    /* Called when tree `tree` takes a set of leaves, those of rows 0 to rows -
     * 1. With `leave` their sum goes to L2, else it stays in the root's
     * register. */
    void (*taken)(void *context, int tree, int rows, bool leave);
};

struct trees {
    struct tree_cfg cfg;
    struct tree_pass pass;
    struct tree_fields f;
    int stages;
};

/* Stages of adders of a tree with so many leaves, the root's included. */
int tree_stages(int leaves);
/* Links that the words of one sum cross, from `used` leaves to the root. */
int tree_hops(int leaves, int used);

size_t trees_state_bytes(const struct tree_cfg *cfg);
/* *state must be zeroed; borrowed. */
void trees_init(struct trees *t, const struct tree_cfg *cfg, void *state);
/* All sums of the last pass must have left. */
void trees_issue(struct trees *t, const struct tree_pass *pass);

/* leaf[row * chains + tree]: words in the leaf's fifo; pop: staged the same
 * way.  Adds to *counts.  Returns whether leaves were taken or a sum is under
 * way. */
bool trees_eval(struct trees *t, const int16_t *leaf, int16_t *pop, int chains,
                struct tree_counts *counts, const struct tree_tap *tap);
/* Publishes what trees_eval staged. The leaves' fifos belong to the lanes. */
void trees_commit(struct trees *t);

/* Copies of the trees' state in a pass, and whether the trees go on as they did
 * from a copy on.  They have no position. */
size_t trees_copy_bytes(const struct trees *t);
void trees_save(const struct trees *t, void *copy);
bool trees_are_alike(const struct trees *t, const void *copy);

/* The fifo to which psums from L2 go. */
struct lane_fifo trees_psum_fifo(struct trees *t);

#ifdef __cplusplus
}
#endif

#endif
