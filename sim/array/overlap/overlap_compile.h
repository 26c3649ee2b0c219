/* overlap_compile.h - turns passes that overlap (overlap_run.h) into one pass
 * of the credit machine (sim/array/credit/credit_pass.h).
 *
 * Steps     A window of the PE program (pe/lanes.h) is a step; of its words,
 *           those come that the window before has not left.
 * Streams   The slots of the passes' streams (noc/stream.h), one pass behind
 *           the other on each network.
 * Psums     A visit is what leaves at once: a window, or a group of them.
 *           Psums that a pass reads back go when those of the pass that wrote
 *           them are in L2, visit by visit.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_OVERLAP_OVERLAP_COMPILE_H
#define SIM_ARRAY_OVERLAP_OVERLAP_COMPILE_H

#include "sim/array/credit/credit_pass.h"
#include "sim/array/multicast_machine.h"
#include "sim/array/overlap/overlap_run.h"

#ifdef __cplusplus
extern "C" {
#endif

struct overlap_compiler;

/* Borrows the machine, whose tables say what a descriptor means; it must not
 * run a pass when another is compiled. */
struct overlap_compiler *
overlap_compiler_new(const struct program *program,
                     struct multicast_machine *machine);
void overlap_compiler_free(struct overlap_compiler *c);
/* Valid until the next run is compiled. */
const struct credit_pass *overlap_compile(struct overlap_compiler *c,
                                          const struct overlap_run *run);

#ifdef __cplusplus
}
#endif

#endif
