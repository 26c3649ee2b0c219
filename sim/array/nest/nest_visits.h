/* nest_visits.h - which PEs share outputs, and when and in which slots their
 * psums come and go in a pass of a nest (nest_compile.h).
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_NEST_NEST_VISITS_H
#define SIM_ARRAY_NEST_NEST_VISITS_H

#include "sim/array/nest/nest_class.h"
#include "sim/array/nest/nest_compile.h"

#ifdef __cplusplus
extern "C" {
#endif

struct nest_visits;

struct nest_visits *nest_visits_new(const struct nest_walk *walk,
                                    const struct nest_compiler_cfg *cfg);
void nest_visits_free(struct nest_visits *v);
/* A pass begins with a step of this class: fills in its lanes, chains and psum
 * sets. */
void nest_visits_begin(struct nest_visits *v, const struct nest_class *first,
                       struct credit_pass *pass);
/* The next visit: so many steps of these classes.  Fills in leave[k] for each
 * (NULL: nothing leaves), and appends to the segments of the psum networks. */
void nest_visits_add(struct nest_visits *v,
                     const struct nest_class *const *step, uint32_t steps,
                     bool reads_back, const struct credit_leave **leave);
/* All visits are there. */
void nest_visits_end(struct nest_visits *v, struct credit_pass *pass);

#ifdef __cplusplus
}
#endif

#endif
