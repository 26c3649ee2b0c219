/* pass_rounds.h - how many cycles a network needs for a round of a pass's
 * words, when nothing holds it up (noc/stream.h), from the pass's descriptor.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_PASS_PASS_ROUNDS_H
#define DATAFLOWS_PASS_PASS_ROUNDS_H

#include "dataflows/program.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A network's destinations in groups that take equally many words in a round
 * each. */
enum { PASS_DESTS = 4 };
struct pass_dests {
    int kinds, n[PASS_DESTS], words[PASS_DESTS];
    /* What the PEs behind them have: psums they keep, products of a window. */
    int filters[PASS_DESTS], products[PASS_DESTS];
};

/* Those of a round of held words: all of a pass's, or, where they stream, of a
 * window's. */
struct pass_dests pass_held_dests(const struct multicast_pass *pass);
/* Those of a column of window words. */
struct pass_dests pass_window_dests(const struct multicast_pass *pass);
/* Those of an emission's psums. */
struct pass_dests pass_psum_dests(const struct multicast_pass *pass);

/* The network of the operand that stays in the PEs, and of the one that slides
 * past it. */
static inline enum network pass_held_network(const struct multicast_pass *pass)
{
    return pass->holds_ifmap ? NETWORK_IFMAP : NETWORK_FILTER;
}
static inline enum network
pass_window_network(const struct multicast_pass *pass)
{
    return pass->holds_ifmap ? NETWORK_FILTER : NETWORK_IFMAP;
}

/* Words of a row of L2's banks under a network's tiles. */
int pass_row_words(const struct arch *arch, enum network network);
/* Words of a round, for all destinations. */
uint64_t pass_round_words(const struct pass_dests *to);
/* Words that a slot of the network has at most, for tiles in so many banks. */
int pass_slot_words(const struct arch *arch, enum network network, int banks);

/* Cycles of the first `chunks` chunks of a round, at least: a cycle's slots go
 * to destinations of one chunk. */
uint64_t pass_chunks_cycles(const struct arch *arch, enum network network,
                            int banks, const struct pass_dests *to, int chunks);
/* Those of a whole round, at least: of all chunks, and of all words, for a
 * cycle's lie in as many rows as there are banks. */
uint64_t pass_round_cycles(const struct arch *arch, enum network network,
                           int banks, const struct pass_dests *to);

#ifdef __cplusplus
}
#endif

#endif
