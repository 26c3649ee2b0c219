/* nest_source.h - what the steps of a pass of a nest make the array side do,
 * found word by word (sim/array/nest/nest_stage.h), in the order of the steps.
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

/* Input networks, in the order in which a missing word is charged. */
enum nest_input { NEST_IN_FILTER, NEST_IN_IFMAP, NEST_IN_PSUM, NEST_INPUTS };

/* What a step gives a PE to do. */
struct nest_pe_work {
    uint64_t macs;
    bool first; /* it had no work before in this pass */
};

/* A step of the PEs.  out: psums of the step before that go. */
struct nest_work {
    uint64_t in_slots[NEST_INPUTS], out_slots;
    uint64_t in_words[NEST_INPUTS], out_words; /* at the source, each once */
    bool fits[NEST_INPUTS]; /* the RF holds both, the tile before and this */
    bool new_l1;            /* it begins a step of L1 */
    bool is_end;            /* no step, only out */
    uint64_t most_macs, macs;
    uint64_t busy;  /* PEs with MACs */
    uint64_t first; /* of those, without any before in this pass */
    const struct nest_pe_work *pe; /* the source's, for two steps; or NULL */
};

/* A step of the L1s. */
struct nest_l1_work {
    uint64_t in_slots[NEST_INPUTS], out_slots;
    uint64_t in_words[NEST_INPUTS], out_words;
    bool fits, is_end;
};

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
/* The next step; the one after the last has is_end. */
void nest_source_step(struct nest_source *source, struct nest_work *out);
/* The same for L1, in its own time, ahead of the PEs'. */
void nest_source_l1(struct nest_source *source, struct nest_l1_work *out);
/* From the next step on, steps tell what each PE has to do. */
void nest_source_tell_pes(struct nest_source *source);
const struct nest_walk *nest_source_walk(const struct nest_source *source);
bool nest_source_has_l1(const struct nest_source *source);

#ifdef __cplusplus
}
#endif

#endif
