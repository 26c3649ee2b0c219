/* l1_keep.h - which words L1s keep from one pass to the next, of programs.
 *
 * With `l1.keeps_tiles` an operand's words of a pass are those of the pass
 * before, if no loop that tells them apart has moved, both passes have the same
 * shape, and every L1 has rows for all words of the pass that come to it: then
 * no row was written twice, and they are all there.
 * SPDX-License-Identifier: MIT
 */
#ifndef DATAFLOWS_L1_KEEP_H
#define DATAFLOWS_L1_KEEP_H

#include "dataflows/program.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whether the machine's L1s keep words at all. */
static inline bool l1_keeps(const struct arch *arch)
{
    return arch->has_l1 && arch->l1_keeps_tiles;
}

/* Whether they may keep an operand's. */
static inline bool l1_may_keep(const struct arch *arch, enum tensor tensor)
{
    return l1_keeps(arch) && !arch->l1_bypass[tensor];
}

/* Whether the same words go to the same PEs in both, in the same slots, if they
 * come from the same tiles. */
bool l1_keep_same_shape(const struct multicast_pass *a,
                        const struct multicast_pass *b);
/* Whether each L1 has room for all the operand's words of a pass. */
bool l1_keep_fits(const struct arch *arch, const struct multicast_pass *pass,
                  enum tensor tensor);

#ifdef __cplusplus
}
#endif

#endif
