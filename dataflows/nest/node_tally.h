/* node_tally.h - how often words go to the same nodes of a mesh: pairs of the
 * nodes that want a word and of those that lack it, with how many words have
 * them.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_NEST_NODE_TALLY_H
#define DATAFLOWS_NEST_NODE_TALLY_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct node_tally_line {
    uint64_t wants, lacks; /* nodes, bit k: node k */
    uint64_t times;
};

/* Zeroed: none. */
struct node_tally {
    struct node_tally_line *line; /* owns */
    int n, room, latest;
};

void node_tally_fini(struct node_tally *tally);
void node_tally_clear(struct node_tally *tally);
/* A word that no node wants does not count. */
void node_tally_add(struct node_tally *tally, uint64_t wants, uint64_t lacks,
                    uint64_t times);
/* Words of two parts, each of which may be any of its tally's: a node wants one
 * whose parts it both wants, and lacks it if it lacks either. */
void node_tally_multiply(const struct node_tally *a, const struct node_tally *b,
                         struct node_tally *out);

#ifdef __cplusplus
}
#endif

#endif
