/* check.h - functional mode: the machine's ofmap against a direct convolution.
 *
 * Operands are pseudo-random functions of their coordinates, zero with the
 * declared share.  The machine's words are looked up by the coordinates that
 * the program gives them, must lie in the tiles that L2 holds, and travel
 * through the machine as its timing says.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_CHECK_H
#define SIM_CHECK_H

#include "dataflows/program.h"
#include "sim/multicast_machine.h"

#ifdef __cplusplus
extern "C" {
#endif

struct check;

struct check *check_new(const struct program *program);
void check_free(struct check *check);

/* The machine is about to run a pass on the lanes: what to hang on to it. */
const struct machine_tap *check_multicast(struct check *check,
                                          const struct pass *pass);
/* The pass is set up (after issue, before the first step). */
void check_multicast_issued(struct check *check, const struct lanes *lanes);
/* The pass is done. */
void check_multicast_done(struct check *check);
/* The same for a systolic pass. */
const struct systolic_values *check_systolic(struct check *check,
                                             const struct pass *pass);

/* Compares every output; *zero_macs: MACs with a zero ifmap word. */
void check_finish(struct check *check, uint64_t *outputs, uint64_t *mismatches,
                  uint64_t *zero_macs);

#ifdef __cplusplus
}
#endif

#endif
