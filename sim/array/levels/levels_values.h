/* levels_values.h - the words of every store on listed levels with their
 * values, in functional mode.  A store has what moves brought it and nothing
 * else; a word that is asked for and is not there is a mistake of the machine.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_LEVELS_LEVELS_VALUES_H
#define SIM_ARRAY_LEVELS_LEVELS_VALUES_H

#include "sim/array/levels/levels_words.h"
#include "sim/array/nest/nest_source.h"

#ifdef __cplusplus
extern "C" {
#endif

struct levels_values;

/* All borrowed. */
struct levels_values *levels_values_new(const struct arch *arch,
                                        const struct nest_walk *walk,
                                        const struct levels_units *units,
                                        struct nest_values *outside);
void levels_values_free(struct levels_values *v);
/* A tile has come to the units of a level. */
void levels_values_come(struct levels_values *v, int level, enum tensor tensor,
                        const struct levels_place *at,
                        const struct levels_place *before, bool reads_back);
/* What the next tile has not goes: of psums outward, of operands nowhere. */
void levels_values_go(struct levels_values *v, int level, enum tensor tensor,
                      const struct levels_place *at,
                      const struct levels_place *next);
/* All MACs do a step. */
void levels_values_multiply(struct levels_values *v,
                            const struct levels_place *at);

#ifdef __cplusplus
}
#endif

#endif
