/* pass_least.h - how few cycles a pass can take on a multicast array, proven
 * from its descriptor.
 *
 * A pass begins on an empty array and ends when its last psum is in L2.  So it
 * takes at least what each chain of events does that has to come one after the
 * other: L2 answers, a network brings words slot by slot (dataflows/
 * pass_rounds.h), a PE that has the last of them still makes its products, one
 * a cycle, its psums go up the chain or through the tree, and a network takes
 * them away.  Of these chains the longest counts.  What waits for room in a
 * fifo, or for a port that something else has, is left out: a bound, not an
 * estimate (dataflows/search/pass_time.h).
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_PASS_PASS_LEAST_H
#define DATAFLOWS_PASS_PASS_LEAST_H

#include "dataflows/program.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whether the passes of a program on a machine have such a bound: of chains and
 * trees whose PEs make every product, where no pass overlaps with the next. */
bool pass_least_is_known(const struct program *program);
/* At least so many cycles from its issue to its end. */
uint64_t pass_least_cycles(const struct arch *arch,
                           const struct multicast_pass *pass);
/* The sum over all passes of a program, one after the other. */
uint64_t program_least_cycles(const struct program *program);

#ifdef __cplusplus
}
#endif

#endif
