/* nest_source.h - the words that the steps of a pass of a nest move, one by one
 * (sim/array/nest/nest_stage.h), in the order of the steps.
 *
 * Counts every access of RF and L1, and what they read and write at L2 or,
 * where L2 is bypassed, at DRAM.  In functional mode the words carry values.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_NEST_NEST_SOURCE_H
#define SIM_ARRAY_NEST_NEST_SOURCE_H

#include "dataflows/nest/nest_walk.h"
#include "sim/base/result.h"
#include "traces/access.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Input networks. */
enum nest_input { NEST_IN_FILTER, NEST_IN_IFMAP, NEST_IN_PSUM, NEST_INPUTS };

/* Functional mode; NULL: none. */
struct nest_values {
    void *context;
    int64_t (*ifmap)(void *context, uint64_t word);
    int64_t (*filter)(void *context, uint64_t word);
    int64_t *(*ofmap)(void *context, uint64_t word); /* at L2 and DRAM */
    uint64_t zero_macs;
};

struct nest_source;

/* All borrowed.  tap may be NULL. */
struct nest_source *nest_source_new(const struct nest_walk *walk,
                                    const struct arch *arch,
                                    struct nest_values *values,
                                    const struct access_tap *tap,
                                    struct counts *counts);
void nest_source_free(struct nest_source *source);

/* Where a pass stands: the loops over passes as given, those inside at 0. */
struct nest_pass_place {
    struct nest_step at;
    bool has_before, has_next;
    struct nest_step before, next; /* first steps of the passes around it */
};
/* A pass begins.  jump: the one before was not walked. */
void nest_source_begin(struct nest_source *source,
                       const struct nest_pass_place *place, bool jump);
/* The next step of the PEs; false: there is none, and what must go has gone. */
bool nest_source_step(struct nest_source *source);

#ifdef __cplusplus
}
#endif

#endif
