/* nest_compile.h - compiles a pass of a nest into the tables that the credit
 * machine runs (sim/array/credit/credit_pass.h).
 *
 * A pass is what lies between two boundaries: the steps of the time loops
 * inside nest_walk.pass_loops.  A lane is a PE of the walk.
 *
 * Held      The input that stays in the pass, as its innermost loop that steps
 *           says (the innermost, where none does): the ifmap under a loop over
 *           m, else the filters.
 * Chains    PEs with the same outputs, by row, then column; of those without
 *           MACs in the first step of the pass, and so in any, nothing is in
 *           the chain.  The first one is the bottom.  Chains are numbered by
 *           their bottoms, by row, then column.
 * Psums     A visit's slots: chunk by chunk, as wide as a slot, in a chunk
 *           chain by chain.  Psums come from L2 where a loop over c, r or s is
 *           not at its start.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_NEST_NEST_COMPILE_H
#define SIM_ARRAY_NEST_NEST_COMPILE_H

#include "dataflows/nest/nest_walk.h"
#include "sim/array/credit/credit_pass.h"

#ifdef __cplusplus
extern "C" {
#endif

struct nest_compiler_cfg {
    int slot_words[CREDIT_NETWORKS]; /* as far as the banks behind give them */
    /* Words of a visit are read or written in so many slots, and words, a
     * cycle at most. */
    int psum_slots[2], psum_words[2]; /* in, out; no words: any number */
    bool rides;                       /* psums leave with their last products */
    /* Steps that are alike are compiled once; else each by itself. */
    bool keeps_classes;
};

struct nest_compiler;

/* Borrows the walk. */
struct nest_compiler *nest_compiler_new(const struct nest_walk *walk,
                                        const struct arch *arch,
                                        const struct nest_compiler_cfg *cfg);
void nest_compiler_free(struct nest_compiler *c);
/* The pass whose loops inside are all at 0 in `first`; valid until the next
 * one is compiled. */
const struct credit_pass *nest_compile(struct nest_compiler *c,
                                       const struct nest_step *first);

#ifdef __cplusplus
}
#endif

#endif
