/* pass_outcome.h - what one pass did on an array, whatever its kind, as a
 * result counts it.
 * SPDX-License-Identifier: MIT
 */
#ifndef SIM_ARRAY_PASS_OUTCOME_H
#define SIM_ARRAY_PASS_OUTCOME_H

#include <stddef.h>

#include "sim/base/result.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Plain data.  A pass runs from the cycle in which it is issued to its
 * boundary, the cycle in which the next one may be issued. */
struct pass_outcome {
    uint64_t cycles;        /* from issue to boundary */
    uint64_t flight_cycles; /* from the first word or MAC to the last */
    uint64_t active_pes;    /* PEs with work in the pass */
    /* Cycles from issue until the last filter word has left L2, or until the
     * array says that the filter tile's place is free. */
    uint64_t filter_free_cycle;
    /* Likewise of the ifmap; its tile's place is free at the boundary at the
     * earliest. */
    uint64_t ifmap_free_cycle;
    /* Cycles after the boundary until the pass's last psum is in L2; the next
     * pass may run meanwhile. */
    uint64_t drain_cycles;
    /* The part of `cycles` that was not stepped but skipped, whole periods at a
     * time.  No result depends on it. */
    uint64_t skipped_cycles;
    /* Only PEs with work in the pass count.  Those without are left out: which
     * of them ever have work is a matter of the layer, and layers share
     * outcomes. */
    uint64_t ledger_pe_cycles[LEDGER_N];
    uint64_t wait_by[NETWORK_N][NETWORK_WAIT_N]; /* of these */
    struct counts counts; /* on the array side: nothing that the DMA does */
};

/* Adds so many passes that have run alike to a result.  pes_used: PEs with work
 * in some pass of the layer. */
void pass_outcome_add(const struct arch *arch, uint64_t pes_used,
                      const struct pass_outcome *outcome, uint64_t times,
                      struct layer_result *out);

/* An outcome without its zeros, which are most of it: a machine lacks most of
 * the levels, networks and causes that there are.  A bit for each word, then
 * the words that are not 0. */
enum {
    PASS_OUTCOME_WORDS = sizeof(struct pass_outcome) / sizeof(uint64_t),
    PASS_OUTCOME_MASKS = (PASS_OUTCOME_WORDS + 63) / 64,
    PASS_OUTCOME_PACKED_MAX = PASS_OUTCOME_MASKS + PASS_OUTCOME_WORDS
};
/* Returns how many words of `packed` it takes. */
size_t pass_outcome_pack(const struct pass_outcome *outcome,
                         uint64_t packed[PASS_OUTCOME_PACKED_MAX]);
void pass_outcome_unpack(const uint64_t *packed, struct pass_outcome *out);

#ifdef __cplusplus
}
#endif

#endif
