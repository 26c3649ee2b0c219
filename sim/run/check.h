/* check.h - functional mode: the machine's ofmap against a direct convolution.
 *
 * Operands are given (struct layer_values), or pseudo-random functions of their
 * coordinates, zero with the declared share: that of the tensor as it lies in
 * DRAM, so that where padding is stored its zeros count.  The machine's words
 * must lie in the tiles that L2 holds, and travel through the machine as its
 * timing says (word_flow.h).
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_RUN_CHECK_H
#define SIM_RUN_CHECK_H

#include "dataflows/program.h"
#include "sim/array/word_flow.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The words of a layer that is part of a network, all borrowed. */
struct layer_values {
    const int64_t *ifmap;  /* N C H W, without padding; NULL: pseudo-random */
    const int64_t *filter; /* M C/G R S; NULL: pseudo-random */
    int64_t *psums;        /* filled in, N M P Q, as the machine made them, cut
                              to their bits; or NULL */
};
/* All pseudo-random. */
extern const struct layer_values check_random_values;

struct check;

struct check *check_new(const struct program *program,
                        const struct layer_values *values);
void check_free(struct check *check);

/* What follows the machine. */
struct word_flow *check_flow(struct check *check);

/* Size of a compressed tile with the real operands.  A finished psum is as
 * good as never zero; an activation function, which is no part of the machine,
 * is stood in for by clearing the declared share of the ofmap. */
uint64_t check_compressed_bytes(struct check *check, const struct pass *pass,
                                enum tensor tensor);

/* Floats are checked with whole numbers of which all sums are exact in the
 * psums' type, so that its own arithmetic rounds nothing and gives what whole
 * numbers give.  How large they may be on a machine of floats; 0: there are too
 * many products for it. */
int check_float_magnitude(const struct arch *arch, const struct layer *layer);

/* Whether a layer can be checked: floats where their sums are exact. */
bool check_is_exact(const struct arch *arch, const struct layer *layer,
                    struct diag *d);
/* Whether a layer's words, where they are followed, have the pattern that
 * steers PEs: values that are given have not, nor have names (are_told). */
bool check_follows_pattern(const struct arch *arch, const struct layer *layer,
                           const struct layer_values *values, bool are_told,
                           struct diag *d);

/* A pseudo-random number of a coordinate and of who wants it. */
uint64_t check_random(uint64_t seed, const int coord[4]);

/* The operands of a layer, by their coordinates (program.h: ifmap padded);
 * program: its arch and layer are used. */
int64_t check_ifmap_word(const struct program *program,
                         const struct layer_values *values, const int coord[4]);
int64_t check_filter_word(const struct program *program,
                          const struct layer_values *values,
                          const int coord[4]);
/* Compares an ofmap, N M P Q, with a direct convolution, and hands it over. */
void check_compare(const struct program *program,
                   const struct layer_values *values, const int64_t *ofmap,
                   uint64_t *outputs, uint64_t *mismatches);

/* Compares every output; *zero_macs: MACs with a zero ifmap word. */
void check_finish(struct check *check, uint64_t *outputs, uint64_t *mismatches,
                  uint64_t *zero_macs);

#ifdef __cplusplus
}
#endif

#endif
