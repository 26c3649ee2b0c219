/* nest_work.h - credit_work tables, each kept once.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_NEST_NEST_WORK_H
#define SIM_ARRAY_NEST_NEST_WORK_H

#include "dataflows/nest/nest_walk.h"
#include "sim/array/credit/credit_pass.h"
#include "sim/array/nest/nest_use.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The words of an input in a PE's step, by index (nest_use). */
struct nest_input_words {
    int32_t n, comes;
    int32_t *arrival; /* the how manieth that comes, from 1; 0: it is there */
    bool *stays;      /* for the next step */
};

struct nest_works; /* a pool */

struct nest_works *nest_works_new(void);
void nest_works_free(struct nest_works *works);
void nest_works_forget(struct nest_works *works);
/* What a PE without MACs does. */
const struct credit_work *nest_works_none(void);
/* What a PE does whose MACs use these words.  rides: runs say where psums have
 * their last products. */
const struct credit_work *
nest_works_of(struct nest_works *works, const struct nest_use *use,
              int32_t macs, int32_t psums, bool rides,
              const struct nest_input_words words[CREDIT_INPUTS]);

#ifdef __cplusplus
}
#endif

#endif
