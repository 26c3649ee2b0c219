/* systolic_shadow.h - a systolic array (WS, IS) in which the words that stay
 * come in behind those in use, for pe/systolic*.c alone.
 *
 * Each PE has two registers for the operand that stays.  A pass is issued: its
 * words move down into the second ones, column j a cycle after column j-1,
 * while the pass before flows.  When they are in place in the left column, and
 * the last word of the pass before has entered at the left edge, the pass is
 * done: its own words flow from the next cycle on, and another may be issued.
 * As its first word comes to a PE, the PE takes what lies in the second
 * register into use.  So several passes flow at once, one behind another.
 *
 * Below, s is the cycle in which a pass begins to flow, l the one in which it
 * was issued; its own rows and columns are r and c, the array's R and C.
 *
 *   event                                                  cycle
 *   issued                                                 l >= s of the pass
 *                                                          before
 *   words that stay, of row i, enter column j              l+R-1-i+j
 *   begins to flow                                         s = max(l+R, s+depth
 *                                                          of the pass before)
 *   PE (i, j) takes its next word, issues the first MAC    s+i+j
 *   word k enters row i at the left edge                   s+i+k
 *   psum of word k leaves column j                         s+k+R-1+j
 *   the last psum is out after                             s+depth+R+C-2
 *
 * Edges never make the array wait: they are as wide as it is.
 *
 * What a PE is charged with, first match: PE_MAC; PE_DRAIN in the latest pass,
 * if that flows; else PE_FILL.  A PE has work if the pass whose word it took
 * last uses it; where that is out, or there was none, if the next one does.
 *
 * Source  Jouppi et al., ISCA 2017, s. 2: weights are double-buffered, a tile
 *         takes 256 cycles to shift in, hidden.  Genc et al., "Gemmini", DAC
 *         2021: a preload enters skewed behind the tile in use.
 * SPDX-License-Identifier: MIT
 */
#ifndef PE_SYSTOLIC_SHADOW_H
#define PE_SYSTOLIC_SHADOW_H

#include "pe/systolic.h"

#ifdef __cplusplus
extern "C" {
#endif

struct systolic_shadow;

struct systolic_shadow *systolic_shadow_new(const struct systolic_cfg *cfg);
void systolic_shadow_free(struct systolic_shadow *s);

/* As the functions of systolic.h. */
void systolic_shadow_issue(struct systolic_shadow *s,
                           const struct systolic_pass *pass,
                           const struct systolic_values *values);
uint64_t systolic_shadow_step(struct systolic_shadow *s, uint64_t most_cycles);
/* From now on steps are of many cycles, counted without moving a plane; no pass
 * has values.  Once, on an empty array. */
void systolic_shadow_may_foresee(struct systolic_shadow *s);
bool systolic_shadow_is_done(const struct systolic_shadow *s);
bool systolic_shadow_flows(const struct systolic_shadow *s);
void systolic_shadow_counts(const struct systolic_shadow *s,
                            struct pass_counts *out);
void systolic_shadow_let_drain(struct systolic_shadow *s, uint64_t cycles);
void systolic_shadow_put(struct systolic_shadow *s,
                         const struct systolic_boundary *boundary);

/* As the functions of systolic_rows.h. */
void systolic_shadow_row_eval(struct systolic_shadow *s, int row);
void systolic_shadow_row_commit(struct systolic_shadow *s, int row);
void systolic_shadow_sequencer_commit(struct systolic_shadow *s);
bool systolic_shadow_moved(const struct systolic_shadow *s);
int systolic_shadow_pe_cause(const struct systolic_shadow *s, int row, int col);

#ifdef __cplusplus
}
#endif

#endif
