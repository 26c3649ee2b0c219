/* pass_pattern.h - which words of a pass its PEs skip: the patterns of the
 * layer's tensors (sim/pattern/pattern.h) in the order in which words come.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_SPARSE_PASS_PATTERN_H
#define SIM_ARRAY_SPARSE_PASS_PATTERN_H

#include "dataflows/program.h"
#include "pe/lane_skips.h"

#ifdef __cplusplus
extern "C" {
#endif

struct pass_pattern;

/* Whether only the words of a tensor that are not zero come to the PEs, each
 * with a count of the zeros before it. */
bool pass_pattern_is_coded(const struct program *program, enum tensor tensor);
/* Words of the operand in a slot of its network: counts take their part. */
int pass_pattern_slot_words(const struct program *program, enum tensor tensor);

/* A program's passes on a multicast array; borrowed.  NULL: their PEs go by no
 * pattern.  The caller frees it. */
struct pass_pattern *pass_pattern_new(const struct program *program);
void pass_pattern_free(struct pass_pattern *p);
/* A pass's; there until the next call. */
const struct lane_pattern *pass_pattern_of(struct pass_pattern *p,
                                           const struct pass *pass);
/* Whether some words are skipped.  false: all passes have one pattern, without
 * zeros, by which PEs with two multipliers go. */
bool pass_pattern_steers(const struct pass_pattern *p);
/* The bits of all words of the operand that a program skips, where it skips
 * one, in that pass: with its descriptor they say what the array does.  There
 * until the next call. */
const void *pass_pattern_bits(struct pass_pattern *p, const struct pass *pass,
                              size_t *n_bytes);

#ifdef __cplusplus
}
#endif

#endif
