/* nest_pass.h - where the passes of a nest end.
 *
 * A pass is the steps of the innermost time loops outside RF; at its boundary
 * all psums leave the PEs and their register files forget.  `pass = N` in a
 * nest says that the innermost N time loops run within a pass; without it, as
 * many as leave one tensor's tiles in the PEs where they are: those over c, r
 * and s the psums', over n, p and q the filters', over m the ifmap's; or all,
 * where `pass.overlap` says that there are no boundaries.  A pass is never more
 * than what works on one tile of L2; and where psums bypass L2, it has each
 * output once.  With an L1 there are no boundaries inside a tile of L2, and
 * nothing is forgotten.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_NEST_NEST_PASS_H
#define DATAFLOWS_NEST_NEST_PASS_H

#include "dataflows/nest/nest.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whether the PEs forget at the end of a pass. */
bool nest_forgets(const struct arch *arch, const struct nest *nest);
/* The innermost time loops of L2 that run within a pass. */
int nest_pass_loops(const struct arch *arch, const struct layer *layer,
                    const struct nest *nest);

#ifdef __cplusplus
}
#endif

#endif
