/* levels_follow.h - tells a tap which words stores of listed levels read and
 * write, and which MACs take, in the order in which the machine moves them.
 *
 * One access is a word read in an instance for all that want it in a step, or
 * over point-to-point networks for each; written in an instance that it comes
 * to; and a psum that MACs add to.  Those of the DMA and of DRAM are left out.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_LEVELS_LEVELS_FOLLOW_H
#define SIM_ARRAY_LEVELS_LEVELS_FOLLOW_H

#include "sim/array/levels/levels_words.h"
#include "traces/access.h"

#ifdef __cplusplus
extern "C" {
#endif

struct levels_follow;

/* All borrowed. */
struct levels_follow *levels_follow_new(const struct arch *arch,
                                        const struct nest_walk *walk,
                                        const struct levels_units *units,
                                        const struct access_tap *tap);
void levels_follow_free(struct levels_follow *f);
/* A tile has come to the units of a level. */
void levels_follow_come(struct levels_follow *f, int level, enum tensor tensor,
                        const struct levels_place *at,
                        const struct levels_place *before, bool reads_back);
/* Psums that the next tile has not go outward. */
void levels_follow_go(struct levels_follow *f, int level,
                      const struct levels_place *at,
                      const struct levels_place *next);
/* All MACs do a step. */
void levels_follow_multiply(struct levels_follow *f,
                            const struct levels_place *at);

#ifdef __cplusplus
}
#endif

#endif
