/* zero_shares.h - about how much is left of a layer's work where PEs skip
 * products of zeros, or make two at a time.
 *
 * Zeros are taken to come by chance, each word's with its tensor's declared
 * share, so that no two PEs differ: this decides which mapping is chosen, and
 * no result.  Where PEs do neither all shares are 1.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_ZERO_SHARES_H
#define DATAFLOWS_ZERO_SHARES_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/arch.h"
#include "sim/base/layer.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Bits of the count of zeros beside a word of compressed sparse columns (Chen
 * et al., JETCAS 9(2), 2019, s. IV-A). */
enum { ZERO_COUNT_BITS = 4 };

struct zero_shares {
    double left[TENSOR_N]; /* of a tensor's words, those that networks send */
    int slot_words[TENSOR_N]; /* of these in a slot, of operands */
    double sent[TENSOR_N];    /* of the time that all words' slots take */
    double window, held;      /* of a PE's words, those that make products */
    int multipliers;          /* products of a window word at a time */
};

/* Whether networks leave out an operand's zeros and count them. */
bool zeros_are_coded(const struct arch *arch, const struct layer *layer,
                     enum tensor tensor);
/* Words of an operand in a slot of its network, with their counts. */
int zeros_slot_words(const struct arch *arch, const struct layer *layer,
                     enum tensor tensor);

/* window: the operand that streams past words that PEs hold, of which one word
 * meets all that are held for it. */
struct zero_shares zero_shares_of(const struct arch *arch,
                                  const struct layer *layer,
                                  enum tensor window);
/* Whether any of it is less than all. */
bool zero_shares_matter(const struct zero_shares *shares);
/* Cycles of the products of a window word with `held` words, of each of these;
 * 0: with so many that half a cycle more is nothing, the least. */
double zero_shares_product_cycles(const struct zero_shares *shares, int held);
/* The chance that a window of so many words makes no product with `held` words
 * for each of them. */
double zero_shares_none(const struct zero_shares *shares, int words, int held);
/* Cycles of a window of so many words with `held` words for each of them: those
 * of its products, or one in which it is found to have none. */
double zero_shares_window_cycles(const struct zero_shares *shares, int words,
                                 int held);
/* Cycles in which a PE adds so many psums. */
int zero_shares_add_cycles(const struct zero_shares *shares, int psums);
/* Slots of a run of so many words of an operand. */
double zero_shares_slots(const struct zero_shares *shares, enum tensor tensor,
                         int words);
/* So many words of all, in words whose slots take as long, rounded up. */
uint64_t zero_shares_sent(const struct zero_shares *shares, enum tensor tensor,
                          uint64_t words);

#ifdef __cplusplus
}
#endif

#endif
